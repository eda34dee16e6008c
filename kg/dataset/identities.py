"""Judgments and clusters of a dataset, and what claims said before it came to speak in canonical names.

The record of a judgment that stands lies in *main*, of any other one in the *archive*, as
with claims. An active claim's assertion graph in *main* is in canonical names. Where that
makes it another one, the archive holds it as it was made, under the claim's own name.
"""

from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, Quad, Store

from kg.claims.names import is_iri
from kg.dataset.judged import StoredJudgment, decode_judgment
from kg.dataset.records import Object, Records, Subject
from kg.dataset.terms import node, ntriples
from kg.errors import NotFound
from kg.identity.clusters import NONE, Clusters, Link
from ontology.vocab import LS, RDF

_JUDGMENT = node(LS.Judgment)
_TYPE = node(RDF + "type")
_MOST_PAIRS = 64
"""Pairs of mentions that are looked up one by one."""


class Identities(Records):
    """Both stores of one version, asked about identity."""

    _clusters: Clusters | None = None

    # --- judgments

    def judgment(self, iri: str) -> StoredJudgment:
        """A judgment, standing or not. Raises ``NotFound``."""
        if not is_iri(iri):
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
        return tuple(
            sorted({*self.pointing_at(LS.left, mention), *self.pointing_at(LS.right, mention)})
        )

    # --- clusters

    @property
    def clusters(self) -> Clusters:
        """What the judgments that stand make one thing of."""
        if self._clusters is None:
            self._clusters = NONE.changed(added=self._links())
        return self._clusters

    @clusters.setter
    def clusters(self, clusters: Clusters) -> None:
        self._clusters = clusters

    def _links(self) -> Iterator[Link]:
        same = self.main.quads_for_pattern(None, node(LS.verdict), node(LS.Same), self.record)
        for quad in same:
            name = quad.subject
            if isinstance(name, NamedNode):
                left, right, sure = map(self._value(name), (LS.left, LS.right, LS.judgmentConfidence))
                yield Link(name.value, left, right, float(sure))

    def _value(self, name: NamedNode):
        ...
