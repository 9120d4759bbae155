"""What date and budget we dare commit to, and what those that are wished for are worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pmtools.metrics import CannotSay
from pmtools.project import Header
from pmtools.simulate import Simulation
from pmtools.words import Statement, chance_said, day, money, percent

TO_ITS_END = pd.Timedelta(hours=23, minutes=59)


@dataclass(frozen=True)
class Commitment(Statement):
    """A day (NaT: none is safe enough) and a budget (NaN: the cost is not known) that are kept
    together with a chance of `confidence`; `chances` of the project's deadline, budget, and both.
    """

    confidence: float = np.nan
    finish: pd.Timestamp = pd.NaT
    budget: float = np.nan
    chances: tuple[float, ...] = ()


def commitment(
    simulation: Simulation | CannotSay,
    *,
    confidence: float | None = None,
    budget: float | None = None,
) -> Statement:
    """The earliest date that can be promised, with its budget, by joint confidence.

    Parameters
    ----------
    simulation
        Or the reason in its place, which is then told.
    confidence
        The chance, 0 to 1, that date and budget are both kept; without it that of the project.
    budget
        The date is the earliest with this budget; without it date and budget are equally safe.

    Returns
    -------
    A `Commitment`: green where the project's deadline and budget are as safe as wanted, amber where
    they are at least as likely as not, else red.

    Notes
    -----
    Joint confidence level as NASA has it: the share of the trials that stay within both. P80 of
    the date and P80 of the cost together are less than 80 % safe.
    """
    if isinstance(simulation, CannotSay):
        return Statement(f"Cannot say, because {simulation.reason}", "unknown")
    header, cost = simulation.plan.project.header, simulation.cost
    sure = header.confidence if confidence is None else confidence
    safe, days = percent(100 * sure), pd.DatetimeIndex(simulation.finish).normalize()
    finish, enough = _box(days, None if isinstance(cost, CannotSay) else cost, sure, budget)
    words = "" if enough != enough else f" with a budget of {money(enough, header.currency)}"
    if pd.isna(finish):
        words = f"No date is {safe} safe{words}"
        if isinstance(alone := simulation.cost_at(sure), float):
            words += f": the cost alone needs {money(alone, header.currency)}"
    else:
        words = f"We can commit to {day(finish)} at {safe}{words}"
    asked = {wish: simulation.chance(**what) for wish, what in _wishes(header).items()}
    chances = {wish: chance for wish, chance in asked.items() if isinstance(chance, float)}
    said = ", ".join(f"{wish} a chance of {chance_said(c)}" for wish, c in chances.items())
    worst = min(chances.values(), default=None)
    return Commitment(
        f"{words}; {said}".replace(" a chance", " has a chance", 1) if said else words,
        "info" if worst is None else "green" if worst >= sure else "amber" if worst >= 0.5
        else "red",
        confidence=sure, finish=finish, budget=enough, chances=tuple(chances.values()),
    )  # fmt: skip


def _box(days: Any, cost: Any, sure: float, budget: float | None) -> tuple[pd.Timestamp, float]:
    """The day and cost that at least that share of the trials stays within, ranks being equal.

    Trials that are alike share the first of their ranks: it is enough for all of them.
    """
    n = len(days)
    last = int(np.clip(np.ceil(sure * n - 1e-9), 1, n)) - 1
    dated, priced = pd.Series(days).rank(method="min"), pd.Series(np.zeros(n))
    if cost is not None:
        priced = pd.Series(cost).rank(method="min")
        priced = priced if budget is None else pd.Series(np.where(cost <= budget, 0.0, np.inf))
    rank = np.sort(np.maximum(dated, priced))[last]
    finish = days.sort_values()[int(rank) - 1] + TO_ITS_END if rank <= n else pd.NaT
    if cost is None or budget is not None:
        return finish, np.nan if cost is None or budget is None else budget
    return finish, float(np.sort(cost)[int(rank) - 1])


def _wishes(header: Header) -> dict[str, dict[str, Any]]:
    """The project's deadline and budget, and both, in words and as `Simulation.chance` asks."""
    wishes: dict[str, dict[str, Any]] = {}
    if header.deadline is not None:
        wishes[f"the deadline of {day(header.deadline)}"] = {"finish": header.deadline}
    if header.budget is not None:
        wishes[f"the budget of {money(header.budget, header.currency)}"] = {"cost": header.budget}
    if len(wishes) == 2:
        wishes["both together"] = {"finish": header.deadline, "cost": header.budget}
    return wishes
