"""Inverse distribution functions of a duration, as tables over standard normal scores.

A value is drawn by one normal score: correlation acts on scores, and a table turns them into
hours. Where a distribution has no ends (lognormal, normal, discrete), the optimistic and the
pessimistic point are those that one time in ten is better, and worse: P10 and P90.
"""

from __future__ import annotations

from functools import cache
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

TENTH = NormalDist().inv_cdf(0.9)
N_SHAPES = 65
SWANSON = (0.3, 0.7)
"""Where the low and the middle of three values end: 30, 40 and 30 percent (Swanson's rule)."""


def quantiles(kind: str, mode: Values, scores: Values) -> Values:
    """The quantiles of shapes from 0 (optimistic) to 1 (pessimistic) with these modes.

    Parameters
    ----------
    kind
        One of `schema.DISTRIBUTIONS`. `pert` has the mean (O + 4M + P) / 6 and the standard
        deviation (P - O) / 6 of classic PERT, `beta_pert` the variance that follows from its
        shape; both are beta distributions.
    mode
        Where the most likely value lies between optimistic (0) and pessimistic (1), a shape each.
    scores
        Standard normal scores, one a column of the answer.
    """
    mode = np.asarray(mode, np.float64)[:, None]
    chance = probabilities(scores)
    if kind in ("pert", "beta_pert"):
        return _between(mode[:, 0], _betas(kind == "pert", tuple(chance)))
    if kind == "triangular":
        rising, falling = np.sqrt(chance * mode), 1 - np.sqrt((1 - chance) * (1 - mode))
        return np.where(chance < mode, rising, falling)
    if kind == "uniform":
        return np.broadcast_to(chance, (len(mode), len(chance)))
    if kind == "normal":
        return mode + scores / (2 * TENTH)
    if kind == "lognormal":
        return _lognormal(mode, scores)
    low, middle = SWANSON
    return np.where(chance < low, 0.0, np.where(chance < middle, mode, 1.0))


def probabilities(scores: Values) -> Values:
    """The chance that a standard normal score is not above each of these."""
    return np.array([NormalDist().cdf(score) for score in scores])


def _lognormal(mode: Values, scores: Values) -> Values:
    """The shifted lognormal with P10 at 0, P50 at the mode, P90 at 1; the normal in the middle."""
    is_even = np.abs(mode - 0.5) < 1e-6
    median = np.where(is_even, 0.4, mode)
    sigma = np.log((1 - median) / median) / TENTH
    skewed = median + median * (1 - median) / (1 - 2 * median) * np.expm1(sigma * scores)
    return np.where(is_even, 0.5 + scores / (2 * TENTH), skewed)


def _between(mode: Values, tables: Values) -> Values:
    """Quantiles of each mode, between those of the two nearest of `N_SHAPES` shapes."""
    place = mode * (N_SHAPES - 1)
    left = np.minimum(place.astype(np.int64), N_SHAPES - 2)
    share = (place - left)[:, None]
    return (1 - share) * tables[left] + share * tables[left + 1]


@cache
def _betas(is_classic: bool, chance: tuple[float, ...]) -> Values:
    """Quantiles of `N_SHAPES` beta distributions, by integrating each over the logit of its value.

    There the density x^a (1 - x)^b is smooth, also where a or b is below 1. The sums are
    trapezoids with the correction of Euler and Maclaurin; between two points of the grid the
    inverse is of second order.
    """
    mean = (1 + 4 * np.linspace(0, 1, N_SHAPES)[:, None]) / 6
    total = 36 * mean * (1 - mean) - 1 if is_classic else np.full_like(mean, 6.0)
    a, b = mean * total, (1 - mean) * total
    logit, step = np.linspace(-50, 50, 8193, retstep=True)
    x = 1 / (1 + np.exp(-logit))
    density = np.exp(-a * np.logaddexp(0, -logit) - b * np.logaddexp(0, logit))
    slope = density * (a * (1 - x) - b * x)
    cells = step * (density[:, 1:] + density[:, :-1]) / 2 - step**2 / 12 * np.diff(slope)
    whole = cells.sum(axis=1, keepdims=True)
    below = np.cumsum(cells, axis=1) / whole
    below = np.c_[np.zeros(len(below)), below]
    found = []
    for f, slope_of, cdf in zip(density / whole, slope / whole, below, strict=True):
        at = np.clip(np.searchsorted(cdf, chance, side="right") - 1, 0, len(cdf) - 2)
        first = (np.array(chance) - cdf[at]) / f[at]
        found.append(logit[at] + first - slope_of[at] / (2 * f[at]) * first**2)
    return 1 / (1 + np.exp(-np.array(found)))
