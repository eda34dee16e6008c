"""What a worker does when it is asked for conflicts. Runs in the worker processes, and imports no Flask."""

import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from kg.dataset.snapshots import Snapshot
from kg.errors import QueryTimeout
from kg.query.conflicts import Conflict, Kind, conflicts

PER_PAGE = 50
CLAIMS_A_SECOND = 2_500
"""About half of what a worker compares: a version with more for its deadline is not begun."""


@dataclass(frozen=True)
class ConflictsAsked:
    """Which conflicts: of what (a claim or an entity), of which kinds (of all, if none), and the page."""

    about: str | None = None
    kinds: tuple[str, ...] = ()
    page: int = 1

    def written(self) -> str:
        """As the text of a job."""
        return json.dumps(asdict(self), ensure_ascii=False)


@lru_cache(maxsize=1)
def _found(snapshot: Snapshot, about: str | None) -> list[Conflict]:
    """All of a version, kept for the next page."""
    return conflicts(snapshot, about)


def conflicts_told(snapshot: Snapshot, text: str, seconds: float) -> dict[str, Any]:
    """A page of conflicts, and how many there are of each kind.

    Raises ``QueryTimeout`` at once for a whole version that cannot be gone through in so many seconds.
    """
    asked = ConflictsAsked(**json.loads(text))
    claims = snapshot.manifest.counts.get("active", 0)
    if asked.about is None and claims > seconds * CLAIMS_A_SECOND:
        raise QueryTimeout(
            f"{claims:,} claims are more than can be compared within {seconds:g} s: ask about a claim or an "
            "entity (about=), or run lodestone check, which tells all conflicts",
            seconds=seconds,
        )
    found = _found(snapshot, asked.about)
    counts = {kind.value: 0 for kind in Kind}
    for one in found:
        counts[one.kind] += 1
    wanted = [one for one in found if not asked.kinds or one.kind in asked.kinds]
    start = (asked.page - 1) * PER_PAGE
    return {
        "counts": counts,
        "total": len(wanted),
        "more": len(wanted) > start + PER_PAGE,
        "conflicts": [asdict(one) for one in wanted[start : start + PER_PAGE]],
    }
