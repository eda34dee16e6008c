"""The scales of confidence in Turtle against the numbers that the claims reckon with."""

import pytest
from rdflib import RDF, SKOS, Graph, Literal, URIRef

from kg.claims.confidence import CREDIBILITY_TERM, PROBABILITY, RELIABILITY_TERM
from ontology import turtle
from ontology.vocab import LS

ICD_203 = [
    (LS.AlmostNoChance, 0.01, 0.05),
    (LS.VeryUnlikely, 0.05, 0.20),
    (LS.Unlikely, 0.20, 0.45),
    (LS.RoughlyEvenChance, 0.45, 0.55),
    (LS.Likely, 0.55, 0.80),
    (LS.VeryLikely, 0.80, 0.95),
    (LS.AlmostCertain, 0.95, 0.99),
]


@pytest.fixture(scope="module")
def graph() -> Graph:
    return Graph().parse(data=turtle("confidence"), format="turtle")


def number(graph: Graph, term: LS, predicate: LS) -> float:
    (value,) = graph.objects(URIRef(term), URIRef(predicate))
    assert isinstance(value, Literal)
    return float(value.toPython())


def test_the_probabilities_are_those_of_the_claims_both_ways(graph: Graph) -> None:
    found = {str(term): float(str(value)) for term, value in graph.subject_objects(URIRef(LS.probability))}
    assert found == {str(term): value for term, value in PROBABILITY.items()}


@pytest.mark.parametrize(("term", "low", "high"), ICD_203)
def test_words_of_likelihood_have_the_ranges_of_icd_203(
    graph: Graph, term: LS, low: float, high: float
) -> None:
    assert number(graph, term, LS.probabilityLow) == low
    assert number(graph, term, LS.probabilityHigh) == high


def test_no_word_of_likelihood_is_forgotten(graph: Graph) -> None:
    assert {str(w) for w in graph.subjects(RDF.type, URIRef(LS.Likelihood))} == {w for w, _, _ in ICD_203}


@pytest.mark.parametrize("term", [*PROBABILITY, *(word for word, _, _ in ICD_203)])
def test_every_number_says_where_it_comes_from(graph: Graph, term: LS) -> None:
    (basis,) = graph.objects(URIRef(term), URIRef(LS.probabilityBasis))
    assert ("own prior" if term in PROBABILITY else "ICD 203") in str(basis)


@pytest.mark.parametrize(
    ("terms", "concept", "scheme"),
    [
        (RELIABILITY_TERM, LS.SourceReliability, LS.SourceReliabilityScheme),
        (CREDIBILITY_TERM, LS.InformationCredibility, LS.InformationCredibilityScheme),
    ],
)
def test_the_admiralty_axes_are_complete(graph: Graph, terms: dict[str, LS], concept: LS, scheme: LS) -> None:
    assert {str(t) for t in graph.subjects(RDF.type, URIRef(concept))} == set(terms.values())
    for letter, term in terms.items():
        assert str(graph.value(URIRef(term), SKOS.notation)) == letter
        assert graph.value(URIRef(term), SKOS.inScheme) == URIRef(scheme)


@pytest.mark.parametrize("terms", [RELIABILITY_TERM, CREDIBILITY_TERM])
def test_a_better_rating_has_a_higher_probability_and_unknown_takes_even_odds(
    graph: Graph, terms: dict[str, LS]
) -> None:
    *known, unknown = (number(graph, term, LS.probability) for term in terms.values())
    assert known == sorted(set(known), reverse=True)
    assert all(0 < p < 1 for p in known)
    assert unknown == 0.5
