"""Who asks, how often they may, and how much they may send; told apart by their token or their address."""

import ipaddress
import threading
from collections import OrderedDict
from functools import lru_cache

from server.config import Config
from server.gate.tokens import Identity, Scope

MOST_CLIENTS = 10_000
"""Clients that are remembered; a forgotten one begins with a full bucket."""

_UPLOADS = ("/graphs", "/claims", "/judgments")


def longest_body(config: Config, path: str, who: Identity | None) -> int:
    """Bytes that the body of a request may have: more for uploads by those who may write."""
    if path.startswith(_UPLOADS) and who is not None and who.scope.allows(Scope.WRITE):
        return max(config.upload, config.body)
    return config.body


@lru_cache(maxsize=1024)
def client_of(address: str, forwarded: str | None = None) -> str:
    """What tells a client apart: its address, of IPv6 the network (64 bits) that one household has.

    ``forwarded`` is ``X-Forwarded-For`` of a proxy that is trusted; its last entry is the proxy's word.
    """
    if forwarded:
        address = forwarded.rpartition(",")[2].strip()
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if found.version == 6:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


class RateLimits:
    """A token bucket for each client: ``burst`` requests at once, ``rate`` a second in the long run.

    A ``rate`` of 0 is no limit.
    """

    def __init__(self, rate: float, burst: int) -> None:
        self._rate, self._burst = rate, float(burst)
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str, now: float) -> float:
        """Count a request at a time in seconds; gives back 0 if it is allowed, else the seconds to wait."""
        if self._rate <= 0:
            return 0.0
        with self._lock:
            left, then = self._buckets.pop(client, (self._burst, now))
            left = min(self._burst, left + (now - then) * self._rate)
            allowed = left >= 1
            self._buckets[client] = (left - 1 if allowed else left, now)
            if len(self._buckets) > MOST_CLIENTS:
                self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self._rate


class Summed:
    """Tells what strangers can cause: the first ``burst`` times each, then ``rate`` a second at most."""

    def __init__(self, rate: float = 1.0, burst: int = 100) -> None:
        self._limits = RateLimits(rate, burst)
        self._lock = threading.Lock()
        self._untold = 0

    def due(self, now: float) -> int | None:
        """How often it was not told since it was last told; ``None`` if it is not to be told now either."""
        waits = self._limits.take("", now) > 0
        with self._lock:
            untold, self._untold = self._untold, self._untold + 1 if waits else 0
        return None if waits else untold
