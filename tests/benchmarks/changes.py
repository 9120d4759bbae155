"""Changes of 5,000 tasks with their links, progress and assignments: keyed, in words; and pandas.

Every fiftieth row of each table has a changed cell or two. The peer is `DataFrame.compare` on the
same tables with their rows already in the same order: it matches no ids, groups nothing and has no
words. Both find the same number of cells. A second line shuffles the rows of the later snapshot,
which the peer cannot compare at all.
"""

from __future__ import annotations

import time
from statistics import median

import numpy as np
import pandas as pd

import pmtools as pm

MONDAY = pd.Timestamp("2026-03-02 08:00")
FRIDAY = pd.Timestamp("2026-03-06 23:59")
TABLES = ("tasks", "links", "progress", "assignments")


def plan(n: int = 5_000) -> pm.Project:
    """Tasks in summaries of fifty, two links each, half of them under way, a person on each."""
    draw = np.random.default_rng(1)
    ids = [f"T{i}" for i in range(n)]
    kind = ["summary" if i % 50 == 0 else "task" for i in range(n)]
    tasks = pd.DataFrame(
        {
            "id": ids,
            "wbs": [f"{i // 50 + 1}.{i % 50}" for i in range(n)],
            "name": [f"Task {i} of package {i // 50}" for i in range(n)],
            "parent_id": ["" if i % 50 == 0 else f"T{i - i % 50}" for i in range(n)],
            "kind": kind,
            "duration_hours": draw.integers(1, 200, n).astype(float),
            "owner_id": [f"R{i % 100}" for i in range(n)],
            "notes": [f"note {i}" for i in range(n)],
        }
    )
    work = tasks.loc[tasks["kind"] == "task", "id"].to_list()
    links = pd.DataFrame(
        [(work[i], work[i + step]) for step in (1, 7) for i in range(len(work) - step)],
        columns=["predecessor_id", "successor_id"],
    )
    progress = pd.DataFrame(
        {"status_date": FRIDAY, "task_id": work[: n // 2], "actual_start": MONDAY,
         "percent_complete": 50.0, "remaining_hours": 8.0}
    )  # fmt: skip
    assignments = pd.DataFrame(
        {"task_id": work, "resource_id": [f"R{i % 100}" for i in range(len(work))]}
    )
    people = pd.DataFrame({"id": [f"R{i}" for i in range(100)]}).assign(
        name=lambda f: "P " + f["id"]
    )
    header = pm.Header(id="B", name="Bench", start=MONDAY, status_date=FRIDAY)
    return pm.Project(header, tasks=tasks, links=links, progress=progress,
                      assignments=assignments, resources=people)  # fmt: skip


def a_week_later(before: pm.Project) -> pm.Project:
    """The same rows; of every fiftieth, one or two cells are others."""
    tables = {name: getattr(before, name).copy() for name in TABLES}
    for table, column, value in (
        ("tasks", "duration_hours", 333.0), ("tasks", "owner_id", "R1"), ("tasks", "notes", "new"),
        ("links", "lag_hours", 8.0), ("progress", "percent_complete", 80.0),
        ("progress", "remaining_hours", 4.0), ("assignments", "work_hours", 40.0),
    ):  # fmt: skip
        tables[table].loc[25::50, column] = value
    return before.replace(**tables)


def n_different(before: pm.Project, after: pm.Project) -> int:
    """How many cells differ, counted one by one."""
    pairs = [(getattr(before, name), getattr(after, name)) for name in TABLES]
    return sum(int((was.ne(now) & ~(was.isna() & now.isna())).sum().sum()) for was, now in pairs)


def by_compare(before: pm.Project, after: pm.Project) -> list[pd.DataFrame]:
    """What the peer finds."""
    return [getattr(before, name).compare(getattr(after, name)) for name in TABLES]


def cpu(*works, repeats: int = 9) -> list[float]:
    """Median CPU seconds of each piece of work, in turns, after one to warm up."""
    seconds: list[list[float]] = [[] for _ in works]
    for _ in range(repeats + 1):
        for work, of in zip(works, seconds, strict=True):
            begin = time.process_time()
            work()
            of.append(time.process_time() - begin)
    return [median(of[1:]) for of in seconds]


def rows():
    """(what, seconds, peer, seconds) for `make bench`."""
    before = plan()
    after = a_week_later(before)
    shuffled = after.replace(
        **{name: getattr(after, name).sample(frac=1, random_state=1) for name in TABLES}
    )
    found = pm.changes(before, after)
    assert found.n == n_different(before, after) == pm.changes(before, shuffled).n
    ours, theirs, mixed = cpu(
        lambda: pm.changes(before, after),
        lambda: by_compare(before, after),
        lambda: pm.changes(before, shuffled),
    )
    size = f"{len(before.tasks):,} tasks"
    yield f"changes of {size}, {found.n} cells", ours, "DataFrame.compare", theirs
    yield "the same, its rows shuffled", mixed, "DataFrame.compare, not shuffled", theirs
