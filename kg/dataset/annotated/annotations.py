"""The annotations of a store's facts, written down once each, and the names that stand for them.

``annotations.log`` is a text file to which lines are only ever added: a statement, or what
one kind of fact rests on. A line is known by its offset, so a name leads to its line without
any search, readers need no lock, and lines of a batch that was given up harm nobody. It
reaches the disk before the manifest that speaks of it. A name is a blank node:

* ``_:c<offset>``: one statement, the line's, is all that supports the fact (``Support`` says what
  a statement is: a claim's IRI, mostly);
* ``_:b``: the fact is base data alone;
* ``_:a<offset>``: the line holds the fact's whole support: 1 for base data, else 0; then, each
  after ``|``, the members of ``facts``, each as the offsets of its statements' lines; then the
  members of ``proofs``, with ``&`` between the facts of one;
* ``_:p<offset>``: the fact follows by chains; the line holds 1 for base data, else 0, and then,
  each after ``|``, its minimal proofs: the offsets of lines with asserted triples, in N-Triples.
  What states those is looked up, so that one more claim on one of them changes nothing here;
* ``_:t<offset>``: the support has more than ``MOST_CLAIMS`` statements and is worked out when it is
  asked for; the line holds the fact itself, in N-Triples.

Offsets are hexadecimal. No label is longer than 16 characters: such a blank node is decoded by
the engine without a look-up (measured cheaper than an IRI). One statement may have several lines.
"""

import mmap
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from io import BufferedRandom
from pathlib import Path

from kg.dataset.annotated.view import Fact, Support
from kg.errors import StoreError

MOST_CLAIMS = 64
"""Supports of more statements are not written down."""

BASE_ONLY = "b"
"""The name of what is base data alone."""

_HEADER = b"Lodestone annotations\n"
_END = "\n"
_CACHED = 200_000
_KEPT = 20_000
_COMPARED = 4096


class AnnotationWriter:
    """Adds lines to a store's annotations. Used by the one writer of the store."""

    def __init__(self, path: Path) -> None:
        try:
            self._file: BufferedRandom = path.open("a+b")
            self._end = self._file.seek(0, os.SEEK_END)
            if self._end and not self._ends_a_line():
                self._append(b"\n")
        except OSError as error:
            raise StoreError(f"{path} cannot be written: {error}", store=str(path.parent)) from error
        if not self._end:
            self._append(_HEADER)
        self._statements: dict[str, str] = {}
        self._rows: dict[str, str] = {}

    def _ends_a_line(self) -> bool:
        self._file.seek(-1, os.SEEK_END)
        return self._file.read(1) == b"\n"

    def _append(self, line: bytes) -> int:
        offset = self._end
        self._file.write(line)
        self._end += len(line)
        return offset

    def name(self, support: Support) -> str:
        """The label of the blank node that stands for a support of at most ``MOST_CLAIMS`` statements."""
        if support.proofs:
            return f"a{self._row('|'.join((*self._members(support), *map(self._proof, support.proofs))))}"
        if not support.facts:
            return BASE_ONLY
        if not support.base and len(support.facts) == 1 and len(support.facts[0]) == 1:
            return self.name_of_sole(support.facts[0][0])
        return f"a{self._row('|'.join(self._members(support)))}"

    def name_of_sole(self, statement: str) -> str:
        """The label for a fact that one statement alone supports."""
        return f"c{self._line(statement, self._statements)}"

    def _members(self, support: Support) -> Iterator[str]:
        yield "1" if support.base else "0"
        yield from map(self._fact, support.facts)

    def _fact(self, fact: Fact) -> str:
        return " ".join(map(self._statement, fact))

    def _proof(self, proof: tuple[Fact, ...]) -> str:
        return "&".join(map(self._fact, proof))

    def name_of_proofs(self, base: bool, proofs: Iterable[Sequence[str]]) -> str:
        """The label for a fact that follows from asserted triples, in N-Triples, by its minimal proofs."""
        members = (" ".join(map(self._premise, proof)) for proof in proofs)
        return f"p{self._row('|'.join(('1' if base else '0', *members)))}"

    def _premise(self, triple: str) -> str:
        return self._line(triple, self._statements)

    def name_to_ask(self, triple: str) -> str:
        """The label for a triple, in N-Triples, whose support is not written down."""
        return f"t{self._row(triple)}"

    def _statement(self, text: str) -> str:
        return self._line(text, self._statements)

    def _row(self, text: str) -> str:
        return self._line(text, self._rows)

    def _line(self, text: str, known: dict[str, str]) -> str:
        found = known.get(text)
        if found is None:
            if len(known) >= _CACHED:
                known.clear()
            found = known[text] = f"{self._append((text + _END).encode()):x}"
        return found

    def sync(self) -> None:
        """Bring everything to the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


@dataclass(frozen=True)
class Known:
    """What was read of an annotations file when it ended at ``end``, with ``last`` before that."""

    file: tuple[int, int]
    end: int
    last: bytes
    statements: dict[str, str] = field(default_factory=dict)
    supports: dict[str, Support] = field(default_factory=dict)


class AnnotationReader:
    """Reads the lines that were there when it was made.

    What was ``known`` of the file before, to which lines are only ever added, is at hand.
    """

    def __init__(self, path: Path, known: Known | None = None) -> None:
        try:
            with path.open("rb") as file:
                self._lines = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                told = os.fstat(file.fileno())
        except (OSError, ValueError) as error:
            raise StoreError(f"{path} cannot be read: {error}", store=str(path.parent)) from error
        end = len(self._lines)
        self.known = Known((told.st_dev, told.st_ino), end, self._lines[max(0, end - _COMPARED) : end])
        if known is not None and known.file == self.known.file and self._holds(known):
            self.known = replace(self.known, statements=known.statements, supports=known.supports)
        self._statements, self._supports = self.known.statements, self.known.supports

    def _holds(self, known: Known) -> bool:
        return self._lines[known.end - len(known.last) : known.end] == known.last

    def line(self, offset: str) -> str:
        """The line at an offset in hexadecimal digits. Raises ``StoreError``."""
        start = int(offset, 16)
        end = self._lines.find(b"\n", start)
        if end < 0:
            raise StoreError(f"there is no annotation {offset}: rebuild the index with `lodestone check`")
        return self._lines[start:end].decode()

    def support(self, label: str) -> Support:
        """The support that a name of kind ``a``, ``b`` or ``c`` stands for."""
        if label == BASE_ONLY:
            return Support(base=True)
        if label[0] == "c":
            return Support(facts=((self._statement(label[1:]),),))
        found = self._supports.get(label)
        if found is None:
            if len(self._supports) >= _KEPT:
                self._supports.clear()
            found = self._supports[label] = self._read(label)
        return found

    def _read(self, label: str) -> Support:
        line = self.line(label[1:])
        base, *members = line.split("|")
        if "&" not in line:
            return Support(base == "1", tuple(map(self._fact, members)))
        facts = tuple(self._fact(member) for member in members if "&" not in member)
        proofs = (tuple(map(self._fact, member.split("&"))) for member in members[len(facts) :])
        return Support(base == "1", facts, tuple(proofs))

    def proofs(self, label: str) -> tuple[bool, list[Fact]]:
        """What a name of kind ``p`` stands for: whether the fact is base data, and its proofs."""
        base, *proofs = self.line(label[1:]).split("|")
        return base == "1", list(map(self._fact, proofs))

    def _fact(self, offsets: str) -> Fact:
        return tuple(map(self._statement, offsets.split(" ")))

    def _statement(self, offset: str) -> str:
        found = self._statements.get(offset)
        if found is None:
            if len(self._statements) >= _CACHED:
                self._statements.clear()
            found = self._statements[offset] = self.line(offset)
        return found
