"""What the ontology rules out, found among facts: both sides are told, and both stay."""

import pytest

from kg.dataset.chains.clashes import Clash, ClashKind, ontology_conflicts
from kg.dataset.writer import Writer
from kg.infer.constraints import ontology_constraints
from kg.infer.rules import TYPE, Triple
from kg.query.conflicts import Kind, conflicts
from ontology.vocab import LS, XSD
from tests.dataset.conftest import published
from tests.dataset.test_inferring import HOLDS, PART, base, ex, said

NUMBER = f"<{LS.licenseNumber}>"


def ls(name: str) -> str:
    return f"<{LS[name]}>"


def clashes(writer: Writer, *triples: Triple) -> tuple[list[Clash], list[str]]:
    """What is found when each triple is claimed by itself, and the claims."""
    added = writer.add([said(t, title=str(n)) for n, t in enumerate(triples)])
    snapshot = published(writer)
    assert all(snapshot.is_active(one.iri) for one in added)
    return list(ontology_conflicts(snapshot)), [one.iri for one in added]


def test_a_thing_in_two_disjoint_classes_by_what_follows(writer: Writer) -> None:
    added = writer.add(
        [said((ex("a"), HOLDS, ex("b"))), said((ex("b"), TYPE, ls("LicenseGranted")), title="2")]
    )
    [clash] = ontology_conflicts(published(writer))
    assert clash.kind is ClashKind.DISJOINT_CLASSES
    assert clash.facts == ((ex("b"), TYPE, ls("Event")), (ex("b"), TYPE, ls("Party")))
    assert [support.claims for support in clash.supports if support] == [(added[1].iri,), (added[0].iri,)]
    [conflict] = conflicts(published(writer), kinds=[Kind.ONTOLOGY])
    assert [side.claims for side in conflict.sides] == [(added[1].iri,), (added[0].iri,)]
    assert conflict.why == "nothing is both event and party"


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        (ClashKind.FUNCTIONAL, (ex("l"), NUMBER, '"1"'), (ex("l"), NUMBER, '"2"')),
        (ClashKind.ASYMMETRIC, (ex("a"), PART, ex("b")), (ex("b"), PART, ex("a"))),
    ],
)
def test_two_claims_that_cannot_both_be_so(
    writer: Writer, kind: ClashKind, first: Triple, second: Triple
) -> None:
    [clash], claims = clashes(writer, first, second)
    assert clash.kind is kind
    assert clash.facts == (first, second)
    assert [support.claims for support in clash.supports if support] == [(claims[0],), (claims[1],)]


def test_one_claim_against_itself(writer: Writer) -> None:
    [clash], claims = clashes(writer, (ex("a"), PART, ex("a")))
    assert (clash.kind, clash.claims) == (ClashKind.IRREFLEXIVE, tuple(claims))


def test_a_claim_against_base_data(writer: Writer) -> None:
    writer.add_base([base((ex("a"), PART, ex("b")))])
    [clash], claims = clashes(writer, (ex("b"), PART, ex("a")))
    assert [support.base for support in clash.supports if support] == [True, False]
    [conflict] = conflicts(published(writer), kinds=[Kind.ONTOLOGY])
    assert [side.claims for side in conflict.sides] == [(), tuple(claims)]
    assert conflict.sides[0].says.endswith("(base data)")


def test_what_is_spelled_in_two_ways_is_one_value_and_what_agrees_is_no_conflict(writer: Writer) -> None:
    number = f"^^<{XSD}integer>"
    found, _ = clashes(writer, (ex("l"), NUMBER, f'"1"{number}'), (ex("l"), NUMBER, f'"01"{number}'))
    assert found == []


def test_of_one_thing_only_what_is_said_of_it(writer: Writer) -> None:
    writer.add([said((ex(name), PART, ex(name)), title=name) for name in "ab"])
    snapshot = published(writer)
    assert len(list(ontology_conflicts(snapshot))) == 2
    [clash] = ontology_conflicts(snapshot, [ex("b")[1:-1]])
    assert clash.facts == ((ex("b"), PART, ex("b")),)


def test_the_ontology_has_constraints_of_these_kinds() -> None:
    found = ontology_constraints()
    assert (ls("Event"), ls("Party")) in found.disjoint_classes
    assert NUMBER in found.functional
    assert found.asymmetric == found.irreflexive == (PART,)
