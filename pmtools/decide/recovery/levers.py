"""What could be changed: the levers that the data allow and the manager permits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from pmtools.decide.scenario import (
    AddPerson,
    Change,
    Crash,
    Drop,
    Mitigate,
    Overlap,
    Overtime,
)  # fmt: skip
from pmtools.decide.scenario.change import begun, remaining_hours
from pmtools.errors import ProjectError
from pmtools.metrics import CannotSay
from pmtools.project import Project
from pmtools.schedule import Schedule, schedule
from pmtools.simulate.costs import costs_of

KINDS = ("crash", "mitigate", "overtime", "overlap", "add_person", "drop")
MOST_TASKS = 12
"""Tasks, those that drive the finish most, for which levers are looked for."""


@dataclass(frozen=True)
class Permit:
    """What the manager permits.

    Parameters
    ----------
    kinds
        Kinds of levers, of `KINDS`.
    people
        Ids of those who may do overtime or join other tasks; empty: everybody.
    until
        Last day of overtime and weekend work; None: four weeks from the status date.
    overtime_hours, weekends
        Hours more a day; whether weekends may be worked.
    overlap_share
        The share of what remains of a predecessor that its successor may overlap.
    optional_tasks
        Ids of tasks that may be left out.
    most_cost
        What a set of levers may cost in all, in the project's currency.
    """

    kinds: tuple[str, ...] = KINDS
    people: tuple[str, ...] = ()
    until: pd.Timestamp | None = None
    overtime_hours: float = 2.0
    weekends: bool = True
    overlap_share: float = 0.3
    optional_tasks: tuple[str, ...] = ()
    most_cost: float = float("inf")


@dataclass(frozen=True)
class Lever:
    """A change that may be made: its price in the currency (0: none is known), and what it says.

    `is_helpful`: more of it can never delay anything, so that sets of such levers can be proved
    best. Adding people, overlapping and splitting may also cost time.
    """

    change: Change
    price: float
    sentence: str
    is_helpful: bool = False


def lever_of(
    plan: Schedule, change: Change, price: float | None = None, planned: float | None = None
) -> Lever:
    """A change as a lever; without a price, what it adds to the planned cost of what remains.

    `planned` is that of the plan, where it is known already: see `direct_cost`.

    Raises
    ------
    ProjectError
        Where the change cannot be made in this project.
    """
    if problems := [*change.problems(plan.project)]:
        raise ProjectError(problems)
    return _lever(plan, change, price, planned)


def _lever(plan: Schedule, change: Change, price: float | None, planned: float | None) -> Lever:
    """A change against which nothing stands, as a lever."""
    project = plan.project
    if price is None:
        changed = change.apply(project)
        planned = direct_cost(plan) if planned is None else planned
        price = round(max(0.0, direct_cost(schedule(changed)) - planned), 2)
    is_helpful = change.kind in ("mitigate", "overtime", "drop")
    if isinstance(change, Crash):
        left = remaining_hours(project, [change.task_id]).iloc[0]
        is_helpful = 0 < change.remaining_hours <= left
    return Lever(change, price, change.sentence(project), is_helpful)


def direct_cost(plan: Schedule) -> float:
    """Planned cost of what remains: fixed, and hours of the tasks; 0 where none is known.

    What is paid for time that passes (level of effort) is left out: it is a property of the
    finish, not of a task.
    """
    costs = costs_of(plan)
    if isinstance(costs, CannotSay):
        tasks = plan.project.tasks
        return float(tasks["fixed_cost"].sum())
    minutes = plan.tasks.set_index("id")["remaining_hours"].reindex(costs.rate.index) * 60
    return float(costs.fixed + (costs.rate * minutes).sum())


def levers(
    plan: Schedule, ranking: Sequence[str], permit: Permit | None = None
) -> tuple[Lever, ...]:
    """The levers that the data allow and the manager permits.

    Responses of open risks whose residual figures are known; overtime, overlapping with a
    predecessor that sets its start, and a further person of the same role or department, on the
    tasks of `ranking` (those that drive the finish most come first); optional tasks left out. Crash
    levers are not guessed: how much faster a task can be for how much money only its owner knows.

    Returns
    -------
    Only levers that can be made and that move a date or a risk, in the order of the kinds.
    """
    permit, planned = permit or Permit(), direct_cost(plan)
    found = []
    for change in _changes(plan, list(ranking)[:MOST_TASKS], permit):
        if change.kind in permit.kinds and not any(change.problems(plan.project)):
            found.append(_lever(plan, change, None, planned))
    return tuple(lever for lever in found if lever.price <= permit.most_cost)


def _changes(plan: Schedule, tasks: list[str], permit: Permit) -> Iterator[Change]:
    project = plan.project
    risks = project.register[
        (project.register["kind"] == "risk") & project.register["response_done_date"].isna()
    ]
    for risk in risks["id"]:
        yield Mitigate(risk)
    for task in permit.optional_tasks:
        yield Drop((task,))
    first = (plan.status_date or plan.start).normalize() + pd.Timedelta(days=1)
    last = permit.until or first + pd.Timedelta(weeks=4)
    for task in tasks:
        if _may_work(project, task, permit) and last > first:
            yield Overtime((task,), first, last, permit.overtime_hours)
            if permit.weekends:
                yield Overtime((task,), first, last, permit.overtime_hours, weekends=True)
    yield from _overlaps(plan, tasks, permit)
    for task in tasks:
        for person in _who_could_join(project, task, permit):
            yield AddPerson(person, (task,))


def _assigned(project: Project, task: str) -> pd.DataFrame:
    people = project.resources[project.resources["kind"].isin(["person", "role"])]
    mine = project.assignments.loc[project.assignments["task_id"] == task, "resource_id"]
    return people[people["id"].isin(mine)]


def _may_work(project: Project, task: str, permit: Permit) -> bool:
    """Whether all who are on the task may do overtime."""
    return not permit.people or _assigned(project, task)["id"].isin(permit.people).all()


def _overlaps(plan: Schedule, tasks: list[str], permit: Permit) -> Iterator[Change]:
    project, open_tasks = plan.project, set(plan.tasks.loc[~plan.tasks["is_finished"], "id"])
    links, started = project.links, begun(project)
    into = links[
        links["successor_id"].isin(tasks) & ~links["successor_id"].isin(started)
        & links["predecessor_id"].isin(open_tasks) & (links["kind"] == "FS")
        & (links["lag_kind"] == "working")
    ]  # fmt: skip
    left = remaining_hours(project, into["predecessor_id"].unique())
    for one, other in zip(into["predecessor_id"], into["successor_id"], strict=True):
        hours = float(round(left[one] * permit.overlap_share))
        if hours > 0:
            yield Overlap(one, other, hours)


def _who_could_join(project: Project, task: str, permit: Permit) -> list[str]:
    """At most two people of the role or department of those who are on the task."""
    there, people = _assigned(project, task), project.resources
    is_free = ~people["id"].isin(there["id"]) & (people["kind"] == "person")
    if permit.people:
        is_free &= people["id"].isin(permit.people)
    same_role = people["role"].isin(there["role"]) & (people["role"] != "")
    same_house = people["department_id"].isin(there["department_id"]) & (
        people["department_id"] != ""
    )
    near = people.assign(is_far=~same_role)[is_free & (same_role | same_house)]
    return near.sort_values("is_far", kind="stable")["id"].head(2).tolist()
