"""A disk of a few megabytes, to be filled."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.server.conftest import made, names, store

__all__ = ["made", "names", "store"]

Disk = Callable[[str], Path]


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Disk]:
    """Mounts a tmpfs with the options given; gives back its folder. Who may not, cannot run the test."""
    found: list[Path] = []

    def mount(options: str) -> Path:
        folder = tmp_path / f"disk-{len(found)}"
        folder.mkdir()
        program = shutil.which("mount")
        done = program and subprocess.run(
            [program, "-t", "tmpfs", "-o", options, "tmpfs", folder], check=False, capture_output=True
        )
        if not done or done.returncode:
            pytest.skip("a tmpfs can be mounted by root only, and not in every sandbox")
        found.append(folder)
        return folder

    yield mount
    for folder in found:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
def copied(store: Path, tmp_path: Path) -> Path:
    """A store of the test's own."""
    return shutil.copytree(store, tmp_path / "copied")
