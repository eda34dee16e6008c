"""Answers that are graphs: the triples of a CONSTRUCT or a DESCRIBE, each with its annotation."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from kg.dataset.terms import BlankNode, Literal, NamedNode, Triple
from kg.provenance.circuit import Circuit
from kg.query.algebra import Blank, Iri, Node, TriplePattern, Var
from kg.query.answer import Row, Term
from kg.query.builder import Builder
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


def built(
    circuit: Circuit,
    plan: Built,
    rows: Sequence[Row],
    nodes: Sequence[int],
    nodes_of: Callable[[int, Sequence[Row]], Sequence[int]],
) -> tuple[tuple[Triple, ...], list[int]]:
    """The triples that a template makes of solutions, each with the sum of all that make it.

    Where the solutions are some of many (``plan.single``), ``nodes_of`` gives the nodes of
    rows over the variables of one triple of the template; but a blank node of the template
    is of one solution, so its triples rest on that row.
    """
    of_row = dict(zip(rows, nodes, strict=True))
    sums: dict[Triple, dict[int, None]] = {}
    own: list[Sequence[int] | None] = [None] * len(plan.template)
    distinct = list(of_row)
    for place, derivation in enumerate(plan.single):
        pattern = plan.template[place]
        if not any(isinstance(n, Blank) for n in (pattern.subject, pattern.predicate, pattern.object)):
            places = [plan.solutions.key.index(variable) for variable in derivation.key]
            own[place] = nodes_of(place, [tuple(row[p] for p in places) for row in distinct])
    seen: dict[Row, dict[str, BlankNode]] = {}
    for number, row in enumerate(distinct):
        values = dict(zip(plan.solutions.key, row, strict=True))
        for place, pattern in enumerate(plan.template):
            made = _triple(pattern, values, seen.setdefault(row, {}))
            if made is not None:
                chosen = own[place]
                sums.setdefault(made, {})[of_row[row] if chosen is None else chosen[number]] = None
    return tuple(sums), [circuit.plus(of) for of in sums.values()]


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
