"""How efficient cost and time were, from one status date to the next."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts import lines, theme
from pmtools.charts.theme import Chart, alt
from pmtools.metrics import CannotSay, Metric

HEIGHT = 260
_LOOKS: lines.Looks = {
    Metric.COST_PERFORMANCE_INDEX: (theme.LATE, [1, 0], "circle"),
    Metric.SCHEDULE_PERFORMANCE_INDEX_TIME: (theme.BLUE, [6, 3], "square"),
}


def chart_index_trend(
    by_date: pd.DataFrame | CannotSay,
    *,
    green: tuple[float, float] = (0.95, 1.05),
    amber: tuple[float, float] = (0.90, 1.10),
    title: str = "Cost and schedule efficiency",
) -> Chart:
    """The cost and time indices on each status date, over the bands of the status rules.

    Parameters
    ----------
    by_date
        status_date, cost_performance_index, schedule_performance_index_time.
    green, amber
        Bounds of the bands; outside of amber is red.
    """
    if isinstance(by_date, CannotSay):
        return theme.nothing(by_date)
    points = lines.points_of(by_date, "status_date", _LOOKS)
    if points.empty:
        return theme.nothing("neither cost nor earned schedule was recorded")
    low = max(min(points["value"].min(), amber[0]) - 0.08, 0.0)
    high = min(max(points["value"].max(), amber[1]) + 0.08, 3.0)
    first, last = points["at"].min(), points["at"].max()
    last = max(last, first + pd.Timedelta(days=7))
    span = [44, alt.expr("width - 84")]
    ends = lines.ends_of(points)
    ends["word"] = ends["acronym"] + " " + ends["said_value"]
    return theme.finished(
        [
            *_bands([low, amber[0], green[0], green[1], amber[1], high]),
            theme.date_range(alt.X, first, last, span=span, title="Status date", grid=False),
            *lines.layers_of(points, _LOOKS, opacity=1),
            *lines.labels_of(ends, low, high, HEIGHT),
        ],
        title=title,
        subtitle=f"{lines.explained(points)}. Above 1: better than planned; far above, plan or "
        "record is in doubt.",
        description=f"{title} over {points['at'].nunique()} status dates. "
        + lines.last_values(points),
        height=HEIGHT,
    )


def _bands(bounds: list[float]) -> list[Any]:
    """Red, amber, green, amber and red between the bounds, each with its word."""
    bands = pd.DataFrame(
        {
            "low": bounds[:-1],
            "high": bounds[1:],
            "colour": ["#faeae6", "#fbf3e0", "#e9f3ec", "#fbf3e0", "#faeae6"],
            "word": ["red", "amber", "green", "amber", "red"],
        }
    )
    scale = alt.Scale(domain=[bounds[0], bounds[-1]], nice=False, zero=False, clamp=True)
    axis = alt.Axis(title="Index", format=".2f", tickCount=6, grid=False)
    band = alt.Chart(bands).encode(y=alt.Y("low:Q", scale=scale, axis=axis))
    one = alt.Chart(pd.DataFrame({"value": [1.0]})).mark_rule(color=theme.GREY).encode(y="value:Q")
    words = band.mark_text(align="left", x=4, dy=-7, fontSize=10, color=theme.PALE_INK)
    return [
        band.mark_rect(color=alt.expr("datum.colour")).encode(
            y2="high:Q", x=alt.value(0), x2=alt.value("width")
        ),
        one,
        words.encode(text="word:N"),
    ]
