"""When claims were taken back or replaced, the latest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pyoxigraph import NamedNode, Store

from kg.dataset.record.records import Records, plain_value
from kg.dataset.terms import node
from ontology.vocab import LS

_BY_ANOTHER = (node(LS.retracts), node(LS.supersedes))


@dataclass(frozen=True)
class Fall:
    """A claim was retracted, or another, ``by``, retracts or supersedes it, which need not stand itself."""

    claim: str
    by: str | None
    at: datetime


def falls(records: Records) -> list[Fall]:
    """Every time that a claim was taken back or replaced, the latest first."""
    found = [fall for store in (records.main, records.archive) for fall in _told(records, store)]
    return sorted(found, key=lambda fall: (fall.at, fall.claim, fall.by or ""), reverse=True)


def _told(records: Records, store: Store) -> Iterator[Fall]:
    judgments = records.names.judgment("")
    for quad in store.quads_for_pattern(None, node(LS.retracted), None, records.record):
        if isinstance(quad.subject, NamedNode) and not quad.subject.value.startswith(judgments):
            yield Fall(quad.subject.value, None, datetime.fromisoformat(plain_value(quad.object)))
    for relation in _BY_ANOTHER:
        for quad in store.quads_for_pattern(None, relation, None, records.record):
            by, claim = quad.subject, quad.object
            for said in store.quads_for_pattern(by, node(LS.recorded), None, records.record):
                if isinstance(by, NamedNode) and isinstance(claim, NamedNode):
                    yield Fall(claim.value, by.value, datetime.fromisoformat(plain_value(said.object)))
