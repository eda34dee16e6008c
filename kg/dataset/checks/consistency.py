"""A store held against the ontology: its record by SHACL, its facts by OWL."""

from collections.abc import Iterator
from itertools import chain, islice

from pyoxigraph import Literal, NamedNode, Triple
from pyshacl import validate
from rdflib import RDF as RDF_
from rdflib import Graph, Namespace

import ontology
from kg.dataset.checks.findings import Finding
from kg.dataset.checks.invariants import claim_names
from kg.dataset.fixed import Version
from kg.dataset.loading.sorting import Progress, unwatched
from kg.dataset.record.records import DEFAULT
from kg.dataset.terms import node
from kg.errors import ConsistencyError
from kg.infer.consistency import check_consistency

_SH = Namespace("http://www.w3.org/ns/shacl#")

BATCH = 500
"""Claims whose record is validated at once."""

FACTS_AT_MOST = 200_000
"""Facts beyond so many are not given to the OWL reasoner, which keeps all in memory."""


def check_shapes(snapshot: Version, progress: Progress = unwatched) -> Iterator[Finding]:
    """What the shapes of ``shapes.ttl`` find wrong with the record, claim by claim, then by judgments."""
    shapes = Graph().parse(data=ontology.turtle("shapes"), format="turtle")
    names = chain(claim_names(snapshot), snapshot.judgments())
    while batch := list(islice(names, BATCH)):
        record = Graph()
        record.parse(data="".join(_described(snapshot, batch)), format="nt")
        _, report, _ = validate(record, shacl_graph=shapes, advanced=False, inplace=True)
        if not isinstance(report, Graph):
            raise ConsistencyError(f"the record cannot be validated: {report}")
        for result in report.subjects(RDF_.type, _SH.ValidationResult):
            focus, message = report.value(result, _SH.focusNode), report.value(result, _SH.resultMessage)
            yield Finding("the record fits the ontology's shapes", str(focus), str(message))
        progress(len(batch))


def _described(snapshot: Version, claims: list[str]) -> Iterator[str]:
    """N-Triples of the record about claims or judgments, and every node they lead to, other claims apart."""
    seen = set(claims)
    todo = list(claims)
    while todo:
        name = todo.pop()
        for store in (snapshot.main, snapshot.archive):
            for quad in store.quads_for_pattern(node(name), None, None, snapshot.record):
                yield f"{quad.subject} {quad.predicate} {quad.object} .\n"
                target = quad.object.value if isinstance(quad.object, NamedNode) else None
                if target is not None and target not in seen and not snapshot.is_known(target):
                    seen.add(target)
                    todo.append(target)


def check_ontology(snapshot: Version) -> Iterator[Finding]:
    """Whether the facts can all be true together with the ontology's axioms (HermiT).

    Facts with terms that RDF 1.2 brought are left out: OWL 2 has none of them.
    """
    quads = snapshot.main.quads_for_pattern(None, None, None, DEFAULT)
    facts = [
        f"{q.subject} {q.predicate} {q.object} .\n"
        for q in islice((q for q in quads if not _is_new(q.object)), FACTS_AT_MOST + 1)
    ]
    if len(facts) > FACTS_AT_MOST:
        yield Finding(
            "the facts are consistent with the ontology",
            snapshot.iri,
            f"not checked: more than {FACTS_AT_MOST:,} facts do not fit the reasoner (use --no-owl)",
        )
        return
    found = check_consistency("".join(facts))
    if not found.consistent:
        yield Finding("the facts are consistent with the ontology", snapshot.iri, found.explanation)


def _is_new(term: object) -> bool:
    return isinstance(term, Triple) or (isinstance(term, Literal) and term.direction is not None)
