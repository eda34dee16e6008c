"""What follows from triples, and which sets of them prove what, straight from the rules: the oracle."""

from collections.abc import Iterable, Iterator
from itertools import pairwise, product

from kg.infer.joins import Joins, conclusions
from kg.infer.rules import Triple

Proofs = dict[Triple, set[frozenset[Triple]]]


def proofs_of_all(joins: Joins, asserted: Iterable[Triple], given: Iterable[Triple] = ()) -> Proofs:
    """Every triple that follows, with its minimal proofs: sets of asserted triples, empty if given do.

    By naive evaluation: every rule on everything, until nothing is new. With given data, a
    chain says of its ends only what ``Chain.adds`` says, not what its members say of them.
    """
    found: Proofs = {}
    given = list(given)
    stated = [(triple, frozenset((triple,))) for triple in asserted] + [
        (triple, frozenset()) for triple in given
    ]
    for triple, proof in stated:
        for each in (triple, *joins.rules.consequences(triple)):
            found.setdefault(each, set()).add(proof)
    while True:
        fresh: Proofs = {triple: set(sets) for triple, sets in found.items()}
        for triple, sets in () if given else found.items():
            for other in joins.rules.consequences(triple):
                fresh.setdefault(other, set()).update(sets)
        for head, sets in _chained(joins, found):
            fresh.setdefault(head, set()).update(sets)
        fresh = {triple: kept(sets) for triple, sets in fresh.items()}
        if fresh == found:
            return found
        found = fresh


def chained(joins: Joins, found: Proofs) -> Proofs:
    """What chains conclude from all there is, with the minimal proofs of that that are not empty."""
    concluded: Proofs = {}
    for head, sets in _chained(joins, found):
        concluded.setdefault(head, set()).update(sets)
    return {triple: kept(sets) - {frozenset()} for triple, sets in concluded.items()}


def _chained(joins: Joins, found: Proofs) -> Iterator[tuple[Triple, set[frozenset[Triple]]]]:
    for chain in joins.chains:
        steps = [
            [
                ((o, s) if step.swapped else (s, o), sets)
                for (s, p, o), sets in found.items()
                if p == step.prop
            ]
            for step in chain.body
        ]
        for way in product(*steps):
            ends = [ends for ends, _ in way]
            start, end = ends[0][0], ends[-1][1]
            if any(left[1] != right[0] for left, right in pairwise(ends)) or start.startswith('"'):
                continue
            sets = {frozenset[Triple]().union(*choice) for choice in product(*(sets for _, sets in way))}
            for head in conclusions(chain, start, end):
                yield head, sets


def kept(sets: set[frozenset[Triple]]) -> set[frozenset[Triple]]:
    """The minimal sets of those that are not empty; and the empty one, which says that a triple is given."""
    grounded = sets - {frozenset()}
    return {s for s in grounded if not any(other < s for other in grounded)} | (sets & {frozenset()})
