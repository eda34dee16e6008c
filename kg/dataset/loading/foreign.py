"""What all claims of one RDF file of others share, and what became of such a file."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kg.claims.claim import Claim, ClaimType, Modality, Polarity, Status
from kg.claims.confidence import UNRATED, Reliability
from kg.claims.document import Document
from kg.claims.names import Names, part_of
from kg.claims.source import SourceKind, Voice
from kg.claims.types import MODALITY_TERM, POLARITY_TERM, STATUS_TERM, TYPE_INFO
from kg.dataset.loading.rdf_reader import Rejected
from kg.dataset.record.encode import (
    LABEL,
    TYPE,
    encode_assessment,
    encode_attribution,
    encode_document,
    encode_source,
    moment,
    voice_iri,
)
from kg.dataset.terms import Statement, iri, literal
from kg.dataset.text.entry import Entry, entry
from kg.errors import UnreadableInput
from ontology.vocab import LS


@dataclass
class RdfReport:
    """What became of an RDF file."""

    quads: int = 0
    claims_new: int = 0
    claims_known: int = 0
    base_new: int = 0
    judgments_new: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    in_bulk: bool = True
    """Whether it went the way of bulk loads, of which an interrupted one is gone on with."""

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "RdfReport":
        """Read what ``asdict`` made of one."""
        return cls(**{**told, "rejected": [Rejected(**item) for item in told["rejected"]]})


@dataclass(frozen=True)
class Foreign:
    """What all claims of one RDF file share: they are positive, asserted, and the file says so."""

    document: Document
    voice: Voice
    recorded: datetime

    @classmethod
    def of(cls, path: Path) -> "Foreign":
        """Read the file's hash. Raises ``UnreadableInput``."""
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise UnreadableInput(f"{path} cannot be read: {error}", path=str(path)) from error
        document = Document(hash=digest, title=path.name)
        return cls(document, Voice(kind=SourceKind.DOCUMENT, text=path.name), datetime.now(UTC))

    def shared(self, names: Names) -> Iterator[Statement]:
        """The description of the file as document, source and origin."""
        document = names.document(self.document.key)
        yield from encode_document(self.document, names)
        yield from encode_source(self.voice, self.document, names)
        yield from encode_attribution(self.voice, 1, part_of(document, "attribution-1"), self.document, names)
        yield from encode_assessment(UNRATED, 0, part_of(document, "assessment"))
        origin = iri(self._origin(names))
        yield Statement(origin, TYPE, iri(LS.Origin))
        yield Statement(origin, iri(LS.rootSource), iri(voice_iri(self.voice, self.document, names)))
        yield Statement(origin, iri(LS.sourceReliability), iri(LS.ReliabilityF))
        yield Statement(origin, LABEL, literal(self.voice.label))

    def _origin(self, names: Names) -> str:
        return names.origin("document", self.document.key, self.voice.label)

    def entry(self, names: Names) -> Entry:
        """What the text index holds of every claim of the file, its assertion apart."""
        claim = Claim(
            document=self.document,
            attribution=(self.voice,),
            modality=Modality.ASSERTED,
            status=Status.ACCEPTED,
            assessment=UNRATED,
        )
        return entry(claim, "", (), "active", self.recorded, names, Reliability.F)

    def record(self, names: Names) -> tuple[tuple[str, str], ...]:
        """(predicate, object) of every claim of the file, in N-Triples; the hash of its content apart."""
        document = names.document(self.document.key)
        return (
            (TYPE, iri(LS.Claim)),
            (iri(LS.claimType), iri(TYPE_INFO[ClaimType.OTHER].event_class)),
            (iri(LS.document), iri(document)),
            (iri(LS.modality), iri(MODALITY_TERM[Modality.ASSERTED])),
            (iri(LS.polarity), iri(POLARITY_TERM[Polarity.POSITIVE])),
            (iri(LS.status), iri(STATUS_TERM[Status.ACCEPTED])),
            (iri(LS.recorded), moment(self.recorded)),
            (iri(LS.origin), iri(self._origin(names))),
            (iri(LS.attribution), iri(part_of(document, "attribution-1"))),
            (iri(LS.assessment), iri(part_of(document, "assessment"))),
        )
