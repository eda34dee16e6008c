"""What the facts of a dataset rest on: the claims behind a triple."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, groupby, islice
from typing import Any

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store

from kg.claims.names import whole_of
from kg.dataset.chains.pool import StoredPool, term
from kg.dataset.judgments.identities import Fact
from kg.dataset.record.records import DEFAULT, Object, Subject
from kg.dataset.record.told import ClaimInfo, Told
from kg.dataset.terms import node, ntriples
from kg.infer.joins import ontology_joins
from kg.infer.proofs import MOST_LEAVES, Search
from kg.infer.rules import Triple, ontology_rules
from ontology.vocab import LS

__all__ = ["ClaimInfo", "Fact", "Support", "View", "claim_of"]

MOST_INFERENCES = 10_000
"""What the existence of the list of inferences rests on is told of so many."""


@dataclass(frozen=True, slots=True)
class Support:
    """What one triple of the default graph rests on.

    Each member of ``facts`` lists the *statements* of one triple: the triple itself, or a
    premise from which alone it is inferred. Each member of ``proofs`` lists the facts of
    asserted triples from which it is inferred together, two and more. A statement is the
    IRI of an active claim that asserts the triple, followed, each after one space, by the
    IRIs of the judgments that the triple's canonical names rest on in that claim.

    Its annotation is one if it is base data, else the sum of its facts and proofs: a
    proof is the product of its facts, a fact the sum of its statements, a statement the
    product of its tokens. Everything is in order, and there once.
    """

    base: bool = False
    facts: tuple[Fact, ...] = ()
    proofs: tuple[tuple[Fact, ...], ...] = ()

    @property
    def sole(self) -> Fact | None:
        """The claims that state it, one or more, if nothing else supports it; else ``None``."""
        if len(self.facts) != 1 or self.base or self.proofs:
            return None
        fact = self.facts[0]
        return None if not fact or " " in "".join(fact) else fact

    @property
    def claims(self) -> tuple[str, ...]:
        """The claims of all statements, in order, each once."""
        every = chain(chain.from_iterable(self.facts), chain.from_iterable(chain.from_iterable(self.proofs)))
        return tuple(sorted(set(map(claim_of, every))))


def proved(base: bool, proofs: Iterable[Sequence[Fact]]) -> Support:
    """The support of what follows from asserted triples, each proof given by their statements."""
    every = {tuple(sorted(proof)) for proof in proofs}
    facts = tuple(sorted(proof[0] for proof in every if len(proof) == 1))
    return Support(base, facts, tuple(sorted(proof for proof in every if len(proof) > 1)))


def claim_of(statement: str) -> str:
    """The claim that makes a statement (``Support``)."""
    return statement.partition(" ")[0]


class View(Told):
    """Both stores of one version, read together."""

    def stating_claims(self) -> Iterator[str]:
        """Active claims whose assertion is part of the default graph."""
        for quad in self.main.quads_for_pattern(None, node(LS.polarity), node(LS.Positive), self.record):
            if isinstance(quad.subject, NamedNode) and self.states_fact(quad.subject.value):
                yield quad.subject.value

    def asserting(self, s: Subject, p: NamedNode, o: Object) -> tuple[str, ...]:
        """Active claims that state this triple as a fact, in order."""
        return self._stating(self.graphs(s, p, o))

    def _stating(self, graphs: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(g for g in graphs if not self.names.is_reserved(g) and self.states_fact(g)))

    def is_base(self, s: Subject, p: NamedNode, o: Object) -> bool:
        """Whether the triple is base data of the default graph."""
        return self.has_base and _holds(self.archive, s, p, o, DEFAULT)

    def is_inferred(self, s: Subject, p: NamedNode, o: Object) -> bool:
        """Whether the triple is listed as following from other facts."""
        return _holds(self.main, s, p, o, self.inferred)

    def premises(self, s: Subject, p: NamedNode, o: Object) -> Iterator[Fact]:
        """For each fact from which alone this triple follows, the statements of it."""
        for ps, pp, po in ontology_rules().premises((str(s), str(p), ntriples(o))):
            quads = self.main.quads_for_pattern(_term(ps, s, o), _predicate(pp), _term(po, s, o), None)
            for (subject, predicate, item), graphs in self._by_triple(quads):
                if claims := self._stating(graphs):
                    yield self.statements(subject, predicate, item, claims)

    def is_derivable(self, s: Subject, p: NamedNode, o: Object) -> bool:
        """Whether there is a fact from which alone this triple follows. No more is read than it takes."""
        for ps, pp, po in ontology_rules().premises((str(s), str(p), ntriples(o))):
            quads = self.main.quads_for_pattern(_term(ps, s, o), _predicate(pp), _term(po, s, o), None)
            if self._is_stated(quads):
                return True
        return False

    def is_asserted(self, s: Subject, p: NamedNode, o: Object) -> bool:
        """Whether an active claim states this triple as a fact."""
        return self._is_stated(self.main.quads_for_pattern(s, p, o, None))

    def _is_stated(self, quads: Iterable[Quad]) -> bool:
        names = (quad.graph_name.value for quad in quads if isinstance(quad.graph_name, NamedNode))
        return any(not self.names.is_reserved(name) and self.states_fact(name) for name in names)

    def _by_triple(
        self, quads: Iterable[Quad]
    ) -> Iterator[tuple[tuple[Subject, NamedNode, Object], list[str]]]:
        """Each triple of one property with its named graphs; on disk the engine keeps them side by side."""
        named = (quad for quad in quads if isinstance(quad.graph_name, NamedNode))
        for (s, p, o), group in groupby(named, key=lambda q: (q.subject, q.predicate, q.object)):
            yield (s, p, o), [str(quad.graph_name)[1:-1] for quad in group]

    def _facts(self, s: Subject, p: NamedNode, o: Object) -> Iterator[Fact]:
        graphs = list(self.graphs(s, p, o))
        if stated := self._stating(graphs):
            yield self.statements(s, p, o, stated)
        if self.inferred.value in graphs:
            yield from self.premises(s, p, o)

    def stated_by(self, s: Subject, p: NamedNode, o: Object) -> Fact:
        """The statements of a triple that claims state as a fact."""
        return self.statements(s, p, o, self.asserting(s, p, o))

    def may_be_chained(self, s: Subject, p: NamedNode, o: Object) -> bool:
        """Whether a triple is one that may follow by a chain, and that follows from other facts."""
        triple = (str(s), str(p), ntriples(o))
        return ontology_joins().may_conclude(triple) and self.is_inferred(s, p, o)

    def proofs(
        self, s: Subject, p: NamedNode, o: Object, *, most: int = MOST_LEAVES, inferred: bool = False
    ) -> list[tuple[Triple, ...]]:
        """The minimal sets of asserted triples from which a fact follows, in order.

        Where it is asked as ``inferred``, apart from its own statement. Raises
        ``TooManyProofs`` where they name more than ``most`` triples.
        """
        found = self._search(most).proofs((str(s), str(p), ntriples(o)), inferred=inferred)
        return sorted(tuple(sorted(proof)) for proof in found)

    def _search(self, most: int) -> Search:
        return Search(ontology_joins(), StoredPool(self), most)

    def _proved(self, base: bool, proofs: Iterable[Sequence[Triple]]) -> Support:
        return proved(base, ([self.stated_by(*map(term, triple)) for triple in proof] for proof in proofs))

    def fact_support(self, s: Subject, p: NamedNode, o: Object) -> Support:
        """What a triple of the default graph rests on. Raises ``TooManyProofs``."""
        base = self.is_base(s, p, o)
        if self.may_be_chained(s, p, o):
            return self._proved(base, self.proofs(s, p, o))
        return Support(base, tuple(sorted(set(self._facts(s, p, o)))))

    def small_support(self, s: Subject, p: NamedNode, o: Object, most: int) -> Support | None:
        """The same for what follows by no chain, or ``None`` if it names more than so many claims.

        Then not all of it is read.
        """
        facts: set[tuple[str, ...]] = set()
        named = 0
        for claims in self._facts(s, p, o):
            if claims not in facts:
                facts.add(claims)
                named += len(claims)
            if named > most:
                return None
        return Support(self.is_base(s, p, o), tuple(sorted(facts)))

    # --- named graphs

    def graph_support(self, graph: NamedNode, s: Subject, p: NamedNode, o: Object) -> Support:
        """What a triple of a named graph rests on. Raises ``TooManyProofs``.

        In a claim's assertion graph it is that claim, whatever its polarity and modality; in
        the record the claim or judgment that the subject is, or is named under, and for the
        canonical name of a mention the judgments that this rests on. The rest is base data.
        """
        name = graph.value
        if name == self.inferred.value:
            if self.may_be_chained(s, p, o):
                return self._proved(False, self.proofs(s, p, o, inferred=True))
            return Support(facts=tuple(sorted(set(self.premises(s, p, o)))))
        if name == self.record.value:
            statement = self._recorded(s.value, p.value) if isinstance(s, NamedNode) else None
            return Support(base=True) if not statement else Support(facts=((statement,),))
        if not self.names.is_reserved(name) and self.stance(name) is not None:
            return Support(facts=(self.statements(s, p, o, (name,)),))
        return Support(base=True)

    def _recorded(self, iri: str, predicate: str) -> str | None:
        """The statement that a triple of the record is."""
        if predicate == LS.canonicalEntity:
            return " ".join(self.clusters.judgments(iri))
        return self._owner(iri)

    def holds(self, graph: NamedNode, s: Subject, p: NamedNode, o: Object) -> bool:
        """Whether a named graph has a triple."""
        return _holds(self.main, s, p, o, graph)

    def existence_support(self, graph: NamedNode) -> Support | None:
        """What it rests on that there is a named graph; ``None`` for a list of many inferences."""
        name = graph.value
        if name == self.inferred.value:
            return self._any_inference
        if not self.names.is_reserved(name) and self.stance(name) is not None:
            return Support(facts=((name,),))
        return Support(base=True)

    @cached_property
    def _any_inference(self) -> Support | None:
        """What all inferences rest on; ``None`` where they are more than ``MOST_INFERENCES``."""
        listed = list(
            islice(self.main.quads_for_pattern(None, None, None, self.inferred), MOST_INFERENCES + 1)
        )
        if len(listed) > MOST_INFERENCES:
            return None
        found = [self.graph_support(self.inferred, q.subject, q.predicate, q.object) for q in listed]
        facts = {fact for support in found for fact in support.facts}
        proofs = {proof for support in found for proof in support.proofs}
        return Support(facts=tuple(sorted(facts)), proofs=tuple(sorted(proofs)))

    def _owner(self, iri: str) -> str | None:
        """The active claim or judgment that a node of the record is, or is under (``<claim>#quote``)."""
        name = iri
        while name and self.stance(name) is None and not self.is_judgment(name):
            name = whole_of(name)
        return name or None


def _holds(store: Store, s: Subject, p: NamedNode, o: Object, graph: NamedNode | DefaultGraph) -> bool:
    return next(iter(store.quads_for_pattern(s, p, o, graph)), None) is not None


def _predicate(text: str | None) -> NamedNode | None:
    return node(text[1:-1]) if text is not None else None


def _term(text: str | None, s: Subject, o: Object) -> Any:
    """The term of a pattern: one of the triple's own, or a class."""
    if text is None:
        return None
    for own in (s, o):
        if text == str(own):
            return own
    return node(text[1:-1])
