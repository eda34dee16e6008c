"""RSS 2.0, RSS 1.0 and Atom feeds: each entry as an article.

A feed often gives only the beginning of an article; what it gives is what is read.
"""

from collections.abc import Iterator
from datetime import date
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from kg.claims.document import Document, text_hash
from kg.errors import UnreadableInput
from kg.extract.reading.reader import Article, article_tail, web_address

SUFFIXES = frozenset({".xml", ".rss", ".atom"})
_BODIES = ("encoded", "content", "description", "summary")
_DATES = ("published", "pubDate", "date", "updated")


def read_feed(raw: bytes, path: Path | str) -> tuple[Article, ...]:
    """The entries of a feed that hold text, in the feed's order.

    Raises ``UnreadableInput`` if it is no feed, or is one without text.
    """
    from lxml import etree  # noqa: PLC0415  comes with the extra

    if b"<!ENTITY" in raw:
        raise UnreadableInput(f"{path}: declares entities, which no feed needs", path=str(path))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableInput(f"{path}: is not well-formed XML ({error})", path=str(path)) from error
    name = _name(root)
    if name not in ("rss", "RDF", "feed"):
        raise UnreadableInput(f"{path}: is <{name}>, not a feed (RSS or Atom)", path=str(path))
    channel = next((c for c in root if _name(c) == "channel"), root)
    publisher = _text(channel, "title")
    entries = [e for e in root.iter() if _name(e) in ("item", "entry")]
    articles = tuple(a for entry in entries for a in _article(entry, publisher))
    if not articles:
        raise UnreadableInput(f"{path}: is a feed without an entry that holds text", path=str(path))
    return articles


def _article(entry: Any, publisher: str | None) -> Iterator[Article]:
    body = next((found for name in _BODIES if (found := _plain(_text(entry, name)))), None)
    if body is None:
        return
    title = _plain(_text(entry, "title"))
    document = Document(
        hash=text_hash(body),
        title=title,
        publisher=_text(entry, "source") or publisher,
        published=next((day for name in _DATES if (day := _day(_text(entry, name)))), None),
        url=web_address(_link(entry)),
    )
    yield Article(body, document, article_tail(body, document))


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _text(element: Any, name: str) -> str | None:
    for child in element:
        if _name(child) == name:
            text = "".join(child.itertext()).strip()
            if text:
                return text
    return None


def _link(entry: Any) -> str | None:
    for child in entry:
        if _name(child) == "link":
            address = child.get("href") if child.get("rel") in (None, "alternate") else None
            address = address or (child.text or "").strip()
            if address:
                return str(address)
    return None


def _plain(markup: str | None) -> str | None:
    """Running text of a piece of HTML, its paragraphs on lines of their own."""
    if not markup:
        return None
    if "<" not in markup and "&" not in markup:
        return markup.strip() or None
    from lxml import html  # noqa: PLC0415  comes with the extra

    tree = html.fragment_fromstring(markup, create_parent="div")
    for element in tree.iter("p", "br", "li", "div", "h1", "h2", "h3"):
        element.tail = "\n" + (element.tail or "")
    lines = (" ".join(line.split()) for line in str(tree.text_content()).splitlines())
    return "\n\n".join(line for line in lines if line) or None


def _day(words: str | None) -> date | None:
    if not words:
        return None
    try:
        return date.fromisoformat(words[:10])
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(words).date()
    except ValueError:
        return None
