"""At the door: what cannot be a project is refused, all of it at once, each with its place."""

import time

import numpy as np
import pandas as pd
import pytest
from data_faults.clean_project import clean_project, clean_rows

from pmtools.errors import ProjectError
from pmtools.project import Header, Project, Source

START = pd.Timestamp("2026-01-05")


def refusal(header=None, **tables):
    """What is said of a small project with these tables."""
    tables.setdefault("tasks", [{"id": "1", "name": "Install"}])
    with pytest.raises(ProjectError) as caught:
        Project(header or Header("p", "Project", START), **tables)
    return str(caught.value)


def task(**cells):
    return {"id": "1", "name": "Install"} | cells


def test_all_problems_are_told_together():
    """Header, tables and references are refused in one go."""
    said = refusal(
        Header("", "Project", START, confidence=80),
        tasks=[task(kind="tusk"), task(), task(id="3", duration_hours=-1, parent_id="2")],
        links=[{"predecessor_id": "1", "successor_id": "1"}],
    )
    assert len(said.splitlines()) == 7
    for what in ("no id", "confidence", '"tusk"', "already", "-1", '"2"'):
        assert what in said


def test_wrong_kinds_and_wrong_values_are_told_together():
    """What is no number in one table does not hide the missing parent in another."""
    said = refusal(
        tasks=[task(parent_id="9", duration_hours="5 days")],
        progress=[{"task_id": "1", "status_date": "today"}],
    )
    assert "duration_hours is '5 days'" in said
    assert "status_date is 'today'" in said
    assert 'parent_id "9"' in said
    assert "empty" not in said, "a value of the wrong kind is not missing as well"


def test_a_problem_names_place_fault_expectation_and_remedy():
    """The sentence of DESIGN: place, found, expected, remedy."""
    source = {"tasks": Source('plan.xlsx, sheet "tasks"', (14,))}
    assert refusal(tasks=[task(kind="milestne")], sources=source) == (
        'plan.xlsx, sheet "tasks", row 14: kind is "milestne"; expected one of task, milestone, '
        'summary, level_of_effort. Correct it (nearest: "milestone").'
    )


@pytest.mark.parametrize(("field", "value"), [
    ("start", None), ("start", "01/02/2026"), ("start", pd.Timestamp("1900-01-01")),
    ("start", pd.Timestamp("2026-01-05", tz="UTC")), ("status_date", pd.Timestamp("9999-01-01")),
    ("deadline", "soon"), ("budget", -1.0), ("budget", np.inf), ("budget", "1000"),
    ("confidence", 80), ("hours_per_day", 0), ("hours_per_day", 25), ("hours_per_day", True),
    ("scheduling", "p7"), ("currency", 978), ("calendar_id", "office"), ("name", ""),
])  # fmt: skip
def test_every_field_of_the_header_is_checked(field, value):
    """A header value of the wrong kind or out of range names its field."""
    facts = {"id": "p", "name": "Project", "start": START} | {field: value}
    said = refusal(Header(**facts))
    assert said.startswith('table "header": ')
    assert field in said or "calendar" in said


@pytest.mark.parametrize("value", [-1.0, np.inf, -np.inf, 1e9])
def test_a_duration_is_finite_and_possible(value):
    """D5: below zero, infinite and a thousand million hours are refused."""
    assert "duration_hours is" in refusal(tasks=[task(duration_hours=value)])


@pytest.mark.parametrize("value", [-1.0, 101.0])
def test_a_percent_lies_between_0_and_100(value):
    """D6: a percent out of range is refused."""
    row = {"task_id": "1", "status_date": "2026-01-09", "percent_complete": value}
    assert "from 0 to 100" in refusal(progress=[row])


@pytest.mark.parametrize("day", ["1677-09-22", "1899-12-30", "9999-12-31"])
def test_dates_lie_in_living_memory(day):
    """D19, D28: a day of 1677, of Excel's serial 0 or of 9999 is a mistake."""
    assert f'deadline is "{day}' in refusal(tasks=[task(deadline=day)])


def test_a_repeated_id_names_both_rows():
    """D4: both rows are named, so that one can be chosen."""
    said = refusal(tasks=[task(), task()])
    assert 'table "tasks", row 2: id "1" is already in table "tasks", row 1' in said


def test_a_key_of_two_columns_may_repeat_each_of_them():
    """A task has progress on many dates, and many tasks on one; only the pair is unique."""
    rows = [
        {"task_id": t, "status_date": d} for t in ("1", "2") for d in ("2026-01-09", "2026-01-16")
    ]
    tasks = [task(), task(id="2")]
    header = Header("p", "Project", START)
    assert len(Project(header, tasks=tasks, progress=rows).progress) == 4
    assert "already in" in refusal(tasks=tasks, progress=[*rows, rows[0]])


def test_a_finish_before_its_start_is_refused():
    """D7: nothing is finished before it began."""
    row = {"task_id": "1", "status_date": "2026-01-30"}
    row |= {"actual_start": "2026-01-20", "actual_finish": "2026-01-12"}
    said = refusal(progress=[row])
    assert 'task "1": actual_finish 2026-01-12 23:59 is before actual_start 2026-01-20' in said


@pytest.mark.parametrize(("table", "key"), [
    ("exceptions", {"calendar_id": "c"}),
    ("availability", {"resource_id": "r", "capacity": 0}),
])  # fmt: skip
def test_a_period_does_not_end_before_it_begins(table, key):
    """Days off from the 20th to the 12th would mean none."""
    rows = [{"from": "2026-01-20", "to": "2026-01-12", **key}]
    there = {"calendars": [{"id": "c"}], "resources": [{"id": "r", "name": "R"}]}
    assert "to 2026-01-12 is before from 2026-01-20" in refusal(**there, **{table: rows})


def test_a_task_cannot_wait_for_itself():
    """D2: a link from a task to itself is refused."""
    links = [{"predecessor_id": "1", "successor_id": "1"}]
    assert 'task "1" is its own predecessor' in refusal(links=links)


def test_parents_do_not_run_in_a_circle():
    """D1: a summary cannot lie inside itself; the circle is printed."""
    tasks = [task(parent_id="3"), task(id="2", parent_id="1"), task(id="3", parent_id="2")]
    assert "parent_id runs in a circle: 1 > 3 > 2 > 1" in refusal(tasks=tasks)


def test_a_task_is_not_its_own_parent():
    """The shortest circle."""
    assert "runs in a circle: 1 > 1" in refusal(tasks=[task(parent_id="1")])


def test_two_circles_are_told_as_two_problems():
    """Each circle once, however many tasks lead into it."""
    pairs = {"a": "b", "b": "a", "c": "d", "d": "c", "e": "a", "f": "e"}
    tasks = [task(id=id_, parent_id=parent) for id_, parent in pairs.items()]
    assert refusal(tasks=tasks).count("circle") == 2


def test_base_calendars_do_not_run_in_a_circle():
    """A calendar cannot take over its own exceptions."""
    calendars = [{"id": "a", "base_id": "b"}, {"id": "b", "base_id": "a"}]
    assert "base_id runs in a circle: a > b > a" in refusal(calendars=calendars)


@pytest.mark.parametrize(("table", "row"), [
    ("tasks", {"id": "2", "name": "B", "parent_id": "9"}),
    ("tasks", {"id": "2", "name": "B", "calendar_id": "9"}),
    ("resources", {"id": "r", "name": "R", "calendar_id": "9"}),
    ("calendars", {"id": "c", "base_id": "9"}),
    ("exceptions", {"calendar_id": "9", "from": "2026-01-06"}),
    ("assignments", {"task_id": "9", "resource_id": "9"}),
])  # fmt: skip
def test_what_dates_depend_on_must_exist(table, row):
    """Without its calendar or its summary no task can be scheduled."""
    assert '"9" is not in table' in refusal(**{"tasks": [task()], table: [row]})


@pytest.mark.parametrize("clock", ["8:00", "24:01", "25:00", "noon", "08:60"])
def test_a_shift_begins_and_ends_at_a_time(clock):
    """Times are HH:MM, 24:00 is the end of the day."""
    row = {"id": "c", "weekday": "mon", "shift_start": clock, "shift_finish": "24:00"}
    assert "expected a time like 08:00" in refusal(calendars=[row])


def test_blank_is_not_a_name():
    """A name of spaces cannot be read by anyone."""
    assert "name is empty" in refusal(tasks=[task(name="  ")])


def test_many_problems_are_counted_not_printed_without_end():
    """A thousand bad rows do not bury the reader, and looking for near words takes no minutes."""
    tasks = [task(id=str(k), parent_id=f"x{k}") for k in range(3000)]
    before = time.process_time()
    said = refusal(tasks=tasks)
    assert time.process_time() - before < 10
    assert said.endswith("... and 2900 more problems")


def chain(n):
    """A chain of n tasks, each inside the one before."""
    ids = [str(k) for k in range(n)]
    return pd.DataFrame({"id": ids, "name": ids, "kind": "summary", "parent_id": ["", *ids[:-1]]})


def test_a_deep_outline_takes_no_longer_than_a_flat_one():
    """Ten thousand levels are walked once, not once for each task."""
    before = time.process_time()
    Project(Header("p", "P", START), tasks=chain(10_000))
    assert time.process_time() - before < 2


def test_a_long_circle_is_shortened():
    """D1: a circle of 10 000 tasks is refused without recursion and printed in part."""
    tasks = chain(10_000)
    tasks.loc[0, "parent_id"] = "9999"
    said = refusal(tasks=tasks)
    assert "more ..." in said
    assert len(said) < 500


def test_a_large_project_is_made_fast():
    """Scenarios and simulations make many projects: 10 000 tasks take well under a second."""
    ids = [str(k) for k in range(10_000)]
    tasks = pd.DataFrame({"id": ids, "name": ids, "duration_hours": 8.0})
    links = pd.DataFrame({"predecessor_id": ids[:-1], "successor_id": ids[1:]})
    times = []
    for _ in range(3):
        before = time.process_time()
        Project(Header("p", "P", START), tasks=tasks, links=links)
        times.append(time.process_time() - before)
    assert min(times) < 0.25


def test_nothing_is_wrong_with_the_clean_project():
    """The project that all faults are put into is sound itself."""
    assert len(clean_project().tasks) == len(clean_rows()["tasks"])
