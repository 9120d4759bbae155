"""A database of either kind: opened so that what it acknowledges is kept, errors in words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pmtools.errors import HistoryError, MissingExtra, Problem
from pmtools.history.schema import METADATA, MIGRATIONS, applied, take

_POSTGRESQL = ("postgres", "postgresql", "postgresql+psycopg")
_KINDS = "sqlite:///FILE, postgresql://USER@HOST/NAME or the path of a file"
_SECRETS = ("password", "sslpassword", "passfile")
_LOCK = sa.text("SELECT pg_advisory_xact_lock(7261, hashtext(:name))")
_LOSES = {
    "fsync": "a crash of the machine can destroy the database",
    "full_page_writes": "a crash of the machine can leave half-written pages",
    "synchronous_commit": "a crash can lose weeks that were acknowledged",
}
_SETTINGS = sa.text("SELECT name, setting FROM pg_settings").columns(name=sa.Text, setting=sa.Text)
_WRITABLE = "Ask for the right to write, or name another database with --database."
_REMEDIES = {
    "SQLITE_NOTADB": "It is no SQLite database: name another file.",
    "SQLITE_CORRUPT": "It is damaged: restore it from a backup, or make a new one from old plan "
    "files with `pmtools history rebuild`.",
    "SQLITE_READONLY": _WRITABLE,
    "SQLITE_CANTOPEN": "Correct the path. " + _WRITABLE,
    "SQLITE_BUSY": "Another program is writing: try again when it has ended.",
    "SQLITE_FULL": "The disk is full: make room.",
    "42501": _WRITABLE,
    "25006": "The database takes no writes (a standby?): name the main server.",
    "53100": "The disk of the server is full: make room.",
    "28": "Correct user or password (PGPASSWORD, or the file ~/.pgpass).",
    "3D000": "Create the database first: createdb NAME.",
    "08": "Check that the server runs and can be reached.",
}
"""What to do, by the start of SQLite's name or PostgreSQL's code for the error."""
_CONFLICTS = ("40001", "40P01")
"""PostgreSQL's codes for transactions that cannot be put in an order, and for a deadlock."""


class Conflict(HistoryError):
    """Another program wrote the same at the same time: worth another try."""


def refusal(place: str, found: str, expected: str = "", remedy: str = "") -> HistoryError:
    """The error for a history that cannot be used as asked."""
    return HistoryError(str(Problem(f"history {place}", found, expected, remedy)))


class Database:
    """SQLite or PostgreSQL, opened and with its schema brought up to date.

    Raises
    ------
    HistoryError, MissingExtra
        As `History` does.
    """

    def __init__(self, url: str) -> None:
        parsed = _parsed(url)
        shown = parsed.set(drivername=parsed.get_backend_name()).difference_update_query(_SECRETS)
        self.place = shown.render_as_string(hide_password=True)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        # What others commit while we wait for the lock must be seen, whatever the server prefers.
        level = {} if self.is_sqlite else {"isolation_level": "READ COMMITTED"}
        try:
            self.engine = sa.create_engine(
                parsed, poolclass=sa.NullPool, hide_parameters=True, **level
            )
        except ImportError as error:
            words = "PostgreSQL needs the driver psycopg: pip install 'pmtools[postgresql]'."
            raise MissingExtra(f"history: {words}") from error
        if self.is_sqlite:
            self._prepare_file(parsed.database or "")
            _make_sqlite_safe(self.engine)
        self._migrate()

    @contextmanager
    def transaction(self, lock: str = "") -> Iterator[sa.Connection]:
        """One transaction; it writes where it is given the name of what only one may change."""
        options = {"begin": "BEGIN IMMEDIATE" if lock else "BEGIN"}
        try:
            with self.engine.execution_options(**options).begin() as connection:
                if lock and not self.is_sqlite:
                    self._refuse_loss(connection)
                    connection.execute(_LOCK, {"name": lock})
                yield connection
        except (sa.exc.DBAPIError, sqlite3.Error, UnicodeEncodeError) as error:
            raise self._told(error) from error

    def _migrate(self) -> None:
        """Bring the schema up to date; a database that is, is only read."""
        with self.transaction() as connection:
            # In this order: another program may be making the tables just now.
            others = set(sa.inspect(connection).get_table_names()) - {"migration"}
            done = applied(connection)
        if newer := done - {step.__name__ for step in MIGRATIONS}:
            found = f"it was written by a newer pmtools ({', '.join(sorted(newer))})"
            raise refusal(self.place, found, "", "Update pmtools; nothing was changed.")
        if not done and others and (self.is_sqlite or others & set(METADATA.tables)):
            found = f"it is no history, but has tables of its own ({', '.join(sorted(others)[:5])})"
            remedy = "Name another database; nothing was changed."
            raise refusal(self.place, found, "an empty database or a history", remedy)
        for step in MIGRATIONS:
            if step.__name__ not in done:
                with self.transaction("schema") as connection:
                    take(step, connection)

    def _refuse_loss(self, connection: sa.Connection) -> None:
        """A server that acknowledges before the disk has it loses weeks without a word."""
        settings = {row.name: row.setting for row in connection.execute(_SETTINGS)}
        for name, loss in _LOSES.items():
            if settings.get(name) == "off":
                remedy = f"Set {name} = on for this database and user; nothing was written."
                raise refusal(self.place, f"{name} is off: {loss}", f"{name} on", remedy)

    def _prepare_file(self, name: str) -> None:
        try:
            if name == ":memory:" or Path(name).is_dir():
                raise OSError(0, "that is no file")
            if not name.startswith("file:"):
                Path(name).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            remedy = _REMEDIES["SQLITE_CANTOPEN"]
            raise refusal(self.place, str(error.strerror), "a file", remedy) from error

    def _told(self, error: Exception) -> HistoryError:
        cause = getattr(error, "orig", error)
        code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or ""
        found = " ".join(str(cause).split()).rstrip(".")
        if isinstance(error, sa.exc.IntegrityError) or code in _CONFLICTS:
            return Conflict(f"history {self.place}: {found}. Try again.")
        if not code and isinstance(error, sa.exc.OperationalError):
            code = "08"  # libpq gives no code where it did not get through
        remedies = (remedy for start, remedy in _REMEDIES.items() if code.startswith(start))
        return refusal(self.place, found, "", next(remedies, ""))


def _parsed(url: str) -> sa.URL:
    if "://" not in url:  # a path as it is: "?" and "#" are letters of it
        return sa.URL.create("sqlite", database=url)
    try:
        parsed = sa.make_url(url)
        if parsed.drivername in _POSTGRESQL and "@" not in (parsed.host or ""):
            return parsed.set(drivername="postgresql+psycopg")
        if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
            return parsed
    except (sa.exc.ArgumentError, ValueError):
        pass
    # The rest of it may hold a password.
    kind = f"{url.partition('://')[0]}://..."
    remedy = "In a user or password, write @ as %40, / as %2F and : as %3A."
    raise refusal(f'"{kind}"', "this is not a database URL or path", _KINDS, remedy)


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
