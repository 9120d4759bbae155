"""Levelling against PyJobShop on the problems of PSPLIB: gaps to the best plans known.

Run by `make bench-levelling`, in under an hour; `--quick` takes every twelfth problem. Ours are
the anytime gaps of one seeded search of 20 seconds, and where CP-SAT gets a share of the time (up
to 90 tasks) of one a budget; theirs a run for each budget. Each has two workers.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from importlib.metadata import version

import numpy as np
import pyjobshop

from pmtools.schedule.levelling.search import MEDIUM, first_plan, search
from tests.psplib_problems import best_known, read_psplib

BUDGETS, WORKERS, SEED = (1, 5, 20), 2, 1
PEER_STEP = 3
"""Of the 60 largest problems the peer solves every third at 20 seconds, all at 1 and 5."""


def chosen(name, step=1):
    """Problems of a set with the best finish known."""
    known = [(path, each) for path, each in best_known().items() if each["set"] == name]
    return [(read_psplib(path), each["upper"]) for path, each in known[::step]]


def peer_of(problem):
    """The same problem as PyJobShop has it."""
    model = pyjobshop.Model()
    people = [model.add_renewable(capacity=int(row[0])) for row in problem.capacity]
    tasks = [model.add_task() for _ in problem.duration]
    for task, duration, demand in zip(tasks, problem.duration, problem.demand, strict=True):
        model.add_mode(task, people, int(duration), [int(each) for each in demand])
    for before, after in zip(problem.predecessor, problem.successor, strict=True):
        model.add_end_before_start(tasks[before], tasks[after])
    return model


def peer_gap(problem, upper, seconds):
    result = peer_of(problem).solve(
        solver="ortools", time_limit=seconds, display=False, num_workers=WORKERS, random_seed=SEED
    )
    return result.objective / upper - 1


def finish_at(found, seconds):
    """The best finish of a search that was known then, and the first where none was."""
    known = [finish for at, finish in found.history if at <= seconds]
    return known[-1] if known else found.history[0][1]


def percent(gaps):
    return f"{100 * statistics.mean(gaps):.3f} %" if gaps else "-"


def first_plans(name, step):
    gaps, seconds = [], []
    for problem, upper in chosen(name, step):
        first_plan(problem)
        start = time.process_time()
        found = first_plan(problem)
        seconds.append(time.process_time() - start)
        gaps.append(found.finish / upper - 1)
    slowest = 1000 * max(seconds)
    print(f"{name} first plan: median {1000 * statistics.median(seconds):.2f} ms, at most "
          f"{slowest:.2f} ms of CPU, gap {percent(gaps)}")  # fmt: skip


def ours(name, budgets, step):
    """Gaps at each budget, and how fast and how sure the search of the longest was.

    Plans that CP-SAT takes part in are searched once a budget, of which it gets a share.
    """
    gaps, n_proven, n_schedules, seconds = {each: [] for each in budgets}, 0, 0, 0.0
    problems = chosen(name, step)
    for problem, upper in problems:
        start = time.process_time()
        longest = search(problem, time_limit=budgets[-1], seed=SEED, workers=WORKERS)
        seconds += time.process_time() - start
        n_schedules += longest.n_schedules
        n_proven += longest.is_optimal
        gaps[budgets[-1]].append(longest.finish / upper - 1)
        for each in budgets[:-1]:
            finish = finish_at(longest, each)
            if len(problem.duration) <= MEDIUM:
                finish = search(problem, time_limit=each, seed=SEED, workers=WORKERS).finish
            gaps[each].append(finish / upper - 1)
    print(f"{name} pmtools, {len(problems)} problems: " + ", ".join(
        f"{each} s {percent(gaps[each])}" for each in budgets
    ) + f"; proven {100 * n_proven / len(problems):.1f} %, "
        f"{n_schedules / seconds:,.0f} schedules a CPU second (with CP-SAT), "
        f"load {os.getloadavg()[0]:.1f}", flush=True)  # fmt: skip
    return gaps


def theirs(name, budgets, step, mine):
    for each in budgets:
        stride = PEER_STEP if each == BUDGETS[-1] else 1
        gaps = [peer_gap(problem, upper, each) for problem, upper in chosen(name, step)[::stride]]
        beside = statistics.mean(mine[each][::stride])
        ratio = beside / statistics.mean(gaps) if np.any(gaps) else float("nan")
        print(f"{name} PyJobShop {version('pyjobshop')}, {len(gaps)} problems at {each} s: "
              f"{percent(gaps)}; ours {100 * beside:.3f} %, {ratio:.2f} of that, "
              f"load {os.getloadavg()[0]:.1f}", flush=True)  # fmt: skip


def main():
    step = 12 if "--quick" in sys.argv else 1
    print(f"PSPLIB against the best known finish; seed {SEED}, {WORKERS} workers each.")
    first_plans("j120", step)
    ours("j30", (1, 5), step)
    ours("j60", (1, 5), step)
    theirs("j120", BUDGETS, step, ours("j120", BUDGETS, step))


if __name__ == "__main__":
    main()
