"""Resolving relative references against a base (RFC 3986, section 5.2), whatever its scheme is."""

import re

_PARTS = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.\-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.S)


def resolve(base: str, reference: str) -> str:
    """The IRI that a reference stands for. The base is absolute."""
    scheme, authority, path, query, fragment = _parts(reference)
    if scheme is None:
        scheme, base_authority, base_path, base_query, _ = _parts(base)
        if authority is None:
            authority = base_authority
            if not path:
                path, query = base_path, base_query if query is None else query
            elif not path.startswith("/"):
                path = _merged(base_authority, base_path, path)
    found = "" if scheme is None else f"{scheme}:"
    found += "" if authority is None else f"//{authority}"
    found += _without_dots(path)
    found += "" if query is None else f"?{query}"
    return found if fragment is None else f"{found}#{fragment}"


def _parts(reference: str) -> tuple[str | None, str | None, str, str | None, str | None]:
    found = _PARTS.fullmatch(reference)
    if found is None:  # pragma: no cover - every text matches
        raise ValueError(f"{reference!r} is no reference")
    return found[1], found[2], found[3] or "", found[4], found[5]


def _merged(authority: str | None, base_path: str, path: str) -> str:
    if authority is not None and not base_path:
        return f"/{path}"
    return base_path[: base_path.rfind("/") + 1] + path


def _without_dots(path: str) -> str:
    """Section 5.2.4. A path with no dot segments stays as it is."""
    if "." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1 or (kept and kept[0]):
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", "..") and (len(kept) < 2 or kept[-1]):
        kept.append("")
    return "/".join(kept)
