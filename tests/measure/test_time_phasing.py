"""Amounts spread over working time, by period and group."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmtools.calendars import WorkCalendar
from pmtools.measure.budget import ELAPSED, time_phased
from pmtools.measure.time_phasing import accrued, amounts_by_period

MONDAY = pd.Timestamp("2026-03-02")
OFFICE = WorkCalendar()
NIGHT = WorkCalendar("night", "Night", (((1320, 1800),),) * 4 + ((),) * 3)
CALENDARS = {"": OFFICE, "night": NIGHT}
HOURS = st.integers(-50, 600)


@st.composite
def works(draw):
    """Up to 12 windows in three groups, also empty ones and those without working time."""
    rows = draw(
        st.lists(
            st.tuples(
                HOURS, st.integers(0, 400), st.sampled_from(["", "night", ELAPSED]),
                st.floats(0, 1e4), st.integers(0, 2),
            ),
            max_size=12,
        )
    )  # fmt: skip
    frame = pd.DataFrame(rows, columns=["at", "length", "calendar_id", "amount", "group"])
    hour = pd.Timedelta(hours=1)
    frame = frame.astype({"calendar_id": "str", "amount": "float64"})
    start = MONDAY + frame["at"].astype("int64") * hour
    return frame.assign(start=start, finish=start + frame["length"].astype("int64") * hour)


def exploded(work, edges):
    """The plain way: a row for each amount and period, its share there, and their sum."""
    rows = work.assign(period=[list(range(len(edges) - 1))] * len(work)).explode("period")
    total = np.zeros((3, len(edges) - 1))
    for row in rows.itertuples():
        calendar = (
            WorkCalendar.always() if row.calendar_id == ELAPSED else CALENDARS[row.calendar_id]
        )
        if calendar.hours_between(row.start, row.finish) == 0:
            calendar = WorkCalendar.always()
        begin = min(max(edges[row.period], row.start), row.finish)
        end = min(max(edges[row.period + 1], row.start), row.finish)
        whole = calendar.hours_between(row.start, row.finish)
        if whole > 0:
            share = calendar.hours_between(begin, end) / whole
            total[row.group, row.period] += row.amount * share
    return total


@given(works(), st.lists(HOURS, min_size=2, max_size=8))
@settings(max_examples=40, deadline=None)
def test_periods_hold_what_their_working_time_is_of_the_window(work, at):
    """The closed form is the sum over a row for each assignment and day, to 1e-9."""
    edges = MONDAY + pd.to_timedelta(sorted(at), unit="h")
    found = amounts_by_period(work, CALENDARS, edges, work["group"], 3)
    np.testing.assert_allclose(found, exploded(work, edges), rtol=0, atol=1e-9)


@given(works())
@settings(max_examples=40, deadline=None)
def test_periods_that_hold_the_windows_hold_all_of_the_amounts(work):
    """Nothing is lost or doubled at the border of a period, whatever it is."""
    edges = pd.date_range("2026-02-20", "2026-05-01", unit="us")
    found = amounts_by_period(work, CALENDARS, edges, work["group"], 3)
    amounts = work["amount"].where(work["length"] > 0, 0.0)
    for group in range(3):
        assert found[group].sum() == pytest.approx(amounts[work["group"] == group].sum(), abs=1e-9)


@given(works(), st.lists(HOURS, max_size=8))
@settings(max_examples=40, deadline=None)
def test_planned_value_of_groups_is_that_of_their_tasks(work, at):
    """Of each date: what accrued at starts, over working time and at finishes, summed up."""
    dates = MONDAY + pd.to_timedelta(sorted(at), unit="h")
    parts = {"at_start": work["amount"] / 3, "prorated": work["amount"], "at_end": 1.0}
    budget = work.assign(**parts)
    found = accrued(budget, CALENDARS, dates, work["group"].to_numpy(), 3)
    by_task = time_phased(budget, CALENDARS, dates)
    for group in range(3):
        expected = by_task[:, (work["group"] == group).to_numpy()].sum(axis=1)
        np.testing.assert_allclose(found[:, group], expected, rtol=0, atol=1e-8)


def test_a_day_of_eight_hours_of_ten():
    """Friday noon to Tuesday noon, 16 hours of work: 4 on Friday, 8 on Monday, 4 on Tuesday."""
    work = pd.DataFrame({"start": [MONDAY + pd.Timedelta("4D12h")], "calendar_id": [""],
                         "finish": [MONDAY + pd.Timedelta("8D12h")], "amount": [32.0]})  # fmt: skip
    edges = pd.date_range(MONDAY + pd.Timedelta("4D"), periods=6, unit="us")
    found = amounts_by_period(work, CALENDARS, edges, [0], 1)
    assert found.tolist() == [[8.0, 0.0, 0.0, 16.0, 8.0]]
