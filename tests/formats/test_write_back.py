"""A levelled plan goes on in the tool it came from: written, read again, scheduled, the same."""

from dataclasses import replace
from functools import cache

import pandas as pd
import pytest
from stored_dates import primavera_dates, stored_dates
from tools import needs_java

import pmtools as pm
from pmtools.files import shipped
from pmtools.formats.schedule_file import read_schedule_files, write_schedule_files
from pmtools.process import run_limited
from pmtools.schedule import ScheduleOptions, options_of

PRESETS = ("primavera_p6", "microsoft_project")
STARTERS = ("hardware-installation", "network-upgrade", "software-rollout")


@cache
def levelled():
    """Every starter by the rules of both tools."""
    projects = [pm.read_project(shipped("templates") / "projects" / name) for name in STARTERS]
    headers = [(each, replace(each.header, scheduling=preset)) for each in projects
               for preset in PRESETS]  # fmt: skip
    return [pm.level(each.replace(header=header), time_limit=0) for each, header in headers]


def dates(project, preset, **rules):
    header = replace(project.header, scheduling=preset, **rules)
    tasks = pm.schedule(project.replace(header=header)).tasks.set_index("id")
    return tasks[["start", "finish"]].sort_index()


def expected(plan):
    return plan.schedule.tasks.set_index("id")[["start", "finish"]].sort_index()


@needs_java
@pytest.mark.parametrize("ending", [".xml", ".xer"])
def test_a_levelled_plan_has_the_same_dates_in_microsoft_project_and_primavera(tmp_path, ending):
    """To the minute, whichever tool's rules the plan follows; what was changed is told.

    Primavera's limits, as which deadlines are written, give way to predecessors as these do.
    """
    rules = {"constraints": "soft"} if ending == ".xer" else {}
    plans = levelled()
    paths = [tmp_path / f"{number}{ending}" for number in range(len(plans))]
    jobs = [(plan.project, path, plan.schedule.tasks)
            for plan, path in zip(plans, paths, strict=True)]  # fmt: skip
    notes = write_schedule_files(jobs, seconds=120)
    for plan, project, said in zip(
        plans, read_schedule_files(paths, seconds=120), notes, strict=True
    ):
        preset = plan.project.header.scheduling
        pd.testing.assert_frame_equal(dates(project, preset, **rules), expected(plan))
        delayed = (plan.project.tasks["levelling_delay_hours"] > 0).any()
        told = "levelling delays are written as starts no earlier than" in said
        assert told == (delayed and ending == ".xer")


@needs_java
def test_the_tools_show_the_levelled_dates_before_they_schedule_and_after(tmp_path):
    """Tasks and their assignments carry them; Primavera's rules give the same, by MPXJ."""
    plans = sorted(levelled(), key=lambda plan: PRESETS.index(plan.project.header.scheduling))
    paths = [str(tmp_path / f"{n}{'.xer' if n < 3 else '.xml'}") for n in range(len(plans))]
    write_schedule_files(
        [(plan.project, path, plan.schedule.tasks) for plan, path in zip(plans, paths, strict=True)]
    )
    stored = run_limited(stored_dates, paths, seconds=120)
    computed = run_limited(primavera_dates, paths[:3], seconds=120)
    for number, plan in enumerate(plans):
        tasks = plan.schedule.tasks[lambda frame: frame["kind"] != "summary"].set_index("id")
        for key in stored[number].keys() & set(tasks.index):
            row, spans = tasks.loc[key], stored[number][key]
            span = tuple(row[end].isoformat()[:16] for end in ("start", "finish"))
            assert {*spans} == {span}, key
            if number < 3 and not row["is_finished"]:
                calendar = plan.schedule.calendars[
                    plan.project.tasks.set_index("id").at[key, "calendar_id"]
                ]
                for ours, theirs in zip(
                    row[["early_start", "early_finish"]], computed[number][key], strict=True
                ):
                    assert calendar.hours_between(ours, pd.Timestamp(theirs)) == 0, key


@pytest.mark.parametrize("ending", [".xlsx", ""])
def test_a_levelled_plan_has_the_same_dates_in_a_workbook_and_a_folder(tmp_path, ending):
    """Delays and constraints are columns like others."""
    for number, plan in enumerate(levelled()):
        path = tmp_path / f"{number}{ending}"
        pm.write_project(plan.project, path)
        preset = plan.project.header.scheduling
        pd.testing.assert_frame_equal(dates(pm.read_project(path), preset), expected(plan))


def a_plan(**header):
    tasks = pd.DataFrame({"id": ["1", "2"], "name": ["One", "Two"], "duration_hours": [16.0, 8.0]})
    return pm.Project(pm.Header("p", "P", pd.Timestamp("2026-06-01 08:00"), **header), tasks=tasks)


@needs_java
def test_the_rules_of_scheduling_stand_in_the_file_of_each_tool(tmp_path):
    """Lag calendar, out-of-sequence work, float and what is critical are read as written."""
    rules = {
        "lag_calendar": "24h", "out_of_sequence": "progress_override", "total_float": "smallest",
        "critical_by": "longest_path", "critical_hours": 16.0, "open_ends": "critical",
    }  # fmt: skip
    plan = a_plan(**rules)
    usual = a_plan()
    lax = a_plan(scheduling="microsoft_project", constraints="soft", open_ends="critical")
    names = ["all.xer", "usual.xer", "lax.xml"]
    plans = zip((plan, usual, lax), [tmp_path / name for name in names], strict=True)
    write_schedule_files([(*pair, None) for pair in plans])
    found = [each.header for each in read_schedule_files([tmp_path / name for name in names])]
    assert {name: getattr(found[0], name) for name in rules} == rules
    assert options_of(found[0]) == ScheduleOptions(**rules)
    assert options_of(found[1]) == ScheduleOptions()
    assert (found[2].constraints, found[2].open_ends) == ("soft", "critical")
    assert not options_of(found[2]).are_constraints_hard


@needs_java
def test_paused_work_and_own_hours_stand_in_the_file(tmp_path):
    """Resume dates, and tasks that ignore the hours of their people."""
    status = pd.Timestamp("2026-06-02 17:00")
    plan = a_plan(status_date=status, scheduling="microsoft_project")
    progress = pd.DataFrame([
        {"status_date": status, "task_id": "1", "actual_start": pd.Timestamp("2026-06-01 08:00"),
         "remaining_hours": 8.0, "percent_complete": 50.0,
         "resume_date": pd.Timestamp("2026-06-08 08:00")}
    ])  # fmt: skip
    tasks = plan.tasks.assign(ignores_resource_calendars=[False, True])
    plan = plan.replace(progress=progress, tasks=tasks)
    pm.write_project(plan, tmp_path / "plan.xml")
    again = pm.read_project(tmp_path / "plan.xml")
    assert again.progress["resume_date"].tolist() == [pd.Timestamp("2026-06-08 08:00")]
    assert again.tasks["ignores_resource_calendars"].tolist() == [False, True]
    assert dates(again, "microsoft_project").equals(dates(plan, "microsoft_project"))


@needs_java
@pytest.mark.parametrize("ending", [".xer", ".xml", ".xlsx", ""])
def test_activity_types_survive_every_format(tmp_path, ending):
    """Start milestones, also without predecessor, and work in the hours of its people."""
    plan = a_plan()
    tasks = pd.DataFrame({
        "id": list("12345"), "name": ["Start", "Begin", "Wire", "End", "Open"],
        "kind": ["milestone", "milestone", "task", "milestone", "milestone"],
        "duration_hours": [0.0, 0.0, 8.0, 0.0, 0.0],
        "is_start_milestone": [True, False, False, False, True],
        "is_resource_dependent": [False, False, True, False, False],
    })  # fmt: skip
    links = pd.DataFrame([{"predecessor_id": "3", "successor_id": task} for task in "45"])
    plan = plan.replace(tasks=tasks, links=links)
    pm.write_project(plan, tmp_path / f"plan{ending}")
    again = pm.read_project(tmp_path / f"plan{ending}")
    names = ["is_start_milestone", "is_resource_dependent"]
    pd.testing.assert_frame_equal(again.tasks[names], plan.tasks[names])
    if ending == ".xer":
        cells = (tmp_path / "plan.xer").read_text(encoding="utf-8").replace("\n", "\t").split("\t")
        kinds = {"TT_Mile": 3, "TT_FinMile": 1, "TT_Rsrc": 1}
        assert {kind: cells.count(kind) for kind in kinds} == kinds


@needs_java
def test_work_whose_people_have_different_calendars_says_so(tmp_path):
    """Primavera works resource-dependent tasks in each one's hours, pmtools in one calendar."""
    calendars = pd.DataFrame(
        [
            {"id": c, "name": c, "weekday": day, "shift_start": "08:00", "shift_finish": "16:00"}
            for c, day in (("1", "mon"), ("2", "tue"))
        ]
    )
    plan = a_plan().replace(
        calendars=calendars,
        resources=pd.DataFrame({"id": ["1", "2"], "name": ["A", "B"], "calendar_id": ["1", "2"]}),
        assignments=pd.DataFrame({"task_id": ["1", "1", "2"], "resource_id": ["1", "2", "1"]}),
    )
    plan = plan.replace(tasks=plan.tasks.assign(is_resource_dependent=True))
    pm.write_project(plan, tmp_path / "plan.xer")
    notes = pm.read_project(tmp_path / "plan.xer").tasks["notes"].tolist()
    assert notes == ["[import] resources with different calendars: worked in the task's own", ""]
