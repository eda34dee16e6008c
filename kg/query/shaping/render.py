"""Algebra to SPARQL text, for the engine. Evaluating the text gives the same solutions.

A group in braces is written wherever a part would otherwise change its meaning: a
filter applies to the whole group it stands in, and only there.

No text written here calls another endpoint: SERVICE raises ``QueryRefused``, and no
term can end before its end. Names of variables, blank nodes and languages are written as
the grammar read them; IRIs and strings have everything escaped that could close them.
"""

import re
from operator import attrgetter

from kg.errors import QueryRefused
from kg.query.algebra import (
    Aggregate,
    Alternative,
    Bgp,
    Blank,
    Call,
    Exists,
    Expression,
    Extend,
    Filter,
    Function,
    Given,
    Graph,
    Inverse,
    Iri,
    Item,
    Join,
    Lateral,
    LeftJoin,
    Lit,
    Membership,
    Minus,
    Negated,
    Node,
    Operation,
    Path,
    PathPattern,
    Pattern,
    Query,
    Repeat,
    Select,
    Sequence,
    Service,
    Step,
    Table,
    TriplePattern,
    Union,
    Var,
)
from kg.query.scope import projected, visible

_ESCAPES = {i: f"\\u{i:04X}" for i in range(0x20)} | {
    0x09: "\\t",
    0x0A: "\\n",
    0x0D: "\\r",
    0x22: '\\"',
    0x5C: "\\\\",
}
_IN_IRI = {i: f"\\u{i:04X}" for i in (*range(0x21), *map(ord, '<>"{}|^`\\'))}
_ODD, _ODD_IN_IRI = (re.compile(f"[{re.escape(''.join(map(chr, odd)))}]") for odd in (_ESCAPES, _IN_IRI))

NOTHING = "_nothing"
"""The column of a rendered ``SELECT *`` that has none of its own: a SELECT must name a variable."""


def render(query: Query) -> str:
    """A whole query."""
    body = query.body
    sources = "".join(f"FROM {node(iri)} " for iri in query.default_graphs)
    sources += "".join(f"FROM NAMED {node(iri)} " for iri in query.named_graphs)
    match query.form:
        case "ask":
            head = "ASK"
        case "construct":
            head = f"CONSTRUCT {{ {_triples(query.template)} }}"
        case "describe":
            head = f"DESCRIBE {_described(query)}"
        case _:
            head = _head(body)
    return f"{prologue(query.base)}{head} {sources}WHERE {group(body.of)}{_modifiers(body)}"


def _described(query: Query) -> str:
    """What is described: of ``*`` the variables that the query shows."""
    named = query.described
    if named is None:
        here = visible(query.body.of)
        if not any(variable.hidden for variable in here):
            return "*"
        named = tuple(variable for variable in here if not variable.hidden) or (Var(NOTHING),)
    return " ".join(map(node, named))


def prologue(base: str | None) -> str:
    """The BASE declaration, if there is a base."""
    return "" if base is None else f"BASE {node(Iri(base))} "


def string(text: str) -> str:
    """A quoted string."""
    return f'"{text.translate(_ESCAPES) if _ODD.search(text) else text}"'


def node(term: Node) -> str:
    """A term or variable."""
    match term:
        case Var(name):
            return f"?{name}"
        case Iri(value):
            return f"<{value.translate(_IN_IRI) if _ODD_IN_IRI.search(value) else value}>"
        case Blank(label):
            return f"_:{label}"
        case Lit(lexical, datatype, language):
            if language is not None:
                return f"{string(lexical)}@{language}"
            return string(lexical) if datatype is None else f"{string(lexical)}^^{node(Iri(datatype))}"


def path(what: Path) -> str:
    """A property path, every part of it in parentheses."""
    match what:
        case Step(iri):
            return node(iri)
        case Inverse(inner):
            return f"^({path(inner)})"
        case Sequence(left, right):
            return f"({path(left)}/{path(right)})"
        case Alternative(left, right):
            return f"({path(left)}|{path(right)})"
        case Repeat(inner, sign):
            return f"({path(inner)}){sign}"
        case Negated(forward, inverse):
            return f"!({'|'.join([*map(node, forward), *(f'^{node(iri)}' for iri in inverse)])})"


def expression(what: Expression) -> str:
    """An expression, in parentheses where it is an operation."""
    match what:
        case Var() | Iri() | Lit():
            return node(what)
        case Operation(operator, (only,)):
            return f"({operator} {expression(only)})"
        case Operation(operator, of):
            return f"({f' {operator} '.join(map(expression, of))})"
        case Membership(item, among, negated):
            return f"({expression(item)} {'NOT ' if negated else ''}IN ({_list(among)}))"
        case Call(name, of):
            return f"{name}({_list(of)})"
        case Function(iri, of, distinct):
            return f"{node(iri)}({'DISTINCT ' if distinct else ''}{_list(of)})"
        case Exists(pattern, negated):
            return f"({'NOT ' if negated else ''}EXISTS {group(pattern)})"
        case Aggregate(name, counted, distinct, separator):
            inner = "*" if counted is None else expression(counted)
            ending = "" if separator is None else f" ; SEPARATOR = {string(separator)}"
            return f"{name}({'DISTINCT ' if distinct else ''}{inner}{ending})"


def _list(expressions: tuple[Expression, ...]) -> str:
    return ", ".join(map(expression, expressions))


def group(pattern: Pattern) -> str:
    """A pattern as a group of its own."""
    return f"{{ {_body(pattern)} }}"


def _body(pattern: Pattern) -> str:
    """What stands between the braces of a group; a filter at its top is the group's."""
    match pattern:
        case Filter(condition, of):
            inner = _body(of) if isinstance(of, Filter) else _parts(of)
            return f"{inner} FILTER({expression(condition)})"
        case Select():
            return f"{_head(pattern)} WHERE {group(pattern.of)}{_modifiers(pattern)}"
    return _parts(pattern)


def _parts(pattern: Pattern) -> str:  # noqa: PLR0911 - one for each kind of pattern
    """A pattern as parts of a group, to which more may be added."""
    match pattern:
        case Bgp(triples):
            return _triples(triples)
        case PathPattern(subject, along, item):
            return f"{node(subject)} {path(along)} {node(item)} ."
        case Join(left, right):
            return f"{_parts(left)} {_added(right)}"
        case LeftJoin(left, right, condition):
            if condition is None and not isinstance(right, Filter):
                return f"{_parts(left)} OPTIONAL {group(right)}"
            inner = group(right) if isinstance(right, Filter | Select) else _parts(right)
            test = "" if condition is None else f" FILTER({expression(condition)})"
            return f"{_parts(left)} OPTIONAL {{ {inner}{test} }}"
        case Lateral(left, right):
            return f"{_parts(left)} LATERAL {group(right)}"
        case Union(left, right):
            first = _parts(left) if isinstance(left, Union) else group(left)
            return f"{first} UNION {group(right)}"
        case Minus(left, right):
            return f"{_parts(left)} MINUS {group(right)}"
        case Extend(of, variable, value):
            return f"{_parts(of)} BIND({expression(value)} AS {node(variable)})"
        case Table():
            return f"VALUES {_table(pattern)}"
        case Graph(name, of):
            return f"GRAPH {node(name)} {group(of)}"
        case Service() | Given():
            raise QueryRefused("SERVICE is refused: no outside endpoint is allowed here")
        case Filter() | Select():
            return group(pattern)


def _added(pattern: Pattern) -> str:
    """A pattern that is joined to what stands before it."""
    match pattern:
        case Bgp() | PathPattern() | Table() | Graph() | Service() | Union():
            return _parts(pattern)
    return group(pattern)


def _triples(triples: tuple[TriplePattern, ...]) -> str:
    return " ".join(f"{node(t.subject)} {node(t.predicate)} {node(t.object)} ." for t in triples)


def _table(table: Table) -> str:
    rows = " ".join(f"({' '.join('UNDEF' if v is None else node(v) for v in row)})" for row in table.rows)
    return f"({' '.join(map(node, table.variables))}) {{ {rows} }}"


def _head(select: Select) -> str:
    duplicates = "" if select.duplicates == "ALL" else f"{select.duplicates} "
    if select.items is None:
        if not any(variable.hidden for variable in visible(select.of)):
            return f"SELECT {duplicates}*"
        names = sorted(projected(select), key=attrgetter("name")) or [Var(NOTHING)]  # as the engine does
        return f"SELECT {duplicates}{' '.join(map(node, names))}"
    return f"SELECT {duplicates}{' '.join(map(_item, select.items))}"


def _item(item: Item) -> str:
    if item.expression is None:
        return node(item.variable) if item.variable else ""
    if item.variable is None:
        return f"({expression(item.expression)})"
    return f"({expression(item.expression)} AS {node(item.variable)})"


def _modifiers(select: Select) -> str:
    parts = []
    if select.group is not None:
        parts.append(f"GROUP BY {' '.join(map(_item, select.group))}")
    if select.having:
        parts.append(f"HAVING {' '.join(f'({expression(e)})' for e in select.having)}")
    if select.order:
        keys = (f"{'DESC' if o.descending else 'ASC'}({expression(o.expression)})" for o in select.order)
        parts.append(f"ORDER BY {' '.join(keys)}")
    if select.limit is not None:
        parts.append(f"LIMIT {select.limit}")
    if select.offset:
        parts.append(f"OFFSET {select.offset}")
    if select.values is not None:
        parts.append(f"VALUES {_table(select.values)}")
    return "".join(f" {part}" for part in parts)
