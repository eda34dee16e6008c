"""Making the text index of a whole store anew: by several processes, and gone on with after a crash.

::

    <store>/upgrading/<version>/    the index as far as it is: each of its commits adds some thousand claims

The store does not change meanwhile, so what is there is right, and is not made again.
"""

import os
import shutil
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context, parent_process

from kg.dataset.checks.invariants import claim_names
from kg.dataset.files import Layout, Manifest, Settings
from kg.dataset.snapshots import Snapshot
from kg.dataset.text.entry import Entry, entry_of
from kg.dataset.text.keeping import TextIndexing
from kg.dataset.writer import Writer

AT_ONCE = 500
"""Claims that go to a process together."""

FEW = 5_000
"""So many claims are not worth a second process."""

_AHEAD = 3


def index_words(writer: Writer, processes: int | None = None) -> None:
    """Make the text index of the published version anew, to be published with the next one.

    A run that is broken off is gone on with by the next. ``processes`` defaults to one a core.
    """
    manifest = writer.manifest
    place = writer.layout.upgrading / f"{manifest.version:06d}"
    for other in writer.layout.upgrading.glob("*"):
        if other != place:
            shutil.rmtree(other)
    counts = manifest.counts
    claims = counts.get("active", 0) + counts.get("inactive", 0)
    writer.watch.phase("indexing words", claims, "claims")
    view = Snapshot(writer.layout, writer.settings, manifest)
    filling = TextIndexing(view, place)
    try:
        missing = filling.missing(claim_names(view), writer.watch.step)
        workers = processes or (1 if claims < FEW else os.cpu_count() or 1)
        for entries in _here(view, missing) if workers == 1 else _beside(view, missing, workers):
            for entry in entries:
                filling.stated(entry)
            writer.watch.step(len(entries))
        filling.name_base()
        filling.refresh()
    finally:
        filling.close()
    writer.put_text(place)


def _here(view: Snapshot, names: Iterator[str]) -> Iterator[list[Entry]]:
    while some := list(islice(names, AT_ONCE)):
        yield [entry_of(view, name) for name in some]


def _beside(view: Snapshot, names: Iterator[str], workers: int) -> Iterator[list[Entry]]:
    given = (view.layout, view.settings, view.manifest)
    context = get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_open, initargs=given) as pool:
        under_way: deque[Future[list[Entry]]] = deque()
        while some := list(islice(names, AT_ONCE)):
            under_way.append(pool.submit(_entries, some))
            if len(under_way) > workers * _AHEAD:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


_VIEWS: list[Snapshot] = []
"""What a process reads, once it was opened."""


def _open(layout: Layout, settings: Settings, manifest: Manifest) -> None:
    _VIEWS.append(Snapshot(layout, settings, manifest))
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End when the process that gives the work is killed: nobody else would."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _entries(names: Iterable[str]) -> list[Entry]:
    [view] = _VIEWS
    return [entry_of(view, name) for name in names]
