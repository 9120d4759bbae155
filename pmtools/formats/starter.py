"""The starter projects that come with pmtools, copied to be made one's own."""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import replace
from pathlib import Path

from pmtools.errors import Problem, SourceError
from pmtools.files import shipped


def copy_starter(starter: str, target: Path, *, as_workbook: bool = False) -> Path:
    """Copy a starter project to a new folder, or to one Excel workbook.

    The copy gets the name of its folder as project id; everything else is as in the starter.

    Raises
    ------
    SourceError
        Where the target exists already: nothing is overwritten.
    """
    source = shipped("templates") / "projects" / starter
    target = target.with_suffix(".xlsx") if as_workbook else target
    if target.exists():
        raise SourceError(
            [Problem(str(target), "it exists already", remedy="Choose another name.")]
        )
    if as_workbook:
        from pmtools.formats import read_project, write_project

        project = read_project(source)
        header = replace(project.header, id=target.stem)
        write_project(project.replace(header=header), target)
        return target
    shutil.copytree(source, target)
    _name(target / "project.csv", target.name)
    return target


def _name(header: Path, project_id: str) -> None:
    rows = list(csv.reader(io.StringIO(header.read_text(encoding="utf-8"))))
    text = io.StringIO()
    named = [[row[0], project_id] if row[:1] == ["id"] else row for row in rows]
    csv.writer(text, lineterminator="\n").writerows(named)
    header.write_text(text.getvalue(), encoding="utf-8")
