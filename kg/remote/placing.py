"""A query put to an engine where the default graph is a named graph, and other graphs are not to be seen."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

from kg.errors import QuerySyntaxError
from kg.query.algebra import (
    Bgp,
    Call,
    Extend,
    Filter,
    Graph,
    Iri,
    Join,
    Lateral,
    Lit,
    Operation,
    PathPattern,
    Query,
    Union,
)
from kg.query.deriving.fitness import is_simple
from kg.query.scope import certain, mentioned_in
from kg.remote.places import Places


def placed(query: Query, places: Places) -> Query:
    """The query with every pattern of the default graph within ``GRAPH <facts>``.

    A variable of GRAPH does not range over the store's own graphs.
    """
    return replace(query, body=changed(query.body, _Placer(places).placed))


def without_lateral(query: Query) -> Query:
    """The query with joins for LATERAL, for engines that do not know it.

    That is the same where the right side binds all that it sees. Raises ``QuerySyntaxError`` elsewhere.
    """
    return replace(query, body=changed(query.body, _as_join))


def _as_join(what: Any) -> Any:
    if not isinstance(what, Lateral):
        return None
    if not _binds_what_it_sees(what.right):
        raise QuerySyntaxError(
            "the engine knows no LATERAL, in whose words alone this can be put to it "
            "(LIMIT in each graph, or a pattern that sees variables from outside)"
        )
    return Join(changed(what.left, _as_join), changed(what.right, _as_join))


def _binds_what_it_sees(what: Any) -> bool:
    match what:
        case Extend(of, _, expression):
            return mentioned_in(expression) <= certain(of) and _binds_what_it_sees(of)
        case Union(left, right):
            return _binds_what_it_sees(left) and _binds_what_it_sees(right)
    return is_simple(what)


def changed(what: Any, change: Callable[[Any], Any]) -> Any:
    """An algebra with parts replaced, from the outside in, by what ``change`` gives unless it is ``None``."""
    found = change(what)
    if found is not None:
        return found
    if isinstance(what, tuple):
        parts = tuple(changed(part, change) for part in what)
        return parts if any(a is not b for a, b in zip(parts, what, strict=True)) else what
    if not is_dataclass(what) or isinstance(what, type):
        return what
    changes = {
        field.name: after
        for field in fields(what)
        if (after := changed(before := getattr(what, field.name), change)) is not before
    }
    return replace(what, **changes) if changes else what


class _Placer:
    def __init__(self, places: Places) -> None:
        self._facts = Iri(places.facts)
        self._prefix = places.prefix

    def placed(self, what: Any) -> Any:
        """A pattern in its place; ``None`` for what has none of its own."""
        match what:
            case Bgp(triples):
                return self._within(what) if triples else what
            case PathPattern():
                return self._within(what)
            case Graph(name, _):
                return what if isinstance(name, Iri) else Filter(self._is_theirs(name), what)
        return None

    def _within(self, what: Any) -> Any:
        return Graph(self._facts, what)

    def _is_theirs(self, name: Any) -> Any:
        text = Call("STR", (name,))
        return Operation("!", (Call("STRSTARTS", (text, Lit(self._prefix))),))
