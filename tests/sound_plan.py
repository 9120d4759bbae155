"""A plan that passes every check of the quality of a schedule, and can be changed to fail one.

Monday to Friday, 08:00 to 17:00 with an hour of lunch; it is the Wednesday of the second week.

    Begin > Design > Install servers > Acceptance test > Train users > End
                   > Order spare parts                 >
"""

from functools import cache

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


def task_row(key, change):
    name, length = TASKS.get(key, (key, 0))
    owner = PEOPLE[[*TASKS].index(key) % len(PEOPLE)] if key in TASKS else "ann"
    kind = "task" if length else "milestone"
    row = {"id": key, "name": name, "kind": kind, "duration_hours": 8 * length, "owner_id": owner}
    return row | change


def rows_of(tasks=None, links=None, header=None, **tables):
    """The rows of the plan; `tasks` and `links` change or add some, a link of None is gone."""
    ends = ("predecessor_id", "successor_id")
    tasks = {key: {} for key in TASKS} | (tasks or {})
    links = {pair: {} for pair in LINKS} | (links or {})
    return {
        "tasks": [task_row(key, change) for key, change in tasks.items()],
        "links": [
            dict(zip(ends, pair.split(), strict=True)) | change
            for pair, change in links.items()
            if change is not None
        ],
        "resources": [{"id": key, "name": key.title()} for key in PEOPLE],
        "progress": [DONE, BEGUN, BEGUN | {"task_id": "P", "remaining_hours": 40}],
        "header": {"deadline": "2026-03-27 23:59"} | (header or {}),
        **tables,
    }


@cache
def approved():
    """The baseline: the plan before any work."""
    tasks = schedule(small_plan(None, **rows_of(progress=[], baseline=[]))).tasks
    return tasks[["id", "start", "finish"]].rename(columns={"id": "task_id"})


def sound_plan(status_date=STATUS, **changes):
    """The schedule of the plan, with changes that break something."""
    return schedule(small_plan(status_date, **{"baseline": approved()} | rows_of(**changes)))
