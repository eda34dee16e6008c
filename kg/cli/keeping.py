"""``lodestone backup``, ``restore``, ``upgrade`` and ``purge``."""

from pathlib import Path

import click

from kg.claims.names import is_iri
from kg.cli.auditing import note_done
from kg.dataset.backup import back_up, restore
from kg.dataset.purge import Purge
from kg.dataset.snapshots import Reader
from kg.dataset.upgrade import upgrade


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
