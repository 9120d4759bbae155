"""From estimates to the budget, what of the contingency is used, and what exchange rates cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import minutes_of
from pmtools.measure.baseline import approve
from pmtools.measure.budget import budget_of, last_approved, unpriced_plan
from pmtools.measure.earned_value import EarnedValue
from pmtools.metrics import CannotSay, Metric
from pmtools.project import Project
from pmtools.schedule import Schedule
from pmtools.simulate.drivers import all_risks
from pmtools.simulate.joint import contingency
from pmtools.simulate.result import Simulation
from pmtools.words import Signal, Statement, money, percent

LEVELS = ("estimates", "activity_contingency", "work_packages", "contingency_reserve", "amount")


def approved(plan: Schedule) -> Project:
    """The project with the plan as its baseline, where none is approved."""
    if len(plan.project.baseline):
        return plan.project
    return approve(plan, name="plan", approved_by="", approved_date=plan.start)


def widest_ranges(plan: Schedule) -> pd.DataFrame:
    """The estimates of tasks that are not finished, the widest range first.

    Returns
    -------
    DataFrame
        `name`, and the columns of `estimates`; a range without points of its own says in
        `distribution` where it is from.
    """
    rows = plan.tasks.loc[~plan.tasks["is_finished"], ["id", "name"]]
    rows = rows.merge(plan.project.estimates, left_on="id", right_on="task_id").drop(columns="id")
    width = rows["pessimistic_hours"] - rows["optimistic_hours"]
    for column, words in (("estimate_class", "class "), ("team", "throughput of ")):
        is_its = width.isna() & (rows[column] != "")
        rows["distribution"] = rows["distribution"].mask(is_its, words + rows[column])
    return rows.loc[width.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def budget_hierarchy(
    plan: Schedule,
    *,
    needed: pd.DataFrame | CannotSay | None = None,
    activity_contingency: pd.Series | None = None,
    management_reserve: float | None = None,
) -> pd.DataFrame | CannotSay:
    """From the estimates of activities to the budget, level by level (PMBOK, determine budget).

    Parameters
    ----------
    needed
        As `simulate.contingency` gives it: the contingency reserve is what its amount is above the
        work packages, shared out by what is still to be done of them. Without it none; where it
        cannot be said, neither can the reserves.
    activity_contingency
        By task id; tasks that are not named have none.
    management_reserve
        Without it what the approved budget leaves; negative where it leaves nothing.

    Returns
    -------
    DataFrame
        A row a control account, then cost baseline (their sum), management reserve and budget
        (both together): `level`, `name`, `estimates` + `activity_contingency` = `work_packages`,
        + `contingency_reserve` = `amount`. Estimates are those of the approved baseline, without
        one of the plan.
    """
    project = approved(plan)
    tasks = budget_of(project)
    if tasks["budget"].isna().any():
        return CannotSay(f"no rate is known of {', '.join(unpriced_plan(project))}")
    if not tasks["budget"].any():
        return CannotSay("the plan has neither rates nor costs")
    extra = pd.Series(dtype="float64") if activity_contingency is None else activity_contingency
    tasks["activity_contingency"] = extra.reindex(tasks["task_id"]).fillna(0.0).to_numpy()
    tasks["work_packages"] = tasks["budget"] + tasks["activity_contingency"]
    reserve = np.fmax(_of_cost(needed, "amount") - tasks["work_packages"].sum(), 0.0)
    reserve = np.nan if isinstance(needed, CannotSay) else reserve
    done = plan.tasks.set_index("id")["percent_complete"].reindex(tasks["task_id"]).fillna(100.0)
    left = tasks["work_packages"] * (1 - done.to_numpy() / 100)
    tasks["contingency_reserve"] = reserve * left / left.sum() if left.sum() > 0 else 0.0
    tasks["amount"] = tasks["work_packages"] + tasks["contingency_reserve"]
    tasks = tasks.rename(columns={"budget": "estimates"})
    sums = tasks.groupby("control_account")[[*LEVELS]].sum(min_count=1)
    rows, whole = sums.rename_axis("name").reset_index(), sums.sum(min_count=1)
    budget = np.nan if (b := project.header.budget) is None else b
    if management_reserve is None:
        management_reserve = budget - whole["amount"]
    total = whole["amount"] + management_reserve
    above = [
        {"level": "cost baseline", **whole},
        {"level": "management reserve", "amount": management_reserve},
        {"level": "budget", "amount": budget if np.isnan(total) else total},
    ]
    table = pd.concat([rows.assign(level="control account"), pd.DataFrame(above)])
    return table[["level", "name", *LEVELS]].fillna({"name": ""}).reset_index(drop=True)


@dataclass(frozen=True)
class ContingencyUse(Statement):
    """What of a contingency is used: `released` into the baseline by approved changes, `overspent`
    as cost above earned value; against the `expected` cost of the open risks.
    """

    contingency: float = np.nan
    released: float = np.nan
    overspent: float = np.nan
    expected: float = np.nan


def contingency_use(
    project: Project,
    value: EarnedValue,
    *,
    needed: pd.DataFrame | CannotSay | None = None,
    contingency: float | None = None,
) -> Statement:
    """How much of the contingency is used, against what is earned and what is still at risk.

    Parameters
    ----------
    needed
        As `simulate.contingency` gives it: the expected value of the open risks, and what is needed
        at the confidence it was asked for.
    contingency
        Without it what the approved budget left above the first baseline.

    Returns
    -------
    A `ContingencyUse`: red where the rest does not cover the expected value of the risks; amber
    where it does not cover what is needed, or more of it is used (percent) than work is earned.
    """
    measures = (Metric.COST_VARIANCE, Metric.PERCENT_COMPLETE)
    variance, earned = (value.value(metric) for metric in measures)
    if isinstance(variance, CannotSay) or isinstance(earned, CannotSay):
        return Statement(f"C{str(variance if isinstance(variance, CannotSay) else earned)[1:]}",
                         "unknown")  # fmt: skip
    rows = project.baseline.sort_values("approved_date", kind="stable")
    first, last = (
        budget_of(project.replace(baseline=rows[rows["baseline"] == name]))["budget"].sum()
        for name in rows["baseline"].iloc[[0, -1]]
    )
    whole = (project.header.budget or 0.0) - first if contingency is None else contingency
    if whole <= 0:
        reason = "no contingency is stated, and the budget leaves none above the first baseline"
        return Statement(f"Cannot say, because {reason}", "unknown")
    released, overspent = last - first, max(-variance, 0.0)
    used, left = 100 * (released + overspent) / whole, whole - released - overspent
    expected, wanted = (_of_cost(needed, name) for name in ("expected_value", "contingency"))
    all_of, changed, above, rest, at_risk, safe = (
        money(amount, project.header.currency)
        for amount in (whole, released, overspent, abs(left), expected, wanted)
    )
    words = (
        f"{percent(used)} of the contingency of {all_of} is used ({changed} by approved changes, "
        f"{above} by cost above earned value), with {percent(earned)} of the work earned; {rest} "
        f"is {'left' if left >= 0 else 'missing already'}"
    )
    if expected == expected:
        words += f", open risks have an expected cost of {at_risk}, what remains needs {safe}"
    is_thin = used > earned or left < wanted
    signal: Signal = "red" if left < np.fmax(expected, 0) else "amber" if is_thin else "green"
    return ContingencyUse(words, signal, whole, released, overspent, expected)


def reserves_left(
    simulation: Simulation | CannotSay, confidence: float = 0.8
) -> pd.DataFrame | CannotSay:
    """The reserve of time and of money that is left, against what is still at risk.

    Returns
    -------
    DataFrame
        A row for time (working days) and one for cost: `quantity`; `promised_finish` (the
        deadline, else the approved finish) or `promised` (the budget); `plan_finish` or `plan`,
        where no risk occurs; `reserve`: what the promise leaves above the plan, below zero where
        the plan breaks it; `expected`: what all open risks together cost on average; `needed`: what
        the confidence takes above the plan; `signal`: green where the reserve covers that, amber
        where it covers what is expected, else red; `verdict` (words).
    """
    if isinstance(simulation, CannotSay):
        return simulation
    project, sure = simulation.plan.project, f"{percent(100 * confidence)} confidence"
    needed = contingency(simulation, confidence)
    assert not isinstance(needed, CannotSay)
    needed = needed.set_index("quantity")
    _, _, days, cost = all_risks(simulation)
    due = project.header.deadline or last_approved(project)["finish"].max()
    ends = minutes_of(pd.Series([simulation.planned_finish, due]))
    at = {
        "time": {"promised_finish": due, "expected": days, "reserve": np.nan if pd.isna(due)
                 else float(simulation.working_days(*ends))},
        "cost": {"promised": project.header.budget, "expected": cost, "reserve":
                 (project.header.budget or np.nan) - needed["plan"].get("cost", np.nan)},
    }  # fmt: skip
    found = needed[["plan_finish", "plan"]].join(pd.DataFrame.from_dict(at, orient="index"))
    found["needed"] = needed["contingency"]
    told = [_covered(row, sure) for row in found.itertuples()]
    found["signal"], found["verdict"] = zip(*told, strict=True)
    return found.reset_index()


def _covered(row: Any, sure: str) -> tuple[Signal, str]:
    if pd.isna(row.reserve):
        missing = "no finish is promised" if row.Index == "time" else "no budget is approved"
        return "unknown", f"cannot say, because {missing}"
    if row.reserve < 0:
        return "red", "nothing is left: the plan itself breaks the promise"
    if row.reserve < np.fmax(row.expected, 0):
        return "red", "less than the open risks cost on average"
    if row.reserve < row.needed:
        return "amber", f"covers the risks on average, but not {sure}"
    return "green", f"covers {sure}"


def _of_cost(needed: pd.DataFrame | CannotSay | None, column: str) -> float:
    """A figure of the cost in a table of `simulate.contingency`; NaN where it has none."""
    if needed is None or isinstance(needed, CannotSay):
        return np.nan
    return float(needed.loc[needed["quantity"] == "cost", column].sum(min_count=1))


def currency_variance(amount: Any, budget_rate: Any, actual_rate: Any) -> tuple[Any, Any]:
    """A cost in another currency at the budget's rate, and the variance that is due to the rate.

    The first belongs in earned value, the second is told apart; negative is worse, as in all
    variances. Rates: units of the project's currency for one of the other.
    """
    return amount * budget_rate, amount * (budget_rate - actual_rate)
