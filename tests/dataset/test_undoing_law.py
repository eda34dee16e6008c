"""Whatever was added, retracted, judged and undone: a store is that of what stands."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Quad

from kg.claims.claim import Claim
from kg.dataset.annotated.view import Support
from kg.dataset.checks.invariants import check_dataset
from kg.dataset.record.records import DEFAULT
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.writer import Writer
from ontology.vocab import LS
from tests.dataset.conftest import published
from tests.dataset.judged import MADE, everything, graphs, indexed, same
from tests.nightly import NIGHTLY

MENTIONS = tuple(f"urn:m{number}" for number in range(5))
CLAIMS = tuple(
    Claim.model_validate(
        {
            "triples": [
                f"<{MENTIONS[number]}> <{LS.holdsLicenseFor}> <{MENTIONS[(number + step) % 5]}> .",
                f"<{MENTIONS[number]}> <{LS.holdsLicenseFor}> <{MENTIONS[(number + 1) % 5]}> .",
                f'<{MENTIONS[number]}> <http://www.w3.org/2000/01/rdf-schema#label> "it" .',
                f"<{MENTIONS[number]}> <{LS.locatedIn}> <{MENTIONS[(number + step) % 5]}> .",
            ],
            "document": {"title": f"Document {number}"},
            "attribution": [{"kind": "publisher", "name": f"Publisher {number % 3}"}],
            "status": "accepted",
            "polarity": "negative" if number == 4 else "positive",
        }
    )
    for number, step in ((0, 2), (1, 3), (2, 2), (3, 1), (4, 2), (0, 3))
)
JUDGMENTS = tuple(
    same(MENTIONS[a], MENTIONS[b], reason=f"{a} {b}") for a, b in ((0, 1), (1, 2), (0, 2), (3, 4), (2, 4))
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, len(CLAIMS) - 1)),
        st.tuples(st.just("retract"), st.integers(0, len(CLAIMS) - 1)),
        st.tuples(st.just("judge"), st.integers(0, len(JUDGMENTS) - 1)),
        st.tuples(st.just("undo"), st.integers(0, len(JUDGMENTS) - 1)),
        st.tuples(st.just("commit"), st.just(0)),
    ),
    max_size=14,
)


@settings(max_examples=400 if NIGHTLY else 12, deadline=None)
@given(steps=STEPS)
def test_a_dataset_is_that_of_the_claims_and_judgments_that_stand_however_it_came_about(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("law")
    claims: dict[int, bool] = {}
    judged: dict[int, bool] = {}
    for part in _until_commits(steps):
        with Writer(folder / "store") as writer:
            for what, number in part:
                match what:
                    case "add":
                        writer.add([CLAIMS[number]])
                        claims.setdefault(number, True)
                    case "retract" if number in claims:
                        writer.retract(writer.names.claim(CLAIMS[number].id), reason="x", by="y", at=MADE)
                        claims[number] = False
                    case "judge" if number not in judged:
                        writer.judge([JUDGMENTS[number]])
                        judged[number] = True
                    case "undo" if judged.get(number):
                        writer.undo(JUDGMENTS[number].iri(writer.names), reason="x", by="y")
                        judged[number] = False
            snapshot = published(writer)
    assert list(check_dataset(snapshot)) == []
    due = _made_at_once(folder / "due", claims, [j for j, stands in judged.items() if stands])
    assert everything(snapshot)["supports"] == everything(due)["supports"] == _by_quad(indexed(snapshot))
    assert graphs(snapshot) == graphs(due)


def _until_commits(steps: list[tuple[str, int]]) -> list[list[tuple[str, int]]]:
    parts: list[list[tuple[str, int]]] = [[]]
    for step in steps:
        if step[0] == "commit":
            parts.append([])
        else:
            parts[-1].append(step)
    return parts


def _made_at_once(path: Path, claims: dict[int, bool], judgments: list[int]) -> Snapshot:
    with Writer(path) as writer:
        writer.judge([JUDGMENTS[number] for number in judgments])
        writer.add([CLAIMS[number] for number, stands in claims.items() if stands])
        writer.commit()
    return Reader(path).current()


def _by_quad(supports: dict[Quad, Support]) -> dict[Quad, Support]:
    return {Quad(q.subject, q.predicate, q.object, DEFAULT): s for q, s in supports.items()}
