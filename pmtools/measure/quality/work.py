"""What the checks of a schedule look at, and how a plan is changed to see what follows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from pmtools.measure.lookahead import with_baseline
from pmtools.measure.milestones import looked_up
from pmtools.schedule import Schedule, schedule
from pmtools.schedule.driving import lag_words
from pmtools.words import plain

LINK = ["predecessor_id", "successor_id", "kind"]
PLANNED = ["id", "constraint", "constraint_date", "fixed_cost", "deliverable_id"]
NEAR = 25
"""How many links away an acceptance may be."""


@dataclass(frozen=True, eq=False)
class Work:
    """The detail tasks of a schedule and the links between them, each row with its `task_id`."""

    plan: Schedule

    @cached_property
    def tasks(self) -> pd.DataFrame:
        """No summaries, no level of effort, no milestones, nothing without duration.

        Columns of `Schedule.tasks`, `with_baseline` and PLANNED; in working days `float_days`,
        `long_days` and, after the baseline finish, `late_days`. The least float stands first.
        """
        plan, planned = self.plan, self.plan.project.tasks
        tasks = with_baseline(plan, plan.tasks[plan.tasks["kind"] == "task"])
        tasks = tasks.merge(planned[PLANNED][planned["duration_hours"] > 0], on="id")
        # What is open on the status date cannot have finished before it, whatever is forecast.
        known = tasks["finish"].clip(lower=plan.status_date).mask(tasks["is_finished"])
        first = tasks["baseline_start"].fillna(tasks["start"])
        last = tasks["baseline_finish"].fillna(tasks["finish"])
        return tasks.assign(
            task_id=tasks["id"],
            float_days=self.days(tasks["early_finish"], tasks["late_finish"]),
            long_days=self.days(first, last),
            late_days=self.days(tasks["baseline_finish"], known.fillna(tasks["finish"])),
        ).sort_values(["float_days", "start"], kind="stable")

    @cached_property
    def open(self) -> pd.DataFrame:
        """The tasks that are not finished."""
        return self.tasks[~self.tasks["is_finished"]]

    @cached_property
    def due(self) -> pd.DataFrame:
        """The tasks whose baseline finish has come: those still open, and the latest, first."""
        rows = self.tasks[self.tasks["baseline_finish"] <= self.plan.status_date]
        return rows.sort_values(["is_finished", "late_days"], ascending=[True, False])

    @cached_property
    def critical(self) -> pd.DataFrame:
        """The open tasks on the longest path, by start, with whether they drive it by their end."""
        options = replace(self.plan.options, critical_by="longest_path")
        path = schedule(self.plan.project, options=options).tasks
        ids, links = path["id"][path["is_critical"]], self.plan.links
        is_end = links["is_driving"] & links["kind"].isin(("FS", "FF"))
        ends = links["predecessor_id"][is_end & links["successor_id"].isin(ids)]
        rows = self.open[self.open["id"].isin(ids)].sort_values("start", kind="stable")
        is_last = rows["finish"] == finish_of(self.plan)
        return rows.assign(drives_by_end=rows["id"].isin(ends) | is_last)

    @cached_property
    def logic(self) -> pd.DataFrame:
        """The links, but those of level of effort."""
        tasks, links = self.plan.tasks, self.plan.links
        support = tasks["id"][tasks["kind"] == "level_of_effort"]
        return links[~links[LINK[:2]].isin([*support]).any(axis=1)]

    @cached_property
    def links(self) -> pd.DataFrame:
        """The logic before what is not finished: `before` (a name), `lag`, `lag_days` (working).

        Those that drive and the longest lags stand first.
        """
        tasks, per_day = self.plan.tasks.set_index("id"), self.plan.project.header.hours_per_day
        rows = self.logic[~self.logic["successor_id"].map(tasks["is_finished"]).astype(bool)]
        hours, kind, before = rows["lag_hours"], rows["lag_kind"], rows["predecessor_id"]
        planned = self.plan.project.tasks.set_index("id")["duration_hours"]
        finish = before.map(tasks["finish"])
        lags = {
            "percent": hours * before.map(planned).fillna(0.0) / 100 / per_day,
            "elapsed": self.days(finish, finish + pd.to_timedelta(hours, "h")),
        }
        days = np.select([kind == each for each in lags], [*lags.values()], hours / per_day)
        lag = [lag_words(*each, per_day) for each in zip(hours, kind, strict=True)]
        rows = rows.assign(task_id=rows["successor_id"], lag=lag, lag_days=days)
        rows = rows.assign(before=before.map(tasks["name"].map(plain)))
        return rows.iloc[np.lexsort([-abs(days), ~rows["is_driving"]])]

    def below(self, ids: Iterable[str]) -> set[str]:
        """These tasks, and all that stands below those of them that are summaries."""
        tasks, found, new = self.plan.tasks, set[str](), set(ids)
        while new - found:
            found |= new
            new = set(tasks["id"][tasks["parent_id"].isin(new)])
        return found

    def leading_to(self, goals: Iterable[str]) -> set[str]:
        """These tasks, and all from which a few links lead to one of them."""
        tasks, found, new = self.plan.tasks, set(goals), set(goals)
        for _ in range(NEAR):
            ends = new | {*tasks["parent_id"][tasks["id"].isin(new)]}
            before = self.logic["predecessor_id"][self.logic["successor_id"].isin(ends)]
            new = self.below(before) - found
            found |= new
        return found

    def days(self, start: Any, finish: Any) -> Any:
        """Working days of the project's calendar, negative where finish is first."""
        hours = self.plan.calendars[""].hours_between(start, finish)
        return hours / self.plan.project.header.hours_per_day

    def moved_days(self, changed: Schedule) -> float:
        """By how many working days the work ends later in a changed plan."""
        return float(round(self.days(finish_of(self.plan), finish_of(changed)), 1) + 0.0)

    def changed(self, **tables: pd.DataFrame) -> Schedule:
        """The schedule with other tables, by the same options."""
        return schedule(self.plan.project.replace(**tables), options=self.plan.options)

    def relinked(self, rows: pd.DataFrame, **values: Any) -> Schedule:
        """The schedule in which the links of these rows have other values."""
        links = self.plan.project.links
        is_meant = pd.MultiIndex.from_frame(links[LINK]).isin(pd.MultiIndex.from_frame(rows[LINK]))
        changed = {name: links[name].mask(is_meant, value) for name, value in values.items()}
        return self.changed(links=links.assign(**changed).drop_duplicates(LINK))

    def longer(self, rows: pd.DataFrame, days: Any) -> Schedule:
        """The schedule in which these tasks take so many days of work more."""
        tasks, progress = self.plan.project.tasks, self.plan.project.progress
        hours = pd.Series(days, rows["id"], dtype="float64")
        hours *= self.plan.project.header.hours_per_day
        left = looked_up(hours.add(rows.set_index("id")["remaining_hours"]), progress["task_id"])
        added = looked_up(hours, tasks["id"]).fillna(0.0)
        return self.changed(
            tasks=tasks.assign(duration_hours=tasks["duration_hours"] + added),
            progress=progress.assign(
                remaining_hours=left.fillna(progress["remaining_hours"]),
                percent_complete=progress["percent_complete"].mask(left.notna()),
            ),
        )


def finish_of(plan: Schedule) -> pd.Timestamp:
    """When the work of a plan ends; level of effort goes along with it."""
    return plan.tasks["finish"][~plan.tasks["kind"].isin(("summary", "level_of_effort"))].max()
