"""Validated once, at the door: what cannot be a project is refused, all problems together.

Doubtful but usable data are not refused here; `pmtools.check` flags them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pmtools.errors import Problem, ProjectError, nearest
from pmtools.project.schema import HEADER, TABLES, Column, TableSchema

if TYPE_CHECKING:
    from pmtools.project import Project

EARLIEST, LATEST = pd.Timestamp("1980-01-01"), pd.Timestamp("2100-01-01")
CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00|")
SUGGESTED = 20

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

ORDERED = (
    ("progress", "actual_start", "actual_finish"),
    ("baseline", "start", "finish"),
    ("exceptions", "from", "to"),
    ("availability", "from", "to"),
)


def refuse_problems(project: Project, known: Iterable[Problem] = ()) -> None:
    """Raise ProjectError with every reason why the tables cannot describe a project.

    `known` are the problems that came up while the tables were made; a value that was of the
    wrong kind is not reported again as missing.
    """
    problems = [*known]
    told = {_value_of(problem) for problem in problems}
    problems += (p for p in _problems(project) if _value_of(p) not in told)
    if problems:
        raise ProjectError(problems)


def _value_of(problem: Problem) -> tuple[str, str]:
    return problem.place, problem.found.partition(" is ")[0]


def _problems(project: Project) -> Iterator[Problem]:
    yield from _header_problems(project)
    for name, schema in TABLES.items():
        frame = getattr(project, name)
        if frame.empty:
            continue
        for column in schema.columns:
            yield from _column_problems(project, name, frame[column.name], column)
        yield from _duplicates(project, schema, frame)
    yield from _references(project)
    for table, first, last in ORDERED:
        yield from _order(project, table, first, last)
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
            found = f"{column.name} is {value!r}" if column.kind == "number" else (
                f'{column.name} is "{value}"')  # fmt: skip
            yield Problem(place, found, _expected(column), f"Correct field {column.name}.")
    known = project.calendars["id"]
    if header.calendar_id and not known.eq(header.calendar_id).any():
        near = nearest(header.calendar_id, known.unique().tolist())
        found = f'calendar "{header.calendar_id}" is not in table "calendars"'
        yield Problem(place, found, remedy=f"Add it or correct the id{near}.")


def _holds(column: Column, value: Any) -> bool:
    if column.kind in ("start", "finish"):
        return isinstance(value, pd.Timestamp) and value.tz is None and EARLIEST <= value <= LATEST
    if column.kind == "number":
        is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        low, high = _limits(column)
        return is_number and bool(np.isfinite(value)) and low <= value <= high
    return isinstance(value, str) and (not column.choices or value in column.choices)


def _limits(column: Column) -> tuple[float, float]:
    low = -np.inf if column.minimum is None else column.minimum
    return low, np.inf if column.maximum is None else column.maximum


def _expected(column: Column) -> str:
    """What a value of the column must be, in words."""
    if column.choices:
        return f"one of {', '.join(choice for choice in column.choices if choice)}"
    if column.kind in ("day", "start", "finish"):
        return "a day from 1980 to 2100"
    if column.kind == "time":
        return "a time like 08:00, at most 24:00"
    if column.kind != "number":
        return "text"
    if column.maximum is None:
        return "a finite number" if column.minimum is None else f"at least {column.minimum:g}"
    low = "" if column.minimum is None else f"from {column.minimum:g} "
    return f"a number {low}to {column.maximum:g}"


def _column_problems(
    project: Project, table: str, values: pd.Series, column: Column
) -> Iterator[Problem]:
    if column.required:
        is_text = column.kind in ("text", "id")
        empty = (
            [not text for text in map(str.strip, values.to_list())] if is_text else values.isna()
        )
        for position in np.flatnonzero(empty):
            place = project.place(table, position)
            yield Problem(place, f"{column.name} is empty", column.help, "Fill it in.")
    for position in np.flatnonzero(_not_allowed(values, column)):
        word = _written(values.iloc[position])
        near = nearest(word, column.choices) if column.choices else ""
        found = (
            f"{column.name} is {word}" if column.kind == "number" else f'{column.name} is "{word}"'
        )
        place = project.place(table, position)
        yield Problem(place, found, _expected(column), f"Correct it{near}.")


def _not_allowed(values: pd.Series, column: Column) -> Any:
    if column.choices:
        return ~values.isin({*column.choices, ""})
    if column.kind == "number":
        low, high = _limits(column)
        return values.notna() & ~(values.between(low, high) & np.isfinite(values))
    if column.kind in ("day", "start", "finish"):
        return values.notna() & ~values.between(EARLIEST, LATEST)
    return ~values.str.fullmatch(CLOCK.pattern) if column.kind == "time" else False


def _written(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M}".removesuffix(" 00:00")
    return f"{value:g}" if isinstance(value, float) else "" if pd.isna(value) else str(value)


def _duplicates(project: Project, schema: TableSchema, frame: pd.DataFrame) -> Iterator[Problem]:
    keys = list(schema.key)
    if not keys or not frame.duplicated(keys).any():
        return
    first: dict[tuple[str, ...], int] = {}
    for position in np.flatnonzero(frame.duplicated(keys, keep=False)):
        key = tuple(_written(frame[k].iloc[position]) for k in keys)
        if key not in first:
            first[key] = int(position)
            continue
        what = " and ".join(f'{k} "{v}"' for k, v in zip(keys, key, strict=True))
        yield Problem(
            project.place(schema.name, position),
            f"{what} is already in {project.place(schema.name, first[key])}",
            "each only once",
            "Remove one of the rows or give it another id.",
        )


def _references(project: Project) -> Iterator[Problem]:
    for table, name in sorted(REFUSED_REFERENCES):
        words = getattr(project, table)[name]
        target = TABLES[table].column(name).refers_to
        known = getattr(project, target)["id"]
        missing = words[(words != "") & ~words.isin(known)]
        near = _suggestions(missing, known)
        for position, word in missing.items():
            yield Problem(
                project.place(table, position),
                f'{name} "{word}" is not in table "{target}"',
                remedy=f"Add it there or correct it{near.get(word, '')}.",
            )


def _suggestions(missing: pd.Series, known: pd.Series) -> dict[str, str]:
    """The nearest known word of each missing one, for the first few: looking is slow."""
    words = known.unique().tolist()
    return {word: nearest(word, words) for word in missing.unique()[:SUGGESTED]}


def _order(project: Project, table: str, start: str, finish: str) -> Iterator[Problem]:
    frame = getattr(project, table)
    for position in np.flatnonzero(frame[finish] < frame[start]):
        row = frame.iloc[position]
        whose = f'task "{row["task_id"]}": ' if "task_id" in frame else ""
        yield Problem(
            project.place(table, position),
            f"{whose}{finish} {_written(row[finish])} is before {start} {_written(row[start])}",
            remedy="Correct one of the two dates.",
        )


def _self_links(project: Project) -> Iterator[Problem]:
    links = project.links
    itself = (links["predecessor_id"] == links["successor_id"]) & (links["predecessor_id"] != "")
    for position in np.flatnonzero(itself):
        word = links["predecessor_id"].iloc[position]
        found = f'task "{word}" is its own predecessor'
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
            circle = _path([*steps[steps.index(here) :], here])
            found = f"{column} runs in a circle: {circle}"
            remedy = f"Give one of them another {column.removesuffix('_id')}."
            yield Problem(project.place(table, position), found, remedy=remedy)
        settled.update(path)


def _path(steps: list[str]) -> str:
    if len(steps) > SUGGESTED:
        steps = [*steps[:SUGGESTED], f"... {len(steps) - SUGGESTED - 1} more ...", steps[-1]]
    return " > ".join(steps)
