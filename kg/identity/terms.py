"""The values of judgments as terms of the ontology."""

from kg.identity.judgment import Kind, Verdict
from ontology.vocab import LS

VERDICT_TERM: dict[Verdict, LS] = {
    Verdict.SAME: LS.Same,
    Verdict.DIFFERENT: LS.Different,
    Verdict.UNSURE: LS.Unsure,
}

KIND_TERM: dict[Kind, LS] = {Kind.ENTITY: LS.EntityIdentity, Kind.EVENT: LS.EventIdentity}
