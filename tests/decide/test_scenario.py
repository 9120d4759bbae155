"""A scenario is a named list of changes; it makes another project, and says what it does."""

from dataclasses import replace

import pandas as pd
import pytest
from small_plan import BUILD_HALF, DESIGN_DONE, FRIDAYS, small_plan

import pmtools as pm
from pmtools.decide.scenario import (
    CHANGES,
    Accept,
    AddPerson,
    ChangeBudget,
    ChangeCalendar,
    Crash,
    Drop,
    Mitigate,
    MoveDeadline,
    Overlap,
    Overtime,
    Postpone,
    RampUp,
    Reassign,
    Reorder,
    Scenario,
    Split,
    SwapPerson,
    read_scenarios,
    write_scenarios,
)  # fmt: skip
from pmtools.errors import ProjectError, SourceError

ASSIGNED = [
    {"task_id": "1", "resource_id": "ann"},
    {"task_id": "2", "resource_id": "bob"},
    {"task_id": "3", "resource_id": "ann"},
]
RATES = [
    {"resource_id": "ann", "hourly_rate": 100},
    {"resource_id": "bob", "hourly_rate": 80, "overtime_rate": 130},
]
RISK = {
    "id": "R1", "kind": "risk", "title": "Vendor is late", "probability": 0.5, "impact_hours": 40,
    "response": "reduce", "response_action": "Weekly call", "response_cost": 500,
    "residual_probability": 0.1, "task_ids": "2",
}  # fmt: skip
NO_RAMP = RampUp(days=0)


def plan(**tables):
    """Design, build, test, five days each from Monday 2 March; go live on Friday 20 March."""
    given = {"assignments": ASSIGNED, "rates": RATES, "register": [RISK]}
    return small_plan(**{**given, **tables})


def half_built(**tables):
    """Design is done, of build three days are left, on Friday 13 March."""
    return plan(status_date=FRIDAYS[1], progress=[DESIGN_DONE, BUILD_HALF], **tables)


def finish(project, *changes):
    return pm.schedule(Scenario("s", changes).apply(project)).finish.strftime("%d %H:%M")


def refused(project, *changes, **scenario):
    with pytest.raises(ProjectError) as caught:
        Scenario("s", changes, **scenario).apply(project)
    return [problem.found for problem in caught.value.problems]


def row(project, table, key, value):
    return project.tables[table].set_index(key).loc[value]


def test_a_scenario_without_changes_is_the_project_itself():
    """Nothing is touched that no change names."""
    project = plan()
    assert Scenario("nothing").apply(project).equals(project)


def test_the_project_that_is_changed_stays_as_it_was():
    """A scenario makes a new project."""
    project, same = half_built(), half_built()
    Scenario("s", (Crash("2", 8, 100), Drop(("3",)))).apply(project)
    assert project.equals(same)


def test_a_crashed_task_takes_the_stated_time_and_money():
    """Three days of build become one; the plan ends two days earlier and costs 900 more."""
    project = half_built()
    assert finish(project) == "25 17:00"
    assert finish(project, Crash("2", 8, 900)) == "23 17:00"
    changed = Scenario("s", (Crash("2", 8, 900),)).apply(project)
    assert row(changed, "tasks", "id", "2")["fixed_cost"] == 900
    assert row(changed, "tasks", "id", "2")["duration_hours"] == 40 - 16


def test_the_range_of_a_crashed_task_shrinks_with_it():
    """Half of the duration, half of each point; what is done already is not made shorter."""
    points = {"task_id": "3", "optimistic_hours": 30, "most_likely_hours": 40,
              "pessimistic_hours": 80}  # fmt: skip
    changed = Scenario("s", (Crash("3", 20),)).apply(plan(estimates=[points]))
    estimate = row(changed, "estimates", "task_id", "3")
    assert estimate[["optimistic_hours", "most_likely_hours", "pessimistic_hours"]].tolist() == [
        15, 20, 40,
    ]  # fmt: skip


def test_of_work_known_by_its_percentage_only_the_rest_is_crashed():
    """Half done of five days: two and a half are left; a day instead ends it 1.5 days earlier."""
    known = {key: BUILD_HALF[key] for key in BUILD_HALF if key != "remaining_hours"}
    project = plan(status_date=FRIDAYS[1], progress=[DESIGN_DONE, known])
    assert finish(project) == "25 12:00"
    assert finish(project, Crash("2", 8)) == "23 17:00"


def test_of_work_begun_without_any_figure_the_time_passed_counts_as_done():
    """Begun on Tuesday: four of five days have passed on Friday evening."""
    known = {"status_date": FRIDAYS[1], "task_id": "2", "actual_start": "2026-03-10 08:00"}
    project = plan(status_date=FRIDAYS[1], progress=[DESIGN_DONE, known])
    assert finish(project) == "23 17:00"
    assert finish(project, Crash("2", 4)) == "23 12:00"


def test_overlapped_work_begins_earlier_and_is_done_again_in_part():
    """Test begins two days before build ends; half a day of it (a quarter) is done again."""
    assert finish(plan()) == "20 17:00"
    assert finish(plan(), Overlap("2", "3", 16, rework=0)) == "18 17:00"
    assert finish(plan(), Overlap("2", "3", 16)) == "19 12:00"


def test_a_split_task_releases_what_needs_only_its_first_part():
    """Test needs two days of build; it runs beside the other three, and go live waits for both."""
    links = [
        {"predecessor_id": "1", "successor_id": "2"}, {"predecessor_id": "2", "successor_id": "3"},
        {"predecessor_id": "2", "successor_id": "4"}, {"predecessor_id": "3", "successor_id": "4"},
    ]  # fmt: skip
    split = Split("2", 0.4, released=("3",))
    changed = Scenario("s", (split,)).apply(plan(links=links))
    dates = pm.schedule(changed).tasks.set_index("id")["finish"].dt.strftime("%d %H:%M")
    assert dates.to_dict() == {"1": "06 17:00", "2": "10 17:00", "2/2": "13 17:00",
                               "3": "17 17:00", "4": "17 17:00"}  # fmt: skip
    assert changed.tasks["duration_hours"].sum() == plan().tasks["duration_hours"].sum()


def test_the_second_part_of_a_split_task_may_wait_for_a_day():
    """The first part is done as before, the rest from Monday 23 March on."""
    split = Split("2", 0.5, resumes=pd.Timestamp("2026-03-23"))
    assert finish(plan(), split) == "01 12:00"


def test_tasks_change_their_order():
    """The link between two tasks is turned; the others stay."""
    assert Scenario("s", (Reorder("3", "2"),)).apply(plan()).links.iloc[-1][
        ["predecessor_id", "successor_id"]
    ].tolist() == ["3", "2"]
    free = plan(links=[{"predecessor_id": "2", "successor_id": "4"}])
    assert finish(free) == "06 17:00"
    assert finish(free, Reorder("1", "2")) == "13 17:00"


def test_what_waited_for_dropped_work_waits_for_what_that_waited_for():
    """Without build, test follows design."""
    assert finish(plan(), Drop(("2",))) == "13 17:00"
    assert finish(plan(), Drop(("2", "3"))) == "06 17:00"
    links = Scenario("s", (Drop(("2", "3")),)).apply(plan()).links
    assert links[["predecessor_id", "successor_id"]].to_numpy().tolist() == [["1", "4"]]


def test_nothing_waits_for_postponed_work():
    """Build comes in May; test follows design."""
    changed = Scenario("s", (Postpone(("2",), pd.Timestamp("2026-05-04")),)).apply(plan())
    dates = pm.schedule(changed).tasks.set_index("id")["finish"]
    assert dates["2"] == pd.Timestamp("2026-05-08 17:00")
    assert dates["4"] == pd.Timestamp("2026-03-13 17:00")


def test_a_second_person_halves_what_remains_when_no_ramp_up_is_needed():
    """Five days of work of one person take two people two and a half; the hours stay the same."""
    added = AddPerson("ann", ("2",), ramp_up=NO_RAMP)
    changed = Scenario("s", (added,)).apply(plan())
    assert finish(plan(), added) == "18 12:00"
    rows = changed.assignments[changed.assignments["task_id"] == "2"]
    assert rows["resource_id"].tolist() == ["bob", "ann"]
    assert pm.schedule(changed).finish.strftime("%d %H:%M") == "18 12:00"


def test_adding_people_to_a_late_project_may_make_it_later():
    """Brooks: a newcomer who takes more than they give in their ramp-up delays the task."""
    slow = RampUp(days=10, productivity=0.1, mentoring=0.4)
    assert finish(plan(), AddPerson("ann", ("2",), ramp_up=slow)) > finish(plan())
    usual = AddPerson("ann", ("2",))
    # 40 h of work; in ten days of ramp-up both do 1.25 hours' work an hour: 32 hours.
    assert finish(plan(), usual) == "19 17:00"


def test_a_ramp_up_is_paid_once():
    """Three days of ramp-up end in the first task; the second has the newcomer at full pace."""
    ramp = RampUp(days=3, productivity=0.5, mentoring=0.5)
    both = AddPerson("cat", ("1", "2"), name="Cat", ramp_up=ramp)
    # Design: 24 h at 1, then 16 h of work by two in 8 h: four days. Build: 40 h by two: 2.5 days.
    changed = Scenario("s", (both,)).apply(plan())
    assert changed.tasks.set_index("id")["duration_hours"].tolist() == [32, 20, 40, 0]
    assert row(changed, "resources", "id", "cat")["name"] == "Cat"


def test_a_new_person_costs_what_they_are_paid():
    """The cost of the plan grows by the hours of the newcomer, and shrinks by those saved."""
    added = AddPerson("cat", ("2",), name="Cat", hourly_rate=60, ramp_up=NO_RAMP)
    changed = Scenario("s", (added,)).apply(plan())
    hours = changed.assignments.set_index(["task_id", "resource_id"])["work_hours"]
    assert hours["2", "cat"] == 20
    assert row(changed, "rates", "resource_id", "cat")["hourly_rate"] == 60


def test_somebody_else_takes_over():
    """Ann instead of Bob on build, at half of his pace: five days more, and she owns it."""
    assert finish(plan(), SwapPerson("bob", "ann", speed=0.5)) == "27 17:00"
    changed = Scenario("s", (SwapPerson("bob", "ann"),)).apply(plan())
    assert row(changed, "assignments", "task_id", "2")["resource_id"] == "ann"
    assert row(changed, "tasks", "id", "2")["owner_id"] == "ann"


def test_another_department_takes_over():
    """Department and owner change, no date does."""
    changed = Scenario("s", (Reassign(("2",), "qa", "ann"),)).apply(plan())
    assert row(changed, "tasks", "id", "2")[["department_id", "owner_id"]].tolist() == ["qa", "ann"]
    assert finish(plan(), Reassign(("2",), "qa", "ann")) == "20 17:00"


def test_overtime_makes_the_days_of_a_task_longer():
    """Two hours more a day: 40 hours of build take four days, and the plan ends on Thursday."""
    more = Overtime(("2",), pd.Timestamp("2026-03-09"), pd.Timestamp("2026-03-13"), hours_a_day=2)
    assert finish(plan(), more) == "19 17:00"
    changed = Scenario("s", (more,)).apply(plan())
    # Bob: 8 hours of overtime at 130 instead of 80.
    assert row(changed, "tasks", "id", "2")["fixed_cost"] == pytest.approx(8 * 50)


def test_overtime_without_a_rate_of_its_own_is_paid_with_the_premium():
    """Ann has no overtime rate: half of 100 more for each of 8 hours."""
    more = Overtime(("1",), pd.Timestamp("2026-03-02"), pd.Timestamp("2026-03-05"), hours_a_day=2)
    changed = Scenario("s", (more,)).apply(plan())
    assert row(changed, "tasks", "id", "1")["fixed_cost"] == pytest.approx(8 * 50)


def test_a_weekend_is_worked_like_a_usual_day():
    """Build gains Saturday and Sunday: it starts on Saturday and ends on Wednesday."""
    more = Overtime(("2",), pd.Timestamp("2026-03-07"), pd.Timestamp("2026-03-08"), weekends=True)
    assert finish(plan(), more) == "18 17:00"


def test_leave_is_no_overtime():
    """On a day off of the calendar nobody works longer."""
    tables = {
        "calendars": [{"id": "c", "name": "Usual"}],
        "exceptions": [{"calendar_id": "c", "from": "2026-03-09", "to": "2026-03-13"}],
        "header": {"calendar_id": "c"},
    }
    more = Overtime(("2",), pd.Timestamp("2026-03-09"), pd.Timestamp("2026-03-13"), hours_a_day=2)
    assert finish(plan(**tables), more) == finish(plan(**tables)) == "27 17:00"


def test_a_risk_is_mitigated_at_its_cost():
    """Its residual figures count, and the cost of the response falls on its task."""
    changed = Scenario("s", (Mitigate("R1"),)).apply(plan())
    assert row(changed, "register", "id", "R1")["response_done_date"] == pd.Timestamp("2026-03-02")
    assert row(changed, "tasks", "id", "2")["fixed_cost"] == 500
    assert row(Scenario("s", (Mitigate("R1", cost=50),)).apply(plan()), "tasks", "id", "2")[
        "fixed_cost"
    ] == 50  # fmt: skip


def test_a_mitigated_risk_moves_the_simulated_finish():
    """The chance of the deadline rises when the risk is met, and falls back when it is accepted."""
    project = plan(header={"deadline": pd.Timestamp("2026-03-20 23:59")})

    def chance(*changes):
        changed = Scenario("s", changes).apply(project)
        return pm.simulate(changed, n_trials=2000).chance(finish="2026-03-20")

    assert chance() == pytest.approx(0.5, abs=0.05)
    assert chance(Mitigate("R1")) == pytest.approx(0.9, abs=0.05)
    assert chance(Accept("R1")) == chance()


def test_promises_and_calendars_are_changed():
    """Deadlines of project and task, the budget, and the calendar of tasks or of the project."""
    nights = {"calendars": [{"id": "c"}, {"id": "n", "weekday": "sat", "shift_start": "08:00",
                                          "shift_finish": "18:00"}]}  # fmt: skip
    day = pd.Timestamp("2026-03-27 23:59")
    project = plan(**nights)
    changed = Scenario(
        "s",
        (MoveDeadline(day), MoveDeadline(day, "3"), ChangeBudget(9), ChangeCalendar("n", ("2",))),
    ).apply(project)
    assert (changed.header.deadline, changed.header.budget) == (day, 9)
    assert row(changed, "tasks", "id", "3")["deadline"] == day
    assert row(changed, "tasks", "id", "2")["calendar_id"] == "n"
    assert Scenario("s", (ChangeCalendar("n"),)).apply(project).header.calendar_id == "n"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (Crash("1", 8), '"Design" is finished'),
        (Crash("22", 8), '"22" is not a task'),
        (Crash("2", -1), "the remaining duration is -1"),
        (Overlap("1", "3", 8), '"Test" does not wait for the finish of "Design"'),
        (Overlap("2", "3", 80), '"Build" has less left than the overlap'),
        (Split("2", 0.5), '"Build" has begun'),
        (Split("3", 0.5, released=("2",)), '"Build" does not wait for "Test"'),
        (Reorder("2", "2"), "a task cannot come before itself"),
        (Postpone(("2",), pd.Timestamp("2026-05-01")), '"Build" has begun'),
        (AddPerson("cat", ("2",)), '"cat" is not a person or resource'),
        (AddPerson("bob", ("2",)), 'the person is on "Build" already'),
        (SwapPerson("bob", "ann", ("3",)), "Bob has nothing of it to do"),
        (Overtime(("2",), FRIDAYS[1], FRIDAYS[2], hours_a_day=-2), "overtime a day is -2"),
        (Overtime(("2",), FRIDAYS[1], FRIDAYS[2]), "there is no overtime in it"),
        (Overtime(("2",), FRIDAYS[2], FRIDAYS[1], 1), "it ends on 13 Mar 2026 before it begins"),
        (MoveDeadline(FRIDAYS[0]), "6 Mar 2026 is not after the status date 13 Mar 2026"),
        (ChangeBudget(-1), "the budget is -1"),
        (ChangeCalendar("x"), '"x" is not a calendar'),
        (Mitigate("R9"), '"R9" is not in the register'),
        (Mitigate("I1"), '"I1" is no risk'),
        (Accept("R2"), 'risk "R2" is closed'),
        (Mitigate("R3"), 'nothing is known of "R3" after its response'),
        (Reassign(("3",), "hr"), '"hr" is not a department'),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named(change, found):
    """A finished task, an unknown person, a number out of bounds: refused, with what to do."""
    register = [
        RISK, {"id": "I1", "kind": "issue", "title": "Broken"},
        RISK | {"id": "R2", "status": "closed"},
        {"id": "R3", "kind": "risk", "title": "Strike", "probability": 0.1, "impact_hours": 8},
    ]  # fmt: skip
    assert any(found in said for said in refused(half_built(register=register), change))


def test_all_problems_are_told_at_once():
    """Two bad changes give both reasons."""
    assert len(refused(half_built(), Crash("1", 8), ChangeBudget(-1), Crash("77", -5))) == 4


@pytest.mark.parametrize(
    "changes",
    [
        (Crash("3", 8), Crash("3", 16)),
        (Crash("3", 8), AddPerson("bob", ("3",))),
        (Drop(("3",)), Crash("3", 8)),
        (Crash("3", 8), Drop(("3",))),
        (Overlap("2", "3", 8), Drop(("2",))),
        (Mitigate("R1"), Accept("R1")),
        (MoveDeadline(FRIDAYS[2]), MoveDeadline(FRIDAYS[1])),
        (ChangeBudget(1), ChangeBudget(2)),
    ],
)
def test_changes_that_contradict_each_other_are_named(changes):
    """Two that settle the same, or one that changes what another leaves out."""
    (found,) = refused(plan(status_date=FRIDAYS[0], progress=[DESIGN_DONE]), *changes)
    assert "contradicts" in found


def test_changes_of_different_things_go_together():
    """Crash one task, drop another, move the deadline, mitigate: no conflict."""
    changes = (Crash("2", 8), Drop(("3",)), MoveDeadline(FRIDAYS[2]), Mitigate("R1"))
    assert not [*Scenario("s", changes).problems(plan())]


def test_a_scenario_of_another_snapshot_is_refused_until_it_is_renewed():
    """What was true last week need not be true now; renewed, it is checked against this week."""
    made = Scenario("s", (Crash("3", 8),)).renewed(small_plan(status_date=FRIDAYS[0]))
    (found,) = refused(half_built(), *made.changes, project_id="P1", status_date=FRIDAYS[0])
    assert "it was made for the status of 6 Mar 2026" in found
    made.renewed(half_built()).apply(half_built())
    (found,) = refused(half_built(), project_id="P2")
    assert found == 'it was made for project "P2"'


def test_scenarios_are_put_together():
    """The changes of both, in their order, equal one after the other."""
    one, other = Scenario("A", (Crash("2", 8),)), Scenario("B", (Crash("3", 8),))
    both = one + other
    assert both.name == "A and B"
    assert both.apply(plan()).equals(other.apply(one.apply(plan())))


def test_every_change_says_what_it_does_in_a_sentence():
    """Names and days, no ids of columns and no raw numbers."""
    project = plan(calendars=[{"id": "c", "name": "Nights"}])
    said = Scenario("s", (*EVERY, ChangeCalendar("c", ("4",)))).sentences(project)
    assert said[0] == "Build: 1 d instead of 5 d, for EUR 900"
    assert said[6].startswith("Ann at 50% joins")
    assert not any(text[0].islower() for text in said)
    assert not any("hours" in text or "_id" in text or "nan" in text for text in said)


EVERY = (
    Crash("2", 8, 900), Overlap("2", "3", 8, 0.5), Split("3", 0.5, ("4",), FRIDAYS[2]),
    Reorder("1", "4"), Drop(("3",)), Postpone(("3",), pd.Timestamp("2026-05-04")),
    AddPerson("ann", ("2",), units=0.5, ramp_up=RampUp(5, 0.4, 0.1)), SwapPerson("bob", "ann"),
    Reassign(("2", "3"), "qa"), Overtime(("2",), FRIDAYS[0], FRIDAYS[1], 2, weekends=True),
    Mitigate("R1", 5), Accept("R1"), MoveDeadline(FRIDAYS[2], "3"), ChangeBudget(1000),
)  # fmt: skip


def test_every_kind_of_change_is_among_those_that_are_tested():
    """The list of kinds and the examples agree."""
    assert {type(each) for each in EVERY} | {ChangeCalendar} == set(CHANGES.values())


def test_a_scenario_read_back_from_plain_data_is_the_same():
    """Numbers, days, lists and nested values survive; what is usual is not written."""
    made = Scenario("Faster", (*EVERY, ChangeCalendar("c")), "P1", FRIDAYS[1])
    assert Scenario.from_dict(made.to_dict()) == made
    assert made.to_dict()["changes"][6] == {
        "add_person": {"resource_id": "ann", "task_ids": ["2"], "units": 0.5,
                       "ramp_up": {"days": 5, "productivity": 0.4, "mentoring": 0.1}}
    }  # fmt: skip


def test_scenarios_are_kept_in_a_file_that_people_read(tmp_path):
    """YAML: names, days and numbers as one writes them; one scenario or several."""
    file = tmp_path / "faster.yml"
    one, other = Scenario("Zweite Schicht für Łódź", EVERY[:3]), Scenario("B", EVERY[3:])
    for made in ((one,), (one, other)):
        write_scenarios(made, str(file))
        assert read_scenarios(str(file)) == made
    file.write_text("name: Later\nchanges:\n- move_deadline: {deadline: 2026-03-27 23:59}\n")
    (found,) = read_scenarios(str(file))
    assert found.changes == (MoveDeadline(pd.Timestamp("2026-03-27 23:59")),)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"a: [", "it is no YAML"), (b"\xff\xfe\x00", "it is not UTF-8 text"),
        (b"!!python/object/apply:os.getcwd []", "it is no YAML"), (b"[" * 5000, "it is no YAML"),
        (b"#" * 1_000_001, "it is larger than 1,000,000 bytes"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_scenario_is_refused(tmp_path, content, found):
    """Broken, binary, hostile or huge: named, and nothing is run."""
    file = tmp_path / "s.yml"
    file.write_bytes(content)
    with pytest.raises(SourceError, match=found):
        read_scenarios(str(file))
    with pytest.raises(SourceError, match="it cannot be read"):
        read_scenarios(str(tmp_path / "none.yml"))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ([], "it is no scenario"),
        ({"name": "x", "changes": 3}, "it is no scenario"),
        ({"name": "x", "chnges": []}, '"chnges" is no part of a scenario'),
        ({"changes": []}, "it has no name"),
        ({"name": "x", "changes": ["crash"]}, "it is no change"),
        ({"name": "x", "changes": [{"crsh": {}}]}, '"crsh" is no change'),
        ({"name": "x", "changes": [{"crash": None}]}, "it has no fields"),
        ({"name": "x", "changes": [{"crash": {"task_id": "2"}}]}, "remaining_hours is missing"),
        ({"name": "x", "changes": [{"crash": {"task_id": 2, "remaining_hours": 1}}]},
         'task_id is "2"'),
        ({"name": "x", "changes": [{"crash": {"task_id": "2", "remaining_hours": "x"}}]},
         'remaining_hours is "x"'),
        ({"name": "x", "changes": [{"crash": {"task": "2"}}]}, '"task" is none of its fields'),
        ({"name": "x", "changes": [{"move_deadline": {"deadline": "soon"}}]},
         'deadline is "soon"'),
        ({"name": "x", "changes": [{"drop": {"task_ids": [1]}}]}, 'task_ids is "[1]"'),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file_of_scenarios_is_named(data, found):
    """Place, what was found and what was expected."""
    with pytest.raises(ProjectError) as caught:
        Scenario.from_dict(data)
    assert any(found in problem.found for problem in caught.value.problems)


@pytest.mark.parametrize(
    "starter", ["software-rollout", "network-upgrade", "hardware-installation"]
)
def test_changes_apply_to_the_starter_projects(starter):
    """On every open leaf task: crash by half, and the project still has a schedule, not a later."""
    project = pm.read_project(f"templates/projects/{starter}")
    base = pm.schedule(project)
    leaves = base.tasks[(base.tasks["kind"] == "task") & ~base.tasks["is_finished"]]
    for task, left in zip(leaves["id"], leaves["remaining_hours"], strict=True):
        faster = Scenario("s", (Crash(task, left / 2),)).apply(project)
        assert pm.schedule(faster).finish <= base.finish


def test_a_header_without_a_status_date_is_a_plan_to_be_changed():
    """Before the start every lever is there."""
    project = plan()
    assert replace(project.header).status_date is None
    assert finish(project, Crash("1", 8)) == "16 17:00"
