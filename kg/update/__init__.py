"""SPARQL 1.1 Update on the base data of a store.

``update(writer, text)`` carries a whole request out, each operation on what those before
it left. It writes nothing for good: who holds the writer commits, or gives all of it up.
"""

from collections.abc import Sequence

from kg.dataset.writer import Writer
from kg.errors import QuerySyntaxError
from kg.query.parse.updates import parse_update
from kg.query.shaping.size import TooComplex
from kg.update.carry import Changes, DatasetConflict, UpdateFailed, carry_out
from kg.update.load import Documents, fetch_all

__all__ = ["Changes", "DatasetConflict", "Documents", "UpdateFailed", "fetch_all", "update"]

NOTHING: Documents = {}


def update(
    writer: Writer,
    text: str,
    *,
    base_iri: str | None = None,
    default_graphs: Sequence[str] | None = None,
    named_graphs: Sequence[str] | None = None,
    documents: Documents = NOTHING,
) -> Changes:
    """Carry a request out (not yet committed).

    ``default_graphs`` and ``named_graphs`` are the dataset of the SPARQL protocol,
    ``documents`` what LOAD may take (``fetch_all``).
    Raises ``QuerySyntaxError``, ``DatasetConflict`` where request and text both choose a
    dataset, ``ReservedGraph``, ``UpdateFailed`` (a graph is missing, or there already),
    ``ServiceFailed`` for LOAD of what gives no answer or no RDF, ``QueryRefused`` for SERVICE
    and for LOAD of what is not among the documents, and ``TooComplex`` for what is nested too
    deeply. After any of them the
    writer's work is to be given up.
    """
    try:
        request = parse_update(text, base_iri)
        chosen = default_graphs is not None or named_graphs is not None
        if chosen and request.chooses:
            raise DatasetConflict(
                "the dataset is named in the request and in the text (USING or WITH): keep one"
            )
        return carry_out(writer, request, default_graphs, named_graphs, documents)
    except RecursionError as error:
        raise TooComplex("the update is nested too deeply to be read") from error
    except UnicodeEncodeError as error:
        raise QuerySyntaxError("this is not SPARQL 1.1: the text is no Unicode") from error
