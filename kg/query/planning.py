"""The plans of one version's queries, kept by their texts: what the engine is really asked."""

from dataclasses import dataclass
from functools import reduce

from kg.dataset.statistics import Statistics
from kg.dataset.terms import QuerySolutions
from kg.errors import QuerySyntaxError
from kg.query.algebra import Bgp, Given, Pattern, Query, Table, TriplePattern
from kg.query.answer import Row
from kg.query.deriving.derivation import Tree
from kg.query.parse import parse
from kg.query.parse.patterns import joined
from kg.query.plan import Explanation, planned, planned_pattern
from kg.query.plan.count import counting
from kg.query.plan.estimate import known_parts
from kg.query.plan.habits import Habits
from kg.query.plan.likeness import Likeness
from kg.query.plan.templates import Templates
from kg.query.scope import has_aggregate
from kg.query.shaping.asked_apart import with_asked_apart
from kg.query.shaping.grouped_forms import with_groups_apart
from kg.query.shaping.merge import without_dataset
from kg.query.shaping.page import filled, has_given, held_to, repeated, text_of
from kg.query.shaping.render import render
from kg.query.shaping.size import check_size
from kg.query.shaping.within_graph import with_graphs_within
from kg.query.shaping.zero_length import with_zero_length
from kg.query.source import Source, ask_engine

_VERSIONS = 8
_TEXTS = 1_000
_PAGED = 64
"""Of so many queries the pages are kept, and of each so many."""
_PAGES = 8
_AGAIN = 32
"""Of so many texts that are like another one is read all the same."""

_PLANNED_AGAIN = 64
"""The same for texts that are like one that was planned."""

_COUNTED_FROM = 10_000
"""A smaller LIMIT is answered in less time than its triples are counted in."""

_NOTHING = Explanation(reason="there are no statistics")
_AS_ALWAYS = Explanation(reason="queries of this shape stay as they are written")


@dataclass(frozen=True)
class Sent:
    """What the engine is asked for a query: its very text where ``text`` is ``None``."""

    query: Query | None
    text: str | None
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Unread:
    """A text that the engine may be asked, and whether it was written here (``kg.query.shaping.render``)."""

    text: str
    base_iri: str | None
    rendered: bool


class Planning:
    """Plans queries to one version by its statistics."""

    def __init__(self, source: Source) -> None:
        self._statistics: Statistics | None = source.statistics
        self._count = counting(lambda text: _solutions(source, text))
        self._habits = None if self._statistics is None else Habits(self._statistics)
        kinds = () if self._statistics is None else {item for _, item in self._statistics.kinds}
        self._likeness = Likeness(kinds, _AGAIN)
        self._templates = Templates(kinds, self._count, _PLANNED_AGAIN)
        self._sent: dict[tuple[str, str | None], Sent] = {}
        self._derived: dict[int, Derived] = {}
        self._pages: dict[int, tuple[Tree, dict[tuple[Row, ...], str]]] = {}

    def is_like_another(self, sparql: str, base_iri: str | None) -> bool:
        """Whether a text is like that of a SELECT that was asked over the whole dataset."""
        return self._templates.knows(sparql, base_iri) or self._likeness.holds(sparql, base_iri)

    def unread(self, sparql: str, base_iri: str | None) -> Unread | None:
        """What the engine may be asked for a text that is like another one, which need not be read.

        Where it is refused by the engine, it is to be read all the same, as that may say more
        plainly why. ``None`` for other texts, and now and then, so that one is looked at anew.
        """
        if self._templates.knows(sparql, base_iri):
            text = self._templates.text(sparql, base_iri)
            return None if text is None else Unread(text, None, rendered=True)
        if self._likeness.holds(sparql, base_iri) and not self._likeness.is_due(sparql, base_iri):
            return Unread(sparql, base_iri, rendered=False)
        return None

    def sent(self, sparql: str, base_iri: str | None) -> Sent:
        """What is asked for the text of a query over the whole dataset, or over the one that it names.

        The engine counts a solution of ``p|q`` once where both give it, misreads some groups
        (``kg.query.parse.groups``), and leaves out a path of length zero from a constant that
        no triple holds. There, and where another
        order is clearly better, it gets the algebra, rendered.
        """
        key = (sparql, base_iri)
        found = self._sent.get(key)
        if found is None:
            if len(self._sent) >= _TEXTS:
                self._sent.clear()
            found = self._sent[key] = self._work_out(sparql, base_iri)
        return found

    def _work_out(self, sparql: str, base_iri: str | None) -> Sent:
        try:
            written = parse(sparql, base_iri)
        except QuerySyntaxError:
            return Sent(None, None, Explanation(reason="only SPARQL 1.1 is planned"))
        asked = with_zero_length(with_graphs_within(with_asked_apart(with_groups_apart(written))))
        differs = asked.alternatives or asked.respelled or asked is not written
        if self._statistics is None or self._habits is None:
            return Sent(asked, render(without_dataset(asked)) if differs else None, _NOTHING)
        shape = None if differs else self._habits.shape(sparql, asked)
        free = (
            asked.form == "select" and has_no_order(asked) and not asked.default_graphs + asked.named_graphs
        )
        known = self._templates.knows(sparql, base_iri)
        if shape is not None and not known and self._habits.stays(shape):
            if free:
                self._likeness.learn(sparql, base_iri, asked)
            return Sent(asked, None, _AS_ALWAYS)
        counted: dict[tuple[TriplePattern, int], int] = {}

        def count(pattern: TriplePattern, limit: int) -> int:
            counted[pattern, limit] = found = self._count(pattern, limit)
            return found

        best = planned(asked, self._statistics, count)
        if shape is not None:
            self._habits.note(shape, changed=best.changed)
            if best.changed:
                self._likeness.forget(sparql, base_iri)
            if free:
                plan = best.query if best.changed else None
                self._templates.note(sparql, base_iri, asked, plan, counted)
        text = render(without_dataset(best.query)) if differs or best.changed else None
        return Sent(asked, text, best.explanation)

    def leaves_none_out(self, query: Query) -> bool:
        """Whether LIMIT is known to leave no solution out, so that it does not matter which ones come first.

        Known of one triple pattern, whose triples are counted where LIMIT is large: a
        count costs a twentieth of what reading the same rows with their annotations does.
        """
        body = query.body
        if body.limit is None or body.limit < _COUNTED_FROM or body.order or body.offset:
            return False
        if not isinstance(body.of, Bgp) or len(body.of.triples) != 1 or has_aggregate(body):
            return False
        return self._count(body.of.triples[0], body.limit + 1) <= body.limit

    def derived(self, tree: Tree) -> "Derived":
        """The pattern of a derivation query in the order in which it is asked.

        Raises ``TooComplex`` where it is too deep for the engine.
        """
        found = self._derived.get(id(tree))
        if found is None or found.tree is not tree:
            if len(self._derived) >= _TEXTS:
                self._derived.clear()
            pattern, explanation = tree.pattern, _NOTHING
            if self._statistics is not None:
                pattern, explanation = planned_pattern(
                    pattern, self._statistics, self._count, annotated=tree.indexed
                )
            text = text_of(tree, filled(pattern, _empty))
            check_size(text)
            found = Derived(tree, pattern, None if has_given(pattern) else text, explanation)
            self._derived[id(tree)] = found
        return found

    def pages_of(self, tree: Tree) -> dict[tuple[Row, ...], str]:
        """The texts of derivation queries that were held to pages of rows, by the rows."""
        tree_of, pages = self._pages.get(id(tree), (None, {}))
        if tree_of is not tree or len(pages) >= _PAGES:
            if len(self._pages) >= _PAGED:
                self._pages.clear()
            pages = {}
            self._pages[id(tree)] = tree, pages
        return pages

    def held(self, tree: Tree, pattern: Pattern, table: Table) -> Pattern:
        """The pattern of a derivation query held to the rows of a table, in the order in which it is asked.

        The engine begins with the whole table. That is dear where one value has many rows, and
        few solutions agree with it: there a column by itself may come first, and the table last.
        """
        held = held_to(pattern, table)
        columns = repeated(table)
        if self._statistics is None or not columns or known_parts(held, annotated=tree.indexed) is None:
            return held
        beginning = reduce(joined, [*columns, held])
        found, explanation = planned_pattern(beginning, self._statistics, self._count, annotated=tree.indexed)
        return found if explanation.changed else held


def has_no_order(query: Query) -> bool:
    """Whether it does not matter in which order the engine finds solutions: none sorted, none left out.

    Groups are sorted by what they are.
    """
    body = query.body
    return has_aggregate(body) or not (body.order or body.offset or body.limit is not None)


@dataclass(frozen=True)
class Derived:
    """The pattern of a tree, planned; and its query, where nothing is to be filled in."""

    tree: Tree
    pattern: Pattern
    text: str | None
    explanation: Explanation


def _empty(given: Given) -> Table:
    return Table((*given.variables, given.token), ())


_plannings: dict[str, Planning] = {}


def planning_of(source: Source) -> Planning:
    """The plans for a version; those of the versions asked last are kept."""
    if source.statistics is None:  # nothing to keep; and a writer's stores must close when it lets go of them
        return Planning(source)
    found = _plannings.get(source.iri)
    if found is None:
        if len(_plannings) >= _VERSIONS:
            _plannings.pop(next(iter(_plannings)))
        found = _plannings[source.iri] = Planning(source)
    return found


def _solutions(source: Source, text: str) -> QuerySolutions:
    result = ask_engine(source, text)
    assert isinstance(result, QuerySolutions)  # noqa: S101 - a SELECT has solutions
    return result
