"""No page is above 300 kB, styles included, before the editor and the graphs."""

import re
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from tests.server.conftest import Names, local

MOST = 300_000
EVERYTHING = "SELECT * { ?a ls:holdsLicenseFor ?b . GRAPH ?g { ?s ?p ?o } }"
PAGES = (
    *("/", "/claims?size=100", "/entities", "/conflicts", "/judgments", "/review", "/ontology", "/docs"),
    *("/docs/commands", "/docs/questions", "/sparql?format=html"),
    "/sparql?" + urlencode({"query": EVERYTHING, "format": "html"}),
)


@pytest.mark.parametrize("path", PAGES)
def test_a_page(client: FlaskClient, path: str) -> None:
    assert weight(client, path) < MOST


def test_the_page_of_a_claim(client: FlaskClient, names: Names) -> None:
    assert weight(client, local(names.grant)) < MOST


def weight(client: FlaskClient, path: str) -> int:
    """Bytes of a page with its own styles and pictures; what is built for browsers is the editor."""
    page = client.get(path, headers={"Accept": "text/html"})
    assert page.status_code == 200
    found = len(page.data)
    for address in set(re.findall(r'(?:href|src)="(/static/(?!bundle)[^"]+)"', page.text)):
        with client.get(address) as part:
            assert part.status_code == 200
            found += len(part.data)
    return found
