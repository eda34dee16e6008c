"""Expressions in a derivation query: variables renamed, EXISTS replaced by tags."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import reduce

from kg.query.algebra import (
    Aggregate,
    Call,
    Exists,
    Expression,
    Function,
    Lit,
    Membership,
    Operation,
    Var,
)
from kg.query.deriving.derivation import NotAnnotated
from kg.query.scope import subexpressions
from ontology.vocab import XSD

VOLATILE = frozenset(("RAND", "NOW", "UUID", "STRUUID", "BNODE"))
"""Built-ins that give another value each time: a row that they decide cannot be annotated."""

MOST_CASES = 64
"""An expression over EXISTS is tried in so many cases of what they may be, at most."""
_BOOLEAN = f"{XSD}boolean"
_TRUTH: dict[bool | None, Lit] = {True: Lit("true", _BOOLEAN), False: Lit("false", _BOOLEAN)}
_BOTH = tuple(_TRUTH.values())


def existences(what: Expression) -> tuple[Exists, ...]:
    """The distinct EXISTS in an expression, those within one another left out."""
    return tuple(dict.fromkeys(part for part in subexpressions(what) if isinstance(part, Exists)))


def cases(condition: Expression, asked: Sequence[Exists]) -> tuple[tuple[Lit | None, ...], ...]:
    """What each EXISTS of an expression may be, in all cases that tell them apart, none of them twice.

    ``None`` where its value makes no difference: ``true || x`` and ``false && x`` are known
    without ``x``, be that an error or not (section 17.2). Raises ``NotAnnotated`` where
    there are too many cases.
    """
    found: list[tuple[Lit | None, ...]] = []
    pending: list[tuple[Expression, dict[Exists, bool]]] = [(condition, {})]
    while pending:
        left, known = pending.pop()
        left = _known(left, known)
        open_ones = existences(left)
        if not open_ones:
            found.append(tuple(_TRUTH.get(known.get(one)) for one in asked))
            if len(found) > MOST_CASES:
                raise NotAnnotated(
                    f"an expression over EXISTS that makes more than {MOST_CASES} cases is not annotated"
                )
            continue
        pending += ((left, {**known, open_ones[0]: value}) for value in (False, True))
    return tuple(found)


def _known(what: Expression, known: Mapping[Exists, bool]) -> Expression:
    """What is left of an expression where some EXISTS are known: a truth value, or what may be either."""
    match what:
        case Exists() if what in known:
            return _TRUTH[known[what]]
        case Operation(("||" | "&&") as sign, (left, right)):
            decided = _TRUTH[sign == "||"]
            one, other = _known(left, known), _known(right, known)
            return decided if decided in (one, other) else Operation(sign, (one, other))
        case Operation("!", (of,)):
            one = _known(of, known)
            return _TRUTH[one == _TRUTH[False]] if one in _BOTH else Operation("!", (one,))
        case Call("IF", (test, one, other)):
            decided_by = _known(test, known)
            if decided_by in _BOTH:
                return _known(one if decided_by == _TRUTH[True] else other, known)
            return Call("IF", (decided_by, _known(one, known), _known(other, known)))
        case Operation() | Call() | Function():
            return replace(what, of=tuple(_known(part, known) for part in what.of))
        case Membership(item, among, negated):
            return Membership(_known(item, known), tuple(_known(part, known) for part in among), negated)
    return what


def rewritten(what: Expression, names: Mapping[Var, Var], tags: Mapping[Exists, Var | Exists]) -> Expression:
    """An expression under new names, each EXISTS a variable that holds whether it is true."""
    match what:
        case Var():
            return names.get(what, what)
        case Operation() | Call() | Function():
            return replace(what, of=tuple(rewritten(part, names, tags) for part in what.of))
        case Membership(item, among, negated):
            members = tuple(rewritten(part, names, tags) for part in among)
            return Membership(rewritten(item, names, tags), members, negated)
        case Exists():
            return tags[what]
        case Aggregate():
            raise NotAnnotated("an aggregate is not annotated yet")
    return what


def with_patterns(what: Expression, changed: Callable[[Exists], Exists]) -> Expression:
    """An expression with other patterns in its EXISTS."""
    match what:
        case Exists():
            return changed(what)
        case Operation() | Call() | Function():
            return replace(what, of=tuple(with_patterns(part, changed) for part in what.of))
        case Membership(item, among, negated):
            members = tuple(with_patterns(part, changed) for part in among)
            return Membership(with_patterns(item, changed), members, negated)
        case Aggregate() if what.of is not None:
            return replace(what, of=with_patterns(what.of, changed))
    return what


def bound_in_both(left: Var, right: Var) -> Expression:
    """Whether two variables are bound."""
    return Operation("&&", (Call("BOUND", (left,)), Call("BOUND", (right,))))


def or_else(of: Sequence[Expression]) -> Expression:
    """Whether any of some expressions is true."""
    return reduce(lambda one, other: Operation("||", (one, other)), of)
