"""For whom a person works, by the words beside a name and by the title of a call."""

import re

_EMPLOYER = re.compile(
    r"(?:\b(?:at|of|for|from|with)(?: the)?(?: [a-z][\w-]*){0,3}(?: [A-Z]\w+)??(?: [a-z][\w-]*){0,3} "
    r"(?P<at>[A-Z][\w&.-]*(?: [A-Z][\w&.-]*)*)\W*$"
    r"|^(?:the )?(?P<poss>[A-Z][\w&.-]*(?: [A-Z][\w&.-]*)*)['\u2019]s )"
)
_CALL = re.compile(
    r"(?P<firm>[A-Z][\w&.-]*(?: [A-Z][\w&.-]*)*?)(?: (?:AG|SE|Inc|Corp|Ltd|Plc|plc|NV|SA|Co)\.?)?[,:]? "
    r"(?=.*\b(?:earnings|results|call|quarter)\b)"
)


def whose_call(title: str) -> str | None:
    """The firm whose call a transcript is of, by its title."""
    match = _CALL.match(title)
    return match["firm"] if match else None


def employer(words: str) -> str | None:
    """The body that a person is said to work for: "Greta Holm, purchasing chief at Norda" → Norda."""
    match = _EMPLOYER.search(words)
    return (match["at"] or match["poss"]) if match else None
