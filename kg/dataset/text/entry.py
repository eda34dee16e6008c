"""What the text index holds of a claim and of what it names, before it is written."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import lru_cache, partial
from itertools import islice

from kg.claims.claim import Claim, Modality, Polarity, RoleName
from kg.claims.confidence import Reliability, claim_probability, hand_ons
from kg.claims.names import Names
from kg.claims.times import TimeSpan
from kg.claims.types import TYPE_INFO
from kg.dataset.annotated.view import View
from kg.dataset.record.decode import Node, decode
from kg.dataset.record.encode import origin_iri, voice_iri
from kg.dataset.record.labels import label_of
from kg.dataset.record.records import State
from kg.dataset.terms import Literal, NamedNode, Quad, node, ntriples
from kg.identity.clusters import NONE, Clusters, Texts
from kg.identity.mentions import mention_iri
from ontology.vocab import DCT, LS, RDFS, SCHEMA, SKOS

LONGEST_TEXT = 20_000
"""Characters of one claim that are searched."""

LONGEST_IRI = 4096
"""Bytes of the longest IRI that can be found."""

LONGEST_NAME = 240
LONGEST_QUOTE = 2000
"""Characters of a quote that the line of a claim keeps."""

MOST_TRIPLES = 500
"""Triples of one assertion whose words are searched."""

LABELS = tuple(
    f"<{term}>"
    for term in (RDFS + "label", SKOS + "prefLabel", SKOS + "altLabel", SCHEMA + "name", DCT + "title")
)
"""Properties, in N-Triples, whose values are names of their subject."""

_DIRECT = frozenset(f"<{form.predicate}>" for info in TYPE_INFO.values() for form in info.direct)
_FACT_MODALITIES = (Modality.ASSERTED, Modality.REPORTED)
_OPPOSITE = {"+": "-", "-": "+"}
_ESCAPE = re.compile(r"\\(?:([tbnrf\"'\\])|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_ESCAPED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


@dataclass(frozen=True, slots=True)
class Name:
    """What something is called, and in which role (or by a label, where ``role`` is empty)."""

    of: str
    text: str
    role: str = ""

    @property
    def key(self) -> str:
        """The same for the same name."""
        return hashlib.blake2b(f"{self.of}\n{self.role}\n{self.text}".encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """A claim in words and facets.

    ``sides`` are the triples that it is about in its direct form, each with the sign of its
    polarity; ``says`` the same if it asserts or reports them; ``against`` the claims that it
    rebuts or corrects. The three are empty where it is not active. ``date`` is that of the
    event, else of saying it, else of its document. ``line`` is a ``Line`` in JSON.
    """

    iri: str
    body: tuple[str, ...]
    type: str
    state: State
    status: str
    modality: str
    polarity: str
    origin: str
    document: str
    sources: tuple[str, ...]
    players: tuple[str, ...]
    places: tuple[str, ...]
    date: str
    recorded: int
    confidence: float
    sides: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    names: tuple[Name, ...] = ()
    line: str = ""


@dataclass(frozen=True)
class Line:
    """What a list tells of a claim, in words cut to a length: kept in the index, as reading it takes long.

    ``roles`` maps roles to wordings, ``source`` is the attribution chain.
    """

    label: str
    roles: dict[str, str]
    quote: str
    source: str
    title: str
    published: str

    @classmethod
    def of(cls, claim: Claim) -> "Line":
        """Read it off a claim."""
        document = claim.document
        return cls(
            label=label_of(claim)[:LONGEST_NAME] if claim.roles else "",
            roles={role.value: mention.text[:LONGEST_NAME] for role, mention in claim.roles.items()},
            quote=claim.quote.exact[:LONGEST_QUOTE] if claim.quote else "",
            source=" → ".join(voice.label[:LONGEST_NAME] for voice in claim.attribution),
            title=(document.title or document.url or "")[:LONGEST_NAME],
            published=document.published.isoformat() if document.published else "",
        )

    def to_json(self) -> str:
        """As the index keeps it."""
        return json.dumps(vars(self), ensure_ascii=False, separators=(",", ":"))


def opposite(side: str) -> str:
    """The same triple, affirmed if it was denied and the other way round."""
    return side[:-1] + _OPPOSITE[side[-1]]


def microseconds(moment: datetime) -> int:
    """A point in time as a number."""
    return round(moment.astimezone(UTC).timestamp() * 1_000_000)


@dataclass(frozen=True, slots=True)
class When:
    """The time of an event: its words, and a day of it as ``2025-05-14``; empty where nothing is known."""

    text: str = ""
    day: str = ""

    @classmethod
    def of(cls, span: TimeSpan | None) -> "When":
        """Read it off a claim's."""
        if span is None:
            return cls()
        day = None if span.of_saying else span.earliest or span.latest
        return cls(span.text or "", day.isoformat() if day else "")

    @classmethod
    def recorded(cls, span: Node) -> "When":
        """Read it off the record."""
        said = span.get(LS.isTimeOfSaying) == "true"
        day = None if said else span.get(LS.earliest) or span.get(LS.latest)
        return cls(span.get(LS.wording) or "", day or "")


def entry_of(view: View, iri: str) -> Entry:
    """The entry of a claim that is in the store. Raises ``NotFound``.

    Times are taken as they are recorded: reading them as EDTF again takes the longest of all,
    and leaves references to whoever asked.
    """
    found = view.node(iri)
    values = {k: v for k, v in found.values.items() if k not in (LS.occurred, LS.validity)}
    timeless = Node(iri, values)
    claim = decode(
        iri,
        lambda name: timeless if name == iri else view.node(name),
        view.names,
        lambda: view.assertion(iri),
    )
    store = view.main if view.is_active(iri) else view.archive
    quads = list(store.quads_for_pattern(None, None, None, node(iri)))
    triples = sorted(((str(q.subject), str(q.predicate), ntriples(q.object)) for q in quads), key=" ".join)
    occurred = found.get(LS.occurred)
    when = When.recorded(view.node(occurred)) if occurred else When()
    recorded = datetime.fromisoformat(found.need(LS.recorded))
    rated = view.origin_reliability(found.need(LS.origin))
    state = view.due_state(iri)
    return entry(claim, iri, triples, state, recorded, view.names, rated, when, view.clusters)


def entry(
    claim: Claim,
    iri: str,
    triples: Iterable[Texts],
    state: State,
    recorded: datetime,
    names: Names,
    reliability: Reliability,
    when: When | None = None,
    clusters: Clusters = NONE,
) -> Entry:
    """The entry of a claim with its assertion graph, its state, and the rating of its origin.

    Things go by the names that ``clusters`` give them, as they do in the assertion graph.
    """
    active = state == "active"
    when = When.of(claim.when) if when is None else when
    origin = origin_iri(claim, names)
    told = list(islice(triples, MOST_TRIPLES))
    sides = _sides(told, "+" if claim.polarity is Polarity.POSITIVE else "-") if active else ()
    mentions = {
        role: clusters.canonical(mention_iri(role, m, claim.document, names))
        for role, m in claim.roles.items()
    }
    return Entry(
        iri=iri,
        body=_body(claim, when, told),
        type=claim.type.value,
        state=state,
        status=claim.status.value,
        modality=claim.modality.value,
        polarity=claim.polarity.value,
        origin=origin,
        document=names.document(claim.document.key),
        sources=tuple(dict.fromkeys(voice_iri(v, claim.document, names) for v in claim.attribution)),
        players=tuple(f"{role} {mention}" for role, mention in mentions.items()),
        places=tuple(mention for role, mention in mentions.items() if role is RoleName.PLACE),
        date=_date(claim, when),
        recorded=microseconds(recorded),
        confidence=claim_probability(reliability, claim.assessment.credibility, hand_ons(claim.attribution)),
        sides=sides,
        says=sides if claim.modality in _FACT_MODALITIES else (),
        against=tuple(sorted({*claim.rebuts, *claim.corrects})) if active else (),
        line=Line.of(claim).to_json(),
        names=(
            *(Name(mentions[r], m.text, r.value) for r, m in claim.roles.items()),
            *(_labels(told) if claim.triples else ()),
        ),
    )


def affirming(like: Entry) -> Callable[[str, Iterable[Texts]], Entry]:
    """Makes entries of active claims, each with its IRI and the triples that it affirms.

    They are otherwise like one without any.
    """
    varied = ("iri", "body", "sides", "says", "names")
    made = partial(Entry, **{f.name: getattr(like, f.name) for f in fields(like) if f.name not in varied})

    def make(iri: str, triples: Iterable[Texts]) -> Entry:
        told = list(islice(triples, MOST_TRIPLES))
        direct = labelled = False
        for _, p, _ in told:
            direct = direct or p in _DIRECT
            labelled = labelled or p in LABELS
        sides = _sides(told, "+") if direct else ()
        body = _fitted((*like.body, *_all_said(told)))
        return made(
            iri=iri, body=body, sides=sides, says=sides, names=tuple(_labels(told)) if labelled else ()
        )

    return make


def side_of(triple: Texts) -> str | None:
    """By what claims are found that affirm a triple in their direct form; ``None`` for other triples."""
    return f"{_key(triple)}+" if triple[1] in _DIRECT else None


def _sides(triples: Iterable[Texts], sign: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{_key(t)}{sign}" for t in triples if t[1] in _DIRECT))


def _key(triple: Texts) -> str:
    return hashlib.blake2b(" ".join(triple).encode(), digest_size=12).hexdigest()


def _date(claim: Claim, when: When) -> str:
    """As ``2025-05-14``; empty if nothing is known."""
    day = claim.said or claim.document.published
    return when.day or (day.isoformat() if day else "")


def _body(claim: Claim, when: When, triples: list[Texts]) -> tuple[str, ...]:
    parts = [label_of(claim)] if claim.roles else []
    parts += [claim.quote.exact] if claim.quote else []
    parts += [mention.text for mention in claim.roles.values()]
    for voice in claim.attribution:
        parts += filter(None, (voice.label, voice.text, voice.speaks_for))
    parts += filter(None, (claim.document.title, claim.document.publisher))
    parts += filter(None, (when.text,))
    return _fitted([*parts, *_all_said(triples)] if claim.triples else parts)


def _all_said(triples: Iterable[Texts]) -> dict[str, None]:
    """The words of triples: their literals, and the ends of their IRIs."""
    terms: dict[str, None] = {}
    for s, _, o in triples:
        terms[s] = terms[o] = None
    return dict.fromkeys([word for term in terms if (word := _said(term)) is not None])


def _said(term: str) -> str | None:
    return lexical(term) if term[0] == '"' else local_name(term) or None


def _fitted(parts: Iterable[str]) -> tuple[str, ...]:
    """Each part once, and no more than is searched."""
    kept = tuple(dict.fromkeys(parts))
    if sum(map(len, kept)) < LONGEST_TEXT:
        return kept
    cut, room = [], LONGEST_TEXT
    for part in kept:
        cut.append(part[:room])
        room -= len(part)
        if room <= 0:
            break
    return tuple(cut)


@lru_cache(maxsize=4096)
def local_name(iri: str) -> str:
    """What stands after the last ``/``, ``#`` or ``:`` of an IRI in N-Triples, empty parts left out."""
    name = iri[1:-1].rstrip("/#")
    return name[max(name.rfind("/"), name.rfind("#"), name.rfind(":")) + 1 :]


def lexical(literal: str) -> str:
    """The text of a literal in N-Triples."""
    text = literal[1 : literal.rindex('"')]
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _unescaped(match: re.Match[str]) -> str:
    letter, *codes = match.groups()
    if letter is not None:
        return _ESCAPED.get(letter, letter)
    return chr(int(next(filter(None, codes)), 16))


def _labels(triples: Iterable[Texts]) -> Iterator[Name]:
    for s, p, o in triples:
        if p in LABELS and o[0] == '"' and s[0] == "<":
            yield label_name(s[1:-1], lexical(o))


def base_names(quads: Iterable[Quad]) -> Iterator[Name]:
    """The names that quads of base data give."""
    for quad in quads:
        subject, text = quad.subject, quad.object
        if isinstance(subject, NamedNode) and isinstance(text, Literal) and str(quad.predicate) in LABELS:
            yield label_name(subject.value, text.value)


def label_name(subject: str, text: str) -> Name:
    """The name that a label gives."""
    return Name(subject, text[:LONGEST_TEXT])
