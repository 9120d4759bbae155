"""One change of a plan: what it says, what it touches, what of it cannot be, and what it does."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from pmtools.errors import Problem, nearest
from pmtools.project import Project
from pmtools.schedule import schedule
from pmtools.schedule.outline import outline_of
from pmtools.words import number, plain

POINTS = ["optimistic_hours", "most_likely_hours", "pessimistic_hours"]
_WHAT = {"tasks": "a task", "resources": "a person or resource", "register": "in the register",
         "calendars": "a calendar", "departments": "a department"}  # fmt: skip

Aspect = tuple[str, str]
"""What of which id a change settles: two changes of one scenario must not settle the same."""


@dataclass(frozen=True)
class Change(ABC):
    """A change of a plan. Subclasses are small frozen values whose fields are plain data."""

    kind: ClassVar[str]

    @abstractmethod
    def sentence(self, project: Project) -> str:
        """What is done, for people."""

    @abstractmethod
    def aspects(self, project: Project) -> Iterator[Aspect]:
        """What it settles."""

    @abstractmethod
    def problems(self, project: Project) -> Iterator[Problem]:
        """What of it cannot be, in this project."""

    @abstractmethod
    def apply(self, project: Project) -> Project:
        """The changed project; only where there are no `problems`."""

    def move(self, project: Project) -> Project:
        """The same as far as it moves dates; without what only costs."""
        return self.apply(project)

    def problem(self, found: str, remedy: str, expected: str = "") -> Problem:
        """A problem of this change."""
        return Problem(f"scenario, {self.kind.replace('_', ' ')}", found, expected, remedy,
                       "scenario")  # fmt: skip

    def unknown(self, project: Project, table: str, *ids: str) -> Iterator[Problem]:
        """The ids that the table does not have."""
        known = project.tables[table]["id"].tolist()
        for each in ids:
            if each not in set(known):
                yield self.problem(f'"{plain(each)}" is not {_WHAT[table]}',
                                   f"Correct the id{nearest(each, known)}.")  # fmt: skip

    def not_open(self, project: Project, *tasks: str) -> Iterator[Problem]:
        """The tasks that are unknown, finished or not active: nothing of them can be changed."""
        yield from self.unknown(project, "tasks", *tasks)
        active = set(project.tasks.loc[outline_of(project.tasks).is_active, "id"])
        done = finished(project)
        for each in tasks:
            if each in done:
                yield self.problem(f'"{task_name(project, each)}" is finished',
                                   "Choose work that remains.")  # fmt: skip
            elif each in set(project.tasks["id"]) - active:
                yield self.problem(f'"{task_name(project, each)}" is not active',
                                   "Choose work that is planned.")  # fmt: skip

    def not_within(
        self, label: str, value: float, least: float, most: float = np.inf
    ) -> Iterator[Problem]:
        """A number that is out of its bounds."""
        if not least <= value <= most:
            bounds = f"at least {least:g}" if most == np.inf else f"{least:g} to {most:g}"
            yield self.problem(f"{label} is {value:g}", "Correct it.", bounds)


def finished(project: Project) -> set[str]:
    """The tasks that are finished."""
    known = project.latest_progress()
    is_done = known["actual_finish"].notna() | (known["percent_complete"] >= 100)
    return set(known.loc[is_done, "task_id"])


def begun(project: Project) -> set[str]:
    """The tasks that are under way or finished."""
    known = project.latest_progress()
    is_begun = known["actual_start"].notna() | (known["percent_complete"] > 0)
    return set(known.loc[is_begun, "task_id"])


def task_name(project: Project, task_id: str) -> str:
    """The name of a task, made harmless."""
    return _named(project.tasks, task_id)


def resource_name(project: Project, resource_id: str) -> str:
    """The name of a person or resource, made harmless."""
    return _named(project.resources, resource_id)


def names_said(project: Project, tasks: Sequence[str], most: int = 2) -> str:
    """`"Build", "Test" and 3 more`."""
    said = [f'"{task_name(project, each)}"' for each in tasks[:most]]
    more = len(tasks) - len(said)
    if more:
        return f"{', '.join(said)} and {more} more"
    return " and ".join(said)


def days_said(project: Project, hours: float) -> str:
    """Working hours as days, `3.5 d`."""
    days = hours / project.header.hours_per_day
    return number(days, 0 if round(days, 1) == round(days) else 1, "d")


def remaining_hours(project: Project, tasks: Iterable[str]) -> pd.Series:
    """Working hours that leaf tasks still need, as known last, by task id."""
    ids = pd.Index(tasks)
    planned = project.tasks.set_index("id")["duration_hours"].reindex(ids).fillna(0)
    known = project.latest_progress().set_index("task_id").reindex(ids)
    left = known["remaining_hours"].fillna(planned * (1 - known["percent_complete"] / 100))
    is_unsaid = left.isna() & known["actual_start"].notna()
    if is_unsaid.any():  # what is left follows from the time that has passed
        left = left.fillna(schedule(project).tasks.set_index("id")["remaining_hours"])
    return left.fillna(planned).mask(ids.isin(finished(project)), 0.0)


def rescaled(project: Project, factors: Mapping[str, float], *, keeps_work: bool = True) -> Project:
    """The remaining durations of tasks times a factor each, with their ranges.

    What is done of a task stays; the three points of its estimate, which are of the whole task,
    grow like the whole. Whole minutes remain. With `keeps_work` stated hours of people stay, so
    that a shorter task costs the same; otherwise they grow like the duration.
    """
    factor = pd.Series(factors, dtype="float64")
    left = remaining_hours(project, factor.index)
    rest = (60 * factor * left).round() / 60
    whole = project.tasks.set_index("id")["duration_hours"].reindex(factor.index).fillna(0)
    grown = whole + rest - left
    share = (grown / whole.where(whole > 0)).fillna(1.0)
    tables = {"tasks": _with(project.tasks, "id", duration_hours=grown)}
    rows = project.estimates
    by_row = rows["task_id"].map(share).fillna(1.0)
    tables["estimates"] = rows.assign(**{point: rows[point] * by_row for point in POINTS})
    if not keeps_work:
        rows = project.assignments
        by_row = rows["task_id"].map(share).fillna(1.0)
        tables["assignments"] = rows.assign(work_hours=rows["work_hours"] * by_row)
    last = project.progress.sort_values("status_date", kind="stable").index
    is_last = ~project.progress.loc[last].duplicated("task_id", keep="last").reindex(
        project.progress.index
    )
    rows = project.progress
    now = rows["task_id"].map(rest).where(is_last & rows["task_id"].isin(begun(project)))
    tables["progress"] = rows.assign(remaining_hours=now.fillna(rows["remaining_hours"]))
    return project.replace(**tables)


def with_cost(project: Project, amounts: Mapping[str, float]) -> Project:
    """Money added to the fixed cost of tasks; it falls as their fixed cost does."""
    extra = project.tasks["id"].map(amounts).fillna(0.0)
    return project.replace(
        tasks=project.tasks.assign(fixed_cost=project.tasks["fixed_cost"] + extra)
    )


def with_rows(project: Project, table: str, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """The rows of a table and new ones."""
    new = pd.DataFrame(list(rows))
    return pd.concat([project.tables[table], new], ignore_index=True) if len(new) else (
        project.tables[table])  # fmt: skip


def _with(table: pd.DataFrame, key: str, **columns: pd.Series) -> pd.DataFrame:
    """Other values in the rows of some ids."""
    return table.assign(
        **{name: table[key].map(new).fillna(table[name]) for name, new in columns.items()}
    )


def _named(table: pd.DataFrame, key: str) -> str:
    found = table.loc[table["id"] == key, "name"]
    return plain(found.iloc[0] if len(found) else key, 80)
