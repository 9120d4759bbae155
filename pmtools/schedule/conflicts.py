"""Which constraints of a plan contradict each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import minutes_of
from pmtools.schedule import Schedule, kernel
from pmtools.schedule.critical_path import arrays_of, state_of
from pmtools.schedule.driving import Explanation
from pmtools.schedule.limits import NEVER
from pmtools.schedule.network import LEAF
from pmtools.schedule.paths import Passes
from pmtools.schedule.progress import end_of_day
from pmtools.words import day, plain

COLUMNS = ("hours", "limit_task_id", "limit", "bound_task_id", "bound", "chain")


def conflicts(plan: Schedule) -> pd.DataFrame:
    """Which constraints contradict: what holds a task back, and the date it breaks by that.

    Links are least waiting times, so whatever cannot be is one chain: something before which
    nothing starts, links, and a date that is missed. Each is an irreducible set: without any one
    part of it, it holds no contradiction.

    Returns
    -------
    DataFrame
        `hours` by which the plan misses the date, in working hours of the task that is late, worst
        first; `limit_task_id`, `limit` (the date it misses, in words: a constraint, its deadline or
        that of the project); `bound_task_id`, `bound` (what holds the first task of the chain);
        `chain`: the names along it, no more than it takes to contradict. Where constraints
        override links, an overridden link is a conflict too.
    """
    search = _Search(plan)
    rows = [search.conflict(*missed) for missed in search.missed(plan)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame = frame.sort_values("hours", ascending=False, kind="stable")
    kept = ["limit_task_id", "limit", "bound_task_id", "bound"]
    return frame.drop_duplicates(kept).reset_index(drop=True)


class _Search:
    """A forward pass that delays nothing on purpose, to be gone back along chains of links."""

    def __init__(self, plan: Schedule) -> None:
        self.passes = Passes(plan)
        self.network, self.limits = self.passes.network, self.passes.limits
        self.explain = Explanation(
            self.network, self.limits, self.passes.dates, self.passes.is_driving
        )
        self.arrays = arrays_of(self.network, self.limits)
        self.state = state_of(self.arrays, self.limits)
        kernel.forward(self.arrays, self.state)
        self.arrays.is_plain_back[:], self.state.nodes["end"] = False, NEVER
        for name, value in (("latest", NEVER), ("is_held", False), ("is_started", False)):
            self.arrays.nodes[name] = value
        self.finish, after = self.state.nodes["finish"].copy(), self.network.successor
        self.over = self.state.reached - self.state.nodes["start"][after]
        heeds = (self.limits.is_linked & ~self.limits.is_finished)[after]
        heeds &= ~self.network.is_support[self.network.predecessor]
        can_override = (self.limits.cap < NEVER)[after]
        links = np.flatnonzero(heeds & np.where(can_override, self.over >= 0, self.over == 0))
        links = links[np.argsort(self.over[links], kind="stable")]
        self.held_by = dict(zip(after[links].tolist(), links.tolist(), strict=True))

    def missed(self, plan: Schedule) -> Iterator[tuple[int, int, int, str]]:
        """(node, its latest finish, missing minutes, the date in words) of each date missed."""
        network, limits, finish = self.network, self.limits, self.finish
        own = network.before(end_of_day(minutes_of(network.of_task("deadline"))))
        is_open = network.is_leaf & ~limits.is_finished & ~network.is_support
        for node in np.flatnonzero(is_open & (finish > limits.latest)).tolist():
            latest = int(limits.latest[node])
            words = self.explain.limit_words(node, own[node] == latest)
            yield node, latest, int(finish[node]) - latest, words
        for node, link in self.held_by.items():
            if (missing := int(self.over[link])) > 0:  # its constraint overrides the link
                yield node, int(finish[node]), missing, self.explain.limit_words(node, False)
        deadline, last = plan.project.header.deadline, self.passes.ends(plan, None)
        if deadline is not None and last:
            due = np.full(len(own), end_of_day(minutes_of(deadline)))
            latest = int(network.before(due)[last[0]])
            if (missing := int(finish[last[0]]) - latest) > 0:
                yield last[0], latest, missing, f"deadline of the project {day(deadline)}"

    def conflict(self, node: int, latest: int, missing: int, limit: str) -> tuple[Any, ...]:
        """A row of `conflicts`: the shortest end of the chain that alone misses the date."""
        nodes, links = [node], list[int]()
        while (link := self.held_by.get(nodes[-1])) is not None:
            links.append(link)
            nodes.append(self.passes.before[link])
        late = self._late(nodes, links, latest)
        soonest = (self.limits.floor + self.limits.duration)[nodes]
        is_task = self.network.role[nodes] == LEAF
        enough = np.flatnonzero(is_task & (soonest > late))
        at = enough[0] if len(enough) else np.flatnonzero(is_task)[-1]
        begin, names = nodes[at], self.explain.names
        chain = [plain(names[self.explain.task[nodes[i]]]) for i in range(at, -1, -1) if is_task[i]]
        ends = (self.passes.id_of(node), limit, self.passes.id_of(begin))
        return (missing / 60, *ends, self.explain.bound_words(begin), " > ".join(chain))

    def _late(self, nodes: list[int], links: list[int], latest: int) -> np.ndarray:
        """The latest finish of each node of a chain with which its end keeps the date."""
        self.state.is_felt[:] = False
        self.state.is_felt[links] = True
        self.arrays.nodes["latest"][nodes[0]] = latest
        kernel.backward(self.arrays._replace(order=np.array(nodes[::-1])), self.state)
        self.arrays.nodes["latest"][nodes[0]] = NEVER
        return np.asarray(self.state.nodes["late"][nodes])
