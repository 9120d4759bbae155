"""The interval of a share that was counted: Clopper and Pearson (1934), exact, without scipy."""

from __future__ import annotations

import math

STEPS = 300


def binomial_interval(n_held: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Between which shares the truth lies, where `n_held` of `n` held: Clopper and Pearson.

    Parameters
    ----------
    n_held
        May be a fraction: the mean of `n` scores between 0 and 1 times `n`. Scores spread less
        than yes and no do, so that the interval is then rather too wide than too narrow.

    Raises
    ------
    ValueError
        Where `n_held` is not between 0 and `n`, or nothing was counted.
    """
    if not 0 <= n_held <= n or n < 1:
        raise ValueError(f"{n_held} of {n} is no share")
    tail = (1 - confidence) / 2
    low = _beta_quantile(tail, n_held, n - n_held + 1) if n_held > 0 else 0.0
    high = _beta_quantile(1 - tail, n_held + 1, n - n_held) if n_held < n else 1.0
    return low, high


def _beta_quantile(probability: float, a: float, b: float) -> float:
    """Where the beta distribution reaches a probability, by halving an interval."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        is_below = _beta_share(middle, a, b) < probability
        low, high = (middle, high) if is_below else (low, middle)
    return (low + high) / 2


def _beta_share(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22)."""
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta_share(1 - x, b, a)
    logs = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    fraction = 1.0
    for m in reversed(range(STEPS)):
        even = (m + 1) * (b - m - 1) * x / ((a + 2 * m + 1) * (a + 2 * m + 2))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        fraction = 1 + odd / (1 + even / fraction)
    return math.exp(logs + a * math.log(x) + b * math.log1p(-x)) / (a * fraction)
