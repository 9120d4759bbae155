"""The project as it was known in each week comes back whole, and is stored once."""

import json
import sqlite3
import zlib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from history_facts import facts, facts_of
from hypothesis import given, settings
from hypothesis import strategies as st
from postgres import run_sql
from random_project import projects
from small_plan import DESIGN_DONE, FRIDAYS, small_plan, two_weeks

import pmtools as pm
from pmtools.errors import HistoryError
from pmtools.files import shipped
from pmtools.history import History
from pmtools.history.snapshots import FACTS, put_together, taken_apart
from pmtools.project import TABLES


def hostile():
    """A plan with the values that formats like to change on the way."""
    tasks = [
        {"id": "00123", "name": "NA", "notes": "Zoë 数 🙂\u2028\x00\r\n", "fixed_cost": 1e300},
        {"id": "1E5", "name": "None", "fixed_cost": 0.1 + 0.2, "is_active": False},
        {"id": "NaT", "name": " padded ", "constraint_date": pd.Timestamp("2026-03-02 08:00:00.5")},
    ]
    header = {"name": 'say "yes"', "timezone": "Europe/Lisbon", "budget": 1e300}
    return small_plan(FRIDAYS[0], tasks=tasks, links=[], baseline=[], header=header)


def unordered():
    """Facts by task, as people write them, not by date."""
    weeks = pd.date_range("2026-03-06 23:59", periods=6, freq="7D")
    progress = [{"task_id": task, "status_date": week, "percent_complete": 10.0 * n}
                for task in "321" for n, week in enumerate(weeks)]  # fmt: skip
    costs = [{"date": f"2026-03-{day:02d}", "amount": day} for day in (30, 2, 16, 2, 9)]
    return small_plan(weeks[-1], progress, costs=costs)


def read_back(project):
    """Taken apart and put together, through bytes, as the database holds them."""
    key, pieces = taken_apart(project)
    stored = {h: json.loads(zlib.decompress(zlib.compress(p.text))) for h, p in pieces.items()}
    return put_together(key, lambda _: stored)


@pytest.mark.parametrize("plan", [hostile, unordered, lambda: two_weeks()[1], small_plan])
def test_a_plan_comes_back_as_it_was_known(database, plan):
    """Ids such as 00123, dates, missing values, numbers and letters of any kind stay."""
    project = plan()
    if project.header.status_date is None:
        project = project.replace(header=replace(project.header, status_date=FRIDAYS[0]))
    project = project.replace(notes=("two rows were hidden",))
    history = History(database)
    assert history.record(facts_of(project), project).has_new_snapshot
    again = History(database).project("P1")
    assert again.equals(project)
    assert again.notes == project.notes
    assert again.content_hash() == project.content_hash()


@pytest.mark.parametrize("name", ["software-rollout", "hardware-installation", "network-upgrade"])
def test_every_week_of_a_starter_project_comes_back(tmp_path, name):
    """All tables of all weeks, each as it was known on its status date."""
    history = History(tmp_path / "history.sqlite")
    weeks = pm.read_weeks(shipped("templates") / "projects" / name)
    for week in weeks:
        history.record(facts_of(week), week)
    for week in weeks:
        assert history.project(week.header.id, week.header.status_date).equals(week)


@settings(max_examples=60)
@given(projects())
def test_any_project_comes_back(project):
    """Whatever may stand in a table."""
    assert read_back(project).equals(project)


@settings(max_examples=60)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=30))
def test_rows_of_facts_keep_their_order(days):
    """Facts are stored by week, and given back in the order of the table."""
    costs = pd.DataFrame({"date": pd.Timestamp("2026-01-29") + pd.to_timedelta(days, unit="D"),
                          "amount": np.arange(len(days), dtype=float)})  # fmt: skip
    project = small_plan(costs=costs)
    assert read_back(project).costs.equals(project.costs)


def test_every_table_of_facts_is_stored_by_week():
    """What has a date of its own grows by its new week only."""
    dated = {name for name, table in TABLES.items()
             for column in table.columns if column.required and column.kind not in ("text", "id")
             and column.name in ("status_date", "date", "at")}  # fmt: skip
    assert dated == set(FACTS)


def n_pieces(database):
    return run_sql(database, "SELECT count(*) FROM piece")[0][0]


def test_what_did_not_change_is_stored_once(database):
    """A week of progress more adds that week; a new name of a task adds one column."""
    first, second = two_weeks()
    history = History(database)
    history.record(facts_of(first), first)
    before = n_pieces(database)
    history.record(facts_of(second), second)
    assert n_pieces(database) == before + 3  # the week, the table's last week, the snapshot
    names = second.tasks.assign(name=["Design", "Build it", "Test", "Go live"])
    renamed = second.replace(tasks=names)
    history.record(facts_of(renamed), renamed)
    assert n_pieces(database) == before + 6  # the column, the table, the snapshot
    copy = renamed.replace(header=replace(renamed.header, id="P2"))
    history.record(facts_of(copy), copy)
    assert n_pieces(database) == before + 7  # the snapshot of the other project


def test_a_week_is_asked_for_by_its_day_or_a_later_one(database):
    """What was known on a day is what the last status date before it knew."""
    first, second = two_weeks()
    history = History(database)
    for week in (second, first):  # out of order
        history.record(facts_of(week), week)
    assert history.project("P1").equals(second)
    for day in ("2026-03-06", "2026-03-12", pd.Timestamp("2026-03-06 08:00")):
        assert history.project("P1", day).equals(first)
    assert history.project("P1", "2026-03-13").equals(second)
    with pytest.raises(HistoryError, match="no plan is stored for 2026-03-05 or before; expected"):
        history.project("P1", "2026-03-05")
    with pytest.raises(HistoryError, match='"05/03/2026" is no day'):
        history.project("P1", "05/03/2026")


def test_the_revisions_of_a_week_are_kept(database):
    """A corrected plan is a new revision; the earlier one can still be read."""
    plan = two_weeks()[0]
    longer = plan.replace(tasks=plan.tasks.assign(duration_hours=[40.0, 48.0, 40.0, 0.0]))
    history = History(database)
    for week in (plan, longer, plan):
        history.record(facts_of(week), week)
    assert history.project("P1").equals(longer)
    assert history.project("P1", revision=1).equals(plan)
    assert len(history.weeks()) == 2
    with pytest.raises(HistoryError, match="no plan is stored"):
        history.project("P1", revision=3)


def test_an_unknown_project_is_told_with_the_nearest(database):
    """A mistyped id finds its project."""
    history = History(database)
    history.record(facts("rollout"))
    with pytest.raises(HistoryError, match='nearest: "rollout"'):
        history.project("rolout")


def other(**header):
    """Another project with the ids of the small plan, as scheduling tools number their tasks."""
    names = ["Dig", "Pour", "Cure", "Hand over"]
    plan = two_weeks()[1]
    return plan.replace(tasks=plan.tasks.assign(name=names), header=replace(plan.header, **header))


ANOTHER = {"name": "New hall", "start": pd.Timestamp("2025-01-01 08:00")}


def test_two_projects_with_one_id_are_told_apart(database):
    """Another name, another start and no task in common: the second needs an id of its own."""
    history, plan = History(database), two_weeks()[0]
    history.record(facts_of(plan), plan)
    with pytest.raises(HistoryError, match=r'"New hall" is another project than "Rollout".*id'):
        history.record(facts_of(other(**ANOTHER)), other(**ANOTHER))
    assert len(history.weeks()) == 1
    assert history.project("P1").equals(plan)
    mine = other(id="P2", **ANOTHER)
    assert history.record(facts_of(mine), mine).is_new


@pytest.mark.parametrize(
    "later",
    [
        lambda: two_weeks()[1].replace(header=replace(two_weeks()[1].header, name="Phoenix")),
        lambda: two_weeks()[1].replace(header=replace(two_weeks()[1].header, **ANOTHER)),
        lambda: other(name="Phoenix"),
        lambda: other(start=ANOTHER["start"]),
        lambda: small_plan(FRIDAYS[1], [], tasks=[], links=[], baseline=[], header=ANOTHER),
    ],
    ids=[
        "renamed",
        "renamed and moved",
        "renamed with its tasks",
        "moved and replanned",
        "emptied",
    ],
)
def test_a_project_that_was_renamed_or_replanned_is_the_same(database, later):
    """One thing that stays is enough: its name, its start or some of its tasks."""
    history, plan = History(database), two_weeks()[0]
    history.record(facts_of(plan), plan)
    assert history.record(facts_of(later()), later()).is_new


def test_facts_of_one_project_do_not_go_with_another(tmp_path):
    """A mix-up is an error of the program that asks."""
    with pytest.raises(ValueError, match="different ids"):
        History(tmp_path / "history.sqlite").record(facts("P2"), two_weeks()[0])


def changed(database, statement):
    """A history with one week, changed behind its back."""
    plan = small_plan(FRIDAYS[0], [DESIGN_DONE])
    history = History(database)
    history.record(facts_of(plan), plan)
    run_sql(database, statement)
    return history


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE piece SET content = (SELECT content FROM piece ORDER BY hash LIMIT 1)",
        "UPDATE piece SET content = 'no zlib'",
        "DELETE FROM piece WHERE hash NOT IN (SELECT hash FROM snapshot)",
    ],
)
def test_a_damaged_plan_is_not_given_out(database, statement):
    """What is read is checked by the hash under which it was stored."""
    history = changed(database, statement)
    with pytest.raises(
        HistoryError, match=r'project "P1", status of 06 Mar 2026.*(damaged|missing)'
    ):
        history.project("P1")


def rewritten(project, change):
    """The project after a change of its snapshot as another pmtools would have written it."""
    key, pieces = taken_apart(project)
    stored = {h: json.loads(piece.text) for h, piece in pieces.items()}
    change(stored, stored[key])
    return put_together(key, lambda _: stored)


def test_a_plan_of_an_earlier_pmtools_is_read():
    """Tables, columns and fields of the header that were not there yet take their defaults."""

    def earlier(stored, snapshot):
        del snapshot["header"]["open_ends"]
        del snapshot["tables"]["departments"]
        for column in ("is_resource_dependent", "levelling_delay_hours"):
            del stored[snapshot["tables"]["tasks"]]["columns"][column]
        week = stored[stored[snapshot["tables"]["progress"]]["last"]]
        del week["columns"]["rag_status"]

    plan = small_plan(FRIDAYS[0], [DESIGN_DONE])
    assert rewritten(plan, earlier).equals(plan.replace(departments=None))


def newer_field(stored, snapshot):
    snapshot["header"]["mood"] = "good"


def newer_table(stored, snapshot):
    snapshot["tables"]["moods"] = snapshot["tables"]["tasks"]


def newer_column(stored, snapshot):
    columns = stored[snapshot["tables"]["tasks"]]["columns"]
    columns["mood"] = columns["name"]


@pytest.mark.parametrize("change", [newer_field, newer_table, newer_column])
def test_a_plan_of_a_newer_pmtools_is_refused(change):
    """Nothing that is not understood is left out in silence."""
    with pytest.raises(Exception, match="a newer pmtools has written it") as caught:
        rewritten(small_plan(FRIDAYS[0]), change)
    assert "mood" in str(caught.value)


def test_a_plan_can_be_read_without_pmtools(tmp_path):
    """zlib, JSON and a look at the docstring are enough."""
    plan = small_plan(FRIDAYS[0], [DESIGN_DONE])
    path = tmp_path / "history.sqlite"
    History(path).record(facts_of(plan), plan)
    connection = sqlite3.connect(path)

    def piece(key):
        query = "SELECT content FROM piece WHERE hash = ?"
        return json.loads(zlib.decompress(connection.execute(query, [key]).fetchone()[0]))

    snapshot = piece(connection.execute("SELECT hash FROM snapshot").fetchone()[0])
    assert snapshot["header"]["status_date"] == "2026-03-06T23:59:00"
    tasks = {
        name: piece(key) for name, key in piece(snapshot["tables"]["tasks"])["columns"].items()
    }
    assert tasks["name"] == ["Design", "Build", "Test", "Go live"]
    assert tasks["deadline"] == [None] * 4
    progress = piece(piece(snapshot["tables"]["progress"])["last"])
    assert progress["before"] is None
    assert progress["columns"]["actual_finish"] == ["2026-03-06T17:00"]
    connection.close()
