"""The text index after any sequence of writes is the one that is made anew."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.claims.claim import Claim
from kg.dataset.checks.invariants import check_dataset
from kg.dataset.loading.rdf import ingest_rdf
from kg.dataset.snapshots import Reader
from kg.dataset.terms import DefaultGraph, Literal, NamedNode, Quad
from kg.dataset.text import keeping, telling
from kg.dataset.text.search import Ask, TextIndex
from kg.dataset.upkeep.purge import Purge
from kg.dataset.writer import Writer

LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")


def told(producer: str, agency: str, polarity: str, modality: str, **more: Any) -> Claim:
    return Claim.model_validate(
        {
            "type": "license_granted",
            "roles": {"producer": producer, "customer": "Autowerk"},
            "document": more.pop("document", {"title": "A report"}),
            "attribution": [{"kind": "organization", "name": agency}],
            "polarity": polarity,
            "modality": modality,
            "assessment": {"reliability": more.pop("reliability", "B"), "credibility": 2},
            **more,
        }
    )


def text_of(path: Path) -> TextIndex:
    index = Reader(path).current().text
    assert index is not None
    return index


ASSERTIONS = st.tuples(
    st.sampled_from(["Alpha", "Beta"]),
    st.sampled_from(["Reuters", "AFP", "DPA"]),
    st.sampled_from(["positive", "positive", "negative"]),
    st.sampled_from(["reported", "reported", "hedged"]),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.lists(ASSERTIONS, min_size=1, max_size=3)),
        st.tuples(st.just("against"), ASSERTIONS),
        st.tuples(st.just("rate"), ASSERTIONS),
        st.tuples(st.just("retract"), st.integers(0, 20)),
        st.tuples(st.just("supersede"), st.integers(0, 20)),
        st.tuples(st.just("commit"), st.none()),
    ),
    min_size=2,
    max_size=8,
)


def perform(writer: Writer, steps: list[tuple[str, Any]]) -> None:
    known: list[str] = []
    for number, (what, given_) in enumerate(steps):
        other = known[given_ % len(known)] if known and isinstance(given_, int) else None
        match what, given_:
            case "add", list():
                known += [a.iri for a in writer.add(told(*one) for one in given_)]
            case "against", tuple():
                rebutted = {"rebuts": known[-1:], "said": f"2025-01-{number + 1:02d}"}
                known += [a.iri for a in writer.add([told(*given_, **rebutted)])]
            case "rate", tuple():
                rated = told(*given_, reliability="E", said=f"2025-02-{number + 1:02d}")
                known += [a.iri for a in writer.add([rated])]
            case "retract", int() if other:
                writer.retract(other, reason="wrong", by="a test")
            case "supersede", int() if other:
                later = told("Gamma", "AFP", "positive", "reported", supersedes=[other], status="accepted")
                known += [a.iri for a in writer.add([later])]
            case "commit", None:
                writer.commit()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_it_stays_in_step(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, steps: list[tuple[str, Any]]
) -> None:
    path = tmp_path_factory.mktemp("kept") / "store"
    with Writer(path) as writer:
        perform(writer, steps)
        writer.commit()
    alone, at_once = Reader(path).current(), Reader(path).current()
    assert [f for f in check_dataset(alone) if "text" in f.invariant] == []
    claims = text_of(path).claims(Ask(limit=100)).claims
    with monkeypatch.context() as few:
        few.setattr(telling, "MANY", 1)
        at_once.expect_claims(claims)
    for iri in claims:
        assert at_once.claim_info(iri) == alone.claim_info(iri)
        assert at_once.rebuttals(iri) == alone.rebuttals(iri)


def test_a_denial_contests_what_was_said_before(path: Path) -> None:
    said = told("Alpha", "Reuters", "positive", "reported")
    with Writer(path) as writer:
        [added] = writer.add([said])
        writer.commit()
        assert text_of(path).count(Ask(chosen={"contested": ("yes",)})) == 0
        [denied] = writer.add([told("Alpha", "AFP", "negative", "reported")])
        writer.commit()
        contested = text_of(path).claims(Ask(chosen={"contested": ("yes",)}))
        assert set(contested.claims) == {added.iri, denied.iri}
        writer.retract(denied.iri, reason="wrong", by="a test")
        writer.commit()
    assert text_of(path).count(Ask(chosen={"contested": ("yes",)})) == 0


def test_a_second_origin_ends_resting_on_one(path: Path) -> None:
    with Writer(path) as writer:
        writer.add([told("Alpha", "Reuters", "positive", "reported")])
        writer.commit()
        assert text_of(path).count(Ask(chosen={"support": ("one",)})) == 1
        writer.add([told("Alpha", "AFP", "positive", "reported")])
        writer.commit()
    index = text_of(path)
    assert index.count(Ask(chosen={"support": ("one",)})) == 0
    assert index.count(Ask(chosen={"support": ("several",)})) == 2


def test_many_claims_are_worked_off_on_the_way(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MANY", 3)
    with Writer(path) as writer:
        for agency in ("Reuters", "AFP", "DPA"):
            writer.add(told(f"Firm {n}", agency, "positive", "reported") for n in range(4))
        writer.commit()
    assert list(check_dataset(Reader(path).current())) == []


def test_what_is_given_up_is_not_found(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MANY", 1)
    with Writer(path):
        pass
    with Writer(path) as writer:
        writer.add([told("Given Up", "Reuters", "positive", "reported")])
    with Writer(path) as writer:
        writer.add([told("Kept", "Reuters", "positive", "reported")])
        writer.commit()
    index = text_of(path)
    assert (index.count(Ask(text="given up")), index.count(Ask(text="kept"))) == (0, 1)
    assert list(check_dataset(Reader(path).current())) == []


def test_rdf_in_bulk(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "facts.nq"
    ls = "https://w3id.org/lodestone/ontology#"
    file.write_text(
        f"<urn:a> <{ls}holdsLicenseFor> <urn:b> <urn:g1> .\n"
        f'<urn:a> {LABEL} "Größe \\"A\\" 磁铁\\n" <urn:g1> .\n'
        f"<urn:a> <{ls}holdsLicenseFor> <urn:b> <urn:g2> .\n"
        f'<urn:c> {LABEL} "Base" .\n'
    )
    with Writer(path) as writer:
        ingest_rdf(writer, file)
        writer.commit()
    index = text_of(path)
    assert set(index.claims(Ask(text="grosse")).claims) == {"urn:g1"}
    assert {hit.of for hit in index.names("磁铁")} == {"urn:a"}
    assert {hit.of for hit in index.names("base")} == {"urn:c"}
    assert list(check_dataset(Reader(path).current())) == []


def test_damage_is_found_and_mended(path: Path) -> None:
    with Writer(path) as writer:
        writer.add([told("Alpha", "Reuters", "positive", "reported")])
        writer.add_base([Quad(NamedNode("urn:x"), LABEL, Literal("Named"), DefaultGraph())])
        writer.commit()
        writer.add([told("Beta", "Reuters", "positive", "reported")])
        writer.text._noted.clear()
        writer.commit()
    assert {f.invariant for f in check_dataset(Reader(path).current())} == {
        "the text index tells what there is"
    }
    with Writer(path) as writer:
        writer.rebuild_index()
        writer.commit()
    assert list(check_dataset(Reader(path).current())) == []
    assert [hit.of for hit in text_of(path).names("named")] == ["urn:x"]


def test_purged_words_leave_every_file(path: Path) -> None:
    word = "unmistakable"
    with Writer(path) as writer:
        said = told("Alpha", "Reuters", "positive", "reported", quote={"exact": f"An {word} sentence."})
        [added] = writer.add([said])
        writer.commit()
        document = writer.view.node(added.iri).need("https://w3id.org/lodestone/ontology#document")
    assert text_of(path).count(Ask(text=word)) == 1
    assert _files_with(path, word)
    with Purge(path) as purge:
        purge.purge(document, reason="on request")
    assert text_of(path).count(Ask(text=word)) == 0
    assert text_of(path).count(Ask(text="alpha")) == 0
    assert _files_with(path, word) == []
    assert list(check_dataset(Reader(path).current())) == []


def _files_with(path: Path, word: str) -> list[Path]:
    return [p for p in path.rglob("text/*") if p.is_file() and word.encode() in p.read_bytes()]


def test_a_document_that_is_described_twice_stays_as_it_was_first(path: Path) -> None:
    with Writer(path) as writer:
        for title in ("First title", "Second title"):
            document = {"hash": "ab" * 32, "title": title}
            writer.add([told("Alpha", f"{title[0]} Agency", "positive", "reported", document=document)])
            writer.commit()
    assert list(check_dataset(Reader(path).current())) == []
    assert text_of(path).count(Ask(text="second title")) == 0
