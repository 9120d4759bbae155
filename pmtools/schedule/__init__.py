"""Schedule: the dates of every task by the critical path method, with floats and drivers."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from pmtools.calendars import WorkCalendar
from pmtools.project import Project
from pmtools.schedule.critical_path import dates_of
from pmtools.schedule.limits import limits_of
from pmtools.schedule.network import network_of
from pmtools.schedule.options import PRESETS, ScheduleOptions, options_of
from pmtools.schedule.progress import progress_of
from pmtools.schedule.result import tables_of
from pmtools.words import day, plain

__all__ = ["PRESETS", "Schedule", "ScheduleOptions", "options_of", "schedule"]


@dataclass(frozen=True, eq=False)
class Schedule:
    """The dates of a project as of its status date.

    `tasks`, one row an active task, summaries rolled up:

    - id, wbs, name, kind, parent_id, level (1 is outermost), department_id, owner_id, deadline
    - start, finish: actual where known, else early: the forecast
    - early_start, early_finish, late_start, late_finish: of the work still to be done
    - total_float_hours, free_float_hours: in working hours of the task's calendar; NaN where it is
      finished; of a summary the least of its tasks
    - is_critical: little total float, or on the longest path, as the options say
    - is_started, is_finished, percent_complete (0 to 100), actual_start, actual_finish
    - duration_hours, remaining_hours: working hours from start to finish, and still needed
    - driver_id, driver: the task that sets its date, and the reason in words

    `links`: predecessor_id, successor_id, kind, lag_hours, lag_kind, lag_calendar, float_hours,
    is_driving.
    """

    project: Project
    tasks: pd.DataFrame
    links: pd.DataFrame
    start: pd.Timestamp
    finish: pd.Timestamp
    status_date: pd.Timestamp | None
    options: ScheduleOptions
    calendars: dict[str, WorkCalendar] = field(repr=False)

    def __str__(self) -> str:
        leaves = self.tasks[self.tasks["kind"] != "summary"]
        counts = (len(leaves), int(leaves["is_critical"].sum()), int(leaves["is_finished"].sum()))
        return (
            f"{plain(self.project.header.name)}: {day(self.start)} to {day(self.finish)}, "
            f"{counts[0]} tasks, {counts[1]} critical, {counts[2]} finished"
        )

    def __repr__(self) -> str:
        return f"Schedule({self})"

    def _repr_html_(self) -> Any:
        shown = self.tasks[["id", "name", "start", "finish", "total_float_hours", "driver"]]
        return f"<p>{html.escape(str(self))}</p>" + shown.to_html(index=False, max_rows=20)


def schedule(project: Project, *, options: ScheduleOptions | None = None) -> Schedule:
    """When every task can start and finish, must start and finish, and what sets its date.

    Parameters
    ----------
    project
        Its status date is that of the header; links to tasks that do not exist are left out.
    options
        The rules; without them those of `header.scheduling` (see `ScheduleOptions`).

    Raises
    ------
    ProjectError
        For links in a circle (with the names along it), a calendar without work, a project without
        an active task, dates past the year 2200.

    Notes
    -----
    Critical path method with FS, SS, FF and SF links, leads and lags, after Kelley and Walker
    (1959) and the precedence diagramming method; rules of the tools as in `ScheduleOptions`.
    Assignments move no dates, but by the calendars of their resources where the options say so.
    Floats count from the last finish of the work; level of effort may go on after it.
    """
    network = network_of(project, options or options_of(project.header))
    progress = progress_of(network)
    limits = limits_of(network, progress)
    tasks, links = tables_of(network, limits, progress, dates_of(network, limits))
    return Schedule(
        project=project,
        tasks=tasks,
        links=links,
        start=tasks["start"].min(),
        finish=tasks["finish"].max(),
        status_date=project.header.status_date,
        options=network.options,
        calendars=network.calendars.by_id,
    )
