"""``lodestone check``."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from kg.cli.engines import Engine
from kg.dataset.checks.consistency import check_ontology, check_shapes
from kg.dataset.checks.findings import Finding
from kg.dataset.checks.invariants import check_dataset, check_version
from kg.dataset.loading.sorting import Progress as Watch
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.writer import Writer
from kg.errors import LodestoneError
from kg.query.conflicts import Kind, conflicts
from kg.remote import RemoteSource

_SHOWN = 50
_CONFLICTS_SHOWN = 10


def run_check(
    store: Path, *, rebuild: bool, shapes: bool, owl: bool, quiet: bool, engine: Engine | None = None
) -> int:
    """Check a store, after rebuilding it if asked to; 1 if something is wrong."""
    if engine is not None and rebuild:
        raise LodestoneError("--rebuild is for stores in a folder: export this one, and take that in again")
    if rebuild:
        with Writer(store) as writer:
            writer.rebuild()
            writer.commit()
    snapshot = engine.source(store) if engine else Reader(store).current()
    counts = snapshot.manifest.counts
    about = (
        f"{engine.query_url if engine else store}, version {snapshot.number}: "
        f"{counts.get('active', 0)} active and {counts.get('inactive', 0)} inactive claims"
    )
    status = tell_findings(
        lambda watch: chain(
            check_dataset(snapshot, watch)
            if isinstance(snapshot, Snapshot)
            else check_version(snapshot, watch),
            check_meaning(snapshot, shapes=shapes, owl=owl, watch=watch),
        ),
        about,
        quiet=quiet,
    )
    if isinstance(snapshot, Snapshot):
        _tell_conflicts(snapshot)
    return status


def tell_findings(check: Callable[[Watch], Iterator[Finding]], about: str, *, quiet: bool) -> int:
    """Tell what a check finds, and how many that is after the words about what it checks; 1 if anything."""
    found = 0
    console = Console(stderr=True)
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description} {task.completed:,.0f}"),
        TimeElapsedColumn(),
        console=console,
        disable=quiet or not console.is_terminal,
        transient=True,
    ) as progress:
        task = progress.add_task("checked", total=None)

        def watch(steps: int) -> None:
            progress.advance(task, steps)

        for finding in check(watch):
            found += 1
            if found <= _SHOWN:
                click.echo(f"{finding.invariant}: {finding.subject}: {finding.problem}")
    if found > _SHOWN:
        click.echo(f"… and {found - _SHOWN} more")
    click.echo(f"{about}; " + (f"{found} findings" if found else "everything holds"))
    return 1 if found else 0


def _tell_conflicts(snapshot: Snapshot) -> None:
    """What claims say against or for each other: for information, as it is no fault of the store."""
    meeting = conflicts(snapshot)
    counts = Counter(one.kind for one in meeting)
    if not counts:
        return
    told = ", ".join(f"{kind.replace('_', ' ')} {counts[kind]}" for kind in Kind if counts[kind])
    click.echo(f"  where claims meet: {told}")
    telling = [one for one in meeting if one.kind in (Kind.CONTRADICTION, Kind.CORRECTION, Kind.ONTOLOGY)]
    for one in telling[:_CONFLICTS_SHOWN]:
        click.echo(f"    {one.kind}: {one.what}: {one.why}")
        if one.kind is Kind.CORRECTION:
            for name in (name for side in one.sides[1:] for name in side.claims):
                click.echo(f"      still says so: {name}")
    if len(telling) > _CONFLICTS_SHOWN:
        click.echo(f"    … and {len(telling) - _CONFLICTS_SHOWN} more")


def check_meaning(
    snapshot: Snapshot | RemoteSource, *, shapes: bool, owl: bool, watch: Watch
) -> Iterator[Finding]:
    """Hold a version against the ontology: its record by SHACL, its facts by OWL."""
    if shapes:
        yield from check_shapes(snapshot, watch)
    if owl:
        yield from check_ontology(snapshot)
