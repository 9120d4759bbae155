"""The interval of a share that was counted."""

import math

import pytest

from pmtools.measure.binomial import binomial_interval


@pytest.mark.parametrize(
    ("n_held", "n", "low", "high"),
    [
        (19, 24, 0.578487, 0.928681),
        (5, 10, 0.187086, 0.812914),
        (81, 263, 0.252719, 0.367633),
        (0, 10, 0.0, 0.308497),
        (10, 10, 0.691503, 1.0),
    ],
)
def test_the_interval_is_that_of_clopper_and_pearson(n_held, n, low, high):
    """Published and tabulated values (81 of 263: Newcombe 1998, exact 0.2527 to 0.3676)."""
    found = binomial_interval(n_held, n)
    assert found == pytest.approx((low, high), abs=2e-4)


@pytest.mark.parametrize(("n_held", "n"), [(1, 11), (7, 9), (19, 24), (40, 51), (600, 900)])
def test_each_end_leaves_a_tail_of_two_and_a_half_percent(n_held, n):
    """By definition: at the low end so many or more have 2.5 %, at the high end so many or less."""

    def chance(k, p):
        return math.comb(n, k) * p**k * (1 - p) ** (n - k)

    low, high = binomial_interval(n_held, n)
    assert sum(chance(k, low) for k in range(n_held, n + 1)) == pytest.approx(0.025, rel=1e-9)
    assert sum(chance(k, high) for k in range(n_held + 1)) == pytest.approx(0.025, rel=1e-9)


def test_fractions_of_a_count_lie_between_the_whole_ones():
    """A mean of weekly scores is rarely a whole number of projects."""
    bounds = [binomial_interval(k, 51) for k in (40, 40.5, 41)]
    assert bounds == sorted(bounds)


@pytest.mark.parametrize(("n_held", "n"), [(3, 2), (-1, 5), (0, 0), (float("nan"), 5)])
def test_what_is_no_share_is_refused(n_held, n):
    """More than all, less than none, or of nothing."""
    with pytest.raises(ValueError, match="is no share"):
        binomial_interval(n_held, n)
