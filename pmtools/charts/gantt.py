"""The plan as bars: baseline, forecast, progress, status date, what is critical."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pmtools.charts.theme import (
    BLUE,
    DARK_LATE,
    GREY,
    INK,
    LATE,
    PALE_BLUE,
    PALE_INK,
    Chart,
    alt,
    date_range,
    finished,
    nothing,
    scales,
    status_line,
    tooltip,
)
from pmtools.metrics import CannotSay
from pmtools.words import Format, cells, day, day_month, is_missing, plain

MOST_ROWS = 50
ROW_HEIGHT = 17
NAMES = "clamp(0.48 * width, 164, 400)"
"""Pixels for names and finish dates, to the left of the bars."""
IS_SUMMARY, IS_MILESTONE = "datum.kind === 'summary'", "datum.kind === 'milestone'"
IS_TASK = f"!({IS_SUMMARY} || {IS_MILESTONE})"
_DATES = ["start", "finish", "baseline_start", "baseline_finish", "deadline"]
_LEGEND = {
    "Task": ("square", PALE_BLUE, BLUE),
    "Critical task": ("square", LATE, DARK_LATE),
    "Done": ("M-1,-0.4H1V0.4H-1Z", INK, INK),
    "Baseline": ("M-1,-0.3H1V0.3H-1Z", GREY, GREY),
    "Milestone": ("diamond", INK, INK),
    "Deadline": ("triangle-down", "white", INK),
}
_TOLD: dict[str, tuple[str, Format]] = {
    "wbs": ("WBS", "text"),
    "start": ("Start", "date"),
    "finish": ("Finish", "date"),
    "baseline_start": ("Baseline start", "date"),
    "baseline_finish": ("Baseline finish", "date"),
    "deadline": ("Deadline", "date"),
    "percent_complete": ("Complete", "percent"),
    "total_float_hours": ("Total float", "hours"),
    "is_critical": ("Critical", "flag"),
    "driver": ("Set by", "text"),
}


def chart_gantt(
    tasks: pd.DataFrame | CannotSay, status_date: Any = None, title: str = "Plan and forecast"
) -> Chart:
    """The tasks of a schedule as a Gantt chart.

    Parameters
    ----------
    tasks
        Columns of `Schedule.tasks` (name, kind, level, start, finish, percent_complete,
        is_critical, ...); with `baseline_start` and `baseline_finish` the baseline is drawn, with
        `deadline` the deadlines. Of more than 50 tasks, the summaries and at most 50 of what is
        open are shown: milestones, the next four weeks and critical tasks first.
    status_date
        Drawn as a line.
    """
    if isinstance(tasks, CannotSay):
        return nothing(tasks)
    tasks = tasks.dropna(subset=["start", "finish"])
    if tasks.empty:
        return nothing("the plan has no tasks with dates")
    shown = tasks if len(tasks) <= MOST_ROWS else _of_most_interest(tasks, status_date)
    rows = _rows(shown.reset_index(drop=True))
    first, last = _window(rows, status_date)
    return finished(
        [*_behind(rows, first, last, status_date), *_bars(rows), *_marks(rows), _legend()],
        title=title,
        subtitle=_subtitle(len(shown), len(tasks), status_date),
        description=_description(tasks, title, status_date),
        height=ROW_HEIGHT * len(rows),
    )


def _of_most_interest(tasks: pd.DataFrame, status_date: Any) -> pd.DataFrame:
    is_open, is_summary = ~tasks["is_finished"], tasks["kind"] == "summary"
    in_weeks = pd.Timestamp.max if is_missing(status_date) else status_date + pd.Timedelta(weeks=4)
    soon = is_open & (tasks["start"] <= in_weeks)
    most_first = [
        is_summary & (tasks["level"] <= tasks["level"].min() + 1),
        is_open & (tasks["kind"] == "milestone"),
        soon & tasks["is_critical"],
        soon,
        is_open & tasks["is_critical"],
        is_summary,
        is_open,
    ]
    rank = np.select(most_first, range(len(most_first)), len(most_first))
    n_of_interest = int((rank < len(most_first)).sum()) or MOST_ROWS
    chosen = np.argsort(rank, kind="stable")[: min(n_of_interest, MOST_ROWS)]
    return tasks.iloc[np.sort(chosen)]


def _rows(tasks: pd.DataFrame) -> pd.DataFrame:
    """What is drawn of each task, under names of our own: user text is only ever data."""
    done = (tasks["finish"] - tasks["start"]) * (tasks["percent_complete"].fillna(0) / 100)
    is_work = ~tasks["kind"].isin(["summary", "milestone"])
    return tasks.reindex(columns=_DATES).assign(
        row=range(len(tasks)),
        name=[plain(name, 60) for name in tasks["name"]],
        full_name=[plain(name, 300) for name in tasks["name"]],
        indent=(tasks["level"] - tasks["level"].min()).clip(0, 4) * 10,
        kind=tasks["kind"],
        is_critical=tasks["is_critical"],
        done=(tasks["start"] + done).where(is_work & (done > pd.Timedelta(0))),
        end_label=[day_month(finish) for finish in tasks["finish"]],
        **{
            f"said_{name}": cells(list(tasks[name]), style)
            for name, (_, style) in _TOLD.items()
            if name in tasks
        },
    )


def _window(rows: pd.DataFrame, status_date: Any) -> tuple[Any, Any]:
    dates = [*rows[_DATES].min(), *rows[_DATES].max(), status_date]
    known = [date for date in dates if not is_missing(date)]
    room = max((max(known) - min(known)) / 12, pd.Timedelta(days=1))
    return min(known) - room / 6, max(known) + room / 2


def _drawn(rows: pd.DataFrame, condition: str = "true") -> Any:
    """The rows for which one of our own columns says so; the data stays one and the same."""
    words = {f"said_{name}": word for name, (word, _) in _TOLD.items()}
    told = {name: word for name, word in words.items() if name in rows}
    chart = alt.Chart(rows).transform_filter(condition)
    return chart.encode(y=alt.Y("row:O", axis=None), tooltip=tooltip({"full_name": "Task", **told}))


def _behind(rows: pd.DataFrame, first: Any, last: Any, status_date: Any) -> list[Any]:
    """The band behind summaries, the time axis, the status date, names and finishes."""
    span = [alt.expr(f"{NAMES} + 24"), alt.expr("width")]
    bands = _drawn(rows, IS_SUMMARY).mark_rect(color="#f3f3f3")
    names = _drawn(rows).mark_text(
        align="left",
        x=alt.expr("datum.indent"),
        limit=alt.expr(f"{NAMES} - 62 - datum.indent"),
        fontWeight=alt.expr(f"{IS_SUMMARY} ? 'bold' : 'normal'"),
    )
    dates = {"align": "right", "x": alt.expr(f"{NAMES} - 12"), "color": PALE_INK}
    axis = {"orient": "top", "title": None, "domain": False, "ticks": False}
    return [
        bands.encode(x=alt.value(0), x2=alt.value("width")),
        date_range(alt.X, first, last, span=span, **axis),
        *status_line(status_date),
        names.encode(text="name:N"),
        _drawn(rows).mark_text(**dates).encode(text="end_label:N"),
        alt.Chart(alt.Data(values=[{}])).mark_text(text="Finish", y=-8, **dates),
    ]


def _bars(rows: pd.DataFrame) -> list[Any]:
    bars = _drawn(rows, IS_TASK).mark_bar(
        height=10, yOffset=-2, **_ink(PALE_BLUE, BLUE),
        strokeWidth=alt.expr("datum.is_critical ? 1.6 : 0.6"),
    )  # fmt: skip
    before = _drawn(rows, f"!({IS_MILESTONE})").mark_bar(height=4, yOffset=5, color=GREY)
    summaries = _drawn(rows, IS_SUMMARY).mark_bar(height=5, yOffset=-2, color="#555555")
    done = _drawn(rows).mark_bar(height=4, yOffset=-2, color=INK)
    return [
        before.encode(x="baseline_start:T", x2="baseline_finish:T"),
        bars.encode(x="start:T", x2="finish:T"),
        done.encode(x="start:T", x2="done:T"),
        summaries.encode(x="start:T", x2="finish:T"),
    ]


def _ink(fill: str, stroke: str) -> dict[str, Any]:
    """Critical tasks differ by more than their colour: their edge is dark, and thick."""
    pairs = {"fill": (LATE, fill), "stroke": (DARK_LATE, stroke)}
    return {
        key: alt.expr(f"datum.is_critical ? '{critical}' : '{other}'")
        for key, (critical, other) in pairs.items()
    }


def _marks(rows: pd.DataFrame) -> list[Any]:
    """Milestones with their baseline, and deadlines."""
    milestones, diamond = _drawn(rows, IS_MILESTONE), {"shape": "diamond", "yOffset": -1}
    return [
        milestones.mark_point(**diamond, opacity=1, size=60, fill=GREY, stroke=GREY).encode(
            x="baseline_finish:T"
        ),
        milestones.mark_point(**diamond, opacity=1, size=90, **_ink(INK, INK)).encode(x="finish:T"),
        _drawn(rows)
        .mark_point(shape="triangle-down", size=50, yOffset=-5, fill="white", stroke=INK, opacity=1)
        .encode(x="deadline:T"),
    ]


def _legend() -> Any:
    """Points of no size: only their legend is seen."""
    shape, fill, stroke = scales(_LEGEND)
    legend = alt.Legend(columns=alt.expr("width < 560 ? 3 : 6"))
    points = alt.Chart(pd.DataFrame({"what": list(_LEGEND), "row": 0}))
    return points.mark_point(size=0, opacity=1).encode(
        y=alt.Y("row:O", axis=None),
        shape=alt.Shape("what:N", scale=shape, legend=legend),
        fill=alt.Fill("what:N", scale=fill, legend=legend),
        stroke=alt.Stroke("what:N", scale=stroke, legend=legend),
    )


def _subtitle(n_shown: int, n_tasks: int, status_date: Any) -> str:
    line = "" if is_missing(status_date) else f"Dashed line: status date {day(status_date)}."
    if n_shown < n_tasks:
        line = f"{line} {n_shown} of {n_tasks} tasks: summaries and open work".strip()
        line += "." if n_shown < MOST_ROWS else ", the next four weeks and critical tasks first."
    return line


def _description(tasks: pd.DataFrame, title: str, status_date: Any) -> str:
    work = tasks[tasks["kind"] != "summary"]
    words = (
        f"{title}: Gantt chart of {len(work)} tasks and milestones from "
        f"{day(tasks['start'].min())} to {day(tasks['finish'].max())}. "
        f"{int(work['is_finished'].sum())} are finished, {int(work['is_critical'].sum())} are "
        "critical."
    )
    return words if is_missing(status_date) else f"{words} Status date {day(status_date)}."
