"""Answers under trust policies on a real store: those of the dataset with just the claims that each keeps."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kg.claims.claim import Claim
from kg.dataset.annotated.view import Support
from kg.dataset.restricted import Candidate, restricted
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.writer import Writer
from kg.query import query
from kg.query.trust.policy import TrustPolicy
from kg.query.trust.under import query_under
from ontology.vocab import LS
from tests.dataset.conftest import grant
from tests.query.law import graph_of
from tests.query.test_store_law import BASE, QUERIES, RETRACTED

FT = [{"kind": "publisher", "name": "FT"}]
MAY, JUNE, JULY = (datetime(2025, month, 1, tzinfo=UTC) for month in (5, 6, 7))


def triples(*text: str, **changes: object) -> Claim:
    return Claim.model_validate(
        {"triples": list(text), "document": {"title": "Triples"}, "attribution": FT, **changes}
    )


def said(claim: Claim, when: datetime, **changes: object) -> Claim:
    return claim.model_copy(update={"recorded": when, **changes})


HOLDS = f"<{LS.holdsLicenseFor}>"
CLAIMS: dict[str, Claim] = {
    "vw": said(grant("JL MAG", "Volkswagen", when={"text": "in May", "edtf": "2025-05-10"}), MAY),
    "vw2": said(grant("JL MAG", "Volkswagen", title="Another report", attribution=FT), JUNE),
    "tesla": said(
        grant(
            "JL MAG",
            "Tesla",
            attribution=FT,
            origin="a report of an agency",
            validity={"text": "for half a year", "edtf": "2025-06-01/2025-11-30"},
        ),
        JUNE,
    ),
    "hedged": said(grant("Ningbo Yunsheng", "Volkswagen", modality="hedged"), MAY),
    "denied": said(grant("Ningbo Yunsheng", "Volkswagen", polarity="negative", attribution=FT), MAY),
    "revoked": said(
        grant(
            "JL MAG",
            "Volkswagen",
            type="license_revoked",
            title="The end",
            when={"text": "in September", "edtf": "2025-09-01"},
        ),
        JULY,
    ),
    "x": said(triples(f"<urn:firm:x> {HOLDS} <urn:firm:y> .", f"<urn:firm:x> <{LS.madeOf}> <urn:m> ."), MAY),
    "x2": said(
        triples(f"<urn:firm:x> {HOLDS} <urn:firm:y> .", f"<urn:firm:v> {HOLDS} <urn:firm:w> ."), JUNE
    ).model_copy(update={"attribution": grant("A", "B").attribution}),
}
ALL = frozenset(CLAIMS)
IN_MAY = frozenset(("vw", "hedged", "denied", "x"))
MID_MAY = datetime(2025, 5, 15, tzinfo=UTC)
POLICIES: dict[str, tuple[dict[str, object], frozenset[str]]] = {
    "without a claim": ({"without": ("claim vw",)}, ALL - {"vw"}),
    "without two claims": ({"without": ("claim vw", "claim x")}, ALL - {"vw", "x"}),
    "without a document": ({"without": ("document tesla",)}, ALL - {"tesla", "hedged", "denied", "vw"}),
    "without a source": ({"without": ("source vw2",)}, ALL - {"vw2", "tesla", "denied", "x"}),
    "without an origin": ({"without": ("origin vw2",)}, ALL - {"vw2", "denied", "x"}),
    "valid before it began": ({"valid_at": date(2025, 5, 9)}, ALL - {"vw", "tesla", "revoked"}),
    "valid while it lasts": ({"valid_at": date(2025, 7, 1)}, ALL - {"revoked"}),
    "valid after it was revoked": ({"valid_at": date(2025, 10, 1)}, ALL - {"vw", "vw2"}),
    "valid after it expired": ({"valid_at": date(2025, 12, 1)}, ALL - {"vw", "vw2", "tesla"}),
    "valid where the end is not believed": (
        {"valid_at": date(2025, 10, 1), "without": ("claim revoked",)},
        ALL - {"revoked"},
    ),
    "known in May": ({"known_at": MID_MAY}, IN_MAY),
    "known in June": ({"known_at": datetime(2025, 6, 15, tzinfo=UTC)}, ALL - {"revoked"}),
    "two origins": ({"min_origins": 2}, ALL),
    "three origins": ({"min_origins": 3}, ALL),
    "two origins without a claim": ({"min_origins": 2, "without": ("claim x2",)}, ALL - {"x2"}),
    "nothing is sure": ({"min_confidence": 1.0}, frozenset()),
    "anything passes": ({"min_confidence": 0.0}, ALL),
}
MORE = (
    "SELECT ?p (COUNT(?c) AS ?n) { ?p ls:holdsLicenseFor ?c } GROUP BY ?p",
    "SELECT (COUNT(*) AS ?n) { ?p ls:holdsLicenseFor ?c }",
    """SELECT ?p ?n { { SELECT ?p (COUNT(?c) AS ?n) { ?p ls:holdsLicenseFor ?c } GROUP BY ?p }
        FILTER(?n > 1) }""",
    "SELECT ?p ?c { ?p ls:holdsLicenseFor ?c } ORDER BY STR(?p) STR(?c) LIMIT 2 OFFSET 1",
    "SELECT ?p ?c ?l { ?p ls:holdsLicenseFor ?c OPTIONAL { ?p ls:lostLicenseFor ?l } }",
    "SELECT ?p ?c { ?p ls:holdsLicenseFor ?c MINUS { ?p ls:lostLicenseFor ?c } }",
    "CONSTRUCT { ?c ls:hasLicensedProducer ?p } WHERE { ?p ls:holdsLicenseFor ?c }",
    "DESCRIBE <urn:firm:x>",
)


def iri(name: str) -> str:
    return f"https://w3id.org/lodestone/claim/{CLAIMS[name].id}"


def build(path: Path) -> Snapshot:
    with Writer(path) as writer:
        writer.add(CLAIMS.values())
        writer.add_base(BASE)
        writer.commit()
    return Reader(path).current()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return build(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def taken_back(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The same, after a claim was taken back."""
    path = tmp_path_factory.mktemp("taken")
    build(path)
    with Writer(path) as writer:
        writer.retract(iri("vw"), reason="x", by="y")
        writer.commit()
    return Reader(path).current()


def policy_of(snapshot: Snapshot, parts: dict[str, object]) -> TrustPolicy:
    """The policy, with what is told of a claim in the place of "document tesla" and the like."""

    def named(text: str) -> str:
        kind, name = text.split()
        claim = Candidate(snapshot, iri(name))
        known = {"claim": claim.iri, "document": claim.document, "origin": claim.origin}
        return known.get(kind, claim.sources[-1])

    without = parts.get("without", ())
    assert isinstance(without, tuple)
    return TrustPolicy(**{**parts, "without": frozenset(map(named, without))})  # type: ignore[arg-type]


def check(snapshot: Snapshot, policy: TrustPolicy, kept: Iterable[str], texts: Iterable[str]) -> None:
    names = {iri(name) for name in kept}

    def enough(support: Support) -> bool:
        claims = {claim for fact in support.facts for claim in fact}
        return len({Candidate(snapshot, claim).origin for claim in claims}) >= (policy.min_origins or 0)

    left = restricted(snapshot, lambda claim: claim.iri in names, enough if policy.min_origins else None)
    for text in texts:
        asked = f"BASE <https://w3id.org/lodestone/> {text}"
        found = query_under(snapshot, asked, policy)
        expected = query(left, asked, provenance="none")
        assert found.variables == expected.variables, text
        assert found.boolean == expected.boolean, text
        assert Counter(found.rows) == Counter(expected.rows), text
        assert graph_of(found.triples) == graph_of(expected.triples), text
        if "ORDER BY STR" in text:
            assert found.rows == expected.rows
        assert found.provenance is not None
        assert set(found.provenance.claims) <= names, text
        bare = query_under(snapshot, asked, policy, provenance="none")
        assert (Counter(bare.rows), bare.boolean) == (Counter(found.rows), found.boolean)


@pytest.mark.parametrize("name", POLICIES)
def test_the_answer_is_that_of_what_a_policy_leaves(plain: Snapshot, name: str) -> None:
    parts, kept = POLICIES[name]
    check(plain, policy_of(plain, parts), kept, QUERIES + RETRACTED + MORE)


@pytest.mark.parametrize(
    ("policy", "kept"),
    [
        (TrustPolicy(known_at=datetime(2100, 1, 1, tzinfo=UTC)), ALL - {"vw"}),
        (TrustPolicy(without=frozenset((iri("x"),))), ALL - {"vw", "x"}),
        (TrustPolicy(known_at=MID_MAY), IN_MAY),
    ],
    ids=["now", "without a claim", "known in May"],
)
def test_what_was_taken_back_was_known_before(
    taken_back: Snapshot, policy: TrustPolicy, kept: frozenset[str]
) -> None:
    check(taken_back, policy, kept, QUERIES + MORE)


def test_what_has_no_time_is_kept_and_named(plain: Snapshot) -> None:
    found = query_under(
        plain, "SELECT ?s { ?s ls:holdsLicenseFor <urn:firm:y> }", TrustPolicy(valid_at=date(2025, 1, 1))
    )
    assert found.provenance is not None
    assert set(found.provenance.undated) == {iri("x"), iri("x2")}
