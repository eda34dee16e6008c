"""What was followed already, beside the store: content by its hash, pages by the state they were last in.

A line is written once its content is published. A crash in between costs reading it again, and
changes nothing: claims that are known stay as they are.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kg.dataset.files import whole_lines
from kg.ingest.fetching import Mark


@dataclass
class Ledger:
    """The list of a store, read when it is made."""

    file: Path

    def __post_init__(self) -> None:
        self._seen: set[str] = set()
        self._marks: dict[str, Mark] = {}
        for line in whole_lines(self.file):
            found = json.loads(line)
            if "page" in found:
                self._marks[found["page"]] = Mark(found["tag"], found["modified"])
            else:
                self._seen.add(found["sha256"])

    def __contains__(self, content_hash: str) -> bool:
        """Whether content of that hash was taken in, or put into quarantine."""
        return content_hash in self._seen

    def mark(self, url: str) -> Mark:
        """The state of a page when it was last taken in."""
        return self._marks.get(url, Mark())

    def add(self, taken: Iterable[tuple[str, str]]) -> None:
        """Note content that was taken in: its hash, and the name it had."""
        found = list(taken)
        self._seen.update(content_hash for content_hash, _ in found)
        self._write({"sha256": content_hash, "name": name} for content_hash, name in found)

    def add_page(self, url: str, mark: Mark) -> None:
        """Note the state of a page whose content was taken in."""
        if mark != self.mark(url):
            self._marks[url] = mark
            self._write([{"page": url, "tag": mark.tag, "modified": mark.modified}])

    def _write(self, entries: Iterable[dict[str, str | None]]) -> None:
        with self.file.open("a", encoding="utf-8") as out:
            out.writelines(json.dumps(entry) + "\n" for entry in entries)
            out.flush()
            os.fsync(out.fileno())
