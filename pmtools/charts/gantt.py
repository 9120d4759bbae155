"""The plan as bars: baseline, forecast, progress, status date, what is critical."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pmtools.charts import task_rows, theme
from pmtools.charts.theme import Chart, alt
from pmtools.metrics import CannotSay
from pmtools.words import Format, cells, day, day_month, is_missing, plain

MOST_ROWS = 45
IS_SUMMARY, IS_MILESTONE = "datum.kind === 'summary'", "datum.kind === 'milestone'"
IS_TASK = f"!({IS_SUMMARY} || {IS_MILESTONE})"
_DATES = ["start", "finish", "baseline_start", "baseline_finish", "deadline", "late_finish"]
_LEGEND = {
    "Task": ("square", theme.PALE_BLUE, theme.BLUE),
    "Critical": ("square", theme.LATE, theme.DARK_LATE),
    "Done": ("M-1,-0.4H1V0.4H-1Z", theme.INK, theme.INK),
    "Baseline": ("M-1,-0.3H1V0.3H-1Z", theme.GREY, theme.GREY),
    "Float": ("M-1,-0.1H0.8V-0.5H1V0.5H0.8V0.1H-1Z", theme.BLUE, theme.BLUE),
    "Milestone": ("diamond", theme.INK, theme.INK),
    "Deadline": ("triangle-down", "white", theme.INK),
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
    tasks: pd.DataFrame | CannotSay,
    status_date: Any = None,
    title: str = "Plan and forecast",
    *,
    links: pd.DataFrame | None = None,
) -> Chart:
    """The tasks of a schedule as a Gantt chart.

    Parameters
    ----------
    tasks
        Columns of `Schedule.tasks` (name, kind, level, start, finish, percent_complete,
        is_critical, ...); with `baseline_start` and `baseline_finish` the baseline is drawn, with
        `deadline` the deadlines, with `late_finish` the float of open tasks. Of more than 45
        tasks, the summaries and at most 45 of what is open are shown: milestones, the next four
        weeks and critical tasks first.
    status_date
        Drawn as a line.
    links
        Columns of `Schedule.links`: those between tasks that are shown are drawn.
    """
    if isinstance(tasks, CannotSay):
        return theme.nothing(tasks)
    tasks = tasks.dropna(subset=["start", "finish"])
    if tasks.empty:
        return theme.nothing("the plan has no tasks with dates")
    shown = tasks if len(tasks) <= MOST_ROWS else _of_most_interest(tasks, status_date)
    rows = _rows(shown.reset_index(drop=True))
    first, last = task_rows.window(rows, _DATES, status_date)
    lines, heads = ([], []) if links is None else _links(shown, links)
    return theme.finished(
        [
            _bands(rows),
            *task_rows.beside_bars(rows, "Finish", first, last, status_date),
            *lines,
            *_bars(rows),
            *heads,
            *_marks(rows),
            task_rows.legend({name: _LEGEND[name] for name in _drawn_kinds(rows)}),
        ],
        title=title,
        subtitle=_subtitle(shown, tasks, status_date, links is not None),
        description=_description(tasks, title, status_date),
        height=task_rows.ROW_HEIGHT * len(rows),
    )


def _of_most_interest(tasks: pd.DataFrame, status_date: Any) -> pd.DataFrame:
    is_open, is_summary = ~tasks["is_finished"], tasks["kind"] == "summary"
    now = tasks["start"].min() if is_missing(status_date) else status_date
    soon = is_open & (tasks["start"] <= now + pd.Timedelta(weeks=4))
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
    say = day if tasks["finish"].dt.year.nunique() > 1 else day_month
    rows = tasks.reindex(columns=_DATES).astype("datetime64[us]")
    has_float = (rows["late_finish"] > rows["finish"]) & (tasks["kind"] != "summary")
    return rows.assign(
        row=range(len(tasks)),
        name=[plain(name, 60) for name in tasks["name"]],
        full_name=[plain(name, 300) for name in tasks["name"]],
        indent=(tasks["level"] - tasks["level"].min()).clip(0, 4) * 10,
        kind=tasks["kind"],
        is_bold=tasks["kind"] == "summary",
        is_critical=tasks["is_critical"],
        late_finish=rows["late_finish"].where(has_float & ~tasks["is_finished"]),
        done=(tasks["start"] + done).where(is_work & (done > pd.Timedelta(0))),
        end_label=[say(finish) for finish in tasks["finish"]],
        end_short=[day_month(finish) for finish in tasks["finish"]],
        **{
            f"said_{name}": cells(list(tasks[name]), style)
            for name, (_, style) in _TOLD.items()
            if name in tasks
        },
    )


def _drawn_kinds(rows: pd.DataFrame) -> list[str]:
    """What the legend explains."""
    is_there = {
        "Done": rows["done"].notna().any(),
        "Baseline": rows["baseline_finish"].notna().any(),
        "Float": rows["late_finish"].notna().any(),
        "Milestone": (rows["kind"] == "milestone").any(),
        "Deadline": rows["deadline"].notna().any(),
    }
    return [name for name in _LEGEND if is_there.get(name, True)]


def _drawn(rows: pd.DataFrame, condition: str = "true") -> Any:
    """The rows for which one of our own columns says so; the data stays one and the same."""
    words = {f"said_{name}": word for name, (word, _) in _TOLD.items()}
    told = {name: word for name, word in words.items() if name in rows}
    chart = alt.Chart(rows).transform_filter(condition)
    return chart.encode(
        y=alt.Y("row:O", axis=None), tooltip=theme.tooltip({"full_name": "Task", **told})
    )


def _bands(rows: pd.DataFrame) -> Any:
    bands = _drawn(rows, IS_SUMMARY).mark_rect(color="#f3f3f3")
    return bands.encode(x=alt.value(0), x2=alt.value("width"))


def _bars(rows: pd.DataFrame) -> list[Any]:
    ink = theme.critical_ink(theme.PALE_BLUE, theme.BLUE)
    bars = _drawn(rows, IS_TASK).mark_bar(height=10, yOffset=-2, **ink)
    before = _drawn(rows, f"!({IS_MILESTONE})").mark_bar(height=4, yOffset=5, color=theme.GREY)
    summaries = _drawn(rows, IS_SUMMARY).mark_bar(height=5, yOffset=-2, color="#555555")
    done = _drawn(rows).mark_bar(height=4, yOffset=-2, color=theme.INK)
    floats = _drawn(rows, "datum.late_finish !== null")
    end = {"shape": "M0,-0.5V0.5", "size": 60, "opacity": 1, "strokeWidth": 1.2}
    return [
        before.encode(x="baseline_start:T", x2="baseline_finish:T"),
        floats.mark_rule(yOffset=-2, color=theme.BLUE).encode(x="finish:T", x2="late_finish:T"),
        floats.mark_point(yOffset=-2, stroke=theme.BLUE, **end).encode(x="late_finish:T"),
        bars.encode(x="start:T", x2="finish:T"),
        done.encode(x="start:T", x2="done:T"),
        summaries.encode(x="start:T", x2="finish:T"),
    ]


def _marks(rows: pd.DataFrame) -> list[Any]:
    """Milestones with their baseline, and deadlines."""
    milestones, diamond = _drawn(rows, IS_MILESTONE), {"shape": "diamond", "yOffset": -1}
    before = {"size": 60, "fill": theme.GREY, "stroke": theme.GREY}
    triangle = {"shape": "triangle-down", "size": 50, "yOffset": -5}
    return [
        milestones.mark_point(**diamond, opacity=1, **before).encode(x="baseline_finish:T"),
        milestones.mark_point(
            **diamond, opacity=1, size=90, **theme.critical_ink(theme.INK, theme.INK)
        ).encode(x="finish:T"),
        _drawn(rows)
        .mark_point(**triangle, fill="white", stroke=theme.INK, opacity=1)
        .encode(x="deadline:T"),
    ]


def _links(tasks: pd.DataFrame, links: pd.DataFrame) -> tuple[list[Any], list[Any]]:
    """Lines from each task along its row, then down or up to the one after it; their heads."""
    at = pd.Series(range(len(tasks)), index=tasks["id"])
    links = links[links["predecessor_id"].isin(at.index) & links["successor_id"].isin(at.index)]
    before, after = (at[links[f"{end}_id"]].to_numpy() for end in ("predecessor", "successor"))
    days, kind = tasks[["start", "finish"]].to_numpy(), links["kind"].to_numpy().astype("U2")
    leaves = days[before, np.char.startswith(kind, "F").astype(int)]
    enters = days[after, np.char.endswith(kind, "F").astype(int)]
    steps = [(leaves, before), (enters, before), (enters, after)]
    points = pd.concat(
        pd.DataFrame({"link": range(len(links)), "step": step, "at": x, "row": y})
        for step, (x, y) in enumerate(steps)
    )
    points["is_driving"] = np.tile(links["is_driving"], 3)
    points["is_up"] = np.tile(after < before, 3)
    ink = f"datum.is_driving ? '{theme.INK}' : '{theme.GREY}'"
    chart = alt.Chart(points).encode(x="at:T", y=alt.Y("row:O", axis=None))
    lines = [
        chart.transform_filter(where)
        .mark_line(color=colour, strokeWidth=1, strokeDash=dash, yOffset=-2)
        .encode(detail="link:N", order="step:Q")
        for where, colour, dash in (
            ("!datum.is_driving", theme.GREY, [3, 2]),
            ("datum.is_driving", theme.INK, [1, 0]),
        )
    ]
    heads = chart.transform_filter("datum.step == 2").mark_point(
        shape="triangle-down", size=26, opacity=1, filled=True, color=alt.expr(ink),
        angle=alt.expr("datum.is_up ? 180 : 0"), yOffset=alt.expr("datum.is_up ? 6 : -9"),
    )  # fmt: skip
    return lines, [heads]


def _subtitle(shown: pd.DataFrame, tasks: pd.DataFrame, status_date: Any, has_links: bool) -> str:
    lines = [] if is_missing(status_date) else [f"Dashed line: status date {day(status_date)}."]
    if len(shown) < len(tasks):
        first = "first" if is_missing(status_date) else "next"
        order = f", the {first} four weeks and critical tasks first"
        is_left_out = tasks["is_critical"] & (tasks["kind"] != "summary")
        n_more = int(is_left_out.drop(shown.index).sum())
        lines.append(
            f"{len(shown)} of {len(tasks)} tasks: summaries and open work"
            f"{'' if len(shown) < MOST_ROWS else order}"
            f"{f'; {n_more} critical ones are left out' if n_more else ''}."
        )
    if has_links:
        lines.append("Arrows: links; a dashed one sets no date.")
    return " ".join(lines)


def _description(tasks: pd.DataFrame, title: str, status_date: Any) -> str:
    work = tasks[tasks["kind"] != "summary"]
    words = (
        f"{title}: Gantt chart of {len(work)} tasks and milestones from "
        f"{day(tasks['start'].min())} to {day(tasks['finish'].max())}. "
        f"{int(work['is_finished'].sum())} are finished, {int(work['is_critical'].sum())} are "
        "critical."
    )
    return words if is_missing(status_date) else f"{words} Status date {day(status_date)}."
