"""Validated once, at the door: what cannot be a project is refused, all problems together.

Doubtful but usable data are not refused here; `pmtools.check` flags them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pmtools.errors import Problem, ProjectError, nearest
from pmtools.project.schema import HEADER, TABLES, Column

if TYPE_CHECKING:
    from pmtools.project import Project

EARLIEST, LATEST = pd.Timestamp("1980-01-01"), pd.Timestamp("2100-01-01")
LARGEST = np.finfo("float64").max
CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00|")
DATES = ("day", "start", "finish")
SUGGESTED = 20

REFUSED_REFERENCES = (
    ("assignments", "resource_id"),
    ("assignments", "task_id"),
    ("calendars", "base_id"),
    ("exceptions", "calendar_id"),
    ("resources", "calendar_id"),
    ("tasks", "calendar_id"),
    ("tasks", "parent_id"),
)
"""References without which no date can be computed. A link, cost or progress row may outlive
its task (the plan changed since); such rows are flagged by `check` and left out."""

ORDERED = (
    ("progress", "actual_start", "actual_finish"),
    ("baseline", "start", "finish"),
    ("exceptions", "from", "to"),
    ("availability", "from", "to"),
)


def refuse_problems(project: Project, known: Iterable[Problem], changed: Collection[str]) -> None:
    """Raise ProjectError with every reason why the tables cannot describe a project.

    `known` are the problems that came up while the tables were made; a value that was of the
    wrong kind is not reported again as missing. Only `changed` tables are looked at cell by cell.
    """
    problems = [*known]
    told = {_value_of(problem) for problem in problems}
    problems += (p for p in _problems(project, changed) if _value_of(p) not in told)
    if problems:
        raise ProjectError(problems)


def unknown_references(
    project: Project, table: str, column: Column
) -> Iterator[tuple[int, str, str]]:
    """Each id that the table it refers to does not have: its row, itself, and the nearest one."""
    known = getattr(project, column.refers_to)["id"].to_list()
    there = {"", *known}
    cells: Iterable[Any] = enumerate(getattr(project, table)[column.name].to_list())
    if column.kind == "ids":
        cells = ((row, word.strip()) for row, cell in cells for word in cell.split(";"))
    near: dict[str, str] = {}
    for row, word in cells:
        if word not in there:
            if word not in near:
                # Looking for a near word is slow, so only the first few get one.
                near[word] = nearest(word, known) if len(near) < SUGGESTED else ""
            yield row, word, near[word]


def _value_of(problem: Problem) -> tuple[str, str]:
    return problem.place, problem.found.partition(" is ")[0]


def _problems(project: Project, changed: Collection[str]) -> Iterator[Problem]:
    yield from _header_problems(project)
    for name, schema in TABLES.items():
        if name in changed and len(getattr(project, name)):
            for column in schema.columns:
                yield from _column_problems(project, name, column)
            yield from _duplicates(project, name, schema.key)
    yield from _references(project)
    for table, first, last in ORDERED:
        if table in changed:
            yield from _order(project, table, first, last)
    if "links" in changed:
        yield from _self_links(project)
    yield from _circles(project, "tasks", "parent_id")
    yield from _circles(project, "calendars", "base_id")


def _header_problems(project: Project) -> Iterator[Problem]:
    header, place = project.header, project.place("header")
    for column in HEADER:
        value = getattr(header, column.name)
        if value is None or value == "":
            if column.required:
                found = f"the project has no {column.name}"
                yield Problem(place, found, column.help, f"Fill in field {column.name}.")
        elif not _holds(column, value):
            said = repr(value) if column.kind == "number" else f'"{value}"'
            found = f"{column.name} is {said}"
            yield Problem(place, found, _expected(column), f"Correct field {column.name}.")
    known = project.calendars["id"].unique().tolist()
    if header.calendar_id and header.calendar_id not in known:
        found = f'calendar "{header.calendar_id}" is not in table "calendars"'
        remedy = f"Add it or correct the id{nearest(header.calendar_id, known)}."
        yield Problem(place, found, remedy=remedy)


def _holds(column: Column, value: Any) -> bool:
    low, high = _limits(column)
    if column.kind in DATES:
        return isinstance(value, pd.Timestamp) and value.tz is None and low <= value <= high
    if column.kind == "number":
        is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        return is_number and low <= value <= high
    return isinstance(value, str) and (not column.choices or value in column.choices)


def _limits(column: Column) -> tuple[Any, Any]:
    if column.kind in DATES:
        return EARLIEST, LATEST
    low = -LARGEST if column.minimum is None else column.minimum
    return low, LARGEST if column.maximum is None else column.maximum


def _expected(column: Column) -> str:
    """What a value of the column must be, in words."""
    if column.choices:
        return f"one of {', '.join(choice for choice in column.choices if choice)}"
    if column.kind in DATES:
        return "a day from 1980 to 2100"
    if column.kind != "number":
        return "a time like 08:00, at most 24:00" if column.kind == "time" else "text"
    if column.maximum is None:
        return "a finite number" if column.minimum is None else f"at least {column.minimum:g}"
    low = "" if column.minimum is None else f"from {column.minimum:g} "
    return f"a number {low}to {column.maximum:g}"


def _column_problems(project: Project, table: str, column: Column) -> Iterator[Problem]:
    values = getattr(project, table)[column.name]
    for position in np.flatnonzero(_is_empty(values, column)) if column.required else ():
        place = project.place(table, position)
        yield Problem(place, f"{column.name} is empty", column.help, "Fill it in.")
    for position in np.flatnonzero(_is_not_allowed(values, column)):
        word = _written(values.iloc[position])
        near = nearest(word, column.choices) if column.choices else ""
        said = word if column.kind == "number" else f'"{word}"'
        place, found = project.place(table, position), f"{column.name} is {said}"
        yield Problem(place, found, _expected(column), f"Correct it{near}.")


def _is_empty(values: pd.Series, column: Column) -> Any:
    if column.kind in ("text", "id"):
        return [not text.strip() for text in values.to_list()]
    return values.isna()


def _is_not_allowed(values: pd.Series, column: Column) -> Any:
    if column.kind == "number" or column.kind in DATES:
        low, high = np.array(_limits(column), dtype=values.dtype)
        array = values.to_numpy()
        return (array < low) | (array > high)
    if column.choices:
        allowed = {*column.choices, ""}
        return [text not in allowed for text in values.to_list()]
    if column.kind == "time":
        return [not CLOCK.fullmatch(text) for text in values.to_list()]
    return False


def _written(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M}".removesuffix(" 00:00")
    return f"{value:g}" if isinstance(value, float) else "" if pd.isna(value) else str(value)


def _duplicates(project: Project, table: str, key: tuple[str, ...]) -> Iterator[Problem]:
    frame = getattr(project, table)
    again = np.flatnonzero(frame.duplicated([*key])) if key else ()
    if not len(again):
        return
    rows = pd.Series(range(len(frame)))
    first = rows.groupby([frame[name] for name in key], dropna=False).transform("first")
    for position in again:
        what = " and ".join(f'{name} "{_written(frame[name].iat[position])}"' for name in key)
        yield Problem(
            project.place(table, position),
            f"{what} is already in {project.place(table, first[position])}",
            "each only once",
            "Remove one of the rows or give it another id.",
        )


def _references(project: Project) -> Iterator[Problem]:
    for table, name in REFUSED_REFERENCES:
        column = TABLES[table].column(name)
        for position, word, near in unknown_references(project, table, column):
            found = f'{name} "{word}" is not in table "{column.refers_to}"'
            remedy = f"Add it there or correct it{near}."
            yield Problem(project.place(table, position), found, remedy=remedy)


def _order(project: Project, table: str, start: str, finish: str) -> Iterator[Problem]:
    frame = getattr(project, table)
    for position in np.flatnonzero(frame[finish] < frame[start]):
        row = frame.iloc[position]
        whose = f'task "{row["task_id"]}": ' if "task_id" in frame else ""
        dates = f"{finish} {_written(row[finish])} is before {start} {_written(row[start])}"
        remedy = "Correct one of the two dates."
        yield Problem(project.place(table, position), f"{whose}{dates}", remedy=remedy)


def _self_links(project: Project) -> Iterator[Problem]:
    before, after = project.links["predecessor_id"], project.links["successor_id"]
    for position in np.flatnonzero((before == after) & (after != "")):
        found = f'task "{after.iat[position]}" is its own predecessor'
        yield Problem(project.place("links", position), found, remedy="Remove the link.")


def _circles(project: Project, table: str, column: str) -> Iterator[Problem]:
    """Chains of parents (or bases) that come back to where they began."""
    frame = getattr(project, table)
    ids = frame["id"].to_list()
    above = {id_: up for id_, up in zip(ids, frame[column].to_list(), strict=True) if up}
    settled: set[str] = set()
    for position, start in enumerate(ids):
        path: dict[str, None] = {}
        here = start
        while here in above and here not in settled and here not in path:
            path[here] = None
            here = above[here]
        if here in path:
            steps = [*path]
            circle = [*steps[steps.index(here) :], here]
            if len(circle) > SUGGESTED:
                more = f"... {len(circle) - SUGGESTED - 1} more ..."
                circle = [*circle[:SUGGESTED], more, here]
            found = f"{column} runs in a circle: {' > '.join(circle)}"
            remedy = f"Give one of them another {column.removesuffix('_id')}."
            yield Problem(project.place(table, position), found, remedy=remedy)
        settled.update(path)
