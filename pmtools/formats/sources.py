"""Files of cells, each sheet given its table and its columns, read into one set of tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pmtools.errors import SourceError, nearest
from pmtools.formats.headings import (
    SCHEMAS,
    TASK_LIST,
    WORK_ITEM_LIST,
    Proposal,
    known_keys,
    mapping_path,
    propose,
    saved_headings,
)
from pmtools.formats.jira import read_json
from pmtools.formats.rows import Sheet, Tables, format_of, key_of, read_header, read_table, top_of
from pmtools.formats.task_list import spread
from pmtools.formats.text_file import read_csv, refused
from pmtools.formats.work_items import LEFT_OUT, recognised, spread_items
from pmtools.formats.workbook import read_sheets
from pmtools.project import TABLES

KINDS = (".csv", ".tsv", ".json", ".xlsx", ".xlsm")
SCHEDULE_SUFFIXES = (".mpp", ".mpt", ".mpx", ".xer", ".xml", ".pmxml")
Role = Literal["alone", "folder", "beside a plan"]
"""A file is the whole project, one of its tables, or completes the tables of a schedule file."""

_NAMED = {"project", *TABLES}
_KEYS = {"field", "value"}.union(*(known_keys(table) for table in SCHEMAS))


class Meaning(NamedTuple):
    """Which table a sheet is, what its headings mean by key, and which of them are not ours."""

    table: str
    columns: Mapping[str, str] = {}
    strange: Set[str] = frozenset()

    @property
    def is_guess(self) -> bool:
        """Whether strange headings are known synonyms, so that a person can confirm them."""
        return any(key in known_keys(self.table) for key in self.strange)


def sheets_of(file: Path, place: str, columns: Mapping[str, str] | None = None) -> dict[str, Sheet]:
    """The sheets of a workbook by name; of a CSV file the one, named as the file.

    An exported list of work items is named so; `columns` says what its headings are.
    """
    with file.open("rb") as stream:
        head = stream.read(1024).removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:1] in (b"{", b"["):
        return read_json(file, place, columns or {})
    is_zip = head.startswith(b"PK\x03\x04")
    sheets = read_sheets(file, place) if is_zip else {file.stem: read_csv(file, place, _KEYS)}
    return recognised(sheets, columns)


def meanings(
    file: Path, sheets: Mapping[str, Sheet], role: Role, saved: Proposal
) -> dict[str, Meaning]:
    """What each sheet of a file means: as confirmed, else by its name, else by its headings."""
    found: dict[str, Meaning] = {}
    for name, sheet in sheets.items():
        if name == WORK_ITEM_LIST.name:
            found[name] = Meaning(name, {key_of(LEFT_OUT): ""})
            continue
        names = [key_of(name), *([key_of(file.stem)] if len(sheets) == 1 else [])]
        table = next((key for key in names if key in _NAMED), "")
        if name in saved.sheets:
            table, columns = saved.sheets[name]
            found[name] = Meaning(table, {key_of(h): c or "#" for h, c in columns.items()})
        elif table:
            found[name] = _by_name(table, sheet, role)
    lists = {"tasks", TASK_LIST.name, WORK_ITEM_LIST.name}
    if role != "alone" or lists & {meaning.table for meaning in found.values()}:
        return found
    for name in [name for name in sheets if name not in found]:
        keys = _keys(sheets[name], TASK_LIST.name)
        if keys & known_keys(TASK_LIST.name):
            return {**found, name: Meaning(TASK_LIST.name, {}, keys - TASK_LIST.by_name.keys())}
    return found


def _keys(sheet: Sheet, table: str) -> set[str]:
    top = top_of(sheet, known_keys(table))
    keys = {key_of(cell) for cell in (sheet.rows[top] if top >= 0 else ())}
    return {key for key in keys if key and not key.startswith("#")}


def _by_name(table: str, sheet: Sheet, role: Role) -> Meaning:
    if table == "project":
        return Meaning(table)
    if table == "tasks" and role != "beside a plan":
        has_more = _keys(sheet, TASK_LIST.name) - TABLES[table].by_name.keys()
        table = TASK_LIST.name if has_more else table
    return Meaning(table, {}, _keys(sheet, table) - SCHEMAS[table].by_name.keys())


def read_files(
    files: Iterable[tuple[Path, str]],
    header_place: str,
    declared: Mapping[str, Any],
    *,
    role: Role,
    until: datetime | None = None,
    columns: Mapping[str, str] | None = None,
    states: Mapping[str, str] | None = None,
) -> Tables:
    """Read files, each with the place that problems name, into one set of tables.

    `declared` are header fields known from elsewhere; `until` is the status date of progress in
    a task list. `columns` and `states` are those of `read_work_items`.
    """
    meant = dict(states or {})
    tables = Tables(header_place=header_place)
    found: dict[str, tuple[Sheet, Mapping[str, str]]] = {}
    for file, place in files:
        try:
            saved = saved_headings(file)
            meant = {**saved.states, **meant}
            said = columns or saved.columns_of(WORK_ITEM_LIST.name)
            sheets = sheets_of(file, place, columns if said is None else said)
            means = meanings(file, sheets, role, saved)
        except SourceError as error:
            tables.problems += error.problems
            continue
        if saved.header:
            rows: list[list[Any]] = [[*item] for item in saved.header.items()]
            sheet = Sheet(mapping_path(file).name, rows, [*range(1, len(rows) + 1)])
            read_header(sheet, tables, declared)
        guesses = {name: m.table for name, m in means.items() if m.is_guess}
        if guesses:
            project = file if role == "alone" else file.parent
            tables.problems += propose(file, sheets, guesses).refusal(project).problems
        elif not means:
            _report_nameless(file, place, role, tables)
        for name, sheet in sheets.items():
            mean = means.get(name, Meaning(""))
            if not mean.table and name != "about":
                tables.notes.append(f'{place}: sheet "{name}" is no table and is not read')
            elif mean.table in found:
                other = found[mean.table][0].place
                tables.report(sheet.place, f'table "{mean.table}" is in {other} too')
            elif mean.table and not mean.is_guess:
                found[mean.table] = (sheet, mean.columns)
    _read(found, tables, declared, until)
    if WORK_ITEM_LIST.name in tables.rows:
        spread_items(tables, meant)
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


def _report_nameless(file: Path, place: str, role: Role, tables: Tables) -> None:
    if role == "alone":
        expected = "headings such as Task Name and Duration, or sheets named as our tables"
        remedy = "Write the headings above the rows."
        tables.report(place, "no sheet is a list of tasks", expected, remedy)
    else:
        near = nearest(file.name, [f"{name}.csv" for name in sorted(_NAMED)])
        remedy = f"Rename it{near} or move it out of the folder."
        tables.report(place, "no table has this name", "", remedy)


def propose_headings(path: str | Path) -> Proposal:
    """What the headings of a file would be read as; of a folder, of its first file in question.

    Raises
    ------
    SourceError
        Where the file cannot be read, or nothing is in question.
    """
    file = Path(path)
    files = sorted(file.glob("[!.]*")) if file.is_dir() else [file]
    role: Role = "folder" if file.is_dir() else "alone"
    if any(f.suffix.lower() in SCHEDULE_SUFFIXES for f in files):
        role = "beside a plan"
    for source in (f for f in files if f is file or f.suffix.lower() in KINDS):
        sheets = sheets_of(source, source.name)
        means = meanings(source, sheets, role, saved_headings(source))
        strange = {name: mean.table for name, mean in means.items() if mean.strange}
        if strange:
            return propose(source, sheets, strange)
    raise refused(file.name, "all headings are known; there is nothing to accept")
