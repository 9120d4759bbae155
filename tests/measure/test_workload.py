"""Load against capacity, week by week."""

from pathlib import Path

import pandas as pd
import pytest
from small_plan import FRIDAYS, LINKS, TASKS, small_plan

import pmtools as pm
from pmtools.errors import ProjectError
from pmtools.measure.workload import overallocated, workload
from pmtools.metrics import CannotSay
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
    assert list(found["tasks"]) == ["Design; Build", "", ""]


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


UNDER_WAY = {"status_date": FRIDAYS[1], "task_id": "1", "actual_start": "2026-03-02 08:00",
             "percent_complete": 40, "remaining_hours": 24}  # fmt: skip


def test_work_under_way_counts_with_the_hours_it_was_planned_with():
    """40 hours of work in 40 hours, interrupted, 24 left: 24 hours of work, not a share of 64."""
    alone = {"tasks": TASKS[:1], "links": [], "progress": [UNDER_WAY]}
    whole = [{"task_id": "1", "resource_id": "ann", "work_hours": 40}]
    assert list(load(whole, FRIDAYS[1], **alone)["load_hours"]) == [24, 0, 0]
    half = [{"task_id": "1", "resource_id": "ann", "work_hours": 20}]
    assert list(load(half, FRIDAYS[1], **alone)["load_hours"]) == [12, 0, 0]


def test_several_people_on_a_task_each_carry_their_own_hours():
    """Design by Ann full-time and by Bob for ten hours."""
    assignments = [
        {"task_id": "1", "resource_id": "ann"},
        {"task_id": "1", "resource_id": "bob", "work_hours": 10},
    ]
    found = load(assignments).set_index(["resource_id", "week"])["load_hours"]
    assert found["ann"].tolist() == [40, 0, 0]
    assert found["bob"].tolist() == [10, 0, 0]


def test_unfinished_work_with_dates_in_the_past_is_work_of_now():
    """Microsoft Project leaves late work where it was; it is still to be done."""
    plan = {"header": {"scheduling": "microsoft_project"}, "tasks": TASKS[:1], "links": []}
    found = load([{"task_id": "1", "resource_id": "ann"}], FRIDAYS[1], **plan)
    assert found["week"].iloc[0] == pd.Timestamp("2026-03-16")
    assert list(found["load_hours"]) == [40, 0, 0]


WEEKEND = [{"id": "we", "weekday": day, "shift_start": "08:00", "shift_finish": "16:00"}
           for day in ("sat", "sun")]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "week", "capacity"),
    [
        ("2026-03-11 12:00", "2026-03-09", 20),
        ("2026-03-13 12:00", "2026-03-09", 4),
        ("2026-03-13 23:59", "2026-03-16", 40),
        ("2026-03-15 23:59", "2026-03-16", 40),
        ("2026-03-16 00:00", "2026-03-16", 40),
    ],
)
def test_the_first_week_is_what_is_left_of_the_current_one(status, week, capacity):
    """On Wednesday noon half of it; with nothing left of it, the next week is the first."""
    tasks = [TASKS[0] | {"duration_hours": 400}]
    plan = {"tasks": tasks, "links": []}
    found = load([{"task_id": "1", "resource_id": "ann"}], pd.Timestamp(status), **plan)
    assert str(found["week"].iloc[0].date()) == week
    assert list(found["capacity_hours"]) == [capacity, 40, 40]
    assert list(found["load_hours"]) == [capacity, 40, 40]


def test_work_on_the_weekend_after_a_friday_report_is_not_lost():
    """A cut-over on Saturday and Sunday is due before the next Monday: it counts with that week."""
    tasks = [TASKS[0] | {"calendar_id": "we", "duration_hours": 16}]
    plan = {"tasks": tasks, "links": [], "calendars": WEEKEND}
    found = load([{"task_id": "1", "resource_id": "ann"}], FRIDAYS[1], **plan)
    assert found["week"].iloc[0] == pd.Timestamp("2026-03-16")
    assert list(found["load_hours"]) == [16, 0, 0]


def test_of_two_capacities_on_a_day_the_smaller_counts():
    """Leave inside a half-time month is leave, whichever row stands first."""
    spans = [
        {"resource_id": "ann", "from": "2026-03-04", "to": "2026-03-05", "capacity": 0},
        {"resource_id": "ann", "from": "2026-03-01", "to": "2026-03-31", "capacity": 0.5},
    ]
    for rows in (spans, spans[::-1]):
        found = load([{"task_id": "1", "resource_id": "ann"}], availability=rows)
        assert list(found["capacity_hours"]) == [12, 20, 20]


def test_a_role_of_three_carries_the_work_of_three():
    """Capacity counts heads, and a stated period may raise it too."""
    tables = {
        "resources": [{"id": "tech", "name": "Technician", "kind": "role", "capacity": 3}],
        "tasks": [task | {"owner_id": ""} for task in TASKS],
        "availability": [
            {"resource_id": "tech", "from": "2026-03-09", "to": "2026-03-15", "capacity": 4}
        ],
    }
    found = load([{"task_id": "1", "resource_id": "tech", "units": 3}], **tables)
    assert list(found["load_hours"]) == [120, 0, 0]
    assert list(found["capacity_hours"]) == [120, 160, 120]
    assert not found["is_overallocated"].any()


def test_a_task_of_day_and_night_asks_working_days_of_its_people():
    """Three days and nights on watch are 24 hours of work, or the hours that are stated."""
    tasks = [TASKS[0] | {"is_elapsed": True, "duration_hours": 72}]
    plan = {"tasks": tasks, "links": []}
    full = load([{"task_id": "1", "resource_id": "ann"}], **plan)
    assert full["load_hours"].iloc[0] == pytest.approx(24)
    stated = [{"task_id": "1", "resource_id": "ann", "work_hours": 9}]
    assert load(stated, **plan)["load_hours"].iloc[0] == 9


def test_work_outside_the_hours_of_its_own_calendar_is_not_lost():
    """Microsoft Project works a task in the hours of its people: here at night."""
    nights = [{"id": "night", "weekday": day, "shift_start": "18:00", "shift_finish": "22:00"}
              for day in ("mon", "tue", "wed", "thu", "fri")]  # fmt: skip
    plan = {
        "header": {"scheduling": "microsoft_project"},
        "tasks": [TASKS[0] | {"duration_hours": 4}],
        "links": [],
        "calendars": nights,
        "resources": [{"id": "ann", "name": "Ann", "calendar_id": "night"}],
    }
    found = load([{"task_id": "1", "resource_id": "ann"}], **plan)
    assert list(found["load_hours"]) == [4, 0, 0]
    assert list(found["capacity_hours"]) == [20, 20, 20]


def test_who_is_done_is_not_shown_and_a_milestone_is_no_load():
    """Ann's design is finished; what is assigned to the milestone takes no time."""
    progress = [{"status_date": FRIDAYS[0], "task_id": "1", "actual_start": "2026-03-02 08:00",
                 "actual_finish": "2026-03-06 17:00"}]  # fmt: skip
    assignments = [
        {"task_id": "1", "resource_id": "ann"},
        {"task_id": "4", "resource_id": "bob", "work_hours": 4},
    ]
    found = load(assignments, FRIDAYS[0], progress=progress)
    assert set(found["resource"]) == {"Bob"}
    assert list(found["load_hours"]) == [0, 0, 0]


def test_work_without_any_hours_has_no_percentage():
    """On leave with a week of work: too much by all of it, but no infinite percentage."""
    away = {"resource_id": "ann", "from": "2026-03-02", "to": "2026-03-08", "capacity": 0}
    found = load([{"task_id": "1", "resource_id": "ann"}], availability=[away])
    assert found["load_percent"].isna().tolist() == [True, False, False]
    assert list(overallocated(found)["over_hours"]) == [40]


def test_a_quarter_of_an_hour_is_no_overload():
    """Nobody plans to the minute."""
    for hours, is_over in ((40.25, False), (40.5, True)):
        found = load([{"task_id": "1", "resource_id": "ann", "work_hours": hours}])
        assert found["is_overallocated"].iloc[0] == is_over


def of(name, people, *, status=None, work="ann", **tables):
    """A project of its own, in which `work` designs."""
    tasks = [task | {"owner_id": ""} for task in TASKS]
    assignments = [{"task_id": "1", "resource_id": work}]
    header = {"id": name, "name": name, **tables.pop("header", {})}
    return schedule(small_plan(status, header=header, resources=people, tasks=tasks,
                               assignments=assignments, **tables))  # fmt: skip


ANN = {"id": "ann", "name": "Ann", "email": "Ann@example.com"}


def test_one_person_in_two_projects_has_two_loads_and_one_capacity():
    """By e-mail, whatever she is called there: 80 hours of work in 40."""
    plans = [of("Rollout", [ANN]), of("Upgrade", [ANN | {"id": "a7", "name": "A. Berger",
             "email": " ann@EXAMPLE.com"}], work="a7")]  # fmt: skip
    found = workload(plans, 2)
    row = found.iloc[0]
    assert (row["load_hours"], row["capacity_hours"], row["load_percent"]) == (80, 40, 200)
    assert row["projects"] == "Rollout 40 h; Upgrade 40 h"
    assert row["tasks"] == "Design (Rollout); Design (Upgrade)"
    assert (row["resource_id"], row["doubt"]) == ("ann", "")
    assert len(found) == 2


def test_without_an_address_id_and_name_make_a_person():
    """Also where only one of the projects knows her address."""
    bare = {"id": "ann", "name": "ann "}
    for people in ([bare, bare], [ANN, bare], [bare, ANN]):
        plans = [of(name, [one]) for name, one in zip(("A", "B"), people, strict=True)]
        assert workload(plans, 1)["load_hours"].tolist() == [80]


def test_two_people_of_one_id_or_name_are_not_one_and_are_flagged():
    """Another Ann in the other project, or another r1: each has her own week."""
    for other in ({"id": "ann", "name": "Ann", "email": "ann@other.example"},
                  {"id": "ann", "name": "Anton"}):  # fmt: skip
        found = workload([of("A", [ANN]), of("B", [other])], 1)
        assert found["load_hours"].tolist() == [40, 40]
        assert found["resource_id"].tolist() == ["ann (A)", "ann (B)"]
        assert found["doubt"].str.contains("another person").all()


def test_a_shared_mailbox_is_nobody():
    """Two people of one project with the address of the team stay two."""
    team = [ANN, {"id": "bob", "name": "Bob", "email": ANN["email"]}]
    found = workload([of("A", team), of("B", [ANN])], 1, is_everyone=True)
    assert found.set_index("resource")["load_hours"].to_dict() == {"Ann": 80, "Bob": 0}


def test_leave_and_holidays_of_any_project_count_once_for_all():
    """Two days of leave in one project, half-time in the other: the smaller capacity of a day."""
    away = [{"resource_id": "ann", "from": "2026-03-04", "to": "2026-03-05", "capacity": 0}]
    plans = [of("A", [ANN]), of("B", [ANN | {"capacity": 0.5}], availability=away)]
    assert workload(plans, 1)["capacity_hours"].tolist() == [24]


def test_the_weeks_begin_with_the_earliest_status_date_or_where_one_says():
    """The other project's work lies after its own status date."""
    plans = [of("A", [ANN]), of("B", [ANN], status=FRIDAYS[0])]
    found = workload(plans, 2)
    assert found["load_hours"].tolist() == [40, 40]
    assert found["projects"].tolist() == ["A 40 h", "B 40 h"]
    later = workload(plans, 2, start=pd.Timestamp("2026-03-09"))
    assert str(later["week"].iloc[0].date()) == "2026-03-09"
    assert later["load_hours"].tolist() == [40, 0]


def test_roles_and_departments_add_up_their_people():
    """Of two network engineers one has work; Bob has no role and is one alone."""
    people = [ANN | {"role": "Engineer", "department_id": "it"},
              {"id": "cem", "name": "Cem", "role": "Engineer", "department_id": "it"},
              {"id": "bob", "name": "Bob"}]  # fmt: skip
    plan = of("A", people)
    row = workload(plan, 1, by="role").iloc[0]
    assert (row["resource"], row["load_hours"], row["capacity_hours"]) == ("Engineer", 40, 80)
    assert row["load_percent"] == 50
    everyone = workload(plan, 1, by="role", is_everyone=True)
    assert everyone["resource"].tolist() == ["Engineer", "Bob"]
    found = workload(plan, 1, by="department", is_everyone=True)
    assert found["resource"].tolist() == ["IT", "No department"]
    assert found["capacity_hours"].tolist() == [80, 40]
    with pytest.raises(ValueError, match='by is "team": say person, role, department'):
        workload(plan, by="team")


def test_one_project_given_twice_is_refused():
    """Its work would count twice: two weeks of one project are no portfolio."""
    plan = of("A", [ANN])
    with pytest.raises(ProjectError, match="several projects have the id A"):
        workload([plan, plan])


def test_a_reason_is_handed_on():
    """No project, no load."""
    reason = CannotSay("nothing was read")
    assert workload(reason) is reason and overallocated(reason) is reason
    assert workload([]) == CannotSay("there is no project")


STARTERS = Path(__file__).parents[2] / "templates" / "projects"


def test_two_starters_that_share_a_person_share_their_hours():
    """The project manager of the rollout runs the upgrade too, under another id."""
    one, other = (pm.read_project(STARTERS / n) for n in ("software-rollout", "network-upgrade"))
    mail = one.resources.set_index("id")["email"]["hana"]
    people = other.resources
    other = other.replace(
        resources=people.assign(email=people["email"].mask(people["id"] == "stefan", mail))
    )
    plans = [schedule(one), schedule(other)]
    found, alone = workload(plans), [workload(plan) for plan in plans]
    shared = found[found["resource_id"] == "hana"]
    hours = [each.set_index("resource_id")["load_hours"] for each in alone]
    assert shared["load_hours"].sum() == pytest.approx(
        hours[0]["hana"].sum() + hours[1]["stefan"].sum()
    )
    assert shared["projects"].str.contains(";").any()
    assert shared["capacity_hours"].sum() <= 240
    assert found["load_hours"].sum() == pytest.approx(sum(each.sum() for each in hours))
    assert "stefan" not in set(found["resource_id"])
