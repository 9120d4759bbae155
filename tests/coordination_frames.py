"""Frames as `responsibility` and `promises` give them."""

import pandas as pd

PARTIES = ["Ann Able", "Bob Best", "Cem Cool", "Dr. Who von und zu Oberhausen"]
CODES = {0: "ARC", 1: "RA I", 2: "CR A", 3: "  R "}


def rows():
    """Four deliverables: done, late, without A, in time."""
    return pd.DataFrame(
        {
            "kind": "deliverable",
            "id": ["D1", "D2", "D3", "D4"],
            "name": ["Brief", "Design of the network", "Rollout", "Manual"],
            "due": pd.to_datetime(["2026-05-08", "2026-06-12", "2026-07-10", None]),
            "forecast": pd.to_datetime(["2026-05-07", "2026-06-18", "2026-07-09", "2026-07-31"]),
            "days_late": [-1.0, 4.0, -1.0, float("nan")],
            "is_done": [True, False, False, False],
            "accountable": ["Ann Able", "Bob Best", PARTIES[3], ""],
            "responsible": ["Bob Best", "Ann Able", "Bob Best", "Cem Cool"],
            "problem": ["", "", "", "no A"],
        }
    )


def cells():
    """R, A, C and I; one taken over, one that breaks a rule."""
    found = [
        {"id": f"D{row + 1}", "party_id": f"p{n}", "party": PARTIES[n], "code": code}
        for row, codes in CODES.items()
        for n, code in enumerate(codes)
        if code != " "
    ]
    frame = pd.DataFrame(found).merge(rows()[["kind", "id", "name", "due"]], on="id")
    frame = frame.assign(department="IT", is_inherited=False, problem="")
    frame.loc[1, "is_inherited"] = True
    frame.loc[3, "problem"] = "on leave"
    frame.loc[0, "code"] = "A/R"
    return frame


def record():
    """The whole project and three departments; of one too few are finished, one has none."""
    names = ["Whole project", "IT", "Quality", "Vendor"]
    nan = float("nan")
    return pd.DataFrame(
        {
            "by": ["project", *["department"] * 3] * 2,
            "name": names * 2,
            "against": ["baseline"] * 4 + ["last forecast"] * 4,
            "n": [20, 12, 3, 0, 18, 12, 3, 0],
            "n_kept": [9, 4, 1, 0, 12, 10, 2, 0],
            "share": [0.45, 4 / 12, nan, nan, 12 / 18, 10 / 12, nan, nan],
            "low": [0.23, 0.1, nan, nan, 0.41, 0.51, nan, nan],
            "high": [0.68, 0.65, nan, nan, 0.87, 0.98, nan, nan],
            "mean_days_late": [2.3333, 3.25, 1.0, nan, 0.5, 0.25, 0.0, nan],
            "median_days_late": [2.0, 2.5, 0.0, nan, -0.5, 0.0, 0.0, nan],
            "n_broken": [4, 3, 0, 1, 0, 0, 0, 0],
            "cannot_say": ["", "", *["3 finished, at least 5 are needed"] * 2] * 2,
        }
    )
