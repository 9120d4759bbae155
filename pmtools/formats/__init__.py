"""Foreign formats <-> Project: the only place that knows them, reading and writing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from pmtools.formats.cells import status_date_of
from pmtools.formats.folder import Contents, read_folder, write_folder
from pmtools.formats.text_file import refused
from pmtools.formats.workbook import read_workbook, write_workbook
from pmtools.project import Project

__all__ = ["read_project", "read_weeks", "write_project"]


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
    return _on(_opened(Path(path)), status_date_of(status_date))


def read_weeks(path: str | Path, status_date: str | date | None = None) -> tuple[Project, ...]:
    """Read the project as it was known on each status date up to the given one, oldest first.

    The last is what `read_project` gives; the status dates are those of progress and of schedule
    files.

    Raises
    ------
    SourceError, ProjectError
        As `read_project` does.
    """
    contents = _opened(Path(path))
    last = _on(contents, status_date_of(status_date))
    until = last.header.status_date
    dates = sorted({*last.progress["status_date"], *(on for on, _ in contents.plans if on)})
    before = [on for on in dates if until is not None and on.normalize() < until.normalize()]
    return (*(_on(contents, on) for on in before), last)


def _on(contents: Contents, status_date: pd.Timestamp | None) -> Project:
    project = contents.project(status_date)
    if status_date is not None:
        return project.known_on(status_date)
    if project.header.status_date is None and len(project.progress):
        last = project.progress["status_date"].max()
        return project.replace(header=replace(project.header, status_date=last))
    return project


def write_project(project: Project, path: str | Path) -> tuple[str, ...]:
    """Write a project where the name says: a new folder, `.xlsx`, `.xml` (MSPDI) or `.xer`.

    Reading it again gives an equal Project. What a format cannot hold is returned as notes, e.g.
    control characters that were removed.

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

        write_schedule_file(project, target)
        return ()
    if kind:
        remedy = "Give a name without ending for a folder of CSV files."
        raise refused(str(path), f"{kind} cannot be written", ".xlsx, .xml, .xer", remedy)
    return write_folder(project, target)


def _opened(path: Path) -> Contents:
    if path.is_dir():
        return read_folder(path)
    with path.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith(b"PK\x03\x04"):
        return Contents(path, read_workbook(path, path.name))
    raise refused(path.name, "unknown")
