"""What each active claim stands for, as far as it matters to others; read by column, or a few at a time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kg.claims.claim import Qualifier
from kg.claims.names import part_of
from kg.claims.types import QUALIFIER_TERM, ROLE_INFO, TYPE_INFO
from kg.dataset.annotated.view import View
from kg.dataset.record.days import Span, days_of, held_on
from kg.dataset.record.told import FACT_MODALITIES
from kg.dataset.terms import Store, node, ntriples
from ontology.vocab import LS, RDFS

Point = tuple[str, str, str]
"""A triple that claims meet on, in N-Triples."""

_ROLE = {info.property.value: role.value for role, info in ROLE_INFO.items()}
_DIRECT = frozenset(form.predicate.value for info in TYPE_INFO.values() for form in info.direct)
_QUALIFIER = {term.value: qualifier for qualifier, term in QUALIFIER_TERM.items()}
_LABEL = RDFS + "label"


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that a claim gives."""

    value: float
    qualifier: Qualifier
    unit: str


@dataclass(frozen=True, slots=True)
class Stance:
    """An active claim: what it asserts or denies, of when, from where.

    ``points`` are the triples that other claims can assert too: direct forms, or the triples of a claim that
    was given as such. ``roles`` are (role, entity) pairs. ``factual``: asserted or reported, not hedged.
    ``span`` has the days of the event, ``held`` those of what is stated, as long as it is valid.
    """

    claim: str
    positive: bool
    factual: bool
    kind: str
    origin: str
    document: str
    span: Span | None
    held: Span | None
    said: str
    amount: Amount | None
    roles: tuple[tuple[str, str], ...]
    points: tuple[Point, ...]

    @property
    def shape(self) -> tuple[object, ...]:
        """What a claim without points asserts: its kind and who takes which part."""
        return self.kind, self.roles


Column = Mapping[str, str]
_OF_CLAIM = (
    LS.polarity,
    LS.modality,
    LS.claimType,
    LS.origin,
    LS.document,
    LS.event,
    LS.said,
)
_OF_PARTS = (LS.earliest, LS.latest, LS.isTimeOfSaying, LS.quantityValue, LS.qualifier, LS.unit)


def all_stances(view: View) -> Iterator[Stance]:
    """Every active claim's. The record is read a predicate at a time: some 10 µs and 1 KB a claim."""
    columns = {p.value: dict(_column(view, p)) for p in (*_OF_CLAIM, *_OF_PARTS)}
    names = {name: name for name in columns[LS.polarity]}
    roles: dict[str, list[tuple[str, str]]] = {}
    points: dict[str, list[Point]] = {}
    events = columns[LS.event]
    kept: dict[str, str] = {}
    for predicate in (*_ROLE, *_DIRECT):
        role = _ROLE.get(predicate)
        for graph, subject, filler in _in_claims(view, predicate, subjects=role is None):
            name = names.get(graph)
            if name is None or name not in events:
                continue
            if role is None:
                s, o = kept.setdefault(subject, subject), kept.setdefault(filler, filler)
                points.setdefault(name, []).append((s, f"<{predicate}>", o))
            else:
                entity = filler[1:-1]
                roles.setdefault(name, []).append((role, kept.setdefault(entity, entity)))
    for name in names:
        triples = points.get(name, ()) if name in events else _triples(view.main, name)
        yield _stance(name, columns, roles.get(name, ()), triples)


def _in_claims(view: View, predicate: str, *, subjects: bool) -> Iterator[tuple[str, str, str]]:
    """Named graphs with the subjects, if they are wanted, and the objects of a predicate."""
    wanted = "?g ?s ?o" if subjects else "?g ?o"
    rows = view.main.query(f"SELECT {wanted} {{ GRAPH ?g {{ ?s <{predicate}> ?o }} }}")
    for row in rows:  # type: ignore[union-attr]  # a SELECT has rows
        yield str(row["g"])[1:-1], str(row["s"]) if subjects else "", str(row["o"])


def some_stances(view: View, claims: Iterable[str], store: Store | None = None) -> Iterator[Stance]:
    """Those of some claims, which are active or lie in ``store``."""
    where = store or view.main
    for name in claims:
        columns: dict[str, dict[str, str]] = {p.value: {} for p in (*_OF_CLAIM, *_OF_PARTS)}
        for quad in view.own_record(name, where):
            if quad.predicate.value in columns:
                columns[quad.predicate.value][str(quad.subject)[1:-1]] = _value(quad.object)
        if name not in columns[LS.polarity]:
            continue
        if name not in columns[LS.event]:
            yield _stance(name, columns, (), _triples(where, name))
            continue
        roles, points = [], []
        for quad in where.quads_for_pattern(None, None, None, node(name)):
            if (role := _ROLE.get(quad.predicate.value)) is not None:
                roles.append((role, str(quad.object)[1:-1]))
            elif quad.predicate.value in _DIRECT:
                points.append((str(quad.subject), str(quad.predicate), str(quad.object)))
        yield _stance(name, columns, roles, points)


def _stance(
    name: str,
    columns: Mapping[str, Column],
    roles: Iterable[tuple[str, str]],
    points: Iterable[Point],
) -> Stance:
    def said(predicate: str, of: str = "") -> str:
        return columns[predicate].get(part_of(name, of) if of else name, "")

    def of_part(part: str, predicate: str) -> str:
        return columns[predicate].get(part, "")

    return Stance(
        claim=name,
        positive=said(LS.polarity) == LS.Positive,
        factual=said(LS.modality) in FACT_MODALITIES,
        kind=said(LS.claimType),
        origin=said(LS.origin),
        document=said(LS.document),
        span=days_of(name, of_part),
        held=held_on(name, of_part),
        said=said(LS.said),
        amount=_amount(
            said(LS.quantityValue, "quantity"), said(LS.qualifier, "quantity"), said(LS.unit, "quantity")
        ),
        roles=tuple(sorted(set(roles))),
        points=tuple(sorted(set(points))),
    )


def _amount(value: str, qualifier: str, unit: str) -> Amount | None:
    return Amount(float(value), _QUALIFIER.get(qualifier, Qualifier.EXACT), unit) if value else None


def _triples(store: Store, name: str) -> list[Point]:
    return [
        (str(quad.subject), str(quad.predicate), ntriples(quad.object))
        for quad in store.quads_for_pattern(None, None, None, node(name))
        if quad.predicate.value != _LABEL
    ]


def _value(term: object) -> str:
    return term.value if hasattr(term, "value") else str(term)


def _column(view: View, predicate: str) -> Iterator[tuple[str, str]]:
    for quad in view.main.quads_for_pattern(None, node(predicate), None, view.record):
        yield str(quad.subject)[1:-1], _value(quad.object)
