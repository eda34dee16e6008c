"""What is timed, in the process that asks: our answers, with provenance and without, and the engine's own."""

import gc
import resource
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from pyoxigraph import Store

from kg.dataset.snapshots import Reader, Snapshot
from kg.query import Answer, query
from tests.benchmarks.baselines import NotCovered, npcs, sparqlcirc

MODES = ("bare", "written", "none", "how", "sure")
"""The engine on the bare triples; the engine on our store, the query as written; ours without
provenance; with circuits; with circuits and confidence."""

PLAIN = MODES[:3]
_WARM_UP = """
    SELECT ?s ?o WHERE { ?s <http://ogp.me/ns#title> ?o OPTIONAL { ?s <http://schema.org/text> ?c } } LIMIT 5
"""
_BYTES_PER_PAGE = resource.getpagesize()


@dataclass
class Stores:
    """What a process has open."""

    snapshot: Snapshot
    bare: Store
    claims: Store
    clock: Callable[[], float]


def opened(store: str, bare: str, claims: str, cpu: bool = False) -> Stores:
    """The stores, each asked once, so that nothing is measured that happens but once in a process.

    ``cpu`` counts the processor's time instead of the wall clock's.
    What is there by then (modules above all) is kept from the garbage collector, which
    would go through it before each measurement.
    """
    stores = Stores(
        Reader(Path(store)).current(),
        Store.read_only(bare),
        Store.read_only(claims),
        time.process_time if cpu else time.perf_counter,
    )
    for mode in MODES:
        ask(stores, mode, _WARM_UP)
    gc.collect()
    gc.freeze()
    return stores


def ask(stores: Stores, mode: str, text: str) -> list[Any]:
    """The rows, all of them read, and what belongs to each."""
    match mode:
        case "bare":
            return solutions(stores.bare.query(text))
        case "written":
            return solutions(stores.snapshot.query(text))
        case "none":
            return list(query(stores.snapshot, text, provenance="none").rows)
    return read_through(query(stores.snapshot, text, confidence=mode == "sure"))


def solutions(result: Any) -> list[tuple[Any, ...]]:
    """All rows of the engine's own answer."""
    return list(map(tuple, result))


def read_through(answer: Answer) -> list[Any]:
    """The rows of an answer; the circuit and every row's annotation are read as well."""
    provenance = answer.provenance
    if provenance is None:
        raise ValueError("the answer has no provenance")
    len(provenance.circuit)
    for row in provenance.rows:
        row.node, row.confidence  # noqa: B018 - reading may be what makes them
    return list(answer.rows)


def timed(
    stores: Stores, text: str, modes: Sequence[str], rounds: int, budget: float
) -> dict[str, list[float]]:
    """The milliseconds of each mode in each round, warm; the modes take turns.

    There are fewer rounds, down to one, where they would take longer than ``budget`` seconds.
    """
    found: dict[str, list[float]] = {mode: [] for mode in modes}
    for mode in modes:
        ask(stores, mode, text)
    left = rounds
    began = time.perf_counter()
    while left and (left == rounds or time.perf_counter() - began < budget):
        for mode in modes if left % 2 == 0 else reversed(modes):
            found[mode].append(once(stores, mode, text))
        left -= 1
    return found


def unseen(stores: Stores, wordings: Sequence[str]) -> float:
    """How many milliseconds more provenance takes, with circuits, for texts that were not seen before."""
    none, how = wordings[::2], wordings[1::2]
    times = [(once(stores, "none", a), once(stores, "how", b)) for a, b in zip(none, how, strict=True)]
    return median(b for _, b in times) - median(a for a, _ in times)


def once(stores: Stores, mode: str, text: str) -> float:
    """The milliseconds of one answer."""
    return _milliseconds(stores, lambda: ask(stores, mode, text))


def _milliseconds(stores: Stores, work: Callable[[], object]) -> float:
    gc.collect()
    began = stores.clock()
    work()
    return (stores.clock() - began) * 1000


def checked(stores: Stores, text: str, ordered: bool) -> dict[str, Any]:
    """How many rows, whether provenance changes them, and whether all are annotated."""
    plain = query(stores.snapshot, text, provenance="none")
    annotated = query(stores.snapshot, text, confidence=False)
    provenance = annotated.provenance
    if provenance is None:
        raise ValueError("the answer has no provenance")
    same = plain.variables == annotated.variables and (
        plain.rows == annotated.rows if ordered else Counter(plain.rows) == Counter(annotated.rows)
    )
    bare = solutions(stores.bare.query(text))
    limited = "LIMIT" in text
    right = len(bare) == len(plain.rows) if limited else Counter(bare) == Counter(plain.rows)
    return {
        "rows": len(plain.rows),
        "same": same and len(provenance.rows) == len(annotated.rows),
        "right": right,
        "complete": provenance.complete,
        "reason": provenance.reason,
        "nodes": len(provenance.circuit),
    }


def held(stores: Stores, mode: str, text: str) -> int:
    """The bytes by which the process has grown while an answer is held."""
    gc.collect()
    before = _resident()
    if mode == "none":
        answer = query(stores.snapshot, text, provenance="none")
    else:
        answer = query(stores.snapshot, text, confidence=mode == "sure")
        read_through(answer)
    gc.collect()
    grown = _resident() - before
    del answer
    return grown


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _BYTES_PER_PAGE


BASELINES: dict[str, Callable[[Store, str], Sequence[object]]] = {
    "npcs": npcs.answer,
    "sparqlcirc": sparqlcirc.answer,
}


def baseline(stores: Stores, name: str, text: str, rounds: int) -> dict[str, Any]:
    """The median milliseconds of a published way and the size of its answer, or why it has none."""
    answer = BASELINES[name]
    try:
        size = len(answer(stores.claims, text))
    except NotCovered as why:
        return {"reason": str(why)}
    times = [_milliseconds(stores, lambda: answer(stores.claims, text)) for _ in range(rounds)]
    return {"ms": median(times), "size": size}
