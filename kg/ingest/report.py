"""What became of what was offered for ingest, and where the rest of it is kept."""

import json
import os
import shutil
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True)
class Quarantined:
    """Something that was not taken in: where it stood, why, and the thing itself.

    ``line`` counts from 1. ``raw`` is the record as it was found; where a whole file was
    not taken in, ``copy`` names the copy that is kept of it.
    """

    file: str
    reason: str
    line: int | None = None
    raw: str = ""
    copy: str = ""


@dataclass
class IngestReport:
    """Counts of one ingest.

    ``empty`` counts articles in which no claim was found, ``copies`` those that are nearly
    an earlier text. Quotes count as verified when the document's text was at hand and agrees.
    ``notes`` say what was taken in otherwise than it stood. ``resumed`` is whether the run went
    on with an earlier one that was broken off; what that one had taken in is counted too.
    """

    files: int = 0
    claims_new: int = 0
    claims_known: int = 0
    claims_inactive: int = 0
    base_new: int = 0
    judgments_new: int = 0
    judgments_known: int = 0
    empty: int = 0
    resumed: bool = False
    copies: int = 0
    quotes_verified: int = 0
    quotes_unverified: int = 0
    quarantined: list[Quarantined] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether everything was taken in."""
        return not self.quarantined

    def reasons(self) -> Counter[str]:
        """How often each reason for quarantine was met."""
        return Counter(item.reason for item in self.quarantined)


class Quarantine:
    """The folder that keeps, for one run, what could not be taken in."""

    def __init__(self, folder: Path) -> None:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        self._folder = folder
        self._stamp = stamp
        self.file = folder / f"{stamp}.jsonl"
        self._copies = 0

    def keep(self, item: Quarantined, whole: Path | None = None) -> Quarantined:
        """Keep one item, with a copy of the whole file if it is that."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if whole is not None and whole.is_file():
            self._copies += 1
            name = os.fsencode(whole.name)[-100:].decode("utf-8", "replace")
            copy = self._folder / f"{self._stamp}-{self._copies}-{name}"
            shutil.copyfile(whole, copy)
            item = replace(item, copy=copy.name)
        with self.file.open("a", encoding="utf-8", errors="backslashreplace") as out:
            out.write(json.dumps(asdict(item), ensure_ascii=False) + "\n")
        return item
