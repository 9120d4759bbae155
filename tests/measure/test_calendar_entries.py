"""What belongs into the calendar of a person or a department."""

import pandas as pd
import pytest
from handoff_plan import TASKS, handoff_plan

from pmtools.errors import ProjectError
from pmtools.measure.calendar_entries import calendar_of
from pmtools.metrics import CannotSay

NIGHTS = [
    {"id": "night", "weekday": day, "shift_start": "22:00", "shift_finish": "24:00"}
    for day in ("mon", "tue", "wed", "thu", "fri")
] + [
    {"id": "night", "weekday": day, "shift_start": "00:00", "shift_finish": "04:00"}
    for day in ("tue", "wed", "thu", "fri", "sat")
]  # fmt: skip


def ids(**who):
    """The tasks of somebody."""
    return calendar_of(handoff_plan(), **who)["task_id"].tolist()


def test_a_person_has_what_they_own_and_work_on():
    """By name or id, however it is written; what is finished is left out."""
    assert ids(person="nina") == ids(person=" NINA ") == ids(person="Nina") == ["lines", "test"]
    assert ids(person="Eve") == []
    given = [{"task_id": "install", "resource_id": "eve"}]
    entries = calendar_of(handoff_plan(assignments=given), person="Eve")
    assert entries["task_id"].tolist() == ["install"]


def test_a_department_has_its_tasks_and_those_of_its_people():
    """Fred is lent to the networks."""
    assert ids(department="Networks") == ids(department="net") == ["lines", "test"]
    people = [
        {"id": "nina", "name": "Nina"},
        {"id": "fred", "name": "Fred", "department_id": "net"},
    ]
    plan = handoff_plan(
        resources=[*people, {"id": "eve", "name": "Eve"}, {"id": "hugo", "name": "Hugo"}],
        assignments=[{"task_id": "install", "resource_id": "fred"}],
    )
    assert "install" in calendar_of(plan, department="Networks")["task_id"].tolist()


def test_without_a_name_all_open_work_is_there():
    """In the order in which it starts."""
    assert ids() == ["lines", "install", "train", "test"]


@pytest.mark.parametrize(
    ("who", "said"),
    [({"person": "Nino"}, '(nearest: "Nina")'), ({"department": "Network"}, '"Networks"')],
)
def test_an_unknown_name_is_told_with_the_nearest(who, said):
    """A typing error does not give an empty calendar."""
    with pytest.raises(ProjectError) as told:
        calendar_of(handoff_plan(), **who)
    assert said in str(told.value) and "is not there" in str(told.value)


def test_namesakes_are_told_apart_by_their_ids():
    """Which Ann is meant, only the user knows."""
    people = [{"id": each, "name": "Ann"} for each in ("eve", "nina", "fred", "hugo")]
    plan = handoff_plan(resources=people)
    with pytest.raises(ProjectError, match="Give the id"):
        calendar_of(plan, person="Ann")
    assert len(calendar_of(plan, person="nina")) == 2


def kinds(**task):
    """Of one task: whether it stands on whole days."""
    tasks = [{"id": "1", "name": "One", "duration_hours": 8, **task}]
    plan = handoff_plan(None, tasks=tasks, links=[], baseline=[], progress=[], calendars=NIGHTS)
    return bool(calendar_of(plan)["is_all_day"].iloc[0])


def test_only_what_is_at_an_hour_stands_at_its_hours():
    """A change window at night and a meeting of two hours do; days of work and milestones not."""
    assert kinds() and kinds(duration_hours=24)
    assert not kinds(duration_hours=2)
    assert not kinds(duration_hours=6, calendar_id="night")
    assert kinds(duration_hours=0, kind="milestone") and kinds(duration_hours=0)


def test_the_description_says_what_it_waits_for():
    """Float, owner and inputs from others, in lines."""
    entries = calendar_of(handoff_plan()).set_index("task_id")
    assert entries.loc["install", "description"].split("\n") == [
        "Rollout", "Task install", "Owner: Fred", "Float: 0 working days",
        "Waits for: Lines (Nina), 18 Mar 2026",
    ]  # fmt: skip
    assert "70% complete" in entries.loc["lines", "description"]


def test_a_name_cannot_forge_a_line():
    """What a task is called stays in its place."""
    tasks = [{**TASKS[1], "name": "Lines\r\nOwner: Eve"}, TASKS[2]]
    plan = handoff_plan(
        tasks=tasks, links=[{"predecessor_id": "lines", "successor_id": "install"}],
        baseline=[], progress=[],
    )  # fmt: skip
    lines = calendar_of(plan).set_index("task_id").loc["install", "description"].split("\n")
    assert [line for line in lines if line.startswith("Owner")] == ["Owner: Fred"]


def test_why_there_is_no_plan_is_handed_on():
    """A notebook goes on."""
    reason = CannotSay("there is no plan")
    assert calendar_of(reason) is reason
    assert isinstance(calendar_of(handoff_plan()), pd.DataFrame)
