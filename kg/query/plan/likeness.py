"""Texts that are like one that stays as it is written: the engine is asked them unread.

Two texts are alike where they differ in the IRIs of subjects and objects alone, of which the
statistics know no more than how many nodes there are. What our grammar and the planner said
of the one then holds of the other; the engine reads both in any case.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields, is_dataclass

from kg.query.algebra import Bgp, Iri, Query

_MOST = 500
_LONGEST = 4_000
_SLOT = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9:/._~%#?=&+,;@-]*)>")
_HIDING = re.compile(r"[\"'\\#<>]")
"""What may begin something in which a slot is none: strings, escapes, comments, and IRIs of another kind."""
_NO_NODE = re.compile(r"(?::|\b(?:BASE|FROM|NAMED|GRAPH))\s*$", re.I)

Skeleton = tuple[str, ...]


@dataclass(slots=True)
class _Known:
    """What is alike: the IRIs that must be the same, by their places, and how often it was met."""

    fixed: dict[int, str]
    met: int = 0


class Likeness:
    """Remembers texts, and tells which others are like one of them.

    ``told_apart`` are nodes of which the statistics know more, in N-Triples. Of so many
    texts that are alike one is not said to be (``again``), so that it is looked at anew.
    """

    def __init__(self, told_apart: Collection[str], again: int) -> None:
        self._told_apart = frozenset(told_apart)
        self._again = again
        self._known: dict[tuple[Skeleton, str | None], _Known] = {}

    def holds(self, text: str, base: str | None) -> bool:
        """Whether a text is like one that is remembered."""
        if not self._known or len(text) > _LONGEST:
            return False
        parts = _SLOT.split(text)
        known = self._known.get((tuple(parts[::2]), base))
        if known is None:
            return False
        slots = parts[1::2]
        for place, iri in enumerate(slots):
            if place in known.fixed:
                if known.fixed[place] != iri:
                    return False
            elif f"<{iri}>" in self._told_apart:
                return False
        return True

    def is_due(self, text: str, base: str | None) -> bool:
        """Count a text that ``holds``; whether it is the one that is to be looked at anew."""
        known = self._known.get((tuple(_SLOT.split(text)[::2]), base))
        if known is None:
            return True
        known.met += 1
        return known.met % self._again == 0

    def learn(self, text: str, base: str | None, query: Query) -> None:
        """Remember the text of a query that stays as it is written."""
        parts = _SLOT.split(text)
        skeleton, slots = tuple(parts[::2]), parts[1::2]
        if len(text) > _LONGEST or any(_HIDING.search(part) for part in skeleton):
            return
        nodes, others = _nodes(query)
        fixed = {
            place: iri
            for place, iri in enumerate(slots)
            if iri not in nodes
            or iri in others
            or f"<{iri}>" in self._told_apart
            or _NO_NODE.search(skeleton[place])
        }
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[skeleton, base] = _Known(fixed)

    def forget(self, text: str, base: str | None) -> None:
        """Begin anew with texts like this one."""
        self._known.pop((tuple(_SLOT.split(text)[::2]), base), None)


def _nodes(query: Query) -> tuple[set[str], set[str]]:
    """The IRIs that are subject or object of a triple of the pattern, and those that are anything else."""
    nodes: set[str] = set()
    others: set[str] = set()
    for what in _all(query):
        if isinstance(what, Bgp):
            for triple in what.triples:
                nodes.update(n.value for n in (triple.subject, triple.object) if isinstance(n, Iri))
                others.update(n.value for n in (triple.predicate,) if isinstance(n, Iri))
        elif isinstance(what, Iri):
            others.add(what.value)
    return nodes, others


def _all(what: object) -> Iterator[object]:
    """Everything that a query is made of, but what basic graph patterns are made of."""
    yield what
    if isinstance(what, tuple):
        for part in what:
            yield from _all(part)
    elif is_dataclass(what) and not isinstance(what, Bgp):
        for one in fields(what):
            yield from _all(getattr(what, one.name))
