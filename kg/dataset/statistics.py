"""What the planner knows of a snapshot's default graph: counts, and which predicates meet in one node.

Statistics only choose the order of evaluation, so old ones do no harm but to speed.
Which predicates occur together is read off a sample of nodes, as characteristic sets are
(Neumann and Moerkotte, ICDE 2011), but with the predicates that lead *to* a node beside
those that leave it, so that chains are covered as well as stars.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from pyoxigraph import DefaultGraph, Literal, Store

from kg.dataset.files import Layout, Manifest
from kg.dataset.terms import ntriples

STATISTICS_FILE = "statistics.json"

SAMPLED_NODES = 4096
SAMPLED_TRIPLES = 100_000
"""As many triples are read, at most, to find the sample."""

COUNTED = 2_000_000
"""Distinct subjects of a predicate are counted up to so many triples, beyond that reckoned from as many."""

MOST_PREDICATES = 4096
MOST_KINDS = 256
_LINKS_READ = 32
_GROWTH = 0.2
_KIND_SHARE = 64
"""A pair of predicate and object is told apart if one sampled node in so many has it."""


@dataclass(frozen=True, slots=True)
class PredicateStatistics:
    """Numbers of triples with one predicate, and of their distinct subjects and objects."""

    triples: int
    subjects: int
    objects: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of a default graph, and a sample of its subjects.

    Predicates are IRIs. Sets of sampled nodes are integers, one bit a node: ``leaving``
    holds the nodes that are subject of a predicate, ``entering`` those that are object of
    it, ``kinds`` those that have a frequent predicate and object (in N-Triples) together.
    """

    triples: int = 0
    predicates: Mapping[str, PredicateStatistics] = field(default_factory=dict)
    nodes: int = 0
    leaving: Mapping[str, int] = field(default_factory=dict)
    entering: Mapping[str, int] = field(default_factory=dict)
    kinds: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def outdated(self, triples: int) -> bool:
        """Whether a default graph of so many triples should be counted anew."""
        return abs(triples - self.triples) > _GROWTH * self.triples

    def to_json(self) -> str:
        """A compact text that ``from_json`` reads back; sets as hexadecimal numbers."""
        kinds: dict[str, dict[str, str]] = {}
        for (predicate, item), bits in self.kinds.items():
            kinds.setdefault(predicate, {})[item] = f"{bits:x}"
        found = {
            "triples": self.triples,
            "predicates": {p: [n.triples, n.subjects, n.objects] for p, n in self.predicates.items()},
            "nodes": self.nodes,
            "leaving": {p: f"{bits:x}" for p, bits in self.leaving.items()},
            "entering": {p: f"{bits:x}" for p, bits in self.entering.items()},
            "kinds": kinds,
        }
        return json.dumps(found, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Statistics":
        """Read what ``to_json`` wrote. Raises ``ValueError`` for anything else."""
        try:
            found: dict[str, Any] = json.loads(text)
            return cls(
                triples=int(found["triples"]),
                predicates={p: PredicateStatistics(*map(int, n)) for p, n in found["predicates"].items()},
                nodes=int(found["nodes"]),
                leaving={p: int(bits, 16) for p, bits in found["leaving"].items()},
                entering={p: int(bits, 16) for p, bits in found["entering"].items()},
                kinds={(p, o): int(bits, 16) for p, of in found["kinds"].items() for o, bits in of.items()},
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"these are no statistics of a snapshot: {error!r}") from error


def statistics_of(layout: Layout, manifest: Manifest) -> Statistics | None:
    """The statistics of a published version; ``None`` if it has none that can be read."""
    if not manifest.statistics:
        return None
    try:
        return Statistics.from_json((layout.snapshots / manifest.statistics).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def gather(store: Store) -> Statistics:
    """Count the default graph of a store; memory is bounded by ``COUNTED`` and the sample.

    About a second for a million triples, most of it spent in the engine.
    """
    counted = _rows(store, "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p")
    triples = sorted(((int(n.value), p.value) for p, n in counted), reverse=True)
    predicates = {p: _predicate(store, p, n) for n, p in triples[:MOST_PREDICATES]}
    return _with_sample(store, Statistics(sum(n for n, _ in triples), predicates))


def _rows(store: Store, text: str) -> Iterable[Any]:
    return store.query(text)  # type: ignore[return-value]  # a SELECT gives solutions


def _predicate(store: Store, predicate: str, triples: int) -> PredicateStatistics:
    """Objects come in the order of their hashes, so the distinct ones of a part tell those of the whole."""
    part = f"SELECT ?s ?o {{ ?s <{predicate}> ?o }} LIMIT {COUNTED}" if triples > COUNTED else ""
    pattern = f"{{ {part} }}" if part else f"?s <{predicate}> ?o"
    text = f"SELECT (COUNT(DISTINCT ?s) AS ?subjects) (COUNT(DISTINCT ?o) AS ?objects) {{ {pattern} }}"
    ((subjects, objects),) = _rows(store, text)
    grown = max(1.0, triples / COUNTED)
    found_subjects = int(subjects.value)
    return PredicateStatistics(
        triples,
        min(triples, round(found_subjects * (grown if found_subjects > COUNTED / 2 else 1))),
        min(triples, round(int(objects.value) * grown)),
    )


def _with_sample(store: Store, counts: Statistics) -> Statistics:
    """The engine keeps subjects in the order of their hashes: the first ones are a fair sample."""
    place: dict[Any, int] = {}
    leaving: defaultdict[str, int] = defaultdict(int)
    kinds: defaultdict[tuple[str, str], int] = defaultdict(int)
    for quad in islice(store.quads_for_pattern(None, None, None, DefaultGraph()), SAMPLED_TRIPLES):
        subject = quad.subject
        if subject not in place:
            if len(place) == SAMPLED_NODES:
                break
            place[subject] = len(place)
        bit = 1 << place[subject]
        leaving[quad.predicate.value] |= bit
        if not isinstance(quad.object, Literal):
            kinds[quad.predicate.value, ntriples(quad.object)] |= bit
    entering: defaultdict[str, int] = defaultdict(int)
    for node, number in place.items():
        links = store.quads_for_pattern(None, None, node, DefaultGraph())
        for predicate in {quad.predicate.value for quad in islice(links, _LINKS_READ)}:
            entering[predicate] |= 1 << number
    sizes = Counter({kind: bits.bit_count() for kind, bits in kinds.items()})
    frequent = [
        kind for kind, size in sizes.most_common(MOST_KINDS) if size >= max(16, len(place) // _KIND_SHARE)
    ]
    return Statistics(
        counts.triples,
        counts.predicates,
        len(place),
        dict(leaving),
        dict(entering),
        {kind: kinds[kind] for kind in frequent},
    )
