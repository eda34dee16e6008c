"""Judgments in answers: the law with names held fixed, their tokens, and answers without them."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from kg.claims.claim import Claim
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.writer import Writer
from kg.identity.judgment import Judgment
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings import BOOLEAN
from kg.query import TrustPolicy, query
from kg.query.formats.results import provenance_json
from ontology.vocab import LS
from tests.dataset.conftest import grant
from tests.dataset.judged import JL, JL_MAG, MADE, VW, named, same

FT = [{"kind": "publisher", "name": "FT"}]
BASE = "https://w3id.org/lodestone/"
AG = "urn:volkswagen-ag"
TESLA = "urn:tesla"
X = "urn:firm:x"
CLAIMS = (
    grant(named("JL MAG", JL_MAG), named("Volkswagen", VW)),
    grant(named("JL", JL), named("Volkswagen AG", AG), title="Another report", attribution=FT),
    grant(named("JL", JL), named("Tesla", TESLA), attribution=FT, title="A third"),
    grant(named("JL MAG", JL_MAG), named("Tesla", TESLA), polarity="negative", title="A denial"),
    Claim.model_validate(
        {
            "triples": [
                f"<{JL_MAG}> <{LS.holdsLicenseFor}> <{X}> .",
                f"<{JL}> <{LS.holdsLicenseFor}> <{X}> .",
                f"<{JL_MAG}> <{LS.madeOf}> <urn:m> .",
            ],
            "document": {"title": "Triples"},
            "attribution": FT,
            "status": "accepted",
        }
    ),
)
JUDGMENTS = (
    same(JL, JL_MAG, confidence=0.75),
    same(VW, AG, confidence=0.5, reason="its legal name"),
    same(JL, TESLA, verdict="different"),
)
QUERIES = (
    "SELECT ?p ?c { ?p ls:holdsLicenseFor ?c }",
    "SELECT DISTINCT ?name { ?p ls:holdsLicenseFor ?c . ?c rdfs:label ?name }",
    "SELECT ?p ?c ?d { ?p ls:holdsLicenseFor ?c , ?d FILTER(STR(?c) < STR(?d)) }",
    "SELECT ?x { { ?x a ls:Party } UNION { ?x ls:hasLicensedProducer ?y } }",
    "SELECT ?claim ?p ?c { GRAPH ?claim { ?p ls:holdsLicenseFor ?c } }",
    "SELECT ?x { GRAPH <inferred> { ?x a ls:Party } }",
    "SELECT ?p ?c ?name { ?p ls:holdsLicenseFor ?c OPTIONAL { ?c rdfs:label ?name } }",
    "SELECT ?p ?c { GRAPH ?claim { ?p ls:holdsLicenseFor ?c } MINUS { ?e ls:producer ?p ; ls:customer ?c } }",
    "SELECT ?c (COUNT(?e) AS ?n) { ?e a ls:LicenseGranted ; ls:customer ?c } GROUP BY ?c",
    "SELECT ?p ?q { ?p (ls:holdsLicenseFor/^ls:holdsLicenseFor)+ ?q }",
    "SELECT ?m ?e { GRAPH <record> { ?m ls:canonicalEntity ?e } FILTER(?m != ?e) }",
    "SELECT ?j ?l { GRAPH <record> { ?j a ls:Judgment ; ls:left ?l } }",
    "SELECT ?p { ?p ls:holdsLicenseFor ?c } ORDER BY ?c LIMIT 1",
    "ASK { ?x ls:holdsLicenseFor <urn:firm:x> }",
    "SELECT ?claim ?p FROM NAMED <%s> { GRAPH ?claim { ?p ls:holdsLicenseFor ?c } }",
)


def store(path: Path, claims: Any, judgments: Any) -> Snapshot:
    with Writer(path) as writer:
        writer.judge(judgments)
        writer.add(claims)
        writer.commit()
    return Reader(path).current()


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[frozenset[str], Snapshot]:
    """D(S) for every subset S of the claims, the judgments held fixed."""
    folder = tmp_path_factory.mktemp("worlds")

    def subsets() -> Iterator[tuple[Claim, ...]]:
        for size in range(len(CLAIMS) + 1):
            yield from combinations(CLAIMS, size)

    return {
        frozenset(f"{BASE}claim/{claim.id}" for claim in some): store(folder / str(n), some, JUDGMENTS)
        for n, some in enumerate(subsets())
    }


@pytest.fixture(scope="module")
def whole(worlds: dict[frozenset[str], Snapshot]) -> Snapshot:
    return worlds[max(worlds, key=len)]


def iri(judgment: Judgment) -> str:
    return f"{BASE}judgment/{judgment.id}"


def text_of(query: str) -> str:
    return f"BASE <{BASE}> {query.replace('%s', BASE + 'claim/' + CLAIMS[0].id)}"


@pytest.mark.parametrize("sparql", QUERIES)
def test_a_row_is_an_answer_exactly_where_its_circuit_is_true(
    worlds: dict[frozenset[str], Snapshot], whole: Snapshot, sparql: str
) -> None:
    asked = text_of(sparql)
    everything = asked.partition(" LIMIT")[0]
    answer = query(whole, asked)
    provenance = answer.provenance
    assert provenance is not None
    assert provenance.complete, provenance.reason
    nodes = [row.node for row in provenance.rows if row.node is not None]
    assert len(nodes) == (len(answer.rows) if answer.boolean is None else 1) > 0
    keys = [row[:-1] if "COUNT" in asked else row for row in answer.rows]
    for some, snapshot in worlds.items():
        stands = some | {iri(judgment) for judgment in JUDGMENTS}
        held = evaluate(provenance.circuit, nodes, BOOLEAN, lambda token, s=stands: token.name in s)
        plain = query(snapshot, everything, provenance="none")
        if answer.boolean is not None:
            assert held[nodes[0]] == plain.boolean
            continue
        found = {row for row, node in zip(keys, nodes, strict=True) if held[node]}
        there = {row[:-1] if "COUNT" in asked else row for row in plain.rows}
        assert found == there & set(keys), some


def test_a_judgment_stands_in_the_circuit_and_is_described(whole: Snapshot) -> None:
    answer = query(whole, f"ASK {{ <{JL}> ls:holdsLicenseFor <{min(VW, AG)}> }}")
    told = answer.provenance
    assert told is not None
    member = provenance_json(told)
    entity = member["claims"][iri(JUDGMENTS[0])]
    assert entity == {
        "label": "JL is the same as JL MAG",
        "quote": None,
        "document": None,
        "source": "A. Analyst",
        "probability": 0.75,
    }
    tokens = {node["claim"] for node in member["circuit"] if node["op"] == "token"}
    assert tokens == {*(f"{BASE}claim/{c.id}" for c in CLAIMS[:2]), *map(iri, JUDGMENTS[:2])}


def test_a_judgment_is_an_independent_variable_and_no_origin(whole: Snapshot) -> None:
    claims = [f"{BASE}claim/{claim.id}" for claim in CLAIMS]
    infos = [whole.claim_info(name) for name in claims[:2]]
    one, other = (info.probability for info in infos if info is not None)
    [row] = query(whole, f"ASK {{ <{JL}> ls:holdsLicenseFor <{min(VW, AG)}> }}").provenance.rows
    by_judgment = (one * (0.75 if min(VW, AG) == VW else 0.375), other * (0.5 if min(VW, AG) == VW else 1))
    assert row.confidence == pytest.approx(1 - (1 - by_judgment[0]) * (1 - by_judgment[1]))
    assert row.origins == 2
    text = f"SELECT ?j {{ GRAPH <{BASE}record> {{ ?j ls:verdict ls:Same }} }}"
    rows = query(whole, text).provenance.rows
    assert sorted(row.confidence for row in rows) == [0.5, 0.75]
    assert {row.origins for row in rows} == {None}


POLICIES = [
    (TrustPolicy(without=frozenset([iri(JUDGMENTS[0])])), (1, 2)),
    (TrustPolicy(without=frozenset([iri(JUDGMENTS[1])])), (0, 2)),
    (TrustPolicy(without=frozenset([iri(JUDGMENTS[2])])), (0, 1)),
    (TrustPolicy(without=frozenset(map(iri, JUDGMENTS))), ()),
    (TrustPolicy(min_confidence=0.6), (0, 2)),
    (TrustPolicy(min_confidence=0.6, valid_at=MADE.date()), (0, 2)),
    (TrustPolicy(known_at=datetime(2100, 1, 1, tzinfo=UTC)), (0, 1, 2)),
    (TrustPolicy(known_at=MADE - timedelta(seconds=1)), ()),
]


@pytest.mark.parametrize("place", range(len(POLICIES)))
def test_without_a_judgment_it_is_the_answer_of_a_store_that_never_had_it(tmp_path: Path, place: int) -> None:
    policy, kept = POLICIES[place]
    told = [c.model_copy(update={"recorded": MADE - timedelta(days=1)}) for c in CLAIMS]
    whole = store(tmp_path / "whole", told, JUDGMENTS)
    due = store(tmp_path / "due", told, [JUDGMENTS[number] for number in kept])
    rest = TrustPolicy(min_confidence=policy.min_confidence, valid_at=policy.valid_at)
    for sparql in QUERIES:
        found, wanted = query(whole, text_of(sparql), policy=policy), query(due, text_of(sparql), policy=rest)
        assert found.boolean == wanted.boolean
        if "LIMIT" not in sparql:
            assert Counter(_told(found)) == Counter(_told(wanted)), sparql


def _told(answer: Any) -> list[object]:
    rows = answer.rows if answer.boolean is None else [answer.boolean]
    told = answer.provenance
    assert told.complete, told.reason
    return [
        (row, round(of.confidence or 0, 9), of.origins, of.contested)
        for row, of in zip(rows, told.rows, strict=True)
    ]


def test_what_was_undone_is_known_for_the_time_before(tmp_path: Path) -> None:
    told = [c.model_copy(update={"recorded": MADE - timedelta(days=1)}) for c in CLAIMS]
    whole = store(tmp_path / "store", told, JUDGMENTS)
    with Writer(tmp_path / "store") as writer:
        for judgment in JUDGMENTS:
            writer.undo(iri(judgment), reason="x", by="y", at=MADE + timedelta(days=1))
        writer.commit()
    later = Reader(tmp_path / "store").current()
    for sparql in QUERIES:
        found = query(later, text_of(sparql), policy=TrustPolicy(known_at=MADE))
        wanted = query(whole, text_of(sparql))
        assert found.boolean == wanted.boolean
        if "LIMIT" not in sparql:
            assert Counter(_told(found)) == Counter(_told(wanted)), sparql


def test_a_license_is_ended_whatever_the_one_who_says_so_calls_the_holder(tmp_path: Path) -> None:
    said = {"when": {"text": "in May", "edtf": "2025-05-10"}}
    held = grant(named("JL MAG", JL_MAG), named("Volkswagen", VW), **said)
    ended = grant(
        named("JL", JL),
        named("Volkswagen", VW),
        type="license_revoked",
        title="The end",
        when={"text": "in June", "edtf": "2025-06-10"},
    )
    whole = store(tmp_path / "store", [held, ended], [JUDGMENTS[0]])
    day = datetime(2025, 7, 1, tzinfo=UTC).date()
    asked = f"ASK {{ ?p ls:holdsLicenseFor <{VW}> }}"
    assert query(whole, asked, policy=TrustPolicy(valid_at=day)).boolean is False
    without = TrustPolicy(valid_at=day, without=frozenset([iri(JUDGMENTS[0])]))
    assert query(whole, asked, policy=without).boolean is True
