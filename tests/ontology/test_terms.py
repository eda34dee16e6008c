"""The Turtle files against the constants, the claims' tables, and what OWL 2 DL asks."""

from collections.abc import Iterator

import pytest
from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from kg.claims.claim import ClaimType, RoleName
from kg.claims.source import SOURCE_CLASS
from kg.claims.types import (
    MODALITY_TERM,
    POLARITY_TERM,
    QUALIFIER_TERM,
    ROLE_INFO,
    STATUS_TERM,
    TYPE_INFO,
)
from kg.identity.terms import KIND_TERM, VERDICT_TERM
from ontology import MODULES, turtle
from ontology.vocab import LS, NP, OA, ONTOLOGY, ORG, PREFIXES, PROV, SCHEMA

OWN = ONTOLOGY + "#"
PROPERTY_TYPES = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)


@pytest.fixture(scope="module")
def modules() -> dict[str, Graph]:
    return {name: Graph().parse(data=turtle(name), format="turtle") for name in MODULES}


@pytest.fixture(scope="module")
def whole(modules: dict[str, Graph]) -> Graph:
    merged = Graph()
    for graph in modules.values():
        for triple in graph:
            merged.add(triple)
    return merged


def below(graph: Graph, relation: URIRef, term: LS) -> set[str]:
    return {str(t) for t in graph.transitive_subjects(relation, URIRef(term))}


def own_terms(graph: Graph) -> Iterator[str]:
    for triple in graph:
        for term in triple:
            if isinstance(term, URIRef) and term.startswith(OWN):
                yield str(term)


def test_every_constant_is_defined_and_everything_defined_is_a_constant(whole: Graph) -> None:
    defined = {str(s) for s in whole.subjects(RDF.type) if str(s).startswith(OWN)}
    assert defined == {str(term) for term in LS}


def test_no_term_is_used_that_is_not_defined(whole: Graph) -> None:
    shapes = Graph().parse(data=turtle("shapes"), format="turtle")
    assert {*own_terms(whole), *own_terms(shapes)} <= {str(term) for term in LS}


def test_each_term_is_defined_in_the_file_that_the_constants_say(modules: dict[str, Graph]) -> None:
    order = list(LS)
    parts = {
        "claims": order[: order.index(LS.Party)],
        "trade": order[order.index(LS.Party) : order.index(LS.Rating)],
        "confidence": order[order.index(LS.Rating) :],
    }
    for name, terms in parts.items():
        defined = {str(s) for s in modules[name].subjects(RDF.type) if str(s).startswith(OWN)}
        assert defined == set(terms)


@pytest.mark.parametrize("term", LS)
def test_every_term_has_one_label_and_one_definition(term: LS, whole: Graph) -> None:
    for predicate in (RDFS.label, SKOS.definition):
        (words,) = whole.objects(URIRef(term), predicate)
        assert isinstance(words, Literal)
        assert words.language == "en"
        assert words.strip() == str(words) != ""
    assert str(whole.value(URIRef(term), SKOS.definition)).endswith(".")


def test_no_two_terms_have_one_definition(whole: Graph) -> None:
    definitions = [str(words) for words in whole.objects(None, SKOS.definition)]
    assert len(definitions) == len(set(definitions)) == len(LS)


def test_the_ontology_says_what_it_is(whole: Graph) -> None:
    (head,) = whole.subjects(RDF.type, OWL.Ontology)
    assert str(head) == ONTOLOGY
    for predicate in (OWL.versionIRI, OWL.versionInfo, DCTERMS.title, DCTERMS.description, DCTERMS.license):
        assert whole.value(head, predicate) is not None


def test_the_turtle_uses_the_prefixes_that_queries_may_use() -> None:
    for name in (*MODULES, "shapes"):
        graph = Graph(bind_namespaces="none").parse(data=turtle(name), format="turtle")
        for prefix, namespace in graph.namespaces():
            assert PREFIXES.get(prefix, str(namespace)) == str(namespace)


# --- the tables of the claims


@pytest.mark.parametrize("claim_type", ClaimType)
def test_a_claim_type_is_a_kind_of_event_with_direct_forms_that_fit(
    claim_type: ClaimType, whole: Graph
) -> None:
    info = TYPE_INFO[claim_type]
    assert info.event_class in below(whole, RDFS.subClassOf, LS.Event) - {LS.Event, LS.LicenseEvent}
    for form in info.direct:
        assert (URIRef(form.predicate), RDF.type, OWL.ObjectProperty) in whole
        for position, roles in ((RDFS.domain, form.subjects), (RDFS.range, form.objects)):
            for wanted in whole.objects(URIRef(form.predicate), position):
                for role in roles:
                    player = ROLE_INFO[role].player_class
                    assert player is not None
                    assert player in {str(c) for c in whole.transitive_subjects(RDFS.subClassOf, wanted)}


def test_the_corpus_types_that_stand_for_several_kinds_map_to_their_superclass(whole: Graph) -> None:
    pending = below(whole, RDFS.subClassOf, TYPE_INFO[ClaimType.LICENSE_PENDING].event_class)
    ended = below(whole, RDFS.subClassOf, TYPE_INFO[ClaimType.LICENSE_REVOKED].event_class)
    assert pending == {LS.LicensePending, LS.LicenseApplied, LS.LicenseReturned, LS.LicenseUnderReview}
    assert ended == {LS.LicenseEnded, LS.LicenseRevoked, LS.LicenseSuspended, LS.LicenseExpired}


@pytest.mark.parametrize("role", RoleName)
def test_a_role_is_a_participant_and_has_the_player_that_the_table_says(role: RoleName, whole: Graph) -> None:
    info = ROLE_INFO[role]
    assert info.property in below(whole, RDFS.subPropertyOf, LS.participant) - {LS.participant}
    assert (URIRef(info.property), RDF.type, URIRef(LS.Role)) in whole
    player = whole.value(URIRef(info.property), RDFS.range)
    assert (None if player is None else str(player)) == info.player_class


def test_every_role_of_the_ontology_is_in_the_table(whole: Graph) -> None:
    roles = {str(role) for role in whole.subjects(RDF.type, URIRef(LS.Role))}
    assert roles == {info.property for info in ROLE_INFO.values()}


@pytest.mark.parametrize(
    ("concept", "terms"),
    [
        (LS.Modality, MODALITY_TERM),
        (LS.Polarity, POLARITY_TERM),
        (LS.Status, STATUS_TERM),
        (LS.Qualifier, QUALIFIER_TERM),
        (LS.Verdict, VERDICT_TERM),
        (LS.JudgmentKind, KIND_TERM),
    ],
)
def test_the_concepts_of_a_kind_are_those_of_the_claims(
    concept: LS, terms: dict[object, LS], whole: Graph
) -> None:
    found = {str(individual) for individual in whole.subjects(RDF.type, URIRef(concept))}
    assert found == set(terms.values())
    schemes = {whole.value(URIRef(individual), SKOS.inScheme) for individual in found}
    assert len(schemes) == 1
    assert (schemes.pop(), RDF.type, SKOS.ConceptScheme) in whole


def test_the_kinds_of_source_are_those_of_the_claims(whole: Graph) -> None:
    assert below(whole, RDFS.subClassOf, LS.Source) - {LS.Source} == set(SOURCE_CLASS.values())


# --- distinctions that the domain lives by


def test_what_must_be_kept_apart_is_kept_apart(whole: Graph) -> None:
    assert (URIRef(LS.LegalEntity), OWL.disjointWith, URIRef(LS.CorporateGroup)) in whole
    assert (URIRef(LS.holdsLicenseFor), OWL.inverseOf, URIRef(LS.hasLicensedProducer)) in whole
    for one, other in (
        (LS.Producer, LS.Licensee),
        (LS.Producer, LS.Applicant),
        (LS.Applicant, LS.Licensee),
        (LS.Importer, LS.EndUser),
        (LS.LicenseDenied, LS.LicenseGranted),
        (LS.LicenseScope, LS.RestrictionImposed),
        (LS.LicenseReturned, LS.LicenseDenied),
        (LS.LicenseUnderReview, LS.LicenseSuspended),
    ):
        assert one not in below(whole, RDFS.subClassOf, other)
        assert other not in below(whole, RDFS.subClassOf, one)


# --- OWL 2 DL (Structural Specification, sections 5.8 and 11)


def declared(graph: Graph, *kinds: URIRef) -> set[Node]:
    return {term for kind in kinds for term in graph.subjects(RDF.type, kind)}


def test_nothing_is_two_kinds_of_property_or_both_class_and_datatype(whole: Graph) -> None:
    kinds = [declared(whole, kind) for kind in PROPERTY_TYPES]
    assert kinds[0] & kinds[1] == kinds[0] & kinds[2] == kinds[1] & kinds[2] == set()
    assert declared(whole, OWL.Class) & declared(whole, RDFS.Datatype) == set()


def test_every_class_and_property_in_an_axiom_is_declared(whole: Graph) -> None:
    classes = declared(whole, OWL.Class)
    properties = declared(whole, OWL.ObjectProperty, OWL.DatatypeProperty)
    for predicate in (RDFS.subClassOf, OWL.disjointWith, OWL.equivalentClass):
        for pair in whole.subject_objects(predicate):
            assert set(pair) <= classes, pair
    for predicate in (RDFS.subPropertyOf, OWL.inverseOf, OWL.equivalentProperty):
        for pair in whole.subject_objects(predicate):
            assert set(pair) <= properties, pair
    for prop, c in whole.subject_objects(RDFS.domain):
        assert prop in properties
        assert c in classes
    for prop, c in whole.subject_objects(RDFS.range):
        objects = prop in declared(whole, OWL.ObjectProperty)
        assert c in classes if objects else str(c).startswith(str(XSD))


def test_only_datatypes_that_owl_has_are_used(whole: Graph) -> None:
    lacking = {XSD.date, XSD.time, XSD.gYear, XSD.gYearMonth, XSD.duration}
    used = {o for o in whole.objects() if isinstance(o, URIRef)}
    used |= {o.datatype for o in whole.objects() if isinstance(o, Literal) and o.datatype is not None}
    assert used & lacking == set()


def test_every_predicate_is_built_in_or_declared(whole: Graph) -> None:
    built_in = {RDFS.label, RDFS.comment, RDFS.seeAlso, RDFS.isDefinedBy}
    syntax = (str(RDF), str(OWL), str(RDFS))
    known = declared(whole, *PROPERTY_TYPES) | built_in
    loose = {p for p in whole.predicates() if p not in known and not str(p).startswith(syntax)}
    assert loose == set()


def test_every_individual_with_a_name_has_a_class_of_its_own(whole: Graph) -> None:
    classes = declared(whole, OWL.Class)
    for individual in whole.subjects(RDF.type, OWL.NamedIndividual):
        assert set(whole.objects(individual, RDF.type)) & classes


# --- alignment


@pytest.mark.parametrize(
    "namespace",
    [PROV, OA, str(SKOS), ORG, SCHEMA, NP],
    ids=["PROV-O", "Web Annotation", "SKOS", "ORG", "schema.org", "nanopublications"],
)
def test_the_alignment_leads_to_each_vocabulary(namespace: str, modules: dict[str, Graph]) -> None:
    joins = (
        RDFS.subClassOf,
        RDFS.subPropertyOf,
        SKOS.closeMatch,
        SKOS.broadMatch,
        SKOS.relatedMatch,
        SKOS.exactMatch,
    )
    found = [
        (s, o)
        for s, p, o in modules["alignment"]
        if p in joins and str(s).startswith(OWN) and str(o).startswith(namespace)
    ]
    assert found


def test_the_alignment_says_nothing_about_foreign_terms(modules: dict[str, Graph]) -> None:
    for s, p, _ in modules["alignment"]:
        assert p == RDF.type or str(s).startswith(OWN) or isinstance(s, BNode)
