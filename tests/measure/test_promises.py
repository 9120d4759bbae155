"""Promises kept: against the baseline, and against the last snapshot before the finish."""

import pandas as pd
import pytest
from small_plan import DESIGN_DONE, FRIDAYS, TASKS, small_plan, two_weeks

from pmtools.measure.milestones import schedule_weeks
from pmtools.measure.promises import promises

LATE = DESIGN_DONE | {
    "status_date": FRIDAYS[1], "actual_finish": "2026-03-10 12:00",
}  # fmt: skip


def record(weeks, **how):
    return promises(schedule_weeks(weeks), **how).set_index(["by", "name", "against"])


def test_what_is_finished_on_the_promised_day_is_kept():
    """Design was finished on 6 March as approved; build is open, and due today."""
    found = record(two_weeks(), at_least=1)
    design = found.loc[("person", "Ann", "baseline")]
    assert design[["n", "n_kept", "share", "mean_days_late"]].tolist() == [1, 1, 1.0, 0.0]
    assert ("person", "Bob", "baseline") not in found.index


def test_a_promise_is_a_day_and_not_an_hour():
    """Promised for Friday at 17:00 in both cases: Friday late in the evening, Monday morning."""
    for finish, n_kept, days in (("2026-03-06 22:00", 1, 0.0), ("2026-03-09 09:00", 0, 1.0)):
        row = LATE | {"actual_finish": finish}
        found = record([small_plan(FRIDAYS[1], [row])], at_least=1)
        known = found.loc[("person", "Ann", "baseline")]
        assert known[["n_kept", "median_days_late"]].tolist() == [n_kept, days]


def test_the_last_forecast_before_the_finish_is_the_last_promise():
    """Design was approved for the 6th; on the 6th, 12 hours were left: 10 March, and so it was."""
    begun = {
        "status_date": FRIDAYS[0], "task_id": "1", "actual_start": "2026-03-02 08:00",
        "percent_complete": 70, "remaining_hours": 12,
    }  # fmt: skip
    weeks = [small_plan(FRIDAYS[0], [begun]), small_plan(FRIDAYS[1], [begun, LATE])]
    found = record(weeks, at_least=1)
    assert found.loc[("person", "Ann", "baseline"), "mean_days_late"] == 2.0
    assert found.loc[("person", "Ann", "last forecast"), "mean_days_late"] == 0.0
    assert found.loc[("person", "Ann", "last forecast"), "n_kept"] == 1


def test_a_finish_that_was_recorded_late_is_not_held_against_a_later_forecast():
    """On the 13th nobody had said that design was finished on the 6th."""
    late_word = DESIGN_DONE | {"status_date": FRIDAYS[2]}
    weeks = [small_plan(FRIDAYS[1]), small_plan(FRIDAYS[2], [late_word])]
    assert ("person", "Ann", "last forecast") not in record(weeks).index


def test_promises_that_are_broken_and_still_open_count_apart():
    """On the 20th, build (due on the 13th) is open; test is due that day and not broken yet."""
    found = record([small_plan(FRIDAYS[2], [DESIGN_DONE])])
    project = found.loc[("project", "Whole project", "baseline")]
    assert project[["n", "n_kept", "n_broken"]].tolist() == [1, 1, 1]
    assert found.loc[("person", "Bob", "baseline"), ["n", "n_broken"]].tolist() == [0, 1]


def test_of_few_promises_no_share_is_said():
    """One finished task tells nothing about a person; the counts are told all the same."""
    row = record(two_weeks()).loc[("person", "Ann", "baseline")]
    assert pd.isna(row[["share", "low", "high"]]).all()
    assert row["cannot_say"] == "1 finished, at least 5 are needed"


def test_the_share_has_its_interval():
    """Of two kept promises, the interval of Clopper and Pearson begins at 0.025 ** (1 / 2)."""
    both = [DESIGN_DONE, DESIGN_DONE | {"task_id": "2"}]
    found = record([small_plan(FRIDAYS[0], both)], at_least=2)
    row = found.loc[("project", "Whole project", "baseline")]
    assert row["share"] == row["high"] == 1.0
    assert row["low"] == pytest.approx(0.025**0.5)


def test_people_of_one_name_are_counted_apart_and_nobody_is_named():
    """Two Anns, a department each; a milestone nobody owns."""
    tasks = [TASKS[0], TASKS[1] | {"department_id": ""}, *TASKS[2:3], TASKS[3] | {"owner_id": ""}]
    done = [DESIGN_DONE | {"task_id": task} for task in "124"]
    people = [{"id": "ann", "name": "Ann"}, {"id": "bob", "name": "Ann"}]
    found = promises(schedule_weeks([small_plan(FRIDAYS[0], done, tasks=tasks, resources=people)]))
    assert sorted(found.loc[found["by"] == "person", "name"]) == ["Ann", "Ann", "nobody named"]
    assert set(found.loc[found["by"] == "department", "name"]) == {"IT", "no department"}


def test_without_baseline_and_without_an_earlier_week_nothing_was_promised():
    """An empty record, with its columns."""
    found = promises(schedule_weeks([small_plan(FRIDAYS[0], [DESIGN_DONE], baseline=[])]))
    assert found.empty and "share" in found
    assert promises(schedule_weeks([small_plan()])).empty
