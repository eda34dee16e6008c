"""An answer as a table: each row with how sure it is and why, and what a trust policy makes of it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kg.claims.names import Names
from kg.query.difference import LEAST_CHANGE
from server.naming import Link, Namer, TermView, compact, shortened
from server.paging import page_of_row, rows_of_page
from server.views.why import Believed, Explaining, Why

EXPLAINED = 4
"""Rows that come with their reasons, of a page; those of the others come when they are asked for."""

MOST_RESTING = 1000
"""Rows whose claims can be left out by a tick: those of the first so many."""

FEW, MANY = 5, 60
"""Claims that are told of a row among others, and of the row that is asked for."""

LONGEST_IRI = 2000
"""Characters of an IRI that a script is told."""

TRIPLE = ("subject", "predicate", "object")
"""The columns of an answer that is RDF."""

Document = Mapping[str, Any]
Binding = Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    """A value: the term as it is shown, and as SPARQL results in JSON have it."""

    view: TermView
    value: str
    datatype: str | None = None


@dataclass(frozen=True)
class Standing:
    """How sure a row is. ``origins`` is ``None`` for a row that rests on no claim."""

    annotated: bool = False
    confidence: float | None = None
    error: float | None = None
    weakest: float | None = None
    origins: int | None = None


@dataclass(frozen=True)
class Row:
    """A row of the table.

    ``fate`` is what the policy makes of it: ``same``, ``changed``, ``vanished`` or
    ``appeared``; ``before`` is how sure it was without the policy, ``now`` how sure it is.
    ``otherwise`` says what the policy changes beside that. ``why`` is ``None`` where the reasons
    come when they are asked for.
    """

    number: int
    cells: tuple[Cell | None, ...]
    fate: str
    before: Standing | None
    now: Standing | None
    contested: tuple[Link, ...]
    otherwise: tuple[str, ...]
    claims: int
    why: Why | None
    made: tuple[str, ...]

    @property
    def standing(self) -> Standing:
        """How sure it is, or was."""
        return self.now or self.before or Standing()


@dataclass(frozen=True)
class Answer:
    """The answer to a query: a table, a boolean, or triples. ``first`` is the number of its first row.

    ``resting`` are the claims that rows rest on, each with rows that it bears on; ``was``
    is what a boolean was without the policy.
    """

    kind: str
    version: str
    variables: tuple[str, ...]
    rows: tuple[Row, ...]
    first: int
    total: int
    boolean: bool | None
    was: bool | None
    provenance: bool
    reason: str | None
    notes: tuple[str, ...]
    fates: Mapping[str, int]
    resting: Mapping[str, frozenset[int]]

    @property
    def page(self) -> int:
        """The number of the page that this is."""
        return page_of_row(self.first, len(self.variables))

    @property
    def more(self) -> bool:
        """Whether there are further pages."""
        return self.first + len(self.rows) <= self.total


@dataclass(frozen=True)
class _Told:
    """A row with what is told of it, on one side."""

    binding: Binding
    note: Mapping[str, Any]


def read_answer(
    kind: str,
    version: str,
    namer: Namer,
    plain: Document,
    trusted: Document | None = None,
    believed: Believed = lambda _: True,
    *,
    page: int | None = None,
    row: int | None = None,
    columns: Sequence[str] = (),
) -> Answer:
    """The answer as its page shows it: ``plain``, and beside it what a policy leaves, ``trusted``.

    Both are SPARQL results in JSON with provenance; an RDF answer has one row for each
    triple. ``row`` is one whose reasons are asked for: it is on the ``page``, or the page is that
    of the row. Beyond the last page comes the last. ``columns`` come first, in that order.
    """
    sides = [_told(plain, kind), _told(trusted, kind) if trusted is not None else {}]
    keys = list(dict.fromkeys([*sides[0], *sides[1]]))
    fates = [_fate(sides[0].get(key), sides[1].get(key), trusted is not None) for key in keys]
    variables = _variables(plain, kind)
    variables = tuple(dict.fromkeys((*(name for name in columns if name in variables), *variables)))
    if page is None:
        page = 1 if row is None else page_of_row(row, len(variables))
    window = rows_of_page(page, len(variables), len(keys))
    explain = [Explaining(namer, side.get("provenance") or {}, believed) for side in (plain, trusted or {})]
    for side, explaining in zip(sides, explain, strict=True):
        notes = (side[keys[place]].note for place in window if keys[place] in side)
        explaining.word({iri for note in notes for iri in note.get("contested", ())})
    shown = []
    for place in window:
        before, now = (side.get(keys[place]) for side in sides)
        told, explaining = (before, explain[0]) if before is not None else (now, explain[1])
        if told is None:  # pragma: no cover - a key is of one side at least
            continue
        asked = place + 1 == row
        explained = asked or place - window.start < EXPLAINED
        shown.append(
            _row(
                place + 1,
                told,
                fates[place],
                before,
                before if trusted is None else now,
                variables,
                explaining,
                MANY if asked else FEW if explained else 0,
            )
        )
    provenance = (plain if trusted is None else trusted).get("provenance") or {}
    return Answer(
        kind=kind,
        version=version,
        variables=variables,
        rows=tuple(shown),
        first=window.start + 1,
        total=len(keys),
        boolean=(plain if trusted is None else trusted).get("boolean"),
        was=plain.get("boolean"),
        provenance=bool(plain.get("provenance")),
        reason=None if provenance.get("complete", True) else provenance.get("reason"),
        notes=tuple(provenance.get("notes", ())),
        fates={fate: fates.count(fate) for fate in ("vanished", "appeared", "changed", "same")},
        resting=_resting(sides, explain),
    )


def _variables(document: Document, kind: str) -> tuple[str, ...]:
    return tuple(document["head"].get("vars", ())) if kind != "ask" else ()


def _told(document: Document, kind: str) -> dict[str, _Told]:
    """The rows of one side by what they say; of equal rows one, as in a difference."""
    bindings: Sequence[Binding] = [{}] if kind == "ask" else document["results"]["bindings"]
    notes = (document.get("provenance") or {}).get("rows") or [{}] * len(bindings)
    found: dict[str, _Told] = {}
    times: dict[str, int] = {}
    for binding, note in zip(bindings, notes, strict=False):
        key = json.dumps(binding, sort_keys=True, ensure_ascii=False)
        times[key] = times.get(key, 0) + 1
        found[f"{key}{times[key]}"] = _Told(binding, note)
    return found


def _fate(before: _Told | None, now: _Told | None, compared: bool) -> str:
    if not compared:
        return "same"
    if now is None:
        return "vanished"
    if before is None:
        return "appeared"
    old, new = _standing(before), _standing(now)
    if old.confidence is None or new.confidence is None:
        return "same" if old.confidence is new.confidence else "changed"
    others = before.note.get("contested") != now.note.get("contested") or old.origins != new.origins
    return "changed" if others or abs(old.confidence - new.confidence) > LEAST_CHANGE else "same"


def _standing(told: _Told) -> Standing:
    note = told.note
    return Standing(
        annotated=note.get("node") is not None,
        confidence=note.get("confidence"),
        error=note.get("confidenceError"),
        weakest=note.get("weakest"),
        origins=note.get("origins"),
    )


def _row(
    number: int,
    told: _Told,
    fate: str,
    before: _Told | None,
    now: _Told | None,
    variables: tuple[str, ...],
    explaining: Explaining,
    most: int,
) -> Row:
    node = told.note.get("node")
    claims = 0 if node is None else len(explaining.resting_on(node))
    against = (now or told).note.get("contested", ())
    cells = (told.binding.get(name) for name in variables)
    return Row(
        number=number,
        cells=tuple(None if term is None else _cell(explaining.namer, term) for term in cells),
        fate=fate,
        before=_standing(before) if before else None,
        now=_standing(now) if now else None,
        contested=tuple(explaining.link(iri) for iri in against),
        otherwise=tuple(_otherwise(before, now)) if fate == "changed" and before and now else (),
        claims=claims,
        why=explaining.why(node, most) if node is not None and claims and most else None,
        made=tuple(_made(explaining.namer, told.note.get("aggregates") or {})),
    )


def _otherwise(before: _Told, now: _Told) -> Iterator[str]:
    """What is other of a row that stays, its confidence apart."""
    was, is_now = (one.note.get("contested", ()) for one in (before, now))
    if was != is_now:
        yield "no longer contested" if not is_now else "now contested" if not was else "contested by others"
    old, new = _standing(before).origins, _standing(now).origins
    if old != new and old is not None and new is not None:
        yield f"{old} {'origin' if old == 1 else 'origins'} before"


def _made(namer: Namer, aggregates: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """How the values of aggregates are made up, in a line for each column, and what the confidence is of."""
    lines = []
    for column, members in aggregates.items():
        values = [str(member["value"]) for member in members[:8]]
        told = [namer.label(v) if v.startswith(namer.names.base) else v for v in values]
        more = f" and {len(members) - 8} more" if len(members) > 8 else ""
        lines.append(f"{column} is made of {', '.join(shortened(v, 60) for v in told)}{more}")
    if lines:
        columns = " and ".join(aggregates)
        lines.append(
            f"The confidence is that there is such a row; {columns} may differ where not all of that holds"
        )
    return lines


def _resting(
    sides: Sequence[Mapping[str, _Told]], explain: Sequence[Explaining]
) -> Mapping[str, frozenset[int]]:
    """The claims that the rows rest on, each with the rows that it bears on."""
    found: dict[str, set[int]] = {}
    seen: set[str] = set()
    for side, explaining in zip(sides, explain, strict=True):
        for key, told in side.items():
            node = told.note.get("node")
            if key in seen or node is None:
                continue
            seen.add(key)
            if len(seen) > MOST_RESTING:
                break
            for iri in explaining.resting_on(node):
                found.setdefault(iri, set()).add(len(seen))
    return {iri: frozenset(rows) for iri, rows in found.items()}


def _cell(namer: Namer, term: Mapping[str, Any]) -> Cell:
    match term["type"]:
        case "uri":
            return Cell(namer.iri_view(term["value"]), shortened(term["value"], LONGEST_IRI))
        case "literal" | "typed-literal":
            datatype = term.get("datatype")
            note = term.get("xml:lang") or (compact(datatype) if datatype else None)
            text = shortened(term["value"])
            return Cell(TermView("literal", text, note=note), text, datatype)
        case "bnode":
            return Cell(TermView("bnode", f"_:{term['value']}"), f"_:{term['value']}")
        case _:
            text = shortened(_triple_text(term["value"], namer.names))
            return Cell(TermView("triple", text), text)


def _triple_text(value: Mapping[str, Any], names: Names) -> str:
    parts = (value["subject"], value["predicate"], value["object"])
    texts = (
        _triple_text(part["value"], names) if part["type"] == "triple" else str(part["value"])
        for part in parts
    )
    return f"<< {' '.join(compact(text) for text in texts)} >>"
