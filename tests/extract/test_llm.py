"""The chat extractor against a real server on this machine that plays the endpoint, faults included."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from kg.claims.claim import Claim
from kg.errors import LodestoneError
from kg.extract.chat.llm import ChatExtractor
from kg.extract.reading.reader import article_of_text
from kg.extract.registry import extractor

TEXT = (
    "Title: T\nPublisher: P\nDate: 2025-05-14\n\nThree traders said China granted Acme Metals two export "
    "licenses last week. 稀土 exports were halted."
)
GRANT = {
    "type": "license_granted",
    "quote": "China granted Acme Metals two export licenses last week",
    "roles": {"licensee": "Acme Metals", "authority": "Beijing", "boss": "Acme Metals"},
    "attribution": [
        {"kind": "anonymous_sources", "text": "Three traders", "count": 3, "name": "Bob"},
        {"kind": "person", "text": "the minister", "name": "Li"},
        {"kind": "publisher", "text": "China", "name": "China"},
    ],
    "modality": "reported",
    "polarity": "positive",
    "when": "last week",
    "quantity": {"value": 2, "qualifier": "exact", "unit": "licenses"},
}
Endpoint = Callable[..., ChatExtractor]


def chat(claims: Any) -> bytes:
    content = claims if isinstance(claims, str) else json.dumps({"claims": claims})
    return json.dumps({"choices": [{"message": {"content": content}}]}).encode()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """An endpoint that gives the answers in turn: (status, body), or seconds to keep silent."""
    servers = []

    def play(*answers: tuple[int, bytes] | float, **settings: Any) -> ChatExtractor:
        waiting = list(answers)

        class Model(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                assert self.path == "/v1/chat/completions"
                assert asked["response_format"]["type"] == "json_schema"
                answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
                if isinstance(answer, float):
                    time.sleep(answer)
                    answer = (200, chat([]))
                self.send_response(answer[0])
                self.send_header("Retry-After", "0.01")
                self.send_header("Content-Length", str(len(answer[1])))
                self.end_headers()
                self.wfile.write(answer[1])

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name in the base class
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                pass  # a caller that gives up is part of the test

        server = Quiet(("127.0.0.1", 0), Model)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return ChatExtractor(f"http://127.0.0.1:{server.server_port}/v1", "test-model", **settings)

    yield play
    for server in servers:
        server.shutdown()
        server.server_close()


def claims_of(chosen: ChatExtractor) -> list[Claim]:
    return chosen.extract(article_of_text(TEXT))


def test_a_claim_keeps_what_the_text_bears_out(endpoint: Endpoint) -> None:
    [claim] = claims_of(endpoint((200, chat([GRANT]))))
    assert claim.quote is not None
    assert TEXT[claim.quote.start : claim.quote.end] == claim.quote.exact
    assert claim.quote_verified
    assert {role.value: mention.text for role, mention in claim.roles.items()} == {"licensee": "Acme Metals"}
    assert [(v.kind.value, v.text, v.name, v.count) for v in claim.attribution] == [
        ("anonymous_sources", "Three traders", None, 3),
        ("publisher", None, "P", None),
    ]
    assert claim.when is not None
    assert claim.when.edtf == "2025-05-05/2025-05-11"
    assert claim.quantity is not None
    assert claim.quantity.value == 2
    assert claim.assessment.reliability + claim.assessment.credibility == "F3"
    assert claim.agent is not None
    assert claim.agent.name == "chat test-model"


@pytest.mark.parametrize(
    "lie",
    [
        GRANT | {"quote": "China granted Acme Metals three export licenses"},
        GRANT | {"quote": "Title: T"},
        GRANT | {"quote": ""},
        GRANT | {"quote": ["China"]},
        GRANT | {"type": "license_sold"},
        GRANT | {"modality": "certain"},
        GRANT | {"attribution": [{"kind": "oracle", "text": "China"}]},
        "China granted Acme Metals two export licenses last week",
        None,
    ],
)
def test_what_the_text_does_not_bear_out_is_no_claim(endpoint: Endpoint, lie: object) -> None:
    assert claims_of(endpoint((200, chat([lie])))) == []


def test_an_invented_number_or_time_is_left_out(endpoint: Endpoint) -> None:
    told = GRANT | {"when": "in March", "quantity": {"value": 7, "qualifier": "exact"}}
    [claim] = claims_of(endpoint((200, chat([told]))))
    assert (claim.when, claim.quantity) == (None, None)


def test_a_passing_fault_is_tried_again(endpoint: Endpoint) -> None:
    faults = ((429, b"slow down"), (200, b"{not json"), (200, chat([GRANT])))
    assert len(claims_of(endpoint(*faults))) == 1


@pytest.mark.parametrize(
    ("answer", "settings", "reason"),
    [
        ((429, b""), {}, "answered 429"),
        ((500, b""), {}, "answered 500"),
        ((200, b""), {}, "not the JSON"),
        ((200, chat("no JSON at all")), {}, "not the JSON"),
        ((200, json.dumps({"choices": []}).encode()), {}, "not the JSON"),
        ((200, b"[" * 100_000), {}, "not the JSON"),
        ((401, b""), {}, "answered 401"),
        ((200, b"x" * 5000), {"most_bytes": 1000}, "more than 1000 bytes"),
        (1.0, {"seconds": 0.2, "attempts": 1}, "timed out"),
    ],
)
def test_a_lasting_fault_is_an_error_that_says_so(
    endpoint: Endpoint, answer: tuple[int, bytes] | float, settings: dict[str, Any], reason: str
) -> None:
    with pytest.raises(LodestoneError, match=reason):
        claims_of(endpoint(answer, **settings))


def test_an_endpoint_that_is_not_there_is_an_error() -> None:
    with pytest.raises(LodestoneError, match="Refused"):
        claims_of(ChatExtractor("http://127.0.0.1:9/v1", "m", attempts=1))


def test_extractors_are_known_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert extractor("spacy").name == "lodestone-spacy"
    with pytest.raises(LodestoneError, match="LODESTONE_LLM_URL"):
        extractor("llm")
    monkeypatch.setenv("LODESTONE_LLM_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("LODESTONE_LLM_MODEL", "m")
    assert extractor("llm").name == "chat m"
    with pytest.raises(LodestoneError, match="known: llm, spacy"):
        extractor("none")
