"""What an answer rests on, to be left out at will: claims, their documents, the sources in their chains."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kg.claims.source import SOURCE_CLASS, SourceKind
from kg.dataset.restricted import Candidate
from kg.query.trust.policy import TrustPolicy
from ontology.vocab import LS, RDF
from server.naming import Namer, shortened
from server.views.lines import told_in_words
from server.views.why import LONGEST_VOICE

MOST = 25
"""Of each kind, those that bear on most rows."""

MOST_CLAIMS = 150
"""Claims whose documents and sources are looked up."""

_LONGEST = 110

KINDS = ("source", "document", "claim", "judgment")

Bearing = dict[str, set[int]]
"""Things, each with the rows that it bears on."""


@dataclass(frozen=True)
class Choice:
    """Something that may be left out; ``rows`` is on how many rows it bears, where that is known."""

    iri: str
    text: str
    note: str
    rows: int | None
    left_out: bool


@dataclass(frozen=True)
class Choices:
    """Everything that may be left out, by its kind; ``more`` says that some are not listed."""

    sources: tuple[Choice, ...]
    documents: tuple[Choice, ...]
    claims: tuple[Choice, ...]
    judgments: tuple[Choice, ...]
    more: bool


def choices(
    namer: Namer, resting: Mapping[str, frozenset[int]], labels: Mapping[str, str], policy: TrustPolicy
) -> Choices:
    """What there is to be left out of an answer that rests on some claims, each with rows it bears on."""
    ranked = sorted(resting, key=lambda iri: (-len(resting[iri]), iri))[:MOST_CLAIMS]
    found: dict[str, Bearing] = {kind: defaultdict(set) for kind in KINDS}
    view = namer.snapshot
    view.expect_claims(ranked)
    for iri in ranked:
        if view.expected(iri) is None and not view.is_known(iri):
            found["judgment"][iri] |= resting[iri]
            continue
        found["claim"][iri] |= resting[iri]
        claim = Candidate(view, iri)
        found["document"][claim.document] |= resting[iri]
        for source in claim.sources:
            found["source"][source] |= resting[iri]
    known = {iri for bearing in found.values() for iri in bearing}
    for iri in sorted(policy.without - known):
        found[_kind(namer, iri)][iri] = set()
    told = namer.told(_foremost(found["claim"], policy))
    titles = _titles(namer, ranked)
    untold = [
        iri for kind in ("claim", "judgment") for iri in _foremost(found[kind], policy) if iri not in labels
    ]
    infos = (view.claim_info(iri) for iri in untold)
    labels = {**labels, **{info.iri: info.label for info in infos if info is not None}}
    labels = {**labels, **{iri: said for iri, one in told.items() if (said := told_in_words(namer, one))}}
    labels = {**labels, **titles}
    listed = {kind: _listed(namer, kind, found[kind], labels, policy) for kind in KINDS}
    return Choices(
        sources=listed["source"],
        documents=listed["document"],
        claims=listed["claim"],
        judgments=listed["judgment"],
        more=len(resting) > len(ranked) or any(len(bearing) > MOST for bearing in found.values()),
    )


def _titles(namer: Namer, claims: Iterable[str]) -> dict[str, str]:
    """What the documents of claims are called, where that was read with the claims."""
    if not namer.is_of_now:
        return {}
    told = filter(None, map(namer.snapshot.expected, claims))
    first = {one.document: one for one in told}
    return {document: one.line.title for document, one in first.items() if one.line.title}


def _listed(
    namer: Namer, kind: str, bearing: Bearing, labels: Mapping[str, str], policy: TrustPolicy
) -> tuple[Choice, ...]:
    found = [
        _choice(namer, kind, iri, labels.get(iri), len(bearing[iri]), iri in policy.without)
        for iri in _foremost(bearing, policy)
    ]
    return tuple(sorted(found, key=lambda choice: (-(choice.rows or 0), choice.text.casefold(), choice.iri)))


def _foremost(bearing: Bearing, policy: TrustPolicy) -> list[str]:
    """Those that are listed: what is left out already, then what bears on most rows."""
    return sorted(bearing, key=lambda iri: (iri not in policy.without, -len(bearing[iri]), iri))[:MOST]


def _choice(namer: Namer, kind: str, iri: str, label: str | None, rows: int, left_out: bool) -> Choice:
    text = label or (namer.document(iri).text if kind == "document" else namer.label(iri))
    note = _source_note(namer, iri) if kind == "source" else _voice(namer, iri) if kind == "claim" else ""
    return Choice(iri, shortened(text, _LONGEST), note, rows or None, left_out)


def _voice(namer: Namer, claim: str) -> str:
    """Who says a claim, to tell it from others of the same words."""
    view = namer.snapshot
    told = view.expected(claim)
    if told is not None and told.line.source:
        return shortened(told.line.source.partition(" → ")[0], LONGEST_VOICE)
    voice = next(view.voices(claim), None) if view.is_active(claim) else None
    return shortened(view.source_label(voice), LONGEST_VOICE) if voice else ""


def _source_note(namer: Namer, iri: str) -> str:
    types = namer.snapshot.node(iri).all(RDF + "type")
    kind = next((kind for kind, term in SOURCE_CLASS.items() if term in types), None)
    if kind is SourceKind.ANONYMOUS:
        return "anonymous"
    return "" if kind is None else kind.value.replace("_", " ")


def _kind(namer: Namer, iri: str) -> str:
    """The list in which something that was left out stands."""
    types = namer.snapshot.node(iri).all(RDF + "type")
    if LS.Document in types:
        return "document"
    sources: Iterable[str] = (*SOURCE_CLASS.values(), LS.Origin, LS.Source)
    if any(term in types for term in sources):
        return "source"
    return "judgment" if LS.Judgment in types else "claim"
