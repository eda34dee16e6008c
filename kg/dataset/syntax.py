"""What the engine finds wrong with a query, with its place."""

import re

from kg.errors import QuerySyntaxError

_POSITION = re.compile(r"error at (\d+):(\d+): ?(.*)", re.S)


def syntax_error(error: SyntaxError) -> QuerySyntaxError:
    """The engine's complaint about a query, with its place."""
    found = _POSITION.search(str(error))
    if found is None:
        return QuerySyntaxError(f"this is not SPARQL 1.1: {error}")
    line, column, what = int(found[1]), int(found[2]), found[3].strip()
    return QuerySyntaxError(
        f"this is not SPARQL 1.1: line {line}, column {column}: {what}", line=line, column=column
    )
