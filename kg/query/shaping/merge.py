"""A default graph of several graphs is their merge: a triple that two of them hold is one triple.

(RDF 1.1 Semantics, SPARQL 1.1 Query section 13.2; the engine repeats it once for each
graph.) So every triple pattern of the default graph asks for distinct solutions. What
cannot tell how often a solution comes is left as it is: EXISTS, the right side of MINUS.
"""

from dataclasses import replace

from kg.query.algebra import (
    Bgp,
    Extend,
    Filter,
    Iri,
    Item,
    Join,
    LeftJoin,
    Lit,
    Membership,
    Minus,
    Negated,
    Node,
    PathPattern,
    Pattern,
    Query,
    Select,
    TriplePattern,
    Union,
    Var,
)
from kg.query.parse.patterns import UNIT, joined
from kg.query.scope import visible


def over_merge(query: Query) -> Query:
    """The query as it must be put to an engine that repeats triples; its dataset is to be told apart."""
    merger = _Merger(query.hidden)
    body = replace(query.body, of=merger.pattern(query.body.of))
    return replace(query, body=body)


def without_dataset(query: Query) -> Query:
    """The query without FROM and FROM NAMED, for an engine that is told its dataset otherwise."""
    return replace(query, default_graphs=(), named_graphs=())


class _Merger:
    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._fresh = 0

    def _var(self) -> Var:
        self._fresh += 1
        return Var(f"{self._prefix}_m{self._fresh}", hidden=True)

    def pattern(self, what: Pattern) -> Pattern:
        """The pattern, each triple of the default graph counted once."""
        match what:
            case Bgp(triples):
                merged: Pattern = UNIT
                for triple in triples:
                    merged = joined(merged, self._distinct(Bgp((triple,))))
                return merged
            case PathPattern(subject, Negated() as path, item):
                return self._negated(subject, path, item)
            case PathPattern():
                return self._distinct(what)
            case Join() | LeftJoin() | Union():
                return replace(what, left=self.pattern(what.left), right=self.pattern(what.right))
            case Minus():
                return replace(what, left=self.pattern(what.left))
            case Filter() | Extend() | Select():
                return replace(what, of=self.pattern(what.of))
        return what

    def _distinct(self, what: Pattern) -> Select:
        items = tuple(map(Item, visible(what))) or (Item(self._var(), Lit("")),)
        return Select(what, items, "DISTINCT")

    def _negated(self, subject: Node, path: Negated, item: Node) -> Pattern:
        sides: list[Pattern] = []
        if path.forward or not path.inverse:
            sides.append(self._any_but(subject, path.forward, item))
        if path.inverse:
            sides.append(self._any_but(item, path.inverse, subject))
        return sides[0] if len(sides) == 1 else Union(sides[0], sides[1])

    def _any_but(self, subject: Node, excluded: tuple[Iri, ...], item: Node) -> Pattern:
        predicate = self._var()
        triples = self._distinct(Bgp((TriplePattern(subject, predicate, item),)))
        return Filter(Membership(predicate, excluded, negated=True), triples) if excluded else triples
