"""Inference at a million claim quads: what it adds to the load, what a retraction costs; and two reasoners.

    python tests/benchmarks/bench_infer.py [--claims 200000] [--against 1000,2000,4000] [--cap 60]

One claim in ten says where a firm or a place is, the others that a license was granted for
a firm; so a firm is in four places, three of them inferred, and each grant is a license
for a party in all four. The load is measured with the ontology's chains and without
them. The retraction is of the claim that puts a province into its country.

Times are processor seconds of all threads, so that a machine with other work tells the same.

owlrl and reasonable get what the claims state, and the ontology's axioms, in memory; they keep
no provenance and nothing on disk. They are asked at one size after the other, until one is
more than they do within the cap, in processor seconds: that is told.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from owlrl import DeductiveClosure, OWLRL_Semantics
from rdflib import Graph
from reasonable import PyReasoner

from kg.dataset.annotated import support, view
from kg.dataset.chains import closure, inferring
from kg.dataset.loading.rdf import ingest_rdf
from kg.dataset.writer import Writer
from kg.infer import joins
from kg.infer.joining import GROUNDED, Memory, extend
from kg.infer.rules import ontology_rules
from ontology import MODULES, turtle
from ontology.vocab import LS, RDF
from tests.benchmarks.results import Measure, record

FULL = 217_400
"""Claims that have a million quads."""


def levels(claims: int) -> tuple[int, ...]:
    """How many firms, towns, counties, provinces and countries there are: as the claims, but for the last."""
    return (*(max(2, number * claims // FULL) for number in (20_000, 2_000, 300)), 30, 8)


AGAINST = "1000,2000,4000,8000,16000,32000,64000,128000"
"""Claims at which reasoners are asked."""

MOST_MEMORY = 8 * 1024**3
"""Bytes of address space that a reasoner may take."""


PROVINCE = f"<http://example.org/place/3-0> <{LS.subdivisionOf}> <http://example.org/place/4-0>"


def place(level: int, number: int) -> str:
    """A firm (level 0) or a place."""
    return f"<http://example.org/place/{level}-{number}>"


def statements(claims: int, seed: int = 1) -> Iterator[tuple[str, list[str]]]:
    """Claims, each with its triples."""
    rng = random.Random(seed)  # noqa: S311 - data, no secret
    sizes = levels(claims)
    where = [(level, n) for level in (3, 2, 1, 0) for n in range(sizes[level])]
    for number in range(claims):
        graph = f"<http://example.org/claim/{number:08d}>"
        if number % 10 == 0:
            level, n = where[number // 10 % len(where)]
            prop = LS.locatedIn if level == 0 else LS.subdivisionOf
            yield graph, [f"{place(level, n)} <{prop}> {place(level + 1, n % sizes[level + 1])}"]
            continue
        event = f"<http://example.org/event/{number:08d}>"
        producer, customer = (place(0, rng.randrange(sizes[0])) for _ in range(2))
        yield (
            graph,
            [
                f"{event} <{RDF}type> <{LS.LicenseGranted}>",
                f"{event} <{LS.producer}> {producer}",
                f"{event} <{LS.customer}> {customer}",
                f"{producer} <{LS.holdsLicenseFor}> {customer}",
                f'{event} <http://example.org/number> "{number}"',
            ],
        )


def load(claims: int, folder: Path, *, chained: bool) -> dict[str, float]:
    """Seconds to load, and to retract one claim."""
    if not chained:
        joins.ontology_joins = lambda: joins.Joins.from_turtle("")  # type: ignore[assignment]
        for module in (inferring, view, support, closure):
            module.ontology_joins = joins.ontology_joins  # type: ignore[attr-defined]
    data = folder / "claims.nq"
    quads = 0
    with data.open("w", encoding="utf-8") as out:
        for graph, triples in statements(claims):
            quads += len(triples)
            out.writelines(f"{triple} {graph} .\n" for triple in triples)
    began = time.process_time()
    with Writer(folder / "store") as writer:
        ingest_rdf(writer, data)
        writer.commit()
        loaded = time.process_time()
        facts = writer.manifest.counts["facts"]
        gone = next(graph for graph, triples in statements(claims) if triples == [PROVINCE])
        writer.retract(gone[1:-1], reason="a benchmark", by="us")
        writer.commit()
    retracted = time.process_time()
    return {"quads": quads, "facts": facts, "load": loaded - began, "retract": retracted - loaded}


def owlrl(claims: int, folder: Path) -> dict[str, float]:
    """Seconds of owlrl's OWL 2 RL closure."""
    graph = Graph().parse(_written(claims, folder), format="turtle")
    began = time.process_time()
    DeductiveClosure(OWLRL_Semantics).expand(graph)
    return {"seconds": time.process_time() - began, "facts": len(graph)}


def reasonable(claims: int, folder: Path) -> dict[str, float]:
    """Seconds of reasonable's OWL 2 RL closure."""
    reasoner = PyReasoner()
    reasoner.load_file(str(_written(claims, folder)))
    began = time.process_time()
    found = reasoner.reason()
    return {"seconds": time.process_time() - began, "facts": len(found)}


def _written(claims: int, folder: Path) -> Path:
    """A file with what the claims state, each triple once, and the axioms."""
    axioms = Graph()
    for name in MODULES:
        if name != "alignment":
            axioms.parse(data=turtle(name), format="turtle")
    facts = dict.fromkeys(triple for _, triples in statements(claims) for triple in triples)
    path = folder / "facts.ttl"
    text = axioms.serialize(format="nt") + "".join(f"{fact} .\n" for fact in facts)
    path.write_text(text, encoding="utf-8")
    return path


def ours(claims: int, folder: Path) -> dict[str, float]:
    """Seconds of our closure of the same in memory, without a store: what a restricted dataset costs."""
    found = dict.fromkeys(triple for _, triples in statements(claims) for triple in triples)
    triples = [tuple(fact.split(" ", 2)) for fact in found]
    chains, rules = joins.ontology_joins(), ontology_rules()
    began = time.process_time()
    facts = set(triples)
    pool = Memory()
    for triple in triples:
        facts |= rules.consequences(triple)  # type: ignore[arg-type]
        for member in chains.members(triple):  # type: ignore[arg-type]
            pool.gain(member, GROUNDED)
    facts.update(extend(chains, pool, triples))  # type: ignore[arg-type]
    return {"seconds": time.process_time() - began, "facts": len(facts)}


KINDS = {
    "chained": lambda claims, folder: load(claims, folder, chained=True),
    "plain": lambda claims, folder: load(claims, folder, chained=False),
    "owlrl": owlrl,
    "reasonable": reasonable,
    "ours": ours,
}


def run(kind: str, claims: int, cap: int | None = None) -> dict[str, float] | None:
    """One measurement, in a process of its own; ``None`` if it takes more than so many processor seconds."""

    def bounded() -> None:
        if cap is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (cap, cap))
            resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))

    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--child", kind, str(claims), folder]
        done = subprocess.run(
            command, check=cap is None, stdout=subprocess.PIPE, text=True, preexec_fn=bounded
        )
    if done.returncode:
        return None
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _recorded(
    name: str,
    ours: float,
    theirs: float,
    baseline: str,
    before: dict[str, float],
    after: dict[str, float],
    size: int | None = None,
) -> None:
    """Hand over processor seconds of ours and of the baseline, and the most memory of each."""
    record(
        Measure(
            name,
            ours,
            theirs,
            baseline,
            size=int(after["quads"]) if size is None else size,
            cpu=ours,
            base_cpu=theirs,
            peak=after["peak_mb"],
            base_peak=before["peak_mb"],
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--claims", type=int, default=FULL)
    parser.add_argument(
        "--against", default=AGAINST, help="numbers of claims for the two reasoners, with commas"
    )
    parser.add_argument("--cap", type=int, default=60, help="processor seconds that a reasoner may take")
    parser.add_argument("--only-reasoners", action="store_true", help="leave the store out")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        kind, claims, folder = args.child
        found = KINDS[kind](int(claims), Path(folder))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({**found, "peak_mb": peak}))
        return
    if not args.only_reasoners:
        stored(args.claims)
    against([int(claims) for claims in args.against.split(",") if claims], args.cap)


def stored(claims: int) -> None:
    """Measure a store, with the ontology's chains and without."""
    plain, chained = run("plain", claims), run("chained", claims)
    assert plain is not None
    assert chained is not None
    for name, found in (("without chains", plain), ("with chains", chained)):
        sizes = f"{found['quads']:9,.0f} quads  {found['facts']:9,.0f} facts  peak {found['peak_mb']:5.0f} MB"
        print(f"{name:15} {sizes}  load {found['load']:6.1f} s  retraction {found['retract']:6.2f} s")
    added = chained["load"] - plain["load"]
    print(f"materialization ÷ load: {added / plain['load']:.2f}; ", end="")
    print(f"retraction ÷ load: {chained['retract'] / chained['load']:.3f}", flush=True)
    _recorded("load with chains", chained["load"], plain["load"], "load without chains", plain, chained)
    _recorded("retraction", chained["retract"], chained["load"], "the load", chained, chained)


def against(sizes: Sequence[int], cap: int) -> None:
    """Measure both reasoners beside the closure in memory, each until it takes longer than the cap."""
    going_on = ["owlrl", "reasonable"]
    for claims in sizes:
        mine = run("ours", claims) if going_on else None
        if mine is None:
            return
        _tell(claims, "ours", mine)
        for kind in tuple(going_on):
            found = run(kind, claims, cap)
            if found is None:
                going_on.remove(kind)
                print(
                    f"{claims:8,} claims  {kind:11} over {cap} s of processor time, or out of memory",
                    flush=True,
                )
                continue
            _tell(claims, kind, found)
            _recorded("closure", mine["seconds"], found["seconds"], kind, found, mine, claims)


def _tell(claims: int, kind: str, found: dict[str, float]) -> None:
    spent = f"{found['seconds']:7.2f} s  {found['facts']:9,.0f} triples  peak {found['peak_mb']:5.0f} MB"
    print(f"{claims:8,} claims  {kind:11} {spent}", flush=True)


if __name__ == "__main__":
    main()
