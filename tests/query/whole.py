"""Hypothesis strategies for whole queries: their forms, modifiers and datasets."""

from hypothesis import strategies as st

from tests.query.generate import AGGREGATES, ALL, VARIABLES, grouped, patterns, selects, total

SELDOM = st.integers(0, 4).map(lambda number: number == 4)
TABLES = ("VALUES ?x { :a 1 }", "VALUES (?x ?y) { (:a UNDEF) (UNDEF 1) }", "VALUES ?y { :b }")
DATASETS = (
    "FROM :c0",
    "FROM :c0 FROM :c1",
    "FROM NAMED :c1",
    "FROM :n FROM :c2 FROM NAMED :c0",
    "FROM :nowhere",
)


BY = st.sampled_from(
    (
        " GROUP BY ?x",
        " GROUP BY ?x ?y HAVING (COUNT(*) > 1)",
        " GROUP BY ?y (STR(?x) AS ?x0) HAVING (EXISTS { ?y :p ?w } || SUM(?x) > 1)",
        " GROUP BY (STR(?z) AS ?x0) HAVING (COUNT(DISTINCT ?y) > 0) VALUES ?x { :a }",
        " HAVING (COUNT(*) > 2)",
        " GROUP BY ?x ORDER BY COUNT(*) ?x",
    )
)
"""Groups that no SELECT shows."""
ENDINGS = st.one_of(
    st.just(""), st.sampled_from((" OFFSET 1", " LIMIT 2 OFFSET 2", " LIMIT 0", " OFFSET 4")), BY
)


@st.composite
def queries(draw: st.DrawFn, kinds: tuple[str, ...] = ALL) -> str:
    """A SELECT or an ASK, without LIMIT."""
    part = draw(patterns(kinds))
    if draw(st.integers(0, 5)) == 0:
        return f"ASK {{ {part.text} }}{draw(ENDINGS) if kinds == ALL else ''}"
    if draw(st.integers(0, 7)) == 0:
        return draw(whole_groups(kinds))
    chosen = draw(selects(part))
    text = chosen.text[2:-2]
    first = draw(st.sampled_from(("", "", "STR(?z) ", "DESC(STR(?y)) ")))
    return (
        f"{text} ORDER BY {first}{total(sorted(chosen.scope))}"
        if draw(st.booleans()) and chosen.scope
        else text
    )


@st.composite
def whole_groups(draw: st.DrawFn, kinds: tuple[str, ...] = ALL) -> str:
    """A SELECT with aggregates."""
    part = draw(patterns(kinds).filter(lambda part: "?total" not in part.scope))
    found = draw(grouped(part, (*AGGREGATES, "SAMPLE(?z)", "GROUP_CONCAT(?y)", "MIN(DISTINCT ?y)")))
    text = found.text.replace("SELECT", "SELECT DISTINCT", 1) if kinds == ALL and draw(SELDOM) else found.text
    return f"{text} ORDER BY {total(sorted(found.scope))}" if draw(st.booleans()) else text


@st.composite
def with_values(draw: st.DrawFn, text: str) -> str:
    """A query with VALUES at its end."""
    if "VALUES" in text.rpartition("}")[0].rpartition("}")[2]:
        return text
    return f"{text} {draw(st.sampled_from(TABLES))}"


@st.composite
def over_datasets(draw: st.DrawFn, text: str) -> str:
    """A query with FROM and FROM NAMED."""
    chosen = draw(st.sampled_from(DATASETS))
    if "{" not in text:
        return f"{text} {chosen}"
    start = " WHERE {" if text.startswith(("CONSTRUCT", "DESCRIBE")) else "{"
    if text.partition("{")[0].endswith("EXISTS "):
        start = "AS ?total) {"
    before, _, after = text.partition(start)
    before += start.rstrip("{") if start.startswith("AS") else ""
    return f"{before} {chosen} WHERE {{{after}"


ENDS = st.sampled_from((*VARIABLES, *VARIABLES, ":a", "_:b", "1"))


@st.composite
def constructs(draw: st.DrawFn, kinds: tuple[str, ...] = ALL) -> str:
    """A CONSTRUCT, with blank nodes in the template, too."""
    subjects = st.sampled_from((*VARIABLES, *VARIABLES, ":a", "_:b"))
    triples = [
        f"{draw(subjects)} {draw(st.sampled_from((':r', ':r', '?x')))} {draw(ENDS)} ."
        for _ in range(draw(st.integers(1, 2)))
    ]
    by = draw(BY) if kinds == ALL and draw(st.integers(0, 3)) == 0 else ""
    return f"CONSTRUCT {{ {' '.join(triples)} }} WHERE {{ {draw(patterns(kinds)).text} }}{by}"


@st.composite
def describes(draw: st.DrawFn, kinds: tuple[str, ...] = ALL) -> str:
    """A DESCRIBE of variables, of constants, of all."""
    named = draw(st.sampled_from(("?x", "?y", "?x ?y", ":a ?y", "*")))
    if draw(st.integers(0, 5)) == 0:
        return "DESCRIBE :a :nowhere"
    part = draw(patterns(kinds))
    by = draw(BY) if draw(st.integers(0, 3)) == 0 else ""
    return f"DESCRIBE {named if part.scope else '?x'} WHERE {{ {part.text} }}{by}"
