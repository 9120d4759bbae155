"""Budgets of the baseline, and when they fall."""

import numpy as np
import pandas as pd
import pytest
from dslib import DSLIB_IDS, dslib_tasks, read_dslib
from hypothesis import given, settings
from hypothesis import strategies as st
from real_data import needs_data
from small_plan import BASELINE, FRIDAYS, TASKS, small_plan

from pmtools.calendars import WorkCalendar
from pmtools.measure.budget import (
    approved_baseline,
    budget_of,
    control_accounts,
    rates_on,
    time_phased,
    unpriced_plan,
)
from pmtools.project.working_time import calendars_of

DATES = pd.DatetimeIndex(pd.date_range("2026-03-01", "2026-03-23", freq="5h"))
BUILD = {"task_id": "2", "start": "2026-03-09 08:00", "finish": "2026-03-13 17:00"}
MONEY = st.integers(0, 5000)


def planned(project, dates=FRIDAYS):
    budget = budget_of(project)
    return time_phased(budget, calendars_of(project), pd.DatetimeIndex(dates)).sum(axis=1)


def of_build(project):
    return budget_of(project).set_index("task_id").loc["2"]


def test_the_planned_value_of_each_friday_is_the_budget_of_the_weeks_before():
    """Three tasks of a week each: 4,000, 4,000 and 2,000."""
    assert planned(small_plan()).tolist() == [4000, 8000, 10_000]


def test_cost_that_is_prorated_is_spread_over_working_time_not_over_the_clock():
    """Wednesday noon is half of the week; Friday 17:00, Sunday and Monday 08:00 are the same."""
    dates = ["2026-03-04 12:00", "2026-03-06 17:00", "2026-03-08 20:00", "2026-03-09 08:00"]
    assert planned(small_plan(), dates).tolist() == [2000, 4000, 4000, 4000]


def test_a_task_of_day_and_night_is_spread_over_the_clock():
    """An elapsed task goes on over the week-end."""
    tasks = [TASKS[0] | {"is_elapsed": True}, *TASKS[1:]]
    baseline = [BASELINE[0] | {"start": "2026-03-06 00:00", "finish": "2026-03-08 00:00"}]
    project = small_plan(tasks=tasks, baseline=baseline)
    assert planned(project, ["2026-03-06 12:00", "2026-03-07 00:00"]).tolist() == [1000, 2000]


@pytest.mark.parametrize(
    ("accrual", "values"),
    [("start", [1000] * 3), ("end", [0, 0, 1000]), ("prorated", [0, 500, 1000])],
)
def test_fixed_cost_falls_as_its_accrual_says(accrual, values):
    """At the start, at the end, or prorated over the duration."""
    tasks = [TASKS[0] | {"cost_accrual": accrual}, *TASKS[1:]]
    baseline = [BASELINE[0] | {"cost": 1000, "fixed_cost": 1000}]
    dates = ["2026-03-02 08:00", "2026-03-04 12:00", "2026-03-06 17:00"]
    assert planned(small_plan(tasks=tasks, baseline=baseline), dates).tolist() == values


def test_without_a_cost_the_budget_is_fixed_cost_and_work_at_its_rates_and_cost_of_use():
    """40 h x 50 + 20 h x 80 + 100 for each use + 300 fixed; a rate counts from its first day."""
    project = small_plan(
        baseline=[BUILD | {"duration_hours": 40, "fixed_cost": 300}],
        assignments=[
            {"task_id": "2", "resource_id": "ann", "units": 1},
            {"task_id": "2", "resource_id": "bob", "units": 0.5},
        ],
        resources=[{"id": "ann", "name": "Ann", "cost_per_use": 100}, {"id": "bob", "name": "Bob"}],
        rates=[
            {"resource_id": "ann", "from": None, "hourly_rate": 40},
            {"resource_id": "ann", "from": "2026-03-09", "hourly_rate": 50},
            {"resource_id": "ann", "from": "2026-03-10", "hourly_rate": 90},
            {"resource_id": "bob", "from": None, "hourly_rate": 80},
        ],
    )
    build = of_build(project)
    assert build["budget"] == 2000 + 1600 + 100 + 300
    assert (build["at_start"], build["prorated"], build["at_end"]) == (100, 3900, 0)


def test_approved_work_counts_and_not_what_is_assigned_since():
    """A baseline of 20 hours costs 20 hours, though 40 are assigned now."""
    project = small_plan(
        baseline=[BUILD | {"duration_hours": 40, "work_hours": 20}],
        assignments=[{"task_id": "2", "resource_id": "ann"}],
        rates=[{"resource_id": "ann", "hourly_rate": 50}],
    )
    assert of_build(project)["budget"] == 1000


def test_material_costs_its_amount_and_falls_as_the_resource_says():
    """Ten switches at 120, used once, paid at the end."""
    project = small_plan(
        baseline=[BUILD | {"duration_hours": 40}],
        resources=[
            {"id": "switch", "name": "Switch", "kind": "material", "cost_accrual": "end",
             "cost_per_use": 30},
        ],
        assignments=[
            {"task_id": "2", "resource_id": "switch", "units": 10, "is_fixed_quantity": True}
        ],
        rates=[{"resource_id": "switch", "hourly_rate": 120}],
    )  # fmt: skip
    build = of_build(project)
    assert (build["at_start"], build["prorated"], build["at_end"]) == (0, 0, 1230)


def test_work_without_a_rate_has_no_budget():
    """Not zero: it cannot be known, and who lacks the rate is named."""
    project = small_plan(
        baseline=[BUILD | {"duration_hours": 40}],
        assignments=[{"task_id": "2", "resource_id": "ann"}],
    )
    assert np.isnan(of_build(project)["budget"])
    assert unpriced_plan(project) == ("Ann",)


def test_an_approved_cost_is_never_exceeded_by_its_parts():
    """Cost of use above the approved cost is cut: the budget is what was approved."""
    project = small_plan(
        baseline=[BUILD | {"cost": 60}],
        resources=[{"id": "ann", "name": "Ann", "cost_per_use": 100}],
        assignments=[{"task_id": "2", "resource_id": "ann"}],
    )
    build = of_build(project)
    assert (build["budget"], build["at_start"], build["prorated"]) == (60, 60, 0)


def test_the_baseline_approved_last_counts():
    """By its day of approval; without one, the last in the table; never a summary's sum."""
    first = BUILD | {"baseline": "B", "cost": 1, "approved_date": "2026-02-02"}
    second = BUILD | {"baseline": "A", "cost": 2, "approved_date": "2026-02-01"}
    assert approved_baseline(small_plan(baseline=[first, second]))["cost"].tolist() == [1]
    undated = [row | {"approved_date": None} for row in (first, second)]
    assert approved_baseline(small_plan(baseline=undated))["cost"].tolist() == [2]
    summary = [TASKS[0], TASKS[1] | {"kind": "summary"}]
    assert approved_baseline(small_plan(tasks=summary, baseline=[first], links=[])).empty


def test_a_task_that_left_the_plan_keeps_its_budget():
    """Until another baseline is approved, the budget at completion stays."""
    project = small_plan(baseline=[*BASELINE, BUILD | {"task_id": "gone", "cost": 500}])
    assert budget_of(project)["budget"].sum() == 10_500


def test_a_task_belongs_to_the_control_account_of_the_summary_above_it():
    """Unless it has one of its own."""
    tasks = [
        {"id": "S", "name": "Phase", "kind": "summary", "control_account": "CA1"},
        {"id": "T", "name": "Part", "kind": "summary", "parent_id": "S"},
        {"id": "1", "name": "Deep", "parent_id": "T"},
        {"id": "2", "name": "Own", "parent_id": "S", "control_account": "CA2"},
        {"id": "3", "name": "Free"},
    ]
    accounts = control_accounts(small_plan(tasks=tasks, links=[], baseline=[]))
    assert accounts.to_dict() == {"S": "CA1", "T": "CA1", "1": "CA1", "2": "CA2", "3": ""}


def test_a_rate_holds_from_its_day_on():
    """The day before there is the earlier rate, or none."""
    rates = small_plan(
        rates=[
            {"resource_id": "bob", "from": "2026-03-01", "hourly_rate": 70},
            {"resource_id": "bob", "from": "2026-03-10", "hourly_rate": 75},
        ]
    ).rates
    days = pd.Series(pd.to_datetime(["2026-03-10", "2026-02-28", "2026-03-09"]))
    found = rates_on(rates, pd.Series(["bob"] * 3, dtype="str"), days)
    assert found.tolist()[0::2] == [75, 70]
    assert np.isnan(found[1])


@settings(deadline=None)
@given(MONEY, MONEY, MONEY, st.integers(0, 400), st.integers(0, 200))
def test_the_planned_value_never_falls_and_ends_at_the_budget(first, even, last, begin, hours):
    """Whatever the accrual; and what accrues at the start is never behind what does at the end."""
    calendar = WorkCalendar()
    start = pd.Timestamp("2026-03-01") + pd.Timedelta(hours=begin)
    budget = pd.DataFrame(
        {
            "calendar_id": ["", "", "", ""],
            "start": [start] * 4,
            "finish": [calendar.add(start, hours)] * 4,
            "at_start": [first, even, 0, 0],
            "prorated": [even, 0, even, 0],
            "at_end": [last, 0, 0, even],
        }
    )
    dates = pd.date_range(start - pd.Timedelta(days=2), periods=400, freq="3h")
    values = time_phased(budget, {"": calendar}, dates)
    assert (np.diff(values, axis=0) >= 0).all()
    assert values[0].tolist() == [0, 0, 0, 0]
    assert values[-1] == pytest.approx([first + even + last, even, even, even])
    assert (values[:, 1] >= values[:, 2]).all()
    assert (values[:, 2] >= values[:, 3]).all()


@needs_data
@pytest.mark.parametrize("project_id", DSLIB_IDS)
def test_budgets_of_executed_projects_are_those_of_the_source_tool(project_id):
    """By our own rules from rates, uses and fixed cost where the baseline's cost is left out.

    Cost per hour of the task itself is no part of a project here and is added by hand.
    """
    project, raw = read_dslib(project_id), dslib_tasks(project_id)
    own = raw["cost_per_h"] * raw["baseline_duration_h"]
    bare = project.baseline.assign(cost=np.nan)
    found = budget_of(project.replace(baseline=bare))["budget"] + own
    assert np.abs(found - raw["baseline_cost_total"]).max() < 0.01
    assert budget_of(project)["budget"].tolist() == raw["baseline_cost_total"].tolist()
