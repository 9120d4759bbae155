"""The command line: a thin skin over the same functions that the notebooks call.

Exit codes: 0 done; 1 the input is refused or has errors, or a file cannot be read or written;
2 the command was misused; 3 a notebook or child process failed; 4 something that is needed is not
installed; 5 the history cannot be used.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pmtools.errors import HistoryError, MissingExtra, PmtoolsError, ProblemsError

if TYPE_CHECKING:
    import pandas as pd

    from pmtools.history import History

WEEKLY = "weekly_report"
STARTERS = ("software-rollout", "hardware-installation", "network-upgrade")
SCHEDULE_COLUMNS = (
    "id", "early_start", "early_finish", "late_start", "late_finish",
    "total_float_hours", "free_float_hours", "is_critical",
)  # fmt: skip

_PROJECT = click.argument("project", type=click.Path(exists=True, path_type=Path))
_STATUS_DATE = click.option(
    "--status-date", metavar="YYYY-MM-DD", help="Day up to which facts count; default: the latest."
)

_TO_CSV = click.option(
    "--to", type=click.Path(path_type=Path), required=True, help="CSV file to write."
)


def _told(command: Callable[..., None]) -> Callable[..., None]:
    """Errors of ours, and of the file system, are told in plain words with their exit code."""

    @functools.wraps(command)
    def run(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except BrokenPipeError:
            raise  # click ends in silence, as is the custom where `head` has read enough
        except (PmtoolsError, OSError) as error:
            click.echo(str(error), err=True)
            codes = ((ProblemsError, 1), (OSError, 1), (MissingExtra, 4), (HistoryError, 5))
            sys.exit(next((code for kind, code in codes if isinstance(error, kind)), 3))

    return run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pmtools")
def main() -> None:
    """Will we make it, and if not, what do I change?"""


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--from", "starter", type=click.Choice(STARTERS), default=STARTERS[0])
@click.option("--xlsx", is_flag=True, help="One Excel workbook instead of a folder of CSV files.")
@_told
def new(folder: Path, starter: str, xlsx: bool) -> None:
    """Copy a starter project to FOLDER (with --xlsx: to FOLDER.xlsx)."""
    from pmtools.formats.starter import copy_starter

    click.echo(f"Made {copy_starter(starter, folder, as_workbook=xlsx)}.")


@main.command()
@_PROJECT
@click.option("--name", required=True, help="Name of the new baseline, not used before.")
@click.option("--approved-by", required=True, help="Who approved it.")
@click.option("--approved-date", required=True, type=click.DateTime(["%Y-%m-%d"]), help="When.")
@click.option("--change", "change_id", default="", help="Id of the change in the register for it.")
@click.option("--to", type=click.Path(path_type=Path), help="Default: PROJECT/baseline.csv.")
@_told
def baseline(project: Path, name: str, to: Path | None, **approval: Any) -> None:
    """Approve the plan as it stands as a baseline; the earlier ones are kept."""
    from pmtools.formats import read_project, write_table
    from pmtools.measure.baseline import approve
    from pmtools.schedule import schedule

    target = to or (project / "baseline.csv" if project.is_dir() else None)
    if target is None:
        raise click.UsageError("say where the baseline goes: --to baseline.csv")
    approved = approve(schedule(read_project(project)), name=name, **approval)
    write_table(approved, "baseline", target)
    click.echo(f'Baseline "{name}" of {project} is in {target}.')


@main.command()
@_PROJECT
@_STATUS_DATE
@click.option(
    "--accept-headings", is_flag=True, help="Confirm the proposed meaning of the columns."
)
@_told
def check(project: Path, status_date: str | None, accept_headings: bool) -> None:
    """Say what is wrong or doubtful in the data; exit code 1 where it has errors."""
    import pandas as pd

    from pmtools.check import check as check_project
    from pmtools.formats import propose_headings, read_weeks, save_headings

    if accept_headings:
        proposal = propose_headings(project)
        click.echo(f"{proposal}\nSaved in {save_headings(proposal)}.")
    *earlier, now = read_weeks(project, status_date)
    last_week = earlier[-1] if earlier else None
    findings = check_project(now, today=pd.Timestamp.today().normalize(), earlier=last_week)
    click.echo(str(findings))
    if findings.errors:
        sys.exit(1)


@main.command()
@_PROJECT
@_STATUS_DATE
@_TO_CSV
@_told
def schedule(project: Path, status_date: str | None, to: Path) -> None:
    """Write early and late dates and float, one row a task, to a CSV file."""
    from pmtools.formats import read_project
    from pmtools.schedule import schedule as schedule_project

    plan = schedule_project(read_project(project, status_date))
    _write_csv(plan.tasks[list(SCHEDULE_COLUMNS)], to)
    click.echo(f"{plan}\nWrote {len(plan.tasks)} tasks to {to}.")


@main.command("earned-value")
@_PROJECT
@_STATUS_DATE
@_TO_CSV
@_told
def earned_value(project: Path, status_date: str | None, to: Path) -> None:
    """Write planned value, earned value, cost and indices, one row a status date, to a CSV file."""
    from pmtools.formats import read_project
    from pmtools.measure.earned_value import earned_value as measure

    value = measure(read_project(project, status_date))
    _write_csv(value.by_date, to)
    click.echo(f"{value}\nWrote {len(value.by_date)} status dates to {to}.")


@main.command()
@_PROJECT
@_STATUS_DATE
@click.option("--person", default="", help="Name or id; without one: of everybody.")
@click.option("--department", default="", help="Name or id.")
@click.option("--to", type=click.Path(path_type=Path), required=True, help="File to write, .ics.")
@_told
def calendar(
    project: Path, status_date: str | None, person: str, department: str, to: Path
) -> None:
    """Write unfinished work and milestones as a calendar file for Outlook, Google or Apple."""
    from pmtools.formats import read_project
    from pmtools.formats.calendar_file import write_calendar
    from pmtools.measure.calendar_entries import calendar_of
    from pmtools.schedule import schedule

    plan = schedule(read_project(project, status_date))
    entries = calendar_of(plan, person=person, department=department)
    count = write_calendar(plan.project, entries, to, name=person or department)
    click.echo(f"Wrote {count} {'entry' if count == 1 else 'entries'} to {to}.")


@main.command()
@_PROJECT
@_STATUS_DATE
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True)
@click.option("--notebook", default=WEEKLY, show_default=True, help="Its name, or an .ipynb.")
@click.option("--history", help="Database URL or file; of those that record: OUT/history.sqlite.")
@click.option("--deadline", default=600, show_default=True, help="Seconds until it is given up.")
@_told
def report(
    project: Path,
    status_date: str | None,
    out: Path,
    notebook: str,
    history: str | None,
    deadline: int,
) -> None:
    """Run a notebook on PROJECT, the weekly report or another, and write it as HTML and PDF."""
    from pmtools.formats.cells import status_date_of
    from pmtools.report import report as run_report

    status_date_of(status_date)  # a bad day is told here, not after a kernel has started
    if notebook in (WEEKLY, "progress"):  # they remember each week
        history = history or str((out / "history.sqlite").resolve())
    files = run_report(
        project,
        status_date=status_date,
        out=out,
        history=history,
        notebook=notebook,
        deadline=deadline,
    )
    click.echo(f"HTML: {files.html}\nPDF:  {files.pdf}")


@main.group()
def history() -> None:
    """What was reported, week by week: figures, forecasts and the plan as it was known."""


_DATABASE = click.option(
    "--database", default="out/history.sqlite", show_default=True, help="URL or file."
)
_PROJECT_ID = click.argument("project_id", metavar="PROJECT")


@history.command("list")
@click.argument("project_id", metavar="[PROJECT]", required=False)
@_DATABASE
@_told
def list_weeks(project_id: str | None, database: str) -> None:
    """List the recorded weeks, of one project or of all."""
    columns = ["project_id", "status_date", "revision", "is_late", "has_plan", "recorded_at"]
    weeks = _known(database).weeks(project_id)[columns]
    _print_frame(weeks.assign(recorded_at=weeks["recorded_at"].dt.floor("min")))


@history.command()
@_PROJECT_ID
@_STATUS_DATE
@_DATABASE
@_told
def show(project_id: str, status_date: str | None, database: str) -> None:
    """Show a project as it was known: its tables, headline figures and milestones."""
    known = _known(database)
    project = known.project(project_id, status_date)
    click.echo(f"{project!r}\nStatus of {project.header.status_date:%d %b %Y}.")
    for figures in (known.metrics(project_id), known.milestones(project_id)):
        is_of_week = figures["status_date"] == project.header.status_date
        _print_frame(figures[is_of_week].drop(columns=["project_id", "status_date"]))


@history.command()
@_PROJECT_ID
@click.option("--from", "first", metavar="YYYY-MM-DD", help="Default: the week before the last.")
@click.option("--to", "last", metavar="YYYY-MM-DD", help="Default: the last week.")
@_DATABASE
@_told
def compare(project_id: str, first: str | None, last: str | None, database: str) -> None:
    """Say what changed between two recorded weeks, and why the finish moved."""
    from pmtools.measure.bridge import explain_finish
    from pmtools.measure.changes import changes
    from pmtools.tables import table_changes

    known = _known(database)
    after = known.project(project_id, last)
    day = after.header.status_date
    before = known.project(project_id, first or (day and day - timedelta(days=1)))
    found = changes(before, after)
    click.echo(f"{found}\n\n{table_changes(found.frame)}\n\n{explain_finish(before, after)}")


@history.command()
@_PROJECT_ID
@click.argument("to", type=click.Path(path_type=Path))
@_STATUS_DATE
@click.option("--figures", is_flag=True, help="The headline figures of all weeks, as CSV.")
@_DATABASE
@_told
def export(
    project_id: str, to: Path, status_date: str | None, figures: bool, database: str
) -> None:
    """Write a project as it was known to TO: a new folder, .xlsx, .xml or .xer."""
    from pmtools.formats import write_project

    known = _known(database)
    notes: tuple[str, ...] = ()
    if figures:
        _write_csv(known.metrics(project_id), to)
    else:
        notes = write_project(known.project(project_id, status_date), to)
    click.echo("\n".join([*notes, f"Wrote {to}."]))


@history.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--project-id", default="", help="One id for all plans; default: the files' own.")
@click.option(
    "--date-from-name", "date_format", default="YYYY-MM-DD", show_default=True,
    type=click.Choice(["YYYY-MM-DD", "DD.MM.YYYY", "MM/DD/YYYY"]),
    help="How names write the day, with any signs between, for files without a status date.",
)  # fmt: skip
@_DATABASE
@_told
def rebuild(folder: Path, project_id: str, date_format: str, database: str) -> None:
    """Record the old plans of FOLDER (.mpp, .xml, .xer, .xlsx, folders of CSV files) as weeks."""
    from pmtools.formats.plans import read_plans
    from pmtools.measure.record import record_plans

    plans = read_plans(folder, project_id=project_id, date_format=date_format)
    ids = []
    for name, what in record_plans(database, plans):
        if isinstance(what, PmtoolsError):
            click.echo(f"{name}: not recorded. {what}", err=True)
        else:
            click.echo(f"{name}: {what}")
            ids.append(what.project_id)
    n_projects = len(set(ids))
    click.echo(f"Recorded: {len(ids)} of {len(plans)} plans, of {n_projects} project(s).")
    if n_projects > 1:
        click.echo("If they are plans of one project, name it with --project-id.")
    if len(ids) < len(plans):
        sys.exit(1)


@main.command()
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@_told
def lab(arguments: tuple[str, ...]) -> None:
    """Open JupyterLab on the notebooks; ARGUMENTS (after --) are handed to it."""
    from pmtools.files import shipped

    folder = shipped("notebooks")
    command = [sys.executable, "-m", "jupyter", "lab", f"--notebook-dir={folder}", *arguments]
    os.execv(sys.executable, command)  # noqa: S606  the same interpreter, no shell


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    from pmtools.files import publish

    text = frame.to_csv(index=False, date_format="%Y-%m-%d %H:%M", lineterminator="\n")
    publish(path, text.encode())


def _known(database: str) -> History:
    from pmtools.history import History

    if "://" not in database and not Path(database).exists():
        raise HistoryError(f"history: {database} does not exist. Run `pmtools report` first.")
    return History(database)


def _print_frame(frame: pd.DataFrame) -> None:
    click.echo(frame.to_string(index=False) if len(frame) else "Nothing is recorded.")


if __name__ == "__main__":
    main()
