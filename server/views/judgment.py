"""The list of judgments, and the page of one: who holds which two mentions to be the same, and why."""

from dataclasses import dataclass

from kg.dataset.judgments.judged import State, StoredJudgment
from kg.dataset.snapshots import Snapshot
from ontology.vocab import LS
from server.naming import Link, Namer, address

PER_PAGE = 50
STATES: tuple[State, ...] = ("active", "proposed", "rejected", "undone")


@dataclass(frozen=True)
class JudgmentLine:
    """A judgment in one line."""

    link: Link
    left: Link
    right: Link
    verdict: str
    kind: str
    state: State
    author: str
    reason: str
    made: str
    confidence: float


@dataclass(frozen=True)
class JudgmentList:
    """One page of a list of judgments; ``more`` follow."""

    state: str | None
    about: Link | None
    states: tuple[str, ...]
    judgments: tuple[JudgmentLine, ...]
    total: int
    page: int
    more: bool

    @property
    def iris(self) -> tuple[str, ...]:
        """The IRIs of those on this page."""
        return tuple(line.link.iri or "" for line in self.judgments)


@dataclass(frozen=True)
class FeatureView:
    """What the two mentions were compared by."""

    name: str
    value: float | str


@dataclass(frozen=True)
class JudgmentPage:
    """Everything that the page of a judgment shows.

    ``same`` are the mentions that are one thing with the left one now; ``others`` are the
    other judgments about the two.
    """

    iri: str
    label: str
    line: JudgmentLine
    features: tuple[FeatureView, ...]
    undone: str | None
    undone_by: str | None
    undone_reason: str | None
    canonical: Link | None
    same: tuple[Link, ...]
    others: tuple[JudgmentLine, ...]


def judgment_list(snapshot: Snapshot, state: str | None, about: str | None, page: int) -> JudgmentList:
    """One page of the judgments in a state, about a mention, or of all, the latest first."""
    names = snapshot.judgments_on(about) if about is not None else tuple(snapshot.judgments())
    if state is not None:
        standing = state == "active"
        names = tuple(name for name in names if snapshot.is_judgment(name) == standing)
    if state not in (None, "active"):
        names = tuple(name for name in names if snapshot.judgment(name).state == state)
    made = snapshot.judged_at() if about is None else {}
    made = {name: made.get(name) or snapshot.node(name).get(LS.made) or "" for name in names}
    ordered = sorted(sorted(names), key=made.__getitem__, reverse=True)
    shown = ordered[(page - 1) * PER_PAGE : page * PER_PAGE]
    return JudgmentList(
        state=state,
        about=_mention(Namer(snapshot), about) if about is not None else None,
        states=STATES,
        judgments=tuple(_line(snapshot, snapshot.judgment(name)) for name in shown),
        total=len(ordered),
        page=page,
        more=len(ordered) > page * PER_PAGE,
    )


def judgment_page(snapshot: Snapshot, iri: str) -> JudgmentPage:
    """The page of a judgment, standing or not. Raises ``NotFound``."""
    stored = snapshot.judgment(iri)
    told, namer = stored.judgment, Namer(snapshot)
    others = {*snapshot.judgments_on(told.left), *snapshot.judgments_on(told.right)} - {iri}
    cluster = snapshot.clusters.cluster(told.left) if stored.acts else ()
    return JudgmentPage(
        iri=iri,
        label=snapshot.judgment_label(told),
        line=_line(snapshot, stored),
        features=tuple(FeatureView(name, value) for name, value in told.features.items()),
        undone=stored.undone.isoformat() if stored.undone else None,
        undone_by=stored.undone_by,
        undone_reason=stored.undone_reason,
        canonical=_mention(namer, snapshot.clusters.canonical(told.left)) if stored.acts else None,
        same=tuple(_mention(namer, mention) for mention in cluster),
        others=tuple(_line(snapshot, snapshot.judgment(name)) for name in sorted(others)[:PER_PAGE]),
    )


def _line(snapshot: Snapshot, stored: StoredJudgment) -> JudgmentLine:
    told, namer = stored.judgment, Namer(snapshot)
    return JudgmentLine(
        link=namer.link("judgment", stored.iri, snapshot.judgment_label(told)),
        left=_mention(namer, told.left),
        right=_mention(namer, told.right),
        verdict=told.verdict.value,
        kind=told.kind.value,
        state=stored.state,
        author=" ".join(filter(None, (told.author.name, told.author.version))),
        reason=told.reason,
        made=told.made.isoformat(),
        confidence=told.confidence,
    )


def _mention(namer: Namer, iri: str) -> Link:
    """An entity or event by what documents call it, linked to its page."""
    label = namer.snapshot.mention_label(iri)
    here = address(iri, namer.names)
    if here is None or not here.startswith("/"):
        return namer.link("entity", iri, label)
    return Link(label, here, iri)
