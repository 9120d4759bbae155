"""How many of a resource are free, from minute to minute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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
    usual week `is_off` marks days off and holidays; where `is_off_heeded` is False, a task cannot
    but run through them. `worked` has the working minutes before each edge, by the position of the
    calendar of a task; in a segment a calendar works all the time or not at all.
    """

    edges: Minutes
    stated: Amounts
    left: Amounts
    is_off: np.ndarray
    worked: dict[int, Minutes]
    is_off_heeded: bool = True

    @property
    def most(self) -> float:
        """The most that there ever is of it."""
        return float(max(self.stated[np.isfinite(self.stated)], default=np.inf))

    @property
    def is_over(self) -> np.ndarray:
        """In which segments it is asked for more than there is."""
        is_used = self.left < self.stated - ROUNDING
        return (self.left < -ROUNDING) | (self.is_off & is_used)

    def copy(self) -> Free:
        """The same, to be changed apart from it."""
        return replace(self, left=self.left.copy(), worked=self.worked.copy())

    def lacks(self, units: float, calendar: int, first: int, last: int) -> tuple[Minutes, int]:
        """From when to when it has not so many left, in working minutes of a calendar.

        Looked at from minute `first` to `last` or later: till when, in working minutes.
        """
        at = max(int(np.searchsorted(self.edges, first, side="right")) - 1, 0)
        worked = self.worked[calendar][at : np.searchsorted(self.edges, last) + 1]
        span = slice(at, at + len(worked) - 1)
        lacks = self.left[span] < units - ROUNDING
        if self.is_off_heeded:
            lacks |= self.is_off[span]
        lacks &= worked[1:] > worked[:-1]
        return np.stack([worked[:-1][lacks], worked[1:][lacks]]), int(worked[-1])

    def take(self, calendar: int, start: int, finish: int, units: float) -> None:
        """Work of a task from start to finish, in the hours of its calendar."""
        for minute in (start, finish):
            self._split(minute)
        first, last = np.searchsorted(self.edges, (start, finish))
        works = np.diff(self.worked[calendar][first : last + 1]) > 0
        self.left[first:last][works] -= units

    def _split(self, minute: int) -> None:
        at = int(np.searchsorted(self.edges, minute))
        if self.edges[at] == minute:
            return
        passed = minute - self.edges[at - 1]
        for calendar, worked in self.worked.items():
            more = min(passed, worked[at] - worked[at - 1])
            self.worked[calendar] = np.insert(worked, at, worked[at - 1] + more)
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
    others: Mapping[int, WorkCalendar],
    span: tuple[int, int],
) -> Free:
    """All of a resource in a span of time, before anything is planned.

    Parameters
    ----------
    row, availability
        Its row of `resources`, its rows of `availability`; of two that overlap the smaller counts.
    own, others
        Its calendar, and those of the tasks that need it by their positions.

    Notes
    -----
    In its usual week it can be had but on days off; outside (at night, on weekends) a task that
    goes on needs nobody, unless an exception to the week makes it work.
    """
    usual = WorkCalendar(own.id, own.name, own.week) if any(own.week) else own
    days = minutes_of(availability["from"]), minutes_of(availability["to"]) + DAY
    borders = [_borders(calendar, *span) for calendar in (own, usual, *others.values())]
    edges = np.unique(np.concatenate([np.array(span), *days, *borders]))
    edges = edges[(edges >= span[0]) & (edges <= span[1])]
    works, worked = (np.diff(c.minutes_before(edges)) > 0 for c in (own, usual))
    stated = np.full(len(edges) - 1, np.nan)
    for first, last, capacity in zip(*days, availability["capacity"], strict=True):
        held = (edges[:-1] >= first) & (edges[:-1] < last)
        stated[held] = np.fmin(stated[held], capacity)
    stated = np.where(np.isnan(stated), row["capacity"], stated)
    stated = np.where(works | worked, stated, np.inf)
    hours = {position: each.minutes_before(edges) for position, each in others.items()}
    return Free(edges, stated, stated.copy(), worked & ~works, hours)


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
    free: Sequence[Free],
    needs: Sequence[Need],
    calendar: int,
    work: tuple[int, int],
    instants: tuple[int, int],
) -> tuple[int, list[int]]:
    """The first start from that of `work` on at which everybody is free till it is done.

    `work` and the answer are in working minutes of the calendar; MISSING where there is none. And
    who is not free at the `instants` of the work.
    """
    (begin, until), (first, finish) = work, instants
    late, span = None, WEEK
    while True:  # a plan of years is looked through as far as need be
        span += 2 * (finish - first)
        asked = [free[n.resource].lacks(n.units, calendar, first, first + span) for n in needs]
        if late is None:
            is_late = [((low < until) & (high > begin)).any() for (low, high), _ in asked]
            late = [n.resource for n, is_busy in zip(needs, is_late, strict=True) if is_busy]
        low, high = np.concatenate([lacks for lacks, _ in asked], axis=1)
        known = min(end for _, end in asked)
        order = np.argsort(low, kind="stable")
        begins = np.maximum.accumulate(np.r_[begin, high[order]])
        fits = np.minimum(np.r_[low[order], known], known) - begins >= until - begin
        if fits.any():
            return int(begins[fits.argmax()]), late
        if all(first + span > free[n.resource].edges[-1] for n in needs):
            return MISSING, late
        span *= 4
