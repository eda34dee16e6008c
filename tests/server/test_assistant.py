"""The tools of an assistant, called by the protocol's own client against the command as a process."""

import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters

from kg.dataset.snapshots import Reader
from tests.server.conftest import GRANT_QUOTE, Names

GRANTS = "SELECT ?who ?for { ?w ls:holdsLicenseFor ?f . ?w rdfs:label ?who . ?f rdfs:label ?for }"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n2 ?o FILTER(?a != ?m) }"

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # of the client, for its pipes
Calls = Callable[[Client], Awaitable[Any]]


def with_client(store: Path, calls: Calls, *options: str) -> Any:
    """What the calls give, over a process that serves the store."""

    async def run() -> Any:
        command = [sys.executable, "-m", "kg.cli", "mcp", "--store", str(store), *options]
        folder = Path(__file__).parents[2]
        parameters = StdioServerParameters(command=command[0], args=command[1:], cwd=folder)
        with anyio.fail_after(120):
            async with Client(parameters) as client:
                return await calls(client)

    return anyio.run(run)


async def told(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """What a tool says."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert isinstance(result.structured_content, dict)
    return result.structured_content


async def refused(client: Client, tool: str, **arguments: Any) -> str:
    """Why a tool refuses."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return " ".join(getattr(part, "text", "") for part in result.content)


@pytest.fixture(scope="module")
def heard(store: Path, names: Names) -> tuple[dict[str, Any], list[str]]:
    """What one process answers: to each tool, and to what it has to refuse."""

    async def calls(client: Client) -> tuple[dict[str, Any], list[str]]:
        answers = {
            "tools": (await client.list_tools()).tools,
            "found": await told(client, "search_claims", words="Fabrika Magnit received"),
            "of a type": await told(client, "search_claims", words="", type="license_pending"),
            "answer": await told(client, "ask_sparql", query=GRANTS),
            "ask": await told(client, "ask_sparql", query="ASK { ?w ls:holdsLicenseFor ?f }"),
            "one": await told(client, "ask_sparql", query=GRANTS, min_confidence=0.62),
            "nothing": await told(client, "ask_sparql", query=GRANTS, min_origins=9),
            "why": await told(client, "why_row", query=GRANTS, row=1),
            "claim": await told(client, "read_claim", claim=names.grant.rpartition("/")[2]),
            "entity": await told(client, "describe_entity", entity="Autowerk"),
            "conflicts": await told(client, "list_conflicts", kinds=["contradiction"]),
        }
        return answers, [
            await refused(client, "ask_sparql", query="SELECT {"),
            await refused(client, "ask_sparql", query="DELETE WHERE { ?s ?p ?o }"),
            await refused(client, "ask_sparql", query="CONSTRUCT WHERE { ?s ?p ?o }"),
            await refused(
                client, "ask_sparql", query="SELECT * { SERVICE <http://x.example/> { ?s ?p ?o } }"
            ),
            await refused(client, "ask_sparql", query=GRANTS, known_at="yesterday"),
            await refused(client, "why_row", query=GRANTS, row=7),
            await refused(client, "read_claim", claim="nothing"),
            await refused(client, "describe_entity", entity="Nobody at all"),
            await refused(client, "search_claims", words="x", type="war"),
            await refused(client, "list_conflicts", kinds=["war"]),
        ]

    answers, refusals = with_client(store, calls)
    return answers, refusals


def test_every_tool(heard: tuple[dict[str, Any], list[str]], store: Path, names: Names) -> None:
    found, _ = heard
    assert {tool.name for tool in found["tools"]} == {
        "search_claims",
        "ask_sparql",
        "why_row",
        "read_claim",
        "describe_entity",
        "list_conflicts",
    }
    assert all(tool.annotations.read_only_hint and tool.description for tool in found["tools"])
    assert [line["link"]["iri"] for line in found["found"]["claims"]] == [names.grant]
    assert [line["link"]["iri"] for line in found["of a type"]["claims"]] == [names.follow]
    answer = found["answer"]
    assert (answer["complete"], answer["total"], len(answer["rows"])) == (True, 1, 1)
    [row] = answer["rows"]
    assert row["values"]["who"]["value"] == "Fabrika Magnit"
    assert row["origins"] > 1
    assert names.grant in row["claims"]
    assert row["contested"] == [names.deny]
    assert answer["claims"][names.grant]["quote"] == GRANT_QUOTE
    assert answer["version"] == Reader(store).current().iri
    assert found["ask"]["rows"][0]["values"] == {"answer": True}
    assert 0 < found["one"]["rows"][0]["confidence"] < row["confidence"]
    assert found["nothing"]["rows"] == []
    why = found["why"]
    assert why["row"]["confidence"] == row["confidence"]
    assert [names.grant] in why["ways"]
    assert why["ways_in_all"] == len(why["ways"]) == len(row["claims"])
    assert found["claim"]["iri"] == names.grant
    assert found["claim"]["quote"]["exact"] == GRANT_QUOTE
    assert "Autowerk" in str(found["entity"])
    assert [one["kind"] for one in found["conflicts"]["conflicts"]] == ["contradiction"]


def test_what_cannot_be_done_is_said(heard: tuple[dict[str, Any], list[str]]) -> None:
    _, found = heard
    expected = (
        "line 1",
        "expected SELECT",
        "SELECT or an ASK",
        "SERVICE is refused",
        "known-at",
        "no row 7",
        "nothing",
        "Nobody at all",
        "type is one of",
        "kind is one of",
    )
    for message, words in zip(found, expected, strict=True):
        assert words in message
        assert "Traceback" not in message


def test_a_query_is_ended_at_its_deadline_and_the_next_is_answered(store: Path) -> None:
    async def calls(client: Client) -> tuple[str, dict[str, Any]]:
        slow = await refused(client, "ask_sparql", query=SLOW)
        return slow, await told(client, "ask_sparql", query=GRANTS)

    slow, answer = with_client(store, calls, "--timeout", "3")
    assert "3" in slow
    assert "seconds" in slow or "deadline" in slow
    assert answer["total"] == 1


def test_without_a_store_it_says_so(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kg.cli", "mcp", "--store", str(tmp_path / "none")]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert str(tmp_path / "none") in done.stderr
