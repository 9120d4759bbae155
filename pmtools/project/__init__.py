"""The noun: a Project, a frozen header and tidy tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, SupportsIndex

import pandas as pd

from pmtools.project.schema import HEADER, TABLES, Column, TableSchema
from pmtools.project.validation import problems_of

__all__ = ["HEADER", "TABLES", "Column", "Header", "Project", "Source", "TableSchema", "frame_of"]


@dataclass(frozen=True)
class Header:
    """The project itself: one value a field, as `schema.HEADER` describes them."""

    id: str
    name: str
    start: pd.Timestamp
    status_date: pd.Timestamp | None = None
    currency: str = ""
    budget: float | None = None
    deadline: pd.Timestamp | None = None
    confidence: float = 0.8
    hours_per_day: float = 8.0
    timezone: str = "UTC"
    calendar_id: str = ""
    date_format: str = "YYYY-MM-DD"
    number_format: str = "1234.5"
    scheduling: str = "primavera_p6"


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


def frame_of(table: str, rows: Any = None) -> pd.DataFrame:
    """A table with all its columns in order and of their types; missing ones take the default."""
    frame = pd.DataFrame(rows) if rows is not None else pd.DataFrame()
    frame = frame.reset_index(drop=True)
    columns = {column.name: _typed(frame, column) for column in TABLES[table].columns}
    return pd.DataFrame(columns, index=frame.index)


def _typed(frame: pd.DataFrame, column: Column) -> pd.Series:
    values = frame[column.name] if column.name in frame else pd.Series(None, index=frame.index)
    if column.kind == "number":
        default = float("nan") if column.default is None else column.default
        return pd.to_numeric(values).astype("float64").fillna(default)
    if column.kind == "flag":
        return values.astype("boolean").fillna(bool(column.default)).astype(bool)
    if column.kind in ("day", "start", "finish"):
        return pd.to_datetime(values).astype("datetime64[us]")
    text = values.astype("str").where(values.notna(), "")
    return text.where(text != "", str(column.default or "")).astype("str")


@dataclass(frozen=True, eq=False)
class Project:
    """A project as it is known on its status date.

    Every table is a frame with the columns of `schema.TABLES`; a table that the source does not
    have is empty. Frames are never changed in place: `replace` gives a new Project. `notes` say
    what reading noticed and mended: an encoding, hidden rows, characters that were removed.

    Raises
    ------
    ProjectError
        With every problem found, where the tables cannot describe a project.
    """

    header: Header
    goals: pd.DataFrame = field(default=None)
    tasks: pd.DataFrame = field(default=None)
    estimates: pd.DataFrame = field(default=None)
    ev_milestones: pd.DataFrame = field(default=None)
    links: pd.DataFrame = field(default=None)
    progress: pd.DataFrame = field(default=None)
    timesheets: pd.DataFrame = field(default=None)
    resources: pd.DataFrame = field(default=None)
    rates: pd.DataFrame = field(default=None)
    availability: pd.DataFrame = field(default=None)
    assignments: pd.DataFrame = field(default=None)
    calendars: pd.DataFrame = field(default=None)
    exceptions: pd.DataFrame = field(default=None)
    baseline: pd.DataFrame = field(default=None)
    costs: pd.DataFrame = field(default=None)
    register: pd.DataFrame = field(default=None)
    deliverables: pd.DataFrame = field(default=None)
    departments: pd.DataFrame = field(default=None)
    responsibilities: pd.DataFrame = field(default=None)
    stakeholders: pd.DataFrame = field(default=None)
    sources: Mapping[str, Source] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in TABLES:
            object.__setattr__(self, name, frame_of(name, getattr(self, name)))
        object.__setattr__(self, "sources", MappingProxyType(dict(self.sources)))
        problems_of(self)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by its name, the empty ones too."""
        return {name: getattr(self, name) for name in TABLES}

    def place(self, table: str, position: SupportsIndex | None = None) -> str:
        """Where the row at `position` of `table` came from; without a position, the table."""
        source = self.sources.get(table, Source(f'table "{table}"'))
        return source.place if position is None else source.row(position)

    def replace(self, **changes: Any) -> Project:
        """A new Project with other tables, or another header."""
        return replace(self, **changes)

    def equals(self, other: Project) -> bool:
        """Whether header and all tables hold the same values in the same order."""
        return self.header == other.header and all(
            frame.equals(other.tables[name]) for name, frame in self.tables.items()
        )

    def known_on(self, status_date: pd.Timestamp) -> Project:
        """The same plan with what was known up to a status date: later facts are left out."""
        facts = {
            name: frame[(frame[column] <= status_date)]
            for name, column in (
                ("progress", "status_date"),
                ("timesheets", "date"),
                ("costs", "date"),
            )
            for frame in (getattr(self, name),)
        }
        return self.replace(header=replace(self.header, status_date=status_date), **facts)

    def latest_progress(self) -> pd.DataFrame:
        """The last known progress of each task up to the status date: one row a task."""
        rows = self.progress
        if self.header.status_date is not None:
            rows = rows[rows["status_date"] <= self.header.status_date]
        rows = rows.sort_values("status_date", kind="stable")
        return rows.drop_duplicates("task_id", keep="last").reset_index(drop=True)

    def __repr__(self) -> str:
        counts = ", ".join(f"{len(f)} {n}" for n, f in self.tables.items() if len(f))
        return f"Project({self.header.id!r}, {self.header.name!r}: {counts})"


assert [f.name for f in fields(Project)][1:-2] == [*TABLES], "Project and TABLES must agree"
