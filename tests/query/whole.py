"""Hypothesis strategies for whole queries: their forms, modifiers and datasets."""

from hypothesis import strategies as st

from tests.query.generate import AGGREGATES, ALL, VARIABLES, grouped, patterns, selects, total

TABLES = ("VALUES ?x { :a 1 }", "VALUES (?x ?y) { (:a UNDEF) (UNDEF 1) }", "VALUES ?y { :b }")
DATASETS = (
    "FROM :c0",
    "FROM :c0 FROM :c1",
    "FROM NAMED :c1",
    "FROM :n FROM :c2 FROM NAMED :c0",
    "FROM :nowhere",
)


@st.composite
def queries(draw: st.DrawFn, kinds: tuple[str, ...] = ALL) -> str:
    """A SELECT or an ASK, without LIMIT."""
    part = draw(patterns(kinds))
    if draw(st.integers(0, 5)) == 0:
        return f"ASK {{ {part.text} }}"
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
    return f"{found.text} ORDER BY {total(sorted(found.scope))}" if draw(st.booleans()) else found.text


@st.composite
def with_values(draw: st.DrawFn, text: str) -> str:
    """A query with VALUES at its end."""
    return f"{text} {draw(st.sampled_from(TABLES))}"


@st.composite
def over_datasets(draw: st.DrawFn, text: str) -> str:
    """A query with FROM and FROM NAMED."""
    chosen = draw(st.sampled_from(DATASETS))
    if "{" not in text:
        return f"{text} {chosen}"
    before, _, after = text.partition(" WHERE {" if text.startswith(("CONSTRUCT", "DESCRIBE")) else "{")
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
    return f"CONSTRUCT {{ {' '.join(triples)} }} WHERE {{ {draw(patterns(kinds)).text} }}"


@st.composite
def describes(draw: st.DrawFn, kinds: tuple[str, ...] = ALL) -> str:
    """A DESCRIBE of variables, of constants, of all."""
    named = draw(st.sampled_from(("?x", "?y", "?x ?y", ":a ?y", "*")))
    if draw(st.integers(0, 5)) == 0:
        return "DESCRIBE :a :nowhere"
    part = draw(patterns(kinds))
    return f"DESCRIBE {named if part.scope else '?x'} WHERE {{ {part.text} }}"
