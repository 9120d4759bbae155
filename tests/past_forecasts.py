"""Twelve finished projects, all made up: what was forecast for them, and what came."""

import numpy as np
import pandas as pd

START = pd.Timestamp("2025-01-06 08:00")
LATE = (1.0, 1.1, 0.9, 1.3, 1.6, 1.2, 1.0, 1.4, 1.1, 2.0, 1.25, 0.95)
RANGE = ((0.5, 1.1), (0.8, 1.3), (0.9, 1.5))


def past_forecasts():
    """Each said 20 weeks by its plan and a range by simulation, in weeks 4 and 8."""
    rows = []
    for project in range(len(LATE)):
        for week in (4, 8):
            made = START + pd.Timedelta(weeks=week)
            left = pd.Timedelta(weeks=20 - week)
            rows.append((f"P{project}", made, "critical path", np.nan, made + left))
            rows += [(f"P{project}", made, "simulation", p, made + f * left) for p, f in RANGE]
    names = ["project_id", "status_date", "method", "probability", "finish"]
    return pd.DataFrame(rows, columns=names).assign(quantity="finish", amount=np.nan)


def past_outcomes():
    """Each took so much longer than its plan said as `LATE` tells."""
    ends = [START + late * pd.Timedelta(weeks=20) for late in LATE]
    projects = [f"P{n}" for n in range(len(LATE))]
    known = pd.DataFrame({"project_id": projects, "finish": ends})
    return known.assign(quantity="finish", start=START, amount=np.nan)


def past_weeks():
    """Columns of `History.weeks`: three weeks, one of them mended later."""
    friday = pd.date_range("2026-10-16 23:59", periods=3, freq="7D")
    recorded = [*friday[:2] + pd.Timedelta(hours=60), friday[1] + pd.Timedelta(days=9)]
    return pd.DataFrame(
        {"project_id": "P1", "status_date": [friday[0], friday[1], friday[1]],
         "revision": [1, 1, 2], "recorded_at": recorded, "has_plan": True,
         "is_late": False}
    )  # fmt: skip
