"""Sorting on disk: whatever the sizes of runs and blocks, each line once and in order."""

import tempfile
from pathlib import Path
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from kg.dataset.loading import sorting
from kg.dataset.loading.sorting import SortedLines

LINES = st.lists(st.text("ab\t \r\u2028é\U00010000", max_size=4), max_size=60)


@given(LINES, LINES, st.integers(1, 30), st.integers(1, 12), st.integers(2, 4))
def test_lines_come_in_order_each_once(
    alone: list[str], together: list[str], run: int, block: int, most: int
) -> None:
    small = patch.multiple(sorting, MERGED_AT_ONCE=block, LEAST_BLOCK=block, MOST_RUNS=most)
    with small, tempfile.TemporaryDirectory() as folder, SortedLines(Path(folder), run) as lines:
        for line in alone:
            lines.add(line)
        lines.add_all(together)
        assert list(lines) == sorted({*alone, *together})


@given(LINES, LINES)
def test_what_was_saved_is_gone_on_with(before: list[str], after: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as kept:
        with SortedLines(Path(folder)) as lines:
            lines.add_all(before)
            names = lines.saved(Path(kept))
        with SortedLines.resumed(Path(folder), [Path(kept) / name for name in names]) as lines:
            lines.add_all(after)
            assert list(lines) == sorted({*before, *after})
