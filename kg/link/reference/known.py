"""Which entry of the reference data a name stands for."""

from functools import cache, lru_cache

from kg.link.entities import kind_of_class
from kg.link.entity import Described, Kind
from kg.link.identifiers import grouped
from kg.link.names import Name, name_of
from kg.link.reference.gazetteer import where
from kg.link.reference.items import Item, items


def kind_of(item: Item) -> Kind:
    """The kind of an entry."""
    if item.kind_of is not None:
        return "other"
    return (kind_of_class(item.cls) if item.cls else None) or "other"


def described(item: Item) -> Described:
    """What an entry tells, to match with."""
    return _described()[item.path]


@cache
def _described() -> dict[str, Described]:
    return {
        item.path: Described(
            item.all_names,
            kind_of(item),
            tuple(filter(None, (item.place or item.country,))),
            grouped((i.scheme, i.value) for i in item.identifiers),
        )
        for item in items()
    }


@cache
def _by_letters() -> dict[str, tuple[tuple[Name, Item], ...]]:
    found: dict[str, list[tuple[Name, Item]]] = {}
    for item in items():
        for text in item.all_names:
            name = name_of(text)
            found.setdefault(name.joined, []).append((name, item))
    return {key: tuple(few) for key, few in found.items()}


@lru_cache(maxsize=65536)
def item_named(text: str, kind: Kind | None) -> Item | None:
    """The entry of which this is a name, as it is listed but for the writing; places apart.

    A name with another legal form, or without the one that is listed, is not its name.
    """
    name = name_of(text)
    found = {
        item.path: item
        for listed, item in _by_letters().get(name.joined, ())
        if _agree(name, listed) and kind in (None, kind_of(item))
    }
    return next(iter(found.values())) if len(found) == 1 else None


def _agree(name: Name, listed: Name) -> bool:
    forms = bool(name.forms) == bool(listed.forms) and (not name.forms or bool(name.forms & listed.forms))
    return forms and name.han == listed.han


@lru_cache(maxsize=65536)
def known_as(text: str, kind: Kind | None) -> str | None:
    """The key of the entry that a name stands for, and for no other; places too."""
    if kind == "place":
        found = where(text)
        return found.key if found is not None else None
    item = item_named(text, kind)
    return item.key if item is not None else None
