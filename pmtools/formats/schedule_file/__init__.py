"""Files of scheduling tools: Microsoft Project and Primavera P6, through MPXJ.

A file of others is parsed in a child process of its own, under a deadline.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from pmtools.errors import ProcessError
from pmtools.files import publish
from pmtools.formats.schedule_file.primavera import as_primavera
from pmtools.formats.schedule_file.reading import read_rows
from pmtools.formats.schedule_file.records import refusal
from pmtools.formats.schedule_file.writing import write_plans
from pmtools.process import run_limited
from pmtools.project import Header, Project, Source

__all__ = [
    "read_schedule_file",
    "read_schedule_files",
    "write_schedule_file",
    "write_schedule_files",
]


def read_schedule_file(path: str | Path, *, seconds: float = 60) -> Project:
    """Read a plan of Microsoft Project (.mpp, .xml, .mpx) or Primavera P6 (.xer, .xml).

    The type is found by the content, not by the name. Ids are the source's unique ids as text.
    A file with progress but without a status date gets the latest instant for which it knows
    progress; `project.sources["header"]` says so.

    Raises
    ------
    SourceError
        Where the file is empty, damaged, of another type, holds several projects, a document
        type, or more rows than MPXJ returns; or where reading takes longer than `seconds`.
    ProjectError
        Where its rows cannot describe a project.
    MissingExtra
        Without MPXJ or Java; says what to install.
    """
    return read_schedule_files([path], seconds=seconds)[0]


def read_schedule_files(paths: Iterable[str | Path], *, seconds: float = 60) -> tuple[Project, ...]:
    """Read several files with one start of Java, which takes about a second each time."""
    files = [Path(path).absolute() for path in paths]
    try:
        contents = run_limited(read_rows, [str(file) for file in files], seconds=seconds)
    except ProcessError as error:
        raise refusal(files[0], f"reading failed: {str(error).splitlines()[0]}") from error
    return tuple(_project(file, content) for file, content in zip(files, contents, strict=True))


def _project(path: Path, content: dict[str, Any]) -> Project:
    sources = {name: Source(f"{path.name}, {name}") for name in content["tables"]}
    sources["tasks"] = Source(f"{path.name}, tasks", tuple(content["task_numbers"]))
    note = f" ({content['note']})" if content["note"] else ""
    sources["header"] = Source(f"{path.name}{note}")
    header = {
        name: pd.Timestamp(value) if isinstance(value, dt.datetime) else value
        for name, value in content["header"].items()
    }
    return Project(Header(**header), **content["tables"], sources=sources)


def write_schedule_file(
    project: Project, path: str | Path, *, dates: pd.DataFrame | None = None, seconds: float = 60
) -> tuple[str, ...]:
    """Write a plan as Microsoft Project XML (`.xml`) or as a Primavera P6 export (`.xer`).

    Reading it again gives the same tasks, links, resources, rates, availability, assignments,
    calendars, last progress, and in XML baseline and actual cost. Our columns that the formats
    lack (control account, owner, department, earning rule, ids that are no whole numbers) are
    kept in custom text fields named `pmtools ...`.

    Neither format holds: goals, estimates, milestones inside tasks, register, deliverables,
    stakeholders, responsibilities, timesheets; bill rates; committed cost; progress of earlier
    status dates; earlier baselines; ids of calendars and names of departments without people.
    Calendars are the same by content. An empty `work_hours` comes back as units x duration. XML
    calls a project by its file name. XER also lacks baseline, actual cost, fixed cost,
    lags that are elapsed or in percent, day-and-night durations, and levelling delays: with
    `dates` (`Schedule.tasks`) these tasks start no earlier than there.

    Returns
    -------
    tuple of str
        What stood in the project and could not be held.

    Raises
    ------
    SourceError
        Where the name ends in neither, or writing fails.
    MissingExtra
        Without MPXJ or Java.
    """
    return write_schedule_files([(project, path, dates)], seconds=seconds)[0]


def write_schedule_files(
    plans: Iterable[tuple[Project, str | Path, pd.DataFrame | None]], *, seconds: float = 60
) -> tuple[tuple[str, ...], ...]:
    """Write several plans with their dates by one start of Java: all of them, or none."""
    targets = [(project, Path(path), dates) for project, path, dates in plans]
    for _, path, _ in targets:
        if path.suffix not in (".xml", ".xer"):
            raise refusal(path, f'"{path.suffix}" is no schedule file we write', ".xml or .xer")
    with tempfile.TemporaryDirectory(prefix="pmtools-") as folder:
        drafts = [Path(folder, f"{i}{path.suffix}") for i, (_, path, _) in enumerate(targets)]
        told, jobs = [], []
        for (project, path, dates), draft in zip(targets, drafts, strict=True):
            said: tuple[str, ...] = ()
            if path.suffix == ".xer" and dates is not None:
                project, said = as_primavera(project, dates)
            told.append(said)
            jobs.append((*_plain_tables(project, dates), str(draft)))
        try:
            notes = run_limited(write_plans, jobs, seconds=seconds)
        except ProcessError as error:
            words = f"writing failed: {str(error).splitlines()[0]}"
            raise refusal(targets[0][1], words) from error
        for (_, path, _), draft in zip(targets, drafts, strict=True):
            publish(path, draft.read_bytes())
    return tuple((*said, *noted) for said, noted in zip(told, notes, strict=True))


def _plain_tables(
    project: Project, dates: pd.DataFrame | None
) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    tables = {name: _rows(frame) for name, frame in project.tables.items()}
    tables["dates"] = [] if dates is None else _rows(dates)
    tables["all_progress"] = tables["progress"]
    tables["progress"] = _rows(project.latest_progress())
    tables["baseline"] = _rows(_last_baseline(project.baseline))
    return {name: _plain(value) for name, value in vars(project.header).items()}, tables


def _last_baseline(baseline: pd.DataFrame) -> pd.DataFrame:
    ordered = baseline.sort_values("approved_date", na_position="first", kind="stable")
    return ordered[ordered["baseline"] == ordered["baseline"].iloc[-1]] if len(ordered) else ordered


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    columns = [map(_plain, frame[name].tolist()) for name in frame]
    return [dict(zip(frame, cells, strict=True)) for cells in zip(*columns, strict=True)]


def _plain(value: Any) -> Any:
    """Python's own types, None for what is missing: the child does without pandas."""
    if value is None or value is pd.NaT or value != value:
        return None
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
