"""A purge that is under way, and what is left of a document afterwards.

A purge is written down before anything else is done (``purging.json``), and struck out when all
of it is done. Where it was broken off, the next opening of the store for writing goes through
with it. Until that has published a version without the document, the store is not read.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from kg.claims.claim import Claim
from kg.dataset.files import Layout, sync_folder, write_json
from kg.dataset.lock import held_by
from kg.errors import ClaimGone, PurgeUnfinished, StoreError


@dataclass(frozen=True)
class Purging:
    """What is being taken out: a document, the key of its tombstone, the hash of its text if it has one.

    ``version`` was published when it began; ``holder`` is the process that does it (``StoreLock``).
    """

    document: str
    key: str
    text_hash: str | None
    reason: str
    at: str
    version: int
    holder: str


@dataclass(frozen=True)
class Withdrawn:
    """What is left of a claim that went with its document: its type, and when it was recorded."""

    iri: str
    type: str
    recorded: str


@dataclass(frozen=True)
class Tombstone:
    """What is left of a purged document: which it was, why and when it went, what went with it.

    ``withdrawn`` are the claims that the store named itself; of one with a name from elsewhere
    nothing is left, as that may hold words.
    """

    document: str
    text_hash: str | None
    reason: str
    purged: str
    claims: int
    withdrawn: tuple[Withdrawn, ...] = ()


def begin(layout: Layout, purging: Purging) -> None:
    """Write down what is about to be taken out."""
    write_json(layout.purging, asdict(purging))


def end(layout: Layout) -> None:
    """Strike it out: all of it is done."""
    layout.purging.unlink(missing_ok=True)
    sync_folder(layout.root)


def under_way(layout: Layout) -> Purging | None:
    """The purge that is under way, or was broken off. Raises ``StoreError`` if that cannot be read."""
    try:
        return Purging(**json.loads(layout.purging.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise StoreError(f"{layout.purging} cannot be read: {error}", store=str(layout.root)) from error


def refuse_unfinished(layout: Layout, version: int) -> None:
    """Raise ``PurgeUnfinished`` if a version has what a purge takes out, and that was broken off.

    While the process that began it is at work, the version before is read as ever.
    """
    purging = under_way(layout)
    if purging is None or version > purging.version or held_by(layout) == purging.holder:
        return
    raise PurgeUnfinished(
        f"the purge of {purging.document} was broken off: the next write finishes it, or "
        f"`lodestone purge {purging.document} --store {layout.root}`",
        store=str(layout.root),
        document=purging.document,
    )


def put(layout: Layout, key: str, stone: Tombstone) -> None:
    """Put a tombstone: from now on the text is not given out, and nothing of the document comes in."""
    path = layout.tombstone(key)
    path.parent.mkdir(exist_ok=True)
    write_json(path, asdict(stone))
    sync_folder(layout.root)


def tombstone(layout: Layout, key: str) -> Tombstone | None:
    """The tombstone of a document that was purged before."""
    path = layout.tombstone(key)
    return _read(path, path.stat().st_mtime_ns) if path.exists() else None


def tombstones(layout: Layout) -> Iterator[Tombstone]:
    """All of them, in order."""
    for path in sorted((layout.root / "purged").glob("*.json")):
        yield _read(path, path.stat().st_mtime_ns)


def is_purged(layout: Layout, claim: Claim) -> bool:
    """Whether a claim is of a document that was taken out."""
    document = claim.document
    return layout.tombstone(document.hash or document.key[:32]).exists()


def refuse_withdrawn(layout: Layout, claim: str) -> None:
    """Raise ``ClaimGone`` if the claim of that IRI was taken out with its document."""
    for stone in tombstones(layout):
        if any(one.iri == claim for one in stone.withdrawn):
            raise ClaimGone(
                f"the claim was taken out on {stone.purged[:10]}, as its document was purged: {stone.reason}",
                iri=claim,
                gone=stone.purged,
            )


@lru_cache(maxsize=1024)
def _read(path: Path, _changed: int) -> Tombstone:
    """A tombstone, read again when it was changed since a time in nanoseconds."""
    told = json.loads(path.read_text(encoding="utf-8"))
    return Tombstone(
        document=told["document"],
        text_hash=told["text_hash"],
        reason=told["reason"],
        purged=told["purged"],
        claims=told["claims"],
        withdrawn=tuple(Withdrawn(**one) for one in told.get("withdrawn", ())),
    )
