"""Answers as tables for people: rows with their confidence, and the claims that they rest on."""

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from kg.provenance.circuit import Circuit
from kg.provenance.witnesses import rests_on
from ontology.vocab import PREFIXES

_CLAIMS_SHOWN = 40


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
        told = self._told["claims"]
        likeliest = sorted(found, key=lambda claim: (-told.get(claim, {}).get("probability", 0), claim))
        claims = sorted(self._numbers.setdefault(claim, len(self._numbers) + 1) for claim in likeliest)
        origins = "-" if row.get("origins") is None else str(row["origins"])
        return f"{row['confidence']:.2f}{error}{contested}", origins, " ".join(f"[{n}]" for n in claims)

    def explain(self, console: Console) -> tuple[str, ...]:
        """What is not annotated and why, and what else is to be known; then each claim."""
        if not self._told["complete"]:
            console.print(Text(f"Without provenance: {self._told['reason']}", style="yellow"))
        for note in self._told.get("notes", ()):
            console.print(Text(f"Note: {note}", style="yellow"))
        for iri, number in list(self._numbers.items())[:_CLAIMS_SHOWN]:
            line = Text(f"[{number}] ", style="bold")
            console.print(line.append_text(_claim(iri, self._told["claims"].get(iri))), soft_wrap=True)
        if len(self._numbers) > _CLAIMS_SHOWN:
            more = len(self._numbers) - _CLAIMS_SHOWN
            console.print(f"… and {more} more claims: ask for --format json", style="dim")
        return tuple(self._numbers)


def _claim(iri: str, told: dict[str, Any] | None) -> Text:
    """Its words, who says so, its name; its name alone where no more is known."""
    if told is None:
        return Text(iri, style="not bold dim")
    text = Text(f"“{told['quote']}”" if told["quote"] else told["label"], style="not bold")
    says = f"\n    says {told['source']}, probability {told['probability']:.2f}\n    {iri}"
    return text.append(says, style="not bold dim")
