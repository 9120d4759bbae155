"""Levelling: nobody is asked for more than there is of them, and the end is as early as can be."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pmtools.calendars import Minutes
from pmtools.project import Project
from pmtools.schedule import Schedule, ScheduleOptions, options_of, schedule
from pmtools.schedule.levelling.case import NOT_DELAYED, Case, case_of
from pmtools.schedule.levelling.grid import grid_of
from pmtools.schedule.levelling.placement import Placement, place_in
from pmtools.schedule.levelling.result import Levelling, levelling_of
from pmtools.schedule.levelling.search import search
from pmtools.schedule.limits import limits_of
from pmtools.schedule.network import network_of
from pmtools.schedule.progress import progress_of

__all__ = ["Levelling", "level"]


def level(
    project: Project,
    *,
    time_limit: float = 5.0,
    seed: int = 0,
    within_float: bool = False,
    options: ScheduleOptions | None = None,
    workers: int = 2,
    max_schedules: int | None = None,
) -> Levelling:
    """A plan in which nobody is asked for more than there is of them, finished as early as can be.

    First no deadline is missed that can be kept, then the finish counts, then how little moves
    from the current plan, tasks of high priority least. Work that has started stays, and tasks of
    priority 1000 are not delayed for people. Tasks are not split. Earlier levelling delays are
    taken back; what should start as late as possible starts no earlier than in the current plan.

    Parameters
    ----------
    project
        People and equipment are levelled by the units of their assignments, against their
        capacity, `availability` and calendar; material and level of effort are not. A day off in
        somebody's usual week stops a task that needs them; outside that week (at night, on
        weekends) a task that goes on needs nobody.
    time_limit, workers
        Seconds and threads for the search; with 0 seconds still a feasible plan.
    seed, max_schedules
        The same seed and number of schedules give the same plan, on any machine that has the time.
    within_float
        Smoothing: no task comes after its late dates, the finish stays; what cannot be solved so
        stays as it is and is named in `conflicts`.
    options
        The rules; without them those of `header.scheduling`.

    Raises
    ------
    ProjectError
        Before any search, for each assignment that asks for more than there ever is; else as
        `schedule`.

    Notes
    -----
    Serial schedule generation over a genetic search with justification (see `search`), placed to
    the minute by the rules of the plan. "Priority" as in Microsoft Project.
    """
    rules = options or options_of(project.header)
    before = schedule(project, options=rules)
    network = network_of(unlevelled(project, before), rules)
    limits = limits_of(network, progress_of(network))
    case = case_of(network, limits, before, within_float=within_float)
    plan, bound = _best(place_in(case, keys) for keys in rules_of(case)), case.end
    if case.waits.any():
        grid = grid_of(case, plan)
        found = search(
            grid.problem, time_limit=time_limit, seed=seed, workers=workers,
            max_schedules=max_schedules,
        )  # fmt: skip
        bound = max(bound, grid.bound(found))
        plan = _best([plan, place_in(case, grid.keys(case, found))])
    return levelling_of(case, plan, before, bound)


def unlevelled(project: Project, before: Schedule) -> Project:
    """Without earlier levelling delays; what is as late as possible is held where it is now."""
    tasks = project.tasks.copy()
    planned = before.tasks.set_index("id").reindex(tasks["id"])
    is_open = ~planned["is_started"].fillna(True).to_numpy(bool)
    is_late = is_open & (tasks["constraint"] == "ALAP").to_numpy()
    starts = planned["early_start"].array
    tasks.loc[is_late, "constraint"] = "SNET"
    tasks.loc[is_late, "constraint_date"] = starts[is_late]
    tasks.loc[is_open & (tasks["priority"] < NOT_DELAYED), "levelling_delay_hours"] = 0.0
    return project.replace(tasks=tasks)


def _best(plans: Iterable[Placement]) -> Placement:
    return min(plans, key=lambda plan: plan.cost)


def rules_of(case: Case) -> list[Minutes]:
    """Orders to begin with: by late start, and as in the current plan; then by priority."""
    late = case.state.nodes["late"] - case.limits.duration
    first = -case.network.of_task("priority")
    dates = (case.network.at(worked, "start") for worked in (late, case.reference))
    return [np.argsort(np.lexsort((first, date))) for date in dates]
