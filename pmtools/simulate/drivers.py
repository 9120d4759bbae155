"""What drives the end: the same trials without each risk, each uncertainty, each day off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from pmtools.metrics import CannotSay
from pmtools.schedule import schedule
from pmtools.simulate.case import Case, case_of, run_case
from pmtools.simulate.model import Trials, key_of
from pmtools.simulate.result import Simulation, nearest_rank
from pmtools.words import day, plain

Gain = tuple[float, float, float, float]

ENOUGH = 2_000
"""Trials that are compared: the same ones with and without a driver, so that few suffice."""
COLUMNS = ("driver", "kind", "id", "owner_id", "days", "cost", "mean_days", "mean_cost",
           "response_days", "response_cost", "days_per_cost", "response_mean_days",
           "response_mean_cost")  # fmt: skip


def drivers(
    simulation: Simulation | CannotSay, *, probability: float = 0.8, most: int = 10
) -> pd.DataFrame | CannotSay:
    """By how much the end would improve without each risk, uncertainty and calendar loss.

    The same random numbers are drawn again without it, so that the difference is its effect and
    not chance. Effects do not add up where paths or risks stand in for each other.

    Parameters
    ----------
    probability
        The percentile that is compared.
    most
        Of tasks (the most crucial) and of calendar exceptions (the next ones), how many.

    Returns
    -------
    A row a driver, the one with most days first:

    - driver, kind (risk, uncertainty, calendar), id, owner_id
    - days, cost: later and dearer with it than without: working days, currency; mean_days,
      mean_cost: the same on average, where it is the expected value
    - response_days: what the response of a risk saves, by its residual figures; response_cost;
      days_per_cost: days saved by 1,000 of currency spent on it; response_mean_days,
      response_mean_cost: what it saves on average
    """
    if isinstance(simulation, CannotSay):
        return simulation
    simulation = _of_fewer(simulation)
    rows = [*_of_risks(simulation, probability), *_of_tasks(simulation, probability, most)]
    rows += _of_exceptions(simulation, probability, most)
    cells = [dict(zip(COLUMNS, row, strict=False)) for row in rows]
    found = pd.DataFrame(cells, columns=[*COLUMNS])
    return found.sort_values(["days", "cost"], ascending=False, kind="stable", ignore_index=True)


def _of_fewer(simulation: Simulation) -> Simulation:
    if simulation.n_trials <= ENOUGH:
        return simulation
    case, settings = simulation.case, replace(simulation.settings, n_trials=ENOUGH)
    return Simulation(case, run_case(case, settings), settings)


def all_risks(simulation: Simulation) -> Gain:
    """What all open risks together cost: the trials as they are, and the same without any."""
    simulation = _of_fewer(simulation)
    risks = simulation.case.risks
    return _gain(simulation, 0.8, _without(simulation, risks["id"]))


def _gain(
    simulation: Simulation, probability: float, better: Trials, worse: Trials | None = None
) -> Gain:
    """By how much it is later and dearer: days and cost at a percentile, days and cost on average.

    Working days; NaN where the cost cannot be said.
    """
    pair = (better, worse or simulation.trials)
    at = simulation.working_days(*(nearest_rank(each.finish, probability) for each in pair))
    mean = simulation.working_days(*(each.finish for each in pair)).mean()
    if isinstance(simulation.cost, CannotSay):
        return float(at), np.nan, float(mean), np.nan
    low, high = (nearest_rank(each.cost, probability) for each in pair)
    more = pair[1].cost.mean() - pair[0].cost.mean()
    return float(at), float(high - low), float(mean), float(more)


def _without(simulation: Simulation, risk_ids: Iterable[str]) -> Trials:
    """The same trials, in which these risks do not occur."""
    case, risks = simulation.case, simulation.case.model.risks
    keys = np.array([key_of(f"risk {each}") for each in risk_ids], np.uint64)
    chance = np.where(np.isin(risks.key, keys), 0.0, risks.probability)
    without = replace(case, model=replace(case.model, risks=replace(risks, probability=chance)))
    return run_case(without, simulation.settings)


def _of_risks(simulation: Simulation, probability: float) -> Iterator[tuple[object, ...]]:
    for row in simulation.case.risks.itertuples():
        gain = _gain(simulation, probability, _without(simulation, [str(row.id)]))
        saved, _, mean, money = _saved_by_response(simulation, probability, str(row.id))
        spent = float(row.response_cost) if row.response_cost > 0 else np.nan
        what = (plain(row.title), "risk", row.id, row.owner_id, *gain)
        yield (*what, saved, spent, 1000 * saved / spent, mean, money)


def _saved_by_response(simulation: Simulation, probability: float, risk_id: str) -> Gain:
    """Between the risk as it was and with its response in place; NaN without residual."""
    register = simulation.plan.project.register.set_index("id").loc[risk_id]
    residual = [name for name in register.index if name.startswith("residual_")]
    if register[residual].isna().all():
        return (np.nan,) * 4
    rows, network = simulation.case.risks, simulation.case.model.networks[0]
    now = set(rows.loc[rows["is_responded"], "id"])
    other = case_of(
        simulation.plan, simulation.settings, as_responded=now ^ {risk_id}, network=network
    )
    assert isinstance(other, Case)
    there = run_case(other, simulation.settings)
    pair = (simulation.trials, there) if risk_id in now else (there, simulation.trials)
    return _gain(simulation, probability, *pair)


def _of_tasks(
    simulation: Simulation, probability: float, most: int
) -> Iterator[tuple[object, ...]]:
    case, model = simulation.case, simulation.case.model
    place = {each: n for n, each in enumerate(case.tasks["task_id"])}
    owner = simulation.plan.tasks.set_index("id")["owner_id"]
    rows = simulation.tasks
    rows = rows[rows["source"].isin(["points", "class", "record", "team"])]
    for task_id, name in rows[["task_id", "name"]].head(most).itertuples(index=False):
        at, ranges = place[task_id], model.remaining
        low, span = ranges.low.copy(), ranges.span.copy()
        low[at], span[at] = case.tasks["remaining"].iloc[at], 0.0
        without = replace(case, model=replace(model, remaining=replace(ranges, low=low, span=span)))
        gain = _gain(simulation, probability, run_case(without, simulation.settings))
        yield (plain(name), "uncertainty", task_id, owner[task_id], *gain)


def _of_exceptions(
    simulation: Simulation, probability: float, most: int
) -> Iterator[tuple[object, ...]]:
    """Each day off (or time with other hours) that lies between status date and finish."""
    project = simulation.plan.project
    rows = project.exceptions
    since = project.header.status_date or project.header.start
    last = simulation.finish_at(probability)
    is_ahead = (rows["to"].fillna(rows["from"]) >= since) & (rows["from"] <= last)
    ahead = rows[is_ahead].sort_values("from", kind="stable")
    names = ahead["name"].where(ahead["name"] != "", ahead["from"].map(day))
    for name in names.drop_duplicates().head(most):
        kept = project.replace(exceptions=rows.drop(names.index[names == name]))
        plan = schedule(kept, options=simulation.plan.options)
        case = case_of(plan, simulation.settings)
        if isinstance(case, Case):
            gain = _gain(simulation, probability, run_case(case, simulation.settings))
            yield (plain(name), "calendar", name, "", *gain)
