"""Approving a baseline."""

import pandas as pd
import pytest
from small_plan import BASELINE, small_plan

from pmtools.errors import ProjectError
from pmtools.measure.baseline import approve
from pmtools.measure.budget import budget_of
from pmtools.schedule import schedule

WHEN = pd.Timestamp("2026-03-01")


def approved(plan, name="approved"):
    return approve(schedule(plan), name=name, approved_by="Board", approved_date=WHEN)


def test_the_approved_dates_are_those_of_the_schedule():
    """The plan as it stands becomes the baseline, to the minute."""
    rows = approved(small_plan(baseline=[])).baseline.set_index("task_id")
    assert rows.loc["3", "start"] == pd.Timestamp("2026-03-16 08:00")
    assert rows.loc["4", "finish"] == pd.Timestamp("2026-03-20 17:00")
    assert set(rows["approved_by"]) == {"Board"}


def test_the_approved_cost_is_fixed_cost_work_and_use():
    """40 h at 100, 50 for the use, 500 fixed: 4,550."""
    tasks = small_plan().tasks.assign(fixed_cost=[500.0, 0, 0, 0])
    plan = small_plan(
        tasks=tasks, baseline=[],
        resources=[{"id": "ann", "name": "Ann", "cost_per_use": 50}, {"id": "bob", "name": "Bob"}],
        rates=[{"resource_id": "ann", "hourly_rate": 100}],
        assignments=[{"task_id": "1", "resource_id": "ann"}],
    )  # fmt: skip
    result = approved(plan)
    assert result.baseline.set_index("task_id").loc["1", "cost"] == 4550
    assert result.baseline.set_index("task_id").loc["1", "work_hours"] == 40
    assert budget_of(result)["budget"].sum() == 4550


def test_earlier_baselines_are_kept_and_the_new_one_counts():
    """A re-baseline adds rows; it never replaces any."""
    plan = small_plan()
    result = approved(plan)
    assert len(result.baseline) == 2 * len(BASELINE)
    assert result.baseline.iloc[: len(BASELINE)].equals(plan.baseline)


def test_a_name_is_used_once_and_approvals_do_not_go_back():
    """Overwriting history is refused, with all reasons at once."""
    once = approved(small_plan(baseline=[]))
    with pytest.raises(ProjectError, match="never overwritten") as caught:
        approve(
            schedule(once), name="approved", approved_by="Board",
            approved_date=WHEN - pd.Timedelta(days=1),
        )  # fmt: skip
    assert len(caught.value.problems) == 2
