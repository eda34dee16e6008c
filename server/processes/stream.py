"""Writing the solutions of a plain SELECT as they come, never all of them at once."""

from collections.abc import Callable
from itertools import islice
from typing import IO

from kg.dataset.terms import QueryResultsFormat, QuerySolutions
from kg.errors import QueryRefused
from kg.query import Answer
from kg.query.formats.results import to_csv, to_tsv, to_xml
from kg.query.source import solutions

ROWS = 2000
"""Solutions that are written at once."""

_END = {"xml": "</results></sparql>"}
_WRITERS: dict[str, Callable[[Answer], str]] = {"xml": to_xml, "csv": to_csv, "tsv": to_tsv}


def write_rows(found: QuerySolutions, form: str, version: str, out: IO[bytes]) -> None:
    """Write solutions in one of the formats of ``formats.RESULTS``.

    The engine writes JSON by itself, just as we do. Raises ``QueryRefused`` and
    ``Unwritable``, in the middle too.
    """
    if form == "json":
        try:
            found.serialize(out, QueryResultsFormat.JSON)
        except RuntimeError as error:
            raise QueryRefused(f"the query cannot be evaluated: {error}") from error
        return
    write, end = _WRITERS[form], _END.get(form, "")
    variables = tuple(variable.value for variable in found.variables)
    head = write(Answer("select", version, variables)).removesuffix(end)
    out.write(head.encode())
    rows = solutions(found)
    while batch := tuple(islice(rows, ROWS)):
        text = write(Answer("select", version, variables, batch))
        out.write(text[len(head) : len(text) - len(end)].encode())
    out.write(end.encode())
