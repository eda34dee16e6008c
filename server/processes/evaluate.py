"""What a worker does with a job: query the version asked for, and write the answer in the format asked for.

Runs in the worker processes, and imports no Flask.
"""

import gc
import json
import re
from contextlib import suppress
from dataclasses import replace
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import IO, Any

from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.terms import QuerySolutions
from kg.errors import LodestoneError, QuerySyntaxError, StoreError, VersionGone
from kg.outbound import Outbound
from kg.query import (
    Answer,
    Services,
    TrustPolicy,
    assessed_rows,
    at_one_instant,
    difference,
    explain,
    is_like_another,
    query,
    unread,
)
from kg.query.difference_json import difference_json
from kg.query.formats.rdf_results import to_rdf
from kg.query.formats.results import Unwritable, to_csv, to_json, to_tsv, to_xml
from kg.query.parse import parse
from kg.query.proof import explanation_json, proof_of, read_triple
from kg.query.service.services import Endpoints
from kg.query.shaping.size import TooComplex
from server.conflicts import conflicts_told
from server.errors import BadRequest, NotAcceptable
from server.formats import GRAPHS, RESULTS, Format, by_name, offers
from server.gate.negotiate import choose
from server.paging import rows_of_page
from server.processes.jobs import Draft, Evaluation, Failure, Job, Policy, Provenance, Reply, Task
from server.processes.memory import lifted
from server.processes.stream import write_rows

_PART = 1024 * 1024

OLD_VERSIONS = 4
"""Versions besides the current one that a worker keeps open."""

_ENDLESS = re.compile(r"\d{19}$")

_RDF = {"ntriples": "nt", "nquads": "nq", "jsonld": "json-ld", "rdfxml": "rdf-xml"}
"""Our names of RDF formats, where the query layer has others."""

_WITH_GRAPHS = ("trig", "nquads", "jsonld")
"""Formats of RDF that can carry provenance beside the answer, which they do only where it is asked for."""

_ALL = TrustPolicy()

Target = tuple[Format, str]
"""A format, and the ``Content-Type`` to send it under."""


def evaluation(store: Path, outbound: tuple[str, ...] = ()) -> Evaluation:
    """An evaluation against the version that is published when a job comes, or that it asks for.

    ``outbound`` are the endpoints that SERVICE may ask.
    """
    services = Endpoints(Outbound(outbound)) if outbound else None
    reader = cache(partial(Reader, store))
    older = lru_cache(maxsize=OLD_VERSIONS)(lambda version: kept(reader(), version))
    with suppress(StoreError):  # each job says so
        _ = reader().current().index, reader().current().statistics
    gc.freeze()  # what is loaded stays: the collector need not go through it

    def evaluate(job: Job) -> Reply | Draft | Failure:
        try:
            snapshot = None if job.version else reader().at_hand()
            if snapshot is None:
                with lifted():
                    snapshot = older(job.version) if job.version else reader().current()
                    _ = snapshot.index, snapshot.statistics
            if job.task is Task.PLAN:
                policy = TrustPolicy.read(grouped(job.policy))
                return _written(snapshot, explain(snapshot, job.query, job.base, policy))
            if job.task is Task.CONFLICTS:
                return _written(snapshot, conflicts_told(snapshot, job.query, job.timeout))
            if job.task is Task.EXPLANATION:
                return _written(
                    snapshot, explanation_json(snapshot, proof_of(snapshot, read_triple(job.query)))
                )
            if job.task is Task.DIFFERENCE:
                with lifted():
                    before = older(job.before_version) if job.before_version else reader().current()
                return _written(snapshot, compared(before, snapshot, job, services))
            return answer(snapshot, job, services)
        except Unwritable as error:
            return Failure.of(NotAcceptable(str(error)))
        except RecursionError:
            return Failure.of(TooComplex("the query is nested too deeply"))
        except LodestoneError as error:
            return Failure.of(error)

    return evaluate


def compared(before: Snapshot, after: Snapshot, job: Job, services: Services | None = None) -> dict[str, Any]:
    """The difference that a job asks for."""
    policies = [TrustPolicy.read(grouped(part)) for part in (job.before, job.policy)]
    text, _ = at_one_instant(job.query, job.base)
    sides = [
        query(
            snapshot,
            text,
            policy=policy,
            default_graphs=job.default_graphs,
            named_graphs=job.named_graphs,
            base_iri=job.base,
            services=services,
        )
        for snapshot, policy in zip((before, after), policies, strict=True)
    ]
    return difference_json(difference(sides[0], sides[1], text), *policies)


def grouped(policy: Policy) -> dict[str, list[str]]:
    """The parameters of a policy by their names."""
    found: dict[str, list[str]] = {}
    for name, value in policy:
        found.setdefault(name, []).append(value)
    return found


def _written(snapshot: Snapshot, told: dict[str, Any]) -> Draft:
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    return Draft("json", "application/json", snapshot.iri, "json", partial(_whole, body))


def kept(reader: Reader, version: str) -> Snapshot:
    """A version by number or IRI. Raises ``VersionGone``."""
    if _ENDLESS.search(version):
        raise VersionGone(
            "no version has so long a number: ask one that an answer named", version=version[:99]
        )
    return reader.version(version)


def answer(snapshot: Snapshot, job: Job, services: Services | None = None) -> Draft:
    """Evaluate a job against a version.

    Raises what ``kg.query.query`` raises, ``NotAcceptable``, and ``BadRequest`` if the
    format has no provenance columns; what is written as it comes raises when it is written.
    """
    like = is_like_another(snapshot, job.query, job.base)
    form = "select" if like else form_of(job.query, job.base)
    target = target_for(form, job) if form else None
    annotated = target is None or wants_provenance(target[0], job.provenance)
    policy = TrustPolicy.read(grouped(job.policy)) if job.policy else _ALL
    if (
        target is not None
        and form == "select"
        and not annotated
        and not policy
        and "service" not in job.query.casefold()
    ):
        rows = unread(
            snapshot,
            job.query,
            default_graphs=job.default_graphs,
            named_graphs=job.named_graphs,
            base_iri=job.base,
        )
        if rows is not None:
            write_to = partial(_plainly, rows, target[0].name, snapshot.iri)
            return Draft(form, target[1], snapshot.iri, target[0].name, write_to)
    found = query(
        snapshot,
        job.query,
        provenance="how" if annotated else "none",
        policy=policy,
        default_graphs=job.default_graphs,
        named_graphs=job.named_graphs,
        base_iri=job.base,
        services=services,
        confidence=job.page is None or job.every,
    )
    chosen, content_type = target or target_for(found.kind, job)
    if job.html:
        table = _as_rows(found) if found.kind in ("construct", "describe") else found
        if job.page is not None:
            table = _for_page(snapshot, table, job, services)
        body = to_json(table).encode()
        return Draft(found.kind, content_type, found.version, chosen.name, partial(_whole, body))
    about = f"{snapshot.names.base}provenance" if chosen.name in _WITH_GRAPHS else None
    body = write(found, chosen, columns=job.provenance is Provenance.COLUMNS, about=about)
    return Draft(found.kind, content_type, found.version, chosen.name, partial(_whole, body))


def _for_page(snapshot: Snapshot, found: Answer, job: Job, services: Services | None) -> Answer:
    """An answer with the rows of one page assessed, or all, and with the claims of that page."""
    told = found.provenance
    if told is None or job.page is None:
        return found
    shown = rows_of_page(job.page, len(found.variables), len(told.rows))
    if job.every:
        nodes = [told.rows[place].node for place in shown]
        names = told.circuit.names(node for node in nodes if node is not None)
        return replace(found, provenance=replace(told, claims={n: told.claims[n] for n in names}))
    return replace(found, provenance=assessed_rows(snapshot, told, shown, services))


def _as_rows(found: Answer) -> Answer:
    """An answer that is RDF with a row for each triple, as a page shows it."""
    rows = tuple((t.subject, t.predicate, t.object) for t in found.triples)
    return replace(found, kind="select", variables=("subject", "predicate", "object"), rows=rows)


def _whole(body: bytes, out: IO[bytes]) -> None:
    for start in range(0, len(body), _PART):
        out.write(body[start : start + _PART])


def _plainly(rows: QuerySolutions, form: str, version: str, out: IO[bytes]) -> None:
    try:
        write_rows(rows, form, version, out)
    except Unwritable as error:
        raise NotAcceptable(str(error)) from error


def form_of(text: str, base: str | None) -> str | None:
    """The form of a query (``select`` and so on); ``None`` if it cannot be told without evaluating it."""
    try:
        return parse(text, base).form
    except (QuerySyntaxError, RecursionError):
        return None


def target_for(form: str, job: Job) -> Target:
    """The format for an answer. Raises ``NotAcceptable`` and ``BadRequest``."""
    formats = RESULTS if form in ("select", "ask") or job.html else GRAPHS
    if job.html:
        chosen, media_type = formats[0], formats[0].media_type
    elif job.format is not None:
        named = by_name(formats, job.format)
        if named is None:
            known = ", ".join(f.name for f in formats)
            raise BadRequest(
                f"format of a {form.upper()} is one of {known}, not {job.format!r}", parameter="format"
            )
        chosen, media_type = named, named.media_type
    else:
        offered = _accepted(job.accept, formats)
        if offered is None:
            available = tuple(f.media_type for f in formats)
            raise NotAcceptable(f"the answer to a {form.upper()} comes in other formats", available=available)
        chosen, media_type = offered
    if job.provenance is Provenance.COLUMNS and chosen.name not in ("csv", "tsv"):
        raise BadRequest("only CSV and TSV have provenance=columns", parameter="provenance")
    return chosen, chosen.content_type(media_type)


@lru_cache(maxsize=256)
def _accepted(accept: str | None, formats: tuple[Format, ...]) -> Target | None:
    """The format that is liked best, and its media type; ``None`` if there is none."""
    offer = choose(accept, offers(formats))
    found = by_name(formats, offer.name) if offer else None
    return None if offer is None or found is None else (found, offer.media_type)


def wants_provenance(chosen: Format, asked: Provenance | None) -> bool:
    """Whether the format can carry provenance, and it was not declined."""
    if chosen.name in ("csv", "tsv"):
        return asked is Provenance.COLUMNS
    if chosen.name in _WITH_GRAPHS:
        return asked is Provenance.HOW
    return chosen is RESULTS[0] and asked is not Provenance.NONE


def write(found: Answer, chosen: Format, *, columns: bool, about: str | None) -> bytes:
    """An answer in a format, in UTF-8; the graph ``about`` is for notes on it. Raises ``Unwritable``."""
    match chosen.name:
        case "json" if chosen in RESULTS:
            return to_json(found).encode()
        case "xml" if chosen in RESULTS:
            return to_xml(found).encode()
        case "csv":
            return to_csv(found, columns=columns).encode()
        case "tsv":
            return to_tsv(found, columns=columns).encode()
        case name:
            return to_rdf(found, _RDF.get(name, name), about)
