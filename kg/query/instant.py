"""NOW(): one instant for all that belongs to one question.

All calls of NOW() in one evaluation give the same value (SPARQL 1.1 Query, section 17.4.5.1). An answer
with provenance is worked out by several queries, and a what-if compares two answers: there, too,
it is one instant, so that what rests on it can be annotated and compared.
"""

from datetime import UTC, datetime

from kg.errors import QuerySyntaxError
from kg.query.parse import has_word, parse
from kg.query.parse.lexer import tokens
from ontology.vocab import XSD

_CALL = ["NOW", "(", ")"]


def at_one_instant(sparql: str, base_iri: str | None = None) -> tuple[str, str | None]:
    """A query with an instant in place of each ``NOW()``, and the instant; it is the current one.

    As it is, and ``None``, where it has no such call or is not SPARQL 1.1.
    """
    if not has_word(sparql, "NOW"):
        return sparql, None
    try:
        parse(sparql, base_iri)
        found = tokens(sparql)
    except (QuerySyntaxError, RecursionError):  # who evaluates it says what is wrong
        return sparql, None
    instant = _canonical(datetime.now(UTC))
    parts, end = [], 0
    for place, token in enumerate(found):
        if [one.text.upper() for one in found[place : place + len(_CALL)]] == _CALL:
            parts += [sparql[end : token.at], f'("{instant}"^^<{XSD}dateTime>)']
            end = found[place + len(_CALL) - 1].at + 1
    return "".join((*parts, sparql[end:])), instant


def _canonical(time: datetime) -> str:
    """A time of UTC in milliseconds, in canonical form, as the engine writes it (XSD 1.1, appendix E)."""
    text = time.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")
    return text.rstrip("0").rstrip(".") + "Z"
