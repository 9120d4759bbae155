"""How a rule is written: a declaration of what must hold, or a function that yields hits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any, Literal

import pandas as pd

from pmtools.errors import Problem, ProjectError
from pmtools.project import Project
from pmtools.project.working_time import calendars_of

Severity = Literal["error", "warning", "info"]
NAMED = 3
PLURALS = {"task": "tasks", "summary": "summaries", "milestone": "milestones"}
TASKS_OF_A_ROW = {"tasks": ("id",), "links": ("predecessor_id", "successor_id")}


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

    @property
    def before(self) -> pd.DataFrame:
        """The tasks as they were in the earlier project; the same as now without one."""
        return (self.earlier or self.project).tasks

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
    def summaries(self) -> pd.DataFrame:
        """The summary tasks."""
        return self.project.tasks[self.project.tasks["kind"] == "summary"]

    @cached_property
    def progress(self) -> pd.DataFrame:
        """The last known progress of each task of the plan, with the task's kind."""
        known = self.project.latest_progress()
        return known.merge(self.project.tasks[["id", "kind"]], left_on="task_id", right_on="id")

    @cached_property
    def open_items(self) -> pd.DataFrame:
        """The open items of the register."""
        return self.project.register[self.project.register["status"] == "open"]

    @cached_property
    def status_date(self) -> Any:
        """The status date; NaT, before which nothing is, where the project has none."""
        known = self.project.header.status_date
        return pd.NaT if known is None else known

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

    def row(self, table: str, position: int, message: str, remedy: str = "") -> Hit:
        """A hit at one row of a table."""
        frame = getattr(self.project, table)
        columns = (c for c in TASKS_OF_A_ROW.get(table, ("task_id",)) if c in frame)
        task_ids = (frame[column].iat[position] for column in columns)
        known = tuple(task_id for task_id in task_ids if task_id in self.names)
        return Hit(self.project.place(table, position), message, known, remedy)

    def rows(self, table: str, rows: pd.DataFrame, said: str) -> Iterator[Hit]:
        """One hit for each of these rows of a table, `said` with their values and the `{task}`."""
        records = rows.to_dict("records") if len(rows) else []
        for position, cells in zip(rows.index, records, strict=True):
            cells["task"] = self.task(cells.get("id" if table == "tasks" else "task_id", ""))
            yield self.row(table, position, said.format_map(cells))

    def tasks(self, ids: Iterable[str], said: str, noun: str = "task") -> Iterator[Hit]:
        """One hit for all these tasks together: `12 tasks without owner: "A" (1), ...`."""
        found = tuple(dict.fromkeys(ids))
        if not found:
            return
        first = self.project.tasks["id"].to_list().index(found[0])
        named = ", ".join(self.task(task_id) for task_id in found[:NAMED])
        rest = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
        count = f"{len(found)} {PLURALS[noun]}" if len(found) > 1 else noun
        yield Hit(self.project.place("tasks", first), f"{count} {said}: {named}{rest}", found)

    def table(self, table: str, message: str, remedy: str = "") -> Hit:
        """A hit that concerns a table as a whole, or the header."""
        return Hit(self.project.place(table), message, (), remedy)


@dataclass(frozen=True)
class Rule:
    """What must hold, in one sentence, under a stable code.

    `where` picks what breaks the rule and `said` puts it into words, by what the rule is `about`:

    - `header`: whether it is broken; said with the fields of the header
    - `task`, `summary`, `milestone`: ids of tasks, told together
    - the name of a table: the rows that break it, told one by one with the values of their
      columns, those that `where` added, and the `{task}`
    - nothing: the hits themselves
    """

    code: str
    severity: Severity
    about: str
    holds: str
    said: str
    remedy: str
    where: Callable[[Case], Any]

    def find(self, case: Case) -> Iterator[Hit]:
        """Every place where the rule does not hold."""
        found = self.where(case)
        if self.about == "":
            yield from found
        elif self.about in PLURALS:
            yield from case.tasks(found, self.said, self.about)
        elif self.about != "header":
            yield from case.rows(self.about, found, self.said)
        elif found:
            yield case.table("header", self.said.format_map(vars(case.project.header)))


def rule(
    code: str, severity: Severity, remedy: str
) -> Callable[[Callable[[Case], Iterator[Hit]]], Rule]:
    """Make a function that yields hits into a Rule; its docstring says what must hold."""
    return lambda find: Rule(code, severity, "", (find.__doc__ or "").strip(), "", remedy, find)


def rules_of(*modules: ModuleType) -> dict[str, Rule]:
    """The rules that stand in these modules, by their codes."""
    found = [r for module in modules for r in (*module.RULES, *vars(module).values())]
    found = sorted((r for r in found if isinstance(r, Rule)), key=lambda r: r.code)
    by_code = {r.code: r for r in found}
    assert len(by_code) == len(found), "two rules have the same code"
    return by_code
