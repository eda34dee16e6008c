"""From one store format to the next."""

from dataclasses import asdict, replace

from kg.dataset.files import Layout, write_json
from kg.dataset.writer import Writer


def upgrade_1_to_2(layout: Layout) -> None:
    """Index the facts, which format 1 did not, and publish that as a new version.

    Interrupted, it can be run again. Raises ``StoreError`` if the store has another format.
    """
    with Writer(layout.root, store_format=1) as writer:
        writer.rebuild_index()
        writer.commit()
        write_json(layout.settings_file, asdict(replace(writer.settings, format=2)))


def upgrade_2_to_3(layout: Layout) -> None:
    """Index the words of claims, which format 2 did not, and publish that as a new version.

    Interrupted, it can be run again. Raises ``StoreError`` if the store has another format.
    """
    with Writer(layout.root, store_format=2) as writer:
        writer.rebuild_index()
        writer.commit()
        write_json(layout.settings_file, asdict(replace(writer.settings, format=3)))
