"""Simulation: the range of finish and cost, from ranges, risks and the rules of the schedule.

Schedule risk analysis with risk drivers after D. Hulett, Practical Schedule Risk Analysis (2009)
and Integrated Cost-Schedule Risk Analysis (2011).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pandas as pd

from pmtools.metrics import CannotSay
from pmtools.project import Project
from pmtools.schedule import Schedule, schedule
from pmtools.simulate.case import Settings, case_of, run_case
from pmtools.simulate.correlation import USUAL
from pmtools.simulate.result import NoSimulation, Simulation

__all__ = ["NoSimulation", "Simulation", "simulate"]

STABLE_DAYS = 0.5
FIRST_TRIALS = 1_000


def simulate(
    project: Project | Schedule,
    *,
    n_trials: int = 10_000,
    seed: int = 1,
    correlation: float | pd.DataFrame = USUAL,
    ranges: pd.DataFrame | None = None,
    throughput: pd.DataFrame | None = None,
    until_stable: bool = False,
    resources: bool = False,
    threads: int = 1,
    without: Collection[str] = (),
) -> Simulation | NoSimulation:
    """Where the project may end, from its status date on, by the same rules as `schedule`.

    Parameters
    ----------
    project
        A project, or its schedule; tables `estimates` and `register` say what is uncertain.
    n_trials, seed
        Draws depend on the id of a task, the seed and the trial only: what-ifs compare the same
        trials, and more trials begin with the same ones.
    correlation
        Of two tasks of one group; or a table between groups (see `copula_of`).
    ranges, throughput
        What the record says: task_type, ratio; team, week, n_items (see `uncertainty_of`).
    until_stable
        Stop at the first of 1,000, 2,000, ... trials, at most `n_trials`, at which the P80 finish
        is known to half a working day (95 % confidence).
    resources
        Nobody is asked for more than there is of them, in every trial.
    without
        Ids of risks that do not occur, and of tasks that take what is planned.

    Returns
    -------
    Simulation; NoSimulation, a CannotSay, where nothing is uncertain, not known or left to do.

    Raises
    ------
    ProjectError
        For points out of order, risks of unknown tasks, a correlation table
        that is none, more than 4 calendar risks, an unknown id in `without`.
    """
    if min(n_trials, threads) < 1:
        raise ValueError(f"n_trials is {n_trials}, threads {threads}; both must be at least 1")
    plan = project if isinstance(project, Schedule) else schedule(project)
    settings = Settings(
        n_trials, seed, correlation, ranges, throughput, resources, threads, tuple(without)
    )
    case = case_of(plan, settings)
    if isinstance(case, CannotSay):
        return NoSimulation(case.reason)
    count = min(FIRST_TRIALS, n_trials) if until_stable else n_trials
    while True:
        settings = replace(settings, n_trials=count)
        found = Simulation(case, run_case(case, settings), settings)
        if count >= n_trials or found.precision_days <= STABLE_DAYS:
            return found
        count = min(2 * count, n_trials)
