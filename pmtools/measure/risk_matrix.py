"""The probability-impact matrix of the open risks, and where they stood a week before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from pmtools.measure.budget import budget_of
from pmtools.measure.milestones import looked_up
from pmtools.measure.register import open_items
from pmtools.schedule import Schedule
from pmtools.words import number

PROBABILITIES = (0.1, 0.3, 0.5, 0.7, 0.9)
IMPACTS = (0.05, 0.1, 0.2, 0.4, 0.8)
COST_PERCENT, TIME_PERCENT = (1.0, 10.0, 20.0, 40.0), (1.0, 5.0, 10.0, 20.0)
BANDS = {"pmbok": (0.05, 0.18), "1-5": (4, 15)}
"""The highest score that is low, and the lowest that is high."""
_LEVELS = ["probability_level", "impact_level"]


@dataclass(frozen=True, eq=False)
class RiskMatrix:
    """Where each open risk stands, and stood.

    - cells: a row a cell: probability_level, impact_level (1 lowest to 5), score, band (low,
      moderate, high), probability (0 to 1), cost, time (what the impact level means, in words)
    - risks: a row a risk: id, title, owner, is_threat, probability (0 to 1), impact_days,
      impact_cost, probability_level, impact_level (NaN where it cannot be rated), score, band;
      before_probability_level, before_impact_level (NaN where it was not there); movement: new,
      up, down, same (by its score), gone (no longer open), or "" without an earlier week
    """

    cells: pd.DataFrame = field(repr=False)
    risks: pd.DataFrame = field(repr=False)


def risk_matrix(
    schedules: Sequence[Schedule],
    *,
    scale: str = "pmbok",
    bands: tuple[float, float] | None = None,
    cost_percent: Sequence[float] = COST_PERCENT,
    time_percent: Sequence[float] = TIME_PERCENT,
) -> RiskMatrix:
    """The open risks by probability and impact, each in its cell, this week and the one before.

    The nearest level of probability counts, of two equally near the higher. The impact is the
    worse of cost, in percent of the budget, and time, in percent of the project's duration.

    Parameters
    ----------
    scale
        pmbok: score = probability (.1 .3 .5 .7 .9) x impact (.05 .1 .2 .4 .8), rounded up to
        hundredths (PMBOK Guide, 5th edition); or "1-5": score = level x level.
    bands
        The highest score that is low and the lowest that is high; without it .05 and .18, or 4
        and 15. What organisations set differs.
    cost_percent, time_percent
        Where impacts become low, moderate, high and very high. From the second on as in the PMBOK
        Guide; it gives no figure for what is insignificant, which is less than one percent here.

    Raises
    ------
    ValueError
        For a scale that is not known.
    """
    if scale not in BANDS:
        raise ValueError(f'scale "{scale}" is not one of {", ".join(BANDS)}')
    steps = (tuple(cost_percent), tuple(time_percent))
    cells = _cells(scale, bands or BANDS[scale], *steps)
    now, *before = [_placed(plan, *steps) for plan in reversed(schedules[-2:])]
    was = before[0] if before else now[:0]
    gone = was[~was["id"].isin(now["id"])] if before else was
    risks = pd.concat([now, gone.assign(**dict.fromkeys(_LEVELS, np.nan))], ignore_index=True)
    scores = cells.set_index(_LEVELS)["score"]
    for name in _LEVELS:
        risks[f"before_{name}"] = looked_up(was.set_index("id")[name], risks["id"])
    score, old = (
        scores.reindex(pd.MultiIndex.from_frame(risks[names])).to_numpy()
        for names in (_LEVELS, [f"before_{name}" for name in _LEVELS])
    )
    is_gone = risks["id"].isin(gone["id"])
    cases = [is_gone, ~risks["id"].isin(was["id"]), score > old, score < old]
    words = np.select(cases, ["gone", "new", "up", "down"], "same") if before else ""
    risks = risks.assign(score=score, band=band_of(score, bands or BANDS[scale]), movement=words)
    return RiskMatrix(cells, risks)


def score_of(probability: float, impact: float) -> float:
    """Probability x impact, rounded up to hundredths."""
    return float(np.ceil(np.round(100 * probability * impact, 6)) / 100)


def band_of(score: np.ndarray, bands: tuple[float, float]) -> np.ndarray:
    """low, moderate or high; "" where there is no score."""
    return np.select(
        [np.isnan(score), score <= bands[0], score < bands[1]], ["", "low", "moderate"], "high"
    )


def probability_level(probability: pd.Series) -> pd.Series:
    """1 to 5; NaN stays NaN."""
    level = 1 + sum((probability >= edge - 1e-9).astype(float) for edge in (0.2, 0.4, 0.6, 0.8))
    return level.where(probability.notna())


def impact_level(share: pd.Series, steps: Sequence[float]) -> pd.Series:
    """1 to 5 of an impact in percent: 10 is moderate, 20 still is, 40 is high; NaN stays NaN."""
    reached = sum((share >= edge - 1e-9).astype(float) for edge in steps[:2])
    exceeded = sum((share > edge + 1e-9).astype(float) for edge in steps[2:])
    return (1 + reached + exceeded).where(share.notna())


def _cells(
    scale: str, bands: tuple[float, float], cost: Sequence[float], time: Sequence[float]
) -> pd.DataFrame:
    rows = [
        (p + 1, i + 1, chance, _between(cost, i), _between(time, i),
         (p + 1) * (i + 1) if scale == "1-5" else score_of(chance, impact))
        for p, chance in enumerate(PROBABILITIES)
        for i, impact in enumerate(IMPACTS)
    ]  # fmt: skip
    found = pd.DataFrame(rows, columns=[*_LEVELS, "probability", "cost", "time", "score"])
    return found.assign(band=band_of(found["score"].to_numpy(np.float64), bands))


def _between(steps: Sequence[float], level: int) -> str:
    edges = [number(each, int(each % 1 > 0)) for each in steps]
    if level in (0, len(steps)):
        return f"< {edges[0]}%" if level == 0 else f"> {edges[-1]}%"
    return f"{edges[level - 1]}–{edges[level]}%"


def _placed(plan: Schedule, cost: Sequence[float], time: Sequence[float]) -> pd.DataFrame:
    """The open risks of a week with their levels."""
    project = plan.project
    rows = open_items(project, "risk")
    budget = project.header.budget or budget_of(project)["budget"].sum() or np.nan
    hours = float(plan.calendars[""].hours_between(plan.start, plan.finish))
    impacts = rows[["impact_cost", "impact_days"]]
    wholes = (budget, hours / project.header.hours_per_day or np.nan)
    levels = pd.concat(
        [
            impact_level(100 * rows[name].abs() / whole, steps)
            for name, whole, steps in zip(impacts, wholes, (cost, time), strict=True)
        ],
        axis=1,
    )
    rows = rows.assign(
        is_threat=(impacts > 0).any(axis=1) | ~(impacts < 0).any(axis=1),
        probability_level=probability_level(rows["probability"]),
        impact_level=levels.max(axis=1),
    )
    is_rated = rows[_LEVELS].notna().all(axis=1)
    rows[_LEVELS] = rows[_LEVELS].where(is_rated)
    columns = ["id", "title", "owner", "is_threat", "probability", *impacts, *_LEVELS]
    return rows[columns]
