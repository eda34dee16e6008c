"""A limit on the memory of a worker: of its address space, as the kernel counts it."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager

_PAGE = resource.getpagesize()


def address_space(pid: int | str = "self") -> int:
    """Bytes of address space that a process has. Raises ``OSError`` if there is none."""
    place = os.open(f"/proc/{pid}/statm", os.O_RDONLY)
    try:
        return int(os.read(place, 32).split(None, 1)[0]) * _PAGE
    finally:
        os.close(place)


def limit(more: int) -> None:
    """Let this process have so many bytes more than now."""
    resource.setrlimit(resource.RLIMIT_AS, (address_space() + more, resource.RLIM_INFINITY))


@contextmanager
def lifted() -> Iterator[None]:
    """What is had within the block does not count: opening a version takes threads, each reserves much."""
    ceiling, _ = resource.getrlimit(resource.RLIMIT_AS)
    if ceiling == resource.RLIM_INFINITY:
        yield
        return
    left = ceiling - address_space()
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        limit(left)
