"""What a server is told when it starts: one table, for file, environment, flags and documentation.

A flag goes before the environment, that before the file, and that before the default.
"""

import ipaddress
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

from server.errors import ConfigError

MEBIBYTE = 1024 * 1024
_ORIGIN = re.compile(r"\*|none|https?://[^/\s]+")
_PROBABLE = re.compile(r"[^#\s]+(?:#(?:0?\.\d*[1-9]\d*|1(?:\.0*)?))?")
PREFIX = "LODESTONE_"


class ShowDocuments(StrEnum):
    """How much of a document's text a page shows: documents belong to others."""

    WHOLE = "whole"
    QUOTE = "quote"


class LogRequests(StrEnum):
    """Which requests are logged: all, those that failed or were slow, or none."""

    ALL = "all"
    PROBLEMS = "problems"
    NONE = "none"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server bound to the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _setting(default: Any, words: str, *, unit: str = "", least: float | None = None) -> Any:
    """A field of ``Config`` with what the table of settings says of it; ``least`` is allowed itself."""
    return field(default=default, metadata={"words": words, "unit": unit, "least": least})


@dataclass(frozen=True)
class Config:
    """Settings of one server. Times in seconds, sizes in bytes.

    Raises ``ConfigError`` for settings that make no sense, or expose the server unasked.
    """

    store: Path = _setting(Path("lodestone-store"), "folder of the store")
    host: str = _setting("127.0.0.1", "address to listen on")
    port: int = _setting(8000, "port to listen on; 0 takes a free one", least=0)
    public: bool = _setting(False, "allow an address that other machines reach")
    workers: int = _setting(
        2, "queries evaluated side by side; one of two or more is for short ones", least=1
    )
    timeout: float = _setting(30.0, "the most that a query may take", unit="seconds", least=0.001)
    memory: int = _setting(
        2048 * MEBIBYTE, "what a query may use beyond an idle worker", unit="MiB", least=MEBIBYTE
    )
    result: int = _setting(1024 * MEBIBYTE, "the longest answer", unit="MiB", least=1)
    body: int = _setting(4 * MEBIBYTE, "the longest body of a request, decompressed", unit="MiB", least=1)
    upload: int = _setting(64 * MEBIBYTE, "the longest body of a write with a token", unit="MiB", least=1)
    waiting: int = _setting(64, "requests that may queue for a worker", least=0)
    patience: float = _setting(10.0, "how long each may queue", unit="seconds", least=0.001)
    rate: float | None = _setting(
        None,
        "requests a second that one client may go on sending, kept answers apart; 0 is no limit "
        "(default: 50 on a public address, no limit on loopback)",
        least=0,
    )
    burst: int = _setting(500, "how many one client may send at once before that counts", least=1)
    proxy: bool = _setting(False, "take a client's address from X-Forwarded-For, as a reverse proxy sets it")
    cache: int = _setting(
        64 * MEBIBYTE, "memory for answers that are kept; 0 keeps none", unit="MiB", least=0
    )
    answers: int = _setting(
        256 * MEBIBYTE, "room in the store for answers that are cited; 0 keeps none", unit="MiB", least=0
    )
    write_memory: int = _setting(
        4096 * MEBIBYTE, "address space of the process that writes", unit="MiB", least=1024 * MEBIBYTE
    )
    write_timeout: float = _setting(120.0, "the most that a write may take", unit="seconds", least=0.001)
    write_wait: float = _setting(5.0, "how long a write waits for another writer", unit="seconds", least=0)
    token: str | None = field(
        default=None,
        repr=False,
        metadata={"words": "an administrator's token (environment only)", "unit": "", "least": None},
    )
    read_token: bool = _setting(False, "reading needs a token too")
    outbound: tuple[str, ...] = _setting(
        (),
        "what may be asked outside: addresses that calls must start with (https://host/path); "
        "#0.8 at the end says how sure it is what SERVICE gets there (default: 0.5)",
    )
    cors: tuple[str, ...] = _setting(
        ("*",),
        "sites whose scripts may read answers: * for all, origins (https://host), or none "
        "(on your own machine * lets any page that you visit ask the store)",
    )
    log_requests: LogRequests = _setting(LogRequests.PROBLEMS, "requests that are logged")
    show_documents: ShowDocuments | None = _setting(
        None, "documents whole, or the quote with a little context (default: quote on a public address)"
    )

    def __post_init__(self) -> None:
        for setting in fields(self):
            least, value = setting.metadata["least"], getattr(self, setting.name)
            if least is not None and value is not None and not value >= least:
                must = "0 or more" if least == 0 else "more than 0"
                raise ConfigError(f"{setting.name} must be {must}", setting=setting.name)
        for entry in self.outbound:
            if not _PROBABLE.fullmatch(entry):
                raise ConfigError(
                    f"outbound takes addresses, with a probability above 0 after a #, not {entry!r}",
                    setting="outbound",
                )
        for origin in self.cors:
            if not _ORIGIN.fullmatch(origin):
                raise ConfigError(
                    f"cors takes *, none, or origins such as https://example.org, not {origin!r}",
                    setting="cors",
                )
        if self.port > 65535:
            raise ConfigError(f"{self.port} is not a port: 0 to 65535 are", setting="port")
        if not self.public and not is_loopback(self.host):
            raise ConfigError(
                f"{self.host} can be reached from other machines, and reading needs no token: "
                "say so explicitly (public) if you mean it, or bind to 127.0.0.1",
                setting="host",
            )

    @property
    def most_a_second(self) -> float:
        """Requests a second that one client may go on sending; 0 is no limit."""
        if self.rate is not None:
            return self.rate
        return 0.0 if is_loopback(self.host) else 50.0

    @property
    def documents(self) -> ShowDocuments:
        """The setting, else whole on a loopback address and quotes elsewhere."""
        if self.show_documents is not None:
            return self.show_documents
        return ShowDocuments.WHOLE if is_loopback(self.host) else ShowDocuments.QUOTE


@dataclass(frozen=True)
class Setting:
    """A row of the table: a setting by its names in the file, the environment and as a flag."""

    name: str
    words: str
    unit: str
    default: Any

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return PREFIX + self.name.upper()

    @property
    def flag(self) -> str | None:
        """Its flag; a secret has none, as others can read it in the list of processes."""
        return None if self.name == "token" else f"--{self.name.replace('_', '-')}"

    @property
    def is_switch(self) -> bool:
        """Whether it is on or off."""
        return isinstance(self.default, bool)

    @property
    def shown_default(self) -> str:
        """The default as it is written, in the setting's unit."""
        value = self.default
        if self.unit == "MiB":
            value = value // MEBIBYTE
        if isinstance(value, bool):
            return "on" if value else "off"
        if isinstance(value, tuple):
            return " ".join(value)
        return "" if value is None else f"{value}" if not isinstance(value, float) else f"{value:g}"

    def read(self, given: object) -> Any:
        """The value from what a file, the environment or a flag gives. Raises ``ConfigError``."""
        try:
            return self._read(given)
        except (ValueError, TypeError) as error:
            unit = f" ({self.unit})" if self.unit else ""
            raise ConfigError(f"{self.name}{unit} cannot be {given!r}: {error}", setting=self.name) from None

    def _read(self, given: object) -> Any:
        match self.default:
            case bool():
                return _switch(given)
            case tuple():
                return tuple(given if isinstance(given, list | tuple) else str(given).split())
            case int() if self.unit == "MiB":
                return int(float(str(given)) * MEBIBYTE)
            case int():
                return int(str(given))
            case float():
                return float(str(given))
            case Path():
                return Path(str(given))
            case LogRequests():
                return LogRequests(str(given))
        special = {"show_documents": ShowDocuments, "rate": float}.get(self.name, str)
        return special(str(given))


def _switch(given: object) -> bool:
    words = {
        "on": True,
        "true": True,
        "yes": True,
        "1": True,
        "off": False,
        "false": False,
        "no": False,
        "0": False,
    }
    found = words.get(str(given).lower())
    if found is None:
        raise ValueError("say on or off")
    return found


def _row(found: "Field[Any]") -> Setting:
    return Setting(found.name, found.metadata["words"], found.metadata["unit"], found.default)


SETTINGS = tuple(map(_row, fields(Config)))
"""The table."""


def load_config(
    flags: Mapping[str, object], *, file: Path | None = None, environment: Mapping[str, str] = os.environ
) -> Config:
    """The configuration from flags (those that are ``None`` were not given), environment and file.

    ``LODESTONE_CONFIG`` names the file where ``file`` does not. Raises ``ConfigError``.
    """
    named = file or (Path(environment[PREFIX + "CONFIG"]) if environment.get(PREFIX + "CONFIG") else None)
    in_file = _from_file(named) if named else {}
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        for given in (
            flags.get(setting.name),
            environment.get(setting.variable) or None,
            in_file.get(setting.name),
        ):
            if given is not None:
                values[setting.name] = setting.read(given)
                break
    return Config(**values)


def _from_file(path: Path) -> dict[str, object]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read: {error}", setting="config") from error
    known = {setting.name for setting in SETTINGS} - {"token"}
    for name in found:
        if name not in known:
            raise ConfigError(
                f"{path}: there is no setting {name}: there are {', '.join(sorted(known))}", setting=name
            )
    return found


def documented() -> Iterator[str]:
    """The table of settings in Markdown, line by line."""
    yield "| file | flag | environment | default | what |"
    yield "|---|---|---|---|---|"
    for setting in SETTINGS:
        flag = f"`{setting.flag}`" if setting.flag else ""
        in_file = f"`{setting.name}`" if setting.flag else ""
        unit = f" ({setting.unit})" if setting.unit else ""
        default = f"`{setting.shown_default}`" if setting.shown_default else ""
        yield f"| {in_file} | {flag} | `{setting.variable}` | {default} | {setting.words}{unit} |"
