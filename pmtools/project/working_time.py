"""The calendars of a project, ready to count with."""

from __future__ import annotations

from pmtools.calendars import WorkCalendar, calendar_rows
from pmtools.errors import Problem, ProjectError
from pmtools.project import Project

__all__ = ["calendars_of"]


def calendars_of(project: Project) -> dict[str, WorkCalendar]:
    """Every calendar by its id; key "" is the project's own.

    A calendar that nothing uses and that cannot work is left out; one that the project, a task,
    a resource or a link uses is an error.

    Raises
    ------
    ProjectError
        With one problem for each calendar in use that has no working time.
    """
    ids = [project.header.calendar_id, *project.calendars["id"].unique()]
    used = _used(project)
    rows = calendar_rows(project.calendars, project.exceptions)
    found: dict[str, WorkCalendar] = {}
    problems: list[Problem] = []
    for calendar_id in dict.fromkeys(ids):
        try:
            found[calendar_id] = WorkCalendar.from_rows(rows, calendar_id)
        except ProjectError as error:
            problems += error.problems if calendar_id in used else ()
    if problems:
        raise ProjectError(dict.fromkeys(problems))
    return {**found, "": found[project.header.calendar_id]}


def _used(project: Project) -> set[str]:
    columns = (
        project.tasks["calendar_id"],
        project.resources["calendar_id"],
        project.links["lag_calendar"],
    )
    return {project.header.calendar_id}.union(*(column.unique() for column in columns))
