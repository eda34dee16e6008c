"""Answers under a trust policy: from circuits where they tell, else over the dataset that it leaves.

A query's positive hull has the derivations of all rows that it may have in any part of
the data. So where claims only fall, its rows under a policy are those whose annotation is
still true without what fell. Where claims come back (``known-at``), where values are made
of many solutions, or where something is not annotated, the query is asked of the dataset
in which only the policy's claims are active.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Literal as OneOf

from kg.dataset.restricted import Candidate, RestrictedView, restricted
from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import NamedNode
from kg.dataset.view import Support
from kg.errors import QuerySyntaxError
from kg.provenance.circuit import CircuitTooLarge
from kg.query.answer import Answer
from kg.query.asking import query
from kg.query.assess import assessed
from kg.query.builder import Builder
from kg.query.chosen import Chosen
from kg.query.derivation import Derivation, NotAnnotated
from kg.query.evaluate import MAX_DERIVATIONS, standing
from kg.query.leaves import Unaccounted
from kg.query.policy import TrustPolicy
from kg.query.prepare import prepared
from kg.query.services import Services
from kg.query.size import TooComplex
from kg.query.source import Source
from kg.query.subselect import work_out
from kg.query.trusting import Restriction, Trusting
from ontology.vocab import LS

_KEPT = 2
"""Datasets that policies left, kept for the next question."""


def query_under(
    snapshot: Snapshot,
    sparql: str,
    policy: TrustPolicy,
    *,
    provenance: OneOf["how", "none"] = "how",
    default_graphs: Sequence[str] | None = None,
    named_graphs: Sequence[str] | None = None,
    base_iri: str | None = None,
    confidence: bool = True,
    services: Services | None = None,
) -> Answer:
    """The answer to a query over the dataset that a policy leaves; otherwise as ``query``.

    Raises ``QueryOverLimit`` where that dataset would have to be made, and is too large.
    """
    found = None
    if not _comes_back(snapshot, policy) and "service" not in sparql.casefold():
        chosen = None
        if default_graphs is not None or named_graphs is not None:
            chosen = (tuple(default_graphs or ()), tuple(named_graphs or ()))
        trusting = Trusting(snapshot, restriction_of(snapshot, policy), snapshot.names.inferred)
        found = query_trusting(trusting, sparql, base_iri, chosen, confidence=confidence)
    if found is None:
        found = query(
            _dataset(snapshot, policy),
            sparql,
            provenance=provenance,
            default_graphs=default_graphs,
            named_graphs=named_graphs,
            base_iri=base_iri,
            confidence=confidence,
            services=services,
        )
    if provenance == "none":
        return replace(found, provenance=None)
    return _flagged(snapshot, policy, found)


def query_trusting(
    source: Source,
    sparql: str,
    base_iri: str | None = None,
    chosen: tuple[Sequence[str], Sequence[str]] | None = None,
    *,
    confidence: bool = True,
) -> Answer | None:
    """The answer over what a source believes, from circuits; ``None`` where they do not tell it."""
    asked = prepared(sparql, base_iri, source.index is not None and chosen is None, whole=True)
    if isinstance(asked, str) or not isinstance(asked.plan, Derivation):
        return None
    plan, dataset = asked.plan, chosen or asked.dataset
    if dataset is not None:
        source = Chosen(source, *dataset)
    is_ask = asked.query.form == "ask"
    if source.repeats or plan.places is not None or plan.is_open or not (plan.is_bag or is_ask):
        return None
    builder = Builder(source, MAX_DERIVATIONS, work_out)
    try:
        found = standing(builder, plan)
        if is_ask:
            node = builder.circuit.plus(dict.fromkeys(found.nodes))
            told = assessed(source, builder.circuit, [node], confidence)
            return Answer("ask", source.iri, boolean=bool(found.rows), provenance=told)
        told = assessed(source, builder.circuit, found.nodes, confidence)
    except (NotAnnotated, Unaccounted, QuerySyntaxError, TooComplex, CircuitTooLarge, RecursionError):
        return None
    variables = tuple(variable.name for variable in plan.key)
    return Answer("select", source.iri, variables, tuple(found.rows), provenance=told)


def _comes_back(snapshot: Snapshot, policy: TrustPolicy) -> bool:
    """Whether claims may be active under the policy that are not now."""
    return policy.known_at is not None and snapshot.manifest.counts.get("inactive", 0) > 0


def _judge(snapshot: Snapshot, policy: TrustPolicy, claim: Candidate) -> bool:
    endings: list[Candidate] = []
    if policy.valid_at is not None:
        endings = [ending for ending in _endings(snapshot, claim) if policy.admits(ending)]
    return policy.admits(claim, endings)


def _endings(snapshot: Snapshot, claim: Candidate) -> list[Candidate]:
    """Claims that what a claim grants was revoked, or suspended, or has expired."""
    lost = NamedNode(LS.lostLicenseFor.value)
    found: dict[str, None] = {}
    for quad in claim.store.quads_for_pattern(
        None, NamedNode(LS.holdsLicenseFor.value), None, NamedNode(claim.iri)
    ):
        for store in (snapshot.main, snapshot.archive):
            for said in store.quads_for_pattern(quad.subject, lost, quad.object, None):
                if isinstance(said.graph_name, NamedNode):
                    found[said.graph_name.value] = None
    return [ending for ending in (Candidate(snapshot, name) for name in found) if ending.states_fact]


def restriction_of(snapshot: Snapshot, policy: TrustPolicy) -> Restriction:
    """Which claims of a version stand under a policy."""
    return Restriction(
        lambda iri: _judge(snapshot, policy, Candidate(snapshot, iri)),
        lambda iri: Candidate(snapshot, iri).origin,
        policy.min_origins,
    )


@lru_cache(maxsize=_KEPT)
def _dataset(snapshot: Snapshot, policy: TrustPolicy) -> RestrictedView:
    """The dataset that a policy leaves."""

    def enough(support: Support) -> bool:
        origins = {Candidate(snapshot, claim).origin for claim in support.claims}
        return len(origins) >= (policy.min_origins or 0)

    few = enough if (policy.min_origins or 0) > 1 else None
    return restricted(snapshot, lambda claim: _judge(snapshot, policy, claim), few)


def _flagged(snapshot: Snapshot, policy: TrustPolicy, answer: Answer) -> Answer:
    """The answer with the claims that were kept though no time is known of them."""
    told = answer.provenance
    if policy.valid_at is None or told is None:
        return answer
    undated = tuple(iri for iri in told.claims if policy.is_undated(Candidate(snapshot, iri)))
    return replace(answer, provenance=replace(told, undated=undated))
