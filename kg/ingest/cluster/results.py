"""What a worker found in a file, as bytes: it travels so, and lies so in the work folder."""

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from kg.claims.claim import Claim
from kg.dataset.files import write_bytes
from kg.errors import LodestoneError, UnreadableInput
from kg.extract.batch import Extracted
from kg.extract.reader import Article

_FORMAT = 1


@dataclass(frozen=True)
class Reader:
    """Who reads: an extractor with its version, and the version of this program."""

    extractor: str
    version: str
    program: str

    def __str__(self) -> str:
        return f"{self.extractor} {self.version} of lodestone {self.program}"


@dataclass(frozen=True)
class Sent:
    """A file on its way to a worker: its name, its content, and where it comes from if that is known."""

    name: str
    content: bytes
    url: str | None = None

    def key(self, reader: Reader) -> str:
        """The same for the same content, read by the same, from the same place."""
        kind = Path(self.name).suffix.lower()
        about = f"{_FORMAT}\n{reader}\n{kind}\n{self.url or ''}\n"
        return hashlib.sha256(about.encode() + self.content).hexdigest()


@dataclass(frozen=True)
class Found:
    """An article with its claims, and the minima of its running text."""

    article: Article
    claims: list[Claim]
    minima: tuple[int, ...] | None


@dataclass(frozen=True)
class Result:
    """What became of a file that was sent: its articles, or why it cannot be read."""

    name: str
    articles: tuple[Found, ...] = ()
    problem: str | None = None
    line: int | None = None

    def packed(self) -> bytes:
        """It as bytes."""
        return zlib.compress(_RESULT.dump_json(self), level=1)

    @classmethod
    def unpacked(cls, data: bytes) -> "Result":
        """Read it back. Raises ``ValueError``."""
        try:
            return _RESULT.validate_json(zlib.decompress(data))
        except zlib.error as error:
            raise ValueError(str(error)) from error

    def extracted(self, path: Path) -> Extracted:
        """It as what one machine gives; the file may have had another name when it was read."""
        if self.problem is not None:
            told = self.problem
            if told.startswith(self.name):
                told = f"{path}{told[len(self.name) :]}"
            return Extracted(path, problem=UnreadableInput(told, path=str(path), line=self.line))
        articles = tuple((found.article, found.claims) for found in self.articles)
        return Extracted(path, articles, minima=tuple(found.minima for found in self.articles))


_RESULT = TypeAdapter(Result)


@dataclass(frozen=True)
class WorkFolder:
    """Results by the key of their file. What is in it is whole: each came by one rename."""

    root: Path

    def _file(self, key: str) -> Path:
        return self.root / key[:2] / f"{key}.z"

    def holds(self, key: str) -> bool:
        """Whether the result of that key is there."""
        return self._file(key).exists()

    def keep(self, key: str, data: bytes) -> None:
        """Keep a result."""
        file = self._file(key)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(file, data)

    def data(self, key: str) -> bytes:
        """A result that is kept, as bytes."""
        return self._file(key).read_bytes()

    def result(self, key: str) -> Result:
        """A result that is kept. Raises ``LodestoneError`` if it is damaged; it is gone then."""
        try:
            return Result.unpacked(self.data(key))
        except (ValueError, ValidationError) as error:
            self._file(key).unlink()
            raise LodestoneError(f"{self._file(key)} was damaged, and is removed: start again") from error

    def keys(self) -> Iterator[str]:
        """The keys of all results."""
        return (file.stem for file in self.root.glob("??/*.z"))
