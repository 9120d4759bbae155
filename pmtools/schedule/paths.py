"""What sets a date link by link, and which paths come next."""

from __future__ import annotations

import heapq
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from pmtools.calendars import WorkCalendar
from pmtools.errors import Problem, ProjectError, nearest
from pmtools.schedule import Schedule
from pmtools.schedule.critical_path import Dates, dates_of
from pmtools.schedule.driving import driving_links
from pmtools.schedule.limits import Limits, limits_of
from pmtools.schedule.network import FIRST, LEAF, Network, network_of
from pmtools.schedule.progress import progress_of

CHAIN = ("step", "task_id", "name", "start", "finish", "because")
PATHS = (
    *("path", "task_id", "name", "start", "finish"),
    *("relative_float_hours", "total_float_hours", "is_driving"),
)


def driving_chain(plan: Schedule, task_id: str | None = None) -> pd.DataFrame:
    """What sets the date of a task, link by link, from what begins it all to the task.

    Parameters
    ----------
    task_id
        A task, a milestone, or a summary: then its last task counts. Without it the work that
        finishes last.

    Returns
    -------
    DataFrame
        `step` (1 is the first), `task_id`, `name`, `start`, `finish`, `because`: what sets its
        date, in words.

    Raises
    ------
    ProjectError
        For a task that the schedule does not have.
    """
    tasks = plan.tasks.set_index("id", drop=False)
    if task_id is None:
        work = tasks[~tasks["kind"].isin(["summary", "level_of_effort"])]
        task_id = str((work if len(work) else tasks).sort_values("finish", kind="stable").index[-1])
    if task_id not in tasks.index:
        found = f'"{task_id}" is not a task of the schedule'
        remedy = f"Choose one of its tasks{nearest(task_id, tasks.index.to_list())}."
        raise ProjectError([Problem("driving chain", found, "", remedy, "unknown-task")])
    here, steps = _last_below(tasks, task_id), dict[str, None]()
    while here and here not in steps:
        steps[here] = None
        here = _last_below(tasks, tasks.at[here, "driver_id"])
    rows = tasks.loc[list(steps)[::-1]].reset_index(drop=True)
    rows = rows.rename(columns={"id": "task_id", "driver": "because"})
    rows.insert(0, "step", np.arange(1, len(rows) + 1))
    return rows[list(CHAIN)]


def _last_below(tasks: pd.DataFrame, task_id: str) -> str:
    """The task itself; of a summary the one below it that finishes last."""
    while task_id and tasks.at[task_id, "kind"] == "summary":
        below = tasks[tasks["parent_id"] == task_id]
        task_id = below["finish"].idxmax()
    return task_id


def float_paths(plan: Schedule, to: str | None = None, n: int = 5) -> pd.DataFrame:
    """The driving path to the end of the project, and those that come next.

    Parameters
    ----------
    to
        The task at the end of all paths; without it the unfinished work that finishes last.
    n
        How many paths.

    Returns
    -------
    DataFrame
        `path` (1 drives the end), `task_id`, `name`, `start`, `finish`, `relative_float_hours`
        (how much later it may be before it drives the end), `total_float_hours`, `is_driving`
        (path 1), each path from its first task to its last.

    Notes
    -----
    Multiple float paths as in Primavera P6: each further path is the one whose link into the
    paths before it has the least float, followed back along driving links. Float of a link is in
    working hours of its successor. Finished work and level of effort begin no path.
    """
    passes = Passes(plan)
    ends = passes.ends(plan, to)
    found = _PathSearch(passes, ends).paths(n)
    rows = [
        (number, passes.id_of(node), relative / 60, number == 1)
        for number, (nodes, relative) in enumerate(found, start=1)
        for node in sorted(nodes, key=passes.rank.__getitem__)
    ]
    ours = ["path", "task_id", "relative_float_hours", "is_driving"]
    frame = pd.DataFrame(rows, columns=ours).astype({"task_id": plan.tasks["id"].dtype})
    return frame.merge(plan.tasks, left_on="task_id", right_on="id")[[*PATHS]]


@dataclass
class Passes:
    """The network of a schedule with its dates, links by successor, floats of links in minutes."""

    plan: Schedule
    network: Network = field(init=False)
    limits: Limits = field(init=False)
    dates: Dates = field(init=False)

    def __post_init__(self) -> None:
        self.network = network_of(self.plan.project, self.plan.options)
        self.limits = limits_of(self.network, progress_of(self.network))
        self.dates = dates_of(self.network, self.limits)
        self.is_driving = driving_links(self.network, self.limits, self.dates)
        self.slack = self._slack().tolist()
        self.before = self.network.predecessor.tolist()
        heeds = self.limits.is_linked & ~self.limits.is_finished
        self.into: dict[int, list[int]] = {}
        for link, after in enumerate(self.network.successor.tolist()):
            if heeds[after]:
                self.into.setdefault(after, []).append(link)
        order = self.network.order
        self.rank = dict(zip(np.asarray(order).tolist(), range(len(order)), strict=True))

    def _slack(self) -> np.ndarray:
        """Working minutes that a link is from driving; into a summary on the calendar of that."""
        network, after = self.network, self.network.successor
        slack = self.dates.start[after] - self.dates.reached
        hubs = np.flatnonzero(network.role[after] != LEAF)
        at, own = WorkCalendar.always().instant_at, network.calendars.own[network.task[after[hubs]]]
        span = at(self.dates.reached[hubs]), at(self.dates.start[after[hubs]])
        hours = network.calendars.ask(own, WorkCalendar.hours_between, *span)
        slack[hubs] = np.rint(hours * 60)
        return slack

    def id_of(self, node: int) -> str:
        """The task of a node."""
        return str(self.network.project.tasks["id"].iat[self.network.task[node]])

    def leaves(self, ids: Collection[str]) -> list[int]:
        """The nodes of tasks."""
        found = np.isin(self.network.of_task("id"), list(ids)) & self.network.is_leaf
        return np.flatnonzero(found).tolist()

    def ends(self, plan: Schedule, to: str | None) -> list[int]:
        """The nodes at the end of all paths."""
        if to is not None:
            driving_chain(plan, to)  # refuses what is no task
            target = _last_below(plan.tasks.set_index("id", drop=False), to)
            return self.leaves([target])
        work = plan.tasks[(plan.tasks["kind"] != "summary") & ~plan.tasks["is_finished"]]
        work = work[work["kind"] != "level_of_effort"] if len(work) else work
        return self.leaves(work["id"][work["finish"] == work["finish"].max()].tolist())[-1:]


class _PathSearch:
    """Paths by rising relative float; hubs of summaries are walked through, not shown."""

    def __init__(self, passes: Passes, ends: list[int]) -> None:
        self.passes, self.taken = passes, set(ends)
        self.waiting: list[tuple[int, int, int]] = []
        self.ends = ends
        self.is_over = passes.limits.is_finished | passes.network.is_support

    def paths(self, n: int) -> list[tuple[list[int], int]]:
        """Nodes of tasks and relative float of each of the first n paths."""
        if not self.ends:
            return []
        found = [(self._follow(self.ends, 0), 0)]
        while self.waiting and len(found) < n:
            relative, _, node = heapq.heappop(self.waiting)
            if node in self.taken:
                continue
            self.taken.add(node)
            if nodes := self._follow([node], relative):
                found.append((nodes, relative))
        return [(nodes, relative) for nodes, relative in found if nodes]

    def _follow(self, nodes: list[int], relative: int) -> list[int]:
        """These nodes and what drives them; all other predecessors wait for paths of their own."""
        passes, found, here = self.passes, [], list(nodes)
        while here:
            node = here.pop()
            if passes.network.role[node] == LEAF:
                found.append(node)
            into = sorted(passes.into.get(node, ()), key=passes.slack.__getitem__)
            for position, link in enumerate(into):
                before = passes.before[link]
                if before in self.taken:
                    continue
                if passes.is_driving[link] and (position == 0 or passes.network.role[node] != LEAF):
                    self.taken.add(before)
                    here.append(before)
                elif not self.is_over[before] and passes.network.role[node] != FIRST:
                    entry = (relative + max(passes.slack[link], 0), passes.rank[before], before)
                    heapq.heappush(self.waiting, entry)
        return found
