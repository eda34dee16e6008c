"""Chains: what follows, what rests on what, and by which proofs; against naive evaluation."""

from hypothesis import given
from hypothesis import strategies as st

from kg.infer.joining import GIVEN, GROUNDED, Memory, extend, resting_on
from kg.infer.joins import Joins
from kg.infer.proofs import Search
from kg.infer.rules import TYPE, Pattern, Triple
from tests.infer.closure import chained, kept, proofs_of_all

EX = "http://ex.org/"
PROPERTIES = [f"<{EX}{name}>" for name in "pqrs"]
NODES = [f"<{EX}{name}>" for name in "abcd"]
HEAD = f"""@prefix : <{EX}> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""

_prop = st.sampled_from("pqrs")
_class = st.sampled_from("CDE")
_step = st.one_of(_prop.map(lambda p: f":{p}"), _prop.map(lambda p: f"[ owl:inverseOf :{p} ]"))
AXIOMS = st.one_of(
    _prop.map(lambda p: f":{p} a owl:TransitiveProperty ."),
    _prop.map(lambda p: f":{p} a owl:SymmetricProperty ."),
    st.tuples(_prop, _prop).map(lambda x: f":{x[0]} rdfs:subPropertyOf :{x[1]} ."),
    st.tuples(_prop, _prop).map(lambda x: f":{x[0]} owl:equivalentProperty :{x[1]} ."),
    st.tuples(_prop, _prop).map(lambda x: f":{x[0]} owl:inverseOf :{x[1]} ."),
    st.tuples(_prop, _class).map(lambda x: f":{x[0]} rdfs:domain :{x[1]} ."),
    st.tuples(_prop, _class).map(lambda x: f":{x[0]} rdfs:range :{x[1]} ."),
    st.tuples(_class, _class).map(lambda x: f":{x[0]} rdfs:subClassOf :{x[1]} ."),
    st.tuples(_prop, st.lists(_step, min_size=2, max_size=3)).map(
        lambda x: f":{x[0]} owl:propertyChainAxiom ( {' '.join(x[1])} ) ."
    ),
)
JOINS = st.lists(AXIOMS, min_size=1, max_size=6).map(
    lambda axioms: Joins.from_turtle(HEAD + "\n".join(axioms))
)
TRIPLES = st.one_of(
    st.tuples(st.sampled_from(NODES), st.sampled_from(PROPERTIES), st.sampled_from([*NODES, '"x"'])),
    st.tuples(st.sampled_from(NODES), st.just(TYPE), st.sampled_from([f"<{EX}{c}>" for c in "CDE"])),
)
DATA = st.lists(TRIPLES, min_size=1, max_size=6, unique=True)


class Stated(Memory):
    """A pool with what is stated in it."""

    def __init__(self, joins: Joins) -> None:
        super().__init__()
        self.joins = joins
        self.claimed: set[Triple] = set()
        self.base: set[Triple] = set()

    def state(self, triples: list[Triple], bits: int) -> dict[Triple, None]:
        stated = self.claimed if bits == GROUNDED else self.base
        for triple in triples:
            stated.add(triple)
            for each in (triple, *self.joins.rules.consequences(triple)):
                if bits == GROUNDED or each[1] != TYPE:
                    self.gain(each, bits)
        return dict.fromkeys(extend(self.joins, self, triples))

    def is_asserted(self, triple: Triple) -> bool:
        return triple in self.claimed

    def is_given(self, triple: Triple) -> bool:
        return triple in self.base

    def asserted(self, pattern: Pattern) -> list[Triple]:
        return [t for t in self.claimed if all(a in (None, b) for a, b in zip(pattern, t, strict=True))]

    def grounded(self) -> set[Triple]:
        return {triple for triple, bits in self if bits & GROUNDED}


@given(JOINS, st.lists(DATA, min_size=1, max_size=3), DATA)
def test_what_follows_is_what_naive_evaluation_finds_whatever_the_order(
    joins: Joins, batches: list[list[Triple]], base: list[Triple]
) -> None:
    pool = Stated(joins)
    for batch in batches:
        pool.state(batch, GROUNDED)
    pool.state(base, GIVEN)
    proofs = proofs_of_all(joins, pool.claimed, base)
    assert pool.grounded() == {t for t, sets in proofs.items() if sets - {frozenset()}}
    properties = {t for t, sets in proofs.items() if frozenset() in sets and t[1] != TYPE}
    assert {t for t, bits in pool if bits & GIVEN} == properties
    listed = chained(joins, proofs)
    assert {t for t, bits in pool.concluded.items() if bits & GROUNDED} == {t for t in listed if listed[t]}


@given(JOINS, DATA, st.lists(TRIPLES, max_size=3))
def test_the_proofs_of_a_triple_are_the_minimal_ones(
    joins: Joins, asserted: list[Triple], base: list[Triple]
) -> None:
    pool = Stated(joins)
    pool.state(asserted, GROUNDED)
    pool.state(base, GIVEN)
    search = Search(joins, pool)
    proofs = proofs_of_all(joins, asserted, base)
    listed = chained(joins, proofs)
    for one in asserted:
        for other in joins.rules.consequences(one):
            listed.setdefault(other, set()).add(frozenset((one,)))
    listed = {triple: kept(sets) for triple, sets in listed.items()}
    for triple, sets in proofs.items():
        if sets != {frozenset()} or triple[1] != TYPE:
            assert search.proofs(triple) == sets - {frozenset()}, triple
            assert search.proofs(triple, inferred=True) == listed.get(triple, set()), triple
            assert bool(search.concluded(triple) & GROUNDED) == bool(listed.get(triple)), triple


@given(JOINS, DATA, st.data())
def test_all_whose_proofs_change_are_told(joins: Joins, asserted: list[Triple], data: st.DataObject) -> None:
    pool = Stated(joins)
    pool.state(asserted, GROUNDED)
    before = proofs_of_all(joins, asserted)
    more = data.draw(DATA)
    reached = pool.state(more, GROUNDED)
    after = proofs_of_all(joins, [*asserted, *more])
    alone = {t for one in more for t in (one, *joins.rules.consequences(one))}
    for triple, sets in after.items():
        if sets != before.get(triple, set()):
            assert triple in reached or triple in alone
    lost = resting_on(joins, pool, more)
    for triple, sets in after.items():
        if sets != before.get(triple, set()):
            assert triple in lost or triple in alone


def test_what_is_only_given_is_concluded_from_given_triples_only() -> None:
    joins = Joins.from_turtle(HEAD + ":p a owl:TransitiveProperty .")
    there, back = (NODES[0], PROPERTIES[0], NODES[1]), (NODES[1], PROPERTIES[0], NODES[0])
    pool = Stated(joins)
    pool.state([there], GROUNDED)
    pool.state([back], GIVEN)
    assert not any(bits & GIVEN for bits in pool.concluded.values())
    assert pool.concluded[back] == GROUNDED
