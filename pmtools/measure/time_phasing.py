"""Amounts spread evenly over working time: what falls in each period, of many at once.

Nothing walks through days. Between its first and its last period an amount is a rate that begins
and ends, so that all of them are one sum of differences; only both ends are counted by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import Minutes, WorkCalendar, minutes_of
from pmtools.measure.budget import ALWAYS, ELAPSED, PARTS, Matrix


def amounts_by_period(
    work: pd.DataFrame,
    calendars: Mapping[str, WorkCalendar],
    edges: Any,
    groups: Any,
    n_groups: int,
) -> Matrix:
    """What falls in each period of amounts spread evenly over the working time of their window.

    Parameters
    ----------
    work
        `start`, `finish`, `amount` and `calendar_id` (`ELAPSED`: day and night). A window without
        working time is filled by the clock; one that ends where it starts holds nothing.
    calendars
        By id, as `calendars_of` gives them.
    edges
        Instants in order: period k lies between edges k and k + 1.
    groups
        The group of each row, from 0 on.

    Returns
    -------
    Array of groups x periods, in the unit of the amounts. What lies outside all periods is left
    out.
    """
    found = np.zeros((len(edges), n_groups))
    start, finish, borders = (minutes_of(each) for each in (work["start"], work["finish"], edges))
    amounts, groups = work["amount"].to_numpy(), np.asarray(groups)
    for calendar_id, rows in work.groupby("calendar_id").indices.items():
        calendar = ALWAYS if calendar_id == ELAPSED else calendars[calendar_id]
        clock = start[rows], finish[rows], borders
        begin, end, worked = (calendar.minutes_before(each) for each in clock)
        works = end > begin
        for held, (first, last, points) in ((works, (begin, end, worked)), (~works, clock)):
            window = first[held], last[held], amounts[rows[held]]
            _spread(found, groups[rows[held]], *window, points)
    return found[:-1].T


def accrued(
    budget: pd.DataFrame,
    calendars: Mapping[str, WorkCalendar],
    dates: Any,
    groups: Any,
    n_groups: int,
) -> Matrix:
    """Planned value of groups of tasks up to each date: `budget.time_phased`, summed up.

    Parameters
    ----------
    budget, calendars
        As `time_phased` takes them.
    dates
        Instants in order.
    groups
        The group of each row, from 0 on.

    Returns
    -------
    Array of dates x groups, in the project's currency.
    """
    found = np.zeros((len(dates) + 1, n_groups))
    start, finish, now = (minutes_of(each) for each in (budget["start"], budget["finish"], dates))
    for calendar_id, rows in budget.groupby("calendar_id").indices.items():
        calendar = ALWAYS if calendar_id == ELAPSED else calendars[calendar_id]
        begin, end, until = (
            calendar.minutes_before(each) for each in (start[rows], finish[rows], now)
        )
        at_start, prorated, at_end = (budget[part].to_numpy()[rows] for part in PARTS.values())
        works, mine = end > begin, groups[rows]
        opened = np.searchsorted(now, start[rows])
        closed = np.where(works, np.searchsorted(until, end), opened)
        edges = np.append(np.concatenate([until, begin]).min(), until)
        _spread(found, mine[works], begin[works], end[works], prorated[works], edges)
        _add(found, mine, opened, at_start + np.where(works, 0, prorated))
        _add(found, mine, closed, at_end)
    return found[:-1].cumsum(axis=0)


def _spread(
    found: Matrix, groups: Any, start: Minutes, finish: Minutes, amount: Matrix, edges: Minutes
) -> None:
    """Add amounts by period and group on one axis of minutes, where each window has a length.

    Behind the last period there is a place for what ends with it.
    """
    rate = amount / np.maximum(finish - start, 1)
    start, finish = np.maximum(start, edges[0]), np.minimum(finish, edges[-1])
    held = finish > start
    start, finish, rate, groups = start[held], finish[held], rate[held], groups[held]
    first = np.searchsorted(edges, start, side="right") - 1
    last = np.searchsorted(edges, finish) - 1
    _add(found, groups, first, rate * (np.minimum(edges[first + 1], finish) - start))
    _add(found, groups, last, rate * np.where(last > first, finish - edges[last], 0))
    rate[last == first] = 0
    is_in = np.bincount(groups, minlength=found.shape[1]) > 0
    groups = (np.cumsum(is_in) - 1)[groups]
    rates = np.zeros((len(edges), is_in.sum()))
    _add(rates, groups, first + 1, rate)
    _add(rates, groups, last, -rate)
    np.cumsum(rates, axis=0, out=rates)
    rates *= np.diff(edges, append=edges[-1])[:, None]
    found[:, slice(None) if is_in.all() else is_in] += rates


def _add(found: Matrix, groups: Any, at: Minutes, values: Any) -> None:
    np.add.at(found.reshape(-1), at * found.shape[1] + groups, values)
