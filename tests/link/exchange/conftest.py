"""A store with something of everything that goes out: links, judgments, quotes, retractions, odd text."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kg.claims.claim import Agent, AgentKind, Claim
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.writer import Writer
from kg.identity.judgment import Judgment
from ontology.vocab import RDFS, SKOS
from tests.dataset.conftest import grant

ENTITY = "https://w3id.org/lodestone/entity/"
ANN = {"kind": "person", "name": "Ann Analyst"}
LINKER = {"kind": "extractor", "name": "matcher", "version": "2"}
AT = datetime(2025, 6, 1, 9, 30, tzinfo=UTC)


def link(subject: str, target: str, kind: str = "exactMatch", **changes: object) -> Claim:
    """A claim that an entity is something of other data."""
    return Claim.model_validate(
        {
            "triples": [f"<{subject}> <{SKOS}{kind}> <{target}>"],
            "document": {"title": "Other data", "url": "https://data.example/"},
            "attribution": [{"kind": "document", "name": "Other data"}],
            "agent": LINKER,
            "status": "accepted",
            **changes,
        }
    )


def fill(path: Path) -> Snapshot:
    """Make the store."""
    label = f'<{ENTITY}vw> <{RDFS}label> "Volkswagen \\"AG\\"\\n\\ttabbed \\\\"'
    with Writer(path) as writer:
        exact = link(f"{ENTITY}vw", "http://www.wikidata.org/entity/Q156578")
        added = writer.add(
            [
                exact.model_copy(update={"triples": (*exact.triples, label)}),
                link(
                    f"{ENTITY}vw",
                    "http://www.wikidata.org/entity/Q246",
                    polarity="negative",
                    agent=ANN,
                    attribution=[ANN],
                    assessment={"reason": "semapv:MappingReview: the brand\tis no group"},
                    said="2025-05-14",
                ),
                link(f"{ENTITY}tesla", "urn:lei:54930043XZGB27CTOV49", "closeMatch"),
                link(f"{ENTITY}tesla", "https://odd.example/", "closeMatch", status="proposed"),
                link(f"{ENTITY}tesla", "https://odd.example/2", "closeMatch", modality="hedged"),
                grant(
                    "JL MAG",
                    "Volkswagen",
                    quote={"exact": "a license \\ “金力”\n", "start": 3, "end": 20},
                    quantity={"value": 1e-9, "qualifier": "about", "unit": "lots"},
                    when={"text": "in late April", "edtf": "2025-04-21/2025-04-30"},
                    attribution=[
                        {"kind": "anonymous_sources", "count": 3, "text": "Three sources", "verb": "told"},
                        {"kind": "organization", "name": "Reuters"},
                        {"kind": "publisher", "name": "Example\tDaily"},
                    ],
                    agent=LINKER,
                ),
                grant("JL MAG", "Tesla", agent=ANN),
                grant("Baotou Tianhe", "Tesla"),
            ]
        )
        old = added[-2].iri
        writer.add([grant("JL MAG", "Tesla", supersedes=[old], said="2025-06-01")])
        writer.retract(added[-1].iri, reason="wrong\nfirm", by="Ann Analyst", at=AT)
        ann = Agent(name="Ann Analyst")
        tool = Agent(kind=AgentKind.EXTRACTOR, name="matcher", version="2")
        told = {"reason": "semapv:LexicalMatching: names agree", "made": AT}
        judged = writer.judge(
            [
                Judgment(left=f"{ENTITY}a", right=f"{ENTITY}b", verdict="same", author=tool, **told),
                Judgment(left=f"{ENTITY}c", right=f"{ENTITY}d", verdict="different", author=ann, **told),
                Judgment(left=f"{ENTITY}e", right=f"{ENTITY}f", verdict="unsure", author=ann, **told),
                Judgment(
                    left=f"{ENTITY}g",
                    right=f"{ENTITY}h",
                    verdict="same",
                    author=ann,
                    status="proposed",
                    **told,
                ),
                Judgment(left=f"{ENTITY}i", right=f"{ENTITY}j", verdict="same", author=ann, **told),
            ]
        )
        writer.undo(judged[-1].iri, reason="two firms", by="Ann Analyst", at=AT)
        writer.commit()
    return Reader(path).current()


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The store's version."""
    return fill(tmp_path_factory.mktemp("exchange") / "store")
