"""Review: what a person makes of what a program claimed.

Nothing is overwritten. To accept a claim is to make it one's own: a claim of the reviewer's, with the
same content and more of the words around its quote, supersedes it; where there is no quote to widen, the
reviewer is the last voice of the chain. To edit is the same with other content. To reject is to retract,
with the reason. Who did it is the agent of the new claim, or stands with the retraction.
"""

import json
import re
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
_KEPT = frozenset({"document", "agent", "status", "recorded", "supersedes", "quote_verified", "iri"})
"""Members that an edit cannot change: what was read, and by whom, is not the reviewer's to say."""

_NOTHING = "nothing is changed: accept the claim if it is right as it stands"


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

        A quote may be of other words of the same document, whose text has to be at hand. Raises
        ``InvalidClaim`` if a member cannot be changed, the result is no claim, or it is the same claim.
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
            raise InvalidClaim(_NOTHING)
        return self._supersede(name, changes)

    def reject(self, name: str, reason: str) -> bool:
        """Take a claim out, with the reason; false if it was out before. Raises ``NotFound``."""
        return self.writer.retract(name, reason=f"rejected in review: {reason}", by=self.by)

    def _supersede(self, name: str, changes: dict[str, Any]) -> str:
        self.writer.view.need_claim(name)
        stored = self.writer.view.claim(name)
        if stored.state in ("retracted", "superseded"):
            raise InvalidClaim(f"{name} is {stored.state} already: there is nothing to review")
        quote = self._other_words(stored.claim, changes["quote"]) if "quote" in changes else None
        data = stored.claim.model_dump(exclude={"iri", "recorded"}) | changes
        data |= {
            "agent": Agent(kind=AgentKind.PERSON, name=self.by),
            "status": Status.ACCEPTED,
            "supersedes": (name,),
            "quote": self._wider(stored.claim, quote or stored.claim.quote),
            "quote_verified": stored.claim.quote_verified or quote is not None,
        }
        try:
            claim = Claim.model_validate(data)
        except ValidationError as error:
            problems = tuple((".".join(map(str, e["loc"])), e["msg"]) for e in error.errors())
            raise InvalidClaim("; ".join(f"{where}: {what}" for where, what in problems), problems) from error
        others = changes.keys() - {"quote"}
        if changes and quote is None and all(getattr(claim, m) == getattr(stored.claim, m) for m in others):
            raise InvalidClaim(_NOTHING)
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

    def _text(self, claim: Claim) -> str | None:
        return self.writer.layout.text(claim.document.hash) if claim.document.hash else None

    def _wider(self, claim: Claim, quote: Quote | None) -> Quote | None:
        """A quote with more around it: the reviewer's claim is a claim of its own, by its name too."""
        text = self._text(claim)
        if quote is None or quote.start is None or quote.end is None or text is None:
            return _bare(quote)
        return quote.model_copy(
            update={
                "prefix": text[max(0, quote.start - CONTEXT) : quote.start] or None,
                "suffix": text[quote.end : quote.end + CONTEXT] or None,
            }
        )

    def _other_words(self, claim: Claim, given: Any) -> Quote | None:
        """The words that state it, as they stand in the document: there nearest to the old ones.

        ``None`` where they are the old ones. White space counts as white space, whatever it is. Raises
        ``InvalidClaim``.
        """
        exact = given.get("exact") if isinstance(given, dict) else given
        if not isinstance(exact, str) or not exact.strip():
            raise _wrong_quote('give the words of the quote, as {"quote": {"exact": "the words"}}')
        if claim.quote is not None and claim.quote.exact.split() == exact.split():
            return None
        text = self._text(claim)
        if text is None:
            raise _wrong_quote("the text of the document is not at hand, so no other words can be quoted")
        pattern = r"\s+".join(map(re.escape, exact.split()))
        near = claim.quote.start or 0 if claim.quote else 0
        found = min(re.finditer(pattern, text), key=lambda match: abs(match.start() - near), default=None)
        if found is None:
            raise _wrong_quote(
                "these words are not in the text of the document: quote them as they stand there"
            )
        return Quote(exact=found.group(), start=found.start(), end=found.end())


def _bare(quote: Quote | None) -> Quote | None:
    """A quote without what stands around it."""
    return quote.model_copy(update={"prefix": None, "suffix": None}) if quote is not None else None


def _wrong_quote(why: str) -> InvalidClaim:
    return InvalidClaim(f"quote: {why}", (("quote", why),))


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
