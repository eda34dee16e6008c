"""Judgments on two reports of one grant, and all of a store that a judgment may change."""

from datetime import UTC, datetime
from typing import Any

from pyoxigraph import NamedNode, Quad

from kg.dataset.annotated.view import Support, View
from kg.dataset.record.records import DEFAULT
from kg.dataset.snapshots import Snapshot
from kg.dataset.writer import Writer
from kg.identity.judgment import Judgment
from ontology.vocab import ONTOLOGY
from tests.dataset.conftest import grant

MADE = datetime(2025, 6, 1, 12, tzinfo=UTC)
JL, JL_MAG, VW = "urn:jl", "urn:jl-mag", "urn:vw"


def same(left: str, right: str, **changes: Any) -> Judgment:
    return Judgment.model_validate(
        {
            "left": left,
            "right": right,
            "verdict": "same",
            "author": {"name": "A. Analyst"},
            "reason": "one register entry",
            "made": MADE,
            **changes,
        }
    )


def named(text: str, iri: str) -> dict[str, str]:
    return {"text": text, "iri": iri}


def two(writer: Writer) -> list[str]:
    """Two reports of one grant, which call the producer by different names."""
    added = writer.add(
        [
            grant(named("JL MAG", JL_MAG), named("Volkswagen", VW)),
            grant(named("JL", JL), named("Volkswagen", VW), title="Another report"),
        ]
    )
    return [one.iri for one in added]


def everything(view: View) -> dict[str, object]:
    """All that judgments may change: each quad that is not of the record's shared part, and supports."""
    facts = list(view.main.quads_for_pattern(None, None, None, DEFAULT))
    return {
        "quads": {q for q in view.main.quads_for_pattern(None, None, None, None) if not _agent(q)},
        "archive": {
            q for q in view.archive.quads_for_pattern(None, None, None, None) if q.graph_name != view.record
        },
        "supports": {q: view.fact_support(q.subject, q.predicate, q.object) for q in facts},
    }


def _agent(quad: Quad) -> bool:
    return isinstance(quad.subject, NamedNode) and "/agent/" in quad.subject.value


def indexed(snapshot: Snapshot) -> dict[Quad, Support]:
    index = snapshot.index
    assert index is not None
    return {Quad(s, p, o): index.supports([name])[0] for s, p, o, name in index.matching(None, None, None)}


def graphs(snapshot: Snapshot) -> set[Quad]:
    return {
        q
        for q in snapshot.main.quads_for_pattern(None, None, None, None)
        if q.graph_name not in (snapshot.record, NamedNode(ONTOLOGY))
    }
