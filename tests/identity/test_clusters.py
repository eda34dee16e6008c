"""Which mentions are one thing: against a plain union, and by which judgments."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from kg.identity.clusters import NONE, Clusters, Link

MENTIONS = tuple(f"urn:{letter}" for letter in "abcdefg")
LINKS = st.builds(
    lambda ends, number, sure: Link(f"urn:j{number}", min(ends), max(ends), sure),
    st.sampled_from(list(combinations(MENTIONS, 2))),
    st.integers(0, 99),
    st.sampled_from((0.5, 0.9, 1.0)),
)
BATCHES = st.lists(LINKS, max_size=10, unique_by=lambda link: link.judgment)


def link(judgment: str, left: str, right: str, confidence: float = 1.0) -> Link:
    return Link(f"urn:{judgment}", f"urn:{left}", f"urn:{right}", confidence)


def union(links: list[Link]) -> dict[str, frozenset[str]]:
    """The sets that links connect, by merging until nothing changes."""
    found = {m: frozenset([m]) for m in MENTIONS}
    for one in links:
        both = found[one.left] | found[one.right]
        found |= dict.fromkeys(both, both)
    return found


@given(BATCHES)
def test_a_cluster_is_what_judgments_connect_and_goes_by_its_least_name(links: list[Link]) -> None:
    clusters, due = Clusters.of(links), union(links)
    for mention in MENTIONS:
        assert set(clusters.cluster(mention)) == due[mention]
        assert clusters.canonical(mention) == min(due[mention])


@given(BATCHES)
def test_the_judgments_of_a_mention_alone_give_it_its_name(links: list[Link]) -> None:
    clusters = Clusters.of(links)
    for mention in MENTIONS:
        used = set(clusters.judgments(mention))
        found = union([link for link in links if link.judgment in used])
        assert clusters.canonical(mention) in found[mention]
        assert (not used) == (clusters.canonical(mention) == mention)


@given(BATCHES)
def test_the_way_between_two_is_of_judgments_that_join_just_these(links: list[Link]) -> None:
    clusters = Clusters.of(links)
    for one, other in combinations(MENTIONS, 2):
        if clusters.canonical(one) == clusters.canonical(other):
            way = [link for link in links if link.judgment in clusters.way(one, other)]
            assert other in union(way)[one]
            assert all(other not in union([x for x in way if x != left_out])[one] for left_out in way)


@given(BATCHES, st.data())
def test_changes_one_after_the_other_make_the_same_clusters(links: list[Link], data: st.DataObject) -> None:
    clusters, there = NONE, list[Link]()
    for one in data.draw(st.permutations(links)):
        clusters = clusters.changed(added=[one])
        there.append(one)
        if data.draw(st.booleans()):
            gone = data.draw(st.sampled_from(there))
            before = clusters
            clusters = clusters.changed(removed=[gone])
            there.remove(gone)
            differing = {m for m in MENTIONS if before.name(m) != clusters.name(m)}
            assert set(before.differing(clusters, [gone])) == differing
    due = Clusters.of(there)
    assert (clusters.names, clusters.members) == (due.names, due.members)
    assert {m: set(of) for m, of in clusters.links.items()} == {m: set(of) for m, of in due.links.items()}


def test_the_way_is_the_shortest_then_the_surest_then_the_first() -> None:
    chain = [link("1", "a", "b"), link("2", "b", "c"), link("9", "a", "c", 0.5)]
    assert Clusters.of(chain).judgments("urn:c") == ("urn:9",)
    two = [link("1", "a", "b", 0.5), link("2", "a", "b", 0.9)]
    assert Clusters.of(two).judgments("urn:b") == ("urn:2",)
    alike = [link("2", "a", "b", 0.9), link("1", "a", "b", 0.9)]
    assert Clusters.of(alike).judgments("urn:b") == ("urn:1",)


def test_a_triple_is_put_in_canonical_names_but_for_its_predicate() -> None:
    clusters = Clusters.of([link("1", "a", "b"), link("2", "x", "y")])
    assert clusters.projected(("<urn:b>", "<urn:b>", "<urn:y>")) == (
        ("<urn:a>", "<urn:b>", "<urn:x>"),
        ("urn:1", "urn:2"),
    )
    assert clusters.projected(("<urn:b>", "<urn:p>", "<urn:b>"))[1] == ("urn:1",)
    plain = ("<urn:a>", "<urn:p>", '"<urn:b>"')
    assert clusters.projected(plain) == (plain, ())
    assert not clusters.mentions(plain)
