"""From one store format to the next: each step publishes what it made, then writes the new format down."""

import shutil
from dataclasses import asdict, replace

from kg.dataset.files import Layout, write_json
from kg.dataset.loading.progress import Watch
from kg.dataset.upkeep.wording import index_words
from kg.dataset.writer import Writer


def upgrade_1_to_2(layout: Layout, watch: Watch) -> None:
    """Index the facts, which format 1 did not, and publish that as a new version.

    Interrupted, it can be run again. Raises ``StoreError`` if the store has another format.
    """
    with Writer(layout.root, store_format=1) as writer:
        writer.watch = watch
        if not writer.manifest.index:
            writer.touch()
            writer.indexing.touch_all()
            writer.commit()
        write_json(layout.settings_file, asdict(replace(writer.settings, format=2)))


def upgrade_2_to_3(layout: Layout, watch: Watch) -> None:
    """Index the words of claims, which format 2 did not, and publish that as a new version.

    Interrupted, it is gone on with when it is run again. Raises ``StoreError`` if the store has
    another format.
    """
    with Writer(layout.root, store_format=2) as writer:
        writer.watch = watch
        if not writer.manifest.text:
            index_words(writer)
            writer.commit()
        write_json(layout.settings_file, asdict(replace(writer.settings, format=3)))
    shutil.rmtree(layout.upgrading, ignore_errors=True)
