"""A fact as a page of an entity shows it: the value, how sure, said when, by whom, and who denies it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from kg.dataset.annotated.view import ClaimInfo, Support
from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import Literal, NamedNode, Quad, ntriples
from kg.dataset.text.entry import opposite, side_of
from kg.dataset.text.stored import Stored
from kg.errors import TooManyProofs
from ontology.vocab import DCT, LS, RDFS
from server.naming import LONGEST_NAME, Link, Namer, TermView, shortened
from server.views.asking import Asked
from server.views.support import Ratings, Strength, strength, support_of

MOST_VOICES = 4
MOST_HEARD = 200
"""Claims of a fact among which the surest are sought."""

LONGEST_QUOTE = 200


@dataclass(frozen=True)
class VoiceLine:
    """A claim in a line below the fact that it states or denies. ``day`` is when it was said, if known."""

    claim: Link
    source: str
    quote: str | None
    day: str
    probability: float


@dataclass(frozen=True)
class FactView:
    """A fact. ``first`` and ``last`` are the days between which it is dated; ``all`` lists its claims.

    ``first_said`` and ``last_said`` are the days between which it was said, where there are not too
    many claims to look at.

    ``explained`` is where it is told how it follows from other facts, if it does.

    ``strength`` is ``None`` where it follows in more ways than are worked out.
    """

    value: TermView
    outward: bool
    explained: str | None
    strength: Strength | None
    first: str
    last: str
    first_said: str
    last_said: str
    voices: tuple[VoiceLine, ...]
    more: int
    all: str | None
    against: tuple[VoiceLine, ...]
    against_more: int
    against_all: str | None


def fact_views(namer: Namer, quads: Iterable[Quad], *, inverse: bool = False) -> list[FactView]:
    """Triples, each with the claims that state it; what is told of all these is read at once."""
    rested = [(quad, _support(namer.snapshot, quad)) for quad in quads]
    every = dict.fromkeys(claim for _, support in rested if support for claim in support.claims)
    told = namer.snapshot.told(every)
    return [
        _view(namer, quad, support, {c: told[c] for c in support.claims if c in told}, inverse=inverse)
        if support
        else _unknown(namer, quad, inverse=inverse)
        for quad, support in rested
    ]


def fact_view(namer: Namer, quad: Quad, *, without: str = "", denied: bool = False) -> FactView:
    """A triple, with the claims that state it but one; where it is denied, with those that deny it."""
    support = _support(namer.snapshot, quad)
    if support is None:
        return _unknown(namer, quad, inverse=False)
    told = namer.snapshot.told(support.claims)
    return _view(namer, quad, support, told, without=without, denied=denied)


def _support(snapshot: Snapshot, quad: Quad) -> Support | None:
    try:
        return support_of(snapshot, quad)
    except TooManyProofs:
        return None


def _view(
    namer: Namer,
    quad: Quad,
    support: Support,
    told: dict[str, Stored],
    *,
    inverse: bool = False,
    without: str = "",
    denied: bool = False,
) -> FactView:
    snapshot = namer.snapshot
    sure = strength(snapshot, support, told)
    claims = tuple(claim for claim in support.claims if claim != without)
    against = tuple(claim for claim in sure.contested if claim != without)
    if denied:
        sides = snapshot.sides(quad.subject, quad.predicate, quad.object)
        claims, against = tuple(c for c, p in sides if p == LS.Negative and c != without), claims
        told |= snapshot.told(claims)
    side = side_of((str(quad.subject), str(quad.predicate), ntriples(quad.object)))
    days = sorted(one.day for iri in claims if (one := told.get(iri)) and one.day)
    said = _said(snapshot, claims, told)
    return FactView(
        value=namer.term(quad.subject if inverse else quad.object),
        outward=not isinstance(quad.object, Literal) and not inverse,
        explained=_explained(snapshot, quad),
        strength=sure,
        first=days[0] if days else "",
        last=days[-1] if days else "",
        first_said=min(said, default=""),
        last_said=max(said, default=""),
        voices=_voices(namer, claims, told),
        more=max(0, len(claims) - MOST_VOICES),
        all=_list(opposite(side) if denied else side) if side and len(claims) > 1 else None,
        against=_voices(namer, against, told),
        against_more=max(0, len(against) - MOST_VOICES),
        against_all=(
            _list(side if denied else opposite(side)) if side and len(against) > MOST_VOICES else None
        ),
    )


def _unknown(namer: Namer, quad: Quad, *, inverse: bool) -> FactView:
    value = namer.term(quad.subject if inverse else quad.object)
    explained = _explained(namer.snapshot, quad)
    return FactView(value, False, explained, None, "", "", "", "", (), 0, None, (), 0, None)


def _explained(snapshot: Snapshot, quad: Quad) -> str | None:
    """Where the proofs of a fact are told, if it follows from others."""
    if not snapshot.is_inferred(quad.subject, quad.predicate, quad.object):
        return None
    written = {"s": quad.subject, "p": quad.predicate, "o": quad.object}
    terms = {name: term.value if isinstance(term, NamedNode) else str(term) for name, term in written.items()}
    return f"/explain?{urlencode(terms)}"


def _list(side: str) -> str:
    return Asked(chosen={"fact": (side,)}).address("/claims")


def _said(snapshot: Snapshot, claims: tuple[str, ...], told: Mapping[str, Stored]) -> list[str]:
    """The days on which claims were said: none where they are too many to look at."""
    if len(claims) > MOST_HEARD:
        return []
    days = (_day_of(snapshot, one) for iri in claims if (one := told.get(iri)))
    return [day for day in days if day]


def _day_of(snapshot: Snapshot, told: Stored) -> str:
    """The day on which a claim was said, else that on which it was published."""
    return snapshot.said(told.iri, LS.said) or told.line.published or ""


def _voices(namer: Namer, claims: Iterable[str], told: Mapping[str, Stored]) -> tuple[VoiceLine, ...]:
    """The surest claims, those of other origins first."""
    snapshot, heard_of = namer.snapshot, list(claims)[:MOST_HEARD]
    known = dict(told) if told.keys() >= set(heard_of) else {**told, **snapshot.told(heard_of)}
    ratings = Ratings(snapshot, known)
    rated = [(iri, rating) for iri in heard_of if (rating := ratings.rating(iri))]
    rated.sort(key=lambda pair: (-pair[1][1] * pair[1][2], pair[0]))
    heard: Counter[str] = Counter()
    ranked = []
    for iri, (origin, _, _) in rated:
        ranked.append((heard[origin], iri))
        heard[origin] += 1
    ranked.sort(key=lambda pair: pair[0])
    lines = (_voice(namer, iri, known.get(iri)) for _, iri in ranked[:MOST_VOICES])
    return tuple(line for line in lines if line is not None)


def _voice(namer: Namer, iri: str, told: Stored | None) -> VoiceLine | None:
    """An active claim in a line, by what the index tells of it; else from the record."""
    if told is None:
        info = namer.snapshot.claim_info(iri)
        return voice_line(namer, info) if info else None
    return voice_of(namer, told)


def voice_of(namer: Namer, told: Stored) -> VoiceLine:
    """An active claim in a line, by what the index tells of it."""
    line, snapshot, iri = told.line, namer.snapshot, told.iri
    label = line.label or snapshot.said(iri, RDFS + "label") or iri
    return VoiceLine(
        claim=namer.link("claim", iri, shortened(label, LONGEST_QUOTE)),
        source=shortened(line.source, LONGEST_NAME),
        quote=shortened(line.quote, LONGEST_QUOTE) if line.quote else None,
        day=_day_of(snapshot, told),
        probability=told.confidence,
    )


def voice_line(namer: Namer, info: ClaimInfo) -> VoiceLine:
    """An active claim in a line."""
    return VoiceLine(
        claim=namer.link("claim", info.iri, shortened(info.label, LONGEST_QUOTE)),
        source=shortened(info.source, LONGEST_NAME),
        quote=shortened(info.quote, LONGEST_QUOTE) if info.quote else None,
        day=said_on(namer.snapshot, info.iri),
        probability=info.probability,
    )


def said_on(snapshot: Snapshot, claim: str) -> str:
    """When an active claim was said, else when its document was published; empty if neither is known."""
    said = snapshot.said(claim, LS.said)
    if said:
        return said
    document = snapshot.said(claim, LS.document)
    return (document and snapshot.said(document, DCT + "issued")) or ""
