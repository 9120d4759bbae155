"""Calendars of work: dates to working time and back, exactly and to the minute.

A calendar is compiled once into the sorted borders of its shifts over the weeks that hold
exceptions, with one plain week before and after; all other dates are folded into these two weeks.
So nothing walks through days, and every question ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from pmtools.errors import Problem, ProjectError, nearest

__all__ = ["MISSING", "WorkCalendar", "instants_of", "minutes_of"]

Minutes = npt.NDArray[np.int64]
Shift = tuple[int, int]
"""First minute of the day and the minute after the last; past 1440 the shift ends tomorrow."""
Shifts = tuple[Shift, ...]
Side = Literal["start", "finish"]

MISSING = np.iinfo(np.int64).min
"""The minute of a date that is not known (NaT)."""

DAY, WEEK = 1440, 7 * 1440
MONDAY = 4
"""The first Monday, in days since 1970-01-01."""
LONGEST_GAP_DAYS = 5 * 366
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OFFICE_DAY: Shifts = ((480, 720), (780, 1020))
STANDARD_WEEK = (OFFICE_DAY,) * 5 + ((), ())


def minutes_of(instants: Any) -> Minutes:
    """Minutes since 1970-01-01 00:00 of dates (or of minutes already); MISSING for NaT."""
    values = np.asarray(instants)
    if values.dtype.kind in "iu":
        return values.astype(np.int64)
    seconds = np.asarray(pd.to_datetime(values.ravel()), dtype="datetime64[m]")
    minutes = seconds.reshape(values.shape).astype(np.int64)
    return np.where(np.isnat(seconds).reshape(values.shape), MISSING, minutes)


def instants_of(minutes: Any) -> npt.NDArray[np.datetime64]:
    """The dates, datetime64[us], of minutes since 1970-01-01 00:00; NaT for MISSING."""
    return np.asarray(minutes, dtype=np.int64).astype("datetime64[m]").astype("datetime64[us]")[()]


@dataclass(frozen=True)
class Borders:
    """Borders of the shifts from minute `first` to `last`, and the working time before each."""

    starts: Minutes
    finishes: Minutes
    before: Minutes
    first: int
    last: int
    total: int
    week: int


@dataclass(frozen=True)
class WorkCalendar:
    """When work is done: a weekly pattern, and exceptions to it.

    Parameters
    ----------
    id, name
        As in table `calendars`.
    week
        The shifts of Monday to Sunday, each (first minute, minute after the last) of the day.
        A shift that ends past 1440 runs over midnight and belongs to the day it starts on.
    exceptions
        (first day, last day, shifts) in days since 1970-01-01; no shifts: days off.
        A later exception replaces an earlier one on the days they share.

    Raises
    ------
    ProjectError
        Where there is no working time at all, or none for more than five years on end.

    Notes
    -----
    Instants are dates (Timestamp, Series, array) or int minutes since 1970-01-01; what comes out
    is of the same kind. Working minutes count from an epoch of the calendar's own.
    """

    id: str = ""
    name: str = "Standard"
    week: tuple[Shifts, ...] = STANDARD_WEEK
    exceptions: tuple[tuple[int, int, Shifts], ...] = ()
    borders: Borders = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        compiled = _compile(self.week, self.exceptions)
        _refuse_without_work(self, compiled)
        object.__setattr__(self, "borders", compiled)

    @classmethod
    def always(cls) -> WorkCalendar:
        """Day and night, all days: elapsed time is working time under this calendar."""
        return cls(id="24h", name="24 hours", week=(((0, DAY),),) * 7)

    @classmethod
    def from_tables(
        cls, calendars: pd.DataFrame, exceptions: pd.DataFrame, calendar_id: str
    ) -> WorkCalendar:
        """The calendar of that id, with what it takes over from its base calendars.

        Parameters
        ----------
        calendars, exceptions
            Tables of a project, as `project.schema` describes them.
        calendar_id
            Id of the calendar; "" (or a table without rows) is the standard calendar,
            Monday to Friday 08:00 to 12:00 and 13:00 to 17:00.

        Raises
        ------
        ProjectError
            For an unknown id, bases in a circle, a shift that is no time, no working time.
        """
        if calendar_id == "" or calendars.empty:
            return cls()
        known = set(calendars["id"])
        chain: list[str] = []
        while calendar_id != "":
            if calendar_id in chain or calendar_id not in known:
                raise ProjectError([_chain_problem(chain, calendar_id, known)])
            chain.append(calendar_id)
            own = calendars[calendars["id"] == calendar_id]
            calendar_id = next((base for base in own["base_id"] if base), "")
        week: dict[int, Shifts] = {}
        days: list[tuple[int, int, Shifts]] = []
        for link in reversed(chain):
            week |= _week_of(calendars[calendars["id"] == link], link)
            days += _exceptions_of(exceptions[exceptions["calendar_id"] == link], link)
        names = calendars.loc[calendars["id"] == chain[0], "name"]
        pattern = tuple(week.get(day, ()) for day in range(7)) if week else STANDARD_WEEK
        name = next((n for n in names if n), chain[0])
        return cls(chain[0], name, pattern, tuple(days))

    def shifts_on(self, day: int) -> Shifts:
        """The shifts that start on a day, given in days since 1970-01-01."""
        changed = (shifts for first, last, shifts in self.exceptions[::-1] if first <= day <= last)
        return next(changed, self.week[(day - MONDAY) % 7])

    def minutes_before(self, instants: Any) -> Any:
        """Working minutes from the calendar's epoch to each instant (int64)."""
        minutes = minutes_of(instants)
        known = minutes != MISSING
        return _like(instants, np.where(known, self._before(np.where(known, minutes, 0)), MISSING))

    def instant_at(self, minutes: Any, side: Side = "start") -> Any:
        """The instant (minutes since 1970) with so many working minutes before it.

        Where no work lies between several such instants, `start` is the last of them (Monday
        08:00) and `finish` the first (Friday 17:00).
        """
        worked = np.asarray(minutes, dtype=np.int64)
        known = worked != MISSING
        return _like(minutes, np.where(known, self._at(np.where(known, worked, 0), side), MISSING))

    def add(self, instants: Any, hours: Any) -> Any:
        """The instant that many working hours later (a finish) or, below 0, earlier (a start)."""
        return self._moved(instants, lambda minutes: self._add(minutes, hours))

    def hours_between(self, start: Any, finish: Any) -> Any:
        """Working hours from start to finish, negative where finish is first; NaN for NaT."""
        first, last = minutes_of(start), minutes_of(finish)
        known = (first != MISSING) & (last != MISSING)
        worked = self._before(np.where(known, last, 0)) - self._before(np.where(known, first, 0))
        hours = np.where(known, worked / 60, np.nan)
        return _like(start if np.ndim(start) >= np.ndim(finish) else finish, hours)

    def next_work(self, instants: Any) -> Any:
        """The instant itself where work goes on after it, else the next start of work."""
        return self._moved(instants, lambda minutes: self._at(self._before(minutes), "start"))

    def previous_work(self, instants: Any) -> Any:
        """The instant itself where work went on before it, else the last finish of work."""
        return self._moved(instants, lambda minutes: self._at(self._before(minutes), "finish"))

    def is_working_day(self, days: Any) -> Any:
        """Whether any work is done between 00:00 and 24:00 of the day of each instant."""
        minutes = minutes_of(days)
        known = minutes != MISSING
        first = np.where(known, minutes - minutes % DAY, 0)
        return _like(days, known & (self._before(first + DAY) > self._before(first)))

    def _moved(self, instants: Any, move: Callable[[Minutes], Minutes]) -> Any:
        minutes = minutes_of(instants)
        known = minutes != MISSING
        moved = np.where(known, move(np.where(known, minutes, 0)), MISSING)
        is_count = isinstance(instants, int) or np.asarray(instants).dtype.kind in "iu"
        return _like(instants, moved if is_count else instants_of(moved))

    def _add(self, minutes: Minutes, hours: Any) -> Minutes:
        amount = np.asarray(hours, dtype=np.float64)
        step = np.rint(np.where(np.isnan(amount), 0, amount) * 60).astype(np.int64)
        worked = self._before(minutes) + step
        later = self._at(np.where(step > 0, worked, 1), "finish")
        earlier = self._at(np.where(step < 0, worked, 0), "start")
        moved = np.where(step > 0, later, np.where(step < 0, earlier, minutes))
        return np.where(np.isnan(amount), MISSING, moved)

    def _before(self, minutes: Minutes) -> Minutes:
        c = self.borders
        weeks = np.where(minutes < c.first, (minutes - c.first) // WEEK, 0)
        weeks = np.where(minutes >= c.last, (minutes - c.last) // WEEK + 1, weeks)
        folded = minutes - weeks * WEEK
        shift = np.maximum(np.searchsorted(c.starts, folded, side="right") - 1, 0)
        inside = np.clip(folded - c.starts[shift], 0, c.finishes[shift] - c.starts[shift])
        return c.before[shift] + inside + weeks * c.week

    def _at(self, worked: Minutes, side: Side) -> Minutes:
        c = self.borders
        early, late = (worked < 0, worked >= c.total) if side == "start" else (
            worked <= 0, worked > c.total)  # fmt: skip
        if c.week == 0 and np.any(early | late):
            raise ProjectError([self._horizon_problem()])
        week = max(c.week, 1)
        if side == "start":
            weeks = np.where(early, worked // week, 0)
            weeks = np.where(late, (worked - c.total) // week + 1, weeks)
        else:
            weeks = np.where(early, -(-worked // week) - 1, 0)
            weeks = np.where(late, -((c.total - worked) // week), weeks)
        folded = worked - weeks * c.week
        border: Literal["left", "right"] = "right" if side == "start" else "left"
        shift = np.maximum(np.searchsorted(c.before, folded, side=border) - 1, 0)
        return c.starts[shift] + folded - c.before[shift] + weeks * WEEK

    def _horizon_problem(self) -> Problem:
        last = pd.Timestamp(instants_of(self.borders.finishes[-1]))
        return Problem(
            f'calendar "{self.id}"',
            f"no working time is left: its weekly pattern has none, its last shift ends {last}",
            remedy="Give it the shifts of a week.",
            code="calendar-without-work",
        )


def _like(model: Any, values: npt.NDArray[Any]) -> Any:
    if isinstance(model, pd.Series):
        return pd.Series(values, index=model.index, name=model.name)
    if isinstance(model, pd.Index):
        return pd.Index(values)
    if np.ndim(model) > 0:
        return values
    return pd.Timestamp(values[()]) if values.dtype.kind == "M" else values[()].item()


@lru_cache(maxsize=256)
def _compile(week: tuple[Shifts, ...], exceptions: tuple[tuple[int, int, Shifts], ...]) -> Borders:
    first = _monday(min((e[0] for e in exceptions), default=MONDAY)) - 7
    last = _monday(max((e[1] for e in exceptions), default=MONDAY)) + 21
    days = np.arange(first - 1, last)
    patterns: dict[Shifts, int] = {}
    weekly = np.array([patterns.setdefault(shifts, len(patterns)) for shifts in week])
    kind = weekly[(days - MONDAY) % 7]
    for start, finish, shifts in exceptions:
        code = patterns.setdefault(shifts, len(patterns))
        kind[start - days[0] : finish - days[0] + 1] = code
    parts = [
        days[kind == code, None] * DAY + np.array(shifts, dtype=np.int64).reshape(1, -1)
        for shifts, code in patterns.items()
        if shifts
    ]
    borders = np.concatenate([p.reshape(-1, 2) for p in parts] or [np.empty((0, 2), np.int64)])
    starts, finishes = _merged(borders, first * DAY, last * DAY)
    lengths = finishes - starts
    before = np.cumsum(lengths) - lengths
    total = int(lengths.sum())
    first_week = np.clip(finishes, None, first * DAY + WEEK) - np.clip(
        starts, None, first * DAY + WEEK
    )
    return Borders(starts, finishes, before, first * DAY, last * DAY, total, int(first_week.sum()))


def _monday(day: int) -> int:
    return day - (day - MONDAY) % 7


def _merged(borders: Minutes, first: int, last: int) -> tuple[Minutes, Minutes]:
    """Shifts cut to [first, last], in order, those that touch or overlap made one."""
    cut = np.clip(borders, first, last)
    cut = cut[cut[:, 1] > cut[:, 0]]
    cut = cut[np.argsort(cut[:, 0], kind="stable")]
    if len(cut) == 0:
        return cut[:, 0], cut[:, 1]
    reach = np.maximum.accumulate(cut[:, 1])
    opens = np.flatnonzero(np.r_[True, cut[1:, 0] > reach[:-1]])
    return cut[opens, 0], reach[np.r_[opens[1:] - 1, len(cut) - 1]]


def _refuse_without_work(calendar: WorkCalendar, compiled: Borders) -> None:
    place = f'calendar "{calendar.id}"'
    remedy = "Give it shifts, or correct its exceptions."
    code = "calendar-without-work"
    if compiled.total == 0:
        raise ProjectError([Problem(place, "it has no working time", "", remedy, code)])
    gaps = compiled.starts[1:] - compiled.finishes[:-1]
    if len(gaps) and gaps.max() > LONGEST_GAP_DAYS * DAY:
        at = int(gaps.argmax())
        start, finish = instants_of([compiled.finishes[at], compiled.starts[at + 1]])
        found = (
            f"it has no working time from {pd.Timestamp(start):%Y-%m-%d} "
            f"to {pd.Timestamp(finish):%Y-%m-%d}"
        )
        raise ProjectError([Problem(place, found, "a gap of at most 5 years", remedy, code)])


def _chain_problem(chain: list[str], missing: str, known: Iterable[str]) -> Problem:
    if missing in chain:
        loop = " > ".join([*chain[chain.index(missing) :], missing])
        return Problem(
            f'calendar "{missing}"',
            f"base_id runs in a circle: {loop}",
            remedy="Give one of these calendars another base.",
        )
    return Problem(
        f'calendar "{missing}"',
        'is not in table "calendars"',
        remedy=f"Add it or correct the id{nearest(missing, sorted(known))}.",
    )


def _week_of(rows: pd.DataFrame, calendar_id: str) -> dict[int, Shifts]:
    week: dict[int, Shifts] = {}
    columns = (rows["weekday"], rows["shift_start"], rows["shift_finish"])
    for weekday, start, finish in zip(*columns, strict=True):
        if weekday == "":
            continue
        day = WEEKDAYS.index(weekday)
        shifts = (_shift(f"{start}-{finish}", calendar_id),) if start or finish else ()
        week[day] = week.get(day, ()) + shifts
    return week


def _exceptions_of(rows: pd.DataFrame, calendar_id: str) -> list[tuple[int, int, Shifts]]:
    starts = minutes_of(rows["from"])
    finishes = minutes_of(rows["to"].fillna(rows["from"]))
    found = []
    for start, finish, text in zip(starts, finishes, rows["shifts"], strict=True):
        if start == MISSING:
            continue
        if finish < start:
            first, last = (f"{pd.Timestamp(t):%Y-%m-%d}" for t in instants_of([start, finish]))
            problem = Problem(
                f'calendar "{calendar_id}"',
                f"an exception ends {last}, before it starts {first}",
                remedy="Correct one of the two days.",
            )
            raise ProjectError([problem])
        shifts = tuple(_shift(part, calendar_id) for part in re.split(r"[\s,;]+", text) if part)
        found.append((int(start // DAY), int(finish // DAY), shifts))
    return found


def _shift(text: str, calendar_id: str) -> Shift:
    match = re.fullmatch(r"(\d{1,2}):(\d\d)(?::00)?-(\d{1,2}):(\d\d)(?::00)?", text)
    clock = [int(part) for part in match.groups()] if match else [99, 0, 99, 0]
    start, finish = clock[0] * 60 + clock[1], clock[2] * 60 + clock[3]
    if start >= DAY or finish > DAY or clock[1] > 59 or clock[3] > 59:
        problem = Problem(
            f'calendar "{calendar_id}"', f'shift "{text}"', "HH:MM-HH:MM", "Correct the times."
        )
        raise ProjectError([problem])
    return start, finish if finish > start else finish + DAY
