"""Validated once, at the door: what cannot be a project is refused, all problems together.

Doubtful but usable data are not refused here; `pmtools.check` flags them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pmtools.errors import Problem, ProjectError, nearest
from pmtools.project.schema import TABLES, Column, TableSchema

if TYPE_CHECKING:
    from pmtools.project import Project

EARLIEST, LATEST = pd.Timestamp("1980-01-01"), pd.Timestamp("2100-01-01")

REFUSED_REFERENCES = {
    ("tasks", "parent_id"),
    ("tasks", "calendar_id"),
    ("resources", "calendar_id"),
    ("calendars", "base_id"),
    ("exceptions", "calendar_id"),
    ("assignments", "task_id"),
    ("assignments", "resource_id"),
}
"""References without which no date can be computed. A link, cost or progress row may outlive
its task (the plan changed since); such rows are flagged by `check` and left out."""


def problems_of(project: Project) -> None:
    """Raise ProjectError with every reason why the tables cannot describe a project."""
    problems = list(_header_problems(project))
    for name, schema in TABLES.items():
        frame = getattr(project, name)
        for column in schema.columns:
            problems += _column_problems(project, name, frame, column)
        problems += _duplicates(project, schema, frame)
    problems += _references(project)
    problems += _order(project, "progress", "actual_start", "actual_finish")
    problems += _order(project, "baseline", "start", "finish")
    problems += _self_links(project)
    problems += _parent_loops(project)
    if problems:
        raise ProjectError(problems)


def _header_problems(project: Project) -> Iterator[Problem]:
    header, place = project.header, project.place("header", 0).split(", row")[0]
    for name in ("id", "name"):
        if not getattr(header, name):
            yield Problem(
                place, f"the project has no {name}", remedy=f"Give it one in field {name}."
            )
    for name in ("start", "status_date", "deadline"):
        value = getattr(header, name)
        if value is None and name != "start":
            continue
        if value is None or pd.isna(value) or not EARLIEST <= value <= LATEST:
            yield Problem(
                place, f"{name} is {value}", "a day from 1980 to 2100", "Correct the date."
            )
    if not header.hours_per_day > 0 or header.hours_per_day > 24:
        yield Problem(place, f"hours_per_day is {header.hours_per_day}", "more than 0, at most 24")
    known = set(project.calendars["id"])
    if header.calendar_id and header.calendar_id not in known:
        yield Problem(
            place,
            f'calendar "{header.calendar_id}" is not in table "calendars"',
            remedy=f"Add it or correct the id{nearest(header.calendar_id, sorted(known))}.",
        )


def _column_problems(
    project: Project, table: str, frame: pd.DataFrame, column: Column
) -> Iterator[Problem]:
    values = frame[column.name]
    if column.required:
        empty = values.isna() | (values.astype("str") == "")
        for position in np.flatnonzero(empty):
            yield Problem(
                project.place(table, position),
                f"{column.name} is empty",
                column.help,
                "Fill it in.",
            )
    if column.choices:
        allowed = {*column.choices, ""}
        for position in np.flatnonzero(~values.isin(allowed)):
            word = values.iloc[position]
            yield Problem(
                project.place(table, position),
                f'{column.name} is "{word}"',
                f"one of {', '.join(c for c in column.choices if c)}",
                f"Correct it{nearest(word, column.choices)}.",
            )
    if column.kind == "number":
        low = -np.inf if column.minimum is None else column.minimum
        high = np.inf if column.maximum is None else column.maximum
        bad = values.notna() & ~(values.between(low, high) & np.isfinite(values))
        for position in np.flatnonzero(bad):
            yield Problem(
                project.place(table, position),
                f"{column.name} is {values.iloc[position]:g}",
                _range(column),
                "Correct the number.",
            )
    if column.kind in ("day", "start", "finish"):
        bad = values.notna() & ~values.between(EARLIEST, LATEST)
        for position in np.flatnonzero(bad):
            yield Problem(
                project.place(table, position),
                f"{column.name} is {values.iloc[position]:%Y-%m-%d}",
                "a day from 1980 to 2100",
                "Correct the date.",
            )


def _range(column: Column) -> str:
    if column.maximum is None:
        return "a finite number" if column.minimum is None else f"at least {column.minimum:g}"
    low = "" if column.minimum is None else f"from {column.minimum:g} "
    return f"a number {low}to {column.maximum:g}"


def _duplicates(project: Project, schema: TableSchema, frame: pd.DataFrame) -> Iterator[Problem]:
    if not schema.key:
        return
    keys = list(schema.key)
    first: dict[tuple[object, ...], int] = {}
    repeated = frame.duplicated(keys, keep=False).to_numpy()
    for position in np.flatnonzero(repeated):
        key = tuple(str(frame[k].iloc[position]) for k in keys)
        if key not in first:
            first[key] = int(position)
            continue
        what = " and ".join(f'{k} "{v}"' for k, v in zip(keys, key, strict=True))
        yield Problem(
            project.place(schema.name, position),
            f"{what} stands already in {project.place(schema.name, first[key])}",
            "each only once",
            "Remove one of the rows or give it another id.",
        )


def _references(project: Project) -> Iterator[Problem]:
    for table, name in sorted(REFUSED_REFERENCES):
        frame = getattr(project, table)
        target = TABLES[table].column(name).refers_to
        known = getattr(project, target)["id"]
        bad = (frame[name] != "") & ~frame[name].isin(known)
        for position in np.flatnonzero(bad):
            word = frame[name].iloc[position]
            yield Problem(
                project.place(table, position),
                f'{name} "{word}" is not in table "{target}"',
                remedy=f"Add it there or correct it{nearest(word, list(known.unique()))}.",
            )


def _order(project: Project, table: str, start: str, finish: str) -> Iterator[Problem]:
    frame = getattr(project, table)
    for position in np.flatnonzero(frame[finish] < frame[start]):
        row = frame.iloc[position]
        yield Problem(
            project.place(table, position),
            f'task "{row["task_id"]}": {finish} {row[finish]:%Y-%m-%d %H:%M} is before '
            f"{start} {row[start]:%Y-%m-%d %H:%M}",
            remedy="Correct one of the two dates.",
        )


def _self_links(project: Project) -> Iterator[Problem]:
    links = project.links
    for position in np.flatnonzero(
        (links["predecessor_id"] == links["successor_id"]) & (links["predecessor_id"] != "")
    ):
        word = links["predecessor_id"].iloc[position]
        yield Problem(
            project.place("links", position),
            f'task "{word}" is its own predecessor',
            remedy="Remove the link.",
        )


def _parent_loops(project: Project) -> Iterator[Problem]:
    tasks = project.tasks
    parent = dict(zip(tasks["id"], tasks["parent_id"], strict=True))
    settled: set[str] = {""}
    for position, start in enumerate(tasks["id"]):
        path: list[str] = []
        here = start
        while here not in settled and here not in path:
            path.append(here)
            here = parent.get(here, "")
        if here in path and here not in settled:
            loop = " > ".join([*path[path.index(here) :], here])
            yield Problem(
                project.place("tasks", position),
                f"parent_id runs in a circle: {loop}",
                remedy="Give one of these tasks another parent.",
            )
        settled.update(path)
