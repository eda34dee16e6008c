"""Options that several commands have."""

from pathlib import Path

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
