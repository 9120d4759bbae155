"""Frames as a simulation makes them, for what shows them: all made up."""

import numpy as np
import pandas as pd

DEADLINE = pd.Timestamp("2026-11-27 23:59")


def curve():
    """Columns of `Simulation.curve`: from 27 October to 22 January."""
    chance = np.linspace(0.005, 0.995, 199)
    days = 40 + 14 * np.log(chance / (1 - chance))
    at = pd.Timestamp("2026-11-10 17:00") + pd.to_timedelta(days.round(), unit="D")
    return pd.DataFrame({"finish": at, "chance": chance})


def marks():
    """Columns of `Simulation.marks`."""
    rows = [
        ("P50", "2026-12-20 17:00", 0.5, "Percentile"),
        ("P80", "2027-01-08 17:00", 0.8, "Percentile"),
        ("Plan", "2026-12-08 17:00", 0.31, "Plan"),
        ("Deadline", DEADLINE, 0.172, "Promise"),
        ("Old maintenance contract is not extended", "2026-12-31 23:59", 0.68, "Promise"),
        ("Less electricity", "2027-09-30 23:59", 1.0, "Promise"),
    ]
    frame = pd.DataFrame(rows, columns=["name", "finish", "chance", "kind"])
    return frame.assign(finish=pd.to_datetime(frame["finish"]))


def trials():
    """Columns of `Simulation.scatter`."""
    draws = np.random.default_rng(1).normal(size=(400, 2))
    at = pd.Timestamp("2026-12-20 17:00") + pd.to_timedelta((draws[:, 0] * 14).round(), unit="D")
    cost = 650_000 + 25_000 * (0.6 * draws[:, 0] + 0.8 * draws[:, 1])
    return pd.DataFrame({"finish": at, "cost": cost})


def frontier():
    """Columns of `confidence_frontier`."""
    at = pd.date_range("2027-01-02 17:00", "2027-01-30 17:00", freq="2D")
    return pd.DataFrame({"finish": at, "cost": 662_000 + 30_000 / (1 + np.arange(len(at)))})


def drivers():
    """Columns of `drivers`."""
    rows = [
        ("Nordwave misses 20 November as well", "risk", "R-02", "stefan", 9.5, 18_250.0, 6.0, 4000),
        ("Pilot operation Graz (180 users, three wards)", "uncertainty", "4", "ann", 4.0, 2_100.0),
        ("Christmas Day", "calendar", "Christmas Day", "", 1.0, 0.0),
        ("Voice calls drop when a line fails over", "risk", "R-03", "amina", 0.5, 3_512.4, 0.2, 0),
        ("Volume discount", "risk", "R-06", "ciara", 0.0, -1_440.0),
        ("Acceptance protocol", "uncertainty", "8", "ann", -0.25, 12.5),
    ]
    columns = ["driver", "kind", "id", "owner_id", "days", "cost", "response_days", "response_cost"]
    frame = pd.DataFrame([row + (np.nan,) * (8 - len(row)) for row in rows], columns=columns)
    return frame.assign(days_per_cost=1000 * frame["response_days"] / frame["response_cost"])
