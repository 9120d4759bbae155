"""The calendars of a project."""

import pandas as pd
import pytest

from pmtools.errors import ProjectError
from pmtools.project import Header, Project
from pmtools.project.working_time import calendars_of

WEEK = [
    {"id": "std", "weekday": day, "shift_start": "08:00", "shift_finish": "16:00"}
    for day in ("mon", "tue", "wed", "thu", "fri")
]
NEVER = [{"id": "never", "weekday": "mon"}]


def project(calendars, calendar_id="", **tables):
    header = Header("p", "P", pd.Timestamp("2026-06-01"), calendar_id=calendar_id)
    tasks = pd.DataFrame([{"id": "1", "name": "A", "calendar_id": tables.pop("task", "")}])
    return Project(header, tasks=tasks, calendars=pd.DataFrame(calendars), **tables)


def test_the_empty_id_is_the_calendar_of_the_project():
    """Tasks without a calendar of their own work by the project's, else by the standard week."""
    start, end = pd.Timestamp("2026-06-01"), pd.Timestamp("2026-06-02")
    assert calendars_of(project(WEEK, "std"))[""].id == "std"
    assert calendars_of(project(WEEK))[""].hours_between(start, end) == 8
    assert set(calendars_of(project([]))) == {""}


def test_only_a_calendar_that_is_used_must_have_work():
    """An odd calendar that nothing refers to does not stop the project."""
    assert set(calendars_of(project(WEEK + NEVER, "std"))) == {"", "std"}
    for used in (project(WEEK + NEVER, "std", task="never"), project(NEVER, "never")):
        with pytest.raises(ProjectError, match='calendar "never": it has no working time'):
            calendars_of(used)
