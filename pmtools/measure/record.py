"""What is remembered of a week: its figures, milestones and forecasts, before the outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pmtools.errors import PmtoolsError
from pmtools.history import History, Recorded, WeekFacts
from pmtools.measure.budget import last_approved
from pmtools.measure.earned_value import EarnedValue, earned_value
from pmtools.measure.milestones import milestones
from pmtools.metrics import CannotSay, Metric
from pmtools.project import Project
from pmtools.schedule import Schedule, schedule

if TYPE_CHECKING:
    from pmtools.simulate.result import Simulation

_EAC = Metric.ESTIMATE_AT_COMPLETION.column
RANGE = {"quantity": "str", "method": "str", "probability": "float64",
         "finish": "datetime64[us]", "amount": "float64"}  # fmt: skip
HEADLINE = (
    Metric.PLANNED_VALUE, Metric.EARNED_VALUE, Metric.ACTUAL_COST, Metric.BUDGET_AT_COMPLETION,
    Metric.COST_PERFORMANCE_INDEX, Metric.SCHEDULE_PERFORMANCE_INDEX,
    Metric.SCHEDULE_PERFORMANCE_INDEX_TIME, Metric.ESTIMATE_AT_COMPLETION,
)  # fmt: skip


def record_week(
    history: str,
    plan: Schedule,
    value: EarnedValue,
    simulation: Simulation | CannotSay | None = None,
) -> Recorded | CannotSay:
    """Record the week in a history database; with an empty URL nothing is recorded.

    The forecasts of all methods are remembered before the outcome is known, those of the
    simulation with their probability; the outcome once everything is finished; and the project
    itself, so that `History.project` gives it back as it is known now.

    Raises
    ------
    HistoryError
        Where the database cannot be used.
    """
    if not history:
        return CannotSay("no history database was named: nothing was recorded")
    if plan.status_date is None:
        return CannotSay("the project has no status date: its week is not known")
    return History(history).record(facts_of_week(plan, value, simulation), plan.project)


def recorded_weeks(history: str, project: Project) -> pd.DataFrame | CannotSay:
    """The weeks of a project in a history database: `History.weeks` of it.

    Raises
    ------
    HistoryError
        Where the database cannot be used.
    """
    if not history:
        return CannotSay("no history database was named: no week is remembered")
    return History(history).weeks(project.header.id)


def record_plans(
    history: str, plans: Iterable[tuple[str, Project | PmtoolsError]]
) -> Iterator[tuple[str, Recorded | PmtoolsError]]:
    """Record old plans, named and in the order of their status dates, as weeks of a history.

    Each by its schedule and earned value; what cannot be recorded gives the error instead, as does
    a plan that is one already.

    Raises
    ------
    HistoryError
        Where the database cannot be opened.
    """
    known = History(history)
    for name, project in plans:
        try:
            if isinstance(project, PmtoolsError):
                raise project
            facts = facts_of_week(schedule(project), earned_value(project))
            yield name, known.record(facts, project)
        except PmtoolsError as error:
            yield name, error


def facts_of_week(
    plan: Schedule, value: EarnedValue, simulation: Simulation | CannotSay | None = None
) -> WeekFacts:
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
        forecasts=pd.concat([_forecasts(plan, value), _ranges(simulation)], ignore_index=True),
        outcomes=_outcomes(plan, value),
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
    """One date or amount each: the plan, what was approved, and earned value by every factor."""
    approved = last_approved(plan.project)["finish"].max()
    dates = [("critical path", plan.finish), ("baseline", approved)]
    times = value.time_estimates
    names = "EAC(t) " + times["method"] + ", " + times["factor"]
    dates += list(zip(names, times["finish"], strict=True))
    costs = value.eac_by_factor
    amounts = [("baseline", value.by_date[Metric.BUDGET_AT_COMPLETION.column].iloc[-1])]
    amounts += list(zip(costs["factor"], costs[_EAC], strict=True))
    rows = [("finish", name, at, np.nan) for name, at in dates if not pd.isna(at)]
    rows += [("cost", name, pd.NaT, amount) for name, amount in amounts if not pd.isna(amount)]
    found = pd.DataFrame(rows, columns=["quantity", "method", "finish", "amount"])
    return found.assign(probability=np.nan)


def _ranges(simulation: Simulation | CannotSay | None) -> pd.DataFrame:
    """The quantiles of the simulated finish and cost, and of each milestone, with their chance."""
    if simulation is None or isinstance(simulation, CannotSay):
        return pd.DataFrame(columns=RANGE).astype(RANGE)
    said = simulation.quantiles.dropna(subset=["finish", "amount"], how="all")
    return said.assign(method="simulation")[list(RANGE)].astype(RANGE)


def finished_on(plan: Schedule) -> pd.Timestamp:
    """When the last work was finished; NaT while any is left."""
    work = plan.tasks[plan.tasks["kind"] != "level_of_effort"]
    return work["actual_finish"].max() if work["is_finished"].all() else pd.NaT


def _outcomes(plan: Schedule, value: EarnedValue) -> pd.DataFrame:
    """What is known for good: milestones that are reached and, once all is finished, the end."""
    tasks, end = plan.tasks, finished_on(plan)
    done = tasks[(tasks["kind"] == "milestone") & tasks["is_finished"]]
    rows = [
        ("milestone:" + key, at, np.nan)
        for key, at in zip(done["id"], done["actual_finish"], strict=True)
    ]
    if not pd.isna(end):
        cost = value.value(Metric.ACTUAL_COST)
        rows.append(("finish", end, np.nan))
        rows += [] if isinstance(cost, CannotSay) else [("cost", end, cost)]
    found = pd.DataFrame(rows, columns=["quantity", "finish", "amount"])
    return found.assign(start=tasks["start"].min())
