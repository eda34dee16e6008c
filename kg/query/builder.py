"""From derivations to a circuit: ask the derivation query, find the leaves, multiply.

Work goes by column, not by row: each leaf's distinct values are looked up once, each
distinct product is built once.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import chain, count
from operator import itemgetter
from typing import Any

from kg.dataset.terms import BlankNode, Literal, QuerySolutions
from kg.errors import QuerySyntaxError
from kg.provenance.circuit import Circuit
from kg.query.algebra import Given, Order, Table, Var
from kg.query.answer import Row, Term
from kg.query.deriving.derivation import (
    AnyLeaf,
    Factor,
    Guard,
    Inner,
    Leaf,
    NotAnnotated,
    Tree,
    Way,
    Worked,
)
from kg.query.leaves import Leaves, Unaccounted, constant
from kg.query.planning import planning_of
from kg.query.service.services import Fetched, Services
from kg.query.shaping.page import filled, numbered, table_of, text_of
from kg.query.source import Far, Source, ask_rendered, listed
from kg.query.walks.way_leaves import WayLeaves

MOST_HELD = 2_000
"""Another tree is asked only about the values at hand where they are no more than this."""


@dataclass(frozen=True)
class Solved:
    """Solutions of a tree, in the order of its query: their keys, and the node of each."""

    keys: Sequence[Row]
    nodes: Sequence[int]


@dataclass(frozen=True)
class _Branch:
    """Solutions that came through the same branches, by their places, and what is in play there.

    ``taken`` are the tags with their values.
    """

    places: Sequence[int] | None
    taken: Mapping[Var, str]
    solutions: Sequence[Row]
    leaves: Sequence[AnyLeaf]
    factors: Sequence[Factor]


class Builder:
    """Builds the circuit of one answer, tree by tree."""

    def __init__(
        self,
        source: Source,
        cap: int,
        inner: Callable[["Builder", Inner], list[tuple[Row, int]]],
        services: Services | None = None,
    ) -> None:
        """``cap`` is the most derivations; ``inner`` works out a sub-SELECT.

        ``services`` are the endpoints that were asked, if any were.
        """
        self.source = source
        self.services = services
        self.circuit = Circuit()
        self._left = cap
        self._cap = cap
        self._leaves = Leaves(source, self.circuit)
        self._ways: dict[bool, WayLeaves] = {}
        self._work_out = inner
        self._worked: dict[int, tuple[object, list[tuple[Row, int]]]] = {}
        self._known: dict[int, dict[Row, int]] = {}

    def solved(
        self,
        tree: Tree,
        table: Table | None = None,
        *,
        order: Sequence[Order] = (),
        limit: int | None = None,
        offset: int = 0,
    ) -> Solved:
        """The solutions of a tree, those that agree with a table where one is given."""
        planned = planning_of(self.source).derived(tree)
        distinct = self.source.repeats
        is_whole = limit is None and not (order or offset or distinct)
        if table is not None:
            text = self.text_held(tree, table)
        elif planned.text is not None and is_whole:
            text = planned.text
        else:
            pattern = filled(planned.pattern, self._table)
            text = text_of(tree, pattern, distinct=distinct, order=order, limit=limit, offset=offset)
        return self.solved_by(tree, text)

    def text_held(self, tree: Tree, table: Table) -> str:
        """The query for the solutions of a tree that agree with a table."""
        pattern = planning_of(self.source).held(tree, filled(tree.pattern, self._table), table)
        return text_of(tree, pattern, distinct=self.source.repeats)

    def solved_by(self, tree: Tree, text: str) -> Solved:
        """The solutions of a tree that a query of it finds."""
        found = self.solutions(text, indexed=tree.indexed)
        columns, places = tree.columns, tree.column_places
        pick = picker([places[variable] for variable in tree.key])
        keys = found if tree.key == columns and columns else list(map(pick, found))
        if tree.token_places is not None:
            return Solved(keys, self._of_tokens(tree.token_places, found))
        nodes = [0] * len(found)
        branches = _by_branch(tree, places, found)
        for factor in tree.factors:
            if factor.beside is not None:
                self._known[id(factor.tree)] = self._sums_beside(factor, factor.beside, branches, places)
        for branch in branches:
            products = self._products(branch, places)
            if branch.places is None:
                nodes = products
            else:
                for place, product in zip(branch.places, products, strict=True):
                    nodes[place] = product
        return Solved(keys, nodes)

    def sums(self, tree: Tree, table: Table | None = None) -> dict[Row, list[int]]:
        """For each key of a tree the products that make up its sum, zero ones left out."""
        return self.summed(self.solved(tree, table))

    def summed(self, solved: Solved) -> dict[Row, list[int]]:
        """The products of solutions by their keys, zero ones left out."""
        sums: defaultdict[Row, list[int]] = defaultdict(list)
        for key, product in zip(solved.keys, solved.nodes, strict=True):
            if product:
                sums[key].append(product)
        return sums

    def solutions(self, text: str, *, indexed: bool = False) -> list[Row]:
        """All solutions of a query that was rendered. Raises ``NotAnnotated`` where they are too many."""
        try:
            result = ask_rendered(self.source, text, indexed=indexed)
        except QuerySyntaxError as error:
            what = f"the engine does not take the derivation query ({error}): please report this"
            raise NotAnnotated(what) from error
        if not isinstance(result, QuerySolutions):
            raise Unaccounted("the derivation query gave no solutions")
        found = listed(result, self._left + 1)
        self.spend(len(found))
        return found

    @property
    def most(self) -> int:
        """How many derivations there may be in all."""
        return self._cap

    def spend(self, derivations: int) -> None:
        """So many derivations more were found. Raises ``NotAnnotated`` where they are too many."""
        if derivations > self._left:
            raise NotAnnotated(f"the answer has more than {self._cap} derivations")
        self._left -= derivations

    def afresh(self) -> None:
        """What is asked from now on tells once more of derivations that were found."""
        self._left = self._cap

    def leaf(self, terms: Sequence[Term | None]) -> int:
        """The node of a triple; with a named graph as the fourth term, of a triple of it."""
        return self._leaves.node(terms)

    def named_products(self, columns: Sequence[Sequence[Any]]) -> list[int]:
        """For each place the product of what the names of graphs in some columns stand for."""
        nodes = list(map(self._leaves.named, columns))
        return nodes[0] if len(nodes) == 1 else self.circuit.products(zip(*nodes, strict=True))

    def _ways_of(self, way: Way) -> WayLeaves:
        found = self._ways.get(way.indexed)
        if found is None:
            ask = partial(self.solutions, indexed=way.indexed)
            found = self._ways[way.indexed] = WayLeaves(self._leaves, ask, indexed=way.indexed)
        return found

    # --- leaves and factors

    def _of_tokens(self, places: Sequence[int], found: Sequence[Row]) -> Sequence[int]:
        """For each solution the product of what its tokens stand for, which is all that it rests on."""
        names = list(chain.from_iterable(map(picker(places), found)))
        numbers = self._leaves.named(names)
        if len(places) == 1:
            return numbers
        return self.circuit.products(zip(*[iter(numbers)] * len(places), strict=True))

    def _products(self, branch: _Branch, places: Mapping[Var, int]) -> list[int]:
        """For each solution the product of its leaves and factors, less what is subtracted."""
        circuit, found = self.circuit, branch.solutions
        named = [leaf for leaf in branch.leaves if isinstance(leaf, Leaf) and leaf.token is not None]
        numbers = self._annotated(named, places, found) if named else []
        if len(named) == len(branch.leaves) and not branch.factors and named:
            if len(named) == 1:
                return numbers
            positive = len(named)
            combinations = list(zip(*[iter(numbers)] * positive, strict=True))
        else:
            columns = [numbers[place :: len(named)] for place in range(len(named))]
            looked_up = [leaf for leaf in branch.leaves if not (isinstance(leaf, Leaf) and leaf.token)]
            columns += [self._column(leaf, places, found) for leaf in looked_up]
            columns += [self._supports(f, places, found) for f in branch.factors if not f.negated]
            positive = len(columns)
            columns += [self._supports(f, places, found) for f in branch.factors if f.negated]
            if not columns:
                return [circuit.one] * len(found)
            if len(columns) == positive == 1:
                return columns[0]
            combinations = list(zip(*columns, strict=True))
        distinct = list(dict.fromkeys(combinations))
        negated = sum(factor.negated for factor in branch.factors)
        if not negated:
            products = circuit.products(distinct)
        else:
            lefts = [one[0] for one in distinct]
            if positive != 1:
                lefts = circuit.products([one[:positive] for one in distinct])
            rights = [one[-1] for one in distinct]
            if negated > 1:
                rights = [circuit.plus(one[positive:]) for one in distinct]
            products = list(map(circuit.minus, lefts, rights))
        if len(distinct) == len(combinations):
            return products
        known = dict(zip(distinct, products, strict=True))
        return list(map(known.__getitem__, combinations))

    def _column(self, leaf: AnyLeaf, places: Mapping[Var, int], found: Sequence[Row]) -> list[int]:
        """For each solution the node of a leaf whose annotation is looked up."""
        variables = [n for n in leaf.nodes if isinstance(n, Var)]
        watched = [] if leaf.witness is None else [leaf.witness]
        pick = picker([places[n] for n in (*variables, *watched)])
        fixed = [None if isinstance(n, Var) else constant(n) for n in leaf.nodes]
        partly = bool(watched) or len(variables) < len(fixed)
        picked = list(map(pick, found))
        known = {}
        if isinstance(leaf, Leaf) and isinstance(self.source, Far):
            self.source.expect_facts(_ground(fixed, values) for values in set(picked))
        for values in set(picked):
            if watched and values[-1] is None:
                known[values] = self.circuit.one
                continue
            terms = _ground(fixed, values) if partly else values
            if isinstance(leaf, Way):
                known[values] = self._ways_of(leaf).node(leaf, terms)
            elif isinstance(leaf, Worked):
                known[values] = self._row(leaf, terms[0])
            else:
                known[values] = self._leaves.node(terms)
        return list(map(known.__getitem__, picked))

    def _annotated(
        self, leaves: Sequence[Leaf], places: Mapping[Var, int], found: Sequence[Row]
    ) -> list[int]:
        """For each solution the nodes of some leaves with tokens, all of them in one list.

        One where an OPTIONAL matched nothing.
        """
        pick = picker([places[leaf.token] for leaf in leaves if leaf.token is not None])
        names = list(chain.from_iterable(map(pick, found)))
        if not any(leaf.witness for leaf in leaves):
            return self._leaves.named(names)
        first: dict[Any, int] = {}
        cells = list(map(first.setdefault, names, count()))
        optional = first.pop(None, None)
        if not {BlankNode}.issuperset(map(type, first)):
            raise Unaccounted("a triple pattern has no annotation")
        known = dict(zip(first.values(), self._leaves.annotated(list(first)), strict=True))
        if optional is not None:
            bare = {place % len(leaves) for place, cell in enumerate(cells) if cell == optional}
            if any(leaves[place].witness is None for place in bare):
                raise Unaccounted("a triple pattern has no annotation")
            known[optional] = self.circuit.one
        return list(map(known.__getitem__, cells))

    def _supports(self, factor: Factor, places: Mapping[Var, int], found: Sequence[Row]) -> list[int]:
        """For each solution the sum of a factor's tree."""
        keys = list(map(picker([places[variable] for variable in factor.tree.key]), found))
        sums = self._sums_of(factor.tree, keys)
        zero = self.circuit.zero
        return [sums.get(key, zero) for key in keys]

    def _sums_beside(
        self, factor: Factor, tag: tuple[Var, str], branches: Sequence[_Branch], places: Mapping[Var, int]
    ) -> dict[Row, int]:
        """The sums of a factor whose solutions are some of those at hand."""
        key = picker([places[variable] for variable in factor.tree.key])
        products: defaultdict[Row, set[int]] = defaultdict(set)
        for branch in branches:
            if branch.taken.get(tag[0]) == tag[1]:
                leaves = [leaf for leaf in branch.leaves if tag in leaf.guard]
                nodes = self._products(replace(branch, leaves=leaves, factors=()), places)
                for row, node in zip(map(key, branch.solutions), nodes, strict=True):
                    products[row].add(node)
        return {row: self.circuit.sum(list(of)) for row, of in products.items()}

    def _sums_of(self, tree: Tree, keys: Sequence[Row]) -> dict[Row, int]:
        """The sum for each key; a derivation that comes twice counts once, as for support alone it does."""
        known = self._known.get(id(tree))
        if known is not None:
            return known
        distinct = set(keys)
        table = None
        if tree.key and 0 < len(distinct) <= MOST_HELD and tree.is_sure:
            table = table_of(tree.key, distinct)
        sums = self.sums(tree, table).items()
        found = {key: self.circuit.sum(list(set(products))) for key, products in sums}
        if table is None:
            self._known[id(tree)] = found
        return found

    # --- what is worked out beforehand

    def worked(self, inner: object) -> list[tuple[Row, int]]:
        """The solutions of a sub-SELECT, or of a SERVICE, with their nodes."""
        found = self._worked.get(id(inner))
        if found is None:
            if isinstance(inner, Fetched):
                said = self.circuit.one if inner.failed else self.circuit.outside(inner.service, inner.at)
                rows = [(row, said) for row in inner.rows]
            elif isinstance(inner, Inner):
                rows = self._work_out(self, inner)
            else:
                raise TypeError(inner)
            found = self._worked[id(inner)] = (inner, rows)
        return found[1]

    def _table(self, given: Given) -> Table:
        rows = self.worked(given.work)
        table = numbered((*given.variables, given.token), [row for row, _ in rows])
        if table is None:
            raise NotAnnotated("a sub-SELECT that gives blank nodes is not annotated here")
        return table

    def _row(self, leaf: Worked, number: object) -> int:
        if not isinstance(number, Literal):
            raise Unaccounted("a row of a sub-SELECT has no number")
        return self.worked(leaf.inner)[int(number.value)][1]


def _by_branch(tree: Tree, places: Mapping[Var, int], found: list[Row]) -> list[_Branch]:
    """The solutions, those apart that came through different branches."""
    if not tree.tags:
        return [_Branch(None, {}, found, tree.leaves, tree.factors)]
    pick = picker([places[tag] for tag in tree.tags])
    buckets: defaultdict[Row, list[int]] = defaultdict(list)
    for place, solution in enumerate(found):
        buckets[pick(solution)].append(place)
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
        branches.append(_Branch(bucket, taken, [found[place] for place in bucket], leaves, factors))
    return branches


@lru_cache(maxsize=1024)
def _picker(places: tuple[int, ...]) -> Callable[[Row], Row]:
    if not places:
        return itemgetter(slice(0))
    if len(places) == 1:
        return itemgetter(slice(places[0], places[0] + 1))
    if list(places) == list(range(places[0], places[0] + len(places))):
        return itemgetter(slice(places[0], places[0] + len(places)))
    return itemgetter(*places)


def picker(places: Sequence[int]) -> Callable[[Row], Row]:
    """A function that takes those places of a row, as a tuple."""
    return _picker(tuple(places))


def _ground(fixed: Sequence[Term | None], values: Row) -> tuple[Term | None, ...]:
    """Terms with values, in order, for those that are missing."""
    remaining = iter(values)
    return tuple(next(remaining) if term is None else term for term in fixed)
