"""The command ``lodestone review``, as it is told; ``kg.cli.reviewing`` does it."""

import sys
from pathlib import Path

import click

from kg.cli.options import STORE, WAIT

REVIEWER = click.option("--by", required=True, help="Who reviews.")


@click.group(invoke_without_command=True)
@STORE
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="Most claims to list.")
@click.pass_context
def review(context: click.Context, store: Path, limit: int) -> None:
    """List the claims that nobody has reviewed; or accept, edit, reject some."""
    if context.invoked_subcommand is None:
        from kg.cli.reviewing import run_list

        sys.exit(run_list(store, limit))


@review.command()
@click.argument("claims", nargs=-1, required=True, metavar="CLAIM...")
@STORE
@REVIEWER
@WAIT
def accept(claims: tuple[str, ...], store: Path, by: str, wait: float) -> None:
    """Take claims over as the reviewer's own; they supersede the program's."""
    from kg.cli.reviewing import run_accept

    sys.exit(run_accept(claims, store, by=by, wait=wait))


@review.command()
@click.argument("claim")
@click.argument("changes", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@STORE
@REVIEWER
@WAIT
def edit(claim: str, changes: Path, store: Path, by: str, wait: float) -> None:
    """Say a claim otherwise: CHANGES is a JSON file with the members as they should be."""
    from kg.cli.reviewing import run_edit

    sys.exit(run_edit(claim, store, changes, by=by, wait=wait))


@review.command()
@click.argument("claims", nargs=-1, required=True, metavar="CLAIM...")
@STORE
@REVIEWER
@click.option("--reason", required=True, help="Why.")
@WAIT
def reject(claims: tuple[str, ...], store: Path, by: str, reason: str, wait: float) -> None:
    """Take claims out, with the reason. They stay readable."""
    from kg.cli.reviewing import run_reject

    sys.exit(run_reject(claims, store, by=by, reason=reason, wait=wait))
