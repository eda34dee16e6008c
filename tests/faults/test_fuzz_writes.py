"""Who may write sends what is broken: it is refused, whole, and the store stays what it was.

``LODESTONE_FUZZ`` says how many requests there are, as in ``test_fuzz``; they hold a token.
"""

import copy
import json
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kg.claims.claim import Claim
from kg.dataset.checks.invariants import check_dataset
from kg.dataset.snapshots import Reader
from ontology.vocab import BASE
from tests.faults.test_fuzz import INTENDED, REQUESTS, mangled, send, soup
from tests.server.conftest import ARTICLE, GRANT_QUOTE, license_claim, quoted
from tests.server.running import Server, start, stop

TOKEN = "the administrator's own"  # noqa: S105 - of a test
ROUNDS = REQUESTS // 6
JUNK: tuple[Any, ...] = (
    None,
    [],
    {},
    "",
    "\x00",
    -1,
    1e400,
    True,
    "x" * 5000,
    [[]],
    {"a": {"b": []}},
    "\ud800",
)
GOOD = license_claim(
    quote=quoted(ARTICLE, GRANT_QUOTE), when={"text": "in May", "edtf": "2025-05"}, said="2025-07-09"
)
TRIPLES = "<urn:fuzz> <urn:p> 1, 01, 'x'@en, <urn:o> . <urn:fuzz> <urn:q> [ <urn:r> ( 1 2 ) ] ."
TURTLE = f"@prefix x: <urn:x:> . {TRIPLES}"
TRIG = f"<urn:fuzz-graph> {{ {TRIPLES} }} <urn:fuzz-other> {{ <urn:a> <urn:p> 2 }}"
UPDATE = f"INSERT DATA {{ {TRIPLES[:60]} }} ; DELETE WHERE {{ ?s <urn:none> ?o }}"
REFUSED = (
    f"INSERT DATA {{ GRAPH <{BASE}record> {{ <urn:fuzz> <urn:p> 1 }} }}",
    f"INSERT DATA {{ GRAPH <{BASE}claim/x> {{ <urn:fuzz> <urn:p> 1 }} }}",
    "DROP GRAPH <urn:no-such-graph>",
    "LOAD <http://127.0.0.1:1/x>",
    "INSERT DATA { <urn:fuzz> <urn:p> ?v }",
    "DELETE WHERE { _:b <urn:p> ?o }",
    f"INSERT {{ GRAPH ?g {{ <urn:fuzz> <urn:p> 1 }} }} WHERE {{ BIND(<{BASE}inferred> AS ?g) }}",
)
"""Operations that cannot be carried out, after others that could."""


@pytest.fixture(scope="module")
def path(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(store, tmp_path_factory.mktemp("fuzzed") / "store")


@pytest.fixture(scope="module")
def server(path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start(path, tmp_path_factory.mktemp("fuzz-writes"), token=TOKEN)
    yield server
    stop(server)


@pytest.fixture
def unchanged(path: Path, server: Server) -> Iterator[None]:
    """The published version is the same one, and nothing is wrong with it."""
    before = Reader(path).current()
    texts = sorted(p.name for p in (path / "documents").rglob("*"))
    yield
    after = Reader(path).current()
    assert after.iri == before.iri
    assert set(after.main) == set(before.main)
    assert sorted(p.name for p in (path / "documents").rglob("*")) == texts
    assert list(check_dataset(after)) == []


def write(server: Server, method: str, target: str, body: str, kind: str) -> int:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": kind, "Accept": "*/*"}
    return send(server, method, target, body.encode("utf-8", "surrogatepass"), headers)


def with_what_is_unknown(claim: dict[str, Any], rng: random.Random) -> None:
    rng.choice((claim, claim["document"], claim["assessment"], claim["attribution"][0]))[
        rng.choice(("colour", "Type", "", "\x00"))
    ] = rng.choice(JUNK[1:])


def with_another_value(claim: dict[str, Any], rng: random.Random) -> None:
    name = rng.choice(("type", "document", "assessment"))
    none = name == "document"  # as if it were left out: then what was sent is the document
    claim[name] = rng.choice([junk for junk in JUNK if junk != "x" * 5000 and not (none and junk is None)])


def with_a_wrong_place(claim: dict[str, Any], rng: random.Random) -> None:
    claim["quote"] = {"exact": GRANT_QUOTE, "start": rng.randrange(5, 10**6), "end": rng.randrange(5)}


def with_a_wrong_role(claim: dict[str, Any], rng: random.Random) -> None:
    claim["roles"][rng.choice(("villain", "", "\ud800", "producer "))] = "Fabrika Magnit"


BREAKS: tuple[Callable[[dict[str, Any], random.Random], None], ...] = (
    with_what_is_unknown,
    with_another_value,
    with_a_wrong_place,
    with_a_wrong_role,
)


def test_broken_claims(server: Server, unchanged: None) -> None:
    rng = random.Random(1)  # noqa: S311 - requests, no secret
    for _ in range(ROUNDS):
        claim = copy.deepcopy(GOOD)
        rng.choice(BREAKS)(claim, rng)
        with suppress(ValueError):
            Claim.model_validate(claim)
            continue  # what is left out, or empty, may be
        sound = license_claim(said=f"20{rng.randrange(10, 25)}-01-01")
        body: Any = rng.choice((claim, [claim], [sound, claim], {"claims": [sound, sound, claim]}))
        text = json.dumps(body)
        if rng.random() < 0.2:
            text = text[: rng.randrange(1, len(text))]
        status = write(server, "POST", "/claims", text, "application/json")
        assert 400 <= status < 500, text


@pytest.mark.parametrize(
    ("kind", "target", "text"),
    [
        ("text/turtle", "/graphs?graph=urn:fuzz", TURTLE),
        ("text/turtle", "/graphs?default", TURTLE),
        ("application/trig", "/claims", TRIG),
    ],
)
def test_broken_rdf(server: Server, unchanged: None, kind: str, target: str, text: str) -> None:
    rng = random.Random(2)  # noqa: S311
    for _ in range(ROUNDS // 3):
        cut = text[: rng.randrange(len(text))]
        broken = f"{cut}{rng.choice((' <<<', ' } . }', ' <urn:a b> ', '  ^^ ', ' @prefix : . ', chr(0)))}"
        method = "POST" if target == "/claims" else rng.choice(("PUT", "POST"))
        status = write(server, method, target, broken, kind)
        assert 400 <= status < 500, broken


def test_updates_that_cannot_be_carried_out(server: Server, unchanged: None) -> None:
    rng = random.Random(3)  # noqa: S311
    sound = ("INSERT DATA { <urn:fuzz> <urn:p> 1, 01 }", "CLEAR DEFAULT", "CREATE GRAPH <urn:fuzz-new>")
    for _ in range(ROUNDS):
        parts = [
            *rng.sample(sound, rng.randrange(len(sound) + 1)),
            rng.choice((*REFUSED, f"INSERT {soup(rng)} <<")),
        ]
        status = write(server, "POST", "/sparql", " ;\n".join(parts), "application/sparql-update")
        assert 400 <= status < 500, parts


def test_whatever_comes_leaves_a_sound_store(server: Server, path: Path) -> None:
    rng = random.Random(4)  # noqa: S311
    asked = (
        ("POST", "/claims", json.dumps(GOOD), "application/json"),
        ("POST", "/claims", TRIG, "application/trig"),
        ("PUT", "/graphs?graph=urn:fuzz", TURTLE, "text/turtle"),
        ("POST", "/graphs?default", TURTLE, "text/turtle"),
        ("POST", "/sparql", UPDATE, "application/sparql-update"),
        ("POST", "/sparql", f"{UPDATE} ; {REFUSED[0]}", "application/sparql-update"),
    )
    for _ in range(ROUNDS):
        method, target, text, kind = rng.choice(asked)
        body = mangled(text, rng)
        status = write(server, method, target, body, kind)
        assert status < 500 or status in INTENDED, (target, body)
    assert list(check_dataset(Reader(path).current())) == []
