"""One cell: text or a spreadsheet's value -> a typed value, under declared formats, and back.

Nothing is guessed: `2,5` is a number only where decimals are declared to be written with a comma,
`01/02/2026` is a day only where the order of day and month is declared. YYYY-MM-DD always is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache, lru_cache, partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd

from pmtools.errors import Problem, SourceError
from pmtools.project import Column, TableSchema

NUMBER_FORMATS = {
    "1234.5": ("", "."),
    "1,234.5": (",", "."),
    "1.234,5": (".", ","),
    "1 234,5": (" ", ","),
    "1234,5": ("", ","),
}
DATE_FORMATS = ("YYYY-MM-DD", "DD/MM/YYYY", "MM/DD/YYYY", "DD.MM.YYYY")
_CLOCK = (
    r"(?:[ T](?P<H>\d{1,2}):(?P<M>\d\d)(?::(?P<S>\d\d)(?:\.(?P<f>\d{1,6}))?)?(?: ?(?P<half>[AP]M))?"
    r"(?P<zone>Z|[+-]\d\d:?\d\d)?)?"
)
_UNITS = {
    "m min mins minute minutes": (1 / 60, 0, 1 / 60),
    "h hr hrs hour hours std": (1, 0, 1),
    "d dy day days t tag tage": (0, 1, 24),
    "w wk wks week weeks wo woche wochen": (0, 5, 168),
    "mo mon mons month months": (0, 20, 720),
}
_UNIT_OF = {word: unit for words, unit in _UNITS.items() for word in words.split()}
"""Of each unit: its hours and its working days, and its elapsed hours."""
_YES = {"yes", "y", "true", "1", "x", "ja", "wahr"}
_NO = {"no", "n", "false", "0", "nein", "falsch"}
_DIFFERENT_CELLS = 20_000


@dataclass(frozen=True)
class CellFormat:
    """How days and numbers are written in a source, and how long its working day is."""

    date_format: str = "YYYY-MM-DD"
    number_format: str = "1234.5"
    hours_per_day: float = 8.0
    timezone: str = "UTC"


class Percent(float):
    """A number that a spreadsheet shows as percent: 50.0 for a cell that shows 50%."""


class CellFault(Exception):
    """Why a cell cannot be read: what was found, what was expected, what to do.

    A cell of a spreadsheet is one itself where it holds an error, or a formula never computed.
    """

    def __init__(self, found: str, expected: str = "", remedy: str = "Correct the cell.") -> None:
        super().__init__(found, expected, remedy)
        self.found, self.expected, self.remedy = found, expected, remedy

    def at(self, place: str) -> Problem:
        """The problem to report, with the place of the cell."""
        return Problem(place, self.found, self.expected, self.remedy)


Cell = str | float | bool | date | time | timedelta | CellFault | None


class Span(NamedTuple):
    """An amount of time: hours (or percent) of a kind; no kind where no unit was written."""

    amount: float
    kind: str


class RowReader:
    """Reads the rows of one table; cells of a column that are alike are parsed once."""

    def __init__(self, schema: TableSchema, form: CellFormat) -> None:
        self.form = form
        self.readers = {
            column.name: lru_cache(_DIFFERENT_CELLS, typed=True)(
                partial(read_cell, column, form=form)
            )
            for column in schema.columns
        }

    def read(self, cells: Mapping[str, Cell]) -> tuple[dict[str, object], list[CellFault]]:
        """The typed values of one row, None where a cell is empty, and what could not be read.

        A unit in `tasks.duration_hours` or `links.lag_hours` sets `is_elapsed` or `lag_kind` too.
        """
        row: dict[str, object] = {}
        kinds: dict[str, object] = {}
        faults = []
        for name, cell in cells.items():
            try:
                value = self.readers[name](cell)
                if isinstance(value, Span):
                    days = name == "duration" and not value.kind
                    row[name] = value.amount * self.form.hours_per_day if days else value.amount
                    kinds |= _kind_of(name, value, cells)
                else:
                    row[name] = value
            except CellFault as fault:
                faults.append(fault)
        return row | kinds, faults


def _kind_of(name: str, span: Span, cells: Mapping[str, Cell]) -> dict[str, object]:
    said = cells.get("lag_kind")
    if not span.kind:
        return {}
    if name == "lag_hours" and said and said != span.kind:
        found = f'{name} is "{cells[name]}" and lag_kind is "{said}"'
        raise CellFault(found, "one kind", "Correct one of them.")
    if name == "lag_hours":
        return {"lag_kind": span.kind}
    if name in ("duration", "duration_hours") and span.kind == "elapsed":
        return {"is_elapsed": True}
    if span.kind != "working":
        raise CellFault(f'{name} is "{cells[name]}"', "working time, e.g. 16h or 2d")
    return {}


def read_cell(column: Column, cell: Cell, form: CellFormat) -> object:
    """The value of a cell of that column, None where it is empty, a Span for hours.

    Raises CellFault where the cell does not hold what the column declares.
    """
    if isinstance(cell, CellFault):
        raise CellFault(f"{column.name} {cell.found}", column.help, cell.remedy)
    if cell is None or (isinstance(cell, str) and not cell.strip() and column.kind != "text"):
        return None
    if column.kind in ("text", "id", "ids"):
        return _text(column, cell)
    if column.kind == "number":
        return _number(column, cell, form)
    if column.kind == "flag":
        return _flag(column, cell)
    if column.kind == "time":
        return _time(column, cell)
    return _day(column, cell, form)


def _fault(column: Column, cell: object, expected: str, *remedy: str) -> CellFault:
    return CellFault(f'{column.name} is "{cell}"', expected, *remedy)


def _text(column: Column, cell: Cell) -> str:
    if isinstance(cell, str):
        if column.kind == "ids":
            return ";".join(part.strip() for part in cell.split(";") if part.strip())
        return cell.strip() if column.kind == "id" else cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float | int):
        return f"{plain(cell)}%" if isinstance(cell, Percent) else plain(cell)
    return written_day("start", cell) if isinstance(cell, datetime) else str(cell)


def _flag(column: Column, cell: Cell) -> bool:
    word = plain(cell) if isinstance(cell, int | float) else str(cell).strip().casefold()
    if word not in _YES | _NO:
        raise _fault(column, cell, "yes or no")
    return word in _YES


def _time(column: Column, cell: Cell) -> str:
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    found = re.fullmatch(r"(\d{1,2}):([0-5]\d)(?::00)?", str(cell).strip())
    if found and (int(found[1]), int(found[2])) <= (24, 0):
        return f"{int(found[1]):02}:{found[2]}"
    raise _fault(column, cell, "a time from 00:00 to 24:00")


def _number(column: Column, cell: Cell, form: CellFormat) -> float | Span:
    is_time = column.name == "duration" or column.name.endswith("_hours")
    is_percent_complete = column.name == "percent_complete"
    span = span_of(cell, form) if isinstance(cell, str) else None
    if isinstance(cell, Percent):
        span = Span(float(cell), "percent")
    elif isinstance(cell, timedelta):
        span = Span(cell / timedelta(hours=1), "")
    if span and is_time:
        return span
    if span and span.kind == "percent":
        if is_percent_complete:
            return span.amount
        if column.name == "units" or column.maximum == 1:
            return span.amount / 100
        raise _fault(column, _text(column, cell), "a number that is no percent")
    value = number_of(cell, form.number_format) if isinstance(cell, str) else cell
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        expected = f"a number written like {form.number_format}"
        expected += ", or 16h, 2d, 1w, 3ed" if is_time else ""
        remedy = "Correct the cell, leave it empty, or declare the project's number_format."
        raise _fault(column, cell, expected, remedy)
    if is_percent_complete and 0 < value < 1:
        raise CellFault(
            f"{column.name} is {value:g}",
            "0 to 100",
            f"Write {plain(round(value * 100, 6))} if that share is done, or {value:g}% if it is "
            "really less than one percent.",
        )
    return Span(float(value), "") if is_time else float(value)


def number_of(text: str, number_format: str) -> float | None:
    """The number that a text is in a number format, None where it is none in that format."""
    group, point = NUMBER_FORMATS[number_format]
    text = text.strip().replace("\u2212", "-").replace("\u00a0", " ").replace("\u202f", " ")
    if not _number_pattern(group, point).fullmatch(text):
        return None
    value = float((text.replace(group, "") if group else text).replace(point, "."))
    return value if math.isfinite(value) else None


@cache
def _number_pattern(group: str, point: str) -> re.Pattern[str]:
    groups = rf"|[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}})+" if group else ""
    return re.compile(rf"[+-]?(?:[0-9]+{groups})(?:{re.escape(point)}[0-9]+)?")


def span_of(text: str, form: CellFormat) -> Span | None:
    """`5d`, `2w`, `16h`, `90m`, `3ed`, `1.5 days`, `50%` as a Span; None where no unit stands."""
    found = re.fullmatch(r"(.*?[0-9])\s*(%|[A-Za-z]+\.?)", text.strip().rstrip("?"))
    value = number_of(found[1], form.number_format) if found else None
    if found is None or value is None:
        return None
    word = found[2].rstrip(".").casefold()
    if word == "%":
        return Span(value, "percent")
    if word in _UNIT_OF:
        hours, days, _ = _UNIT_OF[word]
        return Span(value * (hours + days * form.hours_per_day), "working")
    if word[:1] == "e" and word[1:] in _UNIT_OF:
        return Span(value * _UNIT_OF[word[1:]][2], "elapsed")
    return None


def _day(column: Column, cell: Cell, form: CellFormat) -> datetime:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        day = datetime(1899, 12, 30) + timedelta(days=min(max(cell, 0), 73050))
        remedy = (
            f"Format the cell as a date (as a serial number of Excel it would be {day:%Y-%m-%d})."
        )
        raise CellFault(f"{column.name} is the number {cell:g}", "a day", remedy)
    moment, has_clock = day_of(cell.strip(), form) if isinstance(cell, str) else _native(cell)
    if moment is None:
        expected = f"a day written {form.date_format}"
        raise _fault(column, cell, expected, _remedy(str(cell).strip()))
    if column.kind == "finish" and not has_clock:
        return moment.replace(hour=23, minute=59)
    return datetime.combine(moment, time()) if column.kind == "day" else moment


def _native(cell: object) -> tuple[datetime | None, bool]:
    if isinstance(cell, datetime):
        return cell, cell.time() != time()
    return (datetime.combine(cell, time()), False) if isinstance(cell, date) else (None, False)


def _remedy(text: str) -> str:
    read = {name: day_of(text, CellFormat(date_format=name))[0] for name in DATE_FORMATS}
    days = {name: f"{moment:%Y-%m-%d}" for name, moment in read.items() if moment is not None}
    if days:
        meant = " or ".join(dict.fromkeys(days.values()))
        return f"Write {meant}, or declare the project's date_format: {' or '.join(days)}."
    if text.casefold() in ("today", "now", "heute", "today()", "now()"):
        return "Write the day itself: a computed day is another one with every reading."
    return "Write it as YYYY-MM-DD, or leave the cell empty."


def day_of(text: str, form: CellFormat) -> tuple[datetime | None, bool]:
    """The moment a text says, None where it says none, and whether it says a time of day."""
    for date_format in ("YYYY-MM-DD", form.date_format):
        found = _day_pattern(date_format).fullmatch(text)
        if found:
            return _moment(found, form.timezone), found["H"] is not None
    return None, False


@cache
def _day_pattern(date_format: str) -> re.Pattern[str]:
    pattern = re.escape(date_format).replace("YYYY", r"(?P<y>\d{4})")
    pattern = pattern.replace("MM", r"(?P<m>\d{1,2})").replace("DD", r"(?P<d>\d{1,2})")
    return re.compile(pattern + _CLOCK, re.ASCII | re.IGNORECASE)


def _moment(found: re.Match[str], timezone: str) -> datetime | None:
    year, month, day, hour, minute, second = (int(found[part] or 0) for part in "ymdHMS")
    fraction = int((found["f"] or "").ljust(6, "0"))
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].upper() == "PM" else 0)
    try:
        moment = datetime(year, month, day, hour, minute, second, fraction)
        if found["zone"]:
            zoned = datetime.fromisoformat(moment.isoformat() + found["zone"].upper())
            moment = zoned.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    return moment


def status_date_of(value: str | date | None) -> pd.Timestamp | None:
    """A status date given by a caller: ISO text or a timestamp; a day alone is its last minute.

    None, or "" as a notebook's parameter has it, says nothing: the latest date counts.

    Raises
    ------
    SourceError
        Where the text is no day written YYYY-MM-DD.
    """
    if value is None or value == "" or value is pd.NaT:
        return None
    moment, has_clock = (
        day_of(value.strip(), CellFormat()) if isinstance(value, str) else _native(value)
    )
    if moment is None:
        raise SourceError([Problem("status date", f'"{value}" is no day', "YYYY-MM-DD")])
    return pd.Timestamp(moment if has_clock else moment.replace(hour=23, minute=59)).as_unit("us")


def write_cell(column: Column, value: object, form: CellFormat) -> str:
    """The text of a value, so that `read_cell` gives the same value back; "" where it is missing.

    Days are written YYYY-MM-DD, numbers without a thousands sign in the declared format.
    """
    if value is None or pd.isna(value):
        return ""
    if column.kind == "number":
        number = float(str(value))
        text = plain(number).replace(".", NUMBER_FORMATS[form.number_format][1])
        return f"{text}%" if column.name == "percent_complete" and 0 < number < 1 else text
    if column.kind == "flag":
        return "yes" if value else "no"
    return written_day(column.kind, value) if isinstance(value, datetime) else str(value)


def written_day(kind: str, moment: datetime) -> str:
    """`2026-03-02` where the column's convention gives the time back, else with the time."""
    if moment.time() == (time(23, 59) if kind == "finish" else time()):
        return f"{moment:%Y-%m-%d}"
    if moment.microsecond:
        return f"{moment:%Y-%m-%d %H:%M:%S.%f}"
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment.second else f"{moment:%Y-%m-%d %H:%M}"


def plain(value: float) -> str:
    """A number without exponent or needless decimals: 5, 0.25, 100000."""
    return format(Decimal(repr(float(value))), "f").removesuffix(".0")
