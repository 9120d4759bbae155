"""Tasks placed one after another, to the minute, where everybody they need is free.

Serial schedule generation by the rules of the plan itself: the passes of the critical path say
where a task may start, and here it waits from there on for its people.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import numpy as np

from pmtools.calendars import MISSING, Minutes
from pmtools.schedule import kernel
from pmtools.schedule.arrays import State
from pmtools.schedule.levelling.capacity import Free
from pmtools.schedule.levelling.case import Case
from pmtools.schedule.limits import NEVER


@dataclass(frozen=True)
class Wait:
    """A task that starts later than its links allow, and the resources it waits for."""

    begin: int
    start: int
    resources: list[int]


@dataclass(frozen=True)
class Placement:
    """All tasks placed; `cost` is overload, lateness, finish and movement, in this order."""

    state: State
    waits: dict[int, Wait]
    free: list[Free]
    cost: tuple[float, int, int, int]


def place_in(case: Case, keys: Minutes) -> Placement:
    """Every task that moves, those with the lowest keys first, each after its predecessors."""
    placed, reached, is_felt = case.state
    state = State(placed.copy(), reached.copy(), is_felt.copy())
    free, waits, overload = [each.copy() for each in case.free], {}, 0.0
    n_before = np.bincount(
        [node for nodes in case.after for node in nodes], minlength=len(case.needs)
    ).tolist()
    priority = np.where(case.waits, keys, MISSING).tolist()
    heap = [(priority[n], n) for n in np.flatnonzero(case.moves).tolist() if n_before[n] == 0]
    heapify(heap)
    while heap:
        _, node = heappop(heap)
        begin = int(kernel.earliest(case.arrays, state, node))
        if case.waits[node]:
            start, late = case.fit(free, state, node)
            if start == MISSING or start > case.latest[node] or start > case.limits.cap[node]:
                overload += float(case.limits.duration[node]) * len(late)
            elif start > begin:
                kernel.settle(case.arrays, state, node, start)
                waits[node] = Wait(begin, start, late)
        case.take(free, state, node)
        for after in case.after[node]:
            n_before[after] -= 1
            if n_before[after] == 0:
                heappush(heap, (priority[after], after))
    return Placement(state, waits, free, (overload, *_cost(case, state)))


def _cost(case: Case, state: State) -> tuple[int, int, int]:
    placed, limits = state.nodes, case.limits
    is_due = case.network.is_leaf & (limits.latest < NEVER) & ~limits.is_point
    late = np.maximum(placed["finish"] - limits.latest, 0)[is_due]
    moved = abs(placed["start"] - case.reference) * case.weight
    return int(late.sum()), case.end_of(state), int(moved.sum())
