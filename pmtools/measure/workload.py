"""Who has more to do than hours to do it in, week by week."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from pmtools.measure.milestones import names_of
from pmtools.project import Project
from pmtools.schedule import Schedule

COLUMNS = ["resource_id", "resource", "department", "week", "load_hours", "capacity_hours"]


def workload(plan: Schedule, weeks: int = 6) -> pd.DataFrame:
    """Load of the remaining work against capacity, by person and week.

    The remaining work of a task is spread evenly over its remaining working time.
    Material has no capacity and is left out.

    Parameters
    ----------
    weeks
        How many weeks from the status date on; the first is what is left of the current one.

    Returns
    -------
    DataFrame
        `resource_id`, `resource`, `department`, `week` (its Monday), `load_hours`,
        `capacity_hours`, `load_percent`, `tasks` (names of the tasks of that week),
        `is_overallocated` (load above capacity by more than a quarter of an hour).
    """
    project = plan.project
    first = plan.status_date if plan.status_date is not None else plan.start
    edges = _week_edges(first, weeks)
    work = _remaining_work(plan, first)
    hours = _hours_in_weeks(plan, work, edges)
    people = project.resources[project.resources["kind"] != "material"]
    rows = []
    for person in people.itertuples():
        mine = (work["resource_id"] == person.id).to_numpy()
        if not mine.any():
            continue
        capacity = _capacity(plan, person, edges)
        for week in range(weeks):
            active = mine & (hours[:, week] > 0)
            names = "; ".join(dict.fromkeys(work["name"][active]))
            load = float(hours[mine, week].sum())
            rows.append((person.id, person.name, person.department_id, edges[week].normalize(),
                         load, capacity[week], names))  # fmt: skip
    frame = pd.DataFrame(rows, columns=[*COLUMNS, "tasks"])
    frame["week"] = pd.to_datetime(frame["week"])
    frame["week"] -= pd.to_timedelta(frame["week"].dt.day_of_week, unit="D")
    frame["department"] = names_of(project.departments, frame["department"].astype("str"))
    spare = frame["capacity_hours"].where(frame["capacity_hours"] > 0)
    frame["load_percent"] = (frame["load_hours"] / spare * 100).astype("float64")
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


def _week_edges(first: pd.Timestamp, weeks: int) -> list[pd.Timestamp]:
    # A status on Friday evening or the weekend starts with the coming Monday.
    start = first.ceil("D") if first.day_of_week >= 4 else first
    monday = start.normalize() + pd.Timedelta(days=(7 - start.day_of_week) % 7)
    begin = monday if first.day_of_week >= 4 else first
    next_monday = begin.normalize() + pd.Timedelta(days=7 - begin.day_of_week)
    return [begin, *(next_monday + pd.Timedelta(weeks=n) for n in range(weeks))]


def _remaining_work(plan: Schedule, first: pd.Timestamp) -> pd.DataFrame:
    """Assignments of unfinished tasks: resource, task, window of the rest, share of a person."""
    tasks = plan.tasks[~plan.tasks["is_finished"] & (plan.tasks["kind"] != "summary")]
    columns = ["id", "name", "start", "finish", "is_started", "duration_hours"]
    rows = plan.project.assignments.merge(tasks[columns], left_on="task_id", right_on="id")
    rows = rows[~rows["is_fixed_quantity"]].reset_index(drop=True)
    duration = rows["duration_hours"].where(rows["duration_hours"] > 0)
    rows["share"] = (rows["work_hours"] / duration).fillna(rows["units"])
    begin = rows["start"].where(~rows["is_started"], np.maximum(rows["start"], first))
    return rows.assign(begin=begin)


def _hours_in_weeks(plan: Schedule, work: pd.DataFrame, edges: list[pd.Timestamp]) -> np.ndarray:
    """Hours of each assignment in each week, over the working time of its task."""
    hours = np.zeros((len(work), len(edges) - 1))
    own = plan.project.tasks.set_index("id")["calendar_id"]
    for key, rows in work.groupby(work["task_id"].map(own).to_numpy()):
        calendar = plan.calendars[str(key)]
        for week, (left, right) in enumerate(pairwise(edges)):
            begin = rows["begin"].clip(lower=left, upper=right)
            finish = rows["finish"].clip(lower=left, upper=right)
            hours[rows.index, week] = calendar.hours_between(begin, finish)
    return hours * work["share"].to_numpy()[:, None]


def _capacity(plan: Schedule, person: object, edges: list[pd.Timestamp]) -> list[float]:
    """Hours a person has in each week: working time x capacity, leave taken off."""
    calendar = plan.calendars[getattr(person, "calendar_id", "")]
    days = pd.date_range(edges[0].normalize(), edges[-1] - pd.Timedelta(minutes=1), freq="D")
    begin = pd.Series(days).clip(lower=edges[0])
    finish = pd.Series(days + pd.Timedelta(days=1)).clip(upper=edges[-1])
    hours = np.asarray(calendar.hours_between(begin, finish), dtype="float64")
    share = _share_by_day(plan.project, person, days)
    week = np.searchsorted([edge.to_datetime64() for edge in edges[1:]], days, side="right")
    return [float((hours * share)[week == number].sum()) for number in range(len(edges) - 1)]


def _share_by_day(project: Project, person: object, days: pd.DatetimeIndex) -> np.ndarray:
    share = np.full(len(days), float(getattr(person, "capacity", 1.0)))
    rows = project.availability
    for row in rows[rows["resource_id"] == getattr(person, "id", "")].itertuples():
        share[(days >= row[2]) & (days <= row[3])] = row.capacity
    return share
