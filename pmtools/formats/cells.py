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
from functools import cache
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
    "m": ("m", "min", "mins", "minute", "minutes"),
    "h": ("h", "hr", "hrs", "hour", "hours", "std"),
    "d": ("d", "dy", "day", "days", "t", "tag", "tage"),
    "w": ("w", "wk", "wks", "week", "weeks", "wo", "woche", "wochen"),
    "mo": ("mo", "mon", "mons", "month", "months"),
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words}
_ELAPSED_HOURS = {"m": 1 / 60, "h": 1.0, "d": 24.0, "w": 168.0, "mo": 720.0}
_YES = {"yes", "y", "true", "1", "x", "ja", "wahr"}
_NO = {"no", "n", "false", "0", "nein", "falsch"}


@dataclass(frozen=True)
class CellFormat:
    """How days and numbers are written in a source, and how long its working day is."""

    date_format: str = "YYYY-MM-DD"
    number_format: str = "1234.5"
    hours_per_day: float = 8.0
    timezone: str = "UTC"


@dataclass(frozen=True)
class Unreadable:
    """A spreadsheet cell that holds no value: an error, or a formula never computed."""

    found: str
    remedy: str


class Percent(float):
    """A number that a spreadsheet shows as percent: 50.0 for a cell that shows 50%."""


Cell = str | float | bool | date | time | timedelta | Unreadable | None


class CellFault(Exception):
    """Why a cell cannot be read: what was found, what was expected, what to do."""

    def __init__(self, found: str, expected: str, remedy: str) -> None:
        super().__init__(found)
        self.found, self.expected, self.remedy = found, expected, remedy


class Span(NamedTuple):
    """An amount of time: hours (or percent) of a kind; no kind where no unit was written."""

    amount: float
    kind: str


def read_row(
    schema: TableSchema, cells: Mapping[str, Cell], form: CellFormat
) -> tuple[dict[str, object], list[CellFault]]:
    """The typed values of one row, None where a cell is empty, and what could not be read.

    A unit in `tasks.duration_hours` or `links.lag_hours` sets `is_elapsed` or `lag_kind` too.
    """
    row: dict[str, object] = {}
    kinds: dict[str, object] = {}
    faults = []
    for name, cell in cells.items():
        try:
            value = read_cell(schema.column(name), cell, form)
            row[name] = value.amount if isinstance(value, Span) else value
            if isinstance(value, Span) and value.kind:
                kinds |= _kind_of(name, value, cells)
            elif isinstance(value, Span) and name == "duration":
                row[name] = value.amount * form.hours_per_day
        except CellFault as fault:
            faults.append(fault)
    return row | kinds, faults


def _kind_of(name: str, span: Span, cells: Mapping[str, Cell]) -> dict[str, object]:
    if name == "lag_hours":
        said = cells.get("lag_kind")
        if said and said != span.kind:
            found = f'{name} is "{cells[name]}" and lag_kind is "{said}"'
            raise CellFault(found, "one kind", "Correct one of them.")
        return {"lag_kind": span.kind}
    if name in ("duration", "duration_hours") and span.kind == "elapsed":
        return {"is_elapsed": True}
    if span.kind != "working":
        raise CellFault(f'{name} is "{cells[name]}"', "working time, e.g. 16h or 2d", "Correct it.")
    return {}


def read_cell(column: Column, cell: Cell, form: CellFormat) -> object:
    """The value of a cell of that column; None where it is empty, a Span for hours.

    Raises
    ------
    CellFault
        Where the cell does not hold what the column declares.
    """
    if isinstance(cell, Unreadable):
        raise CellFault(f"{column.name} {cell.found}", column.help, cell.remedy)
    if cell is None or (isinstance(cell, str) and not cell.strip() and column.kind != "text"):
        return None
    if column.kind in ("text", "id", "ids"):
        return _text(column, cell)
    if column.kind == "number":
        is_time = column.name == "duration" or column.name.endswith("_hours")
        return _span(column, cell, form) if is_time else _number(column, cell, form)
    if column.kind == "flag":
        return _flag(column, cell)
    if column.kind == "time":
        return _time(column, cell)
    return _day(column, cell, form)


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
    if isinstance(cell, bool) or word in _YES | _NO:
        return cell if isinstance(cell, bool) else word in _YES
    raise CellFault(f'{column.name} is "{cell}"', "yes or no", "Correct the cell.")


def _time(column: Column, cell: Cell) -> str:
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    found = re.fullmatch(r"(\d{1,2}):(\d\d)(?::00)?", str(cell).strip())
    if found and (int(found[1]), int(found[2])) <= (24, 0) and int(found[2]) < 60:
        return f"{int(found[1]):02}:{found[2]}"
    raise CellFault(f'{column.name} is "{cell}"', "a time from 00:00 to 24:00", "Correct it.")


def _number(column: Column, cell: Cell, form: CellFormat) -> float:
    text = cell.strip() if isinstance(cell, str) else ""
    if isinstance(cell, Percent) or text.endswith("%"):
        share = {"percent_complete": 1.0, "units": 100.0}.get(column.name)
        share = share or (100.0 if column.maximum == 1 else None)
        if share is not None:
            return _parsed(column, text[:-1].strip() if text else cell, form) / share
        found = f'{column.name} is "{text or _text(column, cell)}"'
        raise CellFault(found, "a number that is no percent", "Correct the cell.")
    value = _parsed(column, cell, form)
    if column.name == "percent_complete" and 0 < value < 1:
        raise CellFault(
            f"percent_complete is {value:g}",
            "0 to 100",
            f"Write {plain(round(value * 100, 6))} if that share is done, or {value:g}% if it is "
            "really less than one percent.",
        )
    return value


def _parsed(column: Column, cell: Cell, form: CellFormat) -> float:
    if isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell):
        return float(cell)
    value = number_of(cell, form.number_format) if isinstance(cell, str) else None
    if value is None:
        raise CellFault(
            f'{column.name} is "{cell}"',
            f"a number written like {form.number_format}",
            "Correct the cell, leave it empty, or declare the project's number_format.",
        )
    return value


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


def _span(column: Column, cell: Cell, form: CellFormat) -> Span:
    if isinstance(cell, Percent):
        return Span(float(cell), "percent")
    if isinstance(cell, timedelta):
        return Span(cell / timedelta(hours=1), "")
    span = span_of(cell, form) if isinstance(cell, str) else None
    if span is None and isinstance(cell, str) and number_of(cell, form.number_format) is None:
        expected = f"hours written like {form.number_format}, or 16h, 2d, 1w, 3ed"
        raise CellFault(f'{column.name} is "{cell}"', expected, "Correct the cell or empty it.")
    return span or Span(_parsed(column, cell, form), "")


def span_of(text: str, form: CellFormat) -> Span | None:
    """`5d`, `2w`, `16h`, `90m`, `3ed`, `1.5 days`, `50%` as a Span; None where no unit stands."""
    found = re.fullmatch(r"(.*?[0-9])\s*(%|[A-Za-z]+\.?)\??", text.strip().rstrip("?"))
    value = number_of(found[1], form.number_format) if found else None
    if found is None or value is None:
        return None
    word = found[2].rstrip(".").casefold()
    if word == "%":
        return Span(value, "percent")
    if word in _UNIT_OF:
        day = form.hours_per_day
        hours = {"m": 1 / 60, "h": 1.0, "d": day, "w": 5 * day, "mo": 20 * day}[_UNIT_OF[word]]
        return Span(value * hours, "working")
    if word[:1] == "e" and word[1:] in _UNIT_OF:
        return Span(value * _ELAPSED_HOURS[_UNIT_OF[word[1:]]], "elapsed")
    return None


def _day(column: Column, cell: Cell, form: CellFormat) -> datetime:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        day = datetime(1899, 12, 30) + timedelta(days=min(max(cell, 0), 73050))
        raise CellFault(
            f"{column.name} is the number {cell:g}",
            "a day",
            f"Format the cell as a date (as a serial number of Excel it would be {day:%Y-%m-%d}).",
        )
    moment, has_clock = day_of(cell.strip(), form) if isinstance(cell, str) else _native(cell)
    if moment is None:
        raise CellFault(
            f'{column.name} is "{cell}"', f"a day written {form.date_format}", _remedy(str(cell))
        )
    if column.kind == "finish" and not has_clock:
        return moment.replace(hour=23, minute=59)
    return (
        moment.replace(hour=0, minute=0, second=0, microsecond=0)
        if column.kind == "day"
        else (moment)
    )


def _native(cell: Cell) -> tuple[datetime | None, bool]:
    if isinstance(cell, datetime):
        return cell, cell.time() != time(0)
    return (
        (datetime(cell.year, cell.month, cell.day), False)
        if isinstance(cell, date)
        else (None, False)
    )


def _remedy(text: str) -> str:
    known = {
        name: moment
        for name in DATE_FORMATS
        if (moment := day_of(text.strip(), CellFormat(date_format=name))[0]) is not None
    }
    if known:
        days = " or ".join(dict.fromkeys(f"{moment:%Y-%m-%d}" for moment in known.values()))
        return f"Write {days}, or declare the project's date_format: {' or '.join(known)}."
    if text.strip().casefold() in ("today", "now", "heute", "today()", "now()"):
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
    hour = int(found["H"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].upper() == "PM" else 0)
    clock = (
        hour,
        int(found["M"] or 0),
        int(found["S"] or 0),
        int((found["f"] or "").ljust(6, "0")),
    )
    try:
        moment = datetime(int(found["y"]), int(found["m"]), int(found["d"]), *clock)
    except ValueError:
        return None
    if found["zone"]:
        zoned = datetime.fromisoformat(moment.isoformat() + found["zone"].upper())
        return zoned.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)
    return moment


def status_date_of(value: str | date | None) -> pd.Timestamp | None:
    """A status date given by a caller: ISO text or a timestamp; a day alone is its last minute.

    None, or "" as a notebook's parameter has it, says nothing: the latest date counts.

    Raises
    ------
    SourceError
        Where the text is no day written YYYY-MM-DD.
    """
    if value is None or value == "":
        return None
    moment, has_clock = (
        day_of(value.strip(), CellFormat()) if isinstance(value, str) else _native(value)
    )
    if moment is None or pd.isna(moment):
        raise SourceError([Problem("status date", f'"{value}" is no day', "YYYY-MM-DD")])
    return pd.Timestamp(moment if has_clock else moment.replace(hour=23, minute=59)).as_unit("us")


def write_cell(column: Column, value: object, form: CellFormat) -> str:
    """The text of a value, so that `read_cell` gives the same value back; "" where it is missing.

    Days are written YYYY-MM-DD, numbers without a thousands sign in the declared format.
    """
    if value is None or pd.isna(value):
        return ""
    if column.kind == "number":
        text = plain(float(str(value))).replace(".", NUMBER_FORMATS[form.number_format][1])
        is_small_percent = column.name == "percent_complete" and 0 < float(str(value)) < 1
        return f"{text}%" if is_small_percent else text
    if column.kind == "flag":
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return written_day(column.kind, value)
    return str(value)


def written_day(kind: str, moment: datetime) -> str:
    """`2026-03-02` where the column's convention gives the time back, else with the time."""
    clock = moment.time()
    if clock == (time(23, 59) if kind == "finish" else time(0)):
        return f"{moment:%Y-%m-%d}"
    if clock.microsecond:
        return f"{moment:%Y-%m-%d %H:%M:%S.%f}"
    return f"{moment:%Y-%m-%d %H:%M:%S}" if clock.second else f"{moment:%Y-%m-%d %H:%M}"


def plain(value: float) -> str:
    """A number without exponent or needless decimals: 5, 0.25, 100000."""
    text = format(Decimal(repr(float(value))), "f")
    return text.removesuffix(".0")
