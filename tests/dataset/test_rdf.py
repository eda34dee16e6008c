import json
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse
from rdflib import Graph

from kg.dataset import working
from kg.dataset.checks import consistency
from kg.dataset.checks.invariants import check_dataset
from kg.dataset.exchange import export
from kg.dataset.files import Settings
from kg.dataset.loading.rdf import RdfReport, ingest_rdf
from kg.dataset.loading.rdf_reader import check_bounds
from kg.dataset.loading.sorting import SortedLines
from kg.dataset.writer import Writer
from kg.errors import UnreadableInput
from kg.infer.consistency import Consistency
from tests.dataset.conftest import grant, published

TRIG = """
@prefix : <http://example.org/> .
:base :p 1 .
:g1 { :a :p :b, "01"^^<http://www.w3.org/2001/XMLSchema#integer> . }
:g2 { :a :p :b . [] :q [ :r "x" ] . }
"""


def take(writer: Writer, folder: Path, name: str, text: str) -> RdfReport:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return ingest_rdf(writer, path)


def test_named_graphs_are_claims_and_the_default_graph_is_base_data(writer: Writer, tmp_path: Path) -> None:
    report = take(writer, tmp_path, "x.trig", TRIG)
    snapshot = published(writer)
    assert (report.claims_new, report.base_new, report.rejected) == (2, 1, [])
    stored = snapshot.claim("http://example.org/g1")
    assert stored.active
    assert stored.claim.iri == "http://example.org/g1"
    assert stored.claim.attribution[0].label == "x.trig"
    assert snapshot.manifest.counts["active"] == 2
    assert list(check_dataset(snapshot)) == []


def test_much_is_put_in_order_and_stays_the_same(
    writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "MUCH", 0)
    take(writer, tmp_path, "x.trig", TRIG)
    assert writer.loaded > 0
    snapshot = published(writer)
    assert writer.loaded == 0
    assert snapshot.manifest.counts["active"] == 2
    assert list(check_dataset(snapshot)) == []


def test_support_of_what_two_graphs_say(writer: Writer, tmp_path: Path) -> None:
    take(writer, tmp_path, "x.trig", TRIG)
    snapshot = published(writer)
    [row] = snapshot.query("SELECT ?s ?p ?o { ?s ?p ?o FILTER(?o = <http://example.org/b>) }")
    support = snapshot.fact_support(row["s"], row["p"], row["o"])
    assert support.facts == (("http://example.org/g1", "http://example.org/g2"),)


def test_blank_nodes_get_the_same_names_each_time(writer: Writer, tmp_path: Path) -> None:
    take(writer, tmp_path, "x.trig", TRIG)
    assert not published(writer).query("ASK { ?s ?p ?o FILTER(isBlank(?s) || isBlank(?o)) }")
    again = take(writer, tmp_path, "other.trig", TRIG)
    assert (again.claims_new, again.claims_known, again.base_new) == (0, 2, 0)


def test_other_content_under_a_known_iri_is_rejected_and_kept(writer: Writer, tmp_path: Path) -> None:
    take(writer, tmp_path, "x.trig", TRIG)
    report = take(writer, tmp_path, "y.trig", "<http://example.org/g1> { <urn:a> <urn:b> <urn:c> . }")
    [rejected] = report.rejected
    assert rejected.graph == "http://example.org/g1"
    assert "other content" in rejected.reason
    assert "<urn:a> <urn:b> <urn:c>" in rejected.raw


def test_reserved_graphs_cannot_be_brought_in_as_claims(writer: Writer, tmp_path: Path) -> None:
    graph = writer.names.inferred
    report = take(writer, tmp_path, "x.nq", f"<urn:a> <urn:b> <urn:c> <{graph}> .\n")
    assert report.claims_new == 0
    assert "reserved" in report.rejected[0].reason


def test_a_broken_line_takes_its_graph_along_and_nothing_else(writer: Writer, tmp_path: Path) -> None:
    text = (
        "<urn:a> <urn:p> <urn:b> <urn:g1> .\n"
        "<urn:a> <urn:p> nonsense <urn:g1> .\n"
        "<urn:a> <urn:p> <urn:b> <urn:g2> .\n"
        "<urn:a> <urn:p> <urn:b> <urn:g3> .\n"
        "<urn:a> <urn:p> <urn:c> <urn:g"
    )
    report = take(writer, tmp_path, "x.nq", text)
    snapshot = published(writer)
    assert [r.line for r in report.rejected if r.line] == [2, 5]
    assert {r.graph for r in report.rejected} == {"urn:g1", "urn:g3"}
    assert [name for name in ("urn:g1", "urn:g2", "urn:g3") if snapshot.claim_info(name)] == ["urn:g2"]


@pytest.mark.parametrize("name", ["x.ttl", "x.trig", "x.jsonld", "x.rdf"])
def test_a_file_that_is_not_what_its_name_says_is_refused_whole(
    writer: Writer, tmp_path: Path, name: str
) -> None:
    with pytest.raises(UnreadableInput, match=r"x\."):
        take(writer, tmp_path, name, "<urn:a> <urn:b> rubbish")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.ttl", "<urn:a> <urn:b> 1 ."),
        ("x.nt", '<urn:a> <urn:b> "1" .'),
        ("x.jsonld", '{"@id": "urn:a", "urn:b": 1}'),
        (
            "x.rdf",
            """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:u="urn:">
            <rdf:Description rdf:about="urn:a"><u:b>1</u:b></rdf:Description></rdf:RDF>""",
        ),
    ],
)
def test_every_format_is_read(writer: Writer, tmp_path: Path, name: str, text: str) -> None:
    assert take(writer, tmp_path, name, text).base_new == 1


def test_a_nanopublication_is_one_claim(writer: Writer, tmp_path: Path) -> None:
    text = """
    @prefix np: <http://www.nanopub.org/nschema#> .
    @prefix : <http://example.org/np1#> .
    :head { <http://example.org/np1> a np:Nanopublication ; np:hasAssertion :assertion ;
            np:hasProvenance :provenance ; np:hasPublicationInfo :pubinfo . }
    :assertion { <urn:a> <urn:b> <urn:c> . }
    :provenance { :assertion <http://www.w3.org/ns/prov#wasAttributedTo> <urn:somebody> . }
    :pubinfo { <http://example.org/np1> <http://purl.org/dc/terms/created> "2025-05-14" . }
    """
    report = take(writer, tmp_path, "np.trig", text)
    snapshot = published(writer)
    assert report.claims_new == 1
    assert snapshot.claim_info("http://example.org/np1#assertion") is not None
    assert snapshot.query("ASK { GRAPH <http://example.org/np1#provenance> { ?s ?p <urn:somebody> } }")


def test_rdf_beside_claims_keeps_both(writer: Writer, tmp_path: Path) -> None:
    writer.add([grant("JL MAG", "Volkswagen")])
    take(writer, tmp_path, "x.trig", TRIG)
    snapshot = published(writer)
    assert snapshot.manifest.counts["active"] == 3
    assert list(check_dataset(snapshot)) == []


def test_lines_are_sorted_over_many_runs(tmp_path: Path) -> None:
    with SortedLines(tmp_path, run_bytes=8) as lines:
        for line in ("b", "a", "ccc", "a", "d\u2028e", "bb"):
            lines.add(line)
        assert list(lines) == ["a", "b", "bb", "ccc", "d\u2028e"]
    assert list(tmp_path.iterdir()) == []


def test_no_file_can_take_the_name_that_a_claim_gets_from_its_content(writer: Writer, tmp_path: Path) -> None:
    claim = grant("JL MAG", "Volkswagen")
    name = writer.names.claim(claim.id)
    report = take(writer, tmp_path, "squat.trig", f"<{name}> {{ <urn:a> <urn:b> <urn:c> . }}")
    assert report.claims_new == 0
    assert "makes from content" in report.rejected[0].reason
    assert [added.outcome for added in writer.add([claim])] == ["new"]


def test_what_has_no_name_is_never_merged(writer: Writer, tmp_path: Path) -> None:
    firm = '[] a <urn:Firm> ; <urn:label> "a company in Baotou" . [] a <urn:Firm> .'
    take(writer, tmp_path, "x.ttl", firm)
    take(writer, tmp_path, "y.ttl", firm + "\n")
    assert len(list(published(writer).query("SELECT ?firm { ?firm a <urn:Firm> }"))) == 4


def test_relative_names_belong_to_their_file(writer: Writer, tmp_path: Path) -> None:
    assert take(writer, tmp_path, "x.trig", "<g> { <a> <urn:b> <c> . }").claims_new == 1
    assert take(writer, tmp_path, "y.trig", "<g> { <a> <urn:b> <d> . }").claims_new == 1


def test_a_retraction_may_come_before_what_it_retracts(writer: Writer, tmp_path: Path) -> None:
    writer.add([grant("JL MAG", "Volkswagen", retracts=["urn:g"])])
    take(writer, tmp_path, "x.nq", "<urn:a> <urn:p> <urn:b> <urn:g> .")
    snapshot = published(writer)
    assert snapshot.claim("urn:g").state == "retracted"
    assert not snapshot.query("ASK { <urn:a> <urn:p> <urn:b> }")
    assert list(check_dataset(snapshot)) == []


def test_triple_terms_are_kept_whole(writer: Writer, tmp_path: Path) -> None:
    term = '<urn:g> { <urn:a> <urn:p> <<( <urn:s> <urn:q> <<( _:x <urn:q> "y" )>> )>> . }'
    assert take(writer, tmp_path, "x.trig", term).claims_new == 1
    snapshot = published(writer)
    assert "<<( <urn:s> <urn:q> <<( <" in snapshot.assertion("urn:g")[0]
    assert list(check_dataset(snapshot)) == []


def test_entities_that_could_grow_beyond_measure_are_refused(writer: Writer, tmp_path: Path) -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    bomb = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e0 "x">{levels}]><r>&e8;</r>'
    with pytest.raises(UnreadableInput, match="entity"):
        take(writer, tmp_path, "x.rdf", bomb)


def test_an_export_of_another_base_is_refused(writer: Writer, tmp_path: Path) -> None:
    settings = Settings(store_id="0", base="https://example.org/kg/")
    with Writer(tmp_path / "other", settings=settings) as other:
        other.add([grant("JL MAG", "Volkswagen", polarity="negative")])
        snapshot = published(other)
    with (tmp_path / "all.nq").open("wb") as out:
        export(snapshot, out)
    with pytest.raises(UnreadableInput, match="another base IRI"):
        ingest_rdf(writer, tmp_path / "all.nq")


def test_a_truncated_export_is_refused_whole(writer: Writer, tmp_path: Path) -> None:
    with Writer(tmp_path / "first") as first:
        first.add([grant("JL MAG", "Volkswagen")])
        with (tmp_path / "all.nq").open("wb") as out:
            export(published(first), out)
    text = (tmp_path / "all.nq").read_text(encoding="utf-8").strip()
    with pytest.raises(UnreadableInput, match=r"all\.nq"):
        take(writer, tmp_path, "all.nq", text[: text.rindex("\n") + 20])
    assert published(writer).manifest.counts.get("active", 0) == 0


def test_a_retraction_in_an_export_does_not_reach_another_claim(writer: Writer, tmp_path: Path) -> None:
    take(writer, tmp_path, "ours.trig", "<urn:g> { <urn:a> <urn:b> <urn:c> . }")
    with Writer(tmp_path / "other") as other:
        take(other, tmp_path, "theirs.trig", "<urn:g> { <urn:a> <urn:b> <urn:d> . }")
        other.retract("urn:g", reason="x", by="y")
        with (tmp_path / "all.nq").open("wb") as out:
            export(published(other), out)
    report = ingest_rdf(writer, tmp_path / "all.nq")
    assert [r.graph for r in report.rejected] == ["urn:g"]
    assert published(writer).claim("urn:g").active


def test_base_data_alone_brings_no_graphs_with_it(writer: Writer, tmp_path: Path) -> None:
    take(writer, tmp_path, "x.ttl", "<urn:a> <urn:b> 1 .")
    assert list(published(writer).main.named_graphs()) == []


def test_foreign_claims_survive_export_and_import(writer: Writer, tmp_path: Path) -> None:
    take(writer, tmp_path, "x.trig", TRIG)
    first = published(writer)
    with (tmp_path / "all.nq").open("wb") as out:
        export(first, out)
    with Writer(tmp_path / "second") as second:
        report = ingest_rdf(second, tmp_path / "all.nq")
        assert (report.claims_new, report.base_new, report.rejected) == (2, 1, [])
        again = published(second)
    for name in ("http://example.org/g1", "http://example.org/g2"):
        assert again.claim(name) == first.claim(name)
        assert again.claim_info(name) == first.claim_info(name)


DEEP = {
    "x.jsonld": '{"urn:p":' * 5000 + "1" + "}" * 5000,
    "y.jsonld": '{"urn:p":' + "[" * 5000 + "1" + "]" * 5000 + "}",
}
"""What ends the process of the parser."""


@pytest.mark.parametrize("name", DEEP)
def test_what_is_nested_beyond_measure_is_refused(writer: Writer, tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableInput, match="nested more than 256 deep"):
        take(writer, tmp_path, name, DEEP[name])


@pytest.mark.parametrize("form", [RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.N_TRIPLES, RdfFormat.N_QUADS])
def test_triple_terms_are_nested_so_far_only(form: RdfFormat) -> None:
    def nested(depth: int) -> bytes:
        return f"<urn:a> <urn:b> {'<<( <urn:a> <urn:b> ' * depth}<urn:c>{' )>>' * depth} .".encode()

    check_bounds(nested(256), form, "it")
    assert len(list(parse(nested(256), format=form))) == 1
    with pytest.raises(UnreadableInput, match="nested"):
        check_bounds(nested(257), form, "it")


@pytest.mark.parametrize(
    ("form", "content"),
    [
        (RdfFormat.JSON_LD, json.dumps([{"urn:p": '[{"' * 500}])),
        (RdfFormat.JSON_LD, json.dumps([{"urn:p": [1]}] * 500)),
        (RdfFormat.TURTLE, f'<urn:a#b> <urn:p> "{"a << b" * 500}", """{"<<" * 500} " ""\\"""" .'),
        (RdfFormat.TURTLE, f"# don't count {'<<' * 500}\n<urn:a> <urn:p> '{'<<' * 500}' ."),
        (RdfFormat.TURTLE, "<< <urn:a> <urn:b> <urn:c> >> <urn:p> 1 .\n" * 500),
    ],
)
def test_brackets_in_texts_and_in_a_row_are_not_nested(form: RdfFormat, content: str) -> None:
    check_bounds(content.encode(), form, "it")
    assert list(parse(content.encode(), format=form))


def test_what_owl_has_no_word_for_is_no_matter_of_the_reasoner(writer: Writer, tmp_path: Path) -> None:
    base = '<urn:a> <urn:b> <<( <urn:s> <urn:p> <urn:o> )>>, "a"@en--ltr, "b"@en .'
    assert take(writer, tmp_path, "x.ttl", base).base_new == 3
    given: list[str] = []

    def reasoned(ntriples: str) -> Consistency:
        given.append(ntriples)
        assert Graph().parse(data=ntriples, format="nt")
        return Consistency(True)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(consistency, "check_consistency", reasoned)
        assert list(consistency.check_ontology(published(writer))) == []
    assert given == ['<urn:a> <urn:b> "b"@en .\n']
