"""``lodestone query``: a store or a server asked, the answer as a table or a document."""

import json
import sys
from pathlib import Path
from typing import Any, Literal, cast
from urllib.error import URLError

from rich.console import Console
from rich.table import Table
from rich.text import Text
from SPARQLWrapper import CSV, JSON, POST, TSV, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

from kg.dataset.snapshots import Reader
from kg.errors import LodestoneError
from kg.query import Answer, query
from kg.query.results import to_csv, to_json, to_rdf, to_tsv, to_xml

_RDF = {"ttl": "turtle", "trig": "trig", "nt": "nt", "nq": "nq", "jsonld": "json-ld", "rdf": "rdf-xml"}
_TABLES = {"json": JSON, "table": JSON, "csv": CSV, "tsv": TSV, "xml": XML}
_CLAIMS_SHOWN = 40


def ask(text: str, store: Path, *, endpoint: str | None, provenance: str, form: str) -> int:
    """Ask and print. Gives 0: a false ASK and an empty answer are answers."""
    if text.endswith(".rq"):
        try:
            text = Path(text).read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise LodestoneError(f"{text} is not UTF-8: {error}") from error
    printed = (
        answer_of_server(text, endpoint, provenance, form)
        if endpoint
        else _from_store(text, store, provenance, form)
    )
    if form == "table":
        print_table(json.loads(printed), Console(soft_wrap=False))
    else:
        sys.stdout.buffer.write(printed)
        if not printed.endswith(b"\n"):
            sys.stdout.buffer.write(b"\n")
    return 0


def _from_store(text: str, store: Path, provenance: str, form: str) -> bytes:
    mode = cast(Literal["how", "none"], provenance)
    answer = query(Reader(store).current(), text, provenance=mode)
    if answer.kind in ("construct", "describe"):
        return to_rdf(answer, _RDF[form]) if form in _RDF else _rdf_table(answer, form)
    match form:
        case "csv":
            return to_csv(answer, columns=provenance == "how").encode()
        case "tsv":
            return to_tsv(answer, columns=provenance == "how").encode()
        case "xml":
            return to_xml(answer).encode()
        case "json" | "table":
            return to_json(answer).encode()
        case _:
            raise LodestoneError(
                f"the answer to {answer.kind.upper()} is no RDF: ask for table, json, csv, tsv or xml"
            )


def _rdf_table(answer: Answer, form: str) -> bytes:
    """Triples as a table of three columns, or a refusal."""
    if form != "table":
        raise LodestoneError(
            f"the answer to {answer.kind.upper()} is RDF: ask for {', '.join(_RDF)} (or table)"
        )
    rows = [
        {
            name: {"type": "uri", "value": str(term)}
            for name, term in zip("spo", (t.subject, t.predicate, t.object), strict=True)
        }
        for t in answer.triples
    ]
    return json.dumps({"head": {"vars": list("spo")}, "results": {"bindings": rows}}).encode()


def answer_of_server(text: str, endpoint: str, provenance: str, form: str) -> bytes:
    """The document that a Lodestone server sends. Raises ``LodestoneError`` if it does not answer."""
    if form not in _TABLES:
        raise LodestoneError(f"--endpoint gives {', '.join(_TABLES)}; ask the store for {form}")
    wrapper = SPARQLWrapper(endpoint, returnFormat=_TABLES[form])
    wrapper.setMethod(POST)
    wrapper.setOnlyConneg(True)
    columns = provenance == "how" and form in ("csv", "tsv")
    wrapper.addParameter("provenance", "columns" if columns else provenance)
    wrapper.setQuery(text)
    try:
        return bytes(wrapper.query().response.read())
    except (SPARQLWrapperException, URLError, ValueError) as error:
        raise LodestoneError(f"{endpoint} did not answer: {error}") from error


def print_table(document: dict[str, Any], console: Console) -> None:
    """An answer in SPARQL JSON with provenance, for people: rows, then the claims that they rest on."""
    provenance = document.get("provenance")
    told = provenance["rows"] if provenance else []
    if "boolean" in document:
        console.print("true" if document["boolean"] else "false", style="bold")
        bindings: list[dict[str, Any]] = []
        if told:
            console.print(_sureness(told[0]))
    else:
        bindings = document["results"]["bindings"]
        console.print(_rows(document["head"]["vars"], bindings, told, provenance))
        console.print(f"{len(bindings)} row{'s' * (len(bindings) != 1)}", style="dim")
    if provenance is None:
        return
    if not provenance["complete"]:
        console.print(Text(f"Without provenance: {provenance['reason']}", style="yellow"))
    _claims(provenance["claims"], console)


def _rows(
    names: list[str], bindings: list[dict[str, Any]], told: list[dict[str, Any]], provenance: Any
) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for name in names:
        table.add_column(name, overflow="fold")
    if told:
        for heading in ("confidence", "origins", "claims"):
            table.add_column(heading, justify="right" if heading != "claims" else "left")
    numbers = {iri: number for number, iri in enumerate(provenance["claims"], start=1)} if provenance else {}
    for position, binding in enumerate(bindings):
        cells = [Text(binding[name]["value"]) if name in binding else Text("") for name in names]
        if told:
            row = told[position]
            lineage = _lineage(provenance["circuit"], row["node"], numbers)
            cells += [Text(_confidence(row)), Text(_origins(row)), Text(lineage)]
        table.add_row(*cells)
    return table


def _confidence(row: dict[str, Any]) -> str:
    if row.get("confidence") is None:
        return "–"  # noqa: RUF001
    error = f" ± {row['confidenceError']:.2f}" if "confidenceError" in row else ""
    contested = " contested" if row.get("contested") else ""
    return f"{row['confidence']:.2f}{error}{contested}"


def _origins(row: dict[str, Any]) -> str:
    return "–" if row.get("origins") is None else str(row["origins"])  # noqa: RUF001


def _sureness(row: dict[str, Any]) -> str:
    return f"confidence {_confidence(row)}, origins {_origins(row)}"


def _lineage(circuit: list[dict[str, Any]], root: int | None, numbers: dict[str, int]) -> str:
    """The numbers of the claims below a node, as they are listed under the table."""
    seen, todo, found = set(), [] if root is None else [root], set()
    while todo:
        place = todo.pop()
        if place in seen:
            continue
        seen.add(place)
        node = circuit[place]
        todo += node.get("of", [])
        if "claim" in node:
            found.add(numbers[node["claim"]])
    return " ".join(f"[{number}]" for number in sorted(found))


def _claims(claims: dict[str, dict[str, Any]], console: Console) -> None:
    for number, (iri, claim) in enumerate(claims.items(), start=1):
        if number > _CLAIMS_SHOWN:
            console.print(
                f"… and {len(claims) - _CLAIMS_SHOWN} more claims: ask for --format json", style="dim"
            )
            return
        line = Text(f"[{number}] ", style="bold")
        said = claim["quote"]
        line.append(f"“{said}”" if said else claim["label"], style="")
        line.append(
            f"\n    says {claim['source']}, probability {claim['probability']:.2f}\n    {iri}", style="dim"
        )
        console.print(line)
