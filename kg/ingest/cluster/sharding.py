"""A folder of shards made of articles: read and encoded on a cluster, put together here."""

import hashlib
import json
import shutil
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import chain, groupby
from pathlib import Path

from distributed import Future

from kg.claims.claim import Claim
from kg.claims.confidence import RELIABILITY_TERM, Reliability, cautious
from kg.claims.names import Names
from kg.dataset.files import Layout, write_bytes, write_json
from kg.dataset.loading.sorting import Progress, SortedLines, unwatched
from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import Statement, iri
from kg.errors import LodestoneError, UnreadableInput
from kg.ingest.cluster.encoding import Decided, Encoded, encode_articles
from kg.ingest.cluster.reading import ClusterReading
from kg.ingest.cluster.results import Told
from kg.ingest.cluster.retracting import Papers
from kg.ingest.corrections import said_in
from kg.ingest.origins import FILE, Copies, own_origin
from kg.ingest.shards import DESCRIPTIONS, FORMAT, LIST, Shard
from ontology.vocab import LS

SHARD_CLAIMS = 20_000
"""Claims after which a shard is full: some 150 MB of N-Quads."""

SHARD_ARTICLES = 256
"""Articles after which it is full: some seconds of encoding on a worker."""

FEWEST_ARTICLES = 16
_SHARDS = 64
"""Of few articles shards are smaller: the last one is encoded by one worker, and the others wait."""

WORK = ".work"
_BEGAN = "began.json"


@dataclass
class Sharded:
    """What became of the files."""

    folder: Path
    articles: int = 0
    claims: int = 0
    copies: int = 0
    shards: list[Shard] = field(default_factory=list)
    rejected: list[tuple[str, str, int | None]] = field(default_factory=list)
    """What is not in the shards: the file, why, and in which line if that is known."""


def prepared(folder: Path) -> datetime:
    """Make a folder ready for shards; gives back when its claims count as recorded.

    What an earlier run made there is made anew, as recorded then. Raises ``LodestoneError`` if the
    folder holds other things.
    """
    began, listed = folder / WORK / _BEGAN, folder / LIST
    told = next((json.loads(f.read_text(encoding="utf-8")) for f in (listed, began) if f.exists()), None)
    if told is None and folder.exists() and any(folder.iterdir()):
        raise LodestoneError(f"{folder} is not empty, and holds no shards: name another folder")
    recorded = datetime.fromisoformat(told["recorded"]) if told else datetime.now(UTC)
    (folder / WORK).mkdir(parents=True, exist_ok=True)
    write_json(began, {"recorded": recorded.isoformat()})
    for old in (listed, folder / FILE, *folder.glob("*.nq")):
        old.unlink(missing_ok=True)
    shutil.rmtree(folder / "documents", ignore_errors=True)
    return recorded


class Sharding:
    """One run: articles into a folder of shards; their originals may be in a store."""

    def __init__(
        self, reading: ClusterReading, folder: Path, names: Names, recorded: datetime, store: Snapshot | None
    ) -> None:
        self._reading, self._folder, self._names, self._recorded = reading, folder, names, recorded
        self._store = store
        self._copies = Copies(store.layout.root / FILE if store else folder / FILE, names)
        self._copies.file = folder / FILE
        self._places: dict[str, tuple[str, int]] = {}
        self._ratings: dict[str, set[Reliability]] = {}
        self._under_way: deque[tuple[Future[Encoded], list[Path]]] = deque()
        self._descriptions = 0
        self.done = Sharded(folder)

    def write(self, files: list[Path], progress: Progress = unwatched) -> Sharded:
        """Make the shards of the files' articles."""
        work = self._folder / WORK
        with SortedLines(work) as shared, Papers(work) as self._papers:
            for paths, articles in self._groups(files, progress):
                arguments = (articles, self._names.base, self._recorded)
                future = self._reading.client.submit(encode_articles, *arguments, pure=False, priority=1)
                self._under_way.append((future, paths))
                self._collect(shared, wait=False)
            self._collect(shared, wait=True)
            self._keep(DESCRIPTIONS, "".join(self._described(shared)).encode())
        self._copies.keep()
        listed = [asdict(shard) for shard in self.done.shards]
        about = {"format": FORMAT, "base": self._names.base, "recorded": self._recorded.isoformat()}
        counts = {"articles": self.done.articles, "claims": self.done.claims, "shards": listed}
        write_json(self._folder / LIST, about | counts)
        shutil.rmtree(self._folder / WORK)
        return self.done

    # --- articles

    def _groups(self, files: list[Path], progress: Progress) -> Iterator[tuple[list[Path], list[Decided]]]:
        """Articles of a shard, each with its file."""
        paths: list[Path] = []
        articles: list[Decided] = []
        claims = 0
        most = min(SHARD_ARTICLES, max(FEWEST_ARTICLES, len(files) // _SHARDS))
        read = chain.from_iterable(self._articles(path, key) for path, key in self._reading.keys(files))
        for path, decided, count in chain(read, self._corrections()):
            progress(max(count, 1))
            paths.append(path)
            articles.append(decided)
            claims += count
            if claims >= SHARD_CLAIMS or len(articles) >= most:
                yield paths, articles
                paths, articles, claims = [], [], 0
        if articles:
            yield paths, articles

    def _articles(self, path: Path, key: str | UnreadableInput) -> Iterator[tuple[Path, Decided, int]]:
        """What is to be encoded of a file: each article with the number of its claims."""
        if isinstance(key, UnreadableInput):
            self._reject(path, str(key), key.line)
            return
        head = self._reading.work.head(key)
        failure = head.failure(path)
        if failure is not None:
            self._reject(path, str(failure), failure.line)
            return
        for at, told in enumerate(head.articles):
            decided = self._decided(path, key, at, told)
            if decided is not None:
                yield path, decided, told.count

    def _corrections(self) -> Iterator[tuple[Path, Decided, int]]:
        """The articles that take back what their paper said, which is known when all were read."""
        work = self._reading.work
        for place, count, corrects in self._papers.corrections(work.article, self._names, self._store):
            yield place.path, Decided(work.data(place.key), place.at, corrects=corrects), count

    def _reject(self, path: Path, reason: str, line: int | None = None) -> None:
        self.done.rejected.append((str(path), reason, line))

    def _decided(self, path: Path, key: str, at: int, told: Told) -> Decided | None:
        """What is to be encoded of an article at once; nothing of a text that was there before."""
        article, document = told.article, told.article.document
        if document.hash is None or document.hash in self._places:
            return None
        if self._store is not None and self._store.layout.tombstone(document.hash).exists():
            self._reject(path, "its text was purged from the store")
            return None
        self._places[document.hash] = (key, at)
        self._save(document.hash, article.text)
        original = self._copies.original(told.minima, document)
        origin = original.origin if original else own_origin(article.chain_tail[-1], document, self._names)
        self._copies.note(told.minima, document, origin)
        self.done.articles += 1
        if self._papers.note(path, key, at, told, is_copy=original is not None):
            return None
        data = self._reading.work.data(key)
        if original is None:
            return Decided(data, at)
        self.done.copies += 1
        if not told.denies:
            return Decided(data, at, original.origin)
        place = self._places.get(original.document)
        earlier = (self._reading.work.data(place[0]), place[1]) if place else None
        return Decided(data, at, original.origin, tuple(self._in_store(original.document)), earlier)

    def _in_store(self, document: str) -> Iterator[tuple[str, Claim]]:
        if self._store is not None:
            yield from said_in(self._store, self._names.document(document))

    def _save(self, content_hash: str, text: str) -> None:
        file = Layout(self._folder).document(content_hash)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(file, text.encode())

    # --- shards

    def _collect(self, shared: SortedLines, *, wait: bool) -> None:
        while self._under_way and (wait or self._under_way[0][0].done()):
            future, paths = self._under_way.popleft()
            self._take(future.result(), paths, shared)

    def _take(self, encoded: Encoded, paths: list[Path], shared: SortedLines) -> None:
        self.done.claims += encoded.claims
        if encoded.claims:
            name = f"claims-{len(self.done.shards):05}.nq"
            self._keep(name, zlib.decompress(encoded.data), encoded.lines)
        for statement in encoded.shared:
            self._describe(shared, statement)
        for origin, ratings in encoded.ratings.items():
            self._ratings.setdefault(origin, set()).update(ratings)
        self.done.rejected += ((str(paths[number]), reason, None) for number, reason, _ in encoded.broken)

    def _describe(self, shared: SortedLines, statement: Statement) -> None:
        s, p, o = statement
        self._descriptions += 1
        shared.add(f"{s} {p}\t{self._descriptions:015}\t{o}")

    def _described(self, shared: SortedLines) -> Iterator[str]:
        """What was said first of each property of a document, source, origin or agent; in order."""
        for origin, ratings in self._ratings.items():
            term = iri(RELIABILITY_TERM[cautious(ratings)])
            self._describe(shared, Statement(iri(origin), iri(LS.sourceReliability), term))
        for about, lines in groupby(shared, key=lambda line: line.partition("\t")[0]):
            _, _, said = next(lines).rpartition("\t")
            yield f"{about} {said} <{self._names.record}> .\n"

    def _keep(self, name: str, data: bytes, lines: int | None = None) -> None:
        write_bytes(self._folder / name, data)
        count = data.count(b"\n") if lines is None else lines
        self.done.shards.append(Shard(name, count, hashlib.sha256(data).hexdigest()))


def refused(files: Iterable[Path]) -> Iterator[tuple[str, str, int | None]]:
    """Why files that are no articles are not in shards."""
    for path in files:
        yield str(path), "shards hold what articles claim: take this in with `lodestone ingest`", None
