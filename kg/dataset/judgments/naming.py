"""The names of a dataset in which other judgments stand than in the version that it is made of."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad

from kg.dataset.judgments.judged import StoredJudgment
from kg.dataset.record.records import Object, Subject
from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import node
from kg.identity.clusters import Clusters
from kg.identity.judgment import Verdict
from ontology.vocab import LS


@dataclass(frozen=True)
class Naming:
    """What things are called, which judgments of the version fall, and which come back.

    ``differs`` is whether any thing is called otherwise than in the version.
    """

    clusters: Clusters
    fallen: frozenset[str] = frozenset()
    added: tuple[str, ...] = ()
    differs: bool = False

    def quad(self, quad: Quad) -> Quad:
        """A quad of a claim, as it was made, in canonical names."""
        if not self.clusters:
            return quad
        subject, item = self._term(quad.subject), self._term(quad.object)
        if subject is quad.subject and item is quad.object:
            return quad
        return Quad(subject, quad.predicate, item, quad.graph_name)  # type: ignore[arg-type]  # no literal

    def _term(self, term: Object) -> Object:
        if not isinstance(term, NamedNode):
            return term
        canonical = self.clusters.canonical(term.value)
        return term if canonical == term.value else node(canonical)

    def same(self, s: Subject, o: Object) -> Iterator[tuple[Subject, Object]]:
        """The pairs of mentions that two canonical names stand for."""
        for one in self._mentions(s):
            for other in self._mentions(o):
                yield one, other  # type: ignore[misc]  # a mention is an IRI, or what is no mention itself

    def _mentions(self, term: Object) -> list[Object]:
        if not isinstance(term, NamedNode):
            return [term]
        return [node(mention) for mention in self.clusters.cluster(term.value)]


def naming(version: Snapshot, believes: Callable[[StoredJudgment], bool] | None) -> Naming:
    """The names that a version's judgments give, if just those stand that are believed.

    Those that were proposed or rejected never stand. With ``None`` all is as in the version.
    """
    if believes is None or next(version.judgments(), None) is None:
        return Naming(version.clusters)
    found = [version.judgment(name) for name in version.judgments()]
    kept = [stored for stored in found if stored.judgment.status == "accepted" and believes(stored)]
    links = [stored.link for stored in kept if stored.judgment.verdict is Verdict.SAME]
    now = {link.judgment for of in version.clusters.links.values() for link in of}
    stands = {stored.iri for stored in kept}
    differs = now != {link.judgment for link in links}
    return Naming(
        Clusters.of(links) if differs else version.clusters,
        frozenset(stored.iri for stored in found if stored.state == "active") - stands,
        tuple(stored.iri for stored in kept if stored.state != "active"),
        differs,
    )


def mention_quads(version: Snapshot, names: Naming) -> Iterator[Quad]:
    """What the record says that mentions are called."""
    predicate = node(LS.canonicalEntity)
    said = version.main.quads_for_pattern(None, predicate, None, version.record)
    if not names.differs:
        yield from said
        return
    clusters = names.clusters
    mentions = {quad.subject.value for quad in said if isinstance(quad.subject, NamedNode)}
    for mention in mentions | clusters.names.keys():
        if mention in clusters.names or version.pointing_at(LS.mention, mention):
            yield Quad(node(mention), predicate, node(clusters.canonical(mention)), version.record)
