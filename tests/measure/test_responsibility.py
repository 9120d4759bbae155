"""The RACI matrix, rolled up and down, and each of its rules alone (standards, section 8)."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raci_plan import DELIVERABLES, HOURS, LINKS, PEOPLE, ROLES, TASKS, UNITS, raci_plan, role
from small_plan import small_plan

from pmtools.errors import ProjectError
from pmtools.measure.lookahead import look_ahead
from pmtools.measure.promises import promises
from pmtools.measure.responsibility import responsibility
from pmtools.measure.urgency import who_must_act
from pmtools.schedule import schedule


def codes(project, **limits):
    return list(responsibility(project, **limits).findings["code"])


def without(*left_out):
    return [each for each in ROLES if each not in left_out]


def people(n):
    return [{"id": f"p{k}", "name": f"Person {k}", "department_id": "it"} for k in range(n)]


def test_a_matrix_that_keeps_all_rules_has_no_finding():
    """Deliverables in order of due date, parties by department; a Schedule says the same."""
    found = responsibility(raci_plan())
    assert found.findings.empty
    assert found.matrix.to_dict("index") == {
        "P": {"ann": "A", "bob": "R", "cem": "C"}, "M": {"ann": "I", "bob": "R", "cem": "A"},
    }  # fmt: skip
    assert list(found.matrix) == ["ann", "bob", "cem"]
    again = responsibility(schedule(raci_plan()))
    pd.testing.assert_frame_equal(again.cells, found.cells)
    assert (
        str(found) == "2 deliverables and tasks, 3 parties with a role: 0 findings, 0 of them red"
    )


def test_a_deliverable_is_as_late_as_its_last_task():
    """The portal is built on 20 March, as due; the manual is ready 15 working days early."""
    rows = responsibility(raci_plan()).rows.set_index("id")
    assert rows["days_late"].to_dict() == {"P": 0.0, "M": -15.0}
    assert not rows["is_done"].any()
    late = [TASKS[0], TASKS[1], TASKS[2] | {"duration_hours": 96}, *TASKS[3:]]
    assert responsibility(raci_plan(tasks=late)).rows["days_late"].iloc[0] == 2.0


BROKEN = {
    "no-role": without(*[each for each in ROLES if each[0] == "M"]),
    "no-accountable": without(("P", "ann", "A")),
    "several-accountable": [*without(("P", "bob", "R")), ("P", "bob", "A")],
}


@pytest.mark.parametrize("code", ["no-role", "no-accountable", "several-accountable"])
def test_exactly_one_party_answers_for_each_row(code):
    """No A, two A, and a row that nobody has filled in, are three different findings."""
    found = responsibility(raci_plan(BROKEN[code])).findings
    assert list(found["code"]) == [code]
    assert found["what"].iloc[0] == ("Manual" if code == "no-role" else "Portal")
    assert found["remedy"].iloc[0]


def test_at_least_one_party_does_it():
    """Where A has hours on it, A does it; the others only answer for it, ask or are told."""
    alone = [("M", "cem", "A"), ("P", "ann", "A"), ("P", "bob", "R")]
    assert codes(raci_plan(alone)) == []
    idle = [("M", "ann", "A"), ("P", "ann", "A"), ("P", "bob", "R"), ("P", "cem", "C")]
    assert codes(raci_plan(idle)) == ["no-responsible", "role-without-hours"]


def test_what_is_due_within_fourteen_days_and_done_by_nobody_is_urgent():
    """20 March is 14 days ahead: red; seen 13 days ahead it is not due soon."""
    roles = [("P", "cem", "A"), ("M", "cem", "A"), ("M", "bob", "R"), ("M", "ann", "I")]
    found = responsibility(raci_plan(roles)).findings
    assert found.set_index("code").loc["due-without-responsible", "signal"] == "red"
    later = [DELIVERABLES[0] | {"due": "2026-03-21"}, DELIVERABLES[1]]
    assert "no-responsible" in codes(raci_plan(roles, deliverables=later))
    assert "no-responsible" in codes(raci_plan(roles), due_days=13)


def test_a_party_has_one_code_a_row():
    """Two codes of one party in one row are refused at the door."""
    with pytest.raises(ProjectError, match="already in"):
        raci_plan([*ROLES, ("P", "ann", "R")])


def test_where_many_do_it_nobody_does_and_where_many_are_asked_nobody_decides():
    """Three R and four C are as many as there should be; the limits are arguments."""
    for code, letter, n in (("too-many-responsible", "R", 4), ("too-many-consulted", "C", 5)):
        crowd = [("M", f"p{k}", letter) for k in range(n)]
        hours = [*HOURS, *({"task_id": "3", "resource_id": f"p{k}"} for k in range(n))]
        tables = {"resources": [*PEOPLE, *people(n)], "assignments": hours}
        roles = [*without(("M", "bob", "R")), *crowd] if letter == "R" else [*ROLES, *crowd]
        assert codes(raci_plan(roles, **tables)) == [code]
        limit = {"too-many-responsible": "most_responsible", "too-many-consulted": "most_consulted"}
        assert codes(raci_plan(roles, **tables), **{limit[code]: n}) == []


LEAVE = [{"resource_id": "ann", "from": "2026-03-16", "to": "2026-03-20", "capacity": 0}]


def test_who_answers_for_it_is_there_when_it_is_due():
    """Ann is on leave in the week the portal is due; the week after does no harm."""
    found = responsibility(raci_plan(availability=LEAVE)).findings.iloc[0]
    assert found["code"] == "accountable-on-leave"
    assert found["message"] == "Ann (A) is on leave on 20 Mar 2026, when it is due"
    after = [LEAVE[0] | {"from": "2026-03-23", "to": "2026-03-27"}]
    assert codes(raci_plan(availability=after)) == []
    half = [LEAVE[0] | {"capacity": 0.5}]
    assert codes(raci_plan(availability=half)) == []


def test_leave_may_stand_in_a_calendar_and_a_free_weekday_is_no_leave():
    """Cem works on Mondays to Thursdays; 24 April is a Friday: then Thursday counts."""
    week = [
        {"id": "short", "weekday": day, "shift_start": "08:00", "shift_finish": "16:00"}
        for day in ("mon", "tue", "wed", "thu")
    ]
    standard = [row | {"id": "full"} for row in week]
    standard.append(standard[0] | {"weekday": "fri"})
    cem = [*PEOPLE[:2], PEOPLE[2] | {"calendar_id": "short"}]
    tables = {
        "resources": cem, "calendars": [*week, *standard], "header": {"calendar_id": "full"},
    }  # fmt: skip
    assert codes(raci_plan(**tables)) == []
    off = [{"calendar_id": "short", "from": "2026-04-23", "to": "2026-04-23"}]
    assert codes(raci_plan(**tables, exceptions=off)) == ["accountable-on-leave"]


def test_of_a_department_the_head_answers_and_of_late_work_the_forecast_counts():
    """IT answers for the portal, Ann is its head; overdue work is not due any more."""
    roles = [("P", "it", "A"), *without(("P", "ann", "A"))]
    assert codes(raci_plan(roles, availability=LEAVE)) == ["accountable-on-leave"]
    overdue = [DELIVERABLES[0] | {"due": "2026-03-04"}, DELIVERABLES[1]]
    found = responsibility(raci_plan(roles, availability=LEAVE, deliverables=overdue)).findings
    assert found["message"].iloc[0] == "IT (A) is on leave on 20 Mar 2026, when it is forecast"


def test_who_does_it_or_answers_for_it_has_hours_on_its_tasks():
    """Of a department anybody's hours count; without any assignment at all nothing is said."""
    short = [each for each in HOURS if each != {"task_id": "3", "resource_id": "bob"}]
    found = responsibility(raci_plan(assignments=short)).findings
    assert list(found["code"]) == ["role-without-hours"]
    assert found["message"].iloc[0] == "Bob (R) has no hours on its tasks"
    by_unit = [*without(("M", "bob", "R")), ("M", "it", "R")]
    assert codes(raci_plan(by_unit)) == []
    assert codes(raci_plan(by_unit, assignments=short)) == ["role-without-hours"]
    assert codes(raci_plan(assignments=[])) == []


def test_a_party_is_known_and_has_not_left():
    """Zoe is no party of the project; Cem has no capacity any more; a stakeholder has no hours."""
    assert codes(raci_plan([*ROLES, ("P", "zoe", "I")])) == ["unknown-party"]
    gone = [*PEOPLE[:2], PEOPLE[2] | {"capacity": 0}]
    assert set(codes(raci_plan(resources=gone))) == {"unknown-party"}
    sponsor = [{"id": "zoe", "name": "Zoe"}]
    assert codes(raci_plan([*ROLES, ("P", "zoe", "R")], stakeholders=sponsor)) == []


def many(letter, **tables):
    """Bob has the letter for four deliverables at the same time."""
    deliverables = [{"id": f"D{k}", "name": f"Part {k}", "due": "2026-04-24"} for k in range(4)]
    tasks = [
        {"id": str(k), "name": f"Task {k}", "duration_hours": 40, "deliverable_id": f"D{k}"}
        for k in range(4)
    ]
    hours = [{"task_id": str(k), "resource_id": p} for k in range(4) for p in ("ann", "bob")]
    other = {"A": "R", "R": "A"}[letter]
    roles = [("bob", letter)] * 4 + [("ann", other)] * 4
    roles = [(f"D{k % 4}", *each) for k, each in enumerate(roles)]
    given = {"deliverables": deliverables, "tasks": tasks, "links": [], "assignments": hours}
    return raci_plan(roles, progress=[], **(given | tables))


def test_who_does_much_at_once_is_overloaded_and_who_answers_for_all_is_a_bottleneck():
    """Four R at the same time, four A; one after the other they are no overload."""
    found = responsibility(many("R")).findings
    assert found.set_index("code")["what"].to_dict() == {
        "many-responsible": "Bob", "many-accountable": "Ann",
    }  # fmt: skip
    in_a_row = [{"predecessor_id": str(k), "successor_id": str(k + 1)} for k in range(3)]
    assert codes(many("R", links=in_a_row)) == ["many-accountable"]
    assert codes(many("R"), most_at_once=4) == []


def test_who_works_on_a_deliverable_has_a_role():
    """Of a department that has a role, nobody is without."""
    busy = {
        "resources": [*PEOPLE, {"id": "zoe", "name": "Zoe", "department_id": "qa"}],
        "assignments": [*HOURS, {"task_id": "2", "resource_id": "zoe"}],
    }
    assert codes(raci_plan(**busy)) == ["party-without-role"]
    assert codes(raci_plan([*ROLES, ("M", "qa", "I")], **busy)) == []


def test_what_is_done_is_not_judged():
    """Nobody answers for the portal, which is finished."""
    done = [
        {"status_date": "2026-03-06", "task_id": n, "actual_start": "2026-03-02 08:00",
         "actual_finish": "2026-03-06 17:00", "percent_complete": 100}
        for n in "12"
    ]  # fmt: skip
    assert codes(raci_plan(BROKEN["no-accountable"], progress=done)) == []


def cell(frame, place, party):
    rows = frame[(frame["id"] == place) & (frame["party_id"] == party)]
    return [(row.code, row.is_inherited) for row in rows.itertuples()]


def test_a_task_takes_each_role_from_the_nearest_that_states_it():
    """Build states who does it; who answers for it is said by its deliverable."""
    found = responsibility(raci_plan([*ROLES, ("2", "ann", "R")])).tasks
    assert cell(found, "1", "bob") == [("R", True)]
    assert cell(found, "2", "bob") == []
    assert cell(found, "2", "ann") == [("A/R", False)]
    assert cell(found, "2", "cem") == [("C", True)]


def test_the_roles_of_a_summary_hold_for_what_is_below_it():
    """Tasks without deliverable take those of the nearest summary above."""
    bare = [{k: v for k, v in task.items() if k != "deliverable_id"} for task in TASKS]
    found = responsibility(raci_plan([("0", "cem", "A"), ("0", "bob", "R")], tasks=bare))
    assert cell(found.tasks, "3", "cem") == [("A", True)]
    assert list(found.rows["id"]) == ["P", "M", "0"]
    assert cell(found.cells, "0", "bob") == [("R", False)]


def test_a_deliverable_of_a_summary_is_that_of_its_tasks():
    """Only the phase names what it delivers: its last task says when that is there."""
    tasks = [TASKS[0] | {"deliverable_id": "P"}]
    tasks += [{k: v for k, v in task.items() if k != "deliverable_id"} for task in TASKS[1:]]
    rows = responsibility(raci_plan(tasks=tasks)).rows.set_index("id")
    assert rows.loc["P", "forecast"] == pd.Timestamp("2026-04-03 17:00")


def test_a_deliverable_shows_the_roles_of_its_tasks():
    """Who answers for a part is responsible in the whole; who is named there has his own code."""
    roles = [*ROLES, ("4", "bob", "A"), ("3", "it", "C"), ("4", "cem", "R"), ("3", "ann", "R")]
    found = responsibility(raci_plan(roles)).cells
    assert cell(found, "M", "bob") == [("R", False)]
    assert cell(found, "M", "it") == [("C", True)]
    assert cell(found, "M", "cem") == [("A/R", False)]
    assert cell(found, "M", "ann") == [("I", False)]


def test_where_the_tasks_name_one_a_alone_that_one_answers_for_the_deliverable():
    """Two different ones answer for parts: then nobody answers for the whole."""
    bare = without(("M", "cem", "A"))
    found = responsibility(raci_plan([*bare, ("4", "cem", "A")]))
    assert cell(found.cells, "M", "cem") == [("A", True)]
    assert found.findings.empty
    found = responsibility(raci_plan([*bare, ("4", "cem", "A"), ("3", "ann", "A")]))
    assert cell(found.cells, "M", "cem") == [("R", True)]
    assert "no-accountable" in set(found.findings["code"])


def test_the_strongest_role_of_its_people_is_that_of_a_department():
    """IT answers for the portal, since Ann does; of the manual it does the work, as Bob does."""
    found = responsibility(raci_plan()).departments
    assert cell(found, "P", "it") == [("A", False)]
    assert cell(found, "M", "it") == [("R", False)]
    assert cell(found, "M", "qa") == [("A", False)]


def test_a_task_that_states_roles_is_judged_too():
    """Two answer for the build; the finding is that of the task, not of the portal."""
    found = responsibility(raci_plan([*ROLES, ("2", "ann", "A"), ("2", "cem", "A")]))
    rows = found.findings[found.findings["code"] == "several-accountable"]
    assert rows[["kind", "id"]].to_numpy().tolist() == [["task", "2"]]
    assert "no-responsible" not in set(found.findings["code"])
    assert list(found.rows["id"]) == ["P", "M"]


def test_a_project_without_responsibilities_has_an_empty_matrix_and_one_finding():
    """That nobody has written them down is said once, not once a deliverable."""
    for project in (small_plan(), raci_plan([]), raci_plan([], deliverables=[])):
        found = responsibility(project)
        assert found.cells.empty and found.tasks.empty
        assert list(found.findings["code"]) == ["nothing-stated"]
        assert found.findings["what"].iloc[0] == project.header.name
        assert "0 parties" in str(found) and "<table" in found._repr_html_()


def test_roles_of_what_is_not_in_the_plan_are_left_out():
    """A deliverable and a task that have left the plan, and an inactive one."""
    rows = [role(*each) for each in ROLES]
    gone = [*rows, role("X", "ann", "A"), role("77", "ann", "A"), role("4", "ann", "R")]
    tasks = [*TASKS[:4], TASKS[4] | {"is_active": False}]
    found = responsibility(raci_plan(responsibilities=gone, tasks=tasks, links=LINKS[:2]))
    assert set(found.cells["id"]) == {"P", "M"}
    assert cell(found.cells, "M", "ann") == [("I", False)]


def test_who_is_a_of_the_whole_and_r_of_a_part_is_judged_for_each_where_it_is_said():
    """Ann answers for the portal and is on leave: said of the portal, not of the build too."""
    found = responsibility(raci_plan([*ROLES, ("2", "ann", "R")], availability=LEAVE))
    assert cell(found.tasks, "2", "ann") == [("A/R", False)]
    assert found.findings[["code", "id"]].to_numpy().tolist() == [["accountable-on-leave", "P"]]


def test_problems_stand_in_the_cell_and_in_the_row_they_belong_to():
    """Zoe is unknown: her cell; nobody answers for the portal: its row."""
    found = responsibility(raci_plan([*BROKEN["no-accountable"], ("P", "zoe", "I")]))
    problems = found.cells.set_index(["id", "party_id"])["problem"]
    assert problems["P", "zoe"] == "unknown" and problems["M", "cem"] == ""
    assert found.rows.set_index("id")["problem"].to_dict() == {"P": "no A", "M": ""}
    assert UNITS[0]["name"] in set(found.cells["department"])


def test_equipment_with_a_role_is_known_and_needs_none():
    """A lift is a party like others where somebody gives it a role, and is not asked for one."""
    lift = [*PEOPLE, {"id": "lift", "name": "Lift", "kind": "equipment"}]
    busy = [*HOURS, {"task_id": "2", "resource_id": "lift"}]
    assert codes(raci_plan(resources=lift, assignments=busy)) == []
    assert codes(raci_plan([*ROLES, ("P", "lift", "R")], resources=lift, assignments=busy)) == []


PLACES, PARTIES = ("P", "M", "0", "1", "2", "3", "4"), ("ann", "bob", "cem", "it", "qa", "gone")
ANY_ROLES = st.dictionaries(
    st.tuples(st.sampled_from(PLACES), st.sampled_from(PARTIES)), st.sampled_from("RACI")
)
ANY_HOURS = st.sets(st.tuples(st.sampled_from("1234"), st.sampled_from(PARTIES[:3])))


@settings(max_examples=30, deadline=None)
@given(ANY_ROLES, ANY_HOURS)
def test_any_roles_have_their_matrix(roles, hours):
    """Of whom and whatever: one cell a row and party, only the codes there are."""
    rows = [(place, party, code) for (place, party), code in roles.items()]
    work = [{"task_id": task, "resource_id": who} for task, who in sorted(hours)]
    plan = schedule(raci_plan(rows, assignments=work))
    found = responsibility(plan)
    for cells in (found.cells, found.tasks, found.departments):
        assert not cells.duplicated(["kind", "id", "party_id"]).any()
        assert set(cells["code"]) <= {"A", "R", "C", "I", "A/R"}
    assert set(found.findings["signal"]) <= {"red", "amber", "info"}
    for by in ("person", "department"):
        assert set(look_ahead(plan, 500, by=by)["task_id"]) <= set(plan.tasks["id"])
    assert (promises([plan])["n_kept"] <= promises([plan])["n"]).all()
    assert who_must_act(plan)["party"].ne("").all()


def test_a_deliverable_and_a_task_of_one_id_keep_their_own_roles():
    """Ids are unique in their table, not beyond it."""
    roles = [{"deliverable_id": "1", "party_id": "ann", "role": "A"},
             {"task_id": "1", "party_id": "bob", "role": "R"}]  # fmt: skip
    project = small_plan(deliverables=[{"id": "1", "name": "Rollout"}], responsibilities=roles)
    found = responsibility(project)
    assert found.matrix.to_numpy().tolist() == [["A", ""], ["", "R"]]
    assert found.rows["kind"].tolist() == ["deliverable", "task"]
