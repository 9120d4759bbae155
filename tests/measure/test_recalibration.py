"""Ranges from what became of past forecasts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmtools.measure.recalibration import ranges_from_record
from pmtools.metrics import CannotSay

PROMISED = (0.5, 0.8, 0.9)


def record(actual, forecast=100.0, so_far=0.0, n_weeks=1):
    """One project an actual."""
    rows = pd.DataFrame({"actual": actual, "forecast": forecast, "so_far": so_far})
    rows["project_id"] = [f"P{n}" for n in range(len(rows))]
    return pd.concat([rows] * n_weeks, ignore_index=True)


def test_ranges_are_past_ratios_of_what_was_left():
    """Ten projects said 100 days and took 110 to 200: of 10 days left, 16, 19 and 20.

    The rank is (n + 1) p: the sixth, the ninth and the tenth of ten.
    """
    found = ranges_from_record(record(np.arange(110.0, 201, 10)), 40, 50, PROMISED)
    assert found == pytest.approx([40 + 16, 40 + 19, 40 + 20])


def test_forecasts_that_say_nothing_are_not_followed():
    """Where all took 50 days whatever was said, 50 is the forecast."""
    said = np.linspace(20, 200, 12)
    assert ranges_from_record(record(50.0, said), 0, 10, PROMISED) == pytest.approx([50] * 3)


def test_forecasts_that_are_wrong_by_the_same_share_are_corrected_by_it():
    """Where all took twice as long as was left, twice as long is the forecast."""
    said = np.linspace(20, 200, 12)
    found = ranges_from_record(record(10 + 2 * (said - 10), said, 10.0), 7, 57, PROMISED)
    assert found == pytest.approx([107] * 3)


def test_a_better_forecast_never_makes_it_later():
    """A slope below zero, by chance in few projects, is taken as none."""
    said = np.linspace(20, 200, 12)
    low, high = (ranges_from_record(record(said[::-1], said), 0, s, PROMISED) for s in (30, 150))
    assert low == pytest.approx(high)


def test_fewer_than_ten_finished_projects_cannot_be_said():
    """And the count is given."""
    found = ranges_from_record(record(np.arange(1.0, 10)), 0, 10, PROMISED)
    assert isinstance(found, CannotSay)
    assert "9 finished projects; 10 are needed" in str(found)


def test_a_probability_that_the_record_cannot_show_is_not_said():
    """The highest of ten is passed by the eleventh once in eleven: P95 is beyond it."""
    found = ranges_from_record(record(np.arange(110.0, 201, 10)), 0, 10, (0.9, 0.95))
    assert np.isnan(found).tolist() == [False, True]


def test_forecasts_of_one_project_are_worth_more_than_one_as_far_as_they_differ():
    """Ten weeks that miss by the same tell what one tells; where weeks differ, the rank is lower.

    Ten projects of ten weeks each, whose weeks miss by ten different ratios: a hundred
    independent forecasts, so that P50 is the middle one and no longer the sixth of ten.
    """
    same = record(np.arange(110.0, 201, 10), n_weeks=10)
    assert ranges_from_record(same, 0, 100, PROMISED) == pytest.approx([160, 190, 200])
    ratios = np.arange(110.0, 201, 10)
    rows = pd.concat([record(np.roll(ratios, week)) for week in range(10)])
    assert ranges_from_record(rows, 0, 100, (0.49, 0.79)) == pytest.approx([150, 180])


@pytest.mark.parametrize(("n", "n_weeks"), [(10, 1), (20, 5), (40, 1)])
def test_as_many_hold_as_were_promised_where_the_next_project_is_like_the_past_ones(n, n_weeks):
    """600 times, the next project is drawn as the past ones were: within four standard errors."""
    draw, is_held = np.random.default_rng(1), []
    for _ in range(600):
        size = np.exp(draw.normal(4, 0.6, n + 1))
        rows = record(size * np.exp(draw.normal(0.2, 0.4, n + 1)), n_weeks=n_weeks)
        said = np.tile(size, n_weeks) * np.exp(draw.normal(0, 0.2, len(rows)))
        rows["forecast"] = said
        is_next = rows["project_id"] == f"P{n}"
        now = rows[is_next].iloc[0]
        found = ranges_from_record(rows[~is_next], 0, now["forecast"], PROMISED)
        is_held.append(now["actual"] <= found)
    promised = np.array(PROMISED)
    error = 4 * np.sqrt(promised * (1 - promised) / 600)
    # One rank of n more or less is as near as n projects can come.
    assert (np.abs(np.mean(is_held, axis=0) - promised) <= error + 1 / (n + 1)).all()


def test_a_project_counts_once_however_often_it_was_forecast():
    """Ninety weeks of one late project are one late project."""
    late = record([400.0], n_weeks=90).assign(project_id="late")
    rows = pd.concat([record(np.arange(110.0, 211, 10)), late])
    found = ranges_from_record(rows, 0, 100, PROMISED)
    assert found == pytest.approx([170, 210, 400])


def test_a_forecast_that_is_past_due_still_gets_a_range():
    """A twentieth of it counts as left: nobody is finished because the plan says so."""
    found = ranges_from_record(record(np.arange(110.0, 201, 10)), 120, 100, PROMISED)
    assert found == pytest.approx([120 + 8, 120 + 9.5, 120 + 10])


def test_where_nothing_is_left_nothing_is_said():
    """A forecast of zero is no forecast."""
    found = ranges_from_record(record(np.arange(110.0, 201, 10)), 0, 0, PROMISED)
    assert "nothing is left" in str(found)


amounts = st.floats(1, 1e4)


@given(
    st.lists(st.tuples(amounts, amounts), min_size=10, max_size=30),
    st.tuples(amounts, amounts, amounts),
)
def test_ranges_widen_with_the_probability_and_never_lie_in_the_past(rows, now):
    """P50 <= P80 <= P90; more left is never forecast to be over earlier."""
    actual, said = np.array(rows).T
    so_far, left, more = now
    known = record(actual, said)
    found = ranges_from_record(known, so_far, so_far + left, PROMISED)
    later = ranges_from_record(known, so_far, so_far + left + more, PROMISED)
    assert (np.diff(found) >= 0).all()
    assert (found > so_far).all()
    assert (later >= found * (1 - 1e-9)).all()


@given(st.lists(amounts, min_size=10, max_size=30), st.floats(1e-3, 1e3))
def test_the_unit_does_not_matter(actual, unit):
    """Days or hours, euros or cents: the same range."""
    days = ranges_from_record(record(actual), 3, 30, PROMISED)
    rows = record(np.array(actual) * unit, 100 * unit)
    assert ranges_from_record(rows, 3 * unit, 30 * unit, PROMISED) / unit == pytest.approx(days)
