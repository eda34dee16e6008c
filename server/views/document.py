"""The page of a document: its text with every quote marked, and the claims taken from it."""

from dataclasses import dataclass

from kg.claims.names import Names
from kg.dataset.snapshots import Snapshot
from kg.errors import NotFound
from ontology.vocab import DCT, LS, OA, RDF, SCHEMA
from server.config import ShowDocuments
from server.naming import Namer, is_web, quote_place
from server.views.finding import pointing
from server.views.highlight import Passage, segments
from server.views.lines import ClaimLine, claim_lines

MOST_CLAIMS = 500


@dataclass(frozen=True)
class TextPiece:
    """A piece of the text. ``claims`` are numbers in the page's list; the quotes of ``ends`` end here.

    ``places`` are the fragments by which the quotes that begin here are found.
    """

    text: str
    claims: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class DocumentPage:
    """Everything that the page of a document shows. ``text`` is empty where it is unknown or not shown."""

    iri: str
    title: str
    publisher: str | None
    published: str | None
    url: str | None
    language: str | None
    text_hash: str | None
    text: tuple[TextPiece, ...]
    withheld: bool
    claims: tuple[ClaimLine, ...]
    more: bool


def document_page(snapshot: Snapshot, iri: str, documents: ShowDocuments) -> DocumentPage:
    """The page of a document. Raises ``NotFound``."""
    found = snapshot.node(iri)
    if LS.Document not in found.all(RDF + "type"):
        raise NotFound(f"there is no document {iri} in this store", iri=iri)
    namer = Namer(snapshot)
    everything = pointing(snapshot, LS.document, iri)
    places = {claim: _place(snapshot, claim) for claim in everything}
    ordered = sorted(everything, key=lambda claim: (places[claim] or (1 << 40, 0), claim))[:MOST_CLAIMS]
    text = snapshot.document_text(iri)
    url = found.get(SCHEMA + "url")
    return DocumentPage(
        iri=iri,
        title=found.get(DCT + "title") or url or "A document without a title",
        publisher=found.get(DCT + "publisher"),
        published=found.get(DCT + "issued"),
        url=url if url and is_web(url) else None,
        language=found.get(DCT + "language"),
        text_hash=found.get(LS.textHash),
        text=_marked(text, ordered, places, snapshot.names)
        if text and documents is ShowDocuments.WHOLE
        else (),
        withheld=text is not None and documents is ShowDocuments.QUOTE,
        claims=claim_lines(namer, ordered),
        more=len(everything) > len(ordered),
    )


def _place(snapshot: Snapshot, claim: str) -> tuple[int, int] | None:
    quote = snapshot.node(claim).get(LS.quote)
    if quote is None:
        return None
    start, end = snapshot.node(quote).get(OA + "start"), snapshot.node(quote).get(OA + "end")
    return (int(start), int(end)) if start is not None and end is not None else None


def _marked(
    text: str, claims: list[str], places: dict[str, tuple[int, int] | None], names: Names
) -> tuple[TextPiece, ...]:
    passages = [
        Passage(*place, str(number))
        for number, claim in enumerate(claims, start=1)
        if (place := places[claim])
    ]
    pieces, end = [], 0
    for segment in segments(text, passages):
        start, end = end, end + len(segment.text)
        marks = tuple(int(mark) for mark in segment.marks)
        ends = tuple(int(p.mark) for p in passages if p.end == end)
        begin = tuple(quote_place(claims[int(p.mark) - 1], names) for p in passages if p.start == start)
        pieces.append(TextPiece(segment.text, marks, ends, begin))
    return tuple(pieces)
