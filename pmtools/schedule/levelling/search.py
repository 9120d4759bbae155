"""The search for the best levelled plan: a genetic search on all workers, and proof."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from pmtools.calendars import Minutes
from pmtools.schedule.kernel import records
from pmtools.schedule.levelling import kernel
from pmtools.schedule.levelling.kernel import NEVER, Population, Side, Work
from pmtools.schedule.levelling.problem import Problem
from pmtools.schedule.network import FF, FS, SF, SS

PLANS = 200
"""Plans in the population of each worker."""
FIRST = 200
"""Schedules of a first plan."""
ROUND = 6_000_000
"""Tasks placed by each worker between two exchanges of the best plans."""
_MIRRORED = np.array([FS, FF, SS, SF])


@dataclass
class Found:
    """The best plan of a search.

    `lateness` and `finish` are in slots, `movement` in weighted slots; no plan finishes before
    `bound`. `history` has the seconds at which each better finish was found.
    """

    start: Minutes
    finish: int
    lateness: int
    movement: int
    bound: int
    n_schedules: int = 0
    history: list[tuple[float, int]] = field(default_factory=list)

    @property
    def is_optimal(self) -> bool:
        """Whether nothing finishes earlier, all due dates kept."""
        return self.finish <= self.bound and self.lateness == 0


def finishes(problem: Problem, start: Minutes) -> Minutes:
    """The slot after the last of each task."""
    if problem.at.size == 0:
        return start + problem.duration
    worked = problem.before[problem.calendar, start] + problem.duration
    last = problem.at[problem.calendar, np.maximum(worked - 1, 0)] + 1
    return np.where(problem.duration > 0, last, start)


class Levelling:
    """A problem in both directions of time, and the populations of the workers."""

    def __init__(self, problem: Problem, seed: int, workers: int) -> None:
        self.problem, self.began = problem, time.perf_counter()
        left = _capacity_left(problem)
        self.side, self.mirror = _side(problem, left), _side(_mirrored(problem), left[:, ::-1])
        self.works = [_work(self.side, seed * 7919 + number) for number in range(workers)]
        self.bound = self._bounds(left)
        count = len(problem.duration)
        self.people = [
            Population(
                starts=np.zeros((PLANS + 1, count), np.int64),
                cost=np.full(PLANS + 1, NEVER),
                movement=np.full(PLANS + 1, NEVER),
                state=np.zeros(1, np.int64),
            )
            for _ in range(workers)
        ]
        self.n_schedules = 0
        self.history: list[tuple[float, int]] = []
        self.moves_only = bool((problem.latest < problem.horizon).any())

    def _bounds(self, left: Minutes) -> int:
        """No plan finishes before this; on the way, by when each task should be finished."""
        heads, tails = (np.zeros(len(self.problem.duration), np.int64) for _ in range(2))
        path, _ = kernel.generate(_relaxed(self.side), self.works[0], heads, 0)
        kernel.generate(_relaxed(self.mirror), self.works[0], tails, 0)
        self.side.tasks["late"] = max(path, 0) - tails
        rank = np.lexsort((self.side.tasks["late"], -self.problem.weight))
        self.side.tasks["rank"][rank] = np.arange(len(rank))
        return max(path, _energy_bound(self.problem, left, heads, tails))

    def run(self, n_schedules: int, *, moves: bool = False) -> None:
        """Let every worker generate so many schedules; then they exchange their best plans."""
        enough = -1 if moves else self.bound
        with ThreadPoolExecutor(len(self.works)) as threads:
            jobs = [
                threads.submit(kernel.breed, self.side, self.mirror, work, people, n_schedules,
                               enough, moves or self.moves_only)
                for work, people in zip(self.works, self.people, strict=True)
            ]  # fmt: skip
            self.n_schedules += sum(job.result() for job in jobs)
        best = self.best
        for work, people in zip(self.works, self.people, strict=True):
            if people is not best:
                for row in (PLANS, int(kernel.draw(work.random, PLANS))):
                    if kernel.compare(people, row, best.cost[PLANS], best.movement[PLANS]) > 0:
                        kernel.store(people, row, best.starts[PLANS], best.cost[PLANS],
                                     best.movement[PLANS])  # fmt: skip
        finish = int(best.cost[PLANS] & kernel.FINISH)
        if not self.history or finish < self.history[-1][1]:
            self.history.append((time.perf_counter() - self.began, finish))

    @property
    def best(self) -> Population:
        """The population with the best plan."""
        return min(self.people, key=lambda each: (each.cost[PLANS], each.movement[PLANS]))

    @property
    def found(self) -> Found:
        """The best plan so far."""
        best = self.best
        cost = int(best.cost[PLANS])
        return Found(
            best.starts[PLANS].copy(), cost & kernel.FINISH, cost >> 18, int(best.movement[PLANS]),
            self.bound, self.n_schedules, self.history,
        )  # fmt: skip


def first_plan(problem: Problem) -> Found:
    """A good plan at once: the best of four rules, justified."""
    levelling = Levelling(problem, 0, 1)
    levelling.run(FIRST)
    return levelling.found


def search(
    problem: Problem,
    *,
    time_limit: float,
    seed: int = 0,
    workers: int = 2,
    max_schedules: int | None = None,
) -> Found:
    """The best plan to be found in the time: first no lateness, then the finish, then movement."""
    levelling = Levelling(problem, seed, workers)
    a_round = ROUND // max(len(problem.duration), 20)
    limit = NEVER if max_schedules is None else max_schedules
    levelling.run(FIRST)
    while levelling.n_schedules < limit and not levelling.found.is_optimal:
        spent = time.perf_counter() - levelling.began
        if spent >= time_limit:
            break
        rate = levelling.n_schedules / workers / spent
        levelling.run(int(min(a_round, max(100, rate * (time_limit - spent)), limit)))
    return levelling.found


def _side(problem: Problem, left: Minutes) -> Side:
    duration, count = problem.duration, len(problem.duration)
    order = np.argsort(problem.predecessor, kind="stable")
    before, after = problem.predecessor[order], problem.successor[order]
    kind, lag = problem.kind[order], problem.lag[order]
    distance = lag + np.where(np.isin(kind, (FS, FF)), duration[before], 0)
    distance -= np.where(np.isin(kind, (FF, SF)), duration[after], 0)
    arc_end = np.cumsum(np.bincount(before, minlength=count))
    needing, resource = np.nonzero((problem.demand > 0) & (problem.fixed < 0)[:, None])
    word = resource // kernel.FIELDS
    amount = problem.demand[needing, resource] << (resource % kernel.FIELDS * kernel.BITS)
    place, inverse = np.unique(np.stack([needing, word], axis=1), axis=0, return_inverse=True)
    packed = np.zeros(len(place), np.int64)
    np.add.at(packed, inverse.ravel(), amount)
    need_end = np.cumsum(np.bincount(place[:, 0], minlength=count))
    tasks = records(
        kernel.TASK, count, duration=duration, calendar=problem.calendar,
        earliest=problem.earliest, latest=problem.latest, fixed=problem.fixed,
        arc=np.r_[0, arc_end[:-1]], arc_end=arc_end,
        n_before=np.bincount(after, minlength=count), need=np.r_[0, need_end[:-1]],
        need_end=need_end, due=np.where(problem.due < problem.horizon, problem.due, NEVER),
        reference=problem.reference, weight=problem.weight, is_free=problem.ignores_capacity,
    )  # fmt: skip
    arcs = records(
        kernel.ARC, len(order), after=after, distance=distance, kind=kind, lag=lag,
        lag_calendar=problem.lag_calendar[order],
    )  # fmt: skip
    word = place[:, 1] * problem.horizon
    needs = records(kernel.NEED, len(place), word=word, amount=packed)
    is_priced = bool((tasks["due"] < NEVER).any() or problem.weight.any())
    bound = (problem.fixed >= 0) | (problem.latest < problem.horizon)
    bound |= problem.ignores_capacity.astype(bool)
    full = _packed(left)
    is_plain = problem.at.size == 0 and len(full) == problem.horizon and not bound.any()
    return Side(problem.horizon, is_plain, is_priced, tasks, arcs, needs, full,
                problem.before, problem.at)  # fmt: skip


def _capacity_left(problem: Problem) -> Minutes:
    """What tasks that stay where they are leave of each resource."""
    left = problem.capacity.copy()
    for task in np.flatnonzero(problem.fixed >= 0):
        begin, duration = problem.fixed[task], problem.duration[task]
        slots = np.arange(begin, begin + duration)
        if problem.at.size:
            calendar = problem.calendar[task]
            first = problem.before[calendar, begin]
            slots = problem.at[calendar, first : first + duration]
        left[:, slots] -= problem.demand[task][:, None]
    return np.clip(left, 0, 0x7FFF)


def _packed(left: Minutes) -> Minutes:
    """Four resources a word, a guard bit above each."""
    n_words = max(1, -(-len(left) // kernel.FIELDS))
    full = np.full((n_words, left.shape[1]), kernel.GUARD)
    for resource, row in enumerate(left):
        full[resource // kernel.FIELDS] |= row << (resource % kernel.FIELDS * kernel.BITS)
    return full.ravel()


def _mirrored(problem: Problem) -> Problem:
    """The same problem as time runs backwards: slot t is slot horizon - 1 - t."""
    horizon, before, at = problem.horizon, problem.before, problem.at
    if at.size:
        total = before[:, -1:]
        before = total - before[:, ::-1]
        column = np.arange(at.shape[1])
        turned = np.take_along_axis(at, np.maximum(total - 1 - column, 0), axis=1)
        at = np.where(column < total, horizon - 1 - turned, horizon)
    is_limited = problem.latest < horizon
    ends = finishes(problem, np.where(is_limited, problem.latest, 0))
    fixed = finishes(problem, np.maximum(problem.fixed, 0))
    free = np.full_like(problem.latest, horizon)
    return replace(
        problem,
        predecessor=problem.successor,
        successor=problem.predecessor,
        kind=_MIRRORED[problem.kind],
        earliest=np.where(is_limited, np.maximum(horizon - ends, 0), 0),
        latest=free,
        due=free,
        fixed=np.where(problem.fixed >= 0, horizon - fixed, -1),
        before=before,
        at=at,
    )


def _relaxed(side: Side) -> Side:
    """Without people."""
    tasks = side.tasks.copy()
    tasks["need_end"] = tasks["need"]
    return side._replace(tasks=tasks)


def _work(side: Side, seed: int) -> Work:
    count = len(side.tasks)

    def room() -> Minutes:
        return np.zeros(count, np.int64)

    random = np.array([88172645463325252 + seed], np.uint64)
    return Work(
        free=np.zeros_like(side.full), allowed=room(), waiting=room(),
        stack=np.zeros(count + 1, np.int64), is_passed=np.zeros(count, bool), order=room(),
        counts=np.zeros(4 * side.horizon + count + 4, np.int64), keys=room(), start=room(),
        other=room(), random=random,
    )  # fmt: skip


def _energy_bound(problem: Problem, left: Minutes, heads: Minutes, tails: Minutes) -> int:
    """By when the capacity suffices for all tasks with at least a head and a tail."""
    is_open = problem.fixed < 0
    bound = 0
    for demand, capacity in zip(problem.demand.T, left, strict=True):
        chosen = np.flatnonzero(is_open & (demand > 0) & (problem.duration > 0))
        if len(chosen) == 0:
            continue
        energy = (demand * problem.duration)[chosen]
        offered = np.concatenate([[0], np.cumsum(capacity)])
        by_tail = chosen[np.argsort(-tails[chosen], kind="stable")]
        energy = (demand * problem.duration)[by_tail]
        for head in np.unique(heads[chosen]):
            asked = np.cumsum(np.where(heads[by_tail] >= head, energy, 0))
            until = np.searchsorted(offered, offered[head] + asked) + tails[by_tail]
            bound = max(bound, int(until[asked > 0].max()))
    return bound
