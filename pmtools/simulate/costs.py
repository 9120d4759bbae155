"""What the project costs in a trial: what is spent, what is fixed, and what grows with time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmtools.metrics import CannotSay
from pmtools.project import Project
from pmtools.project.rates import rates_on
from pmtools.schedule import Schedule


@dataclass(frozen=True)
class Costs:
    """Cost of a project: `fixed` + `rate` of each task by minute of its remaining work + risks.

    `support` is the cost of each level of effort by minute that passes until the finish.
    """

    spent: float
    fixed: float
    rate: pd.Series
    support: pd.Series


def costs_of(plan: Schedule) -> Costs | CannotSay:
    """The cost of what remains, and what is spent.

    Hours of the people assigned x the rate that holds when the task starts, spread over its
    duration: a task that takes longer costs more. Amounts and fixed cost that are still to come,
    by their accrual: prorated ones by the share that remains, those at the start where the task
    has not begun.

    Returns
    -------
    `rate`: per working minute, by task id. CannotSay where there is no cost at all, hours have no
    rate, or work that costs has begun and nothing is recorded as spent.
    """
    project = plan.project
    planned = project.tasks.set_index("id")["duration_hours"]
    tasks = plan.tasks[plan.tasks["kind"] != "summary"].set_index("id")
    tasks = tasks.join(project.tasks.set_index("id")[["fixed_cost", "cost_accrual"]])
    open_ = tasks[~tasks["is_finished"]]
    left = _left(open_)
    used = project.assignments[project.assignments["task_id"].isin(open_.index)]
    used = used.merge(project.resources, left_on="resource_id", right_on="id", how="left")
    start = open_["start"].reindex(used["task_id"]).set_axis(used.index)
    length = planned.reindex(used["task_id"]).set_axis(used.index)
    hourly = rates_on(project.rates, used["resource_id"], start)
    if (hourly.isna() & used["work_hours"].ne(0) & used["kind"].ne("material")).any():
        who = used.loc[hourly.isna(), "name"].fillna("").iloc[0]
        return CannotSay(f'hours of "{who}" that remain have no rate')
    units = (used["work_hours"] / length.where(length > 0)).fillna(used["units"])
    by_minute = (units * hourly / 60).where(~used["is_fixed_quantity"], 0.0)
    rate = by_minute.groupby(used["task_id"]).sum().astype("float64")
    amounts = used["units"] * hourly.where(used["is_fixed_quantity"], 0.0).fillna(0)
    per_use = used["cost_per_use"] * used["units"].where(used["kind"] != "material", 1)
    at_use = per_use.fillna(0) * ~used["task_id"].map(open_["is_started"]).astype(bool)
    to_come = (amounts * used["task_id"].map(left["prorated"]) + at_use).sum()
    share = sum(left[how].where(open_["cost_accrual"] == how, 0.0) for how in left)
    to_come += (open_["fixed_cost"] * share).sum()
    spent = _spent(project)
    if np.isnan(spent):
        return CannotSay("hours that were worked have no rate")
    if not len(rate) and not to_come and not spent:
        return CannotSay("neither rates nor costs are known")
    has_cost = tasks.index.isin(project.assignments["task_id"]) | (tasks["fixed_cost"] != 0)
    if not spent and (tasks["is_started"] & has_cost).any():
        return CannotSay("work has begun, but no cost of it is recorded")
    is_support = open_["kind"].reindex(rate.index) == "level_of_effort"
    return Costs(spent, float(to_come), rate[~is_support], rate[is_support])


def _left(tasks: pd.DataFrame) -> dict[str, pd.Series]:
    """The share of a fixed cost that is still to come, by its accrual."""
    rest = 1 - tasks["percent_complete"] / 100
    return {"prorated": rest, "start": 1.0 - tasks["is_started"], "end": rest * 0 + 1}


def _spent(project: Project) -> float:
    """Recorded cost: invoices, and hours at the rate of their day; NaN where they have none."""
    status = project.header.status_date
    costs = project.costs[project.costs["kind"] == "actual"]
    hours = project.timesheets[project.timesheets["hours"] > 0]
    if status is not None:
        costs, hours = costs[costs["date"] <= status], hours[hours["date"] <= status]
    rate = rates_on(project.rates, hours["resource_id"], hours["date"])
    return float(costs["amount"].sum() + (hours["hours"] * rate).sum(skipna=False))
