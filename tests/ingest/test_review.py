from pathlib import Path

import pytest

from kg.claims.claim import Agent, AgentKind, Claim, ClaimType, Quote, Status
from kg.claims.document import Document, text_hash
from kg.claims.source import SourceKind, Voice
from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from kg.errors import InvalidClaim, NotFound
from kg.identity.judgment import Judgment
from kg.ingest.review import Reviewer, waiting
from ontology.vocab import LS

TEXT = "Traders wait. " * 12 + "China granted Acme Metals a license. " + "Prices rose. " * 12
SAID = "China granted Acme Metals a license"


def machine_claim(status: Status = Status.UNREVIEWED) -> Claim:
    start = TEXT.index(SAID)
    return Claim(
        type=ClaimType.LICENSE_GRANTED,
        roles={"licensee": "Acme Metals", "authority": "China"},  # type: ignore[dict-item]
        quote=Quote(exact=SAID, start=start, end=start + len(SAID), prefix="wait. "),
        document=Document(hash=text_hash(TEXT), publisher="P"),
        attribution=(Voice(kind=SourceKind.PUBLISHER, name="P"),),
        agent=Agent(kind=AgentKind.EXTRACTOR, name="rules", version="1"),
        status=status,
        quote_verified=True,
    )


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    writer = Writer(tmp_path / "store")
    with writer:
        writer.layout.save_text(TEXT)
        yield writer  # type: ignore[misc]


@pytest.mark.parametrize("status", [Status.UNREVIEWED, Status.PROPOSED])
def test_an_accepted_claim_is_the_reviewers_own_and_the_machines_stays(
    writer: Writer, status: Status
) -> None:
    [added] = writer.add([machine_claim(status)])
    before = writer.view.claim(added.iri).claim
    accepted = Reviewer(writer, "ana").accept(added.iri)
    new, old = writer.view.claim(accepted), writer.view.claim(added.iri)
    assert new.state == "active"
    assert old.state != "active"
    assert old.superseded_by == (accepted,)
    assert old.claim == before
    assert new.claim.agent == Agent(name="ana")
    assert new.claim.status is Status.ACCEPTED
    assert new.claim.supersedes == (added.iri,)
    assert (new.claim.roles, new.claim.type) == (before.roles, before.type)
    assert new.claim.quote is not None
    assert new.claim.quote.exact == SAID
    assert list(waiting(writer.view)) == []


@pytest.mark.parametrize("quote", [None, Quote(exact=SAID)])
def test_a_claim_without_a_place_in_a_text_is_accepted_with_the_reviewers_voice(
    writer: Writer, quote: Quote | None
) -> None:
    claim = machine_claim(Status.PROPOSED).model_copy(update={"quote": quote, "quote_verified": False})
    [added] = writer.add([claim])
    accepted = Reviewer(writer, "ana").accept(added.iri)
    new = writer.view.claim(accepted)
    assert accepted != added.iri
    assert new.state == "active"
    assert [voice.label for voice in new.claim.attribution] == ["P", "ana"]
    assert writer.view.claim(added.iri).superseded_by == (accepted,)


def test_other_words_of_the_document_can_be_quoted(writer: Writer) -> None:
    [added] = writer.add([machine_claim()])
    new = writer.view.claim(
        Reviewer(writer, "ana").edit(added.iri, {"quote": "Acme Metals a\n license."})
    ).claim
    start = TEXT.index("Acme Metals a license.")
    assert new.quote is not None
    assert (new.quote.exact, new.quote.start) == ("Acme Metals a license.", start)
    assert new.quote.prefix is not None
    assert new.quote.prefix.endswith("China granted ")
    assert new.quote_verified
    [unread] = writer.add(
        [machine_claim().model_copy(update={"document": Document(url="https://a.example/")})]
    )
    with pytest.raises(InvalidClaim, match="not at hand") as raised:
        Reviewer(writer, "ana").edit(unread.iri, {"quote": "other words"})
    assert raised.value.problems[0][0] == "quote"


def test_an_edited_claim_says_it_otherwise(writer: Writer) -> None:
    [added] = writer.add([machine_claim()])
    edited = Reviewer(writer, "ana").edit(added.iri, {"type": "license_denied", "polarity": "negative"})
    claim = writer.view.claim(edited).claim
    assert (claim.type, claim.polarity, claim.supersedes) == ("license_denied", "negative", (added.iri,))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"quote": None}, "quote: give the words of the quote"),
        ({"quote": {"exact": "Acme Metals lost its license"}}, "these words are not in the text"),
        ({"document": {"publisher": "Q"}}, "document: review does not change this"),
        ({"type": "license_granted", "quote": SAID.replace(" ", "\r\n ")}, "nothing is changed"),
        ({"typ": "other"}, "typ: no member"),
        ({"type": "license_sold"}, "type: "),
        ({}, "nothing is changed"),
    ],
)
def test_an_edit_that_is_none_is_refused(writer: Writer, changes: dict[str, object], reason: str) -> None:
    [added] = writer.add([machine_claim()])
    with pytest.raises(InvalidClaim, match=reason):
        Reviewer(writer, "ana").edit(added.iri, changes)
    assert [s.iri for s in waiting(writer.view)] == [added.iri]


def test_a_rejected_claim_stays_readable_with_who_and_why(writer: Writer) -> None:
    [added] = writer.add([machine_claim()])
    reviewer = Reviewer(writer, "ana")
    assert reviewer.reject(added.iri, "the text says the opposite")
    stored = writer.view.claim(added.iri)
    assert (stored.state, stored.retracted_by) == ("retracted", "ana")
    assert stored.retraction_reason == "rejected in review: the text says the opposite"
    assert not reviewer.reject(added.iri, "again")
    with pytest.raises(InvalidClaim, match="is retracted already"):
        reviewer.accept(added.iri)


def test_a_claim_that_is_not_there_cannot_be_reviewed(writer: Writer) -> None:
    with pytest.raises(NotFound):
        Reviewer(writer, "ana").accept(writer.names.claim("nothing"))


def test_what_waits_is_listed_least_sure_first(tmp_path: Path) -> None:
    with Writer(tmp_path / "store") as writer:
        proposed = machine_claim(Status.PROPOSED)
        other = machine_claim().model_copy(update={"type": ClaimType.LICENSE_SCOPE})
        writer.add([proposed, other])
        writer.commit()
    states = [stored.state for stored in waiting(Reader(tmp_path / "store").current())]
    assert states == ["proposed", "active"]


def test_a_reviewed_claim_is_still_of_the_event_that_was_judged_to_be_its(writer: Writer) -> None:
    said, other = machine_claim(), machine_claim().model_copy(update={"document": Document(title="Another")})
    names = [added.iri for added in writer.add([said, other.model_copy(update={"quote_verified": False})])]
    events = [writer.view.node(name).get(LS.event) or "" for name in names]
    judged = {"verdict": "same", "kind": "event", "author": {"name": "A"}, "reason": "one grant"}
    writer.judge([Judgment.model_validate({"left": events[0], "right": events[1], **judged})])
    accepted = Reviewer(writer, "R. Viewer").accept(names[0])
    assert writer.view.node(accepted).get(LS.event) in writer.view.clusters.cluster(events[1])
    writer.commit()
    found = Reader(writer.layout.root).current().query("SELECT DISTINCT ?e { ?e a ls:LicenseGranted }")
    assert len(list(found)) == 1


def test_judgments_are_no_claims_to_review(writer: Writer) -> None:
    given = {"left": "urn:a", "right": "urn:b", "verdict": "same", "author": {"name": "A"}, "reason": "x"}
    writer.judge([Judgment.model_validate({**given, "status": "proposed"})])
    assert list(waiting(writer.view)) == []
