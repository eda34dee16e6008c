"""From what a request asks to the job for the workers, and from their reply to the headers of the answer.

It knows nothing of the application, so that answers can be given with it and without.
"""

from functools import lru_cache
from urllib.parse import urlencode

from server.config import Config
from server.errors import NotAcceptable
from server.formats import GRAPHS, HTML, RESULTS, offers
from server.gate.negotiate import choose
from server.processes.jobs import Job, Reply, Task
from server.protocol import QueryRequest
from server.services import Known

HAS_PROVENANCE = "http://www.w3.org/ns/prov#has_provenance"
HAS_QUERY_SERVICE = "http://www.w3.org/ns/prov#has_query_service"
LONGEST_LINK = 6000
"""Characters of a ``Link`` that clients still take in a header."""

FAILED = "lodestone.failed"
"""Key of the WSGI environment: the error of a query that was evaluated, for the application to tell."""


@lru_cache(maxsize=256)
def _preferred(accept: str | None, *, pages: bool) -> str | None:
    """The name of the format that is liked best, pages among them or not; ``None`` if there is none."""
    found = choose(accept, offers((*RESULTS, *GRAPHS, HTML) if pages else (*RESULTS, *GRAPHS)))
    return None if found is None else found.name


def wants_page(asked: QueryRequest, accept: str | None) -> bool:
    """Whether the answer goes into a page: a browser asks, and no format is named."""
    if asked.format:
        return asked.format == HTML.name
    return _preferred(accept, pages=True) == HTML.name


def job_of(
    asked: QueryRequest,
    config: Config,
    *,
    method: str,
    base: str,
    accept: str | None,
    client: str,
    html: bool,
) -> Job:
    """The job for a request, within the server's limits. Raises ``NotAcceptable``."""
    named = asked.format or html or asked.plan
    if not named and _preferred(accept, pages=False) is None:
        available = tuple(f.media_type for f in (*RESULTS, *GRAPHS))
        raise NotAcceptable("none of the formats that are written here is accepted", available=available)
    return Job(
        query=asked.query,
        timeout=min(asked.timeout or config.timeout, config.timeout),
        limit=min(asked.result or config.result, config.result),
        memory=min(asked.memory or config.memory, config.memory),
        default_graphs=asked.default_graphs,
        named_graphs=asked.named_graphs,
        provenance=asked.provenance,
        version=asked.version,
        accept=accept,
        format=None if html else asked.format,
        html=html,
        base=base,
        stream=not html and method != "HEAD",
        client=client,
        policy=asked.policy,
        task=Task.PLAN if asked.plan else Task.ANSWER,
    )


def query_address(asked: QueryRequest, **more: str) -> str:
    """The address that asks the same again, with other parameters besides."""
    query = f"query={asked.encoded}" if asked.encoded else urlencode({"query": asked.query})
    pairs = [("default-graph-uri", g) for g in asked.default_graphs or ()]
    pairs += [("named-graph-uri", g) for g in asked.named_graphs or ()]
    pairs += asked.policy
    return f"/sparql?{query}&{_encoded((*pairs, *more.items()))}"


@lru_cache(maxsize=256)
def _encoded(pairs: tuple[tuple[str, str], ...]) -> str:
    return urlencode(pairs)


def provenance_link(asked: QueryRequest, reply: Reply) -> str:
    """``Link`` to the JSON provenance of the same query and version (PROV-AQ); to the service if too long."""
    link = query_address(asked, version=reply.version, provenance="how", format="json")
    if len(link) > LONGEST_LINK:
        return f'</sparql>; rel="{HAS_QUERY_SERVICE}"'
    return f'<{link}>; rel="{HAS_PROVENANCE}"'


def headers_of(asked: QueryRequest, reply: Reply, known: Known) -> dict[str, str]:
    """The headers of an answer beside those of its body: version, provenance, how to keep it."""
    found = {"Content-Version": reply.version, "Link": provenance_link(asked, reply)}
    if not known.etag:
        found["Cache-Control"] = "no-store"
    elif reply.version == known.asked:
        found["ETag"] = f'W/"{known.etag}"'
        found["Cache-Control"] = "no-cache"
    return found
