"""Load against capacity, week by week."""

import pandas as pd
import pytest
from small_plan import FRIDAYS, LINKS, TASKS, small_plan

from pmtools.measure.workload import overallocated, workload
from pmtools.schedule import schedule


def load(assignments, status_date=None, **tables):
    plan = schedule(small_plan(status_date, assignments=assignments, **tables))
    return workload(plan, weeks=3)


def test_a_full_time_assignment_fills_its_weeks():
    """Build takes all of Bob's second week, nothing of the others."""
    found = load([{"task_id": "2", "resource_id": "bob"}])
    assert list(found["load_hours"]) == [0, 40, 0]
    assert list(found["capacity_hours"]) == [40, 40, 40]
    assert [str(week.date()) for week in found["week"]] == [
        "2026-03-02",
        "2026-03-09",
        "2026-03-16",
    ]
    assert not found["is_overallocated"].any()


def test_two_tasks_at_once_overload_a_person_and_are_named():
    """Design and build side by side ask 80 hours of a 40-hour week."""
    found = load(
        [{"task_id": "1", "resource_id": "ann"}, {"task_id": "2", "resource_id": "ann"}],
        links=LINKS[1:],
    )
    worst = overallocated(found).iloc[0]
    assert worst["over_hours"] == 40
    assert worst["load_percent"] == 200
    assert worst["tasks"] == "Design; Build"


def test_work_hours_count_where_they_are_given():
    """Ten hours of work in a forty-hour task are a quarter of a person."""
    found = load([{"task_id": "1", "resource_id": "ann", "work_hours": 10}])
    assert found["load_hours"].iloc[0] == pytest.approx(10)


def test_leave_lowers_the_capacity_of_its_days():
    """Two days of leave leave 24 of 40 hours."""
    found = load(
        [{"task_id": "1", "resource_id": "ann"}],
        availability=[
            {"resource_id": "ann", "from": "2026-03-04", "to": "2026-03-05", "capacity": 0}
        ],
    )
    assert found["capacity_hours"].iloc[0] == 24
    assert found["is_overallocated"].iloc[0]


def test_only_what_is_left_counts_as_load():
    """Half-done build with three days left needs 24 hours from Monday on."""
    progress = [
        {"status_date": FRIDAYS[1], "task_id": "1", "actual_start": "2026-03-02 08:00",
         "actual_finish": "2026-03-06 17:00", "percent_complete": 100, "remaining_hours": 0},
        {"status_date": FRIDAYS[1], "task_id": "2", "actual_start": "2026-03-09 08:00",
         "percent_complete": 50, "remaining_hours": 24},
    ]  # fmt: skip
    found = load([{"task_id": "2", "resource_id": "bob"}], FRIDAYS[1], progress=progress)
    assert found["week"].iloc[0] == pd.Timestamp("2026-03-16")
    assert list(found["load_hours"]) == [24, 0, 0]


def test_material_has_no_load():
    """Cables are not overworked."""
    found = load(
        [{"task_id": "1", "resource_id": "cable", "units": 300}],
        resources=[{"id": "cable", "name": "Cable", "kind": "material"}],
        tasks=[{**task, "owner_id": ""} for task in TASKS],
    )
    assert found.empty
