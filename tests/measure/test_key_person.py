"""Whom the plan cannot spare."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from dslib import TRACKED_IDS, read_dslib
from hypothesis import given, settings
from hypothesis import strategies as st
from real_data import DATA, needs_data
from small_plan import BUILD_HALF, DESIGN_DONE, FRIDAYS, LINKS, TASKS, small_plan
from tools import needs_java

import pmtools as pm
from pmtools.measure.key_person import key_people, single_points
from pmtools.metrics import CannotSay
from pmtools.schedule import schedule

ANN, BOB = {"id": "ann", "name": "Ann"}, {"id": "bob", "name": "Bob"}


def away(weeks=2, status_date=None, *, start=None, **tables):
    """The rows by party."""
    plan = schedule(small_plan(status_date, **tables))
    return key_people(plan, weeks, start=start).set_index("party_id")


def test_two_weeks_without_who_does_critical_work_are_ten_days():
    """Ann designs in the first week: everything waits two weeks for her."""
    row = away().loc["ann"]
    assert (row["damage_days"], row["milestone"], row["milestone_days"]) == (10, "Go live", 10)
    assert (row["n_tasks"], row["hours"], row["cover"]) == (1, 40, "nobody")
    assert row["statement"] == (
        "Ann away 2 Mar to 15 Mar: the finish moves by 10 days, first Go live by 10 days; "
        "cover for 40 h: nobody"
    )


def test_only_the_days_on_which_they_are_needed_count():
    """Bob builds in the second of the two weeks: five days are lost."""
    assert away().loc["bob", "damage_days"] == 5
    assert away(start=pd.Timestamp("2026-03-16")).loc["bob", "damage_days"] == 0
    assert away(start=pd.Timestamp("2026-03-16")).loc["ann", "damage_days"] == 10


def test_float_absorbs_what_it_can():
    """Build beside ten days of design: of ten days away five are float; of five, nothing is left.

    Without its deadline, which moves nothing.
    """
    tasks = [TASKS[0] | {"duration_hours": 80}, TASKS[1] | {"deadline": "2026-03-03"}, *TASKS[2:]]
    links = [{"predecessor_id": "1", "successor_id": "3"}, *LINKS[1:]]
    row = away(tasks=tasks, links=links).loc["bob"]
    assert row["damage_days"] == 5
    assert np.isnan(row["float_days"])
    row = away(1, tasks=tasks, links=links).loc["bob"]
    assert (row["damage_days"], row["float_days"], row["milestone"]) == (0, 0, "")
    assert "float absorbs it, 0 days left" in row["statement"]


def test_a_task_that_is_as_late_as_possible_stays_where_its_deadline_puts_it():
    """Build is due on Friday of the second week and done in it: the first week is not missed."""
    tasks = [TASKS[0], TASKS[1] | {"constraint": "ALAP", "deadline": "2026-03-13"},
             TASKS[2] | {"duration_hours": 160}]  # fmt: skip
    row = away(1, tasks=tasks, links=[]).loc["bob"]
    assert (row["n_tasks"], row["damage_days"]) == (0, 0)
    assert (
        away(1, start=pd.Timestamp("2026-03-09"), tasks=tasks, links=[]).loc["bob", "n_tasks"] == 1
    )


def test_a_milestone_that_moves_is_said_where_the_finish_holds():
    """The gate after build comes a week later; two weeks of test have float enough."""
    tasks = [*TASKS[:2], TASKS[2] | {"duration_hours": 120},
             {"id": "g", "name": "Gate", "kind": "milestone", "duration_hours": 0}]  # fmt: skip
    links = [{"predecessor_id": "2", "successor_id": "g"}]
    row = away(1, tasks=tasks, links=links).loc["bob"]
    assert (row["damage_days"], row["milestone"], row["milestone_days"]) == (0, "Gate", 5)
    assert "the finish holds, but Gate by 5 days" in row["statement"]


def test_what_is_done_waits_for_nobody():
    """Design is finished: Ann is needed again for the test, a week from now."""
    found = away(1, FRIDAYS[0], progress=[DESIGN_DONE])
    assert (found.loc["ann", "damage_days"], found.loc["ann", "n_tasks"]) == (0, 0)
    assert found.loc["ann", "statement"] == "Ann away 7 Mar to 13 Mar: no work waits"
    assert found.loc["bob", "damage_days"] == 5


def test_work_under_way_stands_still():
    """Three of five days of build are left; a week away is a week later."""
    progress = [DESIGN_DONE, BUILD_HALF]
    for rules in ("primavera_p6", "microsoft_project"):
        found = away(1, FRIDAYS[1], progress=progress, header={"scheduling": rules})
        assert found.loc["bob", "damage_days"] == 5


def test_work_that_the_tool_left_in_the_past_is_needed_now():
    """Microsoft Project does not move the design that should have begun two weeks ago."""
    found = away(2, FRIDAYS[1], header={"scheduling": "microsoft_project"})
    assert found.loc["ann", "damage_days"] == 10


def test_who_has_nothing_to_do_can_be_spared_and_covers():
    """Cem has the role of Ann and all his hours; Dan is in her department, half-time."""
    people = [ANN | {"role": "Network engineer (Vienna)", "department_id": "it"}, BOB,
              {"id": "cem", "name": "Cem", "role": "Network engineer"},
              {"id": "dan", "name": "Dan", "department_id": "it", "capacity": 0.5},
              {"id": "eva", "name": "Eva", "role": "Network designer"},
              {"id": "pc", "name": "PC", "kind": "equipment", "department_id": "it"}]  # fmt: skip
    found = away(resources=people)
    assert (found.loc["cem", "damage_days"], found.loc["cem", "n_tasks"]) == (0, 0)
    assert found.loc["ann", "cover"] == (
        "Cem (same role, 80 h free, 100%); Eva (same skill, 80 h free, 100%); "
        "Dan (same department, 40 h free, 100%)"
    )
    assert found.loc["ann", "cover_free_hours"] == 200
    assert "pc" not in found.index


def test_who_is_busy_cannot_cover():
    """Cem has the same role, but designs too, full-time in the first of two weeks."""
    people = [ANN | {"role": "Designer"}, BOB, {"id": "cem", "name": "Cem", "role": "Designer"}]
    both = [{"task_id": "1", "resource_id": name} for name in ("ann", "cem")]
    found = away(1, resources=people, assignments=both)
    assert found.loc["ann", "cover"] == "nobody"
    assert away(2, resources=people, assignments=both).loc["ann", "cover_free_hours"] == 40


def test_leave_that_is_known_is_not_counted_twice():
    """On leave from Monday to Wednesday anyway: of ten days away only seven are lost."""
    leave = [{"resource_id": "ann", "from": "2026-03-02", "to": "2026-03-04", "capacity": 0}]
    assert away(availability=leave).loc["ann", "damage_days"] == 7
    calendars = [{"id": "own", "weekday": day, "shift_start": "08:00", "shift_finish": "16:00"}
                 for day in ("mon", "tue", "wed", "thu", "fri")]  # fmt: skip
    off = [{"calendar_id": "own", "from": "2026-03-02", "to": "2026-03-04"}]
    people = [ANN | {"calendar_id": "own"}, BOB]
    work = [{"task_id": "1", "resource_id": "ann"}]
    for rules in ("primavera_p6", "microsoft_project"):
        found = away(start=pd.Timestamp("2026-03-02"), resources=people, calendars=calendars,
                     exceptions=off, assignments=work, header={"scheduling": rules})  # fmt: skip
        assert found.loc["ann", "damage_days"] == 7


def test_lags_go_on_while_somebody_is_away():
    """Concrete cures without Ann: the five days after design are not ten more."""
    links = [LINKS[0] | {"lag_hours": 40}, *LINKS[1:]]
    resources = [ANN, BOB | {"department_id": "it"}]
    plan = {"links": links, "status_date": FRIDAYS[0], "progress": [DESIGN_DONE]}
    assert away(1, resources=resources, **plan).loc["bob", "damage_days"] == 0


def test_day_and_night_stop_too():
    """A burn-in of three days and nights cannot go on while the one who watches it is away."""
    tasks = [TASKS[0] | {"duration_hours": 72, "is_elapsed": True}]
    row = away(1, tasks=tasks, links=[]).loc["ann"]
    assert row["damage_days"] == 5


def test_a_task_waits_as_a_whole_for_each_of_its_people():
    """Both design; without one of them it is not finished. Who has no hours there is not needed."""
    work = [{"task_id": "1", "resource_id": "ann"}, {"task_id": "1", "resource_id": "bob"},
            {"task_id": "2", "resource_id": "bob", "work_hours": 0}]  # fmt: skip
    found = away(1, assignments=work)
    assert found.loc["ann", "damage_days"] == found.loc["bob", "damage_days"] == 5
    assert found.loc["bob", "n_tasks"] == 1


def test_a_department_and_a_role_are_taken_away_as_one():
    """Both people of IT: two weeks of work wait for them. What one alone does is told once."""
    people = [ANN | {"department_id": "it", "role": "Engineer"},
              BOB | {"department_id": "it", "role": "Engineer"}]  # fmt: skip
    found = away(resources=people)
    assert found.loc["it", ["kind", "damage_days", "n_tasks"]].tolist() == ["team", 10, 2]
    assert "Engineer" not in found.index
    apart = [people[0], people[1] | {"department_id": "qa"}]
    work = [{"task_id": t, "resource_id": r} for t, r in (("1", "ann"), ("2", "bob"), ("3", "ann"))]
    found = away(resources=apart, assignments=work)
    assert set(found.index) == {"ann", "bob", "Engineer"}
    assert found.loc["Engineer", "kind"] == "team"


def test_a_department_does_what_nobody_is_assigned_to():
    """Quality does the test, whoever owns it; where Bob is assigned, it waits for him alone."""
    found = away(start=pd.Timestamp("2026-03-16"))
    assert found.loc["qa", ["damage_days", "hours", "n_tasks"]].tolist() == [10, 0, 1]
    work = [{"task_id": "3", "resource_id": "bob"}]
    found = away(start=pd.Timestamp("2026-03-16"), assignments=work)
    assert found.loc["qa", "n_tasks"] == 0


def test_a_vendor_is_known_by_its_name_or_its_mail():
    """Its department does build, although Ann is assigned to look on."""
    tasks = [TASKS[0], TASKS[1] | {"department_id": "ven"}, *TASKS[2:]]
    plan = {"tasks": tasks, "assignments": [{"task_id": "2", "resource_id": "ann"}]}
    named = [{"id": "ven", "name": "Nordwave (vendor)"}, {"id": "it", "name": "IT"},
             {"id": "qa", "name": "QA"}]  # fmt: skip
    row = away(departments=named, **plan).loc["ven"]
    assert (row["kind"], row["damage_days"], row["cover"]) == ("vendor", 5, "nobody")
    mails = [ANN | {"email": "ann@us.example"}, BOB | {"email": "bob@us.example"},
             ANN | {"id": "eva", "email": "eva@them.example", "department_id": "ven"}]  # fmt: skip
    named[0]["name"] = "Nordwave"
    assert away(departments=named, resources=mails, **plan).loc["ven", "kind"] == "vendor"


def test_only_the_kinds_asked_for_are_tried():
    """A plan without departments has no vendor."""
    plan = schedule(small_plan())
    assert set(key_people(plan, kinds=("person",))["kind"]) == {"person"}
    assert key_people(plan, kinds=("vendor",)) == CannotSay("the plan names nobody of this kind")
    reason = CannotSay("nothing was read")
    assert key_people(reason) is reason and single_points(reason) is reason


@pytest.mark.parametrize("weeks", [0, 105])
def test_a_span_is_weeks_and_no_more_than_two_years(weeks):
    """Who is away for ever has left: that is another plan."""
    with pytest.raises(ValueError, match=f"weeks is {weeks}: say 1 to 104"):
        key_people(schedule(small_plan()), weeks)


def test_critical_tasks_that_hang_on_one_person_are_named():
    """Design has two people, test has one; who could stand in is said."""
    people = [ANN | {"role": "Tester"}, BOB, {"id": "cem", "name": "Cem", "role": "Tester"}]
    work = [{"task_id": "1", "resource_id": "ann"}, {"task_id": "1", "resource_id": "bob"}]
    found = single_points(schedule(small_plan(resources=people, assignments=work)))
    assert found[["task", "person", "others"]].values.tolist() == [
        ["Build", "Bob", "nobody"],
        ["Test", "Ann", "Cem"],
    ]


@st.composite
def plans(draw):
    """Finish-to-start networks in one calendar: tasks of 1 to 10 days, each of up to two people."""
    count = draw(st.integers(1, 8))
    ids = [str(n) for n in range(count)]
    links = draw(st.sets(st.sampled_from([(a, b) for b in ids for a in ids[: int(b)]] or [None])))
    work = draw(st.sets(st.tuples(st.sampled_from(ids), st.sampled_from("abc")), max_size=10))
    days = draw(st.lists(st.integers(1, 10), min_size=count, max_size=count))
    owners = st.sampled_from("abc")
    tasks = [{"id": i, "name": i, "duration_hours": 8.0 * d, "owner_id": draw(owners)}
             for i, d in zip(ids, days, strict=True)]  # fmt: skip
    return schedule(small_plan(
        tasks=tasks, baseline=[], departments=[{"id": "it", "name": "IT"}],
        links=[{"predecessor_id": a, "successor_id": b} for a, b in sorted(links - {None})],
        resources=[{"id": p, "name": p, "department_id": "it" * (p != "c")} for p in "abc"],
        assignments=[{"task_id": t, "resource_id": p} for t, p in sorted(work)],
    ))  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(plans(), st.integers(1, 3), st.integers(0, 3))
def test_an_absence_costs_at_most_its_own_days(plan, weeks, later):
    """Between nothing and the working days away; a team costs no less than each of its people."""
    start = plan.start + pd.Timedelta(weeks=later)
    found = key_people(plan, weeks, start=start).set_index("party_id")
    assert found["damage_days"].between(0, 5 * weeks).all()
    if "it" in found.index:
        assert found.loc["it", "damage_days"] >= found.loc[["a", "b"], "damage_days"].max()


@settings(max_examples=15, deadline=None)
@given(plans(), st.integers(1, 2))
def test_the_damage_is_that_of_a_plan_whose_task_calendars_have_the_days_off(plan, weeks):
    """The same as writing the exceptions into the plan and scheduling it again."""
    found = key_people(plan, weeks, kinds=("person",)).set_index("party_id")
    project = plan.project
    first = plan.start.normalize()
    last = first + pd.Timedelta(days=7 * weeks - 1)
    week = [{"id": name, "weekday": day, "shift_start": start, "shift_finish": finish}
            for name in ("std", "away") for day in ("mon", "tue", "wed", "thu", "fri")
            for start, finish in (("08:00", "12:00"), ("13:00", "17:00"))]  # fmt: skip
    off = [{"calendar_id": "away", "from": first, "to": last}]
    work = project.assignments
    for person in "abc":
        mine = work["task_id"][work["resource_id"] == person]
        tasks = project.tasks
        is_mine = tasks["id"].isin(mine)
        is_mine |= (tasks["owner_id"] == person) & ~tasks["id"].isin(work["task_id"])
        tasks = tasks.assign(calendar_id=tasks["calendar_id"].mask(is_mine, "away"))
        other = schedule(project.replace(tasks=tasks, calendars=week, exceptions=off))
        days = other.calendars["std"].hours_between(plan.finish, other.finish) / 8
        assert found.loc[person, "damage_days"] == pytest.approx(days)


STARTERS = Path(__file__).parents[2] / "templates" / "projects"


@pytest.mark.parametrize("name", ["hardware-installation", "network-upgrade", "software-rollout"])
def test_the_starters_name_whom_they_cannot_spare(name):
    """Somebody costs days, somebody does not; each says by whom they are covered."""
    found = key_people(schedule(pm.read_project(STARTERS / name)))
    assert found["damage_days"].iloc[0] > 0 and found["damage_days"].iloc[-1] == 0
    assert set(found["kind"]) == {"person", "team", "vendor"}
    assert found["cover"].ne("").all()


@needs_data
@needs_java
def test_a_plan_of_microsoft_project_is_tried_too():
    """Read from its own file: its rules, its calendars, its people."""
    plan = schedule(pm.read_project(DATA / "msp_schedules" / "Software Development.mpp"))
    found = key_people(plan)
    assert found["damage_days"].iloc[0] > 0
    assert found["damage_days"].between(0, 10.1).all()
    assert found["n_tasks"].gt(0).any()


@needs_data
@pytest.mark.parametrize("name", TRACKED_IDS[:4])
def test_real_projects_lose_no_more_than_the_days_away(name):
    """Of executed projects, half-way: two weeks without anybody cost at most two weeks."""
    project = read_dslib(name)
    dates = sorted(project.progress["status_date"].unique())
    found = key_people(schedule(project.known_on(pd.Timestamp(dates[len(dates) // 2]))))
    if not isinstance(found, CannotSay):
        assert found["damage_days"].between(0, 10.1).all()
