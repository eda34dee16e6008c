"""The audit log: every write in a line of JSON, on disk before it is done and again when it is.

Lines are appended to ``audit.jsonl`` in the store's folder. ``begin`` comes before a write
touches the store, so none is missing even if the machine stops; ``done``, ``refused`` or
``failed`` tell what became of it, under the same request id. What was refused for want of
a token has a ``refused`` line alone; where strangers ask often, not each time: the next
line says how many were left ``untold``. No line holds words of a body: it is told by its
size and its SHA-256, and what was wrong with it by the kind and the place of that.
"""

import errno
import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from kg.dataset.files import AUDIT_FILE
from kg.dataset.room import says_full, store_full
from kg.errors import StoreError

FILE = AUDIT_FILE


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
        """Append a line and see it on disk. Raises ``StoreError`` where that cannot be, ``StoreFull`` too."""
        told = {k: v for k, v in asdict(deed).items() if v not in ("", {})}
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"at": at, "event": event, **told, **more}, ensure_ascii=False) + "\n"
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                data = line.encode("utf-8", "backslashreplace")
                before = os.fstat(descriptor).st_size
                if os.write(descriptor, data) < len(data):
                    os.ftruncate(descriptor, before)  # half a line would spoil the next one
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            if says_full(error):
                raise store_full() from error
            raise StoreError(
                f"{self.path} cannot be written ({error.strerror}): without an audit log nothing is written",
                store=str(self.path.parent),
            ) from error
