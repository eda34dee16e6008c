import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, NamedNode, Quad, parse

from kg.claims.claim import Claim
from kg.dataset.checks.invariants import check_dataset
from kg.dataset.files import FORMAT
from kg.dataset.loading.rdf import ingest_rdf
from kg.dataset.record.records import DEFAULT
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.terms import RdfFormat, ntriples
from kg.dataset.upkeep.upgrade import upgrade
from kg.dataset.writer import Writer
from kg.errors import QuerySyntaxError, StoreError
from ontology.vocab import LS, RDF
from tests.dataset.conftest import grant, published

HOLDS = NamedNode(LS.holdsLicenseFor)
TYPE = NamedNode(RDF + "type")


def annotated(snapshot: Snapshot) -> dict[tuple[str, str, str], str]:
    """Fact → the name of its annotation; each fact must be there once."""
    assert snapshot.index is not None
    found = {}
    for quad in snapshot.index.store.quads_for_pattern(None, None, None, None):
        assert isinstance(quad.graph_name, BlankNode)
        assert len(quad.graph_name.value) <= 16
        triple = (ntriples(quad.subject), str(quad.predicate), ntriples(quad.object))
        assert triple not in found
        found[triple] = quad.graph_name.value
    return found


def check_index(snapshot: Snapshot) -> None:
    """The index holds the facts, each with the support that the claims give it."""
    assert snapshot.index is not None
    facts = list(snapshot.main.quads_for_pattern(None, None, None, DEFAULT))
    held = annotated(snapshot)
    assert set(held) == {(ntriples(q.subject), str(q.predicate), ntriples(q.object)) for q in facts}
    names = [BlankNode(held[ntriples(q.subject), str(q.predicate), ntriples(q.object)]) for q in facts]
    due = [snapshot.fact_support(q.subject, q.predicate, q.object) for q in facts]
    assert snapshot.index.supports(names) == due
    assert snapshot.index.supports(names) == due, "so it is when they are known already"
    assert snapshot.manifest.counts.get("facts", 0) == len(facts)


def name_of(snapshot: Snapshot, predicate: NamedNode) -> str:
    [name] = {n for (_, p, _), n in annotated(snapshot).items() if p == str(predicate)}
    return name


# --- what annotations look like


def test_a_new_store_has_an_empty_index(writer: Writer) -> None:
    assert annotated(published(writer)) == {}


def test_one_claim_is_named_by_its_line_and_two_by_a_row(writer: Writer) -> None:
    [one] = writer.add([grant("JL MAG", "Volkswagen")])
    first = published(writer)
    assert name_of(first, HOLDS)[0] == "c"
    [two] = writer.add([grant("JL MAG", "Volkswagen", title="Another")])
    second = published(writer)
    assert name_of(second, HOLDS)[0] == "a"
    assert first.index is not None
    assert second.index is not None
    [support] = second.index.supports([BlankNode(name_of(second, HOLDS))])
    assert support.facts == (tuple(sorted((one.iri, two.iri))),)
    [before] = first.index.supports([BlankNode(name_of(first, HOLDS))])
    assert before.facts == ((one.iri,),)
    check_index(second)


def test_base_data_keeps_its_blank_nodes(writer: Writer) -> None:
    [quad] = parse(b"_:x <urn:p> _:y .", format=RdfFormat.N_TRIPLES)
    writer.add_base([quad])
    snapshot = published(writer)
    assert annotated(snapshot) == {("_:x", "<urn:p>", "_:y"): "b"}
    check_index(snapshot)


def test_the_support_of_what_hundreds_of_claims_make_so_is_worked_out_when_asked(writer: Writer) -> None:
    some = [grant("JL MAG", f"Customer {number}") for number in range(70)]
    writer.add(some)
    first = published(writer)
    asked = {t: n for t, n in annotated(first).items() if n[0] == "t"}
    assert {p for _, p, _ in asked} == {str(TYPE), "<http://www.w3.org/2000/01/rdf-schema#label>"}
    check_index(first)
    writer.add([grant("JL MAG", "Customer 70")])
    second = published(writer)
    assert {t: n for t, n in annotated(second).items() if n[0] == "t"} == asked
    check_index(second)


def test_the_default_graph_of_a_query_is_all_facts_and_graphs_are_annotations(writer: Writer) -> None:
    writer.add([grant("JL MAG", "Volkswagen"), grant("JL MAG", "Volkswagen", title="Another")])
    index = published(writer).index
    assert index is not None
    holds = f"?p {HOLDS} ?c"
    rows = list(index.query(f"SELECT ?p ?c ?k {{ {holds} GRAPH ?k {{ {holds} }} }}"))
    assert [row["k"].value[0] for row in rows] == ["a"]
    with pytest.raises(QuerySyntaxError, match="line 1, column"):
        index.query("SELECT nonsense")


def test_a_number_written_in_two_ways_is_one_fact(writer: Writer) -> None:
    double = "http://www.w3.org/2001/XMLSchema#double"
    claim = grant("JL MAG", "Volkswagen", quantity={"value": 1200000})
    event = f"<{writer.names.event(claim.id)}>"
    same = Claim.model_validate(
        {
            "triples": [f'{event} <{LS.quantityValue}> "1.2E6"^^<{double}> .'],
            "document": {"title": "RDF"},
            "attribution": [{"kind": "publisher", "name": "FT"}],
            "status": "accepted",
        }
    )
    writer.add([claim, same])
    snapshot = published(writer)
    assert name_of(snapshot, NamedNode(LS.quantityValue))[0] == "a"
    check_index(snapshot)


# --- keeping step

NAMES = ("A", "B", "C")
_says = st.builds(
    lambda producer, customer, title, mode: grant(producer, customer, title=title, **mode),
    st.sampled_from(NAMES),
    st.sampled_from(NAMES),
    st.sampled_from(("one", "two", "three")),
    st.sampled_from(
        (
            {},
            {},
            {"modality": "hedged"},
            {"polarity": "negative"},
            {"status": "proposed"},
            {"status": "unreviewed", "assessment": {"reliability": "A", "credibility": 5}},
            {"assessment": {"reliability": "E"}},
        )
    ),
)
_states = st.builds(
    lambda triples: Claim.model_validate(
        {
            "triples": triples,
            "document": {"title": "RDF"},
            "attribution": [{"kind": "publisher", "name": "FT"}],
        }
    ),
    st.lists(
        st.sampled_from(
            [
                f"<urn:x> <{LS.holdsLicenseFor}> <urn:y> .",
                f"<urn:y> <{LS.hasLicensedProducer}> <urn:x> .",
                f"<urn:x> <{RDF}type> <{LS.Party}> .",
                '<urn:x> <urn:n> "01"^^<http://www.w3.org/2001/XMLSchema#integer> .',
            ]
        ),
        min_size=1,
        max_size=3,
        unique=True,
    ),
)
_base = st.sampled_from(
    [
        Quad(NamedNode("urn:x"), HOLDS, NamedNode("urn:y")),
        Quad(NamedNode("urn:y"), NamedNode(LS.hasLicensedProducer), NamedNode("urn:x")),
        Quad(NamedNode("urn:x"), TYPE, NamedNode(LS.Party)),
        Quad(BlankNode("b"), NamedNode("urn:p"), BlankNode("c1")),
        Quad(NamedNode("urn:x"), HOLDS, NamedNode("urn:z"), NamedNode("urn:graph")),
    ]
)
_steps = st.one_of(
    st.tuples(st.just("add"), st.lists(_says | _states, min_size=1, max_size=4)),
    st.tuples(st.just("add"), st.lists(_says | _states, min_size=1, max_size=4)),
    st.tuples(st.just("supersede"), _says),
    st.tuples(st.just("retract"), st.integers(0, 20)),
    st.tuples(st.just("add base"), st.lists(_base, max_size=3)),
    st.tuples(st.just("remove base"), st.lists(_base, max_size=3)),
    st.tuples(st.just("rebuild"), st.none()),
    st.tuples(st.just("commit"), st.none()),
    st.tuples(st.just("give up"), st.none()),
)


class Story:
    """A store, and what is done to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.said: list[str] = []
        self.writer = Writer(path).__enter__()

    def step(self, kind: str, what: object) -> None:
        writer = self.writer
        match kind, what:
            case "add", list(claims):
                self.said += [added.iri for added in writer.add(claims)]
            case "supersede", Claim() as claim:
                gone = self.said[-1:]
                self.said += [
                    a.iri for a in writer.add([claim.model_copy(update={"supersedes": tuple(gone)})])
                ]
            case "retract", int(number) if self.said:
                name = self.said[number % len(self.said)]
                if writer.view.is_known(name):
                    writer.retract(name, reason="x", by="y")
            case "add base", list(quads):
                writer.add_base(quads)
            case "remove base", list(quads):
                writer.remove_base(quads)
            case "rebuild", _:
                writer.commit()
                writer.rebuild()
            case "commit", _:
                check_index(published(writer))
            case "give up", _:
                self.end()
                self.writer = Writer(self.path).__enter__()

    def end(self) -> None:
        self.writer.__exit__(None, None, None)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(_steps, min_size=1, max_size=10))
def test_after_any_changes_each_fact_has_the_support_that_the_claims_give_it(
    steps: list[tuple[str, object]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    story = Story(tmp_path_factory.mktemp("story") / "store")
    try:
        for kind, what in steps:
            story.step(kind, what)
        snapshot = published(story.writer)
        check_index(snapshot)
        assert list(check_dataset(snapshot)) == []
    finally:
        story.end()


def test_rdf_in_bulk_is_indexed_as_claim_by_claim(writer: Writer, tmp_path: Path) -> None:
    for number, name in enumerate(("x.nq", "y.nq")):
        lines = [
            f"<urn:s{n % 7}> <{LS.holdsLicenseFor}> <urn:o{n % 5}> <urn:g{number}{n % 11}> .\n"
            for n in range(300)
        ]
        (tmp_path / name).write_text("".join(lines) + "<urn:s1> <urn:p> <urn:base> .\n", encoding="utf-8")
        ingest_rdf(writer, tmp_path / name)
        check_index(published(writer))


def test_what_did_not_touch_the_facts_leaves_the_index_as_it_is(writer: Writer) -> None:
    writer.add([grant("JL MAG", "Volkswagen")])
    before = published(writer).manifest.index
    writer.add([grant("JL MAG", "Tesla", modality="hedged")])
    assert published(writer).manifest.index == before
    for number in range(10):
        writer.add([grant("JL MAG", f"Customer {number}", modality="hedged")])
        writer.commit()
    check_index(published(writer))


# --- crashes, damage, formats


def test_what_a_writer_left_half_done_is_gone(path: Path) -> None:
    with Writer(path) as writer:
        writer.add([grant("JL MAG", "Volkswagen")])
        writer.commit()
        writer.add([grant("JL MAG", "Tesla")])
        writer.indexing.refresh()  # dies before the manifest
    with (path / "annotations.log").open("ab") as log:
        log.write(b"half a li")
    check_index(Reader(path).current())
    with Writer(path) as writer:
        writer.add([grant("JL MAG", "Toyota")])
        check_index(published(writer))


def test_a_wrong_annotation_is_found_and_mended(writer: Writer) -> None:
    writer.add([grant("JL MAG", "Volkswagen"), grant("JL MAG", "Tesla")])
    writer.touch()
    writer.rebuild_index()
    writer.indexing.refresh()
    index = writer.index
    [one, two, *_] = index.quads_for_pattern(None, HOLDS, None, None)
    index.extend([Quad(one.subject, one.predicate, one.object, two.graph_name)])
    index.remove(one)
    index.add(Quad(NamedNode("urn:stray"), HOLDS, NamedNode("urn:o"), one.graph_name))
    writer.indexing.touch([("<urn:nothing>", "<urn:p>", "<urn:o>")])
    found = {finding.invariant for finding in check_dataset(published(writer))}
    assert found == {
        "the index tells what each fact rests on",
        "the index holds facts only",
        "the manifest counts what is there",
    }
    writer.rebuild()
    assert list(check_dataset(published(writer))) == []


def test_readers_need_no_right_to_write(path: Path) -> None:
    with Writer(path) as writer:
        writer.add([grant("JL MAG", "Volkswagen")])
        writer.commit()
    for folder, _, files in os.walk(path):
        for name in files:
            (Path(folder) / name).chmod(0o444)
        Path(folder).chmod(0o555)
    try:
        check_index(Reader(path).current())
    finally:
        for folder, _, _ in os.walk(path):
            Path(folder).chmod(0o755)


def test_a_store_of_format_1_is_upgraded(path: Path) -> None:
    with Writer(path) as writer:
        writer.add([grant("JL MAG", "Volkswagen")])
        writer.add_base([Quad(NamedNode("urn:x"), HOLDS, NamedNode("urn:z"))])
        writer.commit()
    as_of_format_1(path)
    with pytest.raises(StoreError, match="lodestone upgrade"):
        Reader(path)
    upgrade(path)
    snapshot = Reader(path).current()
    assert snapshot.settings.format == FORMAT
    check_index(snapshot)
    assert list(check_dataset(snapshot)) == []
    assert Reader(path).version(str(snapshot.number - 2)).index is None


def as_of_format_1(path: Path) -> None:
    """Take from a store what format 1 did not have."""
    for file in (path / "manifest.json", *path.glob("snapshots/*/snapshot.json")):
        manifest = json.loads(file.read_text(encoding="utf-8"))
        del manifest["index"], manifest["text"]
        manifest["counts"].pop("facts", None)
        file.write_text(json.dumps(manifest), encoding="utf-8")
    written = json.loads((path / "lodestone.json").read_text(encoding="utf-8"))
    (path / "lodestone.json").write_text(json.dumps(written | {"format": 1}), encoding="utf-8")
    (path / "annotations.log").unlink()
    for name in ("index", "text"):
        for folder in (*path.glob(f"snapshots/*/{name}"), path / "working" / name):
            folder.rename(path / f".gone-{name}-{folder.parent.name}")
