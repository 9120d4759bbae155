"""Hand-offs as `handoffs` and `dependency_matrix` make them, made up."""

import frames
import pandas as pd

PARTIES = ("Purchasing", "Networks", "Site technicians", "Service operation", "Project office")


def handoffs(n=14):
    """A hand-off every third day around the status date: late, waiting, due and later ones."""
    rows = []
    for k in range(n):
        due = frames.STATUS.normalize() + pd.Timedelta(days=3 * k - 9, hours=17)
        state = "waiting" if k < 3 else ("late", "due")[k % 2] if k < 8 else "future"
        late = float(k % 4 * 2) if k % 2 else 0.0
        rows.append(
            {
                "by": "department", "from_id": f"{k}",
                "from_task": frames.NAMES[k % 5], "to_task": f"Task {k}",
                "sender": PARTIES[k % 5], "receiver": PARTIES[(k * 2 + 1) % 5 - (k % 5 == 4)],
                "due": due, "needed_by": due + pd.Timedelta(days=k % 3), "state": state,
                "float_days": float(k % 3), "is_late": late > 0, "days_late": late,
                "late_by": PARTIES[0] if late else "",
                "late_because": frames.NAMES[0] if late else "",
                "wait_days": float(k + 1) if state == "waiting" else float("nan"),
                "waits_for": "for other inputs" if state == "waiting" else "",
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def pairs():
    """Who hands over how often to whom, of five parties."""
    rows = [
        {
            "sender_id": f"d{a}", "sender": PARTIES[a], "receiver_id": f"d{b}",
            "receiver": PARTIES[b], "n": a + b, "n_open": b, "n_late": b * (a % 2) // 2,
        }
        for a in range(5) for b in range(5) if a != b and (a + b) % 4
    ]  # fmt: skip
    return pd.DataFrame(rows)


def readiness():
    """Three tasks that wait for two inputs each."""
    rows = [
        {
            "to_id": f"{task}", "to_task": frames.NAMES[task], "to_department": PARTIES[task],
            "to_start": frames.STATUS.normalize() + pd.Timedelta(days=7 * task, hours=8),
            "from_id": f"{task}.{k}", "from_task": frames.NAMES[k + 2],
            "from_department": PARTIES[k + 2], "is_handed_over": task == 2 and k == 0,
            "chance": 1.0 if task == 2 and k == 0 else 0.9 - 0.3 * k, "chance_all": 0.55,
            "share_last": float(k),
            "ready_p80": frames.STATUS.normalize() + pd.Timedelta(days=7 * task + 4, hours=8),
        }
        for task in range(3) for k in range(2)
    ]  # fmt: skip
    return pd.DataFrame(rows)
