"""Why the date and the cost moved: what lies between two snapshots, in parts that add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import instants_of, minutes_of
from pmtools.errors import ProjectError
from pmtools.measure.flow import flow
from pmtools.measure.matching import Matching, matched
from pmtools.measure.movement import (
    MOST_EXACT,
    Measure,
    Movement,
    NoMovement,
    Question,
    Value,
    movement_of,
)
from pmtools.measure.replay import RANGES, Item, Quantity, Replay
from pmtools.metrics import CannotSay
from pmtools.project import Project
from pmtools.schedule import Schedule, options_of, schedule
from pmtools.schedule.critical_path import dates_of
from pmtools.schedule.limits import limits_of
from pmtools.schedule.network import network_of
from pmtools.schedule.progress import progress_of, status_minute
from pmtools.schedule.result import HORIZON
from pmtools.simulate import Simulation, simulate
from pmtools.simulate.correlation import USUAL
from pmtools.simulate.costs import costs_of
from pmtools.words import day

FEW_TRIALS = 2_000
"""Trials in which changes are compared one by one: the same ones with and without it."""
FEW_ITEMS = 5
"""Changes of a group that are simulated one by one."""
TIME_PARTS: tuple[str, ...] = ("minutes", "calendar_minutes")


@dataclass(frozen=True, eq=False)
class Bridge(Movement):
    """The movement of a project's finish; `p80` and `cost` are those of its other forecasts.

    All that a `Movement` has, and moved_minutes, moved_calendar_minutes: working time of the
    project's calendar as it is now, and by the clock.
    """

    moved_minutes: int = 0
    moved_calendar_minutes: int = 0
    asked: _Asked = field(default=None, repr=False)  # type: ignore[assignment]

    @cached_property
    def p80(self) -> Movement | NoMovement:
        """The movement of the date that is met with the confidence asked for, by simulation: also
        by ranges and risks.
        """
        return _said(self.asked.percentile)

    @cached_property
    def cost(self) -> Movement | NoMovement:
        """The movement of the cost at completion of the plan (see `explain_finish`)."""
        return _said(self.asked.cost)


def explain_finish(
    before: Project | Schedule,
    after: Project | Schedule,
    *,
    confidence: float = 0.8,
    n_trials: int = 10_000,
    seed: int = 1,
    correlation: float | pd.DataFrame = USUAL,
    exact: int = MOST_EXACT,
) -> Bridge:
    """Why the forecasts moved between two snapshots of one project: its finish, the date of a
    confidence and the cost at completion.

    The earlier plan is replayed with the changes of some groups taken over: passage of time (the
    status date alone), progress (with what was spent on it), re-estimates, scope, logic, calendars
    and leave, resources, constraints, options; for the confidence also ranges (points beside the
    most likely one, classes, pace of teams) and risks; for the cost also rates and fixed costs. A
    part is the mean, over the orders in which groups can be taken over, of what the forecast
    moves when its group is. Rows are matched as `matched` says.

    The cost at completion is what is recorded as spent and the work that remains, at the rates of
    whoever is assigned, with fixed costs still to come: the planned cost of `contingency`, without
    ranges and risks.

    Parameters
    ----------
    confidence, n_trials, seed, correlation
        As `simulate` takes them: what `p80` explains is the date that it gives, with the
        throughput of the teams in each snapshot.
    exact
        Groups up to which all orders are replayed, 2^n plans; of more, their list is taken over
        from each of its groups on, forwards and backwards (simulated: as it is, and backwards).

    Raises
    ------
    ProjectError
        Where one of the two has no schedule.
    """
    match = matched(*(p.project if isinstance(p, Schedule) else p for p in (before, after)))
    now = after.project if isinstance(after, Schedule) else after
    asked = _Asked(
        match, (_plan(match.before), _plan(now)), confidence, n_trials, seed, correlation, exact
    )
    return asked.finish()


def explain_last(schedules: Sequence[Schedule], **how: Any) -> Bridge | NoMovement:
    """Why the forecasts moved between the last two of `schedules`, as `explain_finish` tells it.

    CannotSay where there is only one.
    """
    if len(schedules) < 2:
        return NoMovement("there is no earlier status date to compare with")
    return explain_finish(*schedules[-2:], **how)


def _plan(project: Project) -> Schedule:
    """The schedule, with its drivers of equal right chosen by their ids, not by their rows."""
    tasks, links = project.tasks.sort_values("id"), project.links
    return schedule(project.replace(tasks=tasks, links=links.sort_values([*links])))


def _said(explained: Any) -> Movement | NoMovement:
    try:
        found = explained()
    except ProjectError as error:
        found = CannotSay(str(error.problems[0]))
    return NoMovement(found.reason) if isinstance(found, CannotSay) else found


@dataclass(frozen=True, eq=False)
class _Asked:
    """Two plans, and how their forecasts are compared."""

    match: Matching
    plans: tuple[Schedule, Schedule]
    confidence: float
    n_trials: int
    seed: int
    correlation: float | pd.DataFrame
    exact: int

    def finish(self) -> Bridge:
        """The bridge of the finish."""
        found = self._movement(
            "finish", "the finish", [plan.finish for plan in self.plans],
            lambda project, _: self._dated(finish_of(project)),
        )  # fmt: skip
        minutes, clock = (int(found["parts"][name].sum()) for name in TIME_PARTS)
        return Bridge(**found, moved_minutes=minutes, moved_calendar_minutes=clock, asked=self)

    def percentile(self) -> Movement | CannotSay:
        """That of the date of a confidence."""
        name, few = f"P{self.confidence * 100:g}", min(FEW_TRIALS, self.n_trials)
        paces = [flow(plan.project).throughput for plan in self.plans]
        more = [(RANGES, "", "pace of the teams measured anew")]
        more = [] if paces[0].equals(paces[1]) else more

        def at(plan: Any, pace: pd.DataFrame, n_trials: int) -> pd.Timestamp | CannotSay:
            how = {"seed": self.seed, "correlation": self.correlation, "throughput": pace}
            found = simulate(plan, n_trials=n_trials, **how)
            return found.finish_at(self.confidence) if isinstance(found, Simulation) else found

        def measured(n_trials: int) -> Measure:
            return lambda project, taken: self._dated(
                at(project, paces[int(bool(more) and taken[0])], n_trials)
            )

        ends = [at(plan, pace, self.n_trials) for plan, pace in zip(self.plans, paces, strict=True)]
        remark = (f"; {self.n_trials:,} trials a plan, seed {self.seed}, the same draws in each; "
                  f"changes one by one in {few:,}")  # fmt: skip
        return self._explained(
            "percentile", name, ends, measured(self.n_trials), probe=measured(few), more=more,
            remark=remark, most_items=FEW_ITEMS, is_turned=False,
        )  # fmt: skip

    def cost(self) -> Movement | CannotSay:
        """That of the cost at completion."""
        remark = "; recorded cost and the planned cost of what remains, without ranges and risks"
        return self._explained(
            "cost", "the planned cost", [planned_cost(plan) for plan in self.plans],
            lambda project, _: _cents(planned_cost(schedule(project))), remark=remark,
        )  # fmt: skip

    def _explained(
        self, quantity: Quantity, name: str, ends: Sequence[Any], *how: Any, **more: Any
    ) -> Movement | CannotSay:
        for plan, end in zip(self.plans, ends, strict=True):
            if isinstance(end, CannotSay):
                on = "" if plan.status_date is None else f" on {day(plan.status_date)}"
                return CannotSay(f"{name}{on} is not known: {end.reason}")
        return Movement(**self._movement(quantity, name, ends, *how, **more))

    def _movement(
        self, quantity: Quantity, name: str, ends: Sequence[Any], measure: Measure, *,
        probe: Measure | None = None, more: Sequence[Item] = (), **how: Any,
    ) -> dict[str, Any]:  # fmt: skip
        before, after = (plan.project for plan in self.plans)
        whole, told, unit = TIME_PARTS, "days", 60 * after.header.hours_per_day
        if quantity == "cost":
            whole, told, unit = ("cents",), "amount", 100.0
        first, last = (_cents(end) if quantity == "cost" else self._dated(end) for end in ends)
        assert first and last, "both ends are known"
        return movement_of(
            Question(
                name, self.plans, (ends[0], ends[1]), (first, last),
                Replay(before, after, quantity, more), measure, probe or measure, whole, told, unit,
                self.match.doubtful, exact=self.exact, **how,
            )
        )  # fmt: skip

    def _dated(self, finish: pd.Timestamp | CannotSay) -> Value | None:
        """Minutes of the project's calendar as it is now, and by the clock."""
        if isinstance(finish, CannotSay):
            return None
        minute = int(minutes_of(finish))
        return int(self.plans[1].calendars[""].minutes_before(minute)), minute


def _cents(cost: float | CannotSay) -> Value | None:
    return None if isinstance(cost, CannotSay) else (round(100 * cost),)


def finish_of(project: Project) -> pd.Timestamp:
    """`schedule(project).finish` alone, without its tables.

    Raises ProjectError as `schedule` does.
    """
    network = network_of(project, options_of(project.header))
    progress = progress_of(network)
    dates = dates_of(network, limits_of(network, progress))
    is_point = dates.finish == dates.start
    finish = np.where(is_point, dates.instant, network.at(dates.finish, "finish"))
    last = np.where(progress.is_finished, progress.finish, finish)[network.is_leaf].max()
    if last > minutes_of(HORIZON):
        return schedule(project).finish  # says which task it is
    return pd.Timestamp(instants_of(last).item())


def planned_cost(plan: Schedule) -> float | CannotSay:
    """What is spent, by whatever status date, and what remains as planned: level of effort by the
    time that it goes on, counted in the project's calendar.
    """
    project, rows = plan.project, plan.tasks.set_index("id")
    undated = project.replace(header=replace(project.header, status_date=None))
    costs = costs_of(replace(plan, project=undated))
    if isinstance(costs, CannotSay):
        return costs
    work = float(costs.rate @ (60 * rows["remaining_hours"].reindex(costs.rate.index)))
    rows, before = rows.loc[costs.support.index], plan.calendars[""].minutes_before
    since = max(int(minutes_of(project.header.start)), status_minute(project))
    minutes = before(minutes_of(rows["finish"])) - before(np.fmax(minutes_of(rows["start"]), since))
    return costs.spent + costs.fixed + work + float((costs.support * minutes).sum())
