"""What Primavera cannot say, said as it can: with the dates of the plan, nothing moves."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.calendars import WorkCalendar
from pmtools.project import Project
from pmtools.project.working_time import calendars_of

DELAYS = "levelling delays are written as starts no earlier than"
KEPT = "levelling delays of tasks with another constraint are left out"
LAGS = "elapsed lags are written as the working hours they last now"
HELD = "tasks that working hours would not hold back start or finish no earlier than now"


def as_primavera(project: Project, dates: pd.DataFrame) -> tuple[Project, tuple[str, ...]]:
    """Levelling delays as constraints, elapsed lags as the working hours between their ends.

    `dates` is `Schedule.tasks` of the project. Returns what was changed, too.
    """
    tasks, links = project.tasks.set_index("id", drop=False), project.links.copy()
    known = dates.set_index("id")
    can_wait = tasks["constraint"].isin(["", "ASAP", "SNET"]) & tasks["id"].isin(known.index)
    waits = tasks["levelling_delay_hours"] > 0
    is_elapsed = (links["lag_kind"] == "elapsed") & (links["lag_hours"] != 0)
    is_elapsed &= links["predecessor_id"].isin(known.index)
    calendars = calendars_of(project)
    held: dict[str, str] = {}
    for row in links.index[is_elapsed]:
        hours, is_early, is_seen = _working(tasks, known, calendars, links.loc[row])
        links.loc[row, ["lag_hours", "lag_kind"]] = [hours, "working"]
        after, is_start = links.at[row, "successor_id"], links.at[row, "kind"] in ("FS", "SS")
        if is_early:
            held = {after: "SNET" if is_start else "FNET"} | held
        if is_seen and not is_start:
            followers = links["successor_id"][links["predecessor_id"] == after]
            held |= dict.fromkeys(followers, "SNET")
    is_held = tasks["id"].isin(held) & can_wait
    held |= dict.fromkeys(tasks.index[waits], "SNET")
    for task in tasks.index[(waits | is_held) & can_wait]:
        end = "early_start" if held[task] == "SNET" else "early_finish"
        tasks.loc[task, ["constraint", "constraint_date"]] = [held[task], known.at[task, end]]
    tasks["levelling_delay_hours"] = 0.0
    told = ((DELAYS, waits & can_wait), (KEPT, waits & ~can_wait), (LAGS, is_elapsed),
            (HELD, is_held))  # fmt: skip
    notes = tuple(words for words, found in told if found.any())
    return project.replace(tasks=tasks.reset_index(drop=True), links=links), notes


def _working(
    tasks: pd.DataFrame, dates: pd.DataFrame, calendars: dict[str, WorkCalendar], link: Any
) -> tuple[float, bool, bool]:
    """The lag on the predecessor's calendar, and whether it would end earlier than it does.

    In the working time of the successor, and on the clock: which tasks after it see that are
    worked on other calendars.
    """
    before, after = (
        WorkCalendar.always() if task["is_elapsed"] else calendars[task["calendar_id"]]
        for task in (tasks.loc[link["predecessor_id"]], tasks.loc[link["successor_id"]])
    )
    begin = dates.loc[link["predecessor_id"], "finish" if link["kind"] in ("FS", "FF") else "start"]
    until = begin + pd.Timedelta(hours=link["lag_hours"])
    hours = before.hours_between(begin, until)
    reached = before.add(begin, hours)
    return hours, after.hours_between(reached, until) != 0, reached != until
