"""A plan with responsibilities that break no rule, and one change at a time that breaks one.

Two deliverables, two tasks each; Monday to Friday; the status date is Friday, 6 March 2026.
Portal (due 20 March): design (done) and build, until 20 March. Manual (due 24 April): write and
review, until 3 April.
"""

import pandas as pd
from small_plan import small_plan

STATUS = pd.Timestamp("2026-03-06 23:59")
PEOPLE = [
    {"id": "ann", "name": "Ann", "department_id": "it"},
    {"id": "bob", "name": "Bob", "department_id": "it"},
    {"id": "cem", "name": "Cem", "department_id": "qa"},
]
UNITS = [{"id": "it", "name": "IT", "head_id": "ann"}, {"id": "qa", "name": "Quality"}]
DELIVERABLES = [
    {"id": "P", "name": "Portal", "due": "2026-03-20"},
    {"id": "M", "name": "Manual", "due": "2026-04-24"},
]
TASKS = [
    {"id": "0", "name": "All of it", "kind": "summary"},
    {"id": "1", "name": "Design", "duration_hours": 40, "deliverable_id": "P", "parent_id": "0"},
    {"id": "2", "name": "Build", "duration_hours": 80, "deliverable_id": "P", "parent_id": "0"},
    {"id": "3", "name": "Write", "duration_hours": 40, "deliverable_id": "M", "parent_id": "0"},
    {"id": "4", "name": "Review", "duration_hours": 40, "deliverable_id": "M", "parent_id": "0"},
]
LINKS = [{"predecessor_id": str(n), "successor_id": str(n + 1)} for n in (1, 2, 3)]
DONE = [
    {
        "status_date": STATUS, "task_id": "1", "actual_start": "2026-03-02 08:00",
        "actual_finish": "2026-03-06 17:00", "percent_complete": 100,
    }
]  # fmt: skip
HOURS = [
    {"task_id": task, "resource_id": person}
    for task, person in (("2", "ann"), ("2", "bob"), ("3", "bob"), ("4", "cem"))
]
ROLES = [("P", "ann", "A"), ("P", "bob", "R"), ("P", "cem", "C"),
         ("M", "cem", "A"), ("M", "bob", "R"), ("M", "ann", "I")]  # fmt: skip


def role(place, party, code):
    """A row of the table: of a deliverable, or (a number) of a task."""
    kind = "task_id" if place.isdigit() else "deliverable_id"
    return {kind: place, "party_id": party, "role": code}


def raci_plan(roles=ROLES, **tables):
    """The plan with these roles; `tables` replace others."""
    given = {
        "tasks": TASKS, "links": LINKS, "baseline": [], "resources": PEOPLE, "departments": UNITS,
        "deliverables": DELIVERABLES, "assignments": HOURS, "progress": DONE,
        "responsibilities": [role(*each) for each in roles],
    }  # fmt: skip
    return small_plan(STATUS, **(given | tables))
