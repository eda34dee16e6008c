"""How things are called and linked in pages: labels, local addresses, terms in a table."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote, urlsplit

from kg.claims.names import Names
from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import DefaultGraph, Literal, NamedNode, node
from kg.dataset.text.stored import Stored
from ontology.vocab import LS, ONTOLOGY, PREFIXES, RDFS

PAGES = ("claim", "document", "source", "entity", "event", "judgment")
LONGEST_TEXT = 600
"""Characters of a literal that a table shows."""

NO_TITLE = "a document without a title"
LONGEST_NAME = 240
"""Characters of a name that a page shows: of an entity, a document, a chain of sources."""

_LOCAL_ID = re.compile(r"[A-Za-z0-9._~-]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TERMS = ONTOLOGY + "#"


@dataclass(frozen=True)
class Link:
    """Something with a name, and the page where there is one."""

    text: str
    href: str | None = None
    iri: str | None = None


@dataclass(frozen=True)
class TermView:
    """An RDF term as it is shown. ``note`` is the language or datatype of a literal."""

    kind: str
    text: str
    href: str | None = None
    title: str | None = None
    note: str | None = None


def words(local_name: str) -> str:
    """A term's name as words: ``holdsLicenseFor`` is "holds license for"."""
    return _CAMEL.sub(" ", local_name).replace("_", " ").lower()


def term_words(iri: str) -> str:
    """The words of one of the ontology's terms, or the IRI in short."""
    return words(iri.removeprefix(_TERMS)) if iri.startswith(_TERMS) else compact(iri)


def compact(iri: str) -> str:
    """An IRI with its prefix, where it has a known one."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and _LOCAL_ID.fullmatch(iri[len(namespace) :]):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def shortened(text: str, longest: int = LONGEST_TEXT) -> str:
    """The text, cut where it is too long for a table."""
    return text if len(text) <= longest else text[:longest].rstrip() + " …"


def is_web(iri: str) -> bool:
    """Whether it is an address that a page may link to."""
    try:
        return len(iri) < 4096 and urlsplit(iri).scheme in ("http", "https")
    except ValueError:
        return False


def page_address(kind: str, iri: str, names: Names) -> str:
    """The address of the page of a claim, document and so on: by its id, or by its IRI if foreign."""
    local = iri.removeprefix(f"{names.base}{kind}/")
    if local != iri and _LOCAL_ID.fullmatch(local):
        return f"/{kind}/{local}"
    return f"/{kind}?iri={quote(iri, safe='')}"


PART = 20_000
"""Characters of a document's text that one page shows."""


def quote_address(document: str, claim: str, start: int | None, names: Names) -> str:
    """Where a claim's quote stands in its document, as an address: in the part that begins there."""
    page = page_address("document", document, names)
    part = (start or 0) // PART + 1
    if part > 1:
        page += f"{'&' if '?' in page else '?'}part={part}"
    return f"{page}#{quote_place(claim, names)}"


def quote_place(claim: str, names: Names) -> str:
    """Where a claim's quote stands on the page of its document: the fragment of the page's address."""
    local = claim.removeprefix(f"{names.base}claim/")
    if local == claim or not _LOCAL_ID.fullmatch(local):
        local = sha256(claim.encode()).hexdigest()[:32]
    return f"quote-{local}"


def address(iri: str, names: Names) -> str | None:
    """Where a link to an IRI leads: our own page, the web, or nowhere."""
    for kind in PAGES:
        if iri.startswith(f"{names.base}{kind}/"):
            return page_address(kind, iri, names)
    if iri.startswith(_TERMS):
        return f"/ontology#{quote(iri.removeprefix(_TERMS), safe='')}"
    return iri if is_web(iri) else None


class Namer:
    """Names and addresses within one version."""

    is_of_now = True
    """Whether claims may be worded by what the version tells of them."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.names = snapshot.names

    def label(self, iri: str) -> str:
        """What the record or the facts call it, else what can be read off its IRI."""
        recorded = self.snapshot.node(iri).get(RDFS + "label")
        if recorded:
            return recorded
        if stated := self.stated_label(iri):
            return stated
        if shipped := self.reference_label(iri):
            return shipped
        if iri.startswith(f"{self.names.base}event/"):
            return self.label(self.names.claim(iri.removeprefix(f"{self.names.base}event/")))
        return self._wording(iri) or compact(iri.removeprefix(self.names.base))

    def stated_label(self, iri: str) -> str | None:
        """What the facts call it."""
        labels = self.snapshot.main.quads_for_pattern(node(iri), node(RDFS + "label"), None, DefaultGraph())
        return min((str(q.object.value) for q in labels if isinstance(q.object, Literal)), default=None)

    def reference_label(self, iri: str) -> str | None:
        """What the reference data that ship call something, in English if they do."""
        graph = self.snapshot.reference
        labels = self.snapshot.main.quads_for_pattern(node(iri), node(RDFS + "label"), None, graph)
        found = [quad.object for quad in labels if isinstance(quad.object, Literal)]
        best = min(found, key=lambda label: (label.language != "en", label.value), default=None)
        return None if best is None else str(best.value)

    def _wording(self, mention: str) -> str | None:
        """The words that a claim, active or not, has for a participant."""
        for store in (self.snapshot.main, self.snapshot.archive):
            quads = store.quads_for_pattern(None, node(LS.mention), node(mention), self.snapshot.record)
            for quad in quads:
                if isinstance(quad.subject, NamedNode):
                    return self.snapshot.said(quad.subject.value, LS.wording, store)
        return None

    def told(self, claims: Iterable[str]) -> dict[str, Stored]:
        """What the text index tells of active claims, to word them by; of others nothing."""
        return self.snapshot.told(claims) if self.is_of_now else {}

    def link(self, kind: str, iri: str, text: str | None = None) -> Link:
        """A link to the page of a claim, document, source or entity."""
        shown = shortened(text or self.label(iri), LONGEST_NAME)
        return Link(shown, page_address(kind, iri, self.names), iri)

    def document(self, iri: str) -> Link:
        """A link to a document, by its title."""
        found = self.snapshot.node(iri)
        title = found.get(PREFIXES["dct"] + "title") or found.get(PREFIXES["schema"] + "url")
        return self.link("document", iri, title or NO_TITLE)

    def iri_view(self, iri: str) -> TermView:
        """An IRI in a table: its label if it is ours or of reference data, linked where it has a page.

        A name that leads nowhere on the web (``urn:``) is shown as what the facts call it, too.
        """
        ours = iri.startswith(self.names.base) and not iri.startswith(_TERMS)
        href = address(iri, self.names)
        if href is None and (stated := self.stated_label(iri)):
            return TermView("iri", shortened(stated), page_address("entity", iri, self.names), iri)
        text = self.label(iri) if ours else self.reference_label(iri) or compact(iri)
        return TermView("iri", shortened(text), href, iri)

    def term(self, term: object) -> TermView:
        """A term of the engine in a table."""
        match term:
            case Literal(value=value, language=language, datatype=datatype):
                note = language or _datatype_note(datatype.value)
                return TermView("literal", shortened(value), note=note)
            case _ if hasattr(term, "value") and str(term).startswith("<"):
                return self.iri_view(str(term.value))
            case _:
                return TermView("bnode", shortened(str(term)))


def _datatype_note(datatype: str) -> str | None:
    return None if datatype in (PREFIXES["xsd"] + "string", "") else compact(datatype)
