"""Merges: the chance that all inputs of a task are there on the day it wants to start."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmtools.calendars import DAY, instants_of, minutes_of
from pmtools.measure.budget import ALWAYS, ELAPSED
from pmtools.measure.handoffs import between_parties, inputs
from pmtools.metrics import CannotSay
from pmtools.simulate import Simulation
from pmtools.simulate.result import nearest_rank
from pmtools.simulate.watching import moments_of

ENOUGH, MOST_CELLS = 1_000, 10_000_000
"""Trials that do where a plan has very many inputs: more would not fit into memory."""


def input_readiness(forecast: Simulation | CannotSay, *, by: str = "") -> pd.DataFrame | CannotSay:
    """How likely each task that waits for others has its inputs on the day that it wants to start.

    Of tasks that are not begun and still miss an input from another party; their other inputs
    count too, those of their own party included. Finish and start links only; what can be late
    for the finish alone (FF, SF) does not keep a task from starting.

    Parameters
    ----------
    forecast
        Its trials are run once more, with the inputs watched: what they share by correlation and
        common predecessors is in the chance of all.
    by
        As in `handoffs`.

    Returns
    -------
    DataFrame
        A row an input, by start of the receiving task: to_id, to_task, to_owner, to_department,
        to_start (of the plan), from_id, from_task, from_owner, from_department, due, needed_by,
        is_handed_over; chance (0 to 1): with this input it can start on the planned day;
        chance_all: with all of them; share_last: of the trials in which it cannot, that this
        input delays it most; ready_p80: with all of them it can start by then, with a chance of
        80 %; n_inputs. CannotSay is handed on.
    """
    if isinstance(forecast, CannotSay):
        return forecast
    plan = forecast.plan
    rows = inputs(plan)
    given = between_parties(rows, plan, by)
    if isinstance(given, CannotSay):
        return given
    missing = given[0].loc[~given[0]["is_handed_over"] & given[0]["kind"].isin(["FS", "SS"])]
    rows = rows[rows["to_id"].isin(missing["to_id"]) & ~rows["is_begun"]]
    rows = rows[rows["kind"].isin(["FS", "SS"])].sort_values(["to_start", "to_id"], kind="stable")
    rows = rows.reset_index(drop=True)
    moments, place = _moments(rows, forecast)
    start, needed = minutes_of(rows["to_start"]), minutes_of(rows["needed_by"])
    chance, share, ready = np.ones((2, len(rows))), np.zeros(len(rows)), start.copy()
    groups = rows.groupby(["to_calendar", "to_id"], sort=False).indices
    for (calendar_id, _), positions in groups.items():
        calendar = ALWAYS if calendar_id == ELAPSED else plan.calendars[calendar_id]
        before, planned = calendar.minutes_before, int(start[positions[0]])
        late = before(moments[:, place[positions]]) - before(needed[positions])
        late = np.where(place[positions] < 0, 0, np.maximum(late, 0))
        rest_of_day = before(planned + DAY - planned % DAY) - before(planned)
        is_late = (late > 0) & (late >= rest_of_day)
        is_any = is_late.any(axis=1)
        last = np.bincount(late[is_any].argmax(axis=1), minlength=len(positions))
        chance[0, positions], chance[1, positions] = 1 - is_late.mean(axis=0), 1 - is_any.mean()
        share[positions] = last / max(is_any.sum(), 1)
        if delay := int(nearest_rank(late.max(axis=1), 0.8)):
            ready[positions] = calendar.instant_at(int(before(planned)) + delay)
    return rows.assign(
        chance=chance[0], chance_all=chance[1], share_last=share, ready_p80=instants_of(ready),
        n_inputs=rows.groupby("to_id")["to_id"].transform("size"),
    )  # fmt: skip


def _moments(rows: pd.DataFrame, forecast: Simulation) -> tuple[np.ndarray, np.ndarray]:
    """When the open inputs are handed over, (trials, columns), and the column of each row: -1
    where it was before.
    """
    place = np.full(len(rows), -1)
    columns: list[np.ndarray] = []
    n_trials = min(forecast.n_trials, max(ENOUGH, MOST_CELLS // max(len(rows), 1)))
    for kind, moment in (("FS", "finish"), ("SS", "start")):
        is_open = (rows["kind"] == kind) & ~rows["is_handed_over"]
        column, ids = pd.factorize(rows.loc[is_open, "from_id"])
        place[is_open] = column + sum(each.shape[1] for each in columns)
        if len(ids):
            columns.append(moments_of(forecast, list(ids), moment, n_trials=n_trials))
    nothing = np.zeros((n_trials, 1), np.int64)
    return np.concatenate([*columns, nothing], axis=1), place
