"""A mapping from SSSOM as what it is here: a claim that links something to other data, or a judgment
between names of our own. The file is its source, and its row the quote.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import Enum
from itertools import islice

from kg.claims.claim import Agent, AgentKind, Claim, Modality, Polarity, Quantity, Quote, Status
from kg.claims.confidence import PROBABILITY, Assessment, Credibility
from kg.claims.document import Document, text_hash
from kg.claims.names import is_iri
from kg.claims.source import SourceKind, Voice
from kg.dataset.annotated.view import View
from kg.dataset.terms import iri, literal
from kg.dataset.writer import Writer
from kg.errors import InvalidClaim
from kg.identity.judgment import Judgment, Kind, Verdict
from kg.link.exchange.sssom import AUTHORS, CONFIDENCE_UNIT, LINKING, MATCHES, NOT, SAME_AS, Row
from kg.link.exchange.sssom_reader import MappingBroken, MappingFile, MappingRead
from ontology.vocab import LS, RDFS

_BY_HAND = ("semapv:ManualMappingCuration", "semapv:MappingReview")
_LATER = re.compile(r"[#-]mapping-\d+\Z")


class RowKnown(Enum):
    """What a row says that the store holds already."""

    CLAIM = "claim"
    JUDGMENT = "judgment"


@dataclass
class Batch:
    """Rows that were read: what is to be written of them, and what is not."""

    size: int = 0
    claims: list[tuple[MappingRead, Claim]] = field(default_factory=list)
    judgments: list[tuple[MappingRead, Judgment]] = field(default_factory=list)
    broken: list[MappingBroken] = field(default_factory=list)
    known: Counter[RowKnown] = field(default_factory=Counter)


class Mappings:
    """Turns the rows of one file into claims and judgments."""

    def __init__(self, file: MappingFile, name: str, writer: Writer) -> None:
        self._writer = writer
        self._unread = file.unread
        self._sames = 0
        self.title = file.said("mapping_set_title") or name
        self._set = file.said("mapping_set_id")
        url = self._set if self._set.startswith(("http://", "https://")) and is_iri(self._set) else None
        self.document = Document(hash=text_hash(file.text), title=self.title, url=url)

    @property
    def view(self) -> View:
        """What is in the store."""
        return self._writer.view

    def notes(self) -> Iterator[str]:
        """What was not kept as it stood, in words."""
        if self._unread:
            kept = "kept in the words of the rows alone"
            yield f"{self.title}: columns that have no place here, {kept}: {', '.join(self._unread)}"
        if self._sames:
            yield f"{self.title}: {self._sames} owl:sameAs to other data taken as skos:exactMatch"

    def batches(self, rows: Iterator[MappingRead | MappingBroken], size: int) -> Iterator[Batch]:
        """The rows of the file, so many at once."""
        while some := list(islice(rows, size)):
            batch = Batch(len(some))
            for row in some:
                self._sort(row, batch)
            yield batch

    def _sort(self, row: MappingRead | MappingBroken, batch: Batch) -> None:
        if isinstance(row, MappingBroken):
            batch.broken.append(row)
            return
        try:
            said = self.read(row)
        except (InvalidClaim, ValueError) as error:
            batch.broken.append(MappingBroken(row.line, row.raw, str(error)))
            return
        match said:
            case Claim():
                batch.claims.append((row, said))
            case Judgment():
                batch.judgments.append((row, said))
            case RowKnown():
                batch.known[said] += 1

    def read(self, found: MappingRead) -> Claim | Judgment | RowKnown:
        """What a row says, if the store does not hold that very record.

        Raises ``InvalidClaim`` for what cannot be said here, or contradicts the record that it names.
        """
        row = found.row
        if row.predicate_id not in LINKING:
            known = ", ".join(f"skos:{name.rpartition('#')[2]}" for name in MATCHES)
            raise InvalidClaim(f"predicate_id is {row.predicate_id}: links are {known} or owl:sameAs")
        if row.subject_id == row.object_id:
            raise InvalidClaim("maps a thing to itself, which says nothing")
        if self._is_own(row.subject_id) and self._is_own(row.object_id):
            return self._judgment(row)
        return RowKnown.CLAIM if self._is_recorded(row) else self._claim(found)

    def _is_own(self, name: str) -> bool:
        own = (f"{self.view.names.base}entity/", f"{self.view.names.base}event/")
        return name.startswith(own) or self.view.node(name).get(LS.canonicalEntity) is not None

    # --- links to other data

    def _is_recorded(self, row: Row) -> bool:
        name = _LATER.sub("", row.record_id)
        if not name or not self.view.is_known(name):
            return False
        claim = self.view.claim(name).claim
        linked = f"{iri(row.subject_id)} {iri(row.predicate_id)} {iri(row.object_id)} ."
        if linked in claim.triples and claim.polarity is _polarity(row):
            return True
        raise InvalidClaim(f"record_id names {name}, which says something else: leave record_id empty")

    def _claim(self, found: MappingRead) -> Claim:
        row = found.row
        predicate = MATCHES[0] if row.predicate_id == SAME_AS else row.predicate_id
        self._sames += predicate != row.predicate_id
        triples = [f"{iri(row.subject_id)} {iri(predicate)} {iri(row.object_id)} ."]
        if row.predicate_modifier != NOT:
            named = ((row.subject_id, row.subject_label), (row.object_id, row.object_label))
            for thing, words in named:
                if words and not self._is_own(thing):
                    triples.append(f"{iri(thing)} {iri(RDFS + 'label')} {literal(words)} .")
        confidence = float(row.confidence) if row.confidence else None
        return Claim(
            triples=tuple(triples),
            quote=Quote(exact=found.raw, start=found.start, end=found.start + len(found.raw)),
            document=self.document,
            attribution=self._attribution(row),
            modality=Modality.ASSERTED,
            polarity=_polarity(row),
            said=date.fromisoformat(row.mapping_date) if row.mapping_date else None,
            quantity=None if confidence is None else Quantity(value=confidence, unit=CONFIDENCE_UNIT),
            assessment=Assessment(credibility=_credibility(confidence), reason=_reason(row, "")),
            agent=_agent(row),
            status=Status.ACCEPTED if row.mapping_justification in _BY_HAND else Status.UNREVIEWED,
            quote_verified=True,
        )

    def _attribution(self, row: Row) -> tuple[Voice, ...]:
        set_id = self._set or None
        file = Voice(kind=SourceKind.DOCUMENT, name=set_id, text=self.title)
        authors = _authors(row)
        return (Voice(kind=SourceKind.PERSON, name=authors), file) if authors else (file,)

    # --- judgments between our own names

    def _judgment(self, row: Row) -> Judgment | RowKnown:
        if row.predicate_id not in (SAME_AS, MATCHES[0]):
            raise InvalidClaim(
                "both are names of this store, between which there are judgments only: owl:sameAs, "
                "and with predicate_modifier Not that they differ"
            )
        confidence = float(row.confidence) if row.confidence else 1.0
        if not confidence:
            raise InvalidClaim("confidence is 0, so the row judges nothing")
        event = f"{self.view.names.base}event/"
        sorts = {row.subject_id.startswith(event), row.object_id.startswith(event)}
        if len(sorts) > 1:
            raise InvalidClaim("one is an event and the other is not, so they cannot be one")
        judgment = Judgment(
            left=row.subject_id,
            right=row.object_id,
            verdict=Verdict.DIFFERENT if row.predicate_modifier == NOT else Verdict.SAME,
            kind=Kind.EVENT if sorts == {True} else Kind.ENTITY,
            author=_agent(row) or Agent(kind=AgentKind.EXTRACTOR, name=self.title),
            reason=_reason(row, f"stated in {self.title}"),
            made=_made(row),
            confidence=confidence,
            features={"taken from": self.title, "hash of it": self.document.key},
            status=Status.ACCEPTED if row.mapping_justification in _BY_HAND else Status.PROPOSED,
        )
        return RowKnown.JUDGMENT if self._is_judged(row, judgment) else judgment

    def _is_judged(self, row: Row, judgment: Judgment) -> bool:
        """Whether the very judgment was taken in before, but for the time of day. Raises ``InvalidClaim``."""
        for name in self.view.pointing_at(LS.left, judgment.left):
            if not self.view.knows_judgment(name):
                continue
            known = self.view.judgment(name).judgment
            alike = known.right == judgment.right and known.verdict is judgment.verdict
            if alike and (name == row.record_id or _told(known) == _told(judgment)):
                return True
            if name == row.record_id:
                raise InvalidClaim(f"record_id names {name}, which says otherwise: leave record_id empty")
        return False


def _told(judgment: Judgment) -> tuple[object, ...]:
    return judgment.author, judgment.reason, judgment.confidence


def _polarity(row: Row) -> Polarity:
    return Polarity.NEGATIVE if row.predicate_modifier == NOT else Polarity.POSITIVE


def _authors(row: Row) -> str:
    return AUTHORS.join(
        name for part in (row.author_id, row.author_label) for name in part.split("|") if name
    )


def _agent(row: Row) -> Agent | None:
    """Who made the mapping: the tool, else the authors."""
    if row.mapping_tool:
        return Agent(
            kind=AgentKind.EXTRACTOR, name=row.mapping_tool, version=row.mapping_tool_version or None
        )
    authors = _authors(row)
    return Agent(kind=AgentKind.PERSON, name=authors) if authors else None


def _reason(row: Row, otherwise: str) -> str:
    words = row.comment or otherwise
    return f"{row.mapping_justification}: {words}" if words else row.mapping_justification


def _made(row: Row) -> datetime:
    """The day it was made, at midnight; without one, now."""
    if not row.mapping_date:
        return datetime.now(UTC)
    return datetime.combine(date.fromisoformat(row.mapping_date), time(), UTC)


def _credibility(confidence: float | None) -> Credibility:
    """The rating whose prior is the nearest from below; confidence that is not given is unknown."""
    if confidence is None:
        return Credibility.UNKNOWN
    rated = [rating for rating in Credibility if rating is not Credibility.UNKNOWN]
    fitting = (r for r in rated if PROBABILITY[LS[f"Credibility{r}"]] <= confidence)
    return min(fitting, default=Credibility.IMPROBABLE)
