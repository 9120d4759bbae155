"""Earned schedule and time forecasts against the worked table of the PM Knowledge Center."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmtools.measure.earned_schedule import (
    TIME_FORECASTS,
    earned_schedule,
    time_estimate_at_completion,
    to_complete_schedule_performance_index,
)

# pmknowledgecenter.com/node/167: PV, EV and ES to week 6 published, the rest recomputed.
PD, BAC, WEEKS = 9, 150, np.arange(1, 12)
PV = np.array([5, 10, 25, 55, 85, 120, 130, 140, 150, 150, 150])
EV = np.array([3.33, 6.67, 10, 22.5, 70, 82.5, 90, 120, 130, 140, 150])
ES = [0.67, 1.33, 2.00, 2.83, 4.50, 4.92, 5.14, 6, 7, 8, 9]
SPI = [0.666, 0.667, 0.4, 0.409, 0.824, 0.688, 0.692, 0.857, 0.867, 0.933, 1]
SPI_TIME = [0.666, 0.667, 0.667, 0.708, 0.9, 0.819, 0.735, 0.75, 0.778, 0.8, 0.818]
ES_1 = [9.33, 9.67, 10.00, 10.17, 9.50, 10.08, 10.86, 11, 11, 11, 11]
ES_SPI_TIME = [13.51, 13.49, 13.50, 12.71, 10, 10.98, 12.25, 12, 11.57, 11.25, 11]
PV_1 = [9.10, 9.20, 9.90, 10.95, 9.90, 11.25, 11.40, 10.20, 10.20, 9.60, 9]
PV_SPI = [13.51, 13.49, 22.50, 22.00, 10.93, 13.09, 13.00, 10.50, 10.38, 9.64, 9]
ED_1 = [9.33, 9.67, 10.80, 11.36, 9.88, 10.88, 11.15, 10.14, 10.20, 10.67, 11]
ED_SPI = [13.51, 13.49, 22.50, 22.00, 10.93, 13.09, 13.00, 10.50, 10.38, 10.71, 11]

HUNDREDTHS, THOUSANDTHS = {"abs": 0.00501}, {"abs": 0.000501}


def earned():
    return earned_schedule([0, *PV], np.arange(12), EV)


def estimate(method, factor):
    return time_estimate_at_completion(
        method,
        factor,
        planned_duration=PD,
        actual_time=WEEKS,
        budget_at_completion=BAC,
        planned_value=PV,
        earned_value=EV,
        earned_schedule=earned(),
    )


def test_earned_schedule_of_the_worked_table():
    """ES = C + (EV - PV of C) / (PV of C+1 - PV of C), in all eleven weeks."""
    assert earned() == pytest.approx(ES, **HUNDREDTHS)


def test_indices_of_the_worked_table():
    """SPI = EV / PV returns to 1 for a late project; SPI(t) = ES / AT stays at 0.818."""
    spi, spi_time = EV / PV, earned() / WEEKS
    assert spi == pytest.approx(SPI, **THOUSANDTHS)
    assert spi_time == pytest.approx(SPI_TIME, **THOUSANDTHS)
    assert spi[-1] == 1
    assert (earned() / WEEKS)[-1] == pytest.approx(9 / 11)


@pytest.mark.parametrize(
    ("method", "factor", "table"),
    [
        ("ES", None, ES_1),
        ("ES", "SPI(t)", ES_SPI_TIME),
        ("PV", None, PV_1),
        ("PV", "SPI", PV_SPI),
        ("ED", None, ED_1),
        ("ED", "SPI", ED_SPI),
    ],
)
def test_time_forecasts_of_the_worked_table(method, factor, table):
    """EAC(t) by planned value, earned duration and earned schedule, all eleven weeks."""
    factors = {None: None, "SPI": EV / PV, "SPI(t)": earned() / WEEKS}
    assert estimate(method, factors[factor]) == pytest.approx(table, **HUNDREDTHS)


def test_the_forecast_at_the_pace_so_far_is_planned_duration_over_that_pace():
    """ES with PF = SPI(t) is Lipke's IEAC(t) = PD / SPI(t)."""
    assert estimate("ES", earned() / WEEKS) == pytest.approx(PD / (earned() / WEEKS))


def test_pace_needed_to_finish_on_time():
    """TSPI in week 6 of the worked table: (9 - 4.9167) / (9 - 6) = 1.361."""
    tspi = to_complete_schedule_performance_index(PD, earned(), WEEKS)
    assert tspi[5] == pytest.approx(1.361, abs=5e-4)
    assert np.isnan(tspi[8:]).all(), "from week 9 on the planned duration has passed"
    agreed = to_complete_schedule_performance_index(PD, earned(), WEEKS, target=12)
    assert agreed[8] == pytest.approx((9 - 7) / (12 - 9))


@pytest.mark.parametrize(
    ("at", "es", "variance", "index"), [(20, 18, -2, 0.90), (24, 21, -3, 0.875)]
)
def test_time_variance_and_index_of_the_simple_checks(at, es, variance, index):
    """SV(t) = ES - AT and SPI(t) = ES / AT: AT 20, ES 18 -> -2, 0.90; AT 24, ES 21 -> -3."""
    planned = np.arange(31.0)
    found = earned_schedule(planned, planned, es)
    assert found - at == variance
    assert found / at == pytest.approx(index)


def test_earned_schedule_is_reckoned_inside_the_month():
    """Lipke's figure: EV between May and June of the plan, ES = 5 + the share of June."""
    planned = [0, 10, 25, 45, 70, 100, 130, 155]
    assert earned_schedule(planned, np.arange(8), 112) == pytest.approx(5 + 12 / 30)


def test_on_the_flat_tail_the_first_time_counts():
    """ES is the first time PV reaches EV: complete work has earned PD, not the tail's end."""
    assert earned_schedule([0, *PV], np.arange(12), 150) == 9
    assert earned_schedule([0, *PV], np.arange(12), 150.000001) == 9
    assert earned_schedule([0, 0, 0, 10], np.arange(4), 0) == 0


def test_where_the_plan_stands_still_the_first_time_counts_whatever_the_rounding():
    """Sums in another order differ in the last digit: months of a pause are not earned by it."""
    plan = [0, 5262.4 - 1e-11, 5262.4, 10_000]
    assert earned_schedule(plan, [0, 54, 336, 400], 5262.4) == pytest.approx(54)
    assert earned_schedule(plan, [0, 54, 336, 400], 5263) > 336


def test_a_jump_of_the_plan_is_earned_only_when_it_is_earned_whole():
    """Where cost falls at an instant, less than all of it earns the instant before it."""
    assert earned_schedule([0, 0, 100, 100], [0, 5, 5, 9], [0, 50, 100]).tolist() == [0, 5, 5]


def test_what_is_not_earned_has_no_time():
    """NaN in, NaN out; a plan without value has no time either."""
    assert np.isnan(earned_schedule([0, 10], [0, 1], np.nan))
    assert np.isnan(estimate("ES", 0.0)).any()


def test_there_are_nine_forecasts_and_no_tenth():
    """Three methods by three factors; another method is refused by name."""
    assert sum(map(len, TIME_FORECASTS.values())) == 9
    with pytest.raises(ValueError, match="XY"):
        time_estimate_at_completion("XY", planned_duration=1, actual_time=1)


@given(st.lists(st.floats(0, 1000), min_size=2, max_size=20), st.floats(0, 1))
def test_the_plan_at_the_earned_schedule_is_what_is_earned(steps, share):
    """PV(ES) = EV, and never before: the law that defines earned schedule."""
    planned, times = np.cumsum([0.0, *steps]), np.arange(len(steps) + 1.0)
    ev = share * planned[-1]
    found = float(earned_schedule(planned, times, ev))
    assert np.interp(found, times, planned) == pytest.approx(ev, abs=1e-6)
    earlier = np.interp(found - 0.01, times, planned) if found >= 0.01 else -1.0
    assert earlier <= ev + 1e-6
