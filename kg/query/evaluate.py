"""From derivations to annotations: run the derivation query, look leaves up, multiply, add.

Work goes by column, not by row: each leaf's distinct triples are looked up once, each
distinct product is built once.
"""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter

from kg.dataset.terms import Literal, NamedNode, QuerySolutions
from kg.errors import QuerySyntaxError
from kg.provenance.circuit import Circuit
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings import BOOLEAN
from kg.query.algebra import Var
from kg.query.answer import Row
from kg.query.derivation import Derivation, Existence, Factor, Guard, Leaf, NotAnnotated, Tree, Way
from kg.query.leaves import Leaves, Unaccounted, constant
from kg.query.source import Source, ask_engine, solutions
from kg.query.way_leaves import WayLeaves

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
    if derivation.places is not None:
        rows = list(map(_picker(derivation.places), rows))
    clause = values_clause(derivation, rows) if paged else ""
    if clause:
        try:
            return _annotated(source, derivation, rows, clause, cap)
        except (Unaccounted, QuerySyntaxError):  # a value that equals nothing (NaN), or is of RDF 1.2
            pass
    try:
        return _annotated(source, derivation, rows, "", cap)
    except Unaccounted as error:
        raise NotAnnotated(f"{error}: please report this") from error


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
    builder = _Builder(source, cap)
    sums = builder.sums(derivation, clause, set(rows) if clause else None)
    circuit = builder.circuit
    nodes = {key: circuit.plus(products) for key, products in sums.items()}
    try:
        found = [nodes[row] for row in rows]
    except KeyError as error:
        raise Unaccounted(f"no derivation was found of the row {error.args[0]}") from None
    if derivation.factors:
        held = evaluate(circuit, found, BOOLEAN, lambda _: True)
        if not all(held[node] for node in found):
            raise Unaccounted("a row of the answer has an annotation that is false")
    return circuit, found


@dataclass(frozen=True)
class _Branch:
    """Solutions that came through the same branches, and what is in play there."""

    solutions: Sequence[Row]
    leaves: Sequence[Leaf | Existence | Way]
    factors: Sequence[Factor]


class _Builder:
    """Builds the circuit of one derivation, tree by tree."""

    def __init__(self, source: Source, cap: int) -> None:
        self.source = source
        self.circuit = Circuit()
        self._left = cap
        self._cap = cap
        self._leaves = Leaves(source, self.circuit)
        self._ways = WayLeaves(self._leaves, self.solutions)
        self._known: dict[int, dict[Row, int]] = {}

    def sums(
        self, tree: Tree, clause: str = "", wanted: Container[Row] | None = None
    ) -> dict[Row, list[int]]:
        """For each key of a tree the products that make up its sum, zero ones left out."""
        found = self.solutions(tree.text(clause))
        places = {variable: place for place, variable in enumerate(tree.columns)}
        pick = _picker([places[variable] for variable in tree.key])
        sums: defaultdict[Row, list[int]] = defaultdict(list)
        for branch in _by_branch(tree, places, found):
            keys = map(pick, branch.solutions)
            for key, product in zip(keys, self._products(branch, places), strict=True):
                if product != self.circuit.zero and (wanted is None or key in wanted):
                    sums[key].append(product)
        return sums

    def solutions(self, text: str) -> list[Row]:
        """All solutions of a query. Raises ``NotAnnotated`` where that makes too many in all."""
        try:
            result = ask_engine(self.source, text)
        except QuerySyntaxError as error:
            what = f"the engine does not take the derivation query ({error}): please report this"
            raise NotAnnotated(what) from error
        if not isinstance(result, QuerySolutions):
            raise Unaccounted("the derivation query gave no solutions")
        found = list(islice(solutions(result), self._left + 1))
        if len(found) > self._left:
            raise NotAnnotated(f"the answer has more than {self._cap} derivations")
        self._left -= len(found)
        return found

    def _products(self, branch: _Branch, places: Mapping[Var, int]) -> Iterable[int]:
        """For each solution the product of its leaves and factors, less what is subtracted."""
        circuit, found = self.circuit, branch.solutions
        columns = [self._column(leaf, places, found) for leaf in branch.leaves]
        columns += [self._supports(f, places, found) for f in branch.factors if not f.negated]
        positive = len(columns)
        columns += [self._supports(f, places, found) for f in branch.factors if f.negated]
        if not columns:
            return [circuit.one] * len(found)
        combinations = list(zip(*columns, strict=True))
        known = {
            combination: circuit.minus(
                circuit.times(combination[:positive]), circuit.plus(combination[positive:])
            )
            for combination in set(combinations)
        }
        return map(known.__getitem__, combinations)

    def _column(
        self, leaf: Leaf | Existence | Way, places: Mapping[Var, int], found: Sequence[Row]
    ) -> list[int]:
        """For each solution the node of a leaf."""
        pick = _picker([places[n] for n in leaf.nodes if isinstance(n, Var)])
        fixed = [None if isinstance(n, Var) else constant(n) for n in leaf.nodes]
        picked = list(map(pick, found))
        known = {}
        for values in set(picked):
            remaining = iter(values)
            terms = [next(remaining) if term is None else term for term in fixed]
            known[values] = (
                self._ways.node(leaf, terms) if isinstance(leaf, Way) else self._leaves.node(terms)
            )
        return list(map(known.__getitem__, picked))

    def _supports(self, factor: Factor, places: Mapping[Var, int], found: Sequence[Row]) -> list[int]:
        """For each solution the sum of a factor's tree."""
        sums = self._sums_of(factor.tree)
        keys = map(_picker([places[variable] for variable in factor.tree.key]), found)
        return [sums.get(key, self.circuit.zero) for key in keys]

    def _sums_of(self, tree: Tree) -> dict[Row, int]:
        """The sum for each key; a derivation that comes twice counts once, as for support alone it does."""
        known = self._known.get(id(tree))
        if known is None:
            sums = self.sums(tree).items()
            known = {key: self.circuit.plus(sorted(set(products))) for key, products in sums}
            self._known[id(tree)] = known
        return known


def _by_branch(tree: Tree, places: Mapping[Var, int], found: list[Row]) -> Iterable[_Branch]:
    """The solutions, those apart that came through different branches."""
    if not tree.tags:
        return [_Branch(found, tree.leaves, tree.factors)]
    pick = _picker([places[tag] for tag in tree.tags])
    buckets: defaultdict[Row, list[Row]] = defaultdict(list)
    for solution in found:
        buckets[pick(solution)].append(solution)
    branches = []
    for values, bucket in buckets.items():
        taken = {
            tag: value.value
            for tag, value in zip(tree.tags, values, strict=True)
            if isinstance(value, Literal)
        }

        def in_play(guard: Guard, taken: Mapping[Var, str] = taken) -> bool:
            return all(taken.get(tag) == value for tag, value in guard)

        leaves = [leaf for leaf in tree.leaves if in_play(leaf.guard)]
        factors = [factor for factor in tree.factors if in_play(factor.guard)]
        branches.append(_Branch(bucket, leaves, factors))
    return branches


def _picker(places: Sequence[int]) -> Callable[[Row], Row]:
    """A function that takes those places of a row, as a tuple."""
    if not places:
        return itemgetter(slice(0))
    if len(places) == 1:
        return itemgetter(slice(places[0], places[0] + 1))
    if list(places) == list(range(len(places))):
        return itemgetter(slice(len(places)))
    return itemgetter(*places)
