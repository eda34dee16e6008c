"""Records from YAML, read safely: text, lists and objects, nothing that runs or explodes.

Plain words stay words (``NO`` is a language, ``2025-04`` a month), ``null`` and ``~`` are nothing. If
a file is no YAML as a whole, its items are read one by one, each from its dash to the next.
"""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, ClassVar

import yaml

from kg.ingest.reading import Reading, broken, checked, decoded, unfit_source

FILE_LIMIT = 64 << 20
"""A YAML file cannot be read as a stream; of a longer one (in bytes) nothing is read."""

NODE_LIMIT = 20_000
"""A record may have so many values, each alias counted with all that it stands for."""

_DEPTH_LIMIT = 60
_STR = "tag:yaml.org,2002:str"
_NULL = "tag:yaml.org,2002:null"
_SCALARS = {_STR, *(f"tag:yaml.org,2002:{name}" for name in ("int", "float", "bool", "timestamp"))}
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_ITEM = re.compile(r"^( *)-(?=[ \n\r]|$)", re.M)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Composes nodes; of plain words only those for nothing mean something else than themselves."""

    yaml_implicit_resolvers: ClassVar = {
        first: [(_NULL, re.compile(r"^(?:~|null|Null|NULL|)$"))] for first in ("~", "n", "N", "")
    }


class _Refused(ValueError):
    """A value that is YAML, but none that a record may hold."""


def read_yaml(stream: BinaryIO) -> Iterator[Reading]:
    """The records of a ``.yaml`` file: a list, ``claims:`` with a list, or one object; in each document."""
    data = stream.read(FILE_LIMIT + 1)
    if len(data) > FILE_LIMIT:
        start = decoded(data[:1000])
        yield broken(1, start, f"longer than {FILE_LIMIT >> 20} MiB: use .jsonl, which is read line by line")
        return
    text = decoded(data)
    lines = _LINE_END.split(text)
    try:
        documents = _composed(text)
    except (yaml.YAMLError, _Refused, UnicodeError, RecursionError) as error:
        yield from _piecewise(text, error)
        return
    for document in documents:
        for node in _item_nodes(document):
            yield _record(node, _source(lines, node), node.start_mark.line + 1)


def _composed(text: str) -> list[yaml.Node]:
    """The documents as nodes. Raises what PyYAML raises, and ``_Refused`` for heaps of brackets."""
    text.encode("utf-8")
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):  # first, as libyaml's composer overruns the stack
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEPTH_LIMIT:
            raise _Refused("nested too deeply")
    return list(yaml.compose_all(text, Loader=_Loader))


def _item_nodes(document: yaml.Node) -> list[yaml.Node]:
    if isinstance(document, yaml.MappingNode) and len(document.value) == 1:
        [(name, value)] = document.value
        if name.value == "claims" and isinstance(value, yaml.SequenceNode):
            return list(value.value)
    if isinstance(document, yaml.SequenceNode):
        return list(document.value)
    return [] if document.tag == _NULL else [document]


def _source(lines: list[str], node: yaml.Node) -> str:
    """The lines that the node stands in."""
    start, end = node.start_mark, node.end_mark
    last = end.line if end.column == 0 and end.line > start.line else end.line + 1
    return "\n".join(lines[start.line : last]).rstrip()


def _record(node: yaml.Node, raw: str, line: int) -> Reading:
    if (unfit := unfit_source(line, raw)) is not None:
        return unfit
    try:
        value = _Values().of(node, 0)
    except _Refused as error:
        return broken(line, raw, str(error))
    return checked(line, raw, value)


class _Values:
    """Turns nodes into values, and counts how many come out of it."""

    def __init__(self) -> None:
        self._left = NODE_LIMIT

    def of(self, node: yaml.Node, depth: int) -> Any:
        """The value of a node. Raises ``_Refused``."""
        self._left -= 1
        if self._left < 0:
            raise _Refused(f"more than {NODE_LIMIT} values, aliases (*name) counted with what they stand for")
        if depth > _DEPTH_LIMIT:
            raise _Refused("nested too deeply")
        match node:
            case yaml.ScalarNode(tag=tag) if tag == _NULL:
                return None
            case yaml.ScalarNode(tag=tag) if tag in _SCALARS:
                return node.value
            case yaml.SequenceNode(tag="tag:yaml.org,2002:seq"):
                return [self.of(item, depth + 1) for item in node.value]
            case yaml.MappingNode(tag="tag:yaml.org,2002:map"):
                return self._members(node, depth)
        raise _Refused(f"the tag {node.tag} in line {node.start_mark.line + 1} is not read: leave it out")

    def _members(self, node: yaml.MappingNode, depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for key, value in node.value:
            where = f"line {key.start_mark.line + 1}"
            if not isinstance(key, yaml.ScalarNode):
                raise _Refused(f"a member's name is a plain word, in {where} it is a list or an object")
            if key.value in members:
                raise _Refused(f"the member {key.value!r} is given twice in one object, in {where}: keep one")
            members[key.value] = self.of(value, depth + 1)
        return members


def _piecewise(text: str, error: Exception) -> Iterator[Reading]:
    """The items of a file that is no YAML as a whole, each by itself."""
    starts = list(_ITEM.finditer(text))
    if not starts:
        yield _unread(text, 1, error)
        return
    indent = starts[0].group(1)
    cuts = [match.start() for match in starts if match.group(1) == indent]
    before = text[: cuts[0]]
    heads = [
        line
        for line in before.splitlines()
        if line.strip() and not line.lstrip().startswith(("#", "---", "%"))
    ]
    if any(head.strip() != "claims:" for head in heads):
        yield _unread(text, 1, error)
        return
    for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True):
        piece = text[start:end]
        line = text.count("\n", 0, start) + 1
        try:
            [document] = _composed(piece)
            [node] = _item_nodes(document)
        except (yaml.YAMLError, _Refused, UnicodeError, RecursionError, ValueError) as own:
            yield unfit_source(line, piece) or _unread(piece, line, own)
        else:
            yield _record(node, piece.rstrip(), line)


def _unread(piece: str, line: int, error: Exception) -> Reading:
    reason = str(error)
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        reason = f"{error.problem}, in line {line + mark.line}, column {mark.column + 1}"
    return unfit_source(line, piece) or broken(line, piece, f"not YAML: {reason}")
