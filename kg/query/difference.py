"""What-if: which rows appear, vanish or change when the dataset or what is believed of it changes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from kg.query.answer import Answer, Row, RowProvenance
from kg.query.deriving.conditions import VOLATILE
from kg.query.parse import has_word

LEAST_CHANGE = 1e-9
"""Confidences that differ by no more than this are the same."""


@dataclass(frozen=True)
class Changed:
    """A row with its provenance on both sides; ``None`` where it is no row there."""

    row: Row
    before: RowProvenance | None
    after: RowProvenance | None


@dataclass(frozen=True)
class Difference:
    """What became of the rows of one query. Each row is told once, however often it comes.

    ``reason`` says why confidences may be missing: where an answer is not annotated, only
    the rows themselves are compared.
    """

    before: Answer
    after: Answer
    appeared: tuple[Changed, ...]
    vanished: tuple[Changed, ...]
    changed: tuple[Changed, ...]
    same: int
    doubt: str | None = None

    @property
    def complete(self) -> bool:
        """Whether both answers are annotated."""
        return self.reason is None

    @property
    def reason(self) -> str | None:
        """Why not, if so; or why the rows may differ in any case (``doubt``)."""
        if self.doubt is not None:
            return self.doubt
        for answer in (self.before, self.after):
            if answer.provenance is None:
                return "the answers were asked for without provenance"
            if answer.provenance.reason is not None:
                return answer.provenance.reason
        return None


def difference(before: Answer, after: Answer, sparql: str = "") -> Difference:
    """Compare two answers to one query: a SELECT, or an ASK, whose only row is there if it is true.

    Where ``sparql``, its text, asks for what is another each time, the difference says so;
    also where it leaves a choice to the engine, which may choose otherwise on the other side.
    """
    old, new = _told(before), _told(after)
    count_old, count_new = Counter(_rows(before)), Counter(_rows(after))
    appeared = tuple(Changed(row, None, new[row]) for row in new if row not in old)
    vanished = tuple(Changed(row, old[row], None) for row in old if row not in new)
    changed = tuple(
        Changed(row, old[row], new[row])
        for row in old
        if row in new and (count_old[row] != count_new[row] or not _alike(old[row], new[row]))
    )
    same = len(old) - len(vanished) - len(changed)
    doubt = _doubt(sparql, chosen=bool(appeared and vanished))
    return Difference(before, after, appeared, vanished, changed, same, doubt)


def _doubt(sparql: str, *, chosen: bool) -> str | None:
    """Why rows may differ that rest on the same; ``chosen`` where some came and some went."""
    for word in sorted(VOLATILE):
        if has_word(sparql, word):
            return f"{word}() gives another value each time, so rows may differ for that alone"
    if not chosen:
        return None
    if has_word(sparql, "GROUP_CONCAT") or has_word(sparql, "SAMPLE"):
        return "GROUP_CONCAT and SAMPLE take values in no certain order, so rows may differ for that alone"
    if (has_word(sparql, "LIMIT") or has_word(sparql, "OFFSET")) and not has_word(sparql, "ORDER"):
        return "LIMIT and OFFSET without ORDER BY take any rows, so they may differ for that alone"
    return None


def _rows(answer: Answer) -> tuple[Row, ...]:
    if answer.boolean is not None:
        return ((),) if answer.boolean else ()
    if answer.kind == "select":
        return answer.rows
    return tuple((t.subject, t.predicate, t.object) for t in answer.triples)


def _told(answer: Answer) -> Mapping[Row, RowProvenance]:
    rows = _rows(answer)
    told = answer.provenance.rows if answer.provenance is not None else ()
    if len(told) < len(rows):
        return dict.fromkeys(rows, RowProvenance())
    return dict(zip(rows, told, strict=False))


def _alike(one: RowProvenance, other: RowProvenance) -> bool:
    if one.confidence is None or other.confidence is None:
        return one.confidence is other.confidence
    return (
        abs(one.confidence - other.confidence) <= LEAST_CHANGE
        and one.origins == other.origins
        and one.contested == other.contested
    )
