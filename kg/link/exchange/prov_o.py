"""PROV as RDF, in the terms of PROV-O (https://www.w3.org/TR/prov-o/).

A relation without attributes is one triple; one with a time or attributes is qualified, and the triple
that says it in short stands beside it.
"""

from collections.abc import Iterable, Iterator

from kg.dataset.terms import BlankNode, NamedNode, Triple, node
from kg.link.exchange.prov import LABEL, TYPE, Attributes, Relation, Statement, Thing
from ontology.vocab import PROV, RDF, RDFS

_TYPE = node(RDF + "type")
_QUALIFIED = {
    "wasGeneratedBy": ("Generation", "activity"),
    "wasInvalidatedBy": ("Invalidation", "activity"),
    "wasAttributedTo": ("Attribution", "agent"),
}
_DERIVED = ("Quotation", "Revision", "PrimarySource")


def prov_o(statements: Iterable[Statement]) -> Iterator[Triple]:
    """The statements as triples."""
    for number, statement in enumerate(statements):
        match statement:
            case Thing(kind, iri, attributes):
                yield Triple(node(iri), _TYPE, node(PROV + kind.capitalize()))
                yield from _attributes(node(iri), attributes)
            case Relation():
                yield from _relation(statement, BlankNode(f"r{number}"))


def _relation(said: Relation, own: BlankNode) -> Iterator[Triple]:
    first, second = node(said.first), node(said.second)
    for kind in _DERIVED:
        if (TYPE, node(PROV + kind)) in said.attributes:
            yield from _qualified(said, own, kind, "entity")
            return
    if said.time is None and not said.attributes:
        yield Triple(first, node(PROV + said.kind), second)
    else:
        yield from _qualified(said, own, *_QUALIFIED[said.kind])


def _qualified(said: Relation, own: BlankNode, kind: str, end: str) -> Iterator[Triple]:
    first = node(said.first)
    yield Triple(first, node(f"{PROV}qualified{kind}"), own)
    yield Triple(own, _TYPE, node(PROV + kind))
    yield Triple(own, node(PROV + end), node(said.second))
    if said.time is not None:
        yield Triple(own, node(PROV + "atTime"), said.time)
    more = tuple(pair for pair in said.attributes if pair != (TYPE, node(PROV + kind)))
    yield from _attributes(own, more)


def _attributes(of: NamedNode | BlankNode, attributes: Attributes) -> Iterator[Triple]:
    for predicate, value in attributes:
        match predicate:
            case _ if predicate == TYPE:
                yield Triple(of, _TYPE, value)
            case _ if predicate == LABEL:
                yield Triple(of, node(RDFS + "label"), value)
            case _:
                yield Triple(of, node(predicate), value)
