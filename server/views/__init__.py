"""View models: each page as one frozen value, rendered as HTML and as JSON. No Flask here."""

from dataclasses import asdict, is_dataclass
from typing import Any


def as_json(page: object) -> dict[str, Any]:
    """The JSON twin of a page: its view model, member by member."""
    if not is_dataclass(page) or isinstance(page, type):
        raise TypeError(f"{page!r} is no view model")
    return asdict(page)
