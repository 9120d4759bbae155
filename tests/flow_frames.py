"""Frames as `flow` makes them, for what shows them: eight weeks of a team, all made up."""

import frames
import numpy as np
import pandas as pd

FIRST = pd.Timestamp("2026-01-05")


def by_day(n=60):
    """Columns of Flow.by_day: three items come every two days, one or two are finished."""
    day = np.arange(n)
    created, finished = 5 + day * 3 // 2, day * 5 // 4 * (day > 6)
    started = np.minimum(created, finished + 4)
    return pd.DataFrame(
        {
            "day": FIRST + pd.to_timedelta(day, unit="D"),
            "n_created": created,
            "n_started": started,
            "n_finished": finished,
            "work_in_progress": started - finished,
        }
    )


def items(n=60):
    """Columns of Flow.items, all finished."""
    number = np.arange(n)
    return pd.DataFrame(
        {
            "id": [f"I{k}" for k in number],
            "title": [frames.NAMES[k % 5] for k in number],
            "finished": FIRST + pd.to_timedelta(number * 20, unit="h"),
            "cycle_time_days": 1.0 + number * 7 % 13,
        }
    )


def percentiles():
    """Columns of Flow.percentiles: two of them in the same days."""
    return pd.DataFrame({"probability": [0.5, 0.7, 0.85, 0.95], "days": [4.0, 7.0, 7.0, 12.0]})


def ageing(n=12):
    """Columns of Flow.ageing: the oldest first."""
    age = np.arange(n, 0, -1.0)
    percent = age / 7 * 100
    return pd.DataFrame(
        {
            "id": [f"I{k}" for k in range(n)],
            "title": [frames.NAMES[k % 5] for k in range(n)],
            "state": ["Waiting for the vendor", "In review", "Build"] * (n // 3),
            "started": frames.STATUS - pd.to_timedelta(age, unit="D"),
            "age_days": age,
            "percent": percent,
            "band": np.select([percent < 50, percent <= 85], ["green", "amber"], "red"),
        }
    )


def fan(n=8):
    """Columns of Flow.fan: it opens by one item a week to each side."""
    return pd.DataFrame(
        [
            (chance, 73 + week * (4 - side), week, FIRST + pd.Timedelta(weeks=8 + week))
            for week in range(n + 1)
            for chance, side in ((0.05, -2), (0.15, -1), (0.5, 0), (0.85, 1), (0.95, 2))
        ],
        columns=["probability", "n_items", "weeks", "finish"],
    )


def when():
    """Columns of Flow.when."""
    weeks = [4, 5, 6, 8]
    finish = [FIRST + pd.Timedelta(weeks=8 + n) for n in weeks]
    return pd.DataFrame({"probability": [0.5, 0.7, 0.85, 0.95], "weeks": weeks, "finish": finish})
