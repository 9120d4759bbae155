"""Inverse distribution functions against closed forms, moments and published values."""

import numpy as np
import pytest

from pmtools.project.schema import DISTRIBUTIONS
from pmtools.simulate.distributions import TENTH, probabilities, quantiles

SCORES = np.linspace(-7, 7, 20_001)
WEIGHTS = np.exp(-(SCORES**2) / 2) / np.exp(-(SCORES**2) / 2).sum()
OPTIMISTIC, MOST_LIKELY, PESSIMISTIC = 10, 15, 26
P50_P80_P90 = np.array([0.0, 0.8416212335729143, TENTH])


def hours(kind, scores, mode=(MOST_LIKELY - OPTIMISTIC) / (PESSIMISTIC - OPTIMISTIC)):
    return OPTIMISTIC + 16 * quantiles(kind, np.array([mode]), scores)[0]


def moments(kind, mode=(MOST_LIKELY - OPTIMISTIC) / (PESSIMISTIC - OPTIMISTIC)):
    values = hours(kind, SCORES, mode)
    mean = values @ WEIGHTS
    return mean, (values - mean) ** 2 @ WEIGHTS


@pytest.mark.parametrize(
    ("kind", "mean", "variance"),
    [("triangular", 17, 11.1667), ("pert", 16, 7.1111), ("beta_pert", 16, 8.5714),
     ("uniform", 18, 256 / 12)],
)  # fmt: skip
def test_three_points_give_the_published_mean_and_variance(kind, mean, variance):
    """(10, 15, 26): classic and beta-PERT share the mean, their variances differ."""
    assert moments(kind) == pytest.approx((mean, variance), rel=1e-4)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("triangular", (16.6192, 20.0670, 21.8048)), ("beta_pert", (15.7648, 18.6152, 20.0756))],
)
def test_three_points_give_the_published_percentiles(kind, expected):
    """P50, P80 and P90 of (10, 15, 26)."""
    assert hours(kind, P50_P80_P90) == pytest.approx(expected, abs=6e-5)


@pytest.mark.parametrize("mode", [0.0, 1e-3, 0.2, 0.35, 0.5, 0.77, 1.0])
def test_pert_has_the_classic_moments_wherever_its_mode_is(mode):
    """Mean (O + 4M + P) / 6, standard deviation (P - O) / 6, also at the ends."""
    mean, variance = moments("pert", mode)
    assert mean == pytest.approx(10 + 16 * (1 + 4 * mode) / 6, abs=1e-3)
    assert variance == pytest.approx((16 / 6) ** 2, rel=2e-3)


def test_beta_pert_agrees_with_its_closed_form():
    """With the mode at the optimistic end it is Beta(1, 5): F(x) = 1 - (1 - x)^5."""
    chance = probabilities(SCORES)
    exact = 1 - (1 - chance) ** 0.2
    assert np.abs(quantiles("beta_pert", np.zeros(1), SCORES)[0] - exact).max() < 1e-5


def test_beta_pert_between_two_tabled_shapes_is_exact_enough():
    """Shapes are interpolated: Beta(2.5, 3.5) against a fine sum of its density."""
    x = np.linspace(0, 1, 400_001)
    density = x**1.5 * (1 - x) ** 2.5
    below = np.cumsum(density) / density.sum()
    exact = np.interp(probabilities(SCORES), below, x)
    found = quantiles("beta_pert", np.array([1.5 / 4]), SCORES)[0]
    shifted = quantiles("beta_pert", np.array([1.5 / 4 + 0.003]), SCORES)[0]
    assert np.abs(found - exact).max() < 2e-5
    assert (shifted >= found - 1e-9).all()


def test_distributions_without_ends_take_the_points_as_one_in_ten():
    """Normal and lognormal: P10, P50 and P90 are the three points."""
    tenths = np.array([-TENTH, 0.0, TENTH])
    assert hours("lognormal", tenths) == pytest.approx([10, 15, 26])
    assert hours("normal", tenths, 0.5) == pytest.approx([10, 18, 26])
    assert hours("lognormal", SCORES, 0.5) == pytest.approx(hours("normal", SCORES, 0.5))
    assert hours("lognormal", tenths, 0.7) == pytest.approx([10, 21.2, 26])


def test_discrete_takes_the_points_by_swansons_rule():
    """30 % optimistic, 40 % most likely, 30 % pessimistic."""
    values = np.unique(hours("discrete", SCORES))
    assert values == pytest.approx([10, 15, 26])
    assert moments("discrete")[0] == pytest.approx(0.3 * 10 + 0.4 * 15 + 0.3 * 26, abs=1e-2)


@pytest.mark.parametrize("kind", DISTRIBUTIONS)
def test_no_quantile_falls(kind):
    """A higher score is never a shorter duration."""
    tables = quantiles(kind, np.linspace(0.01, 0.99, 37), SCORES[::20])
    assert (np.diff(tables, axis=1) >= -1e-9).all()
