"""A polite client: what it does when an endpoint is slow, busy, gone, or lies."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from kg.link.entity import Described, Entity
from kg.link.external.cache import AnswerCache
from kg.link.external.client import Endpoint, Manners, NoAnswer, agent
from kg.link.external.model import WIKIDATA
from kg.link.external.proposing import find
from kg.link.external.questions import by_names, described
from kg.outbound import Outbound
from tests.link.conftest import Answer, Between

WD = "http://www.wikidata.org/entity/"
QUERY = "SELECT ?item WHERE { ?item <http://www.w3.org/2000/01/rdf-schema#label> 'Beijing'@en }"
JSON = {"Content-Type": "application/sparql-results+json"}


def asker(between: Between, folder: Path, **changes: object) -> tuple[Endpoint, list[float]]:
    """An endpoint behind the server that can misbehave, and what it would have slept."""
    slept: list[float] = []
    settings: dict[str, object] = {
        "manners": Manners(pause=0.5, tries=3, longest_wait=60),
        "outbound": Outbound((between.url,), timeout=5, deadline=5, longest=100_000),
        "sleep": slept.append,
        **changes,
    }
    return Endpoint(between.url, AnswerCache(folder / "cache"), **settings), slept  # type: ignore[arg-type]


def results(*rows: dict[str, dict[str, str]]) -> Answer:
    names = sorted({name for row in rows for name in row}) or ["item"]
    body = {"head": {"vars": names}, "results": {"bindings": list(rows)}}
    return 200, JSON, json.dumps(body).encode()


def test_it_says_who_it_is_and_asks_by_post(between: Between, tmp_path: Path) -> None:
    endpoint, _ = asker(between, tmp_path, name=agent("desk@example.org"))
    [(item,)] = endpoint.rows(QUERY, ["item"])
    assert str(item) == f"<{WD}Q956>"
    [(headers, body)] = between.requests
    assert headers["User-Agent"].startswith("lodestone-kg/")
    assert "desk@example.org" in headers["User-Agent"]
    assert parse_qs(body)["query"] == [QUERY]


def test_it_waits_between_calls_and_keeps_answers(between: Between, tmp_path: Path) -> None:
    endpoint, slept = asker(between, tmp_path)
    first = endpoint.rows(QUERY, ["item"])
    assert endpoint.rows(QUERY, ["item"]) == first
    assert slept == []
    endpoint.rows(f"{QUERY} LIMIT 1", ["item"])
    assert len(slept) == 1
    assert 0 < slept[0] <= 0.5
    assert len(between.requests) == 2
    assert (endpoint.tally.asked, endpoint.tally.cached) == (2, 1)


def test_it_waits_as_long_as_it_is_asked_to(between: Between, tmp_path: Path) -> None:
    between.answers = [(429, {"Retry-After": "7"}, b""), (503, {}, b"")]
    endpoint, slept = asker(between, tmp_path, manners=Manners(pause=0, tries=3, longest_wait=60))
    assert len(endpoint.rows(QUERY, ["item"])) == 1
    assert slept[0] == 7
    assert 0 < slept[1] < 60
    assert len(between.requests) == 3


def test_it_does_not_wait_for_ever(between: Between, tmp_path: Path) -> None:
    between.answers, between.forever = [(429, {"Retry-After": "3600"}, b"")], True
    endpoint, slept = asker(between, tmp_path)
    with pytest.raises(NoAnswer, match="left alone for 3,600 s"):
        endpoint.rows(QUERY, ["item"])
    with pytest.raises(NoAnswer, match="left alone"):
        endpoint.rows(f"{QUERY} LIMIT 1", ["item"])
    assert slept == []
    assert len(between.requests) == 1, "once told off, it asks no more"


def test_it_gives_up_after_some_tries(between: Between, tmp_path: Path) -> None:
    between.answers, between.forever = [(503, {}, b"")], True
    endpoint, slept = asker(between, tmp_path)
    with pytest.raises(NoAnswer, match="503"):
        endpoint.rows(QUERY, ["item"])
    assert len(between.requests) == 3
    waits = [wait for wait in slept if wait >= 1]
    assert waits == sorted(waits)


@pytest.mark.parametrize(
    "answer",
    [
        (500, {}, b"it broke"),
        (400, {}, b"no query"),
        (200, {"Content-Type": "text/html"}, b"<html><body>Maintenance</body></html>"),
        (200, JSON, b'{"head": {"vars": ["item"]}, "results": {"bindings": [{"item": '),
        (200, JSON, b'{"head": {"vars": ["item"]}, "results": {"bindings": [{"item": 7}]}}'),
        (200, JSON, b'{"head": {}, "boolean": true}'),
        (200, JSON, b""),
        (200, JSON, b"x" * 200_000),
        results({"item": {"type": "bnode", "value": "b"}}),
    ],
    ids=["500", "400", "html", "cut", "odd", "boolean", "empty", "gigantic", "blank"],
)
def test_what_is_no_answer_is_not_kept(between: Between, tmp_path: Path, answer: Answer) -> None:
    between.answers = [answer]
    endpoint, _ = asker(between, tmp_path)
    with pytest.raises(NoAnswer, match="gives no answer"):
        endpoint.rows(QUERY, ["item"])
    assert endpoint.tally.unanswered == 1
    if not endpoint.down:
        assert len(endpoint.rows(QUERY, ["item"])) == 1, "asked again, it answers"


def test_an_answer_that_breaks_off_is_asked_for_again(between: Between, tmp_path: Path) -> None:
    between.answers = [(200, {**JSON, "Content-Length": "500"}, b'{"head": {}')]
    endpoint, _ = asker(between, tmp_path)
    assert len(endpoint.rows(QUERY, ["item"])) == 1
    assert len(between.requests) == 2


def test_it_does_not_follow_where_it_was_not_sent(between: Between, tmp_path: Path) -> None:
    called: list[str] = []

    class Inside(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            called.append(self.path)

        do_POST = do_GET  # noqa: N815 - as the base class has it

    inside = ThreadingHTTPServer(("127.0.0.1", 0), Inside)
    thread = threading.Thread(target=inside.serve_forever, args=(0.02,))
    thread.start()
    try:
        place = f"http://127.0.0.1:{inside.server_port}/metadata"
        for status in (301, 302, 303, 307, 308):
            between.answers = [(status, {"Location": place}, b"")]
            endpoint, _ = asker(between, tmp_path)
            with pytest.raises(NoAnswer, match="not sent on"):
                endpoint.rows(QUERY, ["item"])
    finally:
        inside.shutdown()
        thread.join()
        inside.server_close()
    assert called == []


def test_a_slow_endpoint_is_given_up(between: Between, tmp_path: Path) -> None:
    release = threading.Event()

    def slowly(answer: bytes) -> Answer:
        release.wait(10)
        return 200, JSON, answer

    between.answers, between.forever = [slowly], True
    endpoint, _ = asker(between, tmp_path, outbound=Outbound((between.url,), timeout=0.2, deadline=0.3))
    with pytest.raises(NoAnswer, match="no answer"):
        endpoint.rows(QUERY, ["item"])
    release.set()
    assert len(between.requests) == 2, "tried once more, and then no more"


# --- without the network


@pytest.fixture
def kept(between: Between, tmp_path: Path) -> Iterator[Path]:
    """A folder with the answer to ``QUERY``."""
    asker(between, tmp_path)[0].rows(QUERY, ["item"])
    between.requests.clear()
    return tmp_path  # type: ignore[return-value]


def test_offline_it_answers_from_the_cache(between: Between, kept: Path) -> None:
    endpoint, _ = asker(between, kept, offline=True)
    assert len(endpoint.rows(QUERY, ["item"])) == 1
    with pytest.raises(NoAnswer, match=r"none is in the cache: .*--offline"):
        endpoint.rows(f"{QUERY} LIMIT 1", ["item"])
    assert between.requests == []


def test_old_answers_serve_where_there_are_no_new_ones(between: Between, kept: Path) -> None:
    between.answers, between.forever = [(500, {}, b"")], True
    endpoint, _ = asker(between, kept, manners=Manners(pause=0, fresh=0))
    assert len(endpoint.rows(QUERY, ["item"])) == 1
    assert endpoint.tally.old == 1


def test_a_broken_file_in_the_cache_is_asked_for_again(between: Between, kept: Path) -> None:
    [file] = (kept / "cache").iterdir()
    for content in ("", "[]", '{"endpoint": 1}', '{"fetched": "no time"}'):
        file.write_text(content, encoding="utf-8")
        endpoint, _ = asker(between, kept)
        assert len(endpoint.rows(QUERY, ["item"])) == 1
        assert endpoint.tally.asked == 1


# --- answers that are well formed, and lie


def bound(**values: tuple[str, str]) -> dict[str, dict[str, str]]:
    return {name: {"type": kind, "value": value} for name, (kind, value) in values.items()}


@pytest.mark.parametrize(
    "iri",
    [
        "https://evil.example/Q1",
        f"{WD}P31",
        f"{WD}Q0",
        f"{WD}Q1#x",
        "http://www.wikidata.org/wiki/Q1",
        f"{WD}L7",
    ],
)
def test_what_is_no_item_is_not_linked_to(between: Between, tmp_path: Path, iri: str) -> None:
    between.answers = [results(bound(item=("uri", iri), text=("literal", "Beijing")))]
    endpoint, _ = asker(between, tmp_path)
    assert by_names(endpoint, WIKIDATA, ["Beijing"]) == {"Beijing": ()}


def test_values_of_other_types_are_left_out(between: Between, tmp_path: Path) -> None:
    between.answers = [
        results(
            bound(item=("literal", f"{WD}Q956"), text=("literal", "Beijing")),
            bound(item=("uri", f"{WD}Q956"), text=("uri", "https://a.example/")),
            bound(item=("uri", f"{WD}Q956"), text=("literal", "a name that nobody asked for")),
            bound(text=("literal", "Beijing")),
        )
    ]
    endpoint, _ = asker(between, tmp_path)
    assert by_names(endpoint, WIKIDATA, ["Beijing"]) == {"Beijing": ()}


def test_items_that_nobody_asked_for_are_left_out(between: Between, tmp_path: Path) -> None:
    label = ("uri", "http://www.w3.org/2000/01/rdf-schema#label")
    between.answers = [results(bound(item=("uri", f"{WD}Q2"), label=label, text=("literal", "Beijing")))]
    endpoint, _ = asker(between, tmp_path)
    assert set(described(endpoint, WIKIDATA, [f"{WD}Q956"])) == {f"{WD}Q956"}


def test_an_item_that_does_not_bear_the_name_is_not_proposed(between: Between, tmp_path: Path) -> None:
    """The endpoint says that Beijing is Q881; what it says of Q881 is another thing."""
    between.answers = [results(bound(item=("uri", f"{WD}Q881"), text=("literal", "Beijing")))]
    endpoint, _ = asker(between, tmp_path)
    found = find(endpoint, WIKIDATA, [Entity("https://ours.example/b", Described(("Beijing",), "place"))])
    assert found.links == []
    assert [e.name for e in found.unlinked] == ["Beijing"]


def test_what_is_not_answered_is_told_and_the_rest_goes_on(between: Between, tmp_path: Path) -> None:
    between.answers = [(500, {}, b"")]
    endpoint, _ = asker(between, tmp_path)
    beijing = Entity("https://ours.example/b", Described(("Beijing",), "place"))
    china = Entity("https://ours.example/c", Described(("China",), "place"))
    found = find(endpoint, WIKIDATA, [beijing, china], {china.iri: f"{WD}Q148"})
    assert found.links == []
    assert len(found.unanswered) == 1
    assert "'Beijing'" in found.unanswered[0]
    assert [item.iri for _, item in found.known] == [f"{WD}Q148"]


def test_a_name_that_cannot_be_answered_takes_no_other_with_it(between: Between, tmp_path: Path) -> None:
    def unless_about_beijing(answer: bytes) -> Answer:
        asked = parse_qs(between.requests[-1][1])["query"][0]
        return (500, {}, b"too much") if '"Beijing"@en' in asked else (200, JSON, answer)

    between.answers, between.forever = [unless_about_beijing], True
    endpoint, _ = asker(between, tmp_path)
    names = ["Vietnam", "Beijing", "China", "USA"]
    found = find(
        endpoint, WIKIDATA, [Entity(f"https://ours.example/{n}", Described((n,), "place")) for n in names]
    )
    assert sorted(link.entity.name for link in found.links) == ["China", "USA", "Vietnam"]
    assert len(found.unanswered) == 1
    assert "'Beijing'" in found.unanswered[0]


def test_an_endpoint_that_only_fails_is_left_alone(between: Between, tmp_path: Path) -> None:
    between.answers, between.forever = [(500, {}, b"broken")], True
    endpoint, _ = asker(between, tmp_path)
    many = [Entity(f"https://ours.example/{n}", Described((f"Place {n}",), "place")) for n in range(300)]
    found = find(endpoint, WIKIDATA, many)
    assert len(between.requests) == 5
    assert sum(int(told.split()[0]) for told in found.unanswered) == 300
