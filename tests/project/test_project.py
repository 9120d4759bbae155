"""The noun: what a Project promises to all who hold one."""

import dataclasses
import pickle

import numpy as np
import pandas as pd
import pytest
from data_faults.clean_project import STATUS, clean_project, clean_rows

from pmtools.errors import ProjectError
from pmtools.project import TABLES, Header, Project, Source

START = pd.Timestamp("2026-01-05")


def small(**tables):
    tables.setdefault("tasks", [{"id": "1", "name": "Install"}])
    return Project(Header("p", "Project", START), **tables)


def test_only_header_and_tasks_are_needed():
    """Every other table may be missing; it is then empty, with all its columns."""
    project = small()
    for name, schema in TABLES.items():
        assert [*getattr(project, name)] == [column.name for column in schema.columns]
    assert project.links.empty


def test_a_project_without_tasks_is_still_a_project():
    """An empty plan can be read, checked and reported."""
    assert len(small(tasks=[]).tasks) == 0


def test_a_project_cannot_be_changed():
    """A scenario is a new Project; the old one stays as it was."""
    project = small()
    with pytest.raises(dataclasses.FrozenInstanceError):
        project.tasks = pd.DataFrame()
    with pytest.raises(TypeError):
        project.sources["tasks"] = Source("elsewhere")


def test_later_edits_of_the_callers_frame_do_not_reach_the_project():
    """The project does not share memory that the caller can still change."""
    ids = np.array(["1", "2"], dtype=object)
    hours = np.array([8.0, 16.0])
    frame = pd.DataFrame({"id": ids, "name": ["A", "B"], "duration_hours": hours})
    project = small(tasks=frame)
    frame.loc[0, "name"] = "changed"
    frame["duration_hours"] *= 2
    hours[:] = -1
    ids[:] = "x"
    assert project.tasks["name"].to_list() == ["A", "B"]
    assert project.tasks["duration_hours"].to_list() == [8.0, 16.0]
    assert project.tasks["id"].to_list() == ["1", "2"]


def test_a_replaced_project_shares_nothing_that_edits_can_reach():
    """A frame taken from a project, edited and put into a new one leaves the old one alone."""
    project = small()
    tasks = project.tasks.copy()
    tasks.loc[0, "name"] = "Other"
    assert project.replace(tasks=tasks).tasks["name"].item() == "Other"
    assert project.tasks["name"].item() == "Install"


def test_equal_projects_hold_the_same_values_in_the_same_order():
    """Equality looks at header and tables, not at the files they came from."""
    project = clean_project()
    assert project.equals(clean_project(sources={"tasks": Source("plan.xlsx")}))
    assert not project.equals(project.replace(tasks=project.tasks[::-1]))
    assert not project.equals(project.replace(header=Header("other", "Other", START)))


def test_a_missing_number_of_the_header_is_none():
    """NaN in the header is nothing said, so two such headers are equal."""
    assert Header("p", "P", START, budget=float("nan")) == Header("p", "P", START)


def test_the_header_takes_days_as_text_of_one_meaning():
    """A status date without a time is the last minute of its day, a start the first."""
    header = Header("p", "P", "2026-01-05", status_date="2026-03-20")
    assert header.start == START
    assert header.status_date == pd.Timestamp("2026-03-20 23:59")


def test_rows_are_named_by_the_place_they_came_from():
    """A problem tells file, sheet and row; without a source, the table and the row."""
    project = small(sources={"tasks": Source('plan.xlsx, sheet "tasks"', (14,))})
    assert project.place("tasks", 0) == 'plan.xlsx, sheet "tasks", row 14'
    assert project.place("tasks") == 'plan.xlsx, sheet "tasks"'
    assert project.place("links", 2) == 'table "links", row 3'


def test_a_changed_table_no_longer_names_its_old_source():
    """Rows that were put in later are not in the file, so no line of it is blamed for them."""
    project = small(sources={"tasks": Source("plan.xlsx", (14,))})
    assert project.replace(notes=("x",)).place("tasks", 0) == "plan.xlsx, row 14"
    assert project.replace(tasks=project.tasks).place("tasks", 0) == 'table "tasks", row 1'


def test_what_is_not_replaced_is_not_made_again():
    """Frames are never changed in place, so a scenario shares those that it leaves alone."""
    project = clean_project()
    then = project.replace(links=project.links[:-1])
    assert then.tasks is project.tasks
    assert len(then.links) == len(project.links) - 1
    assert len(project.replace(links=None).links) == 0


@pytest.mark.parametrize(("changes", "said"), [
    ({"tasks": [{"id": "1", "name": "A"}]}, 'task_id "1.1" is not in table "tasks"'),
    ({"resources": []}, 'resource_id "ana" is not in table "resources"'),
    ({"tasks": [{"id": "1", "name": "A", "duration_hours": "2,5"}]}, "duration_hours is '2,5'"),
    ({"costs": [{"amount": 1.0}]}, "date is empty"),
    ({"header": Header("p", "P", START, calendar_id="office2")}, 'calendar "office2"'),
    ({"header": Header("p", "P", START, status_date="9999-01-01")}, "status_date is"),
])  # fmt: skip
def test_what_is_replaced_is_validated_with_all_that_refers_to_it(changes, said):
    """A new table is as sound as a first one, also towards the tables that stay."""
    with pytest.raises(ProjectError) as refused:
        clean_project().replace(**changes)
    assert said in str(refused.value)


def test_a_project_has_no_other_parts():
    """A mistyped table is not lost silently."""
    with pytest.raises(TypeError, match="no task"):
        clean_project().replace(task=[])


def test_a_status_date_out_of_the_world_is_refused():
    """Knowing the past starts with a day that can be."""
    with pytest.raises(ProjectError, match="status_date is"):
        clean_project().known_on("9999-01-01")


def test_known_on_leaves_out_what_was_learnt_later():
    """A past week is read again as it was known then."""
    then = clean_project().known_on(pd.Timestamp("2026-02-13 23:59"))
    assert then.header.status_date == pd.Timestamp("2026-02-13 23:59")
    assert then.progress["status_date"].max() == then.header.status_date
    assert then.timesheets["date"].max() <= then.header.status_date
    assert then.costs["date"].max() <= then.header.status_date
    assert len(then.tasks) == len(clean_project().tasks)


def test_known_on_forgets_milestones_that_were_reached_later():
    """A weighted milestone earns nothing before the day it was achieved."""
    then = clean_project().known_on("2026-02-02")
    assert then.ev_milestones["achieved_date"].notna().to_list() == [True, False]


def test_known_on_still_names_the_right_rows():
    """Rows that are left out do not shift the line numbers of the others."""
    rows = [
        {"status_date": day, "task_id": "1"} for day in ("2026-02-06", "2026-01-09", "2026-01-16")
    ]
    project = small(progress=rows, sources={"progress": Source("progress.csv", (2, 3, 4))})
    then = project.known_on("2026-01-31")
    assert [then.place("progress", k) for k in range(2)] == [
        "progress.csv, row 3",
        "progress.csv, row 4",
    ]


def test_latest_progress_has_one_row_a_task():
    """Of all that was reported up to the status date, the last word on each task counts."""
    known = clean_project().latest_progress()
    assert known["task_id"].is_unique
    assert known["status_date"].eq(STATUS).all()


def test_latest_progress_ignores_what_is_newer_than_the_status_date():
    """The status date of the header decides, not the last row of the table."""
    project = clean_project()
    early = dataclasses.replace(project.header, status_date=pd.Timestamp("2026-02-06 23:59"))
    known = project.replace(header=early).latest_progress()
    assert set(known["status_date"]) == {early.status_date}


def test_latest_progress_of_a_task_may_be_older_than_that_of_others():
    """A task not mentioned this week keeps its last report."""
    rows = clean_rows()
    rows["progress"] = [
        row for row in rows["progress"] if row["task_id"] != "1.1" or row["status_date"] != STATUS
    ]
    known = clean_project(**rows).latest_progress().set_index("task_id")["status_date"]
    assert known["1.1"] == pd.Timestamp("2026-03-13 23:59")
    assert known["1.2"] == STATUS


def test_a_project_can_be_sent_to_another_process():
    """Batch runs and supervised children hand projects over."""
    project = clean_project(sources={"tasks": Source("plan.xlsx", (2,))})
    sent = pickle.loads(pickle.dumps(project))
    assert sent.equals(project)
    assert sent.sources == project.sources
