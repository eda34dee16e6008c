"""``lodestone query``: a store or a server asked, the answer as a table or a document."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, cast
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from rich.console import Console
from rich.table import Table
from rich.text import Text
from SPARQLWrapper import CSV, JSON, POST, TSV, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

from kg.cli.engines import Engine
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.terms import Quad, RdfFormat, Triple, parse
from kg.errors import LodestoneError
from kg.outbound import Outbound
from kg.provenance.circuit import Circuit
from kg.provenance.witnesses import rests_on
from kg.query import Services, TrustPolicy, difference, explain, query
from kg.query.difference_json import difference_json
from kg.query.explain import explained_text
from kg.query.rdf_results import to_rdf
from kg.query.results import to_csv, to_json, to_tsv, to_xml
from kg.query.services import Endpoints
from kg.remote import RemoteSource
from ontology.vocab import PREFIXES

_RDF = {"ttl": "turtle", "trig": "trig", "nt": "nt", "nq": "nq", "jsonld": "json-ld", "rdf": "rdf-xml"}
Parameters = Mapping[str, Sequence[str]]
_WITH_GRAPHS = ("trig", "nq", "jsonld")
_TABLES = {"json": JSON, "table": JSON, "csv": CSV, "tsv": TSV, "xml": XML}
_CLAIMS_SHOWN = 40


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
    services = Endpoints(Outbound(outbound)) if outbound else None
    if endpoint is not None and (engine := Engine(endpoint)).holds_a_store():
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


def _text_of(query: str) -> str:
    """The text of a query, or of the file that holds it."""
    if not query.endswith(".rq"):
        return query
    try:
        return Path(query).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise LodestoneError(f"{query} is not UTF-8: {error}") from error


def explain_plan(query: str, store: Path, endpoint: str | None, form: str) -> int:
    """Print how a query is evaluated."""
    text = _text_of(query)
    if endpoint:
        told = json.loads(of_server(_service(endpoint), [("query", text), ("explain", "plan")]))
    else:
        told = explain(Reader(store).current(), text)
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
        given = [(name, value) for name, values in parameters.items() for value in values]
        printed = of_server(f"{_service(endpoint)}/diff", [("query", text), *given])
    else:
        reader = Reader(store)
        policy = TrustPolicy.read(parameters)
        versions = [
            reader.version(parameters[name][0]) if parameters.get(name) else reader.current()
            for name in ("from", "to")
        ]
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
        if form not in _RDF:
            return _rdf_table(answer.triples, form)
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


def _rdf_table(triples: Iterable[Triple | Quad], form: str) -> bytes:
    """Triples as a table of three columns, or a refusal."""
    if form != "table":
        raise LodestoneError(f"the answer is RDF: ask for {', '.join(_RDF)} (or table)")
    rows = [
        {
            name: {"type": "uri", "value": str(term)}
            for name, term in zip("spo", (t.subject, t.predicate, t.object), strict=True)
        }
        for t in triples
    ]
    return json.dumps({"head": {"vars": list("spo")}, "results": {"bindings": rows}}).encode()


def answer_of_server(
    text: str,
    endpoint: str,
    provenance: str | None,
    form: str,
    parameters: Parameters = MappingProxyType({}),
) -> bytes:
    """The document that a Lodestone server sends. Raises ``LodestoneError`` if it does not answer."""
    endpoint = _service(endpoint)
    wrapper = SPARQLWrapper(endpoint, returnFormat=_TABLES.get(form, JSON))
    wrapper.setQuery(text)
    if wrapper.queryType in ("CONSTRUCT", "DESCRIBE"):
        return _rdf_of_server(text, endpoint, provenance, form, parameters)
    if form not in _TABLES:
        raise LodestoneError(f"the answer to {wrapper.queryType} is no RDF: ask for {', '.join(_TABLES)}")
    wrapper.setMethod(POST)
    wrapper.setOnlyConneg(True)
    columns = provenance != "none" and form in ("csv", "tsv")
    wrapper.addParameter("provenance", "columns" if columns else provenance or "how")
    for name, values in parameters.items():
        for value in values:
            wrapper.addParameter(name, value)
    try:
        return bytes(wrapper.query().response.read())
    except (SPARQLWrapperException, URLError, ValueError) as error:
        raise LodestoneError(f"{endpoint} did not answer: {error}") from error


def _rdf_of_server(
    text: str, endpoint: str, provenance: str | None, form: str, parameters: Parameters
) -> bytes:
    """The answer to a CONSTRUCT or DESCRIBE; for a table its triples."""
    given = [(name, value) for name, values in parameters.items() for value in values]
    if provenance is not None:
        given.append(("provenance", provenance))
    sent = of_server(endpoint, [("query", text), *given, ("format", form if form in _RDF else "nt")])
    return sent.encode() if form in _RDF else _rdf_table(parse(sent, format=RdfFormat.N_TRIPLES), form)


def of_server(address: str, parameters: list[tuple[str, str]]) -> str:
    """What a Lodestone server sends (JSON unless it is told). Raises ``LodestoneError`` where it refuses."""
    asked = Request(address, urlencode(parameters).encode(), {"Accept": "application/json"})  # noqa: S310
    try:
        with urlopen(asked) as response:  # noqa: S310 - the address that the user gave
            return str(response.read().decode())
    except HTTPError as error:
        told = error.read().decode(errors="replace")
        raise LodestoneError(f"{address} refuses: {told}") from error
    except (URLError, ValueError) as error:
        raise LodestoneError(f"{address} did not answer: {error}") from error


def _service(endpoint: str) -> str:
    return f"{endpoint.rstrip('/')}/sparql" if urlsplit(endpoint).path in ("", "/") else endpoint


def print_difference(document: dict[str, Any], console: Console) -> None:
    """What appears, vanishes and changes, for people."""
    if not document["complete"]:
        console.print(Text(f"Without provenance: {document['reason']}", style="yellow"))
    names = document["head"]["vars"]
    table = Table(show_edge=False, pad_edge=False)
    for name in ("", *names, "before", "after"):
        table.add_column(name, overflow="fold")
    base = str(document["before"]["version"]).rpartition("snapshot/")[0]
    for kind in ("vanished", "appeared", "changed"):
        for change in document[kind]:
            cells = [_short(change["binding"][n], base) if n in change["binding"] else "" for n in names]
            sides = [_sure(change[side]) for side in ("before", "after")]
            table.add_row(*map(Text, (kind, *cells, *sides)))
    if table.row_count:
        console.print(table)
    rows = document["same"]
    console.print(f"{rows} row{'s' * (rows != 1)} the same", style="dim")


def _sure(row: dict[str, Any] | None) -> str:
    if row is None:
        return "no row"
    return f"{row['confidence']:.2f}" if row.get("confidence") is not None else "row"


def print_table(document: dict[str, Any], console: Console) -> tuple[str, ...]:
    """An answer in SPARQL JSON with provenance, for people: rows, then the claims that they rest on.

    Gives back the IRIs of those claims, as they are listed.
    """
    provenance = document.get("provenance")
    resting = _Resting(provenance) if provenance else None
    if "boolean" in document:
        console.print("true" if document["boolean"] else "false", style="bold")
        if resting is not None:
            sure = resting.cells(0)
            console.print(f"confidence {sure[0]}, origins {sure[1]} {sure[2]}".rstrip())
    else:
        bindings = document["results"]["bindings"]
        console.print(_rows(document["head"]["vars"], bindings, resting))
        console.print(f"{len(bindings)} row{'s' * (len(bindings) != 1)}", style="dim")
    return resting.explain(console) if resting is not None else ()


def _rows(names: list[str], bindings: list[dict[str, Any]], resting: "_Resting | None") -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for name in names:
        table.add_column(name, overflow="fold")
    if resting is not None:
        table.add_column("confidence", justify="right")
        table.add_column("origins", justify="right")
        table.add_column("claims")
    base = resting.base if resting else ""
    for position, binding in enumerate(bindings):
        cells = [_short(binding[name], base) if name in binding else "" for name in names]
        table.add_row(*(Text(cell) for cell in (*cells, *(resting.cells(position) if resting else ()))))
    return table


def _short(term: dict[str, Any], base: str) -> str:
    """A term for reading: IRIs with the known prefixes, or relative to the store's base."""
    value = str(term["value"])
    if term["type"] != "uri":
        return value
    for prefix, namespace in PREFIXES.items():
        if value.startswith(namespace):
            return f"{prefix}:{value.removeprefix(namespace)}"
    return f"<{value.removeprefix(base)}>" if base else value


class _Resting:
    """The provenance of an answer; claims are numbered in the order in which rows rest on them."""

    def __init__(self, provenance: dict[str, Any]) -> None:
        self._told = provenance
        self._circuit, self._places = Circuit.from_json(provenance["circuit"])
        self._numbers: dict[str, int] = {}

    @property
    def base(self) -> str:
        """The base IRI of the store that was asked."""
        return str(self._told["version"]).rpartition("snapshot/")[0]

    def cells(self, position: int) -> tuple[str, str, str]:
        """Confidence, origins and claims of a row."""
        row = self._told["rows"][position]
        if row.get("node") is None:
            return "-", "-", ""
        error = f" ± {row['confidenceError']:.2f}" if "confidenceError" in row else ""
        contested = " contested" if row.get("contested") else ""
        found = rests_on(self._circuit, self._places[row["node"]])
        likeliest = sorted(found, key=lambda claim: (-self._told["claims"][claim]["probability"], claim))
        claims = sorted(self._numbers.setdefault(claim, len(self._numbers) + 1) for claim in likeliest)
        origins = "-" if row.get("origins") is None else str(row["origins"])
        return f"{row['confidence']:.2f}{error}{contested}", origins, " ".join(f"[{n}]" for n in claims)

    def explain(self, console: Console) -> tuple[str, ...]:
        """What is not annotated and why; then each claim: its words, who says so, its name."""
        if not self._told["complete"]:
            console.print(Text(f"Without provenance: {self._told['reason']}", style="yellow"))
        for iri, number in list(self._numbers.items())[:_CLAIMS_SHOWN]:
            claim = self._told["claims"][iri]
            line = Text(f"[{number}] ", style="bold")
            line.append(f"“{claim['quote']}”" if claim["quote"] else claim["label"], style="not bold")
            says = f"\n    says {claim['source']}, probability {claim['probability']:.2f}\n    {iri}"
            console.print(line.append(says, style="not bold dim"), soft_wrap=True)
        if len(self._numbers) > _CLAIMS_SHOWN:
            more = len(self._numbers) - _CLAIMS_SHOWN
            console.print(f"… and {more} more claims: ask for --format json", style="dim")
        outside = dict.fromkeys(
            (node["service"], node["at"]) for node in self._told["circuit"] if "service" in node
        )
        for service, at in outside:
            console.print(Text(f"and on what {service} said at {at}", style="dim"), soft_wrap=True)
        return tuple(self._numbers)
