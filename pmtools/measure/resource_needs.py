"""Whom we need by when: hours of each role against its capacity, and what must be found."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.measure.workload import A_WEEK, workload
from pmtools.metrics import CannotSay
from pmtools.schedule import Schedule
from pmtools.words import day, number, plain

LEAST_HOURS = 0.25


def resource_needs(plan: Schedule, weeks: int = 26) -> pd.DataFrame | CannotSay:
    """Hours needed and hours there are, by role and week, from the status date on.

    People of a role stand in for each other: what one lacks, another may have. A person without a
    role is a role of their own, and a role that nobody fills yet has capacity 0.

    Returns
    -------
    DataFrame
        `role`, `week` (its Monday), `needed_hours`, `capacity_hours`, `shortfall_hours`,
        `shortfall_fte` (full-time people of the project's calendar in that week; NaN in a week
        without work time), `tasks`. Up to the last week in which work is left.
    """
    load = workload(plan, weeks, by="role", is_everyone=True)
    if isinstance(load, CannotSay) or not (load["load_hours"] > 0).any():
        return CannotSay("nobody is assigned to work that is left")
    needs = load.assign(needed_hours=load["load_hours"]).sort_values(["role", "week"])
    needs = needs[needs["role"].isin(needs["role"][needs["needed_hours"] > 0])]
    needs = needs[needs["week"] <= needs["week"][needs["needed_hours"] > 0].max()]
    short = (needs["needed_hours"] - needs["capacity_hours"]).clip(lower=0)
    short = short.where(short > LEAST_HOURS, 0.0)
    begin = needs["week"].clip(lower=plan.status_date or plan.start)
    full_time = plan.calendars[""].hours_between(begin, needs["week"] + A_WEEK)
    needs["shortfall_hours"] = short
    needs["shortfall_fte"] = short / full_time.where(full_time > 0)
    columns = ["role", "week", "needed_hours", "capacity_hours", "shortfall_hours"]
    return needs[[*columns, "shortfall_fte", "tasks"]].reset_index(drop=True)


def hires(needs: pd.DataFrame | CannotSay, *, least_fte: float = 0.1) -> pd.DataFrame | CannotSay:
    """Who must be found by when, the earliest first, from the rows of `resource_needs`.

    Roles that lack less than `least_fte` full-time people in their worst week are left out.

    Returns
    -------
    DataFrame
        `role`, `by` and `until` (Mondays of the first and last week with a shortfall), `n_weeks`,
        `shortfall_fte` (of the worst week), `shortfall_hours` (in all), `sentence`.
    """
    if isinstance(needs, CannotSay):
        return needs
    short = needs[needs["shortfall_hours"] > 0]
    found = short.groupby("role", as_index=False).agg(
        by=("week", "min"),
        until=("week", "max"),
        n_weeks=("week", "nunique"),
        shortfall_fte=("shortfall_fte", "max"),
        shortfall_hours=("shortfall_hours", "sum"),
    )
    found = found[~(found["shortfall_fte"] < least_fte)].copy()
    found["sentence"] = [_sentence(row) for row in found.itertuples()]
    return found.sort_values(["by", "role"], kind="stable").reset_index(drop=True)


def _sentence(row: Any) -> str:
    weeks = f"{row.n_weeks} week{'s' * (row.n_weeks != 1)}"
    return (
        f"{plain(row.role, 80)}: {number(row.shortfall_hours)} h more than there are, in {weeks} "
        f"from {day(row.by)} on; {number(row.shortfall_fte, 1)} full-time in the worst"
    )
