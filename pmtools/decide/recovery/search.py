"""The cheapest set of levers that makes a goal as sure as wanted.

Sets that fail teach which levers cannot all be missing (cuts); the cheapest set that meets all
cuts is the next to be tried, and its price a lower bound: implicit hitting sets (Chandrasekaran
and others 2011; MaxHS, Davies and Bacchus 2011). Where more levers never hurt this ends with the
proved optimum. Of few levers all sets are tried, cheapest first, whatever they do.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

from ortools.sat.python import cp_model

from pmtools.decide.recovery.evaluation import Chosen, Evaluation
from pmtools.decide.recovery.levers import Lever

FEW = 10
"""Levers of which every set can be tried."""
TRIED = 8
"""Levers that are tried at each step of a quick first answer."""
Told = Callable[["Found"], bool]


@dataclass(frozen=True)
class Found:
    """The best set so far; `bound`: nothing that reaches the target can be cheaper.

    `chosen` is None where none is known, `is_proved` also where it is proved that there is none.
    """

    target: float
    chosen: Chosen | None
    price: float
    bound: float
    is_proved: bool
    n_evaluated: int
    is_enough: bool = True


@dataclass
class Search:
    """A search for the cheapest sets for one target after the other, each higher than the last.

    Parameters
    ----------
    conflicts
        Pairs of levers that contradict each other.
    weaker
        Levers that are weaker than another which they contradict: less of the same.
    time_limit
        Seconds after which the best so far is taken.
    tell
        Is told what is found; returns whether to go on.
    """

    evaluation: Evaluation
    conflicts: frozenset[tuple[int, int]]
    weaker: dict[int, Chosen]
    most_cost: float = float("inf")
    time_limit: float = 60.0
    tell: Told = lambda found: True
    cuts: list[Chosen] = field(default_factory=list)
    guide: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.levers: Sequence[Lever] = self.evaluation.levers
        self.all = range(len(self.levers))
        self.until = time.perf_counter() + self.time_limit
        self.clashes = {n: {b for a, b in self._both() if a == n} for n in self.all}
        self.is_stopped = False

    def _both(self) -> Iterator[tuple[int, int]]:
        for a, b in self.conflicts:
            yield a, b
            yield b, a

    def cheapest(self, target: float) -> Found:
        """The cheapest set that reaches the target, as far as time allows."""
        if len(self.levers) <= FEW:
            return self._by_trying(target)
        best = self._greedy(target)
        self._say(target, best, 0.0, False)
        best = self._exchanged(best, target)
        are_helpful = all(lever.is_helpful for lever in self.levers)
        bound = 0.0
        while not self._is_over():
            try:
                chosen = self._cheapest_hitting()
            except TimeoutError:
                break
            if chosen is None:
                return self._found(target, best, self._price(best), are_helpful)
            bound = self._price(chosen)
            if best is not None and bound >= self._price(best):
                return self._found(target, best, bound, are_helpful)
            if self.evaluation.chance(chosen) >= target:
                return self._found(target, chosen, bound, are_helpful)
            failing = self._grown(chosen, target)
            covered = failing.union(*(self.weaker.get(n, frozenset()) for n in failing))
            self.cuts.append(frozenset(self.all) - covered)
            better = self._pruned(self._completed(chosen, target), target)
            if better is not None and self._price(better) < self._price(best):
                best = better
            self._say(target, best, bound, False)
        return self._found(target, best, bound, False)

    def closest(self, target: float) -> Found:
        """The set with which the day that has the wanted chance comes earliest, as far as known.

        From the set with the most chance of the goal; by adding what brings the day forward.
        """
        known = self.evaluation.known
        legal = [s for s in known if self._is_legal(s) and self._price(s) <= self.most_cost]
        chosen = max(legal, key=lambda s: (known[s], -self._price(s), -len(s)))
        first = self.evaluation.finish_at(chosen, target)
        until = time.perf_counter() + self.time_limit / 6
        for n in sorted(self.all, key=lambda n: (self.levers[n].price, n)):
            more = chosen - self.weaker.get(n, frozenset()) | {n}
            if time.perf_counter() > until or self.is_stopped:
                break
            if n in chosen or not self._is_legal(more) or self._price(more) > self.most_cost:
                continue
            if (then := self.evaluation.finish_at(more, target)) < first:
                chosen, first = more, then
        if self.evaluation.chance(chosen) >= target:
            return self._found(target, self._pruned(chosen, target), 0.0, False)
        return Found(target, chosen, self._price(chosen), float("inf"), False, len(known), False)

    def _by_trying(self, target: float) -> Found:
        """Every set in the order of its price, until one reaches the target."""
        order = count()
        heap: list[tuple[float, int, int, tuple[int, ...]]] = [(0.0, 0, next(order), ())]
        ranked = sorted(self.all, key=lambda n: (self.levers[n].price, n))
        price = 0.0
        while heap and not self._is_over():
            price, size, _, places = heapq.heappop(heap)
            chosen = frozenset(ranked[place] for place in places)
            self._say(target, None, price, False)
            if (
                price <= self.most_cost
                and self._is_legal(chosen)
                and (self.evaluation.chance(chosen) >= target)
            ):
                return self._found(target, chosen, price, True)
            for place in range(places[-1] + 1 if places else 0, len(ranked)):
                more = (*places, place)
                cost = price + self.levers[ranked[place]].price
                heapq.heappush(heap, (cost, size + 1, next(order), more))
        return self._found(target, None, float("inf") if not heap else price, not heap)

    def _cheapest_hitting(self) -> Chosen | None:
        """The cheapest legal set that has a lever of every cut; of equals, the smallest."""
        model = cp_model.CpModel()
        take = [model.new_bool_var(str(n)) for n in self.all]
        for a, b in self.conflicts:
            model.add_at_most_one(take[a], take[b])
        for cut in self.cuts:
            model.add_bool_or([take[n] for n in sorted(cut)])
        cents = [round(100 * lever.price) for lever in self.levers]
        if self.most_cost < float("inf"):
            model.add(sum(c * t for c, t in zip(cents, take, strict=True))
                      <= round(100 * self.most_cost))  # fmt: skip
        size = len(self.levers) + 1
        model.minimize(sum((size * c + 1) * t for c, t in zip(cents, take, strict=True)))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_time_in_seconds = max(0.1, self.until - time.perf_counter())
        status = solver.solve(model)
        if status == cp_model.INFEASIBLE:
            return None
        if status != cp_model.OPTIMAL:
            raise TimeoutError
        return frozenset(n for n in self.all if solver.value(take[n]))

    def _grown(self, chosen: Chosen, target: float) -> Chosen:
        """A largest set around one that fails, and fails too."""
        for n in sorted(self.all, key=lambda n: self._gain(n)):
            if self._is_over():
                break
            weaker = self.weaker.get(n, frozenset())
            more = chosen - weaker | {n}
            if n not in chosen and self._is_legal(more) and self.evaluation.chance(more) < target:
                chosen = more
        return chosen

    def _gain(self, n: int) -> float:
        return self.evaluation.chance(frozenset([n])) - self.evaluation.chance(frozenset())

    def _greedy(self, target: float) -> Chosen | None:
        return self._pruned(self._completed(frozenset(), target), target)

    def _completed(self, chosen: Chosen, target: float) -> Chosen | None:
        """Levers added by their gain for their price, until the target is reached."""
        while self.evaluation.chance(chosen) < target:
            rest = [n for n in self.all if n not in chosen and self._is_legal(chosen | {n})]
            if self._is_over() or not rest:
                return None
            chosen = chosen | {self._next(chosen, rest)}
        return chosen

    def _next(self, chosen: Chosen, rest: Sequence[int]) -> int:
        """The lever that gains most for its price, looked for among those that did so alone."""
        if not self.guide:
            for n in self.all:
                self.guide[n] = self._worth(frozenset(), n)
        rest = sorted(rest, key=lambda n: (-self.guide[n], self.levers[n].price, n))
        best, most = rest[0], float("-inf")
        for n in rest[:TRIED]:
            if most >= self.guide[n] or self._is_over():
                break
            if (worth := self._worth(chosen, n)) > most:
                best, most = n, worth
        if most <= 0:  # one alone does nothing: two paths of the same length
            best = min(rest, key=lambda n: (self.guide[n] <= 0, self.levers[n].price, n))
        return best

    def _worth(self, chosen: Chosen, n: int) -> float:
        if self._is_over():
            return 0.0
        gain = self.evaluation.chance(chosen | {n}) - self.evaluation.chance(chosen)
        return gain / (self.levers[n].price + 1)

    def _pruned(self, chosen: Chosen | None, target: float) -> Chosen | None:
        """Without what is not needed, the dearest first."""
        if chosen is None:
            return None
        for n in sorted(chosen, key=lambda n: (-self.levers[n].price, n)):
            if self.evaluation.chance(chosen - {n}) >= target:
                chosen -= {n}
        return chosen if self._price(chosen) <= self.most_cost else None

    def _exchanged(self, best: Chosen | None, target: float) -> Chosen | None:
        """With cheaper levers in place of dearer ones, one by one, as long as it reaches."""
        for n in sorted(best or (), key=lambda n: (-self.levers[n].price, n)):
            assert best is not None, "only a set is gone through"
            cheaper = [m for m in self.all if self.levers[m].price < self.levers[n].price]
            for m in sorted(cheaper, key=lambda m: (self.levers[m].price, m)):
                other = best - {n} | {m}
                if self._is_over():
                    return best
                if m in best or not self._is_legal(other):
                    continue
                if self.evaluation.chance(other) >= target:
                    best = self._pruned(other, target)
                    break
        return best

    def _is_legal(self, chosen: Chosen) -> bool:
        return not any(self.clashes[n] & chosen for n in chosen)

    def _price(self, chosen: Chosen | None) -> float:
        return float("inf") if chosen is None else sum(self.levers[n].price for n in chosen)

    def _is_over(self) -> bool:
        return self.is_stopped or time.perf_counter() > self.until

    def _say(self, target: float, best: Chosen | None, bound: float, is_proved: bool) -> None:
        self.is_stopped = not self.tell(self._found(target, best, bound, is_proved))

    def _found(self, target: float, best: Chosen | None, bound: float, is_proved: bool) -> Found:
        price, n = self._price(best), len(self.evaluation.known)
        return Found(target, best, price, min(bound, price), is_proved, n)
