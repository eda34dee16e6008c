"""The pages' twins in RDF: what the record and the facts say of a claim, document, source or entity.

A claim in a format with graphs is a nanopublication (https://nanopub.net/guidelines/working_draft/):
head, assertion (the claim's own graph), provenance, publication info.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import DefaultGraph, NamedNode, Quad, node
from ontology.vocab import LS, NP, PROV, RDF, RDFS
from server.rdf import read_triples
from server.views.finding import pointing

MOST = 5000
"""Statements of one twin."""

GraphName = NamedNode | DefaultGraph
DEFAULT = DefaultGraph()
_TYPE = node(RDF + "type")
_PUBLICATION = (
    LS.recorded,
    LS.agent,
    LS.status,
    LS.contentHash,
    LS.retracted,
    LS.retractedBy,
    LS.retractionReason,
)


def about(snapshot: Snapshot, iri: str, graph: GraphName) -> Iterator[Quad]:
    """What the record says of a node and of the nodes named under it."""
    todo, seen = [iri], {iri}
    while todo:
        subject = node(todo.pop())
        for store in (snapshot.main, snapshot.archive):
            for quad in store.quads_for_pattern(subject, None, None, snapshot.record):
                yield Quad(quad.subject, quad.predicate, quad.object, graph)
                if isinstance(quad.object, NamedNode):
                    name = quad.object.value
                    if name.startswith(f"{iri}#") and name not in seen:
                        seen.add(name)
                        todo.append(name)


def _named(snapshot: Snapshot, iri: str, predicates: tuple[str, ...]) -> Iterator[str]:
    """Nodes that a claim points at, directly or through nodes of its own."""
    for quad in about(snapshot, iri, DEFAULT):
        if quad.predicate.value in predicates and isinstance(quad.object, NamedNode):
            yield quad.object.value


def claim_record(snapshot: Snapshot, iri: str, graph: GraphName = DEFAULT) -> Iterator[Quad]:
    """The record of a claim, with its document, voices, origin, agent and mentions."""
    yield from about(snapshot, iri, graph)
    others = _named(snapshot, iri, (LS.document, LS.voice, LS.origin, LS.agent, LS.mention))
    for other in dict.fromkeys(others):
        yield from about(snapshot, other, graph)


def nanopublication(snapshot: Snapshot, iri: str) -> Iterator[Quad]:
    """A claim as head, assertion, provenance and publication info."""
    mark = "-" if "#" in iri else "#"
    head, published = node(f"{iri}{mark}head"), node(f"{iri}{mark}nanopublication")
    provenance, information = node(f"{iri}{mark}provenance"), node(f"{iri}{mark}pubinfo")
    assertion = node(iri)
    yield Quad(published, _TYPE, node(NP + "Nanopublication"), head)
    for predicate, part in (
        ("hasAssertion", assertion),
        ("hasProvenance", provenance),
        ("hasPublicationInfo", information),
    ):
        yield Quad(published, node(NP + predicate), part, head)
    for quad in read_triples("\n".join(snapshot.assertion(iri))):
        yield Quad(quad.subject, quad.predicate, quad.object, assertion)
    for quad in claim_record(snapshot, iri):
        mine = quad.subject == assertion and quad.predicate.value in _PUBLICATION
        if not mine:
            yield Quad(quad.subject, quad.predicate, quad.object, provenance)
            if quad.subject == assertion and quad.predicate.value == LS.document:
                yield Quad(assertion, node(PROV + "wasDerivedFrom"), quad.object, provenance)
            continue
        yield Quad(assertion, quad.predicate, quad.object, information)
        if quad.predicate.value == LS.recorded:
            yield Quad(published, node(PROV + "generatedAtTime"), quad.object, information)
        if quad.predicate.value == LS.agent:
            yield Quad(published, node(PROV + "wasAttributedTo"), quad.object, information)


def claim_twin(snapshot: Snapshot, iri: str, *, graphs: bool) -> Iterator[Quad]:
    """The record of a claim, or in a format with graphs the whole nanopublication."""
    yield from nanopublication(snapshot, iri) if graphs else claim_record(snapshot, iri)


def _mentioning(snapshot: Snapshot, claims: Iterable[str], predicate: str, of: str) -> Iterator[Quad]:
    for claim in claims:
        yield Quad(node(claim), node(predicate), node(of), DEFAULT)
        for label in snapshot.main.quads_for_pattern(
            node(claim), node(RDFS + "label"), None, snapshot.record
        ):
            yield Quad(label.subject, label.predicate, label.object, DEFAULT)


def document_twin(snapshot: Snapshot, iri: str) -> Iterator[Quad]:
    """What is known of a document, and the active claims taken from it."""
    yield from about(snapshot, iri, DEFAULT)
    yield from _mentioning(snapshot, pointing(snapshot, LS.document, iri, MOST), LS.document, iri)


def source_twin(snapshot: Snapshot, iri: str) -> Iterator[Quad]:
    """What is known of a source, and its places in the chains of active claims."""
    yield from about(snapshot, iri, DEFAULT)
    for voice in pointing(snapshot, LS.voice, iri, MOST):
        yield from about(snapshot, voice, DEFAULT)
        for claim in pointing(snapshot, LS.attribution, voice, MOST):
            yield Quad(node(claim), node(LS.attribution), node(voice), DEFAULT)


def entity_twin(snapshot: Snapshot, iri: str) -> Iterator[Quad]:
    """The facts about an entity, and its mentions."""
    entity = node(iri)
    yield from islice(snapshot.main.quads_for_pattern(entity, None, None, DEFAULT), MOST)
    yield from islice(snapshot.main.quads_for_pattern(None, None, entity, DEFAULT), MOST)
    for mention in pointing(snapshot, LS.canonicalEntity, iri, MOST):
        yield Quad(node(mention), node(LS.canonicalEntity), entity, DEFAULT)


def judgment_twin(snapshot: Snapshot, iri: str) -> Iterator[Quad]:
    """The record of a judgment, with its author."""
    yield from about(snapshot, iri, DEFAULT)
    for agent in dict.fromkeys(_named(snapshot, iri, (LS.agent,))):
        yield from about(snapshot, agent, DEFAULT)


def judgments_twin(snapshot: Snapshot, iris: Iterable[str]) -> Iterator[Quad]:
    """The records of judgments, with their authors."""
    yield from dict.fromkeys(quad for iri in iris for quad in judgment_twin(snapshot, iri))
