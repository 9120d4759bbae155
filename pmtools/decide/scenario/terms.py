"""Changes of what is promised and of what may go wrong: dates, budget, calendars, risks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

import pandas as pd

from pmtools.decide.scenario.change import (
    Aspect,
    Change,
    finished,
    names_said,
    task_name,
    with_cost,
)
from pmtools.errors import Problem
from pmtools.project import Project
from pmtools.words import day, money, plain


@dataclass(frozen=True)
class MoveDeadline(Change):
    """Another deadline of the project, or of a task."""

    kind: ClassVar[str] = "move_deadline"
    deadline: pd.Timestamp
    task_id: str = ""

    def sentence(self, project: Project) -> str:
        whose = task_name(project, self.task_id) if self.task_id else "the project"
        return f"Deadline of {whose} {day(self.deadline)}"

    def aspects(self, project: Project) -> Iterator[Aspect]:
        yield "deadline", self.task_id

    def problems(self, project: Project) -> Iterator[Problem]:
        if self.task_id:
            yield from self.not_open(project, self.task_id)
        status = project.header.status_date
        if status is not None and self.deadline <= status:
            yield self.problem(f"{day(self.deadline)} is not after the status date {day(status)}",
                               "Choose a day to come.")  # fmt: skip

    def apply(self, project: Project) -> Project:
        if not self.task_id:
            return project.replace(header=replace(project.header, deadline=self.deadline))
        mine = project.tasks["id"] == self.task_id
        deadline = project.tasks["deadline"].mask(mine, self.deadline)
        return project.replace(tasks=project.tasks.assign(deadline=deadline))


@dataclass(frozen=True)
class ChangeBudget(Change):
    """Another budget of the project."""

    kind: ClassVar[str] = "change_budget"
    budget: float

    def sentence(self, project: Project) -> str:
        return f"Budget {money(self.budget, project.header.currency)}"

    def aspects(self, project: Project) -> Iterator[Aspect]:
        yield "budget", ""

    def problems(self, project: Project) -> Iterator[Problem]:
        yield from self.not_within("the budget", self.budget, 0)

    def apply(self, project: Project) -> Project:
        return project.replace(header=replace(project.header, budget=self.budget))


@dataclass(frozen=True)
class ChangeCalendar(Change):
    """Tasks are worked on another calendar; without tasks, the whole project is."""

    kind: ClassVar[str] = "change_calendar"
    calendar_id: str
    task_ids: tuple[str, ...] = ()

    def sentence(self, project: Project) -> str:
        names = project.calendars.set_index("id")["name"]
        name = plain(next((n for n in names[[self.calendar_id]] if n), self.calendar_id), 60)
        whose = names_said(project, self.task_ids) if self.task_ids else "The project"
        return f"{whose} on calendar {name}"

    def aspects(self, project: Project) -> Iterator[Aspect]:
        for each in self.task_ids or ("",):
            yield "calendar", each

    def problems(self, project: Project) -> Iterator[Problem]:
        yield from self.unknown(project, "calendars", self.calendar_id)
        yield from self.not_open(project, *self.task_ids)

    def apply(self, project: Project) -> Project:
        if not self.task_ids:
            return project.replace(header=replace(project.header, calendar_id=self.calendar_id))
        mine = project.tasks["id"].isin(self.task_ids)
        worked = project.tasks["calendar_id"].mask(mine, self.calendar_id)
        return project.replace(tasks=project.tasks.assign(calendar_id=worked))


@dataclass(frozen=True)
class Mitigate(Change):
    """The response to a risk is carried out: its residual figures count, and its cost is paid.

    The cost falls on the first of its tasks that remains; without one, on the last task.
    """

    kind: ClassVar[str] = "mitigate"
    risk_id: str
    cost: float | None = None

    def _cost(self, project: Project) -> float:
        stated = project.register.set_index("id")["response_cost"].get(self.risk_id, 0.0)
        return self.cost if self.cost is not None else 0.0 if pd.isna(stated) else float(stated)

    def sentence(self, project: Project) -> str:
        risk = project.register.set_index("id").loc[self.risk_id]
        what = plain(risk["response_action"] or risk["response"] or "mitigated", 80)
        paid = money(self._cost(project), project.header.currency)
        return f"{plain(risk['title'], 80)}: {what}, for {paid}"

    def aspects(self, project: Project) -> Iterator[Aspect]:
        yield "risk", self.risk_id

    def problems(self, project: Project) -> Iterator[Problem]:
        yield from _not_open_risk(self, project, self.risk_id)
        if self.cost is not None:
            yield from self.not_within("the cost", self.cost, 0)
        rows = project.register[project.register["id"] == self.risk_id]
        if len(rows) and rows.filter(like="residual_").isna().all(axis=None):
            yield self.problem(f'nothing is known of "{self.risk_id}" after its response',
                               "State its residual probability or impact.")  # fmt: skip

    def apply(self, project: Project) -> Project:
        mine = project.register["id"] == self.risk_id
        when = project.header.status_date or project.header.start
        done = project.register["response_done_date"].mask(mine, when.normalize())
        changed = project.replace(register=project.register.assign(response_done_date=done))
        left = project.tasks.loc[~project.tasks["id"].isin(finished(project)), "id"].tolist()
        touched = project.register.loc[mine, "task_ids"].iloc[0].split(";")
        paid_by = next((task for task in touched if task in left), left[-1])
        return with_cost(changed, {paid_by: self._cost(project)})


@dataclass(frozen=True)
class Accept(Change):
    """The response to a risk is not carried out: it stays as it is before a response."""

    kind: ClassVar[str] = "accept"
    risk_id: str

    def sentence(self, project: Project) -> str:
        title = project.register.set_index("id").loc[self.risk_id, "title"]
        return f"{plain(title, 80)}: accepted, no response"

    def aspects(self, project: Project) -> Iterator[Aspect]:
        yield "risk", self.risk_id

    def problems(self, project: Project) -> Iterator[Problem]:
        yield from _not_open_risk(self, project, self.risk_id)

    def apply(self, project: Project) -> Project:
        mine = project.register["id"] == self.risk_id
        rows = project.register
        return project.replace(
            register=rows.assign(
                response=rows["response"].mask(mine, "accept"),
                response_done_date=rows["response_done_date"].mask(mine, pd.NaT),
            )
        )


def _not_open_risk(change: Change, project: Project, risk_id: str) -> Iterator[Problem]:
    yield from change.unknown(project, "register", risk_id)
    rows = project.register[project.register["id"] == risk_id]
    if len(rows) and (rows["kind"] != "risk").all():
        yield change.problem(f'"{risk_id}" is no risk', "Choose a risk of the register.")
    elif len(rows) and (rows["status"] != "open").all():
        yield change.problem(f'risk "{risk_id}" is {rows["status"].iloc[0]}', "Choose an open one.")
