"""Date and budget together: joint confidence, its frontier, and what contingency it takes.

Joint confidence level (JCL): NASA Cost Estimating Handbook, appendix J. "P80 and P80" is not 80 %.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import instants_of, minutes_of
from pmtools.metrics import CannotSay
from pmtools.simulate.result import Simulation, nearest_rank

MOST_POINTS = 60
MOST_RISKS = 20


def joint_confidence(
    simulation: Simulation | CannotSay, finish: Any, cost: float | None
) -> float | CannotSay:
    """The chance to be finished by a day and within a cost, in the same trial."""
    if isinstance(simulation, CannotSay):
        return simulation
    if finish is None and cost is None:
        return CannotSay("neither a date nor a cost is asked for")
    return simulation.chance(finish=finish, cost=cost)


def confidence_frontier(
    simulation: Simulation | CannotSay, confidence: float = 0.7
) -> pd.DataFrame | CannotSay:
    """All pairs of a date and a budget that are kept together with this chance.

    Returns
    -------
    finish, cost: for each date, the least budget; at most 60 pairs, from the earliest date that
    can be promised at any budget to the latest.
    """
    cost = simulation if isinstance(simulation, CannotSay) else simulation.cost
    if isinstance(cost, CannotSay) or isinstance(simulation, CannotSay):
        return cost
    finish = simulation.trials.finish
    order = np.lexsort((cost, finish))
    finish, cost = finish[order], cost[order]
    needed = int(np.ceil(confidence * len(finish) - 1e-9))
    dates = np.unique(finish[needed - 1 :])
    dates = dates[np.unique(np.linspace(0, len(dates) - 1, MOST_POINTS).astype(int))]
    within = [cost[: np.searchsorted(finish, at, side="right")] for at in dates]
    least = [float(np.partition(each, needed - 1)[needed - 1]) for each in within]
    found = pd.DataFrame({"finish": instants_of(dates), "cost": least})
    return found[~found["cost"].duplicated()].reset_index(drop=True)


def contingency(
    simulation: Simulation | CannotSay, confidence: float = 0.8
) -> pd.DataFrame | CannotSay:
    """What time and money a confidence takes, beside the expected monetary value of the risks.

    Returns
    -------
    A row for time (working days) and one for cost: quantity, plan_finish and finish, or plan and
    amount (at the confidence), contingency (over the plan), over_p50, expected_value (of the open
    risks, sum of probability x mean impact: that of the triangle between its three points),
    confidence_of_expected_value: the chance that the risks cost no more than that (each its mean;
    NaN for more than 20 risks).

    Notes
    -----
    Funding the expected value is not funding the confidence: with few risks it is often near 50 %.
    The management reserve is for what is not in the register; it is not part of this.
    """
    if isinstance(simulation, CannotSay):
        return simulation
    at = simulation.finish_at(confidence)
    minutes = minutes_of(pd.Series([simulation.planned_finish, simulation.finish_at(0.5), at]))
    days = simulation.working_days(minutes[:2], minutes[2])
    risks = simulation.case.risks
    amounts = risks[["cost_low", "cost_mode", "cost_high"]].mean(axis=1)
    each = list(zip(risks["probability"], amounts, strict=True))
    expected = float(sum(p * amount for p, amount in each))
    sure = np.nan
    if 0 < len(each) <= MOST_RISKS:
        spread = expected_value_distribution(each)
        sure = float(spread.loc[spread["amount"] <= expected + 1e-9, "probability"].max())
    rows: list[dict[str, Any]] = [
        {"quantity": "time", "plan_finish": simulation.planned_finish, "finish": at,
         "contingency": float(days[0]), "over_p50": float(days[1])},
    ]  # fmt: skip
    if not isinstance(simulation.cost, CannotSay):
        planned = planned_cost(simulation)
        p50, amount = nearest_rank(simulation.cost, [0.5, confidence])
        rows.append(
            {"quantity": "cost", "plan": planned, "amount": amount,
             "contingency": amount - planned, "over_p50": amount - p50,
             "expected_value": expected, "confidence_of_expected_value": sure}
        )  # fmt: skip
    columns = ["quantity", "plan_finish", "finish", "plan", "amount", "contingency", "over_p50",
               "expected_value", "confidence_of_expected_value"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def planned_cost(simulation: Simulation) -> float:
    """The cost where each task takes what is planned, and no risk occurs."""
    model, case = simulation.case.model, simulation.case
    calendar = simulation.plan.calendars[""]
    trial = int(simulation.trials.finish[0])
    since = int(calendar.minutes_before(trial)) - int(simulation.trials.length[0])
    length = int(calendar.minutes_before(minutes_of(simulation.planned_finish))) - since
    tasks = float(case.tasks["remaining"].to_numpy() @ model.rate)
    return model.fixed + tasks + model.time_rate * length


def expected_value_distribution(risks: Iterable[tuple[float, float]]) -> pd.DataFrame:
    """The exact distribution of what independent risks cost together.

    Parameters
    ----------
    risks
        Probability and cost of each; at most 20, each doubles the sums that are possible.

    Returns
    -------
    amount, probability (that the risks cost no more than this), in rising order.
    """
    amounts, chances = np.zeros(1), np.ones(1)
    for probability, amount in risks:
        both = np.r_[amounts, amounts + amount]
        weights = np.r_[chances * (1 - probability), chances * probability]
        amounts, place = np.unique(np.round(both, 6), return_inverse=True)
        chances = np.bincount(place, weights).astype(np.float64)
    return pd.DataFrame({"amount": amounts, "probability": np.minimum(np.cumsum(chances), 1.0)})
