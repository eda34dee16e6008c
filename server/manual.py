"""The documentation inside the program: chapters in Markdown (``docs/*.md``), and the questions, as pages."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from flask import Blueprint, Response, current_app, render_template
from markdown_it import MarkdownIt
from markdown_it.token import Token

from kg.errors import NotFound
from server.description import Example, examples
from server.openapi import operations
from server.problems import KINDS
from server.services import services

manual = Blueprint("manual", __name__)

_DOCS = files("server") / "docs"
FIRST = ("tutorial", "model", "query-page", "identity", "outside")
LAST = ("operations", "engines", "commands", "paper")
"""Chapters in their order; others come between."""

_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_COMMENT = re.compile(r"^<!--.*?-->\n", re.MULTILINE)
_CHAPTER = re.compile(r"(?:\./)?([a-z-]+)\.md(#.*)?")


@dataclass(frozen=True)
class Heading:
    """A section of a chapter, and where it is on the page."""

    text: str
    anchor: str


@dataclass(frozen=True)
class Chapter:
    """A chapter as HTML, made of our own Markdown."""

    name: str
    title: str
    html: str
    headings: tuple[Heading, ...]


@cache
def chapters() -> dict[str, Chapter]:
    """All chapters by name, in their order."""
    found = {path.name.removesuffix(".md"): path for path in _DOCS.iterdir() if path.name.endswith(".md")}
    between = sorted(set(found) - {*FIRST, *LAST})
    order = [name for name in (*FIRST, *between, *LAST) if name in found]
    return {name: chapter_of(name, found[name].read_text(encoding="utf-8")) for name in order}


def chapter_of(name: str, text: str) -> Chapter:
    """A chapter from its Markdown (CommonMark with tables, no HTML; lines of comments are left out)."""
    writer = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = writer.parse(_COMMENT.sub("", text))
    headings = list(_headings(tokens))
    title = headings[0].text if headings else name
    html = writer.renderer.render(tokens, writer.options, {})
    html = html.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace(
        "</table>", "</table></div>"
    )
    html = html.replace("<pre>", '<pre class="scroll" tabindex="0">').replace("<th></th>", "<td></td>")
    return Chapter(name, title, html, tuple(headings[1:]))


def _headings(tokens: list[Token]) -> list[Heading]:
    """Gives headings their anchors, and links to other chapters their addresses."""
    found = []
    for token, inline in zip(tokens, [*tokens[1:], tokens[-1]], strict=True):
        if token.type == "heading_open":
            anchor = _NOT_SLUG.sub("-", inline.content.lower()).strip("-")
            token.attrSet("id", anchor)
            if token.tag in ("h1", "h2"):
                found.append(Heading(inline.content, anchor))
        for child in token.children or ():
            _point(child)
        if style := token.attrGet("style"):
            del token.attrs["style"]  # the policy of content lets no style in that stands in the page
            token.attrSet("class", "figure" if style == "text-align:right" else "")
    return found


def _point(token: Token) -> None:
    target = str(token.attrGet("href") or "")
    if chapter := _CHAPTER.fullmatch(target):
        token.attrSet("href", f"/docs/{chapter[1]}{chapter[2] or ''}")
    source = str(token.attrGet("src") or "")
    if source.startswith("../static/"):
        token.attrSet("src", source.removeprefix(".."))


@manual.get("/docs")
def contents() -> Response:
    """The contents, and every parameter and format."""
    here = services(current_app)
    return Response(
        render_template(
            "docs.html",
            config=here.config,
            kinds=KINDS.values(),
            chapters=chapters().values(),
            operations=operations(current_app),
        )
    )


@manual.get("/docs/questions")
def questions() -> Response:
    """A how-to for each question that analysts ask."""
    asked: tuple[Example, ...] = examples(services(current_app).snapshot().names.record)
    return Response(render_template("questions.html", questions=asked, chapters=chapters().values()))


@manual.get("/docs/<name>")
def chapter(name: str) -> Response:
    """A chapter."""
    found = chapters().get(name)
    if found is None:
        raise NotFound(f"there is no chapter {name}: /docs lists them", iri="")
    return Response(render_template("chapter.html", chapter=found, chapters=chapters().values()))
