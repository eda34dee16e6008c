"""Bearer tokens: who may read, write, and administer.

They are kept in the store's folder, never as they are: a token is ``<id>.<secret>`` with
256 bits of chance in the secret, of which an HMAC under a key of its own is kept. So
much chance needs no stretching: nobody can try so many.
"""

import hashlib
import hmac
import json
import os
import re
import secrets
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from kg.dataset.files import sync_folder
from kg.errors import LodestoneError, StoreError

FILE = "tokens.json"
_NAME = re.compile(r"[\w][\w .@+-]{0,63}")


class Scope(StrEnum):
    """What a token allows; each allows what those before it do."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"

    def allows(self, needed: "Scope") -> bool:
        """Whether who has this scope may do what needs the other."""
        order = list(Scope)
        return order.index(self) >= order.index(needed)


@dataclass(eq=False)
class TokenError(LodestoneError):
    """A token cannot be made or revoked as asked."""


@dataclass(frozen=True)
class Identity:
    """Somebody who has shown a token: the token's name and scope."""

    name: str
    scope: Scope


@dataclass(frozen=True)
class Entry:
    """A token as it is kept."""

    id: str
    name: str
    scope: Scope
    made: str
    key: str
    digest: str

    @property
    def identity(self) -> Identity:
        """Who shows it."""
        return Identity(self.name, self.scope)


def bearer(header: str) -> str | None:
    """The token that an ``Authorization`` header shows; ``None`` where it shows none, or something else."""
    scheme, _, token = header.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _digest(key: str, secret: str) -> str:
    return hmac.new(bytes.fromhex(key), secret.encode(), hashlib.sha256).hexdigest()


class Tokens:
    """The tokens of one store, and the administrator's own, if the server was given one.

    The file is read again when it has changed: a token that is revoked counts no more.
    """

    def __init__(self, store: Path, master: str | None = None) -> None:
        self._path = store / FILE
        self._master = master or None
        self._stamp: tuple[int, int] | None = None
        self._entries: dict[str, Entry] = {}
        self._lock = threading.Lock()

    def identify(self, token: str) -> Identity | None:
        """Who shows a token; ``None`` for one that is not known (any more)."""
        if self._master is not None and hmac.compare_digest(token.encode(), self._master.encode()):
            return Identity("LODESTONE_TOKEN", Scope.ADMIN)
        name, _, secret = token.partition(".")
        entry = self._read().get(name)
        if entry is None or not hmac.compare_digest(_digest(entry.key, secret), entry.digest):
            return None
        return entry.identity

    def entries(self) -> tuple[Entry, ...]:
        """All tokens, oldest first."""
        return tuple(self._read().values())

    def make(self, name: str, scope: Scope) -> str:
        """A new token, which is told this once only. Raises ``TokenError`` for a name in use."""
        if not _NAME.fullmatch(name):
            raise TokenError(f"{name!r} is no name for a token: letters, digits, spaces and . @ + - _ are")
        entries = self._read()
        if any(entry.name == name for entry in entries.values()):
            raise TokenError(f"there is a token named {name} already: revoke it, or choose another name")
        token_id, secret, key = secrets.token_hex(6), secrets.token_urlsafe(32), secrets.token_hex(32)
        made = datetime.now(UTC).isoformat(timespec="seconds")
        entry = Entry(token_id, name, scope, made, key, _digest(key, secret))
        self._write((*entries.values(), entry))
        return f"{token_id}.{secret}"

    def revoke(self, name: str) -> Entry:
        """Take a token back, by its name or id. Raises ``TokenError``."""
        entries = self._read()
        gone = next((e for e in entries.values() if name in (e.name, e.id)), None)
        if gone is None:
            raise TokenError(f"there is no token named {name}: see `lodestone token list`")
        self._write(tuple(e for e in entries.values() if e is not gone))
        return gone

    def _read(self) -> dict[str, Entry]:
        with self._lock:
            try:
                found = self._path.stat()
            except FileNotFoundError:
                return {}
            stamp = (found.st_ino, found.st_mtime_ns)
            if stamp != self._stamp:
                self._entries, self._stamp = self._parsed(), stamp
            return self._entries

    def _parsed(self) -> dict[str, Entry]:
        try:
            listed = json.loads(self._path.read_text(encoding="utf-8"))["tokens"]
            entries = [Entry(**{**item, "scope": Scope(item["scope"])}) for item in listed]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError(f"{self._path} cannot be read as a list of tokens: {error}") from error
        return {entry.id: entry for entry in entries}

    def _write(self, entries: tuple[Entry, ...]) -> None:
        temporary = self._path.with_name(f".{FILE}.{secrets.token_hex(4)}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"tokens": [asdict(entry) for entry in entries]}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)
        sync_folder(self._path.parent)
