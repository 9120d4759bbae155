"""Who answers for a task is found also where a plan does not say it in the task itself."""

import pandas as pd
from small_plan import small_plan

from pmtools.measure.parties import parties

PEOPLE = [
    {"id": "ann", "name": "Ann", "department_id": "it"},
    {"id": "bob", "name": "Bob", "department_id": "qa"},
    {"id": "van", "name": "Van", "kind": "equipment", "department_id": "qa"},
]
OUTLINE = [
    {"id": "0", "name": "Release", "kind": "summary"},
    {"id": "1", "name": "Phase", "kind": "summary", "parent_id": "0"},
    {"id": "2", "name": "Build", "duration_hours": 40, "parent_id": "1", "deliverable_id": "D"},
    {"id": "3", "name": "Test", "duration_hours": 40, "parent_id": "1"},
]


def found(**tables):
    given = {"resources": PEOPLE, "tasks": OUTLINE, "links": [], "baseline": []}
    return parties(small_plan(**{**given, **tables}))


def test_what_the_task_says_counts_before_all_else():
    """A stated owner and department are not overruled by assignments."""
    said = [{"id": "2", "name": "Build", "owner_id": "ann", "department_id": "qa"}]
    assigned = [{"task_id": "2", "resource_id": "bob"}]
    assert found(tasks=said, assignments=assigned).loc["2"].tolist() == ["ann", "qa"]


def test_who_is_assigned_most_work_answers_for_a_task_without_owner():
    """Work is what is stated, or units times duration; equipment answers for nothing."""
    assigned = [
        {"task_id": "2", "resource_id": "van", "work_hours": 80},
        {"task_id": "2", "resource_id": "ann", "units": 0.5},
        {"task_id": "2", "resource_id": "bob", "work_hours": 21},
    ]
    assert found(assignments=assigned).loc["2"].tolist() == ["bob", "qa"]


def test_what_nobody_says_of_a_task_is_said_by_the_nearest_summary_above_it():
    """The phase comes before the release, for owner and department each."""
    tasks = [
        OUTLINE[0] | {"owner_id": "ann", "department_id": "qa"},
        OUTLINE[1] | {"owner_id": "bob"},
        *OUTLINE[2:],
    ]
    assert found(tasks=tasks).loc["3"].tolist() == ["bob", "qa"]
    assert found(tasks=tasks).loc["0"].tolist() == ["ann", "qa"]


def test_the_responsible_of_the_deliverable_answers_where_nothing_else_is_known():
    """R of the task comes before assignments, R of the deliverable after everything else."""
    raci = [
        {"deliverable_id": "D", "party_id": "ann", "role": "A"},
        {"deliverable_id": "D", "party_id": "bob", "role": "R"},
    ]
    rows = found(responsibilities=raci)
    assert rows.loc["2"].tolist() == ["bob", "qa"]
    assert rows.loc["3"].tolist() == ["", ""]
    raci.append({"task_id": "2", "party_id": "ann", "role": "R"})
    of_task = found(responsibilities=raci, assignments=[{"task_id": "2", "resource_id": "bob"}])
    assert of_task.loc["2", "owner_id"] == "ann"


def test_a_plan_without_people_has_tasks_without_owner():
    """Nothing is invented: the cells are empty, and text."""
    rows = found(resources=[], departments=[])
    assert (rows == "").all(axis=None) and rows.index.tolist() == ["0", "1", "2", "3"]
    assert all(pd.api.types.is_string_dtype(kind) for kind in rows.dtypes)
