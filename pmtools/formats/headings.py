"""People's own headings -> our columns: proposed, shown, confirmed, and kept beside the file."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pmtools.errors import Problem, SourceError, nearest
from pmtools.files import publish
from pmtools.formats.cells import (
    DATE_FORMATS,
    NUMBER_FORMATS,
    CellFormat,
    day_of,
    number_of,
    span_of,
)
from pmtools.formats.rows import Sheet, key_of, top_of
from pmtools.project import HEADER, TABLES, Column, TableSchema
from pmtools.project.schema import ITEM_CATEGORIES

TASK_LIST = TableSchema(
    "task list",
    "a task with all that people write beside it",
    (
        *(c for c in TABLES["tasks"].columns if c.name not in ("id", "parent_id")),
        Column("id", "id", "number or id of the task; without it, rows are counted from 1"),
        Column("parent_id", "id", "summary task it belongs to"),
        Column("outline_level", "number", "depth in the outline, 1 is the top", minimum=0),
        Column("is_milestone", "flag", "the task is a milestone"),
        Column("duration", "number", "e.g. 5d, 2w, 16h; a number without unit counts days"),
        Column("start", "start", "planned start"),
        Column("finish", "finish", "planned finish"),
        Column("predecessors", "text", "e.g. 5FS+2d;7"),
        Column("resource_names", "text", "e.g. Ann[50%],Bob"),
        Column("percent_complete", "number", "0 to 100"),
        Column("actual_start", "start", "when work really began"),
        Column("actual_finish", "finish", "when it was really finished"),
        Column("remaining_hours", "number", "work still needed, e.g. 2d"),
        Column("baseline_start", "start", "approved start"),
        Column("baseline_finish", "finish", "approved finish"),
        Column("baseline_cost", "number", "approved cost"),
    ),
)
WORK_ITEM_LIST = TableSchema(
    "work item list",
    "an item of a team's backlog with its dates and its state",
    (
        *(c for c in TABLES["work_items"].columns if c.name != "task_id"),
        Column("task_id", "id", "epic or task it belongs to"),
        Column("started", "start", "when work on it began"),
        Column("finished", "start", "when it was done"),
        Column("state", "text", "its state now"),
        Column("category", "text", "what its state means: to do, active, waiting or done"),
        Column("changed", "start", "since when its state is of that category"),
    ),
)
LISTS = (TASK_LIST, WORK_ITEM_LIST)
SCHEMAS: Mapping[str, TableSchema] = {**TABLES, **{each.name: each for each in LISTS}}


@dataclass(frozen=True)
class Proposal:
    """What each heading of each sheet would be read as; `str()` shows it for confirmation.

    `sheets` maps the name of a sheet to its table and its headings to columns, "" where a column
    is left out. `header` are fields of the project that the file needs, such as its date_format;
    `states` say what a team's states mean: to_do, active, waiting, done.
    """

    path: Path
    sheets: Mapping[str, tuple[str, Mapping[str, str]]]
    header: Mapping[str, Any] = field(default_factory=dict)
    questions: tuple[str, ...] = ()
    states: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        lines = [f"{self.path.name} would be read as:"]
        for sheet, (table, columns) in self.sheets.items():
            lines.append(f'  "{sheet}" is table "{table}"')
            for heading, column in columns.items():
                meaning = column and f"{column} ({SCHEMAS[table].column(column).help})"
                lines.append(f'    "{heading}" -> {meaning or "left out"}')
        lines += [f"  {name}: {value}" for name, value in self.header.items()]
        return "\n".join([*lines, *(f"  {question}" for question in self.questions)])

    def columns_of(self, table: str) -> dict[str, str] | None:
        """The heading of each column of that table, None where no sheet is it."""
        sheets = [headings for name, headings in self.sheets.values() if name == table]
        return {c: h for h, c in sheets[0].items() if c} if sheets else None

    def refusal(self, project: Path) -> SourceError:
        """The error that shows the proposal and how to accept it for the project it is part of."""
        remedy = (
            f"Accept what follows with `pmtools check {project.name} --accept-headings`; it is "
            f"kept in {mapping_path(self.path).name}, where it can be corrected.\n{self}"
        )
        return SourceError([Problem(self.path.name, "not all headings are ours", "", remedy)])


def mapping_path(path: Path) -> Path:
    """Where the confirmed headings of a file are kept: `plan.xlsx.headings.yml` beside it."""
    return path.with_name(f"{path.name}.headings.yml")


def propose(path: Path, sheets: Mapping[str, Sheet], tables: Mapping[str, str]) -> Proposal:
    """Propose a column for every heading; `tables` says which table each sheet is.

    A format is proposed where all cells can be read in one way only.
    """
    found = {}
    header: dict[str, Any] = {}
    questions: list[str] = []
    for name, table in tables.items():
        top = top_of(sheets[name], known_keys(table))
        headings = [str(cell) for cell in sheets[name].rows[top] if cell not in (None, "")]
        columns = columns_of(table, headings)
        found[name] = (table, columns)
        for field_name, (kinds, formats, read) in _FORMATS.items():
            names = {c.name for c in SCHEMAS[table].columns if c.kind in kinds}
            cells = _texts(sheets[name], top, {h for h, c in columns.items() if c in names})
            readings = {form: [read(cell, form) for cell in cells] for form in formats}
            possible = {form: values for form, values in readings.items() if None not in values}
            if len({tuple(values) for values in possible.values()}) > 1:
                questions.append(f"{field_name}: declare {' or '.join(possible)}; both fit")
            elif possible and formats[0] not in possible:
                header[field_name] = next(iter(possible))
    return Proposal(path, found, header, tuple(dict.fromkeys(questions)))


def known_keys(table: str) -> set[str]:
    """Keys of all headings that mean something in a table: its columns and their synonyms."""
    return SCHEMAS[table].by_name.keys() | synonyms().get(table, {}).keys()


@cache
def synonyms() -> dict[str, dict[str, str]]:
    """By table: the keys of people's headings, and the column that each of them means."""
    text = Path(__file__).with_name("synonyms.yml").read_text(encoding="utf-8")
    return {
        table: {key_of(word): name for name, words in columns.items() for word in words.split()}
        for table, columns in yaml.safe_load(text).items()
    }


def columns_of(table: str, headings: list[str]) -> dict[str, str]:
    """Exact names first, then synonyms, then what is spelled nearly alike; each column once."""
    names = {name: name for name in SCHEMAS[table].by_name}
    known = {**synonyms().get(table, {}), **names}

    def nearly(key: str) -> str | None:
        near = difflib.get_close_matches(key, [*known], n=1, cutoff=0.8)
        return known[near[0]] if near else None

    meant = dict.fromkeys(headings, "")
    for meaning_of in (names.get, known.get, nearly):
        for heading in headings:
            name = meaning_of(key_of(heading)) or ""
            if not meant[heading] and name not in meant.values():
                meant[heading] = name
    return meant


def _reads_day(text: str, date_format: str) -> object:
    return day_of(text, CellFormat(date_format=date_format))[0]


def _reads_number(text: str, number_format: str) -> object:
    form = CellFormat(number_format=number_format)
    return span_of(text, form) or number_of(text, number_format)


_Format = tuple[tuple[str, ...], tuple[str, ...], Callable[[str, str], object]]
_FORMATS: Mapping[str, _Format] = {
    "date_format": (("day", "start", "finish"), DATE_FORMATS, _reads_day),
    "number_format": (("number",), tuple(NUMBER_FORMATS), _reads_number),
}


def _texts(sheet: Sheet, top: int, headings: set[str]) -> list[str]:
    """The texts that stand below some of the headings."""
    places = [index for index, cell in enumerate(sheet.rows[top]) if str(cell) in headings]
    cells = [row[i] for row in sheet.rows[top + 1 :] for i in places if i < len(row)]
    return [cell.strip() for cell in cells if isinstance(cell, str) and cell.strip()]


def save_headings(proposal: Proposal) -> Path:
    """Keep a confirmed proposal beside its file; reading the file uses it from then on."""
    sheets = {
        name: {"table": table, "headings": dict(columns)}
        for name, (table, columns) in proposal.sheets.items()
    }
    content = {"sheets": sheets, "project": dict(proposal.header)}
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    about = f"# How pmtools reads {proposal.path.name}. An empty column is left out.\n"
    return publish(mapping_path(proposal.path), (about + text).encode("utf-8"))


def saved_headings(path: Path) -> Proposal:
    """The headings that were confirmed for a file; an empty proposal where none were."""
    file = mapping_path(path)
    if not file.is_file():
        return Proposal(path, {})
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        sheets = {
            str(name): (str(s["table"]), {str(h): str(c or "") for h, c in s["headings"].items()})
            for name, s in (content.get("sheets") or {}).items()
        }
        header = {str(name): value for name, value in (content.get("project") or {}).items()}
        states = {str(name): str(value) for name, value in (content.get("states") or {}).items()}
    except (yaml.YAMLError, UnicodeDecodeError, AttributeError, KeyError, TypeError) as error:
        remedy = "Correct it, or remove it and accept the headings again."
        raise SourceError([Problem(file.name, f"not understood ({error})", "", remedy)]) from None
    fields = [column.name for column in HEADER]
    words = [(f'"{name}" is no field of a project', name, fields) for name in header]
    for sheet, (table, columns) in sheets.items():
        words.append((f'sheet "{sheet}": "{table}" is no table', table, [*SCHEMAS]))
        known = ["", *SCHEMAS[table].by_name] if table in SCHEMAS else [*columns.values()]
        words += [
            (f'heading "{heading}": "{name}" is no column of "{table}"', name, known)
            for heading, name in columns.items()
        ]
    words += [(f'state "{name}" means "{s}"', s, [*ITEM_CATEGORIES]) for name, s in states.items()]
    wrong = [(found, word, known) for found, word, known in words if word not in known]
    if wrong:
        raise SourceError(Problem(file.name, f + nearest(word, known)) for f, word, known in wrong)
    return Proposal(path, sheets, header, states=states)
