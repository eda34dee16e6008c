"""Which events of a store are one: the same kind, the same parties in the same parts, at a time that fits.

Three articles on one grant are three claims with an event each. That they tell of one grant is a
judgment, so that a count of grants is right. Who is only described is nobody in particular: two
unnamed producers are neither the same party nor different ones.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from math import inf

from kg.claims.claim import RoleName
from kg.claims.names import part_of
from kg.claims.types import ROLE_INFO
from kg.dataset.restricted import Candidate as ClaimAt
from kg.dataset.snapshots import Snapshot
from kg.link.scoring import Feature, Score, table
from ontology.vocab import LS

_MOST_IN_BLOCK = 300
_NEAR = 0.2
"""How far off "about" may be."""
_ROLE = {str(info.property): role for role, info in ROLE_INFO.items()}
PARTIES = (
    RoleName.PRODUCER,
    RoleName.LICENSEE,
    RoleName.APPLICANT,
    RoleName.SUPPLIER,
    RoleName.CUSTOMER,
    RoleName.IMPORTER,
    RoleName.END_USER,
    RoleName.AFFECTED,
    RoleName.SPEAKER,
)
"""Parts that tell one event from another. The authority, the product and the place are shared by many."""
CIRCUMSTANCES = (RoleName.PRODUCT, RoleName.PLACE, RoleName.AUTHORITY, RoleName.MEASURE)
"""Parts that many events share, so that the same one tells nothing; another one may be another event."""
_SIDES = (
    (RoleName.PRODUCER, RoleName.LICENSEE, RoleName.APPLICANT, RoleName.SUPPLIER),
    (RoleName.CUSTOMER, RoleName.IMPORTER, RoleName.END_USER),
)
_DECISIONS = frozenset(map(str, (LS.LicenseGranted, LS.LicenseDenied, LS.LicenseEnded)))
"""Events of which the same parties have one at a time. Of others, as statements, they may have several."""
_COUNTED = re.compile(r"licen[cs]e|permit|approval|application|shipment|batch|case", re.I)
"""Units of quantities that count events, so that one report may tell of a part of another's."""


@dataclass(frozen=True, slots=True)
class Told:
    """An event as a claim tells it: class, parties by role, days between which it lies, and a quantity."""

    iri: str
    claim: str
    cls: str
    parties: Mapping[RoleName, str] = field(default_factory=dict)
    unnamed: frozenset[RoleName] = frozenset()
    circumstances: Mapping[RoleName, str] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None
    quantity: tuple[str, str, str] | None = None
    document: str = ""


def told_events(view: Snapshot, named: Mapping[str, bool]) -> list[Told]:
    """The events of the claims that state facts. ``named`` says which entities have names."""
    return [event for name in sorted(view.stating_claims()) if (event := _event(view, name, named))]


def _event(view: Snapshot, name: str, named: Mapping[str, bool]) -> Told | None:
    claim = ClaimAt(view, name)
    found = view.node(name)
    iri = found.get(LS.event)
    if iri is None:
        return None
    parties: dict[RoleName, str] = {}
    circumstances: dict[RoleName, str] = {}
    unnamed: set[RoleName] = set()
    for one in found.all(LS.participation):
        told = view.node(one)
        role, mention = _ROLE.get(told.get(LS.role) or ""), told.get(LS.mention)
        if role is None or mention is None:
            continue
        entity = view.clusters.canonical(mention)
        if role in CIRCUMSTANCES:
            if named.get(entity, False):
                circumstances[role] = entity
        elif named.get(entity, False):
            parties[role] = entity
        else:
            unnamed.add(role)
    first, last = claim.occurred
    amount = view.node(part_of(name, "quantity"))
    value = amount.get(LS.quantityValue)
    quantity = (value, amount.get(LS.qualifier) or "", amount.get(LS.unit) or "") if value else None
    return Told(
        view.clusters.canonical(iri),
        name,
        claim.claim_type,
        parties,
        frozenset(unnamed),
        circumstances,
        first,
        last,
        quantity,
        claim.document,
    )


def event_pairs(events: Iterable[Told]) -> Iterator[tuple[Told, Told, Score]]:
    """Pairs of events that may be one, with their scores; each pair once."""
    blocks: dict[tuple[str, str], dict[str, Told]] = {}
    for event in events:
        for party in set(event.parties.values()):
            blocks.setdefault((event.cls, party), {}).setdefault(event.iri, event)
    seen: set[tuple[str, str]] = set()
    for block in blocks.values():
        for a, b in combinations(sorted(block.values(), key=lambda e: e.iri)[:_MOST_IN_BLOCK], 2):
            if (a.iri, b.iri) not in seen:
                seen.add((a.iri, b.iri))
                found = score_events(a, b)
                if found.value >= table().review:
                    yield a, b, found


def score_events(a: Told, b: Told) -> Score:
    """How likely two events are one, from the table's part on events. The order does not matter."""
    points, caps = table().events, table().event_caps
    features: dict[str, Feature] = {"type": "same" if a.cls == b.cls else "other"}
    shared = [r for r in PARTIES if r in a.parties and r in b.parties]
    same = [r for r in shared if a.parties[r] == b.parties[r]]
    differs = [r for r in shared if a.parties[r] != b.parties[r]]
    open_roles = [
        r for r in PARTIES if (r in a.unnamed) != (r in b.unnamed) or (r in a.unnamed and r in b.unnamed)
    ]
    features["parties same"] = ", ".join(same)
    value = points["two parties" if _both_sides(a, same) else "one party"] if same else 0.0
    when = _when(a, b)
    features["time"] = when
    value += points[when]
    amounts = _amounts(a, b)
    if amounts is not None:
        features["quantity"] = amounts
        value += points[f"quantity {amounts}"]
    most = 100.0
    if a.cls != b.cls:
        most = min(most, caps["other type"])
    if differs:
        features["parties differ"] = ", ".join(differs)
        most = min(most, caps["other party"])
    others = [
        r for r in CIRCUMSTANCES if len({e[r] for e in (a.circumstances, b.circumstances) if r in e}) > 1
    ]
    if others:
        features["circumstances differ"] = ", ".join(others)
        most = min(most, caps["other circumstance"])
    if a.cls not in _DECISIONS:
        most = min(most, caps["several at a time"])
    if _counts_apart(a, b):
        features["count"] = "told by one only"
        most = min(most, caps["count told by one"])
    if open_roles:
        features["described only"] = ", ".join(open_roles)
        most = min(most, caps["described only"])
    if a.document == b.document:
        features["document"] = "the same"
        most = min(most, caps["one document"])
    if when == "apart":
        most = min(most, caps["apart"])
    if amounts == "differs":
        most = min(most, caps["quantity differs"])
    return Score(round(max(0.0, min(value, most)), 1), features)


def _when(a: Told, b: Told) -> str:
    """How the times compare: "same", "overlap", "wide overlap", "apart", "unknown"."""
    if a.first is None or a.last is None or b.first is None or b.last is None:
        return "unknown"
    if a.first > b.last or b.first > a.last:
        return "apart"
    shorter, longer = sorted(((a.last - a.first).days, (b.last - b.first).days))
    caps = table().event_caps
    if longer > caps["wide from days"] or shorter > caps["wide for both from days"]:
        return "wide overlap"
    return "same" if (a.first, a.last) == (b.first, b.last) else "overlap"


def _both_sides(event: Told, roles: Iterable[RoleName]) -> bool:
    """Whether parts are played by one party on each side of a trade, not by one firm in two parts."""
    giving, taking = ({event.parties[r] for r in roles if r in side} for side in _SIDES)
    return bool(giving and taking) and len(giving | taking) > 1


def _counts_apart(a: Told, b: Told) -> bool:
    """Whether only one tells how many there were, and these are more than one."""
    told = [e.quantity for e in (a, b) if e.quantity is not None and _COUNTED.search(e.quantity[2])]
    return len(told) == 1 and (float(told[0][0]), told[0][1]) != (1, LS.Exact)


def _amounts(a: Told, b: Told) -> str | None:
    if a.quantity is None or b.quantity is None or a.quantity[2] != b.quantity[2]:
        return None
    (low, high), (other_low, other_high) = _bounds(a.quantity), _bounds(b.quantity)
    if (low, high) == (other_low, other_high):
        return "same"
    return "differs" if low > other_high or other_low > high else None


def _bounds(quantity: tuple[str, str, str]) -> tuple[float, float]:
    """Between what a quantity may be."""
    value = float(quantity[0])
    match quantity[1]:
        case LS.Exact:
            return value, value
        case LS.AtLeast | LS.MoreThan:
            return value, inf
        case LS.AtMost | LS.FewerThan:
            return -inf, value
    near = abs(value) * _NEAR
    return value - near, value + near
