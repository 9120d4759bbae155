"""Whom we need by when."""

import pandas as pd
import pytest
from small_plan import LINKS, small_plan

from pmtools.measure.resource_needs import hires, resource_needs
from pmtools.metrics import CannotSay
from pmtools.schedule import schedule

BOTH = [{"task_id": "1", "resource_id": "ann"}, {"task_id": "2", "resource_id": "ann"}]
TESTERS = [{"id": "ann", "name": "Ann", "role": "Tester"}, {"id": "bob", "name": "Bob"}]


def needs(assignments=BOTH, resources=TESTERS, **tables):
    return resource_needs(
        schedule(small_plan(assignments=assignments, resources=resources, **tables))
    )


def test_what_is_short_is_told_in_hours_and_full_time_people():
    """Design and build side by side ask 80 hours of one tester: one more is needed that week."""
    row = needs(links=LINKS[1:]).iloc[0]
    assert (row["role"], row["needed_hours"], row["capacity_hours"]) == ("Tester", 80, 40)
    assert (row["shortfall_hours"], row["shortfall_fte"]) == (40, 1)
    assert row["tasks"] == "Design; Build"


def test_people_of_a_role_stand_in_for_each_other():
    """A second tester who has nothing to do is the one who is needed."""
    two = [*TESTERS, {"id": "cem", "name": "Cem", "role": "Tester"}]
    found = needs(links=LINKS[1:], resources=two)
    assert found["capacity_hours"].iloc[0] == 80
    assert hires(found).empty


def test_a_role_that_nobody_fills_is_needed_in_full():
    """A planned role without people has capacity 0, and must be found before its first week."""
    role = [{"id": "ann", "name": "Security tester", "kind": "role", "capacity": 0}, TESTERS[1]]
    found = hires(needs(resources=role)).iloc[0]
    assert found["role"] == "Security tester"
    assert (found["by"], found["until"]) == (pd.Timestamp("2026-03-02"), pd.Timestamp("2026-03-09"))
    assert (found["n_weeks"], found["shortfall_hours"], found["shortfall_fte"]) == (2, 80, 1)
    assert found["sentence"] == (
        "Security tester: 80 h more than there are, in 2 weeks from 2 Mar 2026 on; "
        "1.0 full-time in the worst"
    )


def test_a_few_hours_are_no_reason_to_hire():
    """Two hours too many in one week are 0.05 of a person."""
    few = [{"task_id": "1", "resource_id": "ann"},
           {"task_id": "2", "resource_id": "ann", "work_hours": 2}]  # fmt: skip
    found = needs(few, links=LINKS[1:])
    assert found["shortfall_hours"].iloc[0] == 2
    assert hires(found).empty
    assert len(hires(found, least_fte=0.01)) == 1


def test_weeks_after_the_last_work_are_left_out():
    """Design and build take two weeks; nobody is needed in the third."""
    assert needs()["week"].nunique() == 2
    assert (needs()["shortfall_hours"] == 0).all()


def test_full_time_is_what_the_calendar_gives_in_a_short_week():
    """In a week of four days a full-time person has 32 hours."""
    holiday = [{"calendar_id": "std", "from": "2026-03-04", "name": "Holiday"}]
    calendar = [
        {"id": "std", "weekday": day, "shift_start": "08:00", "shift_finish": "16:00"}
        for day in ("mon", "tue", "wed", "thu", "fri")
    ]
    role = [{"id": "ann", "name": "Tester", "kind": "role", "capacity": 0}, TESTERS[1]]
    found = needs(
        resources=role, calendars=calendar, exceptions=holiday, header={"calendar_id": "std"}
    )
    assert found["needed_hours"].iloc[0] == pytest.approx(32)
    assert found["shortfall_fte"].iloc[0] == pytest.approx(1)


def test_of_a_plan_without_people_no_need_is_said():
    """Where nobody is assigned, nobody can be said to be missing."""
    reason = CannotSay("nobody is assigned to work that is left")
    assert needs(assignments=[]) == reason
    assert hires(needs(assignments=[])) == reason
