"""Why a row is there: its minimal witnesses, each claim with its words, and the circuit as a drawing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kg.provenance.circuit import Circuit
from kg.provenance.witnesses import rests_on, witnesses_of
from kg.query.formats.results import info_json
from server.naming import PAGES, Link, Namer, page_address, quote_place, shortened
from server.views.drawing import Drawing, draw
from server.views.lines import told_in_words

LONGEST_LABEL = 160
LONGEST_QUOTE = 320
LONGEST_VOICE = 40
DRAWN_NODES = 24
"""Nodes of a circuit that is drawn among others; the row that is asked for may have more."""

MOST_WAYS = 12
"""Witnesses of a row that are told, the surest first."""

Believed = Callable[[str], bool]


@dataclass(frozen=True)
class Evidence:
    """A claim, or a judgment, that a row rests on.

    ``source`` is its chain, ``voice`` who is nearest the event, ``place`` the quote itself.
    """

    number: int
    iri: str
    claim: Link
    quote: str | None
    source: str
    voice: str
    document: Link | None
    place: str | None
    probability: float
    believed: bool


@dataclass(frozen=True)
class Why:
    """What a row rests on. Each of the ``ways`` suffices: numbers of the evidence that it needs.

    A way without numbers needs no claim. ``ways`` is empty where they are too many to tell.
    """

    ways: tuple[tuple[int, ...], ...]
    more_ways: int
    evidence: tuple[Evidence, ...]
    more: int
    drawing: Drawing | None


class Explaining:
    """Tells why the rows of one answer are there."""

    def __init__(
        self, namer: Namer, provenance: Mapping[str, Any], believed: Believed = lambda _: True
    ) -> None:
        self.namer = namer
        self.believed = believed
        self.circuit, self.numbers = Circuit.from_json(provenance.get("circuit", []))
        self._claims: dict[str, Mapping[str, Any]] = dict(provenance.get("claims", {}))
        self._resting: dict[int, frozenset[str]] = {}
        self._worded: dict[str, str] = {}

    def _told(self, iri: str) -> Mapping[str, Any]:
        """What an answer tells of a claim; of those that this one leaves out, what the version tells."""
        found = self._claims.get(iri)
        if found is None:
            info = self.namer.snapshot.claim_info(iri) if self.namer.is_of_now else None
            found = self._claims[iri] = {} if info is None else info_json(info)
        return found

    def word(self, claims: Iterable[str]) -> None:
        """Read at once what claims say in words, as they will be told."""
        wanted = [iri for iri in claims if iri not in self._worded]
        told = self.namer.told(wanted)
        self._worded |= {iri: told_in_words(self.namer, told[iri]) if iri in told else "" for iri in wanted}

    def resting_on(self, place: int) -> frozenset[str]:
        """The claims that a node of the answer rests on."""
        root = self.numbers[place]
        if root not in self._resting:
            self._resting[root] = rests_on(self.circuit, root)
        return self._resting[root]

    def supporting(self, place: int) -> list[str]:
        """The same, the likeliest first."""
        found = self.resting_on(place)
        if self.namer.is_of_now:
            self.namer.snapshot.expect_claims(found.difference(self._claims))
        return sorted(found, key=lambda iri: (-self._probability(iri), iri))

    def why(self, place: int, most: int) -> Why:
        """Why a node of the answer holds, with up to ``most`` claims in full."""
        root = self.numbers[place]
        claims = self.supporting(place)
        drawn = self.circuit.names([root])
        self.word([*claims[:most], *(drawn if len(drawn) <= max(DRAWN_NODES, most) else ())])
        number = {iri: n for n, iri in enumerate(claims, start=1)}
        found = witnesses_of(self.circuit, root) or frozenset()
        ways = sorted((tuple(sorted(number[iri] for iri in way)) for way in found), key=lambda w: (len(w), w))
        return Why(
            ways=tuple(ways[:MOST_WAYS]),
            more_ways=max(0, len(ways) - MOST_WAYS),
            evidence=tuple(self.evidence(number[iri], iri) for iri in claims[:most]),
            more=max(0, len(claims) - most),
            drawing=draw(
                self.circuit,
                root,
                lambda iri: (number.get(iri), self._drawn(iri)),
                self.believed,
                max(DRAWN_NODES, most),
            ),
        )

    def evidence(self, number: int, iri: str) -> Evidence:
        """A claim in full."""
        known = self._told(iri)
        quote, document = known.get("quote"), known.get("document")
        link = self.namer.document(document) if document else None
        place = f"{link.href}#{quote_place(iri, self.namer.names)}" if link and link.href and quote else None
        return Evidence(
            number=number,
            iri=iri,
            claim=self.link(iri),
            quote=shortened(quote, LONGEST_QUOTE) if quote else None,
            source=known.get("source") or "",
            voice=self.voice(iri),
            document=link,
            place=place,
            probability=self._probability(iri),
            believed=self.believed(iri),
        )

    def voice(self, iri: str) -> str:
        """Who says a claim: the first of its chain, in short."""
        return shortened((self._told(iri).get("source") or "").partition(" → ")[0], LONGEST_VOICE)

    def _drawn(self, iri: str) -> str:
        """A claim in a box of the drawing: who says it, and what."""
        return ": ".join(filter(None, (self.voice(iri), self.label(iri))))

    def label(self, iri: str) -> str:
        """A claim in a line."""
        return self._worded.get(iri) or self._told(iri).get("label") or self.namer.label(iri)

    def link(self, iri: str) -> Link:
        """A claim in a line, linked to its page. What is no claim has no page of that kind."""
        kind = "judgment" if iri.startswith(f"{self.namer.names.base}judgment/") else "claim"
        href = page_address(kind, iri, self.namer.names) if kind in PAGES else None
        return Link(shortened(self.label(iri), LONGEST_LABEL), href, iri)

    def _probability(self, iri: str) -> float:
        found = self._told(iri).get("probability", 0.0)
        return float(found)
