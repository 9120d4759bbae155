"""Merges: the chance that all inputs of a task are there on the day it wants to start."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import DAY, WorkCalendar, instants_of, minutes_of
from pmtools.measure.budget import ALWAYS, ELAPSED
from pmtools.measure.handoffs import between_parties, inputs
from pmtools.metrics import CannotSay
from pmtools.schedule import Schedule
from pmtools.simulate import Simulation
from pmtools.simulate.result import nearest_rank
from pmtools.simulate.watching import moments_of


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
    rows = rows.reset_index(drop=True).assign(chance=1.0, chance_all=1.0, share_last=0.0)
    delays, ready = _delays(rows, forecast), np.zeros(len(rows), np.int64)
    for _, positions in rows.groupby("to_id", sort=False).indices.items():
        calendar = _calendar_of(rows.iloc[positions[0]], plan)
        planned = int(minutes_of(rows["to_start"].iloc[positions[0]]))
        late = np.maximum(delays[:, positions], 0)
        starts = calendar.instant_at(int(calendar.minutes_before(planned)) + late)
        starts = np.where(late > 0, starts, planned)
        is_late = starts // DAY > planned // DAY
        is_any = is_late.any(axis=1)
        last = np.bincount(late[is_any].argmax(axis=1), minlength=len(positions))
        rows.loc[positions, "chance"] = 1 - is_late.mean(axis=0)
        rows.loc[positions, "chance_all"] = 1 - is_any.mean()
        rows.loc[positions, "share_last"] = last / max(is_any.sum(), 1)
        ready[positions] = nearest_rank(starts.max(axis=1), 0.8)
    return rows.assign(
        ready_p80=instants_of(ready), n_inputs=rows.groupby("to_id")["to_id"].transform("size")
    )


def _calendar_of(row: Any, plan: Schedule) -> WorkCalendar:
    """That of the receiver."""
    return ALWAYS if row["to_calendar"] == ELAPSED else plan.calendars[row["to_calendar"]]


def _delays(rows: pd.DataFrame, forecast: Simulation) -> np.ndarray:
    """By how many minutes of the receiver each input is later than needed, (trials, rows)."""
    delays = np.zeros((forecast.n_trials, len(rows)), np.int64)
    needed = minutes_of(rows["needed_by"])
    for kind, moment in (("FS", "finish"), ("SS", "start")):
        open_rows = np.flatnonzero((rows["kind"] == kind) & ~rows["is_handed_over"])
        if not len(open_rows):
            continue
        ids = pd.Index(rows["from_id"].iloc[open_rows].unique())
        at = moments_of(forecast, list(ids), moment)
        for row in open_rows:
            before = _calendar_of(rows.iloc[row], forecast.plan).minutes_before
            mine = at[:, ids.get_loc(rows["from_id"].iloc[row])]
            delays[:, row] = before(mine) - before(needed[row])
    return delays
