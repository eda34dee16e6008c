"""Corrections among articles that become shards: what a paper takes back of its own earlier articles.

Those articles are in no store yet. Of each is noted, on disk, under what a correction would look for it;
when all were read, the few that correct something look there, and in the store.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from kg.claims.claim import Claim, Polarity
from kg.claims.names import Names
from kg.dataset.loading.sorting import SortedLines
from kg.dataset.snapshots import Snapshot
from kg.ingest.cluster.results import Found, Told
from kg.ingest.corrections import MOST, corrected, is_correction, said_among, said_before
from kg.ingest.quotes import with_text

_TAB = "\t"

Load = Callable[[str, int], Found]
"""Gives an article by the key of its file and its place in that."""


@dataclass(frozen=True)
class Place:
    """Where an article is: its number among all, its file (and the key of that), and its place in it."""

    number: int
    path: Path
    key: str
    at: int


class Papers:
    """What the papers said, article after article, and the articles that may take some of it back.

    A context manager: what is noted lies in a temporary folder below ``folder``.
    """

    def __init__(self, folder: Path) -> None:
        self._said = SortedLines(folder)
        self._count = 0
        self._waiting: list[tuple[Place, tuple[str, ...]]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._said.close()

    def note(self, path: Path, key: str, at: int, told: Told, *, is_copy: bool) -> bool:
        """Note an article, the next one; whether it is to wait until all were noted."""
        place = Place(self._count, path, key, at)
        self._count += 1
        self._said.add_all([_TAB.join((k, f"{place.number:012}", key, str(at))) for k in told.said])
        waits = bool(told.corrects) and not is_copy  # what a copy denies is matched with its original
        if waits:
            self._waiting.append((place, told.corrects))
        return waits

    def corrections(
        self, load: Load, names: Names, store: Snapshot | None
    ) -> Iterator[tuple[Place, int, dict[int, tuple[str, ...]]]]:
        """The articles that waited: where they are, how much they claim, and what each claim corrects."""
        if not self._waiting:
            return
        wanted = {key for _, keys in self._waiting for key in keys}
        said: defaultdict[str, list[tuple[int, str, int]]] = defaultdict(list)
        for line in self._said:
            key, number, file, at = line.split(_TAB)
            if key in wanted:
                said[key].append((int(number), file, int(at)))
        for place, keys in self._waiting:
            article = load(place.key, place.at)
            before = sorted({one for key in keys for one in said[key] if one[0] < place.number})[-MOST:]
            earlier = [(names.claim(c.id), c) for _, file, at in before for c in load(file, at).claims]
            yield place, article.count, _corrected(article, earlier, names, store)


def _corrected(
    article: Found, earlier: Iterable[tuple[str, Claim]], names: Names, store: Snapshot | None
) -> dict[int, tuple[str, ...]]:
    """What the claims of a correction take back, by their places."""
    found: dict[int, tuple[str, ...]] = {}
    earlier = list(earlier)
    for number, claim in enumerate(article.claims):
        if claim.polarity is not Polarity.NEGATIVE:
            continue
        denial = with_text(claim, article.article.text)
        if is_correction(denial, article.article.text):
            said = dict(islice(said_among(earlier, denial, names), MOST))
            if store is not None:
                said |= said_before(store, denial, names)
            found[number] = tuple(sorted(corrected(denial, said.items())))
    return found
