"""From derivations to annotations: run the derivation query, look leaves up, multiply, add.

Work goes by column, not by row: each leaf's distinct triples are looked up once, each
distinct product is built once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter

from kg.dataset.terms import BlankNode, Literal, NamedNode, QuerySolutions, Triple, stored_form
from kg.errors import QuerySyntaxError
from kg.provenance.circuit import Circuit
from kg.query.algebra import Iri, Lit, Node, Var
from kg.query.answer import Row, Term
from kg.query.derive import Derivation, Leaf, NotAnnotated
from kg.query.source import Source, ask_engine, solutions

MAX_DERIVATIONS = 1_000_000
"""An answer with more derivations than this is given without annotations."""


def annotate(
    source: Source, derivation: Derivation, rows: Sequence[Row], *, paged: bool, cap: int = MAX_DERIVATIONS
) -> tuple[Circuit, list[int]]:
    """A circuit, and for each row its node; equal rows have one.

    ``paged`` says that the rows are some of many: then only their derivations are asked
    for. Raises ``NotAnnotated`` where there are more than ``cap`` derivations, or where
    the derivations do not account for a row.
    """
    clause = values_clause(derivation, rows) if paged else ""
    if clause:
        try:
            return _annotated(source, derivation, rows, clause, cap)
        except (_Unaccounted, QuerySyntaxError):  # a value that equals nothing (NaN), or is of RDF 1.2
            pass
    try:
        return _annotated(source, derivation, rows, "", cap)
    except _Unaccounted as error:
        raise NotAnnotated(f"{error}: please report this") from error


class _Unaccounted(Exception):
    """The derivations do not account for a row of the answer."""


def values_clause(derivation: Derivation, rows: Sequence[Row]) -> str:
    """A VALUES clause that holds the derivations to those of some rows; empty if it would not hold them.

    Blank nodes cannot be written, so they are left open; what comes in through them has
    another key.
    """
    places = [derivation.key.index(variable) for variable in derivation.restricting]
    written: dict[tuple[str, ...], None] = {}
    for row in rows:
        texts = [str(t) if isinstance(t := row[place], NamedNode | Literal) else "UNDEF" for place in places]
        if all(text == "UNDEF" for text in texts):
            return ""
        written[tuple(texts)] = None
    if not places or not written:
        return ""
    names = " ".join(f"?{variable.name}" for variable in derivation.restricting)
    lines = " ".join(f"({' '.join(terms)})" for terms in written)
    return f"VALUES ({names}) {{ {lines} }}"


def _annotated(
    source: Source, derivation: Derivation, rows: Sequence[Row], clause: str, cap: int
) -> tuple[Circuit, list[int]]:
    result = ask_engine(source, derivation.text(clause))
    if not isinstance(result, QuerySolutions):
        raise _Unaccounted("the derivation query gave no solutions")
    found = list(islice(solutions(result), cap + 1))
    if len(found) > cap:
        raise NotAnnotated(f"the answer has more than {cap} derivations")
    builder = _Builder(source, derivation)
    wanted = set(rows) if clause else None
    sums: defaultdict[Row, list[int]] = defaultdict(list)
    for tagged in builder.by_branch(found):
        keys = map(builder.key, tagged.solutions)
        for key, product in zip(keys, builder.products(tagged), strict=True):
            if wanted is None or key in wanted:
                sums[key].append(product)
    nodes = {key: builder.circuit.plus(products) for key, products in sums.items()}
    try:
        return builder.circuit, [nodes[row] for row in rows]
    except KeyError as error:
        raise _Unaccounted(f"no derivation was found of the row {error.args[0]}") from None


@dataclass(frozen=True)
class _Branch:
    """Solutions that came through the same branches, and the leaves in play there."""

    solutions: Sequence[Row]
    leaves: Sequence[Leaf]


class _Builder:
    """Builds the circuit of one derivation query."""

    def __init__(self, source: Source, derivation: Derivation) -> None:
        self.source = source
        self.derivation = derivation
        self.circuit = Circuit()
        self.places = {variable: place for place, variable in enumerate(derivation.columns)}
        self.key = _picker([self.places[variable] for variable in derivation.key])
        self._facts: dict[tuple[Term, Term, Term], int] = {}

    def by_branch(self, found: list[Row]) -> Iterable[_Branch]:
        """The solutions, those apart that came through different branches of UNIONs."""
        tags = self.derivation.tags
        if not tags:
            return [_Branch(found, self.derivation.leaves)]
        pick = _picker([self.places[tag] for tag in tags])
        buckets: defaultdict[Row, list[Row]] = defaultdict(list)
        for solution in found:
            buckets[pick(solution)].append(solution)
        branches = []
        for values, bucket in buckets.items():
            taken = {
                tag: value.value
                for tag, value in zip(tags, values, strict=True)
                if isinstance(value, Literal)
            }
            leaves = [
                leaf
                for leaf in self.derivation.leaves
                if all(taken.get(tag) == branch for tag, branch in leaf.guard)
            ]
            branches.append(_Branch(bucket, leaves))
        return branches

    def products(self, branch: _Branch) -> Iterable[int]:
        """For each solution the product of its leaves."""
        if not branch.leaves:
            return [self.circuit.one] * len(branch.solutions)
        columns = [self._column(leaf, branch.solutions) for leaf in branch.leaves]
        combinations = list(zip(*columns, strict=True))
        known = {combination: self.circuit.times(combination) for combination in set(combinations)}
        return map(known.__getitem__, combinations)

    def _column(self, leaf: Leaf, found: Sequence[Row]) -> list[int]:
        """For each solution the node of a leaf's triple."""
        triple = leaf.triple
        nodes = (triple.subject, triple.predicate, triple.object)
        pick = _picker([self.places[n] for n in nodes if isinstance(n, Var)])
        fixed = [None if isinstance(n, Var) else constant(n) for n in nodes]
        picked = list(map(pick, found))
        known = {values: self._fact(fixed, values) for values in set(picked)}
        return list(map(known.__getitem__, picked))

    def _fact(self, fixed: Sequence[Term | None], values: Row) -> int:
        """The node of a triple: its constants, and values where there are none."""
        remaining = iter(values)
        s, p, o = [next(remaining) if term is None else term for term in fixed]
        if s is None or o is None or isinstance(s, Literal) or not isinstance(p, NamedNode):
            raise _Unaccounted("a triple pattern has an unbound variable")
        node = self._facts.get((s, p, o))
        if node is None:
            node = self._facts[s, p, o] = self._supported(s, p, o)
        return node

    def _supported(self, s: NamedNode | BlankNode | Triple, p: NamedNode, o: Term) -> int:
        support = self.source.fact_support(s, p, o)
        circuit = self.circuit
        parts = [circuit.fact(map(circuit.token, claims)) for claims in support.facts]
        if support.base:
            parts.append(circuit.one)
        if not parts:
            raise _Unaccounted(f"nothing on record supports the fact {s} {p} {o}")
        return circuit.plus(parts)


def _picker(places: Sequence[int]) -> Callable[[Row], Row]:
    """A function that takes those places of a row, as a tuple."""
    if not places:
        return itemgetter(slice(0))
    if len(places) == 1:
        return itemgetter(slice(places[0], places[0] + 1))
    if list(places) == list(range(len(places))):
        return itemgetter(slice(len(places)))
    return itemgetter(*places)


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
