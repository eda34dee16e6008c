"""Judgments in a store: what they make one, what undoing them brings back, what speaks against them."""

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad

from kg.claims.claim import Claim
from kg.dataset.annotated.view import Support
from kg.dataset.checks.consistency import check_shapes
from kg.dataset.checks.invariants import check_dataset
from kg.dataset.exchange import export
from kg.dataset.loading.rdf import ingest_rdf
from kg.dataset.outcomes import Outcome
from kg.dataset.record.records import DEFAULT
from kg.dataset.writer import Writer
from kg.errors import IdentityConflict, NotFound
from ontology.vocab import LS
from tests.dataset.conftest import grant, holders, published
from tests.dataset.judged import JL, JL_MAG, MADE, VW, everything, graphs, indexed, named, same, two


def test_two_reports_corroborate_each_other_once_their_producers_are_one(writer: Writer) -> None:
    first, second = two(writer)
    [judged] = writer.judge([same(JL, JL_MAG)])
    snapshot = published(writer)
    holds = NamedNode(LS.holdsLicenseFor)
    assert judged.outcome is Outcome.NEW
    support = snapshot.fact_support(NamedNode(JL), holds, NamedNode(VW))
    assert support == Support(facts=(tuple(sorted((f"{first} {judged.iri}", second))),))
    assert indexed(snapshot)[Quad(NamedNode(JL), holds, NamedNode(VW))] == support
    assert holders(snapshot) == {("JL MAG", "Volkswagen"), ("JL", "Volkswagen")}
    assert not list(snapshot.main.quads_for_pattern(NamedNode(JL_MAG), None, None, DEFAULT))
    graph = NamedNode(first)
    assert snapshot.holds(graph, NamedNode(JL), holds, NamedNode(VW))
    assert snapshot.graph_support(graph, NamedNode(JL), holds, NamedNode(VW)) == Support(
        facts=((f"{first} {judged.iri}",),)
    )
    assert list(check_dataset(snapshot)) == []


def test_a_claim_itself_speaks_as_it_was_made(writer: Writer) -> None:
    first, _ = two(writer)
    before = published(writer)
    writer.judge([same(JL, JL_MAG)])
    snapshot = published(writer)
    assert snapshot.claim(first) == before.claim(first)
    assert snapshot.assertion(first) == before.assertion(first)
    assert any(JL_MAG in line for line in snapshot.assertion(first))
    mention, canonical = NamedNode(JL_MAG), NamedNode(LS.canonicalEntity)
    assert snapshot.node(JL_MAG).all(LS.canonicalEntity) == (JL,)
    [judgment] = snapshot.judgments()
    assert snapshot.graph_support(snapshot.record, mention, canonical, NamedNode(JL)) == Support(
        facts=((judgment,),)
    )


def test_what_comes_later_comes_in_under_the_canonical_name(writer: Writer) -> None:
    [judged] = writer.judge([same(JL, JL_MAG)])
    first, second = two(writer)
    snapshot = published(writer)
    support = snapshot.fact_support(NamedNode(JL), NamedNode(LS.holdsLicenseFor), NamedNode(VW))
    assert support.facts == (tuple(sorted((f"{first} {judged.iri}", second))),)
    assert list(check_dataset(snapshot)) == []


def test_three_articles_on_one_grant_are_one_grant(writer: Writer) -> None:
    claims = [
        grant(named("JL MAG", JL_MAG), named("Volkswagen", VW), title=f"Report {number}")
        for number in range(3)
    ]
    writer.add(claims)
    events = [writer.names.event(claim.id) for claim in claims]
    writer.judge([same(events[0], other, kind="event") for other in events[1:]])
    snapshot = published(writer)
    rows = snapshot.query("SELECT (COUNT(DISTINCT ?grant) AS ?n) { ?grant a ls:LicenseGranted }")
    assert [row["n"].value for row in rows] == ["1"]
    assert list(check_dataset(snapshot)) == []


def test_undoing_is_known_and_done_once(writer: Writer) -> None:
    two(writer)
    before = everything(writer.view)
    [judged] = writer.judge([same(JL, JL_MAG)])
    assert everything(writer.view) != before
    assert writer.undo(judged.iri, reason="another firm", by="B. Analyst", at=MADE)
    assert not writer.undo(judged.iri, reason="again", by="B. Analyst")
    assert everything(writer.view) == before
    stored = published(writer).judgment(judged.iri)
    assert (stored.state, stored.undone, stored.undone_by) == ("undone", MADE, "B. Analyst")
    assert stored.undone_reason == "another firm"
    with pytest.raises(NotFound):
        writer.undo("urn:nothing", reason="x", by="y")


def test_a_proposal_changes_nothing(writer: Writer) -> None:
    two(writer)
    before = everything(writer.view)
    [one, other] = writer.judge([same(JL, JL_MAG, status="proposed"), same(JL, JL_MAG, verdict="unsure")])
    after = everything(writer.view)
    assert after["supports"] == before["supports"]
    assert after["archive"] == before["archive"]
    snapshot = published(writer)
    assert [snapshot.judgment(found).state for found in (one.iri, other.iri)] == ["proposed", "active"]
    assert not snapshot.clusters


def test_what_was_judged_different_is_not_joined_by_others(writer: Writer) -> None:
    [different, one, other] = writer.judge(
        [same(JL, VW, verdict="different"), same(JL, JL_MAG), same(JL_MAG, VW)]
    )
    assert (one.outcome, other.outcome) == (Outcome.NEW, Outcome.CONFLICT)
    assert other.against == (different.iri,)
    assert different.iri in other.reason
    assert isinstance(other.problem, IdentityConflict)
    writer.undo(different.iri, reason="it is", by="B. Analyst")
    [again] = writer.judge([same(JL_MAG, VW)])
    assert again.outcome is Outcome.NEW
    [late] = writer.judge([same(JL, VW, verdict="different", reason="no")])
    assert (late.outcome, late.against) == (Outcome.CONFLICT, tuple(sorted((one.iri, again.iri))))


def test_a_group_and_a_legal_entity_stay_apart(writer: Writer) -> None:
    types = [f"<{JL}> a <{LS.CorporateGroup}> .", f"<{JL_MAG}> a <{LS.LegalEntity}> ."]
    types = [text.replace(" a ", " <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ") for text in types]
    writer.add(
        [
            Claim.model_validate(
                {
                    "triples": types,
                    "document": {"title": "A register"},
                    "attribution": [{"kind": "publisher", "name": "Register"}],
                    "status": "accepted",
                }
            )
        ]
    )
    [refused] = writer.judge([same(JL, JL_MAG)])
    assert refused.outcome is Outcome.CONFLICT
    assert "CorporateGroup" in refused.reason
    [forced] = writer.judge([same(JL, JL_MAG)], force=True)
    assert forced.outcome is Outcome.NEW


@pytest.mark.parametrize(
    ("left", "right", "kind", "message"),
    [
        ("https://w3id.org/lodestone/claim/1", JL, "entity", "neither an entity nor an event"),
        (LS.Party.value, JL, "entity", "neither an entity nor an event"),
        ("https://w3id.org/lodestone/record", JL, "entity", "neither an entity nor an event"),
        ("https://w3id.org/lodestone/event/1", JL, "entity", "is an event"),
        ("https://w3id.org/lodestone/entity/1", JL, "event", "is an entity"),
    ],
)
def test_only_entities_and_events_are_judged(
    writer: Writer, left: str, right: str, kind: str, message: str
) -> None:
    [judged] = writer.judge([same(left, right, kind=kind)])
    assert judged.outcome is Outcome.CONFLICT
    assert message in judged.reason


def test_a_judgment_known_already_is_left_as_it_is(writer: Writer) -> None:
    told = same(JL, JL_MAG, confidence=0.1 + 0.2, features={"names": 2 / 3, "place": 'Bao"tou'})
    [first, again, otherwise] = writer.judge([told, told, told.model_copy(update={"confidence": 0.5})])
    assert [j.outcome for j in (first, again, otherwise)] == [Outcome.NEW, Outcome.KNOWN, Outcome.CONFLICT]
    assert published(writer).judgment(first.iri).judgment == told
    writer.undo(first.iri, reason="x", by="y")
    [gone] = writer.judge([told])
    assert (gone.outcome, "was undone" in gone.reason) == (Outcome.CONFLICT, True)


# --- what is damaged


def test_what_is_in_wrong_names_is_found_and_rebuilt(writer: Writer) -> None:
    first, _ = two(writer)
    writer.judge([same(JL, JL_MAG)])
    due = graphs(published(writer))
    writer.touch(archive=True)
    graph, holds = NamedNode(first), NamedNode(LS.holdsLicenseFor)
    writer.main.remove(Quad(NamedNode(JL), holds, NamedNode(VW), graph))
    writer.main.add(Quad(NamedNode(JL_MAG), holds, NamedNode(VW), graph))
    writer.main.remove(
        Quad(NamedNode(JL_MAG), NamedNode(LS.canonicalEntity), NamedNode(JL), writer.view.record)
    )
    found = {finding.invariant for finding in check_dataset(published(writer))}
    assert found >= {"an assertion graph is in canonical names", "a mention is called what its judgments say"}
    writer.rebuild()
    snapshot = published(writer)
    assert list(check_dataset(snapshot)) == []
    assert graphs(snapshot) == due


# --- elsewhere


def test_an_export_has_claims_as_they_were_made_and_comes_back_the_same(tmp_path: Path) -> None:
    with Writer(tmp_path / "one") as writer:
        two(writer)
        [_, undone] = writer.judge([same(JL, JL_MAG), same(VW, "urn:ag", features={"name": 0.5})])
        writer.judge([same(JL, "urn:other", status="proposed"), same(JL, VW, verdict="different")])
        writer.undo(undone.iri, reason="another", by="B. Analyst", at=MADE)
        snapshot = published(writer)
    export_file = tmp_path / "export.nq"
    with export_file.open("wb") as out:
        export(snapshot, out)
    text = export_file.read_text(encoding="utf-8")
    assert f"<{JL_MAG}> <{LS.holdsLicenseFor}>" in text
    assert text.count(f"<{LS.holdsLicenseFor}>") == 2
    with Writer(tmp_path / "two") as writer:
        report = ingest_rdf(writer, export_file)
        again = published(writer)
    assert (report.judgments_new, report.claims_new, report.rejected) == (4, 2, [])
    assert {j: again.judgment(j) for j in again.judgments()} == {
        j: snapshot.judgment(j) for j in snapshot.judgments()
    }
    assert graphs(again) == graphs(snapshot)
    assert [*check_dataset(again), *check_shapes(again), *check_shapes(snapshot)] == []


def test_named_graphs_that_come_in_bulk_are_put_in_canonical_names(writer: Writer, tmp_path: Path) -> None:
    [judged] = writer.judge([same(JL, JL_MAG)])
    file = tmp_path / "foreign.trig"
    lines = [
        f"<urn:g{n}> {{ <{firm}> <{LS.holdsLicenseFor}> <{VW}> }}" for n, firm in enumerate((JL, JL_MAG))
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    assert ingest_rdf(writer, file).claims_new == 2
    snapshot = published(writer)
    support = snapshot.fact_support(NamedNode(JL), NamedNode(LS.holdsLicenseFor), NamedNode(VW))
    assert support.facts == (("urn:g0", f"urn:g1 {judged.iri}"),)
    assert indexed(snapshot)[Quad(NamedNode(JL), NamedNode(LS.holdsLicenseFor), NamedNode(VW))] == support
    assert snapshot.assertion("urn:g1") == (f"<{JL_MAG}> <{LS.holdsLicenseFor}> <{VW}> .",)
    assert list(check_dataset(snapshot)) == []
    assert ingest_rdf(writer, file).claims_known == 2


def test_a_judgment_that_is_not_committed_never_was(path: Path) -> None:
    with Writer(path) as writer:
        two(writer)
        before = everything(published(writer))
    with Writer(path) as writer:
        writer.judge([same(JL, JL_MAG)])
        assert everything(writer.view) != before
    with Writer(path) as writer:
        assert everything(writer.view) == before
        assert list(writer.view.judgments()) == []
        writer.judge([same(JL, JL_MAG)])
        assert list(check_dataset(published(writer))) == []
