"""Planned texts with room for other nodes: what is like one of them need not be read and planned.

What the planner does with a text hangs on its nodes only by how many triples fit the patterns
that it has counted. So the plan for one text holds for another that is alike, has equal nodes at
the same places, and about as many triples where it was counted (the same power of two).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from kg.errors import QuerySyntaxError
from kg.query.algebra import Bgp, Iri, Node, Query, TriplePattern, Var
from kg.query.parse import parse
from kg.query.plan.estimate import Count
from kg.query.plan.likeness import LONGEST, agrees, fixed_in, split
from kg.query.shaping.merge import without_dataset
from kg.query.shaping.render import render

_MOST = 500
_PROFILES = 64
_ROOM = "urn:lodestone:room:"
_ROOMS = (Var("_subject"), Var("_object"))
_GAP = re.compile(f"<{_ROOM}([0-9]+)>")

Counted = Mapping[tuple[TriplePattern, int], int]
"""What was counted for a plan: a pattern, up to how many, and how many there were."""

Profile = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A text with room for IRIs: between its pieces go those of the slots with these numbers."""

    pieces: tuple[str, ...]
    places: tuple[int, ...]

    def filled(self, slots: Sequence[str]) -> str:
        """The text with the IRIs of another one."""
        parts = [self.pieces[0]]
        for place, piece in zip(self.places, self.pieces[1:], strict=True):
            parts += ("<", slots[place], ">", piece)
        return "".join(parts)


@dataclass(frozen=True, slots=True)
class _Question:
    """A pattern to count, up to a limit, with the slots that are its subject and its object, if any."""

    pattern: TriplePattern
    limit: int
    subject: int | None
    item: int | None

    def about(self, slots: Sequence[str]) -> TriplePattern:
        subject = self.pattern.subject if self.subject is None else Iri(slots[self.subject])
        item = self.pattern.object if self.item is None else Iri(slots[self.item])
        return TriplePattern(subject, self.pattern.predicate, item)


@dataclass(slots=True)
class _Shape:
    """Texts that are alike: what must be the same, what is counted, and the plan for each outcome.

    ``None`` stands for an outcome that needs planning each time.
    """

    fixed: dict[int, str]
    questions: tuple[_Question, ...]
    plans: dict[Profile, Template | None] = field(default_factory=dict)
    met: int = 0


class Templates:
    """Remembers plans, and fills them in. Of so many texts one is planned all the same (``again``)."""

    def __init__(self, told_apart: Collection[str], count: Count, again: int) -> None:
        self._told_apart = frozenset(told_apart)
        self._count = count
        self._again = again
        self._known: dict[tuple[object, ...], _Shape] = {}

    def knows(self, text: str, base: str | None) -> bool:
        """Whether a text is like one that was planned, so that it is a SELECT that can be read."""
        return self._find(text, base) is not None

    def text(self, text: str, base: str | None) -> str | None:
        """What the engine is to be asked; ``None`` where that must be worked out."""
        found = self._find(text, base)
        if found is None:
            return None
        shape, slots = found
        shape.met += 1
        if shape.met % self._again == 0:
            return None
        profile = tuple(_size(self._count(q.about(slots), q.limit), q.limit) for q in shape.questions)
        plan = shape.plans.get(profile)
        return None if plan is None else plan.filled(slots)

    def _find(self, text: str, base: str | None) -> tuple[_Shape, tuple[str, ...]] | None:
        if not self._known or len(text) > LONGEST:
            return None
        skeleton, slots = split(text)
        shape = self._known.get((skeleton, base, _equal(slots)))
        if shape is None or not agrees(shape.fixed, slots, self._told_apart):
            return None
        return None if any("/." in slot for slot in slots) else (shape, slots)

    def note(self, text: str, base: str | None, asked: Query, plan: Query | None, counted: Counted) -> None:
        """Remember the plan for a text, ``None`` if it stays as it is written.

        It is that of a SELECT over the whole dataset in which the order of solutions does not matter.
        """
        skeleton, slots = split(text)
        key = (skeleton, base, _equal(slots))
        shape = self._known.get(key)
        if shape is None and plan is None:
            return
        fixed = fixed_in(skeleton, slots, asked, self._told_apart)
        if fixed is None or any("/." in slot for slot in slots):
            return
        room = {slot: slots.index(slot) for place, slot in enumerate(slots) if place not in fixed}
        asked_now = {_question(pattern, limit, room): n for (pattern, limit), n in counted.items()}
        questions = tuple(q for q in asked_now if q.subject is not None or q.item is not None)
        profile = tuple(_size(asked_now[q], q.limit) for q in questions)
        if shape is None or (shape.questions, shape.fixed) != (questions, fixed):
            if len(self._known) >= _MOST:
                self._known.clear()
            shape = self._known[key] = _Shape(fixed, questions)
        if len(shape.plans) >= _PROFILES:
            shape.plans.clear()
        found = None if plan is None else _template(text, base, asked, plan, room)
        if shape.plans.setdefault(profile, found) != found:
            shape.plans[profile] = None  # it hangs on more: plan it each time


def _equal(slots: Sequence[str]) -> tuple[int, ...]:
    """Which slots hold the same: for each, the first that does."""
    return tuple(map(slots.index, slots))


def _size(count: int, limit: int) -> int:
    """About how many there are; -1 for as many as were counted, or more."""
    return count.bit_length() if count < limit else -1


def _question(pattern: TriplePattern, limit: int, room: Mapping[str, int]) -> _Question:
    subject, item = (
        room.get(n.value) if isinstance(n, Iri) else None for n in (pattern.subject, pattern.object)
    )
    s = pattern.subject if subject is None else _ROOMS[0]
    o = pattern.object if item is None else _ROOMS[1]
    return _Question(TriplePattern(s, pattern.predicate, o), limit, subject, item)


def _template(
    text: str, base: str | None, asked: Query, plan: Query, room: Mapping[str, int]
) -> Template | None:
    """The text of a plan with room for the IRIs of these slots.

    ``None`` where what is written in another way is the same node, so that not all of its places are room.
    """
    skeleton, slots = split(text)
    named = {slot: f"{_ROOM}{place}" for slot, place in room.items()}
    empty = [f"<{named.get(slot, slot)}>{piece}" for slot, piece in zip(slots, skeleton[1:], strict=True)]
    try:
        read = parse(skeleton[0] + "".join(empty), base)
    except QuerySyntaxError:
        return None
    if read != _renamed(asked, named):
        return None
    parts = _GAP.split(render(without_dataset(_renamed(plan, named))))
    found = Template(tuple(parts[::2]), tuple(map(int, parts[1::2])))
    return found if found.filled(slots) == render(without_dataset(plan)) else None


def _renamed(what: Any, named: Mapping[str, str]) -> Any:
    """An algebra with other IRIs for the subjects and objects of its triple patterns."""

    def end(term: Node) -> Node:
        return Iri(named[term.value]) if isinstance(term, Iri) and term.value in named else term

    if isinstance(what, Bgp):
        return Bgp(tuple(TriplePattern(end(t.subject), t.predicate, end(t.object)) for t in what.triples))
    if isinstance(what, tuple):
        return tuple(_renamed(part, named) for part in what)
    if is_dataclass(what) and not isinstance(what, type | Iri):
        parts = {f.name: _renamed(getattr(what, f.name), named) for f in fields(what)}
        return replace(what, **parts)
    return what
