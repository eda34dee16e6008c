"""What a worker found in a file, as bytes: it travels so, and lies so in the work folder."""

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

from kg.claims.claim import Claim, Polarity
from kg.claims.names import Names
from kg.dataset.files import write_bytes
from kg.errors import LodestoneError, UnreadableInput
from kg.extract.batch import Extracted
from kg.extract.reading.reader import Article
from kg.ingest.corrections import found_under, is_correction, looked_for
from kg.ingest.quotes import with_text

_FORMAT = 2
_ANY = Names()
T = TypeVar("T")


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
class Told:
    """What of an article decides: its text, the minima of that, how much it claims, whether it denies.

    ``said`` is under what its claims are found by corrections, ``corrects`` under what those are looked
    for that it may take back itself, as a correction.
    """

    article: Article
    minima: tuple[int, ...] | None
    count: int
    denies: bool
    said: tuple[str, ...]
    corrects: tuple[str, ...]


@dataclass(frozen=True)
class Found(Told):
    """An article with its claims."""

    claims: list[Claim]

    @classmethod
    def of(cls, article: Article, claims: list[Claim], minima: tuple[int, ...] | None) -> "Found":
        """Count its claims, and look what they may have to do with others."""
        denials = [claim for claim in claims if claim.polarity is Polarity.NEGATIVE]
        said = {key for claim in claims for key in found_under(claim, _ANY)}
        corrects = {
            key
            for denial in denials
            if is_correction(with_text(denial, article.text), article.text)
            for key in looked_for(denial, _ANY)
        }
        keys = tuple(sorted(said)), tuple(sorted(corrects))
        return cls(article, minima, len(claims), bool(denials), *keys, claims)


@dataclass(frozen=True)
class Head:
    """A result without the claims, which take far longer to read than all the rest."""

    name: str
    articles: tuple[Told, ...] = ()
    problem: str | None = None
    line: int | None = None

    def failure(self, path: Path) -> UnreadableInput | None:
        """Why the file cannot be read, if so; it may have had another name when it was read."""
        if self.problem is None:
            return None
        told = self.problem
        if told.startswith(self.name):
            told = f"{path}{told[len(self.name) :]}"
        return UnreadableInput(told, path=str(path), line=self.line)


@dataclass(frozen=True)
class Result(Head):
    """What became of a file that was sent: its articles, or why it cannot be read."""

    articles: tuple[Found, ...] = ()

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
        """It as what one machine gives."""
        failure = self.failure(path)
        if failure is not None:
            return Extracted(path, problem=failure)
        articles = tuple((found.article, found.claims) for found in self.articles)
        return Extracted(path, articles, minima=tuple(found.minima for found in self.articles))


_RESULT = TypeAdapter(Result)
_HEAD = TypeAdapter(Head)


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
        return self._read(key, _RESULT)

    def article(self, key: str, at: int) -> Found:
        """An article of such a result, by its place."""
        return self.result(key).articles[at]

    def head(self, key: str) -> Head:
        """The same without the claims."""
        return self._read(key, _HEAD)

    def _read(self, key: str, kind: TypeAdapter[T]) -> T:
        try:
            return kind.validate_json(zlib.decompress(self.data(key)))
        except (ValueError, zlib.error) as error:
            self._file(key).unlink()
            raise LodestoneError(f"{self._file(key)} was damaged, and is removed: start again") from error

    def keys(self) -> Iterator[str]:
        """The keys of all results."""
        return (file.stem for file in self.root.glob("??/*.z"))
