"""The rules against a naive fixpoint over single triples, which is the definition made executable."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.infer.rules import NOTHING, Pattern, Rules, Triple, ontology_rules
from ontology.vocab import LS, RDF, RDFS

EX = "http://example.org/"
TYPE = f"<{RDF}type>"
PREFIXES = f"""
@prefix : <{EX}> .
@prefix rdf: <{RDF}> .
@prefix rdfs: <{RDFS}> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

CLASSES = ("A", "B", "C", "D")
PROPERTIES = ("p", "q", "r", "t")
RESOURCES = (f"<{EX}x>", f"<{EX}y>", f"<{EX}z>", "_:b")
LITERALS = ('"x"', '"1"^^<http://www.w3.org/2001/XMLSchema#integer>')

Axiom = tuple[str, str, str]

axioms = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(CLASSES),
            st.sampled_from(("rdfs:subClassOf", "owl:equivalentClass")),
            st.sampled_from(CLASSES),
        ),
        st.tuples(
            st.sampled_from(PROPERTIES),
            st.sampled_from(("rdfs:subPropertyOf", "owl:equivalentProperty", "owl:inverseOf")),
            st.sampled_from(PROPERTIES),
        ),
        st.tuples(
            st.sampled_from(PROPERTIES),
            st.sampled_from(("rdfs:domain", "rdfs:range")),
            st.sampled_from(CLASSES),
        ),
        st.tuples(st.sampled_from(PROPERTIES), st.just("a"), st.just("owl:SymmetricProperty")),
    ),
    max_size=10,
)
triples = st.one_of(
    st.tuples(
        st.sampled_from(RESOURCES),
        st.sampled_from([f"<{EX}{p}>" for p in PROPERTIES]),
        st.sampled_from(RESOURCES + LITERALS),
    ),
    st.tuples(
        st.sampled_from(RESOURCES),
        st.just(TYPE),
        st.sampled_from([f"<{EX}{c}>" for c in CLASSES]),
    ),
)


def in_turtle(rules: list[Axiom]) -> str:
    def name(term: str) -> str:
        return term if ":" in term else f":{term}"

    return PREFIXES + "".join(f"{name(s)} {p if p == 'a' else name(p)} {name(o)} .\n" for s, p, o in rules)


def one_step(triple: Triple, rule: Axiom) -> set[Triple]:
    s, p, o = triple
    a, kind, b = (f"<{EX}{term}>" if ":" not in term and term != "a" else term for term in rule)
    found: set[Triple] = set()
    match kind:
        case "rdfs:subClassOf" | "owl:equivalentClass" if p == TYPE:
            if o == a:
                found.add((s, TYPE, b))
            if o == b and kind == "owl:equivalentClass":
                found.add((s, TYPE, a))
        case "rdfs:subPropertyOf" | "owl:equivalentProperty":
            if p == a:
                found.add((s, b, o))
            if p == b and kind == "owl:equivalentProperty":
                found.add((s, a, o))
        case "owl:inverseOf":
            if p == a:
                found.add((o, b, s))
            if p == b:
                found.add((o, a, s))
        case "rdfs:domain" if p == a:
            found.add((s, TYPE, b))
        case "rdfs:range" if p == a:
            found.add((o, TYPE, b))
        case "a" if p == a:
            found.add((o, p, s))
    return found


def by_brute_force(triple: Triple, rules: list[Axiom]) -> set[Triple]:
    """The fixpoint; a literal may be a subject on the way, as in generalized RDF, but not in the result."""
    known = {triple}
    while new := {t for old in known for rule in rules for t in one_step(old, rule)} - known:
        known |= new
    return {t for t in known - {triple} if not t[0].startswith('"')}


def matches(triple: Triple, pattern: Pattern) -> bool:
    return all(wanted is None or wanted == term for term, wanted in zip(triple, pattern, strict=True))


@given(axioms, triples)
def test_consequences_are_the_fixpoint(rules: list[Axiom], triple: Triple) -> None:
    assert Rules.from_turtle(in_turtle(rules)).consequences(triple) == by_brute_force(triple, rules)


ALL_TRIPLES: list[Triple] = [
    *product(RESOURCES[:2], [f"<{EX}{p}>" for p in PROPERTIES], (*RESOURCES[:2], LITERALS[0])),
    *product(RESOURCES[:2], [TYPE], [f"<{EX}{c}>" for c in CLASSES]),
]


@given(axioms)
def test_premises_are_exactly_what_a_triple_follows_from(rules: list[Axiom]) -> None:
    found = Rules.from_turtle(in_turtle(rules))
    for conclusion in ALL_TRIPLES:
        patterns = found.premises(conclusion)
        assert not any(subject is not None and subject.startswith('"') for subject, _, _ in patterns)
        for premise in ALL_TRIPLES:
            follows = conclusion in found.consequences(premise)
            assert any(matches(premise, pattern) for pattern in patterns) == follows, (premise, conclusion)


ONTOLOGY_TERMS = [f"<{term}>" for term in LS]


@given(
    st.sampled_from(RESOURCES),
    st.sampled_from([*ONTOLOGY_TERMS, TYPE, f"<{RDFS}label>"]),
    st.sampled_from([*ONTOLOGY_TERMS, *RESOURCES, *LITERALS]),
)
def test_in_the_ontology_consequences_are_closed_and_lead_back(s: str, p: str, o: str) -> None:
    rules = ontology_rules()
    found = rules.consequences((s, p, o))
    assert (s, p, o) not in found
    for consequence in found:
        assert not consequence[0].startswith('"')
        assert rules.consequences(consequence) <= found | {(s, p, o)}
        assert any(matches((s, p, o), pattern) for pattern in rules.premises(consequence))


def ls(name: str) -> str:
    return f"<{LS[name]}>"


def test_what_follows_from_an_end_user_of_a_grant() -> None:
    assert ontology_rules().consequences(("<e>", ls("endUser"), "<v>")) == {
        ("<e>", ls("customer"), "<v>"),
        ("<e>", ls("participant"), "<v>"),
        ("<e>", TYPE, ls("Event")),
        ("<v>", TYPE, ls("EndUser")),
        ("<v>", TYPE, ls("Customer")),
        ("<v>", TYPE, ls("Party")),
    }


def test_a_license_makes_nobody_a_producer_or_licensee() -> None:
    assert ontology_rules().consequences(("<b>", ls("holdsLicenseFor"), "<v>")) == {
        ("<v>", ls("hasLicensedProducer"), "<b>"),
        ("<b>", TYPE, ls("Party")),
        ("<v>", TYPE, ls("Party")),
    }


def test_an_importer_is_a_customer_and_no_end_user() -> None:
    assert ontology_rules().consequences(("<i>", TYPE, ls("Importer"))) == {
        ("<i>", TYPE, ls("Customer")),
        ("<i>", TYPE, ls("Party")),
    }


@pytest.mark.parametrize(
    "triple",
    [
        ("<e>", f"<{RDFS}label>", '"Volkswagen"'),
        ("<e>", "<http://example.org/unheard-of>", "<v>"),
        ("<e>", TYPE, "<http://example.org/Unheard>"),
        ("<e>", ls("earliest"), '"2025-04-21"^^<http://www.w3.org/2001/XMLSchema#date>'),
    ],
)
def test_where_nothing_follows_it_is_one_shared_empty_set(triple: Triple) -> None:
    assert ontology_rules().consequences(triple) is NOTHING


def test_alignment_adds_no_rules() -> None:
    assert ontology_rules().consequences(("<c>", TYPE, ls("Claim"))) is NOTHING


def test_what_no_single_triple_entails_is_not_read() -> None:
    rules = Rules.from_turtle(
        PREFIXES
        + """
        :p rdfs:range xsd:integer ; rdfs:domain owl:Thing , [ owl:unionOf ( :A :B ) ] .
        :q a owl:TransitiveProperty ; rdfs:subPropertyOf rdf:type .
        :A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :B ] .
        """
    )
    assert rules == Rules.from_turtle()


def test_a_symmetric_property_does_not_repeat_a_loop() -> None:
    rules = Rules.from_turtle(PREFIXES + ":p a owl:SymmetricProperty .")
    assert rules.consequences(("<x>", f"<{EX}p>", "<x>")) == frozenset()
    assert rules.premises(("<x>", f"<{EX}p>", "<x>")) == ()
    assert rules.premises(("<x>", f"<{EX}p>", "<y>")) == (("<y>", f"<{EX}p>", "<x>"),)
