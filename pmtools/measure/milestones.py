"""Milestones: approved, forecast last time, forecast now; and how the forecasts moved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from pmtools.measure.budget import last_approved
from pmtools.measure.parties import parties
from pmtools.project import Project
from pmtools.schedule import Schedule, schedule


def schedule_weeks(weeks: Sequence[Project]) -> tuple[Schedule, ...]:
    """The schedule of each past week as it was known then, oldest first; the last is now."""
    return tuple(schedule(week) for week in weeks)


def names_of(table: pd.DataFrame, ids: pd.Series) -> pd.Series:
    """The names that belong to ids of resources or departments; an unknown id stays itself."""
    return looked_up(table.set_index("id")["name"], ids).fillna(ids)


def looked_up(values: pd.Series, ids: pd.Series) -> pd.Series:
    """The value that belongs to each id; missing where there is none. Dates stay dates."""
    return values.reindex(ids.to_numpy()).set_axis(ids.index)


def days_late(plan: Schedule, before: Any, after: Any) -> Any:
    """Working days from `before` to `after` in the project's calendar; NaN where one is missing.

    Dates or columns of dates. A finish at the end of a day and one at the next morning are the
    same moment: 0 days.
    """
    hours = plan.calendars[""].hours_between(before, after)
    return round(hours / plan.project.header.hours_per_day, 1) + 0.0


def milestone_trend(schedules: Sequence[Schedule]) -> pd.DataFrame:
    """What each milestone was forecast for, on each status date.

    Returns
    -------
    DataFrame
        `status_date`, `task_id`, `name` (of now), `forecast`, `is_done`; the milestones are those
        of the last schedule, by `milestone_tasks`.
    """
    shown = milestone_tasks(schedules[-1])[["id", "name"]]
    frames = [
        plan.tasks[["id", "finish", "is_finished"]]
        .merge(shown, on="id")
        .assign(status_date=plan.status_date)
        for plan in schedules
        if plan.status_date is not None
    ]
    names = {"id": "task_id", "finish": "forecast", "is_finished": "is_done"}
    columns = ["status_date", "task_id", "name", "forecast", "is_done"]
    found = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
    return found.rename(columns=names)[columns]


def milestone_tasks(plan: Schedule) -> pd.DataFrame:
    """The milestones of a schedule; in a plan without any, its outermost summaries or tasks."""
    tasks = plan.tasks
    found = tasks[tasks["kind"] == "milestone"]
    if found.empty:
        found = tasks[tasks["level"] == tasks["level"].min()]
    return found


def milestones(schedules: Sequence[Schedule]) -> pd.DataFrame:
    """Each milestone: baseline, last forecast, forecast now, and its slip.

    Returns
    -------
    DataFrame
        `task_id`, `name`, `owner`, `baseline`, `last_forecast`, `forecast` (dates),
        `slip_days` and `slip_since_last_days` (working days, later is positive), `is_done`.
        Sorted by forecast.
    """
    now = schedules[-1]
    rows = milestone_tasks(now)
    owners = parties(now.project)["owner_id"]
    baseline = last_approved(now.project).set_index("task_id")["finish"]
    before = schedules[-2].tasks.set_index("id")["finish"] if len(schedules) > 1 else baseline[:0]
    result = pd.DataFrame(
        {
            "task_id": rows["id"],
            "name": rows["name"],
            "owner": names_of(now.project.resources, looked_up(owners, rows["id"])),
            "baseline": looked_up(baseline, rows["id"]),
            "last_forecast": looked_up(before, rows["id"]),
            "forecast": rows["finish"],
            "is_done": rows["is_finished"],
        }
    )
    result["slip_days"] = days_late(now, result["baseline"], result["forecast"])
    result["slip_since_last_days"] = days_late(now, result["last_forecast"], result["forecast"])
    return result.sort_values("forecast", kind="stable").reset_index(drop=True)
