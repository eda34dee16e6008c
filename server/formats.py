"""The formats of answers and pages, their names in ``format=`` and their media types."""

from dataclasses import dataclass

from server.gate.negotiate import Offer


@dataclass(frozen=True)
class Format:
    """A format: its name in ``format=``, other names for it, media types (its own first), file ending."""

    name: str
    label: str
    media_types: tuple[str, ...]
    ending: str
    aliases: tuple[str, ...] = ()

    @property
    def media_type(self) -> str:
        """The media type of its own."""
        return self.media_types[0]

    def content_type(self, media_type: str | None = None) -> str:
        """The ``Content-Type`` for it, under the media type that was negotiated."""
        chosen = media_type or self.media_type
        return f"{chosen}; charset=utf-8" if chosen.startswith("text/") else chosen


HTML = Format("html", "HTML", ("text/html", "application/xhtml+xml"), "html")
JSON = Format("json", "JSON", ("application/json",), "json")

RESULTS = (
    Format("json", "JSON", ("application/sparql-results+json", "application/json"), "srj"),
    Format("xml", "XML", ("application/sparql-results+xml", "application/xml", "text/xml"), "srx"),
    Format("csv", "CSV", ("text/csv",), "csv"),
    Format("tsv", "TSV", ("text/tab-separated-values",), "tsv"),
)
"""Formats for SELECT and ASK, the preferred one first."""

GRAPHS = (
    Format("turtle", "Turtle", ("text/turtle", "application/x-turtle", "text/n3"), "ttl", ("ttl", "n3")),
    Format("trig", "TriG", ("application/trig",), "trig"),
    Format("ntriples", "N-Triples", ("application/n-triples", "text/plain"), "nt", ("nt", "n-triples")),
    Format("nquads", "N-Quads", ("application/n-quads",), "nq", ("nq", "n-quads")),
    Format("jsonld", "JSON-LD", ("application/ld+json", "application/json"), "jsonld", ("json-ld", "json")),
    Format(
        "rdfxml",
        "RDF/XML",
        ("application/rdf+xml", "application/xml", "text/xml"),
        "rdf",
        ("rdf", "rdf+xml", "rdf-xml", "xml"),
    ),
)
"""Formats for CONSTRUCT, DESCRIBE and descriptions, the preferred one first."""

PAGES = (HTML, JSON, *(f for f in GRAPHS if f.name in {"turtle", "trig", "jsonld", "ntriples", "nquads"}))
"""Formats of a page."""


def offers(formats: tuple[Format, ...]) -> tuple[Offer, ...]:
    """Every format under its own media type first, then under its other ones."""
    own = [Offer(f.media_type, f.name) for f in formats]
    other = [Offer(media_type, f.name) for f in formats for media_type in f.media_types[1:]]
    taken = {offer.media_type for offer in own}
    return (*own, *(offer for offer in other if offer.media_type not in taken))


def by_name(formats: tuple[Format, ...], name: str) -> Format | None:
    """The format that is called so in ``format=``."""
    wanted = name.strip().lower()
    for candidate in formats:
        if wanted == candidate.name or wanted in candidate.media_types:
            return candidate
    return next((f for f in formats if wanted in f.aliases), None)
