"""Merges: the chance that all inputs of a task are there on the day it wants to start."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmtools.calendars import WorkCalendar, minutes_of
from pmtools.measure.budget import ALWAYS, ELAPSED
from pmtools.measure.handoffs import between_parties, inputs, on_calendars
from pmtools.metrics import CannotSay
from pmtools.simulate import Simulation
from pmtools.simulate.result import nearest_rank
from pmtools.simulate.watching import moments_of


def input_readiness(forecast: Simulation | CannotSay, *, by: str = "") -> pd.DataFrame | CannotSay:
    """How likely each task that waits for others has its inputs when the plan wants it to start.

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
        is_handed_over; chance (0 to 1): this input does not delay the start; chance_all: none
        does; share_last: of the trials in which one does, that this input delays it most;
        ready_p80: when all are there with a chance of 80 %; n_inputs. CannotSay is handed on.
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
    rows["delay_p80"] = 0.0
    delays = _delays(rows, forecast)
    for _, positions in rows.groupby("to_id", sort=False).indices.items():
        late = delays[:, positions]
        is_late = (late > 0).any(axis=1)
        last = np.bincount(late[is_late].argmax(axis=1), minlength=len(positions))
        rows.loc[positions, "chance"] = (late <= 0).mean(axis=0)
        rows.loc[positions, "chance_all"] = 1 - is_late.mean()
        rows.loc[positions, "share_last"] = last / max(is_late.sum(), 1)
        rows.loc[positions, "delay_p80"] = max(nearest_rank(late.max(axis=1), 0.8), 0) / 60
    rows["ready_p80"] = on_calendars(
        plan, rows["to_calendar"], WorkCalendar.add, rows["to_start"], rows.pop("delay_p80")
    )
    return rows.assign(n_inputs=rows.groupby("to_id")["to_id"].transform("size"))


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
            calendar_id = rows["to_calendar"].iloc[row]
            calendar = ALWAYS if calendar_id == ELAPSED else forecast.plan.calendars[calendar_id]
            mine = at[:, ids.get_loc(rows["from_id"].iloc[row])]
            delays[:, row] = calendar.minutes_before(mine) - calendar.minutes_before(needed[row])
    return delays
