"""Review: what a person makes of what a program claimed.

Nothing is overwritten. To accept a claim is to make it one's own: a claim of the reviewer's, with the
same content and more of the words around its quote, supersedes it; where there is no quote to widen, the
reviewer is the last voice of the chain. To edit is the same with other content. To reject is to retract,
with the reason. Who did it is the agent of the new claim, or stands with the retraction.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kg.claims.claim import Agent, AgentKind, Claim, Quote, Status
from kg.claims.source import SourceKind, Voice
from kg.claims.types import STATUS_TERM
from kg.dataset.annotated.view import View
from kg.dataset.outcomes import Outcome
from kg.dataset.record.records import StoredClaim
from kg.dataset.writer import Writer
from kg.errors import InvalidClaim
from kg.identity.judgment import Judgment, Kind, Verdict
from ontology.vocab import LS

CONTEXT = 96
"""Code points of text kept before and after the quote of a reviewed claim."""

_WAITING = (Status.PROPOSED, Status.UNREVIEWED)
_KEPT = frozenset({"document", "quote", "agent", "status", "recorded", "supersedes", "quote_verified", "iri"})
"""Members that an edit cannot change: what was read, and by whom, is not the reviewer's to say."""


def waiting(view: View) -> Iterator[StoredClaim]:
    """Claims that nobody has reviewed and that are not out already, the least sure first."""
    found = [
        stored
        for status in _WAITING
        for name in view.pointing_at(LS.status, STATUS_TERM[status].value)
        if view.is_known(name)  # judgments have a status, too
        and (stored := view.claim(name)).state in ("active", "proposed", "below threshold")
        and not stored.superseded_by
    ]
    yield from sorted(
        found, key=lambda s: (s.state == "active", s.claim.document.key, _place(s.claim), s.iri)
    )


def _place(claim: Claim) -> int:
    return claim.quote.start or 0 if claim.quote else 0


@dataclass(frozen=True)
class Reviewer:
    """A person who reviews the claims of a store."""

    writer: Writer
    by: str

    def accept(self, name: str) -> str:
        """Make a claim one's own; gives back the IRI of the accepted claim. Raises ``NotFound``."""
        return self._supersede(name, {})

    def edit(self, name: str, changes: dict[str, Any]) -> str:
        """Say it otherwise: members of the claim as they should be; gives back the new claim's IRI.

        Raises ``InvalidClaim`` if a member cannot be changed, or the result is no claim.
        """
        if fixed := sorted(_KEPT & changes.keys()):
            raise InvalidClaim(
                f"{', '.join(fixed)}: review does not change this; reject the claim and make a new one"
            )
        if unknown := sorted(changes.keys() - Claim.model_fields.keys()):
            raise InvalidClaim(
                f"{', '.join(unknown)}: no member of a claim (known: {', '.join(Claim.model_fields)})"
            )
        if not changes:
            raise InvalidClaim("nothing to change is given: accept the claim instead")
        return self._supersede(name, changes)

    def reject(self, name: str, reason: str) -> bool:
        """Take a claim out, with the reason; false if it was out before. Raises ``NotFound``."""
        return self.writer.retract(name, reason=f"rejected in review: {reason}", by=self.by)

    def _supersede(self, name: str, changes: dict[str, Any]) -> str:
        self.writer.view.need_claim(name)
        stored = self.writer.view.claim(name)
        if stored.state in ("retracted", "superseded"):
            raise InvalidClaim(f"{name} is {stored.state} already: there is nothing to review")
        data = stored.claim.model_dump(exclude={"iri", "recorded"}) | changes
        data |= {
            "agent": Agent(kind=AgentKind.PERSON, name=self.by),
            "status": Status.ACCEPTED,
            "supersedes": (name,),
            "quote": self._wider(stored.claim),
        }
        try:
            claim = Claim.model_validate(data)
        except ValidationError as error:
            problems = tuple((".".join(map(str, e["loc"])), e["msg"]) for e in error.errors())
            raise InvalidClaim("; ".join(f"{where}: {what}" for where, what in problems), problems) from error
        if claim.hash == stored.claim.hash:
            voice = Voice(kind=SourceKind.PERSON, name=self.by, verb="accepted")
            claim = claim.model_copy(update={"attribution": (*claim.attribution, voice)})
        [added] = self.writer.add([claim])
        if added.outcome is Outcome.CONFLICT:
            raise InvalidClaim(f"{name}: {added.reason}")
        self._keep_event(name, added.iri)
        return added.iri

    def _keep_event(self, old: str, new: str) -> None:
        """Let the new claim be of the event that judgments made one with others, if the old one was."""
        view = self.writer.view
        before, after = (view.node(claim).get(LS.event) for claim in (old, new))
        if before is None or after is None or before == after or before not in view.clusters.names:
            return
        judgment = Judgment(
            left=before,
            right=after,
            verdict=Verdict.SAME,
            kind=Kind.EVENT,
            author=Agent(kind=AgentKind.PERSON, name=self.by),
            reason=f"<{new}> says in review what <{old}> said: both are of one event",
        )
        self.writer.judge([judgment])

    def _wider(self, claim: Claim) -> Quote | None:
        """The quote with more around it: the reviewer's claim is a claim of its own, by its name too."""
        quote = claim.quote
        text = self.writer.layout.text(claim.document.hash) if claim.document.hash else None
        if quote is None or quote.start is None or quote.end is None or text is None:
            return quote.model_copy(update={"prefix": None, "suffix": None}) if quote is not None else None
        return quote.model_copy(
            update={
                "prefix": text[max(0, quote.start - CONTEXT) : quote.start] or None,
                "suffix": text[quote.end : quote.end + CONTEXT] or None,
            }
        )


def read_changes(file: Path) -> dict[str, Any]:
    """The members to change, from a file that holds a JSON object. Raises ``InvalidClaim``."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidClaim(f"{file}: is no JSON that can be read ({error})") from error
    if not isinstance(found, dict):
        raise InvalidClaim(
            f'{file}: should hold an object with the members to change, as {{"type": "license_denied"}}'
        )
    return found
