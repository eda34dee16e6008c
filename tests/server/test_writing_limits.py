"""What surrounds every write: the log, sizes, other writers, other sites, and time."""

import gzip
import json
import shutil
import zlib
from pathlib import Path

import pytest

from kg.dataset.writer import Writer
from server.app import create_app
from server.audit import FILE
from server.config import Config
from server.gate.admission import RateLimits, Summed
from server.gate.tokens import Scope
from server.services import services
from tests.server.running import free_port
from tests.server.writing import MASTER, TRIPLE, TURTLE, UPDATE, Clients, server

__all__ = ["server"]  # a fixture


def test_every_write_is_in_the_log(server: Clients) -> None:
    before = len(server.log())
    server.send(
        "PUT", "/graphs?graph=urn:log", data=TRIPLE, content_type=TURTLE, headers={"X-Request-Id": "abc"}
    )
    server.send("DELETE", "/graphs?graph=urn:log", Scope.WRITE)
    server.send("DELETE", "/graphs?graph=urn:nothing")
    server.send("POST", "/sparql", None, data={"update": "CLEAR ALL"})
    begun, done, forbidden, begun_too, missing, nobody = server.log()[before:]
    assert [begun["event"], done["event"]] == ["begin", "done"]
    assert begun["request"] == done["request"] == "abc"
    assert done["who"] == "admin desk"
    assert done["after"] == done["before"] + 1
    assert done["on"]["graph"] == "urn:log"
    assert len(done["on"]["sha256"]) == 64
    assert (forbidden["event"], forbidden["status"], forbidden["who"]) == ("refused", 403, "write desk")
    assert (begun_too["event"], missing["event"], missing["status"]) == ("begin", "refused", 404)
    assert (nobody["event"], nobody["status"], "who" in nobody) == ("refused", 401, False)
    assert (server.store / FILE).stat().st_mode & 0o777 == 0o600


def test_strangers_cannot_fill_the_log(store: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(store, tmp_path / "store", ignore=shutil.ignore_patterns(FILE))
    app = create_app(Config(store=copy, workers=1, rate=0))
    services(app).refusals = Summed(rate=1e-9, burst=3)
    refused = [app.test_client().post("/graphs?default", data=TRIPLE).status_code for _ in range(10)]
    assert refused == [401] * 10
    assert len((copy / FILE).read_text().splitlines()) == 3
    services(app).refusals._limits = RateLimits(1.0, 1)
    app.test_client().post("/graphs?default", data=TRIPLE)
    assert json.loads((copy / FILE).read_text().splitlines()[-1])["untold"] == 7


@pytest.mark.parametrize(
    ("encoding", "body", "status"),
    [
        ("gzip", gzip.compress(TRIPLE.encode()), 204),
        ("deflate", zlib.compress(TRIPLE.encode()), 204),
        ("gzip", gzip.compress(b"#" * 100_000_000), 413),
        ("gzip", gzip.compress(TRIPLE.encode())[:-9], 400),
        ("gzip", b"plain", 400),
        ("br", b"plain", 415),
        ("identity", b"#" * 250_000, 413),
    ],
    ids=["gzip", "deflate", "gzip bomb", "cut gzip", "no gzip", "brotli", "long"],
)
def test_compressed_bodies(server: Clients, encoding: str, body: bytes, status: int) -> None:
    found = server.send(
        "POST", "/graphs?default", data=body, content_type=TURTLE, headers={"Content-Encoding": encoding}
    )
    assert found.status_code == status, found.text


def test_the_body_of_a_stranger_may_be_less_long(server: Clients) -> None:
    body = {"data": b"#" * 150_000, "content_type": TURTLE}
    assert server.send("POST", "/graphs?default", **body).status_code == 204
    assert server.send("POST", "/graphs?default", None, **body).status_code == 401
    assert server.send("POST", "/sparql", data="#" * 150_000, content_type=UPDATE).status_code == 413


def test_another_writer_is_waited_for_and_then_told(server: Clients) -> None:
    with Writer(server.store, wait=10):
        busy = server.send("POST", "/sparql", data="CREATE GRAPH <urn:busy>", content_type=UPDATE)
        assert busy.status_code == 503
        assert int(busy.headers["Retry-After"]) > 0
        assert server.client.get("/claims").status_code == 200
    assert (
        server.send("POST", "/sparql", data="CREATE GRAPH <urn:busy>", content_type=UPDATE).status_code == 200
    )


def test_a_load_that_gets_no_answer_is_the_other_side_s_fault(server: Clients) -> None:
    nobody = f"http://127.0.0.1:{free_port()}/"
    app = create_app(Config(store=server.store, workers=1, token=MASTER, outbound=(nobody,)))
    try:
        headers = {"Authorization": f"Bearer {MASTER}"}
        for silent, status in (("", 502), ("SILENT ", 200)):
            text = f"INSERT DATA {{ <urn:half> <urn:p> '{silent}' }} ; LOAD {silent}<{nobody}x.ttl>"
            told = app.test_client().post("/sparql", data=text, content_type=UPDATE, headers=headers)
            assert told.status_code == status
            if status == 502:
                assert told.get_json()["endpoint"] == f"{nobody}x.ttl"
                assert not server.ask("<urn:half> ?p ?o")
    finally:
        services(app).workers.close()
        services(app).writing.close()


def test_scripts_of_other_sites_may_send_a_token(server: Clients) -> None:
    for path, methods in (
        ("/graphs", {"GET", "PUT", "POST", "DELETE"}),
        ("/claims", {"GET", "POST"}),
        ("/claim/x", {"GET", "DELETE"}),
        ("/sparql", {"GET", "POST"}),
    ):
        found = server.client.options(path, headers={"Origin": "https://app.example"})
        assert found.status_code == 200
        assert methods <= set(found.headers["Access-Control-Allow-Methods"].split(", "))
        assert "Authorization" in found.headers["Access-Control-Allow-Headers"]
        assert found.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in found.headers


def test_a_write_that_takes_too_long_is_stopped_and_leaves_nothing(server: Clients) -> None:
    app = create_app(Config(store=server.store, workers=1, token=MASTER, write_timeout=4))
    try:
        numbers = " ".join(map(str, range(2000)))
        values = " ".join(f"VALUES ?x{i} {{ {numbers} }}" for i in range(3))
        text = f"INSERT DATA {{ <urn:slow> <urn:p> 1 }} ; INSERT {{ ?x0 ?x1 ?x2 }} WHERE {{ {values} }}"
        headers = {"Authorization": f"Bearer {MASTER}"}
        slow = app.test_client().post("/sparql", data=text, content_type=UPDATE, headers=headers)
        assert slow.status_code == 504
        quick = app.test_client().post("/sparql", data="CLEAR DEFAULT", content_type=UPDATE, headers=headers)
        assert quick.status_code == 200
        assert not server.ask("<urn:slow> ?p ?o")
    finally:
        services(app).workers.close()
        services(app).writing.close()


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/graphs?graph=urn:deep", "application/ld+json", '{"urn:p":' * 5000 + "1" + "}" * 5000),
        ("/graphs?graph=urn:deep", TURTLE, "<urn:a> <urn:b> " + "<< <urn:a> <urn:b> " * 9000),
        ("/claims", "application/ld+json", '{"urn:p":' * 5000 + "1" + "}" * 5000),
        ("/claims", "application/n-quads", "<urn:a> <urn:b> " + "<<( <urn:a> <urn:b> " * 9000),
    ],
)
def test_what_is_nested_too_deeply_is_told(server: Clients, path: str, kind: str, body: str) -> None:
    found = server.send("POST", path, data=body, content_type=kind)
    assert (found.status_code, found.get_json()["type"]) == (400, "/docs#unreadable")
    assert "nested more than 256 deep" in found.get_json()["detail"]


def test_what_a_crash_left_of_a_body_goes_with_the_next_write(server: Clients) -> None:
    left = server.store / ".posted-abcd"
    left.mkdir()
    (left / "posted.trig").write_text("<urn:g> { <urn:a> <urn:says> 'what was said' }")
    with Writer(server.store):
        assert not left.exists()


@pytest.mark.parametrize(("path", "status"), [("%ff", 400), ("a%C3b", 400), ("%C3%BC", 201), ("/a", 404)])
def test_no_two_paths_are_one_graph(server: Clients, path: str, status: int) -> None:
    put = server.send("PUT", f"/graphs/{path}", data=TRIPLE, content_type=TURTLE)
    assert put.status_code == status, put.text
    if status != 201:
        assert server.send("GET", "/graphs/a").status_code == 404
        assert server.send("GET", "/graphs/%EF%BF%BD").status_code in (400, 404)
