"""What sets a date link by link, which paths come next, and which constraints contradict."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import minutes_of
from pmtools.errors import Problem, ProjectError, nearest
from pmtools.schedule import Schedule
from pmtools.schedule.critical_path import Dates, dates_of
from pmtools.schedule.driving import Explanation, driving_links
from pmtools.schedule.limits import NEVER, Limits, limits_of
from pmtools.schedule.network import LEAF, Network, network_of
from pmtools.schedule.progress import end_of_day, progress_of
from pmtools.words import plain

CHAIN = ("step", "task_id", "name", "start", "finish", "because")
PATHS = (
    *("path", "task_id", "name", "start", "finish"),
    *("relative_float_hours", "total_float_hours", "is_driving"),
)
CONFLICTS = ("hours", "limit_task_id", "limit", "bound_task_id", "bound", "chain")


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
    here, steps = _last_below(tasks, task_id), list[str]()
    while here and here not in steps:
        steps.append(here)
        here = _last_below(tasks, tasks.at[here, "driver_id"])
    rows = tasks.loc[steps[::-1]].reset_index(drop=True)
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
    passes = _Passes(plan)
    ends = passes.ends(plan, to)
    found = _PathSearch(passes, ends).paths(n)
    tasks = plan.tasks.set_index("id")
    rows = []
    for number, (nodes, relative) in enumerate(found, start=1):
        for node in sorted(nodes, key=passes.rank.__getitem__):
            task = tasks.loc[passes.id_of(node)]
            rows.append((number, task.name, task["name"], task["start"], task["finish"],
                         relative / 60, task["total_float_hours"], number == 1))  # fmt: skip
    return pd.DataFrame(rows, columns=list(PATHS))


@dataclass
class _Passes:
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
        self.slack = (self.dates.start[self.network.successor] - self.dates.reached).tolist()
        self.before = self.network.predecessor.tolist()
        due = end_of_day(minutes_of(self.network.of_task("deadline")))
        self.deadline = self.network.before(due)
        heeds = self.limits.is_linked & ~self.limits.is_finished
        self.into: dict[int, list[int]] = {}
        for link, after in enumerate(self.network.successor.tolist()):
            if heeds[after]:
                self.into.setdefault(after, []).append(link)
        order = self.network.order
        self.rank = dict(zip(np.asarray(order).tolist(), range(len(order)), strict=True))

    def id_of(self, node: int) -> str:
        """The task of a node."""
        return str(self.network.project.tasks["id"].iat[self.network.task[node]])

    def ends(self, plan: Schedule, to: str | None) -> list[int]:
        """The nodes at the end of all paths."""
        if to is not None:
            driving_chain(plan, to)  # refuses what is no task
            target = _last_below(plan.tasks.set_index("id", drop=False), to)
            return [n for n in range(len(self.network.outline.leaves)) if self.id_of(n) == target]
        work = plan.tasks[(plan.tasks["kind"] != "summary") & ~plan.tasks["is_finished"]]
        work = work[work["kind"] != "level_of_effort"] if len(work) else work
        last = set(work["id"][work["finish"] == work["finish"].max()])
        nodes = [n for n in range(len(self.network.outline.leaves)) if self.id_of(n) in last]
        return nodes[-1:]


class _PathSearch:
    """Paths by rising relative float; hubs of summaries are walked through, not shown."""

    def __init__(self, passes: _Passes, ends: list[int]) -> None:
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
                elif not self.is_over[before]:
                    entry = (relative + max(passes.slack[link], 0), passes.rank[before], before)
                    heapq.heappush(self.waiting, entry)
        return found


def conflicts(plan: Schedule) -> pd.DataFrame:
    """Which constraints contradict: what holds a task back, and what it breaks by that.

    With least waiting times between tasks, whatever cannot be is one chain: something before which
    nothing starts, links, and a date that is missed. Each is an irreducible set: without any one
    part of it, it holds no contradiction.

    Returns
    -------
    DataFrame
        `hours` missing, in working hours of the task that is late, worst first; `limit_task_id`,
        `limit` (the date it breaks, in words); `bound_task_id`, `bound` (what holds the first task
        of the chain); `chain`: the names along it.
    """
    passes = _Passes(plan)
    explain = Explanation(passes.network, passes.limits, passes.dates, passes.is_driving)
    rows = [_conflict(passes, explain, *broken) for broken in _broken(passes)]
    frame = pd.DataFrame(rows, columns=list(CONFLICTS))
    frame = frame.sort_values("hours", ascending=False, kind="stable")
    kept = ["limit_task_id", "limit", "bound_task_id", "bound"]
    return frame.drop_duplicates(kept).reset_index(drop=True)


def _broken(passes: _Passes) -> list[tuple[int, int | None, int]]:
    """(node, the link that its constraint overrides or None, missing minutes)."""
    network, limits, dates = passes.network, passes.limits, passes.dates
    is_open = network.is_leaf & ~limits.is_finished & (limits.latest < NEVER)
    late = np.where(is_open, dates.finish - limits.latest, 0)
    found: list[tuple[int, int | None, int]] = [
        (node, None, int(late[node])) for node in np.flatnonzero(late > 0).tolist()
    ]
    after = network.successor
    is_over = limits.is_linked[after] & (limits.cap[after] < NEVER)
    over = np.where(is_over, dates.reached - dates.start[after], 0)
    worst: dict[int, int] = {}
    for link in np.flatnonzero(over > 0).tolist():
        node = int(after[link])
        if node not in worst or over[link] > over[worst[node]]:
            worst[node] = link
    return found + [(node, link, int(over[link])) for node, link in worst.items()]


def _conflict(
    passes: _Passes, explain: Explanation, node: int, link: int | None, missing: int
) -> tuple[Any, ...]:
    chain, here = [node], node
    step = link if link is not None else explain.first.get(here)
    while step is not None:
        here = passes.before[step]
        if passes.network.role[here] == LEAF:
            chain.append(here)
        step = None if explain.is_started[here] else explain.first.get(here)
    names = passes.network.project.tasks["name"]
    said = [plain(names.iat[passes.network.task[each]]) for each in reversed(chain)]
    begin = chain[-1]
    due = passes.dates.finish[node] - missing
    limit = explain.limit_words(node, link is None and passes.deadline[node] == due)
    bound = explain.driver(begin)[1]
    return (missing / 60, passes.id_of(node), limit, passes.id_of(begin), bound, " > ".join(said))
