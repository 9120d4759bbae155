"""The next range from the record: what was left in the end, where so much was said to be left.

The method is one regression a person can check. Of every past forecast of a finished project two
figures are known: how much was said to be left, and how much was. Their logarithms are joined by
the straight line of least squares, every project with the same weight however many forecasts it
has. The quantiles of what the past forecasts missed that line by, again every project with the
same weight, are the range of the next forecast; their rank is (n + 1) p, as in conformal
prediction, n being the number of independent forecasts.

A slope of 1 takes the forecast in proportion, a slope of 0 ignores it and gives what was usually
left; what the record shows lies between, because forecasts of little are more wrong than forecasts
of much. The slope is learned from the finished projects alone and nothing is set by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from pmtools.metrics import CannotSay

FEWEST = 10
"""Finished projects below which nothing is said."""
LEAST_LEFT = 0.05
"""Of the whole forecast: so much is left at least where a forecast says that it is over."""


def ranges_from_record(
    record: pd.DataFrame, so_far: float, forecast: float, probabilities: Sequence[float]
) -> np.ndarray | CannotSay:
    """What is not exceeded with each probability, in the unit of the forecast.

    Parameters
    ----------
    record
        A row a past forecast of a finished project: `project_id`, `so_far` (time or money spent
        when it was made), `forecast` and `actual` (in all, in the same unit), one unit a record.
    so_far, forecast
        The same of the forecast now.

    Returns
    -------
    ndarray
        NaN for a probability above n / (n + 1), which n projects cannot show. CannotSay with the
        count below 10 finished projects.
    """
    left, came = _left(record["so_far"], record["forecast"]), record["actual"] - record["so_far"]
    is_known = (left > 0) & (came > 0)
    projects = record.loc[is_known, "project_id"]
    n = int(projects.nunique())
    if n < FEWEST:
        return CannotSay(f"the record has {n} finished projects; {FEWEST} are needed")
    if not _left(so_far, forecast) > 0:
        return CannotSay("the forecast says that nothing is left")
    weight = (1 / projects.groupby(projects).transform("size") / n).to_numpy()
    x, y = np.log(left[is_known].to_numpy()), np.log(came[is_known].to_numpy())
    slope, level = _line(x, y, weight)
    missed = y - level - slope * x
    levels = np.asarray(probabilities) * (1 + 1 / _sample_size(missed, projects))
    missed = _weighted_quantiles(missed, weight, levels)
    total = so_far + np.exp(level + slope * np.log(_left(so_far, forecast)) + missed)
    return np.where(np.asarray(probabilities) > n / (n + 1), np.nan, total)


def _left(so_far: Any, forecast: Any) -> Any:
    return np.maximum(forecast - so_far, LEAST_LEFT * forecast)


def _line(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """Slope, between 0 and 1, and level of the line of least squares; the weights add up to 1."""
    from_mean = x - weight @ x
    spread = weight @ from_mean**2
    slope = float(np.clip(weight @ (from_mean * y) / spread, 0, 1)) if spread > 1e-12 else 1.0
    return slope, float(weight @ y - slope * (weight @ x))


def _sample_size(missed: np.ndarray, projects: pd.Series) -> float:
    """How many independent forecasts these are worth (Kish 1965, design effect of clusters).

    Between the number of projects, where all forecasts of one miss by the same, and that of
    forecasts. By it the rank is (n + 1) p: the next one is one more, and may be the worst.
    """
    groups = pd.Series(missed).groupby(projects.to_numpy())
    between, within = groups.mean().var(), groups.var(ddof=0).mean()
    alike = between / (between + within) if between + within > 0 else 1.0
    return float(len(missed) / (1 + (groups.size().mean() - 1) * alike))


def _weighted_quantiles(values: np.ndarray, weight: np.ndarray, levels: np.ndarray) -> Any:
    """The smallest value that a share of the weight does not exceed: the nearest rank."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order])
    # A billionth: ten tenths add up to a little more or less than 1.
    places = np.searchsorted(reached, levels - 1e-9)
    return values[order][np.minimum(places, len(values) - 1)]
