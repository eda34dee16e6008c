"""Files of records: every format reads the same claims, and what is broken breaks alone."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kg.claims.claim import Claim
from kg.errors import UnreadableInput
from kg.ingest.records import READERS, RecordBroken, RecordRead, read_records, to_claim

HASH = "ab" * 32
CLAIMS: list[dict[str, Any]] = [
    {
        "type": "license_granted",
        "quote": {
            "exact": 'a "producer" in Baotou,\nobtained a license',
            "start": 120,
            "end": 162,
            "prefix": "that ",
            "suffix": " for",
        },
        "roles": {
            "authority": {"text": "China"},
            "producer": {"text": "a producer in Baotou; 包头"},
            "customer": {"text": "Volkswagen"},
        },
        "quantity": {"value": 4, "qualifier": "at_least", "unit": "producers"},
        "when": {"text": "in late April", "edtf": "2025-04-21/2025-04-30"},
        "validity": {"text": "for a year", "edtf": "2025-04/.."},
        "said": "2025-05-13",
        "modality": "reported",
        "polarity": "negative",
        "document": {
            "hash": HASH,
            "title": "Four; makers | licensed",
            "publisher": "Example Brief",
            "published": "2025-05-14",
            "url": "https://example.org/a",
            "language": "no",
        },
        "attribution": [
            {"kind": "anonymous_sources", "count": 3, "text": "three sources; one of them | a buyer"},
            {"kind": "organization", "name": "Reuters", "verb": "said"},
            {"kind": "publisher", "name": "Example Brief"},
        ],
        "origin": "agency story",
        "assessment": {"reliability": "B", "credibility": "2", "reason": "agency"},
        "agent": {"kind": "extractor", "name": "rules", "version": "1"},
        "recorded": "2025-05-15T09:00:00Z",
        "status": "accepted",
        "supports": ["https://example.org/claim/1", "https://example.org/claim/2"],
        "rebuts": ["https://example.org/claim/3"],
    },
    {
        "type": "no_comment",
        "roles": {"speaker": {"text": "the ministry"}},
        "document": {"title": "Four makers", "publisher": "Example Brief"},
    },
]

CSV_OF: list[dict[str, str]] = [
    {
        "type": "license_granted",
        "quote": 'a "producer" in Baotou,\nobtained a license',
        "start": "120",
        "end": "162",
        "prefix": "that ",
        "suffix": " for",
        "authority": "China",
        "producer": "a producer in Baotou; 包头",
        "customer": "Volkswagen",
        "quantity": "4",
        "qualifier": "at_least",
        "unit": "producers",
        "when": "in late April",
        "edtf": "2025-04-21/2025-04-30",
        "valid": "for a year",
        "valid_edtf": "2025-04/..",
        "said": "2025-05-13",
        "modality": "reported",
        "polarity": "negative",
        "document_hash": HASH,
        "title": "Four; makers | licensed",
        "publisher": "Example Brief",
        "published": "2025-05-14",
        "url": "https://example.org/a",
        "language": "no",
        "attribution": r"anonymous_sources||3|three sources\; one of them \| a buyer;"
        "organization|Reuters|||said; publisher|Example Brief",
        "origin": "agency story",
        "reliability": "B",
        "credibility": "2",
        "reason": "agency",
        "agent": "extractor|rules|1",
        "recorded": "2025-05-15T09:00:00Z",
        "status": "accepted",
        "supports": "https://example.org/claim/1 https://example.org/claim/2",
        "rebuts": "https://example.org/claim/3",
    },
    {"type": "no_comment", "speaker": "the ministry", "title": "Four makers", "publisher": "Example Brief"},
]


def as_csv(rows: list[dict[str, str]], delimiter: str = ",") -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


FORMS = {
    "array.json": json.dumps(CLAIMS),
    "pretty.json": json.dumps(CLAIMS, indent=2, ensure_ascii=False),
    "envelope.json": json.dumps({"claims": CLAIMS}),
    "lines.json": "\n".join(json.dumps(claim) for claim in CLAIMS),
    "lines.jsonl": "\n".join(json.dumps(claim, ensure_ascii=False) for claim in CLAIMS),
    "windows.jsonl": "\ufeff" + "\r\n\r\n".join(json.dumps(claim) for claim in CLAIMS) + "\r\n",
    "comma.csv": as_csv(CSV_OF),
    "excel.csv": "\ufeff" + as_csv(CSV_OF, ";"),
    "tabs.csv": as_csv(CSV_OF, "\t"),
    "list.yaml": yaml.safe_dump(CLAIMS, allow_unicode=True),
    "envelope.yml": yaml.safe_dump({"claims": CLAIMS}),
    "documents.yaml": yaml.safe_dump_all(CLAIMS),
}


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def readings(folder: Path, name: str, content: str | bytes) -> list[RecordRead | RecordBroken]:
    return list(read_records(write(folder, name, content)))


def outline(items: list[RecordRead | RecordBroken]) -> list[tuple[int, object]]:
    """Line of each reading, with the record, or the text of what is broken."""
    return [(item.line, item.record if isinstance(item, RecordRead) else item.raw) for item in items]


@pytest.mark.parametrize("name", FORMS)
def test_every_format_gives_the_same_claims(tmp_path: Path, name: str) -> None:
    items = readings(tmp_path, name, FORMS[name])
    assert [item for item in items if isinstance(item, RecordBroken)] == []
    expected = [
        Claim.model_validate(CLAIMS[0]),
        Claim.model_validate({**CLAIMS[1], "attribution": [{"kind": "publisher", "name": "Example Brief"}]}),
    ]
    assert [to_claim(item.record).claim for item in items if isinstance(item, RecordRead)] == expected


@pytest.mark.parametrize("name", FORMS)
def test_raw_is_the_text_of_the_record(tmp_path: Path, name: str) -> None:
    for item in readings(tmp_path, name, FORMS[name]):
        text = FORMS[name].replace("\r\n", "\n")
        assert item.raw.replace("\r\n", "\n") in text
        assert item.raw.strip()


def test_every_reader_is_covered() -> None:
    assert {Path(name).suffix for name in FORMS} == set(READERS)


CASES = sorted(
    path for path in (Path(__file__).parent / "cases").iterdir() if not path.name.endswith(".expected.yaml")
)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_what_is_broken_breaks_alone(path: Path) -> None:
    """Each case names what is read, and what is broken with words of the reason."""
    expected = yaml.safe_load(path.with_name(f"{path.stem}.expected.yaml").read_text(encoding="utf-8"))
    items = list(read_records(path))
    assert outline(items) == [(row["line"], row.get("record", row.get("raw"))) for row in expected]
    for item, row in zip(items, expected, strict=True):
        if isinstance(item, RecordBroken):
            assert row["reason"] in item.reason


BAD_BYTES = {
    "x.json": (b'[{"a": "\xff"},\n{"a": "\x00"},\n{"a": "ok"}]', [1, 2]),
    "x.jsonl": (b'{"a": "\xff"}\n{"a": "\x00"}\n{"a": "ok"}\n', [1, 2]),
    "x.csv": (b"type\na\xff\na\x00b\nok\n", [2, 3]),
    "x.yaml": (b"- a: \xff\n- a: \x00\n- a: ok\n", [1, 2]),
}


@pytest.mark.parametrize("name", BAD_BYTES)
def test_bytes_that_are_no_text_break_their_record(tmp_path: Path, name: str) -> None:
    content, lines = BAD_BYTES[name]
    latin, nul, fine = readings(tmp_path, name, content)
    assert isinstance(latin, RecordBroken)
    assert isinstance(nul, RecordBroken)
    assert [latin.line, nul.line] == lines
    assert f"not UTF-8 (\\xff) in line {lines[0]}" in latin.reason
    assert f"NUL byte in line {lines[1]}" in nul.reason
    assert r"\xff" in latin.raw
    assert isinstance(fine, RecordRead)
    json.dumps([latin.raw, nul.raw]).encode()  # printable: no half characters are left


LONG = "x" * ((1 << 20) + 1)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.json", f'[{{"type": "{LONG}"}}, {{"type": "ok"}}]'),
        ("x.jsonl", f'{{"type": "{LONG}"}}\n{{"type": "ok"}}'),
        ("x.csv", f"type\n{LONG}\nok\n"),
        ("x.yaml", f"- type: {LONG}\n- type: ok\n"),
    ],
)
def test_a_record_over_the_limit_is_broken(tmp_path: Path, name: str, content: str) -> None:
    long, fine = readings(tmp_path, name, content)
    assert isinstance(long, RecordBroken)
    assert len(long.raw) <= 1 << 20
    assert isinstance(fine, RecordRead)
    assert fine.record == {"type": "ok"}


def test_aliases_do_not_explode(tmp_path: Path) -> None:
    bomb = "- &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"- &{name} [{','.join([f'*{before}'] * 10)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    items = readings(tmp_path, "x.yaml", bomb + "- c: 3\n")
    assert any(isinstance(item, RecordBroken) and "aliases" in item.reason for item in items)
    assert outline(items)[-1] == (10, {"c": "3"})


def test_an_alias_may_stand_for_a_shared_document(tmp_path: Path) -> None:
    shared = "- document: &d {title: T}\n- document: *d\n"
    assert outline(readings(tmp_path, "x.yaml", shared)) == [
        (1, {"document": {"title": "T"}}),
        (2, {"document": {"title": "T"}}),
    ]


@pytest.mark.parametrize(
    ("name", "unit"),
    [("x.json", "["), ("x.json", '{"a":'), ("x.jsonl", '{"a":'), ("x.yaml", "["), ("x.yaml", "- ")],
)
def test_a_heap_of_brackets_is_broken(tmp_path: Path, name: str, unit: str) -> None:
    items = readings(tmp_path, name, unit * 100_000)
    assert items
    assert all(isinstance(item, RecordBroken) for item in items)


def test_yaml_keeps_plain_words(tmp_path: Path) -> None:
    content = "type: other\nlanguage: NO\nedtf: 2025-04\nday: 2025-04-01\ncount: 3\nnothing: ~\nempty:\n"
    [item] = readings(tmp_path, "x.yaml", content)
    assert isinstance(item, RecordRead)
    assert item.record == {
        "type": "other",
        "language": "NO",
        "edtf": "2025-04",
        "day": "2025-04-01",
        "count": "3",
        "nothing": None,
        "empty": None,
    }


@pytest.mark.parametrize("name", ["x.json", "x.jsonl", "x.csv", "x.yaml"])
def test_an_empty_file_holds_no_records(tmp_path: Path, name: str) -> None:
    assert readings(tmp_path, name, "") == []


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.json", "[]".encode("utf-16"), "save it as UTF-8"),
        ("x.docx", b"", r"\.json, \.jsonl, \.csv, \.yaml"),
    ],
)
def test_a_file_that_cannot_be_read_at_all(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = write(tmp_path, name, content)
    with pytest.raises(UnreadableInput, match=message):
        list(read_records(path))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="No such file"):
        list(read_records(tmp_path / "none.json"))


def test_json_is_read_as_a_stream(tmp_path: Path) -> None:
    """The first items come although the file, far longer than what is read ahead, breaks off in the end."""
    item = json.dumps({"quote": "包" * 1000})
    path = write(tmp_path, "x.json", "[\n" + f"{item},\n" * 12_000)
    stream: Iterator[RecordRead | RecordBroken] = read_records(path)
    lines = [next(stream).line for _ in range(12_000)]
    assert lines == list(range(2, 12_002))
    last = next(stream)
    assert isinstance(last, RecordBroken)
    assert "line 12002" in last.reason


NOISE = [b'"', b"{", b"]", b"\n", b"\r", b"\x00", b"- ", b"&a", b"---\n", b"\xef\xbb\xbf", b"\xe2\x80\xa8"]


@pytest.mark.parametrize("name", FORMS)
@given(data=st.data())
def test_no_bytes_stop_a_reader(name: str, data: st.DataObject) -> None:
    """Whatever is damaged, all that is left comes out as records, or as broken, with lines of the file."""
    whole = FORMS[name].encode()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(start + 40, len(whole))))
    noise = data.draw(
        st.binary(max_size=6)
        | st.sampled_from([b'"', b"{", b"]", b"\n", b"\x00", b"- ", b"&a", b"\xef\xbb\xbf"])
    )
    damaged = whole[:start] + noise + whole[end:]
    items = list(READERS[Path(name).suffix](io.BytesIO(damaged)))
    assert items
    last_line = 1 + sum(damaged.count(end) for end in (b"\n", b"\r", b"\xe2\x80\xa8", b"\xc2\x85"))
    assert all(1 <= item.line <= last_line for item in items)
    json.dumps([item.raw for item in items], ensure_ascii=False).encode()


@given(noise=st.binary(max_size=80).filter(lambda noise: b"\n" not in noise and noise.strip()))
def test_a_line_of_noise_loses_no_other_line(noise: bytes) -> None:
    items = list(READERS[".jsonl"](io.BytesIO(b'{"a": 1}\n' + noise + b'\n{"c": 3}')))
    assert [(item.line, item.record) for item in items if isinstance(item, RecordRead) if item.line != 2] == [
        (1, {"a": 1}),
        (3, {"c": 3}),
    ]
