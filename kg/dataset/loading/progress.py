"""What long work tells of itself: in which phase it is, and how far."""

from typing import Protocol


class Watch(Protocol):
    """Told of the phases of long work, one after the other."""

    def phase(self, name: str, total: int | None, unit: str) -> None:
        """A phase begins; ``total`` is how many units it has, if that is known."""

    def step(self, count: int) -> None:
        """So many units more are done."""


class Unwatched:
    """Nobody watches."""

    def phase(self, name: str, total: int | None, unit: str) -> None:
        """See ``Watch``."""

    def step(self, count: int) -> None:
        """See ``Watch``."""
