"""A client of reconciliation services (Reconciliation Service API 0.2): candidates for names, from anywhere.

What comes back is not taken on trust: an answer of another shape is an error, not a candidate.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any
from urllib.parse import urlencode

from kg.errors import LodestoneError
from kg.link.matcher import Candidate
from kg.outbound import Outbound, OutboundFailed

_AT_ONCE = 25
_TRIES = 4
_LONGEST_WAIT = 60.0
_WORTH_ANOTHER_TRY = frozenset({429, 502, 503, 504})


@dataclass(eq=False)
class ServiceAnswer(LodestoneError):
    """A reconciliation service did not answer, or not as the API says."""

    url: str = ""


@dataclass(frozen=True)
class Question:
    """A name, and what else is known: the type's id, properties by their ids at the service."""

    name: str
    type: str | None = None
    properties: tuple[tuple[str, str], ...] = ()
    limit: int = 5


class Service:
    """One reconciliation service; ``name`` is what its manifest calls it.

    Making it asks for the manifest. Raises ``ServiceAnswer``.
    """

    def __init__(
        self, url: str, outbound: Outbound | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.url = url
        self._outbound = outbound or Outbound((url,), timeout=30.0)
        self._sleep = sleep
        manifest = self._json("GET", None)
        if not isinstance(manifest, dict) or not isinstance(manifest.get("identifierSpace"), str):
            raise ServiceAnswer(
                f"{url} is no reconciliation service: it gives no manifest with an identifierSpace", url=url
            )
        versions = manifest.get("versions", ["0.1"])
        if not isinstance(versions, list) or not {"0.1", "0.2"} & {str(v) for v in versions}:
            raise ServiceAnswer(f"{url} speaks {versions} of the reconciliation API, not 0.2", url=url)
        self.name = str(manifest.get("name", url))
        self._space = manifest["identifierSpace"]
        size = manifest.get("batchSize")
        self._at_once = size if isinstance(size, int) and 0 < size < _AT_ONCE else _AT_ONCE

    def candidates(self, questions: Sequence[Question]) -> Iterator[list[Candidate]]:
        """The candidates for each question, the best first. Raises ``ServiceAnswer``."""
        for start in range(0, len(questions), self._at_once):
            part = questions[start : start + self._at_once]
            batch = {f"q{i}": _query(question) for i, question in enumerate(part)}
            answer = self._json("POST", urlencode({"queries": json.dumps(batch, ensure_ascii=False)}))
            if not isinstance(answer, dict):
                raise self._odd("the answer is no object")
            for i in range(len(part)):
                yield self._read(answer.get(f"q{i}"))

    def _read(self, result: Any) -> list[Candidate]:
        if not isinstance(result, dict) or not isinstance(result.get("result"), list):
            raise self._odd("a query has no list of results")
        found = [self._candidate(one) for one in result["result"]]
        return sorted(found, key=lambda c: -c.score)

    def _candidate(self, one: Any) -> Candidate:
        try:
            score = one["score"]
            if isinstance(score, bool) or not isinstance(score, int | float) or not isfinite(score):
                raise ValueError("a score is no number")
            features = {str(f["id"]): _plain(f["value"]) for f in one.get("features") or ()}
            types = tuple(str(t["id"] if isinstance(t, dict) else t) for t in one.get("type") or ())
            identifier, name = one["id"], one["name"]
            if not isinstance(identifier, str) or not isinstance(name, str):
                raise TypeError("id and name are no strings")
        except (KeyError, TypeError, ValueError) as error:
            raise self._odd(f"a candidate is none: {error}") from error
        iri = identifier if ":" in identifier else self._space + identifier
        described = one.get("description")
        return Candidate(
            iri,
            name,
            float(score),
            one.get("match") is True,
            features,
            types,
            described if isinstance(described, str) else "",
        )

    def _odd(self, problem: str) -> ServiceAnswer:
        return ServiceAnswer(
            f"{self.url} does not answer as the reconciliation API says: {problem}", url=self.url
        )

    def _json(self, method: str, form: str | None) -> Any:
        headers = {"Accept": "application/json"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = form.encode() if form is not None else None
        for attempt in range(_TRIES):
            try:
                got = self._outbound.fetch(self.url, method=method, body=body, headers=headers).body
                return json.loads(got)
            except ValueError as error:
                raise self._odd(f"no JSON ({error})") from error
            except OutboundFailed as error:
                wait = error.after if error.after is not None else float(2**attempt)
                last = attempt + 1 == _TRIES or wait > _LONGEST_WAIT
                if error.status not in _WORTH_ANOTHER_TRY or last:
                    raise ServiceAnswer(f"the service does not answer: {error}", url=self.url) from error
                self._sleep(wait)
        raise AssertionError("the last try returns or raises")  # pragma: no cover


def _query(question: Question) -> dict[str, Any]:
    query: dict[str, Any] = {"query": question.name, "limit": question.limit}
    if question.type is not None:
        query["type"] = question.type
    if question.properties:
        query["properties"] = [{"pid": pid, "v": value} for pid, value in question.properties]
    return query


def _plain(value: Any) -> str | float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
