"""Sources, and the chain of voices through which a report reached us."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ontology.vocab import LS


class SourceKind(StrEnum):
    """What kind of voice a source is."""

    ANONYMOUS = "anonymous_sources"
    PERSON = "person"
    ORGANIZATION = "organization"
    SPOKESPERSON = "spokesperson"
    DOCUMENT = "document"
    PUBLISHER = "publisher"


SOURCE_CLASS: dict[SourceKind, LS] = {
    SourceKind.ANONYMOUS: LS.AnonymousGroup,
    SourceKind.PERSON: LS.PersonSource,
    SourceKind.ORGANIZATION: LS.OrganizationSource,
    SourceKind.SPOKESPERSON: LS.Spokesperson,
    SourceKind.DOCUMENT: LS.DocumentSource,
    SourceKind.PUBLISHER: LS.Publisher,
}


class Voice(BaseModel):
    """One link of an attribution chain: who passed it on, in the text's own words.

    ``count`` is the number of people in an anonymous group, where the text gives it.
    ``verb`` is the reporting verb, ``speaks_for`` whom a spokesperson speaks for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: SourceKind
    name: str | None = None
    count: Annotated[int, Field(ge=1)] | None = None
    text: str | None = None
    verb: str | None = None
    speaks_for: str | None = None

    @model_validator(mode="after")
    def _is_somebody(self) -> "Voice":
        if not (self.name or self.text):
            raise ValueError("a voice needs a name, or the words (text) that describe it")
        return self

    @property
    def label(self) -> str:
        """The name, else the words that describe it."""
        return self.name or self.text or ""


def root_position(chain: tuple[Voice, ...]) -> int:
    """Index of the voice whose reliability a report stands on, its root source.

    It is the voice nearest to the event that has a name: an unnamed group cannot be
    held to its word, so whoever vouches for it is the root. A chain of nobody but
    unnamed voices has its last one as root.
    """
    for index, voice in enumerate(chain):
        if voice.name and voice.kind is not SourceKind.ANONYMOUS:
            return index
    return len(chain) - 1
