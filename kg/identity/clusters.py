"""Clusters: which mentions are one thing by judgments, what it is called, and by which judgments.

A cluster is what judgments that say "same" connect. Its canonical name is the least of its
IRIs in code point order. What a mention's canonical name rests on is the shortest way of
judgments to it; of ways equally short the surest, and of those the first by the judgments' IRIs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from types import MappingProxyType

Texts = tuple[str, str, str]
"""A triple, each term in N-Triples."""


@dataclass(frozen=True, slots=True)
class Link:
    """A judgment that acts: by it two mentions are one thing."""

    judgment: str
    left: str
    right: str
    confidence: float = 1.0

    def other(self, mention: str) -> str:
        """The mention at the other end."""
        return self.right if mention == self.left else self.left


@dataclass(frozen=True, slots=True)
class Name:
    """What a mention is called, and the IRIs of the judgments, in order, that this rests on."""

    canonical: str
    judgments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Clusters:
    """The clusters of several mentions; every other mention is its own.

    ``names`` has each mention in a cluster, ``members`` each cluster by its canonical name,
    ``links`` the judgments at each mention.
    """

    names: Mapping[str, Name]
    members: Mapping[str, tuple[str, ...]]
    links: Mapping[str, tuple[Link, ...]]

    @classmethod
    def of(cls, links: Iterable[Link]) -> "Clusters":
        """The clusters that judgments make."""
        return NONE.changed(added=links)

    def __bool__(self) -> bool:
        return bool(self.names)

    def name(self, mention: str) -> Name:
        """What a mention is called, and by which judgments."""
        return self.names.get(mention) or Name(mention)

    def canonical(self, mention: str) -> str:
        """The canonical name of a mention."""
        return self.name(mention).canonical

    def judgments(self, mention: str) -> tuple[str, ...]:
        """The judgments that a mention's canonical name rests on."""
        return self.name(mention).judgments

    def cluster(self, mention: str) -> tuple[str, ...]:
        """The mentions that are the same thing, in order, itself among them."""
        return self.members.get(self.canonical(mention), (mention,))

    def way(self, one: str, other: str) -> tuple[str, ...]:
        """Judgments by which two mentions of one cluster are the same, in order.

        The ways to the canonical name make a tree: what both have in common joins others.
        """
        return tuple(sorted(set(self.judgments(one)) ^ set(self.judgments(other))))

    # --- change

    def changed(self, added: Iterable[Link] = (), removed: Iterable[Link] = ()) -> "Clusters":
        """The clusters with some judgments more, some less. Only clusters that these touch are looked at."""
        more, fewer = list(added), set(removed)
        ends = {end for link in (*more, *fewer) for end in (link.left, link.right)}
        touched = set(chain.from_iterable(map(self.cluster, ends)))
        links = dict(self.links)
        for end in {end for link in fewer for end in (link.left, link.right)}:
            links[end] = tuple(link for link in links.get(end, ()) if link not in fewer)
        for link in more:
            for end in (link.left, link.right):
                if link not in links.get(end, ()):
                    links[end] = (*links.get(end, ()), link)
        names, members = dict(self.names), dict(self.members)
        for mention in touched:
            names.pop(mention, None)
            members.pop(mention, None)
        for mention in sorted(touched):
            if not links.get(mention):
                links.pop(mention, None)
            elif mention not in names:
                found = _named(mention, links)
                names.update(found)
                members[mention] = tuple(sorted(found))
        return Clusters(MappingProxyType(names), MappingProxyType(members), MappingProxyType(links))

    def differing(self, other: "Clusters", links: Iterable[Link]) -> tuple[str, ...]:
        """Mentions with another name, or other judgments for it, there; the difference being these links."""
        ends = {end for link in links for end in (link.left, link.right)}
        near = set(chain.from_iterable((*self.cluster(end), *other.cluster(end)) for end in ends))
        return tuple(m for m in sorted(near) if self.name(m) != other.name(m))

    # --- triples

    @cached_property
    def _texts(self) -> Mapping[str, tuple[str, tuple[str, ...]]]:
        return {
            f"<{mention}>": (f"<{name.canonical}>", name.judgments)
            for mention, name in self.names.items()
            if name.judgments
        }

    def mentions(self, triple: Texts) -> bool:
        """Whether a triple has a mention that goes by another name."""
        return triple[0] in self._texts or triple[2] in self._texts

    def projected(self, triple: Texts) -> tuple[Texts, tuple[str, ...]]:
        """A triple in canonical names, and the judgments, in order, that these rest on.

        Subject and object are mentions; predicates, and what is within quoted triples, stay.
        """
        moved = self._texts
        subject, item = moved.get(triple[0]), moved.get(triple[2])
        if subject is None and item is None:
            return triple, ()
        s, of_s = subject or (triple[0], ())
        o, of_o = item or (triple[2], ())
        return (s, triple[1], o), of_s if of_s == of_o else tuple(sorted({*of_s, *of_o}))


def _named(least: str, links: Mapping[str, tuple[Link, ...]]) -> dict[str, Name]:
    """The names of all that is connected with the least of it."""
    ways: dict[str, tuple[float, tuple[str, ...]]] = {least: (-1.0, ())}
    layer = [least]
    while layer:
        reached: dict[str, tuple[float, tuple[str, ...]]] = {}
        for mention in layer:
            sure, way = ways[mention]
            for link in links[mention]:
                end = link.other(mention)
                if end not in ways:
                    found = (sure * link.confidence, (*way, link.judgment))
                    reached[end] = min(reached.get(end, found), found)
        ways.update(reached)
        layer = list(reached)
    return {mention: Name(least, tuple(sorted(way))) for mention, (_, way) in ways.items()}


NONE = Clusters(MappingProxyType({}), MappingProxyType({}), MappingProxyType({}))
"""No judgment acts: every mention is its own."""
