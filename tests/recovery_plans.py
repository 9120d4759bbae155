"""Small random plans with levers, and the cheapest set found by trying all of them."""

from itertools import combinations

import numpy as np
import pandas as pd
from risky_plan import risky_plan

import pmtools as pm
from pmtools.decide.recovery import lever_of
from pmtools.decide.scenario import Crash, Mitigate, Overlap, Scenario


def random_plan(seed, n_tasks=8):
    """A plan of tasks with ranges, links forward and one risk, hours on an endless day."""
    dice = np.random.default_rng(seed)
    hours = dice.integers(20, 80, n_tasks).tolist()
    links = {
        (int(dice.integers(1, after)), after) for after in range(2, n_tasks + 1)
        if dice.random() < 0.9
    } | {
        tuple(sorted(dice.choice(np.arange(1, n_tasks + 1), 2, replace=False).tolist()))
        for _ in range(n_tasks // 2)
    }  # fmt: skip
    estimates = {n: (0.8 * h, h, 1.6 * h) for n, h in enumerate(hours, 1)}
    risk = {
        "id": "R", "probability": 0.4, "impact_hours": 24, "residual_probability": 0.1,
        "response": "reduce", "response_cost": 300, "task_ids": str(dice.integers(1, n_tasks + 1)),
    }  # fmt: skip
    return pm.schedule(risky_plan(hours, sorted(links), estimates=estimates, register=[risk]))


def random_levers(plan, seed, n_levers, *, is_helpful=True):
    """Crash levers, some of them two levels of one task, the risk's response, and overlaps."""
    dice = np.random.default_rng(seed + 10_000)
    tasks = plan.project.tasks.set_index("id")["duration_hours"]
    changes = [Mitigate("R")]
    links = plan.project.links[["predecessor_id", "successor_id"]].to_numpy().tolist()
    while len(changes) < n_levers:
        if not is_helpful and dice.random() < 0.4:
            one, other = links[int(dice.integers(len(links)))]
            changes.append(Overlap(one, other, float(round(tasks[one] * 0.4)), rework=0.3))
            continue
        task = str(dice.choice(tasks.index))
        share = float(dice.choice([0.6, 0.75, 0.9]))
        cost = float(dice.integers(100, 1000))
        change = Crash(task, float(round(tasks[task] * share)), cost)
        crashed = [(c.task_id, c.remaining_hours) for c in changes if isinstance(c, Crash)]
        if (task, change.remaining_hours) not in crashed:
            changes.append(change)
    prices = {Crash: lambda c: c.cost, Mitigate: lambda c: 300.0, Overlap: lambda c: 50.0}
    return [lever_of(plan, each, prices[type(each)](each)) for each in changes]


def cheapest_by_trying(evaluation, target):
    """The price of the cheapest legal set that reaches the target; None where none does."""
    n, best = len(evaluation.levers), None
    for size in range(n + 1):
        for chosen in map(frozenset, combinations(range(n), size)):
            price = sum(evaluation.levers[each].price for each in chosen)
            if best is not None and price >= best:
                continue
            scenario = Scenario("", tuple(evaluation.levers[each].change for each in chosen))
            is_legal = not any(scenario.conflicts(evaluation.plan.project))
            if is_legal and evaluation.chance(chosen) >= target:
                best = price
    return best


def deadline_of(plan, chance, n_trials=1000):
    """The date that the plan keeps with a chance."""
    return pd.Timestamp(pm.simulate(plan, n_trials=n_trials).finish_at(chance))
