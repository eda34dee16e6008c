"""The shapes on a good record, and on that record with one thing wrong with it at a time."""

from functools import cache
from pathlib import Path

import pytest
from pyshacl import validate
from rdflib import RDF, SH, Graph, URIRef
from rdflib.collection import Collection

from kg.claims.types import (
    MODALITY_TERM,
    POLARITY_TERM,
    QUALIFIER_TERM,
    ROLE_INFO,
    STATUS_TERM,
)
from kg.identity.terms import KIND_TERM, VERDICT_TERM
from ontology import MODULES, turtle
from ontology.vocab import LS, PREFIXES, RDFS

RECORD = Path(__file__).with_name("record.ttl").read_text(encoding="utf-8")
C1 = "<https://w3id.org/lodestone/claim/11111111111111111111111111111111>"
DOCUMENT = "<https://w3id.org/lodestone/document/%s>"
JUDGMENT = "<https://w3id.org/lodestone/judgment/33333333333333333333333333333333>"
C2 = "<https://w3id.org/lodestone/claim/22222222222222222222222222222222>"


@cache
def shapes() -> Graph:
    return Graph().parse(data=turtle("shapes"), format="turtle")


def part(name: str) -> str:
    return f"<https://w3id.org/lodestone/claim/11111111111111111111111111111111#{name}>"


def problems(update: str | None = None) -> list[str]:
    """The messages on the record, after a SPARQL update that plants a defect."""
    record = Graph().parse(data=RECORD, format="turtle")
    if update is not None:
        before = set(record)
        record.update(update, initNs=PREFIXES)
        assert set(record) != before, "the update plants nothing"
    _, report, _ = validate(record, shacl_graph=shapes(), inference="none")
    assert isinstance(report, Graph)
    return sorted({str(message) for message in report.objects(None, SH.resultMessage)})


def test_a_good_record_passes_foreign_claims_included() -> None:
    assert problems() == []


def test_the_shapes_are_shacl() -> None:
    conforms, _, text = validate(
        Graph().parse(data=RECORD, format="turtle"),
        shacl_graph=shapes(),
        inference="none",
        meta_shacl=True,
    )
    assert conforms, text


def without(subject: str, predicate: str) -> str:
    return f"DELETE WHERE {{ {subject} {predicate} ?old }}"


def changed(subject: str, predicate: str, value: str) -> str:
    return (
        f"DELETE {{ {subject} {predicate} ?old }} INSERT {{ {subject} {predicate} {value} }} "
        f"WHERE {{ {subject} {predicate} ?old }}"
    )


def added(triples: str) -> str:
    return f"INSERT DATA {{ {triples} }}"


DEFECTS = {
    "no type": (without(C1, "ls:claimType"), "exactly one type"),
    "a type that is none": (changed(C1, "ls:claimType", "ls:Party"), "exactly one type"),
    "no hash": (without(C1, "ls:contentHash"), "hash of its content"),
    "a short hash": (changed(C1, "ls:contentHash", '"1234"'), "hash of its content"),
    "no document": (without(C1, "ls:document"), "exactly one document"),
    "a document not described": (
        changed(C1, "ls:document", "<http://example.org/d>"),
        "exactly one document",
    ),
    "no modality": (without(C1, "ls:modality"), "exactly one modality"),
    "two modalities": (added(f"{C1} ls:modality ls:Hedged"), "exactly one modality"),
    "a modality of its own": (changed(C1, "ls:modality", '"reported"'), "exactly one modality"),
    "no polarity": (without(C1, "ls:polarity"), "exactly one polarity"),
    "no status": (without(C1, "ls:status"), "exactly one review status"),
    "not recorded": (without(C1, "ls:recorded"), "recorded (ls:recorded)"),
    "recorded without a zone": (
        changed(C1, "ls:recorded", '"2025-05-14T09:00:00"^^xsd:dateTime'),
        "with its time zone",
    ),
    "said at a moment": (changed(C1, "ls:said", '"2025-05-13T00:00:00Z"^^xsd:dateTime'), "at most one day"),
    "no origin": (without(C1, "ls:origin"), "exactly one origin"),
    "two agents": (added(f"{C1} ls:agent <https://w3id.org/lodestone/agent/somebody>"), "at most one agent"),
    "two quotes": (added(f"{C1} ls:quote {part('quote-2')}"), "at most one quote"),
    "nobody says it": (without(C1, "ls:attribution"), "at least one voice"),
    "no assessment": (without(C1, "ls:assessment"), "exactly one assessment"),
    "supports a string": (added(f'{C1} ls:supports "that"'), "named by its IRI"),
    "rebuts itself": (added(f"{C1} ls:rebuts {C1}"), "supersede itself"),
    "a gap in the chain": (changed(part("attribution-3"), "ls:position", "4"), "1, 2, 3 and so on"),
    "two voices in one place": (changed(part("attribution-3"), "ls:position", "2"), "1, 2, 3 and so on"),
    "a place before the first": (changed(part("attribution-1"), "ls:position", "0"), "whole number from 1"),
    "a part of another claim": (changed(C2, "ls:quote", part("quote")), "named under it"),
    "one role twice": (changed(part("role-customer"), "ls:role", "ls:producer"), "each role to one"),
    "a retraction without a reason": (without(C2, "ls:retractionReason"), "and a reason"),
    "a reason without a retraction": (added(f'{C1} ls:retractionReason "no"'), "and a reason"),
    "no words": (without(part("quote"), "oa:exact"), "exact words"),
    "empty words": (changed(part("quote"), "oa:exact", '""'), "exact words"),
    "a start without an end": (without(part("quote"), "oa:end"), "both offsets or neither"),
    "an end that does not fit": (changed(part("quote"), "oa:end", "42"), "code points of oa:exact"),
    "offsets in the wrong order": (
        "DELETE { ?q oa:start 7 ; oa:end 41 } INSERT { ?q oa:start 41 ; oa:end 7 } WHERE { ?q oa:start 7 }",
        "code points of oa:exact",
    ),
    "a negative start": (changed(part("quote"), "oa:start", "-1"), "code points from 0"),
    "verified or not": (without(part("quote"), "ls:quoteVerified"), "whether it was verified"),
    "verified against nothing": (
        without(DOCUMENT % ("d" * 32), "ls:textHash"),
        "verified against",
    ),
    "verified nowhere": (
        f"DELETE WHERE {{ {part('quote')} oa:start ?start ; oa:end ?end }}",
        "verified quote has offsets",
    ),
    "no voice": (without(part("attribution-1"), "ls:voice"), "exactly one voice"),
    "nobody in a group": (changed(part("attribution-1"), "ls:groupCount", "0"), "at most one count"),
    "no role": (without(part("role-producer"), "ls:role"), "exactly one role"),
    "a role that is none": (
        changed(part("role-producer"), "ls:role", "ls:holdsLicenseFor"),
        "exactly one role",
    ),
    "no mention": (without(part("role-producer"), "ls:mention"), "exactly one mention"),
    "no wording": (without(part("role-producer"), "ls:wording"), "exactly one wording"),
    "named, perhaps": (changed(part("role-producer"), "ls:isNamed", '"perhaps"'), "ls:isNamed true or false"),
    "no canonical entity": (
        without("<https://w3id.org/lodestone/entity/a-carmaker>", "ls:canonicalEntity"),
        "exactly one canonical entity",
    ),
    "a time of nothing": (without(part("validity"), "ls:wording"), "words (ls:wording) or an EDTF date"),
    "a time backward": (
        changed(part("when"), "ls:latest", '"2025-04-01"^^xsd:date'),
        "not after its latest day",
    ),
    "a day in words": (changed(part("when"), "ls:earliest", '"April"'), "at most one earliest day"),
    "no value": (without(part("quantity"), "ls:quantityValue"), "exactly one value"),
    "no qualifier": (without(part("quantity"), "ls:qualifier"), "exactly one qualifier"),
    "an unrated source": (without(part("assessment"), "ls:sourceReliability"), "source's reliability"),
    "ratings collapsed": (
        changed(part("assessment"), "ls:informationCredibility", "ls:ReliabilityB"),
        "information's credibility",
    ),
    "a document unknown": (
        without(DOCUMENT % ("e" * 32), "dct:title"),
        "A document has an IRI",
    ),
    "a source of no kind": (
        without("<https://w3id.org/lodestone/source/example-wire>", "a"),
        "a kind: ls:AnonymousGroup",
    ),
    "a source without a label": (
        without("<https://w3id.org/lodestone/source/example-wire>", "rdfs:label"),
        "A source has a label",
    ),
    "an origin from nobody": (
        without("<https://w3id.org/lodestone/origin/file>", "ls:rootSource"),
        "root source",
    ),
    "an origin with two ratings": (
        added("<https://w3id.org/lodestone/origin/file> ls:sourceReliability ls:ReliabilityA"),
        "An origin has exactly one reliability",
    ),
    "an agent of no kind": (without("<https://w3id.org/lodestone/agent/reader>", "a"), "An agent is an"),
    "an agent without a name": (
        without("<https://w3id.org/lodestone/agent/reader>", "rdfs:label"),
        "An agent has a label",
    ),
    "a judgment of one": (without(JUDGMENT, "ls:right"), "exactly one right mention"),
    "a judgment of the same": (
        changed(JUDGMENT, "ls:right", "<https://w3id.org/lodestone/entity/a-carmaker>"),
        "ls:left and ls:right differ",
    ),
    "no verdict": (without(JUDGMENT, "ls:verdict"), "exactly one verdict"),
    "a kind that is none": (changed(JUDGMENT, "ls:judgmentKind", "ls:Same"), "exactly one kind"),
    "judged by nobody": (without(JUDGMENT, "ls:agent"), "exactly one agent"),
    "judged for nothing": (without(JUDGMENT, "ls:reason"), "exactly one reason"),
    "judged at no time": (without(JUDGMENT, "ls:made"), "was made (ls:made)"),
    "too sure": (changed(JUDGMENT, "ls:judgmentConfidence", '"1.5"^^xsd:double'), "at most 1"),
    "a judgment unreviewed": (changed(JUDGMENT, "ls:status", "ls:Unreviewed"), "ls:Accepted or ls:Rejected"),
    "a judgment undone without a reason": (without(JUDGMENT, "ls:retractionReason"), "and a reason"),
    "a feature of nothing": (without(f"{JUDGMENT[:-1]}#feature-1>", "ls:featureValue"), "ls:featureValue"),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_found_with_its_message(defect: str) -> None:
    update, message = DEFECTS[defect]
    found = problems(update)
    assert any(message in text for text in found), found


def test_what_the_whole_record_shows_is_told_of_the_claim_at_fault() -> None:
    (message,) = problems(added(f"{C1} ls:rebuts {C1}"))
    assert message.endswith(f"Not so: {C1[1:-1]}")


def test_every_shape_says_what_it_wants() -> None:
    graph = shapes()
    wanting = set(graph.objects(None, SH.property)) | set(graph.subjects(RDF.type, SH.SPARQLConstraint))
    wanting |= set(graph.subjects(SH["or"], None))
    assert len(wanting) > len(DEFECTS) / 2
    assert [shape for shape in wanting if not graph.value(shape, SH.message)] == []


def allowed(path: LS) -> set[frozenset[str]]:
    """The lists of values that shapes allow for a property."""
    graph = shapes()
    return {
        frozenset(str(value) for value in Collection(graph, values))
        for shape in graph.subjects(SH.path, URIRef(path))
        for values in graph.objects(shape, SH["in"])
    }


def test_the_shapes_allow_what_the_claims_know() -> None:
    assert allowed(LS.modality) == {frozenset(MODALITY_TERM.values())}
    assert allowed(LS.polarity) == {frozenset(POLARITY_TERM.values())}
    judged = set(STATUS_TERM.values()) - {LS.Unreviewed}
    assert allowed(LS.status) == {frozenset(STATUS_TERM.values()), frozenset(judged)}
    assert allowed(LS.qualifier) == {frozenset(QUALIFIER_TERM.values())}
    assert allowed(LS.verdict) == {frozenset(VERDICT_TERM.values())}
    assert allowed(LS.judgmentKind) == {frozenset(KIND_TERM.values())}
    assert allowed(LS.role) == {frozenset(info.property for info in ROLE_INFO.values())}


def test_the_shapes_allow_every_kind_of_event_as_type() -> None:
    graph = Graph()
    for name in MODULES:
        graph.parse(data=turtle(name), format="turtle")
    below = URIRef(RDFS + "subClassOf")
    kinds = {str(c) for c in graph.transitive_subjects(below, URIRef(LS.Event))}
    assert allowed(LS.claimType) == {frozenset(kinds - {LS.Event, LS.LicenseEvent})}
