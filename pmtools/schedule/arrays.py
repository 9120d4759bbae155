"""What the compiled passes read and write: records of nodes, links and calendars."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from pmtools.calendars import Borders, Minutes, WorkCalendar

FS, SS, FF, SF = range(4)
LEAF, OPENING, CLOSING, FIRST = range(4)
"""What a node is: a task; where links into a summary arrive; where its last task has finished;
where its first task starts (the one node that takes the earliest of its predecessors)."""

LATEST = np.iinfo(np.int64).max
CALENDAR = np.dtype([(name, np.int64) for name in (
    "opening", "first", "last", "total", "week", "instant", "instant_bits", "work", "work_bits",
)])  # fmt: skip
CELL_BITS = 10
"""The size of the largest cells of a calendar: 1024 minutes; see `Clocks`."""
INSTANTS = np.dtype(
    [("worked", np.int64)]
    + [(name, np.int32) for name in ("start", "length", "next_start", "next_length")]
)
WORKS = np.dtype(
    [("ahead", np.int64)]
    + [(name, np.int32) for name in ("pause", "gap", "next_pause", "next_gap")]
)
NODE = np.dtype(
    [(name, np.int64) for name in ("duration", "floor_instant", "cap", "latest", "delay")]
    + [(name, np.uint32) for name in ("role", "calendar", "into", "into_end", "out", "out_end")]
    + [(name, np.bool_) for name in (
        "is_finish_cap", "is_linked", "is_started", "is_held", "is_late", "is_ending",
        "is_open_end", "may_wait", "opens",
    )],
    align=True,
)  # fmt: skip
LINK = np.dtype(
    [("lag", np.int64)]
    + [(name, np.uint32) for name in ("before", "after", "lag_calendar")]
    + [("kind", np.int8), ("is_plain", np.bool_), ("can_be_felt", np.bool_)],
    align=True,
)
PLACE = np.dtype([(name, np.int64) for name in (
    "floor", "start", "finish", "begin", "begins", "instant", "end", "late", "limit", "done",
    "free",
)])  # fmt: skip


class Clocks(NamedTuple):
    """Calendars, and each in cells of time and of work, so that nothing is searched for.

    From `instant` on, cells of 2 ** `instant_bits` minutes: the work before each, and where in it
    at most two shifts start, and how long they are. From `work` on, cells of as many minutes of
    work: how far instants are ahead of work, and where in it they jump, at most twice, by a gap.
    """

    calendars: Any
    instants: Any
    works: Any


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
    instants, works = [_instants(each) for each in borders], [_works(each) for each in borders]
    columns: dict[str, Any] = {
        name: [getattr(each, name) for each in borders]
        for name in ("first", "last", "total", "week")
    }
    columns["opening"] = [each.starts[0] for each in borders]
    for name, tables in (("instant", instants), ("work", works)):
        columns[name] = np.cumsum([0, *(len(table) for table, _ in tables[:-1])])
        columns[f"{name}_bits"] = [bits for _, bits in tables]
    return Clocks(
        records(CALENDAR, len(borders), **columns),
        *(np.concatenate([table for table, _ in tables]) for tables in (instants, works)),
    )


def _instants(borders: Borders) -> tuple[Any, int]:
    """Cells of time of a calendar, and their size in bits."""
    starts, finishes, worked = (
        np.append(each, [LATEST] * 3) for each in (borders.starts, borders.finishes, borders.before)
    )
    worked[-3:] = borders.total
    for bits in range(CELL_BITS, -1, -1):
        size = 1 << bits
        begins = np.arange(borders.first, borders.last, size)
        at = np.searchsorted(finishes, begins, side="right")
        if (starts[at + 2] >= begins + size).all():
            break
    start, finish, next_start, next_finish = (
        np.clip(each, begins, begins + size) - begins
        for each in (starts[at], finishes[at], starts[at + 1], finishes[at + 1])
    )
    return records(
        INSTANTS, len(at), worked=worked[at] + np.maximum(begins - starts[at], 0),
        start=start, length=finish - start,
        next_start=next_start, next_length=next_finish - next_start,
    ), bits  # fmt: skip


def _works(borders: Borders) -> tuple[Any, int]:
    """Cells of work of a calendar, and their size in bits."""
    worked = np.append(borders.before, [LATEST] * 3)
    gaps = np.append(borders.starts[1:] - borders.finishes[:-1], [0] * 3)
    for bits in range(CELL_BITS, -1, -1):
        size = 1 << bits
        begins = np.arange(0, borders.total, size)
        at = np.searchsorted(worked, begins, side="right") - 1
        if (worked[at + 3] >= begins + size).all():
            break
    pause, next_pause = (np.minimum(worked[at + ahead] - begins, size) for ahead in (1, 2))
    return records(
        WORKS, len(at), ahead=borders.starts[at] - borders.before[at],
        pause=pause, gap=gaps[at], next_pause=next_pause, next_gap=gaps[at + 1],
    ), bits  # fmt: skip


def nothing() -> tuple[Arrays, State]:
    """What the passes read and write where there is one node and no link."""
    none, clocks = np.zeros(0, np.int64), clocks_of((WorkCalendar.always(),))
    fixed = [clocks, np.zeros(1, np.int64), records(NODE, 1), records(LINK, 0)]
    arrays = Arrays._make([*fixed, *[none] * 11, *[np.zeros(1, bool)] * 2])
    return arrays, State(records(PLACE, 1), none, none > 0)
