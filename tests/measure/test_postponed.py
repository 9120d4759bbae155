"""What it costs to leave something: the plan again with the work held back."""

import pandas as pd
import pytest
from small_plan import BUILD_HALF, DESIGN_DONE, FRIDAYS, TASKS, small_plan

from pmtools.measure.postponed import held_back, if_left
from pmtools.schedule import schedule

SURVEY = {"id": "5", "name": "Survey", "duration_hours": 8}
BESIDE = {
    "tasks": [*TASKS, SURVEY, {"id": "6", "name": "Report", "kind": "milestone",
                               "duration_hours": 0}],
    "links": [{"predecessor_id": "1", "successor_id": "2"},
              {"predecessor_id": "2", "successor_id": "3"},
              {"predecessor_id": "3", "successor_id": "4"},
              {"predecessor_id": "5", "successor_id": "6"}],
}  # fmt: skip


def plan(status=FRIDAYS[0], progress=(DESIGN_DONE,), **tables):
    return schedule(small_plan(status, list(progress), **tables))


def left(cells, of=None, weeks=2):
    return if_left(of or plan(), pd.Series(cells), weeks=weeks)


def test_what_is_critical_moves_the_finish_by_the_wait():
    """Build would start on Monday 9 March; held back for two weeks it starts on the 23rd."""
    row = left(["2"]).iloc[0]
    assert row["days"] == 10
    assert row["words"] == "two weeks move the finish +10 d"
    assert left(["2"], weeks=1)["days"].iloc[0] == 5


def test_what_starts_later_than_that_costs_nothing():
    """Test starts on 16 March: one week of waiting is free, two cost five days."""
    assert left(["3"], weeks=1)["words"].tolist() == ["one week costs nothing"]
    assert left(["3"])["days"].tolist() == [5]


def test_float_absorbs_the_wait_but_a_milestone_tells_it():
    """The survey has two weeks of float to the finish; its own report comes later."""
    row = left(["5"], plan(**BESIDE), weeks=1).iloc[0]
    assert row["days"] == 0
    assert row[["milestone", "milestone_days"]].tolist() == ["Report", 5]
    assert row["words"] == "one week moves Report +5 d, the finish holds"


def test_work_under_way_is_not_resumed_before():
    """Three days of building are left; they wait for a week, and so does what follows."""
    under_way = plan(FRIDAYS[1], [DESIGN_DONE, BUILD_HALF])
    assert left(["2"], under_way, weeks=1)["days"].tolist() == [5]


def test_finished_work_cannot_wait():
    """And what names no task cannot be computed."""
    found = left(["1", "", "nowhere"])
    assert found["words"].tolist() == ["its tasks are finished", *["it names no task"] * 2]
    assert found["days"].fillna(-1).tolist() == [0, -1, -1]


def test_a_summary_stands_for_the_work_below_it():
    """Items of the register may name a phase."""
    tasks = [{**task, "parent_id": "P"} for task in TASKS]
    phase = {"id": "P", "name": "Phase", "kind": "summary"}
    assert left(["P"], plan(tasks=[phase, *tasks]))["days"].tolist() == [10]


def test_a_later_date_of_its_own_stays():
    """Held back is not brought forward: not before 1 April stays so."""
    tasks = [{**TASKS[0]}, {**TASKS[1], "constraint": "SNET", "constraint_date": "2026-04-01"}]
    project = small_plan(FRIDAYS[0], [DESIGN_DONE], tasks=[*tasks, *TASKS[2:]])
    held = held_back(project, ["2", "3"], pd.Timestamp("2026-03-20 23:59"))
    dates = held.tasks.set_index("id")["constraint_date"]
    assert dates["2"] == pd.Timestamp("2026-04-01")
    assert dates["3"] == pd.Timestamp("2026-03-20 23:59")


def test_without_a_status_date_the_weeks_count_from_the_start():
    """A plan that has not begun can wait too."""
    assert left(["1"], schedule(small_plan()), weeks=1)["days"].tolist() == [5]


@pytest.mark.parametrize("cells", [[], [""]])
def test_an_empty_register_costs_nothing(cells):
    """No item, no schedule."""
    assert len(left(cells)) == len(cells)


@pytest.mark.parametrize("weeks", [1, 2, 3])
def test_waiting_never_helps_and_costs_at_most_the_wait(weeks):
    """Any tasks of a plan that runs on its dates: more of them cost more, all the whole wait."""
    cells = ["", "2", "3", "4", "2;3", "3;4", "2;3;4"]
    days = left(cells, plan(**BESIDE), weeks)["days"].fillna(0)
    assert days.between(0, 5 * weeks).all()
    assert days.iloc[4] >= days.iloc[[1, 2]].max()
    assert days.iloc[6] == days.max() == 5 * weeks
