"""What follows by chains from facts that are told one by one, beside what is given; worked out in memory."""

from collections.abc import Iterable, Iterator
from itertools import chain

from kg.dataset.annotated.view import View
from kg.dataset.chains.pool import GivenPool
from kg.dataset.record.records import DEFAULT
from kg.dataset.terms import node, ntriples
from kg.infer.joining import GIVEN, GROUNDED, Memory, extend
from kg.infer.joins import ontology_joins
from kg.infer.rules import TYPE, Triple


class Closure(Memory):
    """Facts of one property after the other, beside the given data of a version."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self._given = GivenPool(view)
        self._facts: dict[Triple, None] = {}

    def add(self, triple: Triple) -> None:
        """Take a stated fact in, if a chain may go on from it."""
        if ontology_joins().leads_on(triple):
            self._facts[triple] = None
            for member in ontology_joins().members(triple):
                self.gain(member, GROUNDED)

    def conclusions(self) -> Iterator[Triple]:
        """The facts that chains conclude."""
        for _ in extend(ontology_joins(), self, self._facts):
            pass
        yield from (triple for triple, bits in self.concluded.items() if bits & GROUNDED)

    def objects(self, s: str, p: str) -> Iterable[tuple[str, int]]:
        """See ``Pool``."""
        return chain(super().objects(s, p), self._given.objects(s, p))

    def subjects(self, p: str, o: str) -> Iterable[tuple[str, int]]:
        """See ``Pool``."""
        return chain(super().subjects(p, o), self._given.subjects(p, o))

    def bits(self, triple: Triple) -> int:
        """See ``Pool``."""
        return super().bits(triple) | self._given.bits(triple)


def given_conclusions(view: View) -> set[Triple]:
    """What follows from the given data of a version alone, as far as it touches chains."""
    joins = ontology_joins()
    pool = Memory()
    stated: list[Triple] = []
    for prop in sorted(joins.relevant):
        for store, graph in ((view.archive, DEFAULT), (view.main, view.reference)):
            quads = store.quads_for_pattern(None, node(prop[1:-1]), None, graph)
            stated += ((str(q.subject), str(q.predicate), ntriples(q.object)) for q in quads)
    for triple in stated:
        pool.gain(triple, GIVEN)
        for other in joins.follows(triple):
            pool.conclude(other, GIVEN)
    for _ in extend(joins, pool, stated):
        pass
    return {triple for triple in pool.concluded if triple[1] != TYPE}
