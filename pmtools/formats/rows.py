"""Sheets of cells -> typed rows of the project's tables -> a Project, all problems together."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

import pandas as pd

from pmtools.errors import Problem, ProblemsError, ProjectError, SourceError, nearest
from pmtools.formats.cells import NUMBER_FORMATS, Cell, CellFault, CellFormat, read_cell, read_row
from pmtools.project import HEADER, TABLES, Header, Project, Source, TableSchema

MOST_ROWS, MOST_COLUMNS = 200_000, 500
"""What one table may have; more is refused before it is read."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_HEADER_COLUMNS = {column.name: column for column in HEADER}


@dataclass(frozen=True)
class Sheet:
    """Rows of cells as they stand in a file; `numbers` are the row numbers a user sees."""

    place: str
    rows: list[list[Cell]]
    numbers: list[int]
    notes: tuple[str, ...] = ()

    def at(self, index: int) -> str:
        """Where the row at that index stands."""
        return f"{self.place}, row {self.numbers[index]}"


@dataclass
class TableRows:
    """Typed rows of one table: a dict a row, None for an empty cell."""

    source: Source
    rows: list[dict[str, Any]]

    @property
    def frame(self) -> pd.DataFrame:
        """The rows as they are: only the columns that were written."""
        return pd.DataFrame(self.rows, dtype=object)


@dataclass
class Tables:
    """What was read from one or more sheets: header fields, tables, and what went wrong."""

    header: dict[str, Any] = field(default_factory=dict)
    header_place: str = 'table "project"'
    rows: dict[str, TableRows] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def key_of(heading: Cell) -> str:
    """A heading without regard to case, blanks and signs: `Task ID` and `task_id` are one."""
    text = unicodedata.normalize("NFKC", "" if heading is None else str(heading))
    return re.sub(r"[^\w%#]+", "_", text.strip().casefold()).strip("_")


def clean(text: str) -> tuple[str, int]:
    """The text without control characters and broken halves of characters, and how many went."""
    return _CONTROL.subn("", text)


def format_of(header: Mapping[str, Any]) -> CellFormat:
    """The formats that header fields declare."""
    names = ("date_format", "number_format", "hours_per_day", "timezone")
    return CellFormat(**{name: header[name] for name in names if header.get(name)})


def read_header(sheet: Sheet, into: Tables, base: Mapping[str, Any]) -> None:
    """Read the sheet `project` (columns field, value) into header fields.

    The formats are read first, because the other fields are written in them.
    """
    into.notes += sheet.notes
    cells: dict[str, tuple[str, Cell]] = {}
    for index, row in enumerate(sheet.rows):
        name, value = (key_of(row[0]), row[1] if len(row) > 1 else None) if row else ("", None)
        if not name or name.startswith("#") or (index == 0 and name == "field"):
            continue
        if name not in _HEADER_COLUMNS:
            remedy = f"Correct it{nearest(name, list(_HEADER_COLUMNS))} or remove the row."
            into.problems.append(Problem(sheet.at(index), f'"{row[0]}" is no field', "", remedy))
        elif name in cells:
            into.problems.append(Problem(sheet.at(index), f"{name} stands twice", "", "Keep one."))
        cells.setdefault(name, (sheet.at(index), value))
    first = ("date_format", "number_format", "timezone", "hours_per_day")
    for name in [n for n in dict.fromkeys((*first, *_HEADER_COLUMNS)) if n in cells]:
        form = format_of({**base, **into.header})
        place, value = cells[name]
        try:
            found = _declared(name, read_cell(_HEADER_COLUMNS[name], value, form))
            into.header |= {} if found is None else {name: found}
        except CellFault as fault:
            into.problems.append(Problem(place, fault.found, fault.expected, fault.remedy))


def _declared(name: str, value: object) -> object:
    value = getattr(value, "amount", value)
    expected = ""
    if name == "number_format" and value and value not in NUMBER_FORMATS:
        expected = f"one of {'  '.join(NUMBER_FORMATS)}"
    if name == "date_format" and value:
        parts = sorted(re.split(r"[./ -]", str(value)))
        expected = "" if parts == ["DD", "MM", "YYYY"] else "an order of YYYY, MM and DD"
    if name == "timezone" and value and value not in available_timezones():
        expected = "a time zone such as Europe/Berlin"
    if expected:
        raise CellFault(f'{name} is "{value}"', expected, "Correct the field.")
    return value


def read_table(
    schema: TableSchema, sheet: Sheet, into: Tables, form: CellFormat, names: Mapping[str, str]
) -> None:
    """Read a sheet as that table; `names` says which heading (by key) means which column."""
    top, columns = _columns_of(schema, sheet, into, names)
    numbers, rows = [], []
    for index in range(top + 1, len(sheet.rows)):
        cells = sheet.rows[index]
        if all(cell is None or cell == "" for cell in cells):
            continue
        is_ragged = len(cells) != len(sheet.rows[top])
        if is_ragged:
            into.problems.append(_ragged(sheet, index, top))
        cleaned, n_removed = _cleaned({n: cells[c] for n, c in columns.items() if c < len(cells)})
        if n_removed:
            into.notes.append(f"{sheet.at(index)}: {n_removed} control characters were removed")
        row, faults = read_row(schema, cleaned, form)
        into.problems += [
            Problem(sheet.at(index), fault.found, fault.expected, fault.remedy)
            for fault in faults
            if not is_ragged
        ]
        rows.append(row)
        numbers.append(sheet.numbers[index])
    into.notes += sheet.notes
    into.rows[schema.name] = TableRows(Source(sheet.place, tuple(numbers)), rows)


def _cleaned(cells: dict[str, Cell]) -> tuple[dict[str, Cell], int]:
    n_removed = 0
    for name, cell in cells.items():
        if isinstance(cell, str):
            cells[name], n = clean(cell)
            n_removed += n
    return cells, n_removed


def _ragged(sheet: Sheet, index: int, top: int) -> Problem:
    n_cells, n_headings = len(sheet.rows[index]), len(sheet.rows[top])
    return Problem(
        sheet.at(index),
        f"the row has {n_cells} cells",
        f"{n_headings} as the headings in row {sheet.numbers[top]}",
        'Add the missing separators, or put a text that contains the separator in "quotes".',
    )


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
                into.problems.append(
                    Problem(sheet.at(top), f"column {index + 1} has no heading", "", "Give it one.")
                )
        elif name.startswith("#"):
            into.notes.append(f'{sheet.place}: column "{heading}" is left out')
        elif name not in known:
            into.problems.append(_unknown(schema.name, sheet.at(top), str(heading), sorted(known)))
        elif name in columns:
            found = f'heading "{heading}" stands twice'
            into.problems.append(Problem(sheet.at(top), found, "each once", "Rename one of them."))
        else:
            columns[name] = index
    return top, columns


def _unknown(table: str, place: str, heading: str, known: list[str]) -> Problem:
    return Problem(
        place,
        f'"{heading}" is no column of table "{table}"',
        "",
        f"Rename it{nearest(key_of(heading), known)}, begin it with # to leave it out, or let "
        "`pmtools check FILE --accept-headings` save what it means.",
    )


def overlaid(base: Project, rows: dict[str, TableRows]) -> dict[str, TableRows]:
    """Rows that complete a schedule file's tables: what they say wins, cell by cell, by key.

    A table without a key is replaced. Cells that are empty, or columns that are not there, leave
    the value of the schedule file.
    """
    merged = {}
    for table, extra in rows.items():
        records = getattr(base, table).to_dict("records")
        if not TABLES[table].key or not records:
            merged[table] = extra
            continue
        by_key = {_key(table, row): row for row in records}
        place = base.sources.get(table, Source(f'table "{table}"')).place
        for row in extra.rows:
            said = {name: value for name, value in row.items() if value not in (None, "")}
            by_key.setdefault(_key(table, row), {}).update(said)
        merged[table] = TableRows(Source(f"{place} with {extra.source.place}"), [*by_key.values()])
    return merged


def _key(table: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    values = ((row.get(n), TABLES[table].column(n).default) for n in TABLES[table].key)
    return tuple(str(default or "" if pd.isna(v) or v == "" else v) for v, default in values)


def ids_for_codes(rows: dict[str, TableRows], tasks: pd.DataFrame) -> list[Problem]:
    """Replace codes of tasks by their ids wherever a row points to a task; the id goes first."""
    ids = set(tasks["id"]) if "id" in tasks else set()
    codes = tasks[tasks["code"].fillna("") != ""] if "code" in tasks else tasks.iloc[:0]
    by_code = dict(zip(codes.get("code", ()), codes.get("id", ()), strict=True))
    twice = set(codes["code"][codes["code"].duplicated()]) if len(codes) else set()
    problems = []
    for table, part in rows.items():
        names = [(c.name, c.kind) for c in TABLES[table].columns if c.refers_to == "tasks"]
        for index, row in enumerate(part.rows if table != "tasks" and by_code else ()):
            for name, kind in names:
                text = str(row.get(name) or "")
                words = [word for word in (text.split(";") if kind == "ids" else [text]) if word]
                for word in twice & {w for w in words if w not in ids}:
                    found = f'{name} "{word}" is the code of several tasks'
                    problems.append(Problem(part.source.row(index), found, "", "Write the id."))
                if words:
                    row[name] = ";".join(w if w in ids else by_code.get(w, w) for w in words)
    return problems


def project_of(tables: Tables, base: Project | None = None) -> Project:
    """The Project that the tables describe; `base` gives what they do not say.

    Raises
    ------
    SourceError, ProjectError
        With the problems of all cells and of all tables together.
    """
    own_tasks = tables.rows["tasks"].frame if "tasks" in tables.rows else pd.DataFrame()
    tasks = own_tasks if base is None else base.tasks
    problems = tables.problems + ids_for_codes(tables.rows, tasks)
    rows = tables.rows if base is None else overlaid(base, tables.rows)
    sources = {} if base is None else dict(base.sources)
    sources |= {name: part.source for name, part in rows.items()}
    if base is None or tables.header:
        sources["header"] = Source(tables.header_place)
    header = {
        name: pd.Timestamp(value).as_unit("us") if isinstance(value, datetime) else value
        for name, value in tables.header.items()
    }
    parts: dict[str, Any] = {name: part.frame for name, part in rows.items()}
    parts |= {"sources": sources, "notes": (*(base.notes if base else ()), *tables.notes)}
    try:
        if base is not None:
            project = base.replace(header=replace(base.header, **header), **parts)
        else:
            project = Project(Header(**{"id": "", "name": "", "start": None} | header), **parts)
    except ProjectError as error:
        raise _together(problems, error) from None
    if problems:
        raise SourceError(problems)
    return project


def _together(problems: list[Problem], error: ProjectError) -> ProblemsError:
    """What validation found too, but nothing twice about a row or header already told."""
    if not problems:
        return error
    places = [problem.place for problem in problems]
    more = [
        problem
        for problem in error.problems
        if not any(p == problem.place or p.startswith(problem.place + ",") for p in places)
    ]
    return SourceError([*problems, *more])
