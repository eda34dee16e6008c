"""What of a claim that a language model proposes is admitted: only what the text itself bears out.

A claim whose quote is not in the text verbatim is dropped, and so is a role, a voice, a time or a number
whose words are not there. Times are read by our rules, and ratings are made by our rules, never better
than those of a claim that only its publisher vouches for.
"""

from collections.abc import Iterator

from pydantic import ValidationError

from kg.claims.claim import (
    Agent,
    Claim,
    ClaimType,
    Mention,
    Modality,
    Polarity,
    Qualifier,
    Quantity,
    Quote,
    RoleName,
)
from kg.claims.confidence import Assessment, Credibility
from kg.claims.source import SourceKind, Voice
from kg.claims.times import TimeSpan
from kg.extract.grammar.wording import number
from kg.extract.rating import assess
from kg.extract.reading.reader import Article
from kg.extract.values.times import find_times

CONTEXT = 32
"""Code points of text kept before and after a quote."""

_LEAST = Credibility.POSSIBLY_TRUE


def admitted(proposed: object, article: Article, begin: int, end: int, agent: Agent) -> Claim | None:
    """The claim, as far as the text between the offsets bears it out; ``None`` if its quote is not there."""
    if not isinstance(proposed, dict):
        return None
    exact = proposed.get("quote")
    start = article.text.find(exact, begin, end) if isinstance(exact, str) and exact.strip() else -1
    if start < 0 or not isinstance(exact, str):
        return None
    text = article.text
    try:
        kind = ClaimType(proposed.get("type", ""))
        modality = Modality(proposed.get("modality", ""))
        polarity = Polarity(proposed.get("polarity", ""))
        chain = (*_voices(proposed.get("attribution"), text), *article.chain_tail)
        if chain[0].kind is SourceKind.PUBLISHER and modality is Modality.REPORTED:
            modality = Modality.ASSERTED
        return Claim(
            type=kind,
            roles=_roles(proposed.get("roles"), text),
            quote=Quote(
                exact=exact,
                start=start,
                end=start + len(exact),
                prefix=text[max(0, start - CONTEXT) : start] or None,
                suffix=text[start + len(exact) : start + len(exact) + CONTEXT] or None,
            ),
            document=article.document,
            attribution=chain,
            modality=modality,
            polarity=polarity,
            when=_when(proposed.get("when"), article, future=modality is Modality.EXPECTED),
            quantity=_quantity(proposed.get("quantity"), exact),
            assessment=_rated(kind, chain, modality, article.paid),
            agent=agent,
            quote_verified=True,
        )
    except (ValueError, ValidationError):
        return None


def _roles(given: object, text: str) -> dict[RoleName, Mention]:
    known = {role.value: role for role in RoleName}
    return {
        known[name]: Mention(text=words)
        for name, words in (given.items() if isinstance(given, dict) else ())
        if name in known and isinstance(words, str) and words.strip() and words in text
    }


def _voices(given: object, text: str) -> Iterator[Voice]:
    for voice in given if isinstance(given, list) else ():
        words = voice.get("text") if isinstance(voice, dict) else None
        if not isinstance(words, str) or not words.strip() or words not in text:
            continue
        kind = SourceKind(voice.get("kind", ""))
        if kind is SourceKind.PUBLISHER:
            continue  # who published the text is known from the text's head, not from the model
        name = voice.get("name")
        count = voice.get("count")
        yield Voice(
            kind=kind,
            text=words,
            name=name
            if isinstance(name, str) and name and name in text and kind is not SourceKind.ANONYMOUS
            else None,
            count=count if isinstance(count, int) and count > 0 and kind is SourceKind.ANONYMOUS else None,
        )


def _when(words: object, article: Article, *, future: bool) -> TimeSpan | None:
    if not isinstance(words, str) or not words or words not in article.text:
        return None
    found = find_times(words, article.published, future=future)
    return TimeSpan(text=words, edtf=found[0].edtf) if len(found) == 1 else None


def _quantity(given: object, quote: str) -> Quantity | None:
    value = given.get("value") if isinstance(given, dict) else None
    if not isinstance(given, dict) or not isinstance(value, int | float) or isinstance(value, bool):
        return None
    said = {number(word.strip(".,;:%$€()")) for word in quote.replace("-", " ").split()}
    if float(value) not in said:
        return None
    unit = given.get("unit")
    return Quantity(
        value=value,
        qualifier=Qualifier(given.get("qualifier") or "exact"),
        unit=unit if isinstance(unit, str) else None,
    )


def _rated(kind: ClaimType, chain: tuple[Voice, ...], modality: Modality, paid: str | None) -> Assessment:
    """Our rules' rating, at best "possibly true": nobody has held the model's reading against the text."""
    found = assess(kind, chain, modality, own=False, paid=paid)
    if found.credibility in (Credibility.CONFIRMED, Credibility.PROBABLY_TRUE):
        reason = (
            f"{found.reason} Information lowered to {_LEAST.value}: read by a language model, not reviewed."
        )
        return found.model_copy(update={"credibility": _LEAST, "reason": reason})
    return found
