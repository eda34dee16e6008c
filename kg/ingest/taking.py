"""Files into a store: articles by the extractor, records of claims, RDF.

What cannot be taken in is reported and kept in quarantine; it stops nothing else. Each
file is committed by itself (small ones together), so that what was acknowledged stays.
"""

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from kg.claims.claim import Claim, Polarity
from kg.claims.document import Document, text_hash
from kg.claims.names import part_of
from kg.dataset.loading.rdf import RdfReport, ingest_rdf
from kg.dataset.loading.sorting import Progress, unwatched
from kg.dataset.outcomes import Added, Outcome
from kg.dataset.working import MUCH
from kg.dataset.writer import PURGED, Writer
from kg.errors import InvalidClaim, Purged, UnreadableInput
from kg.identity.judgment import Judgment
from kg.ingest.corrections import corrected, is_correction, said_before, said_in
from kg.ingest.files import ARTICLES, MAPPINGS, RDF, RECORDS, find_files
from kg.ingest.mappings import Mappings, RowKnown
from kg.ingest.origins import FILE, Copies, Known, Minima, minima, own_origin, with_origin
from kg.ingest.packed import content_key, ending, is_packed, unpacked
from kg.ingest.quotes import with_text
from kg.ingest.records import RecordBroken, RecordRead, as_document, read_records, text_beside, to_claim
from kg.ingest.report import IngestReport, Quarantine, Quarantined
from kg.ingest.shards import load_shards
from kg.link.exchange.sssom_reader import MappingRead, read_sssom
from ontology.vocab import LS

if TYPE_CHECKING:  # they come with an extra
    from kg.extract.batch import Extracted
    from kg.extract.pipeline import Extractor
    from kg.extract.reading.reader import Article

    ArticleSource = Callable[[list[Path]], Iterator[Extracted]]

BATCH = 1000
"""Records validated and written at once."""

COMMIT_SECONDS = 2.0
"""Files that take less share a commit for so long."""


COMMIT_RECORDS = 60.0
"""Records of one file that take longer are committed so often: a run that is broken off loses no more."""


@dataclass(frozen=True)
class Offered:
    """A claim to be written, and where it stood."""

    claim: Claim
    path: Path
    line: int | None = None
    raw: str = ""


@dataclass
class Ingest:
    """One run: files into one store."""

    writer: Writer
    document: Document | None = None
    text: str | None = None
    extractor: "Extractor | None" = None
    """Reads the articles; without it, the shipped one does."""
    urls: Mapping[Path, str] = field(default_factory=dict)
    """Where files were fetched from."""
    source: "ArticleSource | None" = None
    """What reads the articles instead, elsewhere; the extractor is not asked then."""
    commit_seconds: float = COMMIT_SECONDS
    """Files that take less share a commit for so long."""

    def __post_init__(self) -> None:
        self.report = IngestReport()
        self._quarantine = Quarantine(self.writer.layout.quarantine)
        self._texts: set[str] = set()
        self._in_bulk = False
        """Whether what was written since the last commit came in by bulk loads, which are made safe."""
        self._copies = Copies(self.writer.layout.root / FILE, self.writer.names)
        self._extracted: Iterator[Extracted] | None = None
        self._waiting: list[Offered] = []

    @property
    def quarantine_file(self) -> Path:
        """Where this run keeps what it could not take in, if anything."""
        return self._quarantine.file

    def run(self, paths: Iterable[Path], progress: Progress = unwatched) -> IngestReport:
        """Take all files in. ``progress`` hears of each claim or quad."""
        files, refused = find_files(paths)
        for path, reason in refused:
            self._reject(path, reason, whole=path)
        self._extracted = self._extract(files)
        self._go_on(files)
        last = time.monotonic()
        for path, following in zip_longest(files, files[1:]):
            self._file(path, progress)
            overdue = time.monotonic() - last > self.commit_seconds
            if overdue and not (self._in_bulk and _is_rdf(following)):
                self._commit()
                last = time.monotonic()
        self._write_waiting()
        self._verify_waiting()
        self._texts.clear()
        self._commit(last=True)
        return self.report

    def _go_on(self, files: Iterable[Path]) -> None:
        """Go on with a bulk load of some of these files that was broken off."""
        if self.writer.layout.loading.exists():
            digests = [content_key(path) for path in files if _is_rdf(path)]
            self.report.resumed = self.writer.resume(digests)

    def _keep(self, text: str) -> None:
        self._texts.add(self.writer.layout.save_text(text))

    def _verify_waiting(self) -> None:
        """Hold quotes whose text was not at hand before against the texts that came in now.

        A claim whose quote is not there is taken back, with that reason.
        """
        view = self.writer.view
        for content_hash in sorted(self._texts):
            text = self.writer.layout.text(content_hash)
            for name in view.pointing_at(LS.document, self.writer.names.document(content_hash)):
                if view.node(part_of(name, "quote")).get(LS.quoteVerified) == "true":
                    continue
                stored = view.claim(name)
                quote = stored.claim.quote
                if quote is None or text is None or stored.retracted:
                    continue
                if quote.start is not None and text[quote.start : quote.end] == quote.exact:
                    self.writer.verify_quote(name)
                    self.report.quotes_verified += 1
                else:
                    reason = "its quote does not stand in its document's text where it says"
                    self.writer.retract(name, reason=reason, by="lodestone ingest")
                    self._reject(name, f"retracted: {reason}", raw=stored.claim.model_dump_json())

    def _commit(self, *, last: bool = False) -> None:
        self._write_waiting()
        if self.writer.resumed and not last:
            return  # the load that was broken off is published as a whole
        self._in_bulk = False
        before = self.writer.manifest.version
        self.writer.make_safe(at_once=self.writer.loaded > MUCH)
        after = self.writer.commit().version
        if after != before:
            self.report.versions.append(self.writer.names.snapshot(self.writer.settings.store_id, after))
        self._copies.keep()

    def _file(self, path: Path, progress: Progress) -> None:
        self.report.files += 1
        if ending(path) not in ARTICLES:
            self._write_waiting()
        if not _is_rdf(path):
            self._in_bulk = False
        try:
            if path.is_dir():
                self._shards(path, progress)
            elif is_packed(path):
                with tempfile.TemporaryDirectory(dir=self.writer.layout.root, prefix=".rdf-") as folder:
                    self._take_by_name(unpacked(path, Path(folder)), progress)
            else:
                self._take_by_name(path, progress)
        except Purged as error:
            self._reject(path, str(error))  # no copy is kept of what may not be kept
        except UnreadableInput as error:
            self._reject(path, str(error), line=error.line, whole=path)

    def _take_by_name(self, path: Path, progress: Progress) -> None:
        suffix = path.suffix.lower()
        if suffix in RDF:
            self._rdf(path, progress)
        elif suffix in RECORDS:
            self._records(path, progress)
        elif suffix in MAPPINGS:
            self._mappings(path, progress)
        else:
            self._article(path, progress)

    def _reject(
        self,
        origin: Path | str,
        reason: str,
        *,
        line: int | None = None,
        raw: str = "",
        whole: Path | None = None,
    ) -> None:
        item = Quarantined(str(origin), reason, line, raw)
        self.report.quarantined.append(self._quarantine.keep(item, whole))

    # --- RDF

    def _rdf(self, path: Path, progress: Progress) -> None:
        if not self._in_bulk:
            self._commit()  # what came before does not fall with a file that breaks while it is written
        done = ingest_rdf(self.writer, path, progress)
        self._in_bulk = done.in_bulk and self.writer.is_near
        self._report_rdf(path, done)

    def _shards(self, folder: Path, progress: Progress) -> None:
        self._commit()
        done, texts = load_shards(self.writer, folder, self._copies, progress)
        self._texts.update(texts)
        self._report_rdf(folder, done)

    def _report_rdf(self, path: Path, done: RdfReport) -> None:
        self.report.claims_new += done.claims_new
        self.report.claims_known += done.claims_known
        self.report.base_new += done.base_new
        self.report.judgments_new += done.judgments_new
        for item in done.rejected:
            where = f"graph <{item.graph}>: " if item.graph else ""
            self._reject(path, f"{where}{item.reason}", line=item.line, raw=item.raw)

    # --- articles

    def _article(self, path: Path, progress: Progress) -> None:
        if self._extracted is None:
            raise UnreadableInput(
                "articles are read by an extra that is not installed: pip install 'lodestone-kg[extract]'",
                path=str(path),
            )
        done = next(self._extracted)
        if done.problem is not None:
            raise done.problem
        minima_of = done.minima or tuple(minima(a.text[a.body :]) for a, _ in done.articles)
        for (article, claims), found in zip(done.articles, minima_of, strict=True):
            self._take(article, claims, found, path)
            progress(max(len(claims), 1))
            self.writer.watch.step(max(len(claims), 1))

    def _extract(self, files: list[Path]) -> Iterator["Extracted"] | None:
        """What the articles among the files claim, in their order; ``None`` without the extra."""
        articles = [path for path in files if path.suffix.lower() in ARTICLES]
        if self.source is not None:
            return self.source(articles)
        try:
            from kg.extract.batch import extract_files  # noqa: PLC0415 - an extra
        except ModuleNotFoundError:
            return None
        return extract_files(articles, extractor=self.extractor, urls=self.urls)

    def _take(self, article: "Article", claims: list[Claim], found: Minima | None, path: Path) -> None:
        names, document = self.writer.names, article.document
        self.report.empty += not claims
        self._keep(article.text)
        original = self._copies.original(found, document)
        origin = original.origin if original else own_origin(article.chain_tail[-1], document, names)
        self._copies.note(found, document, origin)
        taken = [with_text(claim, article.text) for claim in claims]
        if original is not None:
            self.report.copies += 1
            taken = [with_origin(claim, origin) for claim in taken]
        taken = [
            self._correcting(claim, original)
            if claim.polarity is Polarity.NEGATIVE and (original or is_correction(claim, article.text))
            else claim
            for claim in taken
        ]
        self._waiting += (Offered(claim, path) for claim in taken)
        if len(self._waiting) >= BATCH:
            self._write_waiting()

    def _correcting(self, denial: Claim, original: Known | None) -> Claim:
        """A denial in a copy or a correction, with what it corrects of the original, or of what was said."""
        self._write_waiting()
        view, names = self.writer.view, self.writer.names
        document = original and names.document(original.document)
        earlier = said_in(view, document) if document else said_before(view, denial, names)
        return denial.model_copy(update={"corrects": corrected(denial, earlier)})

    # --- records

    def _records(self, path: Path, progress: Progress) -> None:
        default = self.document or as_document(path)
        self.writer.watch.phase("taking in", None, "records")
        records = read_records(path)
        last = time.monotonic()
        while batch := list(islice(records, BATCH)):
            self._write(list(self._claims(batch, path, default)))
            progress(len(batch))
            self.writer.watch.step(len(batch))
            if time.monotonic() - last > COMMIT_RECORDS:
                self._commit()
                last = time.monotonic()

    def _claims(
        self, batch: Iterable[RecordRead | RecordBroken], path: Path, default: Document
    ) -> Iterator[Offered]:
        for record in batch:
            if isinstance(record, RecordBroken):
                self._reject(path, record.reason, line=record.line, raw=record.raw)
                continue
            try:
                yield Offered(self._claim(record, path, default), path, record.line, record.raw)
            except InvalidClaim as error:
                self._reject(path, str(error), line=record.line, raw=record.raw)
            except (ValueError, OverflowError, RecursionError) as error:
                self._reject(path, f"this cannot be a claim: {error}", line=record.line, raw=record.raw)

    def _claim(self, record: RecordRead, path: Path, default: Document) -> Claim:
        taken = to_claim(record.record, default_document=default)
        claim = with_text(
            taken.claim, self._text_of(taken.claim, taken.document_text, taken.document_file, path)
        )
        if claim.quote is not None:
            self.report.quotes_verified += claim.quote_verified
            self.report.quotes_unverified += not claim.quote_verified
        return claim

    def _text_of(self, claim: Claim, text: str | None, file: str | None, path: Path) -> str | None:
        """The text of a claim's document: given with it, in a file named by it, or kept from before."""
        if text is None and file is not None:
            text = text_beside(file, path)
        if text is None and self.text is not None and claim.document.hash in (None, text_hash(self.text)):
            text = self.text
        if text is not None:
            if claim.document.hash in (None, text_hash(text)):
                self._keep(text)
            return text
        return self.writer.layout.text(claim.document.hash) if claim.document.hash else None

    # --- mappings

    def _mappings(self, path: Path, progress: Progress) -> None:
        file = read_sssom(path)
        self._keep(file.text)
        mappings = Mappings(file, path.name, self.writer)
        for batch in mappings.batches(file.rows(), BATCH):
            for row in batch.broken:
                self._reject(path, row.reason, line=row.line, raw=row.raw)
            self.report.claims_known += batch.known[RowKnown.CLAIM]
            self.report.judgments_known += batch.known[RowKnown.JUDGMENT]
            self._write([Offered(claim, path, row.line, row.raw) for row, claim in batch.claims])
            self._judge(batch.judgments, path)
            progress(batch.size)
        self.report.notes += mappings.notes()

    def _judge(self, judgments: list[tuple[MappingRead, Judgment]], path: Path) -> None:
        judged = self.writer.judge(judgment for _, judgment in judgments)
        for (row, _), done in zip(judgments, judged, strict=True):
            match done.outcome:
                case Outcome.NEW:
                    self.report.judgments_new += 1
                case Outcome.KNOWN:
                    self.report.judgments_known += 1
                case Outcome.CONFLICT:
                    self._reject(path, done.reason, line=row.line, raw=row.raw)

    # --- writing

    def _write_waiting(self) -> None:
        """Write the claims of the articles that were gathered: many at once are far faster."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._write(waiting)

    def _write(self, offered: list[Offered]) -> None:
        try:
            added = self.writer.add(one.claim for one in offered)
        except InvalidClaim as error:
            if len(offered) == 1:
                [one] = offered
                raw = one.raw or one.claim.model_dump_json()
                self._reject(one.path, str(error), line=one.line, raw=raw)
            else:  # nothing was written: find the one that cannot be
                for one in offered:
                    self._write([one])
            return
        for one, done in zip(offered, added, strict=True):
            self._note(done, one)

    def _note(self, done: Added, one: Offered) -> None:
        match done.outcome:
            case Outcome.NEW:
                self.report.claims_new += 1
                self.report.claims_inactive += not done.active
            case Outcome.KNOWN:
                self.report.claims_known += 1
            case Outcome.CONFLICT:
                raw = "" if done.reason == PURGED else one.raw or one.claim.model_dump_json()
                self._reject(one.path, f"{done.iri}: {done.reason}", line=one.line, raw=raw)


def _is_rdf(path: Path | None) -> bool:
    return path is not None and ending(path) in RDF
