"""Scenarios side by side with the plan as it is: on the same random numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from pmtools.decide.scenario import Scenario
from pmtools.measure.milestones import days_late, looked_up, names_of
from pmtools.measure.workload import workload
from pmtools.metrics import CannotSay
from pmtools.project import Project
from pmtools.schedule import Schedule, schedule
from pmtools.simulate import NoSimulation, Simulation, simulate
from pmtools.words import day, money, plain

AS_IS = "As planned"
WEEKS = 12
"""Weeks from the status date on in which overload is counted."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """What scenarios change, each against the plan as it is.

    - rows, the plan first: scenario, finish (of the plan), p50, p80 (dates), cost_p50, cost_p80,
      chance (of the deadline), chance_budget, chance_both, overload_hours (of 12 weeks),
      n_moved (unfinished tasks that move by half a day or more), people (affected), cannot_say
    - goals: goal, due, and a column of chances for each scenario
    - moved: scenario, task_id, name, owner, before, after, days
    - effects: scenario, change (its sentence), days, cost: what the P80 loses without this change
    - simulations, schedules: by scenario
    """

    rows: pd.DataFrame
    goals: pd.DataFrame = field(repr=False)
    moved: pd.DataFrame = field(repr=False)
    effects: pd.DataFrame = field(repr=False)
    simulations: dict[str, Simulation | NoSimulation] = field(repr=False)
    schedules: dict[str, Schedule] = field(repr=False)

    def __str__(self) -> str:
        first = self.rows.iloc[0]
        currency = self.schedules[AS_IS].project.header.currency
        said = []
        for row in self.rows.iloc[1:].itertuples():
            dates = (row.p80, first["p80"]) if pd.notna(row.p80) else (row.finish, first["finish"])
            what = f"{plain(row.scenario, 60)}: {day(dates[0])} instead of {day(dates[1])}"
            if pd.notna(row.cost_p80):
                more = row.cost_p80 - first["cost_p80"]
                what += f", {money(abs(more), currency)} {'more' if more >= 0 else 'less'}"
            said.append(what)
        return "; ".join(said) or "Nothing is compared with the plan."


def compare(
    plan: Project | Schedule,
    scenarios: Sequence[Scenario],
    *,
    n_trials: int = 10_000,
    seed: int = 1,
    throughput: pd.DataFrame | None = None,
    resources: bool = False,
    effects: bool = True,
) -> Comparison:
    """The plan as it is and each scenario: finish, cost, chances, load, and what they disturb.

    Parameters
    ----------
    plan
        The project as it is, or its schedule.
    n_trials, seed, throughput, resources
        As `simulate` takes them: draws depend on ids of tasks, so that scenarios are compared on
        the same trials.
    effects
        Whether to say what each change of a scenario does, by leaving it out.

    Raises
    ------
    ProjectError
        Where a scenario cannot be applied, or two have one name.
    """
    before = plan if isinstance(plan, Schedule) else schedule(plan)

    def simulated(each: Schedule) -> Simulation | NoSimulation:
        return simulate(
            each, n_trials=n_trials, seed=seed, throughput=throughput, resources=resources
        )

    named = _named(scenarios)
    schedules = {AS_IS: before} | {
        name: schedule(each.apply(before.project)) for name, each in named.items()
    }
    simulations = {name: simulated(each) for name, each in schedules.items()}
    moved = pd.concat([_moved(name, before, each) for name, each in schedules.items()])
    rows = [_row(name, schedules[name], simulations[name]) for name in schedules]
    found = pd.DataFrame(rows).merge(
        moved.groupby("scenario").agg(n_moved=("task_id", "size")), on="scenario", how="left"
    )
    found = found.assign(
        n_moved=found["n_moved"].fillna(0).astype("int64"),
        people=[_people(moved[moved["scenario"] == name]) for name in schedules],
    )
    said = [
        row
        for name, each in (named.items() if effects else ())
        for row in _effects(name, each, before, simulations[name], simulated)
    ]
    return Comparison(
        found, _goals(simulations), moved.reset_index(drop=True),
        pd.DataFrame(said, columns=["scenario", "change", "days", "cost"]),
        simulations, schedules,
    )  # fmt: skip


def _named(scenarios: Sequence[Scenario]) -> dict[str, Scenario]:
    """By name; of equal names the later ones get a number."""
    found: dict[str, Scenario] = {}
    for each in scenarios:
        name, n = plain(each.name, 60), 1
        while name in found or name == AS_IS:
            n += 1
            name = f"{plain(each.name, 60)} ({n})"
        found[name] = each
    return found


def _row(name: str, plan: Schedule, found: Simulation | NoSimulation) -> dict[str, Any]:
    header = plan.project.header
    row: dict[str, Any] = {
        "scenario": name, "finish": plan.finish, "p50": pd.NaT, "p80": pd.NaT, "cost_p50": np.nan,
        "cost_p80": np.nan, "chance": np.nan, "chance_budget": np.nan, "chance_both": np.nan,
        "overload_hours": _overload(plan), "cannot_say": "",
    }  # fmt: skip
    if isinstance(found, NoSimulation):
        return row | {"cannot_say": found.reason}
    row |= {"p50": found.finish_at(0.5), "p80": found.finish_at(0.8)}
    if not isinstance(found.cost, CannotSay):
        row |= {"cost_p50": found.cost_at(0.5), "cost_p80": found.cost_at(0.8)}
    chances = {
        "chance": (header.deadline, None), "chance_budget": (None, header.budget),
        "chance_both": (header.deadline, header.budget),
    }  # fmt: skip
    for column, (finish, cost) in chances.items():
        if (finish is None and cost is None) or (
            column == "chance_both" and (finish is None or cost is None)
        ):
            continue
        said = found.chance(finish=finish, cost=cost)
        row[column] = np.nan if isinstance(said, CannotSay) else said
    return row


def _overload(plan: Schedule) -> float:
    """Hours above capacity in the weeks to come."""
    load = pd.DataFrame(workload(plan, weeks=WEEKS))
    return float((load["load_hours"] - load["capacity_hours"]).clip(lower=0).sum())


def _moved(name: str, before: Schedule, after: Schedule) -> pd.DataFrame:
    """Unfinished work that finishes half a day or more earlier or later."""
    tasks = after.tasks[~after.tasks["is_finished"]]
    tasks = tasks[~tasks["kind"].isin(["summary", "level_of_effort"])]
    was = looked_up(before.tasks.set_index("id")["finish"], tasks["id"])
    rows = pd.DataFrame(
        {
            "scenario": name, "task_id": tasks["id"], "name": tasks["name"],
            "owner": names_of(after.project.resources, tasks["owner_id"]),
            "before": was, "after": tasks["finish"],
            "days": days_late(before, was, tasks["finish"]),
        }
    )  # fmt: skip
    return rows[rows["days"].abs() >= 0.5]


def _people(moved: pd.DataFrame) -> str:
    return ", ".join(sorted({each for each in moved["owner"] if each}))


def _goals(simulations: dict[str, Simulation | NoSimulation]) -> pd.DataFrame:
    """Goals in rows, scenarios in columns."""
    columns = [
        pd.DataFrame(each.goals).drop_duplicates("goal").set_index("goal")["chance"].rename(name)
        for name, each in simulations.items()
        if isinstance(each, Simulation)
    ]
    if not columns:
        return pd.DataFrame(columns=["goal"])
    return pd.concat(columns, axis=1, sort=False).reset_index(names="goal")


def _effects(
    name: str, scenario: Scenario, before: Schedule, found: Simulation | NoSimulation,
    simulated: Any,
) -> list[tuple[str, str, float, float]]:  # fmt: skip
    """What the P80 of finish and cost loses without each change of a scenario."""
    if isinstance(found, NoSimulation) or len(scenario.changes) < 2:
        return []
    rows = []
    for n, change in enumerate(scenario.changes):
        rest = scenario.changes[:n] + scenario.changes[n + 1 :]
        sentence = change.sentence(before.project)
        without = replace(scenario, changes=rest)
        if any(without.problems(before.project)):  # the others build on it
            continue
        other = simulated(schedule(without.apply(before.project)))
        if isinstance(other, NoSimulation):
            continue
        days = days_late(before, found.finish_at(0.8), other.finish_at(0.8))
        cost, without_it = found.cost_at(0.8), other.cost_at(0.8)
        more = np.nan
        if not (isinstance(cost, CannotSay) or isinstance(without_it, CannotSay)):
            more = without_it - cost
        rows.append((name, sentence, float(days), float(more)))
    return rows
