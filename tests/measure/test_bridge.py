"""Why the finish moved, in parts that add up."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from bridge_edits import (
    STARTERS,
    added,
    ahead,
    changed_task,
    constrained,
    dropped,
    levelled,
    on_leave,
    other_rules,
    parts_of,
    progressed,
    re_estimated,
    re_linked,
    shuffled,
    week_passed,
    weeks_of,
    with_rows,
)
from dslib import TRACKED_IDS, read_dslib
from real_data import needs_data
from small_plan import LINKS, TASKS, small_plan, two_weeks

from pmtools.measure.bridge import explain_finish, finish_of
from pmtools.measure.replay import _DATES, Replay
from pmtools.project import TABLES
from pmtools.schedule import schedule

A_DAY = 480


def assert_adds_up(bridge, before, after):
    """The parts sum to the movement: in minutes, by the clock, and in the tenths of days shown."""
    plans = [schedule(project) for project in (before, after)]
    hours = plans[1].calendars[""].hours_between(*(plan.finish for plan in plans))
    assert bridge.parts["minutes"].sum() == bridge.moved_minutes == round(hours * 60)
    clock = (plans[1].finish - plans[0].finish) // pd.Timedelta(minutes=1)
    per_day = 60 * after.header.hours_per_day
    assert round(bridge.parts["days"].sum(), 1) == bridge.moved
    assert abs(bridge.moved - bridge.moved_minutes / per_day) <= 0.0501
    assert bridge.parts["calendar_minutes"].sum() == bridge.moved_calendar_minutes == clock


def assert_replays_both(before, after):
    """Without any change the replay is the earlier plan, with all of them the later one."""
    replay = Replay(before, after)
    for project, flag in ((before, False), (after, True)):
        replayed = schedule(replay.project(np.full(len(replay.items), flag)))
        assert replayed.finish == finish_of(project) == schedule(project).finish


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize("project_id", TRACKED_IDS)
def test_parts_of_real_projects_sum_to_the_movement(project_id):
    """Every pair of consecutive status dates of every tracked project, to the minute."""
    project = read_dslib(project_id)
    weeks = [project.known_on(day) for day in sorted(project.progress["status_date"].unique())]
    for before, after in pairwise(weeks):
        assert_adds_up(explain_finish(before, after), before, after)
        assert_replays_both(before, after)


@pytest.mark.parametrize("starter", STARTERS)
def test_parts_of_starter_weeks_sum_to_the_movement(starter):
    """The last week changes scope, logic and estimates at once, months before it only progress."""
    weeks = weeks_of(starter)
    for before, after in [*pairwise(weeks[-3:]), (weeks[0], weeks[-1])]:
        assert_adds_up(explain_finish(before, after), before, after)
        assert_replays_both(before, after)


@pytest.mark.parametrize("starter", STARTERS)
def test_the_order_of_rows_does_not_matter(starter):
    """The same facts in another order are the same facts."""
    before, after = weeks_of(starter)[-2:]
    one = explain_finish(before, after)
    other = explain_finish(shuffled(before, 1), shuffled(after, 2))
    pd.testing.assert_frame_equal(one.parts, other.parts)
    pd.testing.assert_frame_equal(one.tasks, other.tasks)
    assert one.statement == other.statement


@pytest.mark.parametrize("starter", STARTERS)
def test_without_a_change_the_bridge_is_empty(starter):
    """Nothing moved, and nothing is said to have moved it."""
    now = weeks_of(starter)[-1]
    bridge = explain_finish(now, shuffled(now, 3))
    assert bridge.moved_minutes == 0
    assert bridge.parts.empty and bridge.tasks.empty and bridge.merged == ()
    assert bridge.statement == "The finish has not moved since 6 Nov"
    assert bridge.method == "No change moved it"


EDITS = {
    "passage of time": [week_passed], "progress": [progressed], "re-estimates": [re_estimated],
    "scope": [added, dropped], "logic": [re_linked], "calendars and leave": [on_leave],
    "resources": [levelled], "constraints": [constrained], "options": [other_rules],
}  # fmt: skip
EACH = [(group, edit) for group, edits in EDITS.items() for edit in edits]


@pytest.mark.parametrize("starter", STARTERS)
@pytest.mark.parametrize(("group", "edit"), EACH, ids=[edit.__name__ for _, edit in EACH])
def test_an_edit_of_one_kind_lands_in_its_own_part_alone(starter, group, edit):
    """Random edits: what they move is wholly in the part of their kind."""
    now, n_moved = weeks_of(starter)[-4], 0
    for seed in range(4):
        rng = np.random.default_rng(seed)
        edited = edit(now, ahead(now, rng), rng)
        bridge = explain_finish(now, edited)
        assert_adds_up(bridge, now, edited)
        assert_replays_both(now, edited)
        assert set(bridge.parts["group"]) <= {group}
        n_moved += bridge.moved_calendar_minutes != 0
    assert n_moved or edit in (progressed, re_linked, dropped, on_leave, other_rules)


def test_every_column_that_moves_dates_is_replayed():
    """A column of tasks or links either moves no date, or some group takes it over."""
    moves_nothing = {
        "id", "code", "wbs", "name", "is_active", "deadline", "priority", "control_account",
        "deliverable_id", "ev_method", "fixed_cost", "cost_accrual", "owner_id", "department_id",
        "notes", "successor_id",
    }  # fmt: skip
    for table in ("tasks", "links"):
        replayed = {c for name, *_, columns in _DATES if name == table for c in columns.split()}
        assert {column.name for column in TABLES[table].columns} - replayed <= moves_nothing


def test_every_group_has_an_edit():
    """No group is left untried."""
    assert set(EDITS) == {group for _, _, group, *_ in _DATES} | {"passage of time", "options"}


@pytest.mark.parametrize("starter", STARTERS)
def test_edits_of_all_kinds_at_once_still_add_up(starter):
    """More than seven groups: a mean over rotations, and the parts still sum to the whole."""
    rng = np.random.default_rng(7)
    before = now = weeks_of(starter)[-4]
    for _, edit in EACH:
        now = edit(now, ahead(now, rng), rng)
    bridge = explain_finish(before, now)
    assert_adds_up(bridge, before, now)
    assert "rotations" in bridge.method


def mixed():
    """A chain of tasks, each changed in another way: effects that cannot interact."""
    before = small_plan()
    after = changed_task(before, "1", duration_hours=48.0)
    links = [LINKS[0] | {"lag_hours": 24.0}, LINKS[2],
             {"predecessor_id": "2", "successor_id": "5"},
             {"predecessor_id": "5", "successor_id": "3"}]  # fmt: skip
    after = with_rows(after, "tasks", {"id": "5", "name": "Approval", "duration_hours": 16.0})
    return before, after.replace(links=pd.DataFrame(links))


def test_parts_that_do_not_interact_are_recovered_exactly():
    """One day more of design, three of waiting, two of approval; its links are scope."""
    before, after = mixed()
    bridge = explain_finish(before, after)
    assert parts_of(bridge) == {"logic": 3 * A_DAY, "scope": 2 * A_DAY, "re-estimates": A_DAY}
    assert bridge.moved == 6
    assert bridge.parts["days"].tolist() == [3, 2, 1]
    assert bridge.method == "Shapley value: mean over all 6 orders of 3 groups"


def test_the_movement_is_said_in_one_sentence():
    """What moved it most comes first, with the department that answers for it."""
    bridge = explain_finish(*mixed())
    assert bridge.statement == (
        "+6 days: Build re-linked +3 (IT), Approval added +2, Design re-estimated +1 (IT)"
    )
    assert str(bridge) == bridge.statement


def test_effects_that_interact_are_shared_fairly():
    """Two paths side by side, both longer by two days for different reasons: a day each."""
    tasks = [{"id": each, "name": each.upper(), "duration_hours": 40} for each in "ab"]
    before = small_plan(tasks=tasks, links=[], baseline=[])
    constraint = {"constraint": "SNET", "constraint_date": "2026-03-04 08:00"}
    after = before.replace(
        tasks=pd.DataFrame([tasks[0] | {"duration_hours": 56}, tasks[1] | constraint])
    )
    assert parts_of(explain_finish(before, after)) == {"re-estimates": A_DAY, "constraints": A_DAY}


def test_a_week_without_progress_is_passage_of_time_at_the_task_whose_turn_it_is():
    """The week went by and nothing was reported: the days are named, and where they went."""
    before, _ = two_weeks()
    bridge = explain_finish(before, week_passed(before, "", None))
    assert parts_of(bridge) == {"passage of time": 5 * A_DAY}
    assert bridge.statement == "+5 days since 6 Mar: time passed, Build still open +5 (IT)"


def test_progress_makes_up_for_the_time_that_passed():
    """Five days passed, Build went on by two of its five: three days late."""
    bridge = explain_finish(*two_weeks())
    assert parts_of(bridge) == {"passage of time": 5 * A_DAY, "progress": -2 * A_DAY}
    build = bridge.tasks.set_index("group").loc["progress"]
    assert build[["task_id", "owner", "department"]].tolist() == ["2", "Bob", "IT"]


def test_days_off_are_calendars_and_leave():
    """A holiday of the whole company: nobody's task is to blame."""
    hours = {"id": "c", "name": "Office", "shift_start": "08:00", "shift_finish": "16:00"}
    calendar = [hours | {"weekday": day} for day in ("mon", "tue", "wed", "thu", "fri")]
    before = small_plan(calendars=calendar, header={"calendar_id": "c"})
    day = {"calendar_id": "c", "from": "2026-03-04", "name": "Holiday"}
    bridge = explain_finish(before, with_rows(before, "exceptions", day))
    assert bridge.statement == "+1 day: Office changed its hours +1"


def test_assignments_move_dates_where_people_have_hours_of_their_own():
    """In Microsoft Project work waits for who does it: another person, another day off."""
    hours = {"shift_start": "08:00", "shift_finish": "16:00"}
    days = {"c": ("mon", "tue", "wed", "thu", "fri"), "d": ("mon", "tue", "wed", "thu")}
    calendars = [hours | {"id": each, "weekday": day} for each in days for day in days[each]]
    people = [{"id": "ann", "name": "Ann", "calendar_id": "c"},
              {"id": "bob", "name": "Bob", "calendar_id": "d"}]  # fmt: skip
    header = {"scheduling": "microsoft_project", "calendar_id": "c"}
    work = [{"task_id": "3", "resource_id": "ann"}]
    before = small_plan(calendars=calendars, resources=people, header=header, assignments=work)
    after = before.replace(assignments=pd.DataFrame([work[0] | {"resource_id": "bob"}]))
    bridge = explain_finish(before, after)
    assert_adds_up(bridge, before, after)
    assert bridge.statement == "+1 day: Test re-assigned +1 (Quality)"
    away = {"calendar_id": "d", "from": "2026-03-17", "name": "Leave"}
    leave = explain_finish(after, with_rows(after, "exceptions", away))
    assert leave.statement == "+1 day: d changed its hours +1"
    both = explain_finish(before, with_rows(after, "exceptions", away))
    assert parts_of(both) == {"resources": 3 * A_DAY // 2, "calendars and leave": A_DAY // 2}


def test_what_remains_of_work_not_begun_is_an_estimate():
    """Test will take a day more, says its owner before it begins."""
    now = two_weeks()[1]
    row = {"status_date": now.header.status_date, "task_id": "3", "remaining_hours": 48.0}
    bridge = explain_finish(now, with_rows(now, "progress", row))
    assert bridge.statement == "+1 day since 13 Mar: Test re-estimated +1 (Quality)"


def looped():
    """Before, Build follows Design; after, a new task leads from Build to Design."""
    before = small_plan(tasks=TASKS[:2], links=LINKS[:1], baseline=[])
    new = {"id": "5", "name": "Approval", "duration_hours": 16.0}
    links = [
        {"predecessor_id": "2", "successor_id": "5"},
        {"predecessor_id": "5", "successor_id": "1"},
    ]
    after = with_rows(before, "tasks", new).replace(links=pd.DataFrame(links))
    return before, changed_task(after, "1", duration_hours=48.0)


def test_groups_that_make_no_legal_network_alone_are_merged_and_named():
    """The new task without the links taken away runs in a circle: one part of both."""
    bridge = explain_finish(*looped())
    assert bridge.merged == ("scope with logic",)
    assert bridge.method.endswith("as one alone makes no legal plan: scope with logic")
    assert parts_of(bridge) == {"scope with logic": 2 * A_DAY, "re-estimates": A_DAY}


def test_two_late_tasks_side_by_side_are_both_named():
    """Neither moves the finish alone while the other is late too; still both carry it."""
    tasks = [{"id": each, "name": each.upper(), "duration_hours": 40} for each in "ab"]
    before = small_plan(tasks=tasks, links=[], baseline=[])
    after = changed_task(changed_task(before, "a", duration_hours=56.0), "b", duration_hours=56.0)
    bridge = explain_finish(before, after)
    assert bridge.tasks["days"].tolist() == [2, 2]
    assert bridge.parts["sentence"].tolist() == ["A re-estimated and 1 more +2"]
