"""Schedules with a status date: what is done stays, what remains is scheduled."""

from dataclasses import replace

import pandas as pd
import pytest
from day_plan import day_plan, days, floats

from pmtools.schedule import PRESETS, schedule

MONDAY = "2026-07-06"


def started(task, percent, on=f"{MONDAY} 08:00", **facts):
    return {"task_id": task, "actual_start": on, "percent_complete": percent, **facts}


def test_remaining_work_is_never_before_the_status_date():
    """Status 8 July: A is done, B at 40% goes on, C follows B, loose D cannot start in the past."""
    done = started("A", 100, actual_finish="2026-07-07 17:00")
    project = day_plan("A5 B5 C5 D3", "B>C", MONDAY, "2026-07-08", [done, started("B", 40)])
    plan = schedule(project)
    assert days(plan, "A") == "07-06..07"
    assert days(plan, "B") == "07-06..10"
    assert days(plan, "C") == "07-13..17"
    assert days(plan, "D") == "07-08..10"
    assert f"{plan.finish:%m-%d}" == "07-17"
    assert plan.tasks["driver"].tolist() == [
        *("actual start", "actual start", 'finish of "B"', "status date")
    ]
    assert plan.tasks["total_float_hours"].isna().tolist() == [True, False, False, False]
    assert plan.tasks["remaining_hours"].tolist() == [0, 24, 40, 24]


OUT_OF_SEQUENCE = day_plan(
    "A5 B5", "A>B", MONDAY, "2026-07-08", [started("A", 20), started("B", 40)]
)


def test_retained_logic_waits_for_the_predecessor():
    """B started before A was done: what remains of it comes after A."""
    plan = schedule(OUT_OF_SEQUENCE)
    assert f"{plan.tasks['finish'][0]:%m-%d}" == "07-13"
    assert f"{plan.tasks['finish'][1]:%m-%d}" == "07-16"
    assert floats(plan, "A", "B") == [0, 0]


def test_progress_override_goes_on_at_once():
    """The same plan where a broken order is accepted."""
    options = replace(PRESETS["primavera_p6"], out_of_sequence="progress_override")
    plan = schedule(OUT_OF_SEQUENCE, options=options)
    assert f"{plan.tasks['finish'][1]:%m-%d}" == "07-10"
    assert f"{plan.finish:%m-%d}" == "07-13"
    assert floats(plan, "A", "B") == [0, 1]


def test_work_under_way_that_must_finish_on_a_date_is_late_after_it():
    """The date is its late finish in Microsoft Project, begun or not, whatever follows it."""
    tasks = "A5:MFO=2026-07-17 B5:deadline=2026-07-22"
    for progress in ([], [started("A", 40)]):
        plan = schedule(
            day_plan(tasks, "A>B", MONDAY, "2026-07-08", progress, scheduling="microsoft_project")
        )
        assert f"{plan.tasks['late_finish'][0]:%m-%d %H:%M}" == "07-17 17:00"
        assert f"{plan.tasks['finish'][0]:%m-%d %H:%M}" == "07-17 17:00"
        assert floats(plan, "A", "B") == [0, -2]


def test_what_was_finished_in_free_time_holds_its_successors_until_then():
    """A is done on Saturday, when it has no working time: B on 24 hours goes on at that instant."""
    done = started("A", 100, "2026-07-10 08:00", actual_finish="2026-07-11 12:00")
    project = day_plan("A1 B1", "A>B", MONDAY, "2026-07-13", [done], scheduling="microsoft_project")
    tasks = project.tasks.assign(is_elapsed=[False, True])
    plan = schedule(project.replace(tasks=tasks))
    assert plan.tasks["start"][1] == pd.Timestamp("2026-07-11 12:00")


def test_microsoft_project_leaves_unstarted_tasks_in_the_past():
    """X3 from 6 July, status 8 July: P6 moves it, Microsoft Project does not."""
    microsoft = day_plan("X3", "", MONDAY, "2026-07-08", scheduling="microsoft_project")
    assert days(schedule(microsoft), "X") == "07-06..08"
    assert days(schedule(day_plan("X3", "", MONDAY, "2026-07-08")), "X") == "07-08..10"


def test_microsoft_project_runs_on_from_the_actual_start():
    """A started task keeps its length, or the length that its remaining work says."""
    facts = [started("A", 20, "2026-07-07 08:00"), started("B", 50, remaining_hours=40)]
    project = day_plan("A5 B5 C1", "A>C", MONDAY, "2026-07-09", facts)
    project = project.replace(header=replace(project.header, scheduling="microsoft_project"))
    plan = schedule(project)
    assert days(plan, "A") == "07-07..13"
    assert days(plan, "B") == "07-06..17"
    assert days(plan, "C") == "07-14..14"


def test_what_remains_is_what_was_said_last():
    """Remaining hours win over the percentage, the percentage over the time since the start."""
    facts = [
        started("A", 50, remaining_hours=32),
        started("B", 50),
        {"task_id": "C", "actual_start": f"{MONDAY} 08:00"},
        {"task_id": "D"},
    ]
    tasks = schedule(day_plan("A5 B5 C5 D5", "", MONDAY, "2026-07-08", facts)).tasks
    assert tasks["remaining_hours"].tolist() == [32, 20, 24, 40]
    assert tasks["percent_complete"].tolist() == [50, 50, 40, 0]
    assert tasks["is_started"].tolist() == [True, True, True, False]


def test_only_the_last_report_up_to_the_status_date_counts():
    """Progress is a history; later facts are not known yet."""
    rows = [
        {
            "status_date": pd.Timestamp(day),
            "task_id": "A",
            "actual_start": MONDAY,
            "percent_complete": done,
        }
        for day, done in (("2026-07-06 23:59", 20), ("2026-07-07 23:59", 40), ("2026-07-08", 60))
    ]
    plan = schedule(day_plan("A5", "", MONDAY, "2026-07-08", rows))
    assert plan.tasks["percent_complete"].tolist() == [40]
    assert days(plan, "A") == "07-06..10"


def test_a_finished_task_has_both_its_dates():
    """Where only one is known, or none, the duration gives the other."""
    facts = [
        {"task_id": "A", "percent_complete": 100},
        {"task_id": "B", "actual_finish": "2026-07-07 17:00"},
        {"task_id": "C", "actual_start": "2026-07-06 08:00", "percent_complete": 100},
    ]
    plan = schedule(day_plan("A1 B2 C1 E1", "A>E B>E", MONDAY, "2026-07-08", facts))
    assert [days(plan, n) for n in "ABC"] == ["07-07..07", "07-06..07", "07-06..06"]
    assert plan.tasks["is_finished"].tolist() == [True, True, True, False]
    assert days(plan, "E") == "07-08..08"


def test_retained_logic_holds_through_finished_work():
    """P6: C waits for A although B between them is done (Oracle, "Retained Logic")."""
    done = started("B", 100, actual_finish=f"{MONDAY} 17:00")
    project = day_plan("A1 B1 C5", "A>B B>C", MONDAY, "2026-07-07", [done])
    plan = schedule(project)
    assert days(plan, "B") == "07-06..06"
    assert days(plan, "C") == "07-08..14"
    assert floats(plan, "A", "C") == [0, 0]
    for mode in ("progress_override", "actual_dates"):
        plan = schedule(project, options=replace(PRESETS["primavera_p6"], out_of_sequence=mode))
        assert days(plan, "C") == "07-07..13"
        assert floats(plan, "A", "C") == [4, 0]


def test_actual_dates_hold_also_after_the_status_date():
    """P6: what is said to finish on Thursday holds its successor till then, or only till today."""
    done = started("A", 100, actual_finish="2026-07-09 17:00")
    project = day_plan("A1 B1", "A>B", MONDAY, "2026-07-07", [done])
    options = replace(PRESETS["primavera_p6"], out_of_sequence="actual_dates")
    assert days(schedule(project, options=options), "B") == "07-10..10"
    assert days(schedule(project), "B") == "07-07..07"


def test_of_a_lag_from_started_work_what_is_left_counts():
    """P6: A began two days ago and waits for P; B comes two of its four days after A goes on."""
    facts = [started("A", 20), started("P", 0, remaining_hours=24)]
    project = day_plan("P5 A5 B1", "P>A A>B:SS+4", MONDAY, "2026-07-08", facts)
    plan = schedule(project)
    assert f"{plan.tasks['early_start'][1]:%m-%d}" == "07-13"
    assert days(plan, "B") == "07-15..15"
    finished = [started("A", 100, actual_finish="2026-07-07 17:00")]
    project = day_plan("A5 B1", "A>B:FS+4", MONDAY, "2026-07-08", finished)
    assert days(schedule(project), "B") == "07-14..14"


def test_microsoft_project_pauses_started_work_until_its_predecessors_are_done():
    """What remains of B comes after A; at 0 percent B runs on (Harris, 99 Tricks and Traps)."""
    for percent, finish in ((40, "07-15 17:00"), (0, "07-10 17:00")):
        facts = [started("A", 20), started("B", percent)]
        plan = schedule(day_plan("A5 B5", "A>B", MONDAY, "2026-07-08", facts,
                                 scheduling="microsoft_project"))  # fmt: skip
        assert days(plan, "A") == "07-06..10"
        assert f"{plan.tasks['finish'][1]:%m-%d %H:%M}" == finish
        assert plan.tasks["duration_hours"].tolist() == [40, 40]
        assert f"{plan.tasks['early_start'][1]:%m-%d}" == "07-06"


@pytest.mark.parametrize("scheduling", PRESETS)
def test_what_remains_is_not_resumed_before_its_date(scheduling):
    """Two days of five are done; the other three begin on the 15th."""
    facts = [started("A", 40, resume_date=pd.Timestamp("2026-07-15"))]
    plan = schedule(day_plan("A5 B1", "A>B", MONDAY, "2026-07-08", facts, scheduling=scheduling))
    assert days(plan, "A") == "07-06..17"
    assert days(plan, "B") == "07-20..20"
    assert floats(plan, "A", "B") == [0, 0]


def test_without_a_status_date_the_last_report_is_it():
    """What was reported on 7 July was known on 7 July."""
    facts = {"task_id": "A", "actual_start": MONDAY, "percent_complete": 40}
    project = day_plan("A5", "", MONDAY, "2026-07-08", [facts])
    undated = project.replace(header=replace(project.header, status_date=None))
    assert days(schedule(undated), "A") == days(schedule(project), "A") == "07-06..10"


def test_work_does_not_go_on_before_it_began():
    """An actual start after the status date (the check flags it) still comes before the rest."""
    plan = schedule(day_plan("A2", "", MONDAY, "2026-07-07", [started("A", 0, "2026-07-08 08:00")]))
    assert days(plan, "A") == "07-08..09"
