"""What is remembered of a week."""

import pandas as pd
import pytest
from small_plan import DESIGN_DONE, FRIDAYS, small_plan

from pmtools.history import History
from pmtools.measure.earned_value import earned_value
from pmtools.measure.record import facts_of_week, record_week, recorded_weeks
from pmtools.metrics import CannotSay
from pmtools.schedule import schedule
from pmtools.simulate import simulate

INVOICE = {"date": "2026-03-05", "task_id": "1", "amount": 5000}


def week(costs=(INVOICE,), status_date=FRIDAYS[0]):
    plan = small_plan(status_date, [DESIGN_DONE], costs=list(costs))
    return schedule(plan), earned_value(plan)


def test_a_week_is_recorded_once(tmp_path):
    """The same week again is known already; a correction is a new revision."""
    database = str(tmp_path / "history.sqlite")
    first, again = record_week(database, *week()), record_week(database, *week())
    assert (first.revision, first.is_new) == (1, True)
    assert (again.revision, again.is_new) == (1, False)
    assert record_week(database, *week(costs=[INVOICE | {"amount": 1}])).revision == 2
    assert list(History(database).milestones("P1")["name"].unique()) == ["Go live"]


def test_the_plan_of_a_week_is_remembered_with_its_figures(tmp_path):
    """What was known then can be asked for later, whatever the files have become."""
    database = str(tmp_path / "history.sqlite")
    plan, value = week()
    assert record_week(database, plan, value).has_new_snapshot
    assert History(database).project("P1").equals(plan.project)


def test_the_figures_stand_with_the_reason_where_there_is_none():
    """A figure that cannot be said is remembered as such, never as zero."""
    known = facts_of_week(*week()).metrics.set_index("metric")
    assert known.loc["earned_value", "value"] == 4000
    assert known.loc["cost_performance_index", "value"] == 0.8
    assert (known["cannot_say"] == "").all()
    unknown = facts_of_week(*week(costs=())).metrics.set_index("metric")
    assert pd.isna(unknown.loc["actual_cost", "value"])
    assert unknown.loc["actual_cost", "cannot_say"] == "no cost is recorded"
    assert unknown["value"].dtype == "float64"


def test_forecasts_are_remembered_before_the_outcome_is_known():
    """The finish by the critical path, and the cost by every performance factor."""
    plan, value = week()
    found = facts_of_week(plan, value).forecasts.set_index("method")
    assert found.loc["critical path", "finish"] == plan.finish
    assert found.loc["CPI", "amount"] == 12_500
    assert found.loc["1", "amount"] == 11_000
    assert found.loc["EAC(t) ES, SPI(t)", "finish"] == pd.Timestamp("2026-03-20 17:00")
    assert (found.loc["baseline", "finish"] == pd.Timestamp("2026-03-20 17:00")).any()
    assert (found.loc["baseline", "amount"] == 10_000).any()
    assert list(found["quantity"]) == ["finish"] * 11 + ["cost"] * 9
    assert found["probability"].isna().all()
    without = facts_of_week(*week(costs=())).forecasts
    assert list(without["method"].unique()[:2]) == ["critical path", "baseline"]
    assert list(without.loc[without["quantity"] == "cost", "method"]) == ["baseline"]


def test_ranges_are_remembered_with_their_chance(tmp_path):
    """P10 to P95 of the simulated finish, cost and milestones; where it cannot say, none."""
    points = {"task_id": "3", "optimistic_hours": 32, "pessimistic_hours": 80}
    plan = small_plan(FRIDAYS[0], [DESIGN_DONE], costs=[INVOICE], estimates=[points])
    found, value = simulate(plan, n_trials=100), earned_value(plan)
    database = str(tmp_path / "history.sqlite")
    assert record_week(database, schedule(plan), value, found).is_new
    said = History(database).forecasts("P1").query("method == 'simulation'")
    assert set(said["quantity"]) == {"finish", "cost", "milestone:4"}
    p80 = said[(said["quantity"] == "finish") & (said["probability"] == 0.8)]
    assert p80["finish"].item() == found.finish_at(0.8)
    assert (said["spent"] == 5000).all()
    certain = simulate(small_plan(FRIDAYS[0], [DESIGN_DONE]))
    assert isinstance(certain, CannotSay)
    assert facts_of_week(*week(), certain).forecasts["probability"].isna().all()


def test_milestones_are_remembered_with_their_forecast():
    """Go live was approved and is forecast for 20 March."""
    found = facts_of_week(*week()).milestones.iloc[0]
    assert (found["name"], found["is_done"]) == ("Go live", False)
    assert found["baseline"] == found["forecast"] == pd.Timestamp("2026-03-20 17:00")


def test_without_a_database_or_a_status_date_nothing_is_recorded(tmp_path):
    """And it says so."""
    assert isinstance(record_week("", *week()), CannotSay)
    plan = small_plan()
    undated = (schedule(plan), earned_value(plan))
    assert isinstance(record_week(str(tmp_path / "h.sqlite"), *undated), CannotSay)
    with pytest.raises(ValueError, match="status date"):
        facts_of_week(*undated)


def test_the_weeks_of_a_project_are_listed_from_the_history(tmp_path):
    """Those of other projects are not; without a history there is a reason."""
    path = str(tmp_path / "history.sqlite")
    plan, value = week()
    record_week(path, plan, value)
    assert recorded_weeks(path, plan.project)["status_date"].tolist() == [FRIDAYS[0]]
    assert recorded_weeks(path, small_plan(header={"id": "P2"})).empty
    assert str(recorded_weeks("", plan.project)).startswith("cannot say, because no history")
