"""``lodestone backup``, ``restore``, ``compact``, ``upgrade`` and ``purge``."""

from pathlib import Path

import click

from kg.claims.names import is_iri
from kg.cli.auditing import note_done
from kg.cli.checking import check_meaning, tell_findings
from kg.cli.watching import watched
from kg.dataset.files import Layout
from kg.dataset.snapshots import Reader
from kg.dataset.upkeep.backup import back_up, restore
from kg.dataset.upkeep.compacting import Compaction
from kg.dataset.upkeep.purge import Purge
from kg.dataset.upkeep.upgrade import upgrade


def run_backup(store: Path, target: Path) -> int:
    """Copy a store, while others use it."""
    done = back_up(store, target)
    click.echo(f"{done.version} is in {target}: {done.files} files, {done.size:,} bytes")
    return 0


def run_restore(backup: Path, store: Path, *, shapes: bool, owl: bool, quiet: bool) -> int:
    """Make a store of a backup, and tell what ``check`` finds in it; 1 if that is anything.

    What the ontology speaks against is restored all the same: it is what was backed up.
    """
    done = restore(backup, store)
    snapshot = Reader(store).current()
    return tell_findings(
        lambda watch: check_meaning(snapshot, shapes=shapes, owl=owl, watch=watch),
        f"{store} holds {done.version}",
        quiet=quiet,
    )


def run_compact(store: Path, *, keep: int | None, keep_days: float | None, wait: float, quiet: bool) -> int:
    """Make a store smaller, while others read it."""
    Reader(store).current()  # a store is not made by this
    with Compaction(store, wait=wait) as writer, watched(quiet=quiet) as watch:
        writer.watch = watch
        done = writer.compact(keep=keep, keep_days=keep_days)
        kept = writer.settings
    note_done(store, "compact", versions=list(done.dropped), before=done.before, after=done.after)
    told = f"{done.before / 1e6:,.1f} MB before, {done.after / 1e6:,.1f} MB after"
    click.echo(f"compacted {store}: {told}; {len(done.dropped)} versions dropped")
    if done.annotations:
        click.echo("  annotations written anew")
    days = f", and those of the last {kept.keep_days:g} days" if kept.keep_days else ""
    click.echo(f"  kept from now on: the last {kept.keep_snapshots} versions{days}")
    return 0


def run_upgrade(store: Path, *, quiet: bool) -> int:
    """Bring a store up to the present format; what was broken off is gone on with."""
    with watched(quiet=quiet) as watch:
        old, steps = upgrade(store, watch)
    for number, step in enumerate(steps, start=old):
        click.echo(f"format {number} to {number + 1}: {step.words}")
    click.echo(f"{store} has format {old + len(steps)}" + ("" if steps else ": there was nothing to do"))
    return 0


def run_purge(document: str, store: Path, *, reason: str, wait: float) -> int:
    """Take a document, and all that claims of it say, out for good."""
    names = Layout(store).settings().names  # a store is not made by this
    name = document if is_iri(document) else names.document(document)
    with Purge(store, wait=wait) as writer:
        done = writer.purge(name, reason=reason)
        nearly = writer.nearly
    note_done(store, "purge", document=name, reason=reason, claims=done.claims)
    click.echo(
        f"purged {name}: its text, and {done.claims} claim{'s' * (done.claims != 1)}; older versions are gone"
    )
    for other in nearly:
        click.echo(f"nearly the same text is in {other}: purge that too if it is about the same source")
    click.echo("backups and exports made before still hold them")
    return 0
