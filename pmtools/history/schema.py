"""The tables of the history database, and every change of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import sqlalchemy as sa

METADATA = sa.MetaData()


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


# fmt: off
MIGRATION = sa.Table(
    "migration", METADATA,
    sa.Column("name", sa.String(200), primary_key=True),
    sa.Column("applied_at", sa.DateTime, nullable=False, default=_now),
)
WEEK = sa.Table(
    "week", METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("project_id", sa.Text, nullable=False),
    sa.Column("project_name", sa.Text, nullable=False),
    sa.Column("status_date", sa.DateTime, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("input_hash", sa.String(64), nullable=False),
    sa.Column("facts_hash", sa.String(64), nullable=False),
    sa.Column("recorded_at", sa.DateTime, nullable=False, default=_now),
    sa.UniqueConstraint("project_id", "status_date", "revision"),
    sa.UniqueConstraint("project_id", "status_date", "facts_hash"),
)
METRIC = sa.Table(
    "metric", METADATA,
    sa.Column("week_id", sa.ForeignKey("week.id"), primary_key=True),
    sa.Column("metric", sa.Text, primary_key=True),
    sa.Column("value", sa.Float),
    sa.Column("cannot_say", sa.Text, nullable=False, default=""),
)
MILESTONE = sa.Table(
    "milestone", METADATA,
    sa.Column("week_id", sa.ForeignKey("week.id"), primary_key=True),
    sa.Column("task_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("baseline", sa.DateTime),
    sa.Column("forecast", sa.DateTime),
    sa.Column("is_done", sa.Boolean, nullable=False),
)
FORECAST = sa.Table(
    "forecast", METADATA,
    sa.Column("week_id", sa.ForeignKey("week.id"), primary_key=True),
    sa.Column("quantity", sa.Text, primary_key=True),
    sa.Column("method", sa.Text, primary_key=True),
    sa.Column("finish", sa.DateTime),
    sa.Column("amount", sa.Float),
)
QUANTILE = sa.Table(
    "forecast_quantile", METADATA,
    sa.Column("week_id", sa.ForeignKey("week.id"), primary_key=True),
    sa.Column("quantity", sa.Text, primary_key=True),
    sa.Column("method", sa.Text, primary_key=True),
    sa.Column("probability", sa.Float, primary_key=True),
    sa.Column("finish", sa.DateTime),
    sa.Column("amount", sa.Float),
)
OUTCOME = sa.Table(
    "outcome", METADATA,
    sa.Column("week_id", sa.ForeignKey("week.id"), primary_key=True),
    sa.Column("quantity", sa.Text, primary_key=True),
    sa.Column("start", sa.DateTime),
    sa.Column("finish", sa.DateTime),
    sa.Column("amount", sa.Float),
)
PIECE = sa.Table(
    "piece", METADATA,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("before", sa.String(64)),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
SNAPSHOT = sa.Table(
    "snapshot", METADATA,
    sa.Column("week_id", sa.ForeignKey("week.id"), primary_key=True),
    sa.Column("hash", sa.ForeignKey("piece.hash"), nullable=False),
)
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
            for column in table.c:
                if isinstance(column.type, sa.Text):
                    change = f"ALTER TABLE {table.name} ALTER COLUMN {column.name} TYPE TEXT"
                    connection.exec_driver_sql(change)


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
