"""The Model Context Protocol over standard input and output, with the tools of ``server.assistant``."""

from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, ParamSpec

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from kg.errors import LodestoneError
from kg.query.conflicts import Kind
from server.assistant import MOST_ROWS, ROWS, Assistant, Policy
from server.config import Config
from server.processes.workers import Workers
from server.services import Services
from server.views.finding import TYPES

INSTRUCTIONS = """Lodestone is a knowledge graph of claims about export controls on critical minerals. Nothing
in it is simply true: somebody said it, in a document, at a place in the text, with some degree of confidence.
Answer rows come with the claims they rest on, a confidence, and the number of independent origins. When you
report something, say who says so and how sure it is, and quote it. Facts are in the default graph, such as
?producer ls:holdsLicenseFor ?customer, ?event a ls:LicenseGranted ; ls:producer ?p ; ls:earliest ?day, and
rdfs:label gives names; the prefixes ls, rdfs, skos, xsd and others need no declaration. What was denied,
hedged or expected is in GRAPH ?claim { ... } alone, and who said it in
GRAPH <https://w3id.org/lodestone/record> (another base, if the store has one)."""

P = ParamSpec("P")
Words = Annotated[str, Field(description="Words that quote, participant, source or title hold.")]
Sparql = Annotated[str, Field(description="A SPARQL 1.1 query: SELECT or ASK.")]
Iri = Annotated[str, Field(description="IRI, or the last part of it.")]
Page = Annotated[int, Field(ge=1, le=4000, description="Page, from 1.")]
MinConfidence = Annotated[
    float | None, Field(ge=0, le=1, description="Believe claims of at least this probability.")
]
MinOrigins = Annotated[
    int | None, Field(ge=1, description="Believe facts that so many independent origins state.")
]
Without = Annotated[
    list[str] | None, Field(description="IRIs of claims, documents, origins or sources not to believe.")
]
KnownAt = Annotated[str | None, Field(description="Ask what was known then, such as 2025-05-14T00:00:00Z.")]
ValidAt = Annotated[str | None, Field(description="Ask what held that day, such as 2025-05-14.")]


def _told(tool: Callable[P, dict[str, Any]]) -> Callable[P, dict[str, Any]]:
    """The tool, whose errors that can be mended are told as such."""

    @wraps(tool)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> dict[str, Any]:
        try:
            return tool(*args, **kwargs)
        except LodestoneError as error:
            raise ToolError(str(error)) from error

    return wrapped


def _policy(
    min_confidence: float | None,
    min_origins: int | None,
    without: list[str] | None,
    known_at: str | None,
    valid_at: str | None,
) -> Policy:
    given = {
        "min-confidence": min_confidence,
        "min-origins": min_origins,
        "known-at": known_at,
        "valid-at": valid_at,
    }
    policy = {name: [str(value)] for name, value in given.items() if value is not None}
    return {**policy, "without": without} if without else policy


def assistant_server(assistant: Assistant) -> MCPServer[Any]:
    """The protocol's server with its tools, all of them read-only."""
    server: MCPServer[Any] = MCPServer("lodestone", instructions=INSTRUCTIONS, log_level="WARNING")
    reads = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)

    @server.tool(annotations=reads)
    @_told
    def search_claims(
        words: Words,
        type: Annotated[str | None, Field(description=f"One of: {', '.join(TYPES)}.")] = None,  # noqa: A002
        page: Page = 1,
    ) -> dict[str, Any]:
        """Search the active claims. Each comes with its quote, source, document and probability."""
        return assistant.search(words, type, page)

    @server.tool(annotations=reads)
    @_told
    def ask_sparql(
        query: Sparql,
        min_confidence: MinConfidence = None,
        min_origins: MinOrigins = None,
        without: Without = None,
        known_at: KnownAt = None,
        valid_at: ValidAt = None,
        rows: Annotated[int, Field(ge=1, le=MOST_ROWS, description="Rows to tell.")] = ROWS,
    ) -> dict[str, Any]:
        """Ask SPARQL. Each row has its confidence, its independent origins and the claims it rests on."""
        policy = _policy(min_confidence, min_origins, without, known_at, valid_at)
        return assistant.ask(query, policy, rows)

    @server.tool(annotations=reads)
    @_told
    def why_row(
        query: Sparql,
        row: Annotated[int, Field(ge=1, description="Number of the row in the answer, from 1.")],
        min_confidence: MinConfidence = None,
        min_origins: MinOrigins = None,
        without: Without = None,
        known_at: KnownAt = None,
        valid_at: ValidAt = None,
    ) -> dict[str, Any]:
        """Why a row of an answer is there: each way in which it holds, its confidence, who contests it."""
        policy = _policy(min_confidence, min_origins, without, known_at, valid_at)
        return assistant.why(query, row, policy)

    @server.tool(annotations=reads)
    @_told
    def read_claim(claim: Iri) -> dict[str, Any]:
        """A claim: its words in the document, its sources, ratings, who agrees and who does not."""
        return assistant.claim(claim)

    @server.tool(annotations=reads)
    @_told
    def describe_entity(
        entity: Annotated[str, Field(description="IRI of the entity, or its exact name.")],
    ) -> dict[str, Any]:
        """An entity: the facts about it, what documents call it, and the claims behind each."""
        return assistant.entity(entity)

    @server.tool(annotations=reads)
    @_told
    def list_conflicts(
        about: Annotated[str | None, Field(description="IRI of a claim or an entity.")] = None,
        kinds: Annotated[
            list[str] | None, Field(description=f"Some of: {', '.join(kind.value for kind in Kind)}.")
        ] = None,
        page: Page = 1,
    ) -> dict[str, Any]:
        """Where claims contradict, are of different times, scopes or entities, are corrected, or agree."""
        return assistant.conflicts(about, kinds or (), page)

    return server


def run_assistant(config: Config) -> None:
    """Serve on standard input and output until it is closed."""
    workers = Workers.of(config)
    try:
        services = Services(config, workers)
        services.snapshot()
        workers.start()
        assistant_server(Assistant(services)).run("stdio")
    finally:
        workers.close()
