"""Parameters that are none, but nearly one: a trust policy that is misspelt must not pass for none.

What is far from every name here belongs to others (``output``, ``infer``, ``queryLn``, what
query editors and other servers' clients send along) and is ignored, as the SPARQL protocol
leaves it open.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

from kg.query.trust.policy import PARAMETERS
from server.errors import BadRequest

_LIKENESS = 0.8
PROTOCOL = ("default-graph-uri", "named-graph-uri", "using-graph-uri", "using-named-graph-uri")
ASKING = ("query", "update", "provenance", "timeout", "memory", "result", "version", "format", "explain")
COMPARING = (*(f"before-{name}" for name in PARAMETERS), "from", "to")
_MEANT = (*PARAMETERS, *COMPARING[:-2], *PROTOCOL, "provenance", "version", "explain")
_KNOWN = frozenset((*PARAMETERS, *PROTOCOL, *ASKING))


def check_names(names: Iterable[str], *, comparing: bool = False) -> None:
    """Raises ``BadRequest`` for a name that is likely a misspelt one, and for one of another path.

    ``comparing`` is for ``/sparql/diff``, which has two sides.
    """
    for name in names:
        if name in _KNOWN:
            continue
        if name in COMPARING:
            if not comparing:
                raise BadRequest(f"{name} is a parameter of /sparql/diff, not of /sparql", parameter=name)
            continue
        meant = _nearest(name)
        if meant is not None:
            raise BadRequest(f"there is no parameter {name}: do you mean {meant}?", parameter=name)


@lru_cache(maxsize=1024)
def _nearest(name: str) -> str | None:
    """The name that is meant, if one is as good as written; case and what stands between words left out."""
    plain = {_bare(known): known for known in _MEANT}
    found = get_close_matches(_bare(name), plain, 1, _LIKENESS) if len(name) < 100 else []
    return plain[found[0]] if found else None


def _bare(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())
