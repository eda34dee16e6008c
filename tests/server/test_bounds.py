"""No page grows without end, and hostile words stay words."""

import re
from collections.abc import Iterator

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
from server.services import services
from tests.server.test_browse import page, twin

LONGEST = 300_000
"""Bytes of a page."""

BUSY = "urn:example:busy"
QUOTES = 1000
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


def test_an_entity_with_many_facts_names_the_rest(client: FlaskClient) -> None:
    told = twin(client, f"/entity?iri={BUSY}")
    shown = sum(len(group["facts"]) for group in told["facts"])
    assert 10 < shown <= 130
    assert told["more"]
    assert told["claims_total"] == QUOTES
    name = Names().entity("party", "Maker 0000", None)
    assert twin(client, name.removeprefix("https://w3id.org/lodestone"))["claims_total"] == 1
