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
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pmtools.errors import HistoryError, MissingExtra, PmtoolsError, ProblemsError

if TYPE_CHECKING:
    import pandas as pd

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


@main.command()
@click.argument("project_id", required=False)
@click.option("--database", default="out/history.sqlite", show_default=True, help="URL or file.")
@_told
def history(project_id: str | None, database: str) -> None:
    """List the recorded weeks; with PROJECT_ID, its milestones and headline figures too."""
    from pmtools.history import History

    if "://" not in database and not Path(database).exists():
        raise HistoryError(f"history: {database} does not exist. Run `pmtools report` first.")
    known = History(database)
    _print_frame(known.weeks(project_id)[["project_id", "status_date", "revision", "input_hash"]])
    if project_id is not None:
        for figures in (known.metrics(project_id), known.milestones(project_id)):
            _print_frame(figures.drop(columns="project_id"))


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


def _print_frame(frame: pd.DataFrame) -> None:
    click.echo(frame.to_string(index=False) if len(frame) else "Nothing is recorded.")


if __name__ == "__main__":
    main()
