"""``lodestone link`` within a store: judgments between its entities and events, links to reference data."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from kg.claims.claim import Claim
from kg.cli.auditing import note_done
from kg.dataset.outcomes import Added, Judged, Outcome
from kg.dataset.snapshots import Reader
from kg.dataset.upkeep.reference import replace_reference
from kg.dataset.writer import Writer
from kg.link.matcher import Matcher
from kg.link.proposing import Pair, entity_pairs, event_pairs_of, judgments, linker
from kg.link.reference.graph import reference_statements
from kg.link.referring import Reference, references


@dataclass(frozen=True)
class Within:
    """What is to be linked, and how: at most so many ``most`` pairs; nothing is accepted or written."""

    entities: bool = True
    events: bool = True
    reference: bool = True
    accept: bool = True
    dry: bool = False
    most: int = 1000


@dataclass
class Done:
    """What was found, and what became of it."""

    pairs: list[Pair] = field(default_factory=list)
    links: list[Reference] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    claims: list[Added] = field(default_factory=list)
    left: int = 0


def run_reference(store: Path, wait: float) -> int:
    """Put the reference data into their graph, in place of what is there."""
    Reader(store)  # that there is one: none is made here
    with Writer(store, wait=wait) as writer:
        changed = replace_reference(writer, reference_statements(writer.names))
        version = writer.commit().version
    if changed:
        note_done(store, "link --reference", version=version)
    click.echo(f"reference data: {'put in' if changed else 'already there, as they ship'}, version {version}")
    return 0


def run_within(store: Path, what: Within, *, form: str, wait: float) -> int:
    """Find, propose, and print a report. Gives 1 where something was found to contradict what is judged.

    Entities come first: which events are one, is told by who takes part.
    """
    done = Done()
    view = Reader(store).current()
    matcher = Matcher.of(view)
    if what.entities:
        _take(done, entity_pairs(view, matcher), what)
    if what.reference:
        done.links = list(references(matcher.entities, view.names))
    if not what.dry:
        _write(store, done, done.pairs, what, wait)
    if what.events:
        view = Reader(store).current()
        found = _take(done, event_pairs_of(view, Matcher.of(view).entities), what)
        if not what.dry:
            _write_judgments(store, done, found, what, wait)
    report = _report(done, what)
    if form == "json":
        click.echo(json.dumps(report, ensure_ascii=False, indent=1))
    else:
        _print(report)
    return 1 if report["in conflict"] else 0


def _take(done: Done, pairs: list[Pair], what: Within) -> list[Pair]:
    """Note pairs, as many as there is room for; gives back which."""
    room = max(0, what.most - len(done.pairs))
    done.pairs += pairs[:room]
    done.left += max(0, len(pairs) - room)
    return pairs[:room]


def _write(store: Path, done: Done, pairs: list[Pair], what: Within, wait: float) -> None:
    author = linker()
    claims: list[Claim] = [c for link in done.links for c in link.claims(author, accept=what.accept)]
    with Writer(store, wait=wait) as writer:
        if what.reference:
            replace_reference(writer, reference_statements(writer.names))
        done.claims = writer.add(claims)
        judged = writer.judge(judgments(pairs, author, accept=what.accept))
        writer.commit()
    done.judged += judged
    _note(store, judged, done.claims)


def _write_judgments(store: Path, done: Done, pairs: list[Pair], what: Within, wait: float) -> None:
    if not pairs:
        return
    with Writer(store, wait=wait) as writer:
        judged = writer.judge(judgments(pairs, linker(), accept=what.accept))
        writer.commit()
    done.judged += judged
    _note(store, judged, [])


def _note(store: Path, judged: list[Judged], claims: list[Added]) -> None:
    new = [one.iri for one in judged if one.outcome is Outcome.NEW]
    new += [one.iri for one in claims if one.outcome is Outcome.NEW]
    if new:
        note_done(store, "link", made=new)


def _report(done: Done, what: Within) -> dict[str, Any]:
    outcome = {(j.judgment.left, j.judgment.right): j for j in done.judged}
    pairs = []
    for pair in done.pairs:
        judged = outcome.get((min(pair.left, pair.right), max(pair.left, pair.right)))
        pairs.append(
            {
                "kind": pair.kind.value,
                "left": pair.left,
                "right": pair.right,
                "names": [pair.left_name, pair.right_name],
                "score": pair.score.value,
                "features": dict(pair.score.features),
                "sure": pair.sure,
                "judgment": judged.iri if judged is not None else None,
                "state": _state(judged),
                **({"reason": judged.reason} if judged is not None and judged.reason else {}),
            }
        )
    states = {one.iri: one for one in done.claims}
    links = [
        {
            "entity": link.entity.iri,
            "name": link.entity.name,
            "target": link.target,
            "dataset": link.dataset,
            "reason": link.reason,
            "sure": link.sure,
        }
        for link in done.links
    ]
    return {
        "pairs": pairs,
        "links": links,
        "new judgments": sum(one.outcome is Outcome.NEW for one in done.judged),
        "new claims": sum(one.outcome is Outcome.NEW for one in states.values()),
        "in conflict": sum(one.outcome is Outcome.CONFLICT for one in done.judged),
        "left out": done.left,
        "written": not what.dry,
    }


def _state(judged: Judged | None) -> str:
    if judged is None:
        return "not written"
    return "in conflict" if judged.outcome is Outcome.CONFLICT else judged.judgment.status.value


def _print(report: dict[str, Any]) -> None:
    for pair in report["pairs"]:
        left, right = pair["names"]
        click.echo(f"{pair['score']:5.1f}  {pair['state']}: {left} = {right}")
        click.echo("       " + _told(pair["features"]))
        click.echo(f"       {pair['judgment'] or pair['left'] + ' ' + pair['right']}")
        if "reason" in pair:
            click.echo(f"       {pair['reason']}")
    for link in report["links"]:
        sure = "" if link["sure"] else "  (to review)"
        click.echo(f"{link['name']} -> {link['target']}{sure}")
        click.echo(f"       {link['reason']} ({link['dataset']})")
    written = (
        f"{report['new judgments']} judgments and {report['new claims']} claims newly made"
        if report["written"]
        else "nothing written (--dry-run)"
    )
    click.echo(f"{len(report['pairs'])} pairs, {len(report['links'])} links to reference data; {written}")
    if report["in conflict"]:
        click.echo(f"{report['in conflict']} judgments speak against others, and were not taken in", err=True)
    if report["left out"]:
        click.echo(f"{report['left out']} more pairs were left out: raise --most", err=True)


def _told(features: dict[str, Any]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in features.items() if value != "")
