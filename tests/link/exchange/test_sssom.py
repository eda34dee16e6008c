"""Mappings out, by the specification's rules, and back in, as far as SSSOM holds them."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from kg.claims.claim import Polarity, Status
from kg.dataset.checks.invariants import check_dataset
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.terms import NamedNode
from kg.dataset.writer import Writer
from kg.errors import UnreadableInput
from kg.identity.judgment import Verdict
from kg.ingest.report import IngestReport
from kg.ingest.taking import Ingest
from kg.link.exchange.sssom import MappingSet, Row, mappings, write_sssom
from kg.link.exchange.sssom_reader import read_sssom
from tests.link.exchange.conftest import ENTITY, fill

HERE = Path(__file__).parent
FILE = HERE / "mappings.sssom.tsv"
LISTS = ("author_id", "author_label")


def written(snapshot: Snapshot, found: MappingSet | None = None) -> str:
    out = io.BytesIO()
    write_sssom(found or mappings(snapshot), out, snapshot.names, snapshot.iri)
    return out.getvalue().decode()


def as_data(text: str) -> dict[str, Any]:
    """The mapping set as an instance of the specification's model."""
    lines = text.splitlines()
    head = [line[1:] for line in lines if line.startswith("#")]
    rows = csv.DictReader(lines[len(head) :], delimiter="\t")
    found = []
    for row in rows:
        told: dict[str, Any] = {name: value for name, value in row.items() if value}
        told.update({name: told[name].split("|") for name in LISTS if name in told})
        found.append({**told, "confidence": float(told["confidence"])})
    return {**yaml.safe_load("\n".join(head)), "mappings": found}


def take(store: Path, *files: Path) -> tuple[IngestReport, Snapshot]:
    with Writer(store) as writer:
        report = Ingest(writer).run(files)
    return report, Reader(store).current()


def test_it_is_sssom_by_its_specification(snapshot: Snapshot) -> None:
    found = as_data(written(snapshot))
    jsonschema.validate(found, json.loads((HERE / "sssom.schema.json").read_text()))
    ids = [row["record_id"] for row in found["mappings"]]
    assert len(ids) == len(set(ids)) == 5
    prefixes = {
        value.partition(":")[0]
        for row in found["mappings"]
        for value in row.values()
        if isinstance(value, str)
    }
    assert prefixes & set(found["curie_map"]) == set(found["curie_map"])


def test_what_stands_is_written_and_the_rest_is_counted(snapshot: Snapshot) -> None:
    found = mappings(snapshot)
    told = {
        (row.subject_id.removeprefix(ENTITY), row.predicate_modifier, row.object_id) for row in found.rows
    }
    assert told == {
        ("vw", "", "http://www.wikidata.org/entity/Q156578"),
        ("vw", "Not", "http://www.wikidata.org/entity/Q246"),
        ("tesla", "", "urn:lei:54930043XZGB27CTOV49"),
        ("a", "", f"{ENTITY}b"),
        ("c", "Not", f"{ENTITY}d"),
    }
    assert found.left_out == {
        "claims that are proposed": 1,
        "claims that are hedged": 1,
        "judgments that are unsure": 1,
        "judgments that are proposed": 1,
        "judgments that are undone": 1,
    }


def test_a_row_tells_who_and_how_sure(snapshot: Snapshot) -> None:
    [row] = [row for row in mappings(snapshot).rows if row.object_id.endswith("Q246")]
    assert row.mapping_justification == "semapv:MappingReview"
    assert (row.author_label, row.mapping_tool, row.mapping_date) == ("Ann Analyst", "", "2025-05-14")
    assert row.comment == "the brand\tis no group"
    [tool] = [row for row in mappings(snapshot).rows if row.object_id.endswith("Q156578")]
    assert (tool.mapping_tool, tool.mapping_tool_version) == ("matcher", "2")
    assert tool.subject_label == 'Volkswagen "AG"\n\ttabbed \\'
    assert 0 < float(tool.confidence) < 1


def comparable(row: Row) -> tuple[str, ...]:
    """What is the same after the way out and in: names of records and labels of a store's own are not."""
    flat = " ".join(row.comment.split())
    return (
        *(row.subject_id, row.predicate_id, row.predicate_modifier, row.object_id),
        *(row.mapping_justification, row.author_id, row.author_label, row.mapping_tool),
        *(row.mapping_tool_version, row.mapping_date, row.confidence, flat),
    )


def test_rows_come_back(snapshot: Snapshot, tmp_path: Path) -> None:
    file = tmp_path / "out.sssom.tsv"
    file.write_text(written(snapshot))
    report, again = take(tmp_path / "again", file)
    assert (report.claims_new, report.judgments_new, report.quarantined) == (3, 2, [])
    out = {comparable(row) for row in mappings(snapshot).rows}
    back = {comparable(row) for row in mappings(again).rows}
    machine = {row for row in out if row[1].endswith("sameAs") and row[4] == "semapv:LexicalMatching"}
    assert out - back == machine  # a judgment that nobody has reviewed is proposed elsewhere
    assert back < out
    once_more = tmp_path / "once-more.sssom.tsv"
    once_more.write_text(written(again))
    _, third = take(tmp_path / "third", once_more)
    assert {comparable(row) for row in mappings(third).rows} == back


def test_own_records_are_known_again(snapshot: Snapshot, tmp_path: Path) -> None:
    store = tmp_path / "store"
    own = fill(store)
    file = tmp_path / "out.sssom.tsv"
    file.write_text(written(own))
    report, after = take(store, file)
    assert (report.claims_new, report.claims_known) == (0, 3)
    assert (report.judgments_new, report.judgments_known, report.quarantined) == (0, 2, [])
    assert after.manifest.counts == own.manifest.counts


def test_a_record_that_says_otherwise_is_quarantined(tmp_path: Path) -> None:
    store = tmp_path / "store"
    text = written(fill(store))
    file = tmp_path / "out.sssom.tsv"
    file.write_text(text.replace("\tNot\t", "\t\t").replace("Q156578", "Q1"))
    report, _ = take(store, file)
    assert report.claims_new == report.judgments_new == 0
    assert sorted(item.line for item in report.quarantined if item.line) == [
        number
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        if "Q1\t" in line or "Q246" in line or f"{'entity:c'}\t" in line
    ]


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> tuple[IngestReport, Snapshot]:
    """The file of an analyst, taken in."""
    return take(tmp_path_factory.mktemp("taken") / "store", FILE)


def test_rows_become_claims_and_judgments(taken: tuple[IngestReport, Snapshot]) -> None:
    report, snapshot = taken
    assert (report.claims_new, report.judgments_new) == (3, 2)
    assert list(check_dataset(snapshot)) == []
    links = {
        str(q.object).strip("<>"): snapshot.claim(q.graph_name.value).claim
        for predicate in ("exactMatch",)
        for q in snapshot.main.quads_for_pattern(
            None, NamedNode(f"http://www.w3.org/2004/02/skos/core#{predicate}"), None, None
        )
        if isinstance(q.graph_name, NamedNode)
    }
    group = links["http://www.wikidata.org/entity/Q156578"]
    assert [voice.label for voice in group.attribution] == [
        "https://orcid.org/0000-0002-1825-0097 | Ann Analyst | Bob",
        "https://maps.example/set1",
    ]
    assert (str(group.said), group.assessment.credibility) == ("2025-06-01", "1")
    assert group.quote is not None
    assert group.quote_verified
    assert group.quote.exact.startswith("e:vw\tskos:exactMatch\twd:Q156578")
    assert links["http://www.wikidata.org/entity/Q246"].polarity is Polarity.NEGATIVE
    assert "https://sws.geonames.org/2038432/" in links
    judged = [snapshot.judgment(name).judgment for name in snapshot.judgments()]
    assert {(j.verdict, j.status) for j in judged} == {
        (Verdict.DIFFERENT, Status.ACCEPTED),
        (Verdict.SAME, Status.PROPOSED),
    }
    assert all(j.features["taken from"] == "Links of an analyst" for j in judged)


def test_bad_rows_are_quarantined_with_their_lines(taken: tuple[IngestReport, Snapshot]) -> None:
    report, _ = taken
    told = {item.line: item.reason for item in report.quarantined}
    expected = {
        13: "no prefix 'wx'",
        14: "semapv",
        15: "a number from 0 to 1",
        16: "object_id is empty",
        17: "subClassOf: links are",
        18: "not TSV",
        19: "judged different",
        20: "there is no match",
        21: "to itself",
        22: "judgments only",
    }
    assert told.keys() == expected.keys()
    for line, words in expected.items():
        assert words in told[line]
    assert all(item.raw for item in report.quarantined)


def test_what_is_lost_is_said(taken: tuple[IngestReport, Snapshot]) -> None:
    report, _ = taken
    assert [note.partition(": ")[2] for note in report.notes] == [
        "columns that have no place here, kept in the words of the rows alone: subject_match_field",
        "1 owl:sameAs to other data taken as skos:exactMatch",
    ]


def test_taken_in_twice_it_is_there_once(tmp_path: Path) -> None:
    take(tmp_path / "store", FILE)
    report, _ = take(tmp_path / "store", FILE)
    assert (report.claims_new, report.claims_known) == (0, 3)
    assert (report.judgments_new, report.judgments_known) == (0, 2)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a\tb\n1\t2\n", "its header lacks subject_id"),
        (b"", "has no header"),
        (b"#only: metadata\n", "has no header"),
        (b"#a: [\nsubject_id\tpredicate_id\tobject_id\tmapping_justification\n", "is no YAML"),
        (b"#- a\nsubject_id\tpredicate_id\tobject_id\tmapping_justification\n", "names with values"),
        (b"subject_id\tpredicate_id\tobject_id\tmapping_justification\n\xff\n", "is not UTF-8"),
        (b"subject_id\tpredicate_id\tobject_id\tmapping_justification\n\0\n", "NUL"),
    ],
)
def test_what_is_no_sssom_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "x.tsv"
    file.write_bytes(content)
    with pytest.raises(UnreadableInput, match=told):
        read_sssom(file)


def test_metadata_may_lie_beside(tmp_path: Path) -> None:
    (tmp_path / "x.sssom.tsv").write_text(
        "subject_id\tpredicate_id\tobject_id\tmapping_justification\r\nq:a\tskos:exactMatch\tq:b\tsemapv:MappingReview\r\n"
    )
    (tmp_path / "x.sssom.yml").write_text("curie_map:\n  q: https://q.example/\nmapping_date: 2025-01-02\n")
    [found] = read_sssom(tmp_path / "x.sssom.tsv").rows()
    assert found.row.subject_id == "https://q.example/a"  # type: ignore[union-attr]  # it is sound
    assert found.row.mapping_date == "2025-01-02"  # type: ignore[union-attr]
