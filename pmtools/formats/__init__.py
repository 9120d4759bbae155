"""Foreign formats <-> Project: the only place that knows them, reading and writing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from pmtools.errors import Problem, SourceError
from pmtools.formats.cells import status_date_of
from pmtools.formats.folder import Contents, read_folder, write_folder, write_table
from pmtools.formats.headings import Proposal, mapping_path, save_headings
from pmtools.formats.rows import Rows, Tables, project_of
from pmtools.formats.sources import propose_headings, read_files
from pmtools.formats.text_file import refused
from pmtools.formats.work_items import WorkItems, spread_tasks
from pmtools.formats.workbook import write_workbook
from pmtools.project import Project
from pmtools.project.validation import EARLIEST

__all__ = [
    "Proposal",
    "WorkItems",
    "propose_headings",
    "read_project",
    "read_weeks",
    "read_work_items",
    "save_headings",
    "write_project",
    "write_table",
]


def read_project(path: str | Path, status_date: str | date | None = None) -> Project:
    """Read a project from a folder, a workbook, a task list or a schedule file.

    Parameters
    ----------
    path
        What it is, is seen from its content, not from its name.
    status_date
        Gives the project as it was planned and known on that day (its end, where no time is
        said). Without it: the project as it is now, with the status date of its header, else the
        date of its last progress.

    Raises
    ------
    SourceError, ProjectError
        With every problem found: place, what was found and expected, remedy.
    """
    on = status_date_of(status_date)
    return _on(_opened(path, on), on)


def read_weeks(path: str | Path, status_date: str | date | None = None) -> tuple[Project, ...]:
    """Read the project as it was known on each status date up to the given one, oldest first.

    The last is what `read_project` gives; the status dates are those of progress and of schedule
    files.

    Raises
    ------
    SourceError, ProjectError
        As `read_project` does.
    """
    on = status_date_of(status_date)
    contents = _opened(path, on)
    last = _on(contents, on)
    until = last.header.status_date
    dates = sorted({*last.progress["status_date"], *(on for on, _ in contents.plans if on)})
    before = [on for on in dates if until is not None and on.normalize() < until.normalize()]
    return (*(_on(contents, on) for on in before), last)


def read_work_items(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    states: Mapping[str, str] | None = None,
    timezone: str = "UTC",
    date_format: str = "YYYY-MM-DD",
) -> WorkItems:
    """Read the work items of a team: Jira (CSV, REST JSON), Azure DevOps (CSV), any CSV or Excel.

    Put them into a project with `project.replace(work_items=..., transitions=...)`; or read the
    same file with `read_project`, where each epic (else each team) is a task.

    Parameters
    ----------
    columns
        Our column -> its heading, such as {"id": "Key", "finished": "Closed on"}. Ours are id,
        team, kind, title, task_id, created, started, finished, state, category, changed; of JSON,
        fields such as {"team": "customfield_10001"}. Headings of Jira and Azure are known.
    states
        What the team's states mean, such as {"In review": "waiting"}: to_do, active, waiting, done.
    timezone
        Of the project: times with an offset become its local time.
    date_format
        How days are written, such as DD/MM/YYYY.

    Raises
    ------
    SourceError, ProjectError
        With every problem: a heading, a day, a state that cannot be read, a finish before the
        start, an export cut short.
    """
    source, declared = Path(path), {"timezone": timezone, "date_format": date_format}
    if not source.is_file():
        raise refused(str(path), "there is no such file", "", "Correct the path.")
    tables = read_files(
        [(source, source.name)], source.name, declared, role="alone",
        columns=columns or {}, states=states,
    )  # fmt: skip
    tables.header = {"id": source.stem, "name": source.stem, "start": EARLIEST, **tables.header}
    tables.rows["tasks"] = Rows(source.name)
    project = project_of(tables)
    return WorkItems(project.work_items, project.transitions, project.notes)


def _on(contents: Contents, status_date: pd.Timestamp | None) -> Project:
    project = contents.project(status_date)
    if status_date is not None:
        return project.known_on(status_date)
    if project.header.status_date is None and len(project.progress):
        last = project.progress["status_date"].max()
        return project.replace(header=replace(project.header, status_date=last))
    return project


def write_project(
    project: Project, path: str | Path, *, dates: pd.DataFrame | None = None
) -> tuple[str, ...]:
    """Write a project where the name says: a new folder, `.xlsx`, `.xml` (MSPDI) or `.xer`.

    Reading it again gives an equal Project. What a format cannot hold is returned as notes, e.g.
    control characters that were removed.

    Parameters
    ----------
    dates
        `Schedule.tasks` of this project: the tools show these dates without scheduling first, and
        levelling delays, which Primavera does not know, are held by them.

    Raises
    ------
    SourceError
        Where the folder is not empty, or the kind of file cannot be written.
    """
    target = Path(path)
    kind = target.suffix.lower()
    if kind == ".xlsx":
        return write_workbook(project, target)
    if kind in (".xml", ".xer"):
        from pmtools.formats.schedule_file import write_schedule_file

        return write_schedule_file(project, target, dates=dates)
    if kind:
        remedy = "Give a name without ending for a folder of CSV files."
        raise refused(str(path), f"{kind} cannot be written", ".xlsx, .xml, .xer", remedy)
    return write_folder(project, target)


def _opened(path: str | Path, until: pd.Timestamp | None) -> Contents:
    if re.match(r"\w{2,}:", str(path)):
        remedy = "Download it first, and give its path."
        raise refused(str(path), "this is an address, not a file", "", remedy)
    source = Path(path)
    if source.is_dir():
        return read_folder(source, until)
    if not source.is_file():
        raise refused(str(path), "there is no such file or folder", "", "Correct the path.")
    if _is_schedule(source):
        from pmtools.formats.schedule_file import read_schedule_file

        project = read_schedule_file(source)
        return Contents(source, plans=[(None, project)])
    return Contents(source, _alone(source, until))


def _is_schedule(file: Path) -> bool:
    """Whether the content begins as a schedule file does; refuses what cannot be read at all."""
    with file.open("rb") as stream:
        head = stream.read(4096)
    if not head.strip():
        raise refused(file.name, "the file is empty", "", "Export it again.")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        if file.suffix.lower() in (".xls", ".xlsx", ".xlsm"):
            remedy = "Save it in Excel as .xlsx without a password."
            raise refused(file.name, "an old or locked workbook", "an .xlsx file", remedy)
        return True
    if head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8")):
        raise refused(file.name, "a picture or PDF", "a schedule file, .xlsx or .csv")
    return bool(re.match(rb"\s*(\xef\xbb\xbf)?\s*<|ERMHDR|\"?MPX\"?[^A-Za-z0-9]", head))


def _alone(file: Path, until: pd.Timestamp | None) -> Tables:
    tables = read_files([(file, file.name)], file.name, {}, role="alone", until=until)
    if not tables.rows:
        raise SourceError(tables.problems)
    named = {"id": file.stem, "name": re.sub(r"[_-]+", " ", file.stem)}
    tables.header = {**named, **tables.header}
    if "work_items" in tables.rows and "tasks" not in tables.rows:
        spread_tasks(tables, until)
    is_told = any(problem.found.startswith("start ") for problem in tables.problems)
    if "start" not in tables.header and not is_told:
        remedy = (
            'Write a column Start, a sheet "project" (headings field, value) with the field '
            f"start, or `project: {{start: 2026-01-05}}` in {mapping_path(file).name}."
        )
        found = "it does not say when the project starts"
        tables.problems.append(Problem(tables.header_place, found, "a day", remedy))
    return tables
