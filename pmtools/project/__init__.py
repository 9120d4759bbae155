"""The noun: a Project, a frozen header and tidy tables."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, SupportsIndex

import numpy as np
import pandas as pd

from pmtools.errors import Problem
from pmtools.project.frames import Source, frame_of, instant_of, typed_frame
from pmtools.project.schema import HEADER, TABLES, Column, TableSchema
from pmtools.project.validation import refuse_problems

__all__ = ["HEADER", "TABLES", "Column", "Header", "Project", "Source", "TableSchema", "frame_of"]

_FACTS = {"progress": "status_date", "timesheets": "date", "costs": "date", "transitions": "at"}
"""Tables of facts, and the column that says when a fact was known."""


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
    lag_calendar: str = ""
    out_of_sequence: str = ""
    constraints: str = ""
    total_float: str = ""
    critical_by: str = ""
    critical_hours: float | None = None
    open_ends: str = ""

    def __post_init__(self) -> None:
        for column in HEADER:
            value = getattr(self, column.name)
            if column.kind in ("start", "finish"):
                # What is no date is left as it is: validation tells it with all other problems.
                with suppress(ValueError, TypeError):
                    object.__setattr__(self, column.name, instant_of(value, column.kind))
            elif value is not None and value != value:
                object.__setattr__(self, column.name, None)


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
    work_items: pd.DataFrame = field(default=None)
    transitions: pd.DataFrame = field(default=None)
    sources: Mapping[str, Source] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._settle(TABLES)

    def _settle(self, changed: Collection[str]) -> None:
        """Type and validate the tables that changed, and what holds between all of them."""
        object.__setattr__(self, "sources", MappingProxyType(dict(self.sources)))
        problems: list[Problem] = []
        for name in changed:
            source = self.sources.get(name, Source(f'table "{name}"'))
            frame, of_frame = typed_frame(name, getattr(self, name), source)
            object.__setattr__(self, name, frame)
            problems += of_frame
        refuse_problems(self, problems, changed)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by its name, the empty ones too."""
        return {name: getattr(self, name) for name in TABLES}

    def place(self, table: str, position: SupportsIndex | None = None) -> str:
        """Where the row at `position` of `table` came from; without a position, the table."""
        source = self.sources.get(table, Source(f'table "{table}"'))
        return source.place if position is None else source.row(position)

    def replace(self, **changes: Any) -> Project:
        """A new Project with other tables, or another header; only these are validated again.

        A table that is changed did not come from its source as it is now, so its places are
        named by the table, unless the changes bring `sources` too.
        """
        if unknown := changes.keys() - vars(self):
            raise TypeError(f"a Project has no {', '.join(sorted(unknown))}")
        kept = {name: source for name, source in self.sources.items() if name not in changes}
        new = object.__new__(Project)
        vars(new).update(vars(self) | {"sources": kept} | changes)
        new._settle([name for name in TABLES if name in changes])
        return new

    def recombined(self, header: Header, tables: Mapping[str, pd.DataFrame]) -> Project:
        """With rows that were validated before, put together in another way.

        Raises ProjectError for what refers to nothing or runs in a circle; cells are not looked at.
        """
        new = object.__new__(Project)
        whole = {name: frame.reset_index(drop=True) for name, frame in tables.items()}
        vars(new).update(vars(self) | {"header": header} | whole)
        refuse_problems(new, (), ())
        return new

    def equals(self, other: Project) -> bool:
        """Whether header and all tables hold the same values in the same order."""
        return self.header == other.header and all(
            frame.equals(other.tables[name]) for name, frame in self.tables.items()
        )

    def content_hash(self) -> str:
        """SHA-256 of header and tables: the same facts have the same hash, whatever their file."""
        digest = hashlib.sha256(repr(self.header).encode("utf-8", "surrogatepass"))
        for name, frame in self.tables.items():
            text = frame.to_csv(index=False, lineterminator="\n")
            digest.update(f"\0{name}\0{text}".encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def known_on(self, status_date: pd.Timestamp) -> Project:
        """The same plan with what was known up to a status date: later facts are left out."""
        day = instant_of(status_date, "finish")
        milestones = self.ev_milestones
        achieved = milestones["achieved_date"].where(milestones["achieved_date"] <= day)
        facts = {"ev_milestones": milestones.assign(achieved_date=achieved)}
        sources = dict(self.sources)
        for name, column in _FACTS.items():
            frame = getattr(self, name)
            known = frame[column] <= day
            facts[name] = frame[known]
            if name in sources and sources[name].rows:
                rows = tuple(np.array(sources[name].rows)[known].tolist())
                sources[name] = Source(sources[name].place, rows)
        return self.replace(header=replace(self.header, status_date=day), sources=sources, **facts)

    def latest_progress(self) -> pd.DataFrame:
        """The last known progress of each task up to the status date: one row a task."""
        rows = self.progress
        if self.header.status_date is not None:
            rows = rows[rows["status_date"] <= self.header.status_date]
        rows = rows.sort_values("status_date", kind="stable")
        return rows.drop_duplicates("task_id", keep="last").reset_index(drop=True)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"sources": dict(self.sources)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state | {"sources": MappingProxyType(state["sources"])})

    def __repr__(self) -> str:
        counts = ", ".join(f"{len(f)} {n}" for n, f in self.tables.items() if len(f))
        return f"Project({self.header.id!r}, {self.header.name!r}: {counts})"


assert [f.name for f in fields(Project)][1:-2] == [*TABLES], "Project and TABLES must agree"
