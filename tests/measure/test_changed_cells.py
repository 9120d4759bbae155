"""Every changed cell is found, and nothing that did not change."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from dslib import TRACKED_IDS, read_dslib
from edits import Edits, reported
from real_data import needs_data
from small_plan import FRIDAYS, LINKS, TASKS, small_plan, two_weeks

import pmtools as pm
from pmtools.measure.changed_cells import GROUPS, changed_cells
from pmtools.measure.changes import changes
from pmtools.project import HEADER, TABLES

STARTERS = sorted((Path(__file__).parents[2] / "templates" / "projects").iterdir())


def cells_of(before, after):
    return changed_cells(before, after).set_index("label")


@pytest.mark.parametrize("starter", STARTERS, ids=lambda path: path.name)
@pytest.mark.parametrize("is_renumbered", [False, True])
def test_random_edits_are_all_found_and_nothing_else(starter, is_renumbered):
    """Cells, rows and ids of every table, edited at random and shuffled: found one by one."""
    project = pm.read_project(starter)
    for seed in range(2):
        edits = Edits(
            project, np.random.default_rng([seed, is_renumbered]), is_renumbered=is_renumbered
        )
        while edits.count.total() < 12:
            edits.one()
        cells = changes(project, edits.after()).cells
        assert reported(cells) == edits.expected()
        assert edits.expected().total() >= 5
        assert (cells["before"] != cells["after"]).all()
        assert set(cells["group"]) <= set(GROUPS)


@pytest.mark.parametrize("starter", STARTERS, ids=lambda path: path.name)
def test_a_shuffled_project_has_not_changed(starter):
    """The order of rows means nothing, in tables with a key and without."""
    project = pm.read_project(starter)
    shuffled = {name: rows.sample(frac=1, random_state=1) for name, rows in project.tables.items()}
    assert changed_cells(project, project.replace(**shuffled)).empty


def test_every_column_has_a_group_and_a_label():
    """Whatever is added to the schema is told under a heading of the report."""
    places = {place for group in GROUPS.values() for place in group.split()}
    assert {"header", *TABLES} <= places
    known = {f"{name}.{c.name}" for name, schema in TABLES.items() for c in schema.columns}
    known |= {f"header.{column.name}" for column in HEADER}
    assert {place for place in places if "." in place} <= known


def test_cells_are_told_in_days_dates_money_and_names():
    """As people say it; the stored values stand beside."""
    tasks = [TASKS[0], TASKS[1] | {"duration_hours": 44, "owner_id": "ann", "fixed_cost": 1500,
             "deadline": "2026-03-20"}, *TASKS[2:]]  # fmt: skip
    cells = cells_of(small_plan(), small_plan(tasks=tasks))
    assert cells[["before", "after"]].to_dict("index") == {
        "duration": {"before": "5 d", "after": "5.5 d"},
        "owner": {"before": "Bob", "after": "Ann"},
        "fixed cost": {"before": "EUR 0", "after": "EUR 1,500"},
        "deadline": {"before": "–", "after": "20 Mar 2026"},
    }
    assert dict(cells["group"]) == {
        "duration": "estimates", "owner": "organisation", "fixed cost": "costs",
        "deadline": "constraints",
    }  # fmt: skip
    assert cells.loc["duration", ["before_value", "after_value"]].tolist() == [40.0, 44.0]
    assert set(cells["name"]) == {"Build"}
    assert set(cells["task_id"]) == {"2"}


def test_what_the_usual_words_hide_is_told_exactly():
    """A minute later is still a change, and so is a hundredth of an hour."""
    tasks = [TASKS[0] | {"duration_hours": 40.01, "constraint": "SNET",
             "constraint_date": "2026-03-02 08:01"}, *TASKS[1:]]  # fmt: skip
    before = [tasks[0] | {"duration_hours": 40, "constraint_date": "2026-03-02 08:00"}, *TASKS[1:]]
    cells = cells_of(small_plan(tasks=before), small_plan(tasks=tasks))
    assert cells.loc["duration", "after"] == "40.01"
    assert cells.loc["constraint date", "after"] == "2 Mar 2026 08:01:00"


def test_rows_that_come_and_go_are_one_entry_each_with_what_they_carry():
    """A link, and a task with its links: those belong to the scope."""
    training = {"id": "5", "name": "Training", "duration_hours": 16, "owner_id": "ann"}
    links = [*LINKS[:2], {"predecessor_id": "1", "successor_id": "5", "lag_hours": 8}]
    cells = changed_cells(small_plan(), small_plan(tasks=[*TASKS, training], links=links))
    assert cells[["table", "change", "name", "group"]].to_numpy().tolist() == [
        ["tasks", "added", "Training", "scope"],
        ["links", "removed", "Go live, linked to Test", "logic"],
        ["links", "added", "Training, linked to Design", "scope"],
    ]
    assert list(cells["after"]) == [
        "duration 2 d, owner Ann",
        "",
        "finish to start + 1 working day",
    ]
    assert cells["after_value"].iloc[0]["duration_hours"] == 16.0


def test_equal_rows_of_a_table_without_key_are_counted():
    """Two equal invoices and one of them taken back: one row removed."""
    invoice = {"date": "2026-03-05", "task_id": "1", "amount": 100}
    cells = changed_cells(small_plan(costs=[invoice] * 2), small_plan(costs=[invoice]))
    assert list(cells["change"]) == ["removed"]
    assert list(cells["group"]) == ["costs"]


def test_a_list_of_ids_is_a_set():
    """Named in another order, nothing changed; another task is a change, told by its name."""
    risk = {"id": "R1", "kind": "risk", "title": "Late", "task_ids": "1;2"}
    before = small_plan(register=[risk])
    assert changed_cells(before, small_plan(register=[risk | {"task_ids": "2; 1"}])).empty
    cells = cells_of(before, small_plan(register=[risk | {"task_ids": "2;3"}]))
    assert cells.loc["tasks", ["before", "after"]].tolist() == ["Design, Build", "Build, Test"]


def test_fields_of_the_project_are_told():
    """Its status date, its deadline, its rules."""
    header = {"deadline": pd.Timestamp("2026-03-20 23:59"), "scheduling": "microsoft_project"}
    before, after = two_weeks()
    cells = cells_of(before, small_plan(FRIDAYS[0], header=header, progress=[]))
    assert cells.loc["deadline", ["group", "before", "after"]].tolist() == [
        "constraints", "–", "20 Mar 2026",
    ]  # fmt: skip
    assert cells.loc["scheduling", "group"] == "options"
    assert cells_of(before, after).loc["status date", "group"] == "progress"


@needs_data
@pytest.mark.parametrize("project_id", TRACKED_IDS)
def test_between_status_dates_of_executed_projects_only_facts_change(project_id):
    """The plan stands; the status date moves, and facts of that date are added."""
    project = read_dslib(project_id)
    dates = sorted(project.progress["status_date"].unique())
    weeks = [project.known_on(date) for date in dates]
    for before, after in pairwise(weeks):
        cells = changes(before, after).cells
        facts = cells[cells["table"] != "header"]
        assert set(facts["change"]) == {"added"}
        since = project.progress["status_date"].eq(after.header.status_date).sum()
        assert (facts["table"] == "progress").sum() == since
        booked = len(after.costs) - len(before.costs)
        assert (facts["table"] == "costs").sum() == booked
        assert len(facts) == since + booked
        assert list(cells.loc[cells["table"] == "header", "column"]) == ["status_date"]
