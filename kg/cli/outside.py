"""``lodestone link --wikidata``: what an endpoint outside may know of the store's entities, as proposals."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from kg.claims.claim import Claim
from kg.cli.auditing import note_done
from kg.dataset.outcomes import Outcome
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.terms import NamedNode
from kg.dataset.writer import Writer
from kg.errors import LodestoneError, NotFound
from kg.link.entities import entities
from kg.link.external.cache import AnswerCache
from kg.link.external.client import Endpoint, Manners, agent
from kg.link.external.model import WIKIDATA, Model, plain_model
from kg.link.external.proposing import Found, Link, find, link_claim, linker, matches_of, statements
from kg.outbound import OutboundRefused
from kg.query import query
from ontology.vocab import SKOS

WIKIDATA_ENDPOINT = "https://query.wikidata.org/sparql"


@dataclass(frozen=True)
class Asked:
    """How the outside is asked: ``most`` entities, with ``pause`` seconds between the questions."""

    endpoint: str
    model: str
    cache: Path | None = None
    offline: bool = False
    contact: str | None = None
    only: tuple[str, ...] = ()
    most: int = 500
    pause: float = 1.0
    fresh: float = 30.0


def run_outside(store: Path, asked: Asked, *, dry: bool, form: str, wait: float) -> int:
    """Ask, propose, and print a report. Gives 1 where questions were left without an answer."""
    model = WIKIDATA if asked.model == "wikidata" else plain_model(asked.endpoint)
    endpoint = _endpoint(store, asked)
    snapshot = Reader(store).current()
    every = entities(snapshot)
    chosen = [e for e in every if not asked.only or e.iri in asked.only]
    if asked.only and (missing := set(asked.only) - {e.iri for e in every}):
        raise LodestoneError(f"no entity of the store is called {min(missing)}")
    matched = matches_of(every, model, _matches(snapshot))
    found = find(endpoint, model, chosen[: asked.most], matched)
    made = _proposals(found, model, snapshot)
    outcomes = {} if dry or not made else _written(store, [claim for claim, _ in made], wait)
    report = _report(found, made, outcomes, endpoint, left=max(0, len(chosen) - asked.most))
    if form == "json":
        click.echo(json.dumps(report, ensure_ascii=False, indent=1))
    else:
        _print(report, dry)
    return 1 if found.unanswered else 0


def _endpoint(store: Path, asked: Asked) -> Endpoint:
    endpoint = Endpoint(
        asked.endpoint,
        AnswerCache(asked.cache or store / "outside"),
        manners=Manners(pause=asked.pause, fresh=asked.fresh),
        offline=asked.offline,
        name=agent(asked.contact),
    )
    try:
        endpoint.check()
    except OutboundRefused as error:
        raise LodestoneError(f"--endpoint-url: {error}") from error
    return endpoint


def _matches(snapshot: Snapshot) -> Iterable[tuple[str, str]]:
    """What facts say matches what exactly."""
    text = f"SELECT ?a ?b {{ ?a <{SKOS}exactMatch> ?b }}"
    for one, other in query(snapshot, text, provenance="none").rows:
        if isinstance(one, NamedNode) and isinstance(other, NamedNode):
            yield one.value, other.value


def _proposals(found: Found, model: Model, snapshot: Snapshot) -> list[tuple[Claim, Link | None]]:
    """The claims to propose. Of candidates that were rejected before, the next best one takes the place."""
    maker = linker(agent().split(" ")[0].partition("/")[2])
    made: list[tuple[Claim, Link | None]] = []
    for link in found.links:
        every = (link.candidate, *link.others)
        for place, candidate in enumerate(every):
            here = replace(link, candidate=candidate, others=every[place + 1 :])
            claim = link_claim(here, model, maker)
            if _state(snapshot, claim) != "retracted":
                made.append((claim, here))
                break
        else:
            found.unlinked.append(link.entity)
    made += [(claim, None) for e, item in found.known for claim in statements(e, item, model, maker)]
    return made


def _state(snapshot: Snapshot, claim: Claim) -> str | None:
    """What became of a claim; ``None`` if it is not known."""
    try:
        return snapshot.claim(snapshot.names.claim(claim.id)).state
    except NotFound:
        return None


def _written(store: Path, claims: list[Claim], wait: float) -> dict[str, str]:
    """The state of each claim afterwards, by the claim's id: "new", or what it is since before."""
    with Writer(store, wait=wait) as writer:
        added = writer.add(claims)
        if any(one.outcome is Outcome.NEW for one in added):
            writer.commit()
        states = ["new" if one.outcome is Outcome.NEW else writer.view.claim(one.iri).state for one in added]
    new = [one.iri for one in added if one.outcome is Outcome.NEW]
    if new:
        note_done(store, "link", claims=new)
    return {claim.id: state for claim, state in zip(claims, states, strict=True)}


def _report(
    found: Found,
    made: list[tuple[Claim, Link | None]],
    outcomes: dict[str, str],
    endpoint: Endpoint,
    left: int,
) -> dict[str, Any]:
    links = [
        {
            "entity": link.entity.iri,
            "name": link.entity.name,
            "item": link.candidate.iri,
            "label": link.candidate.name,
            "description": link.candidate.description,
            "score": link.candidate.score,
            "sure": link.candidate.match,
            "features": dict(link.candidate.features),
            "others": [{"item": c.iri, "label": c.name, "score": c.score} for c in link.others],
            "claim": claim.id,
            "state": outcomes.get(claim.id, "not written"),
        }
        for claim, link in made
        if link is not None
    ]
    said = [
        {
            "triple": claim.triples[0],
            "claim": claim.id,
            "state": outcomes.get(claim.id, "not written"),
        }
        for claim, link in made
        if link is None
    ]
    tally = endpoint.tally
    return {
        "endpoint": endpoint.url,
        "links": links,
        "statements": said,
        "without a candidate": [{"entity": e.iri, "name": e.name} for e in found.unlinked],
        "without an answer": found.unanswered,
        "left out": left,
        "questions": {"asked": tally.asked, "from the cache": tally.cached, "of these old": tally.old},
    }


def _print(report: dict[str, Any], dry: bool) -> None:
    for link in report["links"]:
        sure = "" if link["sure"] else ", unsure"
        click.echo(f"{link['name']}: {link['label']} <{link['item']}>, score {link['score']:g}{sure}")
        why = "; ".join(f"{name}: {value}" for name, value in sorted(link["features"].items()))
        click.echo("  " + "; ".join(filter(None, (link["description"], why))))
        others = ", ".join(f"{one['label']} <{one['item']}> {one['score']:g}" for one in link["others"])
        if others:
            click.echo(f"  or {others}")
        click.echo(f"  claim {link['claim']} ({link['state']})")
    for one in report["statements"]:
        click.echo(f"{one['triple']}  {one['claim']} ({one['state']})")
    for name in report["without an answer"]:
        click.echo(f"no answer: {name}", err=True)
    asked = report["questions"]
    new = sum(one["state"] == "new" for one in (*report["links"], *report["statements"]))
    click.echo(
        f"{len(report['links'])} links and {len(report['statements'])} statements found, "
        f"{'none written (--dry-run)' if dry else f'{new} newly proposed'}; "
        f"{len(report['without a candidate'])} entities without a candidate; "
        f"{asked['asked']} questions asked, {asked['from the cache']} answered from the cache"
        + (f" ({asked['of these old']} by old answers)" if asked["of these old"] else "")
    )
    if report["left out"]:
        click.echo(f"{report['left out']} more entities were not asked about: raise --most")
    if new:
        click.echo("Review them with `lodestone review`; until then they are no facts.")
