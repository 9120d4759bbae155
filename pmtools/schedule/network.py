"""The network of a plan as arrays: tasks and links by position, summaries as hubs.

A link to or from a summary concerns all its tasks. So that this costs one link a task and not one
a pair of tasks, a summary with such links gets hubs: nodes without duration, on a calendar of 24
hours, through which instants pass unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import Minutes, Side, WorkCalendar
from pmtools.errors import Problem, ProjectError
from pmtools.project import Project
from pmtools.schedule.arrays import CLOSING, FF, FIRST, FS, LEAF, OPENING, SF, SS
from pmtools.schedule.kernel import in_order
from pmtools.schedule.options import ScheduleOptions
from pmtools.schedule.outline import Outline, outline_of
from pmtools.schedule.task_calendars import AROUND_THE_CLOCK, TaskCalendars, task_calendars_of

__all__ = ["CLOSING", "FF", "FIRST", "FS", "LEAF", "OPENING", "SF", "SS", "Network", "by_node",
           "network_of"]  # fmt: skip

KINDS = {"FS": FS, "SS": SS, "FF": FF, "SF": SF}


@dataclass(frozen=True)
class Network:
    """Nodes and links by position; durations and lags in minutes.

    `task` is the row of table `tasks` of each node, `row` the row of table `links` of each link
    (-1 inside a summary). Work is counted on `calendar`, total float on `float_calendar`: the
    task's own, also where it is worked in the hours of its resources. `order` has every node after
    its predecessors.
    """

    project: Project
    options: ScheduleOptions
    outline: Outline
    calendars: TaskCalendars
    task: Minutes
    role: Minutes
    duration: Minutes
    calendar: Minutes
    float_calendar: Minutes
    predecessor: Minutes
    successor: Minutes
    kind: Minutes
    lag: Minutes
    lag_calendar: Minutes
    row: Minutes
    order: Minutes

    @property
    def is_leaf(self) -> np.ndarray:
        """Which nodes are tasks; these come first."""
        return self.role == LEAF

    @property
    def is_support(self) -> np.ndarray:
        """Which nodes are level of effort: they go along with the work and decide nothing."""
        return (self.of_task("kind") == "level_of_effort") & self.is_leaf

    @property
    def is_start_milestone(self) -> np.ndarray:
        """Which tasks, if without duration, stand at the next start of work; in Primavera only."""
        is_primavera = self.options.is_work_after_status_date
        return self.of_task("is_start_milestone") & self.is_leaf & is_primavera

    def of_task(self, column: str) -> np.ndarray:
        """A column of table `tasks`, one value a node."""
        return self.project.tasks[column].to_numpy()[self.task]

    def ask(self, question: Callable[..., Any], *columns: np.ndarray) -> Minutes:
        """What the calendar of each node answers to a method of WorkCalendar."""
        return self.calendars.ask(self.calendar, question, *columns)

    def before(self, instants: Minutes) -> Minutes:
        """Working minutes before the instant of each node."""
        return self.ask(WorkCalendar.minutes_before, instants)

    def at(self, worked: Minutes, side: Side) -> Minutes:
        """The instant of each node's working minutes."""
        return self.ask(lambda calendar, each: calendar.instant_at(each, side), worked)


def network_of(project: Project, options: ScheduleOptions) -> Network:
    """The network of the active tasks; links that lead nowhere are left out.

    Raises
    ------
    ProjectError
        Where there is no active task, a calendar in use has no work, or links run in a circle,
        with the names of the tasks along it.
    """
    tasks, outline = project.tasks, outline_of(project.tasks)
    if not outline.is_leaf.any():
        found, remedy = "there is no active task", "Add a task, or set is_active."
        raise ProjectError([Problem(project.place("tasks"), found, "", remedy, "no-task")])
    calendars = task_calendars_of(project, options.are_resource_calendars_used)
    hours = tasks["duration_hours"].fillna(0).where(tasks["kind"] != "milestone", 0)
    minutes = np.rint(hours.to_numpy() * 60).astype(np.int64)
    links = _links_of(project, outline, minutes, calendars, options.lag_calendar)
    task, role, links = _nodes_of(outline, links)
    before, after, kind, lag, lag_calendar, row = np.ascontiguousarray(links.T)
    is_elapsed = tasks["is_elapsed"].to_numpy(bool)[task] | (role != LEAF)
    return Network(
        *(project, options, outline, calendars, task, role),
        np.where(role == LEAF, minutes[task], 0),
        np.where(is_elapsed, AROUND_THE_CLOCK, calendars.worked[task]),
        np.where(is_elapsed, AROUND_THE_CLOCK, calendars.own[task]),
        *(before, after, kind, lag, lag_calendar, row),
        _order(before, after, tasks["name"].tolist(), task.tolist()),
    )


def by_node(ends: Minutes, count: int) -> tuple[Minutes, Minutes, Minutes]:
    """The links sorted by the node at one end; where those of each node begin and end."""
    until = np.cumsum(np.bincount(ends, minlength=count)).astype(np.int64)
    return np.r_[0, until[:-1]], until, np.argsort(ends, kind="stable").astype(np.int64)


def _links_of(
    project: Project, outline: Outline, duration: Minutes, calendars: TaskCalendars, usual: str
) -> Minutes:
    """Predecessor, successor, kind, lag, lag calendar, row of each link between active tasks."""
    links, tasks = project.links, project.tasks
    place = pd.Index(tasks["id"])
    before, after = (place.get_indexer(links[f"{end}_id"]) for end in ("predecessor", "successor"))
    calendar = {
        "predecessor": calendars.worked[before],
        "successor": calendars.worked[after],
        "project": np.full(len(links), calendars.position[""]),
        "24h": np.full(len(links), AROUND_THE_CLOCK),
    }[usual]
    places: dict[str, float] = calendars.position | {"": np.nan}
    named = np.array([places.get(name, np.nan) for name in links["lag_calendar"].tolist()], float)
    calendar = np.where(np.isnan(named), calendar, named)
    lag_kind = links["lag_kind"].to_numpy(object)
    is_percent = lag_kind == "percent"
    is_elapsed = is_percent & tasks["is_elapsed"].to_numpy(bool)[before] | (lag_kind == "elapsed")
    hours = links["lag_hours"].to_numpy()
    columns = (
        before,
        after,
        [KINDS[kind] for kind in links["kind"].tolist()],
        np.rint(np.where(is_percent, hours / 100 * duration[before], hours * 60)),
        np.where(is_elapsed, AROUND_THE_CLOCK, calendar),
        np.arange(len(links)),
    )
    is_active = outline.is_active
    is_known = (before >= 0) & (after >= 0) & is_active[before] & is_active[after]
    return np.stack(columns, axis=1).astype(np.int64)[is_known]


def _nodes_of(outline: Outline, links: Minutes) -> tuple[Minutes, Minutes, Minutes]:
    """Task and role of each node, and the links between nodes in place of tasks."""
    leaves, from_finish = outline.leaves, np.isin(links[:, 2], (FS, FF))
    sources = np.stack([links[:, 0], np.where(from_finish, CLOSING, FIRST)], axis=1)
    targets = np.stack([links[:, 1], np.full(len(links), OPENING)], axis=1)
    ends = np.concatenate([sources, targets])
    ends = np.unique(ends[~outline.is_leaf[ends[:, 0]]], axis=0)
    hubs: list[tuple[int, int]] = [(task, role) for task, role in ends.tolist()]
    inner: list[tuple[int, int, int]] = []
    needed, is_leaf = set(hubs), outline.is_leaf.tolist()
    children = outline.children() if hubs else {}
    for task, role in hubs:  # grows while it is read: the hubs below
        for child in children[task]:
            inner.append((task, child, role))
            if not is_leaf[child] and (child, role) not in needed:
                needed.add((child, role))
                hubs.append((child, role))
    tasks, roles = np.array(hubs, np.int64).reshape(-1, 2).T
    place = np.zeros((len(is_leaf), 4), np.int64)
    place[leaves] = np.arange(len(leaves))[:, None]
    place[tasks, roles] = len(leaves) + np.arange(len(hubs))
    links[:, 0], links[:, 1] = place[tuple(sources.T)], place[tuple(targets.T)]
    hub, below, end = np.array(inner, np.int64).reshape(-1, 3).T
    above, below, is_opening = place[hub, end], place[below, end], end == OPENING
    kind = np.where(end == CLOSING, FS, SS)
    same = (np.full_like(hub, value) for value in (0, AROUND_THE_CLOCK, -1))
    pairs = (np.where(is_opening, above, below), np.where(is_opening, below, above))
    links = np.concatenate([links, np.stack([*pairs, kind, *same], axis=1)])
    return np.r_[leaves, tasks], np.r_[np.full(len(leaves), LEAF), roles], links


def _order(before: Minutes, after: Minutes, names: list[str], task: list[int]) -> Minutes:
    """Every node after its predecessors."""
    order = in_order(*by_node(after, len(task)), before)
    if len(order) == len(task):
        return order
    graph: dict[int, list[int]] = {}
    for start, end in zip(before.tolist(), after.tolist(), strict=True):
        graph.setdefault(end, []).append(start)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        rows = [row for row, _ in groupby(task[node] for node in error.args[1])]  # hubs are one
        words = [f'"{names[row]}"' for row in rows]
    if len(words) > 24:
        words = [*words[:20], f"({len(words) - 23} more)", *words[-3:]]
    found = f"links run in a circle: {' > '.join(words)}"
    remedy = "Remove one of these links."
    raise ProjectError([Problem('table "links"', found, "", remedy, "loop")])
