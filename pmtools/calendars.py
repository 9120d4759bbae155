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
Row = list[Any]
CalendarRows = tuple[dict[str, list[Row]], dict[str, list[Row]]]
"""Rows of the tables `calendars` and `exceptions`, by calendar id."""

MISSING = np.iinfo(np.int64).min
"""The minute of a date that is not known (NaT)."""

DAY, WEEK = 1440, 7 * 1440
MONDAY = 4
"""The first Monday, in days since 1970-01-01."""
LONGEST_GAP_DAYS = 5 * 366
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OFFICE_DAY: Shifts = ((480, 720), (780, 1020))
STANDARD_WEEK = (OFFICE_DAY,) * 5 + ((), ())
WORKLESS = "calendar-without-work"


def minutes_of(instants: Any) -> Minutes:
    """Minutes since 1970-01-01 00:00 of dates (or of minutes already); MISSING for NaT."""
    values = np.asarray(instants)
    if values.dtype.kind in "iu":
        return values.astype(np.int64)
    if values.dtype.kind != "M":
        values = np.asarray(pd.to_datetime(values.ravel())).reshape(values.shape)
    return values.astype("datetime64[m]").astype(np.int64)


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
        return cls.from_rows(calendar_rows(calendars, exceptions), calendar_id)

    @classmethod
    def from_rows(cls, rows: CalendarRows, calendar_id: str) -> WorkCalendar:
        """The same from `calendar_rows`, which are read once for many calendars."""
        shifts, exceptions = rows
        if not shifts:
            return cls()
        chain: list[str] = []
        while calendar_id:
            if calendar_id in chain or calendar_id not in shifts:
                raise _broken_chain(chain, calendar_id, sorted(shifts))
            chain.append(calendar_id)
            calendar_id = next((base for _, base, *_ in shifts[calendar_id] if base), "")
        if not chain:
            return cls()
        week: dict[int, Shifts] = {}
        days: list[tuple[int, int, Shifts]] = []
        for link in reversed(chain):
            week |= _week_of(shifts[link], link)
            days += _exceptions_of(exceptions.get(link, ()), link)
        name = next((name for name, *_ in shifts[chain[0]] if name), chain[0])
        pattern = tuple(week.get(day, ()) for day in range(7)) if week else STANDARD_WEEK
        return cls(chain[0], name, pattern, tuple(days))

    def shifts_on(self, day: int) -> Shifts:
        """The shifts that start on a day, given in days since 1970-01-01."""
        changed = (shifts for first, last, shifts in self.exceptions[::-1] if first <= day <= last)
        return next(changed, self.week[(day - MONDAY) % 7])

    def minutes_before(self, instants: Any) -> Any:
        """Working minutes from the calendar's epoch to each instant (int64)."""
        return _like(instants, _where_known(self._before, minutes_of(instants)))

    def instant_at(self, minutes: Any, side: Side = "start") -> Any:
        """The instant (minutes since 1970) with so many working minutes before it.

        Where no work lies between several such instants, `start` is the last of them (Monday
        08:00) and `finish` the first (Friday 17:00).
        """
        worked = np.asarray(minutes, dtype=np.int64)
        return _like(minutes, _where_known(lambda each: self._at(each, side == "finish"), worked))

    def add(self, instants: Any, hours: Any) -> Any:
        """The instant that many working hours later (a finish) or, below 0, earlier (a start)."""
        return self._moved(self._add, instants, np.asarray(hours, dtype=np.float64))

    def hours_between(self, start: Any, finish: Any) -> Any:
        """Working hours from start to finish, negative where finish is first; NaN for NaT."""
        worked = _where_known(self._between, minutes_of(start), minutes_of(finish))
        hours = np.where(worked == MISSING, np.nan, worked / 60)
        return _like(start if np.ndim(start) >= np.ndim(finish) else finish, hours)

    def next_work(self, instants: Any) -> Any:
        """The instant itself where work goes on after it, else the next start of work."""
        return self._moved(lambda minutes: self._at(self._before(minutes), False), instants)

    def previous_work(self, instants: Any) -> Any:
        """The instant itself where work went on before it, else the last finish of work."""
        return self._moved(lambda minutes: self._at(self._before(minutes), True), instants)

    def is_working_day(self, days: Any) -> Any:
        """Whether any work is done between 00:00 and 24:00 of the day of each instant."""
        minutes = minutes_of(days)
        known = minutes != MISSING
        first = np.where(known, minutes - minutes % DAY, 0)
        return _like(days, known & (self._before(first + DAY) > self._before(first)))

    def _moved(self, move: Callable[..., Minutes], instants: Any, *hours: Any) -> Any:
        moved = _where_known(move, minutes_of(instants), *hours)
        is_count = np.asarray(instants).dtype.kind in "iu"
        return _like(instants, moved if is_count else instants_of(moved))

    def _between(self, first: Minutes, last: Minutes) -> Minutes:
        return self._before(last) - self._before(first)

    def _add(self, minutes: Minutes, hours: npt.NDArray[np.float64]) -> Minutes:
        step = np.rint(np.nan_to_num(hours) * 60).astype(np.int64)
        worked = np.where(step == 0, 0, self._before(minutes) + step)
        moved = np.where(step == 0, minutes, self._at(worked, step > 0))
        return np.where(np.isnan(hours), MISSING, moved)

    def _before(self, minutes: Minutes) -> Minutes:
        c = self.borders
        weeks = _weeks_beyond(minutes, c.first, c.last, WEEK)
        folded = minutes - weeks * WEEK
        shift = np.maximum(np.searchsorted(c.starts, folded, side="right") - 1, 0)
        inside = np.clip(folded - c.starts[shift], 0, c.finishes[shift] - c.starts[shift])
        return c.before[shift] + inside + weeks * c.week

    def _at(self, worked: Minutes, is_finish: Any) -> Minutes:
        """The start of the next working minute, or the finish of the last."""
        c = self.borders
        if c.week == 0:  # Before all work stands its first start.
            is_finish = is_finish & (worked != 0)
        minute = worked - is_finish
        if c.week == 0 and np.any((minute < 0) | (minute >= c.total)):
            found = "no working time is left: its weekly pattern has none, its last shift ends "
            found += str(pd.Timestamp(instants_of(c.finishes[-1])))
            raise _refusal(self.id, found, "Give it the shifts of a week.", code=WORKLESS)
        weeks = _weeks_beyond(minute, 0, c.total, max(c.week, 1))
        folded = minute - weeks * c.week
        shift = np.searchsorted(c.before, folded, side="right") - 1
        return c.starts[shift] + folded - c.before[shift] + weeks * WEEK + is_finish


def _where_known(answer: Callable[..., Minutes], *columns: Any) -> Minutes:
    """The answer where all columns are known, MISSING elsewhere."""
    columns = np.broadcast_arrays(*columns)
    known = np.all([column != MISSING for column in columns], axis=0)
    found = np.full(known.shape, MISSING)
    found[known] = answer(*(column[known] for column in columns))
    return found


def _weeks_beyond(values: Minutes, first: int, end: int, week: int) -> Minutes:
    """How many weeks to go back (or, negative, forth) to come between first and end."""
    return np.minimum(values - first, 0) // week + np.maximum(values - end, -week) // week + 1


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
    first = monday_of(min((e[0] for e in exceptions), default=MONDAY)) - 7
    last = monday_of(max((e[1] for e in exceptions), default=MONDAY)) + 21
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
    first_week = np.diff(np.clip((starts, finishes), None, first * DAY + WEEK), axis=0)
    before, total, in_week = np.cumsum(lengths) - lengths, lengths.sum(), first_week.sum()
    return Borders(starts, finishes, before, first * DAY, last * DAY, int(total), int(in_week))


def monday_of(day: int) -> int:
    """The Monday of the week of a day, both in days since 1970-01-01."""
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
    remedy = "Give it shifts, or correct its exceptions."
    if compiled.total == 0:
        raise _refusal(calendar.id, "it has no working time", remedy, code=WORKLESS)
    gaps = compiled.starts[1:] - compiled.finishes[:-1]
    if len(gaps) and gaps.max() > LONGEST_GAP_DAYS * DAY:
        at = int(gaps.argmax())
        first, last = _days(compiled.finishes[at], compiled.starts[at + 1])
        found = f"it has no working time from {first} to {last}"
        raise _refusal(calendar.id, found, remedy, "a gap of at most 5 years", WORKLESS)


def _refusal(
    calendar_id: str, found: str, remedy: str, expected: str = "", code: str = ""
) -> ProjectError:
    return ProjectError([Problem(f'calendar "{calendar_id}"', found, expected, remedy, code)])


def _days(*minutes: int) -> list[str]:
    return np.datetime_as_string(instants_of(minutes), unit="D").tolist()


def _broken_chain(chain: list[str], missing: str, known: list[str]) -> ProjectError:
    if missing in chain:
        loop = " > ".join([*chain[chain.index(missing) :], missing])
        found = f"base_id runs in a circle: {loop}"
        return _refusal(missing, found, "Give one of these calendars another base.")
    remedy = f"Add it or correct the id{nearest(missing, known)}."
    return _refusal(missing, 'is not in table "calendars"', remedy)


def calendar_rows(calendars: pd.DataFrame, exceptions: pd.DataFrame) -> CalendarRows:
    """The rows of both tables by calendar id."""
    columns = ("id", "name", "base_id", "weekday", "shift_start", "shift_finish")
    last = exceptions["to"].fillna(exceptions["from"])
    days = (minutes_of(each).tolist() for each in (exceptions["from"], last))
    return (
        _grouped(*(calendars[column].tolist() for column in columns)),
        _grouped(exceptions["calendar_id"].tolist(), *days, exceptions["shifts"].tolist()),
    )


def _grouped(ids: list[str], *columns: list[Any]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for calendar_id, *row in zip(ids, *columns, strict=True):
        found.setdefault(calendar_id, []).append(row)
    return found


def _week_of(rows: Iterable[Row], calendar_id: str) -> dict[int, Shifts]:
    week: dict[int, Shifts] = {}
    for _, _, weekday, start, finish in rows:
        if weekday:
            shifts = (_shift(f"{start}-{finish}", calendar_id),) if start or finish else ()
            day = WEEKDAYS.index(weekday)
            week[day] = week.get(day, ()) + shifts
    return week


def _exceptions_of(rows: Iterable[Row], calendar_id: str) -> list[tuple[int, int, Shifts]]:
    found = []
    for start, finish, text in rows:
        if start == MISSING:
            continue
        if finish < start:
            first, last = _days(start, finish)
            problem = f"an exception ends {last}, before it starts {first}"
            raise _refusal(calendar_id, problem, "Correct one of the two days.")
        shifts = tuple(_shift(part, calendar_id) for part in re.split(r"[\s,;]+", text) if part)
        found.append((start // DAY, finish // DAY, shifts))
    return found


def _shift(text: str, calendar_id: str) -> Shift:
    match = re.fullmatch(r"(\d{1,2}):(\d\d)(?::00)?-(\d{1,2}):(\d\d)(?::00)?", text)
    clock = [int(part) for part in match.groups()] if match else [99, 0, 99, 0]
    start, finish = clock[0] * 60 + clock[1], clock[2] * 60 + clock[3]
    if start >= DAY or finish > DAY or clock[1] > 59 or clock[3] > 59:
        raise _refusal(calendar_id, f'shift "{text}"', "Correct the times.", "HH:MM-HH:MM")
    return start, finish if finish > start else finish + DAY
