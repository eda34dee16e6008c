"""The page that explains a fact: its proofs as trees."""

from dataclasses import dataclass
from typing import Any

from kg.dataset.chains.pool import term
from kg.dataset.snapshots import Snapshot
from server.naming import Link, Namer, TermView

_HOW = {
    "stated": "stated by",
    "base": "base data",
    "reference": "reference data",
}


@dataclass(frozen=True)
class StepView:
    """A triple of a proof: where it comes from, or by which rule from which others."""

    triple: tuple[TermView, ...]
    how: str
    rule: str
    premises: tuple["StepView", ...]
    statements: tuple[tuple[Link, ...], ...]


@dataclass(frozen=True)
class ProofPage:
    """All that is told of why a triple is a fact."""

    triple: tuple[TermView, ...]
    base: bool
    complete: bool
    proofs: tuple[StepView, ...]


def proof_page(snapshot: Snapshot, told: dict[str, Any]) -> ProofPage:
    """The page of an explanation in JSON."""
    namer = Namer(snapshot)
    return ProofPage(
        _triple(namer, told["triple"]),
        told["base"],
        told["complete"],
        tuple(_step(namer, proof, told["claims"]) for proof in told["proofs"]),
    )


def _triple(namer: Namer, texts: list[str]) -> tuple[TermView, ...]:
    return tuple(namer.term(term(text)) for text in texts)


def _step(namer: Namer, told: dict[str, Any], claims: dict[str, Any]) -> StepView:
    return StepView(
        _triple(namer, told["triple"]),
        _HOW.get(told["how"], ""),
        told.get("rule", ""),
        tuple(_step(namer, premise, claims) for premise in told.get("premises", ())),
        tuple(
            tuple(_link(namer, token, claims) for token in statement)
            for statement in told.get("statements", ())
        ),
    )


def _link(namer: Namer, token: str, claims: dict[str, Any]) -> Link:
    label = claims[token]["label"] if token in claims else None
    kind = "judgment" if token.startswith(namer.names.judgment("")) else "claim"
    return namer.link(kind, token, label)
