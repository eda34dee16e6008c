"""Triples of WatDiv's shape, as many as are wanted: for growth beyond the data at hand.

Entities, predicates, degrees and skews are those measured in WatDiv's own output at scale
10 (Aluç, Hartig, Özsu, Daudjee, ISWC 2014); the values are made up. A user, product, offer,
purchase, review, retailer or website comes in numbers that grow with the data; of cities,
countries, topics, genres and so on there are always as many.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

WSDBM = "http://db.uwaterloo.ca/~galuc/wsdbm/"
PREFIXES = {
    "wsdbm": WSDBM,
    "sorg": "http://schema.org/",
    "gr": "http://purl.org/goodrelations/",
    "rev": "http://purl.org/stuff/rev#",
    "foaf": "http://xmlns.com/foaf/",
    "og": "http://ogp.me/ns#",
    "mo": "http://purl.org/ontology/mo/",
    "gn": "http://www.geonames.org/ontology#",
    "dc": "http://purl.org/dc/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}
GROWING = {
    "User": 1000,
    "Product": 250,
    "Offer": 900,
    "Purchase": 1500,
    "Review": 1500,
    "Retailer": 12,
    "Website": 50,
}
"""Entities of a kind in as many triples as ``UNIT``."""

UNIT = 103_000
FIXED = {
    "City": 240,
    "Country": 25,
    "SubGenre": 145,
    "Genre": 21,
    "Topic": 250,
    "Language": 35,
    "ProductCategory": 15,
    "Role": 3,
    "Gender": 2,
    "AgeGroup": 9,
}


@dataclass(frozen=True)
class Property:
    """What entities of a kind have.

    ``share`` of them have the property, with ``mean`` values each. Values are entities of
    the kind ``of``, or literals: ``text`` (of so many words), ``number`` (below a bound) or
    ``date``. The number of an entity is n·u^skew for u evenly from 0 to 1: low numbers are
    the popular ones. ``among`` is the part of the entities that come as values at all.
    ``inverse`` has the entities the other way round.
    """

    kind: str
    predicate: str
    share: float
    of: str
    mean: float = 1.0
    skew: float = 1.0
    among: float = 1.0
    inverse: bool = False


def _read(table: str) -> tuple[Property, ...]:
    """One property a line: kind, predicate, share, values, then what differs from the default."""
    found = []
    for line in table.strip().splitlines():
        kind, predicate, share, of, *more = line.split()
        settings = dict(setting.split("=") for setting in more)
        inverse = settings.pop("inverse", "no") == "yes"
        numbers = {name: float(value) for name, value in settings.items()}
        found.append(Property(kind, predicate, float(share), of, inverse=inverse, **numbers))
    return tuple(found)


SHAPE = _read("""
City        gn:parentCountry       1      Country  skew=2.2
SubGenre    rdf:type               1      Genre
SubGenre    og:tag                 0.95   Topic  mean=3
Website     sorg:url               1      text4
Website     wsdbm:hits             1      number1000
Website     sorg:language          1      Language  skew=2.5
Retailer    gr:offers              1      Offer  mean=92 skew=2
Retailer    gr:name                1      text5
Retailer    gr:description         1      text20
Retailer    sorg:email             0.85   text8
Retailer    sorg:openingHours      0.86   number14
Retailer    sorg:contactPoint      0.76   User
Retailer    sorg:paymentAccepted   0.68   text6
Retailer    sorg:telephone         0.66   number9000000
Retailer    sorg:aggregateRating   0.31   number10
Retailer    sorg:employee          0.16   User  mean=6
Retailer    sorg:legalName         0.13   text5
Retailer    sorg:faxNumber         0.12   number9000000
Offer       gr:includes            1      Product  skew=1.2
Offer       gr:price               1      number1000
Offer       gr:serialNumber        1      number90000000
Offer       sorg:eligibleQuantity  1      number9
Offer       sorg:eligibleRegion    0.5    Country  mean=4.1 skew=1.9
Offer       gr:validThrough        0.4    date
Offer       gr:validFrom           0.39   date
Offer       sorg:priceValidUntil   0.195  date
Product     rdf:type               1      ProductCategory  skew=2
Product     wsdbm:hasGenre         1      SubGenre  mean=2.4 skew=1.2
Product     og:title               1      text8
Product     og:tag                 0.6    Topic  mean=9.6
Product     sorg:description       0.6    text20
Product     sorg:text              0.3    text30
Product     sorg:contentRating     0.29   number13
Product     sorg:keywords          0.29   text8
Product     foaf:homepage          0.24   Website
Product     sorg:caption           0.106  text8
Product     sorg:contentSize       0.1    number5000
Product     sorg:author            0.1    User  mean=1.6
Product     sorg:isbn              0.068  number90000
Product     sorg:director          0.056  User
Product     sorg:actor             0.054  User  mean=12.4 among=0.2
Product     sorg:expires           0.05   date
Product     mo:artist              0.047  User
Product     sorg:language          0.045  Language  skew=2.5
Product     sorg:publisher         0.045  text5
Product     sorg:datePublished     0.042  date
Product     mo:producer            0.035  text6
Product     sorg:editor            0.034  User  mean=2
Product     sorg:bookEdition       0.034  number5
Product     mo:release             0.032  date
Product     mo:record_number       0.03   number1000
Product     sorg:producer          0.029  text6
Product     mo:movement            0.026  number10
Product     mo:opus                0.026  number1000
Product     sorg:award             0.018  text6
Product     sorg:numberOfPages     0.02   number500
Product     sorg:duration          0.018  number300
Product     wsdbm:composer         0.017  name
Product     mo:conductor           0.015  User
Product     mo:performer           0.015  text5
Product     mo:performed_in        0.014  City  skew=2
Product     sorg:wordCount         0.013  number5000
Product     sorg:printPage         0.012  number1000
Product     sorg:trailer           0.007  Website  mean=1.4
Purchase    wsdbm:makesPurchase    1      User  among=0.157 inverse=yes
Purchase    wsdbm:purchaseFor      1      Product  skew=3.5
Purchase    gr:price               1      number1000
Purchase    wsdbm:purchaseDate     0.297  date
Review      rev:hasReview          1      Product  among=0.2 inverse=yes
Review      rev:reviewer           1      User  among=0.31
Review      rev:rating             1      number11
Review      rev:text               0.7    text30
Review      rev:title              0.307  text6
Review      rev:totalVotes         0.05   number700
User        wsdbm:userId           1      number10000000
User        sorg:email             0.9    text8
User        wsdbm:follows          0.776  User  mean=41.8 skew=1.4
User        rdf:type               0.7    Role  mean=1.6
User        foaf:givenName         0.7    name
User        foaf:familyName        0.7    name
User        wsdbm:gender           0.6    Gender  skew=2.4
User        foaf:age               0.49   AgeGroup  skew=1.5
User        dc:Location            0.397  City  skew=3.1
User        wsdbm:friendOf         0.388  User  mean=112
User        wsdbm:likes            0.237  Product  mean=4.7 skew=2.8
User        wsdbm:subscribes       0.207  Website  mean=7.4
User        sorg:nationality       0.204  Country  skew=2.5
User        sorg:birthDate         0.201  date
User        sorg:telephone         0.051  number9000000
User        sorg:jobTitle          0.05   text5
User        foaf:homepage          0.047  Website
""")

_SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu".split()
_NAMES = 1750


def triples_like_watdiv(count: int, seed: int = 1) -> Iterator[str]:
    """About as many triples (within some percent), a line of N-Triples each; always the same ones."""
    maker = _Maker(Random(seed), count / UNIT)  # noqa: S311 - data, no secret
    for kind in (*FIXED, *GROWING):
        properties = [p for p in SHAPE if p.kind == kind]
        for number in range(maker.numbers[kind]):
            yield from maker.entity(f"<{WSDBM}{kind}{number}>", properties)


class _Maker:
    def __init__(self, rng: Random, units: float) -> None:
        self._rng = rng
        self.numbers = FIXED | {kind: max(1, round(number * units)) for kind, number in GROWING.items()}
        self._iris = {p.predicate: _iri(p.predicate) for p in SHAPE}

    def entity(self, name: str, properties: list[Property]) -> Iterator[str]:
        """The triples of one entity."""
        for p in properties:
            if p.share < 1 and self._rng.random() >= p.share:
                continue
            values = {self._value(p): None for _ in range(self._how_many(p.mean))}
            for value in values:
                s, o = (value, name) if p.inverse else (name, value)
                yield f"{s} {self._iris[p.predicate]} {o} .\n"

    def _how_many(self, mean: float) -> int:
        """From one up, evenly, so that the mean comes out."""
        return 1 if mean == 1 else round(self._rng.uniform(0.5, 2 * mean - 0.5))

    def _value(self, p: Property) -> str:
        rng = self._rng
        if p.of in self.numbers:
            among = max(1, int(self.numbers[p.of] * p.among))
            place = int(among * rng.random() ** p.skew)
            return f"<{WSDBM}{p.of}{int(place / p.among)}>"
        if p.of == "date":
            return f'"20{rng.randrange(10, 26)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"'
        if p.of == "name":
            return f'"{_word(rng.randrange(_NAMES)).upper()}"'
        if p.of.startswith("number"):
            return f'"{rng.randrange(int(p.of[6:]))}"'
        return f'"{" ".join(_word(rng.randrange(8000)) for _ in range(int(p.of[4:])))}"'


def _word(number: int) -> str:
    """A word for each number."""
    found = ""
    while number or not found:
        number, place = divmod(number, len(_SYLLABLES))
        found += _SYLLABLES[place]
    return found


def _iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"<{PREFIXES[prefix]}{local}>"
