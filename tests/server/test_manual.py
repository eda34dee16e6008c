"""The documentation inside the program: every chapter is a page, and every example in it is run."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from kg.ingest.taking import Ingest
from kg.query import query
from server.description import examples
from server.manual import chapter_of, chapters
from tests.sessions import FENCE, assert_prints, commands

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "server" / "docs"
HTML = {"Accept": "text/html"}


def blocks(name: str) -> list[tuple[str, str]]:
    return FENCE.findall((DOCS / f"{name}.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", [*chapters(), "questions", ""])
def test_each_chapter_is_a_page_whose_links_lead_somewhere(client: FlaskClient, name: str) -> None:
    page = client.get(f"/docs/{name}".rstrip("/"), headers=HTML)
    assert page.status_code == 200
    for target, anchor in set(re.findall(r'href="(/docs[^"#?]*)(?:#([^"]*))?"', page.text)):
        found = client.get(target, headers=HTML)
        assert found.status_code == 200, target
        assert not anchor or f'id="{anchor}"' in found.text, (target, anchor)
    for picture in re.findall(r'<img src="([^"]+)"', page.text):
        with client.get(picture) as found:
            assert found.status_code == 200, picture


def test_an_unknown_chapter_is_not_found(client: FlaskClient) -> None:
    assert client.get("/docs/nothing", headers=HTML).status_code == 404


def test_comments_are_not_shown() -> None:
    assert (
        "settings"
        not in chapter_of("x", "# X\n\n<!-- settings -->\n| a |\n|---|\n\n<!-- /settings -->\n").html
    )


def test_markup_in_a_chapter_stays_text() -> None:
    made = chapter_of("x", "# A\n\n<script>alert(1)</script> [b](javascript:alert(1))\n\n## B c")
    assert "<script>" not in made.html
    assert 'href="javascript' not in made.html
    assert [heading.anchor for heading in made.headings] == ["b-c"]


def test_columns_are_set_right_without_a_style_in_the_page() -> None:
    made = chapter_of("x", "# A\n\n| a | b |\n|---|---:|\n| c | 1 |\n")
    assert "style=" not in made.html
    assert '<td class="figure">1</td>' in made.html


def test_the_tutorial_is_what_happens(tmp_path: Path) -> None:
    pytest.importorskip("spacy", reason="the tutorial reads articles: that needs the extract extra")
    texts = iter(["harbour.txt", "ministry.txt"])
    for language, text in blocks("tutorial"):
        if language == "text":
            (tmp_path / next(texts)).write_text(text, encoding="utf-8")
        elif language == "sparql":
            (tmp_path / "holders.rq").write_text(text, encoding="utf-8")
        for command, expected in commands(text) if language == "console" else ():
            assert_prints(command, expected, tmp_path, PYTHONPATH=str(ROOT))


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of articles that were read."""
    pytest.importorskip("spacy", reason="articles are read: that needs the extract extra")
    store = tmp_path_factory.mktemp("manual") / "store"
    articles = sorted((ROOT / "tests" / "extract" / "articles").glob("*/*.txt"))
    with Writer(store) as writer:
        Ingest(writer).run([ROOT / "kg" / "example" / "brief.txt", *articles], lambda _: None)
    return store


@pytest.mark.parametrize("name", [name for name in chapters() if name != "tutorial"])
def test_queries_in_chapters_are_answered(read: Path, name: str) -> None:
    snapshot = Reader(read).current()
    for language, text in blocks(name):
        if language == "sparql" and "SERVICE" not in text:
            answer = query(snapshot, text)
            assert answer.provenance is not None
            assert answer.provenance.complete, (text, answer.provenance.reason)


def test_each_question_is_answered_with_provenance(read: Path) -> None:
    snapshot = Reader(read).current()
    answered = 0
    for example in examples():
        answer = query(snapshot, example.query)
        assert answer.provenance is not None
        assert answer.provenance.complete, (example.question, answer.provenance.reason)
        answered += bool(answer.rows)
    assert answered >= 14  # what needs links, judgments or corrections finds nothing in articles alone
