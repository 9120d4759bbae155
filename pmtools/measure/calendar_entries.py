"""What of a plan belongs into the calendar of a person or a department."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from pmtools.errors import Problem, ProjectError, nearest
from pmtools.measure.handoffs import inputs
from pmtools.measure.lookahead import work_of
from pmtools.metrics import CannotSay
from pmtools.project import Project
from pmtools.schedule import Schedule
from pmtools.words import day, number, percent, plain

NIGHT = pd.Timedelta(hours=12)


def calendar_of(
    plan: Schedule | CannotSay, *, person: str = "", department: str = ""
) -> pd.DataFrame | CannotSay:
    """The unfinished tasks and milestones of a person, of a department, or of all.

    Theirs is what they own and what they, or their people, are assigned to.

    Parameters
    ----------
    person, department
        Name or id; both: what belongs to both.

    Returns
    -------
    DataFrame
        A row an entry, by start: task_id, name, start, finish, is_all_day, is_milestone,
        is_started, description (lines: project, what it is, float, hand-offs it waits for).
        Whole days, but for work that is over within twelve hours and takes less than a working
        day, or goes through midnight: a change window is at its hours. CannotSay is handed on.

    Raises
    ------
    ProjectError
        For somebody whom the project does not know, with the nearest name.
    """
    if isinstance(plan, CannotSay):
        return plan
    project, rows = plan.project, work_of(plan)
    rows = rows[~rows["is_finished"]]
    if person:
        rows = rows[_is_theirs(rows, project, "owner_id", {_id_of(project, "resources", person)})]
    if department:
        mine = _id_of(project, "departments", department)
        people = project.resources.loc[project.resources["department_id"] == mine, "id"]
        rows = rows[_is_theirs(rows, project, "department_id", {mine}, set(people))]
    span = rows["finish"] - rows["start"]
    is_part = rows["duration_hours"] < project.header.hours_per_day
    is_night = rows["start"].dt.normalize() != rows["finish"].dt.normalize()
    is_milestone, is_point = rows["kind"] == "milestone", span == pd.Timedelta(0)
    found = rows[["id", "name", "start", "finish", "is_started"]].rename(columns={"id": "task_id"})
    found["is_milestone"] = is_milestone
    found["is_all_day"] = is_milestone | is_point | (span > NIGHT) | ~(is_part | is_night)
    found["description"] = _descriptions(rows, plan)
    return found.sort_values("start", kind="stable", ignore_index=True)


def _is_theirs(
    rows: pd.DataFrame, project: Project, column: str, ids: set[str], people: set[str] | None = None
) -> pd.Series:
    given = project.assignments
    given = given.loc[given["resource_id"].isin(ids if people is None else people), "task_id"]
    return rows[column].isin(ids) | rows["id"].isin(given)


def _id_of(project: Project, table: str, who: str) -> str:
    """The id that is meant by an id or a name; ProjectError where there is none, or several."""
    rows = getattr(project, table)
    names = dict(zip(rows["id"], rows["name"], strict=True))
    if who in names:
        return who
    said = who.strip().casefold()
    ids = [each for each, name in names.items() if said in (name.casefold(), each.casefold())]
    if len(ids) == 1:
        return ids[0]
    found = f'"{plain(who)}" is not there'
    remedy = f"Give a name or id of this table{nearest(who, [*names.values(), *names])}."
    if ids:
        found = f'"{plain(who)}" is the name of {", ".join(map(plain, ids))}'
        remedy = "Give the id."
    raise ProjectError([Problem(project.place(table), found, "", remedy)])


def _descriptions(rows: pd.DataFrame, plan: Schedule) -> list[str]:
    waits = inputs(plan)
    waits = waits[~waits["is_handed_over"] & (waits["from_owner_id"] != waits["to_owner_id"])]
    giver = waits["from_owner"].where(waits["from_owner"] != "", waits["from_department"])
    says: dict[str, list[str]] = defaultdict(list)
    for to_id, task, who, due in zip(
        waits["to_id"], waits["from_task"], giver, waits["due"], strict=True
    ):
        says[to_id].append(f"Waits for: {plain(task)} ({plain(who)}), {day(due)}")
    per_day = plan.project.header.hours_per_day
    found = []
    for row in rows.itertuples():
        slack = round(row.total_float_hours / per_day, 1)
        at = f", {row.finish:%H:%M}" if row.kind == "milestone" else ""
        done = f", {percent(row.percent_complete)} complete" if row.is_started else ""
        lines = [
            plain(plan.project.header.name),
            f"{'Milestone' if row.kind == 'milestone' else 'Task'} {plain(row.id)}{at}{done}",
            f"Owner: {plain(row.owner)}" if row.owner else "",
            f"Float: {number(slack, int(slack != round(slack)))} working days",
            *says.get(row.id, ()),
        ]
        found.append("\n".join(filter(None, lines)))
    return found
