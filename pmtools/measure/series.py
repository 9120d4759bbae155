"""Planned, earned and spent over time, of the project and of each of its control accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pmtools.calendars import WorkCalendar
from pmtools.measure.actual_cost import actual_cost, recorded_costs
from pmtools.measure.budget import Matrix, budget_of, time_phased
from pmtools.measure.earned_schedule import earned_schedule
from pmtools.measure.earning import completion, earned_value_of
from pmtools.measure.time_phasing import accrued
from pmtools.project import Project
from pmtools.project.working_time import calendars_of


@dataclass(frozen=True)
class ValueSeries:
    """The budget, and its tasks in groups: the project first, then each control account."""

    project: Project
    budget: pd.DataFrame
    recorded: pd.DataFrame
    calendars: Mapping[str, WorkCalendar]
    groups: Mapping[str | None, npt.NDArray[np.int64]]

    @classmethod
    def of(cls, project: Project) -> ValueSeries:
        """The series of a project; cost of no task is in the group of control account ""."""
        budget, recorded = budget_of(project), recorded_costs(project)
        rows = budget.groupby("control_account").indices
        accounts = sorted({*budget["control_account"], *recorded["control_account"]})
        groups = {name: rows.get(name, np.empty(0, np.int64)) for name in accounts}
        everything = {None: np.arange(len(budget))}
        return cls(project, budget, recorded, calendars_of(project), everything | groups)

    def sums(self, values: Matrix) -> Matrix:
        """Tasks summed up by group, along the last axis."""
        return np.stack([values[..., rows].sum(axis=-1) for rows in self.groups.values()], axis=-1)

    def budgets(self) -> Matrix:
        """Budget at completion of each group; NaN throughout where the whole baseline has none."""
        budgets = self.sums(self.budget["budget"].to_numpy())
        return np.where(budgets[0] == 0, np.nan, budgets)

    def planned(self, dates: Any) -> Matrix:
        """Planned value, dates in order x groups."""
        groups = np.zeros(len(self.budget), np.int64)
        for group, rows in enumerate(self.groups.values()):
            groups[rows] = group
        values = accrued(self.budget, self.calendars, dates, groups, len(self.groups))
        values[:, 0] = values[:, 1:].sum(axis=1)
        return self._settled(values)

    def earned(self, dates: Any) -> Matrix:
        """Earned value, dates x groups; NaN on dates before any progress was recorded."""
        planned = time_phased(self.budget, self.calendars, dates)
        earned = self.sums(earned_value_of(self.project, self.budget, planned, dates))
        known = np.asarray(dates >= self.project.progress["status_date"].min())
        return self._settled(np.where(known[:, None], earned, np.nan))

    def _settled(self, values: Matrix) -> Matrix:
        """NaN where there is no budget; the budget itself where a sum misses it by rounding."""
        budgets = self.budgets()
        values = np.where(np.isnan(budgets), np.nan, values)
        return np.where(np.isclose(values, budgets, rtol=1e-12, atol=0), budgets, values)

    def spent(self, dates: Any) -> Matrix:
        """Actual cost, dates x groups; a group without cost has none, where others have."""
        whole = actual_cost(self.recorded, dates)
        columns = [whole]
        none = np.full(len(dates), np.nan if self.recorded.empty else 0.0)
        for name in list(self.groups)[1:]:
            own = self.recorded[self.recorded["control_account"] == name]
            columns.append(none if own.empty else actual_cost(own, dates))
        return np.column_stack(columns)

    def times(self, dates: Any, earned: Matrix) -> tuple[Matrix, Matrix, Matrix]:
        """Earned schedule, actual time and planned duration of each group: dates x groups.

        All in working hours of the project calendar from the start of the group's baseline.
        Time stops at the actual finish of what is finished; all its planned duration is earned.
        """
        found = np.full((3, *earned.shape), np.nan)
        if self.budget.empty:
            return found[0], found[1], found[2]
        calendar, grid = self.calendars[""], self._breakpoints()
        planned = np.maximum.accumulate(self.planned(grid))
        is_done, finish = completion(self.project, self.budget, dates)
        is_support = (self.budget["ev_method"] == "level_of_effort").to_numpy()
        for group, rows in enumerate(self.groups.values()):
            if len(rows) == 0:
                continue
            plan = self.budget.iloc[rows]
            start, end = plan["start"].min(), plan["finish"].max()
            times = np.maximum(calendar.hours_between(start, grid.to_numpy()), 0)
            discrete = rows[~is_support[rows]]
            complete = is_done[:, discrete].all(axis=1) & (len(discrete) > 0)
            last = np.fmax.reduce(finish[:, rows], axis=1)
            stops = np.where(complete, np.fmin(dates.to_numpy(), last), dates.to_numpy())
            duration = calendar.hours_between(start, end)
            reached = earned_schedule(planned[:, group], times, earned[:, group])
            found[0, :, group] = np.where(complete & ~np.isnan(reached), duration, reached)
            found[1, :, group] = np.maximum(calendar.hours_between(start, stops), 0)
            found[2, :, group] = duration
        return found[0], found[1], found[2]

    def _breakpoints(self) -> pd.DatetimeIndex:
        """Where the planned value may bend or jump, and the minute before; and every midnight,
        since a task with working times of its own may bend anywhere.
        """
        edges = pd.DatetimeIndex(pd.concat([self.budget["start"], self.budget["finish"]]).unique())
        nights = pd.date_range(edges.min().normalize(), edges.max(), unit="us")
        return edges.union(edges - pd.Timedelta(minutes=1)).union(nights)
