"""Who has more to do than hours to do it in, week by week."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import WorkCalendar
from pmtools.measure.budget import ALWAYS, ELAPSED, Matrix
from pmtools.measure.milestones import names_of
from pmtools.measure.time_phasing import amounts_by_period
from pmtools.schedule import Schedule

A_WEEK = pd.Timedelta(weeks=1)
COLUMNS = {
    "resource_id": "str",
    "resource": "str",
    "department": "str",
    "week": "datetime64[us]",
    "load_hours": "float64",
    "capacity_hours": "float64",
    "tasks": "str",
}


def workload(plan: Schedule, weeks: int = 6, *, is_everyone: bool = False) -> pd.DataFrame:
    """Load of the remaining work against capacity, by person and week.

    The remaining work of a task (its remaining hours x the work planned for an hour of it; a day
    and night of elapsed time is a day of work) is spread evenly over its remaining working time.
    What should have been done by now is to be done from now on. Material has no capacity and is
    left out. Where two capacities are stated for a day, the smaller counts.

    Parameters
    ----------
    weeks
        How many weeks from the status date on; the first is what is left of the current one. On a
        Friday evening this is the next week, with the weekend before it.
    is_everyone
        With those who have nothing to do.

    Returns
    -------
    DataFrame
        `resource_id`, `resource`, `department`, `week` (its Monday), `load_hours`,
        `capacity_hours`, `load_percent`, `tasks` (names of the tasks of that week),
        `is_overallocated` (load above capacity by more than a quarter of an hour).
    """
    project = plan.project
    first = plan.status_date or plan.start
    edges = _week_edges(plan.calendars[""], first, weeks)
    work = _remaining_work(plan, first)
    hours = _hours_in_weeks(plan, work, edges)
    people = project.resources[project.resources["kind"] != "material"]
    rows = []
    is_shown = people["id"].isin(work["resource_id"]) | is_everyone
    for person in people[is_shown].itertuples():
        mine = (work["resource_id"] == person.id).to_numpy()
        capacity = _capacity(plan, person, edges)
        for week in range(weeks):
            names = "; ".join(work["name"][mine & (hours[:, week] > 0)].unique())
            rows.append((person.id, person.name, person.department_id,
                         edges[week + 1].normalize() - A_WEEK, hours[mine, week].sum(),
                         capacity[week], names))  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
    frame["department"] = names_of(project.departments, frame["department"])
    spare = frame["capacity_hours"].where(frame["capacity_hours"] > 0)
    frame["load_percent"] = frame["load_hours"] / spare * 100
    frame["is_overallocated"] = frame["load_hours"] > frame["capacity_hours"] + 0.25
    return frame


def overallocated(load: pd.DataFrame) -> pd.DataFrame:
    """The weeks in which somebody has more work than hours, the worst first.

    Returns
    -------
    DataFrame
        Columns of `workload`, and `over_hours`.
    """
    rows = load[load["is_overallocated"]]
    rows = rows.assign(over_hours=rows["load_hours"] - rows["capacity_hours"])
    return rows.sort_values("over_hours", ascending=False, kind="stable").reset_index(drop=True)


def _week_edges(calendar: WorkCalendar, first: pd.Timestamp, weeks: int) -> pd.DatetimeIndex:
    """The first instant, and the Mondays after the next working time."""
    begin = calendar.next_work(first)
    monday = begin.normalize() + pd.Timedelta(days=7 - begin.day_of_week)
    return pd.DatetimeIndex([first, *(monday + n * A_WEEK for n in range(weeks))]).as_unit("us")


def _remaining_work(plan: Schedule, first: pd.Timestamp) -> pd.DataFrame:
    """Assignments of unfinished tasks: hours left, and from when to when, in which calendar."""
    tasks = plan.tasks[~plan.tasks["is_finished"] & (plan.tasks["kind"] != "summary")]
    planned = plan.project.tasks[["id", "duration_hours", "is_elapsed", "calendar_id"]]
    tasks = tasks[["id", "name", "early_start", "finish", "remaining_hours"]].merge(planned)
    rows = plan.project.assignments.merge(tasks, left_on="task_id", right_on="id")
    rows = rows[~rows["is_fixed_quantity"]].reset_index(drop=True)
    of_clock = np.where(rows["is_elapsed"], plan.project.header.hours_per_day / 24, 1)
    duration = rows["duration_hours"].where(rows["duration_hours"] > 0)
    an_hour = (rows["work_hours"] / duration).fillna(rows["units"] * of_clock)
    return rows.assign(
        hours=rows["remaining_hours"] * an_hour,
        begin=rows["early_start"].clip(lower=first),
        is_late=rows["early_start"] < first,
    )


def _hours_in_weeks(plan: Schedule, work: pd.DataFrame, edges: pd.DatetimeIndex) -> Matrix:
    """Hours of each assignment in each week, spread over the working time of its task."""
    calendar_id = work["calendar_id"].mask(work["is_elapsed"], ELAPSED)
    finish = work["finish"].copy()
    for name, rows in work[work["is_late"]].groupby(calendar_id):
        calendar = ALWAYS if name == ELAPSED else plan.calendars[name]
        finish[rows.index] = calendar.add(rows["begin"], rows["remaining_hours"])
    parts = work.assign(
        start=work["begin"], finish=finish, amount=work["hours"], calendar_id=calendar_id
    )
    return amounts_by_period(parts, plan.calendars, edges, np.arange(len(work)), len(work))


def _capacity(plan: Schedule, person: Any, edges: pd.DatetimeIndex) -> Matrix:
    """Hours a person has in each week: working time x capacity, leave taken off."""
    days = pd.date_range(edges[0].normalize(), edges[-1], unit="us")
    points = days.union(edges)[1:] if edges[0] > days[0] else days.union(edges)
    begin, finish = points[:-1], points[1:]
    stated = np.full(len(begin), np.nan)
    spans = plan.project.availability
    for _, span in spans[spans["resource_id"] == person.id].iterrows():
        held = (begin.normalize() >= span["from"]) & (begin.normalize() <= span["to"])
        stated[held] = np.fmin(stated[held], span["capacity"])
    hours = plan.calendars[person.calendar_id].hours_between(begin, finish)
    capacity = np.where(np.isnan(stated), person.capacity, stated)
    week = edges.searchsorted(begin, side="right") - 1
    return np.asarray(np.bincount(week, hours * capacity), dtype="float64")
