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


def look_ahead(plan: Schedule, weeks: int = 2, *, by: str = "person") -> pd.DataFrame:
    """Who must do what in the next weeks: a row a party and task that starts or finishes.

    Parameters
    ----------
    weeks
        How far, from the status date on.
    by
        "person": the owner of the task and whoever has work on it. "department": the same, by
        where they belong.

    Returns
    -------
    DataFrame
        `party`, `task_id`, `name`, `part` (owner, else works on it; of a department the names),
        `due` (words; not by department), `due_date`, `hours` (work of the party that is left; NaN
        where it has none), `float_days`. By party and date; what nobody is named for comes last.

    Raises
    ------
    ValueError
        For another `by`.
    """
    if by not in ("person", "department"):
        raise ValueError(f'"{by}" is neither "person" nor "department"')
    project = plan.project
    project, days = plan.project, 7 * weeks
    due = due_within(plan, days).rename(columns={"id": "task_id"})
    owner = due[["task_id", "owner_id", "department_id"]].assign(part="owner")
    owner.columns = pd.Index(["task_id", "party_id", "unit", "part"])
    people = project.resources[project.resources["kind"].isin(["person", "role"])].set_index("id")
    booked = project.assignments[project.assignments["resource_id"].isin(people.index)].merge(due)
    planned = looked_up(project.tasks.set_index("id")["duration_hours"], booked["task_id"])
    an_hour = (booked["work_hours"] / planned.where(planned > 0)).fillna(booked["units"])
    worker = booked[["task_id"]].assign(
        party_id=booked["resource_id"],
        unit=booked["resource_id"].map(people["department_id"]),
        part="works on it",
        hours=booked["remaining_hours"] * an_hour,
    )
    rows = pd.concat([owner, worker], ignore_index=True)
    rows["party"] = names_of(project.resources, rows["party_id"])
    if by == "person":
        rows = rows.assign(part=rows["part"].where(~rows.duplicated(["party_id", "task_id"]), ""))
    else:
        rows["part"], rows["party_id"] = rows["party"], rows["unit"]
        rows["party"] = names_of(project.departments, rows["party_id"])
    rows = rows.groupby(["party", "party_id", "task_id"], as_index=False).agg(
        part=("part", lambda parts: ", ".join(part for part in parts.unique() if part)),
        hours=("hours", lambda hours: hours.sum(min_count=1)),
    )
    rows = rows.merge(due[["task_id", "name", "due", "due_date", "float_days"]], on="task_id")
    rows["is_last"] = rows["party_id"] == ""
    rows = rows.sort_values(["is_last", "party", "due_date"], kind="stable", ignore_index=True)
    columns = ["party", "task_id", "name", "part", "due", "due_date", "hours", "float_days"]
    return rows[columns] if by == "person" else rows[columns].drop(columns="due")
