"""Rows of any make -> a table with the declared columns, or every reason why it cannot be one.

Nothing is converted by guess: a day is a date or ISO text, never a number or the word `today`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
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

_DATE = ("a date, or text like 2026-03-20{}", "Give a date without a time zone.")
_EXPECTED = {
    "number": ("a number", "Write it without unit or sign of currency."),
    "flag": ("True or False", "Correct the value."),
    "day": (_DATE[0].format(""), _DATE[1]),
    "start": (_DATE[0].format(" 08:00"), _DATE[1]),
    "finish": (_DATE[0].format(" 17:00"), _DATE[1]),
    "ids": ('ids separated by ";"', "Give ids as text, or a list of them."),
}
_TEXT = ("text", "Give it as text.")
_STORED = {"number": ("float64", np.nan), "flag": ("bool", False)}
_STORED |= dict.fromkeys(("day", "start", "finish"), ("datetime64[us]", pd.NaT))


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
    if rows is None:
        return _empty(table).copy(deep=False), []
    try:
        frame = pd.DataFrame(rows).reset_index(drop=True)
    except (ValueError, TypeError) as error:
        expected = "a DataFrame, a list of dicts or a dict of columns"
        problem = Problem(source.place, f"no table: {error}", expected, "Correct the rows.")
        return _empty(table).copy(deep=False), [problem]
    problems = [*_strange_columns(table, frame, source)]
    columns = {}
    for column in TABLES[table].columns:
        given = frame.get(column.name)
        if isinstance(given, pd.Series):
            columns[column.name], bad = _typed(given, column)
            problems += _of_wrong_kind(given, bad, column, source)
        else:
            dtype, default = _stored(column)
            columns[column.name] = pd.Series(default, index=frame.index, dtype=dtype)
    return pd.DataFrame(columns, index=frame.index), problems


def instant_of(value: object, kind: str) -> pd.Timestamp | None:
    """A day or instant handed in from Python as a Timestamp; None where nothing is said.

    Raises
    ------
    ValueError
        Where the value is neither a date without a time zone nor ISO text.
    """
    return None if _is_missing(value) else _instant(value, kind)


@lru_cache
def _empty(table: str) -> pd.DataFrame:
    return typed_frame(table, (), Source(table))[0]


def _strange_columns(table: str, frame: pd.DataFrame, source: Source) -> Iterator[Problem]:
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


def _stored(column: Column) -> tuple[str, Any]:
    """The dtype of a column, and what stands where nothing is said."""
    dtype, missing = _STORED.get(column.kind, ("str", ""))
    return dtype, missing if column.default is None else column.default


def _typed(given: pd.Series, column: Column) -> tuple[pd.Series, Any]:
    """The values in the column's type, and which of them are not of its kind."""
    dtype, default = _stored(column)
    values, bad = (given, False) if _is_typed(given.dtype, dtype) else _each(given, column)
    if values.dtype != dtype:
        values = values.astype(dtype)
    if default == default and values.hasnans:
        values = values.fillna(default)
    if dtype != "str":
        return values, bad
    if default and (empty := values == "").any():
        values = values.mask(empty, default)
    if not _is_writable("".join(values.to_list())):
        bad = bad | ~values.map(_is_writable)
    return values, bad


def _is_typed(given: Any, dtype: str) -> bool:
    """Whether values of the given dtype need not be looked at one by one."""
    if dtype == "str":
        return isinstance(given, pd.StringDtype)
    if dtype == "float64":
        return types.is_integer_dtype(given) or types.is_float_dtype(given)
    if dtype == "bool":
        return bool(given == "bool")
    return given.kind == "M" and getattr(given, "tz", None) is None


def _each(given: pd.Series, column: Column) -> tuple[pd.Series, Any]:
    dtype, default = _stored(column)
    convert = {"float64": _number, "bool": _flag, "str": _text}.get(dtype, _instant)
    converted: list[Any] = []
    bad = np.zeros(len(given), dtype=bool)
    for position, value in enumerate(given.to_list()):
        try:
            converted.append(default if _is_missing(value) else convert(value, column.kind))
        except (ValueError, TypeError, ArithmeticError):
            converted.append(default)
            bad[position] = True
    return pd.Series(converted, index=given.index, dtype=dtype), bad


def _is_missing(value: Any) -> bool:
    if isinstance(value, str):
        return value == ""
    return value is None or value is pd.NA or value is pd.NaT or bool(value != value)


def _number(value: Any, kind: str) -> float:
    if isinstance(value, str):
        if not value.strip():
            return np.nan
        if not PLAIN_NUMBER.fullmatch(value):
            raise ValueError(value)
    elif isinstance(value, bool | np.bool_):
        raise ValueError(value)
    return float(value)


def _flag(value: Any, kind: str) -> bool:
    if isinstance(value, str) or value not in (0, 1):
        raise ValueError(value)
    return bool(value)


def _instant(value: Any, kind: str) -> pd.Timestamp:
    if isinstance(value, str):
        is_date, is_day = bool(ISO_INSTANT.fullmatch(value)), bool(ISO_DAY.fullmatch(value))
    else:
        is_date = isinstance(value, date | np.datetime64)
        is_day = isinstance(value, date) and not isinstance(value, datetime)
    if not is_date or (instant := pd.Timestamp(value)).tz is not None:
        raise ValueError(value)
    return instant + LAST_MINUTE if is_day and kind == "finish" else instant


def _text(value: Any, kind: str) -> str:
    if isinstance(value, str):
        return value
    if kind == "ids" and isinstance(value, list | tuple | set | frozenset):
        return ";".join("" if _is_missing(part) else _text(part, "id") for part in value)
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
        raise ValueError(value)
    # pandas makes floats of whole numbers beside an empty cell: 12.0 was 12.
    return str(int(value)) if kind != "text" and value == int(value) else str(value)


def _is_writable(text: str) -> bool:
    """Whether the text can be stored: half of a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
