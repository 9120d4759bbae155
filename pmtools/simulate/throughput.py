"""A team's backlog by its own throughput: how many weeks, how many items.

Whole weeks of the record are drawn with replacement, so good weeks, bad weeks and weeks without
any finished item come as often as they did. Sources: T. Magennis, forecasting spreadsheets;
M. Bowler's throughput data; D. Vacanti, "When will it be done?".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from pmtools.metrics import CannotSay

FEWEST_WEEKS = 5
"""Weeks of throughput below which nothing is forecast."""
LONGEST_WEEKS = 520
"""Ten years: what takes longer is counted as this long."""
_BLOCK = 26
_NOTHING = 1e-9

Counts: TypeAlias = npt.NDArray[np.int64]
Three: TypeAlias = tuple[float, float, float]
ONE: Three = (1.0, 1.0, 1.0)


def weeks_to_finish(
    weekly: npt.ArrayLike,
    items: float | tuple[float, float],
    *,
    n_trials: int = 10_000,
    seed: int = 1,
    growth: Three = ONE,
    added: npt.ArrayLike = 0,
) -> Counts | CannotSay:
    """Weeks until that many items are finished, once a trial.

    Parameters
    ----------
    weekly
        Items finished in each week of the record, weeks without any included.
    items
        Items that remain; or the least and the most of them, all counts between equally likely.
    growth
        Split rate: items that one of today's items becomes (low, likely, high; triangular).
    added
        Scope change: items that come to the backlog a week; or those that came in each week of
        the record, drawn together with what was finished in it.

    Returns
    -------
    int64, whole weeks; the same seed draws the same weeks whatever else is asked. Or why it cannot
    be said: fewer than 5 weeks, no finished item, or a backlog that in more than one trial of
    twenty is not empty after ten years.
    """
    finished, why = _record(weekly)
    if why:
        return why
    came = np.broadcast_to(np.asarray(added, dtype="float64"), finished.shape)
    left = _needed(items, growth, n_trials, seed)
    weeks = np.zeros(n_trials, dtype=np.int64)
    for week, drawn in enumerate(_weeks(len(finished), n_trials, seed), 1):
        is_open = left > _NOTHING
        if week > LONGEST_WEEKS or not is_open.any():
            break
        weeks += is_open
        left = np.where(is_open, left - finished[drawn] + came[drawn], left)
    if np.mean(left > _NOTHING) > 0.05:
        return CannotSay("the backlog is not empty after ten years of that throughput")
    return weeks


def items_in_weeks(
    weekly: npt.ArrayLike, weeks: int, *, n_trials: int = 10_000, seed: int = 1, growth: Three = ONE
) -> Counts | CannotSay:
    """Of today's items, how many are finished in that many weeks, once a trial.

    Parameters and what cannot be said are those of `weeks_to_finish`.
    """
    finished, why = _record(weekly)
    if why:
        return why
    if weeks < 0:
        raise ValueError(f"weeks is {weeks}; it must not be negative")
    done = np.zeros(n_trials)
    for _, drawn in zip(range(weeks), _weeks(len(finished), n_trials, seed), strict=False):
        done += finished[drawn]
    return np.floor(done / _triangular(growth, n_trials, seed) + _NOTHING).astype(np.int64)


def _record(weekly: npt.ArrayLike) -> tuple[npt.NDArray[np.float64], CannotSay | None]:
    finished = np.asarray(weekly, dtype="float64").ravel()
    if not (np.isfinite(finished) & (finished >= 0)).all():
        raise ValueError("weekly throughput must be known and not negative in every week")
    if len(finished) < FEWEST_WEEKS:
        known = f"{len(finished)} week{'s' * (len(finished) != 1)}"
        return finished, CannotSay(
            f"throughput is known for {known}, and a forecast needs at least {FEWEST_WEEKS}"
        )
    if not finished.any():
        return finished, CannotSay("no item was finished in any week of the record")
    return finished, None


def _needed(
    items: float | tuple[float, float], growth: Three, n_trials: int, seed: int
) -> npt.NDArray[np.float64]:
    low, high = items if isinstance(items, tuple) else (items, items)
    if not 0 <= low <= high < np.inf:
        raise ValueError(f"items is {items}; expected a count, or the least and the most")
    draws = np.random.default_rng([seed, 2]).random(n_trials)
    scope = low + np.floor(draws * (high - low + 1)) if high > low else np.full(n_trials, low)
    return np.ceil(scope * _triangular(growth, n_trials, seed) - _NOTHING)


def _triangular(three: Three, n_trials: int, seed: int) -> npt.NDArray[np.float64]:
    low, likely, high = three
    if not 0 < low <= likely <= high < np.inf:
        raise ValueError(f"growth is {three}; expected 0 < low <= likely <= high")
    if low == high:
        return np.full(n_trials, float(low))
    return np.random.default_rng([seed, 1]).triangular(low, likely, high, n_trials)


def _weeks(n_known: int, n_trials: int, seed: int) -> Iterator[Counts]:
    """Week by week without end: which week of the record each trial draws."""
    draws = np.random.default_rng([seed, 0])
    while True:
        yield from draws.integers(n_known, size=(_BLOCK, n_trials))
