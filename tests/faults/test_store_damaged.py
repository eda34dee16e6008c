"""Stores that are missing, cut off, of another version, or read-only: told in words, or read all the same."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.conftest import Disk
from tests.server.running import ROOT, start, stop

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def lodestone(*arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "kg.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=ENVIRONMENT)


def missing(store: Path) -> None:
    shutil.rmtree(store)


def settings_cut(store: Path) -> None:
    (store / "lodestone.json").write_text('{"form')


def manifest_cut(store: Path) -> None:
    (store / "manifest.json").write_text("")


def manifest_missing(store: Path) -> None:
    (store / "manifest.json").unlink()


def version_missing(store: Path) -> None:
    shutil.rmtree(store / "snapshots")


def other_version(store: Path) -> None:
    found = json.loads((store / "lodestone.json").read_text())
    (store / "lodestone.json").write_text(json.dumps({**found, "format": 99}))


def engine_cut(store: Path) -> None:
    manifest = json.loads((store / "manifest.json").read_text())
    for path in (store / "snapshots" / manifest["main"]).glob("MANIFEST*"):
        path.write_bytes(path.read_bytes()[:10])


@pytest.mark.parametrize(
    "harm",
    [missing, settings_cut, manifest_cut, manifest_missing, version_missing, other_version, engine_cut],
)
def test_what_cannot_be_read_is_told_in_a_line(copied: Path, harm: Callable[[Path], None]) -> None:
    harm(copied)
    for command in (["query", "ASK {}"], ["serve", "--port", "0"], ["backup", copied.parent / "copy"]):
        done = lodestone(*command, "--store", copied)
        assert done.returncode == 2, done.stdout
        assert "Traceback" not in done.stderr
        assert len([line for line in done.stderr.splitlines() if line.startswith("lodestone:")]) == 1


def test_a_server_outlives_its_store(copied: Path, tmp_path: Path) -> None:
    server = start(copied, tmp_path)
    try:
        assert server.ask("ASK {}")[0] == 200
        manifest_missing(copied)
        status, headers, body = server.ask("ASK { ?s ?p ?o }")
        assert (status, headers.get_content_type()) == (503, "application/problem+json")
        assert str(copied) not in body.decode()
        assert server.get("health/ready")[0] == 503
        assert server.get("health/live")[0] == 200
    finally:
        assert stop(server) == 0


def test_a_read_only_store_is_served(mounted: Disk, store: Path, tmp_path: Path) -> None:
    disk = mounted("size=64m")
    shutil.copytree(store, disk / "store")
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    server = start(disk / "store", tmp_path)
    try:
        assert server.ask("SELECT * { ?s ?p ?o } LIMIT 3")[0] == 200
        assert server.get("claims", Accept="application/json")[0] == 200
    finally:
        assert stop(server) == 0
    done = lodestone("retract", "x", "--reason", "y", "--by", "z", "--store", disk / "store")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
