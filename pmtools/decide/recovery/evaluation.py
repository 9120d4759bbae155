"""The chance of a goal under any set of levers, on the same trials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import minutes_of
from pmtools.decide.recovery.levers import Lever
from pmtools.decide.scenario import Crash, Scenario
from pmtools.decide.scenario.change import remaining_hours
from pmtools.metrics import CannotSay
from pmtools.project import Project
from pmtools.schedule import Schedule, schedule
from pmtools.simulate.case import Case, Settings, case_of
from pmtools.simulate.model import Model, Ranges, TrialNetwork
from pmtools.simulate.networks import trial_network
from pmtools.simulate.trials import run

_EFFECTS = ("growth", "delay", "cost")
Chosen = frozenset[int]


@dataclass(frozen=True)
class Goal:
    """To be finished by a day: the project, or one task of it."""

    due: pd.Timestamp
    task_id: str = ""


@dataclass(frozen=True)
class _Effect:
    """What a lever changes: remaining durations (factors by task), risks (the model with them),
    the network (links, calendars, dates), or which tasks there are.
    """

    factors: dict[str, float]
    risks: Model | None
    is_network: bool
    is_whole: bool


class Evaluation:
    """How sure a goal is with a set of levers: always the same trials, so that sets compare.

    The plan is made ready for trials once. Other durations and risks are put into that; other
    links and calendars need another network, other tasks another case: kept for the next set.
    """

    def __init__(
        self, plan: Schedule, goal: Goal, levers: Sequence[Lever], settings: Settings
    ) -> None:
        self.plan, self.goal, self.levers, self.settings = plan, goal, tuple(levers), settings
        self.known: dict[Chosen, float] = {}
        self._cases: dict[Chosen, Case | CannotSay] = {}
        self._networks: dict[Chosen, TrialNetwork] = {}
        self._shared: dict[Chosen, pd.Series] = {}
        self._left: pd.Series | None = None
        self._projects: dict[Chosen, Project] = {frozenset(): plan.project}
        self._effects: dict[int, _Effect] = {}

    def chance(self, chosen: Chosen) -> float:
        """The share of the trials in which the goal is met with these levers."""
        if chosen not in self.known:
            due = int(minutes_of(self.goal.due))
            self.known[chosen] = float((self.finishes(chosen) <= due).mean())
        return self.known[chosen]

    def finishes(self, chosen: Chosen) -> np.ndarray:
        """The finish of the project, or of the goal's task, in each trial: minutes since 1970."""
        model = self.model(chosen)
        if model is None:
            return np.array([self._planned(schedule(self.project(chosen)))])
        is_certain = not model.remaining.span.any() and not len(model.risks.key)
        n_trials = 1 if is_certain else self.settings.n_trials
        trials = run(model, n_trials=n_trials, seed=self.settings.seed)
        return trials.watched[:, -1] if self.goal.task_id else trials.finish

    def finish_at(self, chosen: Chosen, chance: float) -> int:
        """The minute by which the goal is met with this chance."""
        return int(np.quantile(self.finishes(chosen), chance, method="inverted_cdf"))

    def model(self, chosen: Chosen) -> Model | None:
        """The plan with these levers, ready for trials; None where nothing is left to do."""
        whole = frozenset(n for n in chosen if self._effect(n).is_whole)
        case = self._case(whole)
        if isinstance(case, CannotSay):
            return None
        model, effects = case.model, [self._effect(n) for n in sorted(chosen - whole)]
        linked = whole.union(n for n in chosen if self._effect(n).is_network)
        if linked != whole:
            model = replace(model, networks=(self._network(linked),))
        for effect in effects:
            if effect.risks is not None:
                base = self._case(frozenset())
                assert isinstance(base, Case), "the risks of a lever are compared with the plan's"
                model = _with_risks(model, base.model, effect.risks)
        factors = self._factors(chosen - whole)
        factor = case.tasks["task_id"].map(factors).fillna(1.0).to_numpy()
        low, span = model.remaining.low * factor, model.remaining.span * factor
        return replace(model, remaining=replace(model.remaining, low=low, span=span))

    def project(self, chosen: Chosen) -> Project:
        """The project with these levers."""
        return self.scenario(chosen).apply(self.plan.project)

    def scenario(self, chosen: Chosen) -> Scenario:
        """These levers as a scenario."""
        return Scenario("Recovery", tuple(self.levers[n].change for n in sorted(chosen)))

    def _planned(self, plan: Schedule) -> int:
        tasks = plan.tasks
        is_work = ~tasks["kind"].isin(["summary", "level_of_effort"])
        mine = tasks["id"] == self.goal.task_id if self.goal.task_id else is_work
        return int(minutes_of(tasks.loc[mine, "finish"].max()))

    def _moved(self, chosen: Chosen) -> Project:
        """The project with what of these levers moves dates."""
        if chosen not in self._projects:
            last = max(chosen)
            before = self._moved(chosen - {last})
            self._projects[chosen] = self.levers[last].change.move(before)
        return self._projects[chosen]

    def _factors(self, chosen: Chosen) -> dict[str, float]:
        """What each task lasts, to the plan; two levers on one task are not independent."""
        users: dict[str, set[int]] = {}
        for n in chosen:
            for task in self._effect(n).factors:
                users.setdefault(task, set()).add(n)
        found = {}
        for task, mine in users.items():
            group = frozenset(mine)
            if len(group) == 1:
                found[task] = self._effect(min(group)).factors[task]
            else:
                if group not in self._shared:
                    self._shared[group] = self._ratio(self._moved(group))
                found[task] = float(self._shared[group][task])
        return found

    def _ratio(self, after: Project) -> pd.Series:
        """Remaining durations of a changed project to those of the plan."""
        before = self._remaining()
        left = remaining_hours(after, before.index)
        return (left / before.where(before > 0)).fillna(1.0)

    def _remaining(self) -> pd.Series:
        if self._left is None:
            self._left = remaining_hours(self.plan.project, self.plan.project.tasks["id"])
        return self._left

    def _case(self, chosen: Chosen) -> Case | CannotSay:
        if chosen not in self._cases:
            plan = schedule(self._moved(chosen)) if chosen else self.plan
            self._cases[chosen] = self._watching(case_of(plan, self.settings, may_be_certain=True))
        return self._cases[chosen]

    def _network(self, chosen: Chosen) -> TrialNetwork:
        if chosen not in self._networks:
            project = self._moved(chosen)
            undated = project.replace(tasks=project.tasks.assign(deadline=pd.NaT))
            self._networks[chosen] = trial_network(undated, self.plan.options)
        return self._networks[chosen]

    def _watching(self, case: Case | CannotSay) -> Case | CannotSay:
        if not self.goal.task_id or isinstance(case, CannotSay):
            return case
        node = case.model.networks[0].ids.index(self.goal.task_id)
        return replace(case, model=replace(case.model, watched=np.array([node], np.int64)))

    def _effect(self, n: int) -> _Effect:
        if n not in self._effects:
            change, base = self.levers[n].change, self._case(frozenset())
            if isinstance(base, CannotSay) or len(base.model.networks) > 1:
                self._effects[n] = _Effect({}, None, True, True)
            elif isinstance(change, Crash):
                self._effects[n] = self._effect_of_crash(change, base)
            else:
                self._effects[n] = self._effect_of(n, base)
        return self._effects[n]

    def _effect_of_crash(self, change: Crash, base: Case) -> _Effect:
        """What of it moves dates is one duration in whole minutes."""
        left = self._remaining().get(change.task_id, 0.0)
        ratio = round(60 * change.remaining_hours) / (60 * left) if left > 0 else 1.0
        is_led = change.task_id in _by_team(base)
        factors = {} if ratio == 1 or is_led else {change.task_id: ratio}
        if min(factors.values(), default=1) <= 0:
            return _Effect({}, None, True, True)
        return _Effect(factors, None, self._is_odd(factors), False)

    def _effect_of(self, n: int, base: Case) -> _Effect:
        """By comparing the plan with what the change makes of it."""
        before, after = self.plan.project, self._moved(frozenset([n]))
        if _differs(before, after, "tasks", "id", "is_active", "kind", "parent_id"):
            return _Effect({}, None, True, True)
        ratio = self._ratio(after)
        factors = ratio[(ratio != 1) & ~ratio.index.isin(_by_team(base))].to_dict()
        is_network = (
            _differs(before, after, "tasks", "calendar_id", "constraint", "constraint_date",
                     "is_elapsed", "levelling_delay_hours", "ignores_resource_calendars")
            or not (before.links.equals(after.links) and before.exceptions.equals(after.exceptions))
            or before.header.calendar_id != after.header.calendar_id
            or self._is_odd(factors)
        )  # fmt: skip
        if min(factors.values(), default=1) <= 0:
            return _Effect({}, None, True, True)
        if before.register.equals(after.register):
            return _Effect(factors, None, is_network, False)
        if factors or is_network:
            other = case_of(schedule(after), self.settings, may_be_certain=True)
        else:  # the same dates
            same, network = replace(self.plan, project=after), base.model.networks[0]
            other = case_of(same, self.settings, network=network, may_be_certain=True)
        if isinstance(other, CannotSay) or not _are_alike(base, other):
            return _Effect({}, None, True, True)
        return _Effect(factors, other.model, is_network, False)

    def _is_odd(self, factors: dict[str, float]) -> bool:
        """Whether what a task is linked by depends on how long it takes."""
        links = self.plan.project.links
        touched = links["predecessor_id"].isin(factors) | links["successor_id"].isin(factors)
        is_odd = links["kind"].isin(["FF", "SF"]) | (links["lag_kind"] == "percent")
        return bool((touched & is_odd).any())


def _by_team(case: Case) -> set[str]:
    """The tasks that last as long as a backlog does."""
    return set(case.tasks.loc[case.tasks["source"] == "team", "task_id"])


def _differs(before: Project, after: Project, table: str, *columns: str) -> bool:
    names = [*columns]
    return not before.tables[table][names].equals(after.tables[table][names])


def _are_alike(one: Case, other: Case) -> bool:
    return one.risks["id"].tolist() == other.risks["id"].tolist() and (
        one.tasks["task_id"].tolist() == other.tasks["task_id"].tolist()
    )


def _with_risks(model: Model, base: Model, other: Model) -> Model:
    """The model with those risks of `other` that differ from what they are in `base`."""
    risks, tables = model.risks, model.tables
    changed: dict[str, Any] = {}
    differs = base.risks.probability != other.risks.probability
    pairs = {name: (getattr(base.risks, name), getattr(other.risks, name)) for name in _EFFECTS}
    for was, now in pairs.values():
        differs = differs | (was.low != now.low) | (was.span != now.span)
    for name, (_, now) in pairs.items():
        mine: Ranges = getattr(risks, name)
        table = np.where(differs, now.table + len(tables), mine.table)
        changed[name] = Ranges(
            table, np.where(differs, now.low, mine.low), np.where(differs, now.span, mine.span)
        )
    probability = np.where(differs, other.risks.probability, risks.probability)
    return replace(
        model, tables=np.concatenate([tables, other.tables]),
        risks=replace(risks, probability=probability, **changed),
    )  # fmt: skip
