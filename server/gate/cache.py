"""Answers that are kept, by everything that makes them: in memory, the least used going first."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, fields

from server.processes.jobs import Job, Reply
from server.shapes import in_one_spelling

_ENTRY = 1024
"""Bytes that an entry costs beside its body, about."""

_NOT_OF_THE_ANSWER = {"query", "version", "timeout", "limit", "memory", "stream", "client"}
_PARAMETERS = tuple(f.name for f in fields(Job) if f.name not in _NOT_OF_THE_ANSWER)


def key_of(job: Job, version: str) -> tuple[Hashable, ...]:
    """What makes an answer: the version, the query in one spelling, and every parameter that changes it."""
    return (version, in_one_spelling(job.query), *(getattr(job, name) for name in _PARAMETERS))


def etag_of(key: tuple[Hashable, ...]) -> str:
    """The entity tag of an answer, known before it is evaluated: weak, as the order of rows may differ."""
    return hashlib.blake2b(repr(key).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


@dataclass(frozen=True)
class Page:
    """A whole response that can be sent again: its headers as they go out, its body, its entity tag."""

    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    etag: bytes


class AnswerCache:
    """Keeps replies and pages of one version, ``most`` bytes of them; another version begins anew."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Reply | Page] = OrderedDict()
        self._version = ""
        self.bytes = self.hits = self.misses = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable, version: str) -> Reply | Page | None:
        """What is kept under a key, if it was put there since the version was published."""
        with self._lock:
            found = self._kept.get(key) if version == self._version else None
            if found is None:
                self.misses += 1
                return None
            self._kept.move_to_end(key)
            self.hits += 1
            return found

    def put(self, key: Hashable, version: str, value: Reply | Page) -> None:
        """Keep something, unless it alone would fill an eighth."""
        size = len(value.body) + _ENTRY
        if size > self._most // 8:
            return
        with self._lock:
            if version != self._version:
                self._kept.clear()
                self.bytes, self._version = 0, version
            if (old := self._kept.pop(key, None)) is not None:
                self.bytes -= len(old.body) + _ENTRY
            self._kept[key] = value
            self.bytes += size
            while self.bytes > self._most:
                _, old = self._kept.popitem(last=False)
                self.bytes -= len(old.body) + _ENTRY

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self.bytes, self._version = 0, ""
