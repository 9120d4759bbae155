"""Trials of a plan, one thread, against what an analyst would write and the open rival.

A thousand tasks, two links into most, one group of correlation: dates, cost, criticality and
sensitivity. The peers do the same sums; numpy works task by task on rows of trials in float64.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path
from statistics import NormalDist, median

import networkx as nx
import numpy as np
import pandas as pd

import pmtools as pm
from pmtools.simulate import Simulation
from pmtools.simulate.case import run_case
from pmtools.simulate.model import GRID, Model, Ranges, Risks, key_of
from pmtools.simulate.networks import trial_network
from pmtools.simulate.trials import run
from tests.benchmarks.critical_path import plan

ROOT = Path(__file__).parents[2]
STARTER = ROOT / "templates" / "projects" / "software-rollout"
SHARED, OWN = 0.6, 0.8
LOWEST, MODE, HIGHEST = 0.75, 1.0, 1.75
LOOP_TRIALS = 20
RIVAL = os.environ.get("MCPROJSIM_PYTHON", "")
"""Python of an environment with mcprojsim, which needs Python 3.13."""


def network(n_tasks):
    """The plan of the critical path benchmark with finish-to-start links alone."""
    project = plan(n_tasks)
    return project.replace(links=project.links.assign(kind="FS", lag_hours=0.0))


def triangle():
    """Quantiles of a triangular distribution at the grid of scores, in shares of a duration."""
    chance = np.array([NormalDist().cdf(score) for score in GRID])
    width, mode = HIGHEST - LOWEST, (MODE - LOWEST) / (HIGHEST - LOWEST)
    rising, falling = np.sqrt(chance * mode), 1 - np.sqrt((1 - chance) * (1 - mode))
    return LOWEST + width * np.where(chance < mode, rising, falling)


def model_of(project, shared=SHARED, own=OWN):
    network, none = trial_network(project), np.zeros(0, np.int64)
    n, minutes = len(network.ids), network.duration.astype(float)
    nothing = Ranges(none, none.astype(float), none.astype(float))
    return Model(
        plan=pm.schedule(project), networks=(network,), variant=np.zeros(1, np.int64),
        node=np.arange(n), key=np.array([key_of(each) for each in network.ids]),
        remaining=Ranges(np.zeros(n, np.int64), np.zeros(n), minutes),
        group=np.zeros(n, np.int64), shared=np.full(n, shared), own=np.full(n, own),
        group_key=np.array([key_of("group")]), mixing=np.ones((1, 1)), tables=triangle()[None],
        risks=Risks(none.astype(np.uint64), none.astype(float), nothing, nothing, nothing, none,
                    none, none, np.zeros(n + 1, np.int64)),
        rate=np.ones(n), fixed=0.0, time_rate=0.0, watched=np.array([n - 1]),
    )  # fmt: skip


def neighbours(project):
    position = {task: i for i, task in enumerate(project.tasks["id"])}
    into, out = ([[] for _ in position] for _ in range(2))
    links = project.links[["predecessor_id", "successor_id"]]
    for before, after in links.itertuples(index=False):
        into[position[after]].append(position[before])
        out[position[before]].append(position[after])
    return into, out


def by_numpy(project, n_trials):
    """Rows of trials, task after task: what a good analyst writes."""
    random, table = np.random.default_rng(1), triangle()
    minutes, (into, out) = project.tasks["duration_hours"].to_numpy() * 60, neighbours(project)
    group, cost = random.standard_normal(n_trials), np.zeros(n_trials)
    duration, finish, late = (np.empty((len(minutes), n_trials)) for _ in range(3))
    for j in range(len(minutes)):  # the plan lists tasks after their predecessors
        score = random.standard_normal(n_trials)
        score *= OWN
        score += SHARED * group
        np.rint(minutes[j] * np.interp(score, GRID, table), out=duration[j])
        cost += duration[j]
        start = np.zeros(n_trials)
        for i in into[j]:
            np.maximum(start, finish[i], out=start)
        np.add(start, duration[j], out=finish[j])
    end = finish.max(axis=0)
    critical, correlation, sensitivity, significance = np.zeros((4, len(minutes)))
    centred, spread = end - end.mean(), end.std()
    for j in reversed(range(len(minutes))):
        last = end.copy()
        for k in out[j]:
            np.minimum(last, late[k], out=last)
        slack = last - finish[j]
        np.subtract(last, duration[j], out=late[j])
        critical[j] = np.mean(slack <= 0)
        mine = duration[j] - duration[j].mean()
        deviation = np.sqrt(np.mean(mine**2))
        correlation[j] = np.mean(mine * centred) / (deviation * spread)
        sensitivity[j] = critical[j] * deviation / spread
        significance[j] = np.mean(duration[j] / (duration[j] + slack) * end) / end.mean()
    return end, cost, critical, correlation, sensitivity, significance


def by_networkx(project, n_trials):
    """A loop over trials on a graph, as in many a notebook."""
    random, table = np.random.default_rng(1), triangle()
    links = project.links[["predecessor_id", "successor_id"]]
    graph = nx.DiGraph(list(links.itertuples(index=False, name=None)))
    graph.add_nodes_from(project.tasks["id"])
    minutes = dict(zip(project.tasks["id"], project.tasks["duration_hours"] * 60, strict=True))
    ends, critical = [], dict.fromkeys(minutes, 0)
    for _ in range(n_trials):
        group, finish, late = random.standard_normal(), {}, {}
        duration = {
            task: round(usual * np.interp(SHARED * group + OWN * random.standard_normal(),
                                          GRID, table))
            for task, usual in minutes.items()
        }  # fmt: skip
        order = list(nx.topological_sort(graph))
        for task in order:
            begins = max((finish[i] for i in graph.predecessors(task)), default=0)
            finish[task] = begins + duration[task]
        end = max(finish.values())
        for task in reversed(order):
            late[task] = min((late[k] - duration[k] for k in graph.successors(task)), default=end)
            critical[task] += late[task] <= finish[task]
        ends.append(end)
    return ends, critical


def seconds(work, repeats=5):
    """Median CPU seconds, and the result."""
    spent = []
    for _ in range(repeats):
        start = time.process_time()
        found = work()
        spent.append(time.process_time() - start)
    return median(spent), found


def agree(trials, numpy_result):
    """Peers that do not find the same are no peers: within five standard errors."""
    end, _, critical, *_ = numpy_result
    error = 5 * end.std() / np.sqrt(len(end)) * 1.5
    assert np.abs(np.percentile(end, [50, 80]) - np.percentile(trials.length, [50, 80])).max() < (
        error
    )
    share = trials.n_critical / trials.n_trials
    assert np.abs(share - critical).max() < 5 * np.sqrt(0.5 / len(end))


RIVAL_CODE = """
import json, resource, sys, time
from mcprojsim.models.project import Project
from mcprojsim.simulation.engine import SimulationEngine
import numpy as np
project = Project.model_validate(json.load(sys.stdin))
start = time.process_time()
engine = SimulationEngine(iterations=int(sys.argv[1]), random_seed=1, show_progress=False)
found = engine.run(project)
spent = time.process_time() - start
print(json.dumps([spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    *np.percentile(found.durations, [50, 80]).tolist()]))
"""


def rival(project, n_trials):
    """CPU seconds, MB and P50, P80 in hours of mcprojsim: independent triangular durations."""
    into, _ = neighbours(project)
    ids = project.tasks["id"].tolist()
    tasks = [
        {"id": each, "name": each, "dependencies": [ids[i] for i in into[j]],
         "estimate": {"low": LOWEST * hours, "expected": MODE * hours, "high": HIGHEST * hours,
                      "unit": "hours", "distribution": "triangular"}}
        for j, (each, hours) in enumerate(zip(ids, project.tasks["duration_hours"], strict=True))
    ]  # fmt: skip
    given = {"project": {"name": "P", "start_date": "2026-03-02"}, "tasks": tasks}
    done = subprocess.run([RIVAL, "-c", RIVAL_CODE, str(n_trials)], input=json.dumps(given),
                          capture_output=True, text=True, check=True)  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


FIRST = "import pmtools as pm; pm.simulate(pm.read_project({!r})).quantiles"


def memory(model):
    """MB that 10,000 trials take at most, by all that numpy asks for."""
    tracemalloc.start()
    run(model, n_trials=10_000, seed=1)
    most = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return most


def first_call():
    """CPU seconds of the first simulation in a new process, imports and reading included."""
    command, spent = [sys.executable, "-c", FIRST.format(str(STARTER))], []
    for _ in range(4):  # the first one fills the cache of compiled code
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return median(spent[1:])


def with_estimates(project):
    hours = project.tasks["duration_hours"]
    points = {"optimistic": LOWEST, "most_likely": MODE, "pessimistic": HIGHEST}
    columns = {f"{name}_hours": hours * share for name, share in points.items()}
    return project.replace(estimates=pd.DataFrame(
        {"task_id": project.tasks["id"], "distribution": "triangular"} | columns))  # fmt: skip


def rows():
    """Rows of the table of benchmarks."""
    project = network(1_000)
    model = model_of(project)
    run(model, n_trials=256, seed=1)
    theirs, found = seconds(lambda: by_numpy(project, 10_000))
    ours, trials = seconds(lambda: run(model, n_trials=10_000, seed=1))
    agree(trials, found)
    yield "1,000 tasks x 10,000 trials", ours, "numpy, task by task, float64", theirs
    loop, _ = seconds(lambda: by_networkx(project, LOOP_TRIALS), 3)
    scaled = loop * 10_000 / LOOP_TRIALS
    yield "the same", ours, f"networkx loop, from {LOOP_TRIALS} trials", scaled
    general = replace(model, networks=(replace(model.networks[0], lanes=None),))
    slow, _ = seconds(lambda: run(general, n_trials=10_000, seed=1), 3)
    yield "the same, by the rules of any network", slow, "numpy, task by task, float64", theirs
    if RIVAL:
        free = model_of(project, shared=0.0, own=1.0)
        ours, trials = seconds(lambda: run(free, n_trials=10_000, seed=1))
        theirs, megabytes, *points = rival(project, 10_000)
        mine = np.percentile(trials.length, [50, 80]) / 60
        print(f"mcprojsim: {megabytes:.0f} MB; P50, P80 in hours {points}, ours {mine.tolist()}")
        error = 5 * 1.5 * trials.length.std() / 60 / 100
        assert np.abs(mine - points).max() < error
        yield "the same, independent tasks", ours, "mcprojsim", theirs
    large = network(10_000)
    model = model_of(large)
    ours, _ = seconds(lambda: run(model, n_trials=10_000, seed=1), 3)
    theirs, _ = seconds(lambda: by_numpy(large, 1_000), 3)
    yield "10,000 tasks x 10,000 trials", ours, "numpy, one block of 1,000, times 10", 10 * theirs
    print(f"10,000 x 10,000: {memory(model):.0f} MB beside the model")
    model = model_of(network(500))
    yield "500 tasks x 1,000 trials", seconds(lambda: run(model, n_trials=1_000, seed=1))[0], "", 0
    small = pm.schedule(with_estimates(network(500)))
    ready = pm.simulate(small, n_trials=1_000)

    def step():
        found = Simulation(ready.case, run_case(ready.case, ready.settings), ready.settings)
        return found.quantiles, found.tasks, found.goals, found.milestones

    yield "the same, with all tables: a slider's step", seconds(step)[0], "", 0
    whole = seconds(lambda: pm.simulate(small, n_trials=1_000))[0]
    yield "the same, pm.simulate of a schedule", whole, "", 0
    yield "first simulation in a new process", first_call(), "", 0
