"""The claim: somebody said something, in a document, at a place in its text.

A claim is immutable and is named by a hash over what was said and who said it (not
over when it was recorded, by whom, its ratings or its status), so that a claim taken
in twice is one claim. Change is a new claim that supersedes, corrects or retracts.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from math import isfinite
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from kg.claims.confidence import UNRATED, Assessment
from kg.claims.document import Document
from kg.claims.names import is_iri
from kg.claims.source import Voice
from kg.claims.times import TimeSpan


class ClaimType(StrEnum):
    """What kind of event or state a claim is about."""

    LICENSE_GRANTED = "license_granted"
    LICENSE_DENIED = "license_denied"
    LICENSE_APPLIED = "license_applied"
    LICENSE_PENDING = "license_pending"
    LICENSE_REVOKED = "license_revoked"
    LICENSE_SCOPE = "license_scope"
    RESTRICTION_IMPOSED = "restriction_imposed"
    RESTRICTION_EASED = "restriction_eased"
    SUPPLY_IMPACT = "supply_impact"
    PRODUCTION_HALT = "production_halt"
    PRICE_CHANGE = "price_change"
    STATEMENT_OF_POLICY = "statement_of_policy"
    REQUEST = "request"
    NO_COMMENT = "no_comment"
    OTHER = "other"


class RoleName(StrEnum):
    """The part that something plays in the event a claim is about."""

    AUTHORITY = "authority"
    PRODUCER = "producer"
    LICENSEE = "licensee"
    APPLICANT = "applicant"
    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    IMPORTER = "importer"
    END_USER = "end_user"
    SPEAKER = "speaker"
    AFFECTED = "affected"
    PRODUCT = "product"
    PLACE = "place"
    MEASURE = "measure"


class Modality(StrEnum):
    """In which mode it was said; the first two make facts."""

    ASSERTED = "asserted"
    REPORTED = "reported"
    HEDGED = "hedged"
    EXPECTED = "expected"
    UNKNOWN = "unknown"


class Polarity(StrEnum):
    """Whether it was affirmed or denied."""

    POSITIVE = "positive"
    NEGATIVE = "negative"


class Status(StrEnum):
    """Where a claim stands in review."""

    PROPOSED = "proposed"
    UNREVIEWED = "unreviewed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Qualifier(StrEnum):
    """How a number is meant."""

    EXACT = "exact"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ABOUT = "about"
    FEWER_THAN = "fewer_than"
    MORE_THAN = "more_than"


class AgentKind(StrEnum):
    """Who made a claim out of a text."""

    EXTRACTOR = "extractor"
    PERSON = "person"


def _iri(value: str) -> str:
    if not is_iri(value):
        raise ValueError(f"{value!r} is not an absolute IRI")
    return value


Iri = Annotated[str, AfterValidator(_iri)]
NonEmpty = Annotated[str, StringConstraints(min_length=1)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Quote(_Value):
    """The words that state the claim. Offsets count code points of the whole text."""

    exact: NonEmpty
    start: Annotated[int, Field(ge=0)] | None = None
    end: Annotated[int, Field(ge=1)] | None = None
    prefix: str | None = None
    suffix: str | None = None

    @model_validator(mode="after")
    def _offsets_fit(self) -> "Quote":
        if (self.start is None) != (self.end is None):
            raise ValueError("a quote has both offsets, start and end, or neither")
        if self.start is not None and self.end is not None and self.end - self.start != len(self.exact):
            raise ValueError(
                f"end - start is {self.end - self.start}, but the quote has {len(self.exact)} code points"
            )
        return self


def _known(value: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return tuple(sorted(set(value))) if value else None


Known = Annotated[tuple[NonEmpty, ...] | None, AfterValidator(_known)]
"""What is known besides, sorted; ``None`` where nothing is."""


class Mention(_Value):
    """A participant, in the fullest wording that the document has for it.

    ``iri`` names an entity of the user's; ``id`` tells apart (or together) unnamed
    participants within one document; ``named`` says whether the wording is a name
    (by default read off the wording). ``also`` are other names that the document gives it
    ("宁波韵升"), ``hs`` and ``control`` the codes of a good.
    """

    text: NonEmpty
    iri: Iri | None = None
    id: NonEmpty | None = None
    named: bool | None = None
    also: Known = None
    hs: Known = None
    control: Known = None


class Quantity(_Value):
    """A number that the text gives, how it is meant, and what it counts."""

    value: float
    qualifier: Qualifier = Qualifier.EXACT
    unit: str | None = None

    @field_validator("value")
    @classmethod
    def _is_finite(cls, value: float) -> float:
        if not isfinite(value):
            raise ValueError("a quantity is a finite number")
        return value + 0.0  # -0.0 becomes 0.0: one number, one hash


class Agent(_Value):
    """Who made the claim out of the text: an extractor in a version, or a person."""

    kind: AgentKind = AgentKind.PERSON
    name: NonEmpty
    version: str | None = None


def _mention(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


def _no_iris(value: Any) -> Any:
    return () if value is None else (value,) if isinstance(value, str) else value


def _sorted(value: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(value)))


Iris = Annotated[tuple[Iri, ...], BeforeValidator(_no_iris), AfterValidator(_sorted)]

IDENTITY = (
    "type",
    "roles",
    "triples",
    "quote",
    "document",
    "attribution",
    "modality",
    "polarity",
    "when",
    "validity",
    "said",
    "quantity",
)
"""Members that make a claim what it is: its name is a hash over them."""


class Claim(_Value):
    """What somebody said, where, when and in which mode; the assertion is ``roles`` or ``triples``.

    ``roles`` maps each part in the event to its participant. ``triples`` is an assertion
    given as RDF instead (N-Triples without blank nodes, sorted). ``attribution`` runs
    from the voice nearest to the event to the publisher. ``when`` is the time of the
    event, ``validity`` the time for which it holds, ``said`` the day it was said. ``iri`` is
    the name that an assertion in RDF has elsewhere (a named graph's), bound to its content.
    """

    type: ClaimType = ClaimType.OTHER
    roles: dict[RoleName, Annotated[Mention, BeforeValidator(_mention)]] = Field(default_factory=dict)
    triples: Annotated[tuple[NonEmpty, ...], AfterValidator(_sorted)] = ()
    quote: Quote | None = None
    document: Document
    attribution: Annotated[tuple[Voice, ...], Field(min_length=1)]
    modality: Modality = Modality.REPORTED
    polarity: Polarity = Polarity.POSITIVE
    when: TimeSpan | None = None
    validity: TimeSpan | None = None
    said: date | None = None
    quantity: Quantity | None = None
    # --- not part of its identity
    iri: Iri | None = None
    origin: NonEmpty | None = None
    assessment: Assessment = UNRATED
    agent: Agent | None = None
    recorded: datetime | None = None
    status: Status = Status.UNREVIEWED
    quote_verified: bool = False
    supports: Iris = ()
    rebuts: Iris = ()
    corrects: Iris = ()
    retracts: Iris = ()
    supersedes: Iris = ()

    @field_validator("roles")
    @classmethod
    def _roles_in_order(cls, value: dict[RoleName, Mention]) -> dict[RoleName, Mention]:
        return {role: value[role] for role in RoleName if role in value}

    @model_validator(mode="after")
    def _asserts_one_way(self) -> "Claim":
        if self.roles and self.triples:
            raise ValueError("a claim asserts by roles or by triples, not both")
        if self.quote_verified and self.quote is None:
            raise ValueError("quote_verified needs a quote")
        if self.iri is not None and not self.triples:
            raise ValueError("only a claim given as triples keeps an IRI from elsewhere: leave out iri")
        return self

    @field_validator("recorded")
    @classmethod
    def _has_zone(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("recorded needs a time zone, as in 2025-05-14T09:00:00Z")
        return value

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the identity of the claim, as 64 hexadecimal digits."""
        content = self.model_dump(mode="json", include=set(IDENTITY), exclude_none=True)
        content["document"] = self.document.key
        canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode("utf-8")).hexdigest()

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other members; its hash is worked out anew."""
        copy = super().model_copy(update=update, deep=deep)
        copy.__dict__.pop("hash", None)
        return copy

    @property
    def id(self) -> str:
        """The local part of the claim's IRI: the first 128 bits of its hash."""
        return self.hash[:32]

    @property
    def states_fact(self) -> bool:
        """Whether the assertion counts as a fact while the claim is active."""
        return self.polarity is Polarity.POSITIVE and self.modality in (Modality.ASSERTED, Modality.REPORTED)
