"""The page of conflicts where there are too many claims to compare them all for a page.

It then tells what the text index knows at once: which facts some claims affirm and others deny, most
denied first, and which claims others correct or rebut. Only the times of what is shown are compared, so it
is not known how many of all are contradictions. Facts with as many claims for and against stand side by
side, so that those by the same claims are told as one.
"""

from collections.abc import Iterable
from dataclasses import replace

from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import NamedNode, node, ntriples
from kg.dataset.text.entry import opposite, side_of
from kg.dataset.text.search import Ask, Sort, TextIndex
from kg.query.conflicts import Kind, may_coincide
from ontology.vocab import LS
from server.naming import LONGEST_NAME, Namer, shortened, term_words
from server.views.asking import mentions_of
from server.views.conflicts import MEANING, ConflictsPage, ConflictView, KindChoice, SideView, label_of
from server.views.fact import voice_of
from server.views.finding import pointing, text_index

AT_ONCE = 400
"""Claims that are compared for a page unless more is asked for: some 0.1 s."""

TOLD = frozenset({Kind.CONTRADICTION, Kind.CORRECTION})
"""Kinds that are told here."""

PER_PAGE = 10
MOST_VOICES = 4
MOST_TIMED = 100
"""Claims for a fact, and as many against it, whose times are compared: the surest."""
MOST_COUNTED = 2_000
"""Facts, and corrections, that are gone through."""

_ACTIVE = {"state": ("active",)}


def is_large(snapshot: Snapshot, about: str | None) -> bool:
    """Whether more claims would have to be compared than a page may take."""
    active = snapshot.manifest.counts.get("active", 0)
    if about is None or active <= AT_ONCE:
        return active > AT_ONCE
    index = text_index(snapshot)
    claim = index.claim(about)
    if claim is None:
        return index.count(Ask(chosen=_ACTIVE | {"mention": mentions_of(snapshot, about)})) > AT_ONCE
    parts = (snapshot.said(name, LS.mention) for name in snapshot.node(about).all(LS.participation))
    players = {m for part in parts if part for m in mentions_of(snapshot, snapshot.clusters.canonical(part))}
    near = {"document": (claim.document,), "mention": tuple(sorted(players))}
    counts = [index.count(Ask(chosen={**_ACTIVE, name: ours})) for name, ours in near.items() if ours]
    return sum(counts) > AT_ONCE


def contested_page(
    snapshot: Snapshot, about: str | None, kinds: tuple[str, ...], page: int, everything: str
) -> ConflictsPage:
    """One page of what is denied, corrected or rebutted; ``everything`` is where all kinds are compared."""
    namer, index = Namer(snapshot), text_index(snapshot)
    wanted = frozenset(kinds) or TOLD
    denied = _denied(snapshot, index, about)
    corrected = _corrected(snapshot, index, about)
    found = [(Kind.CONTRADICTION, one) for one in denied] + [(Kind.CORRECTION, one) for one in corrected]
    listed = [(kind, one) for kind, one in found if kind in wanted]
    telling = {Kind.CONTRADICTION: _fact, Kind.CORRECTION: _correction}
    start = (page - 1) * PER_PAGE
    return ConflictsPage(
        about=namer.link("claim" if snapshot.is_known(about) else "entity", about) if about else None,
        kinds=tuple(
            KindChoice(
                kind.value,
                label_of(kind),
                meaning,
                len(corrected) if kind is Kind.CORRECTION else None,
                kind.value in kinds,
            )
            for kind, meaning in MEANING.items()
        ),
        total=len(listed),
        page=page,
        more=len(listed) > start + PER_PAGE,
        conflicts=_folded(
            told
            for kind, one in listed[start : start + PER_PAGE]
            if (told := telling[kind](namer, index, one)).kind in wanted or not kinds
        ),
        complete=False,
        everything=everything,
    )


def _folded(conflicts: Iterable[ConflictView]) -> tuple[ConflictView, ...]:
    """What the same claims affirm and deny of several facts, told once."""
    alike: dict[tuple[SideView, ...], ConflictView] = {}
    for one in conflicts:
        known = alike.get(one.sides)
        alike[one.sides] = replace(known, what=f"{known.what}; {one.what}") if known else one
    return tuple(alike.values())


def _denied(snapshot: Snapshot, index: TextIndex, about: str | None) -> list[str]:
    """The facts that active claims affirm and others deny, as the index names them, most denied first."""
    if about is not None and snapshot.is_active(about):
        mine = [side[:-1] + "+" for side in (index.document(about) or {}).get("says", [])]
        return [side for side in dict.fromkeys(mine) if _said(index, side) and _said(index, opposite(side))]
    concerned = {"mention": mentions_of(snapshot, about)} if about else {}
    ask = Ask(chosen=_ACTIVE | concerned | {"contested": ("yes",), "polarity": ("negative",)})
    denied = [count.value for count in index.facets(ask, ("says",), MOST_COUNTED)["says"]]
    tallies = index.counts("says", [*denied, *map(opposite, denied)], Ask(chosen=_ACTIVE))
    both = [(tallies[side], tallies[opposite(side)], side) for side in denied if opposite(side) in tallies]
    both.sort(key=lambda one: (-one[0].claims, -one[1].claims, *(round(t.confidence, 6) for t in one[:2])))
    return [opposite(side) for *_, side in both]


def _said(index: TextIndex, side: str) -> int:
    return index.count(Ask(chosen=_ACTIVE | {"says": (side,)}))


def _corrected(snapshot: Snapshot, index: TextIndex, about: str | None) -> list[str]:
    """Active claims that others correct or rebut, in the order of their names."""
    if about is None:
        pointed = index.facets(Ask(chosen=_ACTIVE), ("against",), MOST_COUNTED)["against"]
        return sorted(count.value for count in pointed if snapshot.is_active(count.value))
    if snapshot.is_known(about):
        near = [about, *(v for p in (LS.corrects, LS.rebuts) for v in snapshot.active_node(about).all(p))]
        return sorted({claim for claim in near if snapshot.is_active(claim) and _against(snapshot, claim)})
    chosen = _ACTIVE | {"mention": mentions_of(snapshot, about), "contested": ("yes",)}
    contested = index.claims(Ask(chosen=chosen, sort=Sort.NEWEST, limit=MOST_COUNTED)).claims
    return sorted(index.counts("against", contested, Ask(chosen=_ACTIVE)))


def _against(snapshot: Snapshot, claim: str) -> list[str]:
    return [name for p in (LS.corrects, LS.rebuts) for name in pointing(snapshot, p, claim)]


def _fact(namer: Namer, index: TextIndex, side: str) -> ConflictView:
    affirming, denying = _side(namer, index, side, "affirmed"), _side(namer, index, opposite(side), "denied")
    kind, why = _typed(namer.snapshot, index, side)
    return ConflictView(
        kind=kind.value,
        label=label_of(kind),
        what=_words(namer, index, side),
        why=why,
        sides=(affirming, denying),
    )


def _typed(snapshot: Snapshot, index: TextIndex, side: str) -> tuple[Kind, str]:
    """Whether a fact is affirmed and denied of what may be one time, and that in words."""
    asked = [
        Ask(chosen=_ACTIVE | {"says": (s,)}, sort=Sort.SUREST, limit=MOST_TIMED)
        for s in (side, opposite(side))
    ]
    affirming, denying = (index.claims(ask).claims for ask in asked)
    if may_coincide(snapshot, affirming, denying):
        return Kind.CONTRADICTION, "some claims affirm it, others deny it, of times that may be the same"
    rest = any(index.count(ask) > MOST_TIMED for ask in asked)
    which = f"by the {MOST_TIMED} surest claims of each side, the only ones compared, " if rest else ""
    return (
        Kind.DIFFERENT_TIME,
        f"{which}it is affirmed and denied of days that do not overlap: both can be so",
    )


def _side(namer: Namer, index: TextIndex, side: str, says: str) -> SideView:
    ask = Ask(chosen=_ACTIVE | {"says": (side,)}, sort=Sort.SUREST, limit=MOST_VOICES)
    origins = index.facets(ask, ("origin",), MOST_COUNTED)["origin"]
    return SideView(
        says=says,
        origins=len(origins),
        claims=tuple(voice_of(namer, one) for one in index.stored(ask)),
        inactive=(),
        more=max(0, index.count(ask) - MOST_VOICES),
    )


def _words(namer: Namer, index: TextIndex, side: str) -> str:
    """The fact in words, as the first claim that affirms it says it."""
    ask = Ask(chosen=_ACTIVE | {"says": (side,)}, sort=Sort.SUREST, limit=1)
    for one in index.stored(ask):
        for quad in namer.snapshot.main.quads_for_pattern(None, None, None, node(one.iri)):
            if side_of((str(quad.subject), str(quad.predicate), ntriples(quad.object))) == side:
                ends = [_called(namer, term) for term in (quad.subject, quad.object)]
                return f"{ends[0]} {term_words(quad.predicate.value)} {ends[1]}"
        return one.line.label or one.iri
    return side


def _called(namer: Namer, term: object) -> str:
    if isinstance(term, NamedNode):
        return shortened(namer.label(term.value), LONGEST_NAME)
    return namer.term(term).text


def _correction(namer: Namer, index: TextIndex, claim: str) -> ConflictView:
    against = _against(namer.snapshot, claim)
    one = index.told((claim,))[claim]
    return ConflictView(
        kind=Kind.CORRECTION.value,
        label=label_of(Kind.CORRECTION),
        what=one.line.label or namer.label(claim),
        why="a claim names it as wrong",
        sides=(
            SideView("what was said", 1, (voice_of(namer, one),), (), 0),
            _named(namer, index, against),
        ),
    )


def _named(namer: Namer, index: TextIndex, claims: list[str]) -> SideView:
    told = index.told(claims[:MOST_VOICES])
    return SideView(
        says="what corrects or rebuts it",
        origins=len({one.origin for one in told.values()}),
        claims=tuple(voice_of(namer, one) for one in told.values()),
        inactive=(),
        more=max(0, len(claims) - MOST_VOICES),
    )
