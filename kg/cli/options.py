"""Options that several commands have."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

STORE = click.option(
    "--store",
    type=click.Path(path_type=Path),
    envvar="LODESTONE_STORE",
    default=Path("lodestone-store"),
    show_default=True,
    help="Folder of the store (or $LODESTONE_STORE).",
)

WAIT = click.option("--wait", default=10.0, show_default=True, help="Seconds to wait for another writer.")


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
