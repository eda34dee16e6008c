"""The command ``lodestone compact``."""

import sys
from pathlib import Path

import click

from kg.cli.options import STORE, WAIT


@click.command()
@STORE
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    metavar="N",
    help="Keep the last N versions from now on (8 at first).",
)
@click.option(
    "--keep-days",
    type=click.FloatRange(min=0),
    metavar="D",
    help="Keep all versions of the last D days too, from now on.",
)
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
@WAIT
def compact(store: Path, keep: int | None, keep_days: float | None, quiet: bool, wait: float) -> None:
    """Make a store smaller while it is served: merge its files, drop older versions."""
    from kg.cli.keeping import run_compact

    sys.exit(run_compact(store, keep=keep, keep_days=keep_days, wait=wait, quiet=quiet))
