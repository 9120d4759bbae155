"""Our own layout, in CSV as in Excel: a sheet `project` of fields, and one sheet a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pmtools.project import HEADER, TABLES, Column, Project

HEADING = Column("heading", "text", "")
Line = list[tuple[Column, Any]]
"""A row to be written: each value with the column that says how."""


def sheets_of(project: Project) -> Iterator[tuple[str, list[Line]]]:
    """The sheets of a project by name, without the empty ones (`tasks` is always there)."""
    fields: list[Line] = [
        [(HEADING, column.name), (column, getattr(project.header, column.name))]
        for column in HEADER
    ]
    yield "project", [[(HEADING, "field"), (HEADING, "value")], *fields]
    for name, frame in project.tables.items():
        if len(frame) or name == "tasks":
            yield name, lines_of(project, name)


def lines_of(project: Project, table: str) -> list[Line]:
    """The headings of a table and its rows."""
    columns = TABLES[table].columns
    rows = getattr(project, table).itertuples(index=False, name=None)
    lines = [[*zip(columns, row, strict=True)] for row in rows]
    return [[(HEADING, column.name) for column in columns], *lines]
