"""A plan small enough to compute by hand: three tasks in a row and a milestone.

Monday to Friday, 08:00 to 12:00 and 13:00 to 17:00.
Week 1 (2 Mar 2026): design, five days. Week 2: build, five days. Week 3: test, five days. Go live.
"""

import pandas as pd

from pmtools.project import Header, Project

FRIDAYS = [pd.Timestamp(f"2026-03-{day:02d} 23:59") for day in (6, 13, 20)]

TASKS = [
    {"id": "1", "name": "Design", "duration_hours": 40, "owner_id": "ann", "department_id": "it"},
    {"id": "2", "name": "Build", "duration_hours": 40, "owner_id": "bob", "department_id": "it"},
    {"id": "3", "name": "Test", "duration_hours": 40, "owner_id": "ann", "department_id": "qa"},
    {"id": "4", "name": "Go live", "kind": "milestone", "duration_hours": 0, "owner_id": "bob"},
]
LINKS = [
    {"predecessor_id": "1", "successor_id": "2"},
    {"predecessor_id": "2", "successor_id": "3"},
    {"predecessor_id": "3", "successor_id": "4"},
]
BASELINE = [
    {"task_id": "1", "start": "2026-03-02 08:00", "finish": "2026-03-06 17:00", "cost": 4000},
    {"task_id": "2", "start": "2026-03-09 08:00", "finish": "2026-03-13 17:00", "cost": 4000},
    {"task_id": "3", "start": "2026-03-16 08:00", "finish": "2026-03-20 17:00", "cost": 2000},
    {"task_id": "4", "start": "2026-03-20 17:00", "finish": "2026-03-20 17:00", "cost": 0},
]


def small_plan(status_date=None, progress=(), **tables):
    """The plan on a status date; `tables` replace or add tables, header fields by `header`."""
    header = {
        "id": "P1", "name": "Rollout", "start": pd.Timestamp("2026-03-02 08:00"),
        "status_date": status_date, "currency": "EUR", **tables.pop("header", {}),
    }  # fmt: skip
    content = {
        "tasks": TASKS,
        "links": LINKS,
        "baseline": BASELINE,
        "resources": [{"id": "ann", "name": "Ann"}, {"id": "bob", "name": "Bob"}],
        "departments": [{"id": "it", "name": "IT"}, {"id": "qa", "name": "Quality"}],
        "progress": list(progress),
        **tables,
    }
    return Project(Header(**header), **content)


DESIGN_DONE = {
    "status_date": FRIDAYS[0], "task_id": "1", "actual_start": "2026-03-02 08:00",
    "actual_finish": "2026-03-06 17:00", "percent_complete": 100, "remaining_hours": 0,
}  # fmt: skip
BUILD_HALF = {
    "status_date": FRIDAYS[1], "task_id": "2", "actual_start": "2026-03-09 08:00",
    "percent_complete": 50, "remaining_hours": 24,
}  # fmt: skip


def two_weeks():
    """Design on time, then build with three days left at the end of its week."""
    progress = [DESIGN_DONE, BUILD_HALF]
    return small_plan(FRIDAYS[0], [DESIGN_DONE]), small_plan(FRIDAYS[1], progress)
