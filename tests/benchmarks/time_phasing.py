"""Hours by person and day of 10,000 assignments of 500 days: the closed form and pandas.

On three calendars, for 200 people, begun within a quarter. The peer makes a row for each assignment
and day (`explode`), takes the working time of the day that lies in the window, and sums it up
(`groupby`); it knows the same calendars. Both give the same hours to 1e-9.
"""

from __future__ import annotations

import time
from statistics import median

import numpy as np
import pandas as pd

from pmtools.calendars import WorkCalendar
from pmtools.measure.time_phasing import amounts_by_period

MONDAY = pd.Timestamp("2026-03-02")
CALENDARS = {
    "office": WorkCalendar(),
    "shift": WorkCalendar(week=(((360, 840),),) * 6 + ((),)),
    "night": WorkCalendar(week=(((1320, 1800),),) * 5 + ((),) * 2),
}


def assignments(n: int = 10_000, days: int = 500, people: int = 200) -> pd.DataFrame:
    """Windows of so many days, each with its hours, its person and their calendar."""
    draw = np.random.default_rng(1)
    start = MONDAY + pd.to_timedelta(draw.integers(0, 91 * 24, n), unit="h")
    return pd.DataFrame(
        {
            "person": draw.integers(0, people, n),
            "calendar_id": draw.choice(list(CALENDARS), n),
            "start": start,
            "finish": start + pd.Timedelta(days=days),
            "amount": draw.integers(1, 4000, n).astype(float),
        }
    )


def exploded(work: pd.DataFrame, days: pd.DatetimeIndex) -> pd.Series:
    """Hours by person and day, a row for each assignment and day."""
    first = days.searchsorted(work["start"], side="right") - 1
    last = days.searchsorted(work["finish"])
    rows = work.assign(day=[np.arange(a, b) for a, b in zip(first, last, strict=True)])
    rows = rows.explode("day").astype({"day": "int64"})
    begin, end = days[rows["day"]], days[rows["day"] + 1]
    parts = []
    for name, mine in rows.groupby("calendar_id").indices.items():
        part, calendar = rows.iloc[mine], CALENDARS[name]
        inside = calendar.hours_between(
            np.maximum(part["start"], begin[mine]), np.minimum(part["finish"], end[mine])
        )
        whole = calendar.hours_between(part["start"], part["finish"])
        parts.append(part.assign(hours=part["amount"] * inside / whole))
    return pd.concat(parts).groupby(["person", "day"])["hours"].sum()


def cpu(work, repeats: int = 5) -> float:
    """Median CPU seconds of one call, after one to warm up."""
    work()
    seconds = []
    for _ in range(repeats):
        begin = time.process_time()
        work()
        seconds.append(time.process_time() - begin)
    return median(seconds)


def rows():
    """(what, milliseconds, peer, milliseconds) for `make bench`."""
    work = assignments()
    days = pd.date_range(MONDAY, work["finish"].max() + pd.Timedelta(days=1), unit="us")
    people = work["person"].to_numpy()

    def ours():
        return amounts_by_period(work, CALENDARS, days, people, 200)

    by_hand = exploded(work, days).unstack(fill_value=0).reindex(range(200), fill_value=0)
    assert abs(ours()[:, : by_hand.shape[1]] - by_hand.to_numpy()).max() < 1e-9
    what = "time-phase 10,000 assignments, 500 days (ms)"
    peer = 1e3 * cpu(lambda: exploded(work, days))
    yield what, 1e3 * cpu(ours, 15), "pandas explode + groupby", peer


if __name__ == "__main__":
    for what, ours, peer, theirs in rows():
        print(f"{what:<46}{ours:>10.3f}  {peer:<28}{theirs:>10.1f}{theirs / ours:>8.1f}")
