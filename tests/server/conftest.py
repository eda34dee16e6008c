"""A small store with something of everything, and an application that serves it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kg.claims.claim import Claim
from kg.claims.document import text_hash
from kg.dataset.loading.rdf import ingest_rdf
from kg.dataset.writer import Writer
from server.app import create_app
from server.config import Config
from server.services import services

ARTICLE = """A maker of magnets gets its license

This is the first license in the sector since the controls began, according to customs.
Two people at the carmaker told Example Wire that Fabrika Magnit received
an export license for Autowerk in May.
The ministry did not answer. Another supplier may follow soon.
"""
GRANT_QUOTE = "Fabrika Magnit received\nan export license for Autowerk in May"
FOLLOW_QUOTE = "Another supplier may follow soon"
HOSTILE = "</title><script>alert(1)</script>"
TURNED = "\u202egnp.exe \u05d0\u05d1\u05d2"
FOREIGN = "https://other.example/graph#one"
TRIG = f"""
@prefix ex: <https://other.example/> .
<{FOREIGN}> {{ ex:alice ex:knows ex:bob . }}
ex:base ex:says "base data" .
"""


@dataclass(frozen=True)
class Names:
    """IRIs of the store's claims, by what they are there for."""

    grant: str
    follow: str
    agree: str
    copy: str
    deny: str
    wrong: str
    old: str
    new: str
    hostile: str


def quoted(text: str, words: str) -> dict[str, Any]:
    """A quote of an article, with its place."""
    start = text.index(words)
    return {"exact": words, "start": start, "end": start + len(words)}


def license_claim(**changes: Any) -> dict[str, Any]:
    """A claim that Fabrika Magnit holds a license for Autowerk, by Example Wire."""
    return {
        "type": "license_granted",
        "roles": {"producer": "Fabrika Magnit", "customer": "Autowerk", "authority": "Ministry of Trade"},
        "document": {"title": "Another brief", "publisher": "Daily Example", "published": "2025-05-20"},
        "attribution": [{"kind": "publisher", "name": "Daily Example"}],
        "assessment": {"reliability": "B", "credibility": 2},
        **changes,
    }


def fill(path: Path, trig: Path) -> Names:
    """Make the store."""
    with Writer(path) as writer:
        writer.layout.save_text(ARTICLE)
        article = {
            "hash": text_hash(ARTICLE),
            "title": "A maker of magnets gets its license",
            "publisher": "Example Wire",
            "published": "2025-05-14",
            "url": "https://wire.example/a",
        }
        wire = {"kind": "organization", "name": "Example Wire"}
        reprint = {"kind": "publisher", "name": "Reprint Daily"}
        two = {"kind": "anonymous_sources", "count": 2, "text": "Two people at the carmaker", "verb": "told"}
        new = Claim.model_validate(license_claim(said="2025-05-22"))
        old = Claim.model_validate(license_claim(said="2025-05-21"))
        new = new.model_copy(update={"supersedes": (writer.names.claim(old.id),)})
        claims = {
            "grant": license_claim(
                document=article,
                quote=quoted(ARTICLE, GRANT_QUOTE),
                attribution=[two, wire, reprint],
                when={"text": "in May", "edtf": "2025-05"},
                quote_verified=True,
            ),
            "follow": {
                "type": "license_pending",
                "roles": {"producer": "Another supplier"},
                "document": article,
                "quote": quoted(ARTICLE, FOLLOW_QUOTE),
                "attribution": [wire],
                "modality": "hedged",
                "quote_verified": True,
            },
            "agree": license_claim(attribution=[{"kind": "person", "name": "Ann Reporter"}]),
            "copy": license_claim(attribution=[wire, {"kind": "publisher", "name": "Copy Daily"}]),
            "deny": license_claim(
                attribution=[{"kind": "spokesperson", "name": "Autowerk"}], polarity="negative"
            ),
            "wrong": license_claim(
                attribution=[{"kind": "publisher", "name": "Hasty News"}],
                quantity={"value": 40, "qualifier": "at_least", "unit": "licenses"},
            ),
            "hostile": {
                "type": "other",
                "roles": {"product": HOSTILE, "place": TURNED},
                "quote": {"exact": "<b>bold</b> \u202e turned"},
                "document": {"title": HOSTILE, "url": "javascript:alert(1)"},
                "attribution": [{"kind": "publisher", "name": HOSTILE}],
            },
        }
        added = writer.add([*map(Claim.model_validate, claims.values()), old, new])
        names = Names(**dict(zip([*claims, "old", "new"], [a.iri for a in added], strict=True)))
        writer.commit()
        writer.retract(names.wrong, reason="It was four, not forty", by="an editor")
        trig.write_text(TRIG, encoding="utf-8")
        ingest_rdf(writer, trig)
        writer.commit()
    return names


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Names]:
    folder = tmp_path_factory.mktemp("server")
    return folder / "store", fill(folder / "store", folder / "foreign.trig")


@pytest.fixture(scope="session")
def store(made: tuple[Path, Names]) -> Path:
    """The store; tests that write take a copy."""
    return made[0]


@pytest.fixture(scope="session")
def names(made: tuple[Path, Names]) -> Names:
    return made[1]


@pytest.fixture
def copied(store: Path, tmp_path: Path) -> Path:
    """A store of the test's own."""
    return shutil.copytree(store, tmp_path / "copied")


@pytest.fixture(scope="session")
def app(store: Path) -> Iterator[Flask]:
    app = create_app(Config(store=store, workers=1, timeout=20))
    yield app
    services(app).workers.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def local(iri: str) -> str:
    """The path of a thing's page."""
    return iri.removeprefix("https://w3id.org/lodestone")
