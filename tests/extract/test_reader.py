from datetime import date
from pathlib import Path

import pytest

from kg.claims.document import text_hash
from kg.errors import UnreadableInput
from kg.extract.reading.reader import article_of_text, read_article, read_articles

TEXT = "Title: A\nPublisher: Example Post\nDate: 2025-05-14\nSource: https://example.org/a\n\nBody é.\n"
HTML = """<html lang="en"><head><title>Magnet makers wait</title>
<meta property="og:site_name" content="Example Post">
<meta property="article:published_time" content="2025-05-14">
<link rel="canonical" href="https://example.org/wait"></head>
<body><nav>Home</nav><article><h1>Magnet makers wait</h1>
<p>China granted an export license to Acme Metals, the ministry said in a long sentence that is plainly
running text.</p><p>A second paragraph says more about magnets and about the
people who make them, at some length.</p></article></body></html>"""


def test_text_is_kept_verbatim_with_its_headers(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(TEXT.encode())
    article = read_article(path)
    assert article.text == TEXT
    assert article.text[article.body :] == "Body é.\n"
    document = article.document
    assert (document.title, document.publisher, document.published) == (
        "A",
        "Example Post",
        date(2025, 5, 14),
    )
    assert (document.url, document.hash) == ("https://example.org/a", text_hash(TEXT))


def test_text_without_headers_is_all_body() -> None:
    article = article_of_text("Just: some words\n\nand more.")
    assert article.body == 0
    assert article.document.title is None
    assert article.chain_tail[-1].label == "publisher not stated"


def test_original_publishers_come_before_the_present_one() -> None:
    article = article_of_text(TEXT + "\nOriginal article: https://www.origin.example/x/1\n")
    assert [(v.name, v.text) for v in article.chain_tail] == [
        ("origin.example", "https://www.origin.example/x/1"),
        ("Example Post", None),
    ]


def test_a_sentence_about_an_original_source_is_no_publisher() -> None:
    article = article_of_text(
        TEXT + "\nOriginal source of the rumour unknown\nOriginally published on Example Wire\n"
    )
    assert [v.name for v in article.chain_tail] == ["Example Wire", "Example Post"]


def test_html_gives_main_text_and_metadata(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(HTML, encoding="utf-8")
    article = read_article(path)
    assert "export license to Acme Metals" in article.text
    assert "Home" not in article.text
    document = article.document
    assert (document.title, document.publisher) == ("Magnet makers wait", "Example Post")
    assert (document.published, document.url) == (date(2025, 5, 14), "https://example.org/wait")
    assert document.hash == text_hash(article.text)


@pytest.mark.parametrize(
    ("name", "raw", "says"),
    [
        ("a.txt", b"\xff\xfe\x00", "not UTF-8"),
        ("a.txt", b" \n\t\n", "holds no text"),
        ("a.html", b"<html><body></body></html>", "no article text"),
        ("a.pdf", b"%PDF", "articles are read from"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path, name: str, raw: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(raw)
    with pytest.raises(UnreadableInput, match=says) as error:
        read_article(path)
    assert error.value.path == str(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="cannot be read"):
        read_article(tmp_path / "none.txt")


@pytest.mark.parametrize(
    "words",
    [
        "2025-05-14",
        "14 May 2025",
        "May 14, 2025",
        "Wednesday, May 14, 2025",
        "14.05.2025",
        "2025-05-14T08:00",
    ],
)
def test_a_day_is_read_in_many_forms(words: str) -> None:
    assert article_of_text(TEXT.replace("2025-05-14", words)).document.published == date(2025, 5, 14)


def test_the_agency_of_a_dateline_published_before() -> None:
    article = article_of_text(TEXT.replace("Body é.", "BEIJING, May 13 (Reuters) - China granted a license."))
    assert [(v.kind.value, v.name) for v in article.chain_tail] == [
        ("publisher", "Reuters"),
        ("publisher", "Example Post"),
    ]


def test_a_text_that_is_paid_for_says_so() -> None:
    assert article_of_text(TEXT + "This post contains sponsored content.").paid == "sponsored content"
    assert article_of_text(TEXT).paid is None


def test_where_a_file_comes_from_is_its_url_if_it_says_none(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("China granted a license.", encoding="utf-8")
    [article] = read_articles(path, "https://news.example.org/x")
    assert (article.document.url, article.document.publisher) == (
        "https://news.example.org/x",
        "news.example.org",
    )
    assert article.chain_tail[-1].name == "news.example.org"
