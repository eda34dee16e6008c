"""Which texts are copies of one another: near-duplicates by MinHash, so that a copy adds no second origin.

Broder 1997: the share of equal minima of random orders estimates the Jaccard similarity of two sets, here
of runs of words. A store keeps the minima of its documents in a file beside them; without the file
nothing is wrong, only later copies of earlier texts are not recognized.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kg.claims.claim import Claim
from kg.claims.document import Document
from kg.claims.names import Names, normalized
from kg.claims.source import SourceKind, Voice, root_position
from kg.dataset.files import COPIES_FILE, whole_lines

FILE = COPIES_FILE
SIMILAR = 0.5
"""Least estimated similarity of a copy: new headlines, cuts and added lines leave more in common."""

_RUN = 4
_BANDS, _ROWS = 24, 4
_PRIME = (1 << 61) - 1
_FEWEST = 20
_WORD = re.compile(r"\w+")
_ORDERS = tuple(
    (
        int.from_bytes(hashlib.sha256(f"a{i}".encode()).digest()[:7], "big") | 1,
        int.from_bytes(hashlib.sha256(f"b{i}".encode()).digest()[:7], "big"),
    )
    for i in range(_BANDS * _ROWS)
)


Minima = tuple[int, ...]
"""The least values of a text under each of the orders."""


def minima(text: str) -> Minima | None:
    """The least value of the text's runs of words under each of the orders; ``None`` of a text too short."""
    words = [word.casefold() for word in _WORD.findall(text)]
    runs = {" ".join(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1)}
    if len(runs) < _FEWEST:
        return None
    values = [int.from_bytes(hashlib.blake2b(run.encode(), digest_size=7).digest(), "big") for run in runs]
    return tuple(min((a * value + b) % _PRIME for value in values) for a, b in _ORDERS)


def similarity(first: Minima, second: Minima) -> float:
    """The estimated share of runs of words that two texts have in common."""
    return sum(a == b for a, b in zip(first, second, strict=True)) / len(first)


@dataclass(frozen=True)
class Known:
    """A document that came in before: its hash, the origin of what it says itself, its minima."""

    document: str
    origin: str
    url: str | None
    minima: Minima


def kept(file: Path) -> Iterator[Known]:
    """What a file of texts holds, in order."""
    for line in whole_lines(file):
        data = json.loads(line)
        yield Known(data["document"], data["origin"], data["url"], tuple(data["minima"]))


@dataclass
class Copies:
    """The texts of a store by their minima, in the order in which they came in.

    What is noted goes into the file by ``keep``, which is for when the claims are published: a
    document that the file knows before the store does would make its original the copy of its copy.
    """

    file: Path
    names: Names
    _bands: dict[tuple[int, ...], list[Known]] = field(default_factory=lambda: defaultdict(list))
    _known: dict[str, int] = field(default_factory=dict)
    _new: list[Known] = field(default_factory=list)

    def __post_init__(self) -> None:
        for known in kept(self.file):
            self._file_away(known)

    def original(self, found: Minima | None, document: Document) -> Known | None:
        """The earlier text that this one, with these minima, is most like, if it is a copy of it.

        Of a document that is known already the answer is what it was when that came in.
        """
        if found is None:
            return None
        before = self._known.get(document.hash or "", len(self._known))
        near = {k.document: k for band in _banded(found) for k in self._bands.get(band, ())}
        others = [k for k in near.values() if self._known[k.document] < before]
        best = max(others, key=lambda k: (similarity(found, k.minima), k.document), default=None)
        return best if best is not None and similarity(found, best.minima) >= SIMILAR else None

    def note(self, found: Minima | None, document: Document, origin: str) -> None:
        """Remember a document by its minima, once."""
        if found is None or document.hash is None or document.hash in self._known:
            return
        self.note_known(Known(document.hash, origin, document.url, found))

    def note_known(self, known: Known) -> None:
        """Remember a document that was compared elsewhere, once."""
        if known.document not in self._known:
            self._file_away(known)
            self._new.append(known)

    def keep(self) -> None:
        """Write down what was noted since."""
        if not self._new:
            return
        with self.file.open("a", encoding="utf-8") as out:
            out.writelines(json.dumps(vars(known)) + "\n" for known in self._new)
        self._new = []

    def _file_away(self, known: Known) -> None:
        self._known.setdefault(known.document, len(self._known))
        for band in _banded(known.minima):
            self._bands[band].append(known)


def _banded(values: Minima) -> Iterator[tuple[int, ...]]:
    for at in range(_BANDS):
        yield (at, *values[at * _ROWS : (at + 1) * _ROWS])


def own_origin(publisher: Voice, document: Document, names: Names) -> str:
    """The origin of what a document says in its publisher's voice."""
    if publisher.name:
        return names.origin("source", normalized(publisher.name))
    return names.origin("document", document.key, publisher.label)


def with_origin(claim: Claim, origin: str) -> Claim:
    """The claim of a copy: what rests on its publisher alone rests on the original's origin."""
    root = claim.attribution[root_position(claim.attribution)]
    own = root.kind is SourceKind.PUBLISHER or root.name is None
    return claim.model_copy(update={"origin": origin}) if own and claim.origin is None else claim
