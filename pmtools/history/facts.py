"""What is remembered of a week: its figures, milestones, forecasts and outcome."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import sqlalchemy as sa

from pmtools.history.schema import FORECAST, METRIC, MILESTONE, OUTCOME, QUANTILE


@dataclass(frozen=True)
class WeekFacts:
    """What is remembered of one project and status date.

    Parameters
    ----------
    metrics
        Columns `metric`, `value`, `cannot_say` (the reason where there is no value).
    milestones
        Columns `task_id`, `name`, `baseline`, `forecast`, `is_done`.
    forecasts
        Columns `quantity` (finish, cost or milestone:ID), `method`, `finish` (a date) or `amount`
        (money); with `probability` (0 to 1), the chance of that or less; NaN: one date or amount.
    outcomes
        What has come to be known: `quantity`, `start` (of the project), `finish`, `amount`.
    """

    project_id: str
    project_name: str
    status_date: pd.Timestamp
    input_hash: str
    metrics: pd.DataFrame = field(default_factory=pd.DataFrame)
    milestones: pd.DataFrame = field(default_factory=pd.DataFrame)
    forecasts: pd.DataFrame = field(default_factory=pd.DataFrame)
    outcomes: pd.DataFrame = field(default_factory=pd.DataFrame)

    def rows(self) -> list[tuple[sa.Table, list[dict[str, Any]]]]:
        """The rows of each table of the database."""
        said = self.forecasts
        is_range = said.get("probability", pd.Series(index=said.index, dtype="float64")).notna()
        points, ranges = said[~is_range], said[is_range]
        frames = (self.metrics, self.milestones, points, ranges, self.outcomes)
        tables = (METRIC, MILESTONE, FORECAST, QUANTILE, OUTCOME)
        return [(table, _rows(table, frame)) for table, frame in zip(tables, frames, strict=True)]

    def hash(self) -> str:
        """SHA-256 of everything in it; equal facts have equal hashes."""
        content = [self.project_name, str(self.status_date), self.input_hash]
        first, later = self.rows()[:3], self.rows()[3:]
        # Weeks recorded before there were ranges and outcomes keep their hash.
        tables = [rows for _, rows in first] + [rows for _, rows in later if rows]
        text = json.dumps([content, tables], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Recorded:
    """What became of a week: its revision, whether it was new, and whether its plan was."""

    project_id: str
    status_date: pd.Timestamp
    revision: int
    is_new: bool
    has_new_snapshot: bool = False

    def __str__(self) -> str:
        known = "its plan was added" if self.has_new_snapshot else "nothing changed"
        what = "recorded" if self.is_new else f"already known, {known}"
        return (
            f'Project "{self.project_id}", status of {self.status_date:%d %b %Y}, '
            f"revision {self.revision}: {what}."
        )


def _rows(table: sa.Table, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as the table takes them: NaN and NaT as NULL, dates as datetimes."""
    names = [column.name for column in table.c if column.name in frame]
    return [
        {name: _plain(value) for name, value in zip(names, row, strict=True)}
        for row in frame[names].itertuples(index=False, name=None)
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return None
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
