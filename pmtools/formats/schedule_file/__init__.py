"""Files of scheduling tools: Microsoft Project and Primavera P6, through MPXJ.

A file of others is parsed in a child process of its own, under a deadline.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from pmtools.errors import ProcessError
from pmtools.formats.schedule_file.counts import refusal
from pmtools.formats.schedule_file.reading import read_rows
from pmtools.process import run_limited
from pmtools.project import Header, Project, Source

__all__ = ["read_schedule_file", "read_schedule_files"]


def read_schedule_file(path: str | Path, *, seconds: float = 30) -> Project:
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


def read_schedule_files(paths: Iterable[str | Path], *, seconds: float = 30) -> tuple[Project, ...]:
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
