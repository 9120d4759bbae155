"""How bad an overload is, which tasks cause it, and which of them can be moved."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from pmtools.measure.budget import ELAPSED
from pmtools.measure.workload import A_WEEK, calendar_of, loads_between, plans_of, week_edges
from pmtools.metrics import CannotSay
from pmtools.schedule import Schedule
from pmtools.words import day_month, number, percent, plain

MOST_DAYS = 60
ENOUGH = 0.25
"""Hours that are no overload."""


def load_peaks(
    load: pd.DataFrame | CannotSay, *, sustained_weeks: int = 3
) -> pd.DataFrame | CannotSay:
    """The worst week of each party, how long it lasts, and the hours that stay idle.

    Parameters
    ----------
    load
        As `workload` gives it, by person, role or department.
    sustained_weeks
        So many overloaded weeks in a row are no peak any more: sustained.

    Returns
    -------
    DataFrame
        `resource_id`, `resource`, `department`, `peak_week`, `peak_percent` (NaN: work in a week
        without hours), `n_weeks`, `n_weeks_over`, `longest_run` (overloaded weeks in a row),
        `run_from` (its first week, NaT), `is_sustained`, `load_hours`, `over_hours`, `idle_hours`
        (all in sum), `statement`. The longest overload first.
    """
    if isinstance(load, CannotSay):
        return load
    columns = {"resource_id": "str", "resource": "str", "department": "str"}
    found = [
        {name: rows[name].iloc[0] for name in columns} | _peak(rows.sort_values("week"))
        for _, rows in load.groupby("resource_id", sort=False)
    ]
    if not found:
        return CannotSay("nobody is assigned to work that is left")
    peaks = pd.DataFrame(found).astype(columns)
    peaks["is_sustained"] = peaks["longest_run"] >= sustained_weeks
    peaks["statement"] = [_told(row) for row in peaks.itertuples()]
    order = ["longest_run", "over_hours", "peak_percent"]
    return peaks.sort_values(order, ascending=False, kind="stable").reset_index(drop=True)


def _peak(rows: pd.DataFrame) -> dict[str, Any]:
    spare = rows["capacity_hours"] - rows["load_hours"]
    beyond = pd.Series(np.where(rows["is_overallocated"], np.inf, 0), rows.index)
    worst = rows["load_percent"].fillna(beyond).idxmax()
    weeks = zip(rows["is_overallocated"], rows["week"], strict=True)
    runs = [[week for _, week in run] for is_over, run in groupby(weeks, lambda each: each[0])
            if is_over]  # fmt: skip
    longest = max(runs, key=len, default=[])
    return {
        "peak_week": rows["week"][worst],
        "peak_percent": rows["load_percent"][worst],
        "n_weeks": len(rows),
        "n_weeks_over": sum(map(len, runs)),
        "longest_run": len(longest),
        "run_from": longest[0] if longest else pd.NaT,
        "load_hours": rows["load_hours"].sum(),
        "over_hours": -spare[rows["is_overallocated"]].sum(),
        "idle_hours": spare.clip(lower=0).sum(),
    }


def _told(row: Any) -> str:
    who, idle = plain(row.resource, 80), f"{number(row.idle_hours)} h idle"
    if not row.n_weeks_over:
        return f"{who}: never above capacity, {idle}"
    most = "work in a week without hours" if row.peak_percent != row.peak_percent else (
        f"at most {percent(row.peak_percent)}"
    )  # fmt: skip
    lasts = f"{row.longest_run} weeks in a row from {day_month(row.run_from)}"
    kind = f"sustained, {lasts}" if row.is_sustained else "a peak"
    return (
        f"{who}: above capacity in {row.n_weeks_over} of {row.n_weeks} weeks ({kind}), {most} "
        f"in the week of {day_month(row.peak_week)}; {idle} in others"
    )


def load_causes(
    plans: Schedule | Sequence[Schedule] | CannotSay,
    weeks: int = 6,
    *,
    start: pd.Timestamp | None = None,
) -> pd.DataFrame | CannotSay:
    """Which tasks overload a person in a week, by how many hours, and which can be moved.

    What has not begun and has float can be moved later; only by whole days, and by no more than
    its float. What is moved may meet other work there: `level` weighs all of it at once.

    Parameters
    ----------
    plans, weeks, start
        As for `workload`.

    Returns
    -------
    DataFrame
        `resource_id`, `resource`, `week` (its Monday), `over_hours` (of the person in that week),
        `project`, `task_id`, `task`, `hours` (of the task in that week), `float_days`,
        `move_days` (working days, NaN where it cannot move), `relief_hours` (that this frees),
        `remedy` (words). The worst week first, in it what can be moved.
    """
    if isinstance(plans, CannotSay):
        return plans
    every = plans_of(plans)
    if not every:
        return CannotSay("there is no project")
    edges = week_edges(every, weeks, start)
    loads = loads_between(every, edges)
    over = -loads.capacity
    np.add.at(over, loads.work["who"].to_numpy(), loads.hours)
    rows = []
    for who, week in zip(*np.nonzero(over > ENOUGH), strict=True):
        person = loads.people[["resource_id", "name"]].iloc[who]
        monday = edges[week + 1].normalize() - A_WEEK
        mine = np.flatnonzero((loads.work["who"] == who) & (loads.hours[:, week] > 0))
        for task, hours in zip(
            loads.work.iloc[mine].itertuples(), loads.hours[mine, week], strict=True
        ):
            moved = _moved(every[task.plan], task, hours, over[who, week], edges[week : week + 2])
            rows.append((*person, monday, over[who, week], task.project, task.task_id, task.name,
                         hours, *moved))  # fmt: skip
    columns = ["resource_id", "resource", "week", "over_hours", "project", "task_id", "task",
               "hours", "float_days", "move_days", "relief_hours", "remedy"]  # fmt: skip
    found = pd.DataFrame(rows, columns=columns)
    keys = ["over_hours", "resource", "week", "relief_hours", "hours"]
    is_up = [False, True, True, False, False]
    return found.sort_values(keys, ascending=is_up, kind="stable").reset_index(drop=True)


def _moved(
    plan: Schedule, task: Any, hours: float, over: float, week: pd.DatetimeIndex
) -> tuple[float, float, float, str]:
    """Float in days, the fewest days later that free the hours, how many these are, in words."""
    calendar = calendar_of(plan, task.calendar_id)
    a_day = 24.0 if task.calendar_id == ELAPSED else plan.project.header.hours_per_day
    room = max(task.total_float_hours, 0) / a_day
    if task.kind != "task" or task.is_started or room < 1:
        why = ("goes along with the work" if task.kind != "task"
               else "under way" if task.is_started else "no day of float")  # fmt: skip
        return room, np.nan, 0.0, f"cannot move: {why}"
    days = np.arange(1, min(int(room), MOST_DAYS) + 1)
    begin, finish = (
        calendar.add(np.full(len(days), np.datetime64(at, "us")), days * a_day)
        for at in (task.begin, task.finish)
    )
    begin, finish = np.maximum(begin, week[0]), np.minimum(finish, week[1])
    still = np.maximum(calendar.hours_between(begin, finish), 0)
    whole = calendar.hours_between(task.begin, task.finish)
    relief = hours - task.hours * still / max(whole, 1 / 60)
    is_enough = relief >= min(over, hours) - ENOUGH
    best = int(is_enough.argmax() if is_enough.any() else relief.argmax())
    if relief[best] < ENOUGH:
        return room, np.nan, 0.0, "moving it within its float frees nothing in this week"
    n, decimals = int(days[best]), int(over < 10)
    words = (
        f"move by {n} day{'s' * (n != 1)}, it has {number(room)} of float: frees "
        f"{number(min(relief[best], over), decimals)} of {number(over, decimals)} h"
    )
    return room, float(n), float(relief[best]), words
