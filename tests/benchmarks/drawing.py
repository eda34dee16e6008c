"""Plots as SVG that reads in light and in dark: its colours are the page's, or its own."""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

_COLOURS = {
    "#010101": "var(--ink)",
    "#020202": "var(--muted)",
    "#030303": "var(--line)",
    "#040404": "var(--one)",
    "#050505": "var(--two)",
    "#060606": "var(--three)",
    "#070707": "var(--four)",
}
"""What stands in the drawing for each role."""

INK, MUTED, LINE, *SERIES = _COLOURS
LIGHT = (
    "--ink:#20252b;--muted:#5b636c;--line:#dfdcd2;--one:#1c5380;--two:#b4500f;--three:#1f6b45;--four:#7a3f8f"
)
DARK = (
    "--ink:#e6e3dc;--muted:#a2a8ae;--line:#3a4147;--one:#8fc1e8;--two:#f3a35c;--three:#8fd3ac;--four:#d5a3e6"
)
_MARKERS = "osD^"
_STYLE: Any = {
    "svg.fonttype": "none",
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "grid.color": LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "legend.frameon": False,
}


@dataclass(frozen=True)
class Bar:
    """A ratio in a plot of ratios: its name, how far it varies (relative), and what it is to be at most."""

    name: str
    ratio: float
    spread: float | None = None
    aim: float | None = None


@mpl.rc_context(_STYLE)
def ratios(title: str, bars: Sequence[Bar], words: str) -> str:
    """One line for each ratio, on a logarithmic scale; what it varies by, its aim, and 1 as a line."""
    figure = _figure(0.9 + 0.27 * len(bars))
    axes = figure.add_subplot()
    places = list(range(len(bars)))[::-1]
    for place, bar in zip(places, bars, strict=True):
        around = bar.ratio * (bar.spread or 0)
        missed = bar.aim is not None and bar.ratio > bar.aim
        colour = SERIES[1] if missed else SERIES[0]
        axes.plot([1, bar.ratio], [place, place], color=LINE, linewidth=3, zorder=1)
        low = min(around, bar.ratio * 0.9)
        axes.errorbar(bar.ratio, place, xerr=[[low], [around]], fmt="o", color=colour, markersize=5, zorder=3)
        if bar.aim is not None:
            axes.plot(bar.aim, place, marker="|", color=INK, markersize=11, markeredgewidth=2, zorder=2)
        axes.text(1.01, place, f"{bar.ratio:.3g}", transform=axes.get_yaxis_transform(), va="center")
    axes.axvline(1, color=MUTED, linewidth=1, zorder=0)
    axes.set_yticks(places, [bar.name for bar in bars])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.7, len(bars) - 0.3)
    _logarithmic(axes, "x")
    every = [bar.ratio for bar in bars] + [bar.aim for bar in bars if bar.aim] + [1.0]
    axes.set_xlim(min(every) / 1.3, max(every) * 1.6)
    axes.set_xlabel(words)
    axes.grid(axis="x", which="major")
    axes.set_axisbelow(True)
    return _svg(figure, title)


@mpl.rc_context(_STYLE)
def curves(title: str, series: Mapping[str, Sequence[tuple[float, float]]], x: str, y: str) -> str:
    """Lines on logarithmic scales, told apart by colour and by sign."""
    figure = _figure(3.1)
    axes = figure.add_subplot()
    for number, (name, points) in enumerate(series.items()):
        xs, ys = zip(*sorted(points), strict=True)
        axes.plot(
            xs,
            ys,
            marker=_MARKERS[number % len(_MARKERS)],
            color=SERIES[number % len(SERIES)],
            markersize=5,
            label=name,
        )
    _logarithmic(axes, "x")
    _logarithmic(axes, "y")
    every = [y for points in series.values() for _, y in points]
    axes.set_ylim(min(every) / 2, max(every) * 2)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.grid(which="major")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return _svg(figure, title)


def _figure(height: float) -> Figure:
    return Figure(figsize=(7.4, height), layout="constrained")


def _logarithmic(axes: Axes, which: str) -> None:
    axis = axes.xaxis if which == "x" else axes.yaxis
    (axes.set_xscale if which == "x" else axes.set_yscale)("log")
    axis.set_major_locator(LogLocator(base=10, subs=(1.0, 2.0, 5.0), numticks=12))
    axis.set_major_formatter(FuncFormatter(_short))
    axis.set_minor_formatter(NullFormatter())


def _short(value: float, _: object = None) -> str:
    for above, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= above:
            return f"{value / above:g}{letter}"
    return f"{value:g}"


def _svg(figure: Figure, title: str) -> str:
    """The drawing as one element, with a title for readers that cannot see it."""
    out = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": title}):
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r' id="[a-z0-9]+(?:\.[a-z]+)?_\d+"', "", text)
    text = re.sub(r'(?<=<svg)([^>]*?) height="[^"]*"', r"\1", text)
    text = re.sub(r'(?<=<svg)([^>]*?) width="[^"]*"', r"\1", text)
    text = re.sub(r"<!--.*?-->\n?", "", text, flags=re.DOTALL).replace("'DejaVu Sans'", "system-ui")
    for colour, role in _COLOURS.items():
        text = text.replace(colour, role)
    escaped = title.replace("&", "&amp;").replace("<", "&lt;")
    return text.replace("<svg", '<svg role="img"', 1).replace(">", f"><title>{escaped}</title>", 1)


def standalone(svg: str) -> str:
    """The drawing as a file of its own, with its colours."""
    style = f"<style>:root{{{LIGHT}}}@media (prefers-color-scheme: dark){{:root{{{DARK}}}}}</style>"
    head, _, rest = svg.partition("</title>")
    return f"{head}</title>{style}{rest}"
