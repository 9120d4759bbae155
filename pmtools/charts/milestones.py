"""What each milestone was forecast for, from one status date to the next."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pmtools.charts import theme
from pmtools.charts.theme import Chart, alt
from pmtools.metrics import CannotSay
from pmtools.words import cells, day, day_month, plain

HEIGHT = 380
MOST_MILESTONES = 14
LABELS = "(width < 480 ? 118 : 230)"
LATER, ON_TIME, REACHED = "Later than first forecast", "On first forecast or earlier", "Reached"
_STATES = {
    LATER: (theme.LATE, "triangle-up"),
    ON_TIME: (theme.BLUE, "circle"),
    REACHED: (theme.PALE_INK, "square"),
}


def chart_milestone_trend(
    trend: pd.DataFrame | CannotSay, status_date: Any = None, title: str = "Milestone trend"
) -> Chart:
    """What each milestone was forecast for on each status date (milestone trend analysis).

    Parameters
    ----------
    trend
        status_date, name, forecast; with task_id, milestones of the same name are told apart;
        with is_done, those that are reached. The 14 that come next are drawn, the rest counted.
    status_date
        Rows after it are left out.
    """
    if isinstance(trend, CannotSay):
        return theme.nothing(trend)
    rows = trend.dropna(subset=["status_date", "forecast"])
    if status_date is not None:
        rows = rows[rows["status_date"] <= status_date]
    if rows.empty:
        return theme.nothing("no forecast of a milestone was recorded")
    points, ends = _lines(rows)
    n_more = len(ends) - MOST_MILESTONES
    ends = ends.head(MOST_MILESTONES)
    dates = theme.thinned(np.sort(points["at"].unique()))
    points = points[points["key"].isin(ends["key"]) & points["at"].isin(dates)]
    return theme.finished(
        _layers(points, ends),
        title=title,
        subtitle="Level: the milestone holds its date. Rising: it slips. On the grey line it is "
        "reached." + (f" And {n_more} later ones." if n_more > 0 else ""),
        description=_description(ends, title, n_more),
        height=HEIGHT,
    )


def _lines(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The points of each milestone with its state; the last point of each, the next due first."""
    keys = rows["task_id"] if "task_id" in rows else rows["name"]
    rows = rows.assign(key=keys.map({key: n for n, key in enumerate(keys.unique())}))
    rows = rows.sort_values(["key", "status_date"], kind="stable")
    first = rows.groupby("key")["forecast"].first()
    last = rows.groupby("key").tail(1).set_index("key")
    state = pd.Series(ON_TIME, index=last.index)
    state[last["forecast"].dt.normalize() > first.dt.normalize()] = LATER
    if "is_done" in last:
        state[last["is_done"].astype(bool)] = REACHED
    points = pd.DataFrame(
        {
            "key": rows["key"],
            "state": rows["key"].map(state),
            "at": rows["status_date"],
            "forecast": rows["forecast"],
            "name": [plain(name, 300) for name in rows["name"]],
            "said_at": cells(list(rows["status_date"]), "date"),
            "said_forecast": cells(list(rows["forecast"]), "date"),
        }
    )
    ends = points.groupby("key").tail(1).sort_values(["forecast", "key"], kind="stable")
    is_reached = ends["state"] == REACHED
    return points, pd.concat([ends[~is_reached], ends[is_reached][::-1]])


def _layers(points: pd.DataFrame, ends: pd.DataFrame) -> list[Any]:
    first, last = points["at"].min(), points["at"].max()
    low, high = min(points["forecast"].min(), first), max(points["forecast"].max(), last)
    room = max((high - low) / 20, pd.Timedelta(days=2))
    low, high = low - room, high + room
    start = first - pd.Timedelta(days=2)
    span = [0, alt.expr(f"width - {LABELS}")]
    diagonal = alt.Chart(pd.DataFrame({"at": [first, last]}))
    colour, shape = theme.scales(_STATES)
    legend = alt.Legend(columns=alt.expr("width < 480 ? 1 : 3"))
    told = {"name": "Milestone", "said_at": "Forecast made on", "said_forecast": "Forecast"}
    chart = alt.Chart(points).encode(
        x="at:T",
        y="forecast:T",
        detail="key:N",
        color=alt.Color("state:N", scale=colour, legend=legend),
    )
    return [
        theme.date_range(alt.X, start, last, span=span, title="Forecast made on", grid=False),
        theme.date_range(alt.Y, low, high, title="Forecast date"),
        diagonal.mark_line(color=theme.PALE_GREY, strokeWidth=3).encode(x="at:T", y="at:T"),
        chart.mark_line(strokeWidth=1.6),
        chart.mark_point(size=45, filled=True, opacity=1).encode(
            tooltip=theme.tooltip(told), shape=alt.Shape("state:N", scale=shape, legend=legend)
        ),
        *_end_labels(ends, low, high),
    ]


def _end_labels(ends: pd.DataFrame, low: Any, high: Any) -> list[Any]:
    """The date and name of each milestone at the end of its line, moved apart."""
    dates, names = map(day_month, ends["forecast"]), ends["name"]
    labels = ends[["at", "forecast", "name"]].assign(
        label_y=theme.label_heights(ends["forecast"], low, high, HEIGHT),
        label=[f"{on} · {plain(name, 40)}" for on, name in zip(dates, names, strict=True)],
    )
    y, x = alt.expr("datum.label_y"), f"width - {LABELS}"
    chart = alt.Chart(labels)
    leader = chart.mark_rule(color=theme.PALE_GREY, x2=alt.expr(f"{x} + 14"), y2=y, strokeWidth=0.8)
    words = chart.mark_text(
        align="left", x=alt.expr(f"{x} + 18"), y=y, limit=alt.expr(f"{LABELS} - 18")
    )
    return [
        leader.encode(x="at:T", y="forecast:T"),
        words.encode(text="label:N", tooltip=theme.tooltip({"name": "Milestone"})),
    ]


def _description(ends: pd.DataFrame, title: str, n_more: int) -> str:
    pairs = zip(ends["name"], ends["forecast"], strict=True)
    said = ", ".join(f"{plain(name, 60)} {day(at)}" for name, at in pairs)
    more = f", and {n_more} more" if n_more > 0 else ""
    return (
        f"{title}: {(ends['state'] == LATER).sum()} of {len(ends)} milestones are later than "
        f"first forecast. Forecast now: {said}{more}."
    )
