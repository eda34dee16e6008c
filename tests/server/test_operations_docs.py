"""What the documentation of operations says is what the program has."""

import configparser
import re
from pathlib import Path

from server.config import documented

TEXT = (Path(__file__).parents[2] / "server" / "docs" / "operations.md").read_text(encoding="utf-8")


def test_the_table_of_settings_is_that_of_the_program() -> None:
    """Where it is not: print ``documented()`` between the marks of the page."""
    found = re.search(r"<!-- settings -->\n(.*?)\n<!-- /settings -->", TEXT, re.S)
    assert found is not None
    assert found[1].splitlines() == list(documented())


def test_the_unit_can_be_read() -> None:
    unit = configparser.ConfigParser(strict=True)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    found = re.search(r"```ini\n(.*?)```", TEXT, re.S)
    assert found is not None
    unit.read_string(found[1])
    assert unit["Service"]["ExecStart"].split()[:3] == ["lodestone", "serve", "--config"]
