"""A levelling problem as arrays: tasks, links and people on slots of equal length."""

from __future__ import annotations

from dataclasses import dataclass

from pmtools.calendars import Minutes


@dataclass(frozen=True)
class Problem:
    """What the search reads; slot 0 is the earliest possible work, `horizon` the slot after all.

    - duration, calendar: working slots of each task on its own calendar
    - predecessor, successor, kind (FS, SS, FF, SF are 0 to 3), lag (slots), lag_calendar: the links
    - earliest, latest: the first and the last start allowed; `horizon` where nothing limits it
    - fixed: the start of what is started, done or pinned and stays there; else -1
    - ignores_capacity: whether people do not delay it (it takes their time all the same)
    - due: by when it should be finished, `horizon` where nothing says so
    - reference, weight: its start in the current plan, and what a slot of movement costs
    - demand (task, resource) and capacity (resource, slot), in whole units
    - a task, also one without duration, starts in a slot in which its calendar works
    - before (calendar, slot): working slots before a slot; at (calendar, n): the slot of the nth,
      `horizon` after the last. With one calendar slots are its working slots; both are empty.
    """

    horizon: int
    duration: Minutes
    calendar: Minutes
    predecessor: Minutes
    successor: Minutes
    kind: Minutes
    lag: Minutes
    lag_calendar: Minutes
    earliest: Minutes
    latest: Minutes
    fixed: Minutes
    ignores_capacity: Minutes
    due: Minutes
    reference: Minutes
    weight: Minutes
    demand: Minutes
    capacity: Minutes
    before: Minutes
    at: Minutes
