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
    who = loads.work["who"].to_numpy()
    row, week = np.nonzero((loads.hours > 0) & (over[who] > ENOUGH))
    people = loads.people.iloc[who[row]].reset_index(drop=True)
    found = loads.work.iloc[row].reset_index(drop=True)
    found = found.assign(
        resource_id=people["resource_id"],
        resource=people["name"],
        week=edges[week + 1].normalize() - A_WEEK,
        over_hours=over[who[row], week],
        task=found["name"],
        left=found["hours"],
        hours=loads.hours[row, week],
        opens=edges[week],
        closes=edges[week + 1],
    )
    calendars = found.groupby(["plan", "calendar_id"])
    moves = [_moves(every[n], name, rows) for (n, name), rows in calendars]
    columns = ["resource_id", "resource", "week", "over_hours", "project", "task_id", "task",
               "hours", "float_days", "move_days", "relief_hours", "remedy"]  # fmt: skip
    found = found.join(pd.concat(moves)) if moves else found.reindex(columns=columns)
    keys = ["over_hours", "resource", "week", "relief_hours", "hours"]
    is_up = [False, True, True, False, False]
    return found[columns].sort_values(keys, ascending=is_up, kind="stable", ignore_index=True)


def _moves(plan: Schedule, calendar_id: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Float, the fewest days later that free the hours, how many these are, in words.

    In working time of its calendar a task only slides along: what of it lies in the week is the
    overlap of both.
    """
    calendar = calendar_of(plan, calendar_id)
    begin, finish, opens, closes = (
        calendar.minutes_before(rows[name]).to_numpy()[:, None]
        for name in ("begin", "finish", "opens", "closes")
    )
    a_day = 24.0 if calendar_id == ELAPSED else plan.project.header.hours_per_day
    room = rows["total_float_hours"].clip(lower=0) / a_day
    hours, left, over = (rows[[name]].to_numpy() for name in ("hours", "left", "over_hours"))
    days = np.arange(1, MOST_DAYS + 1)
    slide = days * round(a_day * 60)
    still = np.minimum(finish + slide, closes) - np.maximum(begin + slide, opens)
    relief = hours - left * np.clip(still, 0, None) / np.maximum(finish - begin, 1)
    is_fixed = rows["is_started"] | (rows["kind"] != "task")
    relief[(days > room.to_numpy()[:, None]) | is_fixed.to_numpy()[:, None]] = 0
    enough = relief >= np.minimum(over, hours) - ENOUGH
    best = np.where(enough.any(axis=1), enough.argmax(axis=1), relief.argmax(axis=1))
    freed = relief[np.arange(len(rows)), best]
    why = np.select(
        [freed >= ENOUGH, rows["kind"] != "task", rows["is_started"], room < 1],
        ["", "cannot move: goes along with the work", "cannot move: under way",
         "cannot move: no day of float"],
        "moving it within its float frees nothing in this week",
    )  # fmt: skip
    found = pd.DataFrame({"float_days": room, "relief_hours": freed, "remedy": why})
    found["move_days"] = np.where(why == "", days[best], np.nan)
    words = map(_remedy, found.itertuples(), over[:, 0])
    return found.assign(remedy=found["remedy"].where(why != "", list(words)))


def _remedy(row: Any, over: float) -> str:
    decimals = int(over < 10)
    freed = number(min(row.relief_hours, over), decimals)
    days = f"{row.move_days:.0f} day{'s' * (row.move_days != 1)}"
    return (
        f"move by {days}, it has {number(row.float_days)} of float: frees {freed} of "
        f"{number(over, decimals)} h"
    )
