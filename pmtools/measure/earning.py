"""What is earned: the share of each task's budget that its progress has earned, by its rule.

Sources of the rules: DCMA and CAM guidebooks on earned value techniques; UN/CEFACT code list.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pmtools.calendars import minutes_of
from pmtools.measure.budget import Matrix
from pmtools.project import Project

Flags = npt.NDArray[np.bool_]
Dates = npt.NDArray[np.datetime64]

AT_START = {"0/100": 0.0, "50/50": 0.5, "25/75": 0.25}
_LATER_THAN_ANY_DATE = 2**33


def earned_value_of(project: Project, budget: pd.DataFrame, planned: Matrix, dates: Any) -> Matrix:
    """The earned value of each task on each date, from what was known on that date.

    - `percent_complete`: what accrues at the start once started, the prorated part by percent
      complete, all once finished; so a task exactly on plan has earned what was planned.
      Where no percent is given, it is worked hours / (worked + remaining) by duration.
    - `0/100`, `50/50`, `25/75`: that share of the budget at the start, the rest at the finish.
    - `weighted_milestones`: the weights achieved (`ev_milestones`); without any, `0/100`.
    - `level_of_effort`: what was planned, always.

    Whatever the rule of discrete work, a finished task has earned its whole budget.

    Parameters
    ----------
    budget, planned
        As `budget_of` and `time_phased` give them, for the same dates.

    Returns
    -------
    Array of dates x tasks, in the project's currency.
    """
    started, finished, share, _ = _known(project, budget, dates)
    total = budget["budget"].to_numpy()
    method = budget["ev_method"].to_numpy()
    earned = started * budget["at_start"].to_numpy() + share * budget["prorated"].to_numpy()
    for name, first in AT_START.items():
        earned = np.where(method == name, first * started * total, earned)
    achieved = _milestones_achieved(project, budget["task_id"], dates)
    earned = np.where(method == "weighted_milestones", achieved * total, earned)
    earned = np.where(finished, total, earned)
    return np.where(method == "level_of_effort", planned, earned)


def completion(project: Project, budget: pd.DataFrame, dates: Any) -> tuple[Flags, Dates]:
    """Whether each task was known to be finished on each date, and its actual finish as known
    then, or NaT: dates x tasks.
    """
    _, finished, _, finish = _known(project, budget, dates)
    return finished, finish


def _known(
    project: Project, budget: pd.DataFrame, dates: Any
) -> tuple[Flags, Flags, Matrix, Dates]:
    """Whether started, whether finished, the share complete, the finish: dates x tasks."""
    progress, shape = project.progress, (len(dates), len(budget))
    none = np.datetime64("NaT", "us")
    if progress.empty:
        nothing = np.zeros(shape, bool)
        return nothing, nothing, np.zeros(shape), np.full(shape, none)
    row, is_known = _latest(progress, budget["task_id"], dates)
    finish = np.where(is_known, progress["actual_finish"].to_numpy()[row], none)
    has_start = progress["actual_start"].notna().to_numpy()[row]
    percent = progress["percent_complete"].to_numpy()[row]
    remaining = progress["remaining_hours"].to_numpy()[row]
    finished = is_known & (~np.isnat(finish) | (percent >= 100))
    started = is_known & (has_start | finished | (percent > 0))
    whole = np.fmax(budget["duration_hours"].to_numpy(), remaining)
    left = np.divide(remaining, whole, out=np.ones(shape), where=whole > 0)
    share = np.where(np.isnan(percent), 1 - np.where(np.isnan(left), 1, left), percent / 100)
    return started, finished, np.where(finished, 1.0, np.where(started, share, 0.0)), finish


def _latest(
    progress: pd.DataFrame, task_ids: pd.Series, dates: Any
) -> tuple[npt.NDArray[np.int64], Flags]:
    """Which row of `progress` was the last word on each task on each date, and if there is one."""
    codes = pd.Index(task_ids).get_indexer(progress["task_id"])
    key = codes * _LATER_THAN_ANY_DATE + minutes_of(progress["status_date"])
    order = np.argsort(key, kind="stable")
    tasks = np.arange(len(task_ids))
    asked = tasks * _LATER_THAN_ANY_DATE + minutes_of(dates)[:, None]
    position = np.searchsorted(key[order], asked, side="right") - 1
    row = order[np.maximum(position, 0)]
    return row, (position >= 0) & (codes[row] == tasks)


def _milestones_achieved(project: Project, task_ids: pd.Series, dates: Any) -> Matrix:
    """The weight of the milestones achieved, as a share of all weights of the task."""
    rows = project.ev_milestones
    task = pd.Index(task_ids).get_indexer(rows["task_id"])
    now, weight = minutes_of(dates), rows["weight"].to_numpy()
    is_done = rows["achieved_date"].notna().to_numpy() & (
        minutes_of(rows["achieved_date"]) <= now[:, None]
    )
    whole, done = np.zeros(len(task_ids)), np.zeros((len(now), len(task_ids)))
    ours = task >= 0
    np.add.at(whole, task[ours], weight[ours])
    np.add.at(done.T, task[ours], (is_done * weight).T[ours])
    return np.divide(done, whole, out=np.zeros_like(done), where=whole > 0)
