"""IRIs of everything that Lodestone names, under one base IRI.

Names are made from content, so that the same thing met twice has one name. Paths are
those of the server: ``<base>claim/abc`` is described at ``/claim/abc``.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from urllib.parse import quote

from ontology.vocab import BASE, ONTOLOGY, PREFIXES

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")
_DETERMINER = re.compile(
    r"(?:an?|its|our|their|some|any|all|these|those|this|that|one|two|three|several)\Z", re.I
)
_ORDINARY = frozenset(
    """
    a an all any both each he her him his it its many most neither nobody none one our others she several
    some somebody someone that the their them these they this those three two us we who

    agencies agency analyst analysts applicant applicants association associations authorities authority
    automaker automakers buyer buyers carmaker carmakers client clients companies company consumers
    countries country customer customers dealers diplomats executive executives experts exporter exporters
    firm firms government governments group groups importer importers industry insiders maker makers
    manufacturer manufacturers member members miner miners ministries ministry official officials plant
    plants processors producer producers regulator regulators source sources spokesman spokesperson
    spokeswoman supplier suppliers trader traders user users
    """.split()
)
"""Words that make a description however they are spelled."""
_POSTMODIFIER = re.compile(
    r"(?<=\S)\s*(?:,|\b(?:in|at|for|from|with|that|which|who|whose|to|near)\b).*$", re.S
)
_PART_AFTER_FRAGMENT = "/"
_FAMILIES = (
    "claim/",
    "event/",
    "document/",
    "source/",
    "entity/",
    "agent/",
    "origin/",
    "judgment/",
    "snapshot/",
    "store/",
    ".well-known/genid/",
)
"""What the names begin with, after the base IRI, that are made from content or are a store's own."""
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def is_iri(text: str) -> bool:
    """Whether the text is an absolute IRI that can stand in N-Triples as it is (RFC 3987, loosely)."""
    return _IRI.fullmatch(text) is not None


@lru_cache(maxsize=65536)
def normalized(text: str) -> str:
    """A name as it is compared: NFKC, lower case, single spaces, no leading article."""
    folded = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    return folded.removeprefix("the ") or folded


@lru_cache(maxsize=65536)
def is_name(text: str) -> bool:
    """Whether the wording is a name ("JL MAG", "the EU Chamber of Commerce in China") or a description.

    A description ("a company in Baotou", "Suppliers", "They") says what somebody is: its
    first or its head word is in lower case, apart from an article, or all of its words
    are ordinary ones. In doubt it is a description: that keeps things apart.
    """
    core = _POSTMODIFIER.sub("", text)
    words = core.split()
    if len(words) > 1 and words[0].casefold() == "the":
        words = words[1:]
    if len(words) > 1 and _DETERMINER.match(words[0]) and words[1][0].islower():
        return False
    if not any(map(str.isalnum, core)) or words[0][0].islower() or words[-1][0].islower():
        return False
    return not all(word.casefold().strip(".,'") in _ORDINARY for word in words)


@lru_cache(maxsize=65536)
def _digest(*parts: str | None) -> str:
    return hashlib.sha256("\x1f".join(part or "" for part in parts).encode("utf-8")).hexdigest()


@lru_cache(maxsize=65536)
def _slug(text: str) -> str:
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _NOT_SLUG.sub("-", ascii_text.casefold()).strip("-")[:48].strip("-")


def _readable(text: str, digest: str) -> str:
    slug = _slug(text)
    return f"{slug}-{digest[:20]}" if slug else digest[:32]


def part_of(name: str, of: str) -> str:
    """The name of a part of a claim, judgment, document …: ``<claim>#quote``.

    A fragment has no fragment (RFC 3986, section 3.5): under a base IRI that ends in ``#``
    it is ``<base>claim/abc/quote``.
    """
    return f"{name}{_PART_AFTER_FRAGMENT if '#' in name else '#'}{of}"


def whole_of(name: str) -> str:
    """What a name is a part of; an empty text if it is no part by its form."""
    before, _, fragment = name.rpartition("#")
    return name.rpartition(_PART_AFTER_FRAGMENT)[0] if _PART_AFTER_FRAGMENT in fragment else before


def expanded(name: str) -> str:
    """An IRI, which may be written with a prefix that every query may use: ``ls:Place``."""
    prefix, colon, local = name.partition(":")
    return PREFIXES[prefix] + local if colon and prefix in PREFIXES else name


@dataclass(frozen=True)
class Names:
    """The IRIs under one base IRI, which ends in ``/`` or ``#``."""

    base: str = BASE

    def __post_init__(self) -> None:
        if not is_iri(self.base) or self.base[-1] not in "/#":
            raise ValueError(f"the base IRI {self.base!r} must be an absolute IRI that ends in / or #")

    @property
    def record(self) -> str:
        """The graph that describes claims, quotes, documents, sources, ratings and judgments."""
        return self.base + "record"

    @property
    def inferred(self) -> str:
        """The graph that lists the inferred triples."""
        return self.base + "inferred"

    @property
    def reference(self) -> str:
        """The graph of reference data."""
        return self.base + "reference"

    @property
    def provenance(self) -> str:
        """The graph, in RDF answers, that describes the annotation graphs."""
        return self.base + "provenance"

    def claim(self, claim_id: str) -> str:
        """A claim, and its assertion graph."""
        return f"{self.base}claim/{claim_id}"

    def event(self, claim_id: str) -> str:
        """The event that a claim is about."""
        return f"{self.base}event/{claim_id}"

    def document(self, key: str) -> str:
        """A document, by its key (``Document.key``)."""
        return f"{self.base}document/{key[:32]}"

    def source(self, kind: str, name: str | None, text: str | None, document_key: str) -> str:
        """A source: by kind and name if it has one, otherwise by its description within the document."""
        if name:
            return (
                f"{self.base}source/{_readable(normalized(name), _digest('source', kind, normalized(name)))}"
            )
        digest = _digest("source", kind, normalized(text or ""), document_key)
        return f"{self.base}source/{_readable(text or '', digest)}"

    def entity(self, sort: str, text: str, document_key: str | None, key: str | None = None) -> str:
        """A participant. ``sort`` keeps a place and a firm of one name apart.

        A named one is known by its name; an unnamed one (``document_key`` given) is an
        entity of its own, within its document, told from others by ``key``, else by its wording.
        """
        digest = _digest("entity", sort, key or normalized(text), document_key)
        return f"{self.base}entity/{_readable(normalized(text), digest)}"

    def agent(self, kind: str, name: str, version: str | None) -> str:
        """Who made claims: an extractor in a version, or a person."""
        digest = _digest("agent", kind, name, version)
        return f"{self.base}agent/{_readable(name, digest)}"

    def origin(self, *key: str) -> str:
        """An origin, by what identifies the root of the report."""
        return f"{self.base}origin/{_readable(key[-1], _digest('origin', *key))}"

    def judgment(self, judgment_id: str) -> str:
        """A judgment of identity."""
        return f"{self.base}judgment/{judgment_id}"

    def snapshot(self, store_id: str, version: int) -> str:
        """A published version of a store."""
        return f"{self.base}snapshot/{store_id}-{version}"

    def skolem(self, document_key: str, label: str) -> str:
        """A blank node of a document (RDF 1.1, section 3.5)."""
        return f"{self.base}.well-known/genid/{document_key[:32]}-{quote(label, safe='')}"

    def is_reserved(self, graph: str) -> bool:
        """Whether a graph name is one that raw writes must keep off, claims apart."""
        return graph in self._reserved

    def is_minted(self, name: str) -> bool:
        """Whether a name is one of those that Lodestone alone gives: nobody else may name a graph so.

        A claim of that name may come, and is its own graph then.
        """
        return name.startswith(self._minted)

    @cached_property
    def _minted(self) -> tuple[str, ...]:
        return tuple(self.base + family for family in _FAMILIES)

    @cached_property
    def _reserved(self) -> frozenset[str]:
        return frozenset((self.record, self.inferred, self.reference, self.provenance, ONTOLOGY))
