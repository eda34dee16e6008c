"""``lodestone backup``, ``restore``, ``compact``, ``upgrade`` and ``purge``."""

from pathlib import Path

import click

from kg.claims.names import is_iri
from kg.cli.auditing import note_done
from kg.cli.watching import watched
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


def run_restore(backup: Path, store: Path) -> int:
    """Make a store of a backup, checked."""
    done = restore(backup, store)
    click.echo(f"{store} holds {done.version}; everything holds")
    return 0


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


def run_upgrade(store: Path) -> int:
    """Bring a store up to the present format."""
    old, steps = upgrade(store)
    for number, step in enumerate(steps, start=old):
        click.echo(f"format {number} to {number + 1}: {step.words}")
    click.echo(f"{store} has format {old + len(steps)}" + ("" if steps else ": there was nothing to do"))
    return 0


def run_purge(document: str, store: Path, *, reason: str, wait: float) -> int:
    """Take a document's text and quotes out for good."""
    snapshot = Reader(store).current()
    name = document if is_iri(document) else snapshot.names.document(document)
    with Purge(store, wait=wait) as writer:
        done = writer.purge(name, reason=reason)
    note_done(store, "purge", document=name, reason=reason, claims=done.claims)
    click.echo(
        f"purged {name}: its text, and the quotes of {done.claims} claim{'s' * (done.claims != 1)}; "
        "older versions are gone"
    )
    click.echo("backups and exports made before still hold them")
    return 0
