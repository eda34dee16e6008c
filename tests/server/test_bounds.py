"""No page grows without end, and hostile words stay words."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from kg.claims.claim import Claim
from kg.claims.document import text_hash
from kg.claims.names import Names
from kg.dataset.terms import DefaultGraph, Literal, NamedNode, Quad
from kg.dataset.writer import Writer
from ontology.vocab import LS
from server.app import create_app
from server.config import Config
from server.naming import PART
from server.services import services
from server.views.entity import MOST_READ
from tests.server.test_browse import page, twin

LONGEST = 300_000
"""Bytes of a page."""

BUSY = "urn:example:busy"
QUOTES = 1000
UNPLACED = 230
"""Claims of a document whose quotes have no place in its text."""

SENTENCE = "Maker {n:04d} received a license. "
TEXT = "".join(SENTENCE.format(n=n) for n in range(QUOTES)) + "The end. " * 12_000
LONG = "long " * 20_000
SCRIPT = "<img src=x onerror=alert(1)>"
REVERSED = "\u202etxt.exe\u2066"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    path = tmp_path_factory.mktemp("bounds") / "store"
    with Writer(path) as writer:
        fill(writer)
    app = create_app(Config(store=path, workers=1))
    yield app.test_client()
    services(app).workers.close()


def fill(writer: Writer) -> None:
    writer.layout.save_text(TEXT)
    document = {"hash": text_hash(TEXT), "title": f"{SCRIPT} {LONG}", "url": "javascript:alert(1)"}
    claims = []
    for n in range(QUOTES):
        words = SENTENCE.format(n=n)[:-2]
        start = TEXT.index(words)
        claims.append(
            {
                "type": "license_granted",
                "roles": {"producer": f"Maker {n:04d}", "customer": {"text": "Busy", "iri": BUSY}},
                "quote": {"exact": words, "start": start, "end": start + len(words)},
                "quote_verified": True,
                "document": document,
                "attribution": [{"kind": "publisher", "name": "Paper"}],
            }
        )
    claims.append(
        {
            "type": "other",
            "roles": {"product": f"{REVERSED}{SCRIPT}{LONG}", "place": REVERSED},
            "document": {"title": REVERSED},
            "attribution": [{"kind": "publisher", "name": f"{SCRIPT}{REVERSED}", "verb": SCRIPT}],
        }
    )
    for said_in in (document, {"title": "Without a text"}):
        claims += [
            {
                "type": "license_denied",
                "roles": {"producer": f"Hidden {n:04d}"},
                "quote": {"exact": f"Hidden {n:04d} got none"},
                "document": said_in,
                "attribution": [{"kind": "publisher", "name": "Paper"}],
            }
            for n in range(UNPLACED)
        ]
    writer.add(map(Claim.model_validate, claims))
    knows, seen = NamedNode("http://schema.org/knows"), NamedNode(LS.holdsLicenseFor)
    busy = NamedNode(BUSY)
    writer.add_base(
        Quad(*triple, DefaultGraph())
        for n in range(5000)
        for triple in (
            (busy, knows, NamedNode(f"https://other.example/{n}")),
            (NamedNode(f"https://other.example/{n}"), seen, busy),
        )
    )
    for value in (LONG, "javascript:alert(1)", SCRIPT):
        writer.add_base([Quad(busy, knows, Literal(value), DefaultGraph())])
    writer.add_base([Quad(busy, knows, NamedNode("javascript:alert(1)"), DefaultGraph())])
    writer.commit()


def paths(client: FlaskClient) -> list[str]:
    document = twin(client, "/claims?q=maker")["claims"][0]["document"]["href"]
    [odd] = twin(client, "/claims?type=other")["claims"]
    claim = twin(client, odd["link"]["href"])
    return [
        "/",
        "/claims",
        "/claims?size=100",
        "/claims?q=long",
        "/entities",
        f"/entity?iri={BUSY}",
        document,
        f"{document}?part=2",
        odd["link"]["href"],
        odd["link"]["href"].replace("/claim/", "/event/"),
        claim["chain"][0]["source"]["href"],
        *(role["entity"]["href"] for role in claim["roles"]),
        twin(client, "/claims?q=maker")["claims"][0]["link"]["href"],
    ]


def test_no_page_grows_without_end(client: FlaskClient) -> None:
    sizes = {path: len(page(client, path).encode()) for path in paths(client)}
    assert {path: size for path, size in sizes.items() if size > LONGEST} == {}


def test_hostile_words_stay_words(client: FlaskClient) -> None:
    for path in paths(client):
        text = page(client, path)
        assert "<img src=x" not in text
        assert "onerror=alert(1)>" not in text
        assert not re.search(r"""href=["']?\s*javascript:""", text, re.I)
        assert " style=" not in text
        assert "<script" not in text


def test_turned_words_are_isolated(client: FlaskClient) -> None:
    [odd] = twin(client, "/claims?type=other")["claims"]
    for path in ("/claims?type=other", odd["link"]["href"], odd["document"]["href"]):
        text = page(client, path).partition("<main")[2]
        for match in re.finditer(REVERSED, text):
            before = text[: match.start()].rpartition("<")[2]
            inside = text[: match.start()]
            isolated = before.startswith(("bdi", "text", "title", "mark", "p dir"))
            assert isolated or inside.rfind("<bdi") > inside.rfind("</bdi"), before[:80]


def test_every_quote_is_reached_from_its_claim(client: FlaskClient) -> None:
    for n in (0, 399, 401, 999):
        [claim] = twin(client, f'/claims?q="maker {n:04d}"')["claims"]
        href = twin(client, claim["link"]["href"])["quote_href"]
        path, _, fragment = href.partition("#")
        assert f'id="{fragment}"' in page(client, path), n


def test_the_text_is_whole_over_its_parts(client: FlaskClient) -> None:
    document = twin(client, "/claims?q=maker")["claims"][0]["document"]["href"]
    parts = twin(client, document)["parts"]
    assert parts > 1
    told = [twin(client, f"{document}?part={n}") for n in range(1, parts + 1)]
    assert "".join(piece["text"] for part in told for piece in part["text"]) == TEXT
    assert client.get(f"{document}?part={parts + 1}").status_code == 404


def all_of(client: FlaskClient, path: str, name: str, pages: str) -> list[dict[str, Any]]:
    """The page's twin on all its pages."""
    number = twin(client, path)[pages]
    assert number > 1
    mark = "&" if "?" in path else "?"
    told = [twin(client, f"{path}{mark}{name}={n}") for n in range(1, number + 1)]
    assert client.get(f"{path}{mark}{name}={number + 1}").status_code == 404
    return told


def following(client: FlaskClient, path: str) -> list[str]:
    """The addresses of a page and of those that its links to the next page lead to."""
    met = [path]
    while found := re.search(r'<a rel="next" href="([^"]+)"', page(client, met[-1])):
        met.append(found[1].replace("&amp;", "&"))
    return met


def test_every_claim_of_a_text_is_on_its_parts(client: FlaskClient) -> None:
    document = twin(client, "/claims?q=maker")["claims"][0]["document"]["href"]
    parts = all_of(client, document, "part", "parts")
    assert len(following(client, document)) == len(parts)
    assert {part["total"] for part in parts} == {QUOTES + UNPLACED}
    claims = [claim for part in parts for claim in part["claims"]]
    unplaced = [claim["link"]["href"] for claim in claims if not claim["placed"]]
    assert len(unplaced) == len(set(unplaced)) == UNPLACED
    placed = Counter(claim["link"]["href"] for claim in claims if claim["placed"])
    assert len(placed) == QUOTES
    twice = [SENTENCE.format(n=n)[:-2] for n in range(QUOTES) if crosses(n)]
    assert sum(placed.values()) == QUOTES + len(twice)
    assert not any(part["more"] for part in parts)
    for part in parts:
        marked = {n for piece in part["text"] for n in piece["claims"]}
        assert marked == {n for n, claim in enumerate(part["claims"], start=1) if claim["placed"]}


def crosses(n: int) -> bool:
    """Whether a quote begins in one part of the text and ends in the next one."""
    start = TEXT.index(SENTENCE.format(n=n)[:-2])
    return start // PART != (start + len(SENTENCE.format(n=n)) - 3) // PART


def test_every_claim_of_a_document_without_a_text_is_on_its_pages(client: FlaskClient) -> None:
    [claim] = twin(client, '/claims?q="hidden 0007" "without a text"')["claims"]
    document = claim["document"]["href"]
    pages = all_of(client, document, "part", "parts")
    assert len(following(client, document)) == len(pages)
    claims = [claim["link"]["href"] for told in pages for claim in told["claims"]]
    assert len(claims) == len(set(claims)) == UNPLACED
    assert {told["total"] for told in pages} == {UNPLACED}


def test_every_fact_that_is_read_is_on_a_page(client: FlaskClient) -> None:
    path = f"/entity?iri={BUSY}"
    pages = all_of(client, path, "page", "pages")
    read = {told["total"] for told in pages}
    facts = [
        (group["property"]["title"], group["inverse"], fact["value"]["title"] or fact["value"]["text"])
        for told in pages
        for group in (*told["facts"], *told["elsewhere"])
        for fact in group["facts"]
    ]
    assert read == {len(facts)}
    assert len(set(facts)) == len(facts) > MOST_READ
    for told in pages:
        for group in (*told["facts"], *told["elsewhere"]):
            kind = (group["property"]["title"], group["inverse"])
            assert len(group["facts"]) + group["more"] == sum(fact[:2] == kind for fact in facts)
    assert {told["claims_total"] for told in pages} == {QUOTES}
    assert len(following(client, f"{path}&page={len(pages) - 2}")) == 3


def test_an_entity_with_many_facts_names_the_rest(client: FlaskClient) -> None:
    told = twin(client, f"/entity?iri={BUSY}")
    shown = sum(len(group["facts"]) for group in told["facts"])
    assert 10 < shown <= 130
    assert told["more"]
    assert told["claims_total"] == QUOTES
    name = Names().entity("party", "Maker 0000", None)
    assert twin(client, name.removeprefix("https://w3id.org/lodestone"))["claims_total"] == 1
