"""Earned schedule and the nine time forecasts: pure functions of numbers or arrays.

Times are counted in any one unit from the start of the baseline; `earned_value` counts working
hours of the project calendar. What cannot be divided is NaN, never infinite.
Sources: Lipke and Henderson, Earned Schedule; PM Knowledge Center
(pmknowledgecenter.com/node/166 and /167); Jacob, earned duration.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pmtools.calendars import WorkCalendar
from pmtools.measure.indices import ratio, to_complete_performance_index

TIME_FORECASTS: Mapping[str, tuple[str, ...]] = {
    "PV": ("1", "SPI", "SCI"),
    "ED": ("1", "SPI", "SCI"),
    "ES": ("1", "SPI(t)", "SCI(t)"),
}
"""The performance factors that go with each method: planned value, earned duration, earned
schedule."""

ROUNDING = 1e-9
"""Of the whole planned value: sums of the same amounts in another order differ by less."""
LATEST = pd.Timestamp("2100-01-01")
"""A forecast beyond it is no date: so little is earned that it says nothing."""


def earned_schedule(planned_values: Any, times: Any, earned: Any) -> Any:
    """The first time at which the planned value reaches what is earned.

    Parameters
    ----------
    planned_values, times
        The cumulative planned value at each time, from the start of the baseline on; neither
        ever falls. Straight between two times.
    earned
        Earned value: a number or an array.

    Returns
    -------
    A time for each value earned. On the flat tail of the curve it is where the tail begins, and
    never beyond, so that a late finish stays visible. NaN where `earned` is.
    """
    planned = np.asarray(planned_values, dtype="float64")
    times = np.asarray(times, dtype="float64")
    earned = np.asarray(earned, dtype="float64")
    reachable = np.minimum(np.where(np.isnan(earned), planned[-1], earned), planned[-1])
    # A plan that stands still is known to rounding only; its end would be the first to reach it.
    after = np.searchsorted(planned, reachable - ROUNDING * planned[-1], side="left")
    before = np.maximum(after - 1, 0)
    rise = planned[after] - planned[before]
    share = np.where(rise > 0, reachable - planned[before], 0.0) / np.where(rise > 0, rise, 1.0)
    share = np.minimum(share, 1.0)
    found = np.where(after > 0, times[before] + share * (times[after] - times[before]), times[0])
    return np.where(np.isnan(earned), np.nan, found)


def time_estimate_at_completion(
    method: str,
    factor: Any = None,
    *,
    planned_duration: Any,
    actual_time: Any,
    budget_at_completion: Any = np.nan,
    planned_value: Any = np.nan,
    earned_value: Any = np.nan,
    earned_schedule: Any = np.nan,
) -> Any:
    """EAC(t): how long the project takes in all, by one of three methods.

    - `PV`, planned value: PD / PF, and with the rest as planned PD - SV / (BAC / PD)
    - `ED`, earned duration: AT + (max(PD, AT) - AT x SPI) / PF
    - `ES`, earned schedule: AT + (PD - ES) / PF

    Parameters
    ----------
    factor
        The value of a performance factor; None for the rest as planned, PF = 1.

    Raises
    ------
    ValueError
        Where there is no such method.
    """
    if method == "PV":
        if factor is None:
            rate = ratio(budget_at_completion, planned_duration)
            return planned_duration - ratio(np.subtract(earned_value, planned_value), rate)
        return ratio(planned_duration, factor)
    if method == "ED":
        earned = actual_time * ratio(earned_value, planned_value)
        time_left = np.maximum(planned_duration, actual_time) - earned
    elif method == "ES":
        time_left = np.subtract(planned_duration, earned_schedule)
    else:
        raise ValueError(f'method "{method}" is not one of {", ".join(TIME_FORECASTS)}')
    pace = 1.0 if factor is None else factor
    return actual_time + np.where(time_left == 0, 0.0, ratio(time_left, pace))


def to_complete_schedule_performance_index(
    planned_duration: Any, earned_schedule: Any, actual_time: Any, target: Any = None
) -> Any:
    """(PD - ES) / (target - AT), TSPI: the pace the rest needs to end at `target`.

    `target` is a duration, PD if not given. NaN where nothing is left, and where something is
    left and the target has passed: then it is not achievable.
    """
    return to_complete_performance_index(planned_duration, earned_schedule, actual_time, target)


def date_after(calendar: WorkCalendar, start: Any, hours: Any) -> npt.NDArray[np.datetime64]:
    """The dates so many working hours after `start`; NaT for NaN and beyond the year 2099."""
    hours = np.atleast_1d(np.asarray(hours, dtype="float64"))
    is_date = hours < calendar.hours_between(start, LATEST)
    begin = pd.Series(start, index=range(len(hours)), dtype="datetime64[us]").to_numpy()
    return np.asarray(calendar.add(begin, np.where(is_date, hours, np.nan)))
