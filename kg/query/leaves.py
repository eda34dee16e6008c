"""The leaves of derivations: what each triple and each named graph rests on."""

from collections.abc import Sequence
from typing import Any

from kg.dataset.annotated.view import Fact, Support
from kg.dataset.terms import BlankNode, Literal, NamedNode, stored_form
from kg.errors import TooManyProofs
from kg.provenance.circuit import Circuit
from kg.query.algebra import Iri, Lit, Node
from kg.query.answer import Term
from kg.query.deriving.derivation import NotAnnotated
from kg.query.source import AnnotatedFacts, Source


class Unaccounted(Exception):
    """The derivations do not account for a row of the answer."""


class Leaves:
    """The nodes of triples and graphs, each looked up once."""

    def __init__(self, source: Source, circuit: Circuit) -> None:
        self._source = source
        self.circuit = circuit
        self._known: dict[tuple[Term | None, ...], int] = {}
        self._named: dict[BlankNode, int] = {}

    def node(self, terms: Sequence[Term | None]) -> int:
        """The node of a triple, with a named graph as the fourth term; or of a graph, by its name alone.

        Raises ``Unaccounted`` for what is no triple, or rests on nothing.
        """
        what = tuple(terms)
        found = self._known.get(what)
        if found is None:
            try:
                found = self._known[what] = self._summed(self._support(what), what)
            except TooManyProofs as error:
                raise NotAnnotated(str(error)) from error
        return found

    @property
    def index(self) -> AnnotatedFacts | None:
        """The annotated facts, where there are such."""
        return self._source.index

    def named(self, names: Sequence[Any]) -> list[int]:
        """The nodes of annotations, by the names of their graphs, of which some may come often.

        Each name is looked at but once where claims alone state all of these facts (what it
        takes to tell two names of blank nodes apart is most of the time of this).
        """
        if not {BlankNode}.issuperset(map(type, names)):
            raise Unaccounted("a triple pattern has no annotation")
        if self._source.index is not None and not self._source.falls:
            facts = self._source.index.claims(names)
            if None not in facts:
                distinct = list(dict.fromkeys(facts))
                nodes = self.circuit.facts([fact for fact in distinct if fact is not None])
                if len(distinct) == len(facts):
                    return nodes
                return list(map(dict(zip(distinct, nodes, strict=True)).__getitem__, facts))
        distinct_names = list(dict.fromkeys(names))
        known = dict(zip(distinct_names, self.annotated(distinct_names), strict=True))
        return list(map(known.__getitem__, names))

    def annotated(self, names: Sequence[BlankNode]) -> list[int]:
        """The nodes of annotations, by the names of their graphs."""
        index = self._source.index
        if index is None:
            raise Unaccounted("the dataset has no index of annotated facts")
        known = self._named
        unknown = [name for name in names if name not in known] if known else names
        if unknown:
            try:
                self._annotate(index, unknown)
            except TooManyProofs as error:
                raise NotAnnotated(str(error)) from error
        return list(map(known.__getitem__, names))

    def _annotate(self, index: AnnotatedFacts, unknown: Sequence[BlankNode]) -> None:
        """Find what some names of graphs stand for: mostly claims alone, which are many at once."""
        stated: list[BlankNode] = []
        facts: list[Fact] = []
        others: list[BlankNode] = []
        if self._source.falls:  # what stands is worked out of supports, so these are asked for once
            for name, support in zip(unknown, index.supports(unknown), strict=True):
                self._named[name] = self._summed(support, (name,))
            return
        for name, fact in zip(unknown, index.claims(unknown), strict=True):
            if fact is None:
                others.append(name)
            else:
                stated.append(name)
                facts.append(fact)
        self._named.update(zip(stated, self.circuit.facts(facts), strict=True))
        for name, support in zip(others, index.supports(others), strict=True):
            self._named[name] = self._summed(support, (name,))

    def _support(self, what: tuple[Term | None, ...]) -> Support:
        match what:
            case (NamedNode() as graph,):
                support = self._source.existence_support(graph)
                if support is None:
                    raise NotAnnotated(
                        f"that there is a graph {graph} rests on too many inferences to be annotated"
                    )
                return support
            case (s, NamedNode() as p, o) if s is not None and o is not None and not isinstance(s, Literal):
                return self._source.fact_support(s, p, o)
            case (s, NamedNode() as p, o, NamedNode() as graph) if (
                s is not None and o is not None and not isinstance(s, Literal)
            ):
                return self._source.graph_support(graph, s, p, o)
        raise Unaccounted("a triple pattern has an unbound variable")

    def _summed(self, support: Support, what: tuple[Term | None, ...]) -> int:
        node = annotation(self.circuit, support)
        if node == self.circuit.zero and not self._source.falls:
            raise Unaccounted(f"nothing on record supports the fact {' '.join(map(str, what))}")
        return node


def annotation(circuit: Circuit, support: Support) -> int:
    """The node of what a triple rests on; ``zero`` where that is nothing."""
    if len(support.facts) == 1 and not support.base and not support.proofs:
        return _fact(circuit, support.facts[0])
    parts = [_fact(circuit, fact) for fact in support.facts]
    parts.extend(circuit.times([_fact(circuit, fact) for fact in proof]) for proof in support.proofs)
    if support.base:
        parts.append(circuit.one)
    return circuit.plus(parts)


def _fact(circuit: Circuit, fact: Fact) -> int:
    """The sum of the statements of one triple: claims, each alone or times the judgments that it needs."""
    token = circuit.token
    if len(fact) == 1 and " " not in fact[0]:
        return token(fact[0])
    if any(" " in statement for statement in fact):
        return circuit.fact([circuit.times(map(token, statement.split(" "))) for statement in fact])
    return circuit.fact(map(token, fact))


def constant(term: Node) -> Term:
    """A constant of a query as the engine keeps it. Raises ``NotAnnotated`` if it cannot be one."""
    try:
        match term:
            case Iri(value):
                return NamedNode(value)
            case Lit(lexical, None, None):
                return Literal(lexical)
            case Lit(lexical, _, str(language)):
                return Literal(lexical, language=language)
            case Lit(lexical, str(datatype), None):
                return stored_form(Literal(lexical, datatype=NamedNode(datatype)))
    except ValueError as error:
        raise NotAnnotated(f"{term} cannot be looked up: {error}") from error
    raise NotAnnotated(f"{term} cannot be looked up")
