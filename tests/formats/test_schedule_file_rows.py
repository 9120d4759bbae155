"""Rules of what is taken over from a plan, on plans of our own making."""

import pandas as pd
import pytest
from tools import needs_java

from pmtools.errors import SourceError
from pmtools.formats.schedule_file import read_schedule_file, write_schedule_file
from pmtools.project import Header, Project

MONDAY, FRIDAY = pd.Timestamp("2026-01-05 08:00"), pd.Timestamp("2026-01-09 17:00")


def begun(spent, **header):
    """A task of 40 hours and 1,000 in the baseline, half done, with an amount spent."""
    rows = {
        "tasks": [{"id": "1", "name": "Wire the racks", "duration_hours": 40}],
        "baseline": [{"task_id": "1", "start": MONDAY, "finish": FRIDAY, "cost": 1000}],
        "progress": [
            {"status_date": FRIDAY, "task_id": "1", "actual_start": MONDAY}
            | {"remaining_hours": 20, "percent_complete": 50}
        ],
        "costs": [{"date": FRIDAY.normalize(), "task_id": "1", "amount": spent}],
    }
    tables = {name: pd.DataFrame(table) for name, table in rows.items()}
    return Project(Header("p", "P", MONDAY, **header), **tables)


def again(project, path):
    write_schedule_file(project, path)
    return read_schedule_file(path)


@needs_java
@pytest.mark.parametrize(("spent", "is_recorded"), [(500, False), (730, True)])
def test_a_computed_actual_cost_is_not_taken_for_money_spent(tmp_path, spent, is_recorded):
    """Percent complete times planned cost is no record of cost: who asks gets "cannot say"."""
    project = again(begun(spent, status_date=FRIDAY), tmp_path / "p.xml")
    assert list(project.costs["amount"]) == ([spent] if is_recorded else [])


@needs_java
def test_without_a_status_date_the_last_progress_gives_it(tmp_path):
    """Progress is known up to some day: the latest of which the file knows anything done."""
    project = again(begun(500), tmp_path / "p.xml")
    assert project.header.status_date == project.progress["status_date"].iloc[0]
    assert MONDAY <= project.header.status_date <= FRIDAY
    assert "no status date in the file" in project.place("header", 0)


@needs_java
def test_a_task_scheduled_by_hand_stays_where_its_planner_put_it(tmp_path):
    """Microsoft Project moves no manually scheduled task; a constraint holds it, and says so."""
    path = tmp_path / "p.xml"
    write_schedule_file(begun(0), path)
    by_hand = "<Manual>1</Manual><Start>2026-01-07T08:00:00</Start></Task>"
    head, _, tail = path.read_text().rpartition("</Task>")
    path.write_text(f"{head}{by_hand}{tail}")
    task = read_schedule_file(path).tasks.iloc[0]
    assert (task["constraint"], task["constraint_date"]) == (
        "MSO",
        pd.Timestamp("2026-01-07 08:00"),
    )
    assert "scheduled by hand" in task["notes"]


def two_linked(path, *names):
    tasks = [{"id": str(i), "name": name, "duration_hours": 8} for i, name in enumerate(names, 1)]
    link = {"predecessor_id": "1", "successor_id": "2", "lag_hours": 16}
    project = Project(
        Header("p", "P", MONDAY), tasks=pd.DataFrame(tasks), links=pd.DataFrame([link])
    )
    write_schedule_file(project, path)
    return project


def edited(path, table, **cells):
    """Change cells of the first row of a table of an XER file."""
    lines = path.read_text(encoding="utf-8").split("\n")
    top = next(i for i, line in enumerate(lines) if line.strip() == f"%T\t{table}")
    columns, row = lines[top + 1].rstrip("\r").split("\t"), lines[top + 2].rstrip("\r").split("\t")
    for name, value in cells.items():
        row[columns.index(name)] = value
    lines[top + 2] = "\t".join(row)
    path.write_text("\n".join(lines), encoding="utf-8")


@needs_java
def test_a_link_from_another_project_is_kept_though_its_task_is_not_here(tmp_path):
    """A link across projects is no loss in silence: it stays, and `check` flags it."""
    path = tmp_path / "p.xer"
    two_linked(path, "A", "B")
    edited(path, "TASKPRED", pred_proj_id="77", pred_task_id="4711")
    links = read_schedule_file(path).links
    assert list(links["predecessor_id"]) == ["4711"]
    assert list(links["lag_hours"]) == [16.0]


@needs_java
def test_several_exported_projects_in_one_file_are_refused(tmp_path):
    """One Project is one project: reading only the first would lose the others in silence."""
    path = tmp_path / "p.xer"
    two_linked(path, "A", "B")
    lines = path.read_text(encoding="utf-8").split("\n")
    top = next(i for i, line in enumerate(lines) if line.strip() == "%T\tPROJECT")
    cells = lines[top + 2].split("\t")
    lines.insert(top + 3, "\t".join([cells[0], "99", *cells[2:]]))
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(SourceError, match="there are 2 projects in it; expected one project"):
        read_schedule_file(path)


@needs_java
def test_an_old_export_in_windows_letters_is_read(tmp_path):
    """XER does not tell its encoding: what is no UTF-8 is Windows' own, as Primavera writes it."""
    path = tmp_path / "p.xer"
    two_linked(path, "Prüfen", "Übergabe – Ende")
    path.write_bytes(path.read_bytes().decode("utf-8").encode("windows-1252"))
    assert sorted(read_schedule_file(path).tasks["name"]) == ["Prüfen", "Übergabe – Ende"]
