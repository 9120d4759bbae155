"""Work items counted: by day, by week, by percentile, and against Little's law."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pmtools.calendars import WorkCalendar
from pmtools.measure.flow.items import A_DAY, days_through
from pmtools.metrics import CannotSay
from pmtools.words import number

A_WEEK = pd.Timedelta(weeks=1)
FEWEST_ITEMS = 10
"""Finished items below which no percentile is told."""
WITHIN = 0.1
"""By how much two figures may differ and still count as alike."""
BANDS = ("green", "amber", "red")
GREEN, AMBER = 50.0, 85.0
"""An item in progress is green below half of the service level, amber up to 85 % of it."""


def nearest_rank(values: Sequence[float] | pd.Series, probability: float) -> float:
    """The smallest of the values that at least this share of them does not exceed.

    So "85 % are finished in N days or less" is literally true; nothing is interpolated.
    """
    ordered = np.sort(np.asarray(values, dtype="float64"))
    rank = int(np.ceil(probability * len(ordered) - 1e-9))
    return float(ordered[max(rank, 1) - 1])


def percentiles_of(items: pd.DataFrame, chances: Sequence[float]) -> pd.DataFrame | CannotSay:
    """Columns probability, days, n_items (how many were finished in those days or less)."""
    took = items["cycle_time_days"].dropna()
    if len(took) < FEWEST_ITEMS:
        n_finished = int(items["finished"].notna().sum())
        unknown = n_finished - len(took)
        why = f", and of {unknown} it is not known when they were started" if unknown else ""
        counted = f"{n_finished} item{'s are' if n_finished != 1 else ' is'} finished"
        return CannotSay(f"{counted}{why}; a service level needs {FEWEST_ITEMS} cycle times")
    days = [nearest_rank(took, chance) for chance in chances]
    counts = [int((took <= day).sum()) for day in days]
    return pd.DataFrame({"probability": chances, "days": days, "n_items": counts})


def weekly_throughput(
    items: pd.DataFrame, until: pd.Timestamp, since: pd.Timestamp | None, calendar: WorkCalendar
) -> pd.DataFrame:
    """Items finished, and items added, by team and week; weeks without any are kept.

    Only whole weeks: from the week in which the team finished its first item (or the first Monday
    from `since`) to the last week that has no working time left on the date `until`.
    """
    if len(items):
        end = until.normalize() - pd.Timedelta(days=until.weekday())
        end += A_WEEK * int(calendar.next_work(until) >= end + A_WEEK)
    frames = [pd.DataFrame({"team": [], "week": [], "n_items": [], "n_added": []})]
    for team, mine in items.groupby("team"):
        first = mine["finished"].min() if since is None else since - A_DAY + A_WEEK
        if pd.isna(first):
            continue
        first = first.normalize() - pd.Timedelta(days=first.weekday())
        weeks = pd.date_range(first, end, freq="7D", inclusive="left")
        edges = weeks.append(pd.DatetimeIndex([end]))
        counts = {
            name: np.diff(np.searchsorted(np.sort(mine[column].dropna()), edges))
            for name, column in (("n_items", "finished"), ("n_added", "created"))
        }
        if len(weeks):
            frames.append(pd.DataFrame({"team": team, "week": weeks, **counts}))
    kinds = {"team": "str", "week": "datetime64[us]", "n_items": "int64", "n_added": "int64"}
    return pd.concat(frames, ignore_index=True).astype(kinds)


def daily_counts(items: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """The cumulative flow: items created, started and finished by the end of each day, and WIP.

    An item that was never seen at work counts as started on the day on which it was finished.
    """
    first = items["created"].min().normalize() if len(items) else None
    days = pd.date_range(first, until.normalize()) if len(items) else pd.DatetimeIndex([])
    ends = days + A_DAY
    started = items["started"].fillna(items["finished"])
    columns = {"n_created": items["created"], "n_started": started, "n_finished": items["finished"]}
    counts = {
        name: np.searchsorted(np.sort(when.dropna().to_numpy()), ends.to_numpy())
        for name, when in columns.items()
    }
    frame = pd.DataFrame({"day": days, **counts})
    return frame.assign(work_in_progress=frame["n_started"] - frame["n_finished"])


def ageing_of(items: pd.DataFrame, service_level_days: float | CannotSay) -> pd.DataFrame:
    """Items in progress, the oldest first, against the service level.

    Columns: id, title, team, state, started, age_days, percent (of the service level), band.
    """
    columns = ["id", "title", "team", "state", "started", "age_days"]
    rows = items.loc[items["started"].notna() & items["finished"].isna(), columns]
    known = np.nan if isinstance(service_level_days, CannotSay) else service_level_days
    percent = rows["age_days"] / known * 100
    band = np.select([percent < GREEN, percent <= AMBER, percent > AMBER], BANDS, "unknown")
    rows = rows.assign(percent=percent, band=band)
    return rows.sort_values("age_days", ascending=False, kind="stable").reset_index(drop=True)


def flow_efficiency(items: pd.DataFrame, transitions: pd.DataFrame) -> float | CannotSay:
    """Percent of the time from start to finish in which items were worked on, by the clock.

    Active / (active + waiting), summed over the finished items.
    """
    waits = transitions.loc[transitions["category"] == "waiting", "item_id"]
    if not waits.isin(items["id"]).any():
        return CannotSay("no state of the record is one of waiting")
    known = items[items["elapsed_hours"] > 0]
    if known.empty:
        return CannotSay("no finished item was recorded from its start on")
    return float(100 * known["active_hours"].sum() / known["elapsed_hours"].sum())


def littles_law(items: pd.DataFrame, by_day: pd.DataFrame) -> pd.DataFrame | CannotSay:
    """Cycle time = work in progress / throughput, and whether its five conditions were met.

    It describes the past days from the first start on; it is no forecast. Columns: statement,
    found (in words), is_met (None for the law itself). Source: D. Vacanti, after J. Little.
    """
    busy = by_day[by_day["n_started"] > 0]
    if busy.empty or not busy["n_finished"].iloc[-1]:
        return CannotSay("no item was finished")
    # Both the first and the last day of an item count, as they do in its cycle time.
    present = (busy["n_started"] - busy["n_finished"].shift(fill_value=0)).to_numpy()
    n_days, n_finished = len(busy), int(busy["n_finished"].iloc[-1])
    n_started = int(busy["n_started"].iloc[-1])
    took = days_through(items["started"], items["finished"], "calendar", WorkCalendar())
    wip, rate, cycle = float(present.mean()), n_finished / n_days, float(took.mean())
    third = max(n_days // 3, 1)
    before, after = float(present[:third].mean()), float(present[-third:].mean())
    ages = _ages(items, busy["day"])
    young, old = (float(np.mean(part)) if part else 0.0 for part in (ages[:third], ages[-third:]))
    back = int(items["is_returned"].sum())
    law = (
        f"{number(wip, 1)} items / {number(rate, 2)} a day = {number(wip / rate, 1)} days; "
        f"measured: {number(cycle, 1)} days" if cycle == cycle else "no start of an item is known"
    )  # fmt: skip
    rows = [
        ("Cycle time = work in progress / throughput", law, None),
        ("As many items are finished as started", f"{n_finished} of {n_started}",
         n_started - n_finished <= WITHIN * n_started),
        ("All items that are started are finished", f"{back} lie in a state to do again", not back),
        ("Work in progress is as large at the end as at the beginning",
         f"{number(before, 1)} items in the first third, {number(after, 1)} in the last",
         abs(after - before) <= WITHIN * max(before, after)),
        ("Work in progress does not grow older",
         f"{number(young, 1)} days old in the first third, {number(old, 1)} in the last",
         old <= (1 + WITHIN) * young),
        ("All is counted in the same units", "items and calendar days", True),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["statement", "found", "is_met"])
    return frame.astype({"is_met": object})


def _ages(items: pd.DataFrame, days: pd.Series) -> list[float]:
    """Mean age in days of the items in progress, each day on which there are any."""
    known = items.dropna(subset=["started"])
    start = known["started"].dt.normalize().to_numpy()
    last = known["finished"].dt.normalize().fillna(days.iloc[-1] + A_DAY).to_numpy()
    there = [(start <= day) & (last >= day) for day in days.to_numpy()]
    return [
        float(((day - start[who]) / np.timedelta64(1, "D") + 1).mean())
        for day, who in zip(days.to_numpy(), there, strict=True)
        if who.any()
    ]
