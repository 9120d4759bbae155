"""The search for the best levelled plan: a genetic search on all workers, and proof."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from pmtools.calendars import Minutes
from pmtools.schedule.kernel import records
from pmtools.schedule.levelling import arrays, kernel
from pmtools.schedule.levelling.arrays import NEVER, Population, Side, Work
from pmtools.schedule.levelling.problem import Problem
from pmtools.schedule.levelling.proof import Effort, bring_nearer, can_be_proven, distances, prove
from pmtools.schedule.network import FF, FS, SF, SS

PLANS = 200
"""Plans in the population of each worker."""
FIRST = 300
"""Schedules of a first plan."""
ROUND, EXCHANGE = 750_000, 8
"""Tasks placed by each worker in a round, and rounds between two exchanges of the best plans."""
SMALL, MEDIUM, LARGE = 45, 90, 300
"""Tasks up to which CP-SAT gets nearly all of the time, a part of it, what is kept for movement."""
HEADS = 200
"""Begins at most from which the energy bound is taken."""
FOR_MOVEMENT = 0.25
"""The share of the time kept for movement where it has a price."""
_MIRRORED = np.array([FS, FF, SS, SF])


@dataclass
class Found:
    """The best plan of a search.

    `lateness`, `finish` and `overload` (of tasks with a latest start, or that ignore capacity) are
    in slots, `movement` in weighted slots; no plan finishes before `bound`. `history` has the
    seconds at which each better finish was found.
    """

    start: Minutes
    finish: int
    lateness: int
    movement: int
    overload: int
    bound: int
    is_optimal: bool
    n_schedules: int = 0
    history: list[tuple[float, int]] = field(default_factory=list)


def finishes(problem: Problem, start: Minutes) -> Minutes:
    """The slot after the last of each task."""
    if problem.at.size == 0:
        return start + problem.duration
    worked = problem.before[problem.calendar, start] + problem.duration
    place = np.clip(worked - 1, 0, problem.at.shape[1] - 1)
    last = np.minimum(problem.at[problem.calendar, place] + 1, problem.horizon)
    return np.where(problem.duration > 0, last, start)


class Levelling:
    """A problem in both directions of time, and the populations of the workers."""

    def __init__(self, problem: Problem, seed: int, workers: int) -> None:
        self.problem, self.began = problem, time.perf_counter()
        self.left = _capacity_left(problem)
        self.side = _side(problem, self.left)
        self.mirror = _side(_mirrored(_with_due(problem)), self.left[:, ::-1])
        self.works = [_work(self.side, seed * 7919 + number) for number in range(workers)]
        self.bound, self.is_proven = self._bounds(), False
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
        self.n_schedules = self.n_rounds = 0
        self.history: list[tuple[float, int]] = []
        self.moves_only = bool((problem.latest < problem.horizon).any())

    def _bounds(self) -> int:
        """No plan finishes before this; on the way, by when each task should be finished."""
        problem, tasks = self.problem, self.side.tasks
        alone = self.side._replace(is_alone=True, is_plain=False)
        path, heads = self._generated(alone)
        tails = _tails(problem, heads)
        known, limits = self._generated(_relaxed(self.mirror))
        late = np.minimum(max(path, 0) - tails, problem.horizon - limits * (known >= 0))
        tasks["late"] = np.maximum(late, 0)
        rank = np.lexsort((tasks["late"], -problem.weight))
        tasks["rank"][rank] = np.arange(len(rank))
        return max(path, _energy_bound(problem, self.left, heads, tails))

    def _generated(self, side: Side) -> tuple[int, Minutes]:
        start = np.zeros(len(side.tasks), np.int64)
        path, _ = kernel.generate(side, self.works[0], start, 0)
        return path, start

    @property
    def spent(self) -> float:
        """Seconds since the beginning."""
        return time.perf_counter() - self.began

    def run(self, n_schedules: int, *, moves: bool = False) -> None:
        """Let every worker generate so many schedules; then they exchange their best plans."""
        enough = -1 if moves else self.bound
        moves = moves or self.moves_only

        def breed(work: Work, people: Population) -> int:
            given = (self.side, self.mirror, work, people)
            return int(kernel.breed(*given, n_schedules, enough, moves))

        if len(self.works) == 1:
            self.n_schedules += breed(self.works[0], self.people[0])
        else:
            with ThreadPoolExecutor(len(self.works)) as threads:
                self.n_schedules += sum(threads.map(breed, self.works, self.people))
        self._exchange()

    def evolve(self, until: float, limit: int, *, moves: bool = False) -> None:
        """Go on until so many seconds are spent or schedules generated, or nothing is better."""
        a_round = ROUND // max(len(self.problem.duration), 20)
        while self.n_schedules < limit:
            found, left = self.found, until - self.spent
            if left <= 0 or (found.movement == 0 if moves else found.is_optimal):
                break
            count = a_round
            if limit == NEVER:
                rate = self.n_schedules / len(self.people) / self.spent
                count = min(a_round, max(200, int(rate * left / 2)))
            self.run(min(count, -(-(limit - self.n_schedules) // len(self.people))), moves=moves)

    def _exchange(self) -> None:
        """Now and then the best plan goes to all workers; a better finish is noted always."""
        best = self.best
        self.n_rounds += 1
        for work, people in zip(self.works, self.people, strict=True):
            if people is not best and self.n_rounds % EXCHANGE == 0:
                row = int(kernel.draw(work.random, PLANS))
                self._give(people, row, best.starts[PLANS], best.cost[PLANS], best.movement[PLANS])
        finish = int(best.cost[PLANS] & arrays.FINISH)
        if not self.history or finish < self.history[-1][1]:
            self.history.append((self.spent, finish))

    @staticmethod
    def _give(people: Population, row: int, start: Minutes, cost: int, movement: int) -> None:
        for place in (row, PLANS):
            if kernel.compare(people, place, cost, movement) > 0:
                kernel.store(people, place, start, cost, movement)

    def take(self, start: Minutes) -> None:
        """A plan from elsewhere, as feasible."""
        last = int(finishes(self.problem, start).max(initial=0))
        cost, movement = kernel.price(self.side, start, last, self.found.overload)
        self._give(self.people[0], 0, start, cost, movement)
        self._exchange()

    def prove(self, effort: Effort) -> None:
        """By CP-SAT: that no plan is better, or a better one."""
        proof = prove(self.problem, self.left, self.found.start, self.bound, effort)
        self.bound, self.is_proven = proof.bound, proof.is_proven
        self.take(proof.start)

    @property
    def best(self) -> Population:
        """The population with the best plan."""
        return min(self.people, key=lambda each: (each.cost[PLANS], each.movement[PLANS]))

    @property
    def found(self) -> Found:
        """The best plan so far."""
        best = self.best
        cost = int(best.cost[PLANS])
        above, finish = cost >> arrays.FINISH.bit_length(), cost & arrays.FINISH
        return Found(
            start=best.starts[PLANS].copy(),
            finish=finish,
            lateness=above & arrays.LATENESS,
            movement=int(best.movement[PLANS]),
            overload=above >> arrays.LATENESS.bit_length(),
            bound=self.bound,
            is_optimal=self.is_proven or (finish <= self.bound and above == 0),
            n_schedules=self.n_schedules,
            history=self.history,
        )


def first_plan(problem: Problem) -> Found:
    """A good plan at once: by rules and a few schedules more."""
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
    """The best plan to be found in the time: first no lateness, then the finish, then movement.

    Small plans go to CP-SAT after a moment, those of some 60 tasks after a while; larger ones are
    left to the genetic search. With `max_schedules` only that searches: the same seed, schedules
    and workers give the same plan, on any machine, where the time suffices.
    """
    if time_limit <= 0:
        return first_plan(problem)
    levelling, count = Levelling(problem, seed, workers), int((problem.fixed < 0).sum())
    limit = NEVER if max_schedules is None else max_schedules
    has_price = bool(problem.weight.any())
    for_finish = 1 - FOR_MOVEMENT * has_price
    is_provable = max_schedules is None and can_be_proven(problem)
    share = 1.0
    if is_provable and count <= MEDIUM:
        share = 0.1 if count <= SMALL else 0.6
    levelling.run(FIRST)
    first = NEVER if max_schedules is None else round(limit * for_finish)
    levelling.evolve(share * for_finish * time_limit, first)
    if share < 1 and not levelling.found.is_optimal and levelling.found.overload == 0:
        levelling.prove(Effort(for_finish * time_limit - levelling.spent, seed, workers))
    left = time_limit - levelling.spent
    if (
        has_price
        and is_provable
        and count <= LARGE
        and levelling.found.overload == 0
        and left > 0.1
    ):
        effort = Effort(left, seed, workers)
        levelling.take(bring_nearer(problem, levelling.left, levelling.found.start, effort))
    elif has_price:
        levelling.evolve(time_limit, limit, moves=True)
    return levelling.found


def _side(problem: Problem, left: Minutes) -> Side:
    duration, count = problem.duration, len(problem.duration)
    order = np.argsort(problem.predecessor, kind="stable")
    before, after = problem.predecessor[order], problem.successor[order]
    kind, lag = problem.kind[order], problem.lag[order]
    arc_end = np.cumsum(np.bincount(before, minlength=count))
    needing, resource = np.nonzero((problem.demand > 0) & (problem.fixed < 0)[:, None])
    word = resource // arrays.FIELDS
    amount = problem.demand[needing, resource] << (resource % arrays.FIELDS * arrays.BITS)
    place, inverse = np.unique(np.stack([needing, word], axis=1), axis=0, return_inverse=True)
    packed = np.zeros(len(place), np.int64)
    np.add.at(packed, inverse.ravel(), amount)
    need_end = np.cumsum(np.bincount(place[:, 0], minlength=count))
    tasks = records(
        arrays.TASK, count, duration=duration, calendar=problem.calendar,
        earliest=problem.earliest, latest=problem.latest, fixed=problem.fixed,
        arc=np.r_[0, arc_end[:-1]], arc_end=arc_end,
        n_before=np.bincount(after, minlength=count), need=np.r_[0, need_end[:-1]],
        need_end=need_end, due=np.where(problem.due < problem.horizon, problem.due, NEVER),
        reference=problem.reference, weight=problem.weight, is_free=problem.ignores_capacity,
    )  # fmt: skip
    arcs = records(
        arrays.ARC, len(order), after=after, distance=distances(problem)[order], kind=kind, lag=lag,
        lag_calendar=problem.lag_calendar[order],
    )  # fmt: skip
    word = place[:, 1] * problem.horizon
    needs = records(arrays.NEED, len(place), word=word, amount=packed)
    is_priced = bool((tasks["due"] < NEVER).any() or problem.weight.any())
    bound = (problem.fixed >= 0) | (problem.latest < problem.horizon)
    bound |= problem.ignores_capacity.astype(bool)
    full = _packed(left)
    is_plain = problem.at.size == 0 and len(full) == problem.horizon and not bound.any()
    at = np.pad(problem.at, ((0, 0), (0, 1)), constant_values=problem.horizon)
    return Side(
        problem.horizon, is_plain, False, is_priced, tasks, arcs, needs, full, problem.before, at
    )


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
    n_words = max(1, -(-len(left) // arrays.FIELDS))
    full = np.full((n_words, left.shape[1]), arrays.GUARD)
    for resource, row in enumerate(left):
        full[resource // arrays.FIELDS] |= row << (resource % arrays.FIELDS * arrays.BITS)
    return full.ravel()


def _with_due(problem: Problem) -> Problem:
    """With due dates as latest starts."""
    due = np.where(problem.due < problem.horizon, problem.due - problem.duration, problem.horizon)
    return replace(problem, latest=np.minimum(problem.latest, np.maximum(due, problem.earliest)))


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
        other=room(), kept=room(), random=random,
    )  # fmt: skip


def _tails(problem: Problem, heads: Minutes) -> Minutes:
    """Slots from each finish to that of the project, at least: along links that always hold."""
    before, after = problem.predecessor, problem.successor
    gaps = distances(problem) - problem.duration[before] + problem.duration[after]
    holds = problem.fixed[after] < 0
    if problem.at.size:
        holds &= (problem.kind == FS) & (problem.lag >= 0)
    latest_first = np.argsort(-heads[before], kind="stable")
    links = np.column_stack([before, after, gaps])[latest_first][holds[latest_first]].tolist()
    tails, is_better = [0] * len(heads), True
    while is_better:
        is_better = False
        for one, other, slots in links:
            if slots + tails[other] > tails[one]:
                tails[one], is_better = slots + tails[other], True
    return np.array(tails, np.int64)


def _energy_bound(problem: Problem, left: Minutes, heads: Minutes, tails: Minutes) -> int:
    """By when the capacity suffices for all tasks with at least a head and a tail."""
    waits = (problem.fixed < 0) & ~problem.ignores_capacity.astype(bool)
    waits &= problem.latest >= problem.horizon
    bound = 0
    for demand, capacity in zip(problem.demand.T, left, strict=True):
        chosen = np.flatnonzero(waits & (demand > 0) & (problem.duration > 0))
        if len(chosen) == 0:
            continue
        offered = np.concatenate([[0], np.cumsum(capacity)])
        by_tail = chosen[np.argsort(-tails[chosen], kind="stable")]
        energy = (demand * problem.duration)[by_tail]
        begins = np.unique(heads[chosen])
        begins = begins[:: -(-len(begins) // HEADS), None]
        asked = np.cumsum(np.where(heads[by_tail] >= begins, energy, 0), axis=1)
        until = np.searchsorted(offered, offered[begins] + asked) + tails[by_tail]
        bound = max(bound, int(until[asked > 0].max(initial=0)))
    return bound
