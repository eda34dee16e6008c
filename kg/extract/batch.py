"""Many files at once: parsed together, over all cores, in the order given.

At most a few chunks are under way at a time, so memory does not grow with the number of files.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from types import MappingProxyType

from kg.claims.claim import Claim
from kg.errors import UnreadableInput
from kg.extract.pipeline import Extractor, SpacyExtractor, check_language
from kg.extract.reading.reader import Article, read_articles

_NO_URLS: Mapping[Path, str] = MappingProxyType({})
Reading = Callable[[], tuple[Article, ...]]
"""Gives the articles of a file. Raises ``UnreadableInput``."""

CHUNK = 16
"""Files that go to a process together."""

FEW = 12
"""So many files are not worth a second process: it takes seconds to load its model."""


@dataclass(frozen=True)
class Extracted:
    """What became of a file: its articles with their claims, or the reason why it was not read.

    ``minima`` are those of the running text of each article (``kg.ingest.origins``), where they
    were found already.
    """

    path: Path
    articles: tuple[tuple[Article, list[Claim]], ...] = ()
    problem: UnreadableInput | None = None
    minima: tuple[tuple[int, ...] | None, ...] | None = None


def extract_files(
    paths: Iterable[Path],
    processes: int | None = None,
    *,
    extractor: Extractor | None = None,
    urls: Mapping[Path, str] = _NO_URLS,
) -> Iterator[Extracted]:
    """Claims of files, in the order of the files; ``processes`` defaults to one a core.

    Another ``extractor`` than the shipped one reads them one by one, here. ``urls`` says where
    files come from that do not say it themselves.
    """
    if extractor is not None:
        for path in paths:
            yield extract_alone(path, partial(read_articles, path, urls.get(path)), extractor)
        return
    remaining = iter(paths)
    first = list(islice(remaining, FEW))
    workers = processes or os.cpu_count() or 1
    if workers == 1 or len(first) < FEW:
        while first:
            yield from extract_chunk([(path, urls.get(path)) for path in first])
            first = list(islice(remaining, CHUNK))
        return
    chunks = _chunks(first, remaining)
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(threads, "1")  # the processes are as many as the cores, and inherit this
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        under_way: deque[Future[list[Extracted]]] = deque()
        for chunk in chunks:
            under_way.append(pool.submit(extract_chunk, [(path, urls.get(path)) for path in chunk]))
            if len(under_way) > workers * 2:
                yield from under_way.popleft().result()
        while under_way:
            yield from under_way.popleft().result()


def extract_chunk(files: list[tuple[Path, str | None]]) -> list[Extracted]:
    """The claims of a few files (with where they come from), their texts parsed together."""
    return extract_read([(path, partial(read_articles, path, url)) for path, url in files])


def extract_read(files: Sequence[tuple[Path, Reading]]) -> list[Extracted]:
    """The claims of a few files, each with what reads it, their texts parsed together."""
    extractor = SpacyExtractor()
    read: list[tuple[Path, tuple[Article, ...] | UnreadableInput]] = []
    for path, reading in files:
        try:
            articles = reading()
            for article in articles:
                check_language(article, extractor, path)
            read.append((path, articles))
        except UnreadableInput as error:
            read.append((path, error))
    claims = extractor.extract_all([a for _, found in read if isinstance(found, tuple) for a in found])
    return [
        Extracted(path, problem=found)
        if isinstance(found, UnreadableInput)
        else Extracted(path, tuple((article, next(claims)) for article in found))
        for path, found in read
    ]


def extract_alone(path: Path, reading: Reading, extractor: Extractor) -> Extracted:
    """The claims of one file, by any extractor."""
    try:
        articles = reading()
        for article in articles:
            check_language(article, extractor, path)
        return Extracted(path, tuple((article, extractor.extract(article)) for article in articles))
    except UnreadableInput as error:
        return Extracted(path, problem=error)


def _chunks(first: list[Path], remaining: Iterator[Path]) -> Iterator[list[Path]]:
    pending = deque(first)
    while True:
        pending.extend(islice(remaining, max(0, CHUNK - len(pending))))
        if not pending:
            return
        yield [pending.popleft() for _ in range(min(CHUNK, len(pending)))]
