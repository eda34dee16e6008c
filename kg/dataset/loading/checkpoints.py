"""Where a long bulk load was last safe: one that was broken off goes on from there.

::

    <store>/loading/          while a load is under way, and after a crash until it went on
      main/ archive/ index/   the working stores as they were then (hard links)
      text/                   the text index
      runs/                   what was noted for the index and the chains, and is not worked off
      state.json              the version that they go on from, and how far which file was written

Nothing here is published: readers see the version before until the load is committed. A
version that is published otherwise in the meantime makes the rest worthless, and drops it.
"""

import json
import shutil
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import Store

from kg.dataset.files import sync_folder, write_json
from kg.dataset.text.index import link

if TYPE_CHECKING:
    from kg.dataset.working import WorkingCopy

SAFE_EVERY = 512 * 1024 * 1024
"""Characters of N-Quads after which what was loaded is made safe (about three million quads)."""

_WAY = 1
"""How loads go about it; what another way left is of no use."""


@dataclass(frozen=True)
class FileLoad:
    """How far a file was written: whether all of it, how many groups of its graphs, what became of them."""

    complete: bool
    groups: int
    recorded: str
    awaited: tuple[str, ...]
    report: Mapping[str, Any]


def save(copy: "WorkingCopy") -> None:
    """Make the state of the working stores safe, instead of what was safe before."""
    target = copy.layout.loading
    part = target.with_name(f".{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    (part / "runs").mkdir(parents=True)
    copy.text.save(part / "text")
    for name, store in copy.stores().items():
        store.backup(str(part / name))
    state = {
        "way": _WAY,
        "version": copy.manifest.version,
        "counts": dict(copy.manifest.counts),
        "loaded": copy.loaded,
        "loads": {digest: asdict(load) for digest, load in copy.loads.items()},
        "indexing": copy.indexing.saved(part / "runs"),
        "inferring": copy.inferring.saved(part / "runs"),
    }
    write_json(part / "state.json", state)
    drop(target)
    part.rename(target)
    sync_folder(target.parent)


def resume(copy: "WorkingCopy", digests: Collection[str]) -> bool:
    """Go on from what was made safe, if that was a load of some of these files into the same version."""
    folder = copy.layout.loading
    try:
        state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if state["way"] != _WAY or state["version"] != copy.manifest.version:
        drop(folder)
        return False
    if not set(state["loads"]) <= set(digests):
        return False
    copy.close_stores()
    _put_back(copy, folder)
    copy.open_stores()
    copy.go_on_with(state["counts"], state["loaded"])
    copy.indexing.resume(folder / "runs", state["indexing"])
    copy.inferring.resume(folder / "runs", state["inferring"])
    copy.loads = {digest: FileLoad(**told) for digest, told in state["loads"].items()}
    copy.resumed = dict(copy.loads)
    return True


def _put_back(copy: "WorkingCopy", folder: Path) -> None:
    working = copy.layout.working
    copy.layout.dirty_file.touch()
    sync_folder(working)
    for name in copy.STORES:
        shutil.rmtree(working / name)
        Store.read_only(str(folder / name)).backup(str(working / name))
    shutil.rmtree(working / "text")
    link(folder / "text", working / "text")


def drop(folder: Path) -> None:
    """Remove what was made safe."""
    (folder / "state.json").unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
