"""A plan that passes every check of the quality of a schedule, and can be changed to fail one.

Monday to Friday, 08:00 to 17:00 with an hour of lunch; it is the Wednesday of the second week.

    Begin > Design > Install servers > Acceptance test > Train users > End
                   > Order spare parts                 >
"""

from small_plan import small_plan

from pmtools.schedule import schedule

STATUS = "2026-03-11 23:59"
TASKS = {
    "S": ("Begin", 0), "A": ("Design", 5), "B": ("Install servers", 5), "C": ("Acceptance test", 5),
    "P": ("Order spare parts", 5), "D": ("Train users", 5), "E": ("End", 0),
}  # fmt: skip
LINKS = ("S A", "A B", "A P", "B C", "C D", "P D", "D E")
PEOPLE = ("ann", "bob", "cem", "dora")
BEGUN = {
    "status_date": STATUS, "task_id": "B", "actual_start": "2026-03-09 08:00",
    "remaining_hours": 16,
}  # fmt: skip
DONE = {
    "status_date": STATUS, "task_id": "A", "actual_start": "2026-03-02 08:00",
    "actual_finish": "2026-03-06 17:00", "remaining_hours": 0, "percent_complete": 100,
}  # fmt: skip


def task_row(place, key):
    name, length = TASKS[key]
    kind = "task" if length else "milestone"
    owner = PEOPLE[place % len(PEOPLE)]
    return {"id": key, "name": name, "kind": kind, "duration_hours": 8 * length, "owner_id": owner}


def rows_of(tasks=None, links=None, header=None, **tables):
    """The rows of the plan; `tasks` and `links` change columns by key, a link of None is gone."""
    changes, ends = {key: {} for key in LINKS} | (links or {}), ("predecessor_id", "successor_id")
    return {
        "tasks": [task_row(*each) | (tasks or {}).get(each[1], {}) for each in enumerate(TASKS)],
        "links": [
            dict(zip(ends, pair.split(), strict=True)) | change
            for pair, change in changes.items()
            if change is not None
        ],
        "resources": [{"id": key, "name": key.title()} for key in PEOPLE],
        "progress": [DONE, BEGUN, BEGUN | {"task_id": "P", "remaining_hours": 40}],
        "header": {"deadline": "2026-03-27 23:59"} | (header or {}),
        **tables,
    }


def approved():
    """The baseline: the plan before any work."""
    tasks = schedule(small_plan(None, **rows_of(progress=[], baseline=[]))).tasks
    return tasks[["id", "start", "finish"]].rename(columns={"id": "task_id"})


def sound_plan(status_date=STATUS, **changes):
    """The schedule of the plan, with changes that break something."""
    return schedule(small_plan(status_date, **{"baseline": approved()} | rows_of(**changes)))
