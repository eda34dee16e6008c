"""The page of a document: its text with every quote marked, and the claims taken from it beside them.

A long text is shown in parts, so that no page grows without end.
"""

from dataclasses import dataclass

from kg.claims.names import Names, part_of
from kg.dataset.snapshots import Snapshot
from kg.dataset.text.search import Ask, Sort, Stored
from kg.errors import NotFound
from ontology.vocab import DCT, LS, OA, RDF, RDFS, SCHEMA
from server.config import ShowDocuments
from server.naming import LONGEST_NAME, PART, Link, Namer, is_web, quote_place, shortened, term_words
from server.views.asking import Asked
from server.views.finding import TYPES, text_index
from server.views.highlight import Passage, segments

MOST_READ = 2000
"""Claims of one document that are placed in its text."""

MOST_MARKED = 1000
"""Claims whose quotes one part of a text marks."""

MOST_NOTES = 250
"""Claims that stand beside it, too."""

LONGEST_LABEL = 120


@dataclass(frozen=True)
class TextPiece:
    """A piece of the text. ``claims`` are numbers in the page's list.

    The quotes of ``begins`` begin here, and are found by ``places``, fragments of the address;
    those of ``ends`` end here.
    """

    text: str
    claims: tuple[int, ...] = ()
    begins: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class NoteLine:
    """A claim in the margin of its document; ``placed`` if its quote is in the part that is shown.

    Where there are too many for the margin, the further ones have no ``source``.
    """

    link: Link
    type: str
    source: str
    probability: float | None
    denied: bool
    contested: bool
    placed: bool


@dataclass(frozen=True)
class DocumentPage:
    """Everything that the page of a document shows. ``text`` is empty where it is unknown or not shown.

    The first ``notes`` of its claims stand in
    the margin. ``total`` claims are active; listed are those whose quote is in this part, and
    with the first part those without a place.
    """

    iri: str
    title: str
    publisher: str | None
    published: str | None
    url: str | None
    language: str | None
    text_hash: str | None
    purged: str | None
    purge_reason: str | None
    part: int
    parts: int
    text: tuple[TextPiece, ...]
    withheld: bool
    claims: tuple[NoteLine, ...]
    notes: int
    total: int
    more: bool
    claims_href: str


@dataclass(frozen=True)
class _Placed:
    claim: Stored
    start: int | None
    end: int | None


def document_page(
    snapshot: Snapshot, iri: str, documents: ShowDocuments, part: int | None = None
) -> DocumentPage:
    """The page of a document. Raises ``NotFound``, for a part that it does not have, too."""
    found = snapshot.node(iri)
    if LS.Document not in found.all(RDF + "type"):
        raise NotFound(f"there is no document {iri} in this store", iri=iri)
    index = text_index(snapshot)
    ask = Ask(chosen={"document": (iri,), "state": ("active",)}, sort=Sort.OLDEST, limit=MOST_READ)
    placed = [_placed(snapshot, claim) for claim in index.stored(ask)]
    total = index.count(ask)
    text = snapshot.document_text(iri) or ""
    shown = text if documents is ShowDocuments.WHOLE else ""
    parts = max(1, -(-len(shown) // PART))
    number = part or 1
    if number > parts:
        raise NotFound(f"the text of {iri} has {parts} parts", iri=iri)
    low, high = (number - 1) * PART, number * PART if shown else len(text) + 1
    here = sorted((p for p in placed if _is_in(p, low, high, number)), key=_order)
    listed = here[:MOST_MARKED]
    url = found.get(SCHEMA + "url")
    namer = Namer(snapshot)
    return DocumentPage(
        iri=iri,
        title=shortened(found.get(DCT + "title") or url or "A document without a title"),
        publisher=shortened(found.get(DCT + "publisher") or "", LONGEST_NAME) or None,
        published=found.get(DCT + "issued"),
        url=url if url and is_web(url) else None,
        language=found.get(DCT + "language"),
        text_hash=found.get(LS.textHash),
        purged=found.get(LS.purged),
        purge_reason=found.get(LS.purgeReason),
        part=number,
        parts=parts,
        text=_marked(shown[low:high], low, listed, snapshot.names) if shown else (),
        withheld=bool(text) and not shown,
        claims=tuple(_note(namer, p, told=n < MOST_NOTES) for n, p in enumerate(listed)),
        notes=min(len(listed), MOST_NOTES),
        total=total,
        more=len(here) > len(listed) or total > len(placed),
        claims_href=Asked(chosen={"document": (iri,)}).address("/claims"),
    )


def _placed(snapshot: Snapshot, claim: Stored) -> _Placed:
    quote = part_of(claim.iri, "quote")
    start, end = snapshot.said(quote, OA + "start"), snapshot.said(quote, OA + "end")
    return _Placed(claim, int(start) if start else None, int(end) if end else None)


def _is_in(placed: _Placed, low: int, high: int, part: int) -> bool:
    """Whether a quote is in a stretch of the text; those without a place are with the first."""
    if placed.start is None or placed.end is None:
        return part == 1
    return placed.start < high and placed.end > low


def _order(placed: _Placed) -> tuple[int, int, str]:
    return (1 << 40 if placed.start is None else placed.start, placed.end or 0, placed.claim.iri)


def _note(namer: Namer, placed: _Placed, *, told: bool) -> NoteLine:
    snapshot, claim = namer.snapshot, placed.claim
    label = snapshot.said(claim.iri, RDFS + "label") if told else term_words(TYPES[claim.type])
    nearest = next(iter(snapshot.voices(claim.iri)), None) if told else None
    return NoteLine(
        link=namer.link("claim", claim.iri, shortened(label or claim.iri, LONGEST_LABEL)),
        type=term_words(TYPES[claim.type]),
        source=shortened(snapshot.source_label(nearest), 80) if nearest else "",
        probability=claim.confidence,
        denied=claim.polarity == "negative",
        contested=claim.contested,
        placed=placed.start is not None,
    )


def _marked(text: str, offset: int, claims: list[_Placed], names: Names) -> tuple[TextPiece, ...]:
    passages = [
        Passage(max(0, p.start - offset), min(len(text), p.end - offset), str(number))
        for number, p in enumerate(claims, start=1)
        if p.start is not None and p.end is not None
    ]
    begins: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    for passage in passages:
        begins.setdefault(passage.start, []).append(int(passage.mark))
        ends.setdefault(passage.end, []).append(int(passage.mark))
    pieces, end = [], 0
    for segment in segments(text, passages):
        start, end = end, end + len(segment.text)
        begun = tuple(begins.get(start, ()))
        pieces.append(
            TextPiece(
                text=segment.text,
                claims=tuple(int(mark) for mark in segment.marks),
                begins=begun,
                ends=tuple(ends.get(end, ())),
                places=tuple(quote_place(claims[n - 1].claim.iri, names) for n in begun),
            )
        )
    return tuple(pieces)
