"""Rules on the project as a whole: what kind of project it is, and what it was before."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator

import pandas as pd

from pmtools.check.rules import Case, Hit, Rule, rule


def _is_done(case: Case) -> bool:
    done = case.progress["task_id"][case.progress["actual_finish"].notna()]
    return len(case.leaves) > 0 and bool(case.leaves["id"].isin(done).all())


def _is_strange_zone(case: Case) -> bool:
    try:
        zoneinfo.ZoneInfo(case.project.header.timezone)
    except (ValueError, zoneinfo.ZoneInfoNotFoundError, OSError):
        return True
    return False


def _above(tasks: pd.DataFrame, among: pd.Series) -> dict[str, str]:
    """The task before each one, in the order of the WBS, of those that are among the others."""
    codes = tasks["wbs"][tasks["id"].isin(among)]
    codes = codes.str.replace(r"\d+", lambda number: number[0].zfill(9), regex=True)
    ids = tasks["id"][codes.sort_values(kind="stable").index].to_list()
    return dict(zip(ids, ["", *ids], strict=False))


def _ids_given_again(case: Case) -> pd.DataFrame:
    """Tasks with another name, code and place than the task of the same id had.

    A place is kept where rows are inserted, although every WBS below shifts. But where a name has
    gone to another id, the rows were numbered anew.
    """
    now, before = case.project.tasks, case.before
    was = before.set_index("id").reindex(now["id"]).reset_index(drop=True)
    renamed, coded = (now[c].str.casefold() != was[c].str.casefold() for c in ("name", "code"))
    ids = now["id"]
    is_kept = ids.map(_above(now, before["id"])) == ids.map(_above(before, ids))
    is_kept &= (now["wbs"] != "") & ~was["name"].isin(now["name"][renamed])
    is_other = renamed & was["name"].notna() & ~is_kept & (coded | (now["code"] == ""))
    return now.assign(was=was["name"])[is_other]


def _new_ids(case: Case) -> pd.DataFrame:
    now, before = case.project.tasks, case.before
    gone = before[~before["id"].isin(now["id"])].drop_duplicates("name", keep=False)
    new = now[~now["id"].isin(before["id"])].drop_duplicates("name", keep=False)
    return new.assign(was=new["name"].map(gone.set_index("name")["id"])).dropna(subset="was")


# fmt: off
RULES = (
    Rule("PM602", "info", "header",
        "By the status date something has begun; before, no index can be said.",
        "no task has begun by the status date", "Report progress when work begins.",
        lambda c: len(c.leaves) and c.project.header.status_date is not None
            and c.progress["actual_start"].isna().all()),
    Rule("PM603", "info", "header",
        "By the status date something is still to be done; after, there is nothing to forecast.",
        "every task is finished, so there is nothing to forecast",
        "Close the project when the last cost is booked.", _is_done),
    Rule("PM604", "warning", "header", "The time zone is one of the tz database.",
        'time zone "{timezone}" is not known',
        "Write it as in the tz database, e.g. Europe/Vienna.", _is_strange_zone),
    Rule("PM605", "warning", "tasks",
        "An id stands for the same task as before: not all of name, place and code have changed.",
        '{task} was "{was}" before', "Give the new task an id that no other task ever had.",
        _ids_given_again),
    Rule("PM606", "warning", "tasks", "A task that is gone has not come back under another id.",
        '{task} had id "{was}" before',
        "Take the old id again, so that progress and history stay with the task.", _new_ids),
)
# fmt: on


@rule("PM601", "info", "Add tasks to plan with.")
def a_project_has_tasks(case: Case) -> Iterator[Hit]:
    """A project has several tasks, and not milestones alone."""
    if case.leaves.empty:
        yield case.table("tasks", "there is no task to schedule")
    elif (case.leaves["kind"] == "milestone").all():
        yield case.table("tasks", "there are only milestones, so there is no work to measure")
    elif len(case.leaves) == 1:
        yield case.table("tasks", "there is a single task, so there is no network")


@rule("PM607", "info", "Look at the source if this was not meant.")
def reading_changed_nothing(case: Case) -> Iterator[Hit]:
    """What reading a file noticed and mended is told."""
    for note in case.project.notes:
        yield case.table("header", note)
