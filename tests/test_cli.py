"""The command line: exit codes and files that a script can rely on."""

import csv
import importlib
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from pmtools.cli import main
from pmtools.files import shipped
from pmtools.formats import read_project

ROOT = Path(__file__).parents[1]


def run(*arguments, exit_code=0):
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == exit_code, result.output
    return result.output


@pytest.fixture
def project(tmp_path):
    """A starter project copied as a user would."""
    run("new", tmp_path / "my-project", "--from", "network-upgrade")
    return tmp_path / "my-project"


def rows(path):
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize(
    "starter", ["software-rollout", "hardware-installation", "network-upgrade"]
)
def test_new_copies_a_starter_under_its_own_id(tmp_path, starter):
    """The copy reads, and is called after its folder."""
    run("new", tmp_path / "mine", "--from", starter)
    copy = read_project(tmp_path / "mine")
    original = read_project(shipped("templates") / "projects" / starter)
    assert copy.header.id == "mine"
    assert copy.tasks.equals(original.tasks)


def test_new_makes_a_workbook_that_is_the_same_project(tmp_path):
    """Excel or CSV: the same tables."""
    run("new", tmp_path / "mine", "--xlsx")
    copy = read_project(tmp_path / "mine.xlsx")
    original = read_project(shipped("templates") / "projects" / "software-rollout")
    for name, table in original.tables.items():
        assert copy.tables[name].equals(table), name


def test_new_overwrites_nothing(tmp_path):
    """What exists is named and left as it is."""
    (tmp_path / "mine").mkdir()
    assert "exists already" in run("new", tmp_path / "mine", exit_code=1)


def test_check_exits_with_1_where_the_data_have_errors(tmp_path, project):
    """A script sees refused data by the exit code, a person by the message."""
    run("check", project)
    links = rows(project / "links.csv")
    forwards = links[0]["predecessor_id"], links[0]["successor_id"]
    with (project / "links.csv").open("a", newline="") as stream:
        backwards = {**dict.fromkeys(links[0], ""), "kind": "FS"}
        backwards |= {"predecessor_id": forwards[1], "successor_id": forwards[0]}
        csv.DictWriter(stream, list(links[0])).writerow(backwards)
    told = run("check", project, exit_code=1)
    names = read_project(project).tasks.set_index("id")["name"]
    assert all(names[task] in told for task in forwards)


def test_check_looks_at_the_earlier_week_and_at_today(project, monkeypatch):
    """An id given to another task, and a status date that has not come yet, are found."""
    tasks = rows(project / "tasks.csv")
    tasks[-1] |= {"name": "Another thing altogether", "wbs": "0.1"}
    with (project / "tasks.csv").open("w", newline="") as stream:
        table = csv.DictWriter(stream, list(tasks[0]))
        table.writeheader()
        table.writerows(tasks)
    told = run("check", project)
    assert "PM605" in told
    monkeypatch.setattr("pandas.Timestamp.today", lambda: pd.Timestamp("2026-01-05"))
    assert "PM204" in run("check", project)


@pytest.mark.parametrize("day", ["2026-02-30", "05/03/2026", "tomorrow"])
@pytest.mark.parametrize("command", ["check", "schedule", "earned-value", "report"])
def test_a_status_date_that_is_no_day_is_refused_in_words(tmp_path, command, day):
    """Exit code 1 and the place, before anything is read or written."""
    to = {"check": (), "report": ("--out", tmp_path / "out")}.get(command, ("--to", tmp_path / "o"))
    told = run(command, tmp_path, "--status-date", day, *to, exit_code=1)
    assert told.startswith("status date: ")
    assert not [*tmp_path.iterdir()]


def test_a_file_that_cannot_be_written_is_told_in_words(tmp_path, project):
    """A folder in the place of the file: exit code 1 and its name, no traceback."""
    assert str(tmp_path) in run("schedule", project, "--to", tmp_path, exit_code=1)


def test_an_error_that_no_one_foresaw_is_not_hidden(project, monkeypatch):
    """A fault of pmtools or pandas keeps its traceback, so that it can be mended."""
    room = importlib.import_module("pmtools.schedule")
    monkeypatch.setattr(room, "schedule", lambda project: {}["of pandas"])
    with pytest.raises(KeyError, match="of pandas"):
        run("schedule", project, "--to", project / "dates.csv")


def test_schedule_writes_one_row_a_task_with_the_documented_columns(tmp_path, project):
    """Others can check our dates without reading our code."""
    run("schedule", project, "--to", tmp_path / "dates.csv")
    found = rows(tmp_path / "dates.csv")
    assert list(found[0]) == [
        "id", "early_start", "early_finish", "late_start", "late_finish",
        "total_float_hours", "free_float_hours", "is_critical",
    ]  # fmt: skip
    tasks = read_project(project).tasks
    assert [row["id"] for row in found] == list(tasks.loc[tasks["is_active"], "id"])


def test_earned_value_writes_one_row_a_status_date(tmp_path, project):
    """Each status date of the progress table is a row with the field's measures."""
    run("earned-value", project, "--to", tmp_path / "value.csv")
    found = rows(tmp_path / "value.csv")
    assert {"planned_value", "earned_value", "actual_cost", "earned_schedule_hours"} <= set(
        found[0]
    )
    assert len(found) == read_project(project).progress["status_date"].nunique()


def test_a_status_date_cuts_off_what_was_known_later(tmp_path, project):
    """An earlier status date gives an earlier report of the same project."""
    dates = sorted(read_project(project).progress["status_date"].unique())
    day = str(dates[2])[:10]
    run("earned-value", project, "--status-date", day, "--to", tmp_path / "value.csv")
    assert len(rows(tmp_path / "value.csv")) == 3


def test_baseline_approves_the_plan_and_keeps_the_earlier_ones(project):
    """The approved plan is added to baseline.csv; a used name is refused."""
    before = read_project(project).baseline
    approve = ["baseline", project, "--name", "approved-9", "--approved-by", "Board",
               "--approved-date", "2026-12-01"]  # fmt: skip
    run(*approve)
    after = read_project(project).baseline
    assert after.iloc[: len(before)].equals(before)
    assert "approved-9" in set(after["baseline"])
    assert "never overwritten" in run(*approve, exit_code=1)


@pytest.mark.parametrize("day", ["2026-02-30", "05/03/2026", "tomorrow"])
def test_a_baseline_is_approved_on_a_day(tmp_path, day):
    """A day that is none, or of two meanings, is misuse."""
    words = ["--name", "b9", "--approved-by", "Board", "--approved-date", day]
    run("baseline", tmp_path, *words, exit_code=2)


def test_history_says_that_there_is_none_yet(tmp_path):
    """A database that does not exist is not made by looking at it."""
    words = ["history", "list", "--database", tmp_path / "no.sqlite"]
    assert "does not exist" in run(*words, exit_code=5)
    assert not (tmp_path / "no.sqlite").exists()


@pytest.mark.slow
def test_a_week_that_is_reported_twice_is_recorded_once(tmp_path, project):
    """The second run of a week gives the same bytes and changes nothing in the history."""
    command = ["report", project, "--out", tmp_path / "out"]
    run(*command)
    first = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*.*")}
    run(*command)
    for path, content in first.items():
        if path.suffix in (".html", ".pdf", ".sqlite"):
            assert path.read_bytes() == content, path.name
    database = ["--database", tmp_path / "out" / "history.sqlite"]
    assert run("history", "list", *database).count("my-project") == 1
    told = run("history", "show", "my-project", *database)
    assert "estimate_at_completion" in told


def test_misuse_exits_with_2(tmp_path):
    """A missing file or option is told by the command itself."""
    run("check", tmp_path / "missing", exit_code=2)
    run("schedule", tmp_path, exit_code=2)


def readme_commands():
    text = (ROOT / "README.md").read_text()
    blocks = re.findall(r"```sh\n(.*?)```", text, re.S)
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("pmtools ")]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_command_of_the_readme_runs(tmp_path):
    """What the README tells a newcomer to type works in this order, in an empty folder."""
    commands = readme_commands()
    assert len(commands) >= 8
    program = [sys.executable, "-m", "pmtools.cli"]
    for command in commands:
        done = subprocess.run(
            [*program, *shlex.split(command)[1:]], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    reports = [path.stem for path in (tmp_path / "out").rglob("*.html")]
    named = {word for command in commands for word in re.findall(r"--notebook (\w+)", command)}
    assert sorted(reports) == sorted({*named, "weekly_report"})
    shutil.rmtree(tmp_path / "out")


def test_a_notebook_that_does_not_exist_is_told_with_those_that_do(tmp_path, project):
    """A mistyped name makes no report on another notebook."""
    command = ["report", project, "--out", tmp_path / "out", "--notebook", "shedule"]
    assert "scheduling, weekly_report" in run(*command, exit_code=1)


@pytest.mark.slow
def test_the_notebook_of_scheduling_is_reported_as_html_and_pdf(tmp_path, project):
    """Any notebook can be printed; only the weekly report remembers."""
    run("report", project, "--out", tmp_path / "out", "--notebook", "scheduling")
    made = {path.name for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert made == {"scheduling.html", "scheduling.pdf", "scheduling.ipynb"}


def test_calendar_writes_the_work_of_a_person_or_department(tmp_path, project):
    """For a mail to whoever must do it; a typing error is told, and nothing written."""
    mine, theirs = tmp_path / "mine.ics", tmp_path / "theirs.ics"
    assert "Wrote 10 entries" in run("calendar", project, "--person", "lan", "--to", mine)
    run("calendar", project, "--department", "Networks", "--to", theirs)
    assert b"X-WR-CALNAME:Networks" in theirs.read_bytes()
    assert mine.read_bytes().count(b"BEGIN:VEVENT") == 10
    wrong = tmp_path / "wrong.ics"
    said = run("calendar", project, "--person", "Nguyen Thi Lam", "--to", wrong, exit_code=1)
    assert 'nearest: "Nguyen Thi Lan"' in said and not wrong.exists()
