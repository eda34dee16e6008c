"""Judgments as RDF: a node of the record for each, named by its content, and back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal as OneOf

from kg.claims.claim import Status
from kg.claims.names import Names, part_of
from kg.claims.types import STATUS_TERM
from kg.dataset.record.decode import Node, Read, decode_agent
from kg.dataset.record.encode import LABEL, TYPE, agent_iri, moment
from kg.dataset.terms import Statement, iri, literal, typed
from kg.errors import NotFound
from kg.identity.clusters import Link
from kg.identity.judgment import Feature, Judgment, Kind, Verdict
from kg.identity.terms import KIND_TERM, VERDICT_TERM
from ontology.vocab import LS, RDF, RDFS

State = OneOf["active", "proposed", "rejected", "undone"]

_VERDICT: dict[str, Verdict] = {term.value: verdict for verdict, term in VERDICT_TERM.items()}
_KIND: dict[str, Kind] = {term.value: kind for kind, term in KIND_TERM.items()}
_STATUS: dict[str, Status] = {term.value: status for status, term in STATUS_TERM.items()}


@dataclass(frozen=True)
class StoredJudgment:
    """A judgment with what became of it."""

    iri: str
    judgment: Judgment
    undone: datetime | None = None
    undone_by: str | None = None
    undone_reason: str | None = None

    @property
    def state(self) -> State:
        """Active is what was accepted and not undone."""
        if self.undone is not None:
            return "undone"
        match self.judgment.status:
            case Status.ACCEPTED:
                return "active"
            case Status.REJECTED:
                return "rejected"
        return "proposed"

    @property
    def acts(self) -> bool:
        """Whether the dataset speaks of both its mentions by one name because of it."""
        return self.undone is None and self.judgment.acts

    @property
    def confidence(self) -> float:
        """P(its verdict is right)."""
        return self.judgment.confidence

    def stood(self, at: datetime) -> bool:
        """Whether it was made by a point in time, accepted, and not undone by then."""
        return (
            self.judgment.status is Status.ACCEPTED
            and self.judgment.made <= at
            and (self.undone is None or self.undone > at)
        )

    @property
    def link(self) -> Link:
        """What it connects, if it acts."""
        told = self.judgment
        return Link(self.iri, told.left, told.right, told.confidence)


def encode_judgment(judgment: Judgment, names: Names) -> Iterator[Statement]:
    """What the record says of a judgment."""
    name = judgment.iri(names)
    j = iri(name)

    def say(predicate: str, value: str) -> Statement:
        return Statement(j, iri(predicate), value)

    yield Statement(j, TYPE, iri(LS.Judgment))
    yield say(LS.left, iri(judgment.left))
    yield say(LS.right, iri(judgment.right))
    yield say(LS.verdict, iri(VERDICT_TERM[judgment.verdict]))
    yield say(LS.judgmentKind, iri(KIND_TERM[judgment.kind]))
    yield say(LS.agent, iri(agent_iri(judgment.author, names)))
    yield say(LS.reason, literal(judgment.reason))
    yield say(LS.made, moment(judgment.made))
    yield say(LS.judgmentConfidence, typed(repr(judgment.confidence), "double"))
    yield say(LS.status, iri(STATUS_TERM[judgment.status]))
    for place, (feature, value) in enumerate(judgment.features.items(), start=1):
        f = iri(part_of(name, f"feature-{place}"))
        yield say(LS.feature, f)
        yield Statement(f, TYPE, iri(LS.Feature))
        yield Statement(f, LABEL, literal(feature))
        if isinstance(value, str):
            yield Statement(f, iri(LS.featureText), literal(value))
        else:
            yield Statement(f, iri(LS.featureValue), typed(repr(value), "double"))


def decode_judgment(name: str, part: Read) -> StoredJudgment:
    """The judgment of that IRI. Raises ``NotFound`` if the record holds none, or not all of it."""
    found = part(name)
    if LS.Judgment not in found.all(RDF + "type"):
        raise NotFound(f"there is no judgment {name} in this store", iri=name)
    undone = found.get(LS.retracted)
    judgment = Judgment(
        left=found.need(LS.left),
        right=found.need(LS.right),
        verdict=_VERDICT[found.need(LS.verdict)],
        kind=_KIND[found.need(LS.judgmentKind)],
        author=decode_agent(part(found.need(LS.agent))),
        reason=found.need(LS.reason),
        made=datetime.fromisoformat(found.need(LS.made)),
        confidence=float(found.need(LS.judgmentConfidence)),
        features=dict(map(_feature, map(part, found.all(LS.feature)))),
        status=_STATUS[found.need(LS.status)],
    )
    return StoredJudgment(
        name,
        judgment,
        datetime.fromisoformat(undone) if undone else None,
        found.get(LS.retractedBy),
        found.get(LS.retractionReason),
    )


def _feature(found: Node) -> tuple[str, Feature]:
    value, text = found.get(LS.featureValue), found.get(LS.featureText)
    return found.need(RDFS + "label"), float(value) if value is not None else text or ""
