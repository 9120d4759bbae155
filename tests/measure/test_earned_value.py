"""Earned value of a project, from its tables."""

import numpy as np
import pandas as pd
import pytest
from dslib import DSLIB_IDS, TRACKED_IDS, read_dslib
from real_data import needs_data
from small_plan import BASELINE, FRIDAYS, TASKS, small_plan, two_weeks

from pmtools.calendars import WorkCalendar
from pmtools.measure.earned_value import earned_value
from pmtools.metrics import CannotSay, Metric

STARTED = {"task_id": "1", "actual_start": "2026-03-02 08:00"}
PROGRESS = [
    STARTED | {"status_date": FRIDAYS[0], "percent_complete": 75},
    STARTED | {"status_date": FRIDAYS[1], "actual_finish": "2026-03-10 17:00"},
    {
        "status_date": FRIDAYS[1],
        "task_id": "2",
        "actual_start": "2026-03-11 08:00",
        "percent_complete": 50,
    },
]
COSTS = [
    {"date": "2026-03-05", "task_id": "1", "amount": 4000},
    {"date": "2026-03-12", "task_id": "2", "amount": 3500},
]


def measured(status_date=FRIDAYS[1], factor="CPI", **tables):
    content = {"progress": PROGRESS, "costs": COSTS} | tables
    return earned_value(small_plan(status_date, **content), performance_factor=factor)


def value(found, metric):
    number = found.value(metric)
    assert not isinstance(number, CannotSay), f"{metric}: {number}"
    return number


def test_a_late_and_dear_project_by_hand():
    """Week 2 of 3: 8,000 planned, 6,000 earned, 7,500 spent of 10,000; ES is 60 of 80 hours."""
    found = measured()
    expected = {
        Metric.PLANNED_VALUE: 8000,
        Metric.EARNED_VALUE: 6000,
        Metric.ACTUAL_COST: 7500,
        Metric.COST_VARIANCE: -1500,
        Metric.SCHEDULE_VARIANCE: -2000,
        Metric.COST_PERFORMANCE_INDEX: 0.8,
        Metric.SCHEDULE_PERFORMANCE_INDEX: 0.75,
        Metric.BUDGET_AT_COMPLETION: 10_000,
        Metric.ESTIMATE_AT_COMPLETION: 12_500,
        Metric.ESTIMATE_TO_COMPLETE: 5000,
        Metric.VARIANCE_AT_COMPLETION: -2500,
        Metric.TO_COMPLETE_PERFORMANCE_INDEX: 1.6,
        Metric.TO_COMPLETE_PERFORMANCE_INDEX_AT_ESTIMATE: 0.8,
        Metric.EARNED_SCHEDULE: 60,
        Metric.ACTUAL_TIME: 80,
        Metric.PLANNED_DURATION: 120,
        Metric.SCHEDULE_VARIANCE_TIME: -20,
        Metric.SCHEDULE_PERFORMANCE_INDEX_TIME: 0.75,
        Metric.TIME_ESTIMATE_AT_COMPLETION: 160,
        Metric.TO_COMPLETE_SCHEDULE_PERFORMANCE_INDEX: 1.5,
        Metric.PERCENT_COMPLETE: 60,
        Metric.PERCENT_SPENT: 75,
    }
    assert {m: value(found, m) for m in expected} == pytest.approx(expected)
    assert found.cannot_say == {}
    assert found.time_estimate_finish == pd.Timestamp("2026-03-27 17:00"), "four weeks of 40 hours"


def test_each_status_date_is_measured_by_what_was_known_then():
    """Week 1: 3,000 earned; the later report that it is finished changes nothing of it."""
    found = measured().by_date
    assert found["status_date"].tolist() == FRIDAYS[:2]
    assert found["earned_value"].tolist() == [3000, 6000]
    assert found["actual_cost"].tolist() == [4000, 7500]
    first = measured(FRIDAYS[0]).by_date
    assert first.equals(found.iloc[:1]), "an earlier report said the same"


def test_columns_are_those_others_rely_on():
    """Named after the metric, times with their unit, as the contract of the table says."""
    columns = list(measured().by_date)
    assert columns[:9] == [
        "status_date", "planned_value", "earned_value", "actual_cost", "cost_variance",
        "schedule_variance", "cost_performance_index", "schedule_performance_index",
        "budget_at_completion",
    ]  # fmt: skip
    assert {"earned_schedule_hours", "time_estimate_at_completion_hours"} < set(columns)
    assert list(measured().curve) == ["date", "planned_value", "earned_value", "actual_cost"]
    assert list(measured().by_control_account)[:2] == ["control_account", "status_date"]


def test_a_control_account_counts_its_time_from_its_own_start():
    """Account B of the second task: 40 hours planned, earned half of it on its last day."""
    accounts = [task | {"control_account": "AB"[task["id"] != "1"]} for task in TASKS]
    found = measured(tasks=accounts, baseline=BASELINE[:2])
    by_account = found.by_control_account.set_index("control_account")
    assert by_account["earned_value"].to_dict() == {"A": 4000, "B": 2000}
    assert by_account["cost_performance_index"].to_dict() == {"A": 1, "B": pytest.approx(4 / 7)}
    assert by_account.loc["B", ["earned_schedule_hours", "actual_time_hours"]].tolist() == [20, 40]
    assert len(found.by_control_account_and_date) == 4


def test_the_estimate_has_a_range_over_all_factors():
    """From the rest as budgeted to the rest at CPI x SPI; the chosen factor is one of them."""
    found = measured()
    by_factor = found.eac_by_factor.set_index("factor")["estimate_at_completion"]
    assert by_factor["1"] == pytest.approx(11_500)
    assert by_factor["SCI"] == pytest.approx(7500 + 4000 / 0.6)
    assert found.eac_range == pytest.approx((11_500, 7500 + 4000 / 0.6))
    as_budgeted = measured(factor="1")
    assert value(as_budgeted, Metric.ESTIMATE_AT_COMPLETION) == pytest.approx(11_500)
    with pytest.raises(ValueError, match='nearest: "CPI"'):
        measured(factor="CPY")


def test_time_is_estimated_nine_ways_with_dates_in_working_time():
    """ES with PF 1: 80 + 60 hours, so Tuesday of week 4 at noon; no date is a week-end."""
    times = measured().time_estimates.set_index(["method", "factor"])
    assert len(times) == 9
    assert times.loc[("ES", "1"), "time_estimate_at_completion_hours"] == pytest.approx(140)
    assert times.loc[("ES", "1"), "finish"] == pd.Timestamp("2026-03-25 12:00")
    assert WorkCalendar().is_working_day(times["finish"].to_numpy()).all()


def test_a_forecast_beyond_all_calendars_is_no_date():
    """A millionth earned in two weeks says nothing about the end."""
    progress = [STARTED | {"status_date": FRIDAYS[1], "percent_complete": 0.0001}]
    found = measured(progress=progress)
    assert isinstance(found.time_estimate_finish, CannotSay)
    assert found.time_estimates["finish"].isna().any()


def test_the_curve_runs_weekly_over_the_whole_baseline():
    """PV from nothing to BAC; EV and AC end at the status date, and begin at nothing."""
    curve = measured().curve
    assert curve["planned_value"].tolist() == [0, 4000, 8000, 10_000]
    assert curve["earned_value"].tolist()[:3] == [0, 3000, 6000]
    assert curve["actual_cost"].tolist()[:3] == [0, 4000, 7500]
    assert curve[["earned_value", "actual_cost"]].iloc[3].isna().all()
    assert curve["date"].tolist()[1:3] == FRIDAYS[:2]


def test_the_result_reads_as_text_and_as_html():
    """Every measure with its unit or its reason; text of the project is shown, never run."""
    found = measured(header={"currency": "<b>EUR"}, costs=[])
    assert "Earned value (EV)" in str(found)
    assert "cannot say, because no cost is recorded" in str(found)
    assert "60.0 h" in str(found)
    page = found._repr_html_()
    assert "&lt;b&gt;EUR 8,000" in page
    assert "<b>" not in page


@needs_data
@pytest.mark.parametrize("project_id", DSLIB_IDS)
def test_of_executed_projects_every_number_is_known_or_its_absence_explained(project_id):
    """Nothing infinite anywhere; every NaN on the last status date has its reason."""
    found = earned_value(read_dslib(project_id))
    for frame in (found.by_date, found.by_control_account, found.curve, found.eac_by_factor):
        assert not np.isinf(frame.select_dtypes("number").to_numpy()).any()
    for metric in found.cannot_say:
        assert isinstance(found.value(metric), CannotSay)
    if project_id in TRACKED_IDS:
        last = found.by_date.drop(columns="status_date").iloc[-1]
        assert {m.column for m in found.cannot_say} == set(last.index[last.isna()])


@needs_data
@pytest.mark.parametrize("project_id", TRACKED_IDS)
def test_executed_projects_end_with_all_earned_and_their_real_delay(project_id):
    """At the end EV = BAC and SPI = 1, while SPI(t) keeps planned by real duration."""
    last = earned_value(read_dslib(project_id)).by_date.iloc[-1]
    assert last["earned_value"] == last["budget_at_completion"]
    assert last["estimate_at_completion"] == last["actual_cost"]
    assert last["schedule_performance_index"] == pytest.approx(
        last["earned_value"] / last["planned_value"]
    )
    lasted = last["planned_duration_hours"] / last["actual_time_hours"]
    assert last["schedule_performance_index_time"] == lasted
    assert last["time_estimate_at_completion_hours"] == last["actual_time_hours"]


def test_the_s_curve_gives_its_reason_where_there_is_no_curve():
    """Without a baseline there is no planned value to draw; the chart gets the reason instead."""
    plan = small_plan(FRIDAYS[0], baseline=[])
    drawn = earned_value(plan).s_curve()
    assert isinstance(drawn["curve"], CannotSay)
    drawn = earned_value(two_weeks()[1]).s_curve()
    assert drawn["curve"]["planned_value"].max() == drawn["bac"] == 10_000
