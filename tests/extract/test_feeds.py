from datetime import date
from pathlib import Path

import pytest

from kg.errors import UnreadableInput
from kg.extract.reading.reader import read_articles

RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Harbor Post</title><item><title>Licenses &amp; more</title><link>https://example.org/1</link>
<pubDate>Wed, 14 May 2025 08:00:00 +0200</pubDate><description>Short.</description>
<content:encoded><![CDATA[<p>China granted a license.</p><p>Prices rose.</p>]]></content:encoded></item>
<item><title>No text</title></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Daily</title><entry><title>T</title>
<link rel="alternate" href="https://example.org/2"/><updated>2025-05-13T10:00:00Z</updated>
<summary>Gallium is up.</summary></entry></feed>"""
BOMB = '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
BOMB += "<rss><channel><item><title>&b;</title></item></channel></rss>"


def feed(folder: Path, text: str, name: str = "feed.xml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_an_rss_entry_is_an_article_with_its_fullest_text(tmp_path: Path) -> None:
    [article] = read_articles(feed(tmp_path, RSS))
    document = article.document
    assert article.text == "China granted a license.\n\nPrices rose."
    assert (document.title, document.publisher) == ("Licenses & more", "Harbor Post")
    assert (document.published, document.url) == (date(2025, 5, 14), "https://example.org/1")


def test_an_atom_entry_is_an_article(tmp_path: Path) -> None:
    [article] = read_articles(feed(tmp_path, ATOM, "feed.atom"))
    assert (article.text, article.document.url) == ("Gallium is up.", "https://example.org/2")
    assert article.document.published == date(2025, 5, 13)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<rss>", "not well-formed"),
        ("<html></html>", "is <html>, not a feed"),
        ("<rss><channel/></rss>", "without an entry"),
        (BOMB, "declares entities"),
    ],
)
def test_what_is_no_feed_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(UnreadableInput, match=reason):
        read_articles(feed(tmp_path, text))
