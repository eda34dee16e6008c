"""Following folders and feeds into a store, until a signal."""

import signal
from collections.abc import Sequence
from pathlib import Path
from threading import Event

import click

from kg.cli.auditing import note_done
from kg.cli.engines import Engine, place, writer_of
from kg.cli.ingesting import chosen_extractor, is_url
from kg.dataset.files import FOLLOWED_FILE
from kg.errors import LodestoneError
from kg.ingest.arriving import Arriving
from kg.ingest.fetching import Outbound
from kg.ingest.following import Following, Took
from kg.ingest.ledger import Ledger


def run_follow(
    sources: Sequence[str],
    store: Path,
    *,
    every: float,
    once: bool,
    settle: float,
    allow: Sequence[str],
    extractor: str | None,
    wait: float,
    engine: Engine | None,
) -> int:
    """Follow folders and pages. With ``once``, gives 1 if something was quarantined or not fetched."""
    folders = tuple(Path(source) for source in sources if not is_url(source))
    missing = [str(folder) for folder in folders if not folder.exists()]
    if missing:
        raise LodestoneError(f"there is no such folder: {', '.join(missing)}")
    pages = [source for source in sources if is_url(source)]
    outbound = Outbound(frozenset(allow))
    refused = [page for page in pages if not outbound.allows(page)]
    if refused:
        raise LodestoneError(f"{refused[0]}: its host is not on the list (--allow HOST)")
    with writer_of(store, engine, wait):  # makes it, or says at once what is in the way
        pass
    stop = Event()
    told = _Told(store)
    following = Following(
        lambda: writer_of(store, engine, wait),
        Ledger(store / FOLLOWED_FILE),
        Arriving(folders, settle),
        pages,
        outbound,
        stop,
        told.took,
        told.warn,
        chosen_extractor(extractor),
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if once:
        following.once()
        return 1 if told.wrong else 0
    click.echo(f"following {', '.join(sources)} into {place(store, engine)}; stop with Ctrl-C or SIGTERM")
    following.run(every)
    click.echo("stopped; what was taken in is published")
    return 0


class _Told:
    """What is said on the terminal, and noted in the list of what was done."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self.wrong = False

    def took(self, took: Took) -> None:
        """Tell of a batch."""
        self.wrong |= took.quarantined > 0
        aside = f", {took.quarantined} quarantined" if took.quarantined else ""
        click.echo(f"took {took.items}: {took.claims} claims new{aside}; {took.version or 'nothing changed'}")
        told = {"items": took.items, "new": took.claims, "quarantined": took.quarantined}
        note_done(self._store, "follow", version=took.version, **told)

    def warn(self, words: str) -> None:
        """Tell what went wrong, and is tried again."""
        self.wrong = True
        click.echo(f"lodestone: {words}", err=True)
