"""Cost indices and forecasts of earned value management: pure functions of numbers or arrays.

What cannot be divided is NaN, never infinite; `earned_value` says why.
Sources: PMI, Practice Standard for Earned Value Management; the performance factors as the PM
Knowledge Center lists them (pmknowledgecenter.com/node/166).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pmtools.metrics import Metric

_CPI, _SPI = Metric.COST_PERFORMANCE_INDEX, Metric.SCHEDULE_PERFORMANCE_INDEX
_SPI_TIME = Metric.SCHEDULE_PERFORMANCE_INDEX_TIME


@dataclass(frozen=True)
class Factor:
    """What a performance factor assumes of the work that is left, and the indices it is made of."""

    label: str
    indices: tuple[Metric, ...] = ()


FACTORS: Mapping[str, Factor] = {
    "1": Factor("the rest as budgeted"),
    "CPI": Factor("the rest at the cost performance so far", (_CPI,)),
    "SPI": Factor("the rest at the schedule performance so far", (_SPI,)),
    "SPI(t)": Factor("the rest at the schedule performance in time so far", (_SPI_TIME,)),
    "SCI": Factor("the rest at CPI x SPI", (_CPI, _SPI)),
    "SCI(t)": Factor("the rest at CPI x SPI(t)", (_CPI, _SPI_TIME)),
    "0.8CPI+0.2SPI": Factor("the rest at 80% CPI and 20% SPI", (_CPI, _SPI)),
    "0.8CPI+0.2SPI(t)": Factor("the rest at 80% CPI and 20% SPI(t)", (_CPI, _SPI_TIME)),
}
"""Every performance factor by its name."""


def ratio(part: Any, whole: Any) -> Any:
    """`part / whole`; NaN where `whole` is not above zero, so that nothing infinite leaks out."""
    whole = np.asarray(whole, dtype="float64")
    return np.asarray(part, dtype="float64") / np.where(whole > 0, whole, np.nan)


def performance_factors(
    cost_performance_index: Any,
    schedule_performance_index: Any,
    schedule_performance_index_time: Any = np.nan,
) -> dict[str, Any]:
    """The value of every factor of `FACTORS`, from the three indices."""
    cpi = np.asarray(cost_performance_index, dtype="float64")
    spi = np.asarray(schedule_performance_index, dtype="float64")
    spi_time = np.asarray(schedule_performance_index_time, dtype="float64")
    return {
        "1": np.ones_like(cpi),
        "CPI": cpi,
        "SPI": spi,
        "SPI(t)": spi_time,
        "SCI": cpi * spi,
        "SCI(t)": cpi * spi_time,
        "0.8CPI+0.2SPI": 0.8 * cpi + 0.2 * spi,
        "0.8CPI+0.2SPI(t)": 0.8 * cpi + 0.2 * spi_time,
    }


def estimate_at_completion(
    budget_at_completion: Any, earned_value: Any, actual_cost: Any, factor: Any
) -> Any:
    """AC + (BAC - EV) / PF.

    What is complete costs what it cost, whatever the factor; else NaN where the factor is not
    above zero.
    """
    work_left = np.asarray(budget_at_completion, dtype="float64") - earned_value
    return actual_cost + np.where(work_left == 0, 0.0, ratio(work_left, factor))


def to_complete_performance_index(
    budget_at_completion: Any, earned_value: Any, actual_cost: Any, target: Any = None
) -> Any:
    """(BAC - EV) / (target - AC): the cost performance the rest needs to end at `target`.

    `target` is an amount of money, BAC if not given. NaN where no work is left, and where work is
    left and the target is already spent: then it is not achievable.
    """
    work_left = np.asarray(budget_at_completion, dtype="float64") - earned_value
    target = budget_at_completion if target is None else target
    return ratio(np.where(work_left > 0, work_left, np.nan), np.asarray(target) - actual_cost)
