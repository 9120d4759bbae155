"""Frames of a risk matrix, for what shows it: all made up."""

import numpy as np
import pandas as pd
from small_plan import FRIDAYS, small_plan

from pmtools.measure.milestones import schedule_weeks
from pmtools.measure.risk_matrix import risk_matrix

RISKS = [
    {"id": "R1", "title": "Late routers", "probability": 0.5, "impact_hours": 40,
     "impact_cost": 3_000, "owner_id": "ann"},
    {"id": "R2", "title": "Key person ill", "probability": 0.1, "impact_hours": 4},
    {"id": "R3", "title": "Rebate", "probability": 0.7, "impact_cost": -1_500},
    {"id": "R4", "title": "Nobody knows", "probability": 0.9},
]  # fmt: skip
WEEK_BEFORE = [
    {**RISKS[0], "probability": 0.2}, RISKS[1],
    {"id": "R0", "title": "Strike", "probability": 0.3, "impact_hours": 16},
]  # fmt: skip


def weeks(now=RISKS, before=WEEK_BEFORE):
    """Two weeks of the small plan with these risks: 15 days, 10,000 EUR."""
    rows = [[{"kind": "risk", "status": "open", **each} for each in risks]
            for risks in (before, now)]  # fmt: skip
    return schedule_weeks(
        [small_plan(FRIDAYS[n], register=each, header={"budget": 10_000})
         for n, each in enumerate(rows)]
    )  # fmt: skip


def matrix():
    """Of those two weeks."""
    return risk_matrix(weeks())


def many(n):
    """Columns of `RiskMatrix.risks`: risks all over the matrix, some cells overfull."""
    step = np.arange(n)
    found = pd.DataFrame(
        {
            "id": [f"R-{each:02d}" for each in step],
            "title": [f"Risk number {each}" for each in step],
            "owner": "A. Mori",
            "is_threat": step % 6 != 0,
            "probability": 0.1 + 0.2 * (step % 5),
            "impact_cost": 1_000.0,
            "impact_days": 2.0,
            "probability_level": 1.0 + step % 5,
            "impact_level": 1.0 + step // 5 % 3,
            "score": 0.05,
            "band": "low",
            "before_probability_level": np.where(step % 4 == 0, 3.0, 1.0 + step % 5),
            "before_impact_level": np.where(step % 4 == 0, 5.0, 1.0 + step // 5 % 3),
            "movement": np.where(step % 4 == 0, "down", "same"),
        }
    )
    return found
