"""Done last week, due in the next two, overdue: with the person who answers for it."""

from __future__ import annotations

import pandas as pd

from pmtools.measure.budget import last_approved
from pmtools.measure.milestones import days_late, looked_up, names_of
from pmtools.measure.parties import parties
from pmtools.schedule import Schedule


def work_of(plan: Schedule) -> pd.DataFrame:
    """The tasks and milestones of a schedule (no summaries) with owner, department and baseline.

    Returns
    -------
    DataFrame
        The columns of `Schedule.tasks` and `owner`, `department` (names), `baseline_start`,
        `baseline_finish`.
    """
    tasks = plan.tasks[~plan.tasks["kind"].isin(["summary", "level_of_effort"])]
    who = parties(plan.project).loc[tasks["id"]].set_axis(tasks.index)
    return with_baseline(plan, tasks).assign(
        **who,
        owner=names_of(plan.project.resources, who["owner_id"]),
        department=names_of(plan.project.departments, who["department_id"]),
    )


def with_baseline(plan: Schedule, tasks: pd.DataFrame) -> pd.DataFrame:
    """The tasks with the columns `baseline_start` and `baseline_finish`; NaT where none is."""
    baseline = last_approved(plan.project).set_index("task_id")
    return tasks.assign(
        baseline_start=looked_up(baseline["start"], tasks["id"]),
        baseline_finish=looked_up(baseline["finish"], tasks["id"]),
    )


def done_since(plan: Schedule, days: int = 7) -> pd.DataFrame:
    """Tasks finished in the last days up to the status date, the latest first.

    Returns
    -------
    DataFrame
        Columns of `work_of`, and `days_late`: working days after the baseline finish.
    """
    rows = work_of(plan)
    status = plan.status_date or pd.NaT
    finish = rows["actual_finish"]
    rows = rows.assign(days_late=days_late(plan, rows["baseline_finish"], finish))
    rows = rows[(finish > status - pd.Timedelta(days=days)) & (finish <= status)]
    return rows.sort_values("actual_finish", ascending=False, kind="stable").reset_index(drop=True)


def due_within(plan: Schedule, days: int = 14) -> pd.DataFrame:
    """Open tasks that must start or finish in the next days, or should have, by owner and date.

    Without a status date, the days count from the start of the plan.

    Returns
    -------
    DataFrame
        Columns of `work_of`; `due` (words: starts, finishes, starts and finishes),
        `due_date`, `float_days` (working days).
    """
    rows = work_of(plan)
    first = plan.status_date or plan.start
    last = first + pd.Timedelta(days=days)
    finishes = ~rows["is_finished"] & (rows["finish"] <= last)
    starts = ~rows["is_started"] & (rows["start"] <= last)
    words = pd.Series("starts", index=rows.index).mask(finishes, "finishes")
    rows = rows.assign(
        due=words.mask(starts & finishes, "starts and finishes"),
        due_date=rows["start"].mask(finishes, rows["finish"]),
        float_days=(rows["total_float_hours"] / plan.project.header.hours_per_day).round(1),
    )[starts | finishes]
    return rows.sort_values(["owner", "due_date"], kind="stable").reset_index(drop=True)


def overdue(plan: Schedule) -> pd.DataFrame:
    """Unfinished tasks whose baseline finish or deadline has passed, the latest first.

    Returns
    -------
    DataFrame
        Columns of `work_of`; `was_due` (the earlier of baseline finish and deadline),
        `days_late` (working days up to the status date).
    """
    rows = work_of(plan)
    status = plan.status_date or pd.NaT
    rows = rows.assign(was_due=rows[["baseline_finish", "deadline"]].min(axis=1))
    rows = rows.assign(days_late=days_late(plan, rows["was_due"], status))
    rows = rows[~rows["is_finished"] & (rows["days_late"] > 0)]
    return rows.sort_values("days_late", ascending=False, kind="stable").reset_index(drop=True)
