"""How every chart looks, and how it is shown: offline, in JupyterLab and in a page."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

# jsonschema builds a grammar of 1.8 s at import for a format that no chart uses (its issue 1392).
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

import altair  # noqa: E402

from pmtools.metrics import CannotSay  # noqa: E402
from pmtools.words import Statement, is_missing, plain, wrapped  # noqa: E402

alt: Any = altair  # its types do not know expressions and options by name

Chart: TypeAlias = Any
"""An `altair.LayerChart`, or a `Statement` that says why there is nothing to draw."""

WIDTH = 820
"""Pixels in a notebook. JupyterLab hangs on charts that take the width of their container."""

INK, PALE_INK, GREY, PALE_GREY = "#222222", "#595959", "#9a9a9a", "#bdbdbd"
BLUE, PALE_BLUE, LATE, DARK_LATE = "#2f6296", "#9dbfe0", "#d55e00", "#7a3500"
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"

_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_WORDS = {"labelFontSize": 11, "labelColor": PALE_INK, "titleColor": PALE_INK, "gridColor": "#eee"}
_CONFIG: dict[str, Any] = {
    "font": FONT,
    "background": "white",
    "padding": {"left": 2, "right": 10, "top": 4, "bottom": 4},
    "view": {"stroke": None},
    "axis": {**_WORDS, "titleFontWeight": "normal", "titlePadding": 8},
    "legend": {"orient": "bottom", "title": None, "labelFontSize": 11, "labelLimit": 260},
    "title": {
        "anchor": "start",
        "frame": "bounds",
        "fontSize": 14,
        "subtitleColor": PALE_INK,
        "subtitleFontSize": 12,
        "offset": 12,
    },
}


def show_charts_offline() -> None:
    """Show charts by the notebook's own renderer, with nothing fetched from the network.

    Call it once, in the cell of the imports: JupyterLab draws them, and exporters find the chart
    itself in the output.
    """
    alt.renderers.register("pmtools", _bundle)
    alt.renderers.enable("pmtools")


def _bundle(spec: dict[str, Any], **_: object) -> dict[str, Any]:
    words = spec.get("description", "A chart.")
    return {"application/vnd.vegalite.v5+json": {**spec, "$schema": _SCHEMA}, "text/plain": words}


def finished(
    layers: Sequence[Any], *, title: str, subtitle: str, description: str, height: int
) -> Any:
    """The chart of `layers`, with the words around it and the same look as all others."""
    # Vega looks titles up as keys of an object: "constructor" alone would stop the chart.
    words = [f"{line} " for line in wrapped(plain(title), 80)]
    return alt.layer(*layers).properties(
        width=WIDTH,
        height=height,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        title=alt.TitleParams(text=words, subtitle=wrapped(subtitle, 110)),
        description=plain(description, 1500),
        config=alt.Config(**_CONFIG),
    )


def nothing(reason: CannotSay | str) -> Statement:
    """What stands in place of a chart that cannot be drawn."""
    said = str(reason if isinstance(reason, CannotSay) else CannotSay(reason))
    return Statement(said[:1].upper() + said[1:] + ".", "unknown")


def tooltip(words: Mapping[str, str]) -> list[Any]:
    """What is said of a mark: columns of text, and what people call them."""
    return [alt.Tooltip(f"{name}:N", title=word) for name, word in words.items()]


def scales(looks: Mapping[str, Sequence[Any]]) -> list[Any]:
    """From each name's looks, such as colour and shape: a scale of the colours, of the shapes."""
    names, kinds = list(looks), zip(*looks.values(), strict=True)
    return [alt.Scale(domain=names, range=list(kind)) for kind in kinds]


def critical_ink(fill: str, stroke: str) -> dict[str, Any]:
    """Critical tasks differ by more than their colour: their edge is dark, and thick."""
    pairs = {"fill": (LATE, fill), "stroke": (DARK_LATE, stroke)}
    ink = {
        key: alt.expr(f"datum.is_critical ? '{critical}' : '{other}'")
        for key, (critical, other) in pairs.items()
    }
    return ink | {"strokeWidth": alt.expr("datum.is_critical ? 1.6 : 0.6")}


def status_line(status_date: Any) -> list[Any]:
    """The layer of a dashed line on the status date; none where there is no such date."""
    if is_missing(status_date):
        return []
    at = alt.Chart(pd.DataFrame({"at": [status_date]}))
    return [at.mark_rule(color=INK, strokeDash=[5, 3], strokeWidth=1.2).encode(x="at:T")]


def ticks(first: Any, last: Any, most: int = 9) -> list[Any]:
    """Mondays, or first days of months where that would be more than `most`."""
    for step in ("W-MON", "2W-MON", "4W-MON", "MS", "2MS", "QS", "6MS", "YS", "5YS"):
        days = pd.date_range(first.normalize(), last.normalize(), freq=step)
        if len(days) <= most:
            break
    return [day for day in days if day >= first] or [first.normalize()]


def date_range(channel: Any, first: Any, last: Any, *, span: Any = None, **axis: Any) -> Any:
    """A layer that draws nothing and spans an axis of days: `channel` is alt.X or alt.Y.

    Days are as people write them; the year stands at the first day of each. Vega-Lite 5.6
    misreads dates in an explicit domain of layered charts.
    """
    days = ticks(first, last)
    heads = [day for n, day in enumerate(days) if n == 0 or day.year != days[n - 1].year]
    is_head = " || ".join(
        f"+datum.value == +datetime({d.year},{d.month - 1},{d.day})" for d in heads
    )
    label = f"[timeFormat(datum.value, '%-d %b'), {is_head} ? timeFormat(datum.value, '%Y') : '']"
    if axis.get("orient") == "top":  # where a second line would run into the chart
        label = f"timeFormat(datum.value, {is_head} ? '%-d %b %Y' : '%-d %b')"
    values = [alt.DateTime(year=d.year, month=d.month, date=d.day) for d in days]
    looks = {"values": values, "labelExpr": label, "labelOverlap": "greedy", "labelSeparation": 8}
    scale = alt.Scale(nice=False, **({"range": span} if span else {}))
    place = channel("at:T", scale=scale, axis=alt.Axis(**looks, **axis))
    ends = alt.Chart(pd.DataFrame({"at": [first, last]})).mark_point(size=0)
    return ends.encode(**{"x" if channel is alt.X else "y": place})


def thinned(rows: Any, most: int = 200) -> Any:
    """Of a long line, evenly spaced points: the first and last are kept, all where they are few."""
    step = -(-len(rows) // most)
    return rows[(np.arange(len(rows))[::-1] % max(step, 1) == 0) | (np.arange(len(rows)) == 0)]


def label_heights(values: Any, low: Any, high: Any, height: int) -> list[float]:
    """Pixels from the top at which labels of `values` stand beside an axis from low to high."""
    return spread([float(height * (high - v) / (high - low)) for v in values], 15, 6, height - 6)


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """`places` moved apart, so that labels `gap` high do not cover each other.

    Keeps the order of the places, and all of them between `low` and `high` where they fit.
    """
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = list(places)
    floor = low
    for i in order:
        moved[i] = floor = max(moved[i], floor)
        floor += gap
    ceiling = high
    for i in reversed(order):
        moved[i] = ceiling = min(moved[i], ceiling)
        ceiling -= gap
    return moved
