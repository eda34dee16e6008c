"""A CONSTRUCT or DESCRIBE with LIMIT or OFFSET: what it is made of is chosen as provenance does.

Which solutions LIMIT leaves is open, and the engine leaves others where it reads annotated
facts. So the solutions are asked for as a SELECT, in the same way with provenance and without,
and the graph is made of them.
"""

from collections.abc import Callable
from dataclasses import replace

from kg.dataset.terms import BlankNode, NamedNode, Triple
from kg.query.algebra import Bgp, Iri, Item, Query, Select, Var
from kg.query.answer import Row
from kg.query.deriving.derivation import Derivation
from kg.query.graphs import made_of
from kg.query.prepare import Built, Described, Prepared
from kg.query.service.services import table_of_given
from kg.query.shaping.page import filled
from kg.query.shaping.render import NOTHING, render

Rows = Callable[[str], tuple[Row, ...]]
"""The rows of the answer to the text of a SELECT."""


def is_sliced(query: Query) -> bool:
    """Whether LIMIT or OFFSET cut its solutions."""
    return query.body.limit is not None or query.body.offset > 0


def text_of_query(query: Query) -> str:
    """The text of a query, with the tables of what was fetched."""
    return render(replace(query, body=replace(query.body, of=filled(query.body.of, table_of_given))))


def solutions_text(asked: Prepared, plan: Derivation) -> str:
    """The SELECT of the solutions of a query of another form, over the columns of a derivation."""
    items = tuple(map(Item, plan.key)) or (Item(Var(NOTHING)),)
    return text_of_query(replace(asked.query, form="select", body=replace(asked.query.body, items=items)))


def constructed(asked: Prepared, plan: Built, rows_of: Rows) -> tuple[Triple, ...]:
    """The triples that the template makes of the solutions that are left."""
    rows = rows_of(solutions_text(asked, plan.solutions))
    return tuple(dict.fromkeys(made for row in rows for _, made in made_of(plan, row)))


def description_text(asked: Prepared, plan: Described, rows_of: Rows) -> str | None:
    """The DESCRIBE of what the solutions that are left name; ``None`` where that cannot be written."""
    if plan.solutions is None:
        return None
    rows = rows_of(solutions_text(asked, plan.solutions))
    values = dict.fromkeys(value for row in rows for value in row)
    if any(isinstance(value, BlankNode) for value in values):
        return None
    named = [node for node in asked.query.described or () if isinstance(node, Iri)] if rows else []
    named += [Iri(value.value) for value in values if isinstance(value, NamedNode)]
    of = tuple(dict.fromkeys(named)) or (Var(NOTHING),)
    return render(Query("describe", Select(Bgp()), described=of))
