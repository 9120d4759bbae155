"""Items created, started and finished, day by day: how wide the work in progress is."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts import lines, theme
from pmtools.charts.theme import Chart, alt
from pmtools.metrics import CannotSay
from pmtools.words import cells, day

HEIGHT = 320
_BANDS = {
    "n_created": ("Not started", "#e4e4e4", theme.PALE_INK),
    "n_started": ("In progress", theme.PALE_BLUE, theme.BLUE),
    "n_finished": ("Finished", theme.BLUE, theme.BLUE),
}
"""Columns from the back to the front: what lies below each line, its colour, that of its label."""


def chart_cumulative_flow(
    by_day: pd.DataFrame | CannotSay, *, title: str = "Cumulative flow"
) -> Chart:
    """The cumulative flow diagram: not started, in progress and finished items over time.

    Parameters
    ----------
    by_day
        day, n_created, n_started, n_finished (columns of `Flow.by_day`).
    """
    if isinstance(by_day, CannotSay):
        return theme.nothing(by_day)
    if by_day.empty:
        return theme.nothing("no work items are known")
    rows = theme.thinned(by_day)
    now = rows.iloc[-1]
    at_work = int(now["n_started"] - now["n_finished"])
    counts = [now["n_created"] - now["n_started"], at_work, now["n_finished"]]
    said = [f"{name} {n:,.0f}" for (name, *_), n in zip(_BANDS.values(), counts, strict=True)]
    high = 1.06 * max(now["n_created"], 1)
    return theme.finished(
        [*_axes(rows, high), *_areas(rows), *_labels(rows, said, high)],
        title=title,
        subtitle="Up and down between the lines: work in progress. Left to right: about the time "
        "an item takes. Bands that widen: more is started than finished.",
        description=f"{title} from {day(rows['day'].iloc[0])} to {day(now['day'])}. "
        f"Last: {', '.join(said)} items.",
        height=HEIGHT,
    )


def _axes(rows: pd.DataFrame, high: float) -> list[Any]:
    first, last = rows["day"].iloc[0], rows["day"].iloc[-1]
    last = max(last, first + pd.Timedelta(days=7))
    span = [0, alt.expr("width - 104")]
    scale = alt.Scale(domain=[0, high], nice=False)
    axis = alt.Axis(title="Items", tickCount=6, tickMinStep=1, format="d")
    y = alt.Chart(pd.DataFrame({"value": [0.0]})).mark_point(size=0)
    return [
        theme.date_range(alt.X, first, last, span=span, title=None, grid=False),
        y.encode(y=alt.Y("value:Q", scale=scale, axis=axis)),
    ]


def _areas(rows: pd.DataFrame) -> list[Any]:
    told = {"said_day": "Date", "said_started": "Started", "said_finished": "Finished",
            "said_progress": "In progress"}  # fmt: skip
    shown = pd.DataFrame(
        {
            "day": rows["day"],
            "said_day": cells(list(rows["day"]), "date"),
            "said_started": cells(list(rows["n_started"]), "number"),
            "said_finished": cells(list(rows["n_finished"]), "number"),
            "said_progress": cells(list(rows["n_started"] - rows["n_finished"]), "number"),
            **{name: rows[name] for name in _BANDS},
        }
    )
    chart = alt.Chart(shown).encode(x="day:T")
    layers = []
    for name, (_, fill, ink) in _BANDS.items():
        line = {"color": ink, "strokeWidth": 1.2}
        layers.append(chart.mark_area(color=fill, line=line).encode(y=f"{name}:Q"))
    dots = chart.mark_point(filled=True, size=45, opacity=0)
    return [*layers, dots.encode(y="n_finished:Q", tooltip=theme.tooltip(told))]


def _labels(rows: pd.DataFrame, said: list[str], high: float) -> list[Any]:
    """The name and number of each band at its end, in its middle."""
    now = rows.iloc[-1]
    tops = [float(now[name]) for name in _BANDS]
    middles = [(top + low) / 2 for top, low in zip(tops, [*tops[1:], 0.0], strict=True)]
    ends = pd.DataFrame({"at": now["day"], "value": middles, "word": said})
    ends["ink"] = [ink for *_, ink in _BANDS.values()]
    return lines.labels_of(ends, 0, high, HEIGHT)
