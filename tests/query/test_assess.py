"""What is told of rows that rest on one fact is what an assessor tells of any circuit, to the last bit."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from kg.dataset.annotated.view import ClaimInfo
from kg.provenance.circuit import Circuit
from kg.provenance.probability import Assessor
from kg.provenance.trusted import Trust
from kg.query.assess import assessed
from kg.query.source import Source

CLAIMS = [f"urn:claim:{n}" for n in range(8)]
REBUTTING = ("urn:claim:against-1", "urn:claim:against-2")
shares = st.sampled_from([0.0, 0.1, 0.36, 0.5, 0.608, 0.8, 1.0])
facts = st.lists(st.lists(st.sampled_from(CLAIMS), min_size=1, unique=True), min_size=1, max_size=6)


def info(iri: str, origin: str, reliability: float, credibility: float, *, judgment: bool) -> ClaimInfo:
    document = None if judgment else "urn:document"
    return ClaimInfo(iri, iri, None, document, "A source", origin, reliability, credibility, "", "")


def source_of(infos: dict[str, ClaimInfo], rebuttals: dict[str, tuple[str, ...]]) -> Source:
    def expect(iris: Iterable[str]) -> None:
        assert set(iris) <= infos.keys()

    told: Any = SimpleNamespace(
        iri="urn:version",
        expect_claims=expect,
        claim_info=infos.get,
        rebuttals=lambda iri: rebuttals.get(iri, ()),
    )
    return cast("Source", told)


@given(facts, st.data())
def test_a_fact_is_told_as_an_assessor_tells_it(of: list[list[str]], data: st.DataObject) -> None:
    infos = {}
    for claim in CLAIMS:
        judgment = data.draw(st.integers(0, 9)) == 0
        origin = claim if judgment else data.draw(st.sampled_from(["urn:o:1", "urn:o:2", "urn:o:3"]))
        reliability = 1.0 if judgment else {"urn:o:1": 0.8, "urn:o:2": 0.6, "urn:o:3": 0.36}[origin]
        infos[claim] = info(claim, origin, reliability, data.draw(shares), judgment=judgment)
    rebuttals = {claim: REBUTTING[: data.draw(st.integers(0, 2))] for claim in CLAIMS}
    circuit = Circuit()
    roots = circuit.facts(of)
    model: Any = SimpleNamespace(
        trust=lambda c: Trust(
            infos[c].origin, infos[c].reliability, infos[c].credibility, infos[c].is_judgment
        )
    )
    found = assessed(source_of(infos, rebuttals), circuit, roots).rows
    assessor = Assessor(circuit, model)
    weakest = assessor.weakest(roots)
    for row, root, claims in zip(found, roots, of, strict=True):
        assert row.node == root
        assert row.confidence == assessor.confidence(root).value
        assert row.confidence_error is None
        assert row.weakest == weakest[root]
        assert row.origins == assessor.origins(root)
        assert row.contested == tuple(sorted({other for c in claims for other in rebuttals[c]}))
