"""What is written down of a support is read back as it was."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.dataset.annotated.annotations import AnnotationReader, AnnotationWriter
from kg.dataset.annotated.view import Fact, Support

STATEMENTS = ("urn:c1", "urn:c2", "urn:c1 urn:j1", "urn:c3 urn:j1 urn:j2")


def _facts(minimum: int) -> st.SearchStrategy[tuple[Fact, ...]]:
    fact = st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=3, unique=True).map(tuple)
    return st.lists(fact, min_size=minimum, max_size=3, unique=True).map(tuple)


SUPPORTS = st.builds(
    Support, st.booleans(), _facts(0), st.lists(_facts(2), max_size=2, unique=True).map(tuple)
).filter(lambda support: support.base or support.facts or support.proofs)


@given(st.lists(SUPPORTS, min_size=1, max_size=5))
def test_every_support_comes_back(tmp_path_factory: pytest.TempPathFactory, supports: list[Support]) -> None:
    path = tmp_path_factory.mktemp("annotations") / "annotations.log"
    writer = AnnotationWriter(path)
    names = [writer.name(support) for support in supports]
    writer.close()
    reader = AnnotationReader(path)
    assert [reader.support(name) for name in names] == supports
    assert max(map(len, names)) <= 16


def test_lines_written_before_there_were_proofs_are_read(tmp_path: Path) -> None:
    path = tmp_path / "annotations.log"
    lines = [b"Lodestone annotations\n", b"urn:c1\n", b"urn:c2\n"]
    one, two, row = (sum(map(len, lines[:n])) for n in (1, 2, 3))
    path.write_bytes(b"".join(lines) + f"1|{one:x}|{one:x} {two:x}\n".encode())
    reader = AnnotationReader(path)
    assert reader.support(f"a{row:x}") == Support(True, (("urn:c1",), ("urn:c1", "urn:c2")))
    assert reader.support(f"c{two:x}") == Support(facts=(("urn:c2",),))
    assert reader.support("b") == Support(base=True)


def test_the_claims_of_a_support_are_those_of_its_statements() -> None:
    support = Support(facts=(("urn:c2 urn:j",),), proofs=((("urn:c3",), ("urn:c1", "urn:c2")),))
    assert support.claims == ("urn:c1", "urn:c2", "urn:c3")


def test_what_was_read_serves_a_longer_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "annotations.log"
    writer = AnnotationWriter(path)
    one = writer.name(Support(facts=(("urn:c1", "urn:c2"),)))
    writer.close()
    first = AnnotationReader(path)
    found = first.support(one)
    writer = AnnotationWriter(path)
    two = writer.name(Support(facts=(("urn:c3", "urn:c4"),)))
    writer.close()
    longer = AnnotationReader(path, first.known)
    assert longer.support(one) is found
    assert longer.support(two).facts == (("urn:c3", "urn:c4"),)
    path.write_bytes(path.read_bytes().replace(b"urn:c", b"urn:d"))  # in place: the same file by its number
    other = AnnotationReader(path, first.known)
    assert other.support(one).facts == (("urn:d1", "urn:d2"),)
