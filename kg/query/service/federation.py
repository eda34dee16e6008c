"""SERVICE in a query: who is asked what, and what was said in its place.

An endpoint is asked for the pattern, held to the values that the rest of the query can
join with where these are few (so our names among them go out). Where a variable names the
endpoint, each one that the rest of the query binds it to is asked, and is a witness of
its own (SPARQL 1.1 Federated Query, sections 2.4 and 4).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import reduce

from kg.dataset.terms import Literal, NamedNode
from kg.errors import LodestoneError, QueryRefused, ServiceFailed
from kg.outbound import OutboundFailed, OutboundRefused
from kg.query.algebra import (
    Bgp,
    Constant,
    Extend,
    Filter,
    Given,
    Graph,
    Iri,
    Item,
    Join,
    LeftJoin,
    Minus,
    PathPattern,
    Pattern,
    Query,
    Select,
    Service,
    Table,
    Union,
    Var,
)
from kg.query.answer import Row, Term
from kg.query.deriving.standing import Fresh
from kg.query.scope import certain, expressions_of, mentioned, mentioned_in, patterns_of, projected, visible
from kg.query.service.beside import Beside, grown, has_service, is_volatile
from kg.query.service.services import Fetched, Services, rows_of
from kg.query.shaping.page import constant_of, held_to, table_of
from kg.query.shaping.render import render
from ontology.vocab import XSD

MOST_ENDPOINTS = 20
"""A variable may stand for so many endpoints."""
MOST_SENT = 500
"""What is asked is held to the values of the rest of the query where these are no more."""
_STRING = f"{XSD}string"
_OPEN = (
    "which endpoints a SERVICE with a variable asks depends on what MINUS, OPTIONAL, EXISTS, LIMIT or an "
    "aggregate leaves out"
)

Ask = Callable[[Query], Sequence[Row]]
"""Answers a SELECT over our own data, what was fetched filled in."""


def with_services(query: Query, services: Services, ask: Ask) -> tuple[Query, str | None]:
    """The query with what the endpoints said in the places of SERVICE; why it is not annotated, if so.

    Raises ``QueryRefused`` and ``ServiceFailed``.
    """
    caller = _Caller(query, services, ask)
    of = query.body.of
    beside = Beside() if query.body.values is None else Beside().also(query.body.values)
    left = -1
    while (waiting := _count(of)) and waiting != left:
        left, of = waiting, caller.pattern(of, beside)
    if waiting:
        caller.refuse(of)
    if has_service(of):
        raise QueryRefused("SERVICE within EXISTS is refused: ask it outside, and bind what it gives")
    return replace(query, body=replace(query.body, of=of)), caller.reason


def _count(pattern: Pattern) -> int:
    """How many SERVICEs are to be asked yet, those of EXISTS left out."""
    match pattern:
        case Service():
            return 1
        case Join() | LeftJoin() | Union() | Minus():
            return _count(pattern.left) + _count(pattern.right)
        case Filter() | Extend() | Graph() | Select():
            return _count(pattern.of)
    return 0


class _Caller:
    """Asks the endpoints. ``reason`` says why the query cannot be annotated, if it cannot."""

    def __init__(self, query: Query, services: Services, ask: Ask) -> None:
        self._query = query
        self._services = services
        self._ask = ask
        self._fresh = Fresh(f"{query.hidden}_s")
        self._uses = _uses(query)
        self.reason: str | None = None

    def pattern(self, what: Pattern, beside: Beside) -> Pattern:  # noqa: PLR0911 - one for each kind
        """A pattern with its services asked, those that wait for others apart."""
        match what:
            case Service() if has_service(what.of):
                return self.pattern(_spread(what), beside)
            case Service(Iri() as name):
                return self._asked(what, name, beside)
            case Service(Var() as name):
                binding = beside.binding([name])
                return what if binding is None else self._each(what, name, binding, beside)
            case Join(left, right):
                left = self.pattern(left, beside.also(right))
                return Join(left, self.pattern(right, beside.also(left)))
            case LeftJoin(left, right, condition):
                left = self.pattern(left, beside)
                around = beside.alone().also(left)
                around = around if condition is None else around.meeting(condition)
                return replace(what, left=left, right=self.pattern(right, around))
            case Union(left, right):
                return Union(self.pattern(left, beside), self.pattern(right, beside))
            case Minus(left, right):
                left = self.pattern(left, beside)
                return Minus(left, self.pattern(right, beside.alone().also(left)))
            case Filter(condition, of):
                return Filter(condition, self.pattern(of, beside.meeting(condition)))
            case Extend():
                return replace(what, of=self.pattern(what.of, beside))
            case Graph():
                return replace(what, of=self.pattern(what.of, beside.within(what.name)))
            case Select():
                around = beside.alone()
                around = around if what.values is None else around.also(what.values)
                return replace(what, of=self.pattern(what.of, around))
        return what

    def refuse(self, pattern: Pattern) -> None:
        """Say of the first SERVICE that still waits why it cannot be asked. Raises ``QueryRefused``."""
        match pattern:
            case Service(Var() as name):
                raise _unbound(name)
            case Join() | LeftJoin() | Union() | Minus():
                self.refuse(pattern.left)
                self.refuse(pattern.right)
            case Filter() | Extend() | Graph() | Select():
                self.refuse(pattern.of)

    def _each(self, what: Service, name: Var, around: Pattern, beside: Beside) -> Pattern:
        """SERVICE with a variable: each endpoint that it stands for is asked."""
        if is_volatile(around):
            raise QueryRefused(f"SERVICE ?{name.name} is refused: the endpoint is another each time")
        found = self._values(around, [name], MOST_ENDPOINTS)
        if found is None:
            raise QueryRefused(
                f"SERVICE ?{name.name} stands for more than {MOST_ENDPOINTS} endpoints: narrow it down"
            )
        if (None,) in found:
            raise _unbound(name)
        wider = grown(around)
        every = (
            found
            if wider == around
            else None
            if wider is None
            else self._values(wider, [name], MOST_ENDPOINTS)
        )
        if every is None or not set(every) <= set(found):
            self.reason = _OPEN
        parts = [self._at(what, name, row[0], beside) for row in found]
        return (
            reduce(Union, parts) if parts else Table(tuple(dict.fromkeys((name, *self._told(what.of)))), ())
        )

    def _at(self, what: Service, name: Var, value: Term | None, beside: Beside) -> Pattern:
        """What the endpoint said that a variable has for its value."""
        known: Constant | None = constant_of(value)
        here = Table((name,), ((known,),))
        if isinstance(known, Iri):
            return Join(here, self._asked(what, known, beside.also(here)))
        if not what.silent or known is None:
            raise QueryRefused(f"SERVICE ?{name.name} is refused: {value} is not the address of an endpoint")
        return here

    def _values(self, pattern: Pattern, variables: Sequence[Var], most: int) -> Sequence[Row] | None:
        """The distinct values of some variables; ``None`` if there are more than ``most``."""
        body = Select(pattern, tuple(map(Item, variables)), "DISTINCT", limit=most + 1)
        rows = self._ask(replace(self._query, form="select", body=body, template=(), described=None))
        return None if len(rows) > most else rows

    def _held(self, what: Pattern, beside: Beside) -> Pattern | None:
        """What to ask of an endpoint; ``None`` where nothing that it says could join with the rest."""
        shared = [v for v in visible(what) if not v.hidden and v in beside.sure and v in certain(what)]
        around = beside.binding(shared) if shared else None
        wider = None if around is None or is_volatile(around) else grown(around)
        rows = None if wider is None else self._values(wider, shared, MOST_SENT)
        if rows is None:
            return what
        if not rows:
            return None
        places = [place for place in range(len(shared)) if all(_is_plain(row[place]) for row in rows)]
        table = table_of([shared[place] for place in places], [tuple(row[p] for p in places) for row in rows])
        return what if table is None else held_to(what, table)

    def _told(self, what: Pattern) -> tuple[Var, ...]:
        """The variables of a SERVICE that anything else in the query bears on."""
        return tuple(v for v in visible(what) if not v.hidden and self._uses[v] > 1)

    def _asked(self, what: Service, name: Iri, beside: Beside) -> Pattern:
        variables = self._told(what.of)
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        held = self._held(what.of, beside)
        rows: tuple[Row, ...] = ()
        if held is not None:
            asked = Query("select", Select(held, tuple(map(Item, variables)) or None), base=self._query.base)
            try:
                said = self._services.ask(name.value, render(asked))
                rows = rows_of(said, [variable.name for variable in variables], name.value)
            except LodestoneError as error:
                if not what.silent:
                    raise _failure(name.value, error) from error
                nothing = Fetched(name.value, at, ((),), failed=True)
                return Given((), frozenset(), self._fresh("service"), nothing)
        bound = (all(row[place] is not None for row in rows) for place in range(len(variables)))
        sure = frozenset(v for v, is_bound in zip(variables, bound, strict=True) if is_bound)
        return Given(variables, sure, self._fresh("service"), Fetched(name.value, at, rows))


def _uses(query: Query) -> Counter[Var]:
    """In how many places each variable stands: what stands in one SERVICE alone need not be told."""
    found: Counter[Var] = Counter()
    for triple in query.template:
        found.update(
            node for node in (triple.subject, triple.predicate, triple.object) if isinstance(node, Var)
        )
    found.update(node for node in query.described or () if isinstance(node, Var))
    body = query.body
    if query.form in ("ask", "construct") or query.described is not None:
        body = replace(body, items=())
    _count_uses(body, found)
    return found


def _count_uses(pattern: Pattern, found: Counter[Var]) -> None:
    match pattern:
        case Service():
            if has_service(pattern.of):
                _count_uses(_spread(pattern), found)
                return
            found.update(mentioned(pattern.of))
            found.update([pattern.name] if isinstance(pattern.name, Var) else ())
        case Select():
            found.update(projected(pattern))
        case Extend():
            found[pattern.variable] += 1
        case Graph(Var() as name):
            found[name] += 1
        case Bgp() | PathPattern() | Table():
            found.update(visible(pattern))
    for expression in expressions_of(pattern):
        found.update(mentioned_in(expression))
    if not isinstance(pattern, Service):
        for part in patterns_of(pattern):
            _count_uses(part, found)


def _unbound(name: Var) -> QueryRefused:
    return QueryRefused(
        f"SERVICE ?{name.name} is refused: not everything beside it binds ?{name.name}. Bind it in the same "
        "group, by a triple, VALUES or BIND, and not in an OPTIONAL"
    )


def _failure(service: str, error: LodestoneError) -> LodestoneError:
    """What to say of a call that came to nothing: it is not allowed, or it is allowed and failed."""
    if isinstance(error, QueryRefused | ServiceFailed):
        return error
    if isinstance(error, OutboundRefused) and error.url == service:
        return QueryRefused(f"SERVICE <{service}> is refused: {error}")
    status = error.status if isinstance(error, OutboundFailed) else 0
    return ServiceFailed(f"SERVICE <{service}> gave no answer: {error}", endpoint=service, answered=status)


def _is_plain(term: Term | None) -> bool:
    """Whether a term is written in one way only, so that an endpoint finds the same."""
    if isinstance(term, Literal):
        return term.language is None and term.datatype.value == _STRING
    return isinstance(term, NamedNode)


def _spread(what: Service) -> Pattern:
    """SERVICE around other SERVICEs as calls side by side: none of them is sent on by another."""
    of = what.of
    match of:
        case Service():
            return of
        case Join() | LeftJoin() | Union() | Minus():
            left, right = (replace(what, of=part) for part in (of.left, of.right))
            return replace(of, left=left, right=right)
        case Filter() | Extend() | Graph():
            return replace(of, of=replace(what, of=of.of))
    raise QueryRefused("SERVICE within a sub-SELECT of another SERVICE is refused: ask them side by side")
