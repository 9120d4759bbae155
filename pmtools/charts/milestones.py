"""What each milestone was forecast for, from one status date to the next."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pmtools.charts.theme import (
    BLUE,
    LATE,
    PALE_INK,
    alt,
    date_range,
    finished,
    nothing,
    spread,
    thinned,
)
from pmtools.metrics import CannotSay
from pmtools.words import cells, day, day_month, plain

HEIGHT = 380
MOST_MILESTONES = 14
LABELS = "(width < 480 ? 118 : 230)"
_STATES = {
    "Later than first forecast": ("triangle-up", LATE),
    "On first forecast or earlier": ("circle", BLUE),
    "Reached": ("square", PALE_INK),
}


def chart_milestone_trend(
    trend: pd.DataFrame | CannotSay, status_date: Any = None, title: str = "Milestone trend"
) -> Any:
    """What each milestone was forecast for on each status date (milestone trend analysis).

    Parameters
    ----------
    trend
        status_date, name, forecast; with task_id, milestones of the same name are told apart;
        with is_done, those that are reached. The 14 that come next are drawn, the rest counted.
    status_date
        Rows after it are left out.

    Returns
    -------
    altair.LayerChart or Statement
    """
    if isinstance(trend, CannotSay):
        return nothing(trend)
    rows = trend.dropna(subset=["status_date", "forecast"])
    if status_date is not None:
        rows = rows[rows["status_date"] <= status_date]
    if rows.empty:
        return nothing("no forecast of a milestone was recorded")
    lines, last = _lines(rows)
    n_more = last["key"].nunique() - MOST_MILESTONES
    last = last.head(MOST_MILESTONES)
    dates = thinned(np.sort(lines["at"].unique()))
    lines = lines[lines["key"].isin(last["key"]) & lines["at"].isin(dates)]
    return finished(
        _trend_layers(lines, last),
        title=title,
        subtitle="Level: the milestone holds its date. Rising: it slips. On the grey line it is "
        "reached." + (f" And {n_more} later ones." if n_more > 0 else ""),
        description=_trend_description(last, title, n_more),
        height=HEIGHT,
    )


def _lines(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The points of each milestone with its state; the last point of each, the next due first."""
    keys = rows["task_id"] if "task_id" in rows else rows["name"]
    rows = rows.assign(key=keys.map({key: n for n, key in enumerate(keys.unique())}))
    rows = rows.sort_values(["key", "status_date"], kind="stable")
    first = rows.groupby("key")["forecast"].first()
    last = rows.groupby("key").tail(1).set_index("key")
    state = pd.Series("On first forecast or earlier", index=last.index)
    state[last["forecast"].dt.normalize() > first.dt.normalize()] = "Later than first forecast"
    if "is_done" in last:
        state[last["is_done"].astype(bool)] = "Reached"
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
    is_reached = ends["state"] == "Reached"
    return points, pd.concat([ends[~is_reached], ends[is_reached][::-1]])


def _trend_layers(lines: pd.DataFrame, last: pd.DataFrame) -> list[Any]:
    first_day, last_day = lines["at"].min(), lines["at"].max()
    low, high = min(lines["forecast"].min(), first_day), max(lines["forecast"].max(), last_day)
    room = max((high - low) / 20, pd.Timedelta(days=2))
    low, high = low - room, high + room
    x_range = [0, alt.expr(f"width - {LABELS}")]
    x = date_range(
        first_day - pd.Timedelta(days=2), last_day, alt.X, scale={"range": x_range},
        title="Forecast made on", grid=False,
    )  # fmt: skip
    diagonal = pd.DataFrame({"at": [max(first_day, low), min(last_day, high)]})
    names, shapes, colours = list(_STATES), *zip(*_STATES.values(), strict=True)
    legend = alt.Legend(columns=alt.expr("width < 480 ? 1 : 3"))
    state = {
        "color": alt.Color(
            "state:N", scale=alt.Scale(domain=names, range=list(colours)), legend=legend
        ),
        "shape": alt.Shape(
            "state:N", scale=alt.Scale(domain=names, range=list(shapes)), legend=legend
        ),
    }
    said = {"name": "Milestone", "said_at": "Forecast made on", "said_forecast": "Forecast"}
    tooltip = [alt.Tooltip(f"{name}:N", title=word) for name, word in said.items()]
    points = alt.Chart(lines)
    place = {"x": "at:T", "y": "forecast:T", "detail": "key:N"}
    return [
        x,
        date_range(low, high, alt.Y, title="Forecast date"),
        alt.Chart(diagonal).mark_line(color="#bdbdbd", strokeWidth=3).encode(x="at:T", y="at:T"),
        points.mark_line(strokeWidth=1.6).encode(color=state["color"], **place),
        points.mark_point(size=45, filled=True, opacity=1).encode(
            tooltip=tooltip, **place, **state
        ),
        *_end_labels(last, low, high),
    ]


def _end_labels(last: pd.DataFrame, low: Any, high: Any) -> list[Any]:
    """The name and date of each milestone at the end of its line, moved apart."""
    heights = [float(HEIGHT * (1 - (at - low) / (high - low))) for at in last["forecast"]]
    labels = pd.DataFrame(
        {
            "at": last["at"],
            "forecast": last["forecast"],
            "label_y": spread(heights, 15, 6, HEIGHT - 6),
            "label": [
                f"{day_month(at)} · {plain(name, 40)}"
                for at, name in zip(last["forecast"], last["name"], strict=True)
            ],
            "name": last["name"],
        }
    )
    y = alt.expr("datum.label_y")
    chart = alt.Chart(labels)
    leader = chart.mark_rule(
        color="#bdbdbd", x2=alt.expr(f"width - {LABELS} + 14"), y2=y, strokeWidth=0.8
    )
    words = chart.mark_text(
        align="left", x=alt.expr(f"width - {LABELS} + 18"), y=y, limit=alt.expr(f"{LABELS} - 18")
    )
    return [
        leader.encode(x="at:T", y="forecast:T"),
        words.encode(text="label:N", tooltip=[alt.Tooltip("name:N", title="Milestone")]),
    ]


def _trend_description(last: pd.DataFrame, title: str, n_more: int) -> str:
    late = last[last["state"] == "Later than first forecast"]
    ends = ", ".join(
        f"{plain(name, 60)} {day(at)}"
        for name, at in zip(last["name"], last["forecast"], strict=True)
    )
    more = f", and {n_more} more" if n_more > 0 else ""
    return (
        f"{title}: {len(late)} of {len(last)} milestones are later than first forecast. "
        f"Forecast now: {ends}{more}."
    )
