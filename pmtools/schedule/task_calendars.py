"""Which calendar a task is worked on: its own, or that of its resources."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import DAY, Minutes, Shifts, WorkCalendar, monday_of
from pmtools.errors import ProjectError
from pmtools.project import Project
from pmtools.project.working_time import calendars_of

AROUND_THE_CLOCK = 0
"""Position of the 24-hour calendar."""


@dataclass(frozen=True)
class TaskCalendars:
    """Calendars by position, each content once, the first of them 24 hours.

    `position` finds one by its id; `own` is that of each row of table `tasks`, `worked` the one
    its work is counted on.
    """

    by_id: dict[str, WorkCalendar]
    by_position: tuple[WorkCalendar, ...]
    position: dict[str, int]
    own: Minutes
    worked: Minutes

    def ask(self, which: Minutes, question: Callable[..., Any], *columns: np.ndarray) -> Any:
        """What each row's calendar answers to a method of WorkCalendar, asked with its columns."""
        kind = np.float64 if question is WorkCalendar.hours_between else np.int64
        found = np.zeros(len(which), kind)
        for position in np.unique(which):
            mine = which == position
            found[mine] = question(self.by_position[position], *(each[mine] for each in columns))
        return found


def task_calendars_of(project: Project, are_resource_calendars_used: bool) -> TaskCalendars:
    """The calendar of every task.

    With `are_resource_calendars_used`, a task is worked in the hours of its people and equipment
    where these all have the same; where it has a calendar too, in the hours both have. Otherwise
    only what is resource-dependent is worked in theirs, whatever calendar it has (Primavera).
    """
    places: dict[tuple[object, ...], int] = {}
    found: list[WorkCalendar] = []

    def place(calendar: WorkCalendar) -> int:
        content = (calendar.week, calendar.exceptions)
        if content not in places:
            places[content] = len(found)
            found.append(calendar)
        return places[content]

    place(WorkCalendar.always())
    by_id = calendars_of(project)
    position = {name: place(calendar) for name, calendar in by_id.items()}
    ids = project.tasks["calendar_id"].tolist()
    own = np.array([position[calendar_id] for calendar_id in ids], np.int64)
    worked = own.copy()
    is_theirs = project.tasks["is_resource_dependent"]
    if are_resource_calendars_used:
        is_theirs = ~project.tasks["ignores_resource_calendars"]
    theirs = _resource_calendars(project, position, is_theirs) if is_theirs.any() else {}
    for row, shared in theirs.items():
        worked[row] = shared
        if are_resource_calendars_used and ids[row] and shared != own[row]:
            both = _hours_of_both(found[own[row]], found[shared])
            worked[row] = own[row] if both is None else place(both)
    return TaskCalendars(by_id, tuple(found), position, own, worked)


def _resource_calendars(
    project: Project, position: dict[str, int], is_theirs: pd.Series
) -> dict[int, int]:
    """The one calendar of all who work on a task, by row of `tasks`; none where they differ."""
    resources = project.resources[project.resources["kind"] != "material"]
    calendar = resources.set_index("id")["calendar_id"].map(position)
    theirs = project.tasks.loc[is_theirs.to_numpy(bool), "id"]
    assigned = project.assignments[project.assignments["resource_id"].isin(calendar.index)]
    assigned = assigned[assigned["task_id"].isin(theirs)]
    chosen = assigned["resource_id"].map(calendar).groupby(assigned["task_id"])
    same = chosen.agg(["min", "max"]).loc[lambda each: each["min"] == each["max"], "min"]
    rows = {task_id: row for row, task_id in enumerate(project.tasks["id"].tolist())}
    return {rows[task_id]: int(place) for task_id, place in same.items()}


def _hours_of_both(one: WorkCalendar, other: WorkCalendar) -> WorkCalendar | None:
    """The hours that both work; None where they share no hour of a usual week."""
    ranges = (*one.exceptions, *other.exceptions)
    # The night of the last day reaches into the day after.
    days = sorted({day for first, last, _ in ranges for day in range(first, last + 2)})
    monday = monday_of(max(days, default=0)) + 14
    week = tuple(_overlap(one, other, day) for day in range(monday, monday + 7))
    exceptions = ((day, day, _overlap(one, other, day)) for day in days)
    try:
        both = WorkCalendar(f"{one.id}&{other.id}", "", week, tuple(exceptions))
    except ProjectError:
        return None
    return both if any(week) else None


def _overlap(one: WorkCalendar, other: WorkCalendar, day: int) -> Shifts:
    """The hours of both between 00:00 and 24:00 of a day."""
    pairs = product(*([*c.shifts_on(day), *_last_night(c, day)] for c in (one, other)))
    spans = ((max(0, s, t), min(DAY, f, g)) for (s, f), (t, g) in pairs)
    return tuple((start, finish) for start, finish in spans if start < finish)


def _last_night(calendar: WorkCalendar, day: int) -> Shifts:
    return tuple((start - DAY, finish - DAY) for start, finish in calendar.shifts_on(day - 1))
