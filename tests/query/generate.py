"""Hypothesis strategies for small datasets of claims, and queries of the annotated fragment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from kg.dataset.terms import Triple
from tests.query.fake import EX, FakeSnapshot, read

SUBJECTS = (":a", ":b")
PREDICATES = (":p", ":q")
OBJECTS = (*SUBJECTS, "1", '"01"^^xsd:integer', '"x"', '"x"@en', "1.0")
TRIPLES = [f"{s} {p} {o}" for s in SUBJECTS for p in PREDICATES for o in OBJECTS]
BASE = [*TRIPLES, "_:n :p :a", ":a :q _:n", "_:n :q 1"]
VARIABLES = ("?x", "?y", "?z")
BOUND_BY_BIND = ("?m", "?n")


@st.composite
def snapshots(draw: st.DrawFn, most: int = 5) -> FakeSnapshot:
    """Claims of one to three triples, many of them asserted by two; some base data."""
    pool = draw(st.lists(st.sampled_from(TRIPLES), min_size=4, max_size=8, unique=True))
    claims: dict[str, frozenset[Triple]] = {}
    for number in range(draw(st.integers(2, most))):
        triples = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=3))
        claims[f"c{number}"] = read(" . ".join(triples))
    base = draw(st.lists(st.sampled_from(BASE + pool), max_size=3))
    named = draw(st.lists(st.sampled_from(pool), max_size=2))
    indexed = draw(st.booleans())
    return FakeSnapshot(
        claims, read(" . ".join(base)), named={EX + "n": read(" . ".join(named))}, indexed=indexed
    )


@dataclass(frozen=True)
class Part:
    """What stands within the braces of a group, and the variables in scope there."""

    text: str
    scope: frozenset[str]


TERMS = st.sampled_from((*VARIABLES * 4, *SUBJECTS, "[]"))
ENDS = st.sampled_from((*VARIABLES * 5, *OBJECTS, "[]"))
VERBS = st.sampled_from(
    (
        *PREDICATES,
        *PREDICATES,
        "?x",
        "?v",
        ":p/:q",
        "^:p",
        "(:p|:q)",
        "!:p",
        "!(:p|^:q)",
        "^(:p/:q)",
        "(^:q|:p)/:p",
    )
)


@st.composite
def triples(draw: st.DrawFn) -> Part:
    parts = []
    scope: set[str] = set()
    for _ in range(draw(st.integers(1, 2))):
        words = (draw(TERMS), draw(VERBS), draw(ENDS))
        parts.append(" ".join(words) + " .")
        scope.update(word for word in words if word.startswith("?"))
    return Part(" ".join(parts), frozenset(scope))


PATHS = (
    ":p*",
    ":p+",
    ":q?",
    "(:p|:q)+",
    "(:p/:q)*",
    "^:p+",
    "(:p|^:q)*",
    "!:p+",
    "(:p*|:q)+",
    ":p*/:q",
    "(:p?/:q)+",
)
PATH_ENDS = st.sampled_from(VARIABLES * 3 + ("[]", ":a", ":b"))


@st.composite
def ways(draw: st.DrawFn) -> Part:
    """A path with ``?``, ``*`` or ``+``."""
    words = (draw(PATH_ENDS), draw(st.sampled_from(PATHS)), draw(PATH_ENDS))
    return Part(" ".join(words) + " .", frozenset(word for word in words if word.startswith("?")))


@st.composite
def tables(draw: st.DrawFn) -> Part:
    variables = draw(st.lists(st.sampled_from(VARIABLES), min_size=1, max_size=2, unique=True))
    value = st.sampled_from((*SUBJECTS, "1", '"x"', "01", "UNDEF"))
    rows = draw(st.lists(st.tuples(*[value] * len(variables)), max_size=3))
    lines = " ".join(f"({' '.join(row)})" for row in rows)
    return Part(f"VALUES ({' '.join(variables)}) {{ {lines} }}", frozenset(variables))


OPERANDS = st.sampled_from((*VARIABLES, "?m", ":a", "1", "2", '"x"'))
TESTS = st.one_of(
    st.builds("({} {} {})".format, OPERANDS, st.sampled_from(("=", "!=", "<", ">=")), OPERANDS),
    st.builds("BOUND({})".format, st.sampled_from((*VARIABLES, "?m"))),
    st.builds("isIRI({})".format, OPERANDS),
    st.builds("sameTerm({}, {})".format, OPERANDS, OPERANDS),
    st.builds("{} NOT IN ({}, {})".format, OPERANDS, OPERANDS, OPERANDS),
)
CONDITIONS = st.one_of(
    TESTS,
    st.builds("(!{})".format, TESTS),
    st.builds("({} && {})".format, TESTS, TESTS),
    st.builds("({} || {})".format, TESTS, TESTS),
)
VALUES = st.one_of(
    OPERANDS,
    st.builds("({} + {})".format, OPERANDS, st.sampled_from(("1", "?x", "?y"))),
    st.builds("COALESCE({}, {})".format, OPERANDS, OPERANDS),
    st.builds("IF({}, {}, {})".format, TESTS, OPERANDS, OPERANDS),
    st.builds("STR({})".format, OPERANDS),
)


MONOTONE = ("join", "sequence", "union", "filter", "bind", "select")
ALL = (*MONOTONE, "optional", "minus", "exists", "graph", "path", "cut", "group")
"""The operators that are annotated, most combinations of them."""


@st.composite
def _combined(draw: st.DrawFn, inner: st.SearchStrategy[Part], kinds: tuple[str, ...]) -> Part:
    left = draw(inner)
    kind = draw(st.sampled_from([kind for kind in kinds if kind != "path"]))
    if kind in ("optional", "minus"):
        right = draw(inner)
        scope = left.scope | right.scope if kind == "optional" else left.scope
        return Part(f"{{ {left.text} }} {kind.upper()} {{ {right.text} }}", scope)
    if kind == "exists":
        return _exists(draw, left, inner)
    if kind == "graph":
        name = draw(st.sampled_from((":c0", ":record", ":n", "?x", "?g", "?g")))
        return Part(f"GRAPH {name} {{ {left.text} }}", left.scope | {n for n in (name,) if n[0] == "?"})
    if kind in ("join", "union", "sequence"):
        right = draw(inner)
        if (
            kind == "sequence"
            and "BIND" not in left.text + right.text
            and "SELECT" not in left.text + right.text
        ):
            text = f"{left.text} {{ {right.text} }}"
        else:
            text = f"{{ {left.text} }} {'UNION ' if kind == 'union' else ''}{{ {right.text} }}"
        return Part(text, left.scope | right.scope)
    if kind == "filter":
        return Part(f"{{ {left.text} }} FILTER({draw(CONDITIONS)})", left.scope)
    if kind == "bind":
        free = [name for name in (*BOUND_BY_BIND, *VARIABLES) if name not in left.scope]
        if not free:
            return left
        name = draw(st.sampled_from(free))
        return Part(f"{{ {left.text} }} BIND({draw(VALUES)} AS {name})", left.scope | {name})
    if kind == "cut":
        return draw(cuts(left))
    if kind == "group":
        return draw(groups(left))
    return draw(selects(left))


def _exists(draw: st.DrawFn, left: Part, inner: st.SearchStrategy[Part]) -> Part:
    """A filter with EXISTS, by itself or in an expression; or its value bound."""
    asked = f"{draw(st.sampled_from(('', 'NOT ', 'NOT ')))}EXISTS {{ {draw(inner).text} }}"
    kind = draw(st.integers(0, 7))
    if kind == 5:
        more = (f"EXISTS {{ {draw(asked_about())} }}" for _ in range(draw(st.integers(1, 6))))
        sign = draw(st.sampled_from((" || ", " && ", " || !")))
        return Part(f"{left.text} FILTER({asked}{sign}{sign.join(more)})", left.scope)
    if kind == 6:
        return Part(f"{left.text} FILTER {draw(NOT)}EXISTS {{ {draw(asked_about())} }}", left.scope)
    if kind == 0 and "?n" not in left.scope:
        return Part(f"{{ {left.text} }} BIND({asked} AS ?n)", left.scope | {"?n"})
    if kind == 1:
        return Part(f"{{ {left.text} }} FILTER({draw(TESTS)} || {asked})", left.scope)
    if kind == 2:
        other = f"EXISTS {{ {draw(inner).text} }}"
        return Part(f"{{ {left.text} }} FILTER({asked} || !({other} && {draw(TESTS)}))", left.scope)
    if kind == 3:
        return Part(f"{left.text} FILTER({draw(TESTS)} && {asked})", left.scope)
    return Part(f"{left.text} FILTER {asked}", left.scope)


NOT = st.sampled_from(("", "NOT "))
ASKED_ABOUT = (
    "?x :p ?y",
    "?x :p ?w MINUS { ?w :q ?v }",
    "?x :p ?w MINUS { ?x :q ?w }",
    "?v :p ?w MINUS { ?x :q ?t }",
    "?v :p ?w MINUS { ?t :q 1 }",
    "?x :p ?w VALUES ?y { :a 1 UNDEF }",
    "VALUES (?x ?z) { (:a UNDEF) (:b 1) } ?x :q ?w",
    "SELECT ?x { ?x :p ?w . ?w :q ?v }",
    "SELECT ?x ?y { ?x :p ?w . ?y :q ?z } LIMIT 1",
    "SELECT DISTINCT ?w { ?x :p ?w OPTIONAL { ?w :q ?v } }",
    "?y :q ?v { SELECT ?x ?v { ?x :p ?v OPTIONAL { ?v :p ?z } } }",
    "SELECT ?x (COUNT(?w) AS ?n0) { ?x :p ?w } GROUP BY ?x HAVING (COUNT(?w) > 1)",
    "?y ?v ?x { SELECT ?x (SUM(?w) AS ?n0) { ?x :p ?w } GROUP BY ?x } FILTER(?n0 > 1)",
    "{ SELECT (COUNT(*) AS ?n0) { ?x :p ?w } } FILTER(?n0 > 2)",
    "SELECT (COUNT(?x) AS ?n0) { ?x :p ?w } HAVING (COUNT(?w) > 1)",
    "?x :q ?w { SELECT ?v { ?v :p ?y } ORDER BY STR(?v) LIMIT 1 }",
    "SELECT ?v { ?v :p ?t MINUS { ?v :q ?u } }",
    "SELECT ?x { ?x :p ?t MINUS { ?v :q ?t } }",
    "?x :p ?w FILTER NOT EXISTS { ?w :q ?v MINUS { ?x :p ?v } }",
    "?x :p ?w FILTER NOT EXISTS { SELECT ?w { ?w :p ?y } }",
)
"""What stands within EXISTS beside plain patterns: MINUS, tables and queries of its own."""


def asked_about() -> st.SearchStrategy[str]:
    """The same with the variables of the solution that is asked about in any order."""

    def turned(text: str, names: Sequence[str]) -> str:
        for old, new in zip("xyz", names, strict=True):
            text = text.replace(f"?{old}", f"?_{new}")
        return text.replace("?_", "?")

    return st.builds(turned, st.sampled_from(ASKED_ABOUT), st.permutations("xyz"))


@st.composite
def selects(draw: st.DrawFn, part: Part) -> Part:
    """A SELECT around a group: columns, DISTINCT, sometimes an expression."""
    duplicates = draw(st.sampled_from(("", "DISTINCT ", "REDUCED ")))
    columns = draw(st.lists(st.sampled_from(VARIABLES), min_size=1, max_size=2, unique=True))
    free = [name for name in ("?e", *VARIABLES) if name not in part.scope and name not in columns]
    if draw(st.booleans()) and free:
        name = draw(st.sampled_from(free))
        head = f"{' '.join(columns)} ({draw(VALUES)} AS {name})"
        return Part(f"{{ SELECT {duplicates}{head} {{ {part.text} }} }}", frozenset((*columns, name)))
    if draw(st.booleans()):
        return Part(f"{{ SELECT {duplicates}* {{ {part.text} }} }}", part.scope)
    return Part(f"{{ SELECT {duplicates}{' '.join(columns)} {{ {part.text} }} }}", frozenset(columns))


def total(columns: Iterable[str]) -> str:
    """What ORDER BY needs to tell all rows apart; the data have one blank node at most."""
    return " ".join(f"isBlank({c}) STR({c}) DATATYPE({c}) LANG({c})" for c in columns)


@st.composite
def cuts(draw: st.DrawFn, part: Part) -> Part:
    """A sub-SELECT of which some solutions are taken, in an order that tells which."""
    columns = draw(st.lists(st.sampled_from(VARIABLES), min_size=1, max_size=2, unique=True))
    duplicates = draw(st.sampled_from(("", "", "DISTINCT ")))
    first = draw(
        st.sampled_from(
            ("", "", "STR(?z) ", "DESC(STR(?x)) ", "EXISTS { ?x :q ?w } ", "IF(EXISTS {?y :p 1},?x,1) ")
        )
    )
    cut = draw(st.sampled_from(("LIMIT 1", "LIMIT 2", "OFFSET 1", "LIMIT 1 OFFSET 1", "LIMIT 0", "LIMIT 3")))
    head = f"SELECT {duplicates}{' '.join(columns)}"
    text = f"{{ {head} {{ {part.text} }} ORDER BY {first}{total(columns)} {cut} }}"
    return Part(text, frozenset(columns))


AGGREGATES = (
    "COUNT(*)",
    "COUNT(?x)",
    "COUNT(DISTINCT ?y)",
    "COUNT(DISTINCT *)",
    "SUM(?x)",
    "SUM(DISTINCT ?y)",
    "MIN(STR(?y))",
    "MAX(STR(?z))",
    "AVG(?x)",
    "(COUNT(?x) + COUNT(?y))",
)
"""What they give hangs on what they take in alone, not on an order."""
HAVING = (
    "COUNT(*) > 1",
    "SUM(?x) >= 2",
    'MIN(STR(?y)) = "1"',
    "COUNT(DISTINCT ?x) < 2 || COUNT(?y) > 1",
    "MAX(?x) > 0",
    "EXISTS { ?x :p ?w }",
    "NOT EXISTS { ?x :p ?w . ?w :q ?v } && COUNT(*) > 1",
    "SUM(?y) > 1 || EXISTS { ?k :p ?w }",
    "COUNT(DISTINCT *) > 1",
)
SHOWN = ("IF(EXISTS { ?x :q ?w }, COUNT(*), 0)", "(EXISTS { ?y :p ?w } && SUM(?x) > 0)")


@st.composite
def grouped(draw: st.DrawFn, part: Part, aggregates: Sequence[str] = AGGREGATES) -> Part:
    """A SELECT with aggregates, with or without GROUP BY and HAVING."""
    keys = draw(st.lists(st.sampled_from((*VARIABLES, "?m")), max_size=2, unique=True))
    by = [*keys]
    if draw(st.booleans()) and "?k" not in part.scope:
        by.append(f"({draw(st.sampled_from(('STR(?x)', '(?y + 1)', 'BOUND(?z)')))} AS ?k)")
        keys = [*keys, "?k"]
    shown = [key for key in keys if draw(st.integers(0, 3))]
    if draw(st.integers(0, 7)) == 0:
        by.append("STR(?z)")
    total_of = draw(st.sampled_from((*aggregates, *SHOWN) if draw(st.integers(0, 3)) == 0 else aggregates))
    text = f"{' '.join(shown)} ({total_of} AS ?total) {{ {part.text} }}"
    text += f" GROUP BY {' '.join(by)}" if by else ""
    if draw(st.integers(0, 2)) == 0:
        text += f" HAVING ({draw(st.sampled_from(HAVING))})"
    return Part(f"SELECT {text}", frozenset((*shown, "?total")))


AFTER = st.sampled_from(("", "", "", " VALUES ?x { :a 1 }", " VALUES (?x ?y) { (:a UNDEF) (UNDEF 1) }"))


@st.composite
def groups(draw: st.DrawFn, part: Part) -> Part:
    """A sub-SELECT with aggregates, sometimes cut, and what hangs on them."""
    if "?total" in part.scope:
        return part
    inner = draw(grouped(part))
    text = inner.text
    if draw(st.integers(0, 3)) == 0:
        text = f"{text} ORDER BY {total(sorted(inner.scope))} LIMIT {draw(st.integers(0, 2))}"
    text = f"{{ {text}{draw(AFTER)} }}"
    after = draw(
        st.sampled_from(("", "", " FILTER(?total > 1)", " ?z :p ?total .", " BIND((?total * 2) AS ?n)"))
    )
    if "BIND" in after and "?n" in inner.scope:
        after = ""
    return Part(
        text + after, inner.scope | {word for word in after.replace(")", "").split() if word in "?z ?n"}
    )


def patterns(kinds: tuple[str, ...]) -> st.SearchStrategy[Part]:
    """Groups nested three deep."""
    flat = st.one_of(triples(), triples(), tables(), *([ways(), ways()] if "path" in kinds else ()))
    once = st.one_of(flat, _combined(flat, kinds))
    twice = st.one_of(once, _combined(once, kinds))
    return st.one_of(twice, _combined(twice, kinds))
