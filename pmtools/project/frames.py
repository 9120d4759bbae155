"""Rows of any make -> a table with the declared columns, or every reason why it cannot be one.

Nothing is converted by guess: a day is a date or ISO text, never a number or the word `today`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, SupportsIndex

import numpy as np
import pandas as pd
from pandas.api import types

from pmtools.errors import Problem, ProjectError, nearest
from pmtools.project.schema import TABLES, Column

ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
ISO_INSTANT = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?")
PLAIN_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*")
LAST_MINUTE = pd.Timedelta(hours=23, minutes=59)

_EXPECTED = {
    "number": ("a number", "Write it without unit or sign of currency."),
    "flag": ("True or False", "Correct the value."),
    "day": ("a date, or text like 2026-03-20", "Give a date without a time zone."),
    "start": ("a date, or text like 2026-03-20 08:00", "Give a date without a time zone."),
    "finish": ("a date, or text like 2026-03-20 17:00", "Give a date without a time zone."),
    "ids": ('ids separated by ";"', "Give ids as text, or a list of them."),
}
_TEXT = ("text", "Give it as text.")


@dataclass(frozen=True)
class Source:
    """Where the rows of a table came from, so that a problem can name its place."""

    place: str
    rows: tuple[int, ...] = ()

    def row(self, position: SupportsIndex) -> str:
        """`plan.xlsx, sheet "links", row 14` for the row at that position of the table."""
        index = int(position)
        number = self.rows[index] if index < len(self.rows) else index + 1
        return f"{self.place}, row {number}"


def frame_of(table: str, rows: Any = None, source: Source | None = None) -> pd.DataFrame:
    """A table with all its columns in order and of their types; missing ones take the default.

    Parameters
    ----------
    table
        Name of the table in `schema.TABLES`.
    rows
        A DataFrame, a list of dicts or a dict of columns; nothing gives an empty table.
        A column of kind `finish` takes a day without a time as its last minute, 23:59.
    source
        Where the rows came from; problems name it.

    Raises
    ------
    ProjectError
        With every column that is not known and every value that is not of its column's kind.
    """
    frame, problems = typed_frame(table, rows, source or Source(f'table "{table}"'))
    if problems:
        raise ProjectError(problems)
    return frame


def typed_frame(table: str, rows: Any, source: Source) -> tuple[pd.DataFrame, list[Problem]]:
    """The same, with the problems instead of an error; what is of the wrong kind is missing."""
    try:
        frame = pd.DataFrame(rows).reset_index(drop=True)
    except (ValueError, TypeError) as error:
        expected = "a DataFrame, a list of dicts or a dict of columns"
        return typed_frame(table, None, source)[0], [
            Problem(source.place, f"no table: {error}", expected, "Correct the rows.")
        ]
    problems = [*_unknown_columns(table, frame, source)]
    columns = {}
    for column in TABLES[table].columns:
        given = frame.get(column.name)
        if isinstance(given, pd.Series):
            columns[column.name], bad = _typed(given, column)
            problems += _of_wrong_kind(given, bad, column, source)
        else:
            columns[column.name] = _default(column, frame.index)
    return pd.DataFrame(columns, index=frame.index), problems


def instant_of(value: object, kind: str) -> pd.Timestamp | None:
    """A day or instant handed in from Python as a Timestamp; None where nothing is said.

    Raises
    ------
    ValueError
        Where the value is neither a date without a time zone nor ISO text.
    """
    instant = _instant(value, kind)
    return None if pd.isna(instant) else instant


def _unknown_columns(table: str, frame: pd.DataFrame, source: Source) -> Iterator[Problem]:
    known = [column.name for column in TABLES[table].columns]
    for name in frame.columns[~frame.columns.isin(known)]:
        remedy = f"Rename it or leave it out{nearest(str(name), known)}."
        yield Problem(source.place, f'column "{name}" is not known', remedy=remedy)
    for name in frame.columns[frame.columns.duplicated()].unique():
        yield Problem(source.place, f'column "{name}" is there twice', remedy="Remove one of them.")


def _of_wrong_kind(given: pd.Series, bad: Any, column: Column, source: Source) -> Iterator[Problem]:
    expected, remedy = _EXPECTED.get(column.kind, _TEXT)
    for position in np.flatnonzero(bad):
        found = f"{column.name} is {given.iloc[position]!r}"[:200]
        yield Problem(source.row(position), found, expected, remedy)


def _typed(values: pd.Series, column: Column) -> tuple[pd.Series, Any]:
    """The values in the column's type, and which of them are not of its kind."""
    if column.kind == "number":
        return _numbers(values, column)
    if column.kind == "flag":
        return _flags(values, column)
    if column.kind in ("day", "start", "finish"):
        return _instants(values, column)
    return _texts(values, column)


def _default(column: Column, index: pd.Index) -> pd.Series:
    if column.kind == "number":
        value, dtype = np.nan if column.default is None else column.default, "float64"
    elif column.kind == "flag":
        value, dtype = bool(column.default), "bool"
    elif column.kind in ("day", "start", "finish"):
        value, dtype = pd.NaT, "datetime64[us]"
    else:
        value, dtype = str(column.default or ""), "str"
    return pd.Series(value, index=index, dtype=dtype)


def _numbers(values: pd.Series, column: Column) -> tuple[pd.Series, Any]:
    bad: Any = False
    if not (types.is_integer_dtype(values.dtype) or types.is_float_dtype(values.dtype)):
        values, bad = _each(values, _number, "float64")
    default = np.nan if column.default is None else column.default
    return values.astype("float64").fillna(default), bad


def _number(value: Any) -> float:
    if _is_missing(value) or (isinstance(value, str) and not value.strip()):
        return np.nan
    is_text = isinstance(value, str)
    if isinstance(value, bool | np.bool_) or (is_text and not PLAIN_NUMBER.fullmatch(value)):
        raise ValueError(value)
    return float(value)


def _flags(values: pd.Series, column: Column) -> tuple[pd.Series, Any]:
    if values.dtype == bool:
        return values, False
    flags, bad = _each(values, lambda value: _flag(value, bool(column.default)), "bool")
    return flags, bad


def _flag(value: Any, default: bool) -> bool:
    if _is_missing(value) or (isinstance(value, str) and value == ""):
        return default
    if isinstance(value, str) or value not in (0, 1):
        raise ValueError(value)
    return bool(value)


def _instants(values: pd.Series, column: Column) -> tuple[pd.Series, Any]:
    if values.dtype.kind == "M" and getattr(values.dtype, "tz", None) is None:
        return values.astype("datetime64[us]"), False
    return _each(values, lambda value: _instant(value, column.kind), "datetime64[us]")


def _instant(value: Any, kind: str) -> Any:
    if _is_missing(value) or (isinstance(value, str) and value == ""):
        return pd.NaT
    if isinstance(value, str):
        if not ISO_INSTANT.fullmatch(value):
            raise ValueError(value)
        is_day, instant = bool(ISO_DAY.fullmatch(value)), pd.Timestamp(value)
    elif isinstance(value, np.datetime64):
        is_day, instant = False, pd.Timestamp(value)
    elif isinstance(value, date):
        is_day, instant = not isinstance(value, datetime), pd.Timestamp(value)
    else:
        raise ValueError(value)
    if instant.tz is not None:
        raise ValueError(value)
    return instant + LAST_MINUTE if is_day and kind == "finish" else instant


def _texts(values: pd.Series, column: Column) -> tuple[pd.Series, Any]:
    bad: Any = False
    if not isinstance(values.dtype, pd.StringDtype):
        values, bad = _each(values, lambda value: _text(value, column.kind), "str")
    if values.dtype != "str" or values.hasnans:
        values = values.astype("str").fillna("")
    if column.default and (empty := values == "").any():
        values = values.mask(empty, str(column.default))
    if not _is_writable("".join(values.to_list())):
        bad = bad | ~values.map(_is_writable)
    return values, bad


def _text(value: Any, kind: str) -> str:
    if isinstance(value, str):
        return value
    if kind == "ids" and isinstance(value, list | tuple | set | frozenset):
        return ";".join(_text(part, "id") for part in value)
    if _is_missing(value):
        return ""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
        raise ValueError(value)
    # pandas makes floats of whole numbers beside an empty cell: 12.0 was 12.
    return str(int(value)) if kind != "text" and value == int(value) else str(value)


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or bool(value != value)


def _is_writable(text: str) -> bool:
    """Whether the text can be stored: half of a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _each(values: pd.Series, convert: Callable[[Any], Any], dtype: str) -> tuple[pd.Series, Any]:
    converted: list[Any] = []
    bad = np.zeros(len(values), dtype=bool)
    for position, value in enumerate(values.to_list()):
        try:
            converted.append(convert(value))
        except (ValueError, TypeError, ArithmeticError):
            converted.append(None)
            bad[position] = True
    return pd.Series(converted, index=values.index, dtype=dtype), bad
