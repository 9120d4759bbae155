"""The paths to a task, the one that sets its date first: where the float is."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts import theme
from pmtools.charts.theme import Chart, alt
from pmtools.metrics import CannotSay
from pmtools.words import cells, day, number, plain

MOST_PATHS = 8
LANE = 48
NAMES = "(width < 560 ? 96 : 130)"


def chart_float_paths(
    paths: pd.DataFrame | CannotSay,
    *,
    hours_per_day: float = 8.0,
    title: str = "Paths by their float",
) -> Chart:
    """Each path as a lane of its tasks in time, the one with the least float first.

    Parameters
    ----------
    paths
        path (1 is the one that sets the date), name, start, finish, relative_float_hours,
        is_driving (columns of `float_paths`); the first 8 are drawn.
    hours_per_day
        Working hours that are called a day.
    """
    if isinstance(paths, CannotSay):
        return theme.nothing(paths)
    rows = paths.dropna(subset=["start", "finish"])
    rows = rows[rows["path"].isin(sorted(rows["path"].unique())[:MOST_PATHS])]
    if rows.empty:
        return theme.nothing("no path of tasks leads there")
    lanes = _lanes(rows, hours_per_day)
    more = paths["path"].nunique() - len(lanes)
    return theme.finished(
        _layers(_bars(rows, lanes), lanes),
        title=title,
        subtitle="Days: by how much a path can slip before it sets the date itself. Each lane: its "
        "tasks in time, their names below in order."
        + (f" And {more} more paths." if more > 0 else ""),
        description=f"{title}: " + "; ".join(lanes["description"]) + ".",
        height=LANE * len(lanes),
    )


def _lanes(rows: pd.DataFrame, hours_per_day: float) -> pd.DataFrame:
    """What is said of each path: its float in days, its tasks."""
    lanes = []
    for n, (path, tasks) in enumerate(rows.groupby("path", sort=True)):
        days = float(tasks["relative_float_hours"].min()) / hours_per_day
        slack = f"{number(days, int(days != round(days)))} d of float" if days else "no float"
        said = "sets the date" if tasks["is_driving"].all() else slack
        names = [plain(name, 60) for name in tasks["name"]]
        count = f"{len(names)} task{'s' * (len(names) > 1)}"
        ends = f"{day(tasks['start'].min())} to {day(tasks['finish'].max())}"
        lanes.append(
            {
                "path": path,
                "lane": n,
                "head": f"Path {path}",
                "said": said,
                "count": count,
                "chain": plain(" › ".join(names), 400),
                "description": f"path {path} {said}, {count}, {ends}",
            }
        )
    return pd.DataFrame(lanes)


def _bars(rows: pd.DataFrame, lanes: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "lane": rows["path"].map(lanes.set_index("path")["lane"]),
            "start": rows["start"],
            "finish": rows["finish"],
            "is_critical": rows["is_driving"],
            "is_point": rows["start"] == rows["finish"],
            "full_name": [plain(name, 300) for name in rows["name"]],
            "said_start": cells(list(rows["start"]), "date"),
            "said_finish": cells(list(rows["finish"]), "date"),
        }
    )


def _layers(bars: pd.DataFrame, lanes: pd.DataFrame) -> list[Any]:
    span = [alt.expr(f"{NAMES} + 10"), alt.expr("width")]
    axis = {"orient": "top", "title": None, "domain": False, "ticks": False}
    first, last = bars["start"].min(), max(bars["finish"].max(), bars["start"].min())
    y = alt.Y("lane:O", axis=None)
    told = {"full_name": "Task", "said_start": "Start", "said_finish": "Finish"}
    bar = alt.Chart(bars).encode(x="start:T", y=y, tooltip=theme.tooltip(told))
    lane = alt.Chart(lanes).encode(y=y)
    ink = theme.critical_ink(theme.PALE_BLUE, theme.BLUE)
    chain = {"align": "left", "x": alt.expr(f"{NAMES} + 10"), "dy": 13, "color": theme.PALE_INK}
    return [
        theme.date_range(alt.X, first, last + (last - first) / 40, span=span, **axis),
        lane.mark_text(align="left", x=0, dy=-7, fontWeight="bold").encode(text="head:N"),
        lane.mark_text(align="left", x=0, dy=7).encode(text="said:N"),
        lane.mark_text(**chain, fontSize=10, limit=alt.expr(f"width - {NAMES} - 14")).encode(
            text="chain:N", tooltip=theme.tooltip({"chain": "Tasks", "count": "In all"})
        ),
        bar.transform_filter("!datum.is_point")
        .mark_bar(height=14, yOffset=-7, **ink)
        .encode(x2="finish:T"),
        bar.transform_filter("datum.is_point").mark_point(
            shape="diamond", size=70, yOffset=-7, opacity=1, **ink
        ),
    ]
