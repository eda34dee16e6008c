"""Files into a store: articles by the extractor, records of claims, RDF.

What cannot be taken in is reported and kept in quarantine; it stops nothing else. Each
file is committed by itself (small ones together), so that what was acknowledged stays.
"""

import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from kg.claims.claim import Claim
from kg.claims.document import Document, text_hash
from kg.dataset.outcomes import Added, Outcome
from kg.dataset.rdf import ingest_rdf
from kg.dataset.sorting import Progress, unwatched
from kg.dataset.working import MUCH
from kg.dataset.writer import PURGED, Writer
from kg.errors import InvalidClaim, Purged, UnreadableInput
from kg.identity.judgment import Judgment
from kg.ingest.files import ARTICLES, MAPPINGS, RDF, RECORDS, find_files
from kg.ingest.mappings import Mappings, RowKnown
from kg.ingest.origins import FILE, Copies, corrected, own_origin, with_origin
from kg.ingest.packed import content_key, ending, is_packed, unpacked
from kg.ingest.quotes import with_text
from kg.ingest.records import RecordBroken, RecordRead, read_records, to_claim
from kg.ingest.report import IngestReport, Quarantine, Quarantined
from kg.link.exchange.sssom_reader import MappingBroken, MappingRead, read_sssom
from ontology.vocab import LS

if TYPE_CHECKING:  # they come with an extra
    from kg.extract.batch import Extracted
    from kg.extract.pipeline import Extractor
    from kg.extract.reader import Article

BATCH = 1000
"""Records validated and written at once."""

COMMIT_SECONDS = 2.0
"""Files that take less share a commit for so long."""

COMMIT_RECORDS = 60.0
"""Records of one file that take longer are committed so often: a run that is broken off loses no more."""


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

    def __post_init__(self) -> None:
        self.report = IngestReport()
        self._quarantine = Quarantine(self.writer.layout.quarantine)
        self._texts: set[str] = set()
        self._in_bulk = False
        """Whether what was written since the last commit came in by bulk loads, which are made safe."""
        self._copies = Copies(self.writer.layout.root / FILE, self.writer.names)
        self._extracted: Iterator[Extracted] | None = None

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
        for path, following in zip(files, [*files[1:], None], strict=True):
            self._file(path, progress)
            if time.monotonic() - last > COMMIT_SECONDS and not (self._in_bulk and _is_rdf(following)):
                self._commit()
                last = time.monotonic()
        self._verify_waiting()
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
                stored = view.claim(name)
                quote = stored.claim.quote
                if quote is None or text is None or stored.claim.quote_verified or stored.retracted:
                    continue
                if quote.start is not None and text[quote.start : quote.end] == quote.exact:
                    self.writer.verify_quote(name)
                    self.report.quotes_verified += 1
                else:
                    reason = "its quote does not stand in its document's text where it says"
                    self.writer.retract(name, reason=reason, by="lodestone ingest")
                    self._reject(name, f"retracted: {reason}", raw=stored.claim.model_dump_json())

    def _commit(self, *, last: bool = False) -> None:
        if self.writer.resumed and not last:
            return  # the load that was broken off is published as a whole
        self._in_bulk = False
        before = self.writer.manifest.version
        self.writer.make_safe(at_once=self.writer.loaded > MUCH)
        after = self.writer.commit().version
        if after != before:
            self.report.versions.append(self.writer.names.snapshot(self.writer.settings.store_id, after))

    def _file(self, path: Path, progress: Progress) -> None:
        self.report.files += 1
        if not _is_rdf(path):
            self._in_bulk = False
        try:
            if is_packed(path):
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
        for article, claims in done.articles:
            self._take(article, claims, path)
            progress(max(len(claims), 1))
            self.writer.watch.step(max(len(claims), 1))

    def _extract(self, files: list[Path]) -> Iterator["Extracted"] | None:
        """What the articles among the files claim, in their order; ``None`` without the extra."""
        try:
            from kg.extract.batch import extract_files  # noqa: PLC0415 - an extra
        except ModuleNotFoundError:
            return None
        articles = [path for path in files if path.suffix.lower() in ARTICLES]
        return extract_files(articles, extractor=self.extractor, urls=self.urls)

    def _take(self, article: "Article", claims: list[Claim], path: Path) -> None:
        names, document = self.writer.names, article.document
        self.report.empty += not claims
        self._keep(article.text)
        body = article.text[article.body :]
        original = self._copies.original(body, document)
        origin = original.origin if original else own_origin(article.chain_tail[-1], document, names)
        self._copies.note(body, document, origin)
        taken = [with_text(claim, article.text) for claim in claims]
        if original is not None:
            self.report.copies += 1
            taken = [with_origin(claim, origin) for claim in taken]
            taken = [
                claim.model_copy(update={"corrects": corrected(claim, original.document, self.writer)})
                for claim in taken
            ]
        self._write([(None, "", claim) for claim in taken], path)

    # --- records

    def _records(self, path: Path, progress: Progress) -> None:
        default = self.document or _as_document(path)
        self.writer.watch.phase("taking in", None, "records")
        records = read_records(path)
        last = time.monotonic()
        while batch := list(islice(records, BATCH)):
            self._write(list(self._claims(batch, path, default)), path)
            progress(len(batch))
            self.writer.watch.step(len(batch))
            if time.monotonic() - last > COMMIT_RECORDS:
                self._commit()
                last = time.monotonic()

    def _claims(
        self, batch: Iterable[RecordRead | RecordBroken], path: Path, default: Document
    ) -> Iterator[tuple[int | None, str, Claim]]:
        for record in batch:
            if isinstance(record, RecordBroken):
                self._reject(path, record.reason, line=record.line, raw=record.raw)
                continue
            try:
                yield record.line, record.raw, self._claim(record, path, default)
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
            text = _read_beside(file, path)
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
        rows = file.rows()
        while batch := list(islice(rows, BATCH)):
            claims: list[tuple[int | None, str, Claim]] = []
            judgments: list[tuple[MappingRead, Judgment]] = []
            for row in batch:
                if isinstance(row, MappingBroken):
                    self._reject(path, row.reason, line=row.line, raw=row.raw)
                    continue
                try:
                    said = mappings.read(row)
                except (InvalidClaim, ValueError) as error:
                    self._reject(path, str(error), line=row.line, raw=row.raw)
                    continue
                match said:
                    case Claim():
                        claims.append((row.line, row.raw, said))
                    case Judgment():
                        judgments.append((row, said))
                    case RowKnown.CLAIM:
                        self.report.claims_known += 1
                    case RowKnown.JUDGMENT:
                        self.report.judgments_known += 1
            self._write(claims, path)
            self._judge(judgments, path)
            progress(len(batch))
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

    def _write(self, claims: list[tuple[int | None, str, Claim]], path: Path) -> None:
        try:
            added = self.writer.add(claim for _, _, claim in claims)
        except InvalidClaim as error:
            if len(claims) == 1:
                line, raw, claim = claims[0]
                self._reject(path, str(error), line=line, raw=raw or claim.model_dump_json())
            else:  # nothing was written: find the one that cannot be
                for one in claims:
                    self._write([one], path)
            return
        for (line, raw, claim), done in zip(claims, added, strict=True):
            self._note(done, path, line, raw, claim)

    def _note(self, done: Added, path: Path, line: int | None, raw: str, claim: Claim) -> None:
        match done.outcome:
            case Outcome.NEW:
                self.report.claims_new += 1
                self.report.claims_inactive += not done.active
            case Outcome.KNOWN:
                self.report.claims_known += 1
            case Outcome.CONFLICT:
                self._reject(
                    path,
                    f"{done.iri}: {done.reason}",
                    line=line,
                    raw="" if done.reason == PURGED else raw or claim.model_dump_json(),
                )


def _is_rdf(path: Path | None) -> bool:
    return path is not None and ending(path) in RDF


def _as_document(path: Path) -> Document:
    """The file of records as the document of those that name none."""
    return Document(title=path.name, hash=text_hash(path.read_bytes().decode("utf-8", "replace")))


def _read_beside(file: str, path: Path) -> str:
    """The text in a file that a record names, below the folder of the records. Raises ``InvalidClaim``."""
    folder = path.parent.resolve()
    candidate = (folder / file).resolve()
    if not candidate.is_relative_to(folder) or not candidate.is_file():
        raise InvalidClaim(f"document.file: there is no file {file!r} below the folder of the records")
    try:
        return candidate.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidClaim(f"document.file: {file} cannot be read: {error}") from error
