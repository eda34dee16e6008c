"""Texts that are like one that stays as it is written: the engine is asked them unread.

Two texts are alike where they differ in the IRIs of subjects and objects alone, of which the
statistics know no more than how many nodes there are. What our grammar and the planner said
of the one then holds of the other; the engine reads both in any case.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache

from kg.query.algebra import Bgp, Iri, Query

_MOST = 500
LONGEST = 4_000
"""Characters of a text that is compared with others."""

_SLOT = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9:/._~%#?=&+,;@-]*)>")
_HIDING = re.compile(r"[\"'\\#<>]")
"""What may begin something in which a slot is none: strings, escapes, comments, and IRIs of another kind."""
_NO_NODE = re.compile(r"(?::|\b(?:BASE|FROM|NAMED|GRAPH))\s*$", re.I)

Skeleton = tuple[str, ...]


@lru_cache(maxsize=16)
def split(text: str) -> tuple[Skeleton, tuple[str, ...]]:
    """A text without the IRIs that stand in it, and these: its slots."""
    parts = _SLOT.split(text)
    return tuple(parts[::2]), tuple(parts[1::2])


def agrees(fixed: Mapping[int, str], slots: Sequence[str], told_apart: Collection[str]) -> bool:
    """Whether slots hold what is fixed, and nothing else of which more is known than of any node."""
    for place, iri in enumerate(slots):
        if place in fixed:
            if fixed[place] != iri:
                return False
        elif f"<{iri}>" in told_apart:
            return False
    return True


def fixed_in(
    skeleton: Skeleton, slots: Sequence[str], query: Query, told_apart: Collection[str]
) -> dict[int, str] | None:
    """The slots of a query that must stay the same, by their places; ``None`` where that cannot be told."""
    length = sum(map(len, skeleton)) + sum(map(len, slots)) + 2 * len(slots)
    if length > LONGEST or any(_HIDING.search(part) for part in skeleton):
        return None
    nodes, others = _nodes(query)
    return {
        place: iri
        for place, iri in enumerate(slots)
        if iri not in nodes or iri in others or f"<{iri}>" in told_apart or _NO_NODE.search(skeleton[place])
    }


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
        if not self._known or len(text) > LONGEST:
            return False
        skeleton, slots = split(text)
        known = self._known.get((skeleton, base))
        return known is not None and agrees(known.fixed, slots, self._told_apart)

    def is_due(self, text: str, base: str | None) -> bool:
        """Count a text that ``holds``; whether it is the one that is to be looked at anew."""
        known = self._known.get((split(text)[0], base))
        if known is None:
            return True
        known.met += 1
        return known.met % self._again == 0

    def learn(self, text: str, base: str | None, query: Query) -> None:
        """Remember the text of a query that stays as it is written."""
        skeleton, slots = split(text)
        fixed = fixed_in(skeleton, slots, query, self._told_apart)
        if fixed is None:
            return
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[skeleton, base] = _Known(fixed)

    def forget(self, text: str, base: str | None) -> None:
        """Begin anew with texts like this one."""
        self._known.pop((split(text)[0], base), None)


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
