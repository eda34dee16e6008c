"""Why a triple is a fact: its proofs, each a tree of rules, down to the claims that state the leaves."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from kg.dataset.annotated.view import Fact, View
from kg.dataset.chains.pool import StoredPool, term
from kg.dataset.terms import RdfFormat, names_node, ntriples
from kg.dataset.terms import parse as parse_rdf
from kg.errors import NotFound, QuerySyntaxError, TooManyProofs
from kg.infer.joins import ontology_joins
from kg.infer.proofs import Application, Goal, Leaves, Search
from kg.infer.rules import TYPE, Triple
from kg.query.formats.results import info_json
from ontology.vocab import PREFIXES

MOST_SHOWN = 20
"""Proofs that are told of one triple."""
_MOST_STEPS = 20_000


@dataclass(frozen=True)
class Step:
    """A triple, and how it comes about: ``stated`` by claims, ``base``, ``reference``, or by a ``rule``.

    ``rule`` says which, in words; it concludes ``triple`` from ``premises``. ``statements``
    are those of a stated triple: a claim, with the judgments it needs for these names.
    """

    triple: Triple
    how: str
    rule: str = ""
    premises: tuple["Step", ...] = ()
    statements: Fact = ()


@dataclass(frozen=True)
class Explanation:
    """The minimal proofs of a triple, shortest first; ``base`` if it is base data as well.

    ``complete`` is false where there are more than are told, or too many to tell which
    of them are minimal.
    """

    triple: Triple
    base: bool
    proofs: tuple[Step, ...]
    complete: bool


def read_triple(text: str) -> Triple:
    """A triple written as in Turtle, with our prefixes: ``ex:a ls:locatedIn <http://…>``.

    Raises ``QuerySyntaxError``.
    """
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    try:
        quads = list(
            parse_rdf(f"{prefixes}{text.strip().removesuffix('.')} .".encode(), format=RdfFormat.TURTLE)
        )
    except SyntaxError as error:
        raise QuerySyntaxError(f"{text!r} is no triple: {error.msg}") from None
    if len(quads) != 1:
        raise QuerySyntaxError(f"{text!r} is {len(quads)} triples: give one, as subject, predicate, object")
    return str(quads[0].subject), str(quads[0].predicate), ntriples(quads[0].object)


def proof_of(view: View, triple: Triple) -> Explanation:
    """The proofs of a fact. Raises ``NotFound`` for what is none."""
    s, p, o = map(term, triple)
    base = view.is_base(s, p, o)
    try:
        found = sorted(view.proofs(s, p, o), key=lambda proof: (len(proof), proof))
        complete = len(found) <= MOST_SHOWN
        proofs = tuple(_Builder(view, frozenset(leaves)).tree(triple) for leaves in found[:MOST_SHOWN])
    except TooManyProofs:
        complete = False
        proofs = tuple(islice(_Builder(view, None).first(triple), 1))
    if not proofs and not base:
        raise NotFound(
            f"{' '.join(triple)} is no fact of this version{_other_names(view, triple)}", iri=s.value
        )
    return Explanation(triple, base, proofs, complete)


def _other_names(view: View, triple: Triple) -> str:
    """What judgments call the ends of a triple, to ask for instead; empty if they are called so."""
    ends = (end[1:-1] for end in (triple[0], triple[2]) if names_node(end))
    told = [f"<{end}> goes by <{name}>" for end in ends if (name := view.clusters.canonical(end)) != end]
    return f"; by judgments {' and '.join(told)} here: ask about that" if told else ""


class _Builder:
    """Makes one tree out of the leaves of a proof, of any leaves if they are not given."""

    def __init__(self, view: View, leaves: Leaves | None) -> None:
        self._view = view
        self._facts = StoredPool(view)
        self._search = Search(ontology_joins(), self._facts)
        self._leaves = leaves
        self._steps = 0

    def tree(self, triple: Triple) -> Step:
        """The tree of a proof that is there."""
        found: Step | None = None
        goal = Goal(triple)
        for application in self._search.applications(goal):
            made = self._applied(goal, application, frozenset((goal,)))
            if made is not None and _stated(made) == self._leaves:
                return made
            found = found or made
        if found is None:
            raise NotFound(f"{' '.join(triple)} is no fact of this version")
        return found

    def first(self, triple: Triple) -> Iterator[Step]:
        """A tree, if there is one. Raises ``TooManyProofs`` where it takes too long to find."""
        found = self._made(Goal(triple), frozenset())
        if found is not None:
            yield found

    def _made(self, goal: Goal, above: frozenset[Goal]) -> Step | None:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            written = " ".join(goal.triple)
            raise TooManyProofs(f"{written} has a proof that is too long to be written out", written)
        for application in self._search.applications(goal):
            found = self._applied(goal, application, above | {goal})
            if found is not None:
                return found
        return None

    def _applied(self, goal: Goal, application: Application, above: frozenset[Goal]) -> Step | None:
        if application.chain is None:
            found = self._leaf(application.source)
        else:
            premises: list[Step] = []
            for premise in application.premises:
                made = None if premise in above else self._made(premise, above)
                if made is None:
                    return None
                premises.append(made)
            found = Step(application.source, "rule", _short(application.chain.axiom), tuple(premises))
        if found is None or application.source == goal.triple:
            return found
        return Step(goal.triple, "rule", _alone(application.source, goal.triple), (found,))

    def _leaf(self, triple: Triple) -> Step | None:
        s, p, o = map(term, triple)
        if (self._leaves is None or triple in self._leaves) and self._facts.is_asserted(triple):
            return Step(triple, "stated", statements=self._view.stated_by(s, p, o))
        if self._view.is_base(s, p, o):
            return Step(triple, "base")
        return Step(triple, "reference") if self._facts.is_given(triple) else None


def _stated(step: Step) -> Leaves:
    """The stated triples under a step."""
    own = {step.triple} if step.how == "stated" else set()
    return frozenset(own.union(*map(_stated, step.premises)))


def _alone(source: Triple, triple: Triple) -> str:
    """The rule that leads from one triple to another, in words."""
    (s, p, _), (thing, q, c) = source, triple
    if q != TYPE:
        return f"what {_name(p)} holds of, {_name(q)} holds of" + (
            " the other way round" if s != thing else ""
        )
    if p == TYPE:
        return f"every {_name(source[2])} is a {_name(c)}"
    end = "subject" if s == thing else "object"
    return f"the {end} of {_name(p)} is a {_name(c)}"


def _short(axiom: str) -> str:
    return " ".join(_name(word) if word.startswith("<") else word for word in axiom.split(" "))


def _name(text: str) -> str:
    """A term with its prefix, where it has one of ours."""
    iri = text.strip("<>")
    found = [(name, base) for name, base in PREFIXES.items() if iri.startswith(base)]
    name, base = max(found, key=lambda one: len(one[1]), default=("", ""))
    return f"{name}:{iri.removeprefix(base)}" if base else text


def explanation_json(view: View, explanation: Explanation) -> dict[str, Any]:
    """An explanation as JSON: its proofs as trees, and what is told of the claims that they rest on."""
    named: dict[str, None] = {}
    proofs = [_step_json(proof, named) for proof in explanation.proofs]
    infos = {iri: view.claim_info(iri) for iri in named}
    return {
        "triple": list(explanation.triple),
        "base": explanation.base,
        "complete": explanation.complete,
        "proofs": proofs,
        "claims": {iri: info_json(info) for iri, info in infos.items() if info is not None},
    }


def _step_json(step: Step, named: dict[str, None]) -> dict[str, Any]:
    told: dict[str, Any] = {"triple": list(step.triple), "how": step.how}
    if step.rule:
        told["rule"] = step.rule
        told["premises"] = [_step_json(premise, named) for premise in step.premises]
    if step.statements:
        told["statements"] = [statement.split(" ") for statement in step.statements]
        named |= dict.fromkeys(chain.from_iterable(told["statements"]))
    return told
