"""One benchmark as a session of processes: limited in time, its memory measured, nothing left behind."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_EVERY = 0.2
_GRACE = 20.0
"""Seconds in which a program may still write down what it has, once its time is over."""

_PROC = Path("/proc")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Ended:
    """How it ended: exit code (none where the time was over), seconds, processor seconds, MiB at most."""

    code: int | None
    seconds: float
    cpu: float
    peak: float


def run(command: Sequence[str], told: Path, limit: float, environment: Mapping[str, str], cwd: Path) -> Ended:
    """Run a command; what it prints goes to ``told`` and to the terminal."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(environment),
        cwd=cwd,
        start_new_session=True,
    )
    teller = threading.Thread(target=_tell, args=(process, told), daemon=True)
    teller.start()
    try:
        peak, code = _watched(process, began + limit)
    finally:
        _end_session(process.pid)
        process.wait()
    teller.join(timeout=_GRACE)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Ended(code, time.monotonic() - began, cpu, max(peak, 0.0))


def _watched(process: subprocess.Popen[bytes], deadline: float) -> tuple[float, int | None]:
    peak, over = 0.0, False
    while True:
        peak = max(peak, sum(size for _, size in _members(process.pid)) / 2**20)
        try:
            code = process.wait(_EVERY)
        except subprocess.TimeoutExpired:
            if time.monotonic() < deadline:
                continue
            if over:
                return peak, None
            over = True
            deadline = time.monotonic() + _GRACE
            process.terminate()
        else:
            return peak, None if over else code


def _members(session: int) -> Iterator[tuple[int, int]]:
    """The processes of a session, with the bytes that each holds; nothing where there is no /proc."""
    for place in _PROC.glob("[0-9]*/stat"):
        try:
            fields = place.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            yield int(place.parent.name), int(fields[21]) * _PAGE


def _end_session(session: int) -> None:
    """End what a program left running."""
    for pid, _ in _members(session):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _tell(process: subprocess.Popen[bytes], told: Path) -> None:
    if process.stdout is None:
        return
    with told.open("wb") as out, process.stdout:
        for line in process.stdout:
            out.write(line)
            out.flush()
            sys.stdout.buffer.write(line)
            sys.stdout.flush()
