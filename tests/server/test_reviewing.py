"""The review queue: what waits is shown with its evidence, and decided in the name of who decides."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from kg.claims.claim import Agent, RoleName
from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from kg.identity.judgment import Judgment, Status, Verdict
from kg.identity.mentions import mention_iri
from server.app import create_app
from server.config import Config
from server.services import services
from tests.dataset.conftest import grant

MASTER = "the administrator's own"
HTML = {"Accept": "text/html"}
HOLDERS = "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p ls:holdsLicenseFor ?c }"
Reviewed = tuple[FlaskClient, Path, list[str]]


@pytest.fixture
def reviewed(tmp_path: Path) -> Iterator[Reviewed]:
    """A server of a proposed claim, an unreviewed one and a proposed link."""
    store = tmp_path / "store"
    proposed = grant("JL Mag", "Volkswagen", status="proposed", title="One")
    unreviewed = grant("JL MAG Rare-Earth", "VW", status="unreviewed", title="Two")
    with Writer(store) as writer:
        claims = [added.iri for added in writer.add([proposed, unreviewed])]
        left, right = (
            mention_iri(RoleName.PRODUCER, claim.roles[RoleName.PRODUCER], claim.document, writer.names)
            for claim in (proposed, unreviewed)
        )
        link = Judgment(
            left=left,
            right=right,
            verdict=Verdict.SAME,
            author=Agent(kind="extractor", name="linker"),
            reason="the names are alike",
            confidence=0.8,
            status=Status.PROPOSED,
        )
        [judged] = writer.judge([link])
        writer.commit()
    app = create_app(Config(store=store, workers=1, token=MASTER))
    yield app.test_client(), store, [*claims, judged.iri]
    services(app).workers.close()
    services(app).writing.close()


def decide(client: FlaskClient, subject: str, action: str, **more: str) -> tuple[int, dict[str, object]]:
    form = {"subject": subject, "action": action, "token": MASTER, **more}
    found = client.post("/review", data=form)
    return found.status_code, json.loads(found.data)


def waiting(client: FlaskClient) -> tuple[int, int]:
    page = json.loads(client.get("/review?format=json").data)
    return len(page["proposals"]), len(page["claims"])


def test_what_waits_is_shown_with_its_words(reviewed: Reviewed) -> None:
    client, _, (claim, _, link) = reviewed
    assert waiting(client) == (1, 2)
    page = client.get("/review", headers=HTML).text
    assert "Are these the same entity?" in page
    assert claim in page
    assert link in page
    assert "the names are alike" in page


def numbers(client: FlaskClient) -> dict[str, int]:
    page = json.loads(client.get("/?format=json").data)
    return {
        n["label"].partition(" proposed")[0]: n["count"] for n in page["numbers"] if "proposed" in n["label"]
    }


def test_the_start_page_counts_claims_and_links_that_wait(reviewed: Reviewed) -> None:
    client, store, (_, _, link) = reviewed
    assert numbers(client) == {"claims": 1, "links": 1}
    assert '<a href="/review"><b>1</b> <span>links proposed' in client.get("/", headers=HTML).text
    with Writer(store) as writer:
        told = writer.view.judgment(link).judgment
        turned = {"left": told.right, "right": told.left, "verdict": Verdict.DIFFERENT}
        own = {"status": Status.ACCEPTED, "author": Agent(kind="person", name="somebody")}
        writer.judge([told.model_copy(update={**turned, **own})])
        writer.commit()
    assert numbers(client) == {"claims": 1, "links": 0}
    assert waiting(client) == (0, 2)
    with Writer(store) as writer:
        writer.judge([told.model_copy(update={"right": told.right + "-else"})])
        writer.commit()
    assert numbers(client) == {"claims": 1, "links": 1}


def test_an_accepted_claim_counts_in_the_reviewers_name(
    reviewed: Reviewed,
) -> None:
    client, store, (claim, _, _) = reviewed
    status, told = decide(client, claim, "accept")
    assert status == 200
    stored = Reader(store).current().claim(str(told["claim"]))
    assert (stored.state, stored.claim.agent and stored.claim.agent.name) == ("active", "LODESTONE_TOKEN")
    assert Reader(store).current().claim(claim).superseded_by == (told["claim"],)
    assert waiting(client) == (1, 1)


def test_a_rejection_needs_a_reason(reviewed: Reviewed) -> None:
    client, store, (_, claim, _) = reviewed
    assert decide(client, claim, "reject")[0] == 400
    assert decide(client, claim, "reject", reason="misread")[0] == 200
    stored = Reader(store).current().claim(claim)
    assert (stored.state, stored.retraction_reason) == ("retracted", "rejected in review: misread")


def test_an_edit_says_it_otherwise(reviewed: Reviewed) -> None:
    client, store, (claim, _, _) = reviewed
    assert decide(client, claim, "edit", changes="[1]")[0] == 400
    assert decide(client, claim, "edit", changes='{"type": "nonsense"}')[0] == 422
    status, told = decide(client, claim, "edit", changes='{"modality": "hedged"}')
    assert status == 200
    assert Reader(store).current().claim(str(told["claim"])).claim.modality == "hedged"


def test_an_accepted_link_changes_an_answer(reviewed: Reviewed) -> None:
    client, _, (claim, _, link) = reviewed
    ask = {
        "query": "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p ls:holdsLicenseFor ?c }",
        "format": "csv",
        "provenance": "none",
    }
    decide(client, claim, "accept")
    before = client.get("/sparql", query_string=ask).text.split()[-1]
    assert decide(client, link, "same", reason="the same firm")[0] == 200
    after = client.get("/sparql", query_string=ask).text.split()[-1]
    assert (before, after) == ("2", "1")
    assert waiting(client)[0] == 0


def test_nobody_decides_without_a_token(reviewed: Reviewed) -> None:
    client, _, (claim, _, _) = reviewed
    for token in ("", "wrong"):
        form = {"subject": claim, "action": "accept", "token": token}
        assert client.post("/review", data=form).status_code == 401
    assert (
        client.post("/review", data={"subject": claim, "action": "dance", "token": MASTER}).status_code == 400
    )
    assert waiting(client) == (1, 2)


def test_a_browser_is_led_back(reviewed: Reviewed) -> None:
    client, _, (claim, _, _) = reviewed
    found = client.post("/review", data={"subject": claim, "action": "accept", "token": MASTER}, headers=HTML)
    assert (found.status_code, found.headers["Location"]) == (303, "/review?done=accept")


def test_a_browser_is_led_back_to_its_page_of_the_queue(reviewed: Reviewed) -> None:
    client, _, (claim, _, _) = reviewed
    form = {"subject": claim, "action": "accept", "token": MASTER, "page": "2"}
    found = client.post("/review", data=form, headers=HTML)
    assert found.headers["Location"] == "/review?done=accept&page=2"
    assert "The claim is accepted." in client.get(found.headers["Location"], headers=HTML).text
    assert "You have won" not in client.get("/review?done=You have won", headers=HTML).text


def test_a_refused_decision_leads_back_to_the_queue(reviewed: Reviewed) -> None:
    client, _, (claim, _, _) = reviewed
    form = {"subject": claim, "action": "accept", "token": "wrong"}
    found = client.post("/review", data=form, headers=HTML)
    assert found.status_code == 401
    assert 'href="/review">Back to the queue' in found.text


def edit(client: FlaskClient, subject: str, **fields: str) -> tuple[int, str, str]:
    """Send the form of a claim as a browser does: every field, some of them changed."""
    form = {"subject": subject, "token": MASTER, **{k.replace("__", "."): v for k, v in fields.items()}}
    found = client.post("/review/edit", data=form, headers=HTML)
    return found.status_code, found.headers.get("Location", ""), found.text


def test_the_form_of_a_claim_holds_what_it_says(reviewed: Reviewed) -> None:
    client, _, (claim, _, _) = reviewed
    assert f'href="/review/edit?subject={quote(claim)}"' in client.get("/review", headers=HTML).text
    page = client.get("/review/edit", query_string={"subject": claim}, headers=HTML).text
    assert '<option value="license_granted" selected>license granted</option>' in page
    assert 'name="role.producer" value="JL Mag"' in page
    assert 'name="role.speaker" value=""' in page
    assert "As JSON" in page
    assert client.get("/review/edit?subject=urn:nothing", headers=HTML).status_code == 404
    assert client.get("/review/edit?subject=nothing", headers=HTML).status_code == 400


def test_fields_say_a_claim_otherwise_and_keep_the_rest(reviewed: Reviewed) -> None:
    client, store, (claim, _, _) = reviewed
    before = Reader(store).current().claim(claim).claim
    fields = {
        "modality": "hedged",
        "when__edtf": "2025-04",
        "when__text": "in April",
        "role__customer": " VW  AG ",
    }
    status, where, _ = edit(client, claim, **fields, quantity__value="1.5", quantity__unit="tonnes", page="1")
    assert (status, where) == (303, "/review?done=edit&page=1")
    [new] = Reader(store).current().claim(claim).superseded_by
    now = Reader(store).current().claim(new).claim
    assert now.modality == "hedged"
    assert now.when is not None
    assert (now.when.edtf, now.when.text) == ("2025-04", "in April")
    assert now.quantity is not None
    assert (now.quantity.value, now.quantity.unit) == (1.5, "tonnes")
    assert now.roles[RoleName.CUSTOMER].text == "VW AG"
    assert now.roles[RoleName.PRODUCER] == before.roles[RoleName.PRODUCER]
    assert (now.type, now.attribution) == (before.type, before.attribution)


def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(reviewed: Reviewed) -> None:
    client, store, (claim, _, _) = reviewed
    version = Reader(store).current().iri
    fields = {"when__edtf": "next spring", "quantity__value": "a lot", "note": "as I read it"}
    status, _, page = edit(client, claim, **fields, quote="words of nobody")
    assert status == 422
    assert "It is not saved" in page
    status, _, page = edit(client, claim, **fields)
    assert status == 422
    for name, typed in (("when-edtf", "next spring"), ("quantity-value", "a lot")):
        at = page.index(f'id="f-{name}"')
        field = page[at : page.index("</p>", at)]
        assert f'value="{typed}"' in field
        assert 'aria-invalid="true"' in field
        assert f'<small class="error" id="f-{name}-error">' in field
        assert f'<a href="#f-{name}">' in page
    assert "as I read it</textarea>" in page
    assert Reader(store).current().iri == version


def test_an_edit_that_changes_nothing_is_refused_in_words(reviewed: Reviewed) -> None:
    client, store, (claim, _, _) = reviewed
    for more in ({}, {"as": "json", "changes": '{"type": "license_granted"}'}):
        status, _, page = edit(client, claim, **more)
        assert status == 422
        assert "nothing is changed: accept the claim if it is right as it stands" in page
    status, _, page = edit(client, claim, **{"as": "json", "changes": "{"})
    assert (status, "changes are no JSON" in page) == (422, True)
    assert Reader(store).current().claim(claim).superseded_by == ()


def test_a_claim_is_edited_as_json_too(reviewed: Reviewed) -> None:
    client, store, (claim, _, _) = reviewed
    changes = '{"polarity": "negative", "roles": {"producer": "JL Mag", "customer": "VW"}}'
    assert edit(client, claim, **{"as": "json", "changes": changes})[0] == 303
    [new] = Reader(store).current().claim(claim).superseded_by
    assert Reader(store).current().claim(new).claim.polarity == "negative"


def test_nobody_edits_without_a_token(reviewed: Reviewed) -> None:
    client, store, (claim, _, _) = reviewed
    form = {"subject": claim, "modality": "hedged", "token": "wrong"}
    assert client.post("/review/edit", data=form, headers=HTML).status_code == 401
    assert Reader(store).current().claim(claim).superseded_by == ()


def test_the_request_of_the_chapter_edits_a_claim(reviewed: Reviewed) -> None:
    client, store, (claim, _, _) = reviewed
    chapter = (Path(__file__).parents[2] / "server" / "docs" / "reviewing.md").read_text(encoding="utf-8")
    form = dict(re.findall(r"""(?:-d|--data-urlencode) ["']?(\w+)=(.+?)["']?(?= -|\n)""", chapter))
    assert form["subject"] == "$CLAIM"
    header = {"Authorization": f"Bearer {MASTER}"}
    found = client.post("/review", data={**form, "subject": claim}, headers=header)
    assert found.status_code == 200, found.text
    edited = Reader(store).current().claim(found.get_json()["claim"]).claim
    assert (edited.modality, edited.when and edited.when.edtf) == ("hedged", "2025-04")
