"""Whatever comes, is judged, undone and taken back: the dataset is that of what stands, made at once.

Claims of all stances, judgments of all verdicts, base data and inference together, in any order.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from kg.claims.claim import Claim
from kg.dataset.checks.invariants import check_dataset
from kg.dataset.outcomes import Outcome
from kg.dataset.record.records import DEFAULT
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.writer import Writer
from kg.identity.judgment import Judgment
from ontology.vocab import LS, ONTOLOGY, RDF, RDFS
from tests.dataset.judged import indexed, same
from tests.dataset.test_inferring_law import scanned
from tests.nightly import NIGHTLY

NAMES = tuple(f"urn:n{number}" for number in range(6))
PROPERTIES = (LS.holdsLicenseFor, LS.locatedIn, LS.subdivisionOf, LS.madeOf, LS.lostLicenseFor)
STANCES = (("positive", "asserted"),) * 4 + (("positive", "hedged"), ("negative", "asserted"))

NAME = st.sampled_from(NAMES)
TRIPLE = st.one_of(
    st.tuples(NAME, st.sampled_from(PROPERTIES), NAME),
    st.tuples(NAME, st.just(RDFS + "label"), st.sampled_from(("it", "\u78c1\u6750", 'a "b" \\ c'))),
)
PAIR = st.tuples(NAME, NAME).filter(lambda pair: pair[0] != pair[1])
STEP = st.one_of(
    st.tuples(
        st.just("claim"),
        st.tuples(st.lists(TRIPLE, min_size=1, max_size=3, unique=True), st.sampled_from(STANCES)),
    ),
    st.tuples(st.just("claim"), st.tuples(st.lists(TRIPLE, min_size=1, max_size=3), st.just(STANCES[0]))),
    st.tuples(st.just("judge"), st.tuples(PAIR, st.sampled_from(("same", "same", "different", "unsure")))),
    st.tuples(st.just("undo"), st.integers(0, 9)),
    st.tuples(st.just("retract"), st.integers(0, 9)),
    st.tuples(st.just("base"), TRIPLE),
    st.tuples(st.just("remove"), TRIPLE),
    st.tuples(st.just("commit"), st.none()),
)

Triple = tuple[str, str, str]


def quad(triple: Triple) -> Quad:
    s, p, o = triple
    return Quad(NamedNode(s), NamedNode(p), Literal(o) if p == RDFS + "label" else NamedNode(o))


def claim(number: int, triples: Iterable[Triple], stance: tuple[str, str]) -> Claim:
    polarity, modality = stance
    return Claim.model_validate(
        {
            "triples": [f"{q.subject} {q.predicate} {q.object} ." for q in map(quad, triples)],
            "polarity": polarity,
            "modality": modality,
            "document": {"title": f"Document {number}"},
            "attribution": [{"kind": "publisher", "name": f"Publisher {number % 3}"}],
            "status": "accepted",
        }
    )


@dataclass
class Standing:
    """What stands at the end."""

    claims: dict[str, Claim] = field(default_factory=dict)
    judgments: dict[str, Judgment] = field(default_factory=dict)
    base: dict[Triple, None] = field(default_factory=dict)


def play(path: Path, steps: list[tuple[str, object]]) -> Standing:
    stands = Standing()
    numbered = list(enumerate(steps))
    while numbered:
        with Writer(path) as writer:
            while numbered:
                number, step = numbered.pop(0)
                if step[0] == "commit":
                    break
                happen(writer, stands, number, step)
            writer.commit()
    return stands


def happen(writer: Writer, stands: Standing, number: int, step: tuple[str, object]) -> None:
    match step:
        case "claim", (list(triples), tuple(stance)):
            made = claim(number, triples, stance)
            [added] = writer.add([made])
            stands.claims[added.iri] = made
        case "retract", int(place) if stands.claims:
            gone = list(stands.claims)[place % len(stands.claims)]
            writer.retract(gone, reason="x", by="y")
            del stands.claims[gone]
        case "judge", ((str(left), str(right)), str(verdict)):
            judgment = same(left, right, verdict=verdict, reason=f"step {number}")
            [judged] = writer.judge([judgment])
            if judged.outcome is Outcome.NEW:
                stands.judgments[judged.iri] = judgment
        case "undo", int(place) if stands.judgments:
            undone = list(stands.judgments)[place % len(stands.judgments)]
            writer.undo(undone, reason="x", by="y")
            del stands.judgments[undone]
        case "base", (str(), str(), str()) as triple:
            writer.add_base([quad(triple)])
            stands.base[triple] = None
        case "remove", (str(), str(), str()) as triple:
            writer.remove_base([quad(triple)])
            stands.base.pop(triple, None)


def made_at_once(path: Path, stands: Standing, seed: int) -> Snapshot:
    """What stands, in another order, published once."""
    parts: list[tuple[str, object]] = [
        *(("claim", one) for one in stands.claims.values()),
        *(("judgment", one) for one in stands.judgments.values()),
        *(("base", one) for one in stands.base),
    ]
    Random(seed).shuffle(parts)  # noqa: S311 - an order, no secret
    with Writer(path) as writer:
        for part in parts:
            match part:
                case "claim", Claim() as one:
                    writer.add([one])
                case "judgment", Judgment() as judged:
                    assert writer.judge([judged])[0].outcome is Outcome.NEW
                case "base", (str(), str(), str()) as triple:
                    writer.add_base([quad(triple)])
        writer.commit()
    return Reader(path).current()


def graphs(snapshot: Snapshot) -> set[Quad]:
    quads = snapshot.main.quads_for_pattern(None, None, None, None)
    return {q for q in quads if q.graph_name not in (snapshot.record, NamedNode(ONTOLOGY))}


@settings(max_examples=400 if NIGHTLY else 12)
@given(st.lists(STEP, min_size=2, max_size=14), st.integers(0, 99), st.booleans())
def test_a_dataset_is_that_of_what_stands(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, object]], seed: int, eagerly: bool
) -> None:
    folder = tmp_path_factory.mktemp("history")
    with scanned(eagerly):
        stands = play(folder / "store", steps)
    due = made_at_once(folder / "due", stands, seed)
    found = Reader(folder / "store").current()
    assert graphs(found) == graphs(due)
    assert list(check_dataset(found)) == []
    facts = list(found.main.quads_for_pattern(None, None, None, DEFAULT))
    supports = {q: found.fact_support(*q.triple) for q in facts}
    assert supports == {q: due.fact_support(*q.triple) for q in facts}
    assert indexed(found) == indexed(due) == {Quad(*q.triple): s for q, s in supports.items()}
    for one in due.main.quads_for_pattern(None, None, None, due.inferred):
        assert found.graph_support(due.inferred, *one.triple) == due.graph_support(due.inferred, *one.triple)


def test_what_was_concluded_and_is_gone_before_it_is_published(tmp_path: Path) -> None:
    """Touching base data has what follows concluded; that may be gone when the version is published."""
    holds = ("urn:n0", LS.holdsLicenseFor, "urn:n0")
    steps: list[tuple[str, object]] = [
        ("claim", ([("urn:n0", LS.locatedIn, "urn:n0")], STANCES[0])),
        ("claim", ([holds], STANCES[0])),
        ("remove", ("urn:n0", RDFS + "label", "it")),
        ("retract", 1),
    ]
    play(tmp_path / "store", steps)
    found = Reader(tmp_path / "store").current()
    assert list(check_dataset(found)) == []
    assert {q.predicate.value for q in indexed(found)} <= {LS.locatedIn, RDF + "type"}
