"""Judgments and clusters of a dataset, and what claims said before it came to speak in canonical names.

The record of a judgment that stands lies in *main*, of any other one in the *archive*, as
with claims. An active claim's assertion graph in *main* is in canonical names. Where that
makes it another one, the archive holds it as it was made, under the claim's own name.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from pyoxigraph import NamedNode, Quad, Store

from kg.dataset.judgments.judged import StoredJudgment, decode_judgment
from kg.dataset.record.records import Object, Records, Subject, plain_value
from kg.dataset.terms import Literal, is_node, node, ntriples
from kg.errors import NotFound
from kg.identity.clusters import NONE, Clusters, Link, Texts
from kg.identity.judgment import Judgment, Kind, Verdict
from ontology.vocab import LS, RDF, RDFS

Fact = tuple[str, ...]
"""The statements of one asserted triple, in order (``kg.dataset.annotated.view.Support``)."""

_JUDGMENT = node(LS.Judgment)
_TYPE = node(RDF + "type")
_LABEL = RDFS + "label"
_LEFT, _RIGHT = node(LS.left), node(LS.right)
_ENDS = (_LEFT, _RIGHT, node(LS.judgmentConfidence))
_IS = {
    Verdict.SAME: "is the same as",
    Verdict.DIFFERENT: "is not",
    Verdict.UNSURE: "may be the same as",
}
_MADE: dict[frozenset[str], Clusters] = {}
"""Clusters by the judgments that make them: most versions have those of the version before."""

_MOST_MADE = 4
_MOST_PAIRS = 64
"""Pairs of mentions that are looked up one by one."""


class Identities(Records):
    """Both stores of one version, asked about identity."""

    _clusters: Clusters | None = None

    # --- judgments

    def judgment(self, iri: str) -> StoredJudgment:
        """A judgment, standing or not. Raises ``NotFound``."""
        if not is_node(iri):
            raise NotFound(f"there is no judgment {iri} in this store", iri=iri)
        return decode_judgment(iri, self.node)

    def judgments(self) -> Iterator[str]:
        """IRIs of all judgments, those that stand first."""
        for store in (self.main, self.archive):
            yield from self._judgments_of(store)

    def _judgments_of(self, store: Store) -> Iterator[str]:
        for quad in store.quads_for_pattern(None, _TYPE, _JUDGMENT, self.record):
            if isinstance(quad.subject, NamedNode):
                yield quad.subject.value

    def judged_at(self) -> dict[str, str]:
        """When each judgment was made, as it is written, standing or not; read in one go."""
        return {
            quad.subject.value: quad.object.value
            for store in (self.archive, self.main)
            for quad in store.quads_for_pattern(None, node(LS.made), None, self.record)
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal)
        }

    def proposals(self) -> tuple[str, ...]:
        """Judgments that wait, in order: proposed, not undone, and none on the same two stands."""
        found = {}
        for iri in self._judgments_of(self.archive):
            if self._filed(iri, LS.status) == LS.Proposed and self._filed(iri, LS.retracted) is None:
                found[iri] = (self._filed(iri, LS.left), self._filed(iri, LS.right))
        return tuple(sorted(iri for iri, ends in found.items() if not self._is_decided(*ends)))

    def _filed(self, iri: str, predicate: str) -> str | None:
        """A value that the archive has of a judgment."""
        quads = self.archive.quads_for_pattern(node(iri), node(predicate), None, self.record)
        return next((plain_value(quad.object) for quad in quads), None)

    def _is_decided(self, left: str | None, right: str | None) -> bool:
        """Whether a judgment on these two stands, whichever comes first in it."""
        if left is None or right is None:
            return False
        for end, other in ((_LEFT, _RIGHT), (_RIGHT, _LEFT)):
            for quad in self.main.quads_for_pattern(None, end, node(left), self.record):
                judged = self.main.quads_for_pattern(quad.subject, other, node(right), self.record)
                if next(iter(judged), None) is not None:
                    return True
        return False

    def is_judgment(self, iri: str) -> bool:
        """Whether a judgment of that IRI stands."""
        return iri.startswith(self.names.judgment("")) and self._has_judgment(self.main, iri)

    def knows_judgment(self, iri: str) -> bool:
        """Whether a judgment of that IRI was ever made."""
        return any(self._has_judgment(store, iri) for store in (self.main, self.archive))

    def _has_judgment(self, store: Store, iri: str) -> bool:
        quads = store.quads_for_pattern(node(iri), _TYPE, _JUDGMENT, self.record)
        return next(iter(quads), None) is not None

    def judgments_on(self, mention: str) -> tuple[str, ...]:
        """All judgments, standing or not, about a mention, in order."""
        return tuple(sorted({*self.pointing_at(LS.left, mention), *self.pointing_at(LS.right, mention)}))

    def judgment_label(self, judgment: Judgment) -> str:
        """What a judgment says, in words."""
        left, right = map(self.mention_label, (judgment.left, judgment.right))
        if judgment.kind is Kind.EVENT:
            left, right = f"“{left}”", f"“{right}”"
        return f"{left} {_IS[judgment.verdict]} {right}"

    def mention_label(self, mention: str) -> str:
        """What documents call a mention, or what a claim calls its event; the IRI where that is not known."""
        name = node(mention)
        for store in (self.main, self.archive):
            for predicate, words in ((LS.mention, LS.wording), (LS.event, _LABEL)):
                for quad in store.quads_for_pattern(None, node(predicate), name, self.record):
                    found = self.node(str(quad.subject)[1:-1]).get(words)
                    if found:
                        return found
        for store in (self.originals, self.main):
            for quad in store.quads_for_pattern(name, node(_LABEL), None, None):
                return plain_value(quad.object)
        return mention

    # --- clusters

    @property
    def clusters(self) -> Clusters:
        """What the judgments that stand make one thing of."""
        if self._clusters is None:
            self._clusters = self._made()
        return self._clusters

    @clusters.setter
    def clusters(self, clusters: Clusters) -> None:
        self._clusters = clusters

    def _made(self) -> Clusters:
        """The clusters by what is written; a judgment never changes, so the same ones make the same."""
        same = self.main.quads_for_pattern(None, node(LS.verdict), node(LS.Same), self.record)
        names = frozenset(quad.subject.value for quad in same if isinstance(quad.subject, NamedNode))
        found = _MADE.get(names)
        if found is None:
            found = NONE.changed(added=map(self._link, names))
            if len(_MADE) >= _MOST_MADE:
                _MADE.clear()
            _MADE[names] = found
        return found

    def _link(self, name: str) -> Link:
        left, right, sure = (self._value(node(name), predicate) for predicate in _ENDS)
        return Link(name, left, right, float(sure))

    def _value(self, subject: NamedNode, predicate: NamedNode) -> str:
        for quad in self.main.quads_for_pattern(subject, predicate, None, self.record):
            return plain_value(quad.object)
        raise NotFound(
            f"the record of {subject.value} lacks {predicate.value}: run lodestone check", iri=subject.value
        )

    # --- claims in canonical names

    def statements(self, s: Subject, p: NamedNode, o: Object, claims: Sequence[str]) -> Fact:
        """The statements of a triple, in order, by active claims whose assertion graphs have it.

        A claim that says it in several ways needs the judgments of any one of them; of
        those, ways that need more than another one are left out.
        """
        clusters = self.clusters
        if not clusters or not claims:
            return tuple(claims)
        subjects, objects = _cluster(clusters, s), _cluster(clusters, o)
        if len(subjects) == len(objects) == 1:
            return tuple(claims)
        found: dict[str, set[str]] = {claim: set() for claim in claims}
        for one in subjects:
            for other, graph in self._said(one, p, objects):
                if graph in found:
                    needed = {*_judgments(clusters, one), *_judgments(clusters, other)}
                    found[graph].add(" ".join((graph, *sorted(needed))))
        return least(chain.from_iterable(found[claim] or (claim,) for claim in claims))

    def _said(self, s: Subject, p: NamedNode, objects: Sequence[Object]) -> Iterator[tuple[Object, str]]:
        """Objects that claims in canonical names had for a subject and predicate, with the claims."""
        if len(objects) <= _MOST_PAIRS:
            quads: Iterable[Quad] = chain.from_iterable(
                self.originals.quads_for_pattern(s, p, o, None) for o in objects
            )
        else:
            wanted = set(objects)
            quads = (q for q in self.originals.quads_for_pattern(s, p, None, None) if q.object in wanted)
        for quad in quads:
            if isinstance(quad.graph_name, NamedNode):
                yield quad.object, quad.graph_name.value

    def stated(self, claim: str) -> Iterator[tuple[Texts, str]]:
        """The triples of an active claim in canonical names, in N-Triples, each with its statements."""
        quads = self.main.quads_for_pattern(None, None, None, node(claim))
        clusters = self.clusters
        if not clusters or not self.originals.contains_named_graph(node(claim)):
            yield from ((texts(quad), claim) for quad in quads)
            return
        yield from projected(claim, map(texts, self.original(claim)), clusters)

    def mentioning(self, mentions: Iterable[str]) -> set[str]:
        """Active claims whose assertion, as it was made, has one of these as subject or object."""
        found = {
            quad.graph_name.value
            for name in map(node, mentions)
            for store in (self.main, self.originals)
            for quads in (
                store.quads_for_pattern(name, None, None, None),
                store.quads_for_pattern(None, None, name, None),
            )
            for quad in quads
            if isinstance(quad.graph_name, NamedNode)
        }
        return {name for name in found if not self.names.is_reserved(name) and self.is_active(name)}


def renamed_claims(view: Identities) -> list[str]:
    """Active claims that mention what goes by another name, or that are kept as they were made, in order."""
    moved = [mention for mention, name in view.clusters.names.items() if name.judgments]
    kept = (graph.value for graph in view.originals.named_graphs() if isinstance(graph, NamedNode))
    active = (name for name in kept if not view.names.is_reserved(name) and view.is_active(name))
    return sorted(view.mentioning(moved) | set(active))


def projected(claim: str, triples: Iterable[Texts], clusters: Clusters) -> Iterator[tuple[Texts, str]]:
    """The triples of an assertion in canonical names, each with every statement of it that is needed."""
    found: dict[Texts, set[str]] = {}
    for triple in triples:
        canonical, judgments = clusters.projected(triple)
        found.setdefault(canonical, set()).add(" ".join((claim, *judgments)) if judgments else claim)
    for canonical, statements in found.items():
        for statement in least(statements):
            yield canonical, statement


def least(statements: Iterable[str]) -> Fact:
    """Statements in order, without those that need all that another one of the same claim needs."""
    every = sorted(set(statements))
    if len(every) < 2 or not any(" " in statement for statement in every):
        return tuple(every)
    needs = {statement: frozenset(statement.split(" ")) for statement in every}
    by_claim: dict[str, list[str]] = {}
    for statement in every:
        by_claim.setdefault(statement.partition(" ")[0], []).append(statement)
    return tuple(
        statement
        for of_claim in by_claim.values()
        for statement in of_claim
        if not any(needs[other] < needs[statement] for other in of_claim)
    )


def texts(quad: Quad) -> Texts:
    """The triple of a quad, each term in N-Triples."""
    return str(quad.subject), str(quad.predicate), ntriples(quad.object)


def _cluster(clusters: Clusters, term: Subject | Object) -> Sequence[Any]:
    return [node(m) for m in clusters.cluster(term.value)] if isinstance(term, NamedNode) else [term]


def _judgments(clusters: Clusters, term: Subject | Object) -> tuple[str, ...]:
    return clusters.judgments(term.value) if isinstance(term, NamedNode) else ()
