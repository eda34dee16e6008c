"""Claims in a few words."""

from kg.claims.claim import Claim, Polarity, RoleName
from kg.dataset.terms import names_node


def label_of(claim: Claim) -> str:
    """A claim in a few words, for lists."""
    if claim.triples:
        more = len(claim.triples) - 1
        told = " ".join(map(_in_short, claim.triples[0].removesuffix(" .").split(" ", 2)))
        negation = "" if claim.polarity is Polarity.POSITIVE else "not: "
        return f"{negation}{told}{f' and {more} more' if more else ''}"
    words = {role: mention.text for role, mention in claim.roles.items()}
    what = claim.type.replace("_", " ")
    who = next(
        (words[r] for r in (RoleName.PRODUCER, RoleName.LICENSEE, RoleName.AFFECTED) if r in words), None
    )
    by = next((words[r] for r in (RoleName.AUTHORITY, RoleName.SPEAKER) if r in words), None)
    to = next(
        (words[r] for r in (RoleName.CUSTOMER, RoleName.END_USER, RoleName.IMPORTER) if r in words), None
    )
    parts = [who or by or ""]
    if who and by and by != who:
        parts.append(f"by {by}")
    if to:
        parts.append(f"for {to}")
    told = " ".join(filter(None, parts))
    negation = "" if claim.polarity is Polarity.POSITIVE else "not: "
    return f"{negation}{what}: {told}" if told else negation + what


def _in_short(term: str) -> str:
    """An IRI of N-Triples by its local name, a literal as it is written."""
    if not names_node(term):
        return f"{term[:60]}{'…' * (len(term) > 60)}"
    path = term[1:-1].rstrip("/#")
    return path[max(path.rfind(c) for c in "/#:") + 1 :]
