"""What it costs to leave something: the plan again, with the work that waits for it held back."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from pmtools.measure.milestones import days_late
from pmtools.project import Project
from pmtools.schedule import Schedule, schedule
from pmtools.simulate.risks import leaves_below
from pmtools.words import number, plain

_WEEKS = {1: "one week", 2: "two weeks", 3: "three weeks", 4: "four weeks"}


def ids_in(text: str) -> list[str]:
    """The ids in a cell that holds several."""
    return [each.strip() for each in text.split(";") if each.strip()]


def if_left(plan: Schedule, task_ids: pd.Series, *, weeks: int = 2) -> pd.DataFrame:
    """What moves if the unfinished tasks of each item are held back until weeks from now.

    Counted from the status date, without one from the start of the plan; what was started is
    resumed then. Links, constraints of others and calendars hold as they are.

    Parameters
    ----------
    task_ids
        A cell an item: ids of tasks and summaries, separated by ";".

    Returns
    -------
    DataFrame
        With the index of `task_ids`: `days` (working days that the finish of the project is
        later; NaN where no task is named), `milestone`, `milestone_days` (the first milestone that
        moves, and how far), `words`.
    """
    until = (plan.status_date or plan.start) + pd.Timedelta(weeks=weeks)
    below, tasks = leaves_below(plan.project), plan.tasks
    is_held = ~tasks["is_finished"] & ~tasks["kind"].isin(["summary", "level_of_effort"])
    open_ids = set(tasks.loc[is_held, "id"])
    waits = set(tasks.loc[is_held & (tasks["is_started"] | (tasks["start"] < until)), "id"])
    long = _WEEKS.get(weeks, f"{weeks} weeks")
    known: dict[frozenset[str], tuple[float, str, float, str]] = {
        frozenset(): (0.0, "", 0.0, f"{long} cost{'s' * (weeks == 1)} nothing")
    }
    rows = []
    for cell in task_ids:
        named = {leaf for each in ids_in(cell) for leaf in below.get(each, ())}
        if not named & open_ids:
            words = "its tasks are finished" if named else "it names no task"
            rows.append((0.0 if named else np.nan, "", 0.0, words))
            continue
        held = frozenset(named & waits)
        if held not in known:
            known[held] = _moved(plan, schedule(held_back(plan.project, held, until)), long)
        rows.append(known[held])
    columns = ["days", "milestone", "milestone_days", "words"]
    return pd.DataFrame(rows, columns=columns, index=task_ids.index).astype({"days": "float64"})


def held_back(project: Project, task_ids: Iterable[str], until: pd.Timestamp) -> Project:
    """The project with these tasks not begun, nor what is begun resumed, before a day."""
    tasks, progress = project.tasks, project.latest_progress()
    is_held = tasks["id"].isin([*task_ids])
    floor = tasks["constraint_date"].where(tasks["constraint"] == "SNET")
    tasks = tasks.assign(
        constraint=tasks["constraint"].mask(is_held, "SNET"),
        constraint_date=tasks["constraint_date"].mask(
            is_held, floor.clip(lower=until).fillna(until)
        ),
    )
    resume = progress["resume_date"].clip(lower=until).fillna(until)
    is_held = progress["task_id"].isin([*task_ids]) & progress["actual_start"].notna()
    progress = progress.assign(resume_date=progress["resume_date"].mask(is_held, resume))
    return project.replace(tasks=tasks, progress=progress)


def _moved(before: Schedule, after: Schedule, long: str) -> tuple[float, str, float, str]:
    days = float(days_late(before, before.finish, after.finish))
    marks = before.tasks[(before.tasks["kind"] == "milestone") & ~before.tasks["is_finished"]]
    then = after.tasks.set_index("id")["finish"].reindex(marks["id"]).set_axis(marks.index)
    marks = marks.assign(later=days_late(before, marks["finish"], then)).sort_values("finish")
    first = marks[marks["later"] > 0].head(1)
    name, later = next(zip(first["name"], first["later"], strict=True), ("", 0.0))
    s = "s" * (long == _WEEKS[1])
    words = f"{long} move{s} the finish {_signed(days)}" if days else f"{long} cost{s} nothing"
    if name and not days:
        words = f"{long} move{s} {plain(name, 60)} {_signed(later)}, the finish holds"
    return days, name, float(later), words


def _signed(days: float) -> str:
    return number(days, int(days % 1 > 0), "d", is_signed=True)
