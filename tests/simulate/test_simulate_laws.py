"""Laws of a simulation on random networks with progress, calendars and all link kinds."""

import numpy as np
import pandas as pd
import pytest
from random_networks import network

from pmtools.metrics import CannotSay
from pmtools.project.schema import DISTRIBUTIONS
from pmtools.schedule import schedule
from pmtools.simulate import simulate

NETWORKS = [
    (seed, preset) for seed in range(12) for preset in ("primavera_p6", "microsoft_project")
]


def ranged(seed, preset, spread):
    """A random network, every task with three points around its duration; 0: all equal."""
    project = network(seed, preset)
    hours = project.tasks["duration_hours"].fillna(0.0)
    points = {"optimistic_hours": hours * (1 - 0.3 * spread), "most_likely_hours": hours,
              "pessimistic_hours": hours * (1 + 0.7 * spread)}  # fmt: skip
    drawn = np.random.default_rng(seed).choice(DISTRIBUTIONS, len(hours))
    rows = pd.DataFrame({"task_id": project.tasks["id"], "distribution": drawn, **points})
    return project.replace(estimates=rows, register=None)


@pytest.mark.parametrize(("seed", "preset"), NETWORKS)
def test_certain_durations_end_where_the_schedule_ends(seed, preset):
    """To the minute, by the same rules: level of effort left out, which ends nothing."""
    project = ranged(seed, preset, 0)
    found = simulate(project, n_trials=5)
    if not isinstance(found, CannotSay):
        tasks = schedule(project).tasks
        work = tasks[~tasks["kind"].isin(["summary", "level_of_effort"])]
        assert set(found.finish) == {work["finish"].max().to_datetime64()}


@pytest.mark.parametrize(("seed", "preset"), NETWORKS[::3])
def test_results_do_not_depend_on_threads_and_are_ordered(seed, preset):
    """Every trial, every sum; P10 <= P50 <= P80 <= P95, chances from 0 to 1."""
    project = ranged(seed, preset, 1)
    one, two = (simulate(project, n_trials=700, threads=threads) for threads in (1, 2))
    if not isinstance(one, CannotSay):
        assert (one.finish == two.finish).all()
        pd.testing.assert_frame_equal(one.tasks, two.tasks)
        finish = one.quantiles.loc[one.quantiles["quantity"] == "finish", "finish"]
        assert finish.is_monotonic_increasing
        assert one.tasks["criticality"].between(0, 1).all()
        assert one.tasks["cruciality"].between(0, 1).all()
