"""``LOAD`` (SPARQL 1.1 Update, section 3.1.4): what it names is fetched before the store is held.

Nothing is fetched but what the list of ``kg.outbound`` allows.
"""

from collections.abc import Mapping

from kg.dataset import raw
from kg.dataset.loading.rdf_reader import check_bounds
from kg.dataset.record.records import DEFAULT
from kg.dataset.terms import Quad, RdfFormat, parse
from kg.errors import LodestoneError, QueryRefused, UnreadableInput
from kg.outbound import Fetched, Outbound, OutboundFailed, OutboundRefused
from kg.query.operations import Load
from kg.query.parse.updates import parse_update

ACCEPT = "text/turtle, application/n-triples, application/rdf+xml;q=0.9, application/ld+json;q=0.8"

Documents = Mapping[str, Fetched | LodestoneError]
"""What was fetched, by the address asked for, or why it was not."""


def fetch_all(text: str, base_iri: str | None, outbound: Outbound) -> Documents:
    """What the LOADs of an update name. Raises ``QuerySyntaxError``."""
    found: dict[str, Fetched | LodestoneError] = {}
    if "load" not in text.lower():
        return found
    for operation in parse_update(text, base_iri).operations:
        if isinstance(operation, Load) and operation.source.value not in found:
            found[operation.source.value] = _fetch(operation.source.value, outbound)
    return found


def _fetch(address: str, outbound: Outbound) -> Fetched | LodestoneError:
    try:
        return outbound.fetch(address, headers={"Accept": ACCEPT})
    except (OutboundRefused, OutboundFailed) as error:
        return error


def loaded(documents: Documents, address: str, graph: raw.Graph) -> list[Quad]:
    """The triples of a document, in a graph.

    Raises ``QueryRefused``, ``OutboundFailed`` and ``UnreadableInput``.
    """
    match documents.get(address):
        case Fetched(url, content_type, body):
            return raw.moved(_read(url, content_type, body), graph)
        case OutboundFailed() as error:
            raise error
        case OutboundRefused() as error:
            raise QueryRefused(f"LOAD is refused: {error}")
    raise QueryRefused(f"LOAD <{address}> is refused: nothing is fetched here")


def _read(url: str, content_type: str, body: bytes) -> list[Quad]:
    media_type = content_type.partition(";")[0].strip().lower()
    form = RdfFormat.from_media_type(media_type) if media_type else None
    form = form or RdfFormat.from_extension(url.rpartition(".")[2])
    if form is None:
        raise UnreadableInput(f"<{url}> is {media_type or 'of no known type'}, which is no RDF", path=url)
    check_bounds(body, form, url)
    try:
        quads = list(parse(body, format=form, base_iri=url, rename_blank_nodes=True))
    except (SyntaxError, ValueError) as error:
        raise UnreadableInput(f"<{url}> cannot be read as {form.name}: {error}", path=url) from error
    if any(quad.graph_name != DEFAULT for quad in quads):
        raise UnreadableInput(f"<{url}> names graphs, but LOAD is for one graph", path=url)
    return quads
