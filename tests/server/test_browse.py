"""Pages, and their twins in JSON and RDF, over a real store."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, RdfFormat, parse

from kg.claims.claim import Claim
from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from ontology.vocab import LS, NP, PREFIXES, RDF
from server.app import create_app
from server.config import Config, ShowDocuments
from server.services import services
from tests.server.conftest import ARTICLE, FOREIGN, GRANT_QUOTE, HOSTILE, Names, local

HTML = {"Accept": "text/html"}


def page(client: FlaskClient, path: str) -> str:
    response = client.get(path, headers=HTML)
    assert response.status_code == 200, response.get_data(as_text=True)
    assert response.mimetype == "text/html"
    return response.get_data(as_text=True)


def twin(client: FlaskClient, path: str) -> dict[str, Any]:
    response = client.get(path, headers={"Accept": "application/json"})
    assert response.status_code == 200, response.get_data(as_text=True)
    assert response.mimetype == "application/json"
    found = response.get_json()
    assert isinstance(found, dict)
    return found


def test_start_page(client: FlaskClient) -> None:
    text = page(client, "/")
    assert "Latest claims" in text
    found = twin(client, "/")
    assert found["counts"] == {"active": 8, "inactive": 2, "base": 1}
    assert len(found["latest"]) == 8


def test_claim_in_words(client: FlaskClient, names: Names) -> None:
    found = twin(client, local(names.grant))
    assert " ".join(p["text"] for p in found["sentence"]) == (
        "Fabrika Magnit received an export license for Autowerk from Ministry of Trade"
    )
    assert found["state"] == "active"
    assert found["quote"]["exact"] == GRANT_QUOTE
    assert ARTICLE.endswith(found["quote"]["after"])
    assert f"<mark>{GRANT_QUOTE}</mark>" in page(client, local(names.grant))


def test_confidence_of_a_claim_adds_up(client: FlaskClient, names: Names, store: Path) -> None:
    found = twin(client, local(names.grant))["confidence"]
    assert (found["reliability"], found["credibility"], found["hand_ons"]) == ("B", "2", 1)
    assert found["probability"] == pytest.approx(0.8 * 0.8 * 0.95)
    info = Reader(store).current().claim_info(names.grant)
    assert info is not None
    assert found["probability"] == pytest.approx(info.probability)


def test_chain_runs_from_the_event(client: FlaskClient, names: Names) -> None:
    chain = twin(client, local(names.grant))["chain"]
    assert [(v["source"]["text"], v["root"], v["handed_on"]) for v in chain] == [
        ("Two people at the carmaker", False, False),
        ("Example Wire", True, False),
        ("Reprint Daily", False, True),
    ]
    assert chain[0]["kind"] == "2 anonymous sources"


def test_who_agrees(client: FlaskClient, names: Names) -> None:
    statements = twin(client, local(names.grant))["statements"]
    told = {s["triple"]["predicate"]["text"]: s["fact"] for s in statements}
    assert set(told) == {"holds license for", "holds license from"}
    held = told["holds license for"]
    assert {v["claim"]["iri"] for v in held["voices"]} == {names.agree, names.copy, names.new}
    assert (held["strength"]["origins"], held["strength"]["claims"]) == (3, 4)
    assert [v["claim"]["iri"] for v in held["against"]] == [names.deny]


def test_who_agrees_with_a_denial(client: FlaskClient, names: Names) -> None:
    statements = twin(client, local(names.deny))["statements"]
    held = next(s["fact"] for s in statements if s["triple"]["predicate"]["text"] == "holds license for")
    assert held["voices"] == []
    assert {v["claim"]["iri"] for v in held["against"]} == {names.grant, names.agree, names.copy, names.new}


def test_who_contradicts(client: FlaskClient, names: Names) -> None:
    assert [c["link"]["iri"] for c in twin(client, local(names.grant))["contradicts"]] == [names.deny]


def test_a_retracted_claim_stays_readable(client: FlaskClient, names: Names) -> None:
    found = twin(client, local(names.wrong))
    assert (found["state"], found["active"]) == ("retracted", False)
    text = page(client, local(names.wrong))
    assert "It was four, not forty" in text
    assert "an editor" in text


def test_a_superseded_claim_names_its_successor(client: FlaskClient, names: Names) -> None:
    found = twin(client, local(names.old))
    assert found["state"] == "superseded"
    assert [c["link"]["iri"] for c in found["superseded_by"]] == [names.new]


def test_what_is_hedged_is_no_fact(client: FlaskClient, names: Names) -> None:
    assert twin(client, local(names.follow))["states_fact"] is False
    assert "not counted as a fact" in page(client, local(names.follow))


def test_claim_of_foreign_rdf(client: FlaskClient) -> None:
    path = "/claim?iri=https%3A%2F%2Fother.example%2Fgraph%23one"
    found = twin(client, path)
    assert found["iri"] == FOREIGN
    assert [t["object"]["text"] for t in found["triples"]] == ["https://other.example/bob"]
    assert "other.example/alice" in page(client, path)


def test_claim_in_turtle_is_its_record(client: FlaskClient, names: Names) -> None:
    response = client.get(local(names.grant), headers={"Accept": "text/turtle"})
    assert response.mimetype == "text/turtle"
    quads = list(parse(response.get_data(), format=RdfFormat.TURTLE))
    claim = NamedNode(names.grant)
    assert any(q.subject == claim and q.object == NamedNode(LS.Claim) for q in quads)
    assert any(q.predicate.value == LS.groupCount for q in quads)


@pytest.mark.parametrize(
    ("media_type", "form"), [("application/trig", RdfFormat.TRIG), ("application/n-quads", RdfFormat.N_QUADS)]
)
def test_claim_with_graphs_is_a_nanopublication(
    client: FlaskClient, names: Names, store: Path, media_type: str, form: RdfFormat
) -> None:
    response = client.get(local(names.grant), headers={"Accept": media_type})
    assert response.mimetype == media_type
    quads = list(parse(response.get_data(), format=form))
    [head] = [q for q in quads if q.object == NamedNode(NP + "Nanopublication")]
    parts = {q.predicate.value.removeprefix(NP): q.object for q in quads if q.graph_name == head.graph_name}
    assert parts["hasAssertion"] == NamedNode(names.grant)
    assertion = {
        f"{q.subject} {q.predicate} {q.object} ." for q in quads if q.graph_name == NamedNode(names.grant)
    }
    assert assertion == set(Reader(store).current().assertion(names.grant))
    about = {
        part: {q.subject for q in quads if q.graph_name == parts[part]}
        for part in parts
        if part.startswith("has")
    }
    assert NamedNode(names.grant) in about["hasProvenance"]
    assert head.subject in about["hasPublicationInfo"]
    assert {q.graph_name for q in quads} == {head.graph_name, *(parts[p] for p in about)}


def test_an_inactive_claim_has_its_twins_too(client: FlaskClient, names: Names) -> None:
    response = client.get(local(names.wrong) + "?format=trig")
    quads = list(parse(response.get_data(), format=RdfFormat.TRIG))
    assert any(q.graph_name == NamedNode(names.wrong) for q in quads)
    assert any(q.predicate.value == LS.retractionReason for q in quads)


def test_document_with_every_quote_marked(client: FlaskClient, names: Names) -> None:
    where = twin(client, local(names.grant))["document"]["href"]
    found = twin(client, where)
    assert "".join(piece["text"] for piece in found["text"]) == ARTICLE
    assert [p["text"] for p in found["text"] if p["claims"]] == [
        GRANT_QUOTE,
        "Another supplier may follow soon",
    ]
    assert {c["link"]["iri"] for c in found["claims"]} == {names.grant, names.follow}
    text = page(client, where)
    assert text.count("<mark>") == 2
    assert 'href="#c1"' in text
    assert 'id="c2"' in text


def test_a_public_server_shows_quotes_only(store: Path, names: Names) -> None:
    app = create_app(Config(store=store, host="0.0.0.0", public=True))  # noqa: S104 - nothing is bound
    assert services(app).config.documents is ShowDocuments.QUOTE
    client = app.test_client()
    claim = twin(client, local(names.grant))
    assert claim["quote"]["exact"] == GRANT_QUOTE
    assert "A maker of magnets" not in claim["quote"]["before"]
    document = twin(client, claim["document"]["href"])
    assert (document["text"], document["withheld"]) == ([], True)
    assert "The ministry did not answer." not in page(client, claim["document"]["href"])


def test_source_in_its_positions(client: FlaskClient, names: Names) -> None:
    chain = twin(client, local(names.grant))["chain"]
    wire = twin(client, chain[1]["source"]["href"])
    assert (wire["label"], wire["total"], wire["reliability"]) == ("Example Wire", 3, "B")
    assert {p["position"]: p["claims"] for p in wire["positions"]} == {1: 2, 2: 1}
    assert {s["claim"]["link"]["iri"]: s["position"] for s in wire["said"]} == {
        names.copy: 1,
        names.follow: 1,
        names.grant: 2,
    }
    assert "as an origin rated B" in page(client, chain[1]["source"]["href"])


def test_entity_with_facts_claims_and_confidence(client: FlaskClient, names: Names) -> None:
    [carmaker] = [p["href"] for p in twin(client, local(names.grant))["sentence"] if p["text"] == "Autowerk"]
    found = twin(client, carmaker)
    assert found["label"] == "Autowerk"
    [group] = found["facts"]
    assert group["property"]["text"] == "has licensed producer"
    [fact] = group["facts"]
    assert fact["value"]["text"] == "Fabrika Magnit"
    strength = fact["strength"]
    assert (strength["origins"], strength["claims"]) == (3, 4)
    ann, daily, wire = 0.8 * 0.8, 0.8 * 0.8, 0.8 * 0.8 * 0.95
    assert strength["confidence"] == pytest.approx(1 - (1 - ann) * (1 - daily) * (1 - wire))
    assert "3 origins, 4 claims" in page(client, carmaker)


def test_facts_that_end_at_an_entity_are_told_where_its_type_follows_from_them(client: FlaskClient) -> None:
    ministry = twin(client, "/entities?q=Ministry of Trade")["entities"][0]["entity"]["href"]
    found = twin(client, ministry)
    assert "Authority" in {t["text"].title() for t in found["types"]}
    [group] = [g for g in found["facts"] if g["inverse"]]
    assert group["property"]["text"] == "holds license from"
    assert {fact["value"]["text"] for fact in group["facts"]} == {"Fabrika Magnit"}
    carmaker = twin(client, "/entities?q=Autowerk")["entities"][0]["entity"]["href"]
    assert [g["inverse"] for g in twin(client, carmaker)["facts"]] == [False]  # told the other way round


def test_facts_of_an_entity_in_rdf(client: FlaskClient, names: Names) -> None:
    [carmaker] = [p["href"] for p in twin(client, local(names.grant))["sentence"] if p["text"] == "Autowerk"]
    quads = list(parse(client.get(f"{carmaker}?format=nt").get_data(), format=RdfFormat.N_TRIPLES))
    assert any(q.predicate.value == LS.holdsLicenseFor for q in quads)
    jsonld = json.loads(client.get(carmaker, headers={"Accept": "application/ld+json"}).get_data())
    assert any(RDF in json.dumps(node) or "@type" in node for node in jsonld)


@pytest.mark.parametrize(
    "path",
    [
        "/claim/none",
        "/document/none",
        "/source/none",
        "/entity/none",
        "/claim?iri=urn:none",
        "/claim/a%20b",
        "/entity/%00",
        "/nothing/here",
    ],
)
def test_unknown_names_are_not_found(client: FlaskClient, path: str) -> None:
    problem = client.get(path)
    assert problem.status_code == 404
    assert problem.mimetype == "application/problem+json"
    told = client.get(path, headers=HTML)
    assert told.status_code == 404
    assert told.mimetype == "text/html"


@pytest.mark.parametrize(
    "path",
    ["/claim", "/claim?iri=relative", "/claims?page=0", "/claims?page=x", "/claims?type=x", "/?format=png"],
)
def test_nonsense_is_told(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 400


def test_what_cannot_be_written_is_not_acceptable(client: FlaskClient, names: Names) -> None:
    response = client.get(local(names.grant), headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert "text/turtle" in response.get_json()["available"]


def test_every_alternate_of_a_page_is_there(client: FlaskClient, names: Names) -> None:
    text = page(client, local(names.grant))
    alternates = re.findall(r'<link rel="alternate" type="([^"]+)" title="[^"]+" href="([^"]+)">', text)
    assert {t for t, _ in alternates} >= {
        "application/json",
        "text/turtle",
        "application/trig",
        "application/ld+json",
    }
    for media_type, href in alternates:
        assert client.get(href).mimetype == media_type


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("FABRIKA", {"grant", "agree", "copy", "deny", "new"}),
        ("may follow", {"follow"}),
        ("carmaker", {"grant"}),
        ("ann reporter", {"agree"}),
        ('"', set()),
        ("\\", set()),
        ("bold</b>", {"hostile"}),
    ],
)
def test_search(client: FlaskClient, names: Names, search: str, found: set[str]) -> None:
    response = client.get("/claims", query_string={"q": search}, headers={"Accept": "application/json"})
    assert {c["link"]["iri"] for c in response.get_json()["claims"]} == {
        getattr(names, name) for name in found
    }


def test_list_by_type(client: FlaskClient, names: Names) -> None:
    found = twin(client, "/claims?type=license_pending")
    assert [c["link"]["iri"] for c in found["claims"]] == [names.follow]
    assert found["more"] is False


def test_hostile_content_is_harmless(client: FlaskClient, names: Names) -> None:
    claim = twin(client, local(names.hostile))
    assert claim["url"] is None
    places = [local(names.hostile), claim["document"]["href"], claim["chain"][0]["source"]["href"]]
    places += [r["entity"]["href"] for r in claim["roles"]]
    for path in (*places, "/claims", "/"):
        text = page(client, path)
        assert HOSTILE not in text
        assert "<script" not in text
        assert "<b>bold" not in text
        assert 'href="javascript:' not in text
        assert " style=" not in text


def test_a_claim_that_is_a_link_says_so_wherever_it_stands(tmp_path: Path) -> None:
    link = {
        "type": "other",
        "triples": [f"<urn:firm:a> <{PREFIXES['skos']}exactMatch> <http://www.wikidata.org/entity/Q1> ."],
        "document": {"title": "A register"},
        "attribution": [{"kind": "document", "name": "A register"}],
    }
    with Writer(tmp_path / "store") as writer:
        claims = [Claim.model_validate(one) for one in (link, {**link, "polarity": "negative"})]
        writer.add(claims)
        writer.commit()
    client = create_app(Config(store=tmp_path / "store")).test_client()
    for path in ("/", "/claims"):
        lines = client.get(path).text
        assert "urn:firm:a is the same as http://www.wikidata.org/entity/Q1</bdi>" in lines
        assert "Denied: urn:firm:a is the same as" in lines
        assert "other event</bdi>" not in lines.lower()
    document = client.get("/claims?format=json").get_json()["claims"][0]["document"]["href"]
    notes = client.get(f"{document}?format=json").get_json()["claims"]
    said = "urn:firm:a is the same as http://www.wikidata.org/entity/Q1"
    assert {note["link"]["text"] for note in notes} == {said, f"Denied: {said}"}
    asked = urlencode({"query": "SELECT ?b { ?a skos:exactMatch ?b }", "format": "html"})
    answer = client.get(f"/sparql?{asked}").text
    assert said in answer.partition('class="because"')[2]
    assert "a exactMatch Q1" not in answer
    page = client.get(f"/claim/{claims[0].id}").text
    assert "Claim · link" in page
    assert "skos:exactMatch" not in page.partition("Its assertion graph")[0]


def test_of_a_number_it_is_told_what_the_confidence_is_of(client: FlaskClient) -> None:
    counted = "SELECT (COUNT(*) AS ?n) { ?p ls:holdsLicenseFor ?c }"
    told = page(client, "/sparql?" + urlencode({"query": counted, "format": "html"}))
    assert "The confidence is that there is such a row; n may differ where not all of that holds" in told
    listed = "SELECT * { ?p ls:holdsLicenseFor ?c }"
    assert "may differ" not in page(client, "/sparql?" + urlencode({"query": listed, "format": "html"}))
