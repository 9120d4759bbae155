"""Every field, cell and row in which two snapshots differ, in words for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from pmtools.project import HEADER, TABLES, Column, Project
from pmtools.schedule.driving import lag_words
from pmtools.words import NOTHING, day, is_missing, money, number, percent, plain

CELLS = ["table", "change", "id", "task_id", "name", "group", "column", "label", "before", "after",
         "before_value", "after_value"]  # fmt: skip
GROUPS = {
    "scope": "tasks goals deliverables work_items",
    "estimates": "estimates tasks.duration_hours tasks.is_elapsed",
    "logic": "links",
    "resources": "resources assignments tasks.levelling_delay_hours tasks.priority "
    "tasks.ignores_resource_calendars tasks.is_resource_dependent",
    "baseline": "baseline header.budget",
    "progress": "progress timesheets ev_milestones transitions tasks.ev_method header.status_date",
    "costs": "costs rates tasks.fixed_cost tasks.cost_accrual tasks.control_account "
    "resources.cost_per_use resources.cost_accrual",
    "risks": "register",
    "calendars": "calendars exceptions availability tasks.calendar_id resources.calendar_id "
    "header.calendar_id header.hours_per_day header.timezone",
    "constraints": "tasks.constraint tasks.constraint_date tasks.deadline header.start "
    "header.deadline",
    "organisation": "departments responsibilities stakeholders tasks.owner_id tasks.department_id "
    "resources.department_id resources.email resources.role",
    "options": "header",
    "description": "header.id header.name tasks.code tasks.notes",
}
"""The groups of changes: their tables, and columns that do not belong where their table does."""
_GROUP_OF = {place: group for group, places in GROUPS.items() for place in places.split()}
_COME_WITH_TASKS = ("links", "assignments", "estimates", "ev_milestones")
LINK_WORDS = {"FS": "finish to start", "SS": "starts with it", "FF": "finishes with it",
              "SF": "start to finish"}  # fmt: skip
_LABELS = {
    "impact_hours": "delay", "impact_cost": "cost", "impact_percent": "growth", "wbs": "WBS",
    "ev_method": "EV method", "task_ids": "tasks", "due_date": "due", "is_": "", "_hours": "",
    "_id": "", "_": " ",
}  # fmt: skip
"""What becomes of parts of a column's name when it is said, in this order."""


def changed_cells(before: Project, after: Project) -> pd.DataFrame:
    """What differs between two projects of which the rows have the same ids.

    Rows are found by the key of their table, those of a table without a key by all they hold;
    their order means nothing.

    Returns
    -------
    DataFrame
        A row for each changed cell, and for each row that was added or removed: `table`, `change`
        (changed, added, removed), `id` (the key), `task_id`, `name`, `group`, `column`, `label`,
        `before`, `after` (words), `before_value`, `after_value` (as stored; of a row, a dict).
    """
    found = _Comparison(before, after)
    found.compare_headers()
    for table in TABLES:
        if not getattr(before, table).equals(getattr(after, table)):
            found.compare(table)
    kinds = dict.fromkeys(CELLS, "str") | dict.fromkeys(CELLS[-2:], "object")
    return pd.DataFrame({name: pd.Series(found.told[name], dtype=kinds[name]) for name in CELLS})


class _Comparison:
    """Two projects, and what was told of their differences so far, by the columns of CELLS."""

    def __init__(self, before: Project, after: Project) -> None:
        self.told: dict[str, list[Any]] = {name: [] for name in CELLS}
        self.ends = _Said(before), _Said(after)
        self.scope = {*before.tasks["id"]} ^ {*after.tasks["id"]}

    def compare_headers(self) -> None:
        headers = [vars(end.project.header) for end in self.ends]
        for column in HEADER:
            if headers[0][column.name] != headers[1][column.name]:
                self._tell_cells("header", column, [pd.DataFrame([of]) for of in headers])

    def compare(self, table: str) -> None:
        schema, frames = TABLES[table], [getattr(end.project, table) for end in self.ends]
        both = _positions(*frames, key=[*(schema.key or frames[0])])
        if schema.key:
            rows = [_taken(frame, at) for frame, at in zip(frames, both, strict=True)]
            for column in schema.columns:
                found = _different(*(of[column.name].to_numpy() for of in rows), column=column)
                if len(found):
                    self._tell_cells(table, column, [of.iloc[found] for of in rows])
        for end, change in enumerate(("removed", "added")):
            rows_of = frames[end].drop(index=both[end])
            if len(rows_of):
                self._tell_rows(table, change, end, rows_of)

    def _tell_cells(self, table: str, column: Column, rows: list[pd.DataFrame]) -> None:
        words = [end.words(table, column, of) for end, of in zip(self.ends, rows, strict=True)]
        raw = [of[column.name].to_list() for of in rows]
        for n, (was, now) in enumerate(zip(*words, strict=True)):
            if was == now:
                words[0][n], words[1][n] = (_exactly(values[n]) for values in raw)
        group = _GROUP_OF.get(f"{table}.{column.name}") or _GROUP_OF[table]
        called, groups = self.ends[1].called(table, rows[1]), [group] * len(rows[1])
        self._tell(table, "changed", column.name, called, groups, words, raw)

    def _tell_rows(self, table: str, change: str, end: int, rows: pd.DataFrame) -> None:
        """Rows that came or left; those of a task that came or left with it are scope."""
        words: list[Any] = [[""] * len(rows), [""] * len(rows)]
        raw: list[Any] = [[None] * len(rows), [None] * len(rows)]
        words[end], raw[end] = self.ends[end].carried(table, rows), rows.to_dict("records")
        groups = [_GROUP_OF[table]] * len(rows)
        if table in _COME_WITH_TASKS:
            tasks = rows[[c.name for c in TABLES[table].columns if c.refers_to == "tasks"]]
            moved = tasks.isin(self.scope).any(axis=1)
            groups = ["scope" if is_scope else groups[0] for is_scope in moved]
        self._tell(table, change, "", self.ends[end].called(table, rows), groups, words, raw)

    def _tell(
        self, table: str, change: str, column: str, called: list[list[str]], groups: list[str],
        words: list[list[str]], raw: list[list[Any]],
    ) -> None:  # fmt: skip
        same = [[of] * len(groups) for of in (table, change, column, label_of(column) or change)]
        columns = [*same[:2], *called, groups, *same[2:], *words, *raw]
        for name, values in zip(CELLS, columns, strict=True):
            self.told[name] += values


class _Said:
    """A project of which rows and cells are said in words."""

    def __init__(self, project: Project) -> None:
        self.project, self.header = project, project.header
        self._names: dict[str, dict[str, str]] = {}

    def names(self, table: str) -> dict[str, str]:
        """What the rows of a table are called, by id."""
        if table not in self._names:
            rows = getattr(self.project, table)
            name = next(n for n in ("name", "title", "goal") if n in rows)
            self._names[table] = dict(zip(rows["id"], rows[name], strict=True))
        return self._names[table]

    def called(self, table: str, rows: pd.DataFrame) -> list[list[str]]:
        """Of rows the id (all of the key), the id of the task, and the name."""
        if table == "header":
            return [[self.header.id], [""], [self.header.name]]
        schema = TABLES[table]
        known = [] if "id" in rows else (schema.key or [*rows])
        refs = [column for column in schema.columns if column.kind == "id" and column.name in known]
        key = [*schema.key] or [column.name for column in refs] or ["id"]
        names = [self.words(table, column, rows, nothing="") for column in refs]
        names += [rows[name].to_list() for name in ("name", "title", "goal") if name in rows]
        joint = ", "
        if table == "links":
            names, joint = names[::-1], ", linked to "
        ids = [["" if is_missing(v) else str(v).removesuffix(" 00:00:00") for v in rows[name]]
               for name in key]  # fmt: skip
        task = {"tasks": "id", "links": "successor_id"}.get(table, "task_id")
        tasks = rows[task].to_list() if task in rows else [""] * len(rows)
        return [_joined(ids, ", "), tasks, _joined(names, joint)]

    def carried(self, table: str, rows: pd.DataFrame) -> list[str]:
        """What is said in rows beyond their keys and names: `duration 5 d, owner Ann`."""
        if table == "links":
            return self.words(table, TABLES[table].column("kind"), rows)
        told: list[list[str]] = [[] for _ in range(len(rows))]
        named = {*TABLES[table].key, "name", "title"}
        if not TABLES[table].key and "id" not in rows:
            named |= {column.name for column in TABLES[table].columns if column.refers_to}
        for column in TABLES[table].columns:
            if column.name not in named:
                label, values = label_of(column.name), rows[column.name].to_list()
                words = self.words(table, column, rows, nothing="")
                for into, said, value in zip(told, words, values, strict=True):
                    if said and value != column.default:
                        into.append(f"{label} {said}")
        return [", ".join(said) or TABLES[table].row for said in told]

    def words(
        self, table: str, column: Column, rows: pd.DataFrame, nothing: str = NOTHING
    ) -> list[str]:
        """A column of some rows as people read it."""
        name, per_day = column.name, self.header.hours_per_day
        if table == "links" and name in ("kind", "lag_hours", "lag_kind"):
            links = rows[["kind", "lag_hours", "lag_kind"]].itertuples(index=False)
            return [LINK_WORDS[kind] + lag_words(lag, of, per_day) for kind, lag, of in links]
        say, values = self._saying(column), rows[name].to_list()
        if table == "tasks" and name == "duration_hours":
            values = (values / np.where(rows["is_elapsed"], 24 / per_day, 1)).tolist()
        return [nothing if is_missing(value) else say(value) for value in values]

    def _saying(self, column: Column) -> Callable[[Any], str]:
        name, header = column.name, self.header
        if column.kind == "ids":
            tasks = self.names("tasks")
            return lambda cell: ", ".join(tasks.get(id_, id_) for id_ in sorted(_ids(cell)))
        if column.refers_to or name == "party_id":
            tables = [column.refers_to] if column.refers_to else ["resources", "departments"]
            known = {id_: called for of in tables for id_, called in self.names(of).items()}
            return lambda id_: known.get(id_, id_)
        if column.kind != "number":
            return _SAID.get(column.kind, plain)
        if name.endswith("_hours"):
            per_day = 24 if name == "levelling_delay_hours" else header.hours_per_day
            return lambda hours: _number(hours / per_day, 1, "d")
        if "percent" in name:
            return percent
        if name.endswith("probability") or name == "confidence":
            return lambda share: percent(100 * share)
        if "cost" in name or "rate" in name or name in ("budget", "amount"):
            return lambda amount: money(amount, header.currency)
        return lambda value: _number(value, 2, "")


_SAID = {"day": day, "start": day, "finish": day, "flag": lambda value: "yes" if value else "no"}


def label_of(column: str) -> str:
    """What a column is called: `duration`, `owner`, `residual delay`."""
    for part, words in _LABELS.items():
        column = column.replace(part, words)
    return column


def _joined(columns: list[list[str]], joint: str) -> list[str]:
    return [joint.join(filter(None, row)) for row in zip(*columns, strict=True)]


def _number(value: float, decimals: int, unit: str) -> str:
    return number(value, 0 if round(value, decimals) == round(value) else decimals, unit)


def _exactly(value: Any) -> str:
    """A value of which the usual words hide the difference."""
    if isinstance(value, pd.Timestamp):
        return f"{day(value)} {value.time().isoformat()}"
    return NOTHING if is_missing(value) else plain(repr(value), 1000)


def _taken(rows: pd.DataFrame, at: np.ndarray) -> pd.DataFrame:
    return rows if np.array_equal(at, np.arange(len(rows))) else rows.iloc[at]


def _positions(
    was: pd.DataFrame, now: pd.DataFrame, *, key: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Where in each of two tables the rows stand that are in both, in the order of the second."""
    if len(was) == len(now) and was[key].equals(now[key]):
        return np.arange(len(was)), np.arange(len(now))
    codes = np.zeros(len(was) + len(now), np.int64)
    for name in key:
        both = np.concatenate([was[name].to_numpy(), now[name].to_numpy()])
        of_column, found = pd.factorize(both, use_na_sentinel=False)
        codes = pd.factorize(codes * len(found) + of_column)[0]
    ends = pd.Series(codes[: len(was)]), pd.Series(codes[len(was) :])
    # Equal rows of a table without a key: the second of them is another one.
    again = [end.groupby(end).cumcount() for end in ends]
    first, second = (end + of * len(codes) for end, of in zip(ends, again, strict=True))
    at = pd.Index(first).get_indexer(pd.Index(second))
    return at[at >= 0], np.flatnonzero(at >= 0)


def _different(was: Any, now: Any, *, column: Column) -> np.ndarray:
    """Where two columns differ; lists of ids differ in what they name, not in its order."""
    if column.kind in ("day", "start", "finish"):
        was, now = was.view("int64"), now.view("int64")
    differs = was != now
    if column.kind == "number":
        differs &= ~(np.isnan(was) & np.isnan(now))
    found = np.flatnonzero(differs)
    if column.kind == "ids":
        found = found[[_ids(was[n]) != _ids(now[n]) for n in found]]
    return found


def _ids(cell: str) -> set[str]:
    return {word.strip() for word in cell.split(";")}
