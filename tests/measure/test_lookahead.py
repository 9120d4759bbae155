"""Done, due, overdue."""

import pandas as pd
import pytest
from small_plan import DESIGN_DONE, FRIDAYS, LINKS, TASKS, small_plan, two_weeks

from pmtools.measure.lookahead import done_since, due_within, look_ahead, overdue
from pmtools.schedule import schedule


def test_done_since_counts_the_last_seven_days():
    """Design was finished on 6 March: news on the 6th, no news on the 13th."""
    first, second = two_weeks()
    assert list(done_since(schedule(first))["name"]) == ["Design"]
    assert done_since(schedule(second)).empty


def test_due_within_names_what_starts_and_what_finishes():
    """On 13 March: build finishes on the 18th, test starts on the 19th and ends on the 25th."""
    found = due_within(schedule(two_weeks()[1]), days=14).set_index("name")["due"]
    assert found.to_dict() == {
        "Build": "finishes", "Test": "starts and finishes", "Go live": "starts and finishes",
    }  # fmt: skip
    short = due_within(schedule(two_weeks()[1]), days=6).set_index("name")["due"]
    assert short.to_dict() == {"Build": "finishes", "Test": "starts"}


def test_overdue_work_is_unfinished_after_its_baseline_finish():
    """Build should be done on 13 March; a week later it is five working days late."""
    plan = small_plan(FRIDAYS[2], [DESIGN_DONE])
    found = overdue(schedule(plan)).set_index("name")["days_late"]
    assert found["Build"] == 5.0
    assert "Design" not in found
    assert overdue(schedule(two_weeks()[0])).empty


def test_half_a_day_overdue_is_overdue_and_what_is_due_by_tonight_is_not():
    """Build should be done on 13 March at 17:00."""
    for status, days in (("2026-03-13 23:59", []), ("2026-03-16 12:00", [0.5])):
        found = overdue(schedule(small_plan(pd.Timestamp(status), [DESIGN_DONE])))
        assert list(found["days_late"]) == days


def test_the_earlier_of_deadline_and_baseline_is_what_was_due():
    """A deadline on Wednesday comes before the baseline's Friday."""
    tasks = [TASKS[0], TASKS[1] | {"deadline": "2026-03-11"}, *TASKS[2:]]
    found = overdue(schedule(small_plan(FRIDAYS[1], [DESIGN_DONE], tasks=tasks)))
    assert list(found["was_due"]) == [pd.Timestamp("2026-03-11 23:59")]
    assert list(found["days_late"]) == [2.0]


def test_due_work_stands_by_owner_and_date_with_its_float_in_days():
    """Ann tests; Bob builds and goes live; who has a week to spare sees it."""
    tasks = [TASKS[0], TASKS[1] | {"duration_hours": 16}, *TASKS[2:]]
    plan = small_plan(FRIDAYS[0], [DESIGN_DONE], links=[LINKS[0], LINKS[2]], tasks=tasks)
    found = due_within(schedule(plan))
    assert list(zip(found["owner"], found["name"], found["float_days"], strict=True)) == [
        ("Ann", "Test", 0.0), ("Bob", "Build", 3.0), ("Bob", "Go live", 0.0),
    ]  # fmt: skip


def test_finished_work_is_never_due_and_a_milestone_that_is_reached_still_is():
    """All work before it was done on Friday, but nobody has said that it went live."""
    progress = [DESIGN_DONE | {"status_date": FRIDAYS[2], "task_id": n} for n in "123"]
    found = due_within(schedule(small_plan(FRIDAYS[2], progress)))
    assert list(found["name"]) == ["Go live"]


PRESETS = ["primavera_p6", "microsoft_project"]


@pytest.mark.parametrize("preset", PRESETS)
def test_late_work_is_due_whatever_its_dates(preset):
    """Microsoft Project leaves work that was not begun in the past: it is due all the same."""
    plan = schedule(small_plan(FRIDAYS[1], header={"scheduling": preset}))
    found = due_within(plan).set_index("name")
    assert found.loc["Design", "due"] == "starts and finishes"
    assert list(overdue(plan)["name"]) == ["Design"]


@pytest.mark.parametrize("preset", PRESETS)
def test_without_a_status_date_the_plan_begins_now(preset):
    """What is due counts from the start of the plan; nothing was done and nothing is overdue."""
    plan = schedule(small_plan(header={"scheduling": preset}))
    assert list(due_within(plan, days=7)["name"]) == ["Design", "Build"]
    assert list(due_within(plan, days=7)["due"]) == ["starts and finishes", "starts"]
    assert done_since(plan).empty
    assert overdue(plan).empty
    assert "days_late" in overdue(plan) and "days_late" in done_since(plan)


def test_a_plan_of_support_only_has_no_work_to_look_ahead_to():
    """Empty tables, not errors."""
    phase = [TASKS[0] | {"kind": "level_of_effort"}]
    plan = schedule(small_plan(FRIDAYS[0], tasks=phase, links=[], baseline=[]))
    assert [len(of(plan)) for of in (done_since, due_within, overdue)] == [0, 0, 0]


BOOKED = [
    {"task_id": "2", "resource_id": "bob", "units": 0.5},
    {"task_id": "2", "resource_id": "ann", "work_hours": 20},
    {"task_id": "3", "resource_id": "ann"},
]


def shown(found):
    rows = zip(found["party"], found["name"], found["part"], found["hours"], strict=True)
    return [(*row[:3], None if pd.isna(row[3]) else row[3]) for row in rows]


def test_the_look_ahead_names_the_owner_and_who_works_on_it_with_the_hours_left():
    """Build: 24 of 40 hours are left, Bob is there half of the time; going live has no hours."""
    project = two_weeks()[1].replace(assignments=BOOKED)
    assert shown(look_ahead(schedule(project))) == [
        ("Ann", "Build", "works on it", 12.0), ("Ann", "Test", "owner", 40.0),
        ("Bob", "Build", "owner", 12.0), ("Bob", "Go live", "owner", None),
    ]  # fmt: skip
    assert set(look_ahead(schedule(project), weeks=1)["name"]) == {"Build", "Test"}


def test_the_look_ahead_by_department_adds_up_the_hours_and_names_the_people():
    """The owner counts for the department of the task, who works on it for her own."""
    people = [{"id": "ann", "name": "Ann", "department_id": "qa"},
              {"id": "bob", "name": "Bob", "department_id": "it"}]  # fmt: skip
    project = two_weeks()[1].replace(assignments=BOOKED, resources=people)
    assert shown(look_ahead(schedule(project), by="department")) == [
        ("IT", "Build", "Bob", 12.0), ("IT", "Go live", "Bob", None),
        ("Quality", "Build", "Ann", 12.0), ("Quality", "Test", "Ann", 40.0),
    ]  # fmt: skip


def test_what_nobody_is_named_for_comes_last_in_the_look_ahead():
    """Work without owner is not lost."""
    tasks = [task | {"owner_id": "", "department_id": ""} for task in TASKS[:3]]
    plan = schedule(small_plan(FRIDAYS[0], tasks=[*tasks, TASKS[3]]))
    assert [row[0] for row in shown(look_ahead(plan, weeks=6))] == ["Bob", "", "", ""]
    with pytest.raises(ValueError, match="neither"):
        look_ahead(plan, by="team")
