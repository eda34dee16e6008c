"""From a file to an article: its text, what is known of it, and who published it.

The text is kept as it is; offsets count code points of all of it, header lines included.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from kg.claims.document import Document, text_hash
from kg.claims.names import normalized
from kg.claims.source import SourceKind, Voice
from kg.errors import UnreadableInput
from kg.extract.lexicon.outlets import outlets

TEXT_SUFFIXES = frozenset({".txt", ".md", ".markdown"})
FEED_SUFFIXES = frozenset({".xml", ".rss", ".atom"})
HTML_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
MAX_URL = 4096
_DAYS = (
    "%d %B %Y",
    "%B %d, %Y",
    "%d %b %Y",
    "%b %d, %Y",
    "%A, %B %d, %Y",
    "%A, %d %B %Y",
    "%Y/%m/%d",
    "%d.%m.%Y",
)

_HEADER = re.compile(r"(Title|Publisher|Date|Source|Author|Language):[ \t]*(.*)")
_PAID = re.compile(
    r"disseminated on behalf of|paid (?:advertis|promot)\w+|sponsored (?:content|article|post)"
    r"|advertorial|paid for by",
    re.IGNORECASE,
)
_OPENING = 400
_DATELINE = re.compile(r"^[^\n(]{0,80}\((?P<agency>[A-Z][\w .'&-]{1,40})\) ?[-–—]", re.MULTILINE)  # noqa: RUF001
_ORIGINAL = re.compile(
    r"^[ \t>*_-]*(?:(?:Original (?:article|source|link|text)|Source article)[ \t]*:[ \t*_]*"
    r"|(?:Originally (?:published|appeared)|First published|Republished|Reposted) (?:at|in|on|by|from) )"
    r"(?P<where>https?://\S+|[^\n]{2,80})$",
    re.MULTILINE | re.IGNORECASE,
)


@dataclass(frozen=True)
class Article:
    """A text to extract claims from.

    ``body`` is the code-point offset at which running text starts. ``chain_tail`` are
    the publishers through which the text came, the present one last. ``paid`` are the words
    in which the text says that somebody with an interest paid for it.
    """

    text: str
    document: Document
    chain_tail: tuple[Voice, ...]
    body: int = 0
    paid: str | None = None

    @property
    def published(self) -> date | None:
        """The day that relative times of the text count from."""
        return self.document.published


def read_articles(path: Path, url: str | None = None) -> tuple[Article, ...]:
    """The articles of a file: one, or the entries of a feed (.xml, .rss, .atom).

    ``url`` is where the file comes from, for a text that does not say it. Raises
    ``UnreadableInput`` if the file cannot be read or holds no text.
    """
    return articles_of(_content(path), path, url)


def articles_of(raw: bytes, path: Path, url: str | None = None) -> tuple[Article, ...]:
    """The same of the content of a file, ``path`` being its name. Raises ``UnreadableInput``."""
    if path.suffix.lower() in FEED_SUFFIXES:
        from kg.extract.reading.feeds import read_feed  # noqa: PLC0415  it builds on this module

        return read_feed(raw, path)
    article = _article(raw, path)
    if url is None or article.document.url is not None:
        return (article,)
    document = article.document.model_copy(
        update={"url": url, "publisher": article.document.publisher or host(url)}
    )
    return (replace(article, document=document, chain_tail=article_tail(article.text, document)),)


def read_article(path: Path) -> Article:
    """Reads a .txt, .md or .html file.

    Raises ``UnreadableInput`` if the file cannot be read, is not UTF-8 or holds no text.
    """
    return _article(_content(path), path)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableInput(f"{path}: cannot be read ({error.strerror})", path=str(path)) from error


def _article(raw: bytes, path: Path) -> Article:
    suffix = path.suffix.lower()
    if suffix not in TEXT_SUFFIXES | HTML_SUFFIXES:
        known = ", ".join(sorted(TEXT_SUFFIXES | HTML_SUFFIXES | FEED_SUFFIXES))
        raise UnreadableInput(
            f"{path}: articles are read from {known}; save it as one of these", path=str(path)
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UnreadableInput(
            f"{path}: line {line} is not UTF-8; convert the file to UTF-8 and try again",
            path=str(path),
            line=line,
        ) from error
    if not text.strip("\ufeff \t\r\n\f\v\x00"):
        raise UnreadableInput(f"{path}: holds no text; nothing to extract from", path=str(path))
    return article_of_html(text, path) if suffix in HTML_SUFFIXES else article_of_text(text)


def article_of_text(text: str) -> Article:
    """An article from text with optional header lines and, after an empty line, the body."""
    known, body = _headers(text)
    url = web_address(known.get("Source"))
    document = Document(
        hash=text_hash(text),
        title=known.get("Title"),
        publisher=known.get("Publisher"),
        published=_day(known.get("Date")),
        url=url,
        language=known.get("Language"),
    )
    return Article(text, document, article_tail(text[body:], document), body, _paid(text[body:]))


def article_of_html(markup: str, path: Path) -> Article:
    """An article from HTML: trafilatura's main text and metadata.

    Raises ``UnreadableInput`` if there is no main text.
    """
    import trafilatura  # noqa: PLC0415  slow to import, and only HTML needs it

    parsed = trafilatura.bare_extraction(markup, with_metadata=True, include_comments=False)
    text = (getattr(parsed, "text", None) or "") if parsed is not None else ""
    if parsed is None or not text.strip():
        raise UnreadableInput(
            f"{path}: no article text was found in the HTML; save the article as .txt", path=str(path)
        )
    url = web_address(getattr(parsed, "url", None))
    document = Document(
        hash=text_hash(text),
        title=getattr(parsed, "title", None) or None,
        publisher=getattr(parsed, "sitename", None) or host(url),
        published=_day(getattr(parsed, "date", None)),
        url=url,
        language=getattr(parsed, "language", None) or None,
    )
    return Article(text, document, article_tail(text, document), paid=_paid(text))


def _paid(text: str) -> str | None:
    found = _PAID.search(text)
    return found.group() if found else None


def host(url: str | None) -> str | None:
    """The host of a URL, without ``www.``; ``None`` if it has none."""
    try:
        name = urlsplit(url or "").hostname
    except ValueError:
        return None
    return name.removeprefix("www.") if name else None


def _headers(text: str) -> tuple[dict[str, str], int]:
    """The header lines, and the offset at which the body starts (0 if there are none)."""
    known: dict[str, str] = {}
    at = 1 if text.startswith("\ufeff") else 0
    for line in text[at:].splitlines(keepends=True):
        if not line.strip():
            return (known, at + len(line)) if known else ({}, 0)
        match = _HEADER.fullmatch(line.rstrip("\r\n"))
        if match is None:
            return {}, 0
        if match[2].strip():
            known[match[1]] = match[2].strip()
        at += len(line)
    return known, at


def _day(text: str | None) -> date | None:
    words = (text or "").strip()
    try:
        return date.fromisoformat(words[:10])
    except ValueError:
        pass
    for form in _DAYS:
        try:
            return datetime.strptime(words, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    return None


def web_address(text: str | None) -> str | None:
    """The text if it is a URL of the web, else ``None``."""
    text = (text or "").strip()
    return text if text.startswith(("http://", "https://")) and len(text) <= MAX_URL else None


def article_tail(body: str, document: Document) -> tuple[Voice, ...]:
    """Publishers through which a text came, farthest back first, the present one last."""
    own = document.publisher or host(document.url)
    voices: list[Voice] = []
    for match in _ORIGINAL.finditer(body):
        where = match["where"].strip().rstrip(".,;)")
        name = host(where) if where.startswith("http") else where.split(". ")[0]
        if name and name != own and all(voice.name != name for voice in voices):
            voices.append(Voice(kind=SourceKind.PUBLISHER, name=name, text=where))
    voices.reverse()  # the last one named is the farthest back
    agency = _DATELINE.search(body[:_OPENING])
    wire = agency["agency"].strip() if agency else ""
    known = wire and normalized(wire) != normalized(own or "") and outlets().find(wire) is not None
    if known and all(voice.name != wire for voice in voices):
        voices.append(Voice(kind=SourceKind.PUBLISHER, name=wire, text=wire))
    last = Voice(kind=SourceKind.PUBLISHER, name=own, text=None if own else "publisher not stated")
    return (*voices, last)
