"""The only place that parses SPARQL: text in, algebra out.

The grammar is that of SPARQL 1.1 Query, section 19.8, one class per layer: ``lexer``,
``terms``, ``expressions``, ``patterns``, ``queries``. It is written here because it must
cost little (about a millisecond for a query never seen before), keep literals as they
are written, and lose nothing. The engine parses every query as well, so what this
grammar lets pass too generously is still refused there.
"""

from functools import lru_cache

from kg.query.algebra import Query
from kg.query.parse.lexer import has_word
from kg.query.parse.queries import QueryParser
from ontology.vocab import PREFIXES

__all__ = ["has_word", "parse", "parse_rendered"]


@lru_cache(maxsize=512)
def parse(text: str, base_iri: str | None = None) -> Query:
    """The algebra of a query; equal texts give one and the same object.

    The prefixes of ``ontology.vocab.PREFIXES`` need no declaration. Raises
    ``QuerySyntaxError`` with line and column.
    """
    return QueryParser(text, base_iri, PREFIXES).query()


@lru_cache(maxsize=512)
def parse_rendered(text: str, base_iri: str | None = None) -> Query:
    """The same of what ``kg.query.shaping.render`` wrote, which may hold LATERAL."""
    parser = QueryParser(text, base_iri, PREFIXES)
    parser.laterals = True
    return parser.query()
