"""What is remembered of a week: its figures, milestones and forecasts, before the outcome."""

from __future__ import annotations

import pandas as pd

from pmtools.history import History, Recorded, WeekFacts
from pmtools.measure.earned_value import EarnedValue
from pmtools.measure.milestones import milestones
from pmtools.metrics import CannotSay, Metric
from pmtools.schedule import Schedule

HEADLINE = (
    Metric.PLANNED_VALUE, Metric.EARNED_VALUE, Metric.ACTUAL_COST, Metric.BUDGET_AT_COMPLETION,
    Metric.COST_PERFORMANCE_INDEX, Metric.SCHEDULE_PERFORMANCE_INDEX,
    Metric.SCHEDULE_PERFORMANCE_INDEX_TIME, Metric.ESTIMATE_AT_COMPLETION,
)  # fmt: skip


def record_week(history: str, plan: Schedule, value: EarnedValue) -> Recorded | CannotSay:
    """Record the week in a history database; with an empty URL nothing is recorded.

    Raises
    ------
    HistoryError
        Where the database cannot be used.
    """
    if not history:
        return CannotSay("no history database was named: nothing was recorded")
    if plan.status_date is None:
        return CannotSay("the project has no status date: its week is not known")
    return History(history).record(facts_of_week(plan, value))


def facts_of_week(plan: Schedule, value: EarnedValue) -> WeekFacts:
    """The facts of a week as `History.record` takes them.

    Raises
    ------
    ValueError
        Where the project has no status date: its week is not known.
    """
    if plan.status_date is None:
        raise ValueError("a week without a status date cannot be recorded")
    return WeekFacts(
        project_id=plan.project.header.id,
        project_name=plan.project.header.name,
        status_date=plan.status_date,
        input_hash=plan.project.content_hash(),
        metrics=_headline(value),
        milestones=milestones([plan])[["task_id", "name", "baseline", "forecast", "is_done"]],
        forecasts=_forecasts(plan, value),
    )


def _headline(value: EarnedValue) -> pd.DataFrame:
    rows = [
        (metric.column, float("nan"), found.reason)
        if isinstance(found := value.value(metric), CannotSay)
        else (metric.column, found, "")
        for metric in HEADLINE
    ]
    return pd.DataFrame(rows, columns=["metric", "value", "cannot_say"])


def _forecasts(plan: Schedule, value: EarnedValue) -> pd.DataFrame:
    costs = value.eac_by_factor.dropna(subset="estimate_at_completion")
    rows = [("finish", "critical path", plan.finish, float("nan"))]
    amounts = zip(costs["factor"], costs["estimate_at_completion"], strict=True)
    rows += [("cost", method, pd.NaT, amount) for method, amount in amounts]
    return pd.DataFrame(rows, columns=["quantity", "method", "finish", "amount"])
