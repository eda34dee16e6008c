"""Claims and what they are about in words."""

import re
from functools import lru_cache

from kg.dataset.annotated.view import View
from kg.dataset.record.records import DEFAULT
from kg.dataset.terms import Literal, names_node, node
from kg.query.conflicts.stances import Amount, Point, Stance
from ontology.vocab import DCT, RDFS

_LABEL = node(RDFS + "label")
_TITLE = node(DCT + "title")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_QUALIFIED = {
    "exact": "",
    "at_least": "at least ",
    "at_most": "at most ",
    "about": "about ",
    "fewer_than": "fewer than ",
    "more_than": "more than ",
}


class Wording:
    """Names of things in one version."""

    def __init__(self, view: View) -> None:
        self._view = view
        self.label = lru_cache(maxsize=100_000)(self._label)

    def _label(self, iri: str) -> str:
        found = self._view.main.quads_for_pattern(node(iri), _LABEL, None, DEFAULT)
        names = [quad.object.value for quad in found if isinstance(quad.object, Literal)]
        if names:
            return min(names)
        own = self._view.main.quads_for_pattern(node(iri), _LABEL, None, None)  # of a claim that is denied
        return min((quad.object.value for quad in own if isinstance(quad.object, Literal)), default=iri)

    def title(self, document: str) -> str:
        """What a document is called."""
        found = self._view.main.quads_for_pattern(node(document), _TITLE, None, self._view.record)
        return next((quad.object.value for quad in found if isinstance(quad.object, Literal)), "a document")

    def term(self, text: str) -> str:
        """A term in N-Triples."""
        if names_node(text):
            return self.label(text[1:-1])
        if text.startswith("<"):
            return text
        return text.rpartition('"')[0].removeprefix('"')

    def point(self, point: Point) -> str:
        """A triple: "JL MAG holds license for Volkswagen"."""
        return f"{self.term(point[0])} {predicate_words(point[1])} {self.term(point[2])}"

    def event(self, stance: Stance) -> str:
        """What a claim is about, by its kind and roles: "license scope (authority: MOFCOM)"."""
        parts = ", ".join(f"{role.replace('_', ' ')}: {self.label(entity)}" for role, entity in stance.roles)
        kind = local_words(stance.kind)
        return f"{kind} ({parts})" if parts else kind


def predicate_words(text: str) -> str:
    """A predicate in N-Triples: "holds license for"."""
    return local_words(text.strip("<>"))


def local_words(iri: str) -> str:
    """The local name of a term, its words apart."""
    return _HUMP.sub(" ", re.split(r"[/#:]", iri)[-1]).lower()


def amount_words(amount: Amount) -> str:
    """A number with its qualifier and unit: "at least 4 producers"; a share of one in percent."""
    if amount.unit == "share" and 0 <= amount.value <= 1:
        return f"{_QUALIFIED[amount.qualifier]}{amount.value * 100:g} percent"
    return f"{_QUALIFIED[amount.qualifier]}{amount.value:g} {amount.unit}".strip()
