"""A page of an older version: what it links to is shown as of that version, too."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

Page = TypeVar("Page")

_KINDS = ("claims", "claim", "document", "source", "entity", "event")
_BEGINNINGS = tuple(f"/{kind}{mark}" for kind in _KINDS for mark in ("/", "?"))
_FIELDS = frozenset(("href", "quote_href", "claims_href", "contested_href", "all", "against_all"))
"""Members of view models that are addresses of pages."""


def dated(page: Page, version: str) -> Page:
    """The same page, but that links to pages that can be of an older version are to those of this one."""
    return cast("Page", _dated(page, version))


def address_of(address: str, version: str) -> str:
    """The address of a page as of a version; as it is where that page is of the newest alone."""
    if not (address.startswith(_BEGINNINGS) or address in _PLAIN):
        return address
    path, mark, place = address.partition("#")
    if "version=" in path.partition("?")[2]:
        return address
    return f"{path}{'&' if '?' in path else '?'}{urlencode({'version': version})}{mark}{place}"


_PLAIN = tuple(f"/{kind}" for kind in _KINDS)


def _dated(value: Any, version: str) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        changed = {}
        for one in fields(value):
            old = getattr(value, one.name)
            new = (
                address_of(old, version)
                if one.name in _FIELDS and isinstance(old, str)
                else _dated(old, version)
            )
            if new is not old:
                changed[one.name] = new
        return replace(value, **changed) if changed else value
    if isinstance(value, tuple) and value:
        parts = tuple(_dated(part, version) for part in value)
        return parts if any(a is not b for a, b in zip(parts, value, strict=True)) else value
    if isinstance(value, Mapping):
        return {key: _dated(part, version) for key, part in value.items()}
    return value
