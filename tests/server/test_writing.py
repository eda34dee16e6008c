"""Writing over HTTP: claims, graphs, updates; who may, what the answer says, what is logged."""

from pathlib import Path
from typing import Any

import pytest

from server.app import create_app
from server.config import Config
from server.gate.tokens import Scope
from server.services import services
from tests.server.conftest import ARTICLE, FOREIGN, GRANT_QUOTE, Names, license_claim, local, quoted
from tests.server.writing import MASTER, TRIPLE, TURTLE, UPDATE, Clients, server

G = "/graphs?graph=urn:g"
__all__ = ["server"]  # a fixture


@pytest.mark.parametrize(
    ("method", "path", "needed", "options"),
    [
        ("POST", "/sparql", Scope.ADMIN, {"data": {"update": ""}}),
        ("PUT", G, Scope.ADMIN, {"data": TRIPLE, "content_type": TURTLE}),
        ("POST", "/graphs?default", Scope.ADMIN, {"data": "", "content_type": TURTLE}),
        ("DELETE", G, Scope.ADMIN, {}),
        ("POST", "/claims", Scope.WRITE, {"json": license_claim(said="2025-06-01")}),
        ("DELETE", "/claim?iri=urn:none", Scope.WRITE, {"json": {"reason": "wrong"}}),
    ],
)
def test_who_may(server: Clients, method: str, path: str, needed: Scope, options: dict[str, Any]) -> None:
    nobody = server.send(method, path, None, **options)
    assert nobody.status_code == 401
    assert nobody.headers["WWW-Authenticate"] == 'Bearer realm="lodestone"'
    unknown = server.send(method, path, None, headers={"Authorization": "Bearer x.y"}, **options)
    assert unknown.status_code == 401
    assert "invalid_token" in unknown.headers["WWW-Authenticate"]
    for scope in Scope:
        found = server.send(method, path, scope, **options)
        if scope.allows(needed):
            assert found.status_code in (200, 201, 204, 404), found.text
        else:
            assert (found.status_code, found.get_json()["scope"]) == (403, needed)


def test_an_unknown_token_does_not_read_either(server: Clients) -> None:
    for header in ("Bearer nope", "Basic dTpw", "Bearer"):
        assert server.client.get("/claims", headers={"Authorization": header}).status_code == 401
    assert server.client.get("/claims", headers={"Authorization": f"Bearer {MASTER}"}).status_code == 200


def test_reading_may_need_a_token(store: Path) -> None:
    app = create_app(Config(store=store, workers=1, token=MASTER, read_token=True))
    client = app.test_client()
    assert client.get("/").status_code == 401
    assert client.get("/sparql").status_code == 401
    assert client.get("/", headers={"Authorization": f"Bearer {MASTER}"}).status_code == 200
    assert client.get("/health/ready").status_code == 200
    assert client.options("/sparql").status_code == 200
    services(app).workers.close()


# --- updates


def test_an_update_is_seen_at_once_and_names_its_version(server: Clients) -> None:
    done = server.send("POST", "/sparql", data="INSERT DATA { <urn:seen> <urn:p> 1 }", content_type=UPDATE)
    assert done.status_code == 200
    assert done.get_json()["inserted"] == 1
    assert server.ask("<urn:seen> ?p ?o")
    assert server.client.get("/health/ready").get_json()["version"] == done.headers["Content-Version"]
    assert (
        server.send("POST", "/sparql", data={"update": "DELETE WHERE { <urn:seen> ?p ?o }"}).get_json()[
            "deleted"
        ]
        == 1
    )
    assert not server.ask("<urn:seen> ?p ?o")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("INSERT DATA {", 400),
        ("WITH <urn:g> DELETE {} WHERE {}", 200),
        ("CLEAR GRAPH <urn:none>", 409),
        ("CLEAR GRAPH <https://w3id.org/lodestone/record>", 409),
        (f"DROP GRAPH <{FOREIGN}>", 409),
        ("LOAD <http://127.0.0.1/>", 403),
        ("INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", 403),
    ],
)
def test_updates_that_are_refused(server: Clients, text: str, status: int) -> None:
    found = server.send("POST", "/sparql", data=text, content_type=UPDATE)
    assert found.status_code == status, found.text
    if status == 400:
        assert found.get_json()["line"] == 1


def test_the_dataset_of_an_update(server: Clients) -> None:
    text = "INSERT { GRAPH <urn:to> { ?s ?p ?o } } WHERE { ?s ?p ?o }"
    server.send("PUT", "/graphs?graph=urn:from", data=TRIPLE, content_type=TURTLE)
    done = server.send("POST", "/sparql?using-graph-uri=urn:from", data=text, content_type=UPDATE)
    assert done.get_json()["inserted"] == 1
    twice = text.replace("WHERE", "USING <urn:from> WHERE")
    assert (
        server.send("POST", "/sparql?using-graph-uri=urn:from", data=twice, content_type=UPDATE).status_code
        == 400
    )


# --- graphs


def test_the_life_of_a_graph(server: Clients) -> None:
    path = "/graphs/people/%C3%A9.ttl"
    put = [server.send("PUT", path, data=TRIPLE, content_type=TURTLE).status_code for _ in range(2)]
    assert put == [201, 204]
    assert server.send("POST", path, data="<urn:b> <urn:p> [] .", content_type=TURTLE).status_code == 204
    read = server.client.get(path, headers={"Accept": "application/n-triples"})
    assert (read.status_code, read.mimetype, len(read.text.splitlines())) == (200, "application/n-triples", 2)
    assert server.ask("GRAPH <https://w3id.org/lodestone/graphs/people/%C3%A9.ttl> { <urn:a> ?p ?o }")
    assert server.client.head(path).status_code == 200
    gone = [server.send("DELETE", path).status_code for _ in range(2)]
    assert gone == [204, 404]
    assert server.client.get(path).status_code == 404


FORMS = {
    TURTLE: TRIPLE,
    "application/trig": TRIPLE,
    "application/n-triples": '<urn:a> <urn:p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .',
    "application/n-quads": '<urn:a> <urn:p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .',
    "application/ld+json": '[{"@id": "urn:a", "urn:p": [{"@value": 1}]}]',
    "application/rdf+xml": """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:u="urn:">
        <rdf:Description rdf:about="urn:a">
        <u:p rdf:datatype="http://www.w3.org/2001/XMLSchema#integer">1</u:p></rdf:Description></rdf:RDF>""",
}


@pytest.mark.parametrize("form", FORMS)
def test_formats_both_ways(server: Clients, form: str) -> None:
    path = "/graphs?graph=urn:formats"
    assert server.send("PUT", path, data=FORMS[form], content_type=form).status_code in (201, 204)
    assert server.ask("GRAPH <urn:formats> { <urn:a> <urn:p> 1 }")
    read = server.client.get(path, headers={"Accept": form})
    assert read.mimetype == form
    server.send("DELETE", path)
    assert server.send("PUT", path, data=read.data, content_type=form).status_code == 201
    assert server.ask("GRAPH <urn:formats> { <urn:a> <urn:p> 1 }")


def test_a_new_graph_gets_a_name(server: Clients) -> None:
    made = server.send("POST", "/graphs", data="<> <urn:p> 1 .", content_type=TURTLE)
    assert made.status_code == 201
    name = made.get_json()["graph"]
    assert made.headers["Location"] == name.replace("https://w3id.org/lodestone/", "http://localhost/")
    assert server.ask(f"GRAPH <{name}> {{ <{name}> <urn:p> 1 }}")
    for address in (made.headers["Location"], f"/graphs?graph={made.headers['Location']}"):
        assert server.client.get(address).status_code == 200


def test_the_parts_of_a_form(server: Clients) -> None:
    body = "\r\n".join(
        [
            "--x",
            'Content-Disposition: form-data; name="a"; filename="a.ttl"',
            "",
            "<urn:1> <urn:p> 1 .",
            "--x",
            'Content-Disposition: form-data; name="b"',
            f"Content-Type: {TURTLE}",
            "",
            "<urn:2> <urn:p> 2 .",
            "--x--",
            "",
        ]
    )
    kind = "multipart/form-data; boundary=x"
    assert server.send("POST", "/graphs?graph=urn:form", data=body, content_type=kind).status_code == 201
    assert server.ask("GRAPH <urn:form> { <urn:1> ?p 1 . <urn:2> ?q 2 }")
    assert (
        server.send(
            "POST", "/graphs?graph=urn:form", data=body, content_type="multipart/form-data"
        ).status_code
        == 400
    )


@pytest.mark.parametrize(
    ("method", "path", "body", "kind", "status"),
    [
        ("PUT", G, "<urn:a> <urn:p> .", TURTLE, 400),
        ("PUT", G, TRIPLE, "application/rdf+xml", 400),
        ("PUT", G, "GRAPH <urn:x> { <urn:a> <urn:p> 1 }", "application/trig", 400),
        ("PUT", G, '<!DOCTYPE x [<!ENTITY a "&b;&b;">]><x/>', "application/rdf+xml", 400),
        ("PUT", G, TRIPLE, "image/png", 415),
        ("PUT", G, TRIPLE, None, 415),
        ("PUT", G, TRIPLE, f"{TURTLE}; charset=latin-1", 415),
        ("PUT", "/graphs", TRIPLE, TURTLE, 400),
        ("PUT", "/graphs?graph=relative", TRIPLE, TURTLE, 400),
        ("PUT", "/graphs?graph=urn:a&graph=urn:b", TRIPLE, TURTLE, 400),
        ("PUT", "/graphs?default&graph=urn:b", TRIPLE, TURTLE, 400),
        ("PUT", "/graphs/x?default", TRIPLE, TURTLE, 400),
        ("PUT", "/graphs?graph=https://w3id.org/lodestone/record", TRIPLE, TURTLE, 409),
        ("PUT", "/graphs?graph=https%3A%2F%2Fother.example%2Fgraph%23one", TRIPLE, TURTLE, 409),
        ("DELETE", "/graphs?graph=https://w3id.org/lodestone/inferred", "", None, 409),
        ("PATCH", G, TRIPLE, TURTLE, 405),
        ("GET", "/graphs?graph=urn:none", "", None, 404),
        ("GET", "/graphs?default&format=docx", "", None, 400),
        ("GET", "/graphs", "", None, 400),
    ],
)  # fmt: skip
def test_what_graphs_refuse(
    server: Clients, method: str, path: str, body: str, kind: str | None, status: int
) -> None:
    found = server.send(method, path, data=body, content_type=kind)
    assert found.status_code == status, found.text
    assert found.mimetype == "application/problem+json"


def test_graphs_of_claims_are_read(server: Clients, names: Names) -> None:
    found = server.client.get("/graphs", query_string={"graph": names.grant}, headers={"Accept": TURTLE})
    assert found.status_code == 200
    assert "holdsLicenseFor" in found.text
    assert server.client.get("/graphs?default", headers={"Accept": "image/png"}).status_code == 406


def test_replacing_the_default_graph_leaves_what_claims_state(server: Clients) -> None:
    held = "?producer ls:holdsLicenseFor ?customer"
    assert (
        server.send("PUT", "/graphs?default", data="<urn:d> <urn:p> 1 .", content_type=TURTLE).status_code
        == 204
    )
    assert server.ask(f"{held} . <urn:d> <urn:p> 1")
    assert server.send("DELETE", "/graphs?default").status_code == 204
    assert server.ask(f"{held} FILTER NOT EXISTS {{ <urn:d> <urn:p> 1 }}")


# --- claims


def test_claims_come_in_with_their_text(server: Clients) -> None:
    text = ARTICLE.replace("Autowerk", "Wagenbau")
    record = license_claim(
        document={"title": "With its text", "publisher": "Daily Example", "text": text},
        quote={"exact": GRANT_QUOTE.replace("Autowerk", "Wagenbau")},
    )
    made = server.send("POST", "/claims", Scope.WRITE, json=record)
    assert made.status_code == 201, made.text
    [claim] = made.get_json()["claims"]
    assert claim["outcome"] == "new"
    assert claim["active"] is True
    assert made.headers["Location"].endswith(local(claim["claim"]))
    assert server.client.get(local(claim["claim"]), headers={"Accept": "application/json"}).get_json()[
        "quote"
    ]
    again = server.send("POST", "/claims", Scope.WRITE, json=[record])
    assert (again.status_code, again.get_json()["known"], again.get_json()["new"]) == (200, 1, 0)


def test_rdf_is_told_claim_by_claim_as_records_are(server: Clients) -> None:
    body = "<urn:told-1> { <urn:a> <urn:p> 1 } <urn:told-2> { <urn:a> <urn:p> 2 }"
    made = server.send("POST", "/claims", Scope.WRITE, data=body, content_type="application/trig")
    assert {(c["claim"], c["outcome"], c["active"]) for c in made.get_json()["claims"]} == {
        ("urn:told-1", "new", True),
        ("urn:told-2", "new", True),
    }
    taken = server.send("DELETE", "/claim?iri=urn:told-1", Scope.WRITE, json={"reason": "a mistake"})
    assert taken.status_code == 200
    again = server.send("POST", "/claims", Scope.WRITE, data=body, content_type="application/trig")
    assert (again.status_code, again.get_json()["known"]) == (200, 2)
    assert {(c["claim"], c["outcome"], c["active"]) for c in again.get_json()["claims"]} == {
        ("urn:told-1", "known", False),
        ("urn:told-2", "known", True),
    }


def test_invalid_claims_are_told_apart_and_nothing_comes_in(server: Clients) -> None:
    before = server.client.get("/health/ready").get_json()["version"]
    good = license_claim(said="2025-07-01")
    wrong = license_claim(type="license_grunted", document={"title": "x"}, attribution=[])
    found = server.send("POST", "/claims", Scope.WRITE, json={"claims": [good, wrong]})
    assert (found.status_code, found.mimetype) == (422, "application/problem+json")
    report = found.get_json()["report"]
    assert report["conforms"] is False
    told = {(r["focusNode"], r["resultPath"]) for r in report["result"]}
    assert told == {("[1]", "type"), ("[1]", "attribution")}
    assert all(r["resultMessage"] for r in report["result"])
    misquoted = license_claim(
        document={"title": "x", "text": ARTICLE}, quote=quoted(ARTICLE, GRANT_QUOTE) | {"start": 1, "end": 3}
    )
    assert server.send("POST", "/claims", Scope.WRITE, json=misquoted).status_code == 422
    named = license_claim(document={"title": "x", "file": "passwd"})
    assert "text itself" in server.send("POST", "/claims", Scope.WRITE, json=named).text
    assert server.client.get("/health/ready").get_json()["version"] == before


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"7", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"<a> <b> .", "application/trig", 400),
        (b"<a> <b>", "application/n-quads", 400),
        (b"a,b", "text/csv", 415),
        (b"{}", "", 415),
        (b"{}", "application/json; charset=utf-16", 415),
    ],
)
def test_bodies_that_hold_no_claims(server: Clients, body: bytes, kind: str, status: int) -> None:
    found = server.send("POST", "/claims", data=body, content_type=kind)
    assert found.status_code == status, found.text


def test_named_graphs_are_claims(server: Clients) -> None:
    trig = "GRAPH <https://posted.example/g> { <urn:x> <urn:knows> <urn:y> }"
    kind = "application/trig"
    made = server.send("POST", "/claims?name=sent", Scope.WRITE, data=trig, content_type=kind)
    assert (made.status_code, made.get_json()["new"]) == (201, 1)
    assert server.ask("<urn:x> <urn:knows> <urn:y>")
    assert server.ask(
        'GRAPH <https://w3id.org/lodestone/record> { ?d <http://purl.org/dc/terms/title> "sent.trig" }'
    )
    assert server.send("POST", "/claims", Scope.WRITE, data=trig, content_type=kind).status_code == 200
    other = server.send("POST", "/claims", Scope.WRITE, data=trig.replace("y>", "z>"), content_type=kind)
    assert other.status_code == 409
    assert other.get_json()["conflicts"][0]["claim"] == "https://posted.example/g"
    raw = server.send("POST", "/claims", Scope.WRITE, data="<urn:raw> <urn:p> 1 .", content_type=kind)
    assert raw.status_code == 403
    assert not server.ask("<urn:raw> ?p ?o")
    allowed = server.send("POST", "/claims", Scope.ADMIN, data="<urn:raw> <urn:p> 1 .", content_type=kind)
    assert allowed.get_json()["base"] == 1
    assert server.send("POST", "/claims?name=../x", data=trig, content_type=kind).status_code == 400


def test_an_article_is_read(server: Clients) -> None:
    text = (
        "BEIJING (Example Wire) - JL Mag has received an export license for Volkswagen, two sources said.\n"
    )
    made = server.send("POST", "/claims?name=brief", Scope.WRITE, data=text, content_type="text/plain")
    assert made.status_code == 201, made.text
    assert made.get_json()["claims"][0]["outcome"] == "new"


def test_a_claim_is_taken_back_with_a_reason(server: Clients, names: Names) -> None:
    path = local(names.agree)
    assert server.send("DELETE", path, Scope.WRITE).status_code == 400
    assert server.send("DELETE", path, Scope.WRITE, json={"why": "?"}).status_code == 400
    done = server.send("DELETE", path, Scope.WRITE, json={"reason": "it was another firm"})
    assert (done.status_code, done.get_json()["already"]) == (200, False)
    assert server.send("DELETE", f"{path}?reason=again", Scope.WRITE).get_json()["already"] is True
    page = server.client.get(path, headers={"Accept": "text/html"}).text
    assert "it was another firm" in page
    assert "write desk" in page
    foreign = server.send("DELETE", "/claim", Scope.WRITE, query_string={"iri": FOREIGN, "reason": "x"})
    assert foreign.status_code == 200
    assert server.send("DELETE", "/claim/none?reason=x", Scope.WRITE).status_code == 404
