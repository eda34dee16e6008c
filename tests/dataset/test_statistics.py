"""Statistics of a default graph: what is counted, and that the text beside a snapshot keeps it."""

import pytest

from kg.dataset.statistics import PredicateStatistics, Statistics, gather
from kg.dataset.terms import RdfFormat, Store

EX = "http://ex.org/"


def store(turtle: str) -> Store:
    found = Store()
    found.load(f"@prefix : <{EX}> . {turtle}", RdfFormat.TRIG)
    return found


PEOPLE = store(
    " ".join(f":u{n} a :Person ; :likes :p{n % 3}, :p{n % 5} . :p{n} :by :u{n} ." for n in range(20))
)


def test_triples_and_distinct_ends_are_counted() -> None:
    found = gather(PEOPLE)
    assert found.triples == len(PEOPLE)
    assert found.predicates[EX + "by"] == PredicateStatistics(20, 20, 20)
    assert found.predicates[EX + "likes"].subjects == 20
    assert found.predicates[EX + "likes"].objects == 5


def test_named_graphs_are_not_counted() -> None:
    found = gather(store(":a :p :b . GRAPH :g { :a :p :c . :a :q :b }"))
    assert found.predicates == {EX + "p": PredicateStatistics(1, 1, 1)}


def test_the_sample_tells_which_predicates_meet_in_a_node() -> None:
    found = gather(PEOPLE)
    people, liked = found.leaving[EX + "likes"], found.entering[EX + "likes"]
    assert found.nodes == 40
    assert people.bit_count() == 20
    assert people == found.entering[EX + "by"]
    assert liked.bit_count() == 5
    assert liked & found.leaving[EX + "by"] == liked
    assert people & liked == 0


def test_frequent_kinds_are_told_apart() -> None:
    kinds = gather(PEOPLE).kinds
    assert [item for _, item in kinds] == [f"<{EX}Person>"]


def test_an_empty_store_has_empty_statistics() -> None:
    assert gather(Store()) == Statistics()


def test_the_text_comes_back_as_it_was() -> None:
    found = gather(PEOPLE)
    assert Statistics.from_json(found.to_json()) == found


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"triples": "many"}'])
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no statistics of a snapshot"):
        Statistics.from_json(text)


def test_statistics_hold_until_the_graph_has_grown_or_shrunk_by_a_fifth() -> None:
    found = Statistics(triples=1000)
    assert [found.outdated(triples) for triples in (790, 810, 1000, 1190, 1210)] == [
        True,
        False,
        False,
        False,
        True,
    ]
