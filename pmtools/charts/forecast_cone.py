"""What the finish was forecast for on each status date, with its range, against what came."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts import theme
from pmtools.charts.theme import Chart, alt
from pmtools.metrics import CannotSay
from pmtools.words import cells, day, day_month

HEIGHT = 340
LABELS = "(width < 480 ? 96 : 150)"
_LOOKS = {
    "p90": ("P90", theme.PALE_BLUE, [2, 2], "triangle-up"),
    "p80": ("P80", theme.BLUE, [1, 0], "square"),
    "p50": ("P50", theme.BLUE, [6, 3], "circle"),
    "plan": ("Plan", theme.INK, [1, 0], "diamond"),
    "baseline": ("Baseline", theme.GREY, [8, 4], "cross"),
    "actual": ("Actual finish", theme.LATE, [1, 0], "triangle-down"),
}
"""Columns of dates: what they are called, colour, dashes, shape."""


def chart_forecast_cone(
    cone: pd.DataFrame | CannotSay, *, title: str = "Forecasts of the finish so far"
) -> Chart:
    """The finish by plan and range on each status date, the baseline, and the actual finish.

    Parameters
    ----------
    cone
        status_date, and any of plan, p50, p80, p90, baseline, actual (dates): a row a status
        date. The range drawn is that from P50 to P90.
    """
    if isinstance(cone, CannotSay):
        return theme.nothing(cone)
    rows = cone.dropna(subset="status_date").sort_values("status_date", kind="stable")
    points = _points(theme.thinned(rows))
    if points.empty or (points["key"] == "baseline").all():
        return theme.nothing("no forecast of the finish was made")
    ends = points.groupby("key", sort=False).tail(1)
    has_range = {"p50", "p90"} <= set(points["key"])
    shade = " P80: to be met with a chance of 80%. Shaded: P50 to P90." if has_range else ""
    return theme.finished(
        [*_axes(points), *_band(rows, has_range), *_lines(points), *_end_labels(ends, points)],
        title=title,
        subtitle=f"Level: the forecast holds. Rising: the finish slips.{shade}",
        description=f"{title}, on {rows['status_date'].nunique()} status dates up to "
        f"{day(rows['status_date'].max())}. Last: {_said(ends)}.",
        height=HEIGHT,
    )


def _points(rows: pd.DataFrame) -> pd.DataFrame:
    """A row a status date and series; of a tie the first named lies on top."""
    found = rows.rename(columns={"status_date": "at"}).melt(
        "at", [key for key in _LOOKS if key in rows], "key", "date"
    )
    found = found.assign(date=pd.to_datetime(found["date"])).dropna(subset="date")
    return found.assign(
        series=[_LOOKS[key][0] for key in found["key"]],
        said_at=cells(list(found["at"]), "date"),
        said=cells(list(found["date"]), "date"),
    )


def _axes(points: pd.DataFrame) -> list[Any]:
    first, last = points["at"].min(), points["at"].max()
    span = [0, alt.expr(f"width - {LABELS}")]
    margin = pd.Timedelta(days=2)
    return [
        theme.date_range(
            alt.X, first - margin, last + margin, span=span, title="Forecast made on", grid=False
        ),
        theme.date_range(alt.Y, *_range(points), title="Finish"),
    ]


def _range(points: pd.DataFrame) -> tuple[Any, Any]:
    low, high = points["date"].min(), points["date"].max()
    room = max((high - low) / 12, pd.Timedelta(days=2))
    return low - room, high + room


def _band(rows: pd.DataFrame, has_range: bool) -> list[Any]:
    if not has_range:
        return []
    chart = alt.Chart(rows[["status_date", "p50", "p90"]].dropna())
    place = {"x": "status_date:T", "y": "p50:T", "y2": "p90:T"}
    return [
        chart.mark_area(color=theme.PALE_BLUE, opacity=0.35).encode(**place),
        chart.mark_rule(color=theme.PALE_BLUE, strokeWidth=3, opacity=0.7).encode(**place),
    ]


def _lines(points: pd.DataFrame) -> list[Any]:
    shown = [look for key, look in _LOOKS.items() if key in set(points["key"])]
    names, inks, dashes, shapes = (list(kind) for kind in zip(*shown, strict=True))
    legend = alt.Legend(columns=alt.expr("width < 480 ? 2 : 6"))
    chart = alt.Chart(points).encode(
        x="at:T",
        y="date:T",
        color=alt.Color("series:N", scale=alt.Scale(domain=names, range=inks), legend=legend),
    )
    dash = alt.StrokeDash("series:N", scale=alt.Scale(domain=names, range=dashes), legend=None)
    shape = alt.Shape("series:N", scale=alt.Scale(domain=names, range=shapes), legend=legend)
    told = {"series": "Forecast", "said_at": "Made on", "said": "Finish"}
    return [
        chart.mark_line(strokeWidth=1.8).encode(strokeDash=dash),
        chart.mark_point(size=40, filled=True, opacity=1).encode(
            shape=shape, tooltip=theme.tooltip(told)
        ),
    ]


def _end_labels(ends: pd.DataFrame, points: pd.DataFrame) -> list[Any]:
    """The date and name of each line at its end, moved apart."""
    names = zip(ends["date"], ends["series"], strict=True)
    labels = ends[["at", "date"]].assign(
        label_y=theme.label_heights(ends["date"], *_range(points), HEIGHT),
        label=[f"{day_month(at)} · {name}" for at, name in names],
    )
    words = alt.Chart(labels).mark_text(
        align="left", x=alt.expr(f"width - {LABELS} + 10"), y=alt.expr("datum.label_y"),
        limit=alt.expr(f"{LABELS} - 10"),
    )  # fmt: skip
    return [words.encode(text="label:N")]


def _said(ends: pd.DataFrame) -> str:
    return ", ".join(f"{s} {day(at)}" for s, at in zip(ends["series"], ends["date"], strict=True))
