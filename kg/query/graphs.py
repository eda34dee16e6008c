"""Answers that are graphs: the triples of a CONSTRUCT or a DESCRIBE, each with its annotation."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from kg.dataset.terms import BlankNode, Literal, NamedNode, Triple
from kg.provenance.circuit import Circuit
from kg.query.algebra import Blank, Iri, Node, TriplePattern, Var
from kg.query.answer import Row, Term
from kg.query.builder import Builder
from kg.query.deriving.derivation import Derivation
from kg.query.leaves import constant
from kg.query.prepare import Built


def _triple(
    pattern: TriplePattern, values: Mapping[Var, Term | None], fresh: dict[str, BlankNode]
) -> Triple | None:
    def term(node: Node) -> Term | None:
        match node:
            case Var():
                return values.get(node)
            case Blank(label):
                return fresh.setdefault(label, BlankNode())
        return constant(node)

    s, p, o = term(pattern.subject), term(pattern.predicate), term(pattern.object)
    if s is None or o is None or isinstance(s, Literal) or not isinstance(p, NamedNode):
        return None
    return Triple(s, p, o)


def made_of(plan: Built, row: Row) -> Iterator[tuple[int, Triple]]:
    """The triples that one solution makes, each with the place of its pattern in the template."""
    values = dict(zip(plan.solutions.key, row, strict=True))
    fresh: dict[str, BlankNode] = {}
    for place, pattern in enumerate(plan.template):
        made = _triple(pattern, values, fresh)
        if made is not None:
            yield place, made


def built(
    circuit: Circuit,
    plan: Built,
    rows: Sequence[Row],
    nodes: Sequence[int],
    nodes_of: Callable[[Derivation, Sequence[Row]], Sequence[int]],
) -> tuple[tuple[Triple, ...], list[int]]:
    """The triples that a template makes of solutions, each with the sum of all that make it.

    Where those are not all (``plan.single``), ``nodes_of`` gives the nodes of rows over the
    variables of one triple of the template; but a blank node of the template is of one
    solution, so its triples rest on that row.
    """
    of_row = dict(zip(rows, nodes, strict=True))
    sums: dict[Triple, dict[int, None]] = {}
    blank = [any(isinstance(n, Blank) for n in _nodes(pattern)) for pattern in plan.template]
    shared: dict[Triple, None] = {}
    for row in rows if any(blank) else of_row:
        for place, made in made_of(plan, row):
            of = sums.setdefault(made, {})
            if plan.single and not blank[place]:
                shared[made] = None
            else:
                of[of_row[row]] = None
    for derivation, pattern, is_blank in zip(plan.single, plan.template, blank, strict=False):
        if not is_blank:
            makers = {triple: _maker(pattern, triple, derivation.key) for triple in shared}
            made_so = {triple: row for triple, row in makers.items() if row is not None}
            found = nodes_of(derivation, list(made_so.values()))
            for triple, node in zip(made_so, found, strict=True):
                sums[triple][node] = None
    return tuple(sums), [circuit.plus(of) for of in sums.values()]


def _nodes(pattern: TriplePattern) -> tuple[Node, Node, Node]:
    return (pattern.subject, pattern.predicate, pattern.object)


def _maker(pattern: TriplePattern, triple: Triple, key: Sequence[Var]) -> Row | None:
    """The row over the variables of a pattern of a template that makes a triple, if one does."""
    values: dict[Node, Term] = {}
    for node, term in zip(_nodes(pattern), triple, strict=True):
        if values.setdefault(node, term if isinstance(node, Var) else constant(node)) != term:
            return None
    return tuple(values[variable] for variable in key)


def described(builder: Builder, triples: Sequence[Triple], resources: Mapping[Term, int]) -> list[int]:
    """The node of each triple of a description: its resource is asked for, and the triple is there.

    ``resources`` are those asked for, with their nodes. What a blank node says rests on the
    resources from which it is reached: only base data has blank nodes.
    """
    circuit = builder.circuit
    reached: dict[BlankNode, set[int]] = {}
    pending = True
    while pending:
        pending = False
        for triple in triples:
            if not isinstance(triple.object, BlankNode):
                continue
            from_here = _reaching(triple.subject, resources, reached)
            known = reached.setdefault(triple.object, set())
            if not from_here <= known:
                known |= from_here
                pending = True
    found = []
    for triple in triples:
        asked = circuit.plus(sorted(_reaching(triple.subject, resources, reached)))
        leaf = builder.leaf((triple.subject, triple.predicate, triple.object))
        found.append(circuit.times((asked, leaf)))
    return found


def _reaching(subject: Term, resources: Mapping[Term, int], reached: dict[BlankNode, set[int]]) -> set[int]:
    own = {resources[subject]} if subject in resources else set()
    return own | (reached.get(subject, set()) if isinstance(subject, BlankNode) else set())


def constants(described: Iterable[Node]) -> list[NamedNode]:
    """The resources that a DESCRIBE names itself."""
    return [NamedNode(node.value) for node in described if isinstance(node, Iri)]
