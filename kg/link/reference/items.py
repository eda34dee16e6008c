"""What the files of reference data hold: things with names, identifiers and dates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from kg.link.identifiers import normal
from ontology.vocab import LS

DATASETS = ("materials", "headings", "licenses", "measures", "organizations")
_SORTS = {
    "materials": "material",
    "headings": "heading",
    "licenses": "license-kind",
    "measures": "measure",
    "organizations": "organization",
}
"""What an item of a data set is called in its IRI."""


@dataclass(frozen=True)
class Identifier:
    """An identifier that somebody else gave, and where it was found."""

    scheme: str
    value: str
    source: str


@dataclass(frozen=True)
class Suspension:
    """By which measure (its key) another one is suspended, from which day to which."""

    by: str
    first: date
    last: date


@dataclass(frozen=True)
class Item:
    """One thing of a data set. ``names`` are by language, the best first."""

    dataset: str
    key: str
    names: Mapping[str, tuple[str, ...]]
    cls: LS | None = None
    note: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    hs: tuple[str, ...] = ()
    edition: str | None = None
    broader: str | None = None
    control: str | None = None
    symbol: str | None = None
    made_of: tuple[str, ...] = ()
    kind_of: LS | None = None
    country: str | None = None
    place: str | None = None
    issued: date | None = None
    in_force: date | None = None
    covers: tuple[str, ...] = ()
    suspended: Suspension | None = None

    @property
    def path(self) -> str:
        """Its IRI, after that of the reference graph."""
        return f"/{_SORTS[self.dataset]}/{self.key}"

    @property
    def all_names(self) -> tuple[str, ...]:
        """Its names in all languages."""
        return tuple(name for names in self.names.values() for name in names)


@dataclass(frozen=True)
class Dataset:
    """A file of reference data: where its facts are from, and under which license it comes."""

    key: str
    title: str
    source: str
    license: str
    items: tuple[Item, ...] = field(repr=False)


@cache
def datasets() -> tuple[Dataset, ...]:
    """The data sets that ship as files."""
    return tuple(map(_dataset, DATASETS))


def items() -> tuple[Item, ...]:
    """The things in all of them."""
    return tuple(item for dataset in datasets() for item in dataset.items)


def _dataset(key: str) -> Dataset:
    text = files("kg.link.reference").joinpath(f"{key}.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    found = tuple(_item(key, entry) for entry in data["items"])
    return Dataset(key, data["title"], data["source"], data["license"], found)


def _item(dataset: str, entry: Mapping[str, Any]) -> Item:
    suspended = entry.get("suspended")
    given = [Identifier(i["scheme"], i["value"], i["source"]) for i in entry.get("ids", ())]
    if "cas" in entry:
        given.append(Identifier("cas", entry["cas"], "package mendeleev 1.3, or chemicals 1.5"))
    for identifier in given:
        if normal(identifier.scheme, identifier.value) != identifier.value:
            raise ValueError(f"{dataset}.yaml: {entry['key']}: {identifier.value} is no {identifier.scheme}")
    return Item(
        dataset=dataset,
        key=entry["key"],
        names={language: tuple(names) for language, names in entry["names"].items()},
        cls=LS[entry["class"]] if entry.get("class") else None,
        note=entry.get("note"),
        identifiers=tuple(given),
        hs=tuple(entry.get("hs", ())),
        edition=entry.get("edition"),
        broader=entry.get("broader"),
        control=entry.get("control"),
        symbol=entry.get("symbol"),
        made_of=tuple(entry.get("made-of", ())),
        kind_of=LS[entry["kind-of"]] if "kind-of" in entry else None,
        country=entry.get("country"),
        place=entry.get("place"),
        issued=entry.get("issued"),
        in_force=entry.get("from"),
        covers=tuple(entry.get("covers", ())),
        suspended=Suspension(suspended["by"], suspended["from"], suspended["until"]) if suspended else None,
    )
