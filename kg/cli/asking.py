"""``lodestone query``: a store or a server asked, the answer as a table or a document."""

import json
import sys
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from pathlib import Path
from types import MappingProxyType
from typing import Literal, cast
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from rich.console import Console

from kg.cli.engines import Engine
from kg.cli.rdf_tables import table_of_answer, table_of_quads
from kg.cli.tables import print_difference, print_table
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.terms import RdfFormat, parse
from kg.errors import LodestoneError, QuerySyntaxError
from kg.outbound import Outbound
from kg.query import Services, TrustPolicy, at_one_instant, difference, explain, query
from kg.query.difference_json import difference_json
from kg.query.explain import explained_text
from kg.query.formats.rdf_results import to_rdf
from kg.query.formats.results import to_csv, to_json, to_tsv, to_xml
from kg.query.parse import parse as parse_query
from kg.query.service.services import Endpoints, probability_of
from kg.remote import RemoteSource

_RDF = {"ttl": "turtle", "trig": "trig", "nt": "nt", "nq": "nq", "jsonld": "json-ld", "rdf": "rdf-xml"}
Parameters = Mapping[str, Sequence[str]]
_WITH_GRAPHS = ("trig", "nq", "jsonld")
_LONGEST = 500
_TABLES = {
    "json": "application/sparql-results+json",
    "table": "application/sparql-results+json",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "xml": "application/sparql-results+xml",
}


def ask(
    text: str,
    store: Path,
    *,
    endpoint: str | None,
    provenance: str | None,
    form: str,
    parameters: Parameters = MappingProxyType({}),
    what_if: bool = False,
    outbound: tuple[str, ...] = (),
) -> int:
    """Ask and print. Gives 0: a false ASK and an empty answer are answers.

    ``provenance`` is ``None`` where nothing is said: then ``how``, but RDF without annotations.
    ``parameters`` are those of the trust policy, and ``from`` and ``to``, which are
    versions; ``what_if`` prints what they change. Of a store, ``outbound`` are the endpoints
    that SERVICE may ask.
    """
    text = _text_of(text)
    services = _endpoints(outbound) if outbound else None
    if endpoint is not None and (engine := Engine(_service(endpoint))).holds_a_store():
        if what_if or any(parameters.values()):
            raise LodestoneError(
                "trust policies and --what-if need a store in a folder, or a Lodestone server: "
                f"{endpoint} is the engine of a store"
            )
        return _show(_answer_of(engine.source(store), text, provenance, form, TrustPolicy(), services), form)
    if what_if:
        return _ask_what_if(text, store, endpoint, form, parameters, services)
    printed = (
        answer_of_server(text, endpoint, provenance, form, parameters)
        if endpoint
        else _answer_of(
            Reader(store).current(), text, provenance, form, TrustPolicy.read(parameters), services
        )
    )
    return _show(printed, form)


def _show(printed: bytes, form: str) -> int:
    if form == "table":
        print_table(json.loads(printed), Console(soft_wrap=False))
    else:
        sys.stdout.buffer.write(printed)
        if not printed.endswith(b"\n"):
            sys.stdout.buffer.write(b"\n")
    return 0


def _endpoints(entries: tuple[str, ...]) -> Endpoints:
    for entry in entries:
        try:
            probability_of(entry)
        except ValueError as error:
            raise LodestoneError(f"--outbound {entry}: {error}") from error
    return Endpoints(Outbound(entries))


def _text_of(query: str) -> str:
    """The text of a query, or of the file that holds it."""
    if not query.endswith(".rq"):
        return query
    try:
        return Path(query).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise LodestoneError(f"{query} is not UTF-8: {error}") from error


def explain_plan(
    query: str, store: Path, endpoint: str | None, form: str, parameters: Parameters = MappingProxyType({})
) -> int:
    """Print how a query is evaluated, under the trust policy of ``parameters``."""
    text = _text_of(query)
    if endpoint:
        given = [("query", text), ("explain", "plan"), *_listed(parameters)]
        told = json.loads(of_server(_service(endpoint), given))
    else:
        told = explain(Reader(store).current(), text, policy=TrustPolicy.read(parameters))
    print(json.dumps(told, indent=1) if form == "json" else explained_text(told))
    return 0


def _ask_what_if(
    text: str,
    store: Path,
    endpoint: str | None,
    form: str,
    parameters: Parameters,
    services: Services | None,
) -> int:
    if form not in ("table", "json"):
        raise LodestoneError("--what-if gives table or json")
    if endpoint:
        given = [("query", text), *_listed(parameters)]
        printed = of_server(f"{_service(endpoint)}/diff", given).decode()
    else:
        reader = Reader(store)
        policy = TrustPolicy.read(parameters)
        versions = [
            reader.version(parameters[name][0]) if parameters.get(name) else reader.current()
            for name in ("from", "to")
        ]
        text, _ = at_one_instant(text)
        before = query(versions[0], text, services=services)
        found = difference(before, query(versions[1], text, policy=policy, services=services), text)
        printed = json.dumps(difference_json(found, TrustPolicy(), policy), ensure_ascii=False)
    if form == "json":
        print(printed)
    else:
        print_difference(json.loads(printed), Console(soft_wrap=False))
    return 0


def _answer_of(
    snapshot: Snapshot | RemoteSource,
    text: str,
    provenance: str | None,
    form: str,
    policy: TrustPolicy,
    services: Services | None,
) -> bytes:
    mode = cast(Literal["how", "none"], provenance or "how")
    answer = query(snapshot, text, provenance=mode, policy=policy, services=services)
    if answer.kind in ("construct", "describe"):
        if form == "table":
            return json.dumps(table_of_answer(answer)).encode()
        if form not in _RDF:
            raise _not_a_table()
        annotated = provenance == "how" and form in _WITH_GRAPHS
        return to_rdf(answer, _RDF[form], f"{snapshot.names.base}provenance" if annotated else None)
    match form:
        case "csv":
            return to_csv(answer, columns=mode == "how").encode()
        case "tsv":
            return to_tsv(answer, columns=mode == "how").encode()
        case "xml":
            return to_xml(answer).encode()
        case "json" | "table":
            return to_json(answer).encode()
        case _:
            raise LodestoneError(
                f"the answer to {answer.kind.upper()} is no RDF: ask for table, json, csv, tsv or xml"
            )


def _not_a_table() -> LodestoneError:
    return LodestoneError(f"the answer is RDF: ask for {', '.join(_RDF)} (or table)")


def answer_of_server(
    text: str,
    endpoint: str,
    provenance: str | None,
    form: str,
    parameters: Parameters = MappingProxyType({}),
) -> bytes:
    """The document that a Lodestone server sends. Raises ``LodestoneError`` if it does not answer."""
    endpoint = _service(endpoint)
    kind = _kind(text)
    if kind in ("construct", "describe"):
        return _rdf_of_server(text, endpoint, provenance, form, parameters)
    if form not in _TABLES:
        raise LodestoneError(f"the answer to {kind.upper()} is no RDF: ask for {', '.join(_TABLES)}")
    columns = provenance != "none" and form in ("csv", "tsv")
    given = [("query", text), ("provenance", "columns" if columns else provenance or "how")]
    return of_server(endpoint, [*given, *_listed(parameters)], _TABLES[form])


def _kind(text: str) -> str:
    """The form of a query; what cannot be read is for the server to refuse."""
    try:
        return parse_query(text).form
    except QuerySyntaxError:
        return "select"


def _rdf_of_server(
    text: str, endpoint: str, provenance: str | None, form: str, parameters: Parameters
) -> bytes:
    """The answer to a CONSTRUCT or DESCRIBE; for a table its triples with their annotations."""
    if form not in _RDF and form != "table":
        raise _not_a_table()
    given = [("query", text), *_listed(parameters)]
    if form == "table":
        sent = of_server(endpoint, [*given, ("provenance", provenance or "how"), ("format", "nq")])
        quads = parse(sent, format=RdfFormat.N_QUADS)
        return json.dumps(table_of_quads(quads, annotated=provenance != "none")).encode()
    if provenance is not None:
        given.append(("provenance", provenance))
    return of_server(endpoint, [*given, ("format", form)])


def _listed(parameters: Parameters) -> list[tuple[str, str]]:
    return [(name, value) for name, values in parameters.items() for value in values]


def of_server(address: str, parameters: list[tuple[str, str]], accept: str = "application/json") -> bytes:
    """What a Lodestone server sends. Raises ``LodestoneError`` where it refuses or does not answer."""
    asked = Request(address, urlencode(parameters).encode(), {"Accept": accept})  # noqa: S310
    try:
        with urlopen(asked) as response:  # noqa: S310 - the address that the user gave
            return bytes(response.read())
    except HTTPError as error:
        raise LodestoneError(f"{address} answers {error.code}: {_told(error)}") from error
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise LodestoneError(f"{address} did not answer: {reason}") from error


def _told(error: HTTPError) -> str:
    """What a server says of an error: the words of a problem (RFC 9457), or the beginning of what it sent."""
    body = error.read().decode(errors="replace")
    try:
        problem = json.loads(body)
    except ValueError:
        problem = None
    if isinstance(problem, dict) and "title" in problem:
        place = f" (line {problem['line']}, column {problem['column']})" if "line" in problem else ""
        return f"{problem['title']}: {problem.get('detail') or ''}{place}".rstrip(": ")
    return body.strip()[:_LONGEST] or str(error.reason)


def _service(endpoint: str) -> str:
    return f"{endpoint.rstrip('/')}/sparql" if urlsplit(endpoint).path in ("", "/") else endpoint
