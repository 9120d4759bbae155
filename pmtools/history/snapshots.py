"""A Project as pieces of JSON, each stored once under its hash, and back.

Readable without pmtools: the content of a piece is zlib-compressed JSON in UTF-8, its hash the
SHA-256 of that JSON. A snapshot is the piece {"header", "notes", "tables": {name: hash}}. A table
of the plan is {"columns": {name: hash}}, each column a list. A table of facts is {"last", "order"}:
the hash of its last week, {"before": hash of the week before or null, "columns": {name: list}},
and of the list that says for each row which week (0 is the first) it stands in; null: in order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from pmtools.errors import ProjectError
from pmtools.history.pieces import Damaged, Piece
from pmtools.project import HEADER, TABLES, Header, Project

FACTS = {"progress": "status_date", "timesheets": "date", "costs": "date", "transitions": "at"}
"""Tables that grow with time, and the day that a row belongs to."""
_DATES = ("day", "start", "finish")
_NEVER = np.datetime64("NaT")


def taken_apart(project: Project) -> tuple[str, dict[str, Piece]]:
    """The hash of the snapshot of a project, and all its pieces by their hashes."""
    pieces: dict[str, Piece] = {}

    def put(value: Any, before: str | None = None) -> str:
        raw = _JSON.encode(value).encode("utf-8", "surrogatepass")
        key = hashlib.sha256(raw).hexdigest()
        pieces[key] = Piece(before, raw)
        return key

    tables = {}
    for name, frame in project.tables.items():
        if len(frame):
            columns = {column: _listed(frame[column]) for column in frame}
            if name in FACTS:
                tables[name] = put(_by_week(columns, frame[FACTS[name]], put))
            else:
                tables[name] = put({"columns": {key: put(v) for key, v in columns.items()}})
    content = {"header": vars(project.header), "notes": project.notes, "tables": tables}
    return put(content), pieces


def _by_week(
    columns: Mapping[str, list[Any]], dates: pd.Series, put: Callable[..., str]
) -> dict[str, Any]:
    """A chain of weeks, from Monday to Sunday: a week more leaves those before as they are."""
    days = dates.to_numpy().astype("datetime64[D]").astype("int64")
    _, which = np.unique((days + 3) // 7, return_inverse=True)
    order = np.argsort(which, kind="stable")
    ends = np.cumsum(np.bincount(which))
    before = None
    for first, end in zip([0, *ends[:-1]], ends, strict=True):
        rows = order[first:end].tolist()
        part = {name: [values[row] for row in rows] for name, values in columns.items()}
        before = put({"before": before, "columns": part}, before)
    is_ordered = bool((np.diff(order) > 0).all())
    return {"last": before, "order": None if is_ordered else put(which.tolist())}


def put_together(key: str, read: Callable[[Iterable[str]], Mapping[str, Any]]) -> Project:
    """The Project of a snapshot.

    Parameters
    ----------
    key
        Hash of the snapshot.
    read
        The values of pieces by their hashes, and of all weeks before them.

    Raises
    ------
    Damaged
        Where a piece is missing, or a newer pmtools has written what is not known here.
    """
    try:
        content = read([key])[key]
        stored = read(content["tables"].values())
        tables = {name: stored[table] for name, table in content["tables"].items()}
        values = read(h for table in tables.values() for h in _parts(table))
        columns = {name: _columns(table, values) for name, table in tables.items()}
        fields = {field.name: field.kind for field in HEADER}
        strange = [f"{t}.{c}" for t, listed in columns.items() for c in listed
                   if t not in TABLES or c not in TABLES[t].by_name]  # fmt: skip
        if strange := [*(name for name in content["header"] if name not in fields), *strange]:
            raise Damaged(f"a newer pmtools has written it ({', '.join(strange)})")
        header = {name: pd.Timestamp(value) if value and fields[name] in _DATES else value
                  for name, value in content["header"].items()}  # fmt: skip
        frames = {name: _frame(name, listed) for name, listed in columns.items()}
        return Project(Header(**header), **frames, notes=tuple(content["notes"]))
    except KeyError as error:
        raise Damaged(f"piece {error} is missing") from error
    except (ProjectError, TypeError, ValueError) as error:
        raise Damaged(f"it is no project any more: {str(error).splitlines()[0]}") from error


def _parts(table: Mapping[str, Any]) -> list[str]:
    if "columns" in table:
        return [*table["columns"].values()]
    return [table["last"], *([table["order"]] if table["order"] else [])]


def _columns(table: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, list[Any]]:
    if "columns" in table:
        return {name: values[key] for name, key in table["columns"].items()}
    weeks, key = [], table["last"]
    while key:
        weeks.append(values[key]["columns"])
        key = values[key]["before"]
    columns: dict[str, list[Any]] = {
        name: [v for week in reversed(weeks) for v in week[name]] for name in weeks[0]
    }
    if table["order"]:
        rows = np.argsort(np.argsort(values[table["order"]], kind="stable")).tolist()
        columns = {name: [listed[row] for row in rows] for name, listed in columns.items()}
    return columns


def _listed(values: pd.Series) -> list[Any]:
    """The values of a column as JSON knows them: missing dates and numbers are null."""
    if values.dtype.kind != "M":
        return [None if value != value else value for value in values.to_list()]
    array = values.to_numpy()
    minutes = array.astype("datetime64[m]")
    is_whole = ((minutes == array) | np.isnat(array)).all()
    texts = np.datetime_as_string(minutes if is_whole else array).tolist()
    return [None if text == "NaT" else text for text in texts]


def _frame(name: str, columns: Mapping[str, list[Any]]) -> pd.DataFrame:
    made = {}
    for column, values in columns.items():
        kind = TABLES[name].column(column).kind
        if kind in _DATES:
            dates = [_NEVER if value is None else value for value in values]
            made[column] = pd.Series(np.array(dates, dtype="datetime64[us]"))
        else:
            dtype = {"number": "float64", "flag": "bool"}.get(kind, "str")
            made[column] = pd.Series(values, dtype=dtype)
    return pd.DataFrame(made)


def _plain(value: Any) -> Any:
    """Of a header: a moment, or a number of numpy."""
    return value.isoformat() if isinstance(value, pd.Timestamp) else value.item()


_JSON = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=_plain
)  # fmt: skip
