"""Sessions in the documentation, run as they stand there."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
_PROGRESS = re.compile(r"^[a-z ]+: [\d,]+( of [\d,]+)? \w+, [\d,]+/s.*\n", re.M)
_WRAP = 100


def commands(block: str) -> Iterator[tuple[str, str]]:
    """Commands of a console block, each with what it prints."""
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def assert_prints(command: str, expected: str, folder: Path, **environment: str) -> None:
    """Run a command in a folder: it succeeds, prints that, and complains of nothing."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(  # noqa: S602 - our own words
        command,
        shell=True,
        cwd=folder,
        env={**os.environ, "PATH": path, "COLUMNS": str(_WRAP), "PYTHONUTF8": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, complaints(done.stderr)) == (0, ""), command
    assert _settled(done.stdout) == _settled(expected), command


def complaints(errors: str) -> str:
    """What stands on standard error, less how far the work is: a slow machine is told that."""
    return _PROGRESS.sub("", errors)


def _settled(output: str) -> str:
    """Output without what differs from run to run: the store's identity, and blanks at line ends."""
    return re.sub(r"snapshot/[0-9a-f]{8}-", "snapshot/…-", re.sub(r"[ \r]+$", "", output, flags=re.M))
