"""Files of cells, each sheet given its table and its columns, read into one set of tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pmtools.errors import Problem, SourceError, nearest
from pmtools.formats.headings import (
    SCHEMAS,
    TASK_LIST,
    Proposal,
    known_keys,
    mapping_path,
    propose,
    saved_headings,
)
from pmtools.formats.rows import Sheet, Tables, format_of, key_of, read_header, read_table, top_of
from pmtools.formats.task_list import spread
from pmtools.formats.text_file import read_csv, refused
from pmtools.formats.workbook import read_sheets
from pmtools.project import TABLES

KINDS = (".csv", ".tsv", ".xlsx", ".xlsm")
Role = Literal["alone", "folder", "beside a plan"]
"""A file is the whole project, one of its tables, or completes the tables of a schedule file."""

_NAMED = {"project", *TABLES}
_KEYS = {"field", "value"}.union(*(known_keys(table) for table in SCHEMAS))


class Meaning(NamedTuple):
    """Which table a sheet is, what its headings mean by key, and whether that is a guess."""

    table: str
    columns: Mapping[str, str]
    is_guess: bool


def sheets_of(file: Path, place: str) -> dict[str, Sheet]:
    """The sheets of a workbook by name; of a CSV file the one, named as the file."""
    with file.open("rb") as stream:
        is_zip = stream.read(4) == b"PK\x03\x04"
    return read_sheets(file, place) if is_zip else {file.stem: read_csv(file, place, _KEYS)}


def meanings(file: Path, sheets: Mapping[str, Sheet], role: Role) -> dict[str, Meaning]:
    """What each sheet of a file means: as confirmed, else by its name, else by its headings."""
    saved = saved_headings(file)
    found: dict[str, Meaning] = {}
    for name, sheet in sheets.items():
        if saved and name in saved.sheets:
            table, columns = saved.sheets[name]
            found[name] = Meaning(table, {key_of(h): c or "#" for h, c in columns.items()}, False)
            continue
        table = key_of(name) if key_of(name) in _NAMED else ""
        table = table or (key_of(file.stem) if len(sheets) == 1 else "")
        if table in _NAMED:
            found[name] = _by_name(table, sheet, role)
    tables = {meaning.table for meaning in found.values()}
    for name, sheet in (
        sheets.items() if role == "alone" and not {"tasks", "task list"} & tables else ()
    ):
        if name not in found and len(_keys(sheet, "task list") & known_keys("task list")):
            is_guess = not _keys(sheet, "task list") <= _columns("task list")
            found[name] = Meaning(TASK_LIST.name, {}, is_guess)
            break
    return found


def _columns(table: str) -> set[str]:
    return {column.name for column in SCHEMAS[table].columns}


def _keys(sheet: Sheet, table: str) -> set[str]:
    top = top_of(sheet, known_keys(table))
    keys = {key_of(cell) for cell in (sheet.rows[top] if top >= 0 else ())}
    return {key for key in keys if key and not key.startswith("#")}


def _by_name(table: str, sheet: Sheet, role: Role) -> Meaning:
    if table == "project":
        return Meaning(table, {}, False)
    if (
        table == "tasks"
        and role != "beside a plan"
        and not _keys(sheet, "task list") <= _columns("tasks")
    ):
        table = TASK_LIST.name
    strange = _keys(sheet, table) - _columns(table)
    return Meaning(table, {}, bool(strange & known_keys(table)))


def read_files(
    files: Iterable[tuple[Path, str]],
    header_place: str,
    declared: Mapping[str, Any],
    *,
    role: Role,
    until: datetime | None = None,
) -> Tables:
    """Read files, each with the place that problems name, into one set of tables.

    `declared` are header fields known from elsewhere; `until` is the status date of progress in
    a task list.
    """
    tables = Tables(header_place=header_place)
    found: dict[str, tuple[Sheet, Mapping[str, str]]] = {}
    for file, place in files:
        try:
            sheets = sheets_of(file, place)
            _confirmed_header(file, tables, declared)
            means = meanings(file, sheets, role)
        except SourceError as error:
            tables.problems += error.problems
            continue
        guesses = {name: m.table for name, m in means.items() if m.is_guess}
        if guesses:
            tables.problems += propose(file, sheets, guesses).refusal().problems
        elif not means:
            tables.problems.append(_nameless(file, place, role))
        for name in sheets:
            if name not in means and name != "about":
                tables.notes.append(f'{place}: sheet "{name}" is no table and is not read')
        for name, (table, columns, is_guess) in means.items():
            if table in found:
                other = found[table][0].place
                problem = Problem(sheets[name].place, f'table "{table}" is in {other} too')
                tables.problems.append(problem)
            elif not is_guess:
                found[table] = (sheets[name], columns)
    _read(found, tables, declared, until)
    return tables


def _read(
    found: Mapping[str, tuple[Sheet, Mapping[str, str]]],
    tables: Tables,
    declared: Mapping[str, Any],
    until: datetime | None,
) -> None:
    if "project" in found:
        tables.header_place = found["project"][0].place
        read_header(found["project"][0], tables, declared)
    form = format_of({**declared, **tables.header})
    for name, schema in SCHEMAS.items():
        if name in found:
            read_table(schema, found[name][0], tables, form, found[name][1])
    if TASK_LIST.name in tables.rows:
        spread(tables, form, until)


def _confirmed_header(file: Path, tables: Tables, declared: Mapping[str, Any]) -> None:
    saved = saved_headings(file)
    if saved and saved.header:
        rows: list[list[Any]] = [[name, value] for name, value in saved.header.items()]
        place = mapping_path(file).name
        read_header(Sheet(place, rows, [*range(1, len(rows) + 1)]), tables, declared)


def _nameless(file: Path, place: str, role: Role) -> Problem:
    if role == "alone":
        return Problem(
            place,
            "no sheet is a list of tasks",
            "headings such as Task Name and Duration, or sheets named as our tables",
            "Write the headings above the rows.",
        )
    near = nearest(file.name, [f"{name}.csv" for name in sorted(_NAMED)])
    return Problem(
        place, "no table has this name", "", f"Rename it{near} or move it out of the folder."
    )


def propose_headings(path: str | Path) -> Proposal:
    """What the headings of a file would be read as; of a folder, of its first file in question.

    Raises
    ------
    SourceError
        Where the file cannot be read, or nothing is in question.
    """
    file = Path(path)
    files = sorted(f for f in file.glob("[!.]*") if f.suffix in KINDS) if file.is_dir() else [file]
    for source in files:
        sheets = sheets_of(source, source.name)
        means = meanings(source, sheets, "folder" if file.is_dir() else "alone")
        guesses = {name: m.table for name, m in means.items() if m.is_guess}
        if guesses:
            return propose(source, sheets, guesses)
    raise refused(file.name, "all headings are known; there is nothing to accept")
