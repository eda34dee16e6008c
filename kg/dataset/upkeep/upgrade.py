"""From one store format to the next: the steps, in order, each of which may be interrupted and run again."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kg.dataset.files import FORMAT, Layout
from kg.dataset.loading.progress import Unwatched, Watch
from kg.dataset.upkeep.migrations import upgrade_1_to_2, upgrade_2_to_3
from kg.errors import StoreError


@dataclass(frozen=True)
class Step:
    """From a format to the next: in words, and the work.

    ``run`` holds the store while it works, and writes the new format down last, so that it
    can be run again after a crash in the middle.
    """

    words: str
    run: Callable[[Layout, Watch], None]


UNWATCHED = Unwatched()

STEPS: dict[int, Step] = {
    1: Step("index the facts with what they rest on", upgrade_1_to_2),
    2: Step("index the words of claims, to search in them", upgrade_2_to_3),
}
"""The step that leads from each older format to the next one."""


def upgrade(
    store: Path, watch: Watch = UNWATCHED, *, steps: Mapping[int, Step] = STEPS, to: int = FORMAT
) -> tuple[int, tuple[Step, ...]]:
    """Bring a store up to the format that this program writes; gives back the old format and the steps taken.

    Raises ``StoreError`` for a store of a newer format, or one too old, and ``StoreBusy``.
    """
    layout = Layout(store)
    old = now = _format_of(layout)
    if old > to:
        raise StoreError(
            f"{store} has store format {old}, this program writes {to}: use a newer Lodestone",
            store=str(store),
        )
    taken = []
    while now < to:
        if now not in steps:
            raise StoreError(f"there is no way from store format {now} to {now + 1}", store=str(store))
        steps[now].run(layout, watch)
        taken.append(steps[now])
        if _format_of(layout) != now + 1:
            raise StoreError(f"{store} did not come to have format {now + 1}: run it again", store=str(store))
        now += 1
    return old, tuple(taken)


def _format_of(layout: Layout) -> int:
    try:
        found = json.loads(layout.settings_file.read_text(encoding="utf-8"))["format"]
    except FileNotFoundError:
        raise StoreError(f"there is no Lodestone store at {layout.root}", store=str(layout.root)) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{layout.settings_file} cannot be read: {error}", store=str(layout.root)) from error
    if not isinstance(found, int):
        raise StoreError(f"{layout.settings_file} names no format: {found!r}", store=str(layout.root))
    return found
