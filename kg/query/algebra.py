"""SPARQL 1.1 as frozen nodes: terms, paths, expressions, patterns, queries.

The nodes are those of the SPARQL algebra (SPARQL 1.1 Query, section 18), except that a
SELECT with all its solution modifiers is one node, at the top and as a sub-SELECT.
Blank nodes of patterns are variables whose names the query does not use (``hidden``).
"""

from __future__ import annotations

from dataclasses import dataclass

# --- terms


@dataclass(frozen=True, slots=True)
class Var:
    """A variable. A hidden one stands for a blank node or a step of a path, and is in no ``*``."""

    name: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Iri:
    """An absolute IRI, or what the engine will make of it."""

    value: str


@dataclass(frozen=True, slots=True)
class Lit:
    """A literal as written."""

    lexical: str
    datatype: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Blank:
    """A blank node of a CONSTRUCT template."""

    label: str


Constant = Iri | Lit
Node = Var | Iri | Lit | Blank

# --- paths (section 9)


@dataclass(frozen=True, slots=True)
class Step:
    """One predicate."""

    iri: Iri


@dataclass(frozen=True, slots=True)
class Inverse:
    """``^path``."""

    path: Path


@dataclass(frozen=True, slots=True)
class Sequence:
    """``left / right``."""

    left: Path
    right: Path


@dataclass(frozen=True, slots=True)
class Alternative:
    """``left | right``."""

    left: Path
    right: Path


@dataclass(frozen=True, slots=True)
class Repeat:
    """``path?``, ``path*`` or ``path+``, by its sign."""

    path: Path
    sign: str


@dataclass(frozen=True, slots=True)
class Negated:
    """``!(a|b|^c)``: any predicate but these, forward ones and inverse ones apart."""

    forward: tuple[Iri, ...]
    inverse: tuple[Iri, ...]


Path = Step | Inverse | Sequence | Alternative | Repeat | Negated

# --- expressions (section 17)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator: ``||``, ``&&``, a comparison, arithmetic, ``!`` or a sign (one operand)."""

    operator: str
    of: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Membership:
    """``item IN (…)`` or ``item NOT IN (…)``."""

    item: Expression
    among: tuple[Expression, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A built-in, by its name in capitals."""

    name: str
    of: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A function or cast that is named by an IRI."""

    iri: Iri
    of: tuple[Expression, ...]
    distinct: bool = False


@dataclass(frozen=True, slots=True)
class Exists:
    """``EXISTS { … }`` or ``NOT EXISTS { … }``."""

    pattern: Pattern
    negated: bool


@dataclass(frozen=True, slots=True)
class Aggregate:
    """An aggregate, by its name in capitals; ``of`` is ``None`` for ``COUNT(*)``."""

    name: str
    of: Expression | None
    distinct: bool = False
    separator: str | None = None


Expression = Var | Iri | Lit | Operation | Membership | Call | Function | Exists | Aggregate

# --- patterns (section 18.2)


@dataclass(frozen=True, slots=True)
class TriplePattern:
    """A triple with variables."""

    subject: Node
    predicate: Node
    object: Node


@dataclass(frozen=True, slots=True)
class Bgp:
    """A basic graph pattern; without triples it has the one empty solution."""

    triples: tuple[TriplePattern, ...] = ()


@dataclass(frozen=True, slots=True)
class PathPattern:
    """Two nodes joined by a path that is more than a predicate."""

    subject: Node
    path: Path
    object: Node


@dataclass(frozen=True, slots=True)
class Join:
    """Solutions of both."""

    left: Pattern
    right: Pattern


@dataclass(frozen=True, slots=True)
class LeftJoin:
    """``left OPTIONAL { right }``; ``condition`` is the filter at the top of the optional group."""

    left: Pattern
    right: Pattern
    condition: Expression | None = None


@dataclass(frozen=True, slots=True)
class Union:
    """Solutions of either."""

    left: Pattern
    right: Pattern


@dataclass(frozen=True, slots=True)
class Minus:
    """Solutions of ``left`` that share variables with no compatible solution of ``right``."""

    left: Pattern
    right: Pattern


@dataclass(frozen=True, slots=True)
class Filter:
    """Solutions for which a condition holds."""

    condition: Expression
    of: Pattern


@dataclass(frozen=True, slots=True)
class Extend:
    """``BIND(expression AS ?variable)``."""

    of: Pattern
    variable: Var
    expression: Expression


@dataclass(frozen=True, slots=True)
class Lateral:
    """Solutions of ``left``, each with those of ``right`` under its values (SEP 6).

    No query is parsed to it: derivation queries use it to evaluate as EXISTS does.
    """

    left: Pattern
    right: Pattern


@dataclass(frozen=True, slots=True)
class Table:
    """``VALUES``: rows of constants, ``None`` for UNDEF."""

    variables: tuple[Var, ...]
    rows: tuple[tuple[Constant | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Given:
    """Solutions that are worked out before the query is asked, each numbered by ``token``.

    No query is parsed to it. ``sure`` are the variables that all of them bind, ``work`` is
    what gives them (``kg.query.deriving.derivation.Inner``).
    """

    variables: tuple[Var, ...]
    sure: frozenset[Var]
    token: Var
    work: object


@dataclass(frozen=True, slots=True)
class Graph:
    """``GRAPH name { … }``."""

    name: Var | Iri
    of: Pattern


@dataclass(frozen=True, slots=True)
class Service:
    """``SERVICE name { … }``: an outbound call."""

    name: Var | Iri
    of: Pattern
    silent: bool


@dataclass(frozen=True, slots=True)
class Item:
    """What a SELECT gives back, or a GROUP BY groups by: a variable, or an expression with its name."""

    variable: Var | None
    expression: Expression | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One key of ORDER BY."""

    expression: Expression
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Select:
    """A SELECT: a pattern with solution modifiers; ``items`` is ``None`` for ``*``.

    ``group`` is ``None`` without GROUP BY; where aggregates occur all the same, all
    solutions are one group. ``duplicates`` is "ALL", "DISTINCT" or "REDUCED".
    """

    of: Pattern
    items: tuple[Item, ...] | None = None
    duplicates: str = "ALL"
    group: tuple[Item, ...] | None = None
    having: tuple[Expression, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
    values: Table | None = None


Pattern = (
    Bgp
    | PathPattern
    | Join
    | LeftJoin
    | Lateral
    | Union
    | Minus
    | Filter
    | Extend
    | Table
    | Given
    | Graph
    | Service
    | Select
)

# --- queries


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query. ``body`` holds the pattern and the solution modifiers, whatever the form."""

    form: str
    """"select", "ask", "construct" or "describe"."""
    body: Select
    template: tuple[TriplePattern, ...] = ()
    described: tuple[Var | Iri, ...] | None = None
    """What is described; ``None`` for ``*`` (and other forms)."""
    default_graphs: tuple[Iri, ...] = ()
    named_graphs: tuple[Iri, ...] = ()
    hidden: str = "_h"
    """No variable of the query has a name that starts so, but the hidden ones."""
    base: str | None = None
    """What IRI() resolves against; all other IRIs are resolved already."""
    alternatives: bool = False
    """Whether a path ``p|q`` was written, which is a ``Union`` here."""
    respelled: bool = False
    """Whether groups were written that the engine misreads (``kg.query.parse.groups``)."""
