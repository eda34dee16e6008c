"""Where no policy is, only the rows that a page shows are assessed: the page is the one of all rows."""

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from kg.dataset.snapshots import Reader
from kg.query import assessed_rows, query
from kg.query.answer import NOT_ANNOTATED
from server.paging import page_of_row, rows_of_page, rows_on_a_page

WIDE = "?s ?p ?o " + " ".join(f"?empty{n}" for n in range(17))
"""Columns that leave room for fifteen rows on a page."""

ALL = f"SELECT {WIDE} {{ ?s ?p ?o }} ORDER BY ?s ?p ?o"
QUERIES = (
    ALL,
    "SELECT ?s ?p ?o ?g { GRAPH ?g { ?s ?p ?o } ?s a ?o } ORDER BY ?g ?s ?o",
    "SELECT ?s ?p (COUNT(?o) AS ?n) (SAMPLE(?o) AS ?one) (MIN(?o) AS ?least) { ?s ?p ?o } GROUP BY ?s ?p",
    "SELECT ?p ?c { ?p ls:holdsLicenseFor ?c }",
    "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "ASK { ?p ls:holdsLicenseFor ?c }",
    "SELECT ?x { ?x ls:nothing ?y }",
)


@pytest.mark.parametrize("asked", QUERIES)
def test_a_page_is_as_if_all_rows_were_assessed(asked: str, client: FlaskClient) -> None:
    address = "/sparql?" + urlencode({"query": asked, "format": "html"})
    first = client.get(address).text
    rows = re.search(r"<span>([\d,]+) rows?</span>", first)
    total = int(rows[1].replace(",", "")) if rows else 1
    columns = max(1, first.count('<th scope="col">') - first.count(">origins</th>"))
    numbers = {1, rows_on_a_page(columns), rows_on_a_page(columns) + 1, max(1, total)}
    for row in sorted(number for number in numbers if number <= max(1, total))[-3:]:
        whole = client.get(f"{address}&row={row}")
        page = client.get(f"{address}&page={page_of_row(row, columns)}&row={row}")
        assert page.status_code == 200
        assert page.text == whole.text
        assert not total or f'id="row-{row}"' in page.text


def test_the_pages_together_have_every_row_once(client: FlaskClient) -> None:
    address = "/sparql?" + urlencode({"query": f"SELECT {WIDE} {{ ?s ?p ?o }}", "format": "html"})
    pages, found = [client.get(address).text], list[tuple[str, str]]()
    while further := re.search(r'rel="next" href="([^"]+)"', pages[-1]):
        pages.append(client.get(further[1].replace("&amp;", "&")).text)
    for page in pages:
        found += re.findall(r'id="row-(\d+)">\s*<tr>(.*?)<td class="sure">', page, re.DOTALL)
    assert len(pages) > 1
    assert [int(number) for number, _ in found] == list(range(1, len(found) + 1))
    assert len({cells for _, cells in found}) == len(found)


def test_the_other_rows_are_not_assessed(store: Path) -> None:
    snapshot = Reader(store).current()
    answer = query(snapshot, ALL, confidence=False)
    told = answer.provenance
    whole = query(snapshot, ALL).provenance
    assert told is not None
    assert whole is not None
    shown = rows_of_page(2, len(answer.variables), len(told.rows))
    part = assessed_rows(snapshot, told, shown)
    assert 0 < len(shown) < len(told.rows)
    for place, row in enumerate(part.rows):
        wanted = whole.rows[place] if place in shown else NOT_ANNOTATED
        assert row._replace(node=None) == wanted._replace(node=None)
    assert part.claims.items() <= whole.claims.items()
    assert len(part.claims) < len(whole.claims)


@pytest.mark.parametrize(
    ("page", "columns", "total", "rows"),
    [
        (1, 3, 7, range(7)),
        (2, 3, 150, range(50, 100)),
        (9, 3, 150, range(100, 150)),
        (1, 0, 1, range(1)),
        (1, 3, 0, range(0)),
        (2, 60, 25, range(10, 20)),
        (4, 4, 151, range(150, 151)),
        (5, 12, 151, range(100, 125)),
    ],
)
def test_which_rows_a_page_has(page: int, columns: int, total: int, rows: range) -> None:
    assert rows_of_page(page, columns, total) == rows
    assert all(page_of_row(place + 1, columns) == page_of_row(rows[0] + 1, columns) for place in rows)
