"""The page of a document: its text with every quote marked, and the claims taken from it beside them.

A long text is shown in parts, so that no page grows without end, and so are many claims
that have no place in it. Of the claims only those of the part that is shown are read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from kg.claims.names import Names, part_of
from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import Literal, NamedNode, QuerySolutions, node
from kg.dataset.text.search import Ask, Sort
from kg.dataset.text.stored import Stored
from kg.errors import NotFound
from ontology.vocab import DCT, LS, OA, RDF, RDFS, SCHEMA
from server.config import ShowDocuments
from server.naming import LONGEST_NAME, PART, Link, Namer, is_web, quote_place, shortened, term_words
from server.views.asking import Asked
from server.views.finding import TYPES, text_index
from server.views.highlight import Passage, segments
from server.views.lines import told_in_words

MOST_PLACED = 3000
"""Claims of one document that are placed in its text."""

MOST_MARKED = 800
"""Claims whose quotes one part of a text marks."""

MOST_NOTES = 200
"""Claims that stand beside it, too; and claims without a place that are listed with one part."""

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

    The first ``notes`` of its claims stand in the margin. ``total`` claims are active; listed
    are those whose quote is in this part, and some of those without a place: over all parts
    each of these once, and the others in each part in which their quote is. Where no text is
    shown, the parts are pages of its claims, the oldest record first.
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
    """A claim, and where its quote begins and ends, if that is known."""

    claim: str
    start: int | None = None
    end: int | None = None


def document_page(snapshot: Snapshot, iri: str, documents: ShowDocuments, number: int = 1) -> DocumentPage:
    """The page of a document. Raises ``NotFound``, for a part that it does not have, too."""
    found = snapshot.node(iri)
    if LS.Document not in found.all(RDF + "type"):
        raise NotFound(f"there is no document {iri} in this store", iri=iri)
    index = text_index(snapshot)
    ask = Ask(
        chosen={"document": (iri,), "state": ("active",)},
        sort=Sort.OLDEST,
        offset=(number - 1) * MOST_NOTES,
        limit=MOST_NOTES,
    )
    total = index.count(ask)
    text = snapshot.document_text(iri) or ""
    shown = text if documents is ShowDocuments.WHOLE else ""
    low, high = (number - 1) * PART, number * PART
    if shown:
        found_here, left, complete = _of_part(snapshot, iri, low, high)
        parts = max(1, -(-len(shown) // PART), -(-len(left) // MOST_NOTES))
        here = [*found_here[:MOST_MARKED], *left[(number - 1) * MOST_NOTES : number * MOST_NOTES]]
        more = not complete or len(found_here) > MOST_MARKED
        told = index.told([p.claim for p in here])
    else:
        parts, more = max(1, -(-total // MOST_NOTES)), False
        told = {claim.iri: claim for claim in index.stored(ask)}
        here = list(map(_Placed, told))
    if number > parts:
        raise NotFound(f"the page of {iri} has {parts} parts", iri=iri)
    listed = [p for p in here if p.claim in told]
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
        text=_marked(shown[low:high], low, listed, snapshot.names) if shown[low:high] else (),
        withheld=bool(text) and not shown,
        claims=tuple(
            _note(namer, told[p.claim], placed=p.start is not None, whole=n < MOST_NOTES or p.start is None)
            for n, p in enumerate(listed)
        ),
        notes=min(len(listed), MOST_NOTES),
        total=total,
        more=more,
        claims_href=Asked(chosen={"document": (iri,)}).address("/claims"),
    )


def _of_part(
    snapshot: Snapshot, document: str, low: int, high: int
) -> tuple[list[_Placed], list[_Placed], bool]:
    """Claims with a quote in a stretch of the text, in order; those without a place; whether all were read.

    Quotes longer than ``PART`` are found in the part in which they begin and in the next one.
    """
    claims = list(islice(_claims_of(snapshot, document), MOST_PLACED + 1))
    here, left = [], []
    for claim, place in zip(claims, _places(snapshot, document, claims[:MOST_PLACED]), strict=False):
        if place is None:
            left.append(_Placed(claim))
        elif low - PART <= place[0] < high and place[1] > low:
            here.append(_Placed(claim, *place))
    here.sort(key=lambda p: (p.start, p.end, p.claim))
    return here, sorted(left, key=lambda p: p.claim), len(claims) <= MOST_PLACED


_Place = tuple[int, int]

_PLACES: dict[tuple[str, str], _Place | None] = {}
"""Where quotes begin and end, by store and claim: a claim never changes, so it holds for every version."""

_MOST_PLACES = 100_000
_FEW = 20


def _places(snapshot: Snapshot, document: str, claims: Sequence[str]) -> list[_Place | None]:
    """Where the quotes of claims begin and end in their document, if that is known."""
    store = snapshot.settings.store_id
    if len(_PLACES) + len(claims) > _MOST_PLACES:
        _PLACES.clear()
    unknown = [claim for claim in claims if (store, claim) not in _PLACES]
    if len(unknown) > _FEW:
        read = {(store, claim): place for claim, place in _read_at_once(snapshot, document)}
        _PLACES.update(read)
        unknown = [claim for claim in unknown if (store, claim) not in read]
    for claim in unknown:
        quote = part_of(claim, "quote")
        start, end = (snapshot.said(quote, OA + which) for which in ("start", "end"))
        _PLACES[store, claim] = None if start is None or end is None else (int(start), int(end))
    return [_PLACES[store, claim] for claim in claims]


def _read_at_once(snapshot: Snapshot, document: str) -> Iterator[tuple[str, _Place | None]]:
    """The places of the claims that ``_claims_of`` gives first."""
    found = snapshot.query(f"""
        SELECT ?c ?start ?end {{ GRAPH {snapshot.record} {{
          ?c {node(LS.document)} {node(document)}
          OPTIONAL {{ ?c {node(LS.quote)} ?q . ?q {node(OA + "start")} ?start ; {node(OA + "end")} ?end }}
        }} }} LIMIT {MOST_PLACED}""")
    assert isinstance(found, QuerySolutions)  # noqa: S101 - of a SELECT
    for claim, start, end in found:
        if isinstance(claim, NamedNode):
            placed = isinstance(start, Literal) and isinstance(end, Literal)
            yield claim.value, (int(start.value), int(end.value)) if placed else None


def _claims_of(snapshot: Snapshot, document: str) -> Iterator[str]:
    """Active claims that were taken from a document, in no order; asked so that no more is read than they."""
    asked = f"SELECT ?c {{ GRAPH {snapshot.record} {{ ?c {node(LS.document)} {node(document)} }} }}"
    found = snapshot.query(asked)
    assert isinstance(found, QuerySolutions)  # noqa: S101 - of a SELECT
    return (row[0].value for row in found if isinstance(row[0], NamedNode))


def _note(namer: Namer, claim: Stored, *, placed: bool, whole: bool) -> NoteLine:
    kind = term_words(TYPES[claim.type])
    label = kind
    if whole:
        label = told_in_words(namer, claim) or namer.snapshot.said(claim.iri, RDFS + "label") or ""
    return NoteLine(
        link=namer.link("claim", claim.iri, shortened(label or claim.iri, LONGEST_LABEL)),
        type=kind,
        source=shortened(claim.line.source.partition(" → ")[0], 80) if whole else "",
        probability=claim.confidence,
        denied=claim.polarity == "negative",
        contested=claim.contested,
        placed=placed,
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
                places=tuple(quote_place(claims[n - 1].claim, names) for n in begun),
            )
        )
    return tuple(pieces)
