"""The command ``lodestone judge``."""

import sys
from pathlib import Path

import click

from kg.cli.options import STORE, WAIT


@click.command()
@click.argument("left", required=False)
@click.argument("right", required=False)
@STORE
@click.option("--same", "verdict", flag_value="same", help="Both are one thing.")
@click.option("--different", "verdict", flag_value="different", help="They are two; nobody may join them.")
@click.option("--unsure", "verdict", flag_value="unsure", help="It cannot be told.")
@click.option("--reason", help="The grounds.")
@click.option("--by", help="Who judges.")
@click.option("--kind", type=click.Choice(["entity", "event"]), help="What the two are; else read off names.")
@click.option("--confidence", default=1.0, show_default=True, type=float, help="How sure, above 0 up to 1.")
@click.option("--propose", is_flag=True, help="Only propose it: it changes nothing until it is accepted.")
@click.option("--force", is_flag=True, help="Join things of classes that have nothing in common, too.")
@click.option("--undo", metavar="JUDGMENT", help="Undo a judgment, by its IRI or id.")
@click.option("--list", "listed", is_flag=True, help="List the judgments that stand or are proposed.")
@WAIT
def judge(
    left: str | None,
    right: str | None,
    store: Path,
    verdict: str | None,
    reason: str | None,
    by: str | None,
    kind: str | None,
    confidence: float,
    propose: bool,
    force: bool,
    undo: str | None,
    listed: bool,
    wait: float,
) -> None:
    """Judge whether LEFT and RIGHT, two IRIs, are one entity or one event; list or undo judgments.

    Names of this store may be given without its base IRI (entity/jl-mag-…), events by their claims, too.
    """
    from kg.cli import judging

    if listed:
        if left or undo or verdict:
            raise click.UsageError("--list goes alone")
        sys.exit(judging.run_list(store))
    if not reason or not by:
        raise click.UsageError("say why and who you are: --reason and --by")
    if undo is not None:
        if left or verdict:
            raise click.UsageError("--undo takes a judgment, and no two things")
        sys.exit(judging.run_undo(undo, store, reason=reason, by=by, wait=wait))
    if not left or not right:
        raise click.UsageError("name two things, LEFT and RIGHT")
    if verdict is None:
        raise click.UsageError("say what they are: --same, --different or --unsure")
    given = {
        "left": left,
        "right": right,
        "verdict": verdict,
        "reason": reason,
        "kind": kind,
        "confidence": confidence,
        "status": "proposed" if propose else "accepted",
    }
    sys.exit(judging.run_judge(given, store, by=by, force=force, wait=wait))
