"""The data and the queries of the benchmark: as they are said to be, and the same every time."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from tests.benchmarks.shape import triples_like_watdiv
from tests.benchmarks.watdiv import SOURCES, Data, write_claims
from tests.benchmarks.workload import CLASSES, OWN, Named, workload


def test_generated_triples_are_as_many_as_asked_for_each_once_and_always_the_same() -> None:
    lines = list(triples_like_watdiv(30_000))
    assert lines == list(triples_like_watdiv(30_000))
    assert lines != list(triples_like_watdiv(30_000, seed=2))
    assert len(set(lines)) == len(lines)
    assert 25_000 < len(lines) < 35_000


def test_a_tenth_of_the_data_has_a_tenth_of_the_friendships() -> None:
    few, many = (
        Counter(line.split()[1] for line in triples_like_watdiv(count)) for count in (10_000, 100_000)
    )
    friends = "<http://db.uwaterloo.ca/~galuc/wsdbm/friendOf>"
    assert 6 < many[friends] / few[friends] < 15


@pytest.mark.parametrize(
    ("layout", "several", "share", "size"), [(1, 2, 1 / 3, 1), (5, 2, 1 / 3, 5), (20, 20, 1 / 10, 1)]
)
def test_a_layout_has_as_many_claims_for_a_triple_as_it_says(
    tmp_path: Path, layout: int, several: int, share: float, size: int
) -> None:
    lines = list(triples_like_watdiv(15_000))
    paths = write_claims(lines, layout, tmp_path)
    assert len(paths) == SOURCES[layout]
    claims = [line.rsplit(" ", 2)[0] for path in paths for line in path.read_text().splitlines()]
    counts = Counter(Counter(claims).values())
    assert set(counts) == {1, several}
    assert counts.total() == len(lines)
    assert counts[several] / len(lines) == pytest.approx(share, rel=0.1)
    sizes = Counter(line.rsplit(" ", 2)[1] for path in paths for line in path.read_text().splitlines())
    assert max(sizes.values()) == size


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Data:
    data = Data(tmp_path_factory.mktemp("data"), generated=0.1)
    data.plain.parent.mkdir()
    store = Store(str(data.plain))
    store.load("".join(data.triples()), format=RdfFormat.N_TRIPLES)
    store.flush()
    return data


@pytest.mark.parametrize("name", sorted(path.stem for path in OWN.glob("*.rq")))
def test_every_query_of_ours_has_an_answer(generated: Data, name: str) -> None:
    (query,) = [query for query in workload(generated, name[0]) if query.name == name]
    assert query.kind in CLASSES
    store = Store.read_only(str(generated.plain))
    rows = [tuple(row) for row in store.query(query.text)]
    assert rows
    assert Counter(tuple(row) for row in store.query(query.reworded(1))).total() == len(rows)


def test_texts_with_other_names_are_all_different() -> None:
    query = Named("P1", "SELECT ?x { ?x <p:q>? ?y FILTER(?y > 1) }")
    texts = [query.text, *(query.reworded(number) for number in range(3))]
    assert all(a != b for a, b in pairwise(texts))
    assert texts[1] == "SELECT ?x_0 { ?x_0 <p:q>? ?y_0 FILTER(?y_0 > 1) }"
