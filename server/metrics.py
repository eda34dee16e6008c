"""What the server counts, for Prometheus (``/metrics``)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from kg.errors import StoreError
from server.services import Services, services

if TYPE_CHECKING:
    from server.processes.workers import Workers

metrics = Blueprint("metrics", __name__)

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Requests:
    """Counts of what came in: by route and status, and how long it took."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._count = Counter(
            "lodestone_requests", "Requests by route and status.", ("route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "lodestone_request_seconds",
            "How long requests took.",
            ("route",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.cached = Counter(
            "lodestone_requests_from_cache", "Requests answered from the cache.", registry=self.registry
        )

        self._known: dict[tuple[str, int], tuple[Counter, Histogram]] = {}

    def note(self, path: str, status: int, seconds: float) -> None:
        """Count a request."""
        name = route(path)
        found = self._known.get((name, status))
        if found is None:
            found = self._known[name, status] = (
                self._count.labels(name, str(status)),
                self._seconds.labels(name),
            )
        counted, measured = found
        counted.inc()
        measured.observe(seconds)


_ROUTES = frozenset(
    "sparql graphs claims claim document source entity ontology docs health metrics static reconcile "
    "judgments conflicts conflict explain review answer completion openapi.json".split()
)


def route(path: str) -> str:
    """The route of a path; those that are none have one name, lest anybody make labels without end."""
    first = path.strip("/").partition("/")[0]
    return f"/{first}" if first in _ROUTES else "/" if not first else "other"


class _State(Collector):
    """What can be read off the server when it is asked."""

    def __init__(self, here: Services) -> None:
        self._here = here

    def collect(self) -> Iterator[Metric]:
        workers: Workers = self._here.workers
        broken = CounterMetricFamily(
            "lodestone_queries_broken", "Queries that were refused or ended early.", labels=("cause",)
        )
        for cause in ("deadline", "memory", "lost", "abandoned", "refused", "error"):
            broken.add_metric((cause,), workers.broken[cause])
        yield broken
        yield CounterMetricFamily(
            "lodestone_queries_moved", "Queries that were not short after all.", value=workers.tried_again
        )
        yield CounterMetricFamily(
            "lodestone_queries", "Queries that were given to the workers.", value=workers.asked
        )
        yield GaugeMetricFamily("lodestone_queue", "Queries that wait for a worker.", value=workers.waiting)
        cache = self._here.answers
        yield GaugeMetricFamily("lodestone_cache_bytes", "Memory of kept answers.", value=cache.bytes)
        yield GaugeMetricFamily("lodestone_cache_entries", "Kept answers.", value=len(cache))
        yield CounterMetricFamily("lodestone_cache_hits", "Answers found in the cache.", value=cache.hits)
        yield CounterMetricFamily("lodestone_cache_misses", "Answers not found there.", value=cache.misses)
        try:
            snapshot = self._here.snapshot()
        except StoreError:
            return
        yield GaugeMetricFamily("lodestone_version", "The published version.", value=snapshot.number)
        yield GaugeMetricFamily(
            "lodestone_versions_kept", "Versions that are kept.", value=len(snapshot.layout.versions())
        )
        counts = GaugeMetricFamily("lodestone_claims", "Claims of the published version.", labels=("state",))
        for state in ("active", "inactive"):
            counts.add_metric((state,), snapshot.manifest.counts.get(state, 0))
        yield counts


@metrics.get("/metrics")
def page() -> Response:
    """Everything that is counted, as Prometheus reads it."""
    here = services(current_app)
    state = CollectorRegistry()
    state.register(_State(here))
    text = generate_latest(here.requests.registry) + generate_latest(state)
    response = Response(text, content_type=CONTENT_TYPE_LATEST)
    response.headers["Cache-Control"] = "no-store"
    return response
