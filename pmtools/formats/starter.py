"""The starter projects that come with pmtools, copied to be made one's own."""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import replace
from pathlib import Path

from pmtools.files import shipped
from pmtools.formats import read_project, write_project
from pmtools.formats.text_file import csv_bytes, refused


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
        raise refused(str(target), "it exists already", remedy="Choose another name.")
    if as_workbook:
        project = read_project(source)
        header = replace(project.header, id=target.stem)
        write_project(project.replace(header=header), target)
    else:
        shutil.copytree(source, target)
        file = target / "project.csv"
        rows = csv.reader(io.StringIO(file.read_text(encoding="utf-8")))
        file.write_bytes(csv_bytes([r[0], target.name] if r[:1] == ["id"] else r for r in rows))
    return target
