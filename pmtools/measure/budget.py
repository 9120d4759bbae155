"""Budgets of the approved baseline, and when they fall: the planned value.

A budget has three parts by accrual: what falls at the start of the task, what is spread evenly
over its working time, and what falls at its finish.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pmtools.calendars import WorkCalendar, minutes_of
from pmtools.project import Project, frame_of
from pmtools.project.rates import rates_on as rates_on

Matrix = npt.NDArray[np.float64]

ALWAYS = WorkCalendar.always()
ELAPSED = "elapsed"
PARTS = {"start": "at_start", "prorated": "prorated", "end": "at_end"}


def last_approved(project: Project) -> pd.DataFrame:
    """The baseline that counts: approved last, or written last where no day is given."""
    rows = project.baseline
    if rows.empty:
        return rows
    approved = rows.groupby("baseline", sort=False)["approved_date"].max()
    last = approved.fillna(pd.Timestamp.min.as_unit("us")).sort_values(kind="stable").index[-1]
    return rows[rows["baseline"] == last].reset_index(drop=True)


def approved_baseline(project: Project) -> pd.DataFrame:
    """The baseline that counts without its summary tasks: theirs is the sum of the tasks below.

    A task that has left the plan since keeps its budget until another baseline is approved.
    """
    rows = last_approved(project)
    summaries = project.tasks.loc[project.tasks["kind"] == "summary", "id"]
    return rows[~rows["task_id"].isin(summaries)].reset_index(drop=True)


def control_accounts(project: Project) -> pd.Series:
    """The control account of each task, by task id: its own, else that of the summary above it."""
    tasks = project.tasks.set_index("id")
    account, above = tasks["control_account"], tasks["parent_id"]
    while ((account == "") & (above != "")).any():
        account = account.where(account != "", above.map(tasks["control_account"]).fillna(""))
        above = above.map(tasks["parent_id"]).fillna("")
    return account


def budget_of(project: Project) -> pd.DataFrame:
    """The budget of each task of the approved baseline, in parts by accrual.

    The budget is the baseline's cost; where that is not given, its fixed cost (else the task's)
    + planned work x rates + cost of use. Work without a rate makes the budget NaN.
    The fixed cost falls as the task's `cost_accrual` says, the hours as the resource's, cost of use
    at the start unless the resource's accrual is `end`. All else of a baseline's cost is prorated.

    Returns
    -------
    DataFrame
        `task_id`, `control_account`, `ev_method`, `calendar_id`, `start`, `finish`,
        `duration_hours` (planned now), `budget` = `at_start` + `prorated` + `at_end`.
    """
    baseline = approved_baseline(project)
    tasks = project.tasks.set_index("id").assign(control_account=control_accounts(project))
    # A task that has left the plan takes the defaults of the schema.
    tasks = frame_of("tasks", tasks.reindex(baseline["task_id"]).reset_index(names="id"))
    is_support = (tasks["kind"] == "level_of_effort") | (tasks["ev_method"] == "level_of_effort")
    found = pd.DataFrame(
        {
            "task_id": baseline["task_id"],
            "control_account": tasks["control_account"],
            "ev_method": tasks["ev_method"].mask(is_support, "level_of_effort"),
            "calendar_id": tasks["calendar_id"].mask(tasks["is_elapsed"], ELAPSED),
            "start": baseline["start"],
            "finish": baseline["finish"],
            "duration_hours": tasks["duration_hours"].fillna(baseline["duration_hours"]),
        }
    )
    fixed = baseline["fixed_cost"].fillna(tasks["fixed_cost"])
    parts = _assigned(project, baseline)
    for accrual, part in PARTS.items():
        parts[part] += fixed.where(tasks["cost_accrual"] == accrual, 0.0)
    return found.join(_fitted(parts, baseline["cost"]))


def unpriced_plan(project: Project) -> tuple[str, ...]:
    """Names of the resources that have planned work, but no rate, in their order."""
    starts = approved_baseline(project)[["task_id", "start"]]
    used = project.assignments.merge(starts, on="task_id")
    return without_rate(project, used["resource_id"], used["start"])


def without_rate(project: Project, resource_ids: pd.Series, days: pd.Series) -> tuple[str, ...]:
    """Names of the resources that have no rate on one of their days, in their order."""
    who = resource_ids[rates_on(project.rates, resource_ids, days).isna()].drop_duplicates()
    return tuple(who.map(project.resources.set_index("id")["name"]).fillna(who))


def _assigned(project: Project, baseline: pd.DataFrame) -> pd.DataFrame:
    """What the assigned resources cost, a row for each row of the baseline, in parts."""
    plan = baseline[["task_id", "start", "duration_hours", "work_hours"]].reset_index()
    used = project.assignments.merge(plan, on="task_id", suffixes=("", "_approved"))
    used = used.merge(project.resources, left_on="resource_id", right_on="id", how="left")
    rate = rates_on(project.rates, used["resource_id"], used["start"])
    hours = used["work_hours"].fillna(used["units"] * used["duration_hours"].fillna(0))
    is_amount = used["is_fixed_quantity"]
    worked = hours.mask(is_amount, 0).groupby(used["index"]).transform("sum")
    as_approved = (used["work_hours_approved"] / worked.where(worked > 0)).fillna(1)
    amount = used["units"].where(is_amount, hours * as_approved)
    per_use = used["cost_per_use"] * used["units"].where(used["kind"] != "material", 1)
    is_late = used["cost_accrual"] == "end"
    pieces = {
        "at_start": per_use.mask(is_late, 0)
        + (amount * rate).where(used["cost_accrual"] == "start", 0),
        "prorated": (amount * rate).where(used["cost_accrual"] == "prorated", 0),
        "at_end": (per_use + amount * rate).where(is_late, 0),
    }
    sums = pd.DataFrame(pieces).groupby(used["index"]).agg(lambda part: part.sum(skipna=False))
    return sums.reindex(baseline.index, fill_value=0.0)


def _fitted(parts: pd.DataFrame, cost: pd.Series) -> pd.DataFrame:
    """The parts made to add up to the approved cost, where there is one."""
    has_cost = cost.notna()
    known = parts.mask(parts.isna() & has_cost.to_numpy()[:, None], 0.0)
    dated = known["at_start"] + known["at_end"]
    scale = (cost / dated.where((dated > cost) & (dated > 0))).fillna(1.0)
    fitted = pd.DataFrame({name: known[name] * scale for name in ("at_start", "at_end")})
    rest = cost - fitted["at_start"] - fitted["at_end"]
    fitted.insert(1, "prorated", known["prorated"].mask(has_cost, rest))
    fitted.insert(0, "budget", cost.where(has_cost, fitted.sum(axis=1, skipna=False)))
    return fitted


def time_phased(budget: pd.DataFrame, calendars: Mapping[str, WorkCalendar], dates: Any) -> Matrix:
    """The planned value of each task up to each date, cumulative.

    Parameters
    ----------
    budget
        Rows as `budget_of` gives them.
    calendars
        By id, as `calendars_of` gives them.
    dates
        Instants: array, Series or index.

    Returns
    -------
    Array of dates x tasks, in the project's currency. What accrues at the start is there from
    the minute of the start on; all else is counted in working time of the task's calendar.
    """
    now = minutes_of(dates)[:, None]
    begun = now >= minutes_of(budget["start"])
    share = np.zeros(begun.shape)
    for calendar_id, rows in budget.groupby("calendar_id").indices.items():
        calendar = ALWAYS if calendar_id == ELAPSED else calendars[calendar_id]
        start, finish = (
            calendar.minutes_before(minutes_of(budget[name].iloc[rows]))
            for name in ("start", "finish")
        )
        done = calendar.minutes_before(now) - start
        length = finish - start
        share[:, rows] = np.where(
            length > 0, np.clip(done / np.maximum(length, 1), 0, 1), begun[:, rows]
        )
    at_start, prorated, at_end = (budget[part].to_numpy() for part in PARTS.values())
    return begun * at_start + share * prorated + (share >= 1) * at_end
