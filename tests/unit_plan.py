"""Published networks in whole units of time, on a calendar without breaks."""

import pandas as pd

from pmtools.project import Header, Project

MONDAY = pd.Timestamp("2026-06-01 00:00")


def unit_plan(durations, links):
    """A network in whole hours on a calendar of 24 hours, so that dates are hours from its start.

    `links` are (predecessor, successor, kind, lag), tasks are numbered from 1.
    """
    week = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    calendar = [
        {"id": "24h", "weekday": day, "shift_start": "00:00", "shift_finish": "24:00"}
        for day in week
    ]
    tasks = [
        {"id": str(i + 1), "name": f"T{i + 1}", "duration_hours": duration}
        for i, duration in enumerate(durations)
    ]
    rows = [
        {"predecessor_id": str(a), "successor_id": str(b), "kind": kind, "lag_hours": lag}
        for a, b, kind, lag in links
    ]
    return Project(
        Header("v", "Vector", MONDAY, calendar_id="24h"),
        tasks=pd.DataFrame(tasks),
        links=pd.DataFrame(rows),
        calendars=pd.DataFrame(calendar),
    )


def hours(dates):
    """Dates as hours from the start of the plan."""
    return ((dates - MONDAY) / pd.Timedelta(hours=1)).tolist()


def finish_to_start(pairs):
    """Links without lag."""
    return [(before, after, "FS", 0) for before, after in pairs]
