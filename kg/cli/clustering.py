"""``--cluster``: articles read by many workers."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.claims.names import Names
from kg.cli.watching import watched
from kg.dataset.files import Layout
from kg.dataset.snapshots import Reader
from kg.errors import LodestoneError
from kg.ingest.files import ARTICLES, find_files
from ontology.vocab import BASE

if TYPE_CHECKING:  # it comes with an extra
    from kg.ingest.cluster.reading import ClusterReading

_SHOWN = 20
WORK = ".cluster"
"""The folder of results within a store, while they are not taken in."""


@dataclass(frozen=True)
class Cluster:
    """Where it is, and the folder that keeps what it found (with the store, until it is taken in)."""

    address: str
    work: Path | None = None

    @contextmanager
    def source(
        self, store: Path, extractor: str | None, urls: Mapping[Path, str]
    ) -> Iterator["ClusterReading"]:
        """What reads articles there. The folder goes when all went well, unless it was asked for."""
        from kg.ingest.cluster.engine import connected, warmed  # noqa: PLC0415 - an extra
        from kg.ingest.cluster.reading import ClusterReading  # noqa: PLC0415
        from kg.ingest.cluster.results import WorkFolder  # noqa: PLC0415

        folder = self.work or store / WORK
        with connected(self.address) as client:
            reader = warmed(client, extractor)
            yield ClusterReading(client, WorkFolder(folder), reader, extractor, urls)
        if self.work is None:
            shutil.rmtree(folder, ignore_errors=True)


def run_shards(
    paths: Sequence[str],
    folder: Path,
    cluster: Cluster,
    *,
    store: Path,
    base: str | None,
    extractor: str | None,
    quiet: bool,
) -> int:
    """Make shards of articles, and say what became of them. Gives 1 if something was left out."""
    from kg.ingest.cluster.sharding import WORK as WITHIN  # noqa: PLC0415 - an extra
    from kg.ingest.cluster.sharding import Sharding, prepared, refused  # noqa: PLC0415

    files, strange = find_files(map(Path, paths))
    if not files:
        raise LodestoneError(f"there is no file to read: {', '.join(paths)}")
    earlier = Reader(store).current() if Layout(store).manifest_file.exists() else None
    if earlier is not None and base not in (None, earlier.names.base):
        raise LodestoneError(f"{store} has the base IRI {earlier.names.base}, which cannot be changed")
    try:
        names = earlier.names if earlier is not None else Names(base or BASE)
    except ValueError as error:
        raise LodestoneError(str(error)) from error
    recorded = prepared(folder)
    kept = Cluster(cluster.address, cluster.work or folder / WITHIN)
    with kept.source(store, extractor, {}) as reading, watched(quiet=quiet) as watch:
        articles = [path for path in files if path.suffix.lower() in ARTICLES]
        done = Sharding(reading, folder, names, recorded, earlier).write(articles, watch.step)
    rejected: list[tuple[str, str, int | None]] = [(str(path), reason, None) for path, reason in strange]
    rejected += refused(path for path in files if path.suffix.lower() not in ARTICLES)
    rejected += done.rejected
    click.echo(
        f"{done.articles} articles into {folder}, {done.copies} of them nearly the text of an earlier one\n"
        f"  claims: {done.claims} in {len(done.shards)} shards\n"
        f"  take them in: lodestone ingest {folder} --store {store}"
    )
    for path, reason, line in rejected[:_SHOWN]:
        click.echo(f"  left out: {path}{f':{line}' if line else ''}: {reason}", err=True)
    if len(rejected) > _SHOWN:
        click.echo(f"  … and {len(rejected) - _SHOWN} more", err=True)
    return 1 if rejected else 0
