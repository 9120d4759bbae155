"""Plans as Microsoft Project and Primavera P6 stored them: their dates against ours.

Compared in working time of the task's calendar: Friday 17:00 is Monday 08:00.
"""

import pandas as pd
import pytest
from real_data import DATA, needs_data
from tools import needs_java

from pmtools.formats.schedule_file import read_schedule_file
from pmtools.schedule import schedule

PLANS = sorted(path.name[: -len(".tasks.csv")] for path in DATA.glob("msp_schedules/*.tasks.csv"))
DATES = ("early_start", "early_finish", "late_start", "late_finish")

FREE_FLOAT_OTHERWISE = {("New_Product", "9"), ("New_Product", "14")}
"""Last tasks of "Finance Phase", which has a successor. Microsoft Project looks only at links of
the task itself and gives them their total float; a delay would move the successor of the phase."""


def stored(plan):
    frame = pd.read_csv(DATA / "msp_schedules" / f"{plan}.tasks.csv", dtype={"uid": "str"})
    frame = frame[frame["summary"] == 0].set_index("uid")
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in DATES})


def differing(plan, ours, theirs):
    """Tasks and dates that are not the same instant of working time."""
    calendar_ids = plan.project.tasks.set_index("id")["calendar_id"]
    return [
        (task, name)
        for name in DATES
        for task in theirs.index
        if plan.calendars[calendar_ids[task]].hours_between(
            ours.at[task, name], theirs.at[task, name]
        )
    ]


@needs_data
@needs_java
@pytest.mark.parametrize("name", PLANS)
def test_dates_floats_and_critical_tasks_are_those_of_microsoft_project(name):
    """Early and late dates, total float and critical flag of all leaf tasks, without exception."""
    plan = schedule(read_schedule_file(DATA / "msp_schedules" / f"{name}.mspdi.xml"))
    ours, theirs = plan.tasks.set_index("id"), stored(name)
    assert plan.project.header.scheduling == "microsoft_project"
    assert set(theirs.index) <= set(ours.index)
    assert differing(plan, ours, theirs) == []
    ours = ours.loc[theirs.index]
    assert ours["total_float_hours"].tolist() == pytest.approx(theirs["total_slack_h"].tolist())
    assert ours["is_critical"].tolist() == (theirs["critical"] == 1).tolist()
    is_other = (ours["free_float_hours"] - theirs["free_slack_h"]).abs() > 1e-6
    assert {(name, task) for task in ours.index[is_other]} <= FREE_FLOAT_OTHERWISE


def xer_rows(path):
    """The activities of an XER file, read without any library."""
    lines = path.read_text("cp1252").splitlines()
    begin = lines.index("%T\tTASK")
    names = lines[begin + 1].split("\t")[1:]
    rows = [line.split("\t")[1:] for line in lines[begin + 2 :]]
    count = next(i for i, line in enumerate(lines[begin + 2 :]) if line.startswith("%T"))
    return pd.DataFrame(rows[:count], columns=names).set_index("task_id")


@needs_data
@needs_java
def test_dates_and_floats_are_those_of_primavera():
    """Early and late dates, total and free float of all 25 activities of the sample."""
    path = DATA / "p6_xer" / "sample.xer"
    plan = schedule(read_schedule_file(path))
    theirs = xer_rows(path)
    names = {"early_start": "early_start_date", "early_finish": "early_end_date",
             "late_start": "late_start_date", "late_finish": "late_end_date"}  # fmt: skip
    theirs = theirs.assign(**{ours: pd.to_datetime(theirs[name]) for ours, name in names.items()})
    ours = plan.tasks.set_index("id")
    assert plan.project.header.scheduling == "primavera_p6"
    assert len(theirs) == 25
    assert differing(plan, ours, theirs) == []
    for float_name, stored_name in (
        ("total_float_hours", "total_float_hr_cnt"),
        ("free_float_hours", "free_float_hr_cnt"),
    ):
        stored_hours = theirs[stored_name].astype(float).tolist()
        assert ours.loc[theirs.index, float_name].tolist() == stored_hours
