"""The C library's allocator is set for the processes that query, and for nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from server.processes.allocator import tuned
from tests.server.running import Server, start, stop
from tests.server.test_stream import workers_of

NAME = "GLIBC_TUNABLES"
SAY = f"import os; print(os.environ.get({NAME!r}, ''))"


def said() -> str:
    return subprocess.run([sys.executable, "-c", SAY], capture_output=True, text=True, check=True).stdout


def test_what_is_started_within_has_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)
    with tuned():
        assert "glibc.malloc.tcache_count=" in said()
    assert NAME not in os.environ


@pytest.mark.parametrize("own", ["glibc.malloc.tcache_count=9", "glibc.malloc.check=0"])
def test_the_settings_of_the_environment_go_first(monkeypatch: pytest.MonkeyPatch, own: str) -> None:
    monkeypatch.setenv(NAME, own)
    with tuned():
        settings = said().strip().split(":")
    assert own in settings
    assert len({setting.partition("=")[0] for setting in settings}) == len(settings)
    assert os.environ[NAME] == own


@pytest.fixture
def server(store: Path, tmp_path: Path) -> "Server":
    return start(store, tmp_path)


def test_workers_have_them(server: Server) -> None:
    try:
        workers = workers_of(server)
        assert workers
        for pid in workers:
            assert b"glibc.malloc.tcache_count=" in Path(f"/proc/{pid}/environ").read_bytes()
        assert b"tcache_count" not in Path(f"/proc/{server.process.pid}/environ").read_bytes()
    finally:
        stop(server)
