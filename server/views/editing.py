"""The form in which a claim that waits is said otherwise: its fields, and the changes that they make."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kg.claims.claim import Claim, ClaimType, Modality, Polarity, Qualifier, RoleName
from kg.claims.confidence import Credibility, Reliability
from kg.dataset.snapshots import Snapshot
from server.config import ShowDocuments
from server.naming import page_address
from server.views import words as say
from server.views.claim import ClaimCard, claim_card

MEMBERS = ("type", "roles", "quote", "when", "modality", "polarity", "quantity", "assessment")
"""Members of a claim that the form has fields for."""

_SHOWN = {Polarity.POSITIVE.value: "affirmed", Polarity.NEGATIVE.value: "denied"}
_FIELD_OF = {
    "quote": "quote",
    "when": "when.edtf",
    "when.text": "when.text",
    "quantity": "quantity.value",
    "quantity.unit": "quantity.unit",
    "assessment": "note",
}
"""The field where what is wrong with a member is told, if that is not the member's own."""


@dataclass(frozen=True)
class Option:
    """A value that a field can have, and how it is shown."""

    value: str
    text: str


@dataclass(frozen=True)
class Field:
    """A field: what it is called, what is in it, and what is wrong with that."""

    name: str
    label: str
    value: str
    options: tuple[Option, ...] = ()
    long: bool = False
    hint: str = ""
    error: str = ""


@dataclass(frozen=True)
class EditForm:
    """The form, with the claim as it stands. ``errors`` belong to no field; ``json`` is the same in one."""

    iri: str
    href: str
    claim: ClaimCard
    fields: tuple[Field, ...]
    roles: tuple[Field, ...]
    further: tuple[Field, ...]
    json: str
    page: int
    errors: tuple[str, ...]

    @property
    def wrong(self) -> tuple[Field, ...]:
        """The fields in which something is wrong."""
        return tuple(one for one in (*self.fields, *self.roles, *self.further) if one.error)


def edit_form(
    snapshot: Snapshot,
    iri: str,
    documents: ShowDocuments,
    *,
    page: int = 1,
    given: Mapping[str, str] | None = None,
    problems: Sequence[tuple[str, str]] = (),
) -> EditForm:
    """The form of a claim, as it stands or as it was ``given``, with what is wrong. Raises ``NotFound``."""
    card = claim_card(snapshot, iri, documents)
    claim = snapshot.claim(iri).claim
    names = {*values_of(claim)}
    errors: dict[str, str] = {}
    rest = []
    for where, what in problems:
        told = what.removeprefix("Value error, ")
        name = _field_of(where)
        if name in names:
            errors.setdefault(name, told)
        else:
            rest.append(f"{where}: {told}" if where else told)
    shown = {**values_of(claim), **{k: v for k, v in (given or {}).items() if k in names}}
    roles = [] if claim.triples else [_role(role, shown, errors) for role in RoleName]
    used = {f"role.{role}" for role in claim.roles}
    return EditForm(
        iri=iri,
        href=page_address("claim", iri, snapshot.names),
        claim=card,
        fields=tuple(_fields(claim, shown, errors)),
        roles=tuple(one for one in roles if one.name in used),
        further=tuple(one for one in roles if one.name not in used),
        json=(given or {}).get("changes") or _as_json(claim),
        page=page,
        errors=tuple(rest),
    )


def _field_of(where: str) -> str:
    """The field of a member, by its path in the claim."""
    parts = where.split(".")
    if parts[0] == "roles" and len(parts) > 1:
        return f"role.{parts[1]}"
    return _FIELD_OF.get(".".join(parts[:2])) or _FIELD_OF.get(parts[0]) or parts[0]


def _role(role: RoleName, shown: Mapping[str, str], errors: Mapping[str, str]) -> Field:
    name = f"role.{role.value}"
    return Field(name, role.value.replace("_", " "), shown[name], error=errors.get(name, ""))


def _fields(claim: Claim, shown: Mapping[str, str], errors: Mapping[str, str]) -> list[Field]:
    def field(name: str, label: str, of: type[StrEnum] | None = None, **more: Any) -> Field:
        options = tuple(Option(one.value, _SHOWN.get(one.value, _words(one))) for one in of) if of else ()
        return Field(name, label, shown[name], options, error=errors.get(name, ""), **more)

    found = [] if claim.triples else [field("type", "Type", ClaimType)]
    found += [
        field("modality", "Mode", Modality),
        field("polarity", "Affirmed or denied", Polarity),
        field(
            "quote",
            "Quote",
            long=True,
            hint="The words of the article that state it; other words are looked for in its text.",
        ),
    ]
    if not claim.triples:
        found += [
            field("when.text", "Time, in the words of the article"),
            field("when.edtf", "Date", hint="As 2025-04, 2025-04-21/2025-04-30 or 2025-04/.. (EDTF)."),
            field("quantity.value", "Quantity"),
            field("quantity.qualifier", "How the number is meant", Qualifier),
            field("quantity.unit", "Unit", hint="What is counted; a share of all as share, from 0 to 1."),
        ]
    return [
        *found,
        field("reliability", "Reliability of the source", Reliability),
        field("credibility", "Credibility of what it says", Credibility),
        field("note", "Note", long=True, hint="Why it is rated so; it is shown with the claim."),
    ]


def _words(one: StrEnum) -> str:
    match one:
        case Reliability():
            return f"{one.value}: {say.RELIABILITY[one]}"
        case Credibility():
            return f"{one.value}: {say.CREDIBILITY[one]}"
    return one.value.replace("_", " ")


def values_of(claim: Claim) -> dict[str, str]:
    """What the fields of a claim hold."""
    when, quantity = claim.when, claim.quantity
    return {
        "type": claim.type.value,
        "modality": claim.modality.value,
        "polarity": claim.polarity.value,
        "quote": claim.quote.exact if claim.quote else "",
        "when.text": (when.text or "") if when else "",
        "when.edtf": (when.edtf or "") if when else "",
        "quantity.qualifier": quantity.qualifier.value if quantity else Qualifier.EXACT.value,
        "quantity.value": f"{quantity.value:.15g}" if quantity else "",
        "quantity.unit": (quantity.unit or "") if quantity else "",
        "reliability": claim.assessment.reliability.value,
        "credibility": claim.assessment.credibility.value,
        "note": claim.assessment.reason or "",
        **{f"role.{r.value}": claim.roles[r].text if r in claim.roles else "" for r in RoleName},
    }


def changes_of(claim: Claim, given: Mapping[str, str]) -> dict[str, Any]:
    """The members that a filled form changes, as ``Reviewer.edit`` takes them. What it lacks stays."""
    before = values_of(claim)
    now = {name: given.get(name, value) for name, value in before.items()}
    new = {name for name in before if now[name].split() != before[name].split()}

    def value(name: str) -> str | None:
        return " ".join(now[name].split()) or None

    found: dict[str, Any] = {name: now[name] for name in ("type", "modality", "polarity") if name in new}
    if "quote" in new:
        found["quote"] = {"exact": now["quote"]}
    if new & {"when.text", "when.edtf"}:
        told = {"text": value("when.text"), "edtf": value("when.edtf")}
        of_saying = claim.when is not None and claim.when.of_saying
        found["when"] = {**told, "of_saying": of_saying} if any(told.values()) else None
    if new & {"quantity.value", "quantity.unit", "quantity.qualifier"}:
        number, unit = value("quantity.value"), value("quantity.unit")
        is_given = number or unit or now["quantity.qualifier"] != Qualifier.EXACT.value
        quantity = {"value": number or "", "unit": unit, "qualifier": now["quantity.qualifier"]}
        found["quantity"] = quantity if is_given else None
    if new & {"reliability", "credibility", "note"}:
        rated = {"reliability": now["reliability"], "credibility": now["credibility"]}
        found["assessment"] = {**rated, "reason": value("note")}
    if any(name.startswith("role.") for name in new):
        roles = {}
        for role in RoleName:
            name = f"role.{role.value}"
            if name not in new and role in claim.roles:
                roles[role.value] = claim.roles[role].model_dump(mode="json", exclude_none=True)
            elif text := value(name):
                roles[role.value] = {"text": text}
        found["roles"] = roles
    return found


def _as_json(claim: Claim) -> str:
    members = claim.model_dump(mode="json", include=set(MEMBERS), exclude_none=True)
    if "quote" in members:
        members["quote"] = {"exact": members["quote"]["exact"]}
    if claim.triples:
        members = {
            name: members[name] for name in ("modality", "polarity", "quote", "assessment") if name in members
        }
    return json.dumps(members, ensure_ascii=False, indent=2)
