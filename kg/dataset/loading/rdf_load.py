"""One RDF file on its way into a store: sorted by graph on disk, written as N-Quads, loaded in bulk."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, replace
from datetime import datetime
from functools import cached_property
from itertools import islice
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple, parse, serialize

from kg.dataset.loading.checkpoints import FileLoad
from kg.dataset.loading.foreign import Foreign, RdfReport
from kg.dataset.loading.known import KnownNames
from kg.dataset.loading.rdf_reader import LINE_FORMATS, BlankNames, Rejected, sound_quads
from kg.dataset.loading.sorting import Progress, SortedLines
from kg.dataset.outcomes import Met, Outcome
from kg.dataset.terms import nquads, stored_text
from kg.dataset.text.entry import Entry, affirming
from kg.dataset.trusty import false_names, is_coded
from kg.dataset.writer import Writer
from kg.errors import ReservedGraph
from kg.identity.clusters import Texts
from kg.infer.rules import TYPE, ontology_rules
from kg.infer.rules import Triple as TripleTexts
from ontology.vocab import LS, NP

_DEFAULT = "DEFAULT"
_TICK = 10_000
_OURS = frozenset((f"<{LS.Claim}>", f"<{LS.Judgment}>"))
_UNUSUAL = ("_:", "<<", NP, *_OURS)
_END = " .\n"

AT_ONCE = 100_000
"""Triples of base data, or of a graph that is rejected, that are held at once."""


class NotOfItsFormat(Exception):
    """The file is not of its format."""

    def __init__(self, error: SyntaxError) -> None:
        super().__init__()
        self.why = str(error)
        self.line = error.lineno


class IsExport(Exception):
    """The file describes claims as we do: an export of ours, or a page of a claim."""


class Load:
    """One file on its way in."""

    def __init__(self, writer: Writer, path: Path, progress: Progress, met: Met | None = None) -> None:
        self.writer = writer
        self.path = path
        self.names = writer.names
        self.foreign = Foreign.of(path)
        self.progress = progress
        self.report = RdfReport()
        self._met = met
        self._not_claims: set[str] = set()
        self._coded = False
        self._false: dict[str, str] = {}
        self._awaited: set[str] = set()
        self._written = 0

    @property
    def digest(self) -> str:
        """The hash of the file's content."""
        return self.foreign.document.key

    # --- reading

    def read(self, quads: Iterable[Quad], lines: SortedLines) -> None:
        """Read all quads. Raises ``NotOfItsFormat``, and ``IsExport`` for what is to be read as that."""
        size = self.path.stat().st_size if self.path.suffix.lower() in (".nt", ".nq") else None
        self.writer.watch.phase("reading", size, "bytes")
        try:
            for some in self._lines(quads):
                lines.add_all(some)
        except SyntaxError as error:
            raise NotOfItsFormat(error) from None

    def hold_to_names(self, folder: Path, form: RdfFormat) -> None:
        """Find the nanopublications that were changed after they were named by their content."""
        if not self._coded:
            return
        store = Store(str(folder / "named"))
        if form in LINE_FORMATS:
            store.extend(sound_quads(self.path, form, []))
        else:
            store.bulk_load(path=str(self.path), format=form)
        for false in false_names(store):
            self._false.update(dict.fromkeys((f"<{graph}>" for graph in false.graphs), false.reason))

    def _lines(self, quads: Iterable[Quad]) -> Iterator[list[str]]:
        """A line a quad: graph, tab, triple; many at once."""
        blank = BlankNames(self.names, self.digest)
        left = iter(quads)
        while True:
            some, error = _some(left)
            text = (serialize(some, format=RdfFormat.N_QUADS) or b"").decode()
            if any(mark in text for mark in _UNUSUAL):
                yield [self._line(quad, blank) for quad in some]
            else:
                yield [_usual(line) for line in text.split(_END)[:-1]]
            if error is not None:
                raise error
            if not some:
                return
            self.report.quads += len(some)
            self.progress(len(some))
            self.writer.watch.step(len(text))

    def _line(self, quad: Quad, blank: BlankNames) -> str:
        text = str(quad)
        return self._unusual(quad, blank) if any(mark in text for mark in _UNUSUAL) else _usual(text)

    def _unusual(self, quad: Quad, blank: BlankNames) -> str:
        """The line of a quad with blank nodes or a triple term, or of a nanopublication."""
        s, o, g = str(quad.subject), str(quad.object), str(quad.graph_name)
        if o in _OURS and g != _DEFAULT:
            raise IsExport
        if s[0] == "_":
            s = blank.text(quad.subject)
        if g[0] == "_":
            g = blank.text(quad.graph_name)
        if o[0] == "_" or isinstance(quad.object, Triple):
            o = blank.text(quad.object)
        self._note(quad, g)
        return f"{g}\t{s} {quad.predicate} {stored_text(o)}"

    def _note(self, quad: Quad, graph: str) -> None:
        """Remember the graphs of a nanopublication that are not its assertion."""
        if quad.predicate.value.startswith(NP) and isinstance(quad.object, NamedNode):
            self._not_claims.add(graph)
            self._coded = self._coded or is_coded(str(quad.subject)[1:-1])
            if quad.predicate.value in (NP + "hasProvenance", NP + "hasPublicationInfo"):
                self._not_claims.add(str(quad.object))

    # --- writing

    def finished(self) -> RdfReport | None:
        """What became of the file in an earlier run that was broken off after it was written."""
        earlier = self.writer.resumed.get(self.digest)
        if earlier is None or not earlier.complete:
            return None
        del self.writer.resumed[self.digest]
        return RdfReport.of(earlier.report)

    def write(self, lines: SortedLines) -> RdfReport:
        """Write what was read, from where an earlier run was last safe."""
        earlier = self.writer.resumed.pop(self.digest, None)
        if earlier is not None:
            self.report = RdfReport.of(earlier.report)
            self.foreign = replace(self.foreign, recorded=datetime.fromisoformat(earlier.recorded))
            self._written, self._awaited = earlier.groups, set(earlier.awaited)
        self.writer.watch.phase("writing", self.report.quads, "quads")
        groups = _grouped(lines, self._may_be_cut)
        for _, triples in islice(groups, self._written):
            self.writer.watch.step(len(triples))
        broken = {r.graph for r in self.report.rejected if r.line is not None and r.graph}
        known = self.writer.known = KnownNames(self.writer, self.report.quads, self.writer.known)
        going = True
        while going:
            going = self._write_some(groups, broken, known)
        self.writer.settle_bulk(self.report.claims_new, self._awaited)
        self._save(complete=True)
        return self.report

    def _write_some(
        self, groups: Iterator[tuple[str, list[str]]], broken: AbstractSet[str], known: KnownNames
    ) -> bool:
        """Write until it is time to make that safe; false if that was the rest."""
        started = self.writer.loaded
        self.writer.load_bulk(self._pieces(groups, broken, known, started))
        going = self.writer.loaded - started >= self.writer.safe_every
        if going:
            self._save(complete=False)
        return going

    def _save(self, *, complete: bool) -> None:
        self.writer.loads[self.digest] = FileLoad(
            complete,
            self._written,
            self.foreign.recorded.isoformat(),
            tuple(sorted(self._awaited)),
            asdict(self.report),
        )
        self.writer.make_safe()

    def _may_be_cut(self, graph: str) -> bool:
        """Whether the triples of a graph need not be known together: those of base data."""
        return graph == _DEFAULT or graph in self._not_claims

    def _pieces(
        self,
        groups: Iterator[tuple[str, list[str]]],
        broken: AbstractSet[str],
        known: KnownNames,
        started: int,
    ) -> Iterator[str]:
        """N-Quads of the main store, graph by graph, until it is time to make them safe."""
        record = "".join(f"\0 {p} {o} <{self.names.record}> .\n" for p, o in self.foreign.record(self.names))
        for graph, triples in groups:
            self._written += 1
            if graph in self._false:
                self._reject(graph, triples, self._false[graph])
            elif self._may_be_cut(graph):
                yield from self._base(graph, triples)
            elif graph[1:-1] in broken:
                self._reject(graph, triples, "a line of this graph cannot be read, and half a claim is none")
            else:
                yield from self._claim(graph, triples, record, known)
            self.writer.watch.step(len(triples))
            if self.writer.loaded - started >= self.writer.safe_every:
                return

    @cached_property
    def _entry(self) -> Callable[[str, Iterable[Texts]], Entry]:
        return affirming(self.foreign.entry(self.names))

    def _claim(self, graph: str, triples: list[str], record: str, known: KnownNames) -> Iterator[str]:
        name = graph[1:-1]
        said = _END.join(triples) + _END
        digest = hashlib.sha256(said.encode()).hexdigest()
        conflict = known.conflict(name, digest)
        if self._met is not None and conflict in ("known", None):
            self._met[name] = Outcome.KNOWN if conflict else Outcome.NEW
        if conflict == "known":
            self.report.claims_known += 1
            return
        if conflict is not None:
            self._reject(graph, triples, conflict)
            return
        if not self.report.claims_new:
            self.writer.begin()
            yield nquads(self.writer.unless_said(self.foreign.shared(self.names)), self.names.record)
        self.report.claims_new += 1
        known.note(name)
        if known.is_awaited(name):
            self._awaited.add(name)
        asserted = list(map(_split, triples))
        if self.writer.view.clusters:
            stated = self.writer.entering(name, asserted)
            text, follows = self._renamed(graph, name, stated)
        else:
            self.writer.text.stated(self._entry(name, asserted))
            text = said.replace(_END, f" {graph}{_END}") + said
            follows = self._stated(name, asserted, triples)
        about = f'{graph} <{LS.contentHash}> "{digest}" <{self.names.record}> .\n'
        concluded = nquads(follows) + nquads(follows, self.names.inferred) if follows else ""
        yield "".join((text, record.replace("\0", graph), about, concluded))

    def _stated(
        self, name: str, asserted: Sequence[Texts], triples: Sequence[str]
    ) -> dict[TripleTexts, None]:
        """Note what a claim states; gives back what follows from that."""
        writer, consequences = self.writer, ontology_rules().consequences
        follows: dict[TripleTexts, None] = {}
        writer.indexing.stated_alone(name, triples)
        telling, relevant = self._telling, writer.inferring.relevant
        for triple, text in zip(asserted, triples, strict=True):
            if triple[1] not in telling:
                continue
            if found := consequences(triple):
                follows.update(dict.fromkeys(found))
                writer.indexing.following(name, text, found)
            if triple[1] in relevant:
                writer.inferring.stated(triple)
        return follows

    @cached_property
    def _telling(self) -> frozenset[str]:
        """The predicates of triples from which anything may follow."""
        return frozenset((TYPE, *ontology_rules().of_property)) | self.writer.inferring.relevant

    def _renamed(
        self, graph: str, name: str, stated: Sequence[tuple[Texts, str]]
    ) -> tuple[str, dict[TripleTexts, None]]:
        """The same of a claim in canonical names, each triple with its statements; with its N-Quads."""
        writer, consequences = self.writer, ontology_rules().consequences
        writer.text.stated(self._entry(name, dict(stated)))
        follows: dict[TripleTexts, None] = {}
        lines: list[str] = []
        for triple, statement in stated:
            t = " ".join(triple)
            found = consequences(triple)
            follows.update(dict.fromkeys(found))
            writer.indexing.stated(statement, t, found)
            writer.inferring.stated(triple)
            lines.append(f"{t} {graph}{_END}{t}{_END}")
        return "".join(lines), follows

    def _base(self, graph: str, triples: list[str]) -> Iterator[str]:
        if graph == _DEFAULT:
            new, text = self.writer.base_entering(triples)
            self.report.base_new += new
            yield text
            return
        quads = parse("".join(f"{t} {graph} .\n" for t in triples).encode(), format=RdfFormat.N_QUADS)
        try:
            self.report.base_new += self.writer.add_base(quads)
        except ReservedGraph as error:
            self._reject(graph, triples, str(error))

    def _reject(self, graph: str, triples: list[str], reason: str) -> None:
        raw = "".join(f"{t} {graph} .\n" for t in triples)
        self.report.rejected.append(Rejected(reason, graph=graph[1:-1], raw=raw))


def _grouped(lines: Iterable[str], may_be_cut: Callable[[str], bool]) -> Iterator[tuple[str, list[str]]]:
    """The triples of each graph; those of one that may be cut come in parts."""
    graph, most = "", 0
    triples: list[str] = []
    for line in lines:
        name, _, triple = line.partition("\t")
        if name != graph or len(triples) == most:
            if triples:
                yield graph, triples
            graph, triples, most = name, [], AT_ONCE if may_be_cut(name) else -1
        triples.append(triple)
    if triples:
        yield graph, triples


def _some(quads: Iterator[Quad]) -> tuple[list[Quad], SyntaxError | None]:
    """The next quads, and the error that they end with, if they do."""
    found: list[Quad] = []
    try:
        for quad in islice(quads, _TICK):
            found.append(quad)  # noqa: PERF402 - those before an error count
    except SyntaxError as error:
        return found, error
    return found, None


def _usual(line: str) -> str:
    """The line of a quad, in N-Quads without its end, that has no blank node and no triple term."""
    subject, predicate, rest = line.split(" ", 2)
    if rest[0] == "<":
        term, _, graph = rest.partition(" ")
    else:
        term, _, graph = rest.rpartition(" ")
        if graph[0] != "<" or '"' in graph:  # the end of a literal
            term, graph = rest, ""
        term = stored_text(term)
    return f"{graph or _DEFAULT}\t{subject} {predicate} {term}"


def _split(triple: str) -> Texts:
    """The terms of a triple in N-Triples."""
    s, p, o = triple.split(" ", 2)
    return s, p, o
