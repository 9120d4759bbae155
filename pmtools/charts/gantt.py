"""The plan as bars: baseline, forecast, progress, status date, what is critical."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts.theme import (
    BLUE,
    DARK_LATE,
    GREY,
    INK,
    LATE,
    PALE_BLUE,
    PALE_INK,
    alt,
    date_range,
    finished,
    nothing,
)
from pmtools.metrics import CannotSay
from pmtools.words import NOTHING, cells, day, day_month, is_missing, plain

MOST_ROWS = 50
ROW_HEIGHT = 17
NAMES = "(width < 560 ? 164 : 330)"
"""Pixels for names and finish dates, to the left of the bars."""
SUMMARY, MILESTONE = "datum.kind === 'summary'", "datum.kind === 'milestone'"
DIAMOND = {"shape": "diamond", "opacity": 1, "yOffset": -1}
_LEGEND = {
    "Task": ("square", PALE_BLUE, BLUE),
    "Critical task": ("square", LATE, DARK_LATE),
    "Done": ("M-1,-0.4H1V0.4H-1Z", INK, INK),
    "Baseline": ("M-1,-0.3H1V0.3H-1Z", GREY, GREY),
    "Milestone": ("diamond", INK, INK),
    "Deadline": ("triangle-down", "white", INK),
}
_TOOLTIP = {
    "full_name": "Task",
    "wbs": "WBS",
    "said_start": "Start",
    "said_finish": "Finish",
    "said_baseline": "Baseline",
    "said_deadline": "Deadline",
    "said_percent": "Complete",
    "said_float": "Total float",
    "said_critical": "Critical",
    "driver": "Set by",
}


def chart_gantt(
    tasks: pd.DataFrame | CannotSay, status_date: Any = None, title: str = "Plan and forecast"
) -> Any:
    """The tasks of a schedule as a Gantt chart.

    Parameters
    ----------
    tasks
        Columns of `Schedule.tasks` (name, kind, level, start, finish, percent_complete,
        is_critical, ...); with `baseline_start` and `baseline_finish` the baseline is drawn, with
        `deadline` the deadlines. Of more than 50 tasks, those of most interest are shown: the
        summaries, open milestones, what is due in the next four weeks, critical tasks.
    status_date
        Drawn as a line.

    Returns
    -------
    altair.LayerChart or Statement
        The statement says why there is nothing to draw.
    """
    if isinstance(tasks, CannotSay):
        return nothing(tasks)
    tasks = tasks.dropna(subset=["start", "finish"])
    if tasks.empty:
        return nothing("the plan has no tasks with dates")
    shown = tasks.sort_index() if len(tasks) <= MOST_ROWS else _of_most_interest(tasks, status_date)
    rows = _rows(shown.reset_index(drop=True))
    first, last = _window(rows, status_date)
    return finished(
        [*_behind(rows, first, last, status_date), *_bars(rows), *_marks(rows)],
        title=title,
        subtitle=_subtitle(len(shown), len(tasks), status_date),
        description=_description(tasks, title, status_date),
        height=ROW_HEIGHT * len(rows),
    )


def _of_most_interest(tasks: pd.DataFrame, status_date: Any) -> pd.DataFrame:
    is_open = ~tasks["is_finished"]
    is_summary = tasks["kind"] == "summary"
    soon = is_open
    if not is_missing(status_date):
        soon = is_open & (tasks["start"] <= status_date + pd.Timedelta(weeks=4))
    rank = pd.Series(7, index=tasks.index)
    rank[is_open] = 6
    rank[is_summary] = 5
    rank[is_open & tasks["is_critical"]] = 4
    rank[soon] = 3
    rank[soon & tasks["is_critical"]] = 2
    rank[is_open & (tasks["kind"] == "milestone")] = 1
    rank[is_summary & (tasks["level"] <= tasks["level"].min() + 1)] = 0
    chosen = rank.sort_values(kind="stable").index[:MOST_ROWS]
    return tasks.loc[tasks.index.isin(chosen)]


def _rows(tasks: pd.DataFrame) -> pd.DataFrame:
    """What is drawn of each task, under names of our own: user text is only ever data."""
    done = (tasks["finish"] - tasks["start"]) * (tasks["percent_complete"].fillna(0) / 100)
    missing = pd.Series(pd.NaT, index=tasks.index, dtype="datetime64[us]")
    rows = pd.DataFrame(
        {
            "row": range(len(tasks)),
            "name": [plain(name, 45) for name in tasks["name"]],
            "indent": (tasks["level"] - tasks["level"].min()).clip(0, 4) * 10,
            "kind": tasks["kind"],
            "is_critical": tasks["is_critical"],
            "start": tasks["start"],
            "finish": tasks["finish"],
            "done": tasks["start"] + done,
            "baseline_start": tasks.get("baseline_start", missing),
            "baseline_finish": tasks.get("baseline_finish", missing),
            "deadline": tasks.get("deadline", missing),
            "end_label": [day_month(finish) for finish in tasks["finish"]],
        }
    )
    is_work = ~rows["kind"].isin(["summary", "milestone"])
    return rows.assign(
        has_done=is_work & (rows["done"] > rows["start"]),
        has_baseline=rows["baseline_finish"].notna(),
        has_deadline=rows["deadline"].notna(),
        **_tooltips(tasks),
    )


def _tooltips(tasks: pd.DataFrame) -> dict[str, Any]:
    said: dict[str, Any] = {
        "full_name": [plain(name, 300) for name in tasks["name"]],
        "said_start": cells(list(tasks["start"]), "date"),
        "said_finish": cells(list(tasks["finish"]), "date"),
        "said_percent": cells(list(tasks["percent_complete"]), "percent"),
        "said_critical": cells(list(tasks["is_critical"]), "flag"),
    }
    for name in ("wbs", "driver"):
        if name in tasks:
            said[name] = cells(list(tasks[name]), "text")
    if "total_float_hours" in tasks:
        said["said_float"] = cells(list(tasks["total_float_hours"]), "hours")
    if "deadline" in tasks:
        said["said_deadline"] = cells(list(tasks["deadline"]), "date")
    if "baseline_finish" in tasks:
        pair = zip(tasks["baseline_start"], tasks["baseline_finish"], strict=True)
        said["said_baseline"] = [
            NOTHING if is_missing(finish) else f"{day(start)} to {day(finish)}"
            for start, finish in pair
        ]
    return said


def _window(rows: pd.DataFrame, status_date: Any) -> tuple[Any, Any]:
    names = ("start", "finish", "baseline_start", "baseline_finish", "deadline")
    dates = [*(rows[name].min() for name in names), *(rows[name].max() for name in names)]
    known = [date for date in [*dates, status_date] if not is_missing(date)]
    room = max((max(known) - min(known)) / 12, pd.Timedelta(days=1))  # for the last label
    return min(known) - room / 6, max(known) + room


def _y() -> Any:
    return alt.Y("row:O", axis=None)


def _tooltip(rows: pd.DataFrame) -> list[Any]:
    return [alt.Tooltip(f"{n}:N", title=word) for n, word in _TOOLTIP.items() if n in rows]


def _only(rows: pd.DataFrame, condition: str) -> Any:
    """The rows for which one of our own columns says so; the data stays one and the same."""
    return alt.Chart(rows).transform_filter(condition)


def _behind(rows: pd.DataFrame, first: Any, last: Any, status_date: Any) -> list[Any]:
    """The band behind summaries, the time axis, the status date, names and finishes."""
    scale = {"range": [alt.expr(f"{NAMES} + 24"), alt.expr("width")]}
    bands = _only(rows, SUMMARY).mark_rect(color="#f3f3f3")
    names = alt.Chart(rows).mark_text(
        align="left",
        x=alt.expr("datum.indent"),
        limit=alt.expr(f"{NAMES} - 62 - datum.indent"),
        fontWeight=alt.expr(f"{SUMMARY} ? 'bold' : 'normal'"),
    )
    dates = {"align": "right", "x": alt.expr(f"{NAMES} - 12"), "color": PALE_INK}
    return [
        bands.encode(y=_y(), x=alt.value(0), x2=alt.value("width")),
        date_range(
            first, last, alt.X, scale=scale, orient="top", title=None, domain=False, ticks=False
        ),
        *_status(status_date),
        names.encode(y=_y(), text="name:N", tooltip=_tooltip(rows)),
        alt.Chart(rows).mark_text(**dates).encode(y=_y(), text="end_label:N"),
        alt.Chart(alt.Data(values=[{}])).mark_text(text="Finish", y=-8, **dates),
    ]


def _status(status_date: Any) -> list[Any]:
    if is_missing(status_date):
        return []
    at = alt.Chart(pd.DataFrame({"at": [status_date]}))
    return [at.mark_rule(color=INK, strokeDash=[5, 3], strokeWidth=1.2).encode(x="at:T")]


def _bars(rows: pd.DataFrame) -> list[Any]:
    is_critical = "datum.is_critical"
    baseline = _only(rows, f"!({MILESTONE}) && datum.has_baseline")
    bars = _only(rows, f"!({MILESTONE}) && !({SUMMARY})").mark_bar(
        height=10,
        yOffset=-2,
        fill=alt.expr(f"{is_critical} ? '{LATE}' : '{PALE_BLUE}'"),
        stroke=alt.expr(f"{is_critical} ? '{DARK_LATE}' : '{BLUE}'"),
        strokeWidth=alt.expr(f"{is_critical} ? 1.6 : 0.6"),
    )
    done = _only(rows, "datum.has_done").mark_bar(height=4, yOffset=-2, color=INK)
    summaries = _only(rows, SUMMARY).mark_bar(height=5, yOffset=-2, color="#555555")
    shared = {"y": _y(), "tooltip": _tooltip(rows)}
    return [
        baseline.mark_bar(height=4, yOffset=5, color=GREY).encode(
            x="baseline_start:T", x2="baseline_finish:T", **shared
        ),
        bars.encode(x="start:T", x2="finish:T", **shared),
        done.encode(x="start:T", x2="done:T", **shared),
        summaries.encode(x="start:T", x2="finish:T", **shared),
    ]


def _marks(rows: pd.DataFrame) -> list[Any]:
    """Milestones with their baseline, deadlines, and the legend of everything."""
    milestones = _only(rows, MILESTONE)
    before = _only(rows, f"{MILESTONE} && datum.has_baseline")
    due = _only(rows, "datum.has_deadline")
    shared = {"y": _y(), "tooltip": _tooltip(rows)}
    return [
        before.mark_point(**DIAMOND, size=60, fill=GREY, stroke=GREY).encode(
            x="baseline_finish:T", **shared
        ),
        milestones.mark_point(
            **DIAMOND,
            size=90,
            fill=alt.expr(f"datum.is_critical ? '{LATE}' : '{INK}'"),
            stroke=alt.expr(f"datum.is_critical ? '{DARK_LATE}' : '{INK}'"),
        ).encode(x="finish:T", **shared),
        due.mark_point(
            shape="triangle-down", size=50, yOffset=-5, fill="white", stroke=INK, opacity=1
        ).encode(x="deadline:T", **shared),
        _legend(),
    ]


def _legend() -> Any:
    """Points of no size: only their legend is seen."""
    names = list(_LEGEND)
    shapes, fills, strokes = (
        alt.Scale(domain=names, range=list(kind)) for kind in zip(*_LEGEND.values(), strict=True)
    )
    legend = alt.Legend(columns=alt.expr("width < 560 ? 3 : 6"))
    points = alt.Chart(pd.DataFrame({"what": names, "row": 0})).mark_point(size=0, opacity=1)
    return points.encode(
        y=_y(),
        shape=alt.Shape("what:N", scale=shapes, legend=legend),
        fill=alt.Fill("what:N", scale=fills, legend=legend),
        stroke=alt.Stroke("what:N", scale=strokes, legend=legend),
    )


def _subtitle(n_shown: int, n_tasks: int, status_date: Any) -> str:
    line = "" if is_missing(status_date) else f"Dashed line: status date {day(status_date)}."
    if n_shown == n_tasks:
        return line
    return (
        f"{line} {n_shown} of {n_tasks} tasks: summaries, open milestones, what is due in the next "
        "four weeks, critical tasks."
    ).strip()


def _description(tasks: pd.DataFrame, title: str, status_date: Any) -> str:
    work = tasks[tasks["kind"] != "summary"]
    words = (
        f"{title}: Gantt chart of {len(work)} tasks and milestones from "
        f"{day(tasks['start'].min())} to {day(tasks['finish'].max())}. "
        f"{int(work['is_finished'].sum())} are finished, {int(work['is_critical'].sum())} are "
        "critical."
    )
    return words if is_missing(status_date) else f"{words} Status date {day(status_date)}."
