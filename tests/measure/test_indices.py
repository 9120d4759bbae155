"""Cost indices and forecasts against published worked examples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmtools.measure.indices import (
    FACTORS,
    estimate_at_completion,
    performance_factors,
    ratio,
    to_complete_performance_index,
)

MONEY = st.floats(1, 1e9)


def forecasts(bac, pv, ev, ac):
    """Indices and EAC by every factor, as a manager computes them by hand."""
    factors = performance_factors(ev / ac, ev / pv)
    return factors, {n: float(estimate_at_completion(bac, ev, ac, f)) for n, f in factors.items()}


def test_the_fence_of_the_exam_book_has_its_exact_values():
    """CV, SV, CPI, SPI, EAC, ETC and VAC of the fence; the book rounds CPI first and prints 4,479.

    PMP Exam Prep p. 210, as cited in studylib 5898152; exact values derived.
    """
    bac, pv, ev, ac = 4000, 3000, 2500, 2800
    factors, eac = forecasts(bac, pv, ev, ac)
    assert (ev - ac, ev - pv) == (-300, -500)
    assert factors["CPI"] == pytest.approx(0.893, abs=5e-4)
    assert factors["SPI"] == pytest.approx(0.833, abs=5e-4)
    assert eac["CPI"] == pytest.approx(4480)
    assert eac["CPI"] - ac == pytest.approx(1680)
    assert bac - eac["CPI"] == pytest.approx(-480)
    assert eac["1"] == pytest.approx(4300)
    assert eac["SCI"] == pytest.approx(4816)
    assert eac["0.8CPI+0.2SPI"] == pytest.approx(4502.70, abs=5e-3)
    assert to_complete_performance_index(bac, ev, ac) == pytest.approx(1.25)


def test_typical_and_atypical_variances_give_different_estimates():
    """EAC assumes that the rest goes on as before (typical), or as budgeted (atypical).

    PRA earned value tests: BAC 100,000, cumulative plan .1 .2 .4 .7 1, third period, 35% done.
    """
    bac, pv, ev, ac = 100_000, 0.4 * 100_000, 0.35 * 100_000, 36_000
    factors, _ = forecasts(bac, pv, ev, ac)
    assert (ev - pv, ev - ac) == (-5000, -1000)
    assert factors["SPI"] == pytest.approx(0.875)
    assert factors["CPI"] == pytest.approx(0.9722222, abs=1e-7)
    typical = estimate_at_completion(bac, ev, ev / 0.83, 0.83)
    assert typical == pytest.approx(120_481.9, abs=0.05)
    assert estimate_at_completion(bac, ev, 63_000, 1) == pytest.approx(128_000)


def test_the_book_of_the_practitioners_agrees_on_three_estimates():
    """EAC by CPI, by 1 and by CPI x SPI, and both to-complete indices (PRA book)."""
    bac, pv, ev, ac = 500_000, 250_000, 200_000, 290_000
    factors, eac = forecasts(bac, pv, ev, ac)
    assert factors["CPI"] == pytest.approx(0.689655, abs=1e-6)
    assert factors["SPI"] == pytest.approx(0.8)
    assert eac["CPI"] == pytest.approx(725_000)
    assert eac["1"] == pytest.approx(590_000)
    assert eac["SCI"] == pytest.approx(833_750)
    assert to_complete_performance_index(bac, ev, ac) == pytest.approx(1.428571, abs=1e-6)
    at_estimate = to_complete_performance_index(bac, ev, ac, target=eac["CPI"])
    assert at_estimate == pytest.approx(0.689655, abs=1e-6)


def test_the_bridge_is_late_and_over_budget():
    """BAC 2.5M, cumulative plan .15 .35 .65 .85 1, third period, 48% done, 1.35M spent."""
    bac = 2_500_000
    pv, ev, ac = 0.65 * bac, 0.48 * bac, 1_350_000
    factors, eac = forecasts(bac, pv, ev, ac)
    assert (ev - ac, ev - pv) == (-150_000, -425_000)
    assert factors["CPI"] == pytest.approx(0.8889, abs=5e-5)
    assert factors["SPI"] == pytest.approx(0.7385, abs=5e-5)
    assert eac["CPI"] == pytest.approx(2_812_500)


def test_every_factor_is_computed_and_explained():
    """A factor that is offered has a value and a sentence on what it assumes."""
    factors = performance_factors(0.9, 0.8, 0.7)
    assert list(factors) == list(FACTORS)
    assert factors["SCI(t)"] == pytest.approx(0.63)
    assert factors["0.8CPI+0.2SPI(t)"] == pytest.approx(0.86)
    assert all(factor.label for factor in FACTORS.values())


@given(MONEY, st.floats(0.01, 0.99), MONEY)
def test_at_the_estimate_by_cpi_the_rest_needs_the_same_cpi(bac, share, ac):
    """TCPI(EAC) = CPI where EAC = BAC / CPI: the estimate assumes nothing but that."""
    ev = share * bac
    eac = estimate_at_completion(bac, ev, ac, ev / ac)
    assert eac == pytest.approx(bac / (ev / ac))
    assert to_complete_performance_index(bac, ev, ac, target=eac) == pytest.approx(ev / ac)


@given(MONEY, st.floats(0, 1), MONEY)
def test_with_the_rest_as_budgeted_the_variance_stays_what_it_is(bac, share, ac):
    """EAC(PF=1) - BAC = -CV."""
    ev = share * bac
    eac = estimate_at_completion(bac, ev, ac, 1)
    assert eac - bac == pytest.approx(-(ev - ac), abs=1e-6 * (bac + ac))


def test_a_budget_that_is_spent_cannot_be_met_any_more():
    """AC >= BAC with work left: TCPI(BAC) is not achievable, never a number."""
    assert np.isnan(to_complete_performance_index(100, 50, 100))
    assert np.isnan(to_complete_performance_index(100, 50, 120))
    assert np.isnan(to_complete_performance_index(100, 100, 80)), "nothing is left to do"


def test_nothing_infinite_leaks_out():
    """A division by nothing, or by less, cannot be said."""
    assert np.isnan(ratio([1, 1, 0], [0, -1, 0])).all()
    assert np.isnan(estimate_at_completion(100, 0, 10, 0))
    assert estimate_at_completion(100, 100, 90, np.nan) == 90, "complete is what it cost"
