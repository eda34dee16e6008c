"""Answers that are cited: each is kept, as it was, under the hash of what it says.

::

    <store>/answers/ab/abcd….json.gz    the answer: what was asked, of which version, what came of it
    <store>/answers/ab/abcd….gone       what is left of one that quoted a document which was purged
"""

import gzip
import hashlib
import json
import os
import re
import secrets
import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kg.dataset.files import Layout, sync_folder
from kg.dataset.purging import tombstones
from kg.dataset.room import says_full, store_full
from kg.errors import AnswerGone, AnswersFull, NotFound, StoreError

LONGEST = 4 * 1024 * 1024
"""Bytes of an answer that may be kept, as JSON."""

_HASH = re.compile(r"[0-9a-f]{64}")
_LOCK = threading.Lock()


@dataclass(frozen=True)
class KeptAnswer:
    """An answer as it was cited: the SHA-256 of its canonical JSON, when it first was, what it says."""

    hash: str
    cited: datetime
    content: Mapping[str, Any]


class KeptAnswers:
    """The cited answers of a store, ``most`` bytes of them on disk. None is ever dropped for another."""

    def __init__(self, layout: Layout, most: int = 0) -> None:
        self._layout = layout
        self._folder = layout.root / "answers"
        self._most = most

    def keep(self, content: Mapping[str, Any]) -> tuple[str, bool]:
        """Keep an answer, if it is not kept yet; gives back its hash, and whether it is new.

        Raises ``AnswersFull`` and ``StoreFull`` where there is no room, ``AnswerGone`` where it was
        taken out, ``StoreError``.
        """
        body = canonical(content)
        name = hashlib.sha256(body).hexdigest()
        path = self._path(name)
        self._refuse_gone(name)
        if path.exists():
            return name, False
        if len(body) > LONGEST:
            raise AnswersFull(
                f"the answer has {len(body):,} bytes, up to {LONGEST:,} can be cited: ask for less"
            )
        cited = datetime.now(UTC).isoformat(timespec="seconds")
        packed = gzip.compress(json.dumps({"cited": cited}).encode() + b"\n" + body, mtime=0)
        with _LOCK:
            if sum(p.stat().st_size for p in self._files()) + len(packed) > self._most:
                raise AnswersFull(
                    "this server keeps no more cited answers: its setting `answers` says how many bytes"
                )
            try:
                _write(path, packed)
            except OSError as error:
                if says_full(error):
                    raise store_full() from error
                raise StoreError(f"{path} cannot be written: {error}") from error
        self._take_back(name, body.decode(), _quoted(content))  # one that began before a purge did
        return name, True

    def _take_back(self, name: str, text: str, documents: Collection[str]) -> None:
        """Take an answer out that tells of what was purged while it was made. Raises ``AnswerGone``."""
        for stone in tombstones(self._layout):
            if stone.document in documents or any(f'"{one.iri}"' in text for one in stone.withdrawn):
                self._bury(name, stone.reason)
                self._refuse_gone(name)

    def get(self, name: str) -> KeptAnswer:
        """An answer by its hash. Raises ``NotFound``, ``AnswerGone``, and ``StoreError`` if it is damaged."""
        if _HASH.fullmatch(name) is None:
            raise NotFound("an answer is named by 64 hexadecimal digits")
        self._refuse_gone(name)
        path = self._path(name)
        try:
            head, _, body = gzip.decompress(path.read_bytes()).partition(b"\n")
            if hashlib.sha256(body).hexdigest() != name:
                raise ValueError("its content is not that of its name")
            return KeptAnswer(name, datetime.fromisoformat(json.loads(head)["cited"]), json.loads(body))
        except FileNotFoundError:
            raise NotFound(f"no answer {name} was cited here") from None
        except (OSError, EOFError, ValueError, KeyError) as error:
            raise StoreError(f"{path} is damaged: {error}") from error

    def take_out(self, document: str, words: Collection[str], reason: str) -> int:
        """Take out the answers that quote a document, or hold some of the words; gives back how many."""
        found = 0
        for path in list(self._files()):
            name = path.name.removesuffix(".json.gz")
            if self._holds(name, document, words):
                self._bury(name, reason)
                found += 1
        return found

    def _bury(self, name: str, reason: str) -> None:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        _write(self._stone(name), json.dumps({"reason": reason, "gone": at}).encode())
        self._path(name).unlink(missing_ok=True)

    def _holds(self, name: str, document: str, words: Collection[str]) -> bool:
        """Whether an answer quotes the document or holds some of the words; what cannot be read may."""
        try:
            content = self.get(name).content
        except StoreError:
            return True
        text = canonical(content).decode()
        spelled = (json.dumps(w, ensure_ascii=False)[1:-1] for w in words)
        return document in _quoted(content) or any(w in text for w in spelled)

    def _refuse_gone(self, name: str) -> None:
        stone = self._stone(name)
        if stone.exists():
            told = json.loads(stone.read_bytes())
            raise AnswerGone(
                f"the answer was taken out on {told['gone'][:10]}, as a document that it quotes was purged",
                answer=name,
            )

    def _files(self) -> Iterator[Path]:
        return self._folder.glob("*/*.json.gz")

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / f"{name}.json.gz"

    def _stone(self, name: str) -> Path:
        return self._folder / name[:2] / f"{name}.gone"


def canonical(content: Mapping[str, Any]) -> bytes:
    """The JSON of which the hash is taken: members in order, no spaces, UTF-8."""
    return json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def _quoted(content: Mapping[str, Any]) -> set[str]:
    """The documents of whose claims the answer tells."""
    sides = (content.get(name) or {} for name in ("plain", "trusted"))
    claims = (claim for side in sides for claim in (side.get("provenance") or {}).get("claims", {}).values())
    return {claim["document"] for claim in claims if claim.get("document")}


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
