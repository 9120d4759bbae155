"""A plan with hand-offs that can be checked by hand; Monday to Friday, 08:00-12:00, 13:00-17:00.

Purchasing orders (2 to 6 March 2026, done) and Networks lays lines (2 to 13 March, three days late
on Friday 13 March): Site installs for five days when both are there. Two days into that People
train, and Networks test after it.
"""

import pandas as pd
from small_plan import small_plan

from pmtools.schedule import schedule

STATUS = pd.Timestamp("2026-03-13 23:59")
TASKS = [
    {"id": "order", "name": "Order", "duration_hours": 40, "owner_id": "eve",
     "department_id": "pur"},
    {"id": "lines", "name": "Lines", "duration_hours": 80, "owner_id": "nina",
     "department_id": "net"},
    {"id": "install", "name": "Install", "duration_hours": 40, "owner_id": "fred",
     "department_id": "fac"},
    {"id": "train", "name": "Train", "duration_hours": 16, "owner_id": "hugo",
     "department_id": "hr"},
    {"id": "test", "name": "Test", "duration_hours": 40, "owner_id": "nina",
     "department_id": "net"},
]  # fmt: skip
LINKS = [
    {"predecessor_id": "order", "successor_id": "install"},
    {"predecessor_id": "lines", "successor_id": "install"},
    {"predecessor_id": "install", "successor_id": "train", "kind": "SS", "lag_hours": 16},
    {"predecessor_id": "install", "successor_id": "test"},
    {"predecessor_id": "lines", "successor_id": "test"},
]
BASELINE = [
    {"task_id": "order", "start": "2026-03-02 08:00", "finish": "2026-03-06 17:00"},
    {"task_id": "lines", "start": "2026-03-02 08:00", "finish": "2026-03-13 17:00"},
    {"task_id": "install", "start": "2026-03-16 08:00", "finish": "2026-03-20 17:00"},
    {"task_id": "train", "start": "2026-03-18 08:00", "finish": "2026-03-19 17:00"},
    {"task_id": "test", "start": "2026-03-23 08:00", "finish": "2026-03-27 17:00"},
]
PROGRESS = [
    {"status_date": STATUS, "task_id": "order", "actual_start": "2026-03-02 08:00",
     "actual_finish": "2026-03-06 17:00", "percent_complete": 100, "remaining_hours": 0},
    {"status_date": STATUS, "task_id": "lines", "actual_start": "2026-03-02 08:00",
     "percent_complete": 70, "remaining_hours": 24},
]  # fmt: skip
PEOPLE = {"eve": "Eve", "nina": "Nina", "fred": "Fred", "hugo": "Hugo"}
DEPARTMENTS = {"pur": "Purchasing", "net": "Networks", "fac": "Site", "hr": "People"}


def handoff_project(status_date=STATUS, **tables):
    """The plan on a status date; `tables` replace or add tables."""
    named = {
        name: [{"id": each, "name": said} for each, said in rows.items()]
        for name, rows in (("resources", PEOPLE), ("departments", DEPARTMENTS))
    }
    content = {"tasks": TASKS, "links": LINKS, "baseline": BASELINE, **named, **tables}
    return small_plan(status_date, content.pop("progress", PROGRESS), **content)


def handoff_plan(status_date=STATUS, **tables):
    """Its schedule."""
    return schedule(handoff_project(status_date, **tables))
