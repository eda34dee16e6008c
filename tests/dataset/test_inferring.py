"""What follows by chains in a store: on ingest, on retraction, from base and reference data."""

from pyoxigraph import DefaultGraph, NamedNode, Quad

from kg.claims.claim import Claim
from kg.dataset.annotated.view import View
from kg.dataset.checks.invariants import check_dataset
from kg.dataset.writer import Writer
from kg.infer.rules import Triple
from ontology.vocab import LS
from tests.dataset.conftest import published

IN = f"<{LS.locatedIn}>"
PART = f"<{LS.subdivisionOf}>"
HOLDS = f"<{LS.holdsLicenseFor}>"
MADE = f"<{LS.madeOf}>"
FOR_IN = f"<{LS.holdsLicenseForPartyIn}>"


def ex(name: str) -> str:
    return f"<http://ex.org/{name}>"


def said(*triples: Triple, title: str = "A brief") -> Claim:
    """A claim that asserts these triples."""
    return Claim.model_validate(
        {
            "triples": [f"{' '.join(triple)} ." for triple in triples],
            "document": {"title": title},
            "attribution": [{"kind": "publisher", "name": title}],
            "status": "accepted",
        }
    )


def base(triple: Triple) -> Quad:
    s, p, o = (NamedNode(text[1:-1]) for text in triple)
    return Quad(s, p, o, DefaultGraph())


def facts(view: View, prop: str) -> set[tuple[str, str]]:
    """Subjects and objects, by their last name, of a property in the default graph."""
    quads = view.main.quads_for_pattern(None, NamedNode(prop[1:-1]), None, DefaultGraph())
    return {(q.subject.value.rpartition("/")[2], q.object.value.rpartition("/")[2]) for q in quads}


FIRM = (ex("firm"), IN, ex("baotou"))
CITY = (ex("baotou"), PART, ex("inner-mongolia"))
REGION = (ex("inner-mongolia"), PART, ex("china"))
GRANT = (ex("maker"), HOLDS, ex("firm"))


def test_a_chain_goes_over_what_was_inferred_and_rests_on_all_of_it(writer: Writer) -> None:
    claims = [said(t, title=str(n)) for n, t in enumerate((FIRM, CITY, REGION, GRANT))]
    added = [one.iri for one in writer.add(claims)]
    snapshot = published(writer)
    assert facts(snapshot, FOR_IN) == {("maker", "baotou"), ("maker", "inner-mongolia"), ("maker", "china")}
    triple = base((ex("maker"), FOR_IN, ex("china"))).triple
    support = snapshot.fact_support(*triple)
    assert support.facts == ()
    assert support.proofs == (tuple(sorted((iri,) for iri in added)),)
    assert list(check_dataset(snapshot)) == []


def test_a_second_claim_on_a_premise_and_its_retraction_need_no_new_annotation(writer: Writer) -> None:
    first, *_ = writer.add([said(FIRM), said(CITY, title="city")])
    before = published(writer)
    [second] = writer.add([said(FIRM, title="again")])
    after = published(writer)
    triple = base((ex("firm"), IN, ex("inner-mongolia"))).triple
    [[_, _, _, name]] = before.index.matching(*triple)
    [[_, _, _, same]] = after.index.matching(*triple)
    assert name == same
    [support] = after.index.supports([same])
    assert {claim for fact in support.proofs[0] for claim in fact} > {first.iri, second.iri}
    writer.retract(first.iri, reason="x", by="y")
    last = published(writer)
    assert last.index.supports([same])[0].claims == last.fact_support(*triple).claims
    assert first.iri not in last.fact_support(*triple).claims
    assert list(check_dataset(last)) == []


def test_what_follows_by_another_way_stays(writer: Writer) -> None:
    china = (ex("baotou"), IN, ex("china"))
    one, two, _, _ = writer.add(
        [said(CITY), said(china, title="b"), said(REGION, title="c"), said(FIRM, title="d")]
    )
    writer.commit()
    writer.retract(one.iri, reason="x", by="y")
    assert ("firm", "china") in facts(published(writer), IN)
    writer.retract(two.iri, reason="x", by="y")
    left = published(writer)
    assert facts(left, IN) == {("firm", "baotou"), ("inner-mongolia", "china")}
    assert list(check_dataset(left)) == []


def test_base_and_reference_data_are_premises_that_count_as_one_but_nothing_follows_from_them_alone(
    writer: Writer,
) -> None:
    writer.add_base([base(CITY)])
    writer.add_base([base(REGION)])
    assert facts(published(writer), IN) == set()
    [added] = writer.add([said(FIRM)])
    snapshot = published(writer)
    assert facts(snapshot, IN) == {("firm", "baotou"), ("firm", "inner-mongolia"), ("firm", "china")}
    support = snapshot.fact_support(*base((ex("firm"), IN, ex("china"))).triple)
    assert (support.facts, support.proofs) == (((added.iri,),), ())
    assert list(check_dataset(snapshot)) == []
    writer.remove_base([base(REGION)])
    assert facts(published(writer), IN) == {("firm", "baotou"), ("firm", "inner-mongolia")}
    assert list(check_dataset(published(writer))) == []


def test_circles_end(writer: Writer) -> None:
    ring = [said((ex(a), MADE, ex(b)), title=a) for a, b in ("ab", "bc", "ca")]
    first, *_ = writer.add(ring)
    snapshot = published(writer)
    assert len(facts(snapshot, MADE)) == 9
    support = snapshot.fact_support(*base((ex("a"), MADE, ex("a"))).triple)
    assert [len(proof) for proof in support.proofs] == [3]
    writer.retract(first.iri, reason="x", by="y")
    assert facts(published(writer), MADE) == {("b", "c"), ("c", "a"), ("b", "a")}
    assert list(check_dataset(published(writer))) == []
