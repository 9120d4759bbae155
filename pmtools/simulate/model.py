"""What a run of trials reads and what it keeps: arrays, and the plan that they come from."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from pmtools.calendars import Minutes
from pmtools.project import Project
from pmtools.schedule import Schedule, ScheduleOptions
from pmtools.simulate.kernel import Lanes, Rules

GRID = np.linspace(-4, 4, 257)
"""Normal scores at which an inverse distribution table has its values; linear between them."""

Reals = np.ndarray


def key_of(text: str) -> np.uint64:
    """The number that random draws of a task, group or risk are keyed by: from its name only."""
    return np.uint64(int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little"))


@dataclass(frozen=True)
class Ranges:
    """Quantities with a distribution: low + span * table(normal score); certain where span is 0."""

    table: np.ndarray
    low: Reals
    span: Reals


@dataclass(frozen=True)
class Risks:
    """What may occur, one value a risk; all its effects have one severity, from one score.

    - growth: of the remaining duration of its tasks, 0.2 is a fifth; those of one `parallel` group
      (-1: none) do not multiply, the largest that occurs counts; so do delays
    - delay: working minutes added to each of its tasks; cost: of the project
    - calendar: its bit in the index of `Model.variant`, -1 where it changes no calendar
    - tasks, tasks_from: risks of each uncertain task: tasks[tasks_from[i] : tasks_from[i + 1]]
    """

    key: np.ndarray
    probability: Reals
    growth: Ranges
    delay: Ranges
    cost: Ranges
    parallel: np.ndarray
    calendar: np.ndarray
    tasks: Minutes
    tasks_from: Minutes


@dataclass(frozen=True)
class TrialNetwork:
    """A compiled network and how its limits follow from durations: see `networks.trial_network`.

    - project, options: what it is of
    - rules: for any network; lanes: the same for plain links on one calendar, else None
    - ids: tasks of the first nodes, in project order; duration: minutes that remain in the plan
    - is_open: what is not finished, level of effort left out; past: the last actual finish
    - origin, calendar: from when on, and on which calendar the length of a trial is counted
    """

    project: Project
    options: ScheduleOptions
    rules: Rules
    lanes: Lanes | None
    ids: tuple[str, ...]
    duration: Minutes
    is_open: np.ndarray
    past: int
    origin: int
    calendar: int


@dataclass(frozen=True)
class Model:
    """Everything a run of trials reads; arrays with one value an uncertain or costed task.

    - networks: [0] is the plan, the others with other calendars; `variant` says which one holds
      for each set of calendar risks (its index has a bit for each such risk that occurs)
    - node: of each such task in the networks; key: see `key_of`
    - remaining: working minutes from the status date on, before risks
    - group, shared, own: score = shared * score of the group (-1: none) + own * own score
    - mixing: scores of the groups = mixing @ independent ones, one a `group_key` (Cholesky)
    - tables: (k, 257) values at `GRID`
    - rate: cost of a remaining working minute of the task; fixed: spent, and what does not vary;
      time_rate: of the project by working minute of its calendar from the status date on
    - watched: nodes whose finish in each trial is kept
    - critical_minutes: total float up to which a task is critical
    """

    plan: Schedule
    networks: tuple[TrialNetwork, ...]
    variant: np.ndarray
    node: Minutes
    key: np.ndarray
    remaining: Ranges
    group: np.ndarray
    shared: Reals
    own: Reals
    group_key: np.ndarray
    mixing: Reals
    tables: Reals
    risks: Risks
    rate: Reals
    fixed: float
    time_rate: float
    watched: Minutes
    critical_minutes: int = 0


def longest_of(model: Model) -> Reals:
    """The most minutes that each task of a model can take, if all its risks occur."""
    risks, n_risks = model.risks, np.diff(model.risks.tasks_from)
    growth, delay = (np.maximum(top_of(model, each), 0) for each in (risks.growth, risks.delay))
    task = np.repeat(np.arange(len(model.node)), n_risks)
    factor, more = np.ones(len(model.node)), np.zeros(len(model.node))
    np.multiply.at(factor, task, 1 + growth[risks.tasks])
    np.add.at(more, task, delay[risks.tasks])
    return top_of(model, model.remaining) * factor + more


def top_of(model: Model, ranges: Ranges) -> Reals:
    """The largest value of each of these ranges of a model."""
    return ranges.low + np.maximum(ranges.span * model.tables.max(axis=1)[ranges.table], 0)


@dataclass(frozen=True)
class Trials:
    """What a run keeps: a value a trial, and sums over all trials of each leaf of the network.

    - finish: of the work, minutes since 1970; cost; length: working minutes of the project's
      calendar from the status date (or the start) to the finish; watched: (trials, watched nodes)
      minutes since 1970; occurred: (trials, risks)
    - n_critical: trials in which a leaf is critical; mean, sd: of its remaining working minutes
    - correlation: of its remaining duration and `length`, NaN where one of them does not vary
    - significance: mean of d / (d + total float) * length / mean length (Williams 1992)
    """

    n_trials: int
    seed: int
    finish: Minutes
    length: Minutes
    cost: Reals
    watched: Minutes
    occurred: np.ndarray
    n_critical: Minutes
    mean: Reals
    sd: Reals
    correlation: Reals
    significance: Reals
