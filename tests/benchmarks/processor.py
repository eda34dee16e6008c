"""What processors spend on a server, and what it holds: it and all that it started, not other work."""

import os
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICK = os.sysconf("SC_CLK_TCK")


def spent(pid: int) -> float:
    """Seconds of processor time that a process, its children and theirs have taken.

    Those that ended, and were waited for, count for who waited.
    """
    stats = _stats()
    return sum(stats[one][1] for one in _family(pid, stats))


def spent_finely(pid: int) -> float:
    """The same in finer steps than the kernel's ticks, but for what has ended.

    Source: ``schedstat`` of a thread, whose first number is the nanoseconds that it ran.
    """
    total, ended = 0, 0
    for one in family(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text(errors="replace").rpartition(")")[2].split()
            for thread in Path(f"/proc/{one}/task").glob("*/schedstat"):
                total += int(thread.read_text(encoding="ascii").split()[0])
        except OSError:  # it ends
            continue
        ended += sum(map(int, fields[13:15]))
    return total / 1e9 + ended / _TICK


def own_memory(pid: int) -> int:
    """Bytes that a process holds by itself: files that are mapped do not count."""
    try:
        _, resident, shared, *_ = map(int, Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split())
    except (OSError, ValueError):  # it ends
        return 0
    return (resident - shared) * _PAGE


def family(pid: int) -> list[int]:
    """A process, its children and theirs."""
    return _family(pid, _stats())


def _family(pid: int, stats: dict[int, tuple[int, float]]) -> list[int]:
    children: dict[int, list[int]] = {}
    for one, (parent, _) in stats.items():
        children.setdefault(parent, []).append(one)
    found, left = [], [pid]
    while left:
        one = left.pop()
        left += children.get(one, ())
        found += [one] if one in stats else []
    return found


def _stats() -> dict[int, tuple[int, float]]:
    """Parent and seconds of each process."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            found[int(folder.name)] = (int(fields[1]), sum(map(int, fields[11:15])) / _TICK)
    return found
