"""Capacity over time: the first place that is free, against a search hour by hour."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from pmtools.calendars import DAY, MISSING, WorkCalendar, minutes_of
from pmtools.project import frame_of
from pmtools.schedule.levelling.capacity import Need, first_fit, free_of

FIRST = int(minutes_of(pd.Timestamp("2026-06-01")))
N_DAYS = 30
SPAN = FIRST, FIRST + N_DAYS * DAY
HOURS = FIRST + 60 * np.arange(24 * N_DAYS)
OFFICE, EARLY, OFF = ((480, 720), (780, 1020)), ((360, 840),), ()
WEEKS = ((OFFICE,) * 5 + (OFF, OFF), (EARLY,) * 6 + (OFF,), (((0, DAY),),) * 7)
PLAIN = [WorkCalendar(str(number), "", week) for number, week in enumerate(WEEKS)]


def of_person(capacity, week, days_off, leave):
    """A person with days off and one leave, and their work on hours of June."""
    off = tuple((FIRST // DAY + day, FIRST // DAY + day, ()) for day in days_off)
    rows = [
        {"resource_id": "r", "from": SPAN_DAYS[first], "to": SPAN_DAYS[first + 2], "capacity": 0.5}
        for first in leave
    ]
    calendar = WorkCalendar("own", "", WEEKS[week], off)
    row = pd.Series({"capacity": capacity})
    return free_of(row, frame_of("availability", rows), calendar, dict(enumerate(PLAIN)), SPAN)


SPAN_DAYS = pd.date_range("2026-06-01", periods=N_DAYS)
PEOPLE = st.builds(
    of_person, st.sampled_from([1.0, 2.0]), st.integers(0, 2),
    st.sets(st.integers(0, 20), max_size=4), st.sets(st.integers(0, 20), max_size=2),
)  # fmt: skip
TASKS = st.tuples(st.integers(0, 2), st.integers(0, 40), st.integers(1, 20),
                  st.sampled_from([0.5, 1.0]))  # fmt: skip


def is_lacking(free, units):
    """The hours in which there are not so many left."""
    segment = np.searchsorted(free.edges, HOURS, side="right") - 1
    return (free.left[segment] < units) | free.is_off[segment]


def work_of(calendar):
    """The hours that a calendar works."""
    return np.flatnonzero(PLAIN[calendar].minutes_before(np.r_[HOURS, SPAN[1]]).astype(int)[1:]
                          > PLAIN[calendar].minutes_before(HOURS))  # fmt: skip


@given(st.lists(PEOPLE, min_size=1, max_size=2), st.lists(TASKS, max_size=4), TASKS)
@settings(max_examples=150, deadline=None)
def test_the_first_fit_is_the_first_hour_from_which_everybody_is_free(people, others, task):
    """Tasks that were placed before take what they need, in the hours of their calendar only."""
    for calendar, skipped, duration, units in others:
        hours = work_of(calendar)[skipped : skipped + duration]
        people[0].take(calendar, int(HOURS[hours[0]]), int(HOURS[hours[-1]]) + 60, units)
    calendar, skipped, duration, units = task
    hours = work_of(calendar)
    begin = int(PLAIN[calendar].minutes_before(int(HOURS[hours[skipped]])))
    instants = int(HOURS[hours[skipped]]), int(HOURS[hours[skipped + duration - 1]]) + 60
    needs = [Need(number, units) for number in range(len(people))]
    found, late = first_fit(people, needs, calendar, (begin, begin + 60 * duration), instants)
    lacks = [is_lacking(person, units)[hours] for person in people]
    fits = [
        not any(each[at : at + duration].any() for each in lacks)
        for at in range(skipped, len(hours) - duration + 1)
    ]
    assert found == (begin + 60 * fits.index(True) if any(fits) else MISSING)
    now = [each[skipped : skipped + duration].any() for each in lacks]
    assert late == [number for number, is_late in enumerate(now) if is_late]


def test_of_overlapping_capacities_the_smaller_counts():
    """Half-time in June and leave in its second week: in that week there is nobody."""
    rows = [
        {"resource_id": "r", "from": "2026-06-01", "to": "2026-06-30", "capacity": 0.5},
        {"resource_id": "r", "from": "2026-06-08", "to": "2026-06-12", "capacity": 0},
    ]
    own, row = PLAIN[0], pd.Series({"capacity": 1.0})
    free = free_of(row, frame_of("availability", rows), own, {0: own}, (SPAN[0] - DAY, SPAN[1]))
    at = minutes_of(pd.to_datetime(["2026-06-05 09:00", "2026-06-08 09:00", "2026-06-06 09:00"]))
    assert free.at(at).tolist() == [0.5, 0, np.inf]
    assert free.most == 0.5
