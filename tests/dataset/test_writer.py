import shutil
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad

from kg.claims.names import Names
from kg.dataset.checks.invariants import check_dataset
from kg.dataset.outcomes import Outcome
from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from kg.errors import NotFound, ReservedGraph, StoreBusy, StoreError, VersionGone
from ontology.vocab import LS, PREFIXES
from tests.dataset.conftest import grant, holders, published

A, P, B = NamedNode("urn:a"), NamedNode("urn:p"), NamedNode("urn:b")
PAIR = {("JL MAG", "Volkswagen")}


def test_a_new_store_is_empty(writer: Writer) -> None:
    snapshot = published(writer)
    assert list(snapshot.main) == []
    assert list(snapshot.query("SELECT ?g { GRAPH ?g { ?s ?p ?o } }")) == []


def test_a_claim_becomes_a_graph_a_fact_and_a_record(writer: Writer) -> None:
    [added] = writer.add([grant("JL MAG", "Volkswagen")])
    snapshot = published(writer)
    assert added.outcome is Outcome.NEW
    assert added.active
    assert holders(snapshot) == PAIR
    assert snapshot.query(f"ASK {{ GRAPH <{added.iri}> {{ ?p ls:holdsLicenseFor ?c }} }}")
    assert snapshot.query(f"ASK {{ GRAPH <{snapshot.names.record}> {{ <{added.iri}> a ls:Claim }} }}")
    assert list(check_dataset(snapshot)) == []


def test_the_same_claim_twice_is_one(writer: Writer) -> None:
    claim = grant("JL MAG", "Volkswagen")
    assert [a.outcome for a in writer.add([claim, claim])] == [Outcome.NEW, Outcome.KNOWN]
    before = published(writer)
    assert [a.outcome for a in writer.add([claim])] == [Outcome.KNOWN]
    assert published(writer).number == before.number


@pytest.mark.parametrize(
    "change",
    [{"polarity": "negative"}, {"modality": "hedged"}, {"modality": "expected"}, {"modality": "unknown"}],
)
def test_what_is_denied_or_only_possible_is_no_fact(writer: Writer, change: dict[str, str]) -> None:
    [added] = writer.add([grant("JL MAG", "Volkswagen", **change)])
    snapshot = published(writer)
    assert holders(snapshot) == set()
    assert snapshot.query(f"ASK {{ GRAPH <{added.iri}> {{ ?p ls:holdsLicenseFor ?c }} }}")
    assert list(check_dataset(snapshot)) == []


def test_claims_of_two_documents_meet_on_one_triple(writer: Writer) -> None:
    first = grant("JL MAG", "Volkswagen")
    second = grant("JL MAG", "Volkswagen", title="Another", attribution=[{"kind": "publisher", "name": "FT"}])
    names = sorted(a.iri for a in writer.add([first, second]))
    snapshot = published(writer)
    [row] = snapshot.query("SELECT ?p ?c { ?p ls:holdsLicenseFor ?c }")
    support = snapshot.fact_support(row["p"], NamedNode(LS.holdsLicenseFor), row["c"])
    assert [sorted(fact) for fact in support.facts] == [names]
    assert {info.origin for n in names if (info := snapshot.claim_info(n))} == {
        snapshot.names.origin("source", "reuters"),
        snapshot.names.origin("source", "ft"),
    }


def test_two_unnamed_firms_of_one_description_stay_two(writer: Writer) -> None:
    writer.add(
        [
            grant("a company in Baotou", "Volkswagen"),
            grant("a company in Baotou", "Volkswagen", title="Other"),
        ]
    )
    assert len(list(published(writer).query("SELECT ?p { ?p ls:holdsLicenseFor ?c }"))) == 2


def test_what_follows_from_a_fact_is_a_fact_and_listed_as_inferred(writer: Writer) -> None:
    [added] = writer.add([grant("JL MAG", "Volkswagen")])
    snapshot = published(writer)
    [row] = snapshot.query("SELECT ?p ?c { ?c ls:hasLicensedProducer ?p }")
    assert snapshot.query(f"ASK {{ GRAPH <{snapshot.names.inferred}> {{ ?c ls:hasLicensedProducer ?p }} }}")
    support = snapshot.fact_support(row["c"], NamedNode(LS.hasLicensedProducer), row["p"])
    assert support.facts == ((added.iri,),)
    assert not support.base


def test_retraction_takes_facts_and_consequences_and_keeps_the_claim(writer: Writer) -> None:
    [gone, stays] = writer.add([grant("JL MAG", "Volkswagen"), grant("JL MAG", "Tesla")])
    published(writer)
    assert writer.retract(gone.iri, reason="printed in error", by="editor")
    snapshot = published(writer)
    assert holders(snapshot) == {("JL MAG", "Tesla")}
    stored = snapshot.claim(gone.iri)
    assert (stored.state, stored.retraction_reason, stored.retracted_by) == (
        "retracted",
        "printed in error",
        "editor",
    )
    assert stored.claim.roles["customer"].text == "Volkswagen"  # type: ignore[index]
    assert snapshot.claim_info(gone.iri) is None
    assert snapshot.claim_info(stays.iri) is not None
    assert list(check_dataset(snapshot)) == []
    assert not writer.retract(gone.iri, reason="again", by="editor")


def test_a_fact_stays_while_another_claim_supports_it(writer: Writer) -> None:
    [one, two] = writer.add([grant("JL MAG", "Volkswagen"), grant("JL MAG", "Volkswagen", title="Other")])
    writer.retract(one.iri, reason="x", by="y")
    assert holders(published(writer)) == PAIR
    writer.retract(two.iri, reason="x", by="y")
    snapshot = published(writer)
    assert list(snapshot.query("SELECT * { ?s ?p ?o }")) == []
    assert list(check_dataset(snapshot)) == []


def test_retracting_what_is_not_there_is_an_error(writer: Writer) -> None:
    with pytest.raises(NotFound, match="no claim"):
        writer.retract("urn:nothing", reason="x", by="y")


def test_a_superseded_claim_is_inactive_in_either_order(writer: Writer) -> None:
    old = grant("JL MAG", "Volkswagen")
    name = Names().claim(old.id)
    new = grant("JL MAG", "Tesla", supersedes=[name])
    writer.add([new])
    [added] = writer.add([old])
    snapshot = published(writer)
    assert not added.active
    assert holders(snapshot) == {("JL MAG", "Tesla")}
    assert snapshot.claim(name).state == "superseded"
    assert snapshot.claim(name).superseded_by == (Names().claim(new.id),)
    writer.retract(Names().claim(new.id), reason="wrong correction", by="y")
    snapshot = published(writer)
    assert holders(snapshot) == PAIR
    assert list(check_dataset(snapshot)) == []


def test_a_claim_that_retracts_another_takes_it_out(writer: Writer) -> None:
    old = grant("JL MAG", "Volkswagen")
    writer.add([old])
    writer.add(
        [
            grant(
                "JL MAG",
                "Volkswagen",
                title="Retraction",
                polarity="negative",
                retracts=[Names().claim(old.id)],
            )
        ]
    )
    snapshot = published(writer)
    assert holders(snapshot) == set()
    assert snapshot.claim(Names().claim(old.id)).state == "retracted"


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"status": "rejected"}, "rejected"),
        ({"status": "proposed"}, "proposed"),
        ({"status": "unreviewed", "assessment": {"reliability": "E", "credibility": 5}}, "below threshold"),
    ],
)
def test_what_was_not_accepted_stays_out_and_readable(
    writer: Writer, change: dict[str, object], state: str
) -> None:
    [added] = writer.add([grant("JL MAG", "Volkswagen", **change)])
    snapshot = published(writer)
    assert not added.active
    assert holders(snapshot) == set()
    assert snapshot.claim(added.iri).state == state
    assert list(check_dataset(snapshot)) == []


def test_a_lower_rating_of_the_origin_puts_out_what_is_no_longer_likely_enough(writer: Writer) -> None:
    doubtful = {"status": "unreviewed", "assessment": {"reliability": "A", "credibility": 5}}
    [first] = writer.add([grant("JL MAG", "Volkswagen", **doubtful)])
    assert first.active
    writer.add([grant("JL MAG", "Tesla", assessment={"reliability": "E"})])
    snapshot = published(writer)
    assert snapshot.claim(first.iri).state == "below threshold"
    assert holders(snapshot) == {("JL MAG", "Tesla")}
    assert list(check_dataset(snapshot)) == []


def test_chains_of_retractions_of_any_length_are_settled(writer: Writer) -> None:
    chain = [grant("JL MAG", "Customer 0")]
    for number in range(1, 600):
        chain.append(grant("JL MAG", f"Customer {number}", retracts=[Names().claim(chain[-1].id)]))
    added = writer.add(chain)
    assert added[-1].active
    assert not added[-2].active
    assert list(check_dataset(published(writer))) == []


def test_an_origin_keeps_its_most_cautious_rating(writer: Writer) -> None:
    [one, _] = writer.add(
        [
            grant("JL MAG", "Volkswagen", assessment={"reliability": "B"}),
            grant("JL MAG", "Tesla", assessment={"reliability": "D"}),
        ]
    )
    info = published(writer).claim_info(one.iri)
    assert info is not None
    assert info.reliability == 0.4


# --- base data


def test_base_data_is_known_as_such_beside_a_claim_on_the_same_triple(writer: Writer) -> None:
    [added] = writer.add([grant("JL MAG", "Volkswagen")])
    [row] = published(writer).query("SELECT ?p ?c { ?p ls:holdsLicenseFor ?c }")
    triple = (row["p"], NamedNode(LS.holdsLicenseFor), row["c"])
    assert writer.add_base([Quad(*triple), Quad(A, P, B)]) == 2
    snapshot = published(writer)
    assert snapshot.fact_support(*triple).base
    assert snapshot.fact_support(*triple).facts == ((added.iri,),)
    assert snapshot.fact_support(A, P, B).base
    writer.retract(added.iri, reason="x", by="y")
    snapshot = published(writer)
    assert snapshot.fact_support(*triple).base
    assert snapshot.fact_support(*triple).facts == ()
    assert list(check_dataset(snapshot)) == []
    assert writer.remove_base([Quad(*triple)]) == 1
    assert list(published(writer).query("SELECT ?p { ?p ls:holdsLicenseFor ?c }")) == []


def test_removing_base_data_leaves_what_claims_support(writer: Writer) -> None:
    writer.add([grant("JL MAG", "Volkswagen")])
    [row] = published(writer).query("SELECT ?p ?c { ?p ls:holdsLicenseFor ?c }")
    quad = Quad(row["p"], NamedNode(LS.holdsLicenseFor), row["c"])
    writer.add_base([quad])
    writer.remove_base([quad])
    snapshot = published(writer)
    assert holders(snapshot) == PAIR
    assert list(check_dataset(snapshot)) == []


def test_a_named_graph_of_base_data_is_no_claim(writer: Writer) -> None:
    writer.add_base([Quad(A, P, B, NamedNode("urn:g"))])
    snapshot = published(writer)
    assert snapshot.query("ASK { GRAPH <urn:g> { ?s ?p ?o } }")
    assert snapshot.claim_info("urn:g") is None
    with pytest.raises(NotFound):
        snapshot.claim("urn:g")


def test_raw_writes_keep_off_reserved_graphs(writer: Writer) -> None:
    [added] = writer.add([grant("JL MAG", "Volkswagen")])
    names = writer.names
    for graph in (added.iri, names.record, names.inferred, names.reference):
        quads = [Quad(A, P, B), Quad(A, P, B, NamedNode(graph))]
        with pytest.raises(ReservedGraph, match="not open to raw writes"):
            writer.add_base(quads)
        with pytest.raises(ReservedGraph):
            writer.remove_base(quads)
    assert Quad(A, P, B, DefaultGraph()) not in published(writer).main


# --- publishing


def test_what_is_not_committed_is_given_up(path: Path) -> None:
    with Writer(path) as writer:
        writer.add([grant("JL MAG", "Volkswagen")])
        writer.commit()
        writer.add([grant("JL MAG", "Tesla")])
    assert holders(Reader(path).current()) == PAIR
    with Writer(path) as writer:
        assert [a.outcome for a in writer.add([grant("JL MAG", "Tesla")])] == [Outcome.NEW]


def test_readers_keep_their_version_and_follow_the_next(path: Path, writer: Writer) -> None:
    writer.add([grant("JL MAG", "Volkswagen")])
    writer.commit()
    reader = Reader(path)
    before = reader.current()
    writer.add([grant("JL MAG", "Tesla")])
    assert reader.current() is before
    writer.commit()
    after = reader.current()
    assert after.number == before.number + 1
    assert holders(before) == PAIR
    assert holders(after) == {*PAIR, ("JL MAG", "Tesla")}
    assert holders(reader.version(before.iri)) == PAIR
    assert holders(reader.version(str(before.number))) == PAIR


def test_a_reader_opens_the_archive_anew_only_where_it_is_another(path: Path, writer: Writer) -> None:
    [added] = writer.add([grant("JL MAG", "Volkswagen")])
    writer.commit()
    reader = Reader(path)
    first = reader.current()
    writer.add([grant("Innuovo", "Tesla")])
    writer.commit()
    second = reader.current()
    assert second.number > first.number
    assert second.archive is first.archive
    writer.retract(added.iri, reason="wrong", by="a test")
    writer.commit()
    assert reader.current().archive is not second.archive
    assert reader.current().due_state(added.iri) == "retracted"
    folder = path / "snapshots" / reader.current().manifest.archive
    shutil.copytree(folder, path / "copy")
    shutil.rmtree(folder)
    (path / "copy").rename(folder)
    retracted = reader.current()
    writer.add([grant("Innuovo", "Volkswagen")])
    writer.commit()
    assert reader.current().archive is not retracted.archive


def test_old_versions_go_and_say_so(path: Path, writer: Writer) -> None:
    for number in range(writer.settings.keep_snapshots + 2):
        writer.add([grant("JL MAG", f"Customer {number}")])
        writer.commit()
    reader = Reader(path)
    assert len(reader.layout.versions()) == writer.settings.keep_snapshots
    with pytest.raises(VersionGone, match="is not kept"):
        reader.version("1")
    with pytest.raises(VersionGone):
        reader.version("nonsense")
    assert len(holders(reader.current())) == writer.settings.keep_snapshots + 2


def test_one_writer_at_a_time_and_the_second_hears_who(path: Path, writer: Writer) -> None:
    with pytest.raises(StoreBusy, match=r"is being written by process \d+"), Writer(path, wait=0.1):
        pass


def test_a_folder_that_is_no_store_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("x")
    with pytest.raises(StoreError, match="not empty"), Writer(tmp_path):
        pass
    with pytest.raises(StoreError, match="no Lodestone store"):
        Reader(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} <= {"thesis.txt", "lock"}


@pytest.mark.parametrize(
    ("damage", "invariant"),
    [
        ("<{base}claim/ffff> {{ <urn:a> <urn:b> <urn:c> }}", "only active claims are queried"),
        ("<{base}record> {{ <{claim}> rdfs:label 'another' }}", "the record of a claim"),
        ("<{base}record> {{ <{origin}> ls:sourceReliability ls:ReliabilityA }}", "an origin is rated"),
        ("<{claim}> {{ <urn:a> <urn:b> <urn:c> }}", "an assertion graph"),
    ],
)
def test_check_finds_planted_damage(writer: Writer, damage: str, invariant: str) -> None:
    [added] = writer.add([grant("JL MAG", "Volkswagen", assessment={"reliability": "D"})])
    origin = published(writer).node(added.iri).need(LS.origin)
    writer.touch()
    writer.main.update(
        f"INSERT DATA {{ GRAPH {damage.format(base=writer.names.base, claim=added.iri, origin=origin)} }}",
        prefixes=PREFIXES,
    )
    assert any(f.invariant.startswith(invariant) for f in check_dataset(published(writer)))


def test_check_counts(writer: Writer) -> None:
    writer.add([grant("JL MAG", "Volkswagen")])
    writer.count(active=5)
    assert [f.invariant for f in check_dataset(published(writer))] == ["the manifest counts what is there"]


def test_rebuild_mends_a_broken_default_graph(writer: Writer) -> None:
    writer.add([grant("JL MAG", "Volkswagen")])
    writer.add_base([Quad(A, P, B)])
    good = {str(q) for q in published(writer).main}
    writer.touch()
    writer.main.add(Quad(A, P, A))
    for quad in list(
        writer.main.quads_for_pattern(None, NamedNode(LS.holdsLicenseFor), None, DefaultGraph())
    ):
        writer.main.remove(quad)
    problems = list(check_dataset(published(writer)))
    assert {f.problem.split(":")[0] for f in problems} == {
        "nothing supports this triple",
        "1 triples are missing",
    }
    writer.rebuild()
    assert {str(q) for q in published(writer).main} == good
