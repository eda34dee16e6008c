"""The query page: a query, its answer with the reasons of each row, and what a trust policy makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, time
from typing import Any

from kg.dataset.sweeping import unswept
from kg.query.trust.policy import TrustPolicy
from server.description import Example
from server.naming import Namer
from server.views.doubting import Choices, choices
from server.views.edges import OF_TRIPLES, Edges, as_written, edges
from server.views.result import TRIPLE, Answer, read_answer
from server.views.why import Believed


@dataclass(frozen=True)
class Download:
    """The same answer in another format."""

    label: str
    href: str


@dataclass(frozen=True)
class QueryPage:
    """The query page, with or without an answer.

    ``kept`` are parameters that its form sends again, ``again`` is its own
    address, ``without_policy`` that of the same question with everything believed.
    """

    query: str
    examples: tuple[Example, ...]
    answer: Answer | None = None
    policy: TrustPolicy = field(default_factory=TrustPolicy)
    choices: Choices | None = None
    edges: Edges = field(default_factory=Edges)
    downloads: tuple[Download, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()
    again: str = ""
    without_policy: str = ""

    @property
    def known_at(self) -> str:
        """The day of ``known-at``, which means its end; the time where it is another one."""
        at = self.policy.known_at
        if at is None:
            return ""
        return at.date().isoformat() if at.timetz() == time.max.replace(tzinfo=UTC) else at.isoformat()

    @property
    def valid_at(self) -> str:
        """The day of ``valid-at`` as it is written in a field."""
        return "" if self.policy.valid_at is None else self.policy.valid_at.isoformat()


@dataclass(frozen=True)
class Sides:
    """An answer without a policy, and under one where there is one: results in JSON with provenance."""

    kind: str
    version: str
    plain: Mapping[str, Any]
    trusted: Mapping[str, Any] | None = None


@unswept()
def query_page(
    sparql: str,
    sides: Sides,
    policy: TrustPolicy,
    namer: Namer,
    believed: Believed,
    *,
    base: str | None = None,
    page: int | None = None,
    row: int | None = None,
) -> QueryPage:
    """The page of an answer. ``believed`` says which claims the policy lets stand."""
    answer = read_answer(
        sides.kind,
        sides.version,
        namer,
        sides.plain,
        sides.trusted,
        believed,
        page=page,
        row=row,
        columns=as_written(sparql, base),
    )
    columns = answer.variables
    return QueryPage(
        query=sparql,
        examples=(),
        answer=answer,
        policy=policy,
        choices=choices(namer, answer.resting, _labels(sides), policy) if answer.provenance else None,
        edges=OF_TRIPLES if columns == TRIPLE else edges(sparql, base, columns),
    )


def _labels(sides: Sides) -> dict[str, str]:
    """What the answer calls its claims and judgments."""
    told = [(side.get("provenance") or {}).get("claims", {}) for side in (sides.plain, sides.trusted or {})]
    return {iri: claim["label"] for claims in told for iri, claim in claims.items() if claim.get("label")}
