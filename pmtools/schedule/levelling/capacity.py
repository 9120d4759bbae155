"""How many of a resource are free, from minute to minute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pmtools.calendars import DAY, MISSING, WEEK, Minutes, WorkCalendar, minutes_of

Amounts = npt.NDArray[np.float64]

ROUNDING = 1e-6
"""Three thirds of a person are one."""


@dataclass
class Free:
    """What is left of a resource between `edges`, in minutes since 1970.

    `stated` is its capacity, infinite where nobody is asked for: outside its usual week. In its
    usual week `is_off` marks days off and holidays. No calendar that matters begins or ends work
    inside a segment. Where `is_off_heeded` is False, a task cannot but run through days off.
    """

    edges: Minutes
    stated: Amounts
    left: Amounts
    is_off: np.ndarray
    is_off_heeded: bool = True

    def copy(self) -> Free:
        """The same, to be changed apart from it."""
        return Free(self.edges, self.stated, self.left.copy(), self.is_off, self.is_off_heeded)

    def lacks(self, units: float) -> np.ndarray:
        """Where it has not so many left."""
        return (self.left < units - ROUNDING) | (self.is_off & self.is_off_heeded)

    def take(self, calendar: WorkCalendar, start: int, finish: int, units: float) -> None:
        """Work of a task from start to finish, in the hours of its calendar."""
        for minute in (start, finish):
            self._split(minute)
        first, last = np.searchsorted(self.edges, (start, finish))
        works = np.diff(calendar.minutes_before(self.edges[first : last + 1])) > 0
        self.left[first:last][works] -= units

    def _split(self, minute: int) -> None:
        at = int(np.searchsorted(self.edges, minute))
        if self.edges[at] != minute:
            self.edges = np.insert(self.edges, at, minute)
            for name in ("stated", "left", "is_off"):
                values = getattr(self, name)
                setattr(self, name, np.insert(values, at, values[at - 1]))

    def at(self, minutes: Minutes) -> Amounts:
        """What can be had of it at each minute."""
        segment = np.searchsorted(self.edges, minutes, side="right") - 1
        is_off = self.is_off[segment] & self.is_off_heeded
        return np.where(is_off, 0, self.stated[segment])


def free_of(
    row: pd.Series,
    availability: pd.DataFrame,
    own: WorkCalendar,
    others: Sequence[WorkCalendar],
    span: tuple[int, int],
) -> Free:
    """All of a resource in a span of time, before anything is planned.

    Parameters
    ----------
    row, availability
        Its row of `resources`, its rows of `availability`; of two that overlap the smaller counts.
    own, others
        Its calendar, and those of the tasks that need it.

    Notes
    -----
    In its usual week it can be had but on days off; outside (at night, on weekends) a task that
    goes on needs nobody, unless an exception to the week makes it work.
    """
    usual = WorkCalendar(own.id, own.name, own.week) if any(own.week) else own
    days = minutes_of(availability["from"]), minutes_of(availability["to"]) + DAY
    borders = [_borders(calendar, *span) for calendar in (own, usual, *others)]
    edges = np.unique(np.concatenate([np.array(span), *days, *borders]))
    edges = edges[(edges >= span[0]) & (edges <= span[1])]
    works, worked = (np.diff(c.minutes_before(edges)) > 0 for c in (own, usual))
    stated = np.full(len(edges) - 1, np.nan)
    for first, last, capacity in zip(*days, availability["capacity"], strict=True):
        held = (edges[:-1] >= first) & (edges[:-1] < last)
        stated[held] = np.fmin(stated[held], capacity)
    stated = np.where(np.isnan(stated), row["capacity"], stated)
    stated = np.where(works | worked, stated, np.inf)
    return Free(edges, stated, stated.copy(), worked & ~works)


def _borders(calendar: WorkCalendar, first: int, last: int) -> Minutes:
    """Where shifts begin and end; its plain first week stands for all weeks outside."""
    compiled = calendar.borders
    known = np.concatenate([compiled.starts, compiled.finishes])
    week = known[known <= compiled.first + WEEK]
    begin = (first - compiled.first) // WEEK
    many = np.arange(begin, (last - compiled.first) // WEEK + 1) * WEEK
    plain = (week[:, None] + many).ravel()
    return np.concatenate([known, plain[(plain < compiled.first) | (plain > compiled.last)]])


@dataclass(frozen=True)
class Need:
    """So many units of a resource, by its position."""

    resource: int
    units: float


def first_fit(
    free: Sequence[Free], needs: Sequence[Need], calendar: WorkCalendar, begin: int, duration: int
) -> tuple[int, list[int]]:
    """The first start from `begin` on at which everybody is free till the task is done.

    In working minutes of its calendar; MISSING where there is none. And who was not free at
    `begin`.
    """
    instant = calendar.instant_at(begin)
    lows, highs, end = [], [], []
    for need in needs:
        mine = free[need.resource]
        first = max(int(np.searchsorted(mine.edges, instant, side="right")) - 1, 0)
        lacks = mine.lacks(need.units)[first:]
        worked = calendar.minutes_before(mine.edges[first:])
        low, high = worked[:-1][lacks], worked[1:][lacks]
        has_work = high > np.maximum(low, begin)
        lows.append(low[has_work])
        highs.append(high[has_work])
        end.append(worked[-1])
    late = [
        n.resource for n, low in zip(needs, lows, strict=True) if (low < begin + duration).any()
    ]
    low, high = np.concatenate(lows), np.concatenate(highs)
    order = np.argsort(low, kind="stable")
    begins = np.maximum.accumulate(np.r_[begin, high[order]])
    fits = np.r_[low[order], min(end)] - begins >= duration
    return (int(begins[fits.argmax()]) if fits.any() else MISSING), late
