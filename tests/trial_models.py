"""Models of trials made by hand: all open tasks of a project, with or without a spread."""

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pandas as pd

import pmtools as pm
from pmtools.calendars import minutes_of
from pmtools.simulate.model import GRID, Model, Ranges, Risks, key_of
from pmtools.simulate.trials import trial_network

NONE = np.zeros(0, np.int64)


def ranges(low, span=0.0, table=0):
    low = np.asarray(low, float)
    return Ranges(np.full(len(low), table), low, np.broadcast_to(span, len(low)).astype(float))


def no_risks(n_tasks):
    nothing, starts = ranges([]), np.zeros(n_tasks + 1, np.int64)
    return Risks(NONE.astype(np.uint64), NONE.astype(float), nothing, nothing, nothing, NONE, NONE,
                 NONE, starts)  # fmt: skip


def model_of(project, spread=0.0, watched=None, shared=0.6):
    """Every open task takes its duration, plus up to `spread` of it, evenly, in one group."""
    network = trial_network(project)
    open_ = np.flatnonzero(network.is_open[: len(network.ids)])
    duration, n = network.duration[open_], len(open_)
    even = np.array([NormalDist().cdf(score) for score in GRID.tolist()])
    return Model(
        plan=pm.schedule(project), networks=(network,), variant=np.zeros(1, np.int32), node=open_,
        key=np.array([key_of(network.ids[i]) for i in open_], np.uint64),
        remaining=ranges(duration, spread * duration), group=np.zeros(n, np.int64),
        shared=np.full(n, shared), own=np.full(n, (1 - shared**2) ** 0.5),
        group_key=np.array([key_of("group")]), mixing=np.ones((1, 1)), tables=even[None],
        risks=no_risks(n), rate=np.ones(n), fixed=100.0, time_rate=0.5,
        watched=open_ if watched is None else np.asarray(watched),
    )  # fmt: skip


def without_lanes(model):
    """The same model on the passes for any network."""
    return replace(model, networks=tuple(replace(each, lanes=None) for each in model.networks))


def finishes(plan, model):
    """What the plan says of the watched tasks, as minutes."""
    ids = [model.networks[0].ids[node] for node in model.watched]
    return minutes_of(plan.tasks.set_index("id").loc[ids, "finish"])


def with_durations(project, ids, minutes):
    """The project as if its unstarted tasks had been planned to take so many minutes."""
    hours = pd.Series(minutes / 60, index=ids)
    own = project.tasks["id"].map(hours)
    return project.replace(tasks=project.tasks.assign(
        duration_hours=own.fillna(project.tasks["duration_hours"])))  # fmt: skip


def of_unstarted(model):
    """The same model where only tasks that have not begun vary, so that a plan can say it."""
    ids = [model.networks[0].ids[node] for node in model.node]
    tasks = model.plan.tasks.set_index("id").loc[ids]
    free = ~tasks["is_started"].to_numpy() & (model.networks[0].duration[model.node] > 0)
    spread = replace(model.remaining, span=np.where(free, model.remaining.span, 0))
    return replace(model, remaining=spread), np.flatnonzero(free)
