"""Milestones: approved, forecast last time, forecast now."""

import pandas as pd
from small_plan import BASELINE, FRIDAYS, small_plan, two_weeks

from pmtools.measure.budget import last_approved
from pmtools.measure.milestones import milestone_trend, milestones, schedule_weeks


def test_a_slip_is_counted_in_working_days_against_baseline_and_last_forecast():
    """Build has three days left on Friday evening: go live moves from 20 to 25 March."""
    found = milestones(schedule_weeks(two_weeks())).iloc[0]
    assert found["name"] == "Go live"
    assert found["owner"] == "Bob"
    assert found["last_forecast"] == pd.Timestamp("2026-03-20 17:00")
    assert found["forecast"] == pd.Timestamp("2026-03-25 17:00")
    assert (found["slip_days"], found["slip_since_last_days"]) == (3.0, 3.0)


def test_a_weekend_between_two_dates_is_no_slip():
    """Friday 17:00 and Monday 08:00 are the same working instant."""
    late = [dict(row) for row in BASELINE]
    late[3] |= {"start": "2026-03-23 08:00", "finish": "2026-03-23 08:00"}
    plan = small_plan(FRIDAYS[0], baseline=late)
    assert milestones(schedule_weeks([plan])).iloc[0]["slip_days"] == 5.0
    on_time = two_weeks()[0].replace(baseline=pd.DataFrame(late))
    assert milestones(schedule_weeks([on_time])).iloc[0]["slip_days"] == 0.0


def test_without_a_baseline_there_is_no_slip():
    """A slip against nothing is not a number."""
    found = milestones(schedule_weeks([small_plan(FRIDAYS[0], baseline=[])])).iloc[0]
    assert pd.isna(found["slip_days"])
    assert pd.isna(found["baseline"])


def test_the_trend_has_one_forecast_a_week_and_milestone():
    """The trend shows what was known then, not what is known now."""
    trend = milestone_trend(schedule_weeks(two_weeks()))
    assert list(trend["status_date"]) == FRIDAYS[:2]
    assert [str(f.date()) for f in trend["forecast"]] == ["2026-03-20", "2026-03-25"]


def test_a_renamed_milestone_stays_one_line_of_the_trend():
    """Every week is shown under the name of now."""
    first, second = two_weeks()
    renamed = second.tasks.assign(name=second.tasks["name"].replace("Go live", "Launch"))
    trend = milestone_trend(schedule_weeks([first, second.replace(tasks=renamed)]))
    assert list(trend["name"]) == ["Launch", "Launch"]


def test_without_a_status_date_there_is_no_trend():
    """A forecast belongs to the day on which it was made."""
    trend = milestone_trend(schedule_weeks([small_plan()]))
    assert trend.empty
    assert list(trend) == ["status_date", "task_id", "name", "forecast", "is_done"]


def test_a_plan_without_milestones_shows_its_outermost_tasks():
    """Who has no milestones still sees the forecast of what the plan is made of."""
    plan = small_plan(tasks=small_plan().tasks.iloc[:3], links=[])
    assert list(milestones(schedule_weeks([plan]))["name"]) == ["Design", "Build", "Test"]


def test_the_baseline_that_counts_is_the_one_approved_last():
    """A re-baseline replaces the earlier one for measuring; the earlier stays in the table."""
    rows = [
        {**BASELINE[0], "baseline": "b2", "approved_date": "2026-03-05", "cost": 5000},
        {**BASELINE[0], "baseline": "b1", "approved_date": "2026-01-05"},
    ]
    plan = small_plan(baseline=rows)
    assert list(last_approved(plan)["cost"]) == [5000]
    assert len(plan.baseline) == 2
