"""Frames as the stages make them, for what shows them: a project of twelve weeks, all made up."""

import numpy as np
import pandas as pd

STATUS = pd.Timestamp("2026-03-06 23:59")
NAMES = (
    "Order switches and access points for the Rotterdam site",
    "Survey of cabling",
    "Configure VPN gateways",
    "Migrate mailboxes of the finance department (batch 3 of 7)",
    "User training",
)


def tasks(n_phases=8, n_each=5):
    """Columns of Schedule.tasks with the baseline: phases with tasks and a milestone each."""
    rows = []
    for phase in range(n_phases):
        first = pd.Timestamp("2026-01-05 08:00") + pd.Timedelta(weeks=2 * phase)
        rows.append(_task(f"{phase}", f"Phase {phase}", "summary", 1, first, 14, phase))
        for n in range(n_each):
            start = first + pd.Timedelta(days=2 * n)
            rows.append(_task(f"{phase}.{n}", NAMES[n % 5], "task", 2, start, 3 + n, phase))
        end = first + pd.Timedelta(days=14, hours=9)
        rows.append(_task(f"{phase}.m", f"Gate {phase}", "milestone", 2, end, 0, phase))
    return pd.DataFrame(rows)


def _task(id, name, kind, level, start, days, phase):
    finish = start + pd.Timedelta(days=days, hours=9 if days else 0)
    return {
        "id": id,
        "wbs": id,
        "name": name,
        "kind": kind,
        "level": level,
        "start": start,
        "finish": finish,
        "is_started": start <= STATUS,
        "is_finished": finish <= STATUS,
        "percent_complete": 100.0 if finish <= STATUS else 40.0 if start <= STATUS else 0.0,
        "is_critical": phase % 3 == 2 and kind != "summary",
        "total_float_hours": 0.0 if phase % 3 == 2 else 40.0,
        "driver": "Survey of cabling (finish to start)",
        "deadline": finish + pd.Timedelta(days=3) if kind == "milestone" else pd.NaT,
        "baseline_start": start - pd.Timedelta(days=2),
        "baseline_finish": finish - pd.Timedelta(days=2),
    }


def links(tasks):
    """Columns of Schedule.links: each leaf after the one before it, every third with slack."""
    ids = list(tasks.loc[tasks["kind"] != "summary", "id"])
    slack = np.arange(len(ids) - 1) % 3 == 2
    return pd.DataFrame(
        {
            "predecessor_id": ids[:-1],
            "successor_id": ids[1:],
            "kind": np.where(slack, "SS", "FS"),
            "float_hours": np.where(slack, 8.0, 0.0),
            "is_driving": ~slack,
        }
    )


def float_paths(n=3):
    """Columns of float_paths: the first sets the date, each other has a day and a half more."""
    paths = []
    for path in range(n):
        rows = tasks(4)[path::2]
        paths.append(
            rows[rows["kind"] != "summary"].assign(
                path=path + 1, relative_float_hours=12.0 * path, is_driving=path == 0
            )
        )
    rows = pd.concat(paths, ignore_index=True).rename(columns={"id": "task_id"})
    columns = ["path", "task_id", "name", "start", "finish", "relative_float_hours"]
    return rows[[*columns, "total_float_hours", "is_driving"]]


def moves(n=12):
    """Columns of Levelling.moves: each task moves by 1 to 5 days, every third follows another."""
    rows = tasks(6)
    rows = rows[rows["kind"] == "task"].head(n).reset_index(drop=True)
    days = rows.index.to_numpy() % 5 + 1.0
    why = ["Survey of cabling (finish to start)", "Ann Berger", "Ann Berger, Bo Chen"]
    shift = pd.to_timedelta(days, unit="D")
    return pd.DataFrame(
        {
            "task_id": rows["id"],
            "name": rows["name"],
            "start_before": rows["start"],
            "start": rows["start"] + shift,
            "finish_before": rows["finish"],
            "finish": rows["finish"] + shift,
            "moved_days": days,
            "priority": 500.0,
            "because": [why[n % 3] for n in rows.index],
        }
    )


def trend(n=10):
    """Columns of milestone_trend: some hold, some slip, the first are reached."""
    rows = []
    for week in range(12):
        made = STATUS - pd.Timedelta(weeks=11 - week)
        for m in range(n):
            slip = pd.Timedelta(days=(week // 3) * (m % 3))
            forecast = pd.Timestamp("2026-01-23 17:00") + pd.Timedelta(days=16 * m) + slip
            rows.append((made, str(m), f"Site {m} live", forecast, forecast <= made))
    return pd.DataFrame(rows, columns=["status_date", "task_id", "name", "forecast", "is_done"])


def cone(n=8):
    """Columns of forecast_cone: the plan slips by three days every other week, ranges narrow."""
    weeks = pd.Series(range(n))
    plan = pd.Timestamp("2026-06-05 17:00") + pd.to_timedelta(weeks // 2 * 3, unit="D")
    made = STATUS - pd.to_timedelta((n - 1 - weeks) * 7, unit="D")
    frame = pd.DataFrame({"status_date": made, "plan": plan, "baseline": plan.iloc[0]})
    for name, days in (("p50", 20), ("p80", 40), ("p90", 60)):
        frame[name] = plan + pd.to_timedelta(days * (1 - weeks / 10), unit="D").dt.round("D")
    return frame.assign(actual=pd.Timestamp("2026-07-03 17:00"))


def curve():
    """Columns of EarnedValue.curve: 30 weeks, EV and AC known for 12."""
    share = np.linspace(0, 1, 30)
    planned = 480_000 * (3 * share**2 - 2 * share**3)
    known = np.where(np.arange(30) < 12, 1.0, np.nan)
    return pd.DataFrame(
        {
            "date": pd.date_range("2025-12-19", periods=30, freq="7D"),
            "planned_value": planned,
            "earned_value": planned * 0.86 * known,
            "actual_cost": (planned * 0.97 + 4_000) * known,
        }
    )


def by_date():
    """Columns of EarnedValue.by_date: 12 weeks, no cost in the first."""
    week = np.arange(12)
    planned = 10_000.0 * (week + 1)
    return pd.DataFrame(
        {
            "status_date": [STATUS - pd.Timedelta(weeks=int(11 - n)) for n in week],
            "planned_value": planned,
            "earned_value": planned * 0.9,
            "actual_cost": planned * 0.97,
            "cost_performance_index": np.where(week == 0, np.nan, 1.1 - 0.015 * week),
            "schedule_performance_index_time": 1.0 - 0.012 * week,
            "estimate_at_completion": 512_345.6,
        }
    )


def load(n_people=8, n_weeks=6):
    """Columns of workload: the first person has a week without hours."""
    rows = []
    for person in range(n_people):
        for week in range(n_weeks):
            capacity = 0.0 if person == week == 0 else 40.0
            rows.append(
                {
                    "resource_id": f"R{person}",
                    "resource": f"Person {person}",
                    "department": "Network",
                    "week": pd.Timestamp("2026-03-09") + pd.Timedelta(weeks=week),
                    "load_hours": 8.0 * ((person + week) % 7),
                    "capacity_hours": capacity,
                    "over_hours": 8.0,
                    "tasks": "Survey; Cutover",
                }
            )
    return pd.DataFrame(rows)


def key_people(n=6):
    """Columns of key_people: damage falls from ten days to none; every third has no cover."""
    days = np.maximum(10.0 - 2.5 * np.arange(n), 0)
    return pd.DataFrame(
        {
            "party_id": [f"R{k}" for k in range(n)],
            "party": [f"Person {k}" for k in range(n)],
            "kind": "person",
            "n_tasks": 2,
            "hours": 36.5,
            "damage_days": days,
            "milestone": np.where(days > 2, "Gate 1", ""),
            "milestone_days": np.where(days > 2, days, 0.0),
            "float_days": np.where(days > 0, np.nan, 3.5),
            "cover": [
                "nobody" if k % 3 == 0 else "Bo (same role, 40 h free, 50%)" for k in range(n)
            ],
            "cover_free_hours": [0.0 if k % 3 == 0 else 40.0 for k in range(n)],
            "statement": [
                f"Person {k} away: the finish moves by {d:g} days" for k, d in enumerate(days)
            ],
        }
    )


def needs():
    """Columns of resource_needs: hours of roles, as those of the people of `load`."""
    names = {"resource": "role", "load_hours": "needed_hours"}
    return load().rename(columns=names).drop(columns="resource_id")


def buffer_use(n=12):
    """Columns of buffer_use: the buffer is used faster than the chain is done, then won back."""
    step = np.arange(n)
    used = np.where(step < 8, 9.5 * step - 6, 70 - 5 * (step - 8))
    signal = np.select([used > 40, used > 20], ["red", "amber"], "green")
    return pd.DataFrame(
        {
            "status_date": [STATUS - pd.Timedelta(weeks=int(n - 1 - k)) for k in step],
            "chain_percent": 6.25 * step,
            "buffer_percent": used,
            "plan_at_percent": 100 / 6 + 33.3 * step / n,
            "act_at_percent": 100 / 3 + 66.6 * step / n,
            "signal": signal,
        }
    )


def bridge_parts():
    """Columns of Bridge.parts: four kinds of changes, later and earlier."""
    rows = [
        ("passage of time", 5.0, f"passage of time at {NAMES[1]}"),
        ("scope", 2.5, f"{NAMES[0]} added; {NAMES[2]} added"),
        ("re-estimates", -1.9, f"{NAMES[4]} re-estimated"),
        ("scope with logic", 0.3, ""),
    ]
    parts = pd.DataFrame(rows, columns=["group", "days", "tasks"])
    minutes = (480 * parts["days"]).round().astype("int64")
    said = [f"{group} {days:+g}" for group, days, _ in rows]
    whose = ["Networks", "IT", "", ""]
    return parts.assign(minutes=minutes, calendar_minutes=3 * minutes, sentence=said, whose=whose)


def cost_parts():
    """The same in money, columns of Movement.parts of a cost."""
    parts = bridge_parts().drop(columns=["minutes", "calendar_minutes"])
    parts = parts.rename(columns={"days": "amount"})
    return parts.assign(amount=400 * parts["amount"], cents=40_000 * parts["amount"])
