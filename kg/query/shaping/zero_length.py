"""A path of length zero joins a constant to itself, held by a triple or not (section 18.4).

The engine gives no such solution for a constant that the data do not hold, so it is
added, within GRAPH for each graph that there is. Not so within EXISTS, where the engine's
answer stays.
"""

from dataclasses import replace

from kg.query.algebra import (
    Call,
    Extend,
    Filter,
    Graph,
    Iri,
    Item,
    Join,
    LeftJoin,
    Lit,
    Minus,
    Node,
    PathPattern,
    Pattern,
    Query,
    Select,
    Union,
    Var,
)
from kg.query.parse.patterns import UNIT, joined
from kg.query.walks.paths import is_nullable


def with_zero_length(query: Query) -> Query:
    """The query as it must be put to the engine; itself where nothing is to be added."""
    of = _completed(query.body.of)
    return query if of == query.body.of else replace(query, body=replace(query.body, of=of))


def _completed(what: Pattern) -> Pattern:
    match what:
        case PathPattern(subject, path, item) if is_nullable(path):
            return _with_itself(what, subject, item)
        case Join():
            return joined(_completed(what.left), _completed(what.right))
        case LeftJoin() | Union() | Minus():
            return replace(what, left=_completed(what.left), right=_completed(what.right))
        case Graph(name, PathPattern(subject, path, item) as way) if is_nullable(path):
            return _within(name, way, subject, item)
        case Filter() | Extend() | Select() | Graph():
            return replace(what, of=_completed(what.of))
    return what


def _within(name: Var | Iri, what: PathPattern, subject: Node, item: Node) -> Pattern:
    """The same in each graph that there is."""
    there = Graph(name, UNIT)
    if subject == item and not isinstance(subject, Var):
        return there
    match subject, item:
        case (Var() as variable, (Iri() | Lit()) as constant) | (
            (Iri() | Lit()) as constant,
            Var() as variable,
        ):
            names = (variable, name) if isinstance(name, Var) and name != variable else (variable,)
            itself: Pattern = Extend(there, variable, constant)
            if name == variable:
                itself = Filter(Call("SAMETERM", (variable, constant)), there)
            return Select(Union(Graph(name, what), itself), tuple(map(Item, names)), "DISTINCT")
    return Graph(name, what)


def _with_itself(what: PathPattern, subject: Node, item: Node) -> Pattern:
    if subject == item and not isinstance(subject, Var):
        return UNIT
    match subject, item:
        case (Var() as variable, (Iri() | Lit()) as constant) | (
            (Iri() | Lit()) as constant,
            Var() as variable,
        ):
            itself = Extend(UNIT, variable, constant)
            return Select(Union(what, itself), (Item(variable),), "DISTINCT")
    return what
