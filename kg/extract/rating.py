"""Proposed ratings of a claim, by stated rules, with the reason in words.

Reliability rates the root source (``kg.claims.source.root_position``): from the table of outlets,
otherwise F, "cannot be judged" (D where the text says that it is paid for), except where a body or
person speaks of their own doings (C). Credibility rates the information: 2 where a named voice
speaks of its own doings or a document is cited, 2 where several unnamed sources agree, 3 where a
voice passes on what it heard, 4 for what is hedged, or told by the words of a sentence alone
(``loosely``), 6 for what is said to be unknown. A republisher in the chain is not marked down here:
each hand-on already lowers the probability.
"""

from kg.claims.claim import ClaimType, Modality
from kg.claims.confidence import Assessment, Credibility, Reliability
from kg.claims.source import SourceKind, Voice, root_position
from kg.extract.lexicon.outlets import outlets

_SEVERAL = 2


def assess(
    kind: ClaimType,
    chain: tuple[Voice, ...],
    modality: Modality,
    *,
    own: bool,
    paid: str | None = None,
    likely: float | None = None,
) -> Assessment:
    """The assessment of a claim.

    ``own`` says that the nearest voice speaks of its own doings, ``paid`` in which words the text
    says that it is paid for, ``likely`` how probable the type is where only the words of a sentence tell it.
    """
    reliability, source = _reliability(chain, own=own)
    vouches = chain[root_position(chain)].kind is SourceKind.PUBLISHER
    if paid and vouches and reliability not in (Reliability.D, Reliability.E):
        reliability, source = Reliability.D, f"the text says that it is paid for (“{paid}”)"
    credibility, information = _credibility(kind, chain, modality, own=own)
    if likely is not None:
        credibility = max(credibility, Credibility.DOUBTFUL)
        information += f"; that the sentence tells of this is told by its words alone ({likely:.2f} likely)"
    return Assessment(
        reliability=reliability,
        credibility=credibility,
        reason=f"Source {reliability}: {source}. Information {credibility}: {information}.",
    )


def _reliability(chain: tuple[Voice, ...], *, own: bool) -> tuple[Reliability, str]:
    root = chain[root_position(chain)]
    known = outlets().find(root.name)
    if known is not None and root.kind in (SourceKind.ORGANIZATION, SourceKind.PUBLISHER):
        return known.reliability, f"{root.label} is in the table of outlets ({known.why})"
    if own and root is chain[0] and root.kind is not SourceKind.PUBLISHER:
        return Reliability.C, f"{root.label} speaks of its own doings, and has an interest in them"
    return Reliability.F, f"{root.label} is not in the table of outlets"


def _credibility(
    kind: ClaimType, chain: tuple[Voice, ...], modality: Modality, *, own: bool
) -> tuple[Credibility, str]:
    nearest = chain[0]
    match modality:
        case Modality.UNKNOWN:
            return Credibility.UNKNOWN, "the text says that it is not known"
        case Modality.HEDGED:
            return Credibility.DOUBTFUL, "the text hedges it"
        case Modality.EXPECTED:
            return Credibility.POSSIBLY_TRUE, "it is expected, not past"
        case _:
            pass
    if kind is ClaimType.NO_COMMENT:
        return Credibility.PROBABLY_TRUE, "the outlet tells what it met with itself"
    match nearest.kind:
        case SourceKind.ANONYMOUS if (nearest.count or 0) >= _SEVERAL:
            return Credibility.PROBABLY_TRUE, f"{nearest.count} unnamed sources agree"
        case SourceKind.ANONYMOUS:
            return Credibility.POSSIBLY_TRUE, "it rests on unnamed sources whose number is one or not given"
        case SourceKind.DOCUMENT:
            return Credibility.PROBABLY_TRUE, "a document is cited for it"
        case SourceKind.PUBLISHER:
            return Credibility.POSSIBLY_TRUE, "the text states it and names no source"
        case _ if own:
            return Credibility.PROBABLY_TRUE, "a named voice speaks of its own doings"
        case _:
            return Credibility.POSSIBLY_TRUE, "a named voice passes it on"
