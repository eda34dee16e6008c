"""``lodestone explain``: why a triple is a fact."""

import json
from pathlib import Path
from typing import Any

import click

from kg.dataset.snapshots import Reader
from kg.query.proof import explanation_json, proof_of, read_triple


def run_explain(text: str, store: Path, form: str) -> int:
    """Print the proofs of a triple. Raises ``QuerySyntaxError``, and ``NotFound`` for what is no fact."""
    snapshot = Reader(store).current()
    told = explanation_json(snapshot, proof_of(snapshot, read_triple(text)))
    if form == "json":
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return 0
    click.echo(" ".join(told["triple"]))
    if told["base"]:
        click.echo("is base data, which rests on no claim")
    for number, proof in enumerate(told["proofs"], start=1):
        click.echo(f"proof {number} of {len(told['proofs'])}:")
        _print(proof, told["claims"], 1)
    if not told["complete"]:
        click.echo("It follows in more ways than are told here.")
    return 0


def _print(step: dict[str, Any], claims: dict[str, Any], depth: int) -> None:
    space = "  " * depth
    click.echo(f"{space}{' '.join(step['triple'])}")
    if step["how"] == "rule":
        click.echo(f"{space}  because {step['rule']}, and")
        for premise in step["premises"]:
            _print(premise, claims, depth + 2)
        return
    if step["how"] != "stated":
        click.echo(f"{space}  {step['how']} data")
    for tokens in step.get("statements", ()):
        told = " with ".join(
            f"{token} ({claims[token]['label']})" if token in claims else token for token in tokens
        )
        click.echo(f"{space}  stated by {told}")
