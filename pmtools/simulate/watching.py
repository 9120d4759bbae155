"""When single tasks start or finish in the trials of a simulation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from pmtools.calendars import Minutes, WorkCalendar
from pmtools.simulate.case import run_case
from pmtools.simulate.result import Simulation
from pmtools.simulate.trials import durations_of


def moments_of(
    simulation: Simulation, ids: Sequence[str], kind: str = "finish", *, n_trials: int | None = None
) -> Minutes:
    """The `finish` or the `start` of open tasks in each trial, minutes since 1970.

    The same trials, or the first of them, are run once more, with these tasks watched: (trials,
    tasks), in the order of `ids`: tasks that are not finished (for a start: not started).
    """
    case = simulation.case
    settings = replace(simulation.settings, n_trials=n_trials or simulation.n_trials)
    network = case.model.networks[0]
    nodes = pd.Index(network.ids).get_indexer(list(ids)).astype(np.int64)
    model = replace(case.model, watched=nodes)
    finish = run_case(replace(case, model=model), settings).watched
    if kind == "finish" or not len(nodes):
        return finish
    minutes = np.tile(network.duration[nodes], (len(finish), 1))
    place = pd.Index(model.node).get_indexer(nodes)
    varies = place >= 0
    drawn = {"n_trials": settings.n_trials, "seed": settings.seed}
    minutes[:, varies] = durations_of(model, place[varies], **drawn)
    tasks = simulation.plan.project.tasks.set_index("id").loc[list(ids)]
    for column, (calendar_id, is_elapsed) in enumerate(
        zip(tasks["calendar_id"], tasks["is_elapsed"], strict=True)
    ):
        calendar = WorkCalendar.always() if is_elapsed else simulation.plan.calendars[calendar_id]
        last, needed = finish[:, column], minutes[:, column]
        begun = calendar.instant_at(calendar.minutes_before(last) - needed)
        finish[:, column] = np.where(needed > 0, begun, last)
    return finish
