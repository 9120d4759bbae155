"""How long finished work took, beside what was estimated: what the next ranges are learnt from."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from pmtools.measure.budget import last_approved
from pmtools.schedule import Schedule


def estimate_ratios(plans: Iterable[Schedule]) -> pd.DataFrame:
    """Actual to estimated duration of finished tasks, for the `ranges` of `simulate`.

    The estimate is the most likely duration of table `estimates`, else the approved one. Tasks
    without `task_type` there, without estimate, or without both actual dates are left out.

    Parameters
    ----------
    plans
        Schedules of projects, finished or under way; of each one, the last is enough.

    Returns
    -------
    A row a finished task: project_id, task_id, task_type, estimate_hours, actual_hours (working
    hours of its calendar from actual start to actual finish), ratio.
    """
    found = [_of_plan(plan) for plan in plans]
    columns = ["project_id", "task_id", "task_type", "estimate_hours", "actual_hours", "ratio"]
    return pd.concat([pd.DataFrame(columns=columns), *found], ignore_index=True)[columns].astype(
        dict.fromkeys(columns[3:], "float64")
    )


def _of_plan(plan: Schedule) -> pd.DataFrame:
    project = plan.project
    rows = project.estimates[project.estimates["task_type"] != ""].set_index("task_id")
    tasks = plan.tasks[plan.tasks["is_finished"] & (plan.tasks["kind"] == "task")].set_index("id")
    tasks = tasks.loc[tasks.index.intersection(rows.index)]
    tasks = tasks[tasks[["actual_start", "actual_finish"]].notna().all(axis=1)]
    approved = last_approved(project).set_index("task_id")["duration_hours"]
    estimate = rows["most_likely_hours"].reindex(tasks.index).fillna(approved.reindex(tasks.index))
    calendar_id = project.tasks.set_index("id")["calendar_id"]
    actual = [
        plan.calendars[calendar_id[task]].hours_between(start, finish)
        for task, start, finish in zip(
            tasks.index, tasks["actual_start"], tasks["actual_finish"], strict=True
        )
    ]
    found = pd.DataFrame(
        {
            "project_id": project.header.id,
            "task_id": tasks.index,
            "task_type": rows["task_type"].reindex(tasks.index).to_numpy(),
            "estimate_hours": estimate.to_numpy(),
            "actual_hours": actual,
        }
    )
    found = found[found["estimate_hours"] > 0]
    return found.assign(ratio=found["actual_hours"] / found["estimate_hours"])
