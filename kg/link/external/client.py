"""A polite client of a SPARQL endpoint: it waits, backs off, keeps answers, and goes on without the network.

Requests are built by SPARQLWrapper and sent through ``kg.outbound``, so that nothing but
the endpoint itself is called, within limits of time and length.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from SPARQLWrapper import JSON, POST, SPARQLWrapper

from kg.errors import LodestoneError, ServiceFailed
from kg.link.external.cache import AnswerCache, Kept
from kg.outbound import Outbound, OutboundFailed, OutboundRefused
from kg.query.answer import Row
from kg.query.service.services import rows_of

WORTH_ANOTHER_TRY = frozenset({429, 502, 503, 504})
"""Statuses that say "not now"; 0, no answer at all, is tried once more."""
MOST_FAILURES = 5
"""After so many questions in a row without an answer, no more are asked."""


def agent(contact: str | None = None) -> str:
    """What the client calls itself, as Wikimedia's policy asks of robots: name, version, a contact."""
    try:
        number = version("lodestone-kg")
    except PackageNotFoundError:
        number = "0"
    return f"lodestone-kg/{number} ({contact or 'https://w3id.org/lodestone'})"


@dataclass(frozen=True)
class Manners:
    """How an endpoint is treated.

    ``pause`` is the least time between calls, ``longest_wait`` how long to wait at the most when
    it asks to, both in seconds; for ``fresh`` days an answer is taken from the cache unasked.
    """

    pause: float = 1.0
    tries: int = 4
    longest_wait: float = 120.0
    fresh: float = 30.0


@dataclass
class Tally:
    """What became of the questions: asked, answered from the cache (some ``old``), not answered."""

    asked: int = 0
    cached: int = 0
    old: int = 0
    unanswered: int = 0


@dataclass(eq=False)
class NoAnswer(LodestoneError):
    """A question that neither the endpoint nor the cache answers."""

    endpoint: str = ""


class _Guarded(SPARQLWrapper):
    """SPARQLWrapper with the sending taken over."""

    def __init__(self, endpoint: str, outbound: Outbound, name: str) -> None:
        super().__init__(endpoint, agent=name)
        self._outbound = outbound
        self.setReturnFormat(JSON)
        self.setMethod(POST)
        self.setOnlyConneg(True)

    def fetch(self) -> bytes:
        """The body of the answer. Raises ``OutboundFailed`` and ``OutboundRefused``."""
        request = self._createRequest()
        body = request.data if isinstance(request.data, bytes) else None
        sent = {name.title(): value for name, value in request.header_items()}
        sent["Accept"] = "application/sparql-results+json"
        return self._outbound.fetch(request.full_url, method="POST", body=body, headers=sent).body


class Endpoint:
    """One endpoint. ``down`` says why it is not asked any more, once it is not."""

    def __init__(
        self,
        url: str,
        cache: AnswerCache,
        *,
        outbound: Outbound | None = None,
        manners: Manners = Manners(),
        offline: bool = False,
        name: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = url
        self.tally = Tally()
        self.down = "it is not to be asked (--offline)" if offline else ""
        self._cache = cache
        self._outbound = outbound or Outbound((url,), timeout=60.0, deadline=90.0)
        self._manners = manners
        self._name = name or agent()
        self._sleep = sleep
        self._last: float | None = None
        self._failures = 0

    def check(self) -> None:
        """Raise ``OutboundRefused`` if the endpoint's address is none that may be called."""
        self._outbound.check(self.url)

    def rows(self, query: str, names: Sequence[str]) -> tuple[Row, ...]:
        """The solutions of a SELECT, over some variables.

        From the cache where they are fresh, or where the endpoint cannot be had. Raises ``NoAnswer``.
        """
        kept = self._cache.get(self.url, query)
        if kept is not None and kept.days <= self._manners.fresh:
            found = self._read(kept, names)
            if found is not None:
                self.tally.cached += 1
                return found
        try:
            return self._asked(query, names)
        except LodestoneError as error:
            found = None if kept is None else self._read(kept, names)
            if found is not None:
                self.tally.cached += 1
                self.tally.old += 1
                return found
            self.tally.unanswered += 1
            told = f"{self.url} gives no answer, and none is in the cache: {self.down or error}"
            raise NoAnswer(told, endpoint=self.url) from error

    def _read(self, kept: Kept, names: Sequence[str]) -> tuple[Row, ...] | None:
        try:
            return rows_of(kept.body, list(names), self.url)
        except LodestoneError:
            return None

    def _asked(self, query: str, names: Sequence[str]) -> tuple[Row, ...]:
        if self.down:
            raise ServiceFailed(self.down, endpoint=self.url)
        try:
            body = self._call(query)
            found = rows_of(body, list(names), self.url)
        except LodestoneError as error:
            self._failures += 1
            if self._failures >= MOST_FAILURES and not self.down:
                self.down = f"{error}, after {MOST_FAILURES} failures in a row"
            raise
        self._failures = 0
        self.tally.asked += 1
        self._cache.put(self.url, query, body)
        return found

    def _call(self, query: str) -> bytes:
        """What the endpoint answers, in the end. Raises ``OutboundFailed`` and ``OutboundRefused``."""
        wrapper = _Guarded(self.url, self._outbound, self._name)
        wrapper.setQuery(query)
        for attempt in range(self._manners.tries):
            self._pause()
            try:
                return wrapper.fetch()
            except OutboundRefused as error:
                self.down = str(error)
                raise
            except OutboundFailed as error:
                wait = self._wait(error, attempt)
                if wait is None:
                    raise
                self._sleep(wait)
        raise AssertionError("the last try ends in a return or an error")  # pragma: no cover

    def _pause(self) -> None:
        now = time.monotonic()
        if self._last is not None and now - self._last < self._manners.pause:
            self._sleep(self._manners.pause - (now - self._last))
        self._last = time.monotonic()

    def _wait(self, error: OutboundFailed, attempt: int) -> float | None:
        """Seconds after which to try again; ``None`` where that is no use."""
        if error.status not in WORTH_ANOTHER_TRY and error.status != 0:
            return None
        most = 2 if error.status == 0 else self._manners.tries
        wait: float = max(self._manners.pause, 0.1) * 2 ** (attempt + 1)
        if error.after is not None:
            wait = max(error.after, self._manners.pause)
        if wait > self._manners.longest_wait:
            self.down = f"{error}; it asks to be left alone for {wait:,.0f} s"
            return None
        if attempt + 1 >= most:
            self.down = str(error)
            return None
        return wait
