"""What is known of each task on the status date, in minutes, by the rules of the preset."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmtools.calendars import DAY, MISSING, Minutes, WorkCalendar, minutes_of
from pmtools.project import Project
from pmtools.schedule.network import Network


@dataclass(frozen=True)
class Progress:
    """One value a node: instants in minutes since 1970 (MISSING where not known).

    `remaining` is the working minutes still needed, not before `resume`; `percent` what is said to
    be complete, 0 to 100, from the remaining work where nothing is said.
    """

    is_started: np.ndarray
    is_finished: np.ndarray
    start: Minutes
    finish: Minutes
    remaining: Minutes
    resume: Minutes
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


def progress_of(network: Network) -> Progress:
    """The latest progress of each node; hubs have none.

    A task is finished with an actual finish or 100 percent. What remains is what was said to
    remain; else the percentage says it; else the time since the actual start does.
    """
    reported = network.project.latest_progress()
    rows = pd.Index(reported["task_id"]).get_indexer(network.of_task("id"))
    rows[~network.is_leaf] = -1
    known = reported.reindex(rows)
    status = status_minute(network.project)
    start = minutes_of(known["actual_start"])
    finish = end_of_day(minutes_of(known["actual_finish"]))
    said = known["percent_complete"].to_numpy(np.float64)
    is_finished = (finish != MISSING) | (said >= 100)
    start, finish = _completed(network, status, start, finish, is_finished)
    is_started = start != MISSING
    left = _left(network, status, known["remaining_hours"].to_numpy(np.float64), said, start)
    remaining = np.where(is_finished, 0, left)
    done = 100 * (1 - remaining / np.maximum(network.duration, 1))
    derived = np.where(is_started & (network.duration > 0), np.clip(done, 0, 99), 0.0)
    percent = np.where(np.isnan(said), derived, said)
    percent = np.where(is_finished, 100.0, percent)
    resume = np.where(is_started, minutes_of(known["resume_date"]), MISSING)
    return Progress(is_started, is_finished, start, finish, remaining, resume, percent)


def _completed(
    network: Network, status: int, start: Minutes, finish: Minutes, is_finished: np.ndarray
) -> tuple[Minutes, Minutes]:
    """A finished task has both dates: its duration (or the status date) gives the missing one."""
    known = status if status != MISSING else int(minutes_of(network.project.header.start))
    hours = network.duration / 60
    no_start, no_finish = is_finished & (start == MISSING), is_finished & (finish == MISSING)
    latest = network.ask(WorkCalendar.previous_work, np.full_like(start, known))
    after = network.ask(WorkCalendar.add, np.where(no_finish, start, MISSING), hours)
    finish = np.where(no_finish, np.where(no_start, latest, after), finish)
    before = network.ask(WorkCalendar.add, np.where(no_start, finish, MISSING), -hours)
    return np.where(no_start, before, start), finish


def _left(
    network: Network, status: int, said: np.ndarray, percent: np.ndarray, start: Minutes
) -> Minutes:
    """The working minutes that a task which is not finished still needs."""
    duration = network.duration
    since = network.before(np.full_like(start, status)) - network.before(start)
    is_unsaid = np.isnan(percent) & (start != MISSING) & (status != MISSING)
    by_time = np.clip(duration - since, 0, duration)
    by_share = duration * (1 - np.nan_to_num(percent) / 100)
    left = np.where(np.isnan(said), np.where(is_unsaid, by_time, by_share), said * 60)
    return np.rint(left).astype(np.int64)
