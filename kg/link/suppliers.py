"""Matching the rows of a table with entities, and the report to review.

The report is the table with what was found beside it. In its column ``decision`` a person may write
"match" or "none"; read again, that is what counts.
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from kg.link.matcher import Candidate
from kg.link.service import Question
from kg.link.table import Row, Table

Decision = Literal["match", "review", "none"]
REPORT = ("decision", "match_iri", "match_name", "match_score", "match_features", "match_others")
"""Columns of the report after the table's own."""


@dataclass(frozen=True)
class Wish:
    """Which column holds the names, what kind of thing they name, and columns that tell more of each."""

    column: int
    kind: str | None = None
    properties: tuple[tuple[str, int], ...] = ()
    limit: int = 5
    least: float = 0.0
    """Candidates of a lower score are not worth a look."""


@dataclass(frozen=True)
class Matched:
    """A row with its candidates, the best first, and what is to be made of it."""

    row: Row
    name: str
    properties: tuple[tuple[str, str], ...]
    candidates: tuple[Candidate, ...]
    decision: Decision

    @property
    def best(self) -> Candidate | None:
        """The likeliest candidate."""
        return self.candidates[0] if self.candidates else None


def match_rows(
    table: Table, wish: Wish, ask: Callable[[Sequence[Question]], Iterable[list[Candidate]]]
) -> list[Matched]:
    """The rows of a table with the candidates that ``ask`` finds. A row without a name has none."""
    questions = [_question(row, wish) for row in table.rows]
    found = iter(ask([q for q in questions if q.name]))
    matched = []
    for row, question in zip(table.rows, questions, strict=True):
        some = next(found) if question.name else []
        candidates = tuple(c for c in some if c.match or c.score >= wish.least)[: wish.limit]
        matched.append(Matched(row, question.name, question.properties, candidates, _decision(candidates)))
    return matched


def _question(row: Row, wish: Wish) -> Question:
    more = tuple((name, row.values[at].strip()) for name, at in wish.properties if row.values[at].strip())
    return Question(row.values[wish.column].strip(), wish.kind, more, wish.limit)


def _decision(candidates: Sequence[Candidate]) -> Decision:
    if not candidates:
        return "none"
    return "match" if candidates[0].match else "review"


def report(table: Table, matched: Iterable[Matched]) -> str:
    """The report as CSV, with the table's delimiter and a byte order mark, for spreadsheets."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=table.delimiter, lineterminator="\n")
    own = [at for at, name in enumerate(table.columns) if name not in REPORT]
    writer.writerow([*(table.columns[at] for at in own), *REPORT])
    for one in matched:
        writer.writerow([*(_safe(one.row.values[at]) for at in own), *map(_safe, _found(one))])
    return "\ufeff" + out.getvalue()


def _found(one: Matched) -> list[str]:
    best = one.best
    if best is None:
        return [one.decision, "", "", "", "", ""]
    features = "; ".join(f"{name}: {value}" for name, value in best.features.items())
    others = "; ".join(f"{c.name} <{c.iri}> {c.score:g}" for c in one.candidates[1:])
    return [one.decision, best.iri, best.name, f"{best.score:g}", features, others]


def _safe(value: str) -> str:
    """A value that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return (
        f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) and not _is_number(value) else value
    )


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
