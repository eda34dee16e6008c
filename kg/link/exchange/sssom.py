"""Mappings as SSSOM 1.1 in TSV (https://mapping-commons.github.io/sssom/): links to other data, judgments
between our own names, and the negative ones of both.

A row is written of what stands. What SSSOM has no place for is counted, so that it can be said.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, field, fields
from typing import IO

import yaml

from kg.claims.claim import Agent, AgentKind, Claim, Modality, Polarity
from kg.claims.names import Names, is_iri
from kg.claims.source import SourceKind
from kg.dataset.annotated.view import View
from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import Literal, NamedNode, node, statement, terms_of
from kg.identity.judgment import Judgment, Verdict
from kg.link.exchange.curies import Curies
from ontology.vocab import OWL, RDFS, SKOS

SAME_AS = OWL + "sameAs"
MATCHES = tuple(SKOS + kind + "Match" for kind in ("exact", "close", "broad", "narrow", "related"))
"""Predicates of links to other data."""

LINKING = (*MATCHES, SAME_AS)
NOT = "Not"

SEMAPV = "https://w3id.org/semapv/vocab/"
ORCID = "https://orcid.org/"
NAMESPACES = {
    "owl": OWL,
    "skos": SKOS,
    "semapv": SEMAPV,
    "orcid": ORCID,
    "wd": "http://www.wikidata.org/entity/",
    "gn": "https://sws.geonames.org/",
}
CONFIDENCE_UNIT = "confidence"
"""Unit of a claim's quantity that is the confidence which its mapping was given with."""

AUTHORS = " | "
"""Stands between the authors of one mapping, in the name of the voice that they are."""

_JUSTIFIED = re.compile(r"(semapv:[A-Za-z]+)(?:: (.+))?", re.S)
_BY_AGENT = {
    AgentKind.PERSON: "semapv:ManualMappingCuration",
    AgentKind.EXTRACTOR: "semapv:UnspecifiedMatching",
}


@dataclass(frozen=True)
class Row:
    """One mapping; members are the columns, in order. IRIs are whole."""

    record_id: str
    subject_id: str
    predicate_id: str
    object_id: str
    mapping_justification: str
    subject_label: str = ""
    predicate_modifier: str = ""
    object_label: str = ""
    author_id: str = ""
    author_label: str = ""
    mapping_tool: str = ""
    mapping_tool_version: str = ""
    mapping_date: str = ""
    confidence: str = ""
    comment: str = ""


@dataclass
class MappingSet:
    """The mappings of a version. ``left_out`` counts those that no row is written of, by the reason."""

    rows: list[Row] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def mappings(snapshot: Snapshot) -> MappingSet:
    """All mappings that stand in a version, in the order of their names."""
    found = MappingSet()
    linking: dict[str, None] = {}
    for store in (snapshot.main, snapshot.archive):
        for predicate in LINKING:
            for quad in store.quads_for_pattern(None, node(predicate), None, None):
                if isinstance(quad.graph_name, NamedNode):
                    linking[quad.graph_name.value] = None
    for name in linking:
        if not snapshot.names.is_reserved(name) and snapshot.is_known(name):
            _add_claim(found, snapshot, name)
    for name in snapshot.judgments():
        stored = snapshot.judgment(name)
        if stored.state != "active":
            found.left_out[f"judgments that are {stored.state}"] += 1
        elif stored.judgment.verdict is Verdict.UNSURE:
            found.left_out["judgments that are unsure"] += 1
        else:
            found.rows.append(judgment_row(snapshot, name, stored.judgment))
    found.rows.sort(key=lambda row: row.record_id)
    return found


def _add_claim(found: MappingSet, snapshot: Snapshot, name: str) -> None:
    stored = snapshot.claim(name)
    if not stored.active:
        found.left_out[f"claims that are {stored.state}"] += 1
    elif stored.claim.modality not in (Modality.ASSERTED, Modality.REPORTED):
        found.left_out[f"claims that are {stored.claim.modality}"] += 1
    else:
        found.rows += claim_rows(snapshot, name, stored.claim)


def claim_rows(view: View, name: str, claim: Claim) -> Iterator[Row]:
    """The rows of a claim that links things."""
    justification, comment = justified(claim.assessment.reason, claim.agent)
    author_id, author_label = _author(claim)
    tool = claim.agent if claim.agent is not None and claim.agent.kind is AgentKind.EXTRACTOR else None
    said = claim.said or (claim.recorded.date() if claim.recorded else None)
    terms = (terms_of(statement(line)) for line in claim.triples)
    linking = [(s, p, o) for s, p, o in terms if p.value in LINKING and isinstance(o, NamedNode)]
    for number, (subject, predicate, linked) in enumerate(linking, start=1):
        yield Row(
            record_id=name if number == 1 else f"{name}{'-' if '#' in name else '#'}mapping-{number}",
            subject_id=subject.value,
            subject_label=label(view, subject.value),
            predicate_id=predicate.value,
            predicate_modifier=NOT if claim.polarity is Polarity.NEGATIVE else "",
            object_id=linked.value,
            object_label=label(view, linked.value),
            mapping_justification=justification,
            author_id=author_id,
            author_label=author_label,
            mapping_tool=tool.name if tool else "",
            mapping_tool_version=(tool.version or "") if tool else "",
            mapping_date=said.isoformat() if said else "",
            confidence=_confidence(view, name, claim),
            comment=comment,
        )


def judgment_row(view: View, name: str, judgment: Judgment) -> Row:
    """The row of a judgment that two names of ours stand for one thing, or do not."""
    author = judgment.author
    by_hand = author.kind is AgentKind.PERSON
    author_id, author_label = _split_names(author.name if by_hand else "")
    justification, comment = justified(judgment.reason, author)
    return Row(
        record_id=name,
        subject_id=judgment.left,
        subject_label=_mention_label(view, judgment.left),
        predicate_id=SAME_AS,
        predicate_modifier=NOT if judgment.verdict is Verdict.DIFFERENT else "",
        object_id=judgment.right,
        object_label=_mention_label(view, judgment.right),
        mapping_justification=justification,
        author_id=author_id,
        author_label=author_label,
        mapping_tool="" if by_hand else author.name,
        mapping_tool_version="" if by_hand else author.version or "",
        mapping_date=judgment.made.date().isoformat(),
        confidence=f"{judgment.confidence:g}",
        comment=comment,
    )


def _mention_label(view: View, mention: str) -> str:
    found = view.mention_label(mention)
    return "" if found == mention else found


def justified(reason: str | None, agent: Agent | None) -> tuple[str, str]:
    """The justification that a mapping's reason begins with, else one by who made it; and the rest of it."""
    match = _JUSTIFIED.fullmatch(reason or "")
    if match:
        return match[1], match[2] or ""
    return _BY_AGENT[agent.kind] if agent else "semapv:UnspecifiedMatching", reason or ""


def _author(claim: Claim) -> tuple[str, str]:
    """The author's IRI or, if there is none, name."""
    nearest = claim.attribution[0]
    name = nearest.name if nearest.kind in (SourceKind.PERSON, SourceKind.ORGANIZATION) else None
    if name is None and claim.agent is not None and claim.agent.kind is AgentKind.PERSON:
        name = claim.agent.name
    return _split_names(name or "")


def _split_names(authors: str) -> tuple[str, str]:
    names = authors.split(AUTHORS)
    ids = [name for name in names if is_iri(name)]
    return "|".join(ids), "|".join(name for name in names if name not in ids)


def _confidence(view: View, name: str, claim: Claim) -> str:
    if claim.quantity is not None and claim.quantity.unit == CONFIDENCE_UNIT:
        return f"{claim.quantity.value:g}"
    info = view.claim_info(name)
    return f"{info.probability:.4g}" if info else ""


def label(view: View, iri: str) -> str:
    """What a thing is called, in any active claim; the least name if there are several."""
    graph = view.main.quads_for_pattern(node(iri), node(RDFS + "label"), None, None)
    return min((quad.object.value for quad in graph if isinstance(quad.object, Literal)), default="")


def write_sssom(found: MappingSet, out: IO[bytes], names: Names, version: str) -> None:
    """Write a mapping set, its metadata in front. ``version`` is the IRI of the snapshot."""
    own = {
        "entity": f"{names.base}entity/",
        "event": f"{names.base}event/",
        "claim": names.claim(""),
        "judgment": names.judgment(""),
        "lodestone": names.base,
    }
    curies = Curies({**NAMESPACES, **own})
    lines = ["\t".join(_cells(row, curies)) for row in found.rows]
    metadata = {
        "sssom_version": "1.1",
        "mapping_set_id": version,
        "mapping_set_title": "Lodestone mappings",
        "license": "https://w3id.org/sssom/license/unspecified",
        "curie_map": curies.used(),
    }
    head = yaml.safe_dump(metadata, sort_keys=False, allow_unicode=True, width=1000)
    out.write("".join(f"#{line}\n" for line in head.splitlines()).encode())
    out.write(("\t".join(column.name for column in fields(Row)) + "\n").encode())
    for line in lines:
        out.write(f"{line}\n".encode())


_REFERENCES = ("record_id", "subject_id", "predicate_id", "object_id", "author_id")


def _cells(row: Row, curies: Curies) -> Iterable[str]:
    curies(SEMAPV + "x")
    for column, value in zip(fields(Row), astuple(row), strict=True):
        if column.name in _REFERENCES:
            yield "|".join(curies(part) for part in value.split("|")) if value else ""
        else:
            yield _plain(value)


def _plain(text: str) -> str:
    """The text as a cell: tabs and ends of lines are spaces, and quotation marks are doubled within some."""
    flat = re.sub(r"[\t\r\n]+", " ", text)
    return '"' + flat.replace('"', '""') + '"' if '"' in flat else flat
