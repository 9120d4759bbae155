"""Changes that are tried while the hand moves: the same trials each time, and no step twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import Minutes, instants_of, minutes_of
from pmtools.decide.scenario import ChangeBudget, Crash, MoveDeadline, Scenario
from pmtools.decide.scenario.change import Change, begun, remaining_hours
from pmtools.metrics import CannotSay
from pmtools.schedule import Schedule, schedule
from pmtools.simulate import NoSimulation, Simulation
from pmtools.simulate.case import Case, Settings, case_of, run_case
from pmtools.simulate.correlation import USUAL
from pmtools.simulate.model import Model
from pmtools.simulate.trials import run

MOST_KEPT = 64


@dataclass(frozen=True, eq=False)
class Outcome:
    """What changes make of a plan.

    - simulation: or why there is none; finish: of the work, as planned
    - moved, the farthest first: task_id, name, before_start, before, after_start, after (dates),
      days (working days later, below 0 earlier): unfinished tasks that move by half a day or more
    """

    simulation: Simulation | NoSimulation
    finish: pd.Timestamp
    moved: pd.DataFrame


@dataclass(frozen=True, eq=False)
class _Base:
    """A changed plan made ready for trials, and what of it can be crashed by factors alone.

    - remaining: hours by task, of those; whole: planned hours by task; place: of tasks in the case
    - keeps_work: of tasks in the case, whether the hours of its people are stated, and stay
    """

    plan: Schedule
    case: Case | CannotSay
    remaining: dict[str, float]
    whole: dict[str, float]
    place: dict[str, int]
    keeps_work: np.ndarray


class Live:
    """Tries changes of a plan; `outcome` is exact, and quick for what sliders do.

    A crash only puts factors into trials that are ready, a deadline or budget only asks the trials
    again; every other change is scheduled and made ready once, and kept.
    """

    def __init__(
        self, plan: Schedule, *, n_trials: int = 1_000, seed: int = 1,
        throughput: pd.DataFrame | None = None,
    ) -> None:  # fmt: skip
        self.plan = plan
        self.settings = Settings(n_trials, seed, USUAL, None, throughput, False, 1)
        self._bases: dict[Any, _Base] = {}
        self._runs: dict[Any, Any] = {}
        tasks = plan.tasks
        self._begun = begun(plan.project)
        self._rows, self._finish = pd.Index(tasks["id"]), minutes_of(tasks["finish"])
        is_work = ~tasks["kind"].isin(["summary", "level_of_effort"]) & ~tasks["is_finished"]
        self._is_work = is_work.to_numpy(bool)

    def outcome(self, changes: Sequence[Change]) -> Outcome:
        """What the changes make of the plan.

        Raises
        ------
        ProjectError
            With what stands against them.
        """
        is_wish = [isinstance(c, ChangeBudget) or _is_deadline(c) for c in changes]
        wishes = [c for c, is_one in zip(changes, is_wish, strict=True) if is_one]
        work = [c for c, is_one in zip(changes, is_wish, strict=True) if not is_one]
        crashes = [c for c in work if isinstance(c, Crash)]
        others = tuple(c for c in work if not isinstance(c, Crash))
        base = self._base(others)
        if not all(self._is_quick(base, others, crash) for crash in crashes):
            others, crashes = tuple(work), []
            base = self._base(others)
        found = _kept(self._runs, (others, *crashes), lambda: self._run(base, crashes))
        if found is None:
            base = self._base(tuple(work))
            found = _kept(self._runs, tuple(work), lambda: self._run(base, []))
        case, trials, finish, moved = found
        if isinstance(case, CannotSay):
            return Outcome(NoSimulation(case.reason), finish, moved)
        if wishes:
            header = Scenario("", tuple(wishes)).apply(self.plan.project).header
            plan = replace(base.plan, project=base.plan.project.replace(header=header))
            case = replace(case, plan=plan)
        return Outcome(Simulation(case, trials, self.settings), finish, moved)

    def _base(self, changes: tuple[Change, ...]) -> _Base:
        return _kept(self._bases, changes, lambda: self._made(changes))

    def _made(self, changes: tuple[Change, ...]) -> _Base:
        if changes:
            plan = schedule(
                Scenario("", changes).apply(self.plan.project), options=self.plan.options
            )
        else:
            plan = self.plan
        case = case_of(plan, self.settings)
        if isinstance(case, CannotSay):
            return _Base(plan, case, {}, {}, {}, np.zeros(0, bool))
        project, tasks = plan.project, case.tasks
        ids = tasks.loc[(tasks["source"] != "team") & (tasks["remaining"] > 0), "task_id"]
        links, used = project.links, project.assignments
        is_odd = links["kind"].isin(["FF", "SF"]) | (links["lag_kind"] == "percent")
        odd = {*links.loc[is_odd, "predecessor_id"], *links.loc[is_odd, "successor_id"]}
        stated = used["work_hours"].notna().groupby(used["task_id"]).agg(["min", "max"])
        mixed = stated.index[stated["min"] != stated["max"]]
        if len(case.model.networks) > 1:
            ids = ids[:0]
        ids = ids[~ids.isin(odd) & ~ids.isin(mixed)]
        place = {each: n for n, each in enumerate(tasks["task_id"])}
        keeps = tasks["task_id"].isin(stated.index[stated["min"]]).to_numpy()
        whole = project.tasks.set_index("id")["duration_hours"].fillna(0).to_dict()
        return _Base(plan, case, remaining_hours(project, ids).to_dict(), whole, place, keeps)

    def _is_quick(self, base: _Base, others: Sequence[Change], crash: Crash) -> bool:
        """Whether the crash is only other durations and rates, and contradicts nothing."""
        touches = (set(c.aspects(self.plan.project)) for c in others)
        return (
            crash.task_id in base.remaining
            and crash.remaining_hours > 0
            and (crash.cost == 0 or (crash.cost > 0 and crash.task_id not in self._begun))
            and not any(key.startswith(crash.task_id) for each in touches for _, key in each)
        )  # fmt: skip

    def _run(self, base: _Base, crashes: Sequence[Crash]) -> Any:
        """Case, trials, finish, moved tasks; None where a price changes, for then work may fall."""
        tasks = base.plan.tasks
        times = minutes_of(tasks["start"]), minutes_of(tasks["finish"])
        if isinstance(base.case, CannotSay):
            return base.case, None, base.plan.finish, self._moved(tasks["id"], *times)
        case, model, place = base.case, base.case.model, base.place
        factor, grown = np.ones((2, len(place)))
        for crash in crashes:
            at, left = place[crash.task_id], base.remaining[crash.task_id]
            hours = round(60 * crash.remaining_hours) / 60
            factor[at] = hours / left
            if whole := base.whole[crash.task_id]:
                grown[at] = (whole + hours - left) / whole
        ranges = model.remaining
        model = replace(
            model, fixed=model.fixed + sum(c.cost for c in crashes),
            remaining=replace(ranges, low=ranges.low * factor, span=ranges.span * factor),
            rate=np.where(base.keeps_work, model.rate / grown, model.rate),
        )  # fmt: skip
        case = replace(case, model=model)
        if crashes:
            was, times = times[0], self._planned(base, model, factor, *times)
            dates = np.sort(minutes_of(base.plan.project.rates["from"].dropna()))
            if (np.searchsorted(dates, was) != np.searchsorted(dates, times[0])).any():
                return None
        is_work = ~tasks["kind"].isin(["summary", "level_of_effort"]).to_numpy()
        finish = pd.Timestamp(instants_of(times[1][is_work].max()).item())
        return case, run_case(case, self.settings), finish, self._moved(tasks["id"], *times)

    def _planned(
        self, base: _Base, model: Model, factor: np.ndarray, start: Minutes, finish: Minutes
    ) -> tuple[Minutes, Minutes]:
        """Start and finish of the tasks as planned: one trial without ranges and risks."""
        assert isinstance(base.case, Case), "asked where there is one"
        ranges, risks, network = model.remaining, model.risks, model.networks[0]
        planned = base.case.tasks["remaining"].to_numpy() * factor
        certain = replace(
            model, remaining=replace(ranges, low=planned, span=np.zeros(len(planned))),
            risks=replace(risks, probability=np.zeros(len(risks.probability))),
            watched=np.arange(len(network.ids)),
        )  # fmt: skip
        tasks = base.plan.tasks
        rows = pd.Index(tasks["id"]).get_indexer(list(network.ids))
        now = finish.copy()
        now[rows] = run(certain, n_trials=1, seed=1, block=8).watched[0]
        now = np.where(tasks["is_finished"], finish, now)
        whole = np.ones(len(tasks))
        whole[rows[model.node]] = factor
        begin = now.copy()
        ids = base.plan.project.tasks.set_index("id")["calendar_id"].reindex(tasks["id"])
        for each in ids.unique():
            mine, calendar = (ids == each).to_numpy(), base.plan.calendars[each]
            worked = calendar.minutes_before(finish[mine]) - calendar.minutes_before(start[mine])
            length = np.rint(worked * whole[mine]).astype(np.int64)
            at = calendar.instant_at(calendar.minutes_before(now[mine]) - length)
            begin[mine] = np.where(length == 0, now[mine], at)
        stays = tasks["is_started"].to_numpy() | (now == finish)
        return np.where(stays, start, begin), now

    def _moved(self, ids: pd.Series, start: Minutes, finish: Minutes) -> pd.DataFrame:
        """Of tasks of the plan: those of a changed plan that are not in it did not move."""
        rows, before = self._rows.get_indexer(ids), self.plan.calendars[""].minutes_before
        minutes = before(finish) - before(self._finish[rows])
        days = minutes / 60 / self.plan.project.header.hours_per_day
        moved = np.flatnonzero((np.abs(days) >= 0.5) & (rows >= 0) & self._is_work[rows])
        moved = moved[np.argsort(-np.abs(days[moved]), kind="stable")]
        was = self.plan.tasks.iloc[rows[moved]]
        return pd.DataFrame({
            "task_id": was["id"].array, "name": was["name"].array,
            "before_start": was["start"].array, "before": was["finish"].array,
            "after_start": instants_of(start[moved]), "after": instants_of(finish[moved]),
            "days": days[moved],
        })  # fmt: skip


def _is_deadline(change: Change) -> bool:
    return isinstance(change, MoveDeadline) and not change.task_id


def _kept(known: dict[Any, Any], key: Any, make: Callable[[], Any]) -> Any:
    """What is known by a key; made where it is not. The oldest of many are forgotten."""
    if key not in known:
        known[key] = make()
        while len(known) > MOST_KEPT:
            known.pop(next(iter(known)))
    return known[key]
