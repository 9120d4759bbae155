"""What counts of a snapshot when plans are replayed, and how its changes are called."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from pmtools.project import Project
from pmtools.schedule import options_of
from pmtools.schedule.outline import outline_of
from pmtools.words import plain

MOST_NAME = 40
SPENT = ("costs", "timesheets")
_ENDS = ("optimistic_hours", "pessimistic_hours")
_LONG_AGO = pd.Timestamp("1980-01-01")
_Tables = dict[str, pd.DataFrame]


def status_of(project: Project) -> pd.Timestamp:
    """The day up to which facts are known; work of a plan without facts begins at its start."""
    status = project.header.status_date
    if status is None and len(project.progress):
        return project.progress["status_date"].max()
    return project.header.start if status is None else status


def are_people_heeded(*both: Project) -> bool:
    """Whether who is assigned can move a date."""
    return any(
        options_of(project.header).are_resource_calendars_used
        or project.tasks["is_resource_dependent"].any()
        for project in both
    )


def tables_of(project: Project, names: Collection[str]) -> _Tables:
    """What counts: active tasks (one dropped is as good as removed), the last facts, open risks,
    ranges as shares of the most likely value, what is spent up to the status date.
    """
    status = status_of(project)
    tables = {name: getattr(project, name) for name in names} | {
        "tasks": project.tasks[outline_of(project.tasks).is_active],
        "progress": project.latest_progress(),
    }
    for name in SPENT:
        if name in tables:
            tables[name] = tables[name][tables[name]["date"] <= status]
    if "costs" in tables:
        tables["costs"] = tables["costs"][tables["costs"]["kind"] == "actual"]
    if "estimates" in tables:
        tables["estimates"] = _in_shares(tables["estimates"], tables["tasks"])
    if "register" in tables:
        rows = tables["register"][tables["register"]["kind"] == "risk"]
        done = rows["response_done_date"].where(rows["response_done_date"] <= status)
        # In place or not, whatever day it was: so it counts on every status date.
        tables["register"] = rows.assign(response_done_date=done.mask(done.notna(), _LONG_AGO))
    return tables


def _in_shares(estimates: pd.DataFrame, tasks: pd.DataFrame) -> pd.DataFrame:
    """A row a task: the most likely hours, and the other points as shares of them.

    So a new most likely value takes the range along, and a new range is one of the same value.
    """
    rows = estimates.set_index("task_id").reindex(tasks["id"]).rename_axis("task_id").reset_index()
    texts = rows.columns[rows.dtypes == estimates["distribution"].dtype].drop("task_id")
    rows[texts] = rows[texts].fillna("")
    rows["distribution"] = rows["distribution"].replace("", "pert")
    mode = rows["most_likely_hours"].fillna(tasks["duration_hours"].reset_index(drop=True))
    rows["most_likely_hours"] = mode
    for name in _ENDS:
        rows[name] = rows[name] / mode.where(mode > 0, 1.0)
    return rows


def in_hours(rows: pd.DataFrame) -> pd.DataFrame:
    """The points in hours again."""
    by = rows["most_likely_hours"].where(rows["most_likely_hours"] > 0, 1.0)
    return rows.assign(**{name: (rows[name] * by).round(9) for name in _ENDS})


def of_these(register: pd.DataFrame, tasks: Collection[str]) -> pd.DataFrame:
    """Without tasks that are not there."""
    ids = [";".join(t for t in map(str.strip, each.split(";")) if t in tasks)
           for each in register["task_ids"]]  # fmt: skip
    return register.assign(task_ids=pd.Series(ids, register.index, dtype="str"))


def names_by_id(tables: _Tables) -> dict[str, dict[str, str]]:
    """What tasks, resources, calendars and risks are called."""
    said = {"register": "title"}
    return {
        name: dict(zip(tables[name]["id"], tables[name][said.get(name, "name")], strict=True))
        for name in ("tasks", "resources", "calendars", "register") if name in tables
    }  # fmt: skip


def steps_of(progress: pd.DataFrame) -> dict[str, int]:
    """0 not begun, 1 under way, 2 finished."""
    percent = progress["percent_complete"].fillna(0)
    is_finished = (percent >= 100) | progress["actual_finish"].notna()
    step = ((percent > 0) | progress["actual_start"].notna() | is_finished) + 1 * is_finished
    return dict(zip(progress["task_id"], step.astype(int).tolist(), strict=True))


def wider_by(was: pd.Series, now: pd.Series) -> float:
    """By how many hours a range is wider; what is not a twentieth of the hours is none."""
    shares = [each["pessimistic_hours"] - each["optimistic_hours"] for each in (was, now)]
    far = shares[1] - shares[0]
    return 0.0 if np.isnan(far) or abs(far) < 0.05 else float(far * now["most_likely_hours"])


def risk_words(was: pd.Series, now: pd.Series) -> str:
    """What happened to a risk."""
    if was["status"] != now["status"]:
        return str(now["status"])
    if pd.isna(was["response_done_date"]) and not pd.isna(now["response_done_date"]):
        return "has its response in place"
    moved = now["probability"] - was["probability"]
    return "more likely" if moved > 0 else "less likely" if moved < 0 else "reassessed"


def short(name: str) -> str:
    """A name of at most 40 characters, cut between words."""
    words = plain(name)
    cut = words.partition(" (")[0] if len(words) > MOST_NAME else words
    return cut if len(cut) <= MOST_NAME else f"{cut[: MOST_NAME - 1].rpartition(' ')[0]}…"
