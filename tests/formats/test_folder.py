"""Project folders: versions, weeks, mixed sources, and what is refused."""

import shutil
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from real_data import DATA, needs_data
from tools import needs_java

from pmtools.errors import ProblemsError, SourceError
from pmtools.formats import folder, read_project, read_weeks, write_project, write_table
from pmtools.project import Header, Project

PLANS = DATA / "msp_schedules"


@pytest.fixture
def plan(tmp_path):
    """A small folder: two tasks, three weeks of progress, one earlier version of the plan."""
    files = {
        "project.csv": "field,value\nid,P\nname,N\nstart,2026-01-05\ncurrency,EUR\n",
        "tasks.csv": "id,code,name,duration_hours\n1,DIG,Dig,5d\n2,FILL,Fill,3d\n",
        "links.csv": "predecessor_id,successor_id,lag_hours\n1,2,50%\n",
        "progress.csv": "status_date,task_id,percent_complete,actual_start\n"
        "2026-01-09,1,40,2026-01-05\n"
        "2026-01-16,1,70,2026-01-05\n2026-01-23,1,90,2026-01-05\n",
        "earlier/2026-01-09/tasks.csv": "id,name,duration_hours\n1,Dig,4d\n",
        "earlier/2026-01-09/links.csv": "predecessor_id,successor_id\n",
        "README.md": "# About\n",
        "notes.txt": "remember the milk",
    }
    for name, text in files.items():
        file = tmp_path / "plan" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "plan"


def refused(path, *words, **options):
    with pytest.raises(ProblemsError) as caught:
        read_project(path, **options)
    for word in words:
        assert word in str(caught.value)
    return caught.value


def test_without_a_status_date_the_project_is_read_as_it_is_now(plan):
    """The status date is then the day of its last progress."""
    project = read_project(plan)
    assert project.header.status_date == pd.Timestamp("2026-01-23 23:59")
    assert project.tasks["duration_hours"].tolist() == [40, 24]
    assert project.links["lag_kind"].tolist() == ["percent"]
    assert project.notes == ("plan/notes.txt: not read, it is none of the known kinds of files",)


def test_an_earlier_version_holds_up_to_and_including_its_day(plan):
    """What was known and planned on a day: later progress and later tasks are not there."""
    assert read_project(plan, "2026-01-09").tasks["duration_hours"].tolist() == [32]
    assert len(read_project(plan, "2026-01-09").links) == 0
    assert len(read_project(plan, "2026-01-10").tasks) == 2
    assert len(read_project(plan, "2026-01-16").progress) == 2


def test_of_several_versions_the_first_that_held_on_that_day_counts(plan):
    """A table that a version lacks is taken from the next one."""
    later = plan / "earlier" / "2026-01-16"
    later.mkdir()
    (later / "tasks.csv").write_text("id,name,duration_hours\n1,Dig,1d\n2,Fill,2d\n")
    durations = [read_project(plan, f"2026-01-{day}").tasks["duration_hours"].tolist()
                 for day in ("09", "16", "23")]  # fmt: skip
    assert durations == [[32], [8, 16], [40, 24]]


def test_weeks_are_the_project_on_each_status_date_oldest_first(plan):
    """The last is what `read_project` gives."""
    weeks = read_weeks(plan)
    assert [f"{week.header.status_date:%d}" for week in weeks] == ["09", "16", "23"]
    assert [len(week.progress) for week in weeks] == [1, 2, 3]
    assert weeks[-1].equals(read_project(plan))
    assert [len(week.tasks) for week in read_weeks(plan, "2026-01-16")] == [1, 2]


def test_costs_are_joined_by_the_code_of_a_task_too(plan):
    """Finance knows codes; ids go first, and a code of two tasks is refused."""
    (plan / "costs.csv").write_text("date;task_id;amount\n2026-01-07;DIG;100\n2026-01-20;2;50\n")
    assert read_project(plan).costs["task_id"].tolist() == ["1", "2"]
    earlier = plan / "earlier" / "2026-01-09" / "tasks.csv"
    earlier.write_text("id,code,name,duration_hours\n7,DIG,Dig,4d\n")
    assert [week.costs["task_id"].tolist() for week in read_weeks(plan)] == [
        ["7"],
        ["1"],
        ["1", "2"],
    ]
    tasks = plan / "tasks.csv"
    tasks.write_text(tasks.read_text().replace("FILL", "DIG"))
    refused(plan, 'plan/costs.csv, row 2: task_id "DIG" is the code of several tasks')


def test_a_register_may_be_a_workbook(plan):
    """The one sheet of `register.xlsx` is the register, whatever its name."""
    book = openpyxl.Workbook()
    book.active.append(["id", "kind", "title", "task_ids"])
    book.active.append(["R1", "risk", "Rain", "DIG; 2"])
    book.save(plan / "register.xlsx")
    assert read_project(plan).register["task_ids"].tolist() == ["1;2"]
    (plan / "register.csv").write_text("id,kind,title\nR1,risk,Rain\n")
    refused(plan, 'table "register" is in plan/register.csv too')


def test_all_problems_of_all_tables_are_told_together(plan):
    """One round of mending is enough."""
    (plan / "links.csv").write_text("predecessor_id,successor_id,kind\n1,2,FX\n2,2,FS\n")
    (plan / "costs.csv").write_text('date,amount\ntoday,"2,5"\n')
    (plan / "task.csv").write_text("id,name\n")
    (plan / "tasks.csv").write_text("id,name,duration_hourss\n1,Dig,8\n1,Fill,8\n")
    error = refused(
        plan,
        'plan/costs.csv, row 2: date is "today"',
        'plan/costs.csv, row 2: amount is "2,5"',
        'plan/task.csv: no table has this name. Rename it (nearest: "tasks.csv")',
        '"duration_hourss" is no column of table "task list". '
        'Rename it (nearest: "duration_hours")',
        'kind is "FX"',
        "is its own predecessor",
        'plan/tasks.csv, row 3: id "1" is already in plan/tasks.csv, row 2',
    )
    assert isinstance(error, SourceError)
    assert len(error.problems) == 7


def test_a_column_whose_heading_begins_with_a_hash_is_left_out_and_noted(plan):
    """People keep remarks beside their tables."""
    (plan / "links.csv").write_text("predecessor_id,successor_id,# why\n1,2,because\n")
    assert 'plan/links.csv: column "# why" is left out' in read_project(plan).notes


def test_header_fields_are_read_in_the_declared_formats(plan):
    """The formats hold for the header too, wherever they stand in it."""
    header = plan / "project.csv"
    header.write_text(
        header.read_text()
        .replace("2026-01-05", "05.01.2026")
        .replace("value\n", 'value\nbudget,"1.000,5"\n')
        + 'date_format,DD.MM.YYYY\nnumber_format,"1.234,5"\n'
    )
    assert read_project(plan).header.budget == 1000.5
    assert read_project(plan).header.start == pd.Timestamp("2026-01-05")
    header.write_text(header.read_text() + "number_format,1.5\ntimezone,Mars\nbugdet,1\n")
    refused(
        plan, "number_format stands twice", '"bugdet" is no field', '(nearest: "budget")', "Mars"
    )


def test_a_folder_without_project_or_tasks_says_which_is_missing(tmp_path):
    """And what could stand instead."""
    refused(tmp_path, "project.csv: the file is missing", "tasks.csv: the file is missing")


def test_a_link_to_a_file_outside_the_folder_is_refused(plan, tmp_path):
    """A folder that others fill must not read our own files."""
    (tmp_path / "secret.csv").write_text("id,name\n")
    (plan / "goals.csv").symlink_to(tmp_path / "secret.csv")
    refused(plan, "goals.csv: it is a link to a file outside the folder")
    (plan / "goals.csv").unlink()
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "goals.csv").write_text("id,goal\nG1,secret\n")
    (plan / "earlier" / "2026-01-16").symlink_to(tmp_path / "others")
    refused(plan, "goals.csv: it is a link", status_date="2026-01-16")


def test_an_earlier_version_must_be_named_as_a_day(plan):
    """Otherwise nobody knows until when it held."""
    (plan / "earlier" / "first").mkdir()
    refused(plan, "earlier/first: the name is no day; expected YYYY-MM-DD")


def test_a_folder_that_is_not_empty_is_never_overwritten(plan):
    """Writing needs a new name; nothing of the old folder changes."""
    before = sorted(file.name for file in plan.iterdir())
    with pytest.raises(SourceError, match="not empty"):
        write_project(read_project(plan), plan)
    assert sorted(file.name for file in plan.iterdir()) == before


def test_a_folder_appears_whole_or_not_at_all(plan, tmp_path, monkeypatch):
    """Nothing is left of a write that fails."""

    def full_disk(path, content):
        raise OSError("no space left")

    project = read_project(plan)
    monkeypatch.setattr(folder, "publish", full_disk)
    with pytest.raises(OSError, match="no space"):
        write_project(project, tmp_path / "new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["plan"]


def test_one_table_is_written_in_the_number_format_of_its_project(tmp_path):
    """So that it can be read again in that project's folder."""
    project = Project(
        header=Header("P", "N", start=pd.Timestamp("2026-01-05"), number_format="1.234,5"),
        tasks=[{"id": "1", "name": "Dig"}],
        costs=[{"date": "2026-01-05", "amount": 2.5, "note": "=1\0"}],
    )
    notes = write_table(project, "costs", tmp_path / "costs.csv")
    assert (tmp_path / "costs.csv").read_text().splitlines()[1] == '2026-01-05,,,actual,"2,5",\'=1'
    assert notes == ("costs.csv: 1 control characters were removed",)


@needs_data
@needs_java
def test_a_plan_in_microsoft_project_stands_in_place_of_the_task_tables(tmp_path):
    """Costs come from finance, owners from a table of our own, the header from `project.csv`."""
    mixed = tmp_path / "mixed"
    mixed.mkdir()
    shutil.copy(PLANS / "Software Development.mpp", mixed / "plan.mpp")
    alone = read_project(mixed / "plan.mpp")
    task = alone.tasks.iloc[3]
    (mixed / "project.csv").write_text("field,value\nbudget,99000\n")
    (mixed / "costs.csv").write_text(f"date,task_id,amount\n2013-01-07,{task['code']},100\n")
    (mixed / "tasks.csv").write_text(f"id,control_account\n{task['id']},CA1\n")
    project = read_project(mixed)
    assert project.header == replace(alone.header, budget=99000.0)
    assert project.costs["task_id"].tolist() == [task["id"]]
    assert project.tasks.iloc[3].to_dict() == task.to_dict() | {"control_account": "CA1"}
    assert project.links.equals(alone.links)


@needs_data
@needs_java
def test_next_weeks_plan_dropped_into_the_folder_is_the_next_status(tmp_path):
    """Progress of both weeks is kept; each week is read from its own file."""
    mixed = tmp_path / "mixed"
    mixed.mkdir()
    for day in ("2013-05-06", "2013-05-13"):
        shutil.copy(PLANS / "New Product.mpp", mixed / f"plan {day}.mpp")
    weeks = read_weeks(mixed)
    assert [f"{week.header.status_date:%Y-%m-%d}" for week in weeks] == ["2013-05-06", "2013-05-13"]
    refused(mixed, "no schedule file is of 2013-05-01 or before", status_date="2013-05-01")
    shutil.copy(PLANS / "New Product.mpp", mixed / "plan.mpp")
    refused(mixed, "plan.mpp: the file has no status date", "plan-2026-03-02.mpp")


def test_progress_and_baselines_of_earlier_schedule_files_are_kept():
    """Append-only: what last week's file knew is not forgotten; what both know, the later says."""

    def plan_of(day, percent, tasks):
        on = pd.Timestamp(f"2026-01-{day} 23:59")
        return on, Project(
            header=Header("P", "N", start=pd.Timestamp("2026-01-05"), status_date=on),
            tasks=[{"id": task, "name": task, "duration_hours": 8} for task in tasks],
            progress=[{"status_date": on, "task_id": "1", "percent_complete": percent}],
            baseline=[{"task_id": t, "start": "2026-01-05", "finish": "2026-01-05"} for t in tasks],
        )

    contents = folder.Contents(
        None, plans=[plan_of("09", 20, ["1", "2"]), plan_of("16", 60, ["1"])]
    )
    now = contents.project()
    assert now.progress["percent_complete"].tolist() == [20, 60]
    assert now.tasks["id"].tolist() == ["1"]
    assert now.baseline["task_id"].tolist() == ["2", "1"]
    before = contents.project(pd.Timestamp("2026-01-12"))
    assert before.tasks["id"].tolist() == ["1", "2"]
    assert len(before.progress) == 1
