"""Files read by the workers of a cluster, given back in their order."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from time import monotonic

from distributed import Client, Future, wait
from distributed.scheduler import KilledWorker

from kg.errors import LodestoneError, UnreadableInput
from kg.extract.batch import Extracted
from kg.ingest.cluster.engine import WORKERS_SECONDS
from kg.ingest.cluster.results import Reader, Sent, WorkFolder
from kg.ingest.cluster.tasks import read_files

CHUNK = 16
"""Files of one task: some seconds of work, which is what is lost with a worker."""

_ROUNDS = 4
"""Tasks get smaller near the end: each thread has so many left, and none is idle long before the others."""

AHEAD = 3
"""Tasks under way for each thread of the cluster."""

_ASK_SECONDS = 5.0

CHUNK_BYTES = 8 * 1024 * 1024
"""Bytes of one task: a few large files are one too."""

Read = tuple[Reader, list[bytes]]
Chunk = tuple[tuple[str, Sent], ...]


@dataclass
class ClusterReading:
    """Reads files on a cluster. What the work folder holds is not read again."""

    client: Client
    work: WorkFolder
    reader: Reader
    extractor: str | None = None
    urls: Mapping[Path, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sent = 0
        self._threads, self._asked = 1, -_ASK_SECONDS
        self._under_way: dict[Future[Read], Chunk] = {}
        self._suspects: deque[tuple[str, Sent]] = deque()
        self._alone = False
        self._problems: dict[str, str] = {}

    def __call__(self, files: list[Path]) -> Iterator[Extracted]:
        """What the files claim, in their order. Raises ``LodestoneError`` if the cluster is gone."""
        for path, key in self.keys(files):
            if isinstance(key, UnreadableInput):
                yield Extracted(path, problem=key)
            else:
                yield self.work.result(key).extracted(path)

    def keys(self, files: list[Path]) -> Iterator[tuple[Path, str | UnreadableInput]]:
        """Under which keys the work folder holds what the files claim, in their order, once it is there.

        Raises ``LodestoneError`` if the cluster is gone.
        """
        order: deque[tuple[Path, str | UnreadableInput]] = deque()
        chunks = self._chunks(files, order)
        try:
            for _ in files:
                while not order or not self._is_there(order[0][1]):
                    if not self._fill(chunks):
                        continue  # files went by that the work folder holds
                    self._collect(block=not order or not self._is_there(order[0][1]))
                path, key = order.popleft()
                yield path, self._given(path, key)
                self._collect(block=False)
                self._fill(chunks)
        finally:
            if self._under_way and self.client.status == "running":
                self.client.cancel(list(self._under_way))
            self._under_way.clear()

    def _is_there(self, key: str | UnreadableInput) -> bool:
        return isinstance(key, UnreadableInput) or key in self._problems or self.work.holds(key)

    def _given(self, path: Path, key: str | UnreadableInput) -> str | UnreadableInput:
        if isinstance(key, str) and key in self._problems:
            return UnreadableInput(f"{path}: {self._problems[key]}", path=str(path))
        return key

    # --- sending

    def _fill(self, chunks: Iterator[Chunk]) -> bool:
        """Send as much as keeps the workers busy; whether there is something to wait for."""
        if monotonic() > self._asked + _ASK_SECONDS:
            self._threads = max(sum(self.client.nthreads().values()), 1)
            self._asked = monotonic()
        if self._suspects:
            if not self._under_way:
                self._alone = True
                self._send((self._suspects.popleft(),))
            return True
        for chunk in islice(chunks, max(0, self._threads * AHEAD - len(self._under_way))):
            if chunk:
                self._send(chunk)
        return bool(self._under_way)

    def _send(self, chunk: Chunk) -> None:
        self.sent += len(chunk)
        sent = [one for _, one in chunk]
        future = self.client.submit(read_files, sent, self.extractor, pure=False)
        self._under_way[future] = chunk

    def _chunks(self, files: list[Path], order: deque[tuple[Path, str | UnreadableInput]]) -> Iterator[Chunk]:
        """Files to be read, some together; ``order`` hears of every file."""
        asked: set[str] = set()
        chunk: list[tuple[str, Sent]] = []
        size = 0
        for left, path in zip(range(len(files), 0, -1), files, strict=True):
            try:
                sent = Sent(str(path), path.read_bytes(), self.urls.get(path))
            except OSError as error:
                problem = UnreadableInput(f"{path}: cannot be read ({error.strerror})", path=str(path))
                order.append((path, problem))
                continue
            key = sent.key(self.reader)
            order.append((path, key))
            if key in asked or self.work.holds(key):
                if len(order) % CHUNK == 0:
                    yield ()
                continue
            asked.add(key)
            chunk.append((key, sent))
            size += len(sent.content)
            if len(chunk) >= min(CHUNK, left // (_ROUNDS * self._threads)) or size >= CHUNK_BYTES:
                yield tuple(chunk)
                chunk, size = [], 0
        if chunk:
            yield tuple(chunk)

    # --- collecting

    def _collect(self, *, block: bool) -> None:
        """Keep what is done; wait for something if ``block``."""
        if block and self._under_way:
            try:
                wait(list(self._under_way), timeout=WORKERS_SECONDS, return_when="FIRST_COMPLETED")
            except TimeoutError:
                if not self.client.nthreads():
                    raise LodestoneError(
                        f"the cluster has had no worker for {WORKERS_SECONDS:g} s: "
                        "start some, and this command again: what was done is kept"
                    ) from None
        for future in [future for future in self._under_way if future.done()]:
            self._keep(future, self._under_way.pop(future))

    def _keep(self, future: Future[Read], chunk: Chunk) -> None:
        alone, self._alone = self._alone, False
        error = future.exception() if future.status == "error" else None
        if isinstance(error, KilledWorker):
            self._killed(chunk, alone=alone)
            return
        if future.status == "cancelled":
            raise LodestoneError("the cluster gave up: start this command again; what was done is kept")
        if error is not None:
            raise error
        reader, results = future.result()
        if reader != self.reader:
            raise LodestoneError(
                f"a worker reads differently ({reader}) than those at the start ({self.reader}): "
                "install one version on all of them"
            )
        for (key, _), data in zip(chunk, results, strict=True):
            self.work.keep(key, data)

    def _killed(self, chunk: Chunk, *, alone: bool) -> None:
        """A task that workers died with, which need not be its fault: try its files each alone, and leave out
        the one that they die of.
        """
        if not alone:
            self._suspects += chunk
            return
        [(key, _)] = chunk
        self._problems[key] = (
            "several workers ended while they read it (out of memory?): split it, or give them more"
        )
