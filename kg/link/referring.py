"""Links from entities of a store to the reference data, as claims: this is that country, that firm.

A link stands on the data set that it leads to, says why it was made, and can fall like any other claim.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from kg.claims.claim import Agent, Claim, Status
from kg.claims.confidence import Assessment, Credibility, Reliability
from kg.claims.document import Document
from kg.claims.names import Names
from kg.claims.source import SourceKind, Voice
from kg.dataset.terms import iri, literal
from kg.link.entity import Entity
from kg.link.matcher import Matcher
from kg.link.reference.gazetteer import GEONAMES, Where, readings
from kg.link.reference.graph import LITERAL_IDS, WIKIDATA, country_ids
from kg.link.reference.items import Item, datasets, items
from kg.link.reference.known import described, item_named
from kg.link.scoring import disputed, table
from ontology.vocab import SKOS

GEONAMES_HOME = "https://www.geonames.org/"
ISO_HOME = "https://www.iso.org/iso-3166-country-codes.html"
_MOST = 3


@dataclass(frozen=True)
class Reference:
    """An entity and an entry of the reference data that it may be. ``triples`` pair predicates and values."""

    entity: Entity
    target: str
    triples: tuple[tuple[str, str], ...]
    dataset: str
    home: str
    reason: str
    sure: bool

    def claims(self, author: Agent, *, accept: bool) -> Iterator[Claim]:
        """One claim for each triple, so that each can fall by itself."""
        for predicate, value in self.triples:
            yield Claim(
                triples=(f"{iri(self.entity.iri)} {iri(predicate)} {value} .",),
                document=Document(title=self.dataset, url=self.home),
                attribution=(Voice(kind=SourceKind.DOCUMENT, name=self.dataset),),
                assessment=Assessment(
                    reliability=Reliability.B,
                    credibility=Credibility.PROBABLY_TRUE if self.sure else Credibility.POSSIBLY_TRUE,
                    reason=self.reason,
                ),
                agent=author,
                status=Status.ACCEPTED if accept and self.sure else Status.PROPOSED,
            )


def references(entities: Iterable[Entity], names: Names) -> Iterator[Reference]:
    """The entries that entities may be. Who is only described is nobody in particular."""
    for entity in entities:
        if not entity.described.named:
            continue
        if entity.described.kind == "place":
            yield from _places(entity, names)
        elif entity.described.kind in ("party", "product", "measure"):
            yield from _items(entity, names)


def _places(entity: Entity, names: Names) -> Iterator[Reference]:
    for text in entity.described.names:
        found = readings(text)
        for reading in found[:_MOST]:
            target, dataset, home = _place(reading.where, names)
            sure = reading.sure and len(entity.described.names) == 1
            several = "" if reading.sure else f", one of {len(found)} places of that name"
            yield Reference(
                entity,
                target,
                ((f"{SKOS}exactMatch", iri(target)),),
                dataset,
                home,
                f"{text!r} is a name of it{several}",
                sure,
            )


def _place(where: Where, names: Names) -> tuple[str, str, str]:
    if where.part is not None:
        return f"{names.reference}/subdivision/{where.part}", "ISO 3166-2", ISO_HOME
    return f"{GEONAMES}{where.city or country_ids()[where.country]}/", "GeoNames", GEONAMES_HOME


def _items(entity: Entity, names: Names) -> Iterator[Reference]:
    kind = entity.described.kind
    listed = {i.path: i for text in entity.described.names if (i := item_named(text, kind)) is not None}
    if len(listed) == 1:
        [item] = listed.values()
        doubt = disputed(entity.described, item)
        but = f", but: {doubt}" if doubt else ""
        yield _link(entity, item, names, f"{entity.name!r} is a name of it{but}", sure=doubt is None)
        return
    for candidate in _matcher().matches(entity.described, _MOST):
        if candidate.score >= table().review:
            told = ", ".join(f"{name}: {value}" for name, value in candidate.features.items())
            reason = f"score {candidate.score:g} of 100 ({told})"
            yield _link(entity, _by_path()[candidate.iri], names, reason, sure=False)


@cache
def _by_path() -> dict[str, Item]:
    return {item.path: item for item in items()}


@cache
def _matcher() -> Matcher:
    return Matcher(reference_entity(item) for item in items())


def reference_entity(item: Item) -> Entity:
    """An entry as something to match with; its IRI is its path."""
    return Entity(item.path, described(item), (str(item.cls),) if item.cls else (), item.note or "")


def _link(entity: Entity, item: Item, names: Names, reason: str, *, sure: bool) -> Reference:
    target = names.reference + item.path
    triples = [(f"{SKOS}exactMatch", iri(target))]
    for identifier in item.identifiers if sure else ():
        if identifier.scheme in LITERAL_IDS:
            triples.append((LITERAL_IDS[identifier.scheme], literal(identifier.value)))
        elif identifier.scheme == "wikidata":
            triples.append((f"{SKOS}exactMatch", iri(WIKIDATA + identifier.value)))
    dataset = next(d for d in datasets() if d.key == item.dataset)
    title = f"Lodestone reference data: {dataset.title}"
    home = f"{names.reference}/dataset/{dataset.key}"
    return Reference(entity, target, tuple(triples), title, home, reason, sure)
