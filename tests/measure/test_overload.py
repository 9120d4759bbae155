"""How bad an overload is, what causes it, and what can be moved."""

import pandas as pd
import pytest
from small_plan import FRIDAYS, LINKS, TASKS, small_plan

from pmtools.measure.overload import load_causes, load_peaks
from pmtools.measure.workload import workload
from pmtools.metrics import CannotSay
from pmtools.schedule import schedule

BOTH = [{"task_id": "1", "resource_id": "ann"}, {"task_id": "2", "resource_id": "ann"}]


def load(*percents):
    """Weeks of one person of 40 hours."""
    weeks = pd.date_range("2026-03-02", periods=len(percents), freq="7D")
    hours = [0.4 * each for each in percents]
    return pd.DataFrame({
        "resource_id": "ann", "resource": "Ann", "department": "IT", "week": weeks,
        "load_hours": hours, "capacity_hours": 40.0, "load_percent": percents,
        "is_overallocated": [each > 100 for each in percents],
    })  # fmt: skip


def test_three_weeks_in_a_row_are_sustained_two_are_a_peak():
    """The longest run counts, not how often: a week of rest in between is a rest."""
    row = load_peaks(load(110, 50, 120, 150, 130, 0)).iloc[0]
    assert (row["peak_percent"], row["n_weeks_over"], row["longest_run"]) == (150, 4, 3)
    assert row["is_sustained"]
    assert row["run_from"] == pd.Timestamp("2026-03-16")
    assert row["peak_week"] == pd.Timestamp("2026-03-23")
    assert (row["over_hours"], row["idle_hours"]) == pytest.approx((44, 60))
    assert row["statement"] == (
        "Ann: above capacity in 4 of 6 weeks (sustained, 3 weeks in a row from 16 Mar), at most "
        "150% in the week of 23 Mar; 60 h idle in others"
    )
    twice = load_peaks(load(110, 120, 50, 120, 120))
    assert not twice["is_sustained"][0] and "(a peak)" in twice["statement"][0]
    assert load_peaks(load(110, 120), sustained_weeks=2)["is_sustained"][0]


def test_work_in_a_week_of_leave_is_the_worst_peak():
    """It has no percentage, but no other week is as overloaded."""
    rows = load(300, 100, 100)
    rows.loc[1, ["capacity_hours", "load_percent", "is_overallocated"]] = [0, float("nan"), True]
    row = load_peaks(rows).iloc[0]
    assert row["peak_week"] == pd.Timestamp("2026-03-09")
    assert "work in a week without hours" in row["statement"]


def test_the_longest_overload_stands_first_and_who_has_none_is_told_too():
    """Bob is short once, by more; Ann for three weeks; Cem never."""
    bob, cem = (load(*each).assign(resource_id=n, resource=n)
                for n, each in (("bob", (400, 0, 0)), ("cem", (50, 50, 50))))  # fmt: skip
    peaks = load_peaks(pd.concat([cem, bob, load(110, 110, 110)], ignore_index=True))
    assert peaks["resource"].tolist() == ["Ann", "bob", "cem"]
    assert peaks["statement"][2] == "cem: never above capacity, 60 h idle"


def test_the_tasks_of_an_overload_are_named_with_their_hours_and_float():
    """Design and build side by side; two weeks of float let build move by its five days."""
    tasks = [*TASKS[:2], TASKS[2] | {"duration_hours": 120}]
    found = load_causes(schedule(small_plan(tasks=tasks, links=[], assignments=BOTH)), 3)
    columns = ["task", "over_hours", "hours", "float_days", "move_days", "relief_hours"]
    assert found[columns].values.tolist() == [
        ["Design", 40, 40, 10, 5, 40],
        ["Build", 40, 40, 10, 5, 40],
    ]
    assert found["remedy"][1] == "move by 5 days, it has 10 of float: frees 40 of 40 h"


def test_no_task_is_moved_further_than_its_float():
    """Two days of float free two days' work; a critical task frees nothing."""
    tasks = [*TASKS[:2], TASKS[2] | {"duration_hours": 56}]
    found = load_causes(schedule(small_plan(tasks=tasks, links=[], assignments=BOTH)), 3)
    assert found[["move_days", "relief_hours"]].values.tolist() == [[2, 16], [2, 16]]
    tight = load_causes(schedule(small_plan(tasks=TASKS[:2], links=[], assignments=BOTH)), 3)
    assert tight["move_days"].isna().all()
    assert set(tight["remedy"]) == {"cannot move: no day of float"}


def test_a_few_hours_need_only_a_short_move():
    """Ten hours too many: the task of two days leaves the week from its second day on."""
    tasks = [TASKS[0], TASKS[1] | {"duration_hours": 16}, TASKS[2] | {"duration_hours": 120}]
    links = [{"predecessor_id": "2", "successor_id": "4"}]
    work = [{"task_id": "1", "resource_id": "ann", "work_hours": 32},
            {"task_id": "2", "resource_id": "ann"}]  # fmt: skip
    tasks = [*tasks, TASKS[3]]
    found = load_causes(schedule(small_plan(tasks=tasks, links=links, assignments=work)), 3)
    build = found.set_index("task").loc["Build"]
    assert build["over_hours"] == 8
    assert (build["move_days"], build["relief_hours"]) == (4, 8)


def test_work_under_way_and_support_do_not_move():
    """What has begun is not interrupted, and who goes along goes along."""
    tasks = [TASKS[0], TASKS[1] | {"kind": "level_of_effort"}, TASKS[2] | {"duration_hours": 160}]
    progress = [{"status_date": FRIDAYS[0], "task_id": "1", "percent_complete": 20,
                 "actual_start": "2026-03-05 08:00", "remaining_hours": 32}]  # fmt: skip
    plan = small_plan(FRIDAYS[0], progress, tasks=tasks, links=[], assignments=BOTH)
    found = load_causes(schedule(plan), 3).set_index("task")["remedy"]
    assert found["Design"] == "cannot move: under way"
    assert found["Build"] == "cannot move: goes along with the work"


def test_of_two_projects_each_cause_names_its_own():
    """Ann works full-time in both: either task may move."""
    one, two = (
        schedule(small_plan(assignments=BOTH[:1], tasks=TASKS, links=LINKS,
                            header={"id": name, "name": name}))
        for name in ("Rollout", "Upgrade")
    )  # fmt: skip
    found = load_causes([one, two], 3)
    assert found[["project", "task_id", "over_hours"]].values.tolist() == [
        ["Rollout", "1", 40],
        ["Upgrade", "1", 40],
    ]


def test_without_work_nothing_is_said():
    """Where nobody is assigned there is no peak, and no cause."""
    plan = schedule(small_plan())
    assert load_peaks(workload(plan)) == CannotSay("nobody is assigned to work that is left")
    assert load_causes(plan).empty
    reason = CannotSay("nothing was read")
    assert load_peaks(reason) is reason and load_causes(reason) is reason
    assert load_causes([]) == CannotSay("there is no project")
