"""Documents: the texts that claims are quoted from."""

import hashlib
import json
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

HexHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


def text_hash(text: str) -> str:
    """SHA-256 of the text in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


class Document(BaseModel):
    """What is known of a document, apart from its text.

    ``hash`` is the SHA-256 of its text and its identity. A document whose text was
    never seen has none, and is told apart by its other members.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    hash: HexHash | None = None
    title: str | None = None
    publisher: str | None = None
    published: date | None = None
    url: str | None = Field(default=None, max_length=4096)
    language: str | None = None

    @model_validator(mode="after")
    def _is_identified(self) -> "Document":
        if not (self.hash or self.url or self.title):
            raise ValueError("a document needs a hash of its text, a URL or a title")
        return self

    @property
    def key(self) -> str:
        """What tells this document from others: the hash of its text, else of what is known of it."""
        if self.hash:
            return self.hash
        published = self.published.isoformat() if self.published else None
        known = (self.url,) if self.url else (self.title, self.publisher, published)
        return text_hash("document " + json.dumps(known, ensure_ascii=False))
