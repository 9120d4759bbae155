"""The network of a plan as arrays: tasks and links by position, summaries as hubs.

A link to or from a summary concerns all its tasks. So that this costs one link a task and not one
a pair of tasks, a summary with such links gets hubs: nodes without duration, on a calendar of 24
hours, through which instants pass unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmtools.calendars import Minutes, WorkCalendar
from pmtools.errors import Problem, ProjectError
from pmtools.project import Project
from pmtools.schedule.options import ScheduleOptions
from pmtools.schedule.outline import Outline
from pmtools.schedule.task_calendars import AROUND_THE_CLOCK, TaskCalendars

FS, SS, FF, SF = range(4)
KINDS = {"FS": FS, "SS": SS, "FF": FF, "SF": SF}
LEAF, OPENING, CLOSING, FIRST = range(4)
"""What a node is: a task; where links into a summary arrive; where its last task has finished;
where its first task starts (the one node that takes the earliest of its predecessors)."""


@dataclass(frozen=True)
class Network:
    """Nodes and links by position; durations and lags in minutes.

    `task` is the row of table `tasks` of each node, `row` the row of table `links` of each link
    (-1 inside a summary). Work is counted on `calendar`, total float on `float_calendar`: the
    task's own, also where it is worked in the hours of its resources.
    """

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
    calendars: tuple[WorkCalendar, ...]
    order: list[int]

    def links_by(self, end: Minutes) -> list[list[int]]:
        """The positions of the links of each node, by their `predecessor` or `successor`."""
        found: list[list[int]] = [[] for _ in range(len(self.task))]
        for position, node in enumerate(end.tolist()):
            found[node].append(position)
        return found


def network_of(
    project: Project, outline: Outline, calendars: TaskCalendars, options: ScheduleOptions
) -> Network:
    """The network of the active tasks; links that lead nowhere are left out.

    Raises
    ------
    ProjectError
        Where links run in a circle, with the names of the tasks along it.
    """
    tasks = project.tasks
    hours = tasks["duration_hours"].fillna(0).where(tasks["kind"] != "milestone", 0)
    minutes = np.rint(hours.to_numpy() * 60).astype(np.int64)
    links = _links_of(project, outline, minutes, calendars, options.lag_calendar)
    task, role, ends = _nodes_of(outline, links)
    columns = np.array(ends, np.int64).reshape(-1, 6).T
    is_elapsed = tasks["is_elapsed"].to_numpy(bool)[task] | (role != LEAF)
    order = _order(columns[0], columns[1], tasks["name"].to_numpy(), task)
    return Network(
        task=task,
        role=role,
        duration=np.where(role == LEAF, minutes[task], 0),
        calendar=np.where(is_elapsed, AROUND_THE_CLOCK, calendars.worked[task]),
        float_calendar=np.where(is_elapsed, AROUND_THE_CLOCK, calendars.own[task]),
        predecessor=columns[0],
        successor=columns[1],
        kind=columns[2],
        lag=columns[3],
        lag_calendar=columns[4],
        row=columns[5],
        calendars=calendars.calendars,
        order=order,
    )


def _links_of(
    project: Project, outline: Outline, duration: Minutes, calendars: TaskCalendars, usual: str
) -> Minutes:
    """Predecessor, successor, kind, lag, lag calendar, row of each link between active tasks."""
    links, tasks = project.links, project.tasks
    place = pd.Series(np.arange(len(tasks)), index=tasks["id"])
    before, after = (
        links[end].map(place).fillna(-1).to_numpy(np.int64)
        for end in ("predecessor_id", "successor_id")
    )
    calendar = {
        "predecessor": calendars.worked[before],
        "successor": calendars.worked[after],
        "project": np.full(len(links), calendars.position[""]),
        "24h": np.full(len(links), AROUND_THE_CLOCK),
    }[usual]
    named = links["lag_calendar"].where(links["lag_calendar"] != "")
    named = named.map(calendars.position).to_numpy(np.float64)
    calendar = np.where(np.isnan(named), calendar, named).astype(np.int64)
    is_percent = (links["lag_kind"] == "percent").to_numpy(bool)
    is_elapsed = is_percent & tasks["is_elapsed"].to_numpy(bool)[before]
    is_elapsed |= (links["lag_kind"] == "elapsed").to_numpy(bool)
    hours = links["lag_hours"].to_numpy()
    lag = np.rint(np.where(is_percent, hours / 100 * duration[before], hours * 60))
    columns = (
        before,
        after,
        links["kind"].map(KINDS).to_numpy(np.int64),
        lag.astype(np.int64),
        np.where(is_elapsed, AROUND_THE_CLOCK, calendar),
        np.arange(len(links)),
    )
    is_active = outline.is_active
    is_known = (before >= 0) & (after >= 0) & is_active[before] & is_active[after]
    return np.stack(columns, axis=1)[is_known]


def _nodes_of(
    outline: Outline, links: Minutes
) -> tuple[Minutes, Minutes, list[tuple[int, int, int, int, int, int]]]:
    """Task and role of each node, and the links between nodes in place of tasks."""
    is_leaf = outline.is_leaf.tolist()
    rows = links.tolist()
    needed = {(link[0], CLOSING if link[2] in (FS, FF) else FIRST) for link in rows}
    needed |= {(link[1], OPENING) for link in rows}
    hubs = [(task, role) for task, role in sorted(needed) if not is_leaf[task]]
    children: dict[int, list[int]] = {}
    for child in np.flatnonzero(outline.is_active & (outline.parent >= 0)).tolist():
        children.setdefault(int(outline.parent[child]), []).append(child)
    for task, role in hubs:  # grows while it is read: the hubs below
        below = [(child, role) for child in children[task] if not is_leaf[child]]
        hubs += [hub for hub in below if hub not in needed]
        needed.update(below)
    nodes = [(task, LEAF) for task in outline.leaves.tolist()] + hubs
    place = {node: position for position, node in enumerate(nodes)}

    def node(task: int, role: int) -> int:
        return place[task, LEAF if is_leaf[task] else role]

    ends = [
        (
            node(link[0], CLOSING if link[2] in (FS, FF) else FIRST),
            node(link[1], OPENING),
            *link[2:],
        )
        for link in rows
    ]
    for task, role in hubs:
        hub = place[task, role]
        inner = [node(child, role) for child in children[task]]
        kind = FS if role == CLOSING else SS
        pairs = [(hub, child) if role == OPENING else (child, hub) for child in inner]
        ends += [(*pair, kind, 0, AROUND_THE_CLOCK, -1) for pair in pairs]
    task_role = np.array(nodes, np.int64).reshape(-1, 2)
    return task_role[:, 0], task_role[:, 1], ends


def _order(before: Minutes, after: Minutes, names: np.ndarray, task: Minutes) -> list[int]:
    """Every node after its predecessors."""
    count = len(task)
    following: list[list[int]] = [[] for _ in range(count)]
    for first, then in zip(before.tolist(), after.tolist(), strict=True):
        following[first].append(then)
    missing = np.bincount(after, minlength=count).tolist()
    order = [node for node in range(count) if missing[node] == 0]
    for node in order:  # grows while it is read
        for then in following[node]:
            missing[then] -= 1
            if missing[then] == 0:
                order.append(then)
    if len(order) < count:
        path = [names[row] for row in _loop(set(range(count)) - set(order), before, after, task)]
        raise ProjectError([_loop_problem(path)])
    return order


def _loop(stuck: set[int], before: Minutes, after: Minutes, task: Minutes) -> list[int]:
    """Walk back from a node that waits, always to one that waits too, until one repeats."""
    previous = {
        then: first
        for first, then in zip(before.tolist(), after.tolist(), strict=True)
        if first in stuck and then in stuck
    }
    node = next(iter(previous))
    seen: dict[int, int] = {}
    while node not in seen:
        seen[node] = len(seen)
        node = previous[node]
    path = [node, *(n for n in reversed(seen) if seen[n] >= seen[node])]
    rows = [int(task[n]) for n in path]
    return [row for row, last in zip(rows, [-1, *rows], strict=False) if row != last]


def _loop_problem(names: list[str]) -> Problem:
    words = [f'"{name}"' for name in names]
    if len(words) > 24:
        words = [*words[:20], f"({len(words) - 23} more)", *words[-3:]]
    return Problem(
        'table "links"',
        f"links run in a circle: {' > '.join(words)}",
        remedy="Remove one of these links.",
        code="loop",
    )
