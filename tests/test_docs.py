"""The README's session is what really happens."""

import re
from pathlib import Path

import pytest

from tests.sessions import FENCE, assert_prints, commands

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return [text for found, text in FENCE.findall(README) if found == language]


def test_the_first_session_prints_what_the_readme_shows(tmp_path: Path) -> None:
    pytest.importorskip("spacy", reason="the session reads an article: that needs the extract extra")
    (tmp_path / "kg").symlink_to(ROOT / "kg")
    (tmp_path / "volkswagen.rq").write_text(blocks("sparql")[0], encoding="utf-8")
    (tmp_path / "second.jsonl").write_text(blocks("json")[0], encoding="utf-8")
    for block in blocks("console"):
        for command, expected in commands(block):
            assert_prints(command, expected, tmp_path)


def test_the_two_commands_are_targets() -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    targeted = re.findall(r"^make (\w+)", blocks("sh")[0], re.M)
    assert targeted == ["demo", "test"]
    assert set(targeted) <= set(targets)


def test_what_the_readme_links_to_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if not link.startswith("http")]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_folders_of_the_map_are_there() -> None:
    folders = re.findall(r"`((?:kg|ontology|server|tests)/[\w/]*)`", README)
    assert folders
    assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []
