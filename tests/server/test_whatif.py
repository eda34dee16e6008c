"""What the page says of rows under a policy is what ``/sparql/diff`` says; and whys that come later."""

import json
import re
from collections import Counter
from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Quad, RdfFormat, parse

from ontology.vocab import LS
from tests.server.conftest import Names

QUERIES = (
    "SELECT ?p ?c { ?p ls:holdsLicenseFor ?c }",
    "SELECT DISTINCT ?name { ?p ls:holdsLicenseFor ?c . ?c rdfs:label ?name }",
    "SELECT ?p (COUNT(?c) AS ?n) { ?p ls:holdsLicenseFor ?c } GROUP BY ?p",
    "SELECT ?s { ?s a ls:Party MINUS { ?s ls:holdsLicenseFor ?c } }",
    "SELECT ?claim ?p { GRAPH ?claim { ?p ls:holdsLicenseFor ?c } }",
    "CONSTRUCT WHERE { ?p ls:holdsLicenseFor ?c }",
    "ASK { ?p ls:holdsLicenseFor ?c }",
)
POLICIES = (
    {"min-confidence": "0.65"},
    {"min-origins": "3"},
    {"known-at": "2020-01-01"},
    {"valid-at": "2025-04-01"},
    {"without": "{grant}"},
    {"without": "https://w3id.org/lodestone/source/nobody"},
)


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("policy", POLICIES, ids=str)
def test_the_page_tells_the_difference(
    query: str, policy: dict[str, str], client: FlaskClient, names: Names
) -> None:
    asked = {name: value.format(grant=names.grant) for name, value in policy.items()}
    page = client.get("/sparql?" + urlencode({"query": query, "format": "html", **asked}))
    assert page.status_code == 200
    shown = Counter(re.findall(r'class="(?:boolean )?row (same|changed|vanished|appeared)"', page.text))
    if query.startswith("CONSTRUCT"):
        query = "SELECT ?p ?c { ?p ls:holdsLicenseFor ?c }"
    told = client.get("/sparql/diff?" + urlencode({"query": query, **asked})).get_json()
    if query.startswith("ASK"):
        assert ("<b>Yes</b>" in page.text) == told["after"]["boolean"]
    else:
        wanted = {name: len(told[name]) for name in ("appeared", "vanished", "changed")}
        assert dict(shown) == {name: n for name, n in {**wanted, "same": told["same"]}.items() if n}


def test_the_reasons_of_a_later_row_come_when_they_are_asked_for(client: FlaskClient) -> None:
    query = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o"
    page = client.get("/sparql", query_string={"query": query, "format": "html"}).text
    later = re.findall(r'<a href="([^"]*row=(\d+)#row-\d+)" data-row', page)
    assert later
    address, row = later[-1][0].replace("&amp;", "&").partition("#")[0], later[-1][1]
    assert f'data-row="{row}">\n  <summary>Why?' in client.get(address).text
    assert len(page.encode()) < 300_000


@pytest.mark.parametrize("form", ["SELECT *", "CONSTRUCT"])
def test_every_download_is_there(form: str, client: FlaskClient) -> None:
    query = f"{form} WHERE {{ ?s ls:holdsLicenseFor ?o }}"
    page = client.get("/sparql", query_string={"query": query, "format": "html"}).text
    links = re.findall(r'<a href="(/sparql[?][^"]*format=(?!html)[^"]*)"', page)
    assert len(links) >= 5
    for link in links:
        assert client.get(link.replace("&amp;", "&")).status_code == 200


@pytest.mark.parametrize("policy", POLICIES, ids=str)
@pytest.mark.parametrize("form", ["SELECT *", "CONSTRUCT"])
def test_every_download_is_the_answer_that_is_shown(
    form: str, policy: dict[str, str], client: FlaskClient, names: Names
) -> None:
    asked = {name: value.format(grant=names.grant) for name, value in policy.items()}
    query = f"{form} WHERE {{ ?s ls:holdsLicenseFor ?o }}"
    page = client.get("/sparql", query_string={"query": query, "format": "html", **asked}).text
    shown = len(re.findall(r'class="row (?:same|changed|appeared)"', page))
    links = [urlsplit(a.replace("&amp;", "&")) for a in DOWNLOAD.findall(page)]
    assert {parse_qs(link.query)["format"][0] for link in links} >= set(
        READERS if form == "SELECT *" else GRAPH_READERS
    )
    for link in links:
        sent = {name: values[0] for name, values in parse_qs(link.query).items()}
        assert all(sent[name].startswith(value) for name, value in asked.items()), link.query
        name = sent["format"]
        body = client.get(link.geturl()).text
        if form == "SELECT *" and name in READERS:
            assert READERS[name](body) == shown, name
        elif name in GRAPH_READERS:
            triples = {(str(q.subject), str(q.object)) for q in parse(body, GRAPH_READERS[name]) if held(q)}
            assert len(triples) == shown, name


DOWNLOAD = re.compile(r'<a href="(/sparql[?][^"]*format=(?!html)[^"]*)"')
READERS: dict[str, Callable[[str], int]] = {
    "json": lambda body: len(json.loads(body)["results"]["bindings"]),
    "xml": lambda body: body.count("<result>"),
    "csv": lambda body: len(body.splitlines()) - 1,
    "tsv": lambda body: len(body.splitlines()) - 1,
}
"""How many rows there are in an answer, by the name of its format."""

GRAPH_READERS = {
    "turtle": RdfFormat.TURTLE,
    "trig": RdfFormat.TRIG,
    "ntriples": RdfFormat.N_TRIPLES,
    "nquads": RdfFormat.N_QUADS,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}


def held(quad: Quad) -> bool:
    """Whether a quad is one of those that are asked for, not of what is told about them."""
    return bool(quad.predicate.value == LS.holdsLicenseFor)


@pytest.mark.parametrize(
    "more", ["page=0", "page=x", "row=-1", "row=1e9", "min-confidence=2", "known-at=then"]
)
def test_nonsense_is_told(client: FlaskClient, more: str) -> None:
    assert client.get(f"/sparql?query=ASK+{{}}&format=html&{more}").status_code == 400


def test_beyond_the_last_page_comes_the_last(client: FlaskClient) -> None:
    asked = {"query": QUERIES[0], "format": "html"}
    first = client.get("/sparql", query_string=asked).text
    beyond = client.get("/sparql", query_string={**asked, "page": "9"}).text
    assert 'id="row-1"' in beyond
    assert first.count("<tbody") == beyond.count("<tbody")


def test_terms_for_completion(client: FlaskClient) -> None:
    found = client.get("/sparql/terms").get_json()
    terms = {term["name"]: term for term in found["properties"]}
    assert terms["ls:holdsLicenseFor"]["triples"] >= 1
    assert terms["ls:holdsLicenseFor"]["words"]
    assert "ls:LicenseGranted" in {term["name"] for term in found["classes"]}
    assert found["prefixes"]["ls"] == "https://w3id.org/lodestone/ontology#"


@pytest.mark.parametrize("typed", ["Fabrika", "fabrika mag", "Fabrica", "magnit"])
def test_entities_for_completion(client: FlaskClient, typed: str) -> None:
    [found] = client.get("/sparql/entities", query_string={"q": typed}).get_json()["entities"]
    assert found["name"] == "Fabrika Magnit"
    assert "producer" in found["roles"]
    assert found["claims"] > 1
    asked = {"query": f"ASK {{ <{found['iri']}> ls:holdsLicenseFor ?c }}", "format": "json"}
    assert client.get("/sparql", query_string=asked).get_json()["boolean"] is True


@pytest.mark.parametrize("typed", ["", "x" * 201])
def test_no_name_is_no_search(client: FlaskClient, typed: str) -> None:
    assert client.get("/sparql/entities", query_string={"q": typed}).status_code == 400


def test_claims_are_told_in_sentences(client: FlaskClient) -> None:
    asked = {"query": "SELECT * { ?p ls:holdsLicenseFor ?c }", "format": "html"}
    told = re.search(
        r'<ol class="evidence">(.*?)</ol>', client.get("/sparql", query_string=asked).text, re.DOTALL
    )
    assert told is not None
    assert "Fabrika Magnit received an export license for Autowerk from Ministry of Trade" in told[1]


def test_a_row_that_changes_says_in_what(client: FlaskClient, names: Names) -> None:
    query = {"query": "SELECT ?p ?c { ?p ls:holdsLicenseFor ?c }", "format": "html"}
    before = client.get("/sparql", query_string=query).text
    assert "contested</a>" in before
    page = client.get("/sparql", query_string={**query, "without": names.deny}).text
    assert '<span class="badge">changes</span> <small>no longer contested</small>' in page
    assert "contested</a>" not in page
    assert "<del>" not in page
    page = client.get("/sparql", query_string={**query, "without": names.agree}).text
    assert "<small>3 origins before</small>" in page
    assert "<del>" in page


def test_columns_of_everything_come_as_the_query_has_them(client: FlaskClient) -> None:
    query = {"query": "SELECT * { ?z ls:holdsLicenseFor ?a . ?z rdfs:label ?m }"}
    page = client.get("/sparql", query_string={**query, "format": "html"}).text
    assert re.findall(r'<th scope="col"><bdi>(\w)</bdi>', page) == ["z", "a", "m"]
    told = client.get("/sparql", query_string={**query, "format": "json"}).get_json()
    assert sorted(told["head"]["vars"]) == ["a", "m", "z"]
