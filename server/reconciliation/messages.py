"""What clients send: batches of queries, and data extension queries, checked member by member."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from server.errors import BadRequest, BodyTooLong

BATCH = 50
"""Queries of one batch (``batchSize`` of the manifest)."""
MOST_CANDIDATES = 50
"""Candidates for one query, however many are asked for."""
CANDIDATES = 5
MOST_IDS = 200
"""Entities of one data extension query."""
MOST_PROPERTIES = 50
"""Properties of one query."""
LONGEST = 1000
"""Characters of a name, an identifier or a value."""

Text = Annotated[str, Field(max_length=LONGEST)]


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class EntityValue(BaseModel):
    """A property value that was reconciled itself."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    id: Text
    name: Text | None = None


Value = Text | bool | int | float | EntityValue


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


class PropertyValues(_Message):
    """What a query knows of a property."""

    pid: Text
    v: Annotated[list[Value], BeforeValidator(_listed), Field(max_length=MOST_PROPERTIES)]

    @property
    def texts(self) -> list[str]:
        """The values in words: of an entity its id and its name."""
        found: list[str] = []
        for value in self.v:
            if isinstance(value, EntityValue):
                found += [value.id, *([value.name] if value.name else [])]
            else:
                found.append(str(value).lower() if isinstance(value, bool) else str(value))
        return found


def _count(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


class Query(_Message):
    """One query: a name, or properties, or both. A name that is empty, as a cell can be, is nobody's."""

    query: Text | None = None
    type: Annotated[list[Text], BeforeValidator(_listed), Field(max_length=20)] = Field(default_factory=list)
    limit: Annotated[int, BeforeValidator(_count), Field(ge=1)] = CANDIDATES
    properties: Annotated[list[PropertyValues], Field(max_length=MOST_PROPERTIES)] = Field(
        default_factory=list
    )
    type_strict: Literal["any", "all", "should"] = "any"

    @model_validator(mode="after")
    def _asks_something(self) -> "Query":
        if self.query is None and not self.properties:
            raise ValueError("a query needs a name (query) or properties")
        return self


@dataclass(frozen=True)
class Batch:
    """Queries to answer, by the client's keys."""

    queries: Mapping[str, Query]


@dataclass(frozen=True)
class Suggest:
    """A prefix to suggest entities for."""

    prefix: str
    cursor: int
    limit: int


class WantedProperty(_Message):
    """A column that is wanted, with its settings."""

    id: Text
    settings: dict[str, Any] = Field(default_factory=dict)


class Extension(_Message):
    """A data extension query."""

    ids: Annotated[list[Text], Field(max_length=MOST_IDS)]
    properties: Annotated[list[WantedProperty], Field(max_length=MOST_PROPERTIES)]


Task = Batch | Suggest | Extension

_BATCH: TypeAdapter[dict[str, Query]] = TypeAdapter(dict[str, Query])
_EXTENSION = TypeAdapter(Extension)
T = TypeVar("T")


def read_batch(text: str) -> Mapping[str, Query]:
    """A batch of queries. Raises ``BadRequest`` and ``BodyTooLong``."""
    data = _json(text, "queries")
    if isinstance(data, dict) and len(data) > BATCH:
        raise BodyTooLong(f"queries holds {len(data)} queries: send at most {BATCH} at once (batchSize)")
    return _read(_BATCH, data, "queries")


def read_extension(text: str) -> Extension:
    """A data extension query. Raises ``BadRequest`` and ``BodyTooLong``."""
    data = _json(text, "extend")
    if isinstance(data, dict) and isinstance(ids := data.get("ids"), list) and len(ids) > MOST_IDS:
        raise BodyTooLong(f"extend asks about {len(ids)} entities: at most {MOST_IDS} at once")
    return _read(_EXTENSION, data, "extend")


def _json(text: str, parameter: str) -> Any:
    try:
        data = json.loads(text)
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise BadRequest(
            f"{parameter} holds half a character, a surrogate without its other half (\\ud800 and the like): "
            "write characters whole",
            parameter=parameter,
        ) from error
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"{parameter} is no JSON: {error}", parameter=parameter) from error
    return data


def _read(adapter: TypeAdapter[T], data: Any, parameter: str) -> T:
    try:
        return adapter.validate_python(data)
    except (ValidationError, RecursionError) as error:
        told = "it is nested too deeply"
        if isinstance(error, ValidationError):
            first = error.errors(include_url=False, include_context=False)[0]
            told = f"{'.'.join(map(str, first['loc'])) or 'it'}: {first['msg']}"
        raise BadRequest(f"{parameter} cannot be read: {told}"[:400], parameter=parameter) from error
