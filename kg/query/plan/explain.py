"""What the planner did and why, to be read and as JSON."""

from dataclasses import dataclass

from kg.query.plan.order import Ordering
from kg.query.shaping.render import group


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a join in its place: how it is joined, and the solutions expected after it."""

    pattern: str
    how: str
    solutions: float


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of one join or construct; ``what`` says in words, ``why`` the reason.

    Costs are in microseconds, by estimate: as the engine would do it, and as planned.
    """

    what: str
    why: str
    changed: bool
    cost_as_written: float
    cost_planned: float
    steps: tuple[Step, ...] = ()

    def to_json(self) -> dict[str, object]:
        """The decision as JSON."""
        return {
            "what": self.what,
            "why": self.why,
            "changed": self.changed,
            "costAsWritten": round(self.cost_as_written),
            "costPlanned": round(self.cost_planned),
            "steps": [
                {"pattern": step.pattern, "how": step.how, "solutions": rounded(step.solutions)}
                for step in self.steps
            ],
        }

    def lines(self) -> list[str]:
        """The decision as lines of text."""
        head = f"{self.what}: {'changed' if self.changed else 'as written'}; {self.why}"
        steps = [
            f"  {number}. {step.how:9} {step.pattern}  → {rounded(step.solutions):,} solutions"
            for number, step in enumerate(self.steps, 1)
        ]
        return [head, *steps]


@dataclass(frozen=True, slots=True)
class Explanation:
    """All decisions on one query, or why none were taken."""

    decisions: tuple[Decision, ...] = ()
    reason: str | None = None

    @property
    def changed(self) -> bool:
        """Whether anything is asked in another order than it was written."""
        return any(decision.changed for decision in self.decisions)

    def text(self) -> str:
        """To be read."""
        if self.reason is not None:
            return f"as written: {self.reason}"
        lines = [line for decision in self.decisions for line in decision.lines()]
        return "\n".join(lines) or "as written: there is nothing to order"

    def to_json(self) -> dict[str, object]:
        """As JSON."""
        found: dict[str, object] = {"steps": [decision.to_json() for decision in self.decisions]}
        return found if self.reason is None else {**found, "reason": self.reason}


def steps_of(ordering: Ordering) -> tuple[Step, ...]:
    """The parts of an ordering."""
    return tuple(Step(group(move.part.pattern), move.how, move.rows) for move in ordering.moves)


def rounded(number: float) -> float:
    """A number of solutions as exactly as estimates are worth."""
    return round(number) if number >= 10 else round(number, 2)
