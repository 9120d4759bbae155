"""Plans in whole days, Monday to Friday, to say a published example in one line."""

import pandas as pd

from pmtools.project import Header, Project


def day_plan(tasks, links="", start="2026-06-01", status=None, progress=(), **header):
    """`A3 B2:SNET=2026-06-08` are tasks of 3 and 2 days, `A>B A>C:SS+2` links with lags in days.

    `status` is the first morning on which nothing is known yet.
    """
    status_date = pd.Timestamp(status) - pd.Timedelta(minutes=1) if status else None
    return Project(
        Header("v", "Vector", pd.Timestamp(start), status_date=status_date, **header),
        tasks=pd.DataFrame([_task(word) for word in tasks.split()]),
        links=pd.DataFrame([_link(word) for word in links.split()]),
        progress=pd.DataFrame([{"status_date": status_date, **row} for row in progress]),
    )


def _task(word):
    body, _, rule = word.partition(":")
    name = body.rstrip("0123456789")
    row = {"id": name, "name": name, "duration_hours": 8 * float(body[len(name) :])}
    kind, _, date = rule.partition("=")
    if kind == "deadline":
        return {**row, "deadline": pd.Timestamp(date) + pd.Timedelta(hours=23, minutes=59)}
    return {**row, "constraint": kind, "constraint_date": pd.Timestamp(date) if date else pd.NaT}


def _link(word):
    ends, _, rule = word.partition(":")
    before, after = ends.split(">")
    kind, lag, unit = rule[:2] or "FS", rule[2:] or "0", "working"
    if lag.endswith("e"):
        lag, unit = lag[:-1], "elapsed"
    hours = float(lag) * (24 if unit == "elapsed" else 8)
    return {
        "predecessor_id": before,
        "successor_id": after,
        "kind": kind,
        "lag_hours": hours,
        "lag_kind": unit,
    }


def days(plan, name):
    """`06-08..09` of a task: its first and last day."""
    row = plan.tasks.set_index("id").loc[name]
    first, last = row["start"], row["finish"]
    return f"{first:%m-%d}..{last:%d}"


def floats(plan, *names):
    """Total float of tasks in days."""
    return [plan.tasks.set_index("id")["total_float_hours"][name] / 8 for name in names]


def free(plan, *names):
    """Free float of tasks in days."""
    return [plan.tasks.set_index("id")["free_float_hours"][name] / 8 for name in names]


def critical(plan):
    """The critical tasks."""
    return set(plan.tasks.loc[plan.tasks["is_critical"], "id"])
