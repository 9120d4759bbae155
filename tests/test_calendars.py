"""Calendars: dates to working time and back."""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmtools.calendars import MISSING, WorkCalendar, instants_of, minutes_of
from pmtools.errors import ProjectError
from pmtools.project import frame_of

AT = pd.Timestamp
START = AT("2026-06-01")  # a Monday


def calendar(*rows, exceptions=(), calendar_id="c"):
    """A calendar from `mon 08:00-12:00` (or `sat off`) and `2026-06-03 09:00-11:00` rows."""
    shifts = [row.split() for row in rows]
    cells = [
        (calendar_id, day, *(("", "") if span == "off" else span.split("-")))
        for day, span in shifts
    ]
    columns = ["id", "weekday", "shift_start", "shift_finish"]
    days = [{"calendar_id": calendar_id, **exception} for exception in exceptions]
    return WorkCalendar.from_tables(
        frame_of("calendars", pd.DataFrame(cells, columns=columns)),
        frame_of("exceptions", days),
        calendar_id,
    )


def test_the_standard_week_is_forty_hours_with_a_lunch_break():
    """Without a calendar of its own, a project works Monday to Friday, 8 to 12 and 13 to 17."""
    standard = WorkCalendar.from_tables(frame_of("calendars"), frame_of("exceptions"), "")
    assert standard.hours_between(START, START + pd.Timedelta(days=7)) == 40
    assert standard.add(AT("2026-06-05 11:00"), 2) == AT("2026-06-05 14:00")
    assert standard.add(AT("2026-06-05 16:00"), 2) == AT("2026-06-08 09:00")
    assert standard.add(AT("2026-06-08 09:00"), -2) == AT("2026-06-05 16:00")


def test_friday_evening_and_monday_morning_are_the_same_working_instant():
    """A finish is written at the end of a shift, a start at the beginning of the next."""
    standard = WorkCalendar()
    evening, morning = AT("2026-06-05 17:00"), AT("2026-06-08 08:00")
    assert standard.hours_between(evening, morning) == 0
    worked = standard.minutes_before(morning)
    assert standard.minutes_before(evening) == worked
    assert instants_of(standard.instant_at(worked, "finish")) == evening
    assert instants_of(standard.instant_at(worked, "start")) == morning
    assert standard.next_work(AT("2026-06-06 10:00")) == morning
    assert standard.previous_work(AT("2026-06-06 10:00")) == evening


def test_a_shift_may_run_over_midnight():
    """A night shift belongs to the day it starts on, also over the week's end."""
    night = calendar("sun 22:00-06:00", "mon 22:00-06:00")
    assert night.hours_between(START, START + pd.Timedelta(days=7)) == 16
    assert night.add(AT("2026-06-01 23:00"), 6) == AT("2026-06-02 05:00")
    assert night.next_work(AT("2026-06-01 05:00")) == AT("2026-06-01 05:00")
    assert night.add(AT("2026-06-02 06:00"), 1) == AT("2026-06-07 23:00")
    off = calendar("mon 22:00-06:00", exceptions=[{"from": "2026-06-02"}])
    assert off.hours_between(START, START + pd.Timedelta(days=7)) == 8


def test_full_days_are_twenty_four_hours():
    """`00:00-24:00` is a whole day, and 24 hours on all days is elapsed time."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    for hours in ("00:00-24:00", "00:00-00:00"):
        full = calendar(*(f"{day} {hours}" for day in days))
        assert full.add(AT("2026-06-05 17:00"), 100) == AT("2026-06-09 21:00")
    assert WorkCalendar.always().add(AT("2026-06-05 17:00"), -100) == AT("2026-06-01 13:00")
    full = calendar("mon 00:00-24:00")
    assert full.add(AT("2026-06-01"), 24) == AT("2026-06-02")
    assert full.next_work(AT("2026-06-02")) == AT("2026-06-08")


def test_exceptions_are_days_off_or_other_hours():
    """A holiday has no working time; changed hours replace those of the weekday."""
    holidays = [
        {"from": "2026-06-02", "to": "2026-06-03"},
        {"from": "2026-06-06", "shifts": "08:00-12:00 13:00-15:00"},
    ]
    week = calendar(*(f"{d} 08:00-16:00" for d in ("mon", "tue", "wed")), exceptions=holidays)
    assert week.hours_between(START, AT("2026-06-08")) == 8 + 6
    assert week.add(AT("2026-06-01 15:00"), 2) == AT("2026-06-06 09:00")
    working = week.is_working_day(pd.date_range("2026-06-01", periods=7))
    assert list(working) == [True, False, False, False, False, True, False]


def test_a_calendar_takes_over_what_its_base_says():
    """Own weekdays and own exceptions win, the rest comes from the base calendar."""
    calendars = frame_of(
        "calendars",
        [
            {"id": "base", "weekday": "mon", "shift_start": "08:00", "shift_finish": "16:00"},
            {"id": "base", "weekday": "tue", "shift_start": "08:00", "shift_finish": "16:00"},
            {"id": "own", "base_id": "base", "weekday": "mon", "name": "Own"},
            {"id": "named", "base_id": "own", "name": "Named"},
        ],
    )
    exceptions = frame_of(
        "exceptions",
        [
            {"calendar_id": "base", "from": "2026-06-02"},
            {"calendar_id": "base", "from": "2026-06-09"},
            {"calendar_id": "named", "from": "2026-06-09", "shifts": "10:00-11:00"},
        ],
    )
    own = WorkCalendar.from_tables(calendars, exceptions, "own")
    named = WorkCalendar.from_tables(calendars, exceptions, "named")
    end = START + pd.Timedelta(days=21)
    assert own.hours_between(START, end) == 8
    assert named.hours_between(START, end) == 9
    assert named.name == "Named"


def test_a_calendar_that_is_only_named_works_the_standard_week():
    """A row without weekday names a calendar; holidays may be all that it adds."""
    rows = frame_of("calendars", [{"id": "c", "name": "Site"}])
    days = frame_of("exceptions", [{"calendar_id": "c", "from": "2026-06-01"}])
    named = WorkCalendar.from_tables(rows, days, "c")
    assert named.hours_between(START, START + pd.Timedelta(days=7)) == 32


@pytest.mark.parametrize(
    ("rows", "exceptions", "words"),
    [
        (("mon off", "tue off"), [], "no working time"),
        (("mon 08:00-12:00",), [{"from": "2020-01-01", "to": "2035-01-01"}], "2019-12-30 to 2035"),
        (("mon 8 Uhr-12",), [], "HH:MM"),
        (("mon 25:00-26:00",), [], "HH:MM"),
        (("mon 08:00-12:00",), [{"from": "2026-06-02", "to": "2026-06-01"}], "before it starts"),
    ],
)
def test_a_calendar_that_cannot_work_is_an_error_at_once(rows, exceptions, words):
    """No working time, none for years, or times that are none: said within a second."""
    started = time.perf_counter()
    with pytest.raises(ProjectError, match=words):
        calendar(*[r.replace("8 Uhr", "8Uhr") for r in rows], exceptions=exceptions)
    assert time.perf_counter() - started < 1


def test_a_calendar_whose_last_shift_is_past_has_no_future():
    """Work by exceptions alone ends some day; what needs more is an error, not an endless walk."""
    once = calendar("mon off", exceptions=[{"from": "2026-06-03", "shifts": "08:00-12:00"}])
    assert once.add(AT("2026-06-01"), 4) == AT("2026-06-03 12:00")
    assert once.hours_between(AT("1990-01-01"), AT("2090-01-01")) == 4
    with pytest.raises(ProjectError, match="no working time is left"):
        once.add(AT("2026-06-01"), 5)
    with pytest.raises(ProjectError, match="no working time is left"):
        once.next_work(AT("2026-06-04"))
    assert once.previous_work(pd.Series([AT("2026-06-05"), pd.NaT])).isna().tolist() == [
        False,
        True,
    ]
    assert pd.isna(once.add(pd.NaT, 10))


def test_base_calendars_in_a_circle_are_an_error():
    """A calendar cannot be its own base, nor stand on one that does not exist."""
    loop = frame_of("calendars", [{"id": "a", "base_id": "b"}, {"id": "b", "base_id": "a"}])
    with pytest.raises(ProjectError, match="a > b > a"):
        WorkCalendar.from_tables(loop, frame_of("exceptions"), "a")
    with pytest.raises(ProjectError, match='nearest: "a"'):
        WorkCalendar.from_tables(loop, frame_of("exceptions"), "aa")


def test_what_comes_out_is_of_the_kind_that_went_in():
    """Timestamps, series with their index, arrays and plain minutes; unknown stays unknown."""
    standard = WorkCalendar()
    series = pd.Series([AT("2026-06-05 16:00"), pd.NaT], index=[7, 9])
    moved = standard.add(series, 2)
    assert moved.dtype == "datetime64[us]"
    assert list(moved.index) == [7, 9]
    assert moved[7] == AT("2026-06-08 09:00")
    assert pd.isna(moved[9])
    assert np.isnan(standard.hours_between(series, START)[9])
    assert not standard.is_working_day(series)[9]
    assert standard.minutes_before(series)[9] == MISSING
    assert pd.isna(standard.add(pd.NaT, 1))
    assert pd.isna(standard.add(START, float("nan")))
    minute = int(minutes_of(AT("2026-06-05 16:00")))
    assert standard.add(minute, 2) == int(minutes_of(AT("2026-06-08 09:00")))
    assert isinstance(standard.next_work(minute), int)
    assert isinstance(standard.minutes_before(AT("2026-06-05")), int)


def test_a_calendar_is_built_in_milliseconds():
    """Two holidays a month for 60 years still compile at once."""
    began = time.perf_counter()
    WorkCalendar(exceptions=tuple((day, day, ()) for day in range(7000, 29000, 15)))
    assert time.perf_counter() - began < 0.1


shift = st.tuples(st.integers(0, 1439), st.integers(1, 900)).map(lambda s: (s[0], s[0] + s[1]))
shifts = st.lists(shift, max_size=3).map(tuple)
FIRST = int(minutes_of(START))
exception = st.tuples(st.integers(0, 20), st.integers(0, 3), shifts).map(
    lambda e: (FIRST // 1440 + e[0], FIRST // 1440 + e[0] + e[1], e[2])
)
calendars_of_all_kinds = st.builds(
    lambda week, extra, night: WorkCalendar(week=(*week, (night,)), exceptions=tuple(extra)),
    st.lists(shifts, min_size=6, max_size=6),
    st.lists(exception, max_size=4),
    shift,
)


def walked(work_calendar):
    """Whether each minute of seven weeks is worked: the slow and obvious way."""
    days = range(FIRST // 1440 - 8, FIRST // 1440 + 49)
    is_worked = np.zeros(len(days) * 1440 + 2880, dtype=bool)
    for position, day in enumerate(days):
        spans = work_calendar.week[(day - 4) % 7]
        for first, last, changed in work_calendar.exceptions:
            spans = changed if first <= day <= last else spans
        for start, finish in spans:
            is_worked[position * 1440 + start : position * 1440 + finish] = True
    return is_worked[8 * 1440 : -2880]


@given(calendars_of_all_kinds, st.lists(st.integers(0, 20 * 1440), min_size=1, max_size=8))
def test_working_time_is_what_a_walk_through_the_minutes_counts(work_calendar, minutes):
    """The compiled calendar agrees with counting minute by minute, in every direction."""
    is_worked = walked(work_calendar)
    counted = np.r_[0, np.cumsum(is_worked)]
    at = np.array(minutes) + FIRST
    hours = work_calendar.hours_between(np.full(len(at), FIRST), at)
    assert np.array_equal(np.rint(hours * 60), counted[minutes])
    worked = np.flatnonzero(is_worked)
    for minute in minutes:
        after, before = worked[worked >= minute], worked[worked < minute]
        assert work_calendar.next_work(FIRST + minute) == FIRST + after[0]
        assert work_calendar.add(FIRST + minute, 1 / 60) == FIRST + after[0] + 1
        if len(after) >= 90:
            assert work_calendar.add(FIRST + minute, 1.5) == FIRST + after[89] + 1
        if len(before):
            assert work_calendar.previous_work(FIRST + minute) == FIRST + before[-1] + 1
            assert work_calendar.add(FIRST + minute, -1 / 60) == FIRST + before[-1]


@given(calendars_of_all_kinds, st.integers(-(10**7), 10**8), st.integers(-(10**6), 10**6))
def test_hours_added_are_the_hours_between(work_calendar, minute, step):
    """Adding working hours and counting them again is the identity, also centuries away."""
    there = work_calendar.add(minute, step / 60)
    assert round(work_calendar.hours_between(minute, there) * 60) == step


@given(calendars_of_all_kinds, st.integers(-(10**7), 10**8))
def test_both_sides_of_a_gap_hold_the_same_working_time(work_calendar, worked):
    """`finish` is never after `start`, and both count the same minutes before them."""
    finish, start = (work_calendar.instant_at(worked, side) for side in ("finish", "start"))
    assert finish <= start
    assert work_calendar.minutes_before(finish) == worked
    assert work_calendar.minutes_before(start) == worked
