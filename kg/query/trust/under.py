"""Answers under a trust policy: from circuits where they tell, else over the dataset that it leaves.

A query's positive hull has the derivations of all rows that it may have in any part of
the data. So where claims only fall, its rows under a policy are those whose annotation is
still true without what fell; groups are worked out anew from the members that are
(``kg.query.grouping.regrouped``). Where claims come back (``known-at``), where triples are made of
many solutions, or where something is not annotated, the query is asked of the dataset
in which only the policy's claims are active. So it is where things go by other names: the
law holds judgments fixed.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Literal as OneOf

from kg.dataset.annotated.view import Support
from kg.dataset.judgments.naming import Naming, naming
from kg.dataset.restricted import Candidate, RestrictedView, is_named, restricted
from kg.dataset.snapshots import Snapshot
from kg.dataset.sweeping import unswept
from kg.dataset.terms import NamedNode, Quad
from kg.dataset.text.search import Ask, Sort
from kg.errors import QuerySyntaxError
from kg.provenance.circuit import CircuitTooLarge
from kg.query.answer import Answer
from kg.query.asking import query
from kg.query.assess import assessed
from kg.query.builder import Builder
from kg.query.deriving.derivation import Derivation, NotAnnotated
from kg.query.evaluate import MAX_DERIVATIONS, standing
from kg.query.grouping.aggregates import Grouped
from kg.query.grouping.regrouped import regrouped, untold
from kg.query.grouping.subselect import work_out
from kg.query.leaves import Unaccounted
from kg.query.prepare import Prepared, prepared
from kg.query.service.services import Services
from kg.query.shaping.size import TooComplex
from kg.query.source import Source
from kg.query.trust.chosen import Chosen
from kg.query.trust.policy import TrustPolicy
from kg.query.trust.trusting import Restriction, Trusting
from ontology.vocab import LS

_FEW = 4_000
"""Claims that stand under a policy, up to which they are found first, and not judged as they come."""

_NOISE = 1e-9
"""More than probabilities are rounded by before they are compared."""

_KEPT = 2
"""Datasets that policies left, and what they judged of claims, kept for the next question."""


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
    if (
        not _comes_back(snapshot, policy)
        and not _names(snapshot, policy).differs
        and "service" not in sparql.casefold()
    ):
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
    plan = _told(asked)
    if isinstance(asked, str) or isinstance(plan, str):
        return None
    dataset = chosen or asked.dataset
    if dataset is not None:
        source = Chosen(source, *dataset)
    if source.repeats:
        return None
    is_ask = asked.query.form == "ask"
    builder = Builder(source, MAX_DERIVATIONS, work_out)
    try:
        with unswept():
            if isinstance(plan, Grouped):
                return _regrouped(builder, plan, confidence)
            found = standing(builder, plan)
            nodes = [builder.circuit.plus(dict.fromkeys(found.nodes))] if is_ask else found.nodes
            told = assessed(source, builder.circuit, nodes, confidence)
    except (NotAnnotated, Unaccounted, QuerySyntaxError, TooComplex, CircuitTooLarge, RecursionError):
        return None
    if is_ask:
        return Answer("ask", source.iri, boolean=bool(found.rows), provenance=told)
    variables = tuple(variable.name for variable in plan.key)
    return Answer("select", source.iri, variables, tuple(found.rows), provenance=told)


def _regrouped(builder: Builder, plan: Grouped, confidence: bool) -> Answer:
    """The answer of a grouped query, from circuits."""
    groups = regrouped(builder, plan)
    nodes, of, note = groups.found.nodes, groups.found.contributions, groups.found.note
    told = assessed(builder.source, builder.circuit, nodes, confidence, of, note)
    variables = tuple(variable.name for variable in plan.columns)
    return Answer("select", builder.source.iri, variables, groups.rows, provenance=told)


def _told(asked: Prepared | str) -> Derivation | Grouped | str:
    """How circuits tell the rows of any part of the data, or why they do not."""
    if isinstance(asked, str):
        return asked
    plan = asked.plan
    if isinstance(plan, str):
        return plan
    if isinstance(plan, Grouped):
        return untold(plan) or plan
    if not isinstance(plan, Derivation):
        return "triples are made of many solutions"
    if plan.places is not None or plan.is_open:
        return "the engine may choose among several answers"
    if not plan.is_bag and asked.query.form != "ask":
        return "it hangs on the data how often a row comes"
    return plan


def why_made(snapshot: Source, sparql: str, policy: TrustPolicy, base_iri: str | None = None) -> str | None:
    """Why a query under a policy needs the dataset that it leaves; ``None`` where circuits tell."""
    if isinstance(snapshot, Snapshot) and _comes_back(snapshot, policy):
        return "claims come back that are not active now, or things go by other names"
    if "service" in sparql.casefold():
        return "another endpoint is asked"
    told = _told(prepared(sparql, base_iri, snapshot.index is not None, whole=True))
    return told if isinstance(told, str) else None


def _comes_back(snapshot: Snapshot, policy: TrustPolicy) -> bool:
    """Whether there may be more under the policy than now: claims, judgments, or other names of things."""
    if policy.known_at is not None and snapshot.manifest.counts.get("inactive", 0) > 0:
        return True
    names = _names(snapshot, policy)
    return names.differs or bool(names.added)


@lru_cache(maxsize=_KEPT)
def _names(snapshot: Snapshot, policy: TrustPolicy) -> Naming:
    """What things are called under the policy."""
    clusters = snapshot.clusters
    links = {link for of in clusters.links.values() for link in of}
    least = policy.min_confidence or 0.0
    falls = any(link.judgment in policy.without or link.confidence < least for link in links)
    return naming(snapshot, policy.believes) if falls or policy.known_at else Naming(clusters)


def _judge(snapshot: Snapshot, policy: TrustPolicy, claim: Candidate) -> bool:
    endings: list[Candidate] = []
    if policy.valid_at is not None:
        endings = [e for e in _endings(snapshot, _names(snapshot, policy), claim) if policy.admits(e)]
    return policy.admits(claim, endings)


def _endings(snapshot: Snapshot, names: Naming, claim: Candidate) -> list[Candidate]:
    """Claims that what a claim grants was revoked, or suspended, or has expired."""
    lost = NamedNode(LS.lostLicenseFor.value)
    found: dict[str, None] = {}
    for made in snapshot.original(claim.iri):
        if made.predicate.value != LS.holdsLicenseFor:
            continue
        held = names.quad(made)
        for subject, item in names.same(held.subject, held.object):
            for store in (snapshot.main, snapshot.archive):
                for said in store.quads_for_pattern(subject, lost, item, None):
                    name = said.graph_name.value if isinstance(said.graph_name, NamedNode) else ""
                    if name and _says(snapshot, names, name, lost, held):
                        found[name] = None
    return [ending for ending in (Candidate(snapshot, name) for name in found) if ending.states_fact]


def _says(snapshot: Snapshot, names: Naming, claim: str, predicate: NamedNode, of: Quad) -> bool:
    """Whether a claim says it of the same two things, whatever the version calls them."""
    made = map(names.quad, snapshot.original(claim))
    return any(q.predicate == predicate and (q.subject, q.object) == (of.subject, of.object) for q in made)


@lru_cache(maxsize=_KEPT)
def restriction_of(snapshot: Snapshot, policy: TrustPolicy) -> Restriction:
    """Which claims and judgments of a version stand under a policy."""

    few = _few(snapshot, policy)

    def keeps(iri: str) -> bool:
        if few is not None and not snapshot.is_judgment(iri):
            return iri in few
        told = snapshot.expected(iri) if policy.is_timeless else None
        if told is not None:
            return policy.passes(told.confidence, (iri, told.document, told.origin, *told.sources))
        if snapshot.is_judgment(iri):
            return policy.believes(snapshot.judgment(iri))
        return _judge(snapshot, policy, Candidate(snapshot, iri))

    return Restriction(
        keeps,
        lambda iri: Candidate(snapshot, iri).origin,
        policy.min_origins,
        reads=few is None,
    )


def _few(snapshot: Snapshot, policy: TrustPolicy) -> frozenset[str] | None:
    """The claims that stand under a policy that asks for some confidence, where they are few.

    The text index finds them by that; ``None`` where it does not tell, or they are many.
    """
    least, index = policy.min_confidence, snapshot.text
    if not least or not policy.is_timeless or index is None:
        return None
    active = {"state": ("active",)}
    if index.count(Ask(chosen=active)) != snapshot.manifest.counts.get("active"):
        return None  # a claim of too long a name is in no index
    asked = Ask(chosen=active, least=max(0.0, least - _NOISE), sort=Sort.BEST, limit=_FEW)
    if index.count(asked) > _FEW:
        return None
    passing = policy.passes
    return frozenset(
        told.iri
        for told in index.stored(asked)
        if passing(told.confidence, (told.iri, told.document, told.origin, *told.sources))
    )


@lru_cache(maxsize=_KEPT)
def _dataset(snapshot: Snapshot, policy: TrustPolicy) -> RestrictedView:
    """The dataset that a policy leaves."""

    def enough(support: Support) -> bool:
        origins = {Candidate(snapshot, claim).origin for claim in support.claims}
        return len(origins) >= (policy.min_origins or 0)

    few = enough if (policy.min_origins or 0) > 1 else None
    found = _few(snapshot, policy)

    def keep(claim: Candidate) -> bool:
        return _judge(snapshot, policy, claim) if found is None else claim.iri in found

    return restricted(snapshot, keep, few, believes=policy.believes)


def _flagged(snapshot: Snapshot, policy: TrustPolicy, answer: Answer) -> Answer:
    """The answer with what the policy could not judge.

    That are claims kept though no time is known of them, and names that are nothing it asks for.
    """
    told = answer.provenance
    if told is None:
        return answer
    undated: tuple[str, ...] = ()
    if policy.valid_at is not None:
        claims = (iri for iri, info in told.claims.items() if not info.is_judgment)
        undated = tuple(iri for iri in claims if policy.is_undated(Candidate(snapshot, iri)))
    unknown = tuple(
        f"without={iri} changes nothing: "
        "this version has no claim, judgment, document, origin or source of that name"
        for iri in sorted(policy.without)
        if not is_named(snapshot, iri)
    )
    return replace(answer, provenance=replace(told, undated=undated, notes=(*told.notes, *unknown)))
