"""Showing how far long work is: a bar on a terminal, a line at times elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from kg.dataset.loading.progress import Unwatched, Watch

EVERY = 10.0
"""Seconds between two lines of one phase."""


class Bar:
    """A bar on a terminal, for one phase after the other."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID = progress.add_task("taking in", total=None, told="")
        self._shown = Told("taking in", None, "")

    def phase(self, name: str, total: int | None, unit: str) -> None:
        """See ``Watch``."""
        self._shown = Told(name, total, unit)
        self._progress.reset(self._task, total=total, description=name, told="")

    def step(self, count: int) -> None:
        """See ``Watch``."""
        self._shown.done += count
        self._progress.update(self._task, advance=count, told=self._shown.counts())


class Lines:
    """A line at the beginning of a phase that has a total, and at times while it lasts."""

    def __init__(self, every: float = EVERY) -> None:
        self._every = every
        self._shown = Told("taking in", None, "claims")
        self._last = time.monotonic()

    def phase(self, name: str, total: int | None, unit: str) -> None:
        """See ``Watch``."""
        if self._shown.done and time.monotonic() - self._shown.began > self._every:
            self._tell()
        self._shown = Told(name, total, unit)

    def step(self, count: int) -> None:
        """See ``Watch``."""
        self._shown.done += count
        if time.monotonic() - self._last >= self._every:
            self._tell()

    def _tell(self) -> None:
        self._last = time.monotonic()
        click.echo(f"{self._shown.name}: {self._shown.counts()}{self._shown.left()}", err=True)


class Told:
    """How far a phase is, in words."""

    def __init__(self, name: str, total: int | None, unit: str) -> None:
        self.name, self.total, self.unit = name, total, unit
        self.done = 0
        self.began = time.monotonic()

    @property
    def _rate(self) -> float:
        return self.done / max(time.monotonic() - self.began, 1e-3)

    def counts(self) -> str:
        """``1,200,000 of 5,000,000 quads, 35,000/s``; bytes as megabytes."""
        scale, unit = (1_000_000, "MB") if self.unit == "bytes" else (1, self.unit)
        of = f" of {self.total // scale:,}" if self.total is not None else ""
        return f"{self.done // scale:,}{of} {unit}, {self._rate / scale:,.0f}/s"

    def left(self) -> str:
        """``, about 1:48 left``, where that can be told."""
        if self.total is None or not self.done:
            return ""
        seconds = round(max(self.total - self.done, 0) / self._rate)
        return f", about {seconds // 60}:{seconds % 60:02d} left"


@contextmanager
def watched(*, quiet: bool) -> Iterator[Watch]:
    """Shows the phases of long work on standard error, unless ``quiet``."""
    console = Console(stderr=True)
    if quiet:
        yield Unwatched()
        return
    if not console.is_terminal:
        yield Lines()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield Bar(progress)
