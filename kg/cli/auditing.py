"""The audit log's lines for what is written by command."""

import os
from getpass import getuser
from pathlib import Path

from server.audit import Audit, Deed


def note_done(store: Path, what: str, **on: object) -> None:
    """Say in the store's audit log what the user of this command has done."""
    Audit(store).note("done", Deed(_user(), "command line", what, "", on))


def _user() -> str:
    try:
        return getuser()
    except (KeyError, OSError):  # no such user in the system's list, as in containers
        return f"uid {os.getuid()}"
