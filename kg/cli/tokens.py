"""``lodestone token``: make, list and revoke the tokens of a store."""

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from kg.cli.auditing import note_done
from kg.dataset.files import Layout
from server.gate.tokens import Scope, Tokens


def make_token(store: Path, name: str, scope: str) -> None:
    """Make a token and print it, alone on standard output, this once."""
    Layout(store).settings()
    token = Tokens(store).make(name, Scope(scope))
    note_done(store, "token make", name=name, scope=scope)
    click.echo(f"token {name} with the scope {scope}; it is shown this once:", err=True)
    click.echo(token)


def list_tokens(store: Path) -> None:
    """Print names, scopes and ages; the tokens themselves are not known."""
    Layout(store).settings()
    table = Table("name", "scope", "made", "id")
    for entry in Tokens(store).entries():
        table.add_row(entry.name, entry.scope.value, entry.made, entry.id)
    Console().print(table)


def revoke_token(store: Path, name: str) -> None:
    """Take a token back. It counts no more from now on."""
    Layout(store).settings()
    gone = Tokens(store).revoke(name)
    note_done(store, "token revoke", name=gone.name, scope=gone.scope.value)
    click.echo(f"revoked {gone.name}")
