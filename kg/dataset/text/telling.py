"""What answers tell of many claims, read off the text index at once.

Measured: 34 µs of processor time a claim, where the record, asked value by value, takes 500.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from kg.claims.claim import Modality, Polarity
from kg.claims.confidence import Credibility, credibility_probability
from kg.claims.names import part_of
from kg.claims.types import MODALITY_TERM, POLARITY_TERM
from kg.dataset.record.days import Span
from kg.dataset.record.told import ClaimInfo, Told
from kg.dataset.text.entry import LONGEST_NAME, LONGEST_QUOTE, opposite
from kg.dataset.text.search import Ask, Sort, TextIndex
from kg.dataset.text.stored import Stored
from ontology.vocab import OA, RDFS

MANY = 48
"""Claims of one answer from which on they are read at once: for fewer the index is not worth opening."""

_KEPT = 200_000
_MOST_HAND_ONS = 16
_MOST_AGAINST = 20_000


class Telling:
    """What a version's text index tells of active claims that were expected to be asked for."""

    def __init__(self, view: Told) -> None:
        self._view = view
        self._ours = view.names.claim("")
        self._found: dict[str, Stored] = {}
        self._rebuttals: dict[str, tuple[str, ...]] = {}
        self._infos: dict[str, ClaimInfo] = {}

    def expect(self, index: TextIndex, claims: Iterable[str], many: int | None = None) -> None:
        """Read those that are not at hand, if they are ``many``. Raises ``StoreError``."""
        wanted = [iri for iri in dict.fromkeys(claims) if iri not in self._found]
        if len(wanted) < (MANY if many is None else many) or not wanted:
            return
        if len(self._found) + len(wanted) > _KEPT:
            self._found.clear()
            self._rebuttals.clear()
            self._infos.clear()
        found = {iri: one for iri, one in index.told(wanted).items() if one.state == "active"}
        self._found |= found
        self._oppose(index, [one for one in found.values() if one.contested and one.has_roles])

    def of(self, claim: str) -> Stored | None:
        """What the index tells of an active claim, if that was read."""
        return self._found.get(claim)

    def info(self, claim: str) -> ClaimInfo | None:
        """As ``Told.claim_info`` tells it of a claim that was read; ``None`` where that has to be asked.

        Of what a line has in part only the record is asked.
        """
        known = self._infos.get(claim)
        if known is None and claim in self._found:
            known = self._read(self._found[claim])
            if known is not None:
                self._infos[claim] = known
        return known

    def _read(self, told: Stored) -> ClaimInfo | None:
        claim = told.iri
        view, line = self._view, told.line
        reliability = view.reliability(told.origin)
        if (known := told.infos.get(reliability)) is not None:
            return known
        credibility = _credibility(reliability, told.confidence)
        if credibility is None:
            return None
        label: str | None = line.label
        if not 0 < len(line.label) < LONGEST_NAME:
            ours = claim.startswith(self._ours)  # what came with a name of its own has no label
            label = view.said(claim, RDFS + "label") if ours else None
        quote: str | None = line.quote
        if not 0 < len(line.quote) < LONGEST_QUOTE:
            quote = view.said(part_of(claim, "quote"), OA + "exact") if line.quote else None
        source = line.source
        if not 0 < len(source) < LONGEST_NAME:
            source = " → ".join(map(view.source_label, view.voices(claim)))
        info = ClaimInfo(
            iri=claim,
            label=label or claim,
            quote=quote,
            document=told.document,
            source=source,
            origin=told.origin,
            reliability=reliability,
            credibility=credibility,
            modality=MODALITY_TERM[Modality(told.modality)].value,
            polarity=POLARITY_TERM[Polarity(told.polarity)].value,
        )
        if label is line.label and (quote is line.quote or not line.quote) and source is line.source:
            told.infos[reliability] = info  # nothing of it hangs on the version
        return info

    def rebuttals(self, claim: str) -> tuple[str, ...] | None:
        """As ``Told.rebuttals`` tells them; ``None`` where the record has to be asked.

        Of claims without participants, which may say any number of things, the index compares
        the first only: they are looked up.
        """
        told = self._found.get(claim)
        if told is None or not told.has_roles:
            return None
        return self._rebuttals.get(claim) if told.contested else ()

    def _oppose(self, index: TextIndex, contested: Sequence[Stored]) -> None:
        """Find what is said against some claims, unless it is very much."""
        if not contested:
            return
        said = tuple({opposite(side) for one in contested for side in one.sides})
        ways = {"says": said, "against": tuple(one.iri for one in contested)}
        by: defaultdict[str, set[str]] = defaultdict(set)
        read = {one.iri: one for one in contested}
        for way, values in ways.items():
            asked = Ask(chosen={way: values}, sort=Sort.BEST, limit=_MOST_AGAINST)
            found = index.stored(asked) if values else ()
            if len(found) == _MOST_AGAINST:
                return
            for one in found:
                read.setdefault(one.iri, one)
                for target in (*one.says, *one.against):
                    by[target].add(one.iri)
        for one in contested:
            denied = {other for side in one.sides for other in by[opposite(side)]}
            mine = self._days(one)
            opposed = {other for other in denied if mine.meets(self._days(read[other]))}
            self._rebuttals[one.iri] = tuple(sorted((opposed | by[one.iri]) - {one.iri}))

    def _days(self, told: Stored) -> Span:
        """As ``Told.days`` tells them: they are the claim's own, whatever else a version holds."""
        if not told.days:
            told.days.append(self._view.days(told.iri))
        return told.days[0]


@lru_cache(maxsize=4096)
def _credibility(reliability: float, confidence: float) -> float | None:
    """P(credible | origin is reliable) of a claim of such a confidence, to the last bit; else ``None``."""
    for hand_ons in range(_MOST_HAND_ONS):
        for rating in Credibility:
            found = credibility_probability(rating, hand_ons)
            if reliability * found == confidence:
                return found
    return None
