"""The command ``lodestone token``, as it is told; ``kg.cli.tokens`` does it."""

from pathlib import Path

import click

from kg.cli.options import STORE


@click.group()
def token() -> None:
    """Make, list and revoke the tokens that writing over HTTP takes."""


@token.command("make")
@click.argument("name")
@click.option(
    "--scope",
    type=click.Choice(["read", "write", "admin"]),
    default="write",
    show_default=True,
    help="write: claims; admin: raw data too.",
)
@STORE
def token_make(name: str, scope: str, store: Path) -> None:
    """Make a token named NAME and print it, this once."""
    from kg.cli.tokens import make_token

    make_token(store, name, scope)


@token.command("list")
@STORE
def token_list(store: Path) -> None:
    """List the tokens: names, scopes, when they were made."""
    from kg.cli.tokens import list_tokens

    list_tokens(store)


@token.command("revoke")
@click.argument("name")
@STORE
def token_revoke(name: str, store: Path) -> None:
    """Take the token named NAME back."""
    from kg.cli.tokens import revoke_token

    revoke_token(store, name)
