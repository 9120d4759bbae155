"""What was reported, week by week: an append-only database of figures and forecasts.

A week of a project is recorded in one transaction.
Recording the same facts again changes nothing; other facts for the same week are a new revision,
and the earlier one is kept.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from pmtools.errors import HistoryError, MissingExtra

_METADATA = sa.MetaData()

# fmt: off
_MIGRATION = sa.Table(
    "migration", _METADATA,
    sa.Column("name", sa.String(200), primary_key=True),
    sa.Column("applied_at", sa.DateTime, nullable=False),
)
_WEEK = sa.Table(
    "week", _METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("project_id", sa.Text, nullable=False),
    sa.Column("project_name", sa.Text, nullable=False),
    sa.Column("status_date", sa.DateTime, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("input_hash", sa.String(64), nullable=False),
    sa.Column("facts_hash", sa.String(64), nullable=False),
    sa.Column("recorded_at", sa.DateTime, nullable=False),
    sa.UniqueConstraint("project_id", "status_date", "revision"),
    sa.UniqueConstraint("project_id", "status_date", "facts_hash"),
)
_METRIC = sa.Table(
    "metric", _METADATA,
    sa.Column("week_id", sa.ForeignKey("week.id"), primary_key=True),
    sa.Column("metric", sa.String(100), primary_key=True),
    sa.Column("value", sa.Float),
    sa.Column("cannot_say", sa.Text, nullable=False, default=""),
)
_MILESTONE = sa.Table(
    "milestone", _METADATA,
    sa.Column("week_id", sa.ForeignKey("week.id"), primary_key=True),
    sa.Column("task_id", sa.String(200), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("baseline", sa.DateTime),
    sa.Column("forecast", sa.DateTime),
    sa.Column("is_done", sa.Boolean, nullable=False),
)
_FORECAST = sa.Table(
    "forecast", _METADATA,
    sa.Column("week_id", sa.ForeignKey("week.id"), primary_key=True),
    sa.Column("quantity", sa.String(100), primary_key=True),
    sa.Column("method", sa.String(100), primary_key=True),
    sa.Column("finish", sa.DateTime),
    sa.Column("amount", sa.Float),
)
_QUANTILE = sa.Table(
    "forecast_quantile", _METADATA,
    sa.Column("week_id", sa.ForeignKey("week.id"), primary_key=True),
    sa.Column("quantity", sa.String(200), primary_key=True),
    sa.Column("method", sa.String(100), primary_key=True),
    sa.Column("probability", sa.Float, primary_key=True),
    sa.Column("finish", sa.DateTime),
    sa.Column("amount", sa.Float),
)
_OUTCOME = sa.Table(
    "outcome", _METADATA,
    sa.Column("week_id", sa.ForeignKey("week.id"), primary_key=True),
    sa.Column("quantity", sa.String(200), primary_key=True),
    sa.Column("start", sa.DateTime),
    sa.Column("finish", sa.DateTime),
    sa.Column("amount", sa.Float),
)
# fmt: on
_QUANTITY = ["project_id", "quantity"]


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
        tables = (_METRIC, _MILESTONE, _FORECAST, _QUANTILE, _OUTCOME)
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
    """What became of a week: its revision, and whether it was new."""

    project_id: str
    status_date: pd.Timestamp
    revision: int
    is_new: bool

    def __str__(self) -> str:
        what = "recorded" if self.is_new else "already known, nothing changed"
        return (
            f'Project "{self.project_id}", status of {self.status_date:%d %b %Y}, '
            f"revision {self.revision}: {what}."
        )


class History:
    """The history database.

    Parameters
    ----------
    url
        A database URL such as `sqlite:///out/history.sqlite`, or the path of a SQLite file.

    Raises
    ------
    HistoryError
        Where the database cannot be opened, or was made by a newer pmtools.
    MissingExtra
        Where the driver of that kind of database is not installed.
    """

    def __init__(self, url: str | Path) -> None:
        text = str(url)
        self.url = text if "://" in text else f"sqlite:///{text}"
        try:
            parsed = sa.make_url(self.url)
            self._engine = sa.create_engine(
                parsed, poolclass=sa.pool.NullPool, hide_parameters=True
            )
        except sa.exc.ArgumentError as error:
            # The rest of it may hold a password.
            kind = f"{text.partition('://')[0]}://..."
            raise HistoryError(f'history: "{kind}" is not a database URL or path.') from error
        except ModuleNotFoundError as error:
            needed = f"{parsed.get_backend_name()} needs the driver {error.name}"
            raise MissingExtra(f"history: {needed}. Install it.") from error
        if parsed.get_backend_name() == "sqlite":
            if parsed.database:
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            _make_sqlite_safe(self._engine)
        self._migrate()

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[sa.Connection]:
        options = {"begin": "BEGIN IMMEDIATE" if writes else "BEGIN"}
        try:
            with self._engine.execution_options(**options).begin() as connection:
                yield connection
        except (sa.exc.DBAPIError, sqlite3.Error) as error:
            cause = getattr(error, "orig", error)
            raise HistoryError(f"history {self._engine.url!r}: {cause}.") from error

    def _migrate(self) -> None:
        """Bring the schema up to date: each step in the same transaction as its own record."""
        with self._transaction(writes=True) as connection:
            _MIGRATION.create(connection, checkfirst=True)
            done = set(connection.scalars(sa.select(_MIGRATION.c.name)))
            known = [step.__name__ for step in MIGRATIONS]
            if newer := done - set(known):
                raise HistoryError(
                    f"history {self._engine.url!r} was written by a newer pmtools "
                    f"({', '.join(sorted(newer))}). Update pmtools; nothing was changed."
                )
            for step in MIGRATIONS:
                if step.__name__ not in done:
                    step(connection)
                    connection.execute(
                        _MIGRATION.insert().values(name=step.__name__, applied_at=_now())
                    )

    def record(self, facts: WeekFacts) -> Recorded:
        """Remember a week, once.

        Equal facts are not recorded again; other facts for the same project and status date
        become the next revision.
        """
        facts_hash = facts.hash()
        status_date = facts.status_date.to_pydatetime()
        same_week = (_WEEK.c.project_id == facts.project_id) & (_WEEK.c.status_date == status_date)
        with self._transaction(writes=True) as connection:
            query = sa.select(_WEEK.c.facts_hash, _WEEK.c.revision).where(same_week)
            known = {row.facts_hash: row.revision for row in connection.execute(query)}
            if facts_hash in known:
                return Recorded(facts.project_id, facts.status_date, known[facts_hash], False)
            revision = 1 + max(known.values(), default=0)
            new = _WEEK.insert().values(
                project_id=facts.project_id, project_name=facts.project_name,
                status_date=status_date, revision=revision, input_hash=facts.input_hash,
                facts_hash=facts_hash, recorded_at=_now(),
            )  # fmt: skip
            (week,) = connection.execute(new).inserted_primary_key or (None,)
            for table, rows in facts.rows():
                if rows:
                    connection.execute(table.insert(), [{"week_id": week, **row} for row in rows])
        return Recorded(facts.project_id, facts.status_date, revision, True)

    def weeks(self, project_id: str | None = None) -> pd.DataFrame:
        """Every recorded week and revision, oldest first: the columns of the table `week`."""
        query = sa.select(_WEEK).order_by(_WEEK.c.project_id, _WEEK.c.status_date, _WEEK.c.revision)
        if project_id is not None:
            query = query.where(_WEEK.c.project_id == project_id)
        return self._frame(query)

    def metrics(self, project_id: str | None = None) -> pd.DataFrame:
        """Headline figures by week, last revision: status_date, metric, value, cannot_say."""
        return _last_revision(self._all(_METRIC, project_id))

    def milestones(self, project_id: str | None = None) -> pd.DataFrame:
        """Milestones by week, last revision: status_date, task_id, name, baseline, forecast."""
        return _last_revision(self._all(_MILESTONE, project_id))

    def outcomes(self, project_id: str | None = None) -> pd.DataFrame:
        """What each project came to, as last recorded: quantity, start, finish, amount."""
        known = _last_revision(self._all(_OUTCOME, project_id))
        return known.drop_duplicates(_QUANTITY, keep="last", ignore_index=True)

    def forecasts(self, project_id: str | None = None) -> pd.DataFrame:
        """Forecasts by week, as they were said before the outcome was recorded.

        Returns
        -------
        DataFrame
            `project_id`, `status_date`, `quantity`, `method`, `probability` (NaN: one date or
            amount), `finish` or `amount`; `spent`, the cost on the status date; `is_before`,
            whether it was recorded before the outcome was: what is said in hindsight is none.
        """
        keys = ["project_id", "status_date"]
        points = self._all(_FORECAST, project_id).assign(probability=float("nan"))
        said = pd.concat([points, self._all(_QUANTILE, project_id)], ignore_index=True)
        outcomes = self._all(_OUTCOME, project_id).groupby(_QUANTITY, as_index=False)
        first = outcomes["recorded_at"].min().rename(columns={"recorded_at": "known_at"})
        said = said.merge(first, on=_QUANTITY, how="left")
        said["is_before"] = ~(said["recorded_at"] >= said["known_at"])
        # What was said in hindsight stands for a week only where nothing was said before; and a
        # report without a simulation does not undo what another has said by one.
        said["revision"] = said["revision"].where(said["is_before"], -1 / said["revision"])
        said = _last_revision(said, [*keys, "quantity", "method"]).drop(columns="known_at")
        costs = self.metrics(project_id).query("metric == 'actual_cost'")
        spent = costs[[*keys, "value"]].rename(columns={"value": "spent"})
        order = [*keys, "quantity", "method", "probability"]
        said = said.merge(spent, on=keys, how="left")
        return said.sort_values(order, ignore_index=True, na_position="first")

    def _all(self, table: sa.Table, project_id: str | None) -> pd.DataFrame:
        """Rows of every week and revision, oldest first, each with its week."""
        columns = [column for column in table.c if column.name != "week_id"]
        week = (_WEEK.c.project_id, _WEEK.c.status_date, _WEEK.c.revision, _WEEK.c.recorded_at)
        query = sa.select(*week, *columns).join(table, table.c.week_id == _WEEK.c.id)
        if project_id is not None:
            query = query.where(_WEEK.c.project_id == project_id)
        return self._frame(query.order_by(*week, columns[0]))

    def _frame(self, query: sa.Select[Any]) -> pd.DataFrame:
        with self._transaction(writes=False) as connection:
            result = connection.execute(query)
            frame = pd.DataFrame(result.all(), columns=list(result.keys()))
        kinds = {sa.DateTime: "datetime64[us]", sa.Float: "float64"}
        types = {c.name: kinds.get(type(c.type)) for c in query.selected_columns}
        return frame.astype({name: kind for name, kind in types.items() if kind})


def _create_first_tables(connection: sa.Connection) -> None:
    """Weeks, their headline figures, milestones and forecasts."""
    for table in (_WEEK, _METRIC, _MILESTONE, _FORECAST):
        table.create(connection)


def _create_quantiles_and_outcomes(connection: sa.Connection) -> None:
    """Forecasts with a probability, and what the projects came to."""
    for table in (_QUANTILE, _OUTCOME):
        table.create(connection)


MIGRATIONS: tuple[Callable[[sa.Connection], None], ...] = (
    _create_first_tables,
    _create_quantiles_and_outcomes,
)
"""Every change of the schema, in order; a step that was released is never edited."""


def _make_sqlite_safe(engine: sa.Engine) -> None:
    """Full sync and one writer at a time.

    A rollback journal instead of a write-ahead log: SQLite 3.7.0 to 3.51.2 can corrupt a database
    in WAL mode that several connections use (fixed in 3.51.3). A file in WAL mode is converted.
    The write lock is taken at the start: a deferred one fails at once where two writers meet.
    """

    @sa.event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        settings = "busy_timeout=30000 journal_mode=DELETE synchronous=FULL foreign_keys=ON"
        for setting in settings.split():
            connection.execute(f"PRAGMA {setting}")

    @sa.event.listens_for(engine, "begin")
    def _on_begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def _last_revision(rows: pd.DataFrame, keys: Sequence[str] = ()) -> pd.DataFrame:
    """Of each project, status date (or other keys) the rows of the last revision."""
    keys = list(keys) or ["project_id", "status_date"]
    is_last = rows["revision"] == rows.groupby(keys)["revision"].transform("max")
    return rows[is_last].drop(columns=["revision", "recorded_at"]).reset_index(drop=True)


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


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
