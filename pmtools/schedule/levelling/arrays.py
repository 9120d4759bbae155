"""What the compiled search reads and writes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from pmtools.calendars import Minutes

FIELDS, BITS = 4, 16
GUARD = int(np.array([0x8000800080008000], np.uint64).view(np.int64)[0])
NEVER = 2**62
FINISH = 2**18 - 1
"""The bits of a cost that hold the finish; lateness and overload stand above."""
LATENESS = 2**24 - 1
"""Those that hold the lateness above it."""

TASK = np.dtype([(name, np.int64) for name in (
    "duration", "calendar", "earliest", "latest", "fixed", "arc", "arc_end", "n_before",
    "need", "need_end", "due", "late", "reference", "rank", "weight", "is_free",
)])  # fmt: skip
ARC = np.dtype([(n, np.int64) for n in ("after", "distance", "kind", "lag", "lag_calendar")])
NEED = np.dtype([("word", np.int64), ("amount", np.int64)])


class Side(NamedTuple):
    """A problem in one direction of time; see `Problem`.

    `full` has the capacities by slot, guard bits set, one word of resources after another. An arc
    goes to a task that waits; with one calendar its `distance` is from start to start, and `before`
    and `at` are empty. It `is_plain` with one calendar and one word where nothing is fixed or has a
    latest start. With `is_alone` no task takes people from others: no plan is earlier. Where
    nothing is due and nothing weighs, only the finish has a price.
    """

    horizon: int
    is_plain: bool
    is_alone: bool
    is_priced: bool
    tasks: Any
    arcs: Any
    needs: Any
    full: Minutes
    before: Minutes
    at: Minutes


class Work(NamedTuple):
    """Room for one search; `free` is what is left of `full`."""

    free: Minutes
    allowed: Minutes
    waiting: Minutes
    stack: Minutes
    is_passed: np.ndarray
    order: Minutes
    counts: Minutes
    keys: Minutes
    start: Minutes
    other: Minutes
    kept: Minutes
    random: np.ndarray


class Population(NamedTuple):
    """Plans by their starts; `cost` is what counts first, `movement` what counts next.

    The last row is the best plan found; `state` holds how many rows are filled.
    """

    starts: Minutes
    cost: Minutes
    movement: Minutes
    state: Minutes
