"""IRIs in short: a prefix, a colon, the rest. Formats that have no other names get them from here."""

from collections.abc import Mapping


class Curies:
    """Shortens IRIs, and remembers the prefixes that were needed."""

    def __init__(self, known: Mapping[str, str]) -> None:
        """``known``: namespaces by prefix; others are made up as they come."""
        self._prefixes = {namespace: prefix for prefix, namespace in known.items()}
        self._known = sorted(self._prefixes, key=len, reverse=True)
        self._used: dict[str, str] = {}

    def __call__(self, iri: str) -> str:
        """An IRI in short."""
        namespace = next((n for n in self._known if iri.startswith(n) and iri != n), None) or _namespace(iri)
        prefix = self._prefixes.setdefault(namespace, f"ns{len(self._prefixes)}")
        self._used[prefix] = namespace
        return f"{prefix}:{iri[len(namespace) :]}"

    def used(self) -> dict[str, str]:
        """The namespaces that were needed, by prefix."""
        return dict(sorted(self._used.items()))


def _namespace(iri: str) -> str:
    end = max(iri.rfind(mark, 0, len(iri) - 1) for mark in "/#")
    return iri[: (end if end >= 0 else iri.rfind(":", 0, len(iri) - 1)) + 1]
