"""The W3C query tests: the grammar takes what the engine takes, rendering changes nothing, the law holds."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kg.dataset.terms import Literal, NamedNode, Quad, RdfFormat, Store, Triple
from kg.dataset.terms import parse as parse_rdf
from kg.errors import LodestoneError, QueryRefused, QuerySyntaxError
from kg.query import query
from kg.query.deriving.conditions import VOLATILE
from kg.query.parse import has_word, parse
from kg.query.shaping.render import NOTHING, render
from tests.query.fake import FakeSnapshot
from tests.query.law import check_law

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
BASE = "http://www.w3.org/suite/"
ALL_SUBSETS = 12
"""Of data of at most so many claims all subsets are tried, of more ``SOME``."""
SOME = 500
LEAST = 228
"""So many tests are annotated completely, if not more."""


@dataclass(frozen=True)
class Case:
    """One evaluation test: its query, its data (default graph, named graphs)."""

    name: str
    text: str
    data: tuple[Path, ...]
    graphs: tuple[Path, ...]


def rdf(path: Path) -> Iterator[Quad]:
    form = RdfFormat.RDF_XML if path.suffix == ".rdf" else RdfFormat.TURTLE
    return iter(parse_rdf(path.read_bytes(), format=form, base_iri=BASE + path.name))


def manifest_cases(manifest: Path) -> Iterator[Case]:
    store = Store()
    base = BASE
    store.extend(parse_rdf(manifest.read_bytes(), format=RdfFormat.TURTLE, base_iri=base))
    found = store.query(f"""
        SELECT ?test ?query (GROUP_CONCAT(DISTINCT ?d) AS ?data) (GROUP_CONCAT(DISTINCT ?g) AS ?graphs)
        {{ ?test a <{MF}QueryEvaluationTest> ; <{MF}action> ?action . ?action <{QT}query> ?query
           OPTIONAL {{ ?action <{QT}data> ?file BIND(STR(?file) AS ?d) }}
           OPTIONAL {{ ?action <{QT}graphData> ?file2 BIND(STR(?file2) AS ?g) }} }}
        GROUP BY ?test ?query ORDER BY ?test""")
    for test, asked, data, graphs in found:
        folder = manifest.parent

        def files(names: Literal | None, folder: Path = folder) -> tuple[Path, ...]:
            return tuple(folder / name.removeprefix(BASE) for name in (names.value if names else "").split())

        text = (folder / asked.value.removeprefix(BASE)).read_text(encoding="utf-8")
        yield Case(test.value, text, files(data), files(graphs))


@pytest.fixture(scope="module")
def suite(shared: Path) -> Path:
    folder = shared / "w3c" / "sparql" / "sparql11"
    if not folder.is_dir():
        pytest.skip("the W3C SPARQL 1.1 suite is not in the shared folder")
    return folder


@pytest.fixture(scope="module")
def cases(suite: Path) -> list[Case]:
    manifests = sorted(path for path in suite.glob("*/manifest.ttl") if path.parent.name != "entailment")
    return [case for manifest in manifests for case in manifest_cases(manifest)]


def snapshot_of(case: Case) -> FakeSnapshot:
    """Each triple of the default graph a claim of its own, every third also asserted by a second."""
    triples = [quad.triple for path in case.data for quad in rdf(path)]
    grounded = [Triple(skolem(t.subject), t.predicate, skolem(t.object)) for t in triples]
    claims = {f"c{number}": frozenset((triple,)) for number, triple in enumerate(grounded)}
    claims |= {f"d{number}": frozenset((triple,)) for number, triple in enumerate(grounded[::3])}
    named = {BASE + path.name: frozenset(quad.triple for quad in rdf(path)) for path in case.graphs}
    return FakeSnapshot(claims, named=named)


def skolem(term):
    """Blank nodes of claims are named on ingest."""
    return NamedNode(f"urn:skolem:{term.value}") if type(term).__name__ == "BlankNode" else term


def test_what_the_engine_takes_is_parsed_and_rendered(suite: Path) -> None:
    store = Store()
    taken = 0
    for path in sorted(suite.rglob("*.rq")):
        text = path.read_text(encoding="utf-8")
        try:
            store.query(text, base_iri=BASE)
        except SyntaxError:
            continue
        except RuntimeError:  # an unknown function, in a test of syntax only
            pass
        taken += 1
        try:
            parsed = parse(text, BASE)
            if has_word(text, "SERVICE"):  # is never rendered
                continue
            rendered = render(parsed)
            store.query(rendered)
        except RuntimeError:
            continue
        except (SyntaxError, QuerySyntaxError) as error:
            raise AssertionError(f"{path}: {error}") from error
    assert taken > 300


def test_rendering_changes_no_solution(cases: list[Case]) -> None:
    compared = 0
    for case in cases:
        if any(has_word(case.text, word) for word in (*VOLATILE, "SERVICE")):
            continue  # gives another value each time, or asks another endpoint
        parsed = parse(case.text, BASE)
        if parsed.form not in ("select", "ask") or parsed.default_graphs or parsed.named_graphs:
            continue
        snapshot = snapshot_of(case)
        try:
            written = query(snapshot, case.text, provenance="none", base_iri=BASE)
        except LodestoneError as error:
            raise AssertionError(f"{case.name}: {error}") from error
        rendered = query(snapshot, render(parsed), provenance="none")
        assert sorted(set(rendered.variables) - {NOTHING}) == sorted(written.variables), case.name
        order = [rendered.variables.index(name) for name in written.variables]
        rows = Counter(tuple(row[i] for i in order) for row in rendered.rows)
        assert rows == Counter(written.rows), case.name
        assert rendered.boolean == written.boolean, case.name
        compared += 1
    assert compared > 150


def test_the_law_holds(cases: list[Case], record_testsuite_property: Callable[[str, object], None]) -> None:
    """Every evaluation test that is annotated is put to the law; every other one has its reason."""
    exceptions: dict[str, list[str]] = defaultdict(list)
    broken = []
    lawful = 0
    for case in cases:
        try:
            snapshot = snapshot_of(case)
            answer = query(snapshot, case.text, base_iri=BASE)
        except QueryRefused as why:
            exceptions[f"refused: {why}"].append(case.name)
            continue
        assert answer.provenance is not None
        if answer.provenance.reason is not None:
            exceptions[answer.provenance.reason].append(case.name)
            continue
        few = len(snapshot.claims) <= ALL_SUBSETS
        try:
            check_law(
                snapshot, case.text, whole_of(case.text), 1 << ALL_SUBSETS if few else SOME, base_iri=BASE
            )
        except AssertionError as error:
            broken.append(f"{case.name}: {error}")
        lawful += 1
    told = {
        "query evaluation tests": len(cases),
        "annotated completely, and put to the law": lawful,
        **{
            f"not annotated ({len(names)}): {reason}": ", ".join(map(short, names))
            for reason, names in exceptions.items()
        },
    }
    for what, value in told.items():
        print(f"{what}: {value}")
        record_testsuite_property(what, value)
    assert not broken
    assert len(cases) == lawful + sum(map(len, exceptions.values()))
    assert lawful >= LEAST


def short(name: str) -> str:
    """The end of a test's name."""
    return name.rpartition("#")[2].rpartition("/")[2]


def whole_of(text: str) -> str | None:
    """A query without its outermost LIMIT and OFFSET, if it has such."""
    asked = parse(text, BASE)
    if asked.body.limit is None and not asked.body.offset:
        return None
    return render(replace(asked, body=replace(asked.body, limit=None, offset=0)))
