"""Frames as `responsibility` and `promises` give them."""

import pandas as pd

PARTIES = ["Ann Able", "Bob Best", "Cem Cool", "Dr. Who von und zu Oberhausen"]
CODES = ["ARCI", "RACI", "CR A", "  R ", "IIAR", "AR C"]
UNITS = ["IT", "Networks", "Security", "Quality", "Facilities", "Purchasing", "Training", "Vendor"]


def rows():
    """Six deliverables: done, late, in time, without A."""
    late = [-1.0, 4.0, -1.0, float("nan"), 12.5, 0.0]
    return pd.DataFrame(
        {
            "kind": "deliverable",
            "id": [f"D{n}" for n in range(6)],
            "name": ["Brief", "Design of the network", "Rollout", "Manual", "Training", "Close"],
            "due": pd.to_datetime(["2026-05-08", "2026-06-12", "2026-07-10", None, "2026-08-07",
                                   "2026-08-14"]),
            "forecast": pd.Timestamp("2026-08-14"),
            "days_late": late,
            "is_done": [True, *[False] * 5],
            "problem": ["", "", "", "no A", "", ""],
        }
    )  # fmt: skip


def cells():
    """R, A, C and I; one taken over, one that breaks a rule."""
    found = [
        {"id": f"D{row}", "party_id": f"p{n}", "party": PARTIES[n], "code": code}
        for row, codes in enumerate(CODES)
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
    """The whole project and its departments; of the last one too few are finished."""
    n = [40, 12, 10, 9, 8, 7, 6, 5, 0]
    kept = [18, 4, 6, 3, 8, 0, 5, 2, 0]
    nan = float("nan")
    share = [k / of if of else nan for k, of in zip(kept, n, strict=True)]
    one = pd.DataFrame(
        {
            "by": ["project", *["department"] * 8],
            "name": ["Whole project", *UNITS],
            "n": n,
            "n_kept": kept,
            "share": share,
            "low": [max(each - 0.21, 0.0) for each in share],
            "high": [min(each + 0.23, 1.0) for each in share],
            "mean_days_late": [2.3333, 3.25, 1.0, 0.5, -0.5, 7.125, 0.0, 2.0, nan],
            "median_days_late": [2.0, 2.5, 1.0, 0.0, -0.5, 7.0, 0.0, 2.0, nan],
            "n_broken": [4, 3, 0, 0, 0, 0, 0, 0, 1],
            "cannot_say": [*[""] * 8, "0 finished, at least 5 are needed"],
        }
    )
    return pd.concat([one.assign(against=word) for word in ("baseline", "last forecast")],
                     ignore_index=True)  # fmt: skip
