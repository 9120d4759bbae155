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
    project, known = plan.project, plan.project.baseline
    place, latest = f'baseline "{name}"', known["approved_date"].max()
    problems = []
    if name in set(known["baseline"]):
        remedy = "Baselines are never overwritten: choose another name."
        problems.append(Problem(place, "the name is taken", remedy=remedy))
    if approved_date < latest:
        found = f"approved on {approved_date:%Y-%m-%d}"
        expected = f"a day not before the last approval, {latest:%Y-%m-%d}"
        problems.append(Problem(place, found, expected))
    if problems:
        raise ProjectError(problems)
    rows = _rows(plan).assign(
        baseline=name, approved_by=approved_by, approved_date=approved_date, change_id=change_id
    )
    budget = budget_of(project.replace(baseline=rows)).set_index("task_id")["budget"]
    rows["cost"] = rows["task_id"].map(budget)
    return project.replace(baseline=pd.concat([known, rows], ignore_index=True))


def _rows(plan: Schedule) -> pd.DataFrame:
    columns = ["id", "start", "finish", "duration_hours"]
    tasks = plan.tasks.loc[plan.tasks["kind"] != "summary", columns].reset_index(drop=True)
    people = plan.project.assignments
    people = people[~people["is_fixed_quantity"]].merge(tasks, left_on="task_id", right_on="id")
    hours = people["work_hours"].fillna(people["units"] * people["duration_hours"])
    work, fixed = hours.groupby(people["task_id"]).sum(), plan.project.tasks.set_index("id")
    return tasks.rename(columns={"id": "task_id"}).assign(
        work_hours=tasks["id"].map(work), fixed_cost=tasks["id"].map(fixed["fixed_cost"])
    )
