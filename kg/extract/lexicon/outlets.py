"""The table ``outlets.yaml``: which names are outlets, and what reliability is proposed for them."""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from kg.claims.confidence import Reliability
from kg.claims.names import normalized


@dataclass(frozen=True)
class Outlet:
    """A line of the table."""

    name: str
    reliability: Reliability
    kind: str
    why: str


@dataclass(frozen=True)
class Outlets:
    """Outlets by normalized name and by domain."""

    names: dict[str, Outlet]
    domains: dict[str, Outlet]

    def find(self, name: str | None) -> Outlet | None:
        """The outlet of that name or domain (or of a domain above it)."""
        if not name:
            return None
        key = normalized(name)
        if key in self.names:
            return self.names[key]
        labels = key.split(".")
        for start in range(len(labels) - 1):
            domain = ".".join(labels[start:])
            if domain in self.domains:
                return self.domains[domain]
        return None


def parse_outlets(source: str) -> Outlets:
    """Reads a table from YAML. Raises ``KeyError`` or ``ValueError`` where it is not one."""
    data = yaml.safe_load(source)
    names = {normalized(name): _outlet(name, line) for name, line in data["names"].items()}
    domains = {
        domain: names[normalized(line)] if isinstance(line, str) else _outlet(domain, line)
        for domain, line in data["domains"].items()
    }
    return Outlets(names, domains)


def _outlet(name: str, line: dict[str, Any]) -> Outlet:
    return Outlet(name, Reliability(line["reliability"]), line["kind"], line["why"])


@lru_cache(maxsize=1)
def outlets() -> Outlets:
    """The shipped table."""
    return parse_outlets(files("kg.extract.lexicon").joinpath("outlets.yaml").read_text(encoding="utf-8"))
