"""From the text of a query to how it is annotated: read, shaped for the engine, derived. Kept by its text."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from kg.errors import QuerySyntaxError
from kg.query.algebra import Blank, Iri, Item, Query, TriplePattern, Var
from kg.query.deriving.derivation import Derivation, NotAnnotated
from kg.query.deriving.derive import derive
from kg.query.deriving.tight import is_positive
from kg.query.grouping.aggregates import Grouped, derive_grouped, hides_keys
from kg.query.parse import parse
from kg.query.scope import has_aggregate, visible
from kg.query.shaping.asked_apart import with_asked_apart
from kg.query.shaping.grouped_forms import over_groups, with_groups_apart
from kg.query.shaping.merge import without_dataset
from kg.query.shaping.size import TooComplex, check_size
from kg.query.shaping.within_graph import with_graphs_within
from kg.query.shaping.zero_length import with_zero_length

TOO_DEEP = "the query is nested too deeply to be annotated"


@dataclass(frozen=True)
class Built:
    """A CONSTRUCT: its solutions, over what the template needs, and for each of its triples a derivation.

    The derivations of single triples are there where LIMIT or OFFSET cut the solutions, or
    OPTIONAL, MINUS or EXISTS suppress some: what is built rests on all solutions, not only
    on those that are there.
    """

    template: tuple[TriplePattern, ...]
    solutions: Derivation
    single: tuple[Derivation, ...]


@dataclass(frozen=True)
class Described:
    """A DESCRIBE: for each variable the derivation of its values.

    The engine describes a constant where there is any solution, which is what ``any`` derives.
    ``is_positive`` says that less data never describe another resource.
    """

    solutions: Derivation | None
    single: tuple[Derivation, ...]
    any: Derivation | None
    is_positive: bool


@dataclass(frozen=True)
class Prepared:
    """A query that was read.

    ``plan`` is how its answer is annotated, or why it is not; ``dataset`` are its FROM and
    FROM NAMED, if it has any.
    """

    query: Query
    plan: Derivation | Grouped | Built | Described | str
    dataset: tuple[tuple[str, ...], tuple[str, ...]] | None = None


@lru_cache(maxsize=512)
def prepared(sparql: str, base_iri: str | None, indexed: bool, *, whole: bool = False) -> Prepared | str:
    """How a query is annotated, or why it cannot be read.

    ``whole`` asks for the derivations of all rows that it has in any part of the data.
    """
    try:
        check_size(sparql)
        written = parse(sparql, base_iri)
    except TooComplex as why:
        return str(why)
    except QuerySyntaxError as error:
        return f"only SPARQL 1.1 is annotated ({error})"
    except RecursionError:
        return TOO_DEEP
    return prepare(written, indexed, whole=whole)


def prepare(written: Query, indexed: bool, *, whole: bool = False) -> Prepared:
    """How a query that was read is annotated."""
    dataset = None
    if written.default_graphs or written.named_graphs:
        dataset = (
            tuple(graph.value for graph in written.default_graphs),
            tuple(graph.value for graph in written.named_graphs),
        )
    asked = with_groups_apart(without_dataset(written))
    try:
        plan = _plan(
            with_zero_length(with_graphs_within(with_asked_apart(asked))), indexed and dataset is None, whole
        )
        return Prepared(asked, plan, dataset)
    except (NotAnnotated, TooComplex) as why:
        return Prepared(asked, str(why), dataset)
    except RecursionError:
        return Prepared(asked, TOO_DEEP, dataset)


def _plan(query: Query, indexed: bool, whole: bool) -> Derivation | Grouped | Built | Described:
    match query.form:
        case "construct":
            return _built(query, indexed)
        case "describe":
            return _described(query, indexed)
    if not has_aggregate(query.body):
        return derive(query, indexed=indexed, whole=whole)
    if query.body.duplicates != "ALL" and hides_keys(query.body):
        return derive(over_groups(query), indexed=indexed, whole=whole)
    return derive_grouped(query, indexed=indexed)


def _built(query: Query, indexed: bool) -> Built:
    parts = [(t.subject, t.predicate, t.object) for t in query.template]
    needed = dict.fromkeys(node for nodes in parts for node in nodes if isinstance(node, Var))
    if any(isinstance(node, Blank) for nodes in parts for node in nodes):  # one for each solution
        needed |= dict.fromkeys(visible(query.body.of))
    solutions = derive(_over(query, needed), indexed=indexed)
    single: tuple[Derivation, ...] = ()
    if query.body.limit is not None or query.body.offset or not is_positive(query.body.of):
        shown = [tuple(dict.fromkeys(node for node in nodes if isinstance(node, Var))) for nodes in parts]
        verbs = [t.predicate for t in query.template if isinstance(t.predicate, Iri)]
        whole = len(set(verbs)) < len(query.template)  # a triple may be made in several ways
        known = {of: derive(_over(query, of), indexed=indexed, whole=whole) for of in dict.fromkeys(shown)}
        single = tuple(known[of] for of in shown)
    return Built(query.template, solutions, single)


def _described(query: Query, indexed: bool) -> Described:
    named = query.described if query.described is not None else visible(query.body.of)
    variables = [node for node in named if isinstance(node, Var) and not node.hidden]
    constant = any(isinstance(node, Iri) for node in named)
    of_any = derive(_over(query, ()), indexed=indexed, whole=True) if constant else None
    if not variables:
        return Described(None, (), of_any, is_positive(query.body.of))
    whole = len(variables) > 1
    single = tuple(derive(_over(query, [variable]), indexed=indexed, whole=whole) for variable in variables)
    solutions = derive(_over(query, variables), indexed=indexed)
    return Described(solutions, single, of_any, is_positive(query.body.of))


def _over(query: Query, variables: Iterable[Var]) -> Query:
    """The SELECT of some variables of a query."""
    items = tuple(Item(variable) for variable in dict.fromkeys(variables))
    return replace(query, form="select", body=replace(query.body, items=items), template=(), described=None)
