"""``lodestone follow``."""

import sys
from pathlib import Path

import click

from kg.cli.options import STORE, WAIT, engine_options


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="FOLDER|URL...")
@STORE
@click.option(
    "--every", default=30.0, show_default=True, type=click.FloatRange(min=0.1), help="Seconds between looks."
)
@click.option("--once", is_flag=True, help="Take in what is there now, and end.")
@click.option(
    "--settle",
    default=2.0,
    show_default=True,
    type=click.FloatRange(min=0),
    help="Seconds that a file must stay the same before it counts as written to its end.",
)
@click.option(
    "--allow",
    multiple=True,
    metavar="HOST",
    envvar="LODESTONE_ALLOW",
    help="A host that feeds may be fetched from (repeatable; .example.org for those below it too).",
)
@click.option("--extractor", metavar="NAME", help="Another extractor than the shipped rules.")
@WAIT
@engine_options
def follow(
    sources: tuple[str, ...],
    store: Path,
    every: float,
    once: bool,
    settle: float,
    allow: tuple[str, ...],
    extractor: str | None,
    wait: float,
    endpoint: str | None,
    update_endpoint: str | None,
) -> None:
    """Take in what is new in folders and feeds, each content once, until it is told to stop (SIGTERM).

    What may come is what `lodestone ingest` takes. A feed needs its host on the list (--allow).
    """
    from kg.cli.engines import engine_of
    from kg.cli.following import run_follow

    engine = engine_of(endpoint, update_endpoint)
    sys.exit(
        run_follow(
            sources,
            store,
            every=every,
            once=once,
            settle=settle,
            allow=allow,
            extractor=extractor,
            wait=wait,
            engine=engine,
        )
    )
