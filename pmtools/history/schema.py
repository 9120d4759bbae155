"""The tables of the history database, and every change of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

METADATA = sa.MetaData()


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _key(name: str, kind: Any = sa.Text) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True)


def _filled(name: str, kind: Any = sa.Text, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, **options)


def _of_week(name: str, *columns: sa.Column[Any]) -> sa.Table:
    return sa.Table(name, METADATA, _key("week_id", sa.ForeignKey("week.id")), *columns)


def _date_or_amount() -> tuple[sa.Column[Any], ...]:
    return sa.Column("finish", sa.DateTime), sa.Column("amount", sa.Float)


# fmt: off
MIGRATION = sa.Table(
    "migration", METADATA,
    _key("name", sa.String(200)), _filled("applied_at", sa.DateTime, default=_now),
)
WEEK = sa.Table(
    "week", METADATA,
    _key("id", sa.Integer), _filled("project_id"), _filled("project_name"),
    _filled("status_date", sa.DateTime), _filled("revision", sa.Integer),
    _filled("input_hash", sa.String(64)), _filled("facts_hash", sa.String(64)),
    _filled("recorded_at", sa.DateTime, default=_now),
    sa.UniqueConstraint("project_id", "status_date", "revision"),
    sa.UniqueConstraint("project_id", "status_date", "facts_hash"),
)
METRIC = _of_week(
    "metric", _key("metric"), sa.Column("value", sa.Float), _filled("cannot_say", default=""),
)
MILESTONE = _of_week(
    "milestone", _key("task_id"), _filled("name"), sa.Column("baseline", sa.DateTime),
    sa.Column("forecast", sa.DateTime), _filled("is_done", sa.Boolean),
)
FORECAST = _of_week("forecast", _key("quantity"), _key("method"), *_date_or_amount())
QUANTILE = _of_week(
    "forecast_quantile", _key("quantity"), _key("method"), _key("probability", sa.Float),
    *_date_or_amount(),
)
OUTCOME = _of_week(
    "outcome", _key("quantity"), sa.Column("start", sa.DateTime), *_date_or_amount(),
)
PIECE = sa.Table(
    "piece", METADATA, _key("hash", sa.String(64)), sa.Column("before", sa.String(64)),
    _filled("content", sa.LargeBinary), sqlite_with_rowid=False,
)
SNAPSHOT = _of_week("snapshot", _filled("hash", sa.ForeignKey("piece.hash")))
# fmt: on


def _create_first_tables(connection: sa.Connection) -> None:
    """Weeks, their headline figures, milestones and forecasts."""
    for table in (WEEK, METRIC, MILESTONE, FORECAST):
        table.create(connection)


def _create_quantiles_and_outcomes(connection: sa.Connection) -> None:
    """Forecasts with a probability, and what the projects came to."""
    for table in (QUANTILE, OUTCOME):
        table.create(connection)


def _create_snapshots(connection: sa.Connection) -> None:
    """The project as it was known in each week. Ids may be of any length, also on PostgreSQL."""
    for table in (PIECE, SNAPSHOT):
        table.create(connection)
    if connection.dialect.name == "postgresql":  # SQLite never held to VARCHAR(100)
        for table in (METRIC, MILESTONE, FORECAST, QUANTILE, OUTCOME):
            for name in (column.name for column in table.c if isinstance(column.type, sa.Text)):
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ALTER {name} TYPE TEXT")


MIGRATIONS: tuple[Callable[[sa.Connection], None], ...] = (
    _create_first_tables,
    _create_quantiles_and_outcomes,
    _create_snapshots,
)
"""Every change of the schema, in order; a step that was released is never edited."""


def applied(connection: sa.Connection) -> set[str]:
    """The names of the steps that the database has seen."""
    if not sa.inspect(connection).has_table(MIGRATION.name):
        return set()
    return set(connection.scalars(sa.select(MIGRATION.c.name)))


def take(step: Callable[[sa.Connection], None], connection: sa.Connection) -> None:
    """Take a step where it is missing: in one transaction with its own record."""
    MIGRATION.create(connection, checkfirst=True)
    if step.__name__ not in applied(connection):
        step(connection)
        connection.execute(MIGRATION.insert().values(name=step.__name__))
