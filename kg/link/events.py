"""Which events of a store are one: the same kind, the same parties in the same parts, at a time that fits.

Three articles on one grant are three claims with an event each. That they tell of one grant is a
judgment, so that a count of grants is right. Who is only described is nobody in particular: two
unnamed producers are neither the same party nor different ones.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

from kg.claims.claim import RoleName
from kg.claims.names import part_of
from kg.claims.types import ROLE_INFO
from kg.dataset.restricted import Candidate as ClaimAt
from kg.dataset.snapshots import Snapshot
from kg.link.scoring import Feature, Score, table
from ontology.vocab import LS

_MOST_IN_BLOCK = 300
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


@dataclass(frozen=True, slots=True)
class Told:
    """An event as a claim tells it: class, parties by role, days between which it lies, and a quantity."""

    iri: str
    claim: str
    cls: str
    parties: Mapping[RoleName, str] = field(default_factory=dict)
    unnamed: frozenset[RoleName] = frozenset()
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
    unnamed: set[RoleName] = set()
    for one in found.all(LS.participation):
        told = view.node(one)
        role, mention = _ROLE.get(told.get(LS.role) or ""), told.get(LS.mention)
        if role not in PARTIES or mention is None:
            continue
        entity = view.clusters.canonical(mention)
        if named.get(entity, False):
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
    value = points["one party" if len(same) == 1 else "two parties"] if same else 0.0
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
    if (a.first, a.last) == (b.first, b.last):
        span = (a.last - a.first).days
    else:
        span = max((a.last - a.first).days, (b.last - b.first).days)
    if span > table().event_caps["wide from days"]:
        return "wide overlap"
    return "same" if (a.first, a.last) == (b.first, b.last) else "overlap"


def _amounts(a: Told, b: Told) -> str | None:
    if a.quantity is None or b.quantity is None or a.quantity[2] != b.quantity[2]:
        return None
    if a.quantity[0] == b.quantity[0]:
        return "same"
    exact = a.quantity[1] == b.quantity[1] == LS.Exact
    return "differs" if exact else None
