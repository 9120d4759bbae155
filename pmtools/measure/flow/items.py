"""What the changes of state say of each work item: when it was started, when finished."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from pmtools.calendars import WorkCalendar

Days = Literal["calendar", "working"]
A_DAY = pd.Timedelta(days=1)
WORK = ("active", "waiting")
COLUMNS = ["id", "team", "kind", "title", "task_id", "created", "started", "finished", "state",
           "category", "is_returned", "cycle_time_days", "age_days", "active_hours",
           "elapsed_hours"]  # fmt: skip


def items_of(
    work_items: pd.DataFrame,
    transitions: pd.DataFrame,
    until: pd.Timestamp,
    days: Days,
    calendar: WorkCalendar,
) -> pd.DataFrame:
    """A row a work item that was there on the date `until`, as `Flow.items` describes it.

    It is started when it first enters a state of work (active or waiting), and keeps that date
    when it moves back between such states or is re-opened; one that lies in a state to do again
    is not started. It is finished when it enters the state done in which it still is.
    """
    is_known = (transitions["at"] <= until) & transitions["item_id"].isin(work_items["id"])
    order = {"by": ["item_id", "at"], "kind": "stable", "ignore_index": True}
    moves = transitions[is_known].sort_values(**order)
    was = moves.groupby("item_id")["category"].shift()
    is_end = (moves["category"] == "done") & (was != "done")
    by_item = moves.groupby("item_id")
    last = by_item[["to_state", "category"]].last()
    items = work_items.set_index("id", drop=False)
    first = by_item["at"].min().reindex(items.index)
    items["created"] = pd.concat([items["created"], first], axis=1).min(axis=1)
    items["created"] = items["created"].fillna(items["created"].min()).fillna(until)
    items = items[~(items["created"] > until)]
    items["state"] = last["to_state"].reindex(items.index).fillna("")
    items["category"] = last["category"].reindex(items.index).fillna("to_do")
    started = moves[moves["category"].isin(WORK)].groupby("item_id")["at"].min()
    finished = moves[is_end].groupby("item_id")["at"].max()
    started = started.reindex(items.index)
    items["is_returned"] = started.notna() & (items["category"] == "to_do")
    items["started"] = started.where(~items["is_returned"])
    items["finished"] = finished.reindex(items.index).where(items["category"] == "done")
    took = days_through(items["started"], items["finished"], days, calendar)
    ended = items["finished"].fillna(until)
    age = days_through(items["started"], ended, days, calendar)
    items["cycle_time_days"] = took
    items["age_days"] = age.where(items["finished"].isna())
    items["active_hours"] = _active_hours(moves, items)
    items["elapsed_hours"] = (items["finished"] - items["started"]) / pd.Timedelta(hours=1)
    return items[COLUMNS].reset_index(drop=True)


def _active_hours(moves: pd.DataFrame, items: pd.DataFrame) -> pd.Series:
    """Hours by the clock in active states, from start to finish; missing for unfinished items."""
    until = moves.groupby("item_id")["at"].shift(-1)
    hours = (until - moves["at"]) / pd.Timedelta(hours=1)
    is_inside = moves["at"] < items["finished"].reindex(moves["item_id"]).to_numpy()
    spent = hours[(moves["category"] == "active") & is_inside].groupby(moves["item_id"]).sum()
    return spent.reindex(items.index).fillna(0.0).where(items["finished"].notna())


def days_through(first: pd.Series, last: pd.Series, days: Days, calendar: WorkCalendar) -> Any:
    """Days from first to last, both counted: finish - start + 1 day. NaN where one is missing.

    Of working days only those on which the calendar has any work, and at least one.
    """
    is_known = first.notna() & last.notna()
    ends = [day[is_known].dt.normalize() for day in (first, last)]
    found = pd.Series(np.nan, index=first.index)
    if not is_known.any():
        return found
    if days == "calendar":
        found[is_known] = (ends[1] - ends[0]) // A_DAY + 1.0
        return found
    every = pd.date_range(ends[0].min(), ends[1].max())
    counted = np.concatenate([[0], np.cumsum(calendar.is_working_day(every))])
    start, end = ((each - every[0]) // A_DAY for each in ends)
    found[is_known] = np.maximum(counted[end + 1] - counted[start], 1.0)
    return found
