"""Writes that hang on what is there (RFC 9110, section 13): nobody's change is overwritten unseen.

The entity tag of a graph begins with its version and its name, so that it tells by itself
whether it is that of the graph as it is now. A tag of another version is taken to be
outdated: rather read again than overwrite. Tags are weak, as the order of triples is open, and
compared as such.

What is written elsewhere (claims, judgments, updates) hangs on nothing: two writers cannot overwrite
each other there. A condition is refused all the same, since a write must not be done where one fails.
"""

import hashlib

from flask import request

from server.errors import PreconditionFailed
from server.processes.writes import Condition


def graph_tag(version: str, graph: str | None, answer: str) -> str:
    """The entity tag of a graph in a version, from that of the answer that it comes in."""
    return f"{_beginning(version, graph)}{answer}"


def _beginning(version: str, graph: str | None) -> str:
    name = hashlib.blake2b((graph or "").encode(), digest_size=4).hexdigest()
    return f"{version.rpartition('-')[2]}-{name}-"


def condition_of(version: str, graph: str | None) -> Condition | None:
    """What a request asks to hold before it writes a graph; ``version`` is the published one."""
    wanted, unwanted = request.if_match, request.if_none_match
    if not wanted and not unwanted:
        return None
    beginning = _beginning(version, graph)
    if unwanted.star_tag:
        return Condition(exists=False, fails=bool(wanted))
    fails = any(tag.startswith(beginning) for tag in unwanted.as_set(include_weak=True))
    if not wanted:
        return Condition(fails=fails)
    if wanted.star_tag:
        return Condition(exists=True, fails=fails)
    fits = any(tag.startswith(beginning) for tag in wanted.as_set(include_weak=True))
    return Condition(version, exists=True, fails=fails or not fits)


def check_unconditional() -> None:
    """Raises ``PreconditionFailed`` for a write that is to hang on something, where nothing is compared.

    That what it goes to is there at all (``If-Match: *``) is so, or the write itself says otherwise.
    """
    name = "If-None-Match" if request.if_none_match else "If-Match"
    if request.if_none_match or (request.if_match and not request.if_match.star_tag):
        raise PreconditionFailed(
            f"{name} is for graphs (/graphs) alone, so nothing was written: send the request without it"
        )
