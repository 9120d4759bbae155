"""Dates of random plans, written to each format and read again; what is lost is told."""

import numpy as np
import pandas as pd
import pytest
from tools import needs_java

import pmtools as pm
from pmtools.formats.schedule_file import read_schedule_files, write_schedule_files

START = pd.Timestamp("2026-06-01 08:00")
SHIFTS = {"office": ("08:00", "16:00"), "night": ("20:00", "24:00"), "always": ("00:00", "24:00")}
CALENDARS = pd.DataFrame([
    {"id": name, "name": name, "weekday": day, "shift_start": start, "shift_finish": finish}
    for name, (start, finish) in SHIFTS.items()
    for day in ("mon", "tue", "wed", "thu", "fri")
])  # fmt: skip
NATIVE = (("microsoft_project", ".xml"), ("primavera_p6", ".xer"),
          ("microsoft_project", ".xlsx"), ("primavera_p6", ".xlsx"))  # fmt: skip


def any_plan(seed, scheduling):
    """Six tasks with links, lags, constraints, calendars, delays and progress of all kinds."""
    dice = np.random.default_rng(seed)
    header = pm.Header("p", "P", START, START + pd.Timedelta(days=3, hours=2),
                       calendar_id="office", scheduling=scheduling)  # fmt: skip
    tasks = [any_task(dice, number, header) for number in range(6)]
    tasks[5] |= {"kind": "milestone", "duration_hours": 0.0, "is_elapsed": False}
    links = [any_link(dice, before, after) for before in range(6) for after in range(before + 1, 6)
             if dice.random() < 0.4]  # fmt: skip
    progress = [
        {"status_date": header.status_date, "task_id": tasks[number]["id"],
         "actual_start": START + pd.Timedelta(hours=int(dice.integers(0, 40))),
         "remaining_hours": 2.0, "percent_complete": 50.0,
         "resume_date": header.status_date + pd.Timedelta(days=2) if dice.random() < 0.5 else None}
        for number in range(3) if dice.random() < 0.3
    ]  # fmt: skip
    frames = {"tasks": tasks, "links": links, "progress": progress}
    frames = {name: pd.DataFrame(rows) for name, rows in frames.items() if rows}
    return pm.Project(header, calendars=CALENDARS, **frames)


def any_task(dice, number, header):
    rule = str(dice.choice(["", "", "", "ALAP", "SNET", "FNET", "SNLT", "FNLT", "MSO", "MFO"]))
    is_delayed = not rule and dice.random() < 0.2
    return {
        "id": f"T{number}", "name": f"Task {number}", "constraint": rule,
        "duration_hours": float(dice.integers(1, 30)), "is_elapsed": dice.random() < 0.1,
        "calendar_id": str(dice.choice(["", "night", "always"])),
        "constraint_date": START + pd.Timedelta(days=int(dice.choice([2, 7, 9])), hours=1)
        if rule not in ("", "ALAP") else None,
        "levelling_delay_hours": float(dice.integers(1, 40)) if is_delayed else 0.0,
        "deadline": START + pd.Timedelta(days=9) if dice.random() < 0.2 else None,
        "is_active": dice.random() < 0.95,
    }  # fmt: skip


def any_link(dice, before, after):
    return {
        "predecessor_id": f"T{before}", "successor_id": f"T{after}",
        "kind": str(dice.choice(["FS", "FS", "SS", "FF", "SF"])),
        "lag_hours": float(dice.choice([0, 0, 4, -4, 50])),
        "lag_kind": str(dice.choice(["working", "elapsed", "percent"])),
    }  # fmt: skip


def dates(project):
    tasks = pm.schedule(project).tasks.set_index("id").sort_index()
    return tasks[["start", "finish"]]


def through(plans, paths):
    """Written with their dates and read again; the notes of each."""
    tasks = [pm.schedule(plan).tasks for plan in plans]
    if paths[0].suffix == ".xlsx":
        notes = [pm.write_project(*each) for each in zip(plans, paths, strict=True)]
        return [pm.read_project(path) for path in paths], notes
    notes = write_schedule_files(zip(plans, paths, tasks, strict=True), seconds=120)
    return read_schedule_files(paths, seconds=120), notes


@needs_java
@pytest.mark.parametrize(("scheduling", "ending"), NATIVE)
def test_dates_survive_the_format_of_their_tool(tmp_path, scheduling, ending):
    """Read again a plan has the dates it had; where one format cannot, its notes say why."""
    count = 12 if ending == ".xlsx" else 40
    plans = [any_plan(seed, scheduling) for seed in range(count)]
    paths = [tmp_path / f"{seed}{ending}" for seed in range(count)]
    moved = {}
    for seed, (plan, again, notes) in enumerate(zip(plans, *through(plans, paths), strict=True)):
        before, after = dates(plan), dates(again)
        if not after.equals(before.reindex(after.index)):
            moved[seed] = (notes, before.compare(after.reindex(before.index)))
    if ending != ".xer":
        assert not moved
    assert all(notes for notes, _ in moved.values())
    assert len(moved) <= count // 4, moved
