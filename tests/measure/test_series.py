"""Planned, earned and spent over time, of the project and each control account."""

import numpy as np
import pandas as pd
import pytest
from dslib import DSLIB_IDS, TRACKED_IDS, dslib_table, read_dslib
from hypothesis import given, settings
from hypothesis import strategies as st
from real_data import needs_data
from small_plan import BASELINE, FRIDAYS, TASKS, small_plan

from pmtools.measure.series import ValueSeries

DATES = pd.DatetimeIndex(FRIDAYS)
ACCRUALS = ("start", "prorated", "end")
METHODS = ("percent_complete", "0/100", "50/50", "25/75", "level_of_effort")


@st.composite
def projects(draw):
    """The small plan with any accrual, rule, account, progress and cost."""
    tasks = [
        task
        | {
            "cost_accrual": draw(st.sampled_from(ACCRUALS)),
            "ev_method": draw(st.sampled_from(METHODS)),
            "control_account": draw(st.sampled_from(["", "A", "B"])),
        }
        for task in TASKS
    ]
    baseline = [row | {"fixed_cost": draw(st.integers(0, row["cost"]))} for row in BASELINE]
    progress = [
        {"status_date": date, "task_id": str(n), "percent_complete": draw(st.integers(0, 100)),
         "actual_start": draw(st.sampled_from([None, "2026-03-02 08:00"]))}
        for date in FRIDAYS for n in range(1, 5)
    ]  # fmt: skip
    costs = [
        {"date": date.normalize(), "task_id": draw(st.sampled_from(["", "1", "2", "x"])),
         "amount": draw(st.integers(1, 5000))}
        for date in FRIDAYS
    ]  # fmt: skip
    return small_plan(tasks=tasks, baseline=baseline, progress=progress, costs=costs)


@settings(max_examples=30, deadline=None)
@given(projects())
def test_control_accounts_add_up_to_the_project(project):
    """Budget, planned, earned and spent: nothing is lost and nothing counted twice."""
    series = ValueSeries.of(project)
    for values in (series.planned(DATES), series.earned(DATES), series.spent(DATES)):
        assert values[:, 1:].sum(axis=1) == pytest.approx(values[:, 0])
    assert series.budgets()[1:].sum() == pytest.approx(series.budgets()[0])


@settings(max_examples=30, deadline=None)
@given(projects())
def test_nothing_earns_more_than_its_budget(project):
    """EV <= BAC, of the project and of every account, and the plan ends at BAC."""
    series = ValueSeries.of(project)
    assert (series.earned(DATES) <= series.budgets()).all()
    assert series.planned(DATES)[-1].tolist() == series.budgets().tolist()


@settings(max_examples=30, deadline=None)
@given(projects())
def test_earned_schedule_lies_between_nothing_and_the_planned_duration(project):
    """And no more time has passed than the calendar has, whatever the progress."""
    series = ValueSeries.of(project)
    es, at, duration = (values[:, 0] for values in series.times(DATES, series.earned(DATES)))
    assert (es >= 0).all()
    assert (es <= duration).all()
    assert duration.tolist() == [120, 120, 120]
    assert (at <= [40, 80, 120]).all()


def test_time_stops_when_the_work_is_finished():
    """A project finished on Wednesday of week 2 is not later each week that passes after it."""
    done = {"status_date": FRIDAYS[1], "actual_start": "2026-03-02 08:00",
            "actual_finish": "2026-03-11 17:00"}  # fmt: skip
    progress = [done | {"task_id": str(n)} for n in range(1, 5)]
    series = ValueSeries.of(small_plan(progress=progress))
    es, at, _ = series.times(DATES, series.earned(DATES))
    assert at[1:, 0].tolist() == [64, 64]
    assert es[1:, 0].tolist() == [120, 120]


def test_an_account_of_support_only_is_never_ahead_of_its_plan():
    """Level of effort is earned as planned, so it is not complete before its time."""
    tasks = [TASKS[0] | {"ev_method": "level_of_effort", "control_account": "S"}, *TASKS[1:]]
    progress = [{"status_date": "2026-03-04 12:00", "task_id": "2"}]
    series = ValueSeries.of(small_plan(tasks=tasks, progress=progress))
    dates = pd.DatetimeIndex(["2026-03-04 12:00"])
    es, at, duration = series.times(dates, series.earned(dates))
    position = list(series.groups).index("S")
    assert (es[0, position], at[0, position], duration[0, position]) == (20, 20, 40)


@needs_data
@pytest.mark.parametrize("project_id", TRACKED_IDS)
def test_planned_earned_and_spent_of_executed_projects(project_id):
    """PV, EV and AC on every status date, within half a currency unit.

    Ghent OR-AS database (Batselier and Vanhoucke 2015) under the cost rules of the data's README.
    """
    expected = dslib_table(project_id, "evm_series_derived")
    series, dates = (
        ValueSeries.of(read_dslib(project_id)),
        pd.DatetimeIndex(expected["status_date"]),
    )
    found = (series.planned(dates), series.earned(dates), series.spent(dates))
    for values, name in zip(found, ("PV", "EV", "AC"), strict=True):
        assert np.abs(values[:, 0] - expected[name]).max() < 0.5


@needs_data
def test_all_status_dates_of_the_executed_projects_are_compared():
    """140 status dates of 9 projects, no fewer."""
    counts = [len(dslib_table(project_id, "evm_series_derived")) for project_id in TRACKED_IDS]
    assert (len(DSLIB_IDS), len(counts), sum(counts)) == (16, 9, 140)
