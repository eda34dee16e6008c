"""What a server is told when it starts."""

import ipaddress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from server.errors import ConfigError

MEBIBYTE = 1024 * 1024


class ShowDocuments(StrEnum):
    """How much of a document's text a page shows: documents belong to others."""

    WHOLE = "whole"
    QUOTE = "quote"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server bound to the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Config:
    """Settings of one server. Times in seconds, sizes in bytes.

    ``timeout`` is the most that one query may take, ``memory`` what its worker may use
    beyond an idle one, ``result`` the longest answer, ``body`` the longest request.
    ``waiting`` requests may queue for a worker, each ``patience`` long. ``public``
    allows an address that other machines reach.

    ``upload`` is the longest body of a write that shows a token, ``write_memory`` the
    address space that the process which writes may use, ``write_timeout`` the most
    that a write may take, ``write_wait`` how long it waits for another writer. ``token``
    is an administrator's; with ``read_token`` reading needs a token too.

    Raises ``ConfigError`` for settings that make no sense, or expose the server unasked.
    """

    store: Path
    host: str = "127.0.0.1"
    port: int = 8000
    public: bool = False
    workers: int = 2
    timeout: float = 30.0
    memory: int = 2048 * MEBIBYTE
    result: int = 256 * MEBIBYTE
    body: int = 4 * MEBIBYTE
    waiting: int = 64
    patience: float = 10.0
    upload: int = 64 * MEBIBYTE
    write_memory: int = 4096 * MEBIBYTE
    write_timeout: float = 120.0
    write_wait: float = 5.0
    token: str | None = field(default=None, repr=False)
    read_token: bool = False
    show_documents: ShowDocuments | None = field(default=None)

    def __post_init__(self) -> None:
        for setting in (
            "workers",
            "timeout",
            "memory",
            "result",
            "body",
            "patience",
            "upload",
            "write_timeout",
        ):
            if getattr(self, setting) <= 0:
                raise ConfigError(f"{setting} must be more than 0", setting=setting)
        if not 0 <= self.port <= 65535:
            raise ConfigError(f"{self.port} is not a port: 0 to 65535 are", setting="port")
        if self.waiting < 0:
            raise ConfigError("waiting must be 0 or more", setting="waiting")
        if not self.public and not is_loopback(self.host):
            raise ConfigError(
                f"{self.host} can be reached from other machines, and reading needs no token: "
                "say so explicitly (public) if you mean it, or bind to 127.0.0.1",
                setting="host",
            )

    @property
    def documents(self) -> ShowDocuments:
        """The setting, else whole on a loopback address and quotes elsewhere."""
        if self.show_documents is not None:
            return self.show_documents
        return ShowDocuments.WHOLE if is_loopback(self.host) else ShowDocuments.QUOTE
