"""Judgments as records: JSON objects with the members of ``kg.identity.judgment.Judgment``."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from kg.claims.claim import Agent
from kg.errors import InvalidJudgment
from kg.identity.judgment import Judgment


def read_judgment(record: object, author: Agent) -> Judgment:
    """One judgment, by ``author`` where the record names none. Raises ``InvalidJudgment``."""
    if not isinstance(record, Mapping):
        example = '{"left": IRI, "right": IRI, "verdict": "same", "reason": "…"}'
        raise InvalidJudgment(f"a judgment is an object such as {example}, not {json.dumps(record)[:80]}")
    given: dict[str, Any] = {"author": author, **record}
    if isinstance(given["author"], str):
        given["author"] = {"name": given["author"]}
    try:
        return Judgment.model_validate(given)
    except ValidationError as error:
        found = (
            (".".join(map(str, e["loc"])), e["msg"].removeprefix("Value error, ")) for e in error.errors()
        )
        problems = tuple(found)
        told = "; ".join(f"{where}: {what}" if where else what for where, what in problems)
        raise InvalidJudgment(f"this is no judgment: {told}", problems) from error


def read_judgments(text: str, author: Agent, *, lines: bool = False) -> tuple[Judgment, ...]:
    """The judgments of a JSON text: one, a list of them, or with ``lines`` one a line.

    Raises ``InvalidJudgment``, naming the place in a list.
    """
    return tuple(_read_all(list(_records(text, lines=lines)), author))


def _records(text: str, *, lines: bool) -> Iterator[object]:
    try:
        if lines:
            yield from (json.loads(line) for line in text.splitlines() if line.strip())
            return
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidJudgment(f"the body is no JSON: {error}") from error
    yield from found if isinstance(found, list) else (found,)


def _read_all(records: list[object], author: Agent) -> Iterator[Judgment]:
    if not records:
        raise InvalidJudgment("there is no judgment in this")
    for number, record in enumerate(records, start=1):
        try:
            yield read_judgment(record, author)
        except InvalidJudgment as error:
            if len(records) == 1:
                raise
            raise InvalidJudgment(f"judgment {number}: {error}", error.problems) from error
