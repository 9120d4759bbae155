"""The tables of a schedule: a row a task, summaries rolled up, and a row a link."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import MISSING, Minutes, WorkCalendar, instants_of
from pmtools.errors import Problem, ProjectError
from pmtools.project import Project
from pmtools.schedule.critical_path import Dates
from pmtools.schedule.driving import Driver
from pmtools.schedule.limits import Limits
from pmtools.schedule.network import LEAF, OPENING, Network
from pmtools.schedule.options import ScheduleOptions
from pmtools.schedule.outline import Outline
from pmtools.schedule.progress import Progress
from pmtools.schedule.task_calendars import AROUND_THE_CLOCK

HORIZON = pd.Timestamp("2200-01-01")
DATE_COLUMNS = ("start", "finish", "early_start", "early_finish", "late_start", "late_finish")


def leaf_rows(
    project: Project,
    network: Network,
    limits: Limits,
    progress: Progress,
    dates: Dates,
    options: ScheduleOptions,
) -> pd.DataFrame:
    """The computed columns of every leaf, indexed by its row in table `tasks`."""
    early_start = _at(network, dates.start, "start", limits, dates)
    early_finish = _at(network, dates.finish, "finish", limits, dates)
    late_start = _at(network, dates.late_finish - limits.duration, "start", limits, None)
    late_finish = _at(network, dates.late_finish, "finish", limits, None)
    on_time = (dates.late_finish == dates.finish) & (limits.duration == 0)
    late_start = np.where(limits.duration == 0, late_finish, late_start)
    late_start = np.where(on_time, early_start, late_start)
    late_finish = np.where(on_time, early_finish, late_finish)
    done = progress.is_finished
    total = _total_float(network, dates, early_finish, late_finish)
    total = np.where(done, np.nan, total)
    is_effort = (project.tasks["kind"] == "level_of_effort").to_numpy(bool)[network.task]
    free = np.where(done, np.nan, (dates.free - dates.finish) / 60)
    early_start = np.where(done, progress.start, early_start)
    early_finish = np.where(done, progress.finish, early_finish)
    start = np.where(progress.is_started, progress.start, early_start)
    frame = pd.DataFrame(
        {
            "start": instants_of(start),
            "finish": instants_of(early_finish),
            "early_start": instants_of(early_start),
            "early_finish": instants_of(early_finish),
            "late_start": instants_of(np.where(done | limits.is_fixed, progress.start, late_start)),
            "late_finish": instants_of(np.where(done, progress.finish, late_finish)),
            "total_float_hours": total,
            "free_float_hours": free,
            "is_critical": ~done & ~is_effort & (total <= options.critical_hours),
            "is_started": progress.is_started,
            "is_finished": done,
            "percent_complete": progress.percent,
            "remaining_hours": progress.remaining / 60,
            "duration_hours": _taken(network, limits, progress, dates) / 60,
            "actual_start": instants_of(progress.start),
            "actual_finish": instants_of(np.where(done, progress.finish, MISSING)),
        },
        index=network.task,
    )
    _refuse_beyond_horizon(project, frame)
    return frame[network.role == LEAF]


def _at(
    network: Network, worked: Minutes, side: Any, limits: Limits, dates: Dates | None
) -> Minutes:
    """Instants of working minutes; a milestone stands where the forward pass put it."""
    found = np.full(len(worked), MISSING)
    for position, calendar in enumerate(network.calendars):
        mine = (network.calendar == position) & (network.role == LEAF)
        if mine.any():
            found[mine] = calendar.instant_at(worked[mine], side)
    if dates is None:
        return found
    return np.where((limits.duration == 0) & (network.role == LEAF), dates.instant, found)


def _total_float(
    network: Network, dates: Dates, early_finish: Minutes, late_finish: Minutes
) -> np.ndarray:
    """Late less early finish in hours of the task's own calendar."""
    hours = (dates.late_finish - dates.finish) / 60
    for node in np.flatnonzero(network.float_calendar != network.calendar).tolist():
        own = network.calendars[network.float_calendar[node]]
        hours[node] = own.hours_between(int(early_finish[node]), int(late_finish[node]))
    return hours


def _taken(network: Network, limits: Limits, progress: Progress, dates: Dates) -> Minutes:
    """Working minutes from start to finish, those done before the status date too."""
    since = dates.finish - dates.begin
    return np.where(progress.is_started, since, limits.duration)


def _refuse_beyond_horizon(project: Project, frame: pd.DataFrame) -> None:
    beyond = (frame["finish"] > HORIZON).to_numpy()
    if beyond.any():
        row = int(frame.index[beyond][0])
        task = project.tasks.iloc[row]
        raise ProjectError(
            [
                Problem(
                    project.place("tasks", row),
                    f'task "{task["name"]}" would finish after {HORIZON.year}',
                    remedy="Correct its duration, or the durations and lags before it.",
                    code="beyond-horizon",
                )
            ]
        )


def task_rows(
    project: Project,
    outline: Outline,
    network: Network,
    leaves: pd.DataFrame,
    drivers: list[Driver],
    calendars: dict[str, WorkCalendar],
) -> pd.DataFrame:
    """The table `Schedule.tasks`: every active task in project order."""
    by_task = {
        int(network.task[node]): driver
        for node, driver in enumerate(drivers)
        if network.role[node] == LEAF
    }
    summaries = _rolled_up(project, outline, leaves, calendars)
    computed = pd.concat([leaves, summaries]).sort_index() if len(summaries) else leaves
    rows = computed.index.to_numpy()
    tasks = project.tasks.iloc[rows]
    kind = tasks["kind"].where(outline.is_leaf[rows], "summary")
    words = [by_task.get(row, Driver("", "its tasks")) for row in rows.tolist()]
    described = {
        **{name: tasks[name] for name in ("id", "wbs", "name")},
        "kind": kind,
        "parent_id": tasks["parent_id"],
        "level": outline.level[rows],
        "department_id": tasks["department_id"],
        "owner_id": tasks["owner_id"],
        **computed,
        "deadline": tasks["deadline"],
        "driver_id": pd.Series([w.task_id for w in words], index=tasks.index, dtype="str"),
        "driver": pd.Series([w.words for w in words], index=tasks.index, dtype="str"),
    }
    return pd.DataFrame(described, index=tasks.index).reset_index(drop=True)


def _rolled_up(
    project: Project, outline: Outline, leaves: pd.DataFrame, calendars: dict[str, WorkCalendar]
) -> pd.DataFrame:
    """Summaries: from first start to last finish, progress weighted by duration."""
    ancestors, members = outline.pairs()
    below = leaves.loc[members]
    below["weight"] = below["duration_hours"].to_numpy()
    below["done"] = below["percent_complete"] * below["weight"]
    groups = below.groupby(ancestors)
    rolled = groups.agg(
        **{name: (name, "min" if name.endswith("start") else "max") for name in DATE_COLUMNS},
        total_float_hours=("total_float_hours", "min"),
        free_float_hours=("free_float_hours", "min"),
        is_critical=("is_critical", "any"),
        is_started=("is_started", "any"),
        is_finished=("is_finished", "all"),
        percent_complete=("percent_complete", "mean"),
        actual_start=("actual_start", "min"),
        actual_finish=("actual_finish", "max"),
        weight=("weight", "sum"),
        done=("done", "sum"),
    )
    has_weight = rolled["weight"] > 0
    rolled.loc[has_weight, "percent_complete"] = rolled["done"] / rolled["weight"]
    rolled["actual_finish"] = rolled["actual_finish"].where(rolled["is_finished"])
    own = project.tasks["calendar_id"].iloc[rolled.index]
    rolled["duration_hours"] = [
        calendars[calendar_id].hours_between(start, finish)
        for calendar_id, start, finish in zip(own, rolled["start"], rolled["finish"], strict=True)
    ]
    left = 1 - rolled["percent_complete"] / 100
    rolled["remaining_hours"] = rolled["duration_hours"] * left
    return rolled[leaves.columns]


def link_rows(
    project: Project,
    network: Network,
    dates: Dates,
    is_driving: np.ndarray,
    tasks: pd.DataFrame,
    calendars: dict[str, WorkCalendar],
) -> pd.DataFrame:
    """The table `Schedule.links`: float and whether it drives, for each link between tasks.

    Float is in working hours of the successor; into a summary it is that to its first start.
    """
    between = np.flatnonzero(network.row >= 0)
    links = project.links.iloc[network.row[between]]
    columns = ["predecessor_id", "successor_id", "kind", "lag_hours", "lag_kind"]
    frame = links[columns].reset_index(drop=True)
    after = network.successor[between]
    hours = (dates.start[after] - dates.reached[between]) / 60
    starts = tasks.set_index("id")["early_start"]
    around_the_clock = network.calendars[AROUND_THE_CLOCK]
    for position in np.flatnonzero(network.role[after] == OPENING).tolist():
        summary = project.tasks.iloc[int(network.task[after[position]])]
        reached = around_the_clock.instant_at(int(dates.reached[between[position]]))
        hours[position] = calendars[summary["calendar_id"]].hours_between(
            pd.Timestamp(instants_of(reached)), starts[summary["id"]]
        )
    frame["float_hours"] = hours
    frame["is_driving"] = is_driving[between] & (hours == 0)
    return frame
