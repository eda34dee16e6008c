"""Taking RDF in: each named graph is a claim and keeps its IRI; the default graph is base data.

Any size fits: quads are sorted by graph on disk, written as N-Quads and loaded in bulk.
"""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import RdfFormat

from kg.dataset.exchange import Import
from kg.dataset.loading.foreign import RdfReport
from kg.dataset.loading.rdf_load import IsExport, Load, NotOfItsFormat
from kg.dataset.loading.rdf_reader import FORMATS, LINE_FORMATS, Rejected, read_quads, sound_quads
from kg.dataset.loading.sorting import Progress, SortedLines, unwatched
from kg.dataset.outcomes import Met, Outcome
from kg.dataset.sweeping import unswept
from kg.dataset.writer import Writer
from kg.errors import Purged, ReservedGraph, UnreadableInput

__all__ = ["RdfReport", "ingest_rdf"]


@unswept()
def ingest_rdf(
    writer: Writer, path: Path, progress: Progress = unwatched, met: Met | None = None
) -> RdfReport:
    """Take one RDF file in (not yet committed). Raises ``UnreadableInput`` if nothing of it can be.

    Of that is ``Purged``, for a file that was taken out of the store. What became of each claim is
    noted in ``met``, for a file of which that can be held.
    """
    form = FORMATS[path.suffix.lower()]
    load = Load(writer, path, progress, met)
    if writer.layout.tombstone(load.digest).exists():
        raise Purged(f"{path} was purged from this store: it is not taken in again", path=str(path))
    if (finished := load.finished()) is not None:
        progress(finished.quads)
        return finished
    with tempfile.TemporaryDirectory(dir=writer.layout.root, prefix=".rdf-") as folder:
        try:
            with SortedLines(Path(folder)) as lines:
                load.read(read_quads(path, form, load.digest), lines)
                load.hold_to_names(Path(folder), form)
                return load.write(lines)
        except IsExport:
            return ingest_export(writer, path, form, progress, met=met)
        except NotOfItsFormat as error:
            if form not in LINE_FORMATS:
                raise UnreadableInput(
                    f"{path} is not {form.name}: {error.why}", path=str(path), line=error.line
                ) from None
        load = Load(writer, path, progress, met)
        with SortedLines(Path(folder)) as lines:
            load.read(sound_quads(path, form, load.report.rejected), lines)
            load.hold_to_names(Path(folder), form)
            return load.write(lines)


def ingest_export(
    writer: Writer,
    path: Path,
    form: RdfFormat,
    progress: Progress = unwatched,
    rest: Iterable[Path] = (),
    met: Met | None = None,
) -> RdfReport:
    """Take in an export of ours: a file, with those that hold the rest. Raises ``UnreadableInput``."""
    report = RdfReport(in_bulk=False)
    with tempfile.TemporaryDirectory(dir=writer.layout.root, prefix=".rdf-") as folder:
        importing = Import(writer, path, form, Path(folder), rest)
        for judged in importing.judgments():
            report.judgments_new += judged.outcome is Outcome.NEW
            if judged.outcome is Outcome.CONFLICT:
                report.rejected.append(Rejected(judged.reason, graph=judged.iri))
        for added in importing.claims(progress):
            for one in added:
                if met is not None:
                    met[one.iri] = one.outcome
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
