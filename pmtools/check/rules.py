"""How a rule is written: a small function with a stable code, a severity and a remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any, Literal

import numpy as np
import pandas as pd

from pmtools.errors import Problem, ProjectError
from pmtools.project import Project
from pmtools.project.working_time import calendars_of

Severity = Literal["error", "warning", "info"]
NAMED = 3
PLURALS = {"task": "tasks", "summary": "summaries", "milestone": "milestones"}


@dataclass(frozen=True)
class Hit:
    """One place where a rule does not hold, and what is so there."""

    place: str
    message: str
    task_ids: tuple[str, ...] = ()
    remedy: str = ""


@dataclass(frozen=True)
class Case:
    """What a rule looks at: the project, and what the caller knows beside it."""

    project: Project
    today: pd.Timestamp | None = None
    earlier: Project | None = None

    @cached_property
    def names(self) -> dict[str, str]:
        """The name of each task by its id."""
        tasks = self.project.tasks
        return dict(zip(tasks["id"], tasks["name"], strict=True))

    @cached_property
    def leaves(self) -> pd.DataFrame:
        """The active tasks without subtasks, at their positions in the table."""
        tasks = self.project.tasks
        is_parent = tasks["id"].isin(tasks["parent_id"]) | (tasks["kind"] == "summary")
        return tasks[tasks["is_active"] & ~is_parent]

    @cached_property
    def progress(self) -> pd.DataFrame:
        """The last known progress of each task of the plan, with the task's kind."""
        known = self.project.latest_progress()
        return known.merge(self.project.tasks[["id", "kind"]], left_on="task_id", right_on="id")

    @cached_property
    def calendar_problems(self) -> tuple[Problem, ...]:
        """Why the calendars in use cannot be computed with."""
        try:
            calendars_of(self.project)
        except ProjectError as error:
            return error.problems
        return ()

    def task(self, task_id: str) -> str:
        """`"Install switches" (T-9)`."""
        return f'"{self.names.get(task_id, "")}" ({task_id})'

    def row(self, table: str, position: Any, message: str, remedy: str = "") -> Hit:
        """A hit at one row of a table."""
        row = getattr(self.project, table).iloc[position]
        columns = {"tasks": ["id"], "links": ["predecessor_id", "successor_id"]}
        found = (row.get(name, "") for name in columns.get(table, ["task_id"]))
        task_ids = tuple(task_id for task_id in found if task_id in self.names)
        return Hit(self.project.place(table, position), message, task_ids, remedy)

    def rows(self, table: str, where: Any, sentence: Callable[[Any], str]) -> Iterator[Hit]:
        """One hit for each row of a table where the condition holds."""
        frame = getattr(self.project, table)
        for position in np.flatnonzero(where):
            yield self.row(table, position, sentence(frame.iloc[position]))

    def tasks(self, ids: Iterable[str], said: str, noun: str = "task") -> Iterator[Hit]:
        """One hit for all these tasks together: `12 tasks without owner: "A" (1), ...`."""
        found = tuple(dict.fromkeys(ids))
        if not found:
            return
        first = self.project.tasks["id"].to_list().index(found[0])
        named = ", ".join(self.task(task_id) for task_id in found[:NAMED])
        rest = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
        count = f"{len(found)} {PLURALS[noun]}" if len(found) > 1 else noun
        place = self.project.place("tasks", first)
        yield Hit(place, f"{count} {said}: {named}{rest}", found)

    def table(self, table: str, message: str, remedy: str = "") -> Hit:
        """A hit that concerns a table as a whole, or the header."""
        return Hit(self.project.place(table), message, (), remedy)


@dataclass(frozen=True)
class Rule:
    """A rule with its stable code; `find` gives the hits, its docstring says what must hold."""

    code: str
    severity: Severity
    remedy: str
    find: Callable[[Case], Iterator[Hit]]

    @property
    def holds(self) -> str:
        """What must be so, in one sentence."""
        return (self.find.__doc__ or "").strip()


def rule(
    code: str, severity: Severity, remedy: str
) -> Callable[[Callable[[Case], Iterator[Hit]]], Rule]:
    """Make a function that yields hits into a Rule."""
    return lambda find: Rule(code, severity, remedy, find)


def rules_of(*modules: ModuleType) -> dict[str, Rule]:
    """The rules that stand in these modules, by their codes."""
    found = [r for module in modules for r in vars(module).values() if isinstance(r, Rule)]
    by_code = {r.code: r for r in sorted(found, key=lambda r: r.code)}
    assert len(by_code) == len(found), "two rules have the same code"
    return by_code
