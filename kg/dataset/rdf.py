"""Taking RDF in: each named graph is a claim and keeps its IRI; the default graph is base data.

Any size fits: quads are sorted by graph on disk, written as N-Quads and loaded in bulk.
"""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from itertools import groupby
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple, parse

from kg.claims.claim import Claim, ClaimType, Modality, Polarity, Status
from kg.claims.confidence import UNRATED, Reliability
from kg.claims.document import Document
from kg.claims.names import Names, part_of
from kg.claims.source import SourceKind, Voice
from kg.claims.types import MODALITY_TERM, POLARITY_TERM, STATUS_TERM, TYPE_INFO
from kg.dataset.encode import (
    LABEL,
    TYPE,
    encode_assessment,
    encode_attribution,
    encode_document,
    encode_source,
    moment,
    voice_iri,
)
from kg.dataset.exchange import Import
from kg.dataset.outcomes import Outcome
from kg.dataset.rdf_reader import FORMATS, LINE_FORMATS, BlankNames, Rejected, read_quads, sound_quads
from kg.dataset.sorting import Progress, SortedLines, unwatched
from kg.dataset.terms import Statement, iri, literal, nquads, stored_text
from kg.dataset.text.entry import Entry, entry, with_triples
from kg.dataset.trusty import false_names, is_coded
from kg.dataset.writer import Writer
from kg.errors import ReservedGraph, UnreadableInput
from kg.identity.clusters import Texts
from kg.infer.rules import ontology_rules
from ontology.vocab import LS, NP

_SEPARATOR = "\t"
_DEFAULT = "DEFAULT"
_TICK = 10_000
_OURS = frozenset((f"<{LS.Claim}>", f"<{LS.Judgment}>"))


@dataclass
class RdfReport:
    """What became of an RDF file."""

    quads: int = 0
    claims_new: int = 0
    claims_known: int = 0
    base_new: int = 0
    judgments_new: int = 0
    rejected: list[Rejected] = field(default_factory=list)


@dataclass(frozen=True)
class Foreign:
    """What all claims of one RDF file share: they are positive, asserted, and the file says so."""

    document: Document
    voice: Voice
    recorded: datetime

    @classmethod
    def of(cls, path: Path) -> "Foreign":
        """Read the file's hash. Raises ``UnreadableInput``."""
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise UnreadableInput(f"{path} cannot be read: {error}", path=str(path)) from error
        document = Document(hash=digest, title=path.name)
        return cls(document, Voice(kind=SourceKind.DOCUMENT, text=path.name), datetime.now(UTC))

    def shared(self, names: Names) -> Iterator[Statement]:
        """The description of the file as document, source and origin."""
        document = names.document(self.document.key)
        yield from encode_document(self.document, names)
        yield from encode_source(self.voice, self.document, names)
        yield from encode_attribution(self.voice, 1, part_of(document, "attribution-1"), self.document, names)
        yield from encode_assessment(UNRATED, 0, part_of(document, "assessment"))
        origin = iri(self._origin(names))
        yield Statement(origin, TYPE, iri(LS.Origin))
        yield Statement(origin, iri(LS.rootSource), iri(voice_iri(self.voice, self.document, names)))
        yield Statement(origin, iri(LS.sourceReliability), iri(LS.ReliabilityF))
        yield Statement(origin, LABEL, literal(self.voice.label))

    def _origin(self, names: Names) -> str:
        return names.origin("document", self.document.key, self.voice.label)

    def entry(self, names: Names) -> Entry:
        """What the text index holds of every claim of the file, its assertion apart."""
        claim = Claim(
            document=self.document,
            attribution=(self.voice,),
            modality=Modality.ASSERTED,
            status=Status.ACCEPTED,
            assessment=UNRATED,
        )
        return entry(claim, "", (), "active", self.recorded, names, Reliability.F)

    def record(self, names: Names) -> tuple[tuple[str, str], ...]:
        """(predicate, object) of every claim of the file, in N-Triples; the hash of its content apart."""
        document = names.document(self.document.key)
        return (
            (TYPE, iri(LS.Claim)),
            (iri(LS.claimType), iri(TYPE_INFO[ClaimType.OTHER].event_class)),
            (iri(LS.document), iri(document)),
            (iri(LS.modality), iri(MODALITY_TERM[Modality.ASSERTED])),
            (iri(LS.polarity), iri(POLARITY_TERM[Polarity.POSITIVE])),
            (iri(LS.status), iri(STATUS_TERM[Status.ACCEPTED])),
            (iri(LS.recorded), moment(self.recorded)),
            (iri(LS.origin), iri(self._origin(names))),
            (iri(LS.attribution), iri(part_of(document, "attribution-1"))),
            (iri(LS.assessment), iri(part_of(document, "assessment"))),
        )


def ingest_rdf(writer: Writer, path: Path, progress: Progress = unwatched) -> RdfReport:
    """Take one RDF file in (not yet committed). Raises ``UnreadableInput`` if nothing of it can be."""
    form = FORMATS[path.suffix.lower()]
    load = _Load(writer, path, progress)
    with tempfile.TemporaryDirectory(dir=writer.layout.root, prefix=".rdf-") as folder:
        try:
            with SortedLines(Path(folder)) as lines:
                load.read(read_quads(path, form, load.digest), lines)
                load.hold_to_names(Path(folder), form)
                return load.write(lines)
        except _IsExport:
            return _import(writer, path, form, progress)
        except _Unreadable as error:
            if form not in LINE_FORMATS:
                raise UnreadableInput(
                    f"{path} is not {form.name}: {error.why}", path=str(path), line=error.line
                ) from None
        load = _Load(writer, path, progress)
        with SortedLines(Path(folder)) as lines:
            load.read(sound_quads(path, form, load.report.rejected), lines)
            load.hold_to_names(Path(folder), form)
            return load.write(lines)


class _Unreadable(Exception):
    """The file is not of its format."""

    def __init__(self, error: SyntaxError) -> None:
        super().__init__()
        self.why = str(error)
        self.line = error.lineno


class _IsExport(Exception):
    """The file describes claims as we do: an export of ours, or a page of a claim."""


def _import(writer: Writer, path: Path, form: RdfFormat, progress: Progress) -> RdfReport:
    report = RdfReport()
    with tempfile.TemporaryDirectory(dir=writer.layout.root, prefix=".rdf-") as folder:
        importing = Import(writer, path, form, Path(folder))
        for judged in importing.judgments():
            report.judgments_new += judged.outcome is Outcome.NEW
            if judged.outcome is Outcome.CONFLICT:
                report.rejected.append(Rejected(judged.reason, graph=judged.iri))
        for added in importing.claims(progress):
            for one in added:
                report.claims_new += one.outcome is Outcome.NEW
                report.claims_known += one.outcome is Outcome.KNOWN
                if one.outcome is Outcome.CONFLICT:
                    report.rejected.append(Rejected(one.reason, graph=one.iri))
        report.rejected += (Rejected(reason, graph=name) for name, reason in importing.broken)
        for quads in importing.base_data():
            try:
                report.base_new += writer.add_base(quads)
            except ReservedGraph as error:
                report.rejected.append(Rejected(str(error), graph=error.graph))
    return report


class _Load:
    """One file on its way in."""

    def __init__(self, writer: Writer, path: Path, progress: Progress) -> None:
        self.writer = writer
        self.path = path
        self.names = writer.names
        self.foreign = Foreign.of(path)
        self.progress = progress
        self.report = RdfReport()
        self._not_claims: set[str] = set()
        self._coded = False
        self._false: dict[str, str] = {}
        self._awaited: set[str] = set()

    @cached_property
    def _entry(self) -> Entry:
        return self.foreign.entry(self.names)

    @property
    def digest(self) -> str:
        """The hash of the file's content."""
        return self.foreign.document.key

    def read(self, quads: Iterable[Quad], lines: SortedLines) -> None:
        """Read all quads. Raises ``_Unreadable``, and ``_IsExport`` for what is to be read as that."""
        try:
            for line in self._lines(quads):
                lines.add(line)
        except SyntaxError as error:
            raise _Unreadable(error) from None

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

    def write(self, lines: SortedLines) -> RdfReport:
        """Write what was read."""
        self.writer.load_bulk(self._write(lines))
        self.writer.settle_bulk(self.report.claims_new, self._awaited)
        return self.report

    def _lines(self, quads: Iterable[Quad]) -> Iterator[str]:
        """A line a quad: graph, tab, triple."""
        blank = BlankNames(self.names, self.digest)
        count = 0
        for quad in quads:
            count += 1
            if count % _TICK == 0:
                self.progress(_TICK)
            s, o, g = str(quad.subject), str(quad.object), str(quad.graph_name)
            if o in _OURS and g != _DEFAULT:
                raise _IsExport
            if s[0] == "_":
                s = blank.text(quad.subject)
            if g[0] == "_":
                g = blank.text(quad.graph_name)
            if o[0] == "_" or isinstance(quad.object, Triple):
                o = blank.text(quad.object)
            self._note(quad, g)
            yield f"{g}\t{s} {quad.predicate} {stored_text(o)}"
        self.progress(count % _TICK)
        self.report.quads = count

    def _note(self, quad: Quad, graph: str) -> None:
        """Remember the graphs of a nanopublication that are not its assertion."""
        if quad.predicate.value.startswith(NP) and isinstance(quad.object, NamedNode):
            self._not_claims.add(graph)
            self._coded = self._coded or is_coded(str(quad.subject)[1:-1])
            if quad.predicate.value in (NP + "hasProvenance", NP + "hasPublicationInfo"):
                self._not_claims.add(str(quad.object))

    def _write(self, lines: Iterable[str]) -> Iterator[str]:
        """N-Quads of the main store, graph by graph."""
        fresh = self.writer.is_empty()
        broken = {r.graph for r in self.report.rejected if r.graph}
        record = "".join(f"\0 {p} {o} <{self.names.record}> .\n" for p, o in self.foreign.record(self.names))
        for graph, group in groupby(lines, key=lambda line: line.partition(_SEPARATOR)[0]):
            triples = [line.partition(_SEPARATOR)[2] for line in group]
            if graph in self._false:
                self._reject(graph, triples, self._false[graph])
            elif graph == _DEFAULT or graph in self._not_claims:
                self._base(graph, triples)
            elif graph[1:-1] in broken:
                self._reject(graph, triples, "a line of this graph cannot be read, and half a claim is none")
            else:
                yield from self._claim(graph, triples, record, fresh)

    def _claim(self, graph: str, triples: list[str], record: str, fresh: bool) -> Iterator[str]:
        name = graph[1:-1]
        digest = hashlib.sha256("".join(f"{t} .\n" for t in triples).encode()).hexdigest()
        conflict = self.writer.conflict(name, digest, fresh=fresh)
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
        if not fresh and self.writer.awaited(name):
            self._awaited.add(name)
        consequences = ontology_rules().consequences
        follows: dict[Texts, None] = {}
        lines: list[str] = []
        stated = self.writer.entering(name, list(map(_split, triples)))
        self.writer.text.stated(with_triples(self._entry, name, dict(stated)))
        for triple, statement in stated:
            t = " ".join(triple)
            found = consequences(triple)
            follows.update(dict.fromkeys(found))
            self.writer.indexing.stated(statement, t, found)
            self.writer.inferring.stated(triple)
            lines.append(f"{t} {graph} .\n{t} .\n")
        yield "".join(lines)
        yield record.replace("\0", graph)
        yield f'{graph} <{LS.contentHash}> "{digest}" <{self.names.record}> .\n'
        if follows:
            yield nquads(follows) + nquads(follows, self.names.inferred)

    def _base(self, graph: str, triples: list[str]) -> None:
        end = "" if graph == _DEFAULT else f" {graph}"
        quads = parse("".join(f"{t}{end} .\n" for t in triples).encode(), format=RdfFormat.N_QUADS)
        try:
            self.report.base_new += self.writer.add_base(quads)
        except ReservedGraph as error:
            self._reject(graph, triples, str(error))

    def _reject(self, graph: str, triples: list[str], reason: str) -> None:
        raw = "".join(f"{t} {graph} .\n" for t in triples)
        self.report.rejected.append(Rejected(reason, graph=graph[1:-1], raw=raw))


def _split(triple: str) -> Texts:
    """The terms of a triple in N-Triples."""
    s, _, rest = triple.partition(" ")
    p, _, o = rest.partition(" ")
    return s, p, o
