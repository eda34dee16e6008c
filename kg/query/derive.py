"""From a query to its derivation query, whose solutions are the derivations of the rows."""

from collections.abc import Iterable
from dataclasses import replace

from kg.query.algebra import Query, Select, Var
from kg.query.derivation import Derivation, NotAnnotated
from kg.query.fitness import grouping
from kg.query.hull import Deriver
from kg.query.parse.patterns import UNIT
from kg.query.scope import certain, has_aggregate
from kg.query.standing import Fresh, Scope


def derive(query: Query, columns: Iterable[str]) -> Derivation:
    """The derivation query of a query whose answer has these columns (none for ASK).

    Raises ``NotAnnotated``.
    """
    if query.form in ("construct", "describe"):
        raise NotAnnotated(f"the triples of {query.form.upper()} are not annotated yet")
    if query.default_graphs or query.named_graphs:
        raise NotAnnotated("FROM is not annotated yet")
    if query.form == "ask" and (query.body.offset or query.body.limit == 0):
        raise NotAnnotated("ASK with OFFSET or LIMIT 0 asks for a number of solutions: it is not annotated")
    if query.form == "select" and has_aggregate(query.body):
        return _grouped(query, tuple(columns))
    deriver = Deriver(Fresh(query.hidden), query.base)
    body = replace(query.body, limit=None, offset=0)
    pattern = deriver.select(body, Scope())
    key = tuple(Var(name) for name in columns)
    sure = certain(pattern) - {item.variable for item in body.items or () if item.expression is not None}
    return Derivation(
        pattern,
        key,
        tuple(deriver.leaves),
        tuple(deriver.factors),
        tuple(deriver.tags),
        query.base,
        tuple(variable for variable in dict.fromkeys(key) if variable in sure),
        query.body.limit,
        query.body.offset,
    )


def _grouped(query: Query, columns: tuple[str, ...]) -> Derivation:
    """A row is its GROUP BY key, and rests on any solution of its group; an implicit group is one."""
    keys = grouping(query.body, columns)
    whole = Query(
        "select", Select(query.body.of if keys else UNIT, keys), base=query.base, hidden=query.hidden
    )
    found = derive(whole, [key.variable.name for key in keys if key.variable is not None])
    places = tuple(columns.index(variable.name) for variable in found.key)
    return replace(found, limit=query.body.limit, offset=query.body.offset, places=places)
