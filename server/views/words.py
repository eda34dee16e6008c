"""Claims and their parts in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from kg.claims.claim import Claim, ClaimType, Modality, Polarity, Qualifier, Quantity, RoleName
from kg.claims.confidence import Credibility, Reliability
from kg.claims.source import SourceKind
from kg.claims.times import TimeSpan

R = RoleName
HOLDERS = (R.PRODUCER, R.LICENSEE, R.APPLICANT)
USERS = (R.CUSTOMER, R.IMPORTER, R.END_USER)


@dataclass(frozen=True)
class Phrase:
    """How a type of claim is said: the first subject there is, the verb, then the rest with prepositions."""

    subjects: tuple[RoleName, ...]
    nobody: str
    verb: str
    denied: str
    tail: tuple[tuple[str, tuple[RoleName, ...]], ...]


_LICENSE_TAIL = (("for", USERS), ("covering", (R.PRODUCT,)), ("from", (R.AUTHORITY,)))
_RULE_TAIL = (("on", (R.PRODUCT,)), ("under", (R.MEASURE,)), ("affecting", (R.AFFECTED,)), ("in", (R.PLACE,)))
_SAYS_TAIL = (("on", (R.MEASURE, R.PRODUCT)), ("affecting", (R.AFFECTED,)), ("in", (R.PLACE,)))
_HIT = (R.AFFECTED, R.PRODUCER, R.CUSTOMER, R.PRODUCT)

PHRASES: dict[ClaimType, Phrase] = {
    ClaimType.LICENSE_GRANTED: Phrase(
        HOLDERS,
        "Somebody",
        "received an export license",
        "did not receive an export license",
        _LICENSE_TAIL,
    ),
    ClaimType.LICENSE_DENIED: Phrase(
        HOLDERS,
        "Somebody",
        "had an export license refused",
        "had no export license refused",
        _LICENSE_TAIL,
    ),
    ClaimType.LICENSE_APPLIED: Phrase(
        HOLDERS,
        "Somebody",
        "applied for an export license",
        "did not apply for an export license",
        _LICENSE_TAIL,
    ),
    ClaimType.LICENSE_PENDING: Phrase(
        HOLDERS,
        "Somebody",
        "had an application for an export license pending",
        "had no application for an export license pending",
        _LICENSE_TAIL,
    ),
    ClaimType.LICENSE_REVOKED: Phrase(
        HOLDERS, "Somebody", "lost an export license", "did not lose an export license", _LICENSE_TAIL
    ),
    ClaimType.RESTRICTION_IMPOSED: Phrase(
        (R.AUTHORITY,), "Somebody", "restricted exports", "did not restrict exports", _RULE_TAIL
    ),
    ClaimType.RESTRICTION_EASED: Phrase(
        (R.AUTHORITY,),
        "Somebody",
        "eased a restriction on exports",
        "did not ease a restriction on exports",
        _RULE_TAIL,
    ),
    ClaimType.SUPPLY_IMPACT: Phrase(
        _HIT, "Supply", "felt an effect on supply", "felt no effect on supply", _SAYS_TAIL
    ),
    ClaimType.PRODUCTION_HALT: Phrase(
        _HIT, "A maker", "stopped or cut production", "did not stop or cut production", _SAYS_TAIL
    ),
    ClaimType.PRICE_CHANGE: Phrase(
        (R.PRODUCT,), "A price", "changed in price", "did not change in price", _SAYS_TAIL
    ),
    ClaimType.STATEMENT_OF_POLICY: Phrase(
        (R.SPEAKER, R.AUTHORITY), "Somebody", "stated a policy", "stated no policy", _SAYS_TAIL
    ),
    ClaimType.REQUEST: Phrase(
        (R.SPEAKER,),
        "Somebody",
        "asked for something",
        "did not ask for anything",
        (("of", (R.AUTHORITY,)), *_SAYS_TAIL),
    ),
    ClaimType.NO_COMMENT: Phrase((R.SPEAKER,), "Somebody", "gave no comment", "gave a comment", _SAYS_TAIL),
}


MODE: dict[Modality, str] = {
    Modality.HEDGED: "Perhaps:",
    Modality.EXPECTED: "Expected:",
    Modality.UNKNOWN: "Said to be unclear:",
}
"""What stands before a sentence that nobody vouches for as it is."""


@dataclass(frozen=True)
class Said:
    """A piece of a sentence; ``role`` where it is a participant's wording."""

    text: str
    role: RoleName | None = None


def sentence(claim: Claim) -> tuple[Said, ...]:
    """The assertion of an event claim in words; for other claims nothing."""
    wordings = {role: mention.text for role, mention in claim.roles.items()}
    return sentence_of(claim.type, claim.modality, claim.polarity, wordings)


def sentence_of(
    kind: ClaimType, modality: Modality, polarity: Polarity, wordings: Mapping[RoleName, str]
) -> tuple[Said, ...]:
    """The same, by the wordings of the participants."""
    phrase = PHRASES.get(kind)
    if phrase is None or not wordings:
        return ()
    subject = next((r for r in phrase.subjects if r in wordings), None)
    used = {wordings[subject]} if subject else set()
    said = [Said(MODE[modality])] if modality in MODE else []
    said.append(Said(wordings[subject], subject) if subject else Said(phrase.nobody))
    said.append(Said(phrase.denied if polarity is Polarity.NEGATIVE else phrase.verb))
    for preposition, roles in phrase.tail:
        role = next((r for r in roles if r in wordings and wordings[r] not in used), None)
        if role is not None:
            used.add(wordings[role])
            said += [Said(preposition), Said(wordings[role], role)]
    return tuple(said)


def source_kind(kind: SourceKind, count: int | None) -> str:
    """What kind of voice it is, with the number of people where it is known."""
    if kind is SourceKind.ANONYMOUS:
        return (
            "anonymous source"
            if count == 1
            else f"{count} anonymous sources"
            if count
            else "anonymous sources"
        )
    return kind.value.replace("_", " ")


_QUALIFIER = {
    Qualifier.EXACT: "",
    Qualifier.AT_LEAST: "at least ",
    Qualifier.AT_MOST: "at most ",
    Qualifier.ABOUT: "about ",
    Qualifier.FEWER_THAN: "fewer than ",
    Qualifier.MORE_THAN: "more than ",
}


def quantity(value: Quantity) -> str:
    """A number with its qualifier and unit; a share of one in percent."""
    if value.unit == "share" and 0 <= value.value <= 1:
        return f"{_QUALIFIER[value.qualifier]}{value.value * 100:g} percent"
    return f"{_QUALIFIER[value.qualifier]}{value.value:g} {value.unit or ''}".strip()


def time_span(span: TimeSpan) -> str:
    """A time: its words, and its reading where that adds something."""
    if span.text and span.edtf and span.text != span.edtf:
        return f"{span.text} ({span.edtf})"
    return span.edtf or span.text or ""


RELIABILITY: dict[Reliability, str] = {
    Reliability.A: "completely reliable",
    Reliability.B: "usually reliable",
    Reliability.C: "fairly reliable",
    Reliability.D: "not usually reliable",
    Reliability.E: "unreliable",
    Reliability.F: "reliability not known",
}
CREDIBILITY: dict[Credibility, str] = {
    Credibility.CONFIRMED: "confirmed",
    Credibility.PROBABLY_TRUE: "probably true",
    Credibility.POSSIBLY_TRUE: "possibly true",
    Credibility.DOUBTFUL: "doubtful",
    Credibility.IMPROBABLE: "improbable",
    Credibility.UNKNOWN: "truth not known",
}
