"""The questions that are put to a data set, as plain SPARQL 1.1, and the items that answer them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from kg.dataset.terms import Literal, NamedNode
from kg.link.entity import Described, Entity, Kind
from kg.link.external.client import Endpoint
from kg.link.external.model import LANGUAGES, Model
from kg.link.identifiers import grouped
from kg.link.names import name_of
from kg.query.algebra import Iri, Lit
from kg.query.shaping.render import node

T = TypeVar("T")

BATCH = 40
"""Names or items of one question."""
MOST_ITEMS = 20
"""Items that one name is compared with; of more, those with the shortest IRIs: Wikidata's oldest."""


@dataclass
class Item:
    """What a data set says of one thing. ``names`` are pairs (text, language or "")."""

    iri: str
    names: dict[tuple[str, str], None] = field(default_factory=dict)
    description: str = ""
    types: dict[str, None] = field(default_factory=dict)
    kinds: set[Kind] = field(default_factory=set)
    places: dict[str, None] = field(default_factory=dict)
    identifiers: dict[tuple[str, str], None] = field(default_factory=dict)


def entity_of(item: Item, model: Model) -> Entity | None:
    """The item as something to be matched; ``None`` if it has no name."""
    if not item.names:
        return None
    own = model.scheme(item.iri)
    kind = next((kind for _, kind in model.roots if kind in item.kinds), None)
    described = Described(
        names=tuple(dict.fromkeys(text for text, _ in item.names)),
        kind=kind,
        places=tuple(item.places),
        identifiers=grouped([*item.identifiers, *([own] if own else [])]),
    )
    return Entity(item.iri, described, tuple(item.types), item.description)


def by_names(endpoint: Endpoint, model: Model, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """For each name the items that bear it, as it is written or without its legal form.

    Raises ``NoAnswer``.
    """
    asked = {name: spellings(name) for name in names}
    wanted = sorted({spelling for found in asked.values() for spelling in found})
    bearers: dict[str, dict[str, None]] = {}
    for batch in _batches(wanted):
        tags = [*LANGUAGES, *([""] if model.plain else [])]
        texts = " ".join(node(Lit(text, language=tag or None)) for text in batch for tag in tags)
        labels = " ".join(node(Iri(label)) for label in model.labels)
        query = (
            f"SELECT DISTINCT ?item ?text WHERE {{ VALUES ?text {{ {texts} }} VALUES ?label {{ {labels} }} "
            "?item ?label ?text }"
        )
        for iri, text in endpoint.rows(query, ("item", "text")):
            if _is_item(iri, model) and isinstance(text, Literal) and text.value in batch:
                bearers.setdefault(text.value, {})[str(iri)[1:-1]] = None
    return {name: _few(i for s in found for i in bearers.get(s, ())) for name, found in asked.items()}


def spellings(name: str) -> tuple[str, ...]:
    """A name as it is written, and without its legal form."""
    text = " ".join(name.split())
    parts = text.split(" ")
    core = name_of(text).joined
    for last in range(len(parts) - 1, 0, -1):
        short = " ".join(parts[:last]).rstrip(",")
        if name_of(short).joined != core:
            break
        text = short
    return tuple(dict.fromkeys((" ".join(name.split()), text)))


def by_identifiers(
    endpoint: Endpoint, model: Model, wanted: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], tuple[str, ...]]:
    """For each identifier (scheme, value) the items that have it. Raises ``NoAnswer``."""
    known = sorted({(scheme, value) for scheme, value in wanted if scheme in model.identifiers})
    found: dict[tuple[str, str], dict[str, None]] = {}
    for batch in _batches(known):
        parts = []
        for scheme in dict.fromkeys(scheme for scheme, _ in batch):
            values = " ".join(node(Lit(value)) for of, value in batch if of == scheme)
            told = f"BIND({node(Lit(scheme))} AS ?scheme)"
            parts.append(f"{{ VALUES ?value {{ {values} }} {model.identifiers[scheme]} {told} }}")
        query = f"SELECT DISTINCT ?item ?scheme ?value WHERE {{ {' UNION '.join(parts)} }}"
        for iri, name, value in endpoint.rows(query, ("item", "scheme", "value")):
            if _is_item(iri, model) and isinstance(name, Literal) and isinstance(value, Literal):
                key = (name.value, value.value)
                if key in batch:
                    found.setdefault(key, {})[str(iri)[1:-1]] = None
    return {key: _few(items) for key, items in found.items()}


def described(endpoint: Endpoint, model: Model, iris: Iterable[str]) -> dict[str, Item]:
    """What the data set says of items. Raises ``NoAnswer``."""
    items = {iri: Item(iri) for iri in sorted(set(iris))}
    for batch in _batches(list(items)):
        these = f"VALUES ?item {{ {' '.join(node(Iri(iri)) for iri in batch)} }}"
        there = {iri: items[iri] for iri in batch}
        _names(endpoint, model, these, there)
        _kinds(endpoint, model, these, there)
        _identifiers(endpoint, model, these, there)
        _places(endpoint, model, these, there)
    return items


def _names(endpoint: Endpoint, model: Model, these: str, items: dict[str, Item]) -> None:
    tags = " || ".join(f'LANG(?text) = "{tag}"' for tag in (*LANGUAGES, *([""] if model.plain else [])))
    labels = " ".join(node(Iri(label)) for label in (*model.labels, *model.descriptions))
    query = (
        f"SELECT ?item ?label ?text WHERE {{ {these} VALUES ?label {{ {labels} }} "
        f"?item ?label ?text FILTER({tags}) }}"
    )
    order = {label: place for place, label in enumerate(model.labels)}
    told: list[tuple[int, int, str, Item, Literal]] = []
    for iri, label, text in endpoint.rows(query, ("item", "label", "text")):
        item = items.get(str(iri)[1:-1])
        if item is None or not isinstance(text, Literal) or not isinstance(label, NamedNode):
            continue
        tag = text.language or ""
        place = LANGUAGES.index(tag) if tag in LANGUAGES else len(LANGUAGES)
        told.append((order.get(label.value, len(order)), place, text.value, item, text))
    for rank, _, value, item, text in sorted(told, key=lambda one: one[:3]):
        if rank == len(order):
            item.description = item.description or value
        else:
            item.names.setdefault((value, text.language or ""))


def _kinds(endpoint: Endpoint, model: Model, these: str, items: dict[str, Item]) -> None:
    roots = dict(model.roots)
    these_roots = f"VALUES ?root {{ {' '.join(node(Iri(root)) for root in roots)} }}"
    query = (
        f"SELECT DISTINCT ?item ?class ?root WHERE {{ {these} ?item <{model.types}> ?class "
        f"OPTIONAL {{ {these_roots} ?class <{model.broader}>* ?root }} }}"
    )
    for iri, cls, root in endpoint.rows(query, ("item", "class", "root")):
        item = items.get(str(iri)[1:-1])
        if item is not None and isinstance(cls, NamedNode):
            item.types[cls.value] = None
            if isinstance(root, NamedNode) and root.value in roots:
                item.kinds.add(roots[root.value])


def _identifiers(endpoint: Endpoint, model: Model, these: str, items: dict[str, Item]) -> None:
    parts = (
        f"{{ {these} {pattern} BIND({node(Lit(scheme))} AS ?scheme) }}"
        for scheme, pattern in model.identifiers.items()
    )
    query = f"SELECT DISTINCT ?item ?scheme ?value WHERE {{ {' UNION '.join(parts)} }}"
    for iri, scheme, value in endpoint.rows(query, ("item", "scheme", "value")):
        item = items.get(str(iri)[1:-1])
        if item is not None and isinstance(scheme, Literal) and isinstance(value, Literal):
            item.identifiers[scheme.value, value.value] = None


def _places(endpoint: Endpoint, model: Model, these: str, items: dict[str, Item]) -> None:
    paths = "|".join(f"<{place}>" for place in model.places)
    query = (
        f"SELECT DISTINCT ?item ?name WHERE {{ {these} ?item {paths} ?place . "
        f'?place <{model.labels[0]}> ?name FILTER(LANG(?name) IN ("en", "mul", "")) }}'
    )
    for iri, name in endpoint.rows(query, ("item", "name")):
        item = items.get(str(iri)[1:-1])
        if item is not None and isinstance(name, Literal):
            item.places[name.value] = None


def _is_item(term: object, model: Model) -> bool:
    return isinstance(term, NamedNode) and model.items.fullmatch(term.value) is not None


def _few(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(dict.fromkeys(items), key=lambda iri: (len(iri), iri))[:MOST_ITEMS])


def _batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]
