"""What the check of a store finds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Something that does not hold: which invariant, of what, and how."""

    invariant: str
    subject: str
    problem: str
