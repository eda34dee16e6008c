"""``lodestone ingest``, ``extract`` and ``retract``."""

import json
import secrets
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.claims.document import Document, text_hash
from kg.claims.names import Names, is_iri
from kg.cli.auditing import note_done
from kg.cli.clustering import Cluster
from kg.cli.engines import Engine, place, writer_of
from kg.cli.watching import watched
from kg.dataset.files import Settings
from kg.dataset.snapshots import Reader
from kg.errors import LodestoneError
from kg.ingest.fetching import Outbound
from kg.ingest.report import IngestReport
from kg.ingest.taking import Ingest

if TYPE_CHECKING:
    from kg.extract.pipeline import Extractor

_SHOWN = 20


def run_ingest(
    paths: Sequence[str],
    store: Path,
    *,
    document_file: Path | None,
    base: str | None,
    wait: float,
    quiet: bool,
    allow: Sequence[str] = (),
    extractor: str | None = None,
    engine: Engine | None = None,
    cluster: Cluster | None = None,
    memory: int | None = None,
) -> int:
    """Take files in, and pages of the hosts in ``allow``, and say what became of them.

    Gives 1 if something was quarantined.
    """
    with tempfile.TemporaryDirectory(prefix="lodestone-fetched-") as folder:
        fetched = _fetched([path for path in paths if is_url(path)], Path(folder), allow)
        files = [path for path in paths if not is_url(path)] + [str(path) for path in fetched]
        return _take_in(
            files, store, fetched, document_file, base, wait, extractor, engine, cluster, memory, quiet=quiet
        )


def is_url(path: str) -> bool:
    """Whether a path is an address of the web."""
    return path.startswith(("http://", "https://"))


def _fetched(urls: Sequence[str], folder: Path, allow: Sequence[str]) -> dict[Path, str]:
    """Pages as files, with where each came from."""
    outbound = Outbound(frozenset(allow))
    found: dict[Path, str] = {}
    for number, url in enumerate(urls, 1):
        page = outbound.fetch(url)
        file = folder / f"page-{number}{page.suffix}"
        file.write_bytes(page.content)
        found[file] = page.url
    return found


def run_extract(file: Path, extractor: str | None) -> list[dict[str, Any]]:
    """The claims of a file as records."""
    from kg.extract.batch import extract_files  # noqa: PLC0415 - an extra
    from kg.extract.pipeline import claims_json  # noqa: PLC0415

    chosen = chosen_extractor(extractor)
    [done] = extract_files([file], processes=1, extractor=chosen)
    if done.problem is not None:
        raise done.problem
    return [record for article, claims in done.articles for record in claims_json(article, claims)]


def chosen_extractor(name: str | None) -> "Extractor | None":
    """The extractor of that name; none for the shipped one. Raises ``LodestoneError``."""
    if name is None:
        return None
    from kg.extract.registry import extractor  # noqa: PLC0415 - an extra

    return extractor(name)


def _take_in(
    paths: Sequence[str],
    store: Path,
    urls: Mapping[Path, str],
    document_file: Path | None,
    base: str | None,
    wait: float,
    extractor: str | None,
    engine: Engine | None,
    cluster: Cluster | None,
    memory: int | None,
    *,
    quiet: bool,
) -> int:
    if "" in paths:
        raise LodestoneError("a path is empty: name a file or a folder (. for this one)")
    if not any(Path(path).exists() for path in paths):
        raise LodestoneError(f"there is no such file: {', '.join(paths)}")
    settings = None
    if base is not None:
        try:
            Names(base)
        except ValueError as error:
            raise LodestoneError(str(error)) from error
        settings = Settings(store_id=secrets.token_hex(4), base=base)
    with writer_of(store, engine, wait, settings) as writer:
        if base is not None and writer.settings.base != base:
            raise LodestoneError(f"{store} has the base IRI {writer.settings.base}, which cannot be changed")
        if memory is not None:
            writer.load_memory = memory * 1024 * 1024
        run = Ingest(writer, *_document(document_file), extractor=chosen_extractor(extractor), urls=urls)
        with ExitStack() as stack:
            if cluster is not None:
                run.source = stack.enter_context(cluster.source(store, extractor, urls))
                if engine is None:
                    run.commit_seconds = inf  # one version; an engine is told in parts
            writer.watch = stack.enter_context(watched(quiet=quiet))
            report = run.run([Path(p) for p in paths])
    told = {"new": report.claims_new, "known": report.claims_known, "base": report.base_new}
    quarantined = len(report.quarantined)
    note_done(store, "ingest", paths=list(paths), versions=report.versions, quarantined=quarantined, **told)
    _summarize(report, place(store, engine), run.quarantine_file)
    return 0 if report.clean else 1


def _document(file: Path | None) -> tuple[Document | None, str | None]:
    if file is None:
        return None, None
    from kg.extract.reading.reader import read_article  # noqa: PLC0415 - an extra

    article = read_article(file)
    return article.document.model_copy(update={"hash": text_hash(article.text)}), article.text


def _summarize(report: IngestReport, where: str, quarantine: Path) -> None:
    lines = [f"{report.files} file{'s' * (report.files != 1)} into {where}"]
    lines.append(f"  claims: {report.claims_new} new, {report.claims_known} already there")
    if report.judgments_new or report.judgments_known:
        lines.append(f"  judgments: {report.judgments_new} new, {report.judgments_known} already there")
    if report.resumed:
        lines.append("  gone on with the load that was broken off, whose claims are counted in")
    lines += (f"  {note}" for note in report.notes)
    if report.claims_inactive:
        lines.append(f"          {report.claims_inactive} of the new are not active: their pages say why")
    if report.empty:
        lines.append(f"  no claim was found in {report.empty} article{'s' * (report.empty != 1)}")
    if report.copies:
        lines.append(f"  {report.copies} nearly the text of an earlier one: no origins of their own")
    if report.base_new:
        lines.append(f"  base data: {report.base_new} new quads")
    if report.quotes_verified or report.quotes_unverified:
        lines.append(
            f"  quotes: {report.quotes_verified} verified against the text, "
            f"{report.quotes_unverified} without a text to hold them against"
        )
    if report.versions:
        lines.append(f"  published: {report.versions[-1]}")
    click.echo("\n".join(lines))
    if report.quarantined:
        click.echo(f"  quarantined: {len(report.quarantined)}, kept in {quarantine}", err=True)
        for item in report.quarantined[:_SHOWN]:
            where = f"{item.file}:{item.line}" if item.line is not None else item.file
            click.echo(f"    {where}: {item.reason}", err=True)
        if len(report.quarantined) > _SHOWN:
            click.echo(f"    … and {len(report.quarantined) - _SHOWN} more", err=True)


def print_records(records: Sequence[object], form: str) -> None:
    """Claims on standard output, as one JSON array or a line each."""
    if form == "json":
        click.echo(json.dumps(records, ensure_ascii=False, indent=1))
        return
    for record in records:
        click.echo(json.dumps(record, ensure_ascii=False))


def run_retract(
    claim: str, store: Path, *, reason: str, by: str, wait: float, engine: Engine | None = None
) -> int:
    """Retract a claim; 0 also if it was retracted before."""
    snapshot = engine.source(store) if engine else Reader(store).current()
    if not is_iri(claim):
        claim = snapshot.names.claim(claim)
    snapshot.need_claim(claim)
    with writer_of(store, engine, wait) as writer:
        done = writer.retract(claim, reason=reason, by=by)
        writer.commit()
    note_done(store, "retract", claim=claim, reason=reason, by=by, already=not done)
    click.echo(f"retracted {claim}" if done else f"{claim} was retracted before")
    return 0
