import json
from pathlib import Path
from typing import Any

import pytest

from kg.claims.document import Document, text_hash
from kg.dataset.checks.invariants import check_dataset
from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from kg.ingest.report import IngestReport
from kg.ingest.taking import Ingest

TEXT = "Three sources said that a company in Baotou received a license for Volkswagen."
GRANT: dict[str, Any] = {
    "type": "license_granted",
    "roles": {"producer": "a company in Baotou", "customer": "Volkswagen"},
    "quote": {"exact": "received a license", "start": 44, "end": 62},
    "attribution": [{"kind": "anonymous_sources", "count": 3, "text": "Three sources"}],
    "document": {"title": "A brief", "text": TEXT},
}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def take(store: Path, *paths: Path) -> IngestReport:
    with Writer(store) as writer:
        return Ingest(writer).run(paths)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def quarantined(store: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for path in sorted((store / "quarantine").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def test_a_quote_is_verified_against_the_text_that_is_kept(store: Path, tmp_path: Path) -> None:
    report = take(store, write(tmp_path, "claims.json", json.dumps([GRANT])))
    assert (report.claims_new, report.quotes_verified, report.clean) == (1, 1, True)
    snapshot = Reader(store).current()
    [row] = snapshot.query("SELECT ?c ?d { GRAPH <https://w3id.org/lodestone/record> { ?c ls:document ?d } }")
    assert snapshot.claim(row["c"].value).claim.quote_verified
    assert snapshot.document_text(row["d"].value) == TEXT
    assert list(check_dataset(snapshot)) == []


@pytest.mark.parametrize(
    ("quote", "complaint"),
    [
        ({"exact": "received a permit"}, "found 0 times"),
        (
            {"exact": "received a license", "start": 3, "end": 21},
            "does not read so at 3..21; it does at 44..62",
        ),
        ({"exact": "received a permit", "start": 44, "end": 61}, "nowhere else"),
        ({"exact": "received a license", "prefix": "nobody ever "}, "prefix"),
        ({"exact": "received a license", "suffix": " for Tesla"}, "suffix"),
    ],
)
def test_a_quote_that_is_not_in_the_text_is_quarantined(
    store: Path, tmp_path: Path, quote: dict[str, Any], complaint: str
) -> None:
    report = take(store, write(tmp_path, "claims.jsonl", json.dumps({**GRANT, "quote": quote})))
    assert report.claims_new == 0
    [item] = quarantined(store)
    assert complaint in item["reason"]
    assert item["line"] == 1
    assert json.loads(item["raw"])["quote"] == quote


def test_a_quote_without_offsets_gets_those_of_its_one_place(store: Path, tmp_path: Path) -> None:
    take(
        store, write(tmp_path, "claims.json", json.dumps({**GRANT, "quote": {"exact": "received a license"}}))
    )
    again = take(store, write(tmp_path, "again.json", json.dumps(GRANT)))
    assert (again.claims_new, again.claims_known) == (0, 1)


def test_a_text_may_lie_in_a_file_beside_the_records_but_nowhere_else(store: Path, tmp_path: Path) -> None:
    write(tmp_path, "brief.txt", TEXT)
    folder = tmp_path / "records"
    folder.mkdir()
    write(folder, "text.txt", TEXT)
    near = {**GRANT, "document": {"title": "A brief", "file": "text.txt"}}
    far = {**GRANT, "document": {"title": "A brief", "file": "../brief.txt"}}
    report = take(store, write(folder, "claims.json", json.dumps([near, far])))
    assert report.quotes_verified == 1
    [item] = report.quarantined
    assert "below the folder of the records" in item.reason


@pytest.mark.parametrize(
    "change",
    [
        {"rebuts": ["http://h:port/"]},
        {"retracts": ["http://[x"]},
        {"supersedes": ["urn:x\n"]},
        {"origin": "http://h:port/"},
        {"roles": {"producer": {"text": "x", "iri": "http://e.org/%zz"}}},
        {"when": {"edtf": "Y10000000000"}},
        {"quote": None, "roles": {}, "iri": "http://h:port/", "triples": ["<urn:a> <urn:b> <urn:c> ."]},
        {"quote": None, "roles": {}, "triples": ["<urn:a> <urn:b> _:c ."]},
    ],
)
def test_a_record_that_nobody_could_store_stops_nothing(
    store: Path, tmp_path: Path, change: dict[str, Any]
) -> None:
    lines = [json.dumps(GRANT), json.dumps({**GRANT, **change}), json.dumps({**GRANT, "modality": "hedged"})]
    report = take(store, write(tmp_path, "claims.jsonl", "\n".join(lines)))
    assert report.claims_new == 2
    assert [item["line"] for item in quarantined(store)] == [2]


def test_a_known_claim_is_not_changed_silently(store: Path, tmp_path: Path) -> None:
    take(store, write(tmp_path, "first.json", json.dumps(GRANT)))
    for change in ({"status": "rejected"}, {"supersedes": ["urn:other"]}):
        report = take(store, write(tmp_path, "again.json", json.dumps({**GRANT, **change})))
        assert report.claims_known == 0
        assert "A claim never changes" in report.quarantined[0].reason


def test_equal_triples_make_equal_claims(store: Path, tmp_path: Path) -> None:
    said = {key: value for key, value in GRANT.items() if key not in ("roles", "quote")}
    number = '<urn:a> <urn:b> "{}"^^<http://www.w3.org/2001/XMLSchema#integer>'
    records = [{**said, "triples": [text]} for text in (number.format("01") + " .", number.format("1") + ".")]
    report = take(store, write(tmp_path, "claims.json", json.dumps(records)))
    assert (report.claims_new, report.claims_known) == (1, 1)
    assert list(check_dataset(Reader(store).current())) == []


def test_copies_of_two_files_of_one_name_are_two(store: Path, tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder, "bad.ttl", f"rubbish {folder}")
    take(store, tmp_path / "x", tmp_path / "y")
    kept = {path.read_text(encoding="utf-8") for path in (store / "quarantine").glob("*bad.ttl")}
    assert kept == {"rubbish x", "rubbish y"}


def test_one_broken_record_stops_nothing_and_is_kept(store: Path, tmp_path: Path) -> None:
    lines = [
        json.dumps(GRANT),
        '{"type": "license_gran',
        json.dumps({**GRANT, "modality": "hedged"}),
        '{"type": "x"}',
    ]
    report = take(store, write(tmp_path, "claims.jsonl", "\n".join(lines)))
    assert report.claims_new == 2
    kept = quarantined(store)
    assert [item["line"] for item in kept] == [2, 4]
    assert [item["raw"] for item in kept] == [lines[1], lines[3]]
    assert all(item["reason"] for item in kept)


def test_what_no_reader_knows_is_quarantined_whole(store: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    good = write(folder, "claims.json", json.dumps(GRANT))
    write(folder, "x.ttl", "<urn:a> <urn:b> rubbish")
    write(folder, "report.docx", "x")
    report = take(store, folder, tmp_path / "absent.json")
    assert report.claims_new == 1
    assert {Path(item.file).name for item in report.quarantined} == {"x.ttl", "report.docx", "absent.json"}
    copies = {item["copy"] for item in quarantined(store) if item["copy"]}
    assert {name.split("-", 2)[2] for name in copies} == {"x.ttl", "report.docx"}
    assert all((store / "quarantine" / name).exists() for name in copies)
    assert good.exists()


def test_records_without_a_document_are_about_the_given_one(store: Path, tmp_path: Path) -> None:
    bare = {key: value for key, value in GRANT.items() if key != "document"}
    path = write(tmp_path, "claims.json", json.dumps(bare))
    with Writer(store) as writer:
        report = Ingest(writer, Document(title="A brief", hash=text_hash(TEXT)), TEXT).run([path])
    assert report.quotes_verified == 1


def test_records_without_any_document_are_about_their_own_file(store: Path, tmp_path: Path) -> None:
    bare = {key: value for key, value in GRANT.items() if key != "document"}
    report = take(store, write(tmp_path, "claims.json", json.dumps(bare)))
    assert (report.claims_new, report.quotes_unverified) == (1, 1)
    [row] = Reader(store).current().query("SELECT ?t { GRAPH ?g { ?d a ls:Document ; dct:title ?t } }")
    assert row["t"].value == "claims.json"


def test_taking_in_twice_adds_nothing(store: Path, tmp_path: Path) -> None:
    path = write(tmp_path, "claims.json", json.dumps([GRANT]))
    first = take(store, path)
    again = take(store, path)
    assert (again.claims_new, again.claims_known, again.versions) == (0, 1, [])
    assert len(first.versions) == 1


def test_an_article_goes_the_whole_way(store: Path) -> None:
    pytest.importorskip("spacy", reason="articles need the extract extra")
    brief = Path(__file__).parents[2] / "kg" / "example" / "brief.txt"
    report = take(store, brief)
    snapshot = Reader(store).current()
    assert report.clean
    assert report.claims_new > 0
    assert list(check_dataset(snapshot)) == []
    rows = [
        (row["who"].value, row["p"], row["c"])
        for row in snapshot.query(
            'SELECT ?who ?p ?c { ?p ls:holdsLicenseFor ?c ; rdfs:label ?who . ?c rdfs:label "Volkswagen" }'
        )
    ]
    assert [who for who, _, _ in rows] == ["a magnet producer in Baotou"]


def test_a_text_that_comes_later_is_held_against_the_quotes_that_wait_for_it(
    store: Path, tmp_path: Path
) -> None:
    text = TEXT + "\n"
    waiting = {**GRANT, "document": {"title": "A brief", "hash": text_hash(text)}}
    invented = {**waiting, "quote": {"exact": "received two licenses", "start": 44, "end": 65}}
    take(store, write(tmp_path, "claims.json", json.dumps([waiting, invented])))
    report = take(store, write(tmp_path, "brief.txt", text))
    assert report.quotes_verified >= 1
    [item] = report.quarantined
    assert "does not stand" in item.reason
    snapshot = Reader(store).current()
    assert snapshot.claim(item.file).state == "retracted"
    assert list(check_dataset(snapshot)) == []
    kept = [
        snapshot.claim(row["c"].value)
        for row in snapshot.query(
            "SELECT ?c { GRAPH <https://w3id.org/lodestone/record> { ?c ls:claimType ls:LicenseGranted } }"
        )
    ]
    assert all(stored.claim.quote_verified for stored in kept)


def test_a_folder_is_taken_in_without_the_stores_in_it(tmp_path: Path) -> None:
    write(tmp_path, "claims.json", json.dumps(GRANT))
    store = tmp_path / "lodestone-store"
    for _ in range(2):
        report = take(store, tmp_path)
        assert (report.files, report.clean) == (1, True)


def test_words_in_csv_that_are_a_date_are_read_as_one(store: Path, tmp_path: Path) -> None:
    rows = "type,producer,customer,when,publisher,title\nlicense_granted,A,B,2025-05,Example,A brief\n"
    assert take(store, write(tmp_path, "claims.csv", rows)).claims_new == 1
    [row] = Reader(store).current().query("SELECT ?day { ?e ls:latest ?day }")
    assert row["day"].value == "2025-05-31"


def test_an_empty_folder_gives_nothing(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with Writer(tmp_path / "store") as writer:
        report = Ingest(writer).run([tmp_path / "in"])
    assert (report.files, report.claims_new, report.quarantined) == (0, 0, [])
