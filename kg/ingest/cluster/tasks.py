"""What runs on the workers. Nothing here keeps anything: a task that is lost with its worker is run again."""

from collections.abc import Sequence
from functools import lru_cache, partial
from importlib.metadata import version
from pathlib import Path

from kg.extract.batch import Extracted, extract_alone, extract_read
from kg.extract.grammar.model import parser
from kg.extract.pipeline import Extractor, SpacyExtractor
from kg.extract.reading.reader import articles_of
from kg.extract.registry import extractor
from kg.ingest.cluster.memory import keep_memory
from kg.ingest.cluster.results import Found, Reader, Result, Sent
from kg.ingest.origins import minima


@lru_cache(maxsize=4)
def _extractor(name: str | None) -> Extractor:
    return SpacyExtractor() if name is None else extractor(name)


def reader_of(name: str | None) -> Reader:
    """Who reads here under that name (the shipped extractor under none); its model is loaded then.

    Raises ``LodestoneError`` if it is not installed.
    """
    keep_memory()
    found = _extractor(name)
    if isinstance(found, SpacyExtractor):
        parser()
    return Reader(found.name, found.version, version("lodestone-kg"))


def read_files(sent: Sequence[Sent], name: str | None) -> tuple[Reader, list[bytes]]:
    """Who read, and what the files claim, each as a ``Result`` packed, in their order."""
    keep_memory()
    files = [(Path(s.name), partial(articles_of, s.content, Path(s.name), s.url)) for s in sent]
    if name is None:
        done = extract_read(files)
    else:
        done = [extract_alone(path, reading, _extractor(name)) for path, reading in files]
    reader = reader_of(name)
    return reader, [_result(one).packed() for one in done]


def _result(done: Extracted) -> Result:
    if done.problem is not None:
        return Result(str(done.path), problem=done.problem.message, line=done.problem.line)
    articles = tuple(Found.of(a, claims, minima(a.text[a.body :])) for a, claims in done.articles)
    return Result(str(done.path), articles)
