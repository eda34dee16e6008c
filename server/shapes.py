"""Queries as they are compared: in one spelling (for the cache), and by their shape (for what to expect)."""

import re
import threading
from collections import OrderedDict

from server.processes.lanes import Temper

_TOKEN = re.compile(
    r'("""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\''
    r'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|<[^<>"{}|^`\\\x00-\x20]*>|\\.)|(?:#[^\n\r]*|[ \t\r\n])+',
    re.DOTALL,
)
_SPACE = re.compile(r"[ \t\r\n]+")
"""White space in SPARQL (section 19.8, WS): other spaces may stand in IRIs and names."""
_IRI = re.compile(r"<([^<>\"{}|^`\\\x00-\x20]*)>")
_PLAIN_IRI = re.compile(r"[^'#]*|[A-Za-z][A-Za-z0-9+.-]*://[^']*")
_CONSTANT = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|<[^<>"{}|^`\\\s]*>|\b\d[\w.]*')
_HIDING = re.compile(r"[\"'#\\]")
_VOLATILE_WORDS = ("rand", "now", "uuid", "bnode", "service", "\\u")
_VOLATILE = re.compile(r"(?<![?$:\w])(?:RAND|NOW|UUID|STRUUID|BNODE|SERVICE)|\\u", re.I)
_LONGEST = 8192
_LONGEST_READ = 16384
"""Characters: a longer query is not read for what it has in common with others, before it has a worker."""


def in_one_spelling(query: str) -> str:
    """The query without comments, and with one space wherever there is any.

    As it stands where ``<`` may be "less than" before a string or a comment, as in ``?x<'a>'``, and
    where it is so long that this would take the time of many others.
    """
    if len(query) > _LONGEST_READ:
        return query
    if not _HIDING.search(query):
        return _SPACE.sub(" ", query).strip(" ")
    if not all(_PLAIN_IRI.fullmatch(found[1]) for found in _IRI.finditer(query)):
        return query
    return _TOKEN.sub(lambda found: found[1] or " ", query).strip(" ")


def is_volatile(query: str) -> bool:
    """Whether the answer may be another one each time that it is asked for: rather yes than no."""
    if len(query) > _LONGEST_READ:
        words = query.casefold()
        return any(word in words for word in _VOLATILE_WORDS)
    return _VOLATILE.search(query) is not None


def shape(query: str) -> str:
    """What queries have in common that differ in constants alone."""
    return query if len(query) > _LONGEST else _CONSTANT.sub("0", query)


class Memory:
    """How long queries took, by their shape. Holds so many, and forgets the ones used least."""

    def __init__(self, most: int = 4096) -> None:
        self._most = most
        self._known: OrderedDict[int, Temper] = OrderedDict()
        self._lock = threading.Lock()

    def recall(self, key: int) -> Temper:
        """What is known of a shape."""
        with self._lock:
            return self._known.get(key, Temper.UNKNOWN)

    def note(self, key: int, temper: Temper) -> None:
        """Remember it."""
        with self._lock:
            self._known[key] = temper
            self._known.move_to_end(key)
            if len(self._known) > self._most:
                self._known.popitem(last=False)
