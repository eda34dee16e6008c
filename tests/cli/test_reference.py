"""The documentation of the commands is what the program says of itself."""

import re

import click

from kg.cli import main
from kg.cli.reference import CHAPTER, documented

TEXT = CHAPTER.read_text(encoding="utf-8")


def commands(group: click.Group, *names: str) -> list[tuple[str, ...]]:
    found = []
    for name, command in group.commands.items():
        found.append((*names, name))
        if isinstance(command, click.Group):
            found += commands(command, *names, name)
    return found


def test_the_chapter_is_what_the_program_says() -> None:
    """Where it is not: ``python -m kg.cli.reference``."""
    found = re.search(r"<!-- commands -->\n(.*?)<!-- /commands -->", TEXT, re.S)
    assert found is not None
    assert found[1].rstrip().splitlines() == "\n".join(documented()).rstrip().splitlines()


def test_every_command_has_its_section_and_says_what_it_does() -> None:
    sections = dict(re.findall(r"^## (lodestone .*)\n\n {4}.*\n\n(.+)$", TEXT, re.M))
    assert sections.keys() == {" ".join(("lodestone", *names)) for names in commands(main)}


def test_every_option_says_what_it_is_for() -> None:
    rows = re.findall(r"^\| `(-.*?)` \| (.*?) \|$", TEXT, re.M)
    assert len(rows) > 100
    assert [names for names, words in rows if not words] == []
