"""Standard clients read, with provenance and without."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import QueryResultsFormat, parse_query_results
from rdflib import URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from tests.server.running import Server, start, stop

HOLDERS = "SELECT ?holder ?customer { ?holder ls:holdsLicenseFor ?customer }"
HOLDS = URIRef("https://w3id.org/lodestone/ontology#holdsLicenseFor")
FETCH = """
import { SparqlEndpointFetcher } from 'fetch-sparql-endpoint';
const fetcher = new SparqlEndpointFetcher();
const rows = await fetcher.fetchBindings(process.argv[2], process.argv[3]);
let count = 0;
for await (const row of rows) { if (row.holder.termType === 'NamedNode') count += 1; }
const yes = await fetcher.fetchAsk(process.argv[2], 'ASK { ?s ?p ?o }');
const graph = await fetcher.fetchTriples(process.argv[2], 'CONSTRUCT WHERE { ?s ?p ?o }');
let triples = 0;
for await (const triple of graph) triples += 1;
console.log(JSON.stringify({ count, yes, some: triples > 10 }));
"""


@pytest.fixture(scope="module")
def server(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start(store, tmp_path_factory.mktemp("clients"))
    yield server
    stop(server)


@pytest.mark.parametrize("provenance", ["how", "none"])
def test_rdflib_reads(server: Server, provenance: str) -> None:
    store = SPARQLStore(f"{server.address}sparql", params={"provenance": provenance})
    found = list(store.query(HOLDERS))
    assert len(found) == 1
    assert [(s, o) for (s, _, o), _ in store.triples((None, HOLDS, None))] == [tuple(found[0])]


@pytest.mark.parametrize("provenance", ["how", "none"])
def test_oxigraph_reads(server: Server, provenance: str) -> None:
    """Its reader streams, and takes no member after the results."""
    found = parse_query_results(server.ask(HOLDERS, provenance=provenance)[2], QueryResultsFormat.JSON)
    assert len(list(found)) == 1
    yes = parse_query_results(server.ask("ASK {}", provenance=provenance)[2], QueryResultsFormat.JSON)
    assert bool(yes)


def test_another_lodestone_reads(server: Server, store: Path, tmp_path: Path) -> None:
    endpoint = f"{server.address}sparql"
    other = start(store, tmp_path, outbound=[endpoint])
    try:
        status, _, body = other.ask(f"SELECT * {{ SERVICE <{endpoint}> {{ ?s ls:holdsLicenseFor ?o }} }}")
        assert status == 200, body
        assert len(json.loads(body)["results"]["bindings"]) == 1
    finally:
        stop(other)


@pytest.mark.parametrize("provenance", ["how", "none"])
def test_curl_reads(server: Server, provenance: str) -> None:
    program = shutil.which("curl")
    if program is None:
        pytest.skip("curl is not installed")
    data = ["--data-urlencode", f"query={HOLDERS}", "--data-urlencode", f"provenance={provenance}"]
    done = subprocess.run(
        [program, "-sS", "--fail", "--compressed", f"{server.address}sparql", *data],
        capture_output=True,
        check=True,
        timeout=60,
    )
    found = json.loads(done.stdout)
    assert len(found["results"]["bindings"]) == 1
    assert ("provenance" in found) == (provenance == "how")


@pytest.mark.parametrize("provenance", ["how", "none"])
def test_fetch_sparql_endpoint_reads(server: Server, fetcher: Path, provenance: str) -> None:
    done = subprocess.run(
        ["node", fetcher, f"{server.address}sparql?provenance={provenance}", HOLDERS],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"count": 1, "yes": True, "some": True}


@pytest.fixture(scope="module")
def fetcher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A script that uses the npm package ``fetch-sparql-endpoint``."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    folder = tmp_path_factory.mktemp("npm")
    (folder / "package.json").write_text('{"type": "module"}')
    script = folder / "fetch.js"
    script.write_text(FETCH)
    done = subprocess.run(
        [
            "npm",
            "install",
            "--silent",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "fetch-sparql-endpoint@7.2.0",
        ],
        cwd=folder,
        capture_output=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"npm cannot install fetch-sparql-endpoint: {done.stderr.decode()[-200:]}")
    return script
