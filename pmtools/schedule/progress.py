"""What is known of each task on the status date, in minutes, by the rules of the preset."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmtools.calendars import DAY, MISSING, Minutes, minutes_of
from pmtools.project import Project
from pmtools.schedule.network import LEAF, Network


@dataclass(frozen=True)
class Progress:
    """One value a node: instants in minutes since 1970 (MISSING where not known).

    `remaining` is the working minutes still needed; `percent` what is said to be complete, 0
    to 100, from the remaining work where nothing is said.
    """

    is_started: np.ndarray
    is_finished: np.ndarray
    start: Minutes
    finish: Minutes
    remaining: Minutes
    percent: np.ndarray


def end_of_day(minutes: Minutes) -> Minutes:
    """23:59 of a finish is the end of that day, which matters where work goes on at night."""
    return np.where((minutes != MISSING) & (minutes % DAY == DAY - 1), minutes + 1, minutes)


def status_minute(project: Project) -> int:
    """The instant up to which progress is known: the status date, else the last one reported.

    MISSING where there is neither.
    """
    status = project.header.status_date
    if status is None:
        status = project.progress["status_date"].max()
    return int(end_of_day(minutes_of(status)))


def progress_of(project: Project, network: Network) -> Progress:
    """The latest progress of each node; hubs have none.

    A task is finished with an actual finish or 100 percent. What remains is what was said to
    remain; else the percentage says it; else the time since the actual start does.
    """
    ids = project.tasks["id"].iloc[network.task]
    known = project.latest_progress().set_index("task_id")
    known = known.reindex(ids.where(network.role == LEAF, ""))
    duration = network.duration
    start = minutes_of(known["actual_start"])
    finish = end_of_day(minutes_of(known["actual_finish"]))
    said = known["percent_complete"].to_numpy(np.float64)
    is_finished = (finish != MISSING) | (said >= 100)
    start, finish = _completed(project, network, start, finish, is_finished)
    is_started = start != MISSING
    percent = np.where(is_finished, 100.0, said)
    remaining = _remaining(project, network, known, percent, start)
    remaining = np.where(is_finished, 0, remaining)
    with np.errstate(invalid="ignore", divide="ignore"):
        done = np.where(duration > 0, 100 * (1 - remaining / duration), 0.0)
    derived = np.where(is_started, np.clip(done, 0, 99), 0.0)
    percent = np.where(np.isnan(percent), derived, percent)
    return Progress(is_started, is_finished, start, finish, remaining, percent)


def _completed(
    project: Project, network: Network, start: Minutes, finish: Minutes, is_finished: np.ndarray
) -> tuple[Minutes, Minutes]:
    """A finished task has both dates: its duration (or the status date) gives the missing one."""
    start, finish = start.copy(), finish.copy()
    status = status_minute(project)
    for node in np.flatnonzero(is_finished & ((start == MISSING) | (finish == MISSING))).tolist():
        calendar = network.calendars[network.calendar[node]]
        hours = network.duration[node] / 60
        if start[node] == MISSING and finish[node] == MISSING:
            known = status if status != MISSING else int(minutes_of(project.header.start))
            finish[node] = calendar.previous_work(known)
        if finish[node] == MISSING:
            finish[node] = calendar.add(int(start[node]), hours)
        if start[node] == MISSING:
            start[node] = calendar.add(int(finish[node]), -hours)
    return start, finish


def _remaining(
    project: Project, network: Network, known: pd.DataFrame, percent: np.ndarray, start: Minutes
) -> Minutes:
    duration = network.duration
    said = known["remaining_hours"].to_numpy(np.float64) * 60
    status = status_minute(project)
    is_started = start != MISSING
    share = np.where(np.isnan(percent), 0.0, percent / 100)
    left = np.where(np.isnan(said), duration * (1 - share), said)
    unsaid = np.flatnonzero(np.isnan(said) & np.isnan(percent) & is_started)
    if status != MISSING:
        for node in unsaid.tolist():
            calendar = network.calendars[network.calendar[node]]
            worked = calendar.hours_between(int(start[node]), status) * 60
            left[node] = np.clip(duration[node] - worked, 0, duration[node])
    return np.rint(left).astype(np.int64)
