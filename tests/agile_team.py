"""Work items whose flow can be counted by hand."""

from types import SimpleNamespace

import pandas as pd

from pmtools.project import frame_of

FIRST = pd.Timestamp("2024-01-01")  # a Monday


def team(items, until=None):
    """Items as (created, steps), each step (day, category), in days from Monday 1 January 2024."""
    rows, moves = [], []
    for n, (created, *steps) in enumerate(items):
        rows.append({"id": f"I{n}", "team": "T", "title": f"Item {n}", "created": at(created)})
        for day, category in steps:
            moves.append({"item_id": f"I{n}", "at": at(day), "to_state": category,
                          "category": category})  # fmt: skip
    return SimpleNamespace(
        work_items=frame_of("work_items", rows), transitions=frame_of("transitions", moves)
    )


def at(day):
    return FIRST + pd.Timedelta(days=day)


def with_cycle_times(days, gap=0):
    """One item after the other finished, `gap` days apart, after so many days at work."""
    return team([(0, (20 + gap * n, "active"), (20 + gap * n + d - 1, "done"))
                 for n, d in enumerate(days)])  # fmt: skip
