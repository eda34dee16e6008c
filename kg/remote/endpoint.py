"""The SPARQL 1.1 protocol, spoken by SPARQLWrapper: queries and updates, tried again where that is safe.

Every update that is sent here sets quads that it names, so doing it twice is doing it
once: one whose answer was lost is sent again.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError

from SPARQLWrapper import BASIC, DIGEST, POST, URLENCODED, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

from kg.dataset.terms import (
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)
from kg.errors import QueryRefused, QuerySyntaxError, StoreError
from kg.remote.quirks import Quirks, quirks_of

TRIES = 4
PAUSE = 0.5
"""Seconds before the second try; each later one waits twice as long."""

_ACCEPT = "application/sparql-results+json, application/n-triples;q=0.9, text/turtle;q=0.5"
_LOST = (URLError, HTTPException, ConnectionError, TimeoutError)
_BAD_REQUEST = 400
_TOO_MANY = 429
_SERVER_FAILED = 500


@dataclass(frozen=True)
class Endpoint:
    """Where an engine is asked, and where it is written to.

    ``user`` and ``password`` are those of the engine; ``timeout`` is that of one request in seconds.
    """

    query_url: str
    update_url: str | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: int = 120

    @cached_property
    def quirks(self) -> Quirks:
        """What is odd about the engine there. Raises ``StoreError`` where none answers."""
        headers, _ = self._sent("ASK {}", update=False)
        return quirks_of(headers.get("server", ""))

    def ask(
        self, text: str, default: Sequence[str] = (), named: Sequence[str] = ()
    ) -> QuerySolutions | QueryBoolean | list[Triple]:
        """The engine's answer to a query, over the graphs that are named.

        Raises ``QuerySyntaxError``, ``QueryRefused`` for what the engine cannot do and ``StoreError``.
        """
        headers, body = self._sent(text, update=False, default=default, named=named)
        media = headers.get("content-type", "").partition(";")[0].strip()
        try:
            if media in ("application/sparql-results+json", "application/json"):
                return parse_query_results(self.quirks.mended(body), QueryResultsFormat.JSON)
            form = RdfFormat.from_media_type(media) or RdfFormat.TURTLE
            return [quad.triple for quad in parse(body, form)]
        except (SyntaxError, ValueError) as error:
            raise StoreError(
                f"{self.query_url} gave no sound answer ({media}): {error}", store=self.query_url
            ) from error

    def rows(self, text: str, default: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        """The solutions of a SELECT."""
        found = self.ask(text, default)
        if not isinstance(found, QuerySolutions):
            raise StoreError(f"{self.query_url} answered a SELECT without solutions", store=self.query_url)
        return [tuple(row) for row in found]

    def update(self, text: str) -> None:
        """Do an update that can be done twice. Raises ``StoreError``."""
        if self.update_url is None:
            raise StoreError(
                f"nothing says where {self.query_url} is written to: name its update address",
                store=self.query_url,
            )
        self._sent(text, update=True)

    def _sent(
        self, text: str, *, update: bool, default: Sequence[str] = (), named: Sequence[str] = ()
    ) -> tuple[dict[str, str], bytes]:
        """Headers and body of what came back, of the first try that got through."""
        url = (self.update_url if update else None) or self.query_url
        last: Exception | None = None
        for attempt in range(TRIES):
            if attempt:
                time.sleep(PAUSE * 2 ** (attempt - 1))
            try:
                answer = self._wrapper(text, update, default, named).query()
                last = None  # its traceback would keep what the callers hold
                with answer.response as response:
                    return answer.info(), response.read()
            except HTTPError as error:
                error.close()
                if error.code != _TOO_MANY and error.code < _SERVER_FAILED:
                    raise self._refused(error.code, error.reason) from error
                last = error
            except SPARQLWrapperException as error:
                message = str(error)
                if "QueryBadFormed" in type(error).__name__:
                    raise self._refused(_BAD_REQUEST, message) from error
                if "EndPointInternalError" not in type(error).__name__:
                    raise StoreError(f"{url} refuses: {_short(message)}", store=url) from error
                last = error
            except _LOST as error:
                last = error
        raise StoreError(f"{url} cannot be reached or fails: {_short(str(last))}", store=url) from last

    def _refused(self, status: int, told: str) -> Exception:
        if status == _BAD_REQUEST:
            return QuerySyntaxError(f"{self.query_url} does not take the query: {_short(told)}")
        return QueryRefused(f"{self.query_url} answers {status}: {_short(told)}")

    def _wrapper(
        self, text: str, update: bool, default: Sequence[str], named: Sequence[str]
    ) -> SPARQLWrapper:
        wrapper = SPARQLWrapper(self.query_url, self.update_url or self.query_url, agent="Lodestone")
        wrapper.setTimeout(self.timeout)
        wrapper.setMethod(POST)
        wrapper.setOnlyConneg(True)
        wrapper.queryString = text  # setQuery would guess the kind from the first word
        wrapper.queryType = "INSERT" if update else "SELECT"
        if update:
            wrapper.setRequestMethod(URLENCODED)
        else:
            wrapper.addCustomHttpHeader("Accept", _ACCEPT)
            for name, graphs in (("default-graph-uri", default), ("named-graph-uri", named)):
                for graph in graphs:
                    wrapper.addParameter(name, graph)
        if self.user is not None:
            digest = update and "sparql-auth" in (self.update_url or "")  # Virtuoso's address for updates
            wrapper.setHTTPAuth(DIGEST if digest else BASIC)
            wrapper.setCredentials(self.user, self.password or "")
        return wrapper


def _short(text: str) -> str:
    return " ".join(text.split())[:300]
