"""The pages' twins in RDF: what the record and the facts say of a claim, document, source or entity.

A claim in a format with graphs is a nanopublication.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import DefaultGraph, Quad, node
from kg.link.exchange.nanopublications import about, claim_record, nanopublication
from ontology.vocab import LS, RDFS
from server.views.finding import pointing

MOST = 5000
"""Statements of one twin."""

DEFAULT = DefaultGraph()


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
    for agent in sorted(set(snapshot.node(iri).all(LS.agent))):
        yield from about(snapshot, agent, DEFAULT)


def judgments_twin(snapshot: Snapshot, iris: Iterable[str]) -> Iterator[Quad]:
    """The records of judgments, with their authors."""
    yield from dict.fromkeys(quad for iri in iris for quad in judgment_twin(snapshot, iri))
