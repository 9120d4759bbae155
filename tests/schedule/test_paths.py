"""Driving chains, float paths and the longest path."""

from dataclasses import replace

import pandas as pd
import pytest
from day_plan import critical, day_plan, floats

from pmtools.errors import ProjectError
from pmtools.schedule import PRESETS, schedule
from pmtools.schedule.paths import driving_chain, float_paths

P6 = PRESETS["primavera_p6"]


def three_paths(**rules):
    """Three tasks of 5, 4 and 2 days before a last one (open-planner-studio, float paths)."""
    return day_plan("X5 Y4{} Z2 END1".format(rules.get("y", "")), "X>END Y>END Z>END")


def test_float_paths_come_by_their_distance_from_driving():
    """Paths {X, END}, {Y}, {Z} with total float 0, 1 and 3 days."""
    plan = schedule(three_paths())
    paths = float_paths(plan)
    assert paths.groupby("path")["task_id"].agg(list).to_dict() == {
        1: ["X", "END"], 2: ["Y"], 3: ["Z"]
    }  # fmt: skip
    assert floats(plan, "X", "Y", "Z", "END") == [0, 1, 3, 0]
    assert paths["relative_float_hours"].tolist() == [0, 0, 8, 24]
    assert paths["is_driving"].tolist() == [True, True, False, False]


def test_on_the_longest_path_is_only_what_drives_the_end():
    """A deadline takes Y's float, yet Y does not drive: critical by float, not by longest path."""
    project = three_paths(y=":deadline=2026-06-04")
    assert floats(schedule(project), "Y") == [0]
    assert critical(schedule(project)) == {"X", "Y", "END"}
    plan = schedule(project, options=replace(P6, critical_by="longest_path"))
    assert critical(plan) == {"X", "END"}


def test_total_float_is_the_difference_of_finishes_of_starts_or_the_smaller():
    """On a task that is not paused all three are the same."""
    for kind in ("finish", "start", "smallest"):
        plan = schedule(three_paths(), options=replace(P6, total_float=kind))
        assert floats(plan, "X", "Y", "Z") == [0, 1, 3]


def test_paths_can_lead_to_any_task_and_follow_what_drives_them():
    """A milestone of the middle has float paths of its own; n limits how many are shown."""
    plan = schedule(day_plan("A3 B2 M0 C9 END1", "A>M B>M M>END C>END"))
    paths = float_paths(plan, to="M")
    assert paths["task_id"].tolist() == ["A", "M", "B"]
    assert float_paths(plan, to="M", n=1)["task_id"].tolist() == ["A", "M"]
    with pytest.raises(ProjectError, match='"Q" is not a task of the schedule'):
        float_paths(plan, to="Q")


def test_finished_work_and_level_of_effort_begin_no_path():
    """What is done, or only accompanies, is no path to watch."""
    first, last = pd.Timestamp("2026-06-01 08:00"), pd.Timestamp("2026-06-01 17:00")
    done = {"task_id": "Y", "actual_start": first, "actual_finish": last}
    links = "X>END Y>END Z>END"
    plan = day_plan("X5 Y1 Z2 END1", links, status="2026-06-02", progress=[done])
    support = plan.tasks["kind"].mask(plan.tasks["id"] == "Z", "level_of_effort")
    plan = plan.replace(tasks=plan.tasks.assign(kind=support))
    assert set(float_paths(schedule(plan))["task_id"]) == {"X", "END"}


def test_without_a_task_the_chain_leads_to_the_work_that_finishes_last():
    """What sets the date of the whole."""
    assert driving_chain(schedule(three_paths()))["task_id"].tolist() == ["X", "END"]


def test_the_driving_chain_says_link_by_link_what_sets_a_date():
    """From what begins it all to the task, each step with its reason in words."""
    plan = schedule(day_plan("A3:SNET=2026-06-03 B2 C1", "A>B:FS+1 B>C"))
    chain = driving_chain(plan, "C")
    assert chain["task_id"].tolist() == ["A", "B", "C"]
    assert chain["because"].tolist() == [
        "starts no earlier than 3 Jun 2026",
        'finish of "A" + 1 working day',
        'finish of "B"',
    ]
    assert chain["step"].tolist() == [1, 2, 3]


def test_the_driving_chain_of_a_summary_is_that_of_its_last_task():
    """A summary is driven by its tasks, and a link from it leads to its last one."""
    project = day_plan("A3 B5 C1", "S>C")
    tasks = pd.concat([
        project.tasks.assign(parent_id=["S", "S", ""]),
        pd.DataFrame([{"id": "S", "name": "Phase", "kind": "summary"}]),
    ])  # fmt: skip
    project = day_plan("A1").replace(
        tasks=tasks, links=pd.DataFrame([{"predecessor_id": "S", "successor_id": "C"}])
    )
    plan = schedule(project)
    assert driving_chain(plan, "S")["task_id"].tolist() == ["B"]
    assert driving_chain(plan, "C")["task_id"].tolist() == ["B", "C"]
    assert float_paths(plan)["task_id"].tolist() == ["B", "C", "A"]


def test_the_float_into_a_summary_is_in_working_hours():
    """X is done on Friday, L on Tuesday, the phase waits for both: two working days, not four."""
    project = day_plan("S0 A1 X5 L7", "X>S L>S")
    tasks = project.tasks.assign(
        parent_id=["", "S", "", ""], kind=["summary", "task", "task", "task"])  # fmt: skip
    paths = float_paths(schedule(project.replace(tasks=tasks)))
    assert paths["task_id"].tolist() == ["L", "A", "X"]
    assert paths["relative_float_hours"].tolist() == [0, 0, 16]


def test_a_later_task_of_a_phase_is_no_path_into_what_waits_for_its_start():
    """Only what starts first holds B; Z may start any day later."""
    project = day_plan("S0 A5 Z5:SNET=2026-06-04 B9", "S>B:SS")
    tasks = project.tasks.assign(
        parent_id=["", "S", "S", ""], kind=["summary", "task", "task", "task"])  # fmt: skip
    assert float_paths(schedule(project.replace(tasks=tasks)))["task_id"].tolist() == ["A", "B"]


def test_the_driving_chain_names_work_under_way_and_what_it_waits_for():
    """Retained logic: the rest of B waits for the rest of A."""
    facts = [{"task_id": name, "actual_start": "2026-07-06 08:00", "percent_complete": percent}
             for name, percent in (("A", 20), ("B", 40))]  # fmt: skip
    plan = schedule(day_plan("A5 B5 C1", "A>B B>C", "2026-07-06", "2026-07-08", facts))
    assert driving_chain(plan)["because"].tolist() == [
        "actual start", 'actual start; the rest waits for finish of "A"', 'finish of "B"'
    ]  # fmt: skip


def test_a_delay_from_levelling_is_told():
    """What waits for people says so, and for how long."""
    project = day_plan("A3 B2", "A>B")
    tasks = project.tasks.assign(levelling_delay_hours=[0.0, 48.0])
    chain = driving_chain(schedule(project.replace(tasks=tasks)), "B")
    assert chain["because"].iloc[1] == 'finish of "A", then waits 2 days for people (levelling)'
