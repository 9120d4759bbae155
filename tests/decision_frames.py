"""Frames as comparisons and ways back make them, for what shows them: all made up."""

import numpy as np
import pandas as pd
from frames import NAMES

DEADLINE = pd.Timestamp("2026-12-18 23:59")


def rows():
    """Columns of `Comparison.rows`: the plan, two scenarios, and one without a range."""
    found = pd.DataFrame(
        {
            "scenario": ["As planned", "Two people more", "Cut the archive", "Everything at once"],
            "finish": [
                "2026-12-10 17:00",
                "2026-12-08 17:00",
                "2026-12-09 12:00",
                "2026-12-04 17:00",
            ],
            "p50": ["2026-12-17 11:00", "2026-12-14 16:05", "2026-12-16 09:00", None],
            "p80": ["2026-12-23 08:35", "2026-12-18 10:00", "2026-12-21 09:00", None],
            "cost_p50": [242_752.09, 248_100.0, 239_002.5, np.nan],
            "cost_p80": [249_876.9, 255_400.123, 246_020.0, np.nan],
            "chance": [0.676, 0.81234, 0.7289, np.nan],
            "chance_budget": [0.3624, 0.2, 0.4151, np.nan],
            "chance_both": [0.3556, 0.19, 0.4073, np.nan],
            "overload_hours": [7.2, 14.333, 7.2, 40.0],
            "n_moved": [0, 8, 3, 12],
            "people": ["", "Hana Novak, Priya Raman", "Luis Ferreira", "everybody"],
            "cannot_say": ["", "", "", "no estimate has a range"],
        }
    )
    dates = {name: pd.to_datetime(found[name]) for name in ("finish", "p50", "p80")}
    return found.assign(**dates)


def options():
    """Columns of `Recovery.options`."""
    found = pd.DataFrame(
        {
            "option": ["Option A", "Option B", "Option C"],
            "changes": ["Wave 3 begins 2 d earlier", "Mei joins wave 2", "Overtime; wave 3 split"],
            "n_changes": [1, 1, 2], "cost": [0.0, 1_337.69, 5_412.5],
            "chance": [0.7289, 0.8012, 0.9034], "low": [0.72, 0.793, 0.897],
            "high": [0.7375, 0.809, 0.9093],
            "p50": "2026-12-16 11:07", "p80": "2026-12-18 09:00", "cost_p80": 248_920.95,
            "n_moved": [0, 8, 5], "people": ["", "Hana Novak, Mei-Ling Chen", "Kwame Mensah"],
            "is_proved": [True, False, True], "target": [0.7, 0.8, 0.9],
            "bound": [0.0, 900.0, 5_412.5],
            "is_enough": True,
        }
    )  # fmt: skip
    return found.assign(p50=pd.to_datetime(found["p50"]), p80=pd.to_datetime(found["p80"]))


def levers():
    """Columns of `Recovery.levers`."""
    return pd.DataFrame(
        {
            "lever": ["Wave 3 begins 2 d earlier", "Mei joins wave 2", "Migration overlaps"],
            "kind": ["overlap", "add_person", "overlap"],
            "cost": [245.4, 1_337.69, 0.0], "chance": [0.77, 0.75, 0.651],
            "gain": [0.09, 0.07, -0.0294],
        }
    )  # fmt: skip


def effects():
    """Columns of `Comparison.effects`."""
    return pd.DataFrame(
        {
            "scenario": "Everything at once", "change": ["Overtime of 2 h", "The archive is left"],
            "days": [1.53, -0.2], "cost": [-812.337, 3_400.0],
        }
    )  # fmt: skip


def moved():
    """Columns of `Comparison.moved`: five tasks, one of them later."""
    n = len(NAMES)
    before = pd.date_range("2026-11-13 17:00", periods=n, freq="3D")
    days = np.where(np.arange(n) % 5 == 1, 1.5, -2.0 - np.arange(n) / 3)
    return pd.DataFrame(
        {
            "scenario": "Option B", "task_id": [str(k) for k in range(n)], "name": NAMES,
            "owner": "Person 1", "before": before,
            "after": before + pd.to_timedelta(days * 24, unit="h").round("min"), "days": days,
        }
    )  # fmt: skip
