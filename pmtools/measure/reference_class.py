"""The outside view: how far comparable projects overran, and what that means for this plan."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pmtools.measure.budget import budget_of
from pmtools.measure.reserves import approved
from pmtools.metrics import CannotSay
from pmtools.schedule import Schedule
from pmtools.simulate import Simulation
from pmtools.words import Statement, chance_said, number, percent

LEAST_PROJECTS, HALF = 10, 0.5
EXCEEDED, TAIL = "more than", "about"
HBGD = "Flyvbjerg and Gardner 2023, How Big Things Get Done, IT projects"
HBR = "Budzier and Flyvbjerg 2011, 1,471 IT projects"
PUBLISHED = (
    (HBGD, "cost", EXCEEDED, 0.18, 50.0),
    (HBR, "cost", TAIL, 1 / 6, 200.0),
    (HBR, "duration", TAIL, 1 / 6, 70.0),
)
"""Source, quantity, how the overrun is meant, share of the projects, overrun in percent.

Overruns of IT have so heavy a tail (Flyvbjerg et al. 2022) that no mean of them stands here.
"""
COLUMNS = ("source", "quantity", "kind", "probability", "overrun_percent", "cannot_say")


def reference_class(
    plan: Schedule,
    *,
    finished: pd.DataFrame | None = None,
    simulation: Simulation | CannotSay | None = None,
) -> pd.DataFrame:
    """What published overruns of IT projects, and our own, would mean for this plan.

    Parameters
    ----------
    finished
        Our own finished projects, a row each: `cost_ratio`, `duration_ratio` (final / approved).
    simulation
        For our own chance of the same overrun.

    Returns
    -------
    DataFrame
        `source`, `quantity` (cost or duration), `probability` (share of the projects, 0 to 1),
        `kind` (they overran by more than, or about) `overrun_percent`, `finish` or `amount` (this
        plan with that overrun, from the approved baseline, without one from the plan),
        `our_chance` (to exceed it), `cannot_say` (why a row of our own has no figures).
    """
    project = approved(plan)
    start, finish = project.baseline["start"].min(), project.baseline["finish"].max()
    rows = [dict(zip(COLUMNS, (*row, ""), strict=True)) for row in PUBLISHED]
    for quantity in ("cost", "duration"):
        rows += _own(quantity, finished)
    table = pd.DataFrame(rows, columns=COLUMNS)
    factor, is_cost = 1 + table["overrun_percent"] / 100, table["quantity"] == "cost"
    table["finish"] = (start + (finish - start) * factor).where(~is_cost).dt.round("min")
    budget = budget_of(project)["budget"].sum(skipna=False)
    table["amount"] = (budget * factor).where(is_cost & (budget > 0))
    table["our_chance"] = [_chance(simulation, row) for row in table.itertuples()]
    return table


def reference_check(plan: Schedule, table: pd.DataFrame) -> Statement:
    """Whether our ranges are as wide as the record of others, from rows of `reference_class`.

    Amber where we give an overrun less than half of the chance that the projects had; the record
    counts from the approval, so that nothing is judged once half of the plan's time has passed.
    """
    rows = table[(table["kind"] == EXCEEDED) & table["our_chance"].notna()]
    if rows.empty:
        return Statement("Cannot say, because no ranges of our own were simulated", "unknown")
    worst = rows.loc[(rows["our_chance"] / rows["probability"]).idxmin()]
    is_narrow = worst["our_chance"] < HALF * worst["probability"]
    start = plan.project.header.start
    passed = ((plan.status_date or start) - start) / (plan.finish - start)
    words = (
        f"{percent(100 * worst['probability'])} of the projects of the reference class exceed "
        f"their {worst['quantity']} by more than {number(worst['overrun_percent'])}%, our ranges "
        f"give that {chance_said(worst['our_chance'])} ({worst['source']})"
    )
    if passed > HALF:
        done = f"{percent(100 * passed)} of this plan's time has passed"
        return Statement(f"{words}; that record counts from the approval, and {done}")
    verdict = "our ranges are narrower than that record" if is_narrow else "they are wide enough"
    return Statement(f"{words}: {verdict}", "amber" if is_narrow else "green")


def _own(quantity: str, finished: pd.DataFrame | None) -> list[dict[str, Any]]:
    """P50, P80 and P90 of our own overruns, by nearest rank; or why there are none."""
    column = f"{quantity}_ratio"
    ratios = pd.Series(dtype="float64") if finished is None else finished[column].dropna()
    row = {"source": f"Our own {len(ratios)} finished projects", "quantity": quantity,
           "kind": EXCEEDED, "cannot_say": ""}  # fmt: skip
    if len(ratios) < LEAST_PROJECTS:
        reason = f"{len(ratios)} finished projects are known, and it takes {LEAST_PROJECTS}"
        return [row | {"cannot_say": f"cannot say, because {reason}"}]
    shares = {share: np.quantile(ratios, 1 - share, method="inverted_cdf")
              for share in (0.5, 0.2, 0.1)}  # fmt: skip
    return [
        row | {"probability": share, "overrun_percent": 100 * (ratio - 1)}
        for share, ratio in shares.items()
    ]


def _chance(simulation: Simulation | CannotSay | None, row: Any) -> float:
    value = {"cost": row.amount} if row.quantity == "cost" else {"finish": row.finish}
    if simulation is None or isinstance(simulation, CannotSay) or pd.isna([*value.values()]).any():
        return np.nan
    chance = simulation.chance(**value)
    return np.nan if isinstance(chance, CannotSay) else 1 - chance
