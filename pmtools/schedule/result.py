"""The tables of a schedule: a row a task, summaries rolled up, and a row a link."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmtools.calendars import MISSING, Minutes, WorkCalendar, instants_of, minutes_of
from pmtools.errors import Problem, ProjectError
from pmtools.schedule.critical_path import Dates
from pmtools.schedule.driving import drivers_of, driving_links
from pmtools.schedule.limits import Limits
from pmtools.schedule.network import OPENING, Network
from pmtools.schedule.progress import Progress
from pmtools.schedule.task_calendars import AROUND_THE_CLOCK

HORIZON = pd.Timestamp("2200-01-01")
LEAST = ("start", "early_start", "late_start", "actual_start", "total_float_hours",
         "free_float_hours", "is_finished")  # fmt: skip
MOST = ("finish", "early_finish", "late_finish", "actual_finish", "is_critical", "is_started")
DESCRIBED = ("id", "wbs", "name", "kind", "parent_id", "department_id", "owner_id", "deadline")
COLUMNS = (
    *("id", "wbs", "name", "kind", "parent_id", "level", "department_id", "owner_id"),
    *("start", "finish", "early_start", "early_finish", "late_start", "late_finish"),
    *("total_float_hours", "free_float_hours", "is_critical", "is_started", "is_finished"),
    *("percent_complete", "remaining_hours", "duration_hours", "actual_start", "actual_finish"),
    *("deadline", "driver_id", "driver"),
)
Columns = dict[str, np.ndarray]


def tables_of(
    network: Network, limits: Limits, progress: Progress, dates: Dates
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`Schedule.tasks`, every active task in project order, and `Schedule.links`.

    Raises
    ------
    ProjectError
        For dates past the year 2200.
    """
    is_driving = driving_links(network, limits, dates)
    leaves = _leaf_columns(network, limits, progress, dates, is_driving)
    ids, words = drivers_of(network, limits, dates, is_driving)
    summaries, rolled = _rolled_up(network, leaves)
    rows = np.r_[network.outline.leaves, summaries]
    order = np.argsort(rows)
    rows = rows[order]
    described = {name: network.project.tasks[name].array[rows] for name in DESCRIBED}
    computed = {name: np.r_[leaves[name], rolled[name]][order] for name in rolled}
    computed["kind"] = pd.Series(described["kind"]).mask(order >= len(ids), "summary")
    computed["level"] = network.outline.level[rows]
    computed["driver_id"] = np.array(ids + [""] * len(summaries), object)[order]
    computed["driver"] = np.array(words + ["its tasks"] * len(summaries), object)[order]
    early_start = pd.Series(computed["early_start"], index=rows)
    tasks = pd.DataFrame(described | computed)[[*COLUMNS]]
    return tasks, _link_rows(network, dates, is_driving, early_start)


def _leaf_columns(
    network: Network, limits: Limits, progress: Progress, dates: Dates, is_driving: np.ndarray
) -> Columns:
    """What is computed for the leaves, in the order of the outline."""
    is_point, done = dates.finish == dates.start, progress.is_finished
    is_late_point = is_point & (dates.late_start == dates.late_finish)
    start, finish = (np.where(is_point, MISSING, each) for each in (dates.start, dates.finish))
    late = np.where(is_late_point, MISSING, dates.late_start)
    early_start = np.where(is_point, dates.instant, network.at(start, "start"))
    early_finish = np.where(is_point, dates.instant, network.at(finish, "finish"))
    is_on_time = is_point & (dates.late_finish == dates.finish)
    late_finish = np.where(is_on_time, dates.instant, network.at(dates.late_finish, "finish"))
    is_morning = is_late_point & ~is_on_time & network.is_start_milestone
    morning = network.at(np.where(is_morning, dates.late_finish, MISSING), "start")
    late_finish = np.where(is_morning, morning, late_finish)
    late_start = np.where(is_late_point, late_finish, network.at(late, "start"))
    total = _total_float(network, (early_start, late_start), (early_finish, late_finish))
    is_critical = total <= network.options.critical_hours
    if network.options.critical_by == "longest_path":
        is_critical = _longest_path(network, early_finish, is_driving)
    early_start = np.where(done | limits.is_fixed, progress.start, early_start)
    early_finish = np.where(done, progress.finish, early_finish)
    _refuse_beyond_horizon(network, early_finish)
    instants = {
        "start": np.where(progress.is_started, progress.start, early_start),
        "finish": early_finish,
        "early_start": early_start,
        "early_finish": early_finish,
        "late_start": np.where(done | limits.is_fixed, progress.start, late_start),
        "late_finish": np.where(done, progress.finish, late_finish),
    }
    columns = {name: instants_of(values) for name, values in instants.items()} | {
        "total_float_hours": np.where(done, np.nan, total),
        "free_float_hours": np.where(done, np.nan, (dates.free - dates.finish) / 60),
        "is_critical": ~done & ~network.is_support & is_critical,
        "is_started": progress.is_started,
        "is_finished": done,
        "percent_complete": progress.percent,
        "remaining_hours": progress.remaining / 60,
        "duration_hours": dates.duration / 60,
        "actual_start": instants_of(progress.start),
        "actual_finish": instants_of(np.where(done, progress.finish, MISSING)),
    }
    return {name: values[network.is_leaf] for name, values in columns.items()}


def _total_float(
    network: Network, starts: tuple[Minutes, Minutes], finishes: tuple[Minutes, Minutes]
) -> np.ndarray:
    """Hours from early to late, by the options of starts, of finishes or the smaller of both."""
    of_starts, of_finishes = (
        network.calendars.ask(network.float_calendar, WorkCalendar.hours_between, *pair)
        for pair in (starts, finishes)
    )
    kinds = {"start": of_starts, "finish": of_finishes,
             "smallest": np.minimum(of_starts, of_finishes)}  # fmt: skip
    return np.asarray(kinds[network.options.total_float])


def _longest_path(network: Network, finish: Minutes, is_driving: np.ndarray) -> np.ndarray:
    """Which nodes a chain of driving links joins to the last finish of the work."""
    work = network.is_leaf & ~network.is_support
    work = work if work.any() else network.is_leaf
    drivers: dict[int, list[int]] = {}
    ends = zip(network.successor[is_driving], network.predecessor[is_driving], strict=True)
    for after, before in ends:
        drivers.setdefault(after, []).append(before)
    found = work & (finish == finish[work].max())
    waiting = np.flatnonzero(found).tolist()
    while waiting:
        new = [before for before in drivers.get(waiting.pop(), ()) if not found[before]]
        found[new] = True
        waiting += new
    return found


def _refuse_beyond_horizon(network: Network, finish: Minutes) -> None:
    """Counted in minutes: a date that far away may not even be a date any more."""
    beyond = network.task[finish > minutes_of(HORIZON)]
    if len(beyond):
        project, row = network.project, int(beyond[0])
        found = f'task "{project.tasks["name"].iloc[row]}" would finish after {HORIZON.year}'
        remedy = "Correct its duration, or the durations and lags before it."
        place = project.place("tasks", row)
        raise ProjectError([Problem(place, found, "", remedy, code="beyond-horizon")])


def _rolled_up(network: Network, leaves: Columns) -> tuple[Minutes, Columns]:
    """Rows of the summaries: from first start to last finish, progress weighted by duration."""
    ancestors, members = network.outline.pairs()
    order = np.argsort(ancestors, kind="stable")
    rows, firsts = np.unique(ancestors[order], return_index=True)
    chosen = np.searchsorted(network.outline.leaves, members[order])

    def over(tightest: np.ufunc, values: np.ndarray) -> np.ndarray:
        return tightest.reduceat(values[chosen], firsts)

    rolled = {name: over(np.fmin, leaves[name]) for name in LEAST}
    rolled |= {name: over(np.fmax, leaves[name]) for name in MOST}
    rolled["actual_finish"][~rolled["is_finished"]] = np.datetime64("NaT")
    hours, percent = leaves["duration_hours"], leaves["percent_complete"]
    total, done = over(np.add, hours), over(np.add, hours * percent)
    even = over(np.add, percent) / over(np.add, np.ones(len(percent)))
    rolled["percent_complete"] = np.divide(done, total, out=even, where=total > 0)
    span = (minutes_of(rolled["start"]), minutes_of(rolled["finish"]))
    own = network.calendars.own[rows]
    rolled["duration_hours"] = network.calendars.ask(own, WorkCalendar.hours_between, *span)
    rolled["remaining_hours"] = rolled["duration_hours"] * (1 - rolled["percent_complete"] / 100)
    return rows, rolled


def _link_rows(
    network: Network, dates: Dates, is_driving: np.ndarray, early_start: pd.Series
) -> pd.DataFrame:
    """Float and whether it drives, for each link between tasks.

    Float is in working hours of the successor; into a summary it is that to its first start.
    """
    between = np.flatnonzero(network.row >= 0)
    after, reached = network.successor[between], dates.reached[between]
    columns = ["predecessor_id", "successor_id", "kind", "lag_hours", "lag_kind", "lag_calendar"]
    frame = network.project.links[columns].iloc[network.row[between]].reset_index(drop=True)
    hours = (dates.start[after] - reached) / 60
    into = np.flatnonzero(network.role[after] == OPENING)
    summary, calendars = network.task[after[into]], network.calendars
    span = (
        calendars.by_position[AROUND_THE_CLOCK].instant_at(reached[into]),
        minutes_of(early_start[summary]),
    )
    hours[into] = calendars.ask(calendars.own[summary], WorkCalendar.hours_between, *span)
    return frame.assign(float_hours=hours, is_driving=is_driving[between] & (hours == 0))
