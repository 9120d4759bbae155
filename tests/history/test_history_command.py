"""`pmtools history`: list, show, compare, export and rebuild a history."""

import pandas as pd
import pytest
from click.testing import CliRunner
from history_facts import facts_of
from postgres import run_sql
from small_plan import FRIDAYS, small_plan, two_weeks

from pmtools.cli import main
from pmtools.files import shipped
from pmtools.formats import read_project, read_weeks, write_project
from pmtools.history import History

FOLDER = shipped("templates") / "projects" / "network-upgrade"


def run(database, *arguments, exit_code=0):
    words = ["history", *map(str, arguments), "--database", database]
    result = CliRunner().invoke(main, words)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == exit_code, result.output
    return result.output


@pytest.fixture
def known(database):
    """Two weeks of the small plan, recorded."""
    for week in two_weeks():
        History(database).record(facts_of(week), week)
    return database


def test_list_shows_every_week(known):
    """With what is late, and whether its plan is kept."""
    told = run(known, "list")
    assert told.count("P1") == 2
    assert "is_late" in told
    assert run(known, "list", "P2").strip() == "Nothing is recorded."


def test_show_tells_a_week_as_it_was_known(known):
    """The last one, or that of a day."""
    assert "Status of 13 Mar 2026" in run(known, "show", "P1")
    told = run(known, "show", "P1", "--status-date", "2026-03-08")
    assert "Status of 06 Mar 2026" in told
    assert "cost_performance_index" in told
    assert "Go live" in told
    assert 'nearest: "P1"' in run(known, "show", "P11", exit_code=5)
    assert "is no day" in run(known, "show", "P1", "--status-date", "8.3.2026", exit_code=5)


def test_compare_says_what_changed_and_why_the_finish_moved(known):
    """The last two weeks, or two days."""
    told = run(known, "compare", "P1")
    assert "progress" in told
    assert "+3 days since 6 Mar" in told
    same = run(known, "compare", "P1", "--from", "2026-03-06", "--to", "2026-03-06")
    assert "0 changes" in same
    assert "2026-03-06" in run(known, "compare", "P1", "--to", "2026-03-06", exit_code=5)


def test_export_writes_the_plan_as_it_was_known(known, tmp_path):
    """A folder or a workbook that reads as the same project; or the figures of all weeks."""
    first, second = two_weeks()
    run(known, "export", "P1", tmp_path / "now.xlsx")
    run(known, "export", "P1", tmp_path / "then", "--status-date", "2026-03-06")
    assert read_project(tmp_path / "now.xlsx").equals(second)
    assert read_project(tmp_path / "then").equals(first)
    run(known, "export", "P1", tmp_path / "figures.csv", "--figures")
    assert len(pd.read_csv(tmp_path / "figures.csv")) == 4
    run(known, "export", "P1", tmp_path / "plan.doc", exit_code=1)


def test_rebuild_makes_a_history_of_old_plans_once(database):
    """A second run changes nothing; what was recorded is what the files say."""
    told = run(database, "rebuild", FOLDER)
    weeks = read_weeks(FOLDER)
    assert told.count(": recorded") == len(weeks)
    rows = run_sql(database, "SELECT count(*) FROM piece")
    assert run(database, "rebuild", FOLDER).count("already known, nothing changed") == len(weeks)
    assert run_sql(database, "SELECT count(*) FROM piece") == rows
    history = History(database)
    assert not history.weeks()["is_late"].any()
    for week in weeks:
        assert history.project(week.header.id, week.header.status_date).equals(week)


def test_rebuild_names_what_failed_and_records_the_rest(tmp_path):
    """Unreadable files, plans without a schedule, another project under the same id."""
    database, folder = str(tmp_path / "h.sqlite"), tmp_path / "old"
    for number, week in enumerate(two_weeks()):
        write_project(week, folder / f"{number}.xlsx")
    (folder / "2.xlsx").write_text("a,b\n1,2\n")
    circle = [{"predecessor_id": a, "successor_id": b} for a, b in ("12", "21")]
    write_project(small_plan(FRIDAYS[2], links=circle), folder / "3.xlsx")
    hall = {"name": "New hall", "start": pd.Timestamp("2025-01-01 08:00")}
    tasks = [{"id": "1", "name": "Dig", "duration_hours": 8}]
    other = small_plan(FRIDAYS[2], tasks=tasks, links=[], baseline=[], header=hall)
    write_project(other, folder / "4.xlsx")
    told = run(database, "rebuild", folder, exit_code=1)
    assert "Recorded: 2 of 5 plans" in told
    for name, reason in (("2", "no sheet"), ("3", "circle"), ("4", "is another project than")):
        assert f"{name}.xlsx: not recorded." in told
        assert reason in told
    assert len(History(database).weeks()) == 2


def test_rebuild_says_where_the_files_name_several_projects(tmp_path):
    """They may be one under several names."""
    for number, week in enumerate(two_weeks()):
        header = {"id": f"plan-{number}"}
        week = small_plan(week.header.status_date, header=header)
        write_project(week, tmp_path / "old" / f"{number}.xlsx")
    database = str(tmp_path / "h.sqlite")
    assert "name it with --project-id" in run(database, "rebuild", tmp_path / "old")
    run(database, "rebuild", tmp_path / "old", "--project-id", "mine")
    assert len(History(database).weeks("mine")) == 2
