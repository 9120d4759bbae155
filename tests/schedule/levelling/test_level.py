"""Levelling of plans: published examples, capacity over time, what stays, what is told."""

import numpy as np
import pandas as pd
import pytest
from day_plan import day_plan, days
from levelling_checker import overloads
from psplib_problems import FOLDER, read_psplib
from real_data import needs_data

from pmtools.errors import ProjectError
from pmtools.schedule import PRESETS, schedule
from pmtools.schedule.levelling import grid, level

MONDAY = "2026-06-01"


def staffed(project, *units, capacity=1.0, **resource):
    """`A`, `B:0.5`: tasks of the plan that need Ann, and how much of her."""
    pairs = [(word.partition(":")[0], float(word.partition(":")[2] or 1)) for word in units]
    return project.replace(
        resources=[{"id": "ann", "name": "Ann", "capacity": capacity, **resource}],
        assignments=[{"task_id": t, "resource_id": "ann", "units": u} for t, u in pairs],
    )


def prioritised(project, **priorities):
    tasks = project.tasks.copy()
    tasks["priority"] = tasks["id"].map(priorities).fillna(500.0)
    return project.replace(tasks=tasks)


def quick(project, **options):
    return level(project, **{"max_schedules": 0, **options})


@pytest.mark.parametrize("scheduling", PRESETS)
def test_two_tasks_of_one_person_come_one_after_the_other(scheduling):
    """A3 and B3 with one person: B from 4 to 8 June (standards, section 5)."""
    levelling = quick(staffed(day_plan("A3 B3", scheduling=scheduling), "A", "B"))
    plan = levelling.schedule
    assert sorted([days(plan, "A"), days(plan, "B")]) == ["06-01..03", "06-04..08"]
    assert f"{levelling.finish:%m-%d}" == "06-08"
    assert levelling.is_optimal
    assert levelling.proof.text == "Optimal: no plan is finished before 8 Jun 2026"
    assert overloads(plan) == []
    moved = levelling.moves.iloc[0]
    assert (moved["moved_days"], moved["because"]) == (3, "Ann")


def test_smoothing_without_float_leaves_the_conflict_and_names_it():
    """A3 and B3 with one person and no float: nothing moves (standards, section 5)."""
    levelling = quick(staffed(day_plan("A3 B3"), "A", "B"), within_float=True)
    assert levelling.moves.empty
    told = levelling.conflicts.iloc[0]
    assert told.tolist() == [
        "ann", "Ann", pd.Timestamp(f"{MONDAY} 08:00"), pd.Timestamp("2026-06-03 17:00"), 2, 1,
        "A; B", "no float is left",
    ]  # fmt: skip
    assert "0 tasks moved, 1 overload left" in str(levelling)


def test_smoothing_uses_float_and_leaves_the_finish():
    """Beside L10 there is float: B from 4 June on, the finish stays (standards, section 5)."""
    levelling = quick(staffed(day_plan("A3 B3 L10"), "A", "B"), within_float=True)
    plan = levelling.schedule
    assert sorted([days(plan, "A"), days(plan, "B")]) == ["06-01..03", "06-04..08"]
    assert levelling.finish == levelling.before.finish
    assert levelling.conflicts.empty


def test_four_tasks_of_the_textbook_take_seven_days_with_an_even_load():
    """R ProjectManagement: starts 0, 3, 3, 5; load 4 4 4 4 4 4 1, squares 97 (section 5)."""
    project = staffed(day_plan("A3 B4 C2 D1", "A>B C>D"), "A:4", "B:1", "C:3", "D:3", capacity=4)
    plan = quick(project).schedule
    assert [days(plan, name)[:5] for name in "ABCD"] == ["06-01", "06-04", "06-04", "06-08"]
    assert f"{plan.finish:%m-%d}" == "06-09"
    units = project.assignments["units"].to_numpy()[:, None]
    dates = pd.bdate_range(MONDAY, periods=7).to_numpy() + np.timedelta64(9, "h")
    is_on = (plan.tasks["start"].to_numpy()[:, None] <= dates) & (
        plan.tasks["finish"].to_numpy()[:, None] > dates
    )
    assert (units * is_on).sum(axis=0).tolist() == [4, 4, 4, 4, 4, 4, 1]


@pytest.mark.parametrize("scheduling", PRESETS)
def test_the_higher_priority_is_served_first(scheduling):
    """Of two tasks that are as good for the finish, that of priority 900 does not wait."""
    project = staffed(day_plan("A3 B3 C3", scheduling=scheduling), "A", "B", "C")
    for first, last in ("AB", "BA", "CA"):
        plan = quick(prioritised(project, **{first: 900, last: 100})).schedule
        assert (days(plan, first), days(plan, last)) == ("06-01..03", "06-09..11")


def test_what_has_priority_1000_is_not_delayed():
    """Microsoft Project: 1000 is do not level; two such tasks overload, and that is told."""
    project = staffed(day_plan("A3 B3 C1"), "A", "B", "C")
    levelling = quick(prioritised(project, B=1000))
    assert days(levelling.schedule, "B") == "06-01..03"
    assert levelling.conflicts.empty
    levelling = quick(prioritised(project, A=1000, B=1000))
    assert days(levelling.schedule, "A") == days(levelling.schedule, "B") == "06-01..03"
    assert days(levelling.schedule, "C") == "06-04..04"
    assert levelling.conflicts["reason"].tolist() == ["a task of priority 1000 is not delayed"]


def test_a_microsoft_project_plan_waits_by_a_delay_and_one_of_primavera_by_a_constraint():
    """Three days of work are 72 elapsed hours; Primavera knows no delay."""
    plan = staffed(day_plan("A3 B3", scheduling="microsoft_project"), "A", "B")
    tasks = quick(prioritised(plan, A=600)).project.tasks
    assert tasks["levelling_delay_hours"].tolist() == [0, 72]
    assert tasks["constraint"].tolist() == ["", ""]
    tasks = quick(prioritised(staffed(day_plan("A3 B3"), "A", "B"), A=600)).project.tasks
    assert tasks["levelling_delay_hours"].tolist() == [0, 0]
    assert tasks["constraint"].tolist() == ["", "SNET"]
    assert tasks["constraint_date"][1] == pd.Timestamp("2026-06-04 08:00")


def test_a_soft_limit_that_gives_way_becomes_a_deadline():
    """B should start until 2 June; it waits for Ann, and its float still tells of the limit."""
    project = staffed(day_plan("A3 B3:SNLT=2026-06-02"), "A", "B")
    levelling = quick(prioritised(project, A=1000))
    task = levelling.project.tasks.iloc[1]
    assert (task["constraint"], f"{task['deadline']:%m-%d %H:%M}") == ("SNET", "06-04 17:00")
    assert levelling.schedule.tasks["total_float_hours"][1] == -16
    alone = quick(project)
    assert days(alone.schedule, "B") == "06-01..03"
    assert alone.project.tasks["constraint"].tolist() == ["SNET", "SNLT"]


def test_no_predecessor_waits_beyond_a_hard_limit_of_what_follows():
    """B must start on 4 June after A; so C waits for Ann, although its priority is higher."""
    project = day_plan("A3 B1:MSO=2026-06-04 C3", "A>B", scheduling="microsoft_project")
    levelling = quick(prioritised(staffed(project, "A", "C"), C=900))
    assert [days(levelling.schedule, n) for n in "ABC"] == ["06-01..03", "06-04..04", "06-04..08"]
    assert levelling.conflicts.empty


def test_deadlines_come_before_the_finish():
    """D5 then E5 are the long way, but A2 with its deadline goes first."""
    project = staffed(day_plan("A2:deadline=2026-06-02 D5 E5", "D>E"), "A", "D")
    assert days(quick(project).schedule, "A") == "06-01..02"
    free = staffed(day_plan("A2 D5 E5", "D>E"), "A", "D")
    assert days(quick(free).schedule, "A") == "06-08..09"


def on_her_calendar(project, *units, days_off):
    """Ann works Monday to Friday from 8 to 17 without a break, but for days off."""
    shift = {"id": "hers", "shift_start": "08:00", "shift_finish": "17:00"}
    project = project.replace(
        calendars=[{**shift, "weekday": day} for day in ("mon", "tue", "wed", "thu", "fri")],
        exceptions=[{"calendar_id": "hers", "from": day} for day in days_off],
    )
    return staffed(project, *units, calendar_id="hers")


def test_leave_holidays_and_part_time_are_capacity():
    """Ann is away on 2 June and half-time from 8 June on; her calendar is off on the 4th."""
    project = on_her_calendar(
        day_plan("A1 B1 C1 D1"), "A", "B", "C", "D:0.5", days_off=["2026-06-04"]
    )
    leave = [("2026-06-02", "2026-06-02", 0), ("2026-06-08", "2026-07-31", 0.5)]
    project = project.replace(
        availability=[{"resource_id": "ann", "from": first, "to": last, "capacity": capacity}
                      for first, last, capacity in leave],
    )  # fmt: skip
    plan = quick(prioritised(project, A=900, B=800, C=700, D=100)).schedule
    assert [days(plan, n)[:5] for n in "ABCD"] == ["06-01", "06-03", "06-05", "06-08"]
    assert overloads(plan) == []


def test_outside_the_usual_week_a_task_that_goes_on_needs_nobody():
    """90 elapsed hours from Friday on are watched by Ann on working days only: till Monday."""
    shift = {"shift_start": "08:00", "shift_finish": "16:00"}
    week = [{"id": "week", "weekday": day, **shift} for day in ("mon", "tue", "wed", "thu", "fri")]
    project = day_plan("A1 B1 C1", start="2026-06-05").replace(
        calendars=[*week, {"id": "saturday", "weekday": "sat", **shift}]
    )
    tasks = project.tasks.assign(
        duration_hours=[90.0, 6.0, 6.0], is_elapsed=[True, False, False],
        calendar_id=["", "saturday", "week"],
    )  # fmt: skip
    project = staffed(project.replace(tasks=tasks), "A", "B", "C", calendar_id="week")
    plan = quick(prioritised(project, A=900)).schedule
    assert [days(plan, n) for n in "ABC"] == ["06-05..08", "06-06..06", "06-09..09"]
    assert f"{plan.tasks['start'][2]:%H:%M}" == "08:00"


def test_a_task_that_cannot_avoid_days_off_goes_through_them_and_that_is_told():
    """Ann is off every Friday for years; a task of ten days is not put off till then."""
    fridays = pd.date_range("2026-06-05", "2032-01-01", freq="7D")
    project = on_her_calendar(day_plan("A10 B1"), "A", "B", days_off=fridays)
    levelling = quick(prioritised(project, A=900))
    assert days(levelling.schedule, "A") == "06-01..12"
    told = levelling.conflicts
    assert told["from"].dt.day.tolist()[:2] == [5, 12]
    assert told["capacity"].tolist()[:2] == [0, 0]
    assert set(told["reason"]) == {"the task takes longer than the time between days off"}


def test_a_task_waits_until_all_its_people_are_free():
    """C needs Ann and Bob: it starts when the later of both is free."""
    project = staffed(day_plan("A2 B3 C1"), "A", "C")
    project = project.replace(
        resources=[{"id": "ann", "name": "Ann"}, {"id": "bob", "name": "Bob"}],
        assignments=[{"task_id": t, "resource_id": r}
                     for t, r in (("A", "ann"), ("B", "bob"), ("C", "ann"), ("C", "bob"))],
    )  # fmt: skip
    levelling = quick(prioritised(project, C=100))
    assert days(levelling.schedule, "C") == "06-04..04"
    assert levelling.moves["because"].tolist() == ["Ann, Bob"]


def test_three_thirds_of_a_person_are_one():
    """Three tasks at 33.3 percent run at once, a fourth waits."""
    project = staffed(day_plan("A3 B3 C3 D3"), *(f"{n}:{1 / 3}" for n in "ABCD"))
    assert sorted(quick(project).schedule.tasks["start"].dt.day) == [1, 1, 1, 4]


def test_hundredths_of_a_person_are_proved_as_well_as_whole_ones():
    """0.8333 and 0.3333 are too much for one person, 0.8333 and 0.1667 are not."""
    project = staffed(day_plan("A3 B3 C3"), "A:0.8333", "B:0.3333", "C:0.1667")
    levelling = level(project, time_limit=60)
    assert f"{levelling.finish:%m-%d}" == "06-08"
    assert levelling.is_optimal


def test_started_work_stays_and_holds_its_people():
    """Status 3 June: A and B are under way with Ann; C waits until both are done."""
    facts = [{"task_id": n, "actual_start": f"{MONDAY} 08:00", "percent_complete": 40}
             for n in "AB"]  # fmt: skip
    project = staffed(day_plan("A5 B4 C1", "", MONDAY, "2026-06-03", facts), "A:0.6", "B:0.6", "C")
    levelling = quick(project)
    before, after = levelling.before.tasks, levelling.schedule.tasks
    assert (before["finish"] == after["finish"]).tolist() == [True, True, False]
    assert days(levelling.schedule, "C") == "06-08..08"
    told = levelling.conflicts
    assert told["reason"].tolist() == ["work that has started stays where it is"]
    assert told[["needed", "capacity", "tasks"]].iloc[0].tolist() == [1.2, 1, "A; B"]


def test_material_and_level_of_effort_are_not_levelled():
    """Ten tons of sand and the project office hold nobody up."""
    project = staffed(day_plan("A3 B3 C3 D3"), "A", "B", "C", "D", kind="material")
    assert quick(project).moves.empty
    project = staffed(day_plan("A3 B3"), "A", "B")
    tasks = project.tasks.assign(kind=["task", "level_of_effort"])
    assert quick(project.replace(tasks=tasks)).moves.empty
    fixed = project.assignments.assign(is_fixed_quantity=[False, True])
    assert quick(project.replace(assignments=fixed)).moves.empty


@pytest.mark.parametrize("scheduling", PRESETS)
def test_as_late_as_possible_is_no_earlier_than_before(scheduling):
    """B is as late as possible beside L10; its place is free, so it stays there."""
    project = staffed(day_plan("A3 B3:ALAP L10", "", scheduling=scheduling), "A", "B")
    levelling = quick(project)
    assert days(levelling.before, "B") == days(levelling.schedule, "B") == "06-10..12"
    assert levelling.moves.empty


def test_earlier_levelling_is_taken_back():
    """A delay of a month that nobody needs any more is gone."""
    project = staffed(day_plan("A3 B3", scheduling="microsoft_project"), "A", "B")
    tasks = project.tasks.assign(levelling_delay_hours=[0.0, 720.0])
    levelling = quick(project.replace(tasks=tasks))
    assert f"{levelling.before.finish:%m-%d}" == "07-03"
    assert f"{levelling.finish:%m-%d}" == "06-08"
    assert levelling.moves["moved_days"].tolist()[-1] < 0


def test_what_cannot_be_kept_is_said_beside_the_proof():
    """Two tasks of Ann are due on the same day: one of them is late, as in any other plan."""
    project = staffed(day_plan("A3:deadline=2026-06-03 B3:deadline=2026-06-03"), "A", "B")
    levelling = quick(project)
    text = "Optimal: no plan that is as punctual is finished before 8 Jun 2026"
    assert levelling.proof.text == text


def test_a_delay_is_exact_to_the_minute():
    """A of 67 minutes makes B wait as long, in elapsed hours with as many digits as it takes."""
    project = staffed(day_plan("A1 B1", scheduling="microsoft_project"), "A", "B")
    tasks = project.tasks.assign(duration_hours=[67 / 60, 1.0], priority=[900.0, 100.0])
    levelling = quick(project.replace(tasks=tasks))
    assert levelling.schedule.tasks["start"][1] == pd.Timestamp(f"{MONDAY} 09:07")


@needs_data
def test_a_plan_of_psplib_is_levelled_to_its_optimum():
    """j301_1: critical path 38 days, 43 with its people, proved (standards, section 5)."""
    problem = read_psplib(FOLDER / "j30" / "j301_1.sm")
    ids = [str(job) for job in range(len(problem.duration))]
    ends = zip(problem.predecessor, problem.successor, strict=True)
    project = day_plan("A1").replace(
        tasks=[{"id": i, "name": i, "duration_hours": 8.0 * d}
               for i, d in zip(ids, problem.duration, strict=True)],
        links=[{"predecessor_id": str(a), "successor_id": str(b)} for a, b in ends],
        resources=[{"id": f"r{r}", "name": f"r{r}", "capacity": float(capacity[0])}
                   for r, capacity in enumerate(problem.capacity)],
        assignments=[{"task_id": i, "resource_id": f"r{r}", "units": float(units)}
                     for i, row in zip(ids, problem.demand, strict=True)
                     for r, units in enumerate(row)],
    )  # fmt: skip
    levelling = level(project, time_limit=60)
    count = levelling.schedule.calendars[""].hours_between
    start = levelling.schedule.start
    assert count(start, levelling.before.finish) == 38 * 8
    assert count(start, levelling.finish) == 43 * 8
    assert levelling.is_optimal
    assert overloads(levelling.schedule) == []


def test_what_needs_more_than_there_ever_is_is_named_before_any_search():
    """All such assignments at once, with the task, the resource and the remedy."""
    project = staffed(day_plan("A3 B3 C3"), "A:2", "B:1", "C:1.5")
    with pytest.raises(ProjectError) as error:
        level(project)
    assert [str(problem) for problem in error.value.problems] == [
        f'table "assignments": task "{name}" needs {units} of "Ann", of which there is never more '
        "than 1.00 for as long as it takes. Lower the units, shorten the task, or raise the "
        "capacity."
        for name, units in (("A", "2.00"), ("C", "1.50"))
    ]


def test_a_helping_hand_that_leaves_too_soon_is_no_help():
    """Two Anns there are for three days only; a task of five days needs two."""
    rows = [{"resource_id": "ann", "from": "2026-06-01", "to": "2026-06-03", "capacity": 2}]
    project = staffed(day_plan("A5"), "A:2").replace(availability=rows)
    with pytest.raises(ProjectError, match=r"never more than 2\.00 for as long as it takes"):
        level(project)
    short = staffed(day_plan("A3 B1"), "A:2", "B").replace(availability=rows)
    assert days(quick(short).schedule, "B") == "06-04..04"


def test_loops_and_empty_plans_are_refused_as_by_the_schedule():
    """What has no dates cannot be levelled."""
    with pytest.raises(ProjectError, match="circle"):
        level(staffed(day_plan("A1 B1", "A>B B>A"), "A", "B"))


def test_a_levelled_plan_is_left_as_it_is():
    """Levelled again, nothing moves: what is as early as can be stays in its place."""
    for scheduling in PRESETS:
        once = quick(staffed(day_plan("A3 B3 C2", "A>C", scheduling=scheduling), "A", "B", "C"))
        again = quick(once.project)
        assert again.finish == once.finish
        assert again.moves.empty


def test_without_people_nothing_moves():
    """A plan that asks for nobody is as early as its links allow."""
    levelling = level(day_plan("A3 B3", "A>B"))
    assert levelling.moves.empty
    assert levelling.is_optimal
    assert levelling.finish == levelling.bound == schedule(day_plan("A3 B3", "A>B")).finish


def test_where_the_grid_is_too_fine_the_plan_is_still_exact(monkeypatch):
    """Odd minutes over years are searched in coarser slots, but placed to the minute."""
    monkeypatch.setattr(grid, "SLOTS", 50)
    project = staffed(day_plan(" ".join(f"T{chr(97 + n)}7" for n in range(9))), *(
        f"T{chr(97 + n)}" for n in range(9)))  # fmt: skip
    hours = 56 + np.arange(9) / 60
    levelling = quick(project.replace(tasks=project.tasks.assign(duration_hours=hours)))
    plan = levelling.schedule
    assert overloads(plan) == []
    assert plan.calendars[""].hours_between(plan.start, plan.finish) == pytest.approx(hours.sum())
    assert not levelling.is_optimal
    assert levelling.bound == levelling.before.finish
    assert "later than the best possible" in levelling.proof.text


def test_a_levelling_is_told_without_markup_from_the_project():
    """Names of tasks and projects are text."""
    project = staffed(day_plan("A3 B3"), "A", "B")
    tasks = project.tasks.assign(name=["<b>A</b>", "<b>B</b>"])
    levelling = quick(project.replace(tasks=tasks))
    assert "<b>" not in levelling._repr_html_()
    assert str(levelling).startswith("Vector: levelled to 8 Jun 2026, was 3 Jun 2026; 1 task moved")
