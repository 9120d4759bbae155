"""What was reported of the work, week by week, and what speaks against it.

No report knows more than its own status date. Days are working days of the project's calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import MISSING, minutes_of
from pmtools.measure.actual_cost import recorded_costs
from pmtools.measure.budget import budget_of, last_approved
from pmtools.measure.milestones import looked_up
from pmtools.measure.parties import parties
from pmtools.project import Project
from pmtools.schedule import Schedule
from pmtools.words import day, number, percent

TOLERANCE_DAYS = {"": 1.0, "green": 5.0, "amber": 20.0, "red": np.inf}
"""How late a report may prove: by the SSP status rules a week where green, a month where amber."""


@dataclass(frozen=True)
class Evidence:
    """A sign that a report is too good: `seen` in which rows, `said` with its figures.

    `with_it` and `without` are its likelihood ratios, a judgement: how much more often wrong
    reports show it, or do not, than right ones. It is not known where a column of `needs` is NaN.
    """

    with_it: float
    without: float
    needs: tuple[str, ...]
    seen: Callable[[pd.DataFrame], pd.Series]
    said: Callable[[Any], str]


EVIDENCE = {
    "burn": Evidence(
        1.5, 0.6, ("spent", "earned"),
        lambda r: r["spent"] > r["earned"] + 15,
        lambda r: f"{percent(r.percent)} reported, {percent(r.spent)} of the {r.unit} spent",
    ),
    "standstill": Evidence(
        3.0, 0.9, ("remaining_before",),
        lambda r: r["remaining_hours"] >= r["remaining_before"],
        lambda r: f"{_hours(r.remaining_hours)} remain as on {day(r.date_before)}"
        if r.remaining_hours == r.remaining_before
        else f"{_hours(r.remaining_hours)} remain, {_hours(r.remaining_before)} on "
        f"{day(r.date_before)}",
    ),
    "stuck": Evidence(
        3.0, 1.0, ("percent_before",),
        lambda r: (r["percent_before"] >= 80) & (r["percent"] - r["percent_before"] < 5),
        lambda r: f"{percent(r.percent)} complete, {percent(r.percent_before)} on "
        f"{day(r.date_before)}",
    ),
    "pace": Evidence(
        3.0, 0.6, ("pace_days",),
        lambda r: r["days_left"] < 0.8 * r["pace_days"] - 0.5,
        lambda r: f"the first {percent(r.percent)} took {_days(r.age_days)}, the rest is to take "
        f"{_days(r.days_left)}",
    ),
    "remaining": Evidence(
        1.5, 0.8, ("remaining_hours",),
        lambda r: r["remaining_hours"] < 0.8 * r["implied_hours"] - 4,
        lambda r: f"{_hours(r.remaining_hours)} remain, its percentage leaves "
        f"{_hours(r.implied_hours)}",
    ),
    "moved": Evidence(
        1.5, 0.8, ("moved_days",),
        lambda r: r["moved_days"] >= 1,
        lambda r: f"its finish moved {_days(r.moved_days)} since {day(r.date_before)}",
    ),
    "waiting": Evidence(
        1.2, 1.0, ("n_open",),
        lambda r: r["n_open"] > 0,
        lambda r: f"{number(r.n_open)} that must be finished before it "
        f"{'is' if r.n_open == 1 else 'are'} not",
    ),
}  # fmt: skip


def _days(value: float) -> str:
    digits = number(value, 0 if abs(value - round(value)) < 0.05 else 1)
    return f"{digits} working day{'s' * (digits != '1')}"


def _hours(value: float) -> str:
    return number(value, 0, "h")


def reports(schedules: Sequence[Schedule]) -> pd.DataFrame:
    """Every report of open work on every status date: what is begun, and what has a colour.

    Returns
    -------
    DataFrame
        status_date, task_id, name, kind, owner_id, department_id, rag_status, percent; promised
        (date: where there is a colour deadline or approved finish, else the forecast), forecast,
        need_days (a delay of the forecast beyond which the report was wrong); the figures behind
        the evidence; a column for each of `EVIDENCE`: 1 seen, 0 not seen, NaN not known; late_days:
        how much later than forecast it was finished, or is open on the last status date.
    """
    last = schedules[-1]

    def days(dates: Any) -> np.ndarray:
        minutes = minutes_of(dates)
        known = last.calendars[""].minutes_before(np.where(minutes == MISSING, 0, minutes))
        return np.where(minutes == MISSING, np.nan, known / 60 / last.project.header.hours_per_day)

    frames: list[pd.DataFrame] = []
    by_week = {plan.status_date: plan for plan in schedules if plan.status_date is not None}
    for plan in by_week.values():
        found = _of_week(plan, days)
        found = found.join(_before(frames[-1] if frames else found[:0]), on="task_id")
        frames.append(found.assign(moved_days=found["forecast_days"] - found["forecast_before"]))
    if not frames:
        return pd.DataFrame(columns=["status_date"])
    rows = pd.concat(frames, ignore_index=True)
    for name, evidence in EVIDENCE.items():
        is_known = rows[[*evidence.needs]].notna().all(axis=1)
        rows[name] = evidence.seen(rows).astype("float64").where(is_known)
    ended = days(last.tasks.set_index("id")["actual_finish"].reindex(rows["task_id"]))
    ended = np.where(np.isnan(ended), days([last.status_date]), ended)
    return rows.assign(late_days=ended - rows["forecast_days"])


def _of_week(plan: Schedule, days: Callable[[Any], np.ndarray]) -> pd.DataFrame:
    project = plan.project
    planned = project.tasks.set_index("id")["duration_hours"]
    colours = project.latest_progress().set_index("task_id")["rag_status"]
    tasks = plan.tasks.assign(rag_status=looked_up(colours, plan.tasks["id"]).fillna(""))
    is_reported = (tasks["is_started"] & (tasks["kind"] == "task")) | (tasks["rag_status"] != "")
    is_open = tasks["kind"].isin(["task", "milestone"]) & ~tasks["is_finished"]
    names = {"id": "task_id", "finish": "forecast", "percent_complete": "percent"}
    rows = tasks[is_open & is_reported].rename(columns=names).reset_index(drop=True)
    rows[["owner_id", "department_id"]] = parties(project).loc[rows["task_id"]].to_numpy()
    approved = looked_up(last_approved(project).set_index("task_id")["finish"], rows["task_id"])
    promised = rows["deadline"].fillna(approved).where(rows["rag_status"] != "")
    promised = promised.fillna(rows["forecast"])
    forecast, (status,) = days(rows["forecast"]), days([plan.status_date])
    age, share = status - days(rows["actual_start"]), rows["percent"] / 100
    tolerance = rows["rag_status"].map(TOLERANCE_DAYS).astype("float64")
    links = plan.links[plan.links["kind"] == "FS"]
    is_done = plan.tasks.set_index("id")["is_finished"].reindex(links["predecessor_id"])
    return rows.assign(
        status_date=plan.status_date,
        status_days=status,
        forecast_days=forecast,
        promised=promised,
        need_days=days(promised) - forecast + tolerance,
        age_days=age,
        days_left=forecast - status,
        pace_days=age * (1 - share) / share.where(share > 0),
        implied_hours=looked_up(planned, rows["task_id"]) * (1 - share),
        n_open=rows["task_id"].map((~is_done).groupby(links["successor_id"].array).sum()).fillna(0),
        **_burn(project, rows),
    )


def _before(reported: pd.DataFrame) -> pd.DataFrame:
    names = {"percent": "percent_before", "remaining_hours": "remaining_before",
             "forecast_days": "forecast_before", "status_date": "date_before"}  # fmt: skip
    begun = reported[reported["is_started"]].set_index("task_id")
    return begun[[*names]].rename(columns=names)


def _burn(project: Project, rows: pd.DataFrame) -> dict[str, Any]:
    """Percent of the plan that is spent, and earned: hours where they are booked, else cost."""
    ids, approved = rows["task_id"], last_approved(project).set_index("task_id")
    used = project.assignments[~project.assignments["is_fixed_quantity"]]
    planned = project.tasks.set_index("id")["duration_hours"]
    length = approved["duration_hours"].reindex(ids).fillna(planned)
    work = used["work_hours"].fillna(used["units"] * used["task_id"].map(length))
    plan = ids.map(approved["work_hours"]).fillna(ids.map(work.groupby(used["task_id"]).sum()))
    worked = ids.map(project.timesheets.groupby("task_id")["hours"].sum())
    budget = budget_of(project).set_index("task_id").reindex(ids).set_axis(rows.index)
    total = budget["budget"].where(budget["budget"] > 0)
    cost = ids.map(recorded_costs(project).groupby("task_id")["amount"].sum(min_count=1))
    earned = 100 * budget["at_start"] + rows["percent"] * budget["prorated"]
    has_hours = worked.notna() & (plan > 0)
    return {
        "spent": (100 * worked / plan).where(has_hours, 100 * cost / total),
        "earned": rows["percent"].where(has_hours, earned / total),
        "unit": np.where(has_hours, "planned hours", "budget"),
    }
