"""A database that cannot be used is named with what to do, and stays as it is."""

import os
import sqlite3
import sys
from pathlib import Path

import pytest
from history_facts import facts, facts_of
from postgres import run_sql
from small_plan import FRIDAYS, small_plan

from pmtools.errors import HistoryError, MissingExtra
from pmtools.history import History


@pytest.mark.parametrize(
    "url",
    [
        "nosuch://user:secret@host/x", "postgresql+nosuch://u:secret@h/x", "mysql://u:secret@h/x",
        "postgresql://u:sec@ret:secret@h/x", "postgresql://u:secret@h:port/x",
    ],
)  # fmt: skip
def test_an_unknown_kind_of_database_is_refused_without_its_password(url):
    """A mistyped URL is told in words, and no password gets into a log."""
    with pytest.raises(HistoryError, match="is not a database URL or path") as caught:
        History(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["postgresql://ann:secret@localhost:1/x", "postgres://ann@localhost:1/x?password=secret"]
)
def test_a_server_that_cannot_be_reached_is_told_without_the_password(url):
    """What it says is shown, with what to check."""
    with pytest.raises(HistoryError, match="Check that the server runs") as caught:
        History(url)
    assert "secret" not in str(caught.value)


def test_a_missing_driver_is_named(monkeypatch):
    """PostgreSQL needs a driver that pmtools does not bring along."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"psycopg: pip install 'pmtools\[postgresql\]'"):
        History("postgresql://host/x")


def test_any_name_of_postgresql_uses_the_one_driver(postgresql_server):
    """postgres://, as many write it, and the driver's own name are the same."""
    url = postgresql_server.database()
    History(url).record(facts())
    for name in ("postgres", "postgresql+psycopg"):
        assert len(History(url.replace("postgresql", name, 1)).weeks()) == 1


SETTINGS = ("synchronous_commit", "fsync", "full_page_writes")


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_server_that_forgets_in_a_crash_is_refused(postgresql_server, setting):
    """What is acknowledged must be on the disk; nothing is written to such a server."""
    url = postgresql_server.database()
    history = History(url)
    postgresql_server.sql(f"ALTER SYSTEM SET {setting} = off")
    postgresql_server.restart()
    try:
        with pytest.raises(HistoryError, match=rf"{setting} is off: a crash .* Set {setting} = on"):
            history.record(facts())
        assert run_sql(url, "SELECT count(*) FROM week")[0][0] == 0
        with pytest.raises(HistoryError, match=f"{setting} is off"):
            History(postgresql_server.database())
    finally:
        postgresql_server.sql(f"ALTER SYSTEM RESET {setting}")
        postgresql_server.restart()
    assert history.record(facts()).is_new


def test_a_commit_that_does_not_wait_is_refused_for_one_database_too(postgresql_server):
    """The setting of this session counts, wherever it was made."""
    url = postgresql_server.database()
    run_sql(url, f"ALTER DATABASE {url.split('/')[3].split('?')[0]} SET synchronous_commit = off")
    with pytest.raises(HistoryError, match="can lose weeks that were acknowledged"):
        History(url)


def test_who_may_only_read_reads_and_is_told_when_writing(postgresql_server):
    """A colleague without the right to write sees the history."""
    url = postgresql_server.database()
    plan = small_plan(FRIDAYS[0])
    History(url).record(facts_of(plan), plan)
    run_sql(
        url, "CREATE ROLE reader LOGIN", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader"
    )
    history = History(url.replace("postgres@", "reader@"))
    assert history.project("P1").equals(plan)
    with pytest.raises(HistoryError, match=r"permission denied for table week.*right to write"):
        history.record(facts())
    assert len(history.weeks()) == 1


def test_a_history_that_may_only_be_read_is_read(tmp_path):
    """A file without the right to write: what it holds is shown, a new week is refused."""
    path = tmp_path / "history.sqlite"
    plan = small_plan(FRIDAYS[0])
    History(path).record(facts_of(plan), plan)
    before = path.read_bytes()
    history = History(f"sqlite:///file:{path}?mode=ro&uri=true")
    assert history.project("P1").equals(plan)
    with pytest.raises(HistoryError, match=r"readonly database.*Ask for the right to write"):
        history.record(facts())
    assert path.read_bytes() == before


@pytest.fixture
def as_nobody():
    """Root may write anywhere; for the time of the test, we are somebody who may not."""
    who = os.geteuid()
    if not who:
        os.seteuid(65534)
    yield
    os.seteuid(who)


def test_a_folder_that_may_not_be_written_is_told(as_nobody):
    """Neither a folder nor a file is made where that is not allowed."""
    with pytest.raises(HistoryError, match=r"history sqlite:///.*Permission denied.*right"):
        History("/usr/history/history.sqlite")
    with pytest.raises(HistoryError, match=r"unable to open database file.*Correct the path"):
        History("/history-of-nobody.sqlite")
    assert not Path("/history-of-nobody.sqlite").exists()


def test_a_folder_in_place_of_the_file_is_told(tmp_path):
    """Not a file, and not below a file."""
    with pytest.raises(HistoryError, match=r"that is no file; expected a file\. Correct the path"):
        History(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(HistoryError, match=r"notes\.txt.*expected a file\. Correct the path"):
        History(tmp_path / "notes.txt" / "history.sqlite")


@pytest.mark.parametrize("name", ["a?b=c.sqlite", "50%25 #1&2.sqlite", "q'\"; drop.sqlite"])
def test_a_path_is_taken_as_it_is(tmp_path, name):
    """What means something in a URL is a letter in the name of a file."""
    History(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url):
    """Each transaction would see an empty one."""
    with pytest.raises(HistoryError, match="that is no file"):
        History(url)


def test_a_file_that_is_no_database_is_named(tmp_path):
    """A broken file is an error that says which file, and stays as it is."""
    path = tmp_path / "history.sqlite"
    path.write_bytes(b"this is not a database, only some text" * 100)
    before = path.read_bytes()
    with pytest.raises(
        HistoryError, match=r"history\.sqlite: file is not a database.*name another"
    ):
        History(path)
    assert path.read_bytes() == before


def test_a_damaged_database_is_named_and_left_alone(tmp_path):
    """A file cut in half, as a full disk or a broken copy leaves it."""
    path = tmp_path / "history.sqlite"
    history = History(path)
    for week in range(1, 20):
        history.record(facts(week=f"2026-03-{week:02d}"))
    half = path.read_bytes()[: path.stat().st_size // 2]
    path.write_bytes(half)
    with pytest.raises(HistoryError, match=r"malformed\. It is damaged: restore it from a backup"):
        History(path).metrics()
    assert path.read_bytes() == half


def test_the_database_of_another_program_is_refused(database):
    """Our tables are not put into another's file, nor beside tables of the same names."""
    run_sql(database, "CREATE TABLE week (monday TEXT)", "INSERT INTO week VALUES ('mine')")
    with pytest.raises(HistoryError, match=r"it is no history, but has tables of its own \(week\)"):
        History(database)
    assert run_sql(database, "SELECT * FROM week") == [("mine",)]


def test_other_tables_of_a_server_do_not_matter(postgresql_server):
    """A team's database may hold other things too."""
    url = postgresql_server.database()
    run_sql(url, "CREATE TABLE lunch (monday TEXT)")
    assert History(url).record(facts()).is_new


def test_the_file_is_fully_synced_and_not_in_wal_mode(tmp_path):
    """The versions of SQLite with the WAL bug stay safe, also for a file that was in WAL mode."""
    path = tmp_path / "history.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    history = History(path)
    with history._database.transaction() as open_connection:
        assert open_connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"
        assert open_connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
