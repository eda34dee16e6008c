"""The law of DESIGN section 5 on random stores: claims, denials, chains, base data, judgments held fixed.

Every subset of the claims is a dataset of its own, with which each answer is compared.
``LODESTONE_NIGHTLY=1`` asks for more stores.
"""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.claims.claim import Claim
from kg.dataset.restricted import restricted
from kg.dataset.snapshots import Reader
from kg.dataset.terms import NamedNode, Quad
from kg.dataset.writer import Writer
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings import BOOLEAN
from kg.query import Answer, query
from ontology.vocab import LS
from tests.dataset.judged import same
from tests.nightly import NIGHTLY

BASE = "https://w3id.org/lodestone/"
NAMES = tuple(f"urn:f{number}" for number in range(4))
PROPERTIES = (LS.holdsLicenseFor, LS.locatedIn, LS.subdivisionOf, LS.madeOf)
"""Two of them transitive, one a kind of another, one that a chain is made of."""
PLACES = st.integers(0, len(NAMES) - 1)
TRIPLES = st.tuples(PLACES, st.sampled_from(PROPERTIES), PLACES)
SAID = st.tuples(st.lists(TRIPLES, min_size=1, max_size=3), st.sampled_from(["positive"] * 4 + ["negative"]))
JUDGED = st.tuples(PLACES, PLACES).filter(lambda pair: pair[0] < pair[1])
ASKED = (
    "SELECT ?p ?c { ?p ls:holdsLicenseFor ?c }",
    "SELECT ?p ?d { ?p ls:holdsLicenseFor ?c . ?c ls:holdsLicenseFor ?d }",
    "SELECT ?g ?p ?c { GRAPH ?g { ?p ls:holdsLicenseFor ?c } }",
    "SELECT ?p { ?p ls:holdsLicenseFor ?c FILTER NOT EXISTS { ?c ls:holdsLicenseFor ?p } }",
    "SELECT ?p ?c ?d { ?p ls:holdsLicenseFor ?c OPTIONAL { ?c ls:holdsLicenseFor ?d } }",
    "SELECT ?p ?c { ?p ls:holdsLicenseFor+ ?c }",
    "SELECT ?p ?c FROM <%s> FROM <%s> { ?p ls:holdsLicenseFor ?c }",
    "SELECT ?p ?c { ?p ls:holdsLicenseForPartyIn ?c }",
    "SELECT ?p ?d { ?p ls:holdsLicenseForPartyIn ?c . ?c ls:locatedIn ?d }",
    "SELECT ?p ?c { ?p ls:locatedIn ?c FILTER NOT EXISTS { ?c ls:locatedIn ?p } }",
    "SELECT ?p ?c { ?p ls:locatedIn ?c MINUS { ?p ls:subdivisionOf ?c } }",
    "SELECT ?p ?c ?d { ?p ls:subdivisionOf ?c OPTIONAL { ?c ls:locatedIn ?d . ?d ls:madeOf ?p } }",
    "SELECT ?p ?c { { ?p ls:madeOf ?c } UNION { ?c ls:locatedIn ?p } }",
    "SELECT ?p ?c { ?p (ls:locatedIn/ls:madeOf|^ls:holdsLicenseFor) ?c }",
    "SELECT ?s ?p ?o { GRAPH <inferred> { ?s ?p ?o } }",
    "SELECT ?x ?class { ?x a ?class }",
    "SELECT ?p { ?p ls:locatedIn ?c FILTER EXISTS { GRAPH ?g { ?p ls:madeOf ?c } } }",
    "SELECT ?p (COUNT(?c) AS ?n) { ?p ls:locatedIn ?c } GROUP BY ?p",
    "SELECT ?p (COUNT(?c) AS ?n) { ?p ls:holdsLicenseForPartyIn ?c } GROUP BY ?p HAVING (COUNT(?c) > 1)",
    "ASK { ?p ls:locatedIn ?c . ?c ls:locatedIn ?p }",
    "SELECT ?m ?e { GRAPH <record> { ?m ls:canonicalEntity ?e } FILTER(?m != ?e) }",
    "CONSTRUCT { ?c ls:madeOf ?p } { ?p ls:locatedIn ?c }",
    "CONSTRUCT { ?c ls:madeOf ?n } { { SELECT ?c (COUNT(*) AS ?n) { ?p ls:locatedIn ?c } GROUP BY ?c } }",
    "ASK { ?p ls:locatedIn ?c } OFFSET 1",
    "ASK { ?p ls:locatedIn ?c } GROUP BY ?c HAVING (COUNT(*) > 1)",
    "SELECT ?p (COUNT(?c) AS ?n) { ?p ls:locatedIn ?c } GROUP BY ?p HAVING (NOT EXISTS { ?p ls:madeOf ?d })",
    "SELECT ?p { ?p ls:locatedIn ?c FILTER NOT EXISTS { SELECT ?c { ?c ls:locatedIn ?d } } }",
    "SELECT ?p { ?p ls:locatedIn ?c FILTER NOT EXISTS { ?c ls:locatedIn ?d MINUS { ?d ls:madeOf ?p } } }",
)


def _claim(triples: list[tuple[int, str, int]], polarity: str, number: int) -> Claim:
    return Claim.model_validate(
        {
            "triples": [f"<{NAMES[s]}> <{p}> <{NAMES[o]}> ." for s, p, o in triples],
            "polarity": polarity,
            "document": {"title": f"Document {number}"},
            "attribution": [{"kind": "publisher", "name": f"Publisher {number % 2}"}],
            "status": "accepted",
        }
    )


@settings(max_examples=250 if NIGHTLY else 10, deadline=None)
@given(
    said=st.lists(SAID, min_size=1, max_size=4),
    base=st.lists(TRIPLES, max_size=2),
    judged=st.sets(JUDGED, max_size=3),
)
def test_a_row_is_an_answer_exactly_where_its_circuit_is_true(
    tmp_path_factory: pytest.TempPathFactory,
    said: list[tuple[list[tuple[int, str, int]], str]],
    base: list[tuple[int, str, int]],
    judged: set[tuple[int, int]],
) -> None:
    claims = [_claim(triples, polarity, number) for number, (triples, polarity) in enumerate(said)]
    judgments = [same(NAMES[a], NAMES[b], reason=f"{a} {b}") for a, b in sorted(judged)]
    path = tmp_path_factory.mktemp("law") / "store"
    with Writer(path) as writer:
        writer.judge(judgments)
        writer.add(claims)
        writer.add_base([Quad(NamedNode(NAMES[s]), NamedNode(p), NamedNode(NAMES[o])) for s, p, o in base])
        writer.commit()
    whole = Reader(path).current()
    names = sorted({f"{BASE}claim/{claim.id}" for claim in claims})
    parts = [frozenset(some) for size in range(len(names) + 1) for some in combinations(names, size)]
    worlds = {some: restricted(whole, lambda claim, some=some: claim.iri in some) for some in parts}
    fixed = {f"{BASE}judgment/{judgment.id}" for judgment in judgments}
    for text in ASKED:
        sparql = f"BASE <{BASE}> " + text.replace("%s", names[0], 1).replace("%s", names[-1])
        answer = query(whole, sparql)
        provenance = answer.provenance
        assert provenance is not None
        assert provenance.complete, (provenance.reason, text)
        rows = _rows(answer, text)
        nodes = [row.node for row in provenance.rows if row.node is not None]
        if answer.boolean is not None:
            rows = [()]
        assert len(nodes) == len(rows)
        for some, there in worlds.items():
            stands = some | fixed
            held = evaluate(provenance.circuit, nodes, BOOLEAN, lambda token, s=stands: token.name in s)
            found = {row for row, node in zip(rows, nodes, strict=True) if held[node]}
            due = query(there, sparql, provenance="none")
            if answer.boolean is False:
                assert found == set()
            else:
                assert found == set(_rows(due, text)) & set(rows), (text, some)


def _rows(answer: Answer, text: str) -> list[object]:
    """Rows, of a grouped query by their keys; the triples of CONSTRUCT; of ASK one where it is true."""
    if answer.boolean is not None:
        return [()] * answer.boolean
    if answer.kind == "construct":
        return list(answer.triples)
    return [row[:-1] if "COUNT" in text else row for row in answer.rows]
