"""Whether it is for want of room on the disk that something could not be written."""

import errno
import shutil
from pathlib import Path

from kg.errors import StoreFull

LEAST = 256 * 1024
"""Bytes below which the engine cannot write even a small version."""

_NUMBERS = (errno.ENOSPC, errno.EDQUOT)
_WORDS = ("No space left on device", "Disk quota exceeded", "os error 28")


def says_full(error: BaseException | None) -> bool:
    """Whether an error, or one that it came of, says that the disk is full."""
    seen: set[int] = set()
    todo = [error]
    while todo:
        found = todo.pop()
        if found is None or id(found) in seen:
            continue
        seen.add(id(found))
        if isinstance(found, StoreFull) or (isinstance(found, OSError) and found.errno in _NUMBERS):
            return True
        if any(words in str(found) for words in _WORDS):
            return True
        todo += (found.__cause__, found.__context__)
    return False


def has_room(folder: Path) -> bool:
    """Whether the disk of a folder can take a small write."""
    try:
        return shutil.disk_usage(folder).free >= LEAST
    except OSError:
        return True


def store_full() -> StoreFull:
    """The error that tells it. It names no place, so that clients can be told."""
    return StoreFull(
        "the disk that holds the store is full: nothing was written. Send it again when whoever runs this "
        "server has made room"
    )
