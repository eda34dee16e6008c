"""The README's session is what really happens."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)


def blocks(language: str) -> list[str]:
    return [text for found, text in FENCE.findall(README) if found == language]


def steps() -> list[tuple[str, str]]:
    """Commands of the README's session, each with what it prints."""
    found = []
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def settled(output: str) -> str:
    """Output without what differs from run to run: the store's identity, and blanks at line ends."""
    return re.sub(r"snapshot/[0-9a-f]{8}-", "snapshot/…-", re.sub(r" +$", "", output, flags=re.M))


def test_the_first_session_prints_what_the_readme_shows(tmp_path: Path) -> None:
    pytest.importorskip("spacy", reason="the session reads an article: that needs the extract extra")
    (tmp_path / "kg").symlink_to(ROOT / "kg")
    (tmp_path / "volkswagen.rq").write_text(blocks("sparql")[0], encoding="utf-8")
    (tmp_path / "second.jsonl").write_text(blocks("json")[0], encoding="utf-8")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command, expected in steps():
        done = subprocess.run(  # noqa: S602 - the README's own words
            command,
            shell=True,
            cwd=tmp_path,
            env={**os.environ, "PATH": path, "COLUMNS": "100", "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), command
        assert settled(done.stdout) == settled(expected), command


def test_the_two_commands_are_targets() -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    commands = re.findall(r"^make (\w+)", blocks("sh")[0], re.M)
    assert commands == ["demo", "test"]
    assert set(commands) <= set(targets)


def test_what_the_readme_links_to_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if not link.startswith("http")]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_folders_of_the_map_are_there() -> None:
    folders = re.findall(r"`((?:kg|ontology|server|tests)/[\w/]*)`", README)
    assert folders
    assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []
