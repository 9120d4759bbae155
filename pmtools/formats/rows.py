"""Sheets of cells -> typed rows of the project's tables -> a Project, all problems together."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

import pandas as pd

from pmtools.errors import Problem, ProblemsError, ProjectError, SourceError, nearest
from pmtools.formats.cells import NUMBER_FORMATS, Cell, CellFault, CellFormat, RowReader, read_cell
from pmtools.project import HEADER, TABLES, Header, Project, Source, TableSchema

MOST_ROWS, MOST_COLUMNS = 200_000, 500
"""What one table may have; more is refused before it is read."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_HEADER_COLUMNS = {column.name: column for column in HEADER}
_FORMATS = ("date_format", "number_format", "timezone", "hours_per_day")


Row = TypeVar("Row")


@dataclass
class Rows(Generic[Row]):
    """Rows that stand somewhere; `numbers` are the row numbers that a user sees there."""

    place: str
    rows: list[Row] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    notes: tuple[str, ...] = ()

    def at(self, index: int) -> str:
        """Where the row at that index stands."""
        return f"{self.place}, row {self.numbers[index]}"


Sheet = Rows[list[Cell]]
"""Rows of cells as they are in a file."""


@dataclass
class Tables:
    """What was read from one or more sheets: header fields, tables, and what went wrong.

    A row of a table is a dict of typed values, None for an empty cell. `epics` are names by id.
    """

    header: dict[str, Any] = field(default_factory=dict)
    header_place: str = 'table "project"'
    rows: dict[str, Rows[dict[str, Any]]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    epics: dict[str, str] = field(default_factory=dict)

    def report(self, place: str, found: str, expected: str = "", remedy: str = "") -> None:
        """Remember what is wrong at a place, to be told with everything else."""
        self.problems.append(Problem(place, found, expected, remedy))


@lru_cache(10_000, typed=True)
def key_of(heading: Cell) -> str:
    """A heading without regard to case, blanks and signs: `Task ID` and `task_id` are one."""
    text = unicodedata.normalize("NFKC", "" if heading is None else str(heading))
    return re.sub(r"[^\w%#]+", "_", text.strip().casefold()).strip("_")


def clean(text: str) -> tuple[str, int]:
    """The text without control characters and broken halves of characters, and how many went."""
    return _CONTROL.subn("", text)


def format_of(header: Mapping[str, Any]) -> CellFormat:
    """The formats that header fields declare."""
    return CellFormat(**{name: header[name] for name in _FORMATS if header.get(name)})


def read_header(sheet: Sheet, into: Tables, base: Mapping[str, Any]) -> None:
    """Read the sheet `project` (columns field, value) into header fields.

    The formats are read first, because the other fields are written in them.
    """
    into.notes += sheet.notes
    cells: dict[str, tuple[str, Cell]] = {}
    for index, row in enumerate(sheet.rows):
        name = key_of(row[0]) if row else ""
        if not name or name.startswith("#") or (index == 0 and name == "field"):
            continue
        if name not in _HEADER_COLUMNS:
            remedy = f"Correct it{nearest(name, list(_HEADER_COLUMNS))} or remove the row."
            into.report(sheet.at(index), f'"{row[0]}" is no field', "", remedy)
        elif name in cells:
            into.report(sheet.at(index), f"{name} stands twice", "", "Keep one.")
        else:
            cells[name] = (sheet.at(index), row[1] if len(row) > 1 else None)
    for name in sorted(cells, key=lambda name: name not in _FORMATS):
        place, cell = cells[name]
        try:
            value = read_cell(_HEADER_COLUMNS[name], cell, format_of({**base, **into.header}))
            if value not in (None, ""):
                _refuse_undeclarable(name, value)
                into.header[name] = value
        except CellFault as fault:
            into.problems.append(fault.at(place))


def _refuse_undeclarable(name: str, value: object) -> None:
    expected = ""
    if name == "number_format" and value not in NUMBER_FORMATS:
        expected = f"one of {'  '.join(NUMBER_FORMATS)}"
    if name == "date_format" and sorted(re.split(r"[./ -]", str(value))) != ["DD", "MM", "YYYY"]:
        expected = "an order of YYYY, MM and DD"
    if name == "timezone" and not _is_timezone(str(value)):
        expected = "a time zone such as Europe/Berlin"
    if expected:
        raise CellFault(f'{name} is "{value}"', expected, "Correct the field.")


def _is_timezone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (ValueError, KeyError, OSError):
        return False


def read_table(
    schema: TableSchema, sheet: Sheet, into: Tables, form: CellFormat, names: Mapping[str, str]
) -> None:
    """Read a sheet as that table; `names` says which heading (by key) means which column."""
    top, columns = _columns_of(schema, sheet, into, names)
    reader = RowReader(schema, form)
    typed = into.rows[schema.name] = Rows[dict[str, Any]](sheet.place)
    for index in range(top + 1, len(sheet.rows)):
        cells = sheet.rows[index]
        if all(cell is None or cell == "" for cell in cells):
            continue
        row, faults = reader.read({n: cells[c] for n, c in columns.items() if c < len(cells)})
        if len(cells) != len(sheet.rows[top]):
            expected = f"{len(sheet.rows[top])} as the headings in row {sheet.numbers[top]}"
            remedy = 'Add the missing separators, or "quote" a text that contains the separator.'
            into.report(sheet.at(index), f"the row has {len(cells)} cells", expected, remedy)
        else:
            into.problems += [fault.at(sheet.at(index)) for fault in faults]
        typed.rows.append(row)
        typed.numbers.append(sheet.numbers[index])
    into.notes += sheet.notes


def top_of(sheet: Sheet, known: Iterable[str]) -> int:
    """The index of the row of headings: the first with two known ones, else the first filled."""
    known = set(known)
    for index, row in enumerate(sheet.rows[:50]):
        if len({key_of(cell) for cell in row if isinstance(cell, str)} & known) >= 2:
            return index
    filled = (i for i, row in enumerate(sheet.rows) if any(c not in (None, "") for c in row))
    return next(filled, -1)


def _columns_of(
    schema: TableSchema, sheet: Sheet, into: Tables, names: Mapping[str, str]
) -> tuple[int, dict[str, int]]:
    known = {column.name for column in schema.columns}
    top = top_of(sheet, known | names.keys())
    columns: dict[str, int] = {}
    for index, heading in enumerate(sheet.rows[top] if top >= 0 else []):
        key = key_of(heading)
        name = names.get(key, key)
        if not name:
            if not key and any(len(r) > index and r[index] not in (None, "") for r in sheet.rows):
                into.report(sheet.at(top), f"column {index + 1} has no heading", "", "Give it one.")
        elif name.startswith("#"):
            into.notes.append(f'{sheet.place}: column "{heading}" is left out')
        elif name not in known:
            remedy = (
                f"Rename it{nearest(key, sorted(known))}, begin it with # to leave it out, or let "
                "`pmtools check FILE --accept-headings` save what it means."
            )
            found = f'"{heading}" is no column of table "{schema.name}"'
            into.report(sheet.at(top), found, "", remedy)
        elif name in columns:
            found = f'heading "{heading}" stands twice'
            into.report(sheet.at(top), found, "each once", "Rename one of them.")
        else:
            columns[name] = index
    return top, columns


def project_of(tables: Tables, base: Project | None = None) -> Project:
    """The Project that the tables describe, or all their problems; `base` gives what they lack."""
    frames = {name: pd.DataFrame(part.rows) for name, part in tables.rows.items()}
    sources = {n: Source(part.place, tuple(part.numbers)) for n, part in tables.rows.items()}
    tasks = frames.get("tasks", pd.DataFrame()) if base is None else base.tasks
    problems = [*tables.problems, *_ids_for_codes(frames, sources, tasks)]
    if base is not None:
        for name in [n for n in frames if TABLES[n].key and len(getattr(base, n))]:
            frames[name] = _overlaid(getattr(base, name), frames[name], TABLES[name])
            sources[name] = Source(f"{base.place(name)} with {sources[name].place}")
        sources = {**base.sources, **sources}
    if base is None or tables.header:
        sources["header"] = Source(tables.header_place)
    notes = (*(base.notes if base else ()), *tables.notes)
    parts: dict[str, Any] = {**frames, "sources": sources, "notes": notes}
    try:
        if base is not None:
            project = base.replace(header=replace(base.header, **tables.header), **parts)
        else:
            header = Header(**{"id": "", "name": "", "start": None} | tables.header)
            project = Project(header, **parts)
    except ProjectError as error:
        raise _together(problems, error) from None
    if problems:
        raise SourceError(problems)
    return project


def _overlaid(base: pd.DataFrame, rows: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
    """Rows that complete a schedule file's table: what they say wins, cell by cell, by key.

    Cells that are empty, or columns that are not there, leave the value of the schedule file.
    """
    by_key = {_key(schema, row): row for row in base.to_dict("records")}
    for row in rows.to_dict("records"):
        said = {name: value for name, value in row.items() if not (value == "" or pd.isna(value))}
        by_key.setdefault(_key(schema, row), {}).update(said)
    return pd.DataFrame([*by_key.values()])


def _key(schema: TableSchema, row: Mapping[str, Any]) -> tuple[str, ...]:
    values = ((row.get(n), schema.column(n).default) for n in schema.key)
    return tuple(str(default or "" if pd.isna(v) or v == "" else v) for v, default in values)


def _ids_for_codes(
    frames: dict[str, pd.DataFrame], sources: Mapping[str, Source], tasks: pd.DataFrame
) -> list[Problem]:
    """Replace codes of tasks by their ids wherever a row points to a task; the id goes first."""
    ids = set(tasks.get("id", ()))
    codes = tasks.reindex(columns=["code", "id"]).dropna()
    codes = codes[(codes["code"] != "") & ~codes["code"].isin(ids)]
    by_code = dict(codes.itertuples(index=False))
    twice = set(codes["code"][codes["code"].duplicated()])
    problems = []
    for table, frame in frames.items() if by_code else ():
        for column in TABLES[table].columns:
            if column.refers_to != "tasks" or table == "tasks" or column.name not in frame:
                continue
            separator = ";" if column.kind == "ids" else "\0"
            cells = [str(cell).split(separator) for cell in frame[column.name].fillna("")]
            for position, words in enumerate(cells):
                for word in twice.intersection(words):
                    found = f'{column.name} "{word}" is the code of several tasks'
                    place = sources[table].row(position)
                    problems.append(Problem(place, found, "", "Write the id."))
            frame[column.name] = [";".join(by_code.get(w, w) for w in words) for words in cells]
    return problems


def _together(problems: list[Problem], error: ProjectError) -> ProblemsError:
    """What validation found too, but nothing twice about a row or header already told."""
    if not problems:
        return error
    told = tuple(problem.place for problem in problems)
    more = [p for p in error.problems if not any(f"{p.place},".startswith(f"{t},") for t in told)]
    return SourceError([*problems, *more])
