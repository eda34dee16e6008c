"""Inference in a store, whatever comes and goes, under the ontology's own axioms and under random ones.

Facts, the graph of inferences, annotations and restricted datasets, against naive evaluation.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, NamedNode

from kg.dataset.annotated.view import Support, View
from kg.dataset.chains import scanning
from kg.dataset.checks.invariants import check_dataset
from kg.dataset.record.records import DEFAULT
from kg.dataset.restricted import restricted
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.terms import ntriples
from kg.dataset.writer import Writer
from kg.infer import joins as joins_module
from kg.infer import rules as rules_module
from kg.infer.joins import Joins, ontology_joins
from kg.infer.rules import Triple, ontology_rules
from ontology.vocab import LS
from tests.dataset.test_inferring import base, said
from tests.infer.closure import Proofs, chained, kept, proofs_of_all
from tests.infer.test_joins import AXIOMS, HEAD
from tests.infer.test_joins import PROPERTIES as OTHERS
from tests.nightly import NIGHTLY

NODES = [f"<http://ex.org/{name}>" for name in "abcd"]
OWN = [f"<{term}>" for term in (LS.locatedIn, LS.subdivisionOf, LS.holdsLicenseFor, LS.madeOf)]


def triples(properties: list[str]) -> st.SearchStrategy[Triple]:
    return st.tuples(st.sampled_from(NODES), st.sampled_from(properties), st.sampled_from(NODES))


def histories(properties: list[str]) -> st.SearchStrategy[list[tuple[str, object]]]:
    """Steps: claims that come, claims that go, base data that comes and goes."""
    return st.lists(
        st.one_of(
            st.tuples(st.just("claim"), st.lists(triples(properties), min_size=1, max_size=2, unique=True)),
            st.tuples(st.just("claim"), st.lists(triples(properties), min_size=1, max_size=2, unique=True)),
            st.tuples(st.just("retract"), st.integers(0, 5)),
            st.tuples(st.just("base"), triples(properties)),
            st.tuples(st.just("remove"), triples(properties)),
            st.just(("commit", None)),
        ),
        min_size=1,
        max_size=7,
    )


class History:
    """A store to which things happened, and what should be in it."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.claims: dict[str, list[Triple]] = {}
        self.base: set[Triple] = set()

    def play(self, steps: list[tuple[str, object]]) -> None:
        for number, (kind, what) in enumerate(steps):
            match kind, what:
                case "claim", list(stated):
                    [added] = self.writer.add([said(*stated, title=str(number))])
                    self.claims[added.iri] = stated
                case "retract", int(place) if self.claims:
                    gone = sorted(self.claims)[place % len(self.claims)]
                    self.writer.retract(gone, reason="x", by="y")
                    del self.claims[gone]
                case "base", tuple(triple):
                    self.writer.add_base([base(triple)])
                    self.base.add(triple)
                case "remove", tuple(triple):
                    self.writer.remove_base([base(triple)])
                    self.base.discard(triple)
                case "commit", _:
                    self.writer.commit()


def follows(joins: Joins, stated: set[Triple], given_: set[Triple]) -> tuple[Proofs, Proofs]:
    """Facts, and what is listed as inferred, each with its minimal proofs."""
    proofs = proofs_of_all(joins, stated, given_)
    listed = chained(joins, proofs)
    for one in stated:
        for other in joins.rules.consequences(one):
            listed.setdefault(other, set()).add(frozenset((one,)))
    facts = {t: sets - {frozenset()} for t, sets in proofs.items() if sets - {frozenset()}}
    return facts, {t: kept(sets) for t, sets in listed.items() if sets}


def found(view: View, graph: NamedNode | DefaultGraph) -> set[Triple]:
    return {
        (str(q.subject), str(q.predicate), ntriples(q.object))
        for q in view.main.quads_for_pattern(None, None, None, graph)
        if str(q.subject) in NODES
    }


def supported(claims: dict[str, list[Triple]], proofs: set[frozenset[Triple]], *, base_: bool) -> Support:
    """The support that minimal proofs are."""
    every = {
        tuple(sorted(tuple(sorted(c for c, stated in claims.items() if t in stated)) for t in proof))
        for proof in proofs
    }
    facts = tuple(sorted(proof[0] for proof in every if len(proof) == 1))
    return Support(base_, facts, tuple(sorted(proof for proof in every if len(proof) > 1)))


def check(history: History, joins: Joins) -> None:
    snapshot = published(history.writer)
    claims = history.claims
    stated = {t for some in claims.values() for t in some}
    facts, listed = follows(joins, stated, history.base)
    assert found(snapshot, DEFAULT) == {*facts, *history.base}
    assert found(snapshot, snapshot.inferred) == set(listed)
    assert snapshot.index is not None
    for triple, proofs in facts.items():
        terms = base(triple).triple
        expected = supported(claims, proofs, base_=triple in history.base)
        assert snapshot.fact_support(*terms) == expected, triple
        [[_, _, _, name]] = snapshot.index.matching(*terms)
        assert snapshot.index.supports([name]) == [expected], triple
    for triple, proofs in listed.items():
        support = snapshot.graph_support(snapshot.inferred, *base(triple).triple)
        assert support == supported(claims, proofs, base_=False), triple
    assert list(check_dataset(snapshot)) == []
    for size in range(len(claims)):
        for some in combinations(sorted(claims), size):
            part = restricted(snapshot, lambda candidate, some=some: candidate.iri in some)
            left, still = follows(joins, {t for c in some for t in claims[c]}, history.base)
            assert found(part, DEFAULT) == {*left, *history.base}
            assert found(part, part.inferred) == set(still)


def published(writer: Writer) -> Snapshot:
    writer.touch()
    writer.commit()
    return Reader(writer.layout.root).current()


@contextmanager
def a_history() -> Iterator[History]:
    folder = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of its own there
    with tempfile.TemporaryDirectory(dir=folder) as path, Writer(Path(path) / "store") as writer:
        yield History(writer)


@contextmanager
def axioms(text: str) -> Iterator[None]:
    """The ontology with axioms of its own."""

    def clear() -> None:
        ontology_rules.cache_clear()
        ontology_joins.cache_clear()

    def turtle(name: str) -> str:
        return text if name == "trade" else HEAD

    clear()
    try:
        with patch.object(rules_module, "turtle", turtle), patch.object(joins_module, "turtle", turtle):
            yield
    finally:
        clear()


@contextmanager
def scanned(eagerly: bool) -> Iterator[None]:
    """Properties are read as a whole when they are first asked about, or not at all."""
    with patch.object(scanning, "_FIRST", 1 if eagerly else 10**9), patch.object(scanning, "_WORTH", 10**6):
        yield


@settings(max_examples=150 if NIGHTLY else 12)
@given(histories(OWN), st.booleans())
def test_under_the_ontologys_own_axioms(steps: list[tuple[str, object]], eagerly: bool) -> None:
    with scanned(eagerly), a_history() as history:
        history.play(steps)
        check(history, ontology_joins())


@settings(max_examples=200 if NIGHTLY else 15)
@given(st.lists(AXIOMS, min_size=1, max_size=5), histories(OTHERS), st.booleans())
def test_under_random_axioms(some: list[str], steps: list[tuple[str, object]], eagerly: bool) -> None:
    with axioms(HEAD + "\n".join(some)), scanned(eagerly), a_history() as history:
        history.play(steps)
        check(history, ontology_joins())
