"""The entities of a version of a store: whatever its claims and base data speak of, by their names."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from kg.claims.names import is_name
from kg.claims.types import ALWAYS_NAMED, ROLE_INFO
from kg.dataset.annotated.view import View
from kg.dataset.terms import Literal, NamedNode, node
from kg.infer.rules import ontology_rules
from kg.link.entity import Described, Entity, Kind
from kg.link.identifiers import PROPERTIES, grouped, of_iri
from ontology.vocab import LS, ONTOLOGY, RDF, RDFS, SCHEMA, SKOS

NAME_PROPERTIES = (
    RDFS + "label",
    SKOS + "prefLabel",
    SCHEMA + "name",
    SKOS + "altLabel",
    SCHEMA + "alternateName",
    SCHEMA + "legalName",
)
"""Properties whose values are names, the best first."""
_MATCHES = (SKOS + "exactMatch", SCHEMA + "sameAs")
_KIND_OF_CLASS: tuple[tuple[LS, Kind], ...] = (
    (LS.Event, "event"),
    (LS.Party, "party"),
    (LS.Place, "place"),
    (LS.Product, "product"),
    (LS.Material, "product"),
    (LS.Measure, "measure"),
)


@dataclass
class _Gathered:
    names: dict[str, None] = field(default_factory=dict)
    types: dict[str, None] = field(default_factory=dict)
    places: dict[str, None] = field(default_factory=dict)
    identifiers: dict[tuple[str, str], None] = field(default_factory=dict)
    sort: str | None = None
    named: bool = False
    described: bool = False


def entities(view: View) -> list[Entity]:
    """The named and unnamed entities of a version, in the order of their IRIs; events are left out."""
    found: dict[str, _Gathered] = {}
    for iri, name in _literals(view, NAME_PROPERTIES):
        found.setdefault(iri, _Gathered()).names[name] = None
    _participations(view, found)
    for iri, cls in _values(view, RDF + "type"):
        if iri in found:
            found[iri].types[cls] = None
    labels = {iri: next(iter(g.names)) for iri, g in found.items() if g.names}
    for iri, place in _values(view, LS.locatedIn):
        if iri in found and place in labels:
            found[iri].places[labels[place]] = None
    _identifiers(view, found)
    made = (_entity(iri, gathered) for iri, gathered in sorted(found.items()) if gathered.names)
    return [entity for entity in made if entity.described.kind != "event"]


def _entity(iri: str, g: _Gathered) -> Entity:
    named = g.named or (not g.described and any(map(is_name, g.names)))
    kind = _kind(tuple(g.types), g.sort)
    described = Described(
        names=tuple(g.names),
        kind=kind,
        places=tuple(g.places),
        identifiers=grouped(g.identifiers) if g.identifiers else {},
        named=named or kind == "product",
    )
    return Entity(iri, described, tuple(g.types), _description(tuple(g.types), described))


def _description(types: tuple[str, ...], described: Described) -> str:
    local = [t.rpartition("#")[2] or t for t in types if t.startswith(ONTOLOGY)]
    parts = [", ".join(sorted(map(_spaced, local)))] if local else []
    parts += [f"in {', '.join(described.places)}"] if described.places else []
    parts += ["unnamed"] if not described.named else []
    return "; ".join(parts)


def _spaced(local: str) -> str:
    return "".join(f" {c.lower()}" if c.isupper() else c for c in local).strip()


@cache
def superclasses(cls: str) -> frozenset[str]:
    """A class and all classes above it, by the ontology."""
    text = f"<{cls}>"
    type_ = f"<{RDF}type>"
    found = ontology_rules().consequences((f"<{cls}#x>", type_, text))
    return frozenset({cls, *(o[1:-1] for s, p, o in found if p == type_ and s == f"<{cls}#x>")})


def kind_of_class(cls: str) -> Kind | None:
    """The kind of the instances of a class; ``None`` for a class that tells none."""
    above = superclasses(cls)
    return next((kind for term, kind in _KIND_OF_CLASS if term in above), None)


def _kind(types: tuple[str, ...], sort: str | None) -> Kind | None:
    kinds = [kind for cls in types if (kind := kind_of_class(cls)) is not None]
    if kinds:
        return kinds[0]
    return next((kind for _, kind in _KIND_OF_CLASS if kind == sort), None)


def _subjects(view: View, predicate: str) -> Iterator[tuple[str, NamedNode | Literal]]:
    skipped = {view.record.value, view.names.reference, view.names.provenance, ONTOLOGY}
    seen: set[tuple[str, NamedNode | Literal]] = set()
    for quad in view.main.quads_for_pattern(None, node(predicate), None, None):
        if isinstance(quad.graph_name, NamedNode) and quad.graph_name.value in skipped:
            continue
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            pair = (quad.subject.value, quad.object)
            if pair not in seen:
                seen.add(pair)
                yield pair


def _literals(view: View, predicates: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for predicate in predicates:
        for iri, value in _subjects(view, predicate):
            if isinstance(value, Literal) and value.value.strip():
                yield iri, value.value


def _values(view: View, predicate: str) -> Iterator[tuple[str, str]]:
    for iri, value in _subjects(view, predicate):
        if isinstance(value, NamedNode):
            yield iri, value.value


def _identifiers(view: View, found: dict[str, _Gathered]) -> None:
    for predicate, scheme in PROPERTIES.items():
        for iri, text in _literals(view, (predicate,)):
            if iri in found:
                found[iri].identifiers[scheme, text] = None
    for predicate in _MATCHES:
        for iri, other in _values(view, predicate):
            known = of_iri(other)
            if iri in found and known is not None:
                found[iri].identifiers[known] = None


def _participations(view: View, found: dict[str, _Gathered]) -> None:
    """What the record says of those who take part: in which role, and whether by a name."""
    sorts = {str(info.property): info.sort for info in ROLE_INFO.values()}
    record = view.record
    roles = {
        q.subject: q.object.value
        for q in view.main.quads_for_pattern(None, node(LS.role), None, record)
        if isinstance(q.object, NamedNode)
    }
    told = {q.subject: q.object for q in view.main.quads_for_pattern(None, node(LS.isNamed), None, record)}
    wordings = {
        q.subject: q.object for q in view.main.quads_for_pattern(None, node(LS.wording), None, record)
    }
    canonical = {
        q.subject: q.object.value
        for q in view.main.quads_for_pattern(None, node(LS.canonicalEntity), None, record)
        if isinstance(q.object, NamedNode)
    }
    for quad in view.main.quads_for_pattern(None, node(LS.mention), None, record):
        if not isinstance(quad.object, NamedNode):
            continue
        sort = sorts.get(roles.get(quad.subject, ""))
        iri = canonical.get(quad.object, quad.object.value)
        gathered = found.setdefault(iri, _Gathered())
        gathered.sort = gathered.sort or sort
        wording, flag = wordings.get(quad.subject), told.get(quad.subject)
        if not isinstance(wording, Literal):
            continue
        gathered.names[wording.value] = None
        if flag is not None:
            named = isinstance(flag, Literal) and flag.value == "true"
        else:
            named = sort in ALWAYS_NAMED or is_name(wording.value)
        gathered.named |= named
        gathered.described |= not named
