"""``lodestone review``: list what waits, accept, edit, reject."""

from collections.abc import Sequence
from pathlib import Path

import click

from kg.claims.claim import Claim
from kg.claims.names import is_iri
from kg.cli.auditing import note_done
from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from kg.ingest.review import Reviewer, read_changes, waiting


def run_list(store: Path, limit: int) -> int:
    """Print the claims that wait for review."""
    found = list(waiting(Reader(store).current()))
    for stored in found[:limit]:
        click.echo("\n".join(_lines(stored.iri, stored.state, stored.claim)))
    more = f", the first {limit} shown" if len(found) > limit else ""
    click.echo(f"{len(found)} claim{'s' * (len(found) != 1)} to review{more}")
    return 0


def _lines(iri: str, state: str, claim: Claim) -> list[str]:
    roles = "; ".join(f"{role.value}: {mention.text}" for role, mention in claim.roles.items())
    rated = claim.assessment.reliability.value + claim.assessment.credibility.value
    quote = claim.quote.exact if claim.quote else "(no quote)"
    return [
        iri,
        f"  {claim.type.value}, {claim.modality.value}, {claim.polarity.value} ({state}, {rated})",
        f"  “{quote}”",
        *([f"  {roles}"] if roles else []),
        *(f"  {triple}" for triple in claim.triples[:5]),
        *([f"  {claim.assessment.reason}"] if claim.assessment.reason else []),
        f"  says {' < '.join(voice.label for voice in claim.attribution)}",
    ]


def run_accept(claims: Sequence[str], store: Path, *, by: str, wait: float) -> int:
    """Accept claims as they are."""
    with Writer(store, wait=wait) as writer:
        reviewer = Reviewer(writer, by)
        done = [reviewer.accept(_iri(writer, name)) for name in claims]
        writer.commit()
    note_done(store, "review accept", by=by, claims=list(claims), accepted=done)
    for iri in done:
        click.echo(f"accepted as {iri}")
    return 0


def run_edit(claim: str, store: Path, changes: Path, *, by: str, wait: float) -> int:
    """Say a claim otherwise."""
    members = read_changes(changes)
    with Writer(store, wait=wait) as writer:
        iri = Reviewer(writer, by).edit(_iri(writer, claim), members)
        writer.commit()
    note_done(store, "review edit", by=by, claim=claim, edited=iri)
    click.echo(f"edited as {iri}")
    return 0


def run_reject(claims: Sequence[str], store: Path, *, by: str, reason: str, wait: float) -> int:
    """Reject claims, with the reason."""
    with Writer(store, wait=wait) as writer:
        reviewer = Reviewer(writer, by)
        done = [(name, reviewer.reject(_iri(writer, name), reason)) for name in claims]
        writer.commit()
    note_done(store, "review reject", by=by, claims=list(claims), reason=reason)
    for name, changed in done:
        click.echo(f"rejected {name}" if changed else f"{name} was rejected before")
    return 0


def _iri(writer: Writer, name: str) -> str:
    return name if is_iri(name) else writer.names.claim(name)
