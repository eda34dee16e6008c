"""Reading a request by the SPARQL 1.1 Protocol, and Lodestone's parameters beside it."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import unquote

from kg.dataset.terms import is_node
from kg.query.trust.policy import PARAMETERS, TrustPolicy
from server.errors import BadRequest, UnsupportedType
from server.formats import GRAPHS, HTML, RESULTS, by_name
from server.processes.jobs import Policy, Provenance
from server.spelling import check_names

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
MAX_FIELDS = 500
MEBIBYTE = 1024 * 1024
_ENCODED = re.compile(rb"(?:^|&)query=([A-Za-z0-9_.~%+*-]+)(?=&|$)")

_FREQUENT = tuple((f"%{ord(character):02X}", character) for character in "<>{}?:/ \n;#,()=&")

Parameters = Mapping[str, tuple[str, ...]]


class Incoming(Protocol):
    """What is read of a request."""

    @property
    def method(self) -> str:
        """The method, in capitals."""
        ...

    @property
    def query_string(self) -> bytes:
        """What follows the question mark."""
        ...

    @property
    def mimetype(self) -> str:
        """The media type of the body, in small letters and without parameters."""
        ...

    @property
    def mimetype_params(self) -> Mapping[str, str]:
        """The parameters of the media type."""
        ...

    def get_data(self) -> bytes:
        """The body."""
        ...


@dataclass(frozen=True)
class QueryRequest:
    """A query with its dataset and Lodestone's parameters, ``None`` where not given.

    ``timeout`` is in seconds, ``memory`` and ``result`` in bytes (requests give MiB).
    ``encoded`` is the query as it stands in the address that it came in, if it may stand in another.
    """

    query: str
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    provenance: Provenance | None = None
    timeout: float | None = None
    memory: int | None = None
    result: int | None = None
    version: str | None = None
    format: str | None = None
    policy: Policy = ()
    plan: bool = False
    encoded: str | None = None


@dataclass(frozen=True)
class DifferenceRequest:
    """What is to be compared: the query as asked for after the change, and the side before it."""

    after: QueryRequest
    before: Policy = ()
    before_version: str | None = None


@dataclass(frozen=True)
class UpdateRequest:
    """An update with the dataset that its patterns are evaluated on, ``None`` if none was given."""

    update: str
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None


def read_request(request: Incoming) -> QueryRequest | UpdateRequest | None:
    """The query or update that a request brings, ``None`` if neither (then it asks for the description).

    Raises ``BadRequest``, ``UnsupportedType`` and ``InvalidPolicy``.
    """
    in_url = decode(request.query_string)
    if request.method in ("GET", "HEAD"):
        if "update" in in_url:
            raise BadRequest("an update is sent by POST, not in the address", parameter="update")
        if "query" in in_url:
            encoded = _ENCODED.search(request.query_string)
            return replace(read_parameters(in_url), encoded=encoded[1].decode() if encoded else None)
        _nothing(in_url)
        return None
    match request.mimetype:
        case "application/x-www-form-urlencoded":
            _utf8_only(request)
            in_body = decode(request.get_data())
            if "update" in in_url and "update" not in in_body:
                raise BadRequest("an update is sent in the body, not in the address", parameter="update")
            merged = _merged(in_url, in_body)
            return read_update(merged) if "update" in merged else read_parameters(merged)
        case "application/sparql-query":
            _utf8_only(request)
            if "query" in in_url:
                raise BadRequest("the query is in the body and in the address", parameter="query")
            return read_parameters(dict(in_url) | {"query": (_text(request.get_data()),)})
        case "application/sparql-update":
            _utf8_only(request)
            if "update" in in_url or "query" in in_url:
                raise BadRequest(
                    "the update is in the body, and there is one in the address", parameter="update"
                )
            return read_update(dict(in_url) | {"update": (_text(request.get_data()),)})
        case "":
            raise BadRequest(f"a POST needs a Content-Type: {FORM} or {QUERY}", parameter="Content-Type")
        case other:
            raise UnsupportedType(f"{other} is not read here: send {FORM}, {QUERY} or {UPDATE}")


def _nothing(parameters: Parameters) -> None:
    """Without a query nothing else of the protocol makes sense; what is described is the newest version."""
    for name in ("default-graph-uri", "named-graph-uri", "version"):
        if name in parameters:
            raise BadRequest(f"{name} without a query", parameter="query")


def decode(data: bytes) -> dict[str, tuple[str, ...]]:
    """Form-encoded parameters, in UTF-8. Raises ``BadRequest``."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    if data.count(b"&") >= MAX_FIELDS:
        raise BadRequest(f"more than {MAX_FIELDS} parameters")
    try:
        for pair in data.decode("ascii").split("&"):
            if pair:
                name, _, value = pair.partition("=")
                found[_unescaped(name)].append(_unescaped(value))
    except UnicodeError:
        raise BadRequest("the parameters are not form-encoded UTF-8") from None
    return {name: tuple(values) for name, values in found.items()}


def _unescaped(text: str) -> str:
    """Form-encoded text as it was. What is frequent in SPARQL goes first and in bulk.

    As it is no hexadecimal digit, no other escape comes of it. Raises ``UnicodeError``.
    """
    text = text.replace("+", " ")
    if "%" not in text:
        return text
    for escape, character in _FREQUENT:
        text = text.replace(escape, character)
    return unquote(text, errors="strict") if "%" in text else text


def _merged(first: Parameters, second: Parameters) -> dict[str, tuple[str, ...]]:
    return {name: first.get(name, ()) + second.get(name, ()) for name in (*first, *second)}


def _utf8_only(request: Incoming) -> None:
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8"):
        raise UnsupportedType(f"queries are read in UTF-8, not in {charset}")


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequest("the body is not UTF-8") from None


def single(parameters: Parameters, name: str) -> str | None:
    """The value of a parameter that may come once. Raises ``BadRequest``."""
    values = parameters.get(name, ())
    if len(values) > 1:
        raise BadRequest(f"{name} is given {len(values)} times, once is enough", parameter=name)
    return values[0] if values else None


def read_parameters(parameters: Parameters, *, comparing: bool = False) -> QueryRequest:
    """The parameters of a query. Raises ``BadRequest`` and ``InvalidPolicy`` for nonsense."""
    check_names(parameters, comparing=comparing)
    query = single(parameters, "query")
    if query is None:
        raise BadRequest("there is no query", parameter="query")
    return QueryRequest(
        query=query,
        default_graphs=_graphs(parameters, "default-graph-uri"),
        named_graphs=_graphs(parameters, "named-graph-uri"),
        provenance=_provenance(single(parameters, "provenance")),
        timeout=_positive(parameters, "timeout", "seconds"),
        memory=_mebibytes(parameters, "memory"),
        result=_mebibytes(parameters, "result"),
        version=single(parameters, "version") or None,
        format=_format(parameters),
        policy=_policy(parameters),
        plan=_plan(single(parameters, "explain")),
    )


def read_difference(request: Incoming) -> DifferenceRequest:
    """What a request asks to be compared. Raises ``BadRequest``, ``UnsupportedType`` and ``InvalidPolicy``.

    ``from`` and ``to`` are versions. The trust policy is that of the side after the change;
    parameters that begin with ``before-`` are that of the side before it.
    """
    parameters = decode(request.query_string)
    if request.method == "POST":
        if request.mimetype != FORM:
            raise UnsupportedType(f"send {FORM}")
        _utf8_only(request)
        parameters = _merged(parameters, decode(request.get_data()))
    if "version" in parameters:
        raise BadRequest("two versions are compared: from and to, not version", parameter="version")
    after = read_parameters(parameters, comparing=True)
    before = {name: parameters.get(f"before-{name}", ()) for name in PARAMETERS}
    return DifferenceRequest(
        replace(after, version=single(parameters, "to") or None),
        _policy(before),
        single(parameters, "from") or None,
    )


def _policy(parameters: Parameters) -> Policy:
    given = {name: parameters[name] for name in PARAMETERS if name in parameters}
    if not given:
        return ()
    return tuple(TrustPolicy.read(given).written())


def _format(parameters: Parameters) -> str | None:
    """The format that is named, perhaps in several ways, as clients do that serve all servers alike."""
    named = tuple(dict.fromkeys(filter(None, parameters.get("format", ()))))
    if len(named) < 2:
        return named[0] if named else None
    known = {found.name: name for name in named if (found := by_name((*RESULTS, *GRAPHS, HTML), name))}
    if len(known) != 1:
        raise BadRequest(f"format is one, not {' and '.join(named)}", parameter="format")
    return next(iter(known.values()))


def _plan(value: str | None) -> bool:
    if value not in (None, "", "plan"):
        raise BadRequest(f"explain is plan, not {value!r}", parameter="explain")
    return value == "plan"


def read_update(parameters: Parameters) -> UpdateRequest:
    """The parameters of an update. Raises ``BadRequest`` for nonsense."""
    check_names(parameters)
    if "query" in parameters:
        raise BadRequest("a request brings a query or an update, not both", parameter="update")
    for name in ("default-graph-uri", "named-graph-uri"):
        if name in parameters:
            raise BadRequest(
                f"{name} is for queries: an update takes using-{name.removeprefix('default-')}",
                parameter=name,
            )
    update = single(parameters, "update")
    if update is None:
        raise BadRequest("there is no update", parameter="update")
    return UpdateRequest(
        update=update,
        default_graphs=_graphs(parameters, "using-graph-uri"),
        named_graphs=_graphs(parameters, "using-named-graph-uri"),
    )


def _graphs(parameters: Parameters, name: str) -> tuple[str, ...] | None:
    graphs = parameters.get(name)
    for graph in graphs or ():
        if not is_node(graph):
            raise BadRequest(f"{graph!r} is not an absolute IRI", parameter=name)
    return graphs


def _provenance(value: str | None) -> Provenance | None:
    if value is None or not value:
        return None
    try:
        return Provenance(value)
    except ValueError:
        known = ", ".join(Provenance)
        raise BadRequest(f"provenance is one of {known}, not {value!r}", parameter="provenance") from None


def _positive(parameters: Parameters, name: str, unit: str) -> float | None:
    value = single(parameters, name)
    if not value:
        return None
    try:
        found = float(value)
    except ValueError:
        found = -1.0
    if not 0 < found < float("inf"):
        raise BadRequest(f"{name} is a number of {unit} above 0, not {value!r}", parameter=name)
    return found


def _mebibytes(parameters: Parameters, name: str) -> int | None:
    found = _positive(parameters, name, "MiB")
    return None if found is None else max(1, int(min(found, 1e9) * MEBIBYTE))
