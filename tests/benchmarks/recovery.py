"""The cheapest way back: 400 tasks as in PSPLIB, 40 levers; the first answer, the bound, the best.

`python -m tests.benchmarks.recovery` searches for 60 seconds; the peer takes the levers by their
gain for their price, alone, until the goal is reached.
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

import pmtools as pm
from pmtools.decide.recovery import Goal, lever_of
from pmtools.decide.recovery.evaluation import Evaluation
from pmtools.decide.recovery.search import Search
from pmtools.decide.scenario import Crash
from pmtools.simulate.case import Settings

N_TASKS, N_LEVERS, TARGET = 400, 40, 0.8
SETTINGS = Settings(1_000, 1, 0.3, None, None, False, 1)


def plan() -> pm.Schedule:
    """Each task has up to three successors among the next dozen, as PSPLIB's networks do."""
    dice = np.random.default_rng(7)
    hours = 8.0 * dice.integers(1, 11, N_TASKS)
    ids = [str(n) for n in range(1, N_TASKS + 1)]
    links = {
        (before, int(dice.integers(before + 1, min(before + 13, N_TASKS))))
        for before in range(N_TASKS - 1)
        for _ in range(dice.integers(1, 4)) if before + 1 < min(before + 13, N_TASKS)
    }  # fmt: skip
    tied = np.array(sorted(links))
    return pm.schedule(pm.Project(
        header=pm.Header(id="stress", name="Stress", start=pd.Timestamp("2026-03-02")),
        tasks=pd.DataFrame({"id": ids, "name": ids, "duration_hours": hours}),
        links=pd.DataFrame({"predecessor_id": np.array(ids)[tied[:, 0]],
                            "successor_id": np.array(ids)[tied[:, 1]]}),
        estimates=pd.DataFrame({"task_id": ids, "optimistic_hours": 0.8 * hours,
                                "most_likely_hours": hours, "pessimistic_hours": 1.5 * hours}),
    ))  # fmt: skip


def prepared():
    """Plan, the day that it keeps with 30 %, and levers: those that drive it by 40 % shorter."""
    base, dice = plan(), np.random.default_rng(11)
    simulated = pm.simulate(base, n_trials=1_000)
    tasks = simulated.tasks.sort_values("cruciality", ascending=False, kind="stable")
    left = base.tasks.set_index("id")["remaining_hours"]
    choices = []
    for task in tasks["task_id"].head(N_LEVERS):
        hours, price = float(round(0.6 * left[task])), float(dice.integers(100, 1_000))
        choices.append(lever_of(base, Crash(task, hours, price), price))
    return base, pd.Timestamp(simulated.finish_at(0.3)), choices


def searched(time_limit: float):
    """What is told: seconds, price of the best, bound; and the last answer."""
    base, due, choices = prepared()
    start, cpu, told = time.perf_counter(), time.process_time(), []
    evaluation = Evaluation(base, Goal(due), choices, SETTINGS)

    def tell(found):
        said = time.perf_counter() - start, time.process_time() - cpu
        told.append((*said, found.price, found.bound))
        return True

    search = Search(evaluation, frozenset(), {}, time_limit=time_limit, tell=tell)
    return told, search.cheapest(TARGET), evaluation


def greedy_price(evaluation: Evaluation) -> float:
    """The peer: levers by what each gains alone for its price, until the goal is reached."""
    base = evaluation.chance(frozenset())
    worth = {
        n: (evaluation.chance(frozenset([n])) - base) / (lever.price + 1)
        for n, lever in enumerate(evaluation.levers)
    }
    chosen: frozenset[int] = frozenset()
    for n in sorted(worth, key=lambda n: -worth[n]):
        if evaluation.chance(chosen) >= TARGET:
            break
        chosen = chosen | {n}
    return sum(evaluation.levers[n].price for n in chosen)


def rows(time_limit: float = 10.0):
    """(what, CPU seconds, peer, figure) for `make bench`."""
    told, found, evaluation = searched(time_limit)
    yield f"first way back, {N_TASKS} tasks, {N_LEVERS} levers", told[0][1], "", None
    price = greedy_price(evaluation)
    yield f"price of the best in {time_limit:g} s", found.price, "price by gain alone", price
    yield "no set costs less than", found.bound, "", None


if __name__ == "__main__":
    told, found, evaluation = searched(60.0)
    wall, cpu, price, _ = told[0]
    print(f"first answer after {wall:.2f} s ({cpu:.2f} s of CPU), price {price:,.0f}")
    for wall, cpu, price, bound in told[1 :: max(1, len(told) // 12)]:
        print(f"{wall:6.1f} s, {cpu:6.1f} s of CPU: best {price:,.0f}, bound {bound:,.0f}")
    print(f"end: {found.price:,.0f}, bound {found.bound:,.0f}, proved {found.is_proved}, "
          f"{found.n_evaluated} sets; by gain alone {greedy_price(evaluation):,.0f}")  # fmt: skip
