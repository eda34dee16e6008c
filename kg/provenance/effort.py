"""What an exact answer may cost before an estimate has to do."""


class Intractable(Exception):
    """It would take more effort than is allowed."""


class Effort:
    """What may still be spent, in nodes or clauses that are looked at."""

    def __init__(self, left: int) -> None:
        self.left = left

    def spend(self, looked_at: int) -> None:
        """Raises ``Intractable`` where nothing is left."""
        self.left -= looked_at
        if self.left < 0:
            raise Intractable
