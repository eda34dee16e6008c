"""LOAD, from a server of the test's own: what the list allows comes in, nothing else is asked for."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kg.dataset.checks.invariants import check_dataset
from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from kg.errors import LodestoneError, QueryRefused, ReservedGraph, ServiceFailed
from kg.outbound import Outbound
from kg.update import Changes, fetch_all, update

XML = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/hostname">]><r>&e;</r>'
PAGES = {
    "/open/turtle": ("text/turtle", "<#me> <urn:p> 1, _:b . _:b <urn:p> 2 ."),
    "/open/by-name.nt": ("", "<urn:s> <urn:p> <urn:o> ."),
    "/open/broken": ("text/turtle", "<urn:s> <urn:p>"),
    "/open/picture": ("image/png", "…"),
    "/open/graphs": ("application/trig", "<urn:g> { <urn:s> <urn:p> 1 }"),
    "/open/entity": ("application/rdf+xml", XML),
    "/secret": ("text/turtle", "<urn:s> <urn:p> 1 ."),
}


class Pages(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path == "/open/out":
            self.send_response(302)
            self.send_header("Location", "/secret")
            self.end_headers()
            return
        kind, body = PAGES.get(self.path, ("", ""))
        self.send_response(200 if body else 404)
        if kind:
            self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class has it
        pass


@pytest.fixture
def site() -> Iterator[str]:
    Pages.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    with Writer(tmp_path / "store") as writer:
        yield writer


def load(writer: Writer, site: str, text: str) -> Changes:
    text = text.replace("$", site)
    return update(writer, text, documents=fetch_all(text, None, Outbound((f"{site}/open",))))


def test_a_document_comes_in_whole(writer: Writer, site: str) -> None:
    text = "LOAD <$/open/turtle> INTO GRAPH <urn:g> ; LOAD <$/open/by-name.nt> ; load <$/open/turtle>"
    assert load(writer, site, text) == Changes(inserted=7)
    assert Pages.asked == ["/open/turtle", "/open/by-name.nt"]
    writer.commit()
    snapshot = Reader(writer.layout.root).current()
    assert snapshot.query(f"ASK {{ GRAPH <urn:g> {{ <{site}/open/turtle#me> <urn:p> 1 }} }}")
    assert snapshot.query("ASK { <urn:s> <urn:p> <urn:o> }")
    assert list(check_dataset(snapshot)) == []


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("$/secret", QueryRefused),
        ("$/open/../secret", QueryRefused),
        ("$/open/out", QueryRefused),
        ("file:///etc/hostname", QueryRefused),
        ("http://127.0.0.1:1/open", QueryRefused),
        ("$/open/none", ServiceFailed),
        ("$/open/broken", ServiceFailed),
        ("$/open/picture", ServiceFailed),
        ("$/open/graphs", ServiceFailed),
        ("$/open/entity", ServiceFailed),
    ],
)
def test_what_cannot_be_loaded(writer: Writer, site: str, address: str, error: type[LodestoneError]) -> None:
    with pytest.raises(error):
        load(writer, site, f"LOAD <{address}>")
    assert load(writer, site, f"LOAD SILENT <{address}>") == Changes()
    assert "/secret" not in Pages.asked


@pytest.mark.parametrize("silent", ["", "SILENT "])
def test_it_writes_base_data_only(writer: Writer, site: str, silent: str) -> None:
    with pytest.raises(ReservedGraph):
        load(writer, site, f"LOAD {silent}<$/open/turtle> INTO GRAPH <{writer.names.record}>")
