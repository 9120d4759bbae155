"""What the project has cost so far: money spent, and hours worked at their rates.

Rows of `costs` of kind `actual` are invoices and expenses, timesheets are labour at the rate that
holds on the day; both are summed. Labour that is invoiced stands in one of the two tables only.
Commitments are not cost, and cost of use is a row of `costs`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import minutes_of
from pmtools.measure.budget import Matrix, control_accounts, rates_on, without_rate
from pmtools.project import Project


def recorded_costs(project: Project) -> pd.DataFrame:
    """Every recorded cost: `date`, `task_id`, `control_account`, `amount`.

    The amount of hours without a rate on their day is NaN: their cost cannot be known.
    Cost of no task, or of one that has left the plan, belongs to control account "".
    """
    spent, worked = project.costs[project.costs["kind"] == "actual"], project.timesheets
    rate = rates_on(project.rates, worked["resource_id"], worked["date"])
    amount = (worked["hours"] * rate).where(worked["hours"] != 0, 0.0)
    found = pd.concat([spent, worked.assign(amount=amount)], ignore_index=True)
    found = found[["date", "task_id", "amount"]]
    account = found["task_id"].map(control_accounts(project)).fillna("")
    return found.assign(control_account=account.astype("str"))


def actual_cost(recorded: pd.DataFrame, dates: Any) -> Matrix:
    """The cost recorded up to each date; NaN from the first cost on that is not known."""
    now = minutes_of(dates)
    if recorded.empty:
        return np.full(len(now), np.nan)
    days = recorded.sort_values("date", kind="stable")
    total = np.concatenate([[0.0], np.cumsum(days["amount"].to_numpy())])
    return total[np.searchsorted(minutes_of(days["date"]), now, side="right")]


def unpriced(project: Project) -> tuple[str, ...]:
    """Names of the resources whose hours have no rate on some day, in their order."""
    rows = project.timesheets[project.timesheets["hours"] > 0]
    return without_rate(project, rows["resource_id"], rows["date"])
