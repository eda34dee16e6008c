"""``lodestone judge``: judge two things, list judgments, undo one."""

from pathlib import Path
from typing import Any

import click

from kg.claims.claim import Agent
from kg.claims.names import is_iri
from kg.cli.auditing import note_done
from kg.dataset.annotated.view import View
from kg.dataset.judgments.judged import StoredJudgment
from kg.dataset.outcomes import Outcome
from kg.dataset.snapshots import Reader
from kg.dataset.terms import is_node
from kg.dataset.writer import Writer
from kg.errors import NotFound
from kg.identity.judgment import Kind
from kg.ingest.judgment_records import read_judgment
from ontology.vocab import LS

_HERE = ("entity/", "event/", "claim/")
"""Beginnings of names that may go without the base IRI."""


def run_judge(given: dict[str, Any], store: Path, *, by: str, force: bool, wait: float) -> int:
    """Take one judgment in. Raises ``InvalidJudgment`` and ``IdentityConflict``."""
    with Writer(store, wait=wait) as writer:
        kind = Kind(given["kind"] or _kind(writer.view, given["left"], given["right"]))
        ends = {side: _mention(writer.view, given[side], kind) for side in ("left", "right")}
        judgment = read_judgment({**given, **ends, "kind": kind}, Agent(name=by))
        [judged] = writer.judge([judgment], force=force)
        if judged.problem is not None:
            raise judged.problem
        label = writer.view.judgment_label(judgment)
        unknown = [m for m in (judgment.left, judgment.right) if not _is_mentioned(writer.view, m)]
        writer.commit()
    note_done(store, "judge", by=by, judgment=judged.iri, verdict=judgment.verdict.value)
    told = "known before" if judged.outcome is Outcome.KNOWN else judgment.status.value
    click.echo(f"{told}: {label}\n{judged.iri}")
    for mention in unknown:
        click.echo(f"nothing in the store mentions <{mention}> yet", err=True)
    return 0


def run_undo(name: str, store: Path, *, reason: str, by: str, wait: float) -> int:
    """Undo a judgment. Raises ``NotFound``."""
    with Writer(store, wait=wait) as writer:
        iri = name if is_iri(name) else writer.names.judgment(name.removeprefix("judgment/"))
        done = writer.undo(iri, reason=reason, by=by)
        writer.commit()
    note_done(store, "undo", by=by, judgment=iri, reason=reason)
    click.echo(f"undone {iri}" if done else f"{iri} was undone before")
    return 0


def run_list(store: Path) -> int:
    """Print the judgments that stand, and those that wait."""
    snapshot = Reader(store).current()
    found = [snapshot.judgment(name) for name in snapshot.judgments()]
    shown = [stored for stored in found if stored.state in ("active", "proposed")]
    for stored in sorted(shown, key=lambda s: (s.state, s.judgment.made, s.iri)):
        click.echo("\n".join(_lines(snapshot, stored)))
    click.echo(f"{len(shown)} judgment{'s' * (len(shown) != 1)}")
    return 0


def _lines(view: View, stored: StoredJudgment) -> list[str]:
    told = stored.judgment
    features = "; ".join(f"{name} {value}" for name, value in told.features.items())
    return [
        stored.iri,
        f"  {view.judgment_label(told)} ({stored.state}, {told.kind}, {told.confidence:g})",
        f"  {told.left}",
        f"  {told.right}",
        f"  {told.author.name}, {told.made:%Y-%m-%d}: {told.reason}",
        *([f"  {features}"] if features else []),
    ]


def _full(view: View, text: str) -> str:
    local = text.removeprefix("/")
    return view.names.base + local if local.startswith(_HERE) else text


def _kind(view: View, left: str, right: str) -> Kind:
    """What two names are of: events where one of them is an event's or a claim's."""
    ends = [_full(view, text) for text in (left, right)]
    events = any(
        end.startswith(view.names.event("")) or (is_node(end) and view.is_known(end)) for end in ends
    )
    return Kind.EVENT if events else Kind.ENTITY


def _mention(view: View, text: str, kind: Kind) -> str:
    """The IRI of a mention; of a claim its event. Raises ``NotFound`` for a claim that has none."""
    iri = _full(view, text)
    if kind is not Kind.EVENT or not is_node(iri) or not view.is_known(iri):
        return iri
    event = view.node(iri).get(LS.event)
    if event is None:
        raise NotFound(f"the claim {iri} is given as RDF: name its event by its own IRI", iri=iri)
    return event


def _is_mentioned(view: View, iri: str) -> bool:
    return bool(
        view.mentioning([iri]) or view.pointing_at(LS.mention, iri) or view.pointing_at(LS.event, iri)
    )
