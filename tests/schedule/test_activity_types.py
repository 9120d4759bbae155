"""Activity types of Primavera P6: start milestones, and resource-dependent activities."""

from dataclasses import replace

import pandas as pd
import pytest
from day_plan import day_plan, days
from mpxj_oracle import DATES, oracle
from random_networks import CALENDARS
from stored_dates import primavera_dates
from tools import needs_java

from pmtools.formats.schedule_file import write_schedule_file
from pmtools.process import run_limited
from pmtools.schedule import schedule
from pmtools.simulate import simulate

NETWORKS = (
    ("A5 M0 B1", "A>M M>B"),
    ("A5 M0 B1 C9", "A>M M>B"),
    ("A4 M0 B1", "A>M:FS+1 M>B"),
    ("A5 M0 B1", "A>M:FF M>B"),
)
OF_STARTS = (("A5 M0 B1 C2 D9", "A>M B>M M>C:SS"), ("A5 M0:SNET=2026-06-13 B1", "A>M M>B"))
"""Primavera has no such links from finish milestones, and no such constraints of them."""


def typed(plan, task, **values):
    tasks = plan.tasks.copy()
    for name, value in values.items():
        tasks.loc[tasks["id"] == task, name] = value
    return plan.replace(tasks=tasks)


def milestone(tasks, links, *, is_start=True, calendar="", scheduling="primavera_p6"):
    """A plan in office hours with milestone M; what follows it as B has a calendar of its own."""
    plan = day_plan(tasks, links)
    header = replace(plan.header, calendar_id="office", scheduling=scheduling)
    plan = plan.replace(header=header, calendars=CALENDARS)
    plan = typed(plan, "B", calendar_id=calendar)
    return typed(plan, "M", kind="milestone", is_start_milestone=is_start)


def row(plan, task):
    return schedule(plan).tasks.set_index("id").loc[task]


@pytest.mark.parametrize(
    ("is_start", "scheduling", "stands", "follows"),
    [(True, "primavera_p6", "06-08 08:00", "06-08 08:00"),
     (False, "primavera_p6", "06-05 17:00", "06-05 17:00"),
     (True, "microsoft_project", "06-05 17:00", "06-05 17:00")],
)  # fmt: skip
def test_a_start_milestone_stands_at_the_next_start_of_work(is_start, scheduling, stands, follows):
    """P6: Monday 08:00, not Friday 17:00 as a finish milestone; what runs day and night waits."""
    plan = milestone("A5 M0 B1", "A>M M>B", is_start=is_start, calendar="always",
                     scheduling=scheduling)  # fmt: skip
    found = row(plan, "M")
    assert {f"{found[name]:%m-%d %H:%M}" for name in (*DATES, "start", "finish")} == {stands}
    assert f"{row(plan, 'B')['start']:%m-%d %H:%M}" == follows
    assert found["total_float_hours"] == 0


def test_a_start_milestone_with_float_is_at_the_latest_at_a_start_of_work():
    """Two days after 8 June it is 10 June 08:00, not the evening of the ninth."""
    found = row(milestone("A5 M0 B2 C9", "A>M M>B"), "M")
    assert found["late_start"] == found["late_finish"] == pd.Timestamp("2026-06-10 08:00")
    assert found["total_float_hours"] == 16


def test_a_start_milestone_that_must_be_over_by_an_evening_stands_there():
    """Where limits are hard, it is not after its own: the evening and the morning are one."""
    plan = milestone("A5 M0:FNLT=2026-06-05 B1", "A>M M>B")
    assert row(plan, "M")["start"] == pd.Timestamp("2026-06-08 08:00")
    hard = plan.replace(header=replace(plan.header, constraints="hard"))
    assert row(hard, "M")["start"] == pd.Timestamp("2026-06-05 17:00")


@needs_java
def test_both_kinds_of_milestones_have_the_dates_of_an_independent_scheduler():
    """To the minute, in early and late dates; a morning held by a constraint is a start of work."""
    plans = [
        milestone(*network, is_start=is_start, calendar=calendar)
        for networks, is_start in ((NETWORKS, False), (NETWORKS + OF_STARTS, True))
        for network in networks
        for calendar in ("", "always")
    ]
    for plan, theirs in zip(plans, oracle(plans), strict=True):
        ours = schedule(plan).tasks.set_index("id")[[*DATES]]
        pd.testing.assert_frame_equal(ours, theirs[[*DATES]], check_dtype=False)


def test_trials_end_when_the_plan_does_where_nothing_on_its_path_is_uncertain():
    """A last start milestone is a Monday morning in every trial, too."""
    points = {"optimistic_hours": 4.0, "most_likely_hours": 8.0, "pessimistic_hours": 12.0}
    estimates = pd.DataFrame([{"task_id": "B", **points}])
    for is_start, end in ((True, "2026-06-08 08:00"), (False, "2026-06-05 17:00")):
        plan = milestone("A5 B1 M0", "A>M B>M", is_start=is_start)
        plan = plan.replace(estimates=estimates)
        assert schedule(plan).finish == pd.Timestamp(end)
        assert {*pd.to_datetime(simulate(plan, n_trials=10).finish)} == {pd.Timestamp(end)}


def crew(*calendars, **values):
    """One task of two days whose people have these calendars."""
    ids = [str(number) for number in range(len(calendars))]
    people = [{"id": i, "name": f"R{i}", "calendar_id": c}
              for i, c in zip(ids, calendars, strict=True)]  # fmt: skip
    plan = day_plan("A5 B1", "A>B").replace(
        calendars=CALENDARS,
        resources=pd.DataFrame(people),
        assignments=pd.DataFrame([{"task_id": "A", "resource_id": i} for i in ids]),
    )
    plan = plan.replace(
        header=replace(plan.header, calendar_id="office", start=pd.Timestamp("2026-06-01 08:00"))
    )
    return typed(plan, "A", **values)


def test_a_resource_dependent_task_is_worked_in_the_hours_of_its_people():
    """P6: in their calendar alone where all have the same, else in that of the activity."""
    assert days(schedule(crew("early")), "A") == "06-01..05"
    theirs = crew("early", "early", is_resource_dependent=True, calendar_id="night")
    assert row(theirs, "A")["finish"] == pd.Timestamp("2026-06-06 08:00")
    several = crew("early", "always", is_resource_dependent=True)
    assert row(several, "A")["finish"] == pd.Timestamp("2026-06-05 17:00")


@needs_java
def test_resource_dependent_work_has_the_dates_of_an_independent_scheduler(tmp_path):
    """Written for Primavera and scheduled by MPXJ, it takes as long as here."""
    for calendar in ("early", "always"):
        plan = crew(calendar, is_resource_dependent=True)
        path = tmp_path / f"{calendar}.xer"
        write_schedule_file(plan, path, dates=schedule(plan).tasks)
        (theirs,) = run_limited(primavera_dates, [str(path)], seconds=120)
        found = row(plan, "A")
        assert theirs["A"] == tuple(
            found[end].isoformat()[:16] for end in ("early_start", "early_finish")
        )
