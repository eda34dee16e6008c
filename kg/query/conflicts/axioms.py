"""Claims that the ontology says cannot all be so: disjoint classes, two values where one can be, circles."""

from collections.abc import Collection, Iterator

from kg.dataset.annotated.view import Support, View
from kg.dataset.chains.clashes import Clash, ClashKind, ontology_conflicts
from kg.infer.rules import TYPE, Triple
from kg.query.conflicts.finding import Conflict, Kind, Side
from kg.query.conflicts.wording import Wording, predicate_words

_WHY = {
    ClashKind.DISJOINT_CLASSES: "nothing is both {0} and {1}",
    ClashKind.DISJOINT_PROPERTIES: "{0} and {1} never hold of the same two",
    ClashKind.FUNCTIONAL: "{0} has one value at most: all but one are wrong, or they are one and the same",
    ClashKind.INVERSE_FUNCTIONAL: "{0} has each value once at most: all but one are wrong, or they are one",
    ClashKind.ASYMMETRIC: "{0} never goes both ways",
    ClashKind.IRREFLEXIVE: "{0} leads from nothing to itself",
}


def conflicts_of_axioms(view: View, wording: Wording, about: Collection[str] | None) -> Iterator[Conflict]:
    """What breaks a constraint of the ontology; of some things only, if they are named."""
    for clash in ontology_conflicts(view, about):
        if clash.claims:
            sides = _sides(view, clash, wording)
            yield Conflict(Kind.ONTOLOGY, _what(clash, wording), sides, _why(clash))


def _what(clash: Clash, wording: Wording) -> str:
    s, _, o = clash.facts[0]
    return wording.term(o if clash.kind is ClashKind.INVERSE_FUNCTIONAL else s)


def _says(fact: Triple, wording: Wording) -> str:
    s, p, o = fact
    if p == TYPE:
        return f"{wording.term(s)} is a {predicate_words(o)}"
    return wording.point(fact)


def _why(clash: Clash) -> str:
    return _WHY[clash.kind].format(*map(predicate_words, clash.terms))


def _sides(view: View, clash: Clash, wording: Wording) -> tuple[Side, ...]:
    return tuple(_side(view, *pair, wording) for pair in zip(clash.facts, clash.supports, strict=True))


def _side(view: View, fact: Triple, support: Support | None, wording: Wording) -> Side:
    claims = support.claims if support is not None else ()
    infos = map(view.claim_info, claims)
    says = _says(fact, wording)
    return Side(
        claims,
        tuple(sorted({info.origin for info in infos if info is not None})),
        says if claims else f"{says} (base data)",
    )
