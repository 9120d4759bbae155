"""The levelled plan: as a schedule, as a project, what moved and why, and what is proved."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import MISSING, instants_of, minutes_of
from pmtools.project import Project
from pmtools.schedule import Schedule, schedule
from pmtools.schedule.levelling.capacity import Free
from pmtools.schedule.levelling.case import NOT_DELAYED, Case
from pmtools.schedule.levelling.placement import Placement
from pmtools.schedule.limits import NEVER
from pmtools.words import Statement, day, number, plain

DELAYED = {"SNLT", "FNLT", "MSO", "MFO"}
"""Constraints that a later start leaves behind: a deadline tells of them."""
MOVES = ("task_id", "name", "start_before", "start", "finish_before", "finish", "moved_days",
         "priority", "because")  # fmt: skip
CONFLICTS = {
    "resource_id": "str", "resource": "str", "from": "datetime64[us]", "to": "datetime64[us]",
    "needed": "float64", "capacity": "float64", "tasks": "str", "reason": "str",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Levelling:
    """A levelled plan.

    - schedule, before: with and without levelling; `project` schedules to the dates of `schedule`
    - moves, a row a task that moved: task_id, name, start_before, start, finish_before, finish,
      moved_days (working days of its finish), priority, because (the resources it waits for, else
      what sets its date)
    - conflicts, a row an overload that remains: resource_id, resource, from, to, needed, capacity,
      tasks (names), reason
    - finish: of the work; no plan can be finished before `bound`; `is_punctual` where no limit or
      deadline is missed (else a plan that misses them by more could be)
    - gap_days, gap_percent: working time from bound to finish; also as part of that from the start
      to the bound
    """

    schedule: Schedule
    before: Schedule
    project: Project = field(repr=False)
    moves: pd.DataFrame = field(repr=False)
    conflicts: pd.DataFrame = field(repr=False)
    finish: pd.Timestamp
    bound: pd.Timestamp
    gap_days: float
    gap_percent: float
    is_punctual: bool

    @property
    def is_optimal(self) -> bool:
        """Whether it is proved that nothing finishes earlier and misses no deadline by more."""
        return self.gap_days == 0

    @property
    def proof(self) -> Statement:
        """What is proved of the finish."""
        other = "no plan" if self.is_punctual else "no plan that is as punctual"
        if self.is_optimal:
            return Statement(f"Optimal: {other} is finished before {day(self.finish)}", "green")
        days, percent = number(self.gap_days, 1), number(self.gap_percent, 1)
        return Statement(
            f"At most {days} days ({percent}%) later than the best possible: "
            f"{other} is finished before {day(self.bound)}"
        )

    def __str__(self) -> str:
        moved, left = len(self.moves), len(self.conflicts)
        return (
            f"{plain(self.project.header.name)}: levelled to {day(self.finish)}, was "
            f"{day(self.before.finish)}; {moved} task{'s' * (moved != 1)} moved, {left} "
            f"overload{'s' * (left != 1)} left. {self.proof.text}"
        )

    def _repr_html_(self) -> Any:
        tables = [frame.to_html(index=False, max_rows=20) for frame in (self.moves, self.conflicts)
                  if len(frame)]  # fmt: skip
        return f"<p>{html.escape(str(self))}</p>" + "".join(tables)


def levelling_of(case: Case, plan: Placement, before: Schedule, bound: int) -> Levelling:
    """All that is told of a placement; nothing finishes before minute `bound`."""
    project, finish = levelled_project(case, plan), case.end_of(plan.state)
    after, bound = schedule(project, options=case.network.options), min(bound, finish)
    count = after.calendars[""].hours_between
    gap, whole = count(bound, finish), count(int(minutes_of(after.start)), bound)
    return Levelling(
        schedule=after,
        before=before,
        project=project,
        moves=_moves(case, plan, before, after),
        conflicts=_conflicts(case, plan),
        finish=pd.Timestamp(instants_of(finish)),
        bound=pd.Timestamp(instants_of(bound)),
        gap_days=gap / project.header.hours_per_day,
        gap_percent=100 * gap / max(whole, 1e-9),
        is_punctual=plan.cost[1] == 0,
    )


def levelled_project(case: Case, plan: Placement) -> Project:
    """The project with what makes each task wait: a delay, or an earliest start.

    A delay where constraints are hard, as in Microsoft Project; else a constraint, as Primavera
    has no delay. A soft limit that gives way to it becomes a deadline.
    """
    network, tasks = case.network, case.network.project.tasks.copy()
    delays, starts, deadlines = {}, {}, {}
    for node, wait in plan.waits.items():
        row = int(network.task[node])
        calendar = network.calendars.by_position[network.calendar[node]]
        start = calendar.instant_at(wait.start)
        if network.options.are_constraints_hard:
            delays[row] = (start - calendar.instant_at(wait.begin)) / 60
        else:
            starts[row] = instants_of(start)
            if tasks["constraint"].iloc[row] in DELAYED:
                latest = int(case.limits.latest[node])
                deadlines[row] = instants_of(calendar.instant_at(latest, "finish"))
    for column, values in (
        ("levelling_delay_hours", delays),
        ("constraint", dict.fromkeys(starts, "SNET")),
        ("constraint_date", starts),
        ("deadline", deadlines),
    ):
        tasks.loc[tasks.index[list(values)], column] = list(values.values())
    return network.project.replace(tasks=tasks)


def _moves(case: Case, plan: Placement, before: Schedule, after: Schedule) -> pd.DataFrame:
    names = case.resources["name"].tolist()
    ids = case.network.of_task("id")
    waits = {
        ids[node]: ", ".join(names[r] for r in wait.resources) for node, wait in plan.waits.items()
    }
    dates = ["start", "finish"]
    rows = after.tasks[~after.tasks["kind"].isin(["summary", "level_of_effort"])].set_index("id")
    was = before.tasks.set_index("id").loc[rows.index, dates]
    is_moved = (was != rows[dates]).any(axis=1)
    rows, was = rows[is_moved], was[is_moved]
    moved = after.calendars[""].hours_between(was["finish"], rows["finish"])
    because = rows["driver"].where(~rows.index.isin(waits), rows.index.map(waits))
    moves = rows[["name", "start", "finish"]].assign(
        start_before=was["start"], finish_before=was["finish"], because=because,
        moved_days=moved / after.project.header.hours_per_day,
        priority=case.network.project.tasks.set_index("id")["priority"].loc[rows.index],
    )  # fmt: skip
    return moves.rename_axis("task_id").reset_index()[[*MOVES]]


def _conflicts(case: Case, plan: Placement) -> pd.DataFrame:
    """Where a resource is still asked for more than there is of it, and why that stays."""
    rows: list[tuple[Any, ...]] = []
    needing = [node for node, needs in enumerate(case.needs) if needs]
    spans = {node: case.span(plan.state, node) for node in needing}
    names = case.network.of_task("name")
    for position in [at for at, free in enumerate(plan.free) if free.is_over.any()]:
        resource = case.resources.iloc[position]
        mine = {n: spans[n] for n in needing if any(d.resource == position for d in case.needs[n])}
        hours = _hours(case, plan.free[position], mine)
        for what, found in groupby(hours, lambda each: each[2]):
            if what:
                (first, *_), *_, (_, last, _) = [*found] * 2
                needed, capacity, nodes = what
                words = "; ".join(names[node] for node in nodes), _reason(case, nodes)
                span = instants_of(first), instants_of(last)
                rows.append((resource["id"], resource["name"], *span, needed, capacity, *words))
    return pd.DataFrame(rows, columns=[*CONFLICTS]).astype(CONFLICTS)


def _hours(case: Case, free: Free, spans: dict[int, tuple[int, int]]) -> list[tuple[int, int, Any]]:
    """When a resource is asked for: from, to, and what is too much there, if it is."""
    found: list[tuple[int, int, Any]] = []
    is_over, borders = free.is_over, free.edges.tolist()
    is_used = np.isfinite(free.stated) & (free.left < free.stated)
    for at in np.flatnonzero(is_used).tolist():
        first, last, what = borders[at], borders[at + 1], None
        if is_over[at]:
            nodes = tuple(n for n, span in spans.items() if _works(case, n, span, first, last))
            needed = round(float(free.stated[at] - free.left[at]), 6)
            what = needed, 0.0 if free.is_off[at] else float(free.stated[at]), nodes
        found.append((first, last, what))
    return found


def _works(case: Case, node: int, span: tuple[int, int], first: int, last: int) -> bool:
    calendar = case.network.calendars.by_position[case.network.calendar[node]]
    is_then = span[0] < last and first < span[1]
    return is_then and calendar.minutes_before(last) > calendar.minutes_before(first)


def _reason(case: Case, nodes: tuple[int, ...]) -> str:
    chosen = [*nodes]
    if (case.limits.begin[chosen] != MISSING).any():
        return "work that has started stays where it is"
    if (case.network.of_task("priority")[chosen] >= NOT_DELAYED).any():
        return f"a task of priority {NOT_DELAYED} is not delayed"
    if (case.state.nodes["start"][chosen] >= case.limits.cap[chosen]).any():
        return "a constraint says when it starts"
    if (case.latest[chosen] < NEVER).any():
        return "no float is left"
    return "the task takes longer than the time between days off"
