"""The table of claim types: the ontology's class for each, its direct form, its roles' classes."""

from dataclasses import dataclass

from kg.claims.claim import ClaimType, Modality, Polarity, Qualifier, RoleName, Status
from ontology.vocab import LS

R = RoleName


@dataclass(frozen=True)
class DirectForm:
    """A claim of the type also asserts ``subject predicate object``, for every pair of its participants."""

    subjects: tuple[RoleName, ...]
    predicate: LS
    objects: tuple[RoleName, ...]


@dataclass(frozen=True)
class TypeInfo:
    """The class of the event, and the direct forms, by which two claims meet on one triple."""

    event_class: LS
    direct: tuple[DirectForm, ...] = ()


_HOLDERS = (R.PRODUCER, R.LICENSEE, R.APPLICANT)
_USERS = (R.CUSTOMER, R.IMPORTER, R.END_USER)

TYPE_INFO: dict[ClaimType, TypeInfo] = {
    ClaimType.LICENSE_GRANTED: TypeInfo(
        LS.LicenseGranted,
        (
            DirectForm(_HOLDERS, LS.holdsLicenseFor, _USERS),
            DirectForm(_HOLDERS, LS.holdsLicenseFrom, (R.AUTHORITY,)),
        ),
    ),
    ClaimType.LICENSE_DENIED: TypeInfo(
        LS.LicenseDenied, (DirectForm(_HOLDERS, LS.deniedLicenseFor, _USERS),)
    ),
    ClaimType.LICENSE_APPLIED: TypeInfo(
        LS.LicenseApplied, (DirectForm(_HOLDERS, LS.appliedForLicenseFor, _USERS),)
    ),
    ClaimType.LICENSE_PENDING: TypeInfo(
        LS.LicensePending, (DirectForm(_HOLDERS, LS.appliedForLicenseFor, _USERS),)
    ),
    ClaimType.LICENSE_REVOKED: TypeInfo(LS.LicenseEnded, (DirectForm(_HOLDERS, LS.lostLicenseFor, _USERS),)),
    ClaimType.LICENSE_SCOPE: TypeInfo(LS.LicenseScope),
    ClaimType.RESTRICTION_IMPOSED: TypeInfo(
        LS.RestrictionImposed, (DirectForm((R.AUTHORITY,), LS.restrictsExportOf, (R.PRODUCT,)),)
    ),
    ClaimType.RESTRICTION_EASED: TypeInfo(
        LS.RestrictionEased, (DirectForm((R.AUTHORITY,), LS.easesExportOf, (R.PRODUCT,)),)
    ),
    ClaimType.SUPPLY_IMPACT: TypeInfo(LS.SupplyImpact),
    ClaimType.PRODUCTION_HALT: TypeInfo(LS.ProductionHalt),
    ClaimType.PRICE_CHANGE: TypeInfo(LS.PriceChange),
    ClaimType.STATEMENT_OF_POLICY: TypeInfo(LS.PolicyStatement),
    ClaimType.REQUEST: TypeInfo(LS.Request),
    ClaimType.NO_COMMENT: TypeInfo(LS.NoComment),
    ClaimType.OTHER: TypeInfo(LS.OtherEvent),
}


@dataclass(frozen=True)
class RoleInfo:
    """A role's property, the class of who plays it (if that follows from the role), and its sort.

    Participants of one sort share a name space: a producer and a customer of one name
    are one entity, a place of that name is another.
    """

    property: LS
    player_class: LS | None
    sort: str = "party"


ROLE_INFO: dict[RoleName, RoleInfo] = {
    R.AUTHORITY: RoleInfo(LS.authority, LS.Authority),
    R.PRODUCER: RoleInfo(LS.producer, LS.Producer),
    R.LICENSEE: RoleInfo(LS.licensee, LS.Licensee),
    R.APPLICANT: RoleInfo(LS.applicant, LS.Applicant),
    R.SUPPLIER: RoleInfo(LS.supplier, LS.Supplier),
    R.CUSTOMER: RoleInfo(LS.customer, LS.Customer),
    R.IMPORTER: RoleInfo(LS.importer, LS.Importer),
    R.END_USER: RoleInfo(LS.endUser, LS.EndUser),
    R.SPEAKER: RoleInfo(LS.speaker, None),
    R.AFFECTED: RoleInfo(LS.affected, None),
    R.PRODUCT: RoleInfo(LS.product, LS.Product, "product"),
    R.PLACE: RoleInfo(LS.place, LS.Place, "place"),
    R.MEASURE: RoleInfo(LS.measure, LS.Measure, "measure"),
}

ALWAYS_NAMED = frozenset({"product"})
"""Sorts whose wordings are terms, and so names, whatever their spelling."""

MODALITY_TERM: dict[Modality, LS] = {m: LS[m.value.capitalize()] for m in Modality}
POLARITY_TERM: dict[Polarity, LS] = {p: LS[p.value.capitalize()] for p in Polarity}
STATUS_TERM: dict[Status, LS] = {s: LS[s.value.capitalize()] for s in Status}
QUALIFIER_TERM: dict[Qualifier, LS] = {
    Qualifier.EXACT: LS.Exact,
    Qualifier.AT_LEAST: LS.AtLeast,
    Qualifier.AT_MOST: LS.AtMost,
    Qualifier.ABOUT: LS.About,
    Qualifier.FEWER_THAN: LS.FewerThan,
    Qualifier.MORE_THAN: LS.MoreThan,
}
