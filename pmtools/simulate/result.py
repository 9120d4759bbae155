"""Simulation: where the project may end, as one date and one cost a trial."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import instants_of, minutes_of
from pmtools.metrics import CannotSay
from pmtools.project.frames import instant_of
from pmtools.schedule import Schedule
from pmtools.simulate.case import Case, Settings
from pmtools.simulate.model import Trials
from pmtools.simulate.sensitivity import sensitivity_of
from pmtools.words import day, money, number, plain

PROBABILITIES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
Z95 = 1.959963984540054


def nearest_rank(values: Any, probability: Any) -> Any:
    """The value that so large a share of the values does not exceed: always one of them."""
    return np.quantile(values, probability, method="inverted_cdf")


def half_width(values: np.ndarray, probability: float) -> tuple[Any, Any]:
    """The 95 % confidence interval of a percentile, by the ranks of a binomial count."""
    error = Z95 * np.sqrt(probability * (1 - probability) / len(values))
    return tuple(nearest_rank(values, np.clip([probability - error, probability + error], 0, 1)))


class NoSimulation(CannotSay):
    """Why there is no simulation, in place of each of its results: charts and tables tell it."""

    @property
    def goals(self) -> CannotSay:
        """The reason."""
        return self

    curve = marks = scatter = quantiles = milestones = tasks = convergence = goals


@dataclass(frozen=True, eq=False)
class Simulation:
    """Where a project may end, on the knowledge of its status date.

    - plan: the schedule that it varies; n_trials, seed; assumptions: sentences that belong to
      every result, the correlation first
    - finish: datetime64, a trial each; cost: in the currency, or why it cannot be said
    - precision_days: half of the 95 % confidence interval of the P80 finish, in working days
    - quantiles: quantity (finish, cost, milestone:ID), probability, finish, amount
    - milestones: task_id, name, forecast (of the plan), p10 ... p95, merge_bias_days, deadline,
      chance (of the deadline)
    - goals: goal, due, amount, chance, cannot_say: of each goal, the deadline and the budget
    - tasks: the tasks that remain: see `sensitivity_of`; `source` says where the range is from
    - convergence: n_trials, p50, p80, error_days: the same after fewer trials
    - curve (finish, chance), marks (name, finish, chance, kind), scatter (finish, cost): for charts
    """

    case: Case = field(repr=False)
    trials: Trials = field(repr=False)
    settings: Settings = field(repr=False)

    @property
    def plan(self) -> Schedule:
        """The schedule that is varied."""
        return self.case.plan

    @property
    def planned_finish(self) -> pd.Timestamp:
        """The finish of the work in the plan: level of effort is left out, as in every trial."""
        tasks = self.plan.tasks
        return tasks.loc[~tasks["kind"].isin(["summary", "level_of_effort"]), "finish"].max()

    @property
    def n_trials(self) -> int:
        """How many trials were run."""
        return self.trials.n_trials

    @property
    def seed(self) -> int:
        """What the random draws come from."""
        return self.settings.seed

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Sentences that belong to every result; the correlation first."""
        error = f"P80 of the finish is known to ±{number(self.precision_days, 1)} working days"
        people = "people are limited in every trial" if self.settings.is_limited else (
            "people are not limited")  # fmt: skip
        run = f"{number(self.n_trials)} trials, seed {self.seed}; {error} (95%); {people}."
        return (*self.case.assumptions, run)

    @cached_property
    def finish(self) -> np.ndarray:
        """The finish of the project in each trial."""
        return instants_of(self.trials.finish)

    @property
    def cost(self) -> np.ndarray | CannotSay:
        """The cost of the project in each trial."""
        costs = self.case.costs
        return costs if isinstance(costs, CannotSay) else self.trials.cost

    def finish_at(self, probability: float) -> pd.Timestamp:
        """The date that is met with this chance."""
        return pd.Timestamp(instants_of(nearest_rank(self.trials.finish, probability)).item())

    def cost_at(self, probability: float) -> float | CannotSay:
        """The cost that is not exceeded with this chance."""
        cost = self.cost
        return cost if isinstance(cost, CannotSay) else float(nearest_rank(cost, probability))

    def chance(self, finish: Any = None, cost: float | None = None) -> float | CannotSay:
        """The chance to be finished by a day, within a cost, or both together."""
        is_met = np.ones(self.n_trials, bool)
        if finish is not None:
            is_met &= self.trials.finish <= minutes_of(instant_of(finish, "finish"))
        if cost is not None:
            if isinstance(self.cost, CannotSay):
                return self.cost
            is_met &= self.cost <= cost
        return float(is_met.mean())

    def working_days(self, start: Any, finish: Any) -> Any:
        """Working days of the project's calendar between instants in minutes since 1970."""
        calendar, hours = self.plan.calendars[""], self.plan.project.header.hours_per_day
        before = calendar.minutes_before
        return (before(np.asarray(finish)) - before(np.asarray(start))) / 60 / hours

    @cached_property
    def precision_days(self) -> float:
        """Half of the 95 % confidence interval of the P80 finish."""
        return float(self.working_days(*half_width(self.trials.finish, 0.8))) / 2

    @cached_property
    def quantiles(self) -> pd.DataFrame:
        """P10 to P95 of finish, cost and each milestone that remains."""
        nodes, finishes = self._milestone_nodes()
        ids = self.case.model.networks[0].ids
        instants = {"finish": self.trials.finish} | {
            f"milestone:{ids[n]}": each for n, each in zip(nodes, finishes.T, strict=True)
        }
        rows = []
        for name, values in instants.items():
            for p, at in zip(PROBABILITIES, nearest_rank(values, PROBABILITIES), strict=True):
                rows.append((name, p, pd.Timestamp(instants_of(at).item()), np.nan))
        if not isinstance(self.cost, CannotSay):
            amounts = nearest_rank(self.cost, PROBABILITIES)
            rows += [("cost", p, pd.NaT, a) for p, a in zip(PROBABILITIES, amounts, strict=True)]
        return pd.DataFrame(rows, columns=["quantity", "probability", "finish", "amount"])

    def _milestone_nodes(self) -> tuple[np.ndarray, np.ndarray]:
        watched, milestones = self.case.model.watched, self.case.milestones
        return milestones, self.trials.watched[:, np.isin(watched, milestones)]

    @cached_property
    def milestones(self) -> pd.DataFrame:
        """The milestones that remain, in project order."""
        nodes, finishes = self._milestone_nodes()
        ids = np.array(self.case.model.networks[0].ids, object)[nodes]
        rows = self.plan.tasks.set_index("id").loc[list(ids)]
        found = pd.DataFrame(
            {"task_id": ids, "name": rows["name"].to_numpy(), "forecast": rows["finish"].to_numpy()}
        )
        for p in PROBABILITIES:
            dates = [nearest_rank(each, p) for each in finishes.T]
            found[f"p{round(p * 100)}"] = instants_of(np.array(dates, np.int64))
        due = minutes_of(rows["deadline"])
        met = np.array([(each <= at).mean() for each, at in zip(finishes.T, due, strict=True)])
        has_due = rows["deadline"].notna().to_numpy()
        return found.assign(
            merge_bias_days=[
                self._merge_bias(n, e) for n, e in zip(nodes, finishes.T, strict=True)
            ],
            deadline=rows["deadline"].to_numpy(),
            chance=np.where(has_due, met, np.nan) if len(nodes) else [],
        )

    def _merge_bias(self, node: int, finish: np.ndarray) -> float:
        """How many working days later, on average, than the latest average of what it waits for.

        What is finished holds nothing back. NaN where it waits for a summary or for the start
        of something, or with a lag.
        """
        model, links = self.case.model, self.plan.links
        ids, watched = model.networks[0].ids, model.watched
        into = links[links["successor_id"] == ids[node]]
        before = pd.Index(ids).get_indexer(into["predecessor_id"])
        is_plain = into["kind"].isin(["FS", "FF"]) & (into["lag_hours"] == 0) & (before >= 0)
        if not len(into) or not is_plain.all():
            return float("nan")
        is_done = self.plan.tasks.set_index("id")["is_finished"].reindex(into["predecessor_id"])
        before = before[~is_done.to_numpy(bool)]
        if not len(before):
            return 0.0
        count = self.plan.calendars[""].minutes_before
        means = count(self.trials.watched[:, np.searchsorted(watched, before)]).mean(axis=0)
        hours = self.plan.project.header.hours_per_day
        return float(count(finish).mean() - means.max()) / 60 / hours

    @cached_property
    def goals(self) -> pd.DataFrame:
        """The chance of each goal: the project is finished by its day; of deadline and budget."""
        header, goals = self.plan.project.header, self.plan.project.goals
        dates = [("Deadline", header.deadline), *zip(goals["goal"], goals["due"], strict=True)]
        rows = [
            (plain(name), due, np.nan, np.nan, "no day is said")
            if pd.isna(due)
            else (plain(name), due, np.nan, self.chance(finish=due), "")
            for name, due in dates
            if not (name == "Deadline" and due is None)
        ]
        if header.budget is not None:
            chance = self.chance(cost=header.budget)
            why = chance.reason if isinstance(chance, CannotSay) else ""
            known = np.nan if isinstance(chance, CannotSay) else chance
            rows.append(("Budget", pd.NaT, header.budget, known, why))
        columns = ["goal", "due", "amount", "chance", "cannot_say"]
        return pd.DataFrame(rows, columns=columns).astype({"due": "datetime64[us]"})

    @cached_property
    def tasks(self) -> pd.DataFrame:
        """The tasks that remain; those with which the finish goes most first.

        By cruciality: where calendars differ, waiting for a window is float, and a task that sets
        the finish is not critical by its float. Durations count in time of the project's calendar
        in the sensitivity index: a night of an elapsed task is none of its working time.
        """
        network, trials = self.case.model.networks[0], self.trials
        names = dict(zip(self.plan.tasks["id"], self.plan.tasks["name"], strict=True))
        ids, known = list(network.ids), self.case.tasks.set_index("task_id")
        pace = self.plan.calendars[""].borders.week / known["week"].reindex(ids)
        pace = pace.where(np.isfinite(pace) & (pace > 0), 1.0).to_numpy()
        found = sensitivity_of(
            trials.n_critical / trials.n_trials, trials.sd * pace, trials.correlation,
            trials.significance, float(trials.length.std()),
        )  # fmt: skip
        found.insert(0, "task_id", ids)
        found.insert(1, "name", [names[each] for each in ids])
        found["mean_hours"] = trials.mean / 60
        found["source"] = found["task_id"].map(known["source"])
        found = found[found["source"].notna()]
        return found.sort_values(
            ["cruciality", "sensitivity"], ascending=False, kind="stable", ignore_index=True
        )

    @cached_property
    def convergence(self) -> pd.DataFrame:
        """How the percentiles settle: the finish after fewer trials, which are the first ones."""
        finish, n = self.trials.finish, self.n_trials
        counts = sorted({n, *(c for c in (100, 300, 1_000, 3_000, 10_000, 30_000) if c < n)})
        rows = []
        for count in counts:
            p50, p80 = nearest_rank(finish[:count], [0.5, 0.8])
            error = float(self.working_days(*half_width(finish[:count], 0.8))) / 2
            rows.append((count, *instants_of([p50, p80]), error))
        return pd.DataFrame(rows, columns=["n_trials", "p50", "p80", "error_days"])

    @cached_property
    def curve(self) -> pd.DataFrame:
        """The chance to be finished by each day: finish, chance from 0.5 to 99.5 %."""
        chance = np.linspace(0.005, 0.995, 199)
        dates = instants_of(nearest_rank(self.trials.finish, chance))
        return pd.DataFrame({"finish": dates, "chance": chance})

    @cached_property
    def marks(self) -> pd.DataFrame:
        """What is marked on the curve: P50, P80, the plan, deadline and goals that have a day."""
        rows = [(f"P{p}", self.finish_at(p / 100), p / 100, "Percentile") for p in (50, 80)]
        finish = self.planned_finish
        rows.append(("Plan", finish, float((self.finish <= finish).mean()), "Plan"))
        dated = self.goals[self.goals["due"].notna()]
        rows += [(r.goal, r.due, r.chance, "Promise") for r in dated.itertuples()]
        return pd.DataFrame(rows, columns=["name", "finish", "chance", "kind"])

    @property
    def scatter(self) -> pd.DataFrame | CannotSay:
        """Finish and cost of each trial."""
        cost = self.cost
        if isinstance(cost, CannotSay):
            return cost
        return pd.DataFrame({"finish": self.finish, "cost": cost})

    def __str__(self) -> str:
        header = self.plan.project.header
        parts = [f"{plain(header.name)}: P50 {day(self.finish_at(0.5))}",
                 f"P80 {day(self.finish_at(0.8))}", f"plan {day(self.planned_finish)}"]  # fmt: skip
        if not isinstance(self.cost, CannotSay):
            parts.append(f"P80 cost {money(float(nearest_rank(self.cost, 0.8)), header.currency)}")
        return f"{', '.join(parts)}. {' '.join(self.assumptions)}"

    def __repr__(self) -> str:
        return f"Simulation({self})"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(str(self))}</p>"
