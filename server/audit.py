"""The audit log: every write in a line of JSON, on disk before it is done and again when it is.

Lines are appended to ``audit.jsonl`` in the store's folder. ``begin`` comes before a write
touches the store, so none is missing even if the machine stops; ``done``, ``refused`` or
``failed`` tell what became of it, under the same request id. What was refused for want of
a token has a ``refused`` line alone; where strangers ask often, not each time: the next
line says how many were left ``untold``.
"""

import errno
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from kg.errors import StoreError

FILE = "audit.jsonl"


@dataclass(frozen=True)
class Deed:
    """A write that somebody asks for.

    ``who`` is the name of a token (empty without one) or of a user; ``where`` the address
    or command it came by; ``what`` says the kind, ``on`` particulars (graph, claim, reason,
    size and SHA-256 of a body).
    """

    who: str
    where: str
    what: str
    request: str
    on: Mapping[str, object] = field(default_factory=dict)


class Audit:
    """The log of one store."""

    def __init__(self, store: Path) -> None:
        self.path = store / FILE

    def note(self, event: str, deed: Deed, **more: object) -> None:
        """Append a line and see it on disk. Raises ``StoreError`` where that cannot be."""
        told = {k: v for k, v in asdict(deed).items() if v not in ("", {})}
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"at": at, "event": event, **told, **more}, ensure_ascii=False) + "\n"
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                data = line.encode("utf-8", "backslashreplace")
                if os.write(descriptor, data) < len(data):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise StoreError(
                f"{self.path} cannot be written ({error.strerror}): without an audit log nothing is written",
                store=str(self.path.parent),
            ) from error
