"""What the compiled passes read and write: records of nodes, links and calendars."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from pmtools.calendars import DAY, Minutes, WorkCalendar

FS, SS, FF, SF = range(4)
LEAF, OPENING, CLOSING, FIRST = range(4)
"""What a node is: a task; where links into a summary arrive; where its last task has finished;
where its first task starts (the one node that takes the earliest of its predecessors)."""

LATEST = np.iinfo(np.int64).max
WORK_BITS = 8
CALENDAR = np.dtype([(name, np.int64) for name in (
    "offset", "end", "first", "last", "total", "week", "day", "work",
)])  # fmt: skip
BORDERS = {"start": "starts", "finish": "finishes", "worked": "before"}
SHIFT = np.dtype([(name, np.int64) for name in BORDERS])
NODE = np.dtype(
    [(name, np.int64) for name in ("duration", "floor_instant", "cap", "latest", "delay")]
    + [(name, np.int32) for name in ("role", "calendar", "into", "into_end", "out", "out_end")]
    + [(name, np.bool_) for name in (
        "is_finish_cap", "is_linked", "is_started", "is_held", "is_late", "is_ending",
        "is_open_end", "may_wait", "opens",
    )],
    align=True,
)  # fmt: skip
LINK = np.dtype(
    [("lag", np.int64)]
    + [(name, np.int32) for name in ("before", "after", "kind", "lag_calendar")]
    + [("is_plain", np.bool_), ("can_be_felt", np.bool_)],
    align=True,
)
PLACE = np.dtype([(name, np.int64) for name in (
    "floor", "start", "finish", "begin", "begins", "instant", "end", "late", "limit", "done",
    "free",
)])  # fmt: skip


class Clocks(NamedTuple):
    """Calendars, and the borders of their shifts: those of one from `offset` to `end`.

    So that none is searched for, `days` and `works` have the last shift that begins before each
    day, and before each 256 minutes of work, of each calendar from `day` and `work` on.
    """

    calendars: Any
    shifts: Any
    days: np.ndarray
    works: np.ndarray


class Arrays(NamedTuple):
    """What both passes read; fields as in `Network` and `Limits`.

    Positions of the links into a node are `into` to `into_end` of `into_link`; `out` likewise.
    Where a link is one addition, `before` starts `weight` before its successor, which `after` and
    `back` say once more in the order of `out_link`; MISSING elsewhere. Nodes that only have such
    links and nothing else to heed are `is_plain` forward, and `is_plain_back`.
    """

    clocks: Clocks
    order: Minutes
    nodes: Any
    links: Any
    into_link: Minutes
    out_link: Minutes
    into: Minutes
    into_end: Minutes
    before: Minutes
    weight: Minutes
    out: Minutes
    out_end: Minutes
    after: Minutes
    back: Minutes
    duration: Minutes
    is_plain: np.ndarray
    is_plain_back: np.ndarray


class State(NamedTuple):
    """What both passes write; see `critical_path.Dates`. `floor` is the earliest start allowed."""

    nodes: Any
    reached: Minutes
    is_felt: np.ndarray


def records(dtype: np.dtype, count: int, **columns: Any) -> Any:
    """An array of records, filled by column; what is not given is 0."""
    found = np.zeros(count, dtype)
    for name, values in columns.items():
        found[name] = values
    return found


def clocks_of(calendars: tuple[WorkCalendar, ...]) -> Clocks:
    """The compiled borders of calendars, by position."""
    borders = [calendar.borders for calendar in calendars]
    ends = np.cumsum([len(each.starts) for each in borders])
    numbers = {
        name: [getattr(each, name) for each in borders]
        for name in ("first", "last", "total", "week")
    }
    shifts = {
        ours: np.concatenate([getattr(each, theirs) for each in borders])
        for ours, theirs in BORDERS.items()
    }
    days, works = [], []
    for offset, each in zip(ends - [len(each.starts) for each in borders], borders, strict=True):
        mornings = np.arange(each.first, each.last, DAY)
        days.append(offset + np.searchsorted(each.starts, mornings, side="right") - 1)
        marks = np.arange(0, each.total, 1 << WORK_BITS)
        works.append(offset + np.searchsorted(each.before, marks, side="right") - 1)
    index = {
        name: np.cumsum([0, *map(len, tables[:-1])])
        for name, tables in (("day", days), ("work", works))
    }
    return Clocks(
        records(CALENDAR, len(borders), offset=[0, *ends[:-1]], end=ends, **numbers, **index),
        records(SHIFT, ends[-1], **shifts),
        np.concatenate(days).astype(np.int32),
        np.concatenate(works).astype(np.int32),
    )


def nothing() -> tuple[Arrays, State]:
    """What the passes read and write where there is one node and no link."""
    none, clocks = np.zeros(0, np.int64), clocks_of((WorkCalendar.always(),))
    fixed = [clocks, np.zeros(1, np.int64), records(NODE, 1), records(LINK, 0)]
    arrays = Arrays._make([*fixed, *[none] * 11, *[np.zeros(1, bool)] * 2])
    return arrays, State(records(PLACE, 1), none, none > 0)
