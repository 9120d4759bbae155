"""What CP-SAT says of a levelled plan on one calendar: a better one, or proof that there is none.

Its strength is proof and side constraints; on plans of more than a hundred tasks the genetic search
finds more in the same time. Tasks of which no two can run together, for different people even, are
told to it as such (cliques, Brucker and Knust 2000): that decides most problems of 30 tasks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pmtools.calendars import Minutes
from pmtools.schedule.levelling.problem import Problem
from pmtools.schedule.network import FF, FS, SF

CLIQUES = 300
"""Tasks up to which cliques are looked for."""


@dataclass(frozen=True)
class Proof:
    """The best plan known, by when none is finished, and whether none is better."""

    start: Minutes
    bound: int
    is_proven: bool


@dataclass(frozen=True)
class Effort:
    """What CP-SAT may spend."""

    seconds: float
    seed: int
    workers: int


def can_be_proven(problem: Problem) -> bool:
    """Whether all that limits the plan can be said to CP-SAT: one calendar, and people for all."""
    waits = ~np.asarray(problem.ignores_capacity, bool) | ~problem.demand.any(axis=1)
    return problem.at.size == 0 and bool(waits.all())


def distances(problem: Problem) -> Minutes:
    """From start to start, of the links of a problem on one calendar."""
    duration, kind = problem.duration, problem.kind
    ends = np.where(np.isin(kind, (FS, FF)), duration[problem.predecessor], 0)
    return problem.lag + ends - np.where(np.isin(kind, (FF, SF)), duration[problem.successor], 0)


def prove(problem: Problem, left: Minutes, start: Minutes, bound: int, effort: Effort) -> Proof:
    """Look for less lateness, then an earlier finish than that of `start`, not before `bound`.

    Parameters
    ----------
    left
        What fixed tasks leave of the capacity; see `Problem`.
    """
    case = _Model(problem, left, start)
    finish = case.model.new_int_var(min(bound, case.last), case.last, "finish")
    case.model.add_max_equality(finish, case.ends())
    case.model.add_hint(finish, case.finish)
    case.model.minimize(case.lateness() * (case.last + 1) + finish)
    found, least, is_proven = case.solve(effort)
    return Proof(found, max(bound, least) if case.late == 0 else bound, is_proven)


def bring_nearer(problem: Problem, left: Minutes, start: Minutes, effort: Effort) -> Minutes:
    """A plan no later than `start` in any way that moves less from the current plan."""
    case = _Model(problem, left, start, same_finish=True)
    case.model.add(case.lateness() <= case.late)
    moves = []
    for task in np.flatnonzero((problem.weight > 0) & (problem.fixed < 0)).tolist():
        reference = int(problem.reference[task])
        moved = case.model.new_int_var(0, case.last + reference, "")
        case.model.add_abs_equality(moved, case.starts[task] - reference)
        case.model.add_hint(moved, abs(int(start[task]) - reference))
        moves.append(int(problem.weight[task]) * moved)
    case.model.minimize(sum(moves))
    return case.solve(effort)[0]


class _Model:
    """Starts, links and people; all starts such that nothing ends after what is known."""

    def __init__(
        self, problem: Problem, left: Minutes, start: Minutes, *, same_finish: bool = False
    ) -> None:
        from ortools.sat.python import cp_model

        self.problem, self.left, self.start, self.cp = problem, left, start, cp_model
        self.model = cp_model.CpModel()
        ends = start + problem.duration
        self.finish = int(ends.max(initial=0))
        self.late = int(np.maximum(ends - self._due(), 0).sum())
        self.last = self.finish if same_finish or self.late == 0 else problem.horizon
        self.starts = self._starts()
        self.tasks = np.flatnonzero((problem.duration > 0) & (problem.fixed < 0))
        self.spans = {
            task: self.model.new_fixed_size_interval_var(
                self.starts[task], int(problem.duration[task]), ""
            )
            for task in self.tasks.tolist()
        }
        for before, after, distance in zip(
            problem.predecessor.tolist(), problem.successor.tolist(), distances(problem).tolist(),
            strict=True,
        ):  # fmt: skip
            if problem.fixed[after] < 0:
                self.model.add(self.starts[after] >= self.starts[before] + distance)
        for demand, capacity in zip(problem.demand.T, left, strict=True):
            self._limit(demand, capacity[: self.last])
        if len(self.tasks) <= CLIQUES:
            for clique in _cliques(problem, left, self.tasks):
                self.model.add_no_overlap([self.spans[task] for task in clique])

    def _due(self) -> Minutes:
        return np.where(self.problem.due < self.problem.horizon, self.problem.due, 2**40)

    def _starts(self) -> list[Any]:
        problem = self.problem
        until = np.full(len(problem.duration), self.last)
        if self.late == 0:
            until = np.minimum(until, self._due())
        first = np.where(problem.fixed >= 0, problem.fixed, problem.earliest)
        last = np.where(
            problem.fixed >= 0, problem.fixed, np.minimum(problem.latest, until - problem.duration)
        )
        starts = []
        for low, high, now in zip(first.tolist(), last.tolist(), self.start.tolist(), strict=True):
            starts.append(self.model.new_int_var(low, max(low, high), ""))
            self.model.add_hint(starts[-1], now)
        return starts

    def _limit(self, demand: Minutes, capacity: Minutes) -> None:
        """A resource; where there is less of it than at most, that is taken already."""
        needing = [task for task in self.tasks.tolist() if demand[task] > 0]
        if not needing:
            return
        most = int(capacity.max(initial=0))
        spans = [self.spans[task] for task in needing]
        amounts = [int(demand[task]) for task in needing]
        borders = np.flatnonzero(np.diff(capacity, prepend=-1, append=-1))
        for begin, end in zip(borders[:-1].tolist(), borders[1:].tolist(), strict=True):
            if capacity[begin] < most:
                spans.append(self.model.new_fixed_size_interval_var(begin, end - begin, ""))
                amounts.append(most - int(capacity[begin]))
        self.model.add_cumulative(spans, amounts, most)

    def ends(self) -> list[Any]:
        """When each task is finished."""
        spans = zip(self.starts, self.problem.duration.tolist(), strict=True)
        return [start + duration for start, duration in spans]

    def lateness(self) -> Any:
        """Slots after due dates, added up: 0 where all were kept before."""
        late = []
        for task in np.flatnonzero(self._due() < 2**40).tolist() if self.late else ():
            late.append(self.model.new_int_var(0, self.last, ""))
            end = self.starts[task] + int(self.problem.duration[task])
            self.model.add(late[-1] >= end - int(self.problem.due[task]))
        return sum(late)

    def solve(self, effort: Effort) -> tuple[Minutes, int, bool]:
        """Starts, what no plan costs less than, and whether these are the best there are."""
        solver = self.cp.CpSolver()
        options = solver.parameters
        options.max_time_in_seconds, options.num_workers = effort.seconds, effort.workers
        options.random_seed, options.linearization_level = effort.seed, 0
        options.use_dynamic_precedence_in_disjunctive = True
        options.use_strong_propagation_in_disjunctive = True
        status = solver.solve(self.model)
        if status not in (self.cp.OPTIMAL, self.cp.FEASIBLE):
            return self.start, 0, False
        found = np.array([solver.value(each) for each in self.starts], np.int64)
        return found, round(solver.best_objective_bound), status == self.cp.OPTIMAL


def _cliques(problem: Problem, left: Minutes, tasks: Minutes) -> list[list[int]]:
    """Tasks of which no two can run together: one follows the other, or people do not suffice."""
    count, demand = len(problem.duration), problem.demand
    too_many = np.zeros((count, count), bool)
    for need, most in zip(demand.T, left.max(axis=1, initial=0), strict=True):
        too_many |= need[:, None] + need > most
    follows = np.zeros((count, count), bool)
    before, after = problem.predecessor, problem.successor
    is_after = (distances(problem) >= problem.duration[before]) & (problem.fixed[after] < 0)
    follows[before[is_after], after[is_after]] = True
    for middle in range(count):
        follows |= follows[:, [middle]] & follows[middle]
    follows |= follows.T
    apart = too_many | follows
    open_pairs = np.triu(too_many & ~follows, 1)
    is_chosen = np.zeros(count, bool)
    is_chosen[tasks] = True
    apart &= is_chosen & is_chosen[:, None]
    np.fill_diagonal(apart, False)
    cliques = []
    for one, other in np.argwhere(open_pairs & apart).tolist():
        if not open_pairs[one, other]:
            continue
        clique, others = [one, other], np.flatnonzero(apart[one] & apart[other])
        while len(others):
            following = others[apart[np.ix_(others, others)].sum(axis=1).argmax()]
            clique.append(int(following))
            others = others[apart[following, others]]
        open_pairs[np.ix_(clique, clique)] = False
        cliques.append(clique)
    return cliques
