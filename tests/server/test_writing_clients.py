"""Standard clients that write: SPARQLWrapper, rdflib's update store, curl."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLUpdateStore
from SPARQLWrapper import JSON, POST, SPARQLWrapper

from tests.server.running import Server, start, stop

ADMIN = "clients"
A, P = URIRef("urn:a"), URIRef("urn:p")


@pytest.fixture(scope="module")
def server(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("clients")
    server = start(shutil.copytree(store, folder / "store"), folder, token=ADMIN, memory=2**31)
    yield server
    stop(server)


def test_sparqlwrapper(server: Server) -> None:
    client = SPARQLWrapper(f"{server.address}sparql")
    client.addCustomHttpHeader("Authorization", f"Bearer {ADMIN}")
    client.setMethod(POST)
    client.setQuery("INSERT DATA { GRAPH <urn:wrapped> { <urn:a> <urn:p> 1, 2 } }")
    assert client.query().response.status == 200
    client.setQuery("SELECT ?o { GRAPH <urn:wrapped> { ?s ?p ?o } }")
    client.setReturnFormat(JSON)
    for provenance in ("how", "none"):
        client.addParameter("provenance", provenance)
        found = client.queryAndConvert()
        assert len(found["results"]["bindings"]) == 2
        assert ("provenance" in found) is (provenance == "how")
        client.clearParameter("provenance")


def test_rdflib(server: Server) -> None:
    endpoint = f"{server.address}sparql"
    store = SPARQLUpdateStore(endpoint, endpoint, headers={"Authorization": f"Bearer {ADMIN}"}, method="POST")
    graph = Graph(store, identifier=URIRef("urn:rdflib"))
    graph.add((A, P, Literal("50 % ü\n")))
    graph.add((A, P, Literal(2)))
    assert sorted(str(o) for o in graph.objects(A, P)) == ["2", "50 % ü\n"]
    graph.remove((A, P, Literal(2)))
    graph.update("INSERT { ?s <urn:q> ?o } WHERE { ?s <urn:p> ?o }")
    assert [str(o) for o in graph.objects(A, URIRef("urn:q"))] == ["50 % ü\n"]


def curl(*options: str) -> str:
    command = ["curl", "--silent", "--show-error", *options]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl(server: Server, tmp_path: Path) -> None:
    bearer = ("-H", f"Authorization: Bearer {ADMIN}")
    data = tmp_path / "data.ttl"
    data.write_text("<urn:a> <urn:p> 1 .", encoding="utf-8")
    graph = f"{server.address}graphs?graph=urn:curl"
    curl(*bearer, "-T", str(data), "-H", "Content-Type: text/turtle", graph)
    assert "<urn:a> <urn:p>" in curl("-H", "Accept: application/n-triples", graph)
    update = ("--data-urlencode", "update=CLEAR GRAPH <urn:curl>")
    assert json.loads(curl(*bearer, *update, f"{server.address}sparql"))["deleted"] == 1
    curl(*bearer, "-X", "DELETE", graph)
    assert "404" in curl("-o", str(tmp_path / "gone"), "-w", "%{http_code}", graph)
