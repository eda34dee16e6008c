"""Judgments to propose within a store: which of its entities, and which of its events, are one.

What scores enough, and is alone in that, is accepted at once; the rest waits for review. What was judged
once, in whatever way, is not proposed again; and where two were taken apart, by a judgment that they
are not one or by undoing one that they are, nothing is accepted that joins one of them with a third.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from importlib.metadata import PackageNotFoundError, version

from kg.claims.claim import Agent, AgentKind, Status
from kg.dataset.snapshots import Snapshot
from kg.identity.judgment import Judgment, Kind, Verdict
from kg.link.entity import Entity
from kg.link.events import event_pairs, told_events
from kg.link.matcher import Matcher
from kg.link.scoring import Score, score, table
from ontology.vocab import RDFS

_LABEL = RDFS + "label"


@dataclass(frozen=True)
class Pair:
    """Two things that may be one: their IRIs, what they are called, why; ``sure`` if no review is needed."""

    left: str
    right: str
    left_name: str
    right_name: str
    score: Score
    sure: bool
    kind: Kind = Kind.ENTITY

    def judgment(self, author: Agent, *, accept: bool) -> Judgment:
        """The judgment that they are the same, accepted if they surely are and that is asked for."""
        return Judgment(
            left=self.left,
            right=self.right,
            verdict=Verdict.SAME,
            kind=self.kind,
            author=author,
            reason=self.reason,
            confidence=min(self.score.value, 99.0) / 100,
            features=dict(self.score.features),
            status=Status.ACCEPTED if accept and self.sure else Status.PROPOSED,
        )

    @property
    def reason(self) -> str:
        """The score and the features that made it, in words."""
        told = ", ".join(f"{name}: {value}" for name, value in self.score.features.items() if value != "")
        return f"score {self.score.value:g} of 100 ({told})"


def linker() -> Agent:
    """The program, as the author of judgments."""
    try:
        number = version("lodestone-kg")
    except PackageNotFoundError:
        number = None
    return Agent(kind=AgentKind.EXTRACTOR, name="lodestone link", version=number)


def entity_pairs(view: Snapshot, matcher: Matcher | None = None) -> list[Pair]:
    """Entities that may be one, the likeliest first."""
    found = matcher or Matcher.of(view)
    scores = dict(_scores(found))
    known = {
        (left, right): Known.of(view, found.entities[left].iri, found.entities[right].iri)
        for left, right in scores
    }
    groups = _Alike(scores, {pair for pair, judged in known.items() if judged is Known.APART})
    pairs = [
        Pair(a.iri, b.iri, a.name, b.name, value, groups.sure(left, right) and _told_alike(a, b))
        for (left, right), value in scores.items()
        for a, b in ((found.entities[left], found.entities[right]),)
        if known[left, right] is Known.NOT
    ]
    return _needed(sorted(pairs, key=lambda p: (not p.sure, -p.score.value, p.left, p.right)))


def _needed(pairs: Iterable[Pair]) -> list[Pair]:
    """Of pairs in their order those that join what the sure ones before have not joined already."""
    tops: dict[str, str] = {}
    kept: dict[tuple[str, str], Pair] = {}

    def top(name: str) -> str:
        while name in tops:
            name = tops[name]
        return name

    for pair in pairs:
        left, right = sorted((top(pair.left), top(pair.right)))
        if left == right or (left, right) in kept:
            continue
        kept[left, right] = pair
        if pair.sure:
            tops[right] = left
    return list(kept.values())


def _scores(matcher: Matcher) -> Iterator[tuple[tuple[int, int], Score]]:
    """Scores of the pairs that are worth a look, by the positions of the two."""
    seen: set[tuple[int, int]] = set()
    for position, entity in enumerate(matcher.entities):
        if not entity.described.named:
            continue
        for other in matcher.blocked(entity.described):
            pair = (min(position, other), max(position, other))
            if other != position and pair not in seen:
                seen.add(pair)
                value = score(entity.described, matcher.entities[other].described)
                if value.value >= table().review:
                    yield pair, value


def _told_alike(a: Entity, b: Entity) -> bool:
    """Whether both are of a known kind, the same one. What could be anything is left to a person."""
    return a.described.kind == b.described.kind is not None


class _Alike:
    """Which pairs score enough, and who else comes close to one of the two.

    Pairs that somebody took ``apart`` count as ones that do not score enough.
    """

    def __init__(self, scores: dict[tuple[int, int], Score], apart: set[tuple[int, int]]) -> None:
        self._scores = scores
        self._apart = apart
        self._near: dict[int, list[int]] = {}
        for (left, right), value in scores.items():
            if value.value >= table().accept - table().margin:
                self._near.setdefault(left, []).append(right)
                self._near.setdefault(right, []).append(left)

    def sure(self, left: int, right: int) -> bool:
        """Whether two are one, and whoever comes close to one of them is one with the other, too."""
        return self._accepted(left, right) and all(
            self._accepted(third, left) and self._accepted(third, right)
            for third in {*self._near[left], *self._near[right]} - {left, right}
        )

    def _accepted(self, a: int, b: int) -> bool:
        pair = (min(a, b), max(a, b))
        found = self._scores.get(pair)
        return found is not None and found.accepted and pair not in self._apart


class Known(Enum):
    """What was decided of two things, or of mentions of them, so far."""

    NOT = "not judged"
    APART = "apart"
    JUDGED = "judged otherwise"

    @classmethod
    def of(cls, view: Snapshot, left: str, right: str) -> "Known":
        """Apart is what somebody called different or not to be told, or did not let stand as one."""
        found = cls.NOT
        others = set(view.clusters.cluster(right))
        for mention in view.clusters.cluster(left):
            for name in view.judgments_on(mention):
                stored = view.judgment(name)
                told = stored.judgment
                if (told.right if told.left == mention else told.left) in others:
                    if _APART.get(stored.state) is (told.verdict is Verdict.SAME):
                        return cls.APART
                    found = cls.JUDGED
        return found


_APART = {"undone": True, "rejected": True, "active": False}
"""In these states a judgment keeps two apart: one that says "same", or one that does not."""


def event_pairs_of(view: Snapshot, entities: Iterable[Entity]) -> list[Pair]:
    """Events that may be one, the likeliest first.

    Two are left to a person where one of them was taken apart from a third that scored enough, too.
    """
    named = {entity.iri: entity.described.named for entity in entities}
    known = [
        (a, b, value, Known.of(view, a.iri, b.iri)) for a, b, value in event_pairs(told_events(view, named))
    ]
    apart = [(a, b) for a, b, value, judged in known if value.accepted and judged is Known.APART]
    doubted = {event.iri for pair in apart for event in pair}
    pairs = [
        Pair(
            a.iri,
            b.iri,
            view.node(a.claim).get(_LABEL) or a.iri,
            view.node(b.claim).get(_LABEL) or b.iri,
            value,
            value.accepted and not {a.iri, b.iri} & doubted,
            Kind.EVENT,
        )
        for a, b, value, judged in known
        if judged is Known.NOT
    ]
    return _needed(sorted(pairs, key=lambda p: (not p.sure, -p.score.value, p.left, p.right)))


def judgments(pairs: Sequence[Pair], author: Agent, *, accept: bool) -> list[Judgment]:
    """The judgments to offer; accepted ones first, so that they are weighed before what waits."""
    made = [pair.judgment(author, accept=accept) for pair in pairs]
    return sorted(made, key=lambda j: j.status is not Status.ACCEPTED)
