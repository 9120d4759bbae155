"""Random networks for the oracles, the same for the same seed, and the rules each one uses.

A network takes some of the rules, so that they meet in many ways.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from pmtools.project import Header, Project
from pmtools.project.working_time import calendars_of
from pmtools.schedule import schedule

START = pd.Timestamp("2026-06-01 08:00")
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SHIFTS = {
    "office": ((("08:00", "12:00"), ("13:00", "17:00")), WEEK[:5]),
    "early": ((("06:00", "14:00"),), WEEK[:6]),
    "night": ((("01:00", "05:00"), ("20:00", "23:00")), WEEK[1:6]),
    "always": ((("00:00", "24:00"),), WEEK),
}
HOLIDAYS = (("office", "2026-06-04", ""), ("early", "2026-06-10", "08:00-10:00"))
CALENDARS = pd.DataFrame(
    [
        {"id": name, "name": name, "weekday": day, "shift_start": start, "shift_finish": finish}
        for name, (shifts, days) in SHIFTS.items()
        for day in days
        for start, finish in shifts
    ]
)
EXCEPTIONS = pd.DataFrame(HOLIDAYS, columns=["calendar_id", "from", "shifts"])
BASE = Project(
    Header("p", "P", START, calendar_id="office"),
    tasks=pd.DataFrame([{"id": "1", "name": "T1"}]), calendars=CALENDARS, exceptions=EXCEPTIONS,
)  # fmt: skip
WORK = calendars_of(BASE)

KINDS = ("SS", "FF", "SF")
CONSTRAINTS = ("SNET", "SNLT", "FNET", "FNLT", "MSO", "MFO", "ALAP")
COMMON = (
    *KINDS, "lag", "lead", *CONSTRAINTS, "deadline", "milestone", "calendars", "started",
    "finished", "smallest float",
)  # fmt: skip
RULES = {
    "microsoft_project": (*COMMON, "elapsed lag", "percent lag", "out of sequence", "summary link",
        "levelling delay", "inactive", "elapsed duration"),
    "primavera_p6": (*COMMON, "successor lag calendar", "project lag calendar", "24h lag calendar",
        "retained logic", "level of effort", "start float"),
}  # fmt: skip
"""What a network of each tool can have beside tasks, finish-to-start links and one calendar."""


def network(seed: int, scheduling: str) -> Project:
    """A project of three to nine tasks with two to ten of the rules of its tool."""
    dice = np.random.default_rng(seed)
    pool = RULES[scheduling]
    chosen = set(map(str, dice.choice(pool, min(len(pool), dice.integers(2, 11)), replace=False)))
    if chosen & {"elapsed lag", "percent lag"} or any("lag calendar" in rule for rule in chosen):
        chosen |= {"lag"}
    if any("lag calendar" in rule for rule in chosen):
        chosen |= {"calendars"}
    if "summary link" in chosen:  # MPXJ crashes where it leads to an inactive task
        chosen -= {"inactive"}
    if "ALAP" in chosen and scheduling == "primavera_p6":  # nor does it know this one
        chosen -= {"SF"}
    tasks = _tasks(dice, chosen)
    links = _links(dice, chosen, tasks)
    project = BASE.replace(header=_header(dice, chosen, scheduling), tasks=tasks, links=links)
    if chosen & {"started", "finished", "out of sequence", "retained logic"}:
        return _with_progress(dice, chosen, project)
    return project


def _header(dice: np.random.Generator, chosen: set[str], scheduling: str) -> Header:
    calendars = [rule.split()[0] for rule in sorted(chosen) if rule.endswith("lag calendar")]
    floats = [rule.split()[0] for rule in sorted(chosen) if rule.endswith("float")]
    return Header(
        "p", "P", START, calendar_id="office", scheduling=scheduling,
        lag_calendar=str(dice.choice(calendars or [""])),
        total_float=str(dice.choice(floats or [""])),
    )  # fmt: skip


def _tasks(dice: np.random.Generator, chosen: set[str]) -> pd.DataFrame:
    """Tasks in hours; the constraint of one or two of them lies in the first three weeks."""
    count = int(dice.integers(3, 10))
    rows = [
        {"id": str(i), "name": f"T{i}", "duration_hours": float(dice.integers(1, 33))}
        for i in range(1, count + 1)
    ]
    bound = [rule for rule in CONSTRAINTS if rule in chosen]
    for kind, row in zip(bound, dice.permutation(count), strict=False):
        rows[row]["constraint"] = kind
        if kind != "ALAP":
            hours = 24 * int(dice.integers(5, 18)) + int(dice.integers(0, 9))
            rows[row]["constraint_date"] = START + pd.Timedelta(hours=hours)
    for row in rows:
        if "calendars" in chosen and dice.random() < 0.6:
            row["calendar_id"] = str(dice.choice(["early", "night", "always"]))
    for rule, column, value in (
        ("deadline", "deadline", lambda: START + pd.Timedelta(days=int(dice.integers(2, 20)))),
        ("milestone", "kind", lambda: "milestone"),
        ("inactive", "is_active", lambda: False),
        ("levelling delay", "levelling_delay_hours", lambda: float(dice.integers(1, 60))),
        ("elapsed duration", "is_elapsed", lambda: True),
    ):
        if rule in chosen:
            # MPXJ delays only tasks without predecessors: mostly the first one.
            is_first = rule == "levelling delay" and dice.random() < 0.8
            rows[0 if is_first else dice.integers(0, count)][column] = value()
    for row in rows:
        if row.get("constraint_date"):
            row["constraint_date"] = _in_working_time(row)
        if row.get("kind") == "milestone":
            row["duration_hours"] = 0.0
            is_bound = row.get("constraint") in ("FNET", "FNLT", "MFO")
            row["is_start_milestone"] = count % 2 == 0 and not is_bound
    if "summary link" in chosen:
        rows.insert(0, {"id": "S", "name": "S", "kind": "summary"})
        for row in rows[2 : 2 + int(dice.integers(1, 4))]:
            row["parent_id"] = "S"
    if "level of effort" in chosen:
        rows.append({"id": "E", "name": "E", "kind": "level_of_effort", "duration_hours": 8.0})
    return pd.DataFrame(rows)


def _in_working_time(row: dict[str, Any]) -> pd.Timestamp:
    """The date of a constraint where its task can start, or finish."""
    calendar = WORK[row.get("calendar_id", "office")]
    is_start = row["constraint"] in ("SNET", "SNLT", "MSO")
    return (calendar.next_work if is_start else calendar.previous_work)(row["constraint_date"])


def _links(dice: np.random.Generator, chosen: set[str], tasks: pd.DataFrame) -> pd.DataFrame:
    """Links forwards only; half of them of the chosen kinds, half of them with a chosen lag."""
    ids = [task for task in tasks["id"] if task not in ("S", "E")]
    kinds = [kind for kind in KINDS if kind in chosen]
    rows: dict[tuple[str, str, str], tuple[float, str]] = {}
    for _ in range(int(dice.integers(len(ids) - 1, 2 * len(ids)))):
        before, after = sorted(dice.choice(len(ids), 2, replace=False))
        kind = str(dice.choice(kinds)) if kinds and dice.random() < 0.6 else "FS"
        rows[ids[before], ids[after], kind] = _lag(dice, chosen)
    if "summary link" in chosen:
        inside = set(tasks.loc[tasks.get("parent_id", "") == "S", "id"])
        outside = [task for task in ids if task not in inside]
        if len(outside) == 1 or dice.random() < 0.5:
            kind = str(dice.choice(["FS", "SS"]))  # Microsoft Project refuses others
            rows[outside[0], "S", kind] = _lag(dice, chosen)
        else:
            rows["S", outside[-1], str(dice.choice([*kinds, "FS"]))] = _lag(dice, chosen)
    if "level of effort" in chosen:
        first, last = sorted(dice.choice(len(ids), 2, replace=False))
        rows[ids[first], "E", "SS"] = _lag(dice, chosen)
        key = (ids[last], "E", "FF") if dice.random() < 0.5 else ("E", ids[last], "FS")
        rows[key] = (0.0, "working")
    columns = ["predecessor_id", "successor_id", "kind", "lag_hours", "lag_kind"]
    return pd.DataFrame([(*key, *lag) for key, lag in rows.items()], columns=columns)


def _lag(dice: np.random.Generator, chosen: set[str]) -> tuple[float, str]:
    signs = [sign for rule, sign in (("lag", 1), ("lead", -1)) if rule in chosen]
    if not signs or dice.random() < 0.5:
        return 0.0, "working"
    kinds = [rule.split()[0] for rule in ("elapsed lag", "percent lag") if rule in chosen]
    kind = str(dice.choice([*kinds, "working"]))
    size = dice.integers(1, 5) * 25 if kind == "percent" else dice.integers(1, 21)
    return float(size * dice.choice(signs)), kind


def _with_progress(dice: np.random.Generator, chosen: set[str], project: Project) -> Project:
    """The plan carried out up to a status date in working time, some of it out of sequence."""
    plan = schedule(project)
    tasks = plan.tasks[~plan.tasks["kind"].isin(["summary", "level_of_effort"])].set_index("id")
    own = project.tasks.set_index("id")["calendar_id"].replace("", "office")
    day, hour = int(dice.choice([1, 2, 4, 7])), int(dice.integers(1, 4))
    status = START + pd.Timedelta(days=day, hours=hour)
    is_hasty = bool(chosen & {"out of sequence", "retained logic"})
    early = set(dice.choice(tasks.index, 2, replace=False)) if is_hasty else set()
    rows = []
    for task, row in tasks.iterrows():
        hours = row["duration_hours"]
        fact = {"task_id": task, "actual_start": row["start"], "status_date": status}
        if row["finish"] <= status and (is_hasty or "finished" in chosen):
            rows.append(fact | {"actual_finish": row["finish"], "percent_complete": 100.0})
        elif hours > 1 and (task in early or row["start"] < status <= row["finish"]):
            if row["start"] >= status:
                ago = -float(dice.integers(1, 9))
                fact["actual_start"] = max(START, plan.calendars[own[task]].add(status, ago))
            is_idle = project.header.scheduling == "microsoft_project" and dice.random() < 0.6
            done = 0.0 if is_idle and task in early else float(dice.integers(1, hours))
            fact["remaining_hours"] = hours - done
            rows.append(fact | {"percent_complete": 100 * done / hours})
    header = replace(project.header, status_date=status)
    return project.replace(header=header, progress=pd.DataFrame(rows)) if rows else project


def rules_of(project: Project) -> set[str]:
    """The rules that take part in a network."""
    tasks, links = project.tasks, project.links
    sign, kind = np.sign(links["lag_hours"]), links["lag_kind"]
    found = {*links["kind"], *tasks["constraint"]} - {""}
    facts = project.latest_progress().set_index("task_id")
    is_done = facts["actual_finish"].notna()
    at_work = set(facts.index[~is_done])
    one, other = links["predecessor_id"], links["successor_id"]
    is_hasty = other.isin(facts.index) & np.where(
        links["kind"].isin(["FS", "FF"]), ~one.isin(facts.index[is_done]), ~one.isin(facts.index)
    )
    calendars = tasks.loc[~tasks["kind"].isin(["summary"]), "calendar_id"].nunique()
    is_lagged = bool((sign != 0).any())
    header = project.header
    tests = {
        "lag": (sign > 0).any(),
        "lead": (sign < 0).any(),
        "elapsed lag": (is_lagged & (kind == "elapsed")).any(),
        "percent lag": (is_lagged & (kind == "percent")).any(),
        "deadline": tasks["deadline"].notna().any(),
        "several calendars": calendars > 1,
        f"{header.lag_calendar} lag calendar": is_lagged and calendars > 1 and header.lag_calendar,
        f"{header.total_float} float": header.total_float,
        "finished": is_done.any(),
        "started in sequence": at_work - {*other[is_hasty]},
        "started out of sequence": is_hasty.any(),
        "inactive": (~tasks["is_active"]).any(),
        "elapsed duration": tasks["is_elapsed"].any(),
        "levelling delay": tasks["levelling_delay_hours"].any(),
        "milestone": (tasks["kind"] == "milestone").any(),
        "level of effort": (tasks["kind"] == "level_of_effort").any(),
        "summary link": one.eq("S").any() or other.eq("S").any(),
    }
    return found | {rule for rule, is_used in tests.items() if is_used}
