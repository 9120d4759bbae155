"""Rules on the project as a whole: what kind of project it is, and what it was before."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator

from pmtools.check.rules import Case, Hit, rule


@rule("PM601", "info", "Add tasks to plan with.")
def a_project_has_tasks(case: Case) -> Iterator[Hit]:
    """A project has several tasks, and not milestones alone."""
    leaves = case.leaves
    if leaves.empty:
        yield case.table("tasks", "there is no task to schedule")
    elif (leaves["kind"] == "milestone").all():
        yield case.table("tasks", "there are only milestones, so there is no work to measure")
    elif len(leaves) == 1:
        yield case.table("tasks", "there is a single task, so there is no network")


@rule("PM602", "info", "Report progress when work begins.")
def work_has_begun(case: Case) -> Iterator[Hit]:
    """By the status date something has begun; before, no index can be said."""
    begun = case.progress["actual_start"].notna().any()
    if len(case.leaves) and case.project.header.status_date is not None and not begun:
        yield case.table("header", "no task has begun by the status date")


@rule("PM603", "info", "Close the project when the last cost is booked.")
def work_is_left(case: Case) -> Iterator[Hit]:
    """By the status date something is still to be done; after, there is nothing to forecast."""
    done = case.progress["task_id"][case.progress["actual_finish"].notna()]
    if len(case.leaves) and case.leaves["id"].isin(done).all():
        yield case.table("header", "every task is finished, so there is nothing to forecast")


@rule("PM604", "warning", "Write it as in the tz database, e.g. Europe/Vienna.")
def time_zone_is_known(case: Case) -> Iterator[Hit]:
    """The time zone is one of the tz database."""
    name = case.project.header.timezone
    try:
        zoneinfo.ZoneInfo(name)
    except (ValueError, zoneinfo.ZoneInfoNotFoundError, OSError):
        yield case.table("header", f'time zone "{name}" is not known')


@rule("PM605", "warning", "Give the new task an id that no other task ever had.")
def ids_are_not_given_again(case: Case) -> Iterator[Hit]:
    """An id stands for the same task as before: not all of name, WBS and code have changed."""
    if case.earlier is None:
        return
    now = case.project.tasks
    before = case.earlier.tasks.set_index("id").reindex(now["id"]).reset_index(drop=True)
    same = before["name"].isna()
    for name in ("name", "wbs", "code"):
        same |= (now[name].str.casefold() == before[name].str.casefold()) & (now[name] != "")
    yield from case.rows(
        "tasks",
        ~same,
        lambda row: f'{case.task(row["id"])} was "{before["name"][row.name]}" before',
    )


@rule("PM606", "warning", "Take the old id again, so that progress and history stay with the task.")
def tasks_keep_their_ids(case: Case) -> Iterator[Hit]:
    """A task that is gone has not come back under another id."""
    if case.earlier is None:
        return
    now, before = case.project.tasks, case.earlier.tasks
    gone = before[~before["id"].isin(now["id"])].drop_duplicates("name", keep=False)
    new = now[~now["id"].isin(before["id"])].drop_duplicates("name", keep=False)
    old_ids = gone.set_index("name")["id"]
    yield from case.rows(
        "tasks",
        now["id"].isin(new["id"]) & now["name"].isin(gone["name"]),
        lambda row: f'{case.task(row["id"])} had id "{old_ids[row["name"]]}" before',
    )


@rule("PM607", "info", "Look at the source if this was not meant.")
def reading_changed_nothing(case: Case) -> Iterator[Hit]:
    """What reading a file noticed and mended is told."""
    for note in case.project.notes:
        yield case.table("header", note)
