"""Who answers for a task, and which department does it, also where the plan does not say so."""

from __future__ import annotations

import pandas as pd

from pmtools.project import Project

_WORK = ("person", "role")


def parties(project: Project) -> pd.DataFrame:
    """The owner and the department of each task, summaries too, indexed by task id.

    Imported plans seldom name owners: the first that is known counts, of the task itself and
    then of the summaries above it, the nearest first.

    - owner: as stated; the first responsible (R) of the task; who is assigned most work on it
    - department: as stated; that of the owner; the first responsible department (R)

    The responsible of the deliverable counts where nothing else is known.

    Returns
    -------
    DataFrame
        `owner_id`, `department_id`; "" where nobody is known.
    """
    tasks = project.tasks.set_index("id", drop=False)
    people = project.resources.set_index("id")["department_id"]
    responsible = project.responsibilities[project.responsibilities["role"] == "R"]
    person, department = (
        responsible[responsible["party_id"].isin(ids)]
        for ids in (project.resources["id"], project.departments["id"])
    )
    owner = _first(tasks["owner_id"], _of(person, "task_id", tasks["id"]), _busiest(project, tasks))
    delivers = tasks["deliverable_id"]
    owner = _first(inherited(owner, tasks), _of(person, "deliverable_id", delivers))
    mine = _first(
        tasks["department_id"], _of(department, "task_id", tasks["id"]), _named(people, owner)
    )
    mine = _first(inherited(mine, tasks), _of(department, "deliverable_id", delivers))
    return pd.DataFrame({"owner_id": owner, "department_id": mine}, dtype="str")


def _first(*columns: pd.Series) -> pd.Series:
    """The first that is not empty."""
    found, *later = columns
    for column in later:
        found = found.where(found != "", column)
    return found


def _named(values: pd.Series, ids: pd.Series) -> pd.Series:
    return values.reindex(ids.to_numpy()).fillna("").set_axis(ids.index)


def _of(rows: pd.DataFrame, key: str, ids: pd.Series) -> pd.Series:
    said = rows[rows[key] != ""].drop_duplicates(key).set_index(key)["party_id"]
    return _named(said, ids)


def _busiest(project: Project, tasks: pd.DataFrame) -> pd.Series:
    """Who is assigned most work on each task; of equals, who stands first."""
    workers = project.resources.loc[project.resources["kind"].isin(_WORK), "id"]
    rows = project.assignments[project.assignments["resource_id"].isin(workers)]
    hours = tasks["duration_hours"].reindex(rows["task_id"]).to_numpy()
    work = rows["work_hours"].fillna(rows["units"] * hours)
    rows = rows.assign(work=work).sort_values("work", ascending=False, kind="stable")
    return _named(rows.drop_duplicates("task_id").set_index("task_id")["resource_id"], tasks["id"])


def inherited(values: pd.Series, tasks: pd.DataFrame) -> pd.Series:
    """What a task does not say, its summary does, or the one above that."""
    above = tasks["parent_id"]
    while (asks := (values == "") & (above != "")).any():
        values = values.mask(asks, _named(values, above))
        above = above.where(~asks, _named(tasks["parent_id"], above))
        above = above.where(values == "", "")
    return values
