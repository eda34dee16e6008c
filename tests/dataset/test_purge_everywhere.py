"""A purge protects a source: what a document alone says is nowhere any more, what others say stays."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kg.claims.claim import Claim
from kg.claims.confidence import Reliability
from kg.claims.document import text_hash
from kg.claims.names import Names
from kg.dataset.checks.invariants import check_dataset
from kg.dataset.files import AUDIT_FILE, COPIES_FILE, FOLLOWED_FILE, Layout
from kg.dataset.loading.rdf import ingest_rdf
from kg.dataset.outcomes import Outcome
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.terms import NamedNode
from kg.dataset.upkeep.purge import Purge
from kg.dataset.writer import PURGED, Writer
from kg.errors import Purged
from kg.ingest.fetching import Mark
from kg.ingest.ledger import Ledger
from kg.ingest.origins import Copies, minima
from ontology.vocab import LS
from tests.dataset.judged import same

HIDDEN = "wilhelmina"
WORDS = (HIDDEN, "in early may", "'s uncle", "tells all")
TEXT = (
    "A person named Wilhelmina Featherstonehaugh told Paper that Autowerk got its magnets in early May, "
    "that nobody at the ministry of trade was to know of it, that the crates were marked as spare parts for "
    "washing machines, and that the harbour master of Kolmanskop had been paid for looking the other way."
)
OTHER = "Another paper, which stays as it is: it says that Autowerk got its magnets, and from whom it did."
NAMES = Names()


def claim(text: str, words: str, **changes: Any) -> Claim:
    start = text.index(words)
    return Claim.model_validate(
        {
            "type": "license_granted",
            "roles": {"producer": "Fabrika Magnit", "customer": "Autowerk"},
            "document": {"title": "Another title", "publisher": "Paper", "hash": text_hash(text)},
            "quote": {"exact": words, "start": start, "end": start + len(words)},
            "quote_verified": True,
            "attribution": [{"kind": "publisher", "name": "Paper"}],
            "assessment": {"reliability": "B", "credibility": 2},
            **changes,
        }
    )


def secret(**changes: Any) -> Claim:
    nameless = {"kind": "anonymous_sources", "text": "A person named Wilhelmina Featherstonehaugh"}
    told = {
        "document": {
            "title": "Wilhelmina tells all",
            "url": "https://paper.example/wilhelmina",
            "publisher": "Paper",
            "hash": text_hash(TEXT),
        },
        "roles": {"producer": "the firm of Wilhelmina's uncle", "customer": "Autowerk"},
        "attribution": [nameless, {"kind": "publisher", "name": "Paper"}],
        "when": {"text": "in early May", "edtf": "2025-05"},
    }
    return claim(TEXT, "Autowerk got its magnets in early May", **(told | changes))


@pytest.fixture
def document(path: Path) -> str:
    """The document that is to go, in a store with all sorts of things that are there because of it."""
    with Writer(path) as writer:
        writer.layout.save_text(TEXT)
        writer.layout.save_text(OTHER)
        old = claim(OTHER, "Autowerk got its magnets", said="2025-04-01")
        writer.add([old, claim(OTHER, "and from whom it did")])
        writer.commit()
        writer.add([secret(), secret(supersedes=[NAMES.claim(old.id)], said="2025-05-20")])
        writer.commit()
        copies = Copies(writer.layout.root / COPIES_FILE, writer.names)
        for text in (TEXT, OTHER):
            known = secret().document if text is TEXT else old.document
            copies.note(minima(text), known, NAMES.origin("source", "paper"))
        copies.keep()
    for folder in ("quarantine", "outside"):
        (path / folder).mkdir(exist_ok=True)
        (path / folder / "a.json").write_text(
            json.dumps({"asked": "A person named Wilhelmina Featherstonehaugh"})
        )
        (path / folder / "b.json").write_text("something else")
    lines = [
        {"event": "refused", "why": f"no claim: {TEXT[20:200]}"},
        {"event": "done", "on": {"reason": "said by a person named Wilhelmina Featherstonehaugh in a café"}},
        {"event": "done", "on": {"reason": "something else"}},
    ]
    (path / AUDIT_FILE).write_text(
        "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8"
    )
    return NAMES.document(text_hash(TEXT))


def purge(path: Path, document: str) -> Snapshot:
    with Purge(path) as writer:
        writer.purge(document, reason="protection of a source")
    return Reader(path).current()


def everything(snapshot: Snapshot) -> str:
    return "\n".join(
        str(quad)
        for store in (snapshot.main, snapshot.archive)
        for quad in store.quads_for_pattern(None, None, None)
    )


def test_nothing_of_it_is_in_the_record(path: Path, document: str) -> None:
    before = everything(Reader(path).current()).casefold()
    assert all(word in before for word in WORDS)
    snapshot = purge(path, document)
    after = everything(snapshot).casefold()
    assert not [word for word in WORDS if word in after]
    assert list(check_dataset(snapshot)) == []


def test_nothing_of_it_is_in_a_file(path: Path, document: str) -> None:
    purge(path, document)
    files = [file for file in path.rglob("*") if file.is_file()]
    assert [f for f in files if HIDDEN.encode() in f.read_bytes().lower()] == []
    hashes = [json.loads(line)["document"] for line in (path / COPIES_FILE).read_text().splitlines()]
    assert text_hash(TEXT) not in hashes
    for folder in ("quarantine", "outside"):
        assert [file.name for file in (path / folder).iterdir()] == ["b.json"]


def test_the_audit_log_keeps_its_lines(path: Path, document: str) -> None:
    before = (path / AUDIT_FILE).stat().st_size
    purge(path, document)
    content = (path / AUDIT_FILE).read_bytes()
    refused, done, other = map(json.loads, content.decode("utf-8").splitlines())
    assert len(content) == before
    assert set(refused["why"]) == {"x"}
    assert "harbour" not in refused["why"]
    assert done["on"]["reason"] == f"said by {'x' * 43} in a café"
    assert other["on"]["reason"] == "something else"


def test_what_others_say_stays(path: Path, document: str) -> None:
    snapshot = purge(path, document)
    after = everything(snapshot)
    assert all(word in after for word in ("Autowerk", "Fabrika Magnit", '"Paper"', "Another title"))
    assert snapshot.manifest.counts["active"] == 1


def test_what_it_took_back_stays_taken_back(path: Path, document: str) -> None:
    old = NAMES.claim(claim(OTHER, "Autowerk got its magnets", said="2025-04-01").id)
    assert Reader(path).current().claim(old).state == "superseded"
    stored = purge(path, document).claim(old)
    assert (stored.state, stored.retraction_reason) == ("retracted", "what took it back was purged")
    assert stored.retracted is not None
    assert stored.retracted < datetime.now(UTC)


def mention(snapshot: Snapshot, word: str) -> str:
    """What a participant whose wording has a word is called in the record."""
    [found] = snapshot.query(
        "SELECT DISTINCT ?m { GRAPH ?g { ?p ls:mention ?m ; ls:wording ?w } "
        f"FILTER CONTAINS(?w, '{word}') }}"
    )
    return str(found["m"].value)


def test_judgments_on_what_it_alone_names_go(path: Path, document: str) -> None:
    firm, uncle = (mention(Reader(path).current(), word) for word in ("Fabrika", "uncle"))
    with Writer(path) as writer:
        [judged] = writer.judge([same(firm, uncle, reason="Wilhelmina said so")])
        assert judged.outcome is Outcome.NEW
        writer.commit()
    assert list(check_dataset(Reader(path).current())) == []
    snapshot = purge(path, document)
    assert HIDDEN not in everything(snapshot).casefold()
    assert list(snapshot.judgments()) == []
    assert list(check_dataset(snapshot)) == []


def test_origins_are_rated_by_the_claims_that_stay(path: Path, document: str) -> None:
    careless = {"attribution": [{"kind": "publisher", "name": "Paper"}], "said": "2025-06-01"}
    with Writer(path) as writer:
        writer.add([secret(**careless, assessment={"reliability": "E", "credibility": 2})])
        writer.commit()
        assert writer.view.origin_reliability(NAMES.origin("source", "paper")) is Reliability.E
    snapshot = purge(path, document)
    assert snapshot.origin_reliability(NAMES.origin("source", "paper")) is Reliability.B
    assert list(check_dataset(snapshot)) == []


def test_a_document_without_a_text_stays_out_too(path: Path) -> None:
    known = {"title": "Wilhelmina tells all", "url": "https://paper.example/wilhelmina"}
    told = claim(OTHER, "Another", document=known, quote=None, quote_verified=False)
    with Writer(path) as writer:
        writer.add([told])
        writer.commit()
    snapshot = purge(path, NAMES.document(told.document.key))
    assert HIDDEN not in everything(snapshot).casefold()
    with Writer(path) as writer:
        [again] = writer.add([told])
    assert (again.outcome, again.reason) == (Outcome.CONFLICT, PURGED)


def test_nearly_the_same_text_is_told_of(path: Path, document: str) -> None:
    copy = TEXT.replace("Autowerk", "It")
    with Writer(path) as writer:
        copies = Copies(writer.layout.root / COPIES_FILE, writer.names)
        known = secret(document={"title": "A copy", "hash": text_hash(copy)}).document
        copies.note(minima(copy), known, NAMES.origin("source", "paper"))
        copies.keep()
    with Purge(path) as writer:
        writer.purge(document, reason="protection of a source")
        assert writer.nearly == (NAMES.document(text_hash(copy)),)


def test_one_version_with_all_of_its_files_is_left(path: Path, document: str) -> None:
    snapshot = purge(path, document)
    layout = Layout(path)
    assert [folder.name for folder in layout.snapshots.iterdir()] == [f"{snapshot.number:06d}"]
    assert snapshot.statistics is not None
    assert [file.name for file in path.glob("annotations*.log")] == [snapshot.manifest.annotations]


def test_a_file_of_rdf_can_be_taken_out(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "wilhelmina.trig"
    file.write_text('<urn:g> { <urn:a> <urn:says> "what Wilhelmina said" } <urn:b> <urn:p> <urn:c> .')
    with Writer(path) as writer:
        ingest_rdf(writer, file)
        writer.commit()
        document = writer.view.node("urn:g").need(LS.document)
    snapshot = purge(path, document)
    assert HIDDEN not in everything(snapshot).casefold()
    assert not snapshot.main.contains_named_graph(NamedNode("urn:g"))
    assert list(check_dataset(snapshot)) == []
    with Writer(path) as writer, pytest.raises(Purged, match="not taken in again"):
        ingest_rdf(writer, file)


def test_what_was_broken_off_goes_as_well(path: Path, document: str) -> None:
    layout = Layout(path)
    part = layout.document(text_hash(TEXT))
    left = [
        layout.loading / "main" / "000012.sst",
        layout.upgrading / "000003" / "text.store",
        part.with_name(f".{part.name}.4711"),
    ]
    for file in left:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(TEXT)
    purge(path, document)
    files = [file for file in path.rglob("*") if file.is_file()]
    assert [file for file in files if HIDDEN.encode() in file.read_bytes().lower()] == []
    assert layout.document(text_hash(OTHER)).exists()


def test_where_it_was_followed_is_forgotten(path: Path, document: str) -> None:
    url, other = "https://paper.example/wilhelmina", "https://paper.example/something-else-altogether"
    ledger = Ledger(path / FOLLOWED_FILE)
    ledger.add([(text_hash(TEXT), f"{url}?a"), (text_hash(OTHER), other), ("ab" * 32, "feed of " + url)])
    for page in (url, other):
        ledger.add_page(page, Mark("tag", None))
    purge(path, document)
    content = (path / FOLLOWED_FILE).read_text(encoding="utf-8")
    assert HIDDEN not in content
    again = Ledger(path / FOLLOWED_FILE)
    assert all(found in again for found in (text_hash(TEXT), text_hash(OTHER), "ab" * 32))
    assert again.mark(url) == Mark()
    assert again.mark(other).tag == "tag"
    assert other in content
