"""Whether recommended sets are the true optimum and hold, on many projects. Run by hand.

`python tests/decide/soak_recovery.py optimum` compares with trying every set on 200 random plans;
`... holds` compares promised chances with 100,000 fresh trials on starters and dslib projects.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
import pandas as pd
from dslib import DSLIB_IDS, read_dslib
from recovery_plans import cheapest_by_trying, deadline_of, random_levers, random_plan

import pmtools as pm
from pmtools.decide.recovery import Goal, _conflicts, _weaker, lever_of, recover
from pmtools.decide.recovery import search as search_module
from pmtools.decide.recovery.evaluation import Evaluation
from pmtools.decide.recovery.search import Search
from pmtools.decide.scenario import Crash
from pmtools.simulate.case import Settings

SETTINGS = Settings(250, 1, 0.3, None, None, False, 1)
STARTERS = ("software-rollout", "network-upgrade", "hardware-installation")
N_FRESH = 100_000


def optimum(n_plans=200):
    """Counts of plans by what is compared: met, impossible, optimal, not optimal."""
    counts = pd.DataFrame(
        0, index=["by trying", "by cuts"], columns=["met already", "impossible", "optimal", "FAULT"]
    )
    for seed in range(100, 100 + n_plans):
        for how, said in zip(counts.index, compared(seed), strict=True):
            counts.loc[how, said] += 1
        if seed % 10 == 9:
            print(seed - 99, counts.to_dict("index"), flush=True)


def compared(seed):
    """Whether the sets found by trying and by cuts are as cheap as the cheapest of all."""
    plan, dice = random_plan(seed), np.random.default_rng(seed)
    choices = random_levers(plan, seed, int(dice.integers(6, 9)))
    evaluation = Evaluation(plan, Goal(deadline_of(plan, 0.3)), choices, SETTINGS)
    target = 0.3 + 0.6 * dice.random()
    best = cheapest_by_trying(evaluation, target)
    if best == 0:
        yield from ("met already",) * 2
        return
    for few in (10, 0):
        search_module.FEW = few
        search = Search(evaluation, _conflicts(plan.project, choices), _weaker(choices))
        found = search.cheapest(target)
        if best is None:
            is_right = found.is_proved and found.chosen is None
            yield "impossible" if is_right else "FAULT"
        else:
            yield "optimal" if found.is_proved and np.isclose(found.price, best) else "FAULT"


def ranged(project):
    """The project before its start, its tasks 0.8 to 1.5 of what is planned."""
    hours = project.tasks["duration_hours"]
    estimates = pd.DataFrame({
        "task_id": project.tasks["id"], "optimistic_hours": 0.8 * hours,
        "most_likely_hours": hours, "pessimistic_hours": 1.5 * hours,
    })[hours > 0]  # fmt: skip
    empty = {name: project.tables[name].iloc[:0] for name in ("progress", "costs")}
    header = pd.Series(vars(project.header)).to_dict() | {"status_date": None}
    return project.replace(header=type(project.header)(**header), estimates=estimates, **empty)


def crashes(plan, n_levers=10):
    """The tasks that drive the finish most, to 60 % of what remains, 100 a day."""
    drivers = pm.simulate(plan, n_trials=1_000).tasks.sort_values("cruciality", ascending=False)
    left = plan.tasks.set_index("id")["remaining_hours"]
    found = []
    for task in drivers["task_id"]:
        rest = float(round(0.6 * left[task]))
        if 0 < rest < left[task]:
            found.append(lever_of(plan, Crash(task, rest, 100.0), float(round(left[task] - rest))))
    return found[:n_levers]


def holds():
    """Promised and fresh chance of each option, and the difference in standard errors of both."""
    plans = {}
    for starter in STARTERS:
        weeks = pm.read_project(f"templates/projects/{starter}")
        plans[starter] = pm.schedule(weeks), pm.flow(weeks).throughput
    for project in DSLIB_IDS[:10]:
        plans[project] = pm.schedule(ranged(read_dslib(project))), None
    gaps = []
    for name, (plan, throughput) in plans.items():
        due = pd.Timestamp(pm.simulate(plan, n_trials=10_000, throughput=throughput).finish_at(0.3))
        found = recover(plan, deadline=due, confidence=0.8, choices=crashes(plan),
                        throughput=throughput)  # fmt: skip
        print(name, found.statement, flush=True)
        for row in found.options.itertuples():
            changed = found.scenarios[row.option].apply(plan.project)
            fresh = pm.simulate(changed, n_trials=N_FRESH, seed=77, throughput=throughput)
            chance = fresh.chance(finish=due)
            error = np.sqrt(chance * (1 - chance) * (1 / 10_000 + 1 / N_FRESH))
            gaps.append((row.chance - chance) / error if error else 0.0)
            print(f"  {name} {row.option}: target {row.target:.3f} promised {row.chance:.4f} "
                  f"[{row.low:.4f}, {row.high:.4f}] fresh {chance:.4f} "
                  f"gap {gaps[-1]:+.2f} standard errors", flush=True)  # fmt: skip
    gaps = np.array(gaps)
    print(f"{len(gaps)} options: mean gap {gaps.mean():+.2f}, standard deviation {gaps.std():.2f}, "
          f"largest {np.abs(gaps).max():.2f}; beyond two: {(np.abs(gaps) > 2).sum()}")  # fmt: skip


if __name__ == "__main__":
    {"optimum": optimum, "holds": holds}[sys.argv[1]]()
