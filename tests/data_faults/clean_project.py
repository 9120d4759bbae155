"""A project of thirty tasks with every table filled in and nothing wrong in it."""

import itertools

import numpy as np
import pandas as pd

from pmtools.project import Header, Project

START, STATUS = pd.Timestamp("2026-02-02"), pd.Timestamp("2026-03-20 23:59")
PHASES = ("Prepare", "Build", "Migrate", "Hand over")
WORK = ("Plan", "Order", "Install", "Configure", "Test", "Accept")
PEOPLE = ("ana", "ben", "cho")
DAYS_OF_A_TASK = 2


def day(n, at="08:00"):
    """The n-th working day of the project, at a time."""
    return pd.Timestamp(f"{np.busday_offset(START.date(), n)} {at}")


def steps():
    """Each task: id, phase, name and the working day on which it starts."""
    n = 0
    for phase in PHASES:
        for work in WORK:
            yield f"{PHASES.index(phase) + 1}.{WORK.index(work) + 1}", phase, work, n
            n += DAYS_OF_A_TASK


def _plan():
    tasks = [
        {"id": f"{i}", "wbs": f"{i}", "name": phase, "kind": "summary", "parent_id": ""}
        for i, phase in enumerate(PHASES, 1)
    ]
    tasks += [
        {
            "id": id_,
            "wbs": id_,
            "name": f"{work}: {phase}",
            "kind": "task",
            "parent_id": id_[0],
            "duration_hours": DAYS_OF_A_TASK * 8.0,
            "owner_id": PEOPLE[n // 2 % 3],
            "department_id": "it",
            "deliverable_id": f"d{id_[0]}",
            "control_account": id_[0],
            "ev_method": "weighted_milestones" if id_ == "1.1" else "percent_complete",
        }
        for id_, phase, work, n in steps()
    ]
    tasks += [
        {"id": "M1", "name": "Migration may begin", "kind": "milestone", "duration_hours": 0.0},
        {
            "id": "M2",
            "name": "Handed over",
            "kind": "milestone",
            "duration_hours": 0.0,
            "deadline": day(60),
        },
    ]
    ids = [id_ for id_, *_ in steps()]
    links = [{"predecessor_id": a, "successor_id": b} for a, b in itertools.pairwise(ids)]
    links += [
        {"predecessor_id": "2.6", "successor_id": "M1"},
        {"predecessor_id": "4.6", "successor_id": "M2"},
        {"predecessor_id": "1.1", "successor_id": "1.4", "lag_hours": 8.0, "kind": "SS"},
    ]
    return {"tasks": tasks, "links": links}


def _facts():
    """What was known each Friday: the plan is kept to the day."""
    progress, timesheets, costs = [], [], []
    for friday in pd.date_range("2026-02-06 23:59", STATUS, freq="7D"):
        for id_, _, _, n in steps():
            begun, finished = day(n), day(n + DAYS_OF_A_TASK - 1, "17:00")
            if begun > friday:
                continue
            is_done = finished <= friday
            progress.append(
                {
                    "status_date": friday,
                    "task_id": id_,
                    "actual_start": begun,
                    "actual_finish": finished if is_done else pd.NaT,
                    "percent_complete": 100.0 if is_done else 50.0,
                    "remaining_hours": 0.0 if is_done else 8.0,
                }
            )
    for id_, _, _, n in steps():
        for k in range(n, n + DAYS_OF_A_TASK):
            if day(k) <= STATUS:
                who = PEOPLE[n // 2 % 3]
                hours = {"date": day(k, "00:00"), "task_id": id_, "resource_id": who, "hours": 8.0}
                timesheets.append(hours)
    for invoice, id_ in enumerate(("1.2", "2.2"), 1):
        costs.append(
            {
                "date": day(5 * invoice, "00:00"),
                "task_id": id_,
                "amount": 900.0,
                "note": f"R-{invoice}",
            }
        )
    return {"progress": progress, "timesheets": timesheets, "costs": costs}


def _money():
    ids = [(id_, n, DAYS_OF_A_TASK) for id_, _, _, n in steps()] + [("M1", 23, 0), ("M2", 47, 0)]
    baseline = [
        {
            "baseline": "1",
            "task_id": id_,
            "start": day(n) if days else day(n, "17:00"),
            "finish": day(n + max(days - 1, 0), "17:00"),
            "duration_hours": days * 8.0,
            "work_hours": days * 8.0,
            "cost": days * 8.0 * 100,
            "approved_by": "Sponsor",
            "approved_date": day(0, "00:00"),
        }
        for id_, n, days in ids
    ]
    return {
        "baseline": baseline,
        "rates": [{"resource_id": who, "hourly_rate": 100.0} for who in PEOPLE],
    }


def _people():
    roles = [
        {"deliverable_id": f"d{i}", "party_id": who, "role": letter}
        for i in range(1, 5)
        for who, letter in (("ana", "A"), ("ben", "R"), ("it", "C"), ("s1", "I"))
    ]
    assignments = [
        {"task_id": id_, "resource_id": PEOPLE[n // 2 % 3], "units": 1.0}
        for id_, _, _, n in steps()
    ]
    return {
        "goals": [{"id": "g", "goal": "No outage", "due": day(60), "owner_id": "ana"}],
        "resources": [{"id": who, "name": who.title(), "department_id": "it"} for who in PEOPLE],
        "departments": [{"id": "it", "name": "IT", "head_id": "ana"}],
        "availability": [
            {"resource_id": "ben", "from": day(30, "00:00"), "to": day(32, "00:00"), "capacity": 0},
            {"resource_id": "ben", "from": day(35, "00:00"), "to": day(36, "00:00"), "capacity": 0},
        ],
        "assignments": assignments,
        "deliverables": [
            {"id": f"d{i}", "name": p, "due": day(60)} for i, p in enumerate(PHASES, 1)
        ],
        "responsibilities": roles,
        "stakeholders": [
            {
                "id": "s1",
                "name": "Sponsor",
                "department_id": "it",
                "email": "sponsor@company.example",
            }
        ],
    }


def _rest():
    shifts = [("08:00", "12:00"), ("13:00", "17:00")]
    return {
        "estimates": [
            {
                "task_id": "3.3",
                "optimistic_hours": 12,
                "most_likely_hours": 16,
                "pessimistic_hours": 40,
            }
        ],
        "ev_milestones": [
            {"task_id": "1.1", "name": "Draft", "weight": 0.4, "achieved_date": day(0)},
            {"task_id": "1.1", "name": "Signed", "weight": 0.6, "achieved_date": day(1)},
        ],
        "calendars": [
            {"id": "office", "name": "Office", "weekday": name, "shift_start": a, "shift_finish": b}
            for name in ("mon", "tue", "wed", "thu", "fri")
            for a, b in shifts
        ],
        "exceptions": [
            {"calendar_id": "office", "from": pd.Timestamp("2026-05-01"), "name": "May"}
        ],
        "register": [
            {
                "id": "R1",
                "kind": "risk",
                "title": "Late delivery",
                "owner_id": "ben",
                "raised_by": "ana",
                "raised_date": day(3, "00:00"),
                "updated_date": day(30, "00:00"),
                "due_date": day(50),
                "probability": 0.3,
                "impact_hours": 40,
                "response": "reduce",
                "task_ids": "3.2;3.3",
            },
            {
                "id": "I1",
                "kind": "issue",
                "title": "No badge",
                "status": "closed",
                "owner_id": "cho",
                "raised_date": day(3, "00:00"),
                "closed_date": day(9, "00:00"),
            },
        ],
    }


def clean_rows():
    """The rows of every table, as a list of dicts each."""
    return _plan() | _facts() | _money() | _people() | _rest()


def clean_project(**changes):
    """The clean project, with other tables or another header where `changes` gives them."""
    header = Header(
        id="clean",
        name="Clean project",
        start=START,
        status_date=STATUS,
        currency="EUR",
        budget=60_000.0,
        deadline=day(60),
        timezone="Europe/Vienna",
        calendar_id="office",
    )
    return Project(**({"header": header} | clean_rows() | changes))
