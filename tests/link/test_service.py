"""The client of reconciliation services: candidates from real ones, and no trust in odd answers."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from kg.link.service import Question, Service, ServiceAnswer

MANIFEST = {
    "versions": ["0.2"],
    "name": "Firms",
    "identifierSpace": "https://firms.example/id/",
    "schemaSpace": "https://firms.example/schema/",
}
GOOD = {"id": "7", "name": "JL MAG", "score": 88, "match": True, "type": [{"id": "firm", "name": "Firm"}]}


class Site:
    """A server on loopback that answers as it is told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.manifest: Any = MANIFEST
        self.answer: Callable[[dict[str, Any]], Any] = lambda qs: {k: {"result": [GOOD]} for k in qs}
        self.failures: list[tuple[int, dict[str, str]]] = []
        self.batches: list[dict[str, Any]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._say(site.manifest)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                if site.failures:
                    status, headers = site.failures.pop(0)
                    self.send_response(status)
                    for name, value in {**headers, "Content-Length": "0"}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    return
                queries = json.loads(parse_qs(body)["queries"][0])
                site.batches.append(queries)
                self._say(site.answer(queries))

            def _say(self, value: Any) -> None:
                data = value if isinstance(value, bytes) else json.dumps(value).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/reconcile"


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def test_names_are_asked_in_batches_with_what_else_is_known(site: Site) -> None:
    questions = [Question(f"Firm {i}", "firm", (("country", "CN"),), 3) for i in range(60)]
    found = list(Service(site.url).candidates(questions))
    assert [len(batch) for batch in site.batches] == [25, 25, 10]
    assert site.batches[0]["q0"] == {
        "query": "Firm 0",
        "limit": 3,
        "type": "firm",
        "properties": [{"pid": "country", "v": "CN"}],
    }
    assert len(found) == 60
    [candidate] = found[0]
    assert (candidate.iri, candidate.score, candidate.match) == ("https://firms.example/id/7", 88.0, True)
    assert candidate.types == ("firm",)


def test_candidates_come_best_first_with_their_features(site: Site) -> None:
    low = {"id": "urn:low", "name": "Low", "score": 10, "features": [{"id": "name", "value": 0.1}]}
    site.answer = lambda qs: {k: {"result": [low, GOOD]} for k in qs}
    [[first, second]] = Service(site.url).candidates([Question("x")])
    assert (first.name, second.name, second.match) == ("JL MAG", "Low", False)
    assert second.iri == "urn:low"
    assert second.features == {"name": 0.1}


def test_it_waits_where_it_is_told_to(site: Site) -> None:
    waited: list[float] = []
    site.failures = [(429, {"Retry-After": "7"}), (503, {})]
    [found] = Service(site.url, sleep=waited.append).candidates([Question("x")])
    assert [c.name for c in found] == ["JL MAG"]
    assert waited == [7.0, 2.0]


@pytest.mark.parametrize("failure", [(500, {}), (404, {}), (503, {"Retry-After": "3600"})])
def test_a_service_that_fails_is_told(site: Site, failure: tuple[int, dict[str, str]]) -> None:
    site.failures = [failure] * 9
    with pytest.raises(ServiceAnswer, match=str(failure[0])):
        list(Service(site.url, sleep=lambda _: None).candidates([Question("x")]))


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>not JSON</html>",
        [],
        {},
        {"q0": {"result": "none"}},
        {"q0": {"result": [{}]}},
        {"q0": {"result": [GOOD | {"score": "high"}]}},
        {"q0": {"result": [GOOD | {"score": True}]}},
        b'{"q0": {"result": [{"id": "7", "name": "x", "score": NaN}]}}',
        {"q0": {"result": [GOOD | {"id": 7}]}},
        {"q0": {"result": [GOOD | {"features": [1]}]}},
    ],
)
def test_an_odd_answer_is_an_error_and_no_candidate(site: Site, answer: Any) -> None:
    site.answer = lambda _: answer
    with pytest.raises(ServiceAnswer, match="does not answer as the reconciliation API says"):
        list(Service(site.url).candidates([Question("x")]))


@pytest.mark.parametrize("manifest", [{}, [], {"name": "x"}, MANIFEST | {"versions": ["9.9"]}, b"hello"])
def test_what_is_no_service_is_told(site: Site, manifest: Any) -> None:
    site.manifest = manifest
    with pytest.raises(ServiceAnswer):
        Service(site.url)
