"""SPARQL with provenance: algebra, plan, derivation, evaluation.

``query(snapshot, text)`` gives rows and, beside them, the claims that each rests on. The
annotations come from a query derived from the one that was asked (``derive``); so do the
rows where that is as good, otherwise they are the engine's answer to the very text.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

from kg.dataset.snapshots import Snapshot
from kg.query.answer import Answer, Contribution, Provenance, RowProvenance
from kg.query.asking import query as _query
from kg.query.assess import assessed_rows
from kg.query.difference import Changed, Difference, difference
from kg.query.explain import explain
from kg.query.instant import at_one_instant
from kg.query.plain import is_like_another, unread
from kg.query.service.services import Services
from kg.query.source import Source
from kg.query.trust.policy import TrustPolicy
from kg.query.trust.under import query_under

__all__ = [
    "Answer",
    "Changed",
    "Contribution",
    "Difference",
    "Provenance",
    "RowProvenance",
    "Services",
    "Source",
    "TrustPolicy",
    "assessed_rows",
    "at_one_instant",
    "difference",
    "explain",
    "is_like_another",
    "query",
    "unread",
]


def query(
    snapshot: Source,
    sparql: str,
    *,
    provenance: Literal["how", "none"] = "how",
    policy: TrustPolicy | None = None,
    default_graphs: Sequence[str] | None = None,
    named_graphs: Sequence[str] | None = None,
    base_iri: str | None = None,
    confidence: bool = True,
    services: Services | None = None,
) -> Answer:
    """Answer a SPARQL 1.1 query, with the provenance of every row unless ``provenance`` is "none".

    With a ``policy`` it is the answer over the dataset that the policy leaves of a
    published version. What cannot be annotated is answered all the same, with
    ``provenance.complete`` false and the reason. ``default_graphs`` and ``named_graphs``
    are the dataset of the SPARQL protocol. Without ``confidence`` the circuits are built
    but not assessed. ``services`` are the endpoints that SERVICE may ask. With provenance ``NOW()``
    is one instant throughout, and ``notes`` tell which.

    Raises ``QuerySyntaxError``; ``ServiceFailed`` for a SERVICE that gives no answer;
    ``QueryRefused`` for one that may not be asked, for unknown functions and
    (``TooComplex``) for what is nested or chained too far; and ``QueryOverLimit`` where
    the dataset of a policy would have to be made, and is too large.
    """
    instant = None
    if policy or provenance == "how":
        sparql, instant = at_one_instant(sparql, base_iri)
    ask = partial(_query, snapshot)
    if policy:
        if not isinstance(snapshot, Snapshot):
            raise TypeError("only a published version can be asked under a policy")
        ask = partial(query_under, snapshot, policy=policy)
    answer = ask(
        sparql,
        provenance=provenance,
        default_graphs=default_graphs,
        named_graphs=named_graphs,
        base_iri=base_iri,
        confidence=confidence,
        services=services,
    )
    if instant is None or answer.provenance is None:
        return answer
    notes = (*answer.provenance.notes, f"NOW() is {instant} in all of it")
    return replace(answer, provenance=replace(answer.provenance, notes=notes))
