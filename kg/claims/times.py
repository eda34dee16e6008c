"""Times as reports give them: words, an EDTF expression, and the days it may span.

EDTF is the Library of Congress' Extended Date/Time Format, levels 0 and 1
(https://www.loc.gov/standards/datetime/, ISO 8601-2:2019).
"""

from datetime import date
from functools import lru_cache
from time import struct_time
from typing import Any

from edtf import EDTFParseException, parse_edtf
from pydantic import BaseModel, ConfigDict, model_validator


def _day(moment: Any) -> date | None:
    return date(moment[0], moment[1], moment[2]) if isinstance(moment, struct_time) else None


@lru_cache(maxsize=8192)
def edtf_span(expression: str) -> tuple[date | None, date | None]:
    """Earliest and latest day of an EDTF expression; ``None`` where it is open or unknown.

    Raises ``ValueError`` if the expression is not EDTF.
    """
    try:
        parsed = parse_edtf(expression)
        return _day(parsed.lower_strict()), _day(parsed.upper_strict())
    except (EDTFParseException, ValueError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(
            f"{expression!r} is not an EDTF date: write it like 2025-04, 2025-04-21/2025-04-30 or 2025-04/.."
        ) from error


class TimeSpan(BaseModel):
    """When something was so, as far as the text tells.

    ``text`` are the words, ``edtf`` their reading. A span with words alone is a time
    that the text leaves open. ``of_saying``: it is the time at which a thing was said,
    given because the text does not tell when it happened; no event is dated by it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str | None = None
    edtf: str | None = None
    of_saying: bool = False

    @model_validator(mode="after")
    def _is_edtf(self) -> "TimeSpan":
        if self.edtf is not None:
            edtf_span(self.edtf)
        elif self.text is None:
            raise ValueError("a time needs words (text) or an EDTF date (edtf)")
        return self

    @property
    def earliest(self) -> date | None:
        """The first day that it may be, or ``None``."""
        return edtf_span(self.edtf)[0] if self.edtf else None

    @property
    def latest(self) -> date | None:
        """The last day that it may be, or ``None``."""
        return edtf_span(self.edtf)[1] if self.edtf else None
