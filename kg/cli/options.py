"""Options that several commands have."""

from collections.abc import Callable
from typing import Any

import click


def engine_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of commands that write to an engine, too."""
    for option in (
        click.option(
            "--update-endpoint", metavar="URL", help="Where the engine is written to, if not at --endpoint."
        ),
        click.option(
            "--endpoint",
            metavar="URL",
            help="A SPARQL engine that holds the store; --store is the folder beside it, for texts.",
        ),
    ):
        command = option(command)
    return command
