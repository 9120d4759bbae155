"""Why a measure of earned value cannot be said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from pmtools.measure.actual_cost import unpriced
from pmtools.measure.budget import unpriced_plan
from pmtools.measure.indices import FACTORS
from pmtools.metrics import CannotSay, Metric
from pmtools.project import Project

M = Metric
NO_BASELINE = "no baseline is approved"
NO_STATUS_DATE = "there is no status date and no progress"

NEEDS: Mapping[Metric, tuple[Metric, ...]] = {
    M.BUDGET_AT_COMPLETION: (),
    M.PLANNED_VALUE: (M.BUDGET_AT_COMPLETION,),
    M.EARNED_VALUE: (M.BUDGET_AT_COMPLETION,),
    M.ACTUAL_COST: (),
    M.COST_VARIANCE: (M.EARNED_VALUE, M.ACTUAL_COST),
    M.SCHEDULE_VARIANCE: (M.EARNED_VALUE, M.PLANNED_VALUE),
    M.COST_PERFORMANCE_INDEX: (M.EARNED_VALUE, M.ACTUAL_COST),
    M.SCHEDULE_PERFORMANCE_INDEX: (M.EARNED_VALUE, M.PLANNED_VALUE),
    M.PLANNED_DURATION: (),
    M.ACTUAL_TIME: (),
    M.EARNED_SCHEDULE: (M.EARNED_VALUE,),
    M.SCHEDULE_VARIANCE_TIME: (M.EARNED_SCHEDULE, M.ACTUAL_TIME),
    M.SCHEDULE_PERFORMANCE_INDEX_TIME: (M.EARNED_SCHEDULE, M.ACTUAL_TIME),
    M.TIME_ESTIMATE_AT_COMPLETION: (M.SCHEDULE_PERFORMANCE_INDEX_TIME,),
    M.TO_COMPLETE_SCHEDULE_PERFORMANCE_INDEX: (M.EARNED_SCHEDULE, M.ACTUAL_TIME),
    M.ESTIMATE_AT_COMPLETION: (M.EARNED_VALUE, M.ACTUAL_COST),
    M.ESTIMATE_TO_COMPLETE: (M.ESTIMATE_AT_COMPLETION,),
    M.VARIANCE_AT_COMPLETION: (M.ESTIMATE_AT_COMPLETION,),
    M.TO_COMPLETE_PERFORMANCE_INDEX: (M.EARNED_VALUE, M.ACTUAL_COST),
    M.TO_COMPLETE_PERFORMANCE_INDEX_AT_ESTIMATE: (M.ESTIMATE_AT_COMPLETION,),
    M.PERCENT_COMPLETE: (M.EARNED_VALUE,),
    M.PERCENT_SPENT: (M.BUDGET_AT_COMPLETION, M.ACTUAL_COST),
}
"""Every measure, after those it is made of: whose reason it takes over."""

_NOT_EARNED = "nothing is earned yet"
_DONE = "all work is done"
_OWN: Mapping[Metric, Callable[[Any], str]] = {
    M.EARNED_VALUE: lambda row: "no progress is recorded",
    M.COST_PERFORMANCE_INDEX: lambda row: (
        "nothing is spent yet" if row.actual_cost == 0 else "the cost recorded is below zero"
    ),
    M.SCHEDULE_PERFORMANCE_INDEX: lambda row: "nothing was planned up to this date",
    M.SCHEDULE_PERFORMANCE_INDEX_TIME: lambda row: "no planned working time has passed yet",
    M.ESTIMATE_AT_COMPLETION: lambda row: _NOT_EARNED,
    M.TIME_ESTIMATE_AT_COMPLETION: lambda row: _NOT_EARNED,
    M.TO_COMPLETE_PERFORMANCE_INDEX: lambda row: (
        _DONE
        if row.earned_value >= row.budget_at_completion
        else "it is not achievable: the budget is spent and work is left"
    ),
    M.TO_COMPLETE_PERFORMANCE_INDEX_AT_ESTIMATE: lambda row: _DONE,
    M.TO_COMPLETE_SCHEDULE_PERFORMANCE_INDEX: lambda row: (
        _DONE
        if row.earned_schedule_hours >= row.planned_duration_hours
        else "it is not achievable: the planned duration has passed and work is left"
    ),
}


def reasons_of(
    project: Project, budget: pd.DataFrame, row: pd.Series, factor: str
) -> dict[Metric, CannotSay]:
    """A reason for every measure that is NaN in `row`.

    Parameters
    ----------
    budget
        As `budget_of` gives it.
    row
        `status_date`, and the measures on it by the column of each metric.
    factor
        Name of the performance factor of the estimate at completion.
    """
    if pd.isna(row["status_date"]):
        return dict.fromkeys(NEEDS, CannotSay(NO_STATUS_DATE))
    reasons: dict[Metric, CannotSay] = {}
    for metric, parts in NEEDS.items():
        if np.isnan(row[metric.column]):
            more = FACTORS[factor].indices if metric is M.ESTIMATE_AT_COMPLETION else ()
            inherited = next((reasons[part] for part in (*parts, *more) if part in reasons), None)
            reasons[metric] = inherited or CannotSay(_own(project, budget, metric, row))
    return reasons


def _own(project: Project, budget: pd.DataFrame, metric: Metric, row: pd.Series) -> str:
    if metric in _OWN:
        return _OWN[metric](row)
    if metric is M.ACTUAL_COST:
        return _unpriced("worked hours", unpriced(project)) or "no cost is recorded"
    if budget.empty:
        return NO_BASELINE
    return _unpriced("planned work", unpriced_plan(project)) or "the baseline holds no cost"


def _unpriced(what: str, names: tuple[str, ...]) -> str:
    if not names:
        return ""
    more = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
    return f'"{names[0]}"{more} has {what}, but no rate'
