"""Approving the plan as it stands: dates, work and cost of every task become a baseline."""

from __future__ import annotations

import pandas as pd

from pmtools.errors import Problem, ProjectError
from pmtools.measure.budget import budget_of
from pmtools.project import Project
from pmtools.schedule import Schedule


def approve(
    plan: Schedule, *, name: str, approved_by: str, approved_date: pd.Timestamp, change_id: str = ""
) -> Project:
    """The project with its schedule as a further baseline; the earlier ones are kept.

    Parameters
    ----------
    name
        Name of the new baseline.
    approved_by, approved_date
        Who approved it, and on which day; the baseline approved last is measured against.
    change_id
        Id of the change in the register that led to it.

    Returns
    -------
    Project
        With one more baseline: a row for each task that is no summary, its cost fixed cost +
        work x rates + cost of use (NaN where a rate is missing).

    Raises
    ------
    ProjectError
        Where the name was used before, or the approval is older than an earlier one.
    """
    project = plan.project
    known = project.baseline
    problems = []
    if name in set(known["baseline"]):
        problems.append(
            Problem(
                f'baseline "{name}"', "the name is taken",
                remedy="Baselines are never overwritten: choose another name.",
            )
        )  # fmt: skip
    latest = known["approved_date"].max()
    if approved_date < latest:
        problems.append(
            Problem(
                f'baseline "{name}"',
                f"approved on {approved_date:%Y-%m-%d}",
                f"a day not before the last approval, {latest:%Y-%m-%d}",
            )
        )
    if problems:
        raise ProjectError(problems)
    rows = _rows(plan).assign(
        baseline=name, approved_by=approved_by, approved_date=approved_date, change_id=change_id
    )
    budget = budget_of(project.replace(baseline=rows)).set_index("task_id")["budget"]
    rows["cost"] = rows["task_id"].map(budget)
    return project.replace(baseline=pd.concat([known, rows], ignore_index=True))


def _rows(plan: Schedule) -> pd.DataFrame:
    tasks = plan.tasks[plan.tasks["kind"] != "summary"]
    assigned = plan.project.assignments
    people = assigned[~assigned["is_fixed_quantity"]]
    duration = people["task_id"].map(tasks.set_index("id")["duration_hours"])
    hours = people["work_hours"].fillna(people["units"] * duration)
    work = hours.groupby(people["task_id"]).sum()
    fixed = plan.project.tasks.set_index("id")["fixed_cost"]
    return pd.DataFrame(
        {
            "task_id": tasks["id"],
            "start": tasks["start"],
            "finish": tasks["finish"],
            "duration_hours": tasks["duration_hours"],
            "work_hours": tasks["id"].map(work),
            "fixed_cost": tasks["id"].map(fixed),
            "cost": float("nan"),
        }
    )
