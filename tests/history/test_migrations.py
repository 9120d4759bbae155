"""A history of any earlier pmtools is brought up to date, with all that it holds."""

import concurrent.futures as futures
import multiprocessing

import pytest
from history_facts import facts, facts_of, with_ranges
from postgres import run_sql
from small_plan import DESIGN_DONE, FRIDAYS, small_plan

from pmtools.errors import HistoryError
from pmtools.history import History
from pmtools.history.schema import MIGRATIONS

# The statements that the first and the second release sent to SQLite.
FIRST = """
CREATE TABLE migration (name VARCHAR(200) NOT NULL, applied_at DATETIME NOT NULL,
  PRIMARY KEY (name));
CREATE TABLE week (id INTEGER NOT NULL, project_id TEXT NOT NULL, project_name TEXT NOT NULL,
  status_date DATETIME NOT NULL, revision INTEGER NOT NULL, input_hash VARCHAR(64) NOT NULL,
  facts_hash VARCHAR(64) NOT NULL, recorded_at DATETIME NOT NULL, PRIMARY KEY (id),
  UNIQUE (project_id, status_date, revision), UNIQUE (project_id, status_date, facts_hash));
CREATE TABLE metric (week_id INTEGER NOT NULL, metric VARCHAR(100) NOT NULL, value FLOAT,
  cannot_say TEXT NOT NULL, PRIMARY KEY (week_id, metric),
  FOREIGN KEY(week_id) REFERENCES week (id));
CREATE TABLE milestone (week_id INTEGER NOT NULL, task_id VARCHAR(200) NOT NULL, name TEXT NOT NULL,
  baseline DATETIME, forecast DATETIME, is_done BOOLEAN NOT NULL, PRIMARY KEY (week_id, task_id),
  FOREIGN KEY(week_id) REFERENCES week (id));
CREATE TABLE forecast (week_id INTEGER NOT NULL, quantity VARCHAR(100) NOT NULL,
  method VARCHAR(100) NOT NULL, finish DATETIME, amount FLOAT,
  PRIMARY KEY (week_id, quantity, method), FOREIGN KEY(week_id) REFERENCES week (id));
INSERT INTO migration VALUES ('_create_first_tables', '2026-03-01 00:00:00.000000');
INSERT INTO week (project_id, project_name, status_date, revision, input_hash, facts_hash,
  recorded_at) VALUES ('P1', 'Rollout', '2026-03-06 00:00:00.000000', 1, 'INPUT', 'HASH',
  '2026-03-06 18:00:00.000000');
INSERT INTO metric VALUES (1, 'cost_performance_index', 0.9, '');
INSERT INTO milestone VALUES (1, 'M1', 'Go live', NULL, '2026-06-30 00:00:00.000000', IS_FALSE);
INSERT INTO forecast VALUES (1, 'finish', 'critical path', '2026-06-30 00:00:00.000000', NULL);
INSERT INTO forecast VALUES (1, 'cost', 'CPI', NULL, 1200.5)
"""
SECOND = """;
CREATE TABLE forecast_quantile (week_id INTEGER NOT NULL, quantity VARCHAR(200) NOT NULL,
  method VARCHAR(100) NOT NULL, probability FLOAT NOT NULL, finish DATETIME, amount FLOAT,
  PRIMARY KEY (week_id, quantity, method, probability), FOREIGN KEY(week_id) REFERENCES week (id));
CREATE TABLE outcome (week_id INTEGER NOT NULL, quantity VARCHAR(200) NOT NULL, start DATETIME,
  finish DATETIME, amount FLOAT, PRIMARY KEY (week_id, quantity),
  FOREIGN KEY(week_id) REFERENCES week (id));
INSERT INTO migration VALUES ('_create_quantiles_and_outcomes', '2026-03-01 00:00:00.000000');
INSERT INTO forecast_quantile VALUES (1, 'finish', 'simulation', 0.8,
  '2026-07-10 00:00:00.000000', NULL);
INSERT INTO outcome VALUES (1, 'milestone:M0', NULL, '2026-03-02 17:00:00.000000', NULL)
"""
SCHEMAS = {"the first report": FIRST, "quantiles and outcomes": FIRST + SECOND}
POSTGRESQL = {
    "DATETIME": "TIMESTAMP WITHOUT TIME ZONE", "id INTEGER NOT NULL,": "id SERIAL NOT NULL,",
    "week_id SERIAL": "week_id INTEGER", "IS_FALSE": "false",
}  # fmt: skip


def made_by(schema, database, hashes=("00", "HASH")):
    """A database as that release left it, with a week in it."""
    text = SCHEMAS[schema].replace("'INPUT'", f"'{hashes[0]}'").replace("'HASH'", f"'{hashes[1]}'")
    words = POSTGRESQL if database.startswith("postgresql") else {"IS_FALSE": "0"}
    for sqlite, postgresql in words.items():
        text = text.replace(sqlite, postgresql)
    run_sql(database, *text.split(";\n"))


@pytest.mark.parametrize("schema", SCHEMAS)
def test_an_earlier_history_is_brought_up_to_date(database, schema):
    """What it holds is read as before, the same week is known again, and new ones go in."""
    made_by(schema, database, hashes=("0" * 64, facts().hash()))
    history = History(database)
    assert history.forecasts("P1")["amount"].dropna().tolist() == [1200.5]
    assert history.metrics("P1").set_index("metric").loc["cost_performance_index", "value"] == 0.9
    assert list(history.milestones("P1")["name"]) == ["Go live"]
    assert len(history.outcomes()) == (schema != "the first report")
    assert list(history.weeks()["has_plan"]) == [False]
    assert not history.record(facts()).is_new
    assert history.record(with_ranges()).revision == 2
    done = run_sql(database, "SELECT name FROM migration")
    assert {row[0] for row in done} == {step.__name__ for step in MIGRATIONS}


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_week_of_an_earlier_history_gets_its_plan_and_no_revision(database, schema):
    """The same facts again add what was not stored then: the plan. The third time, nothing."""
    plan = small_plan(FRIDAYS[0], [DESIGN_DONE])
    known = facts_of(plan)
    date = f"UPDATE week SET status_date = '{FRIDAYS[0]:%Y-%m-%d %H:%M:%S.%f}'"
    made_by(schema, database, hashes=(known.input_hash, known.hash()))
    run_sql(database, date)
    history = History(database)
    with pytest.raises(HistoryError, match="no plan is stored"):
        history.project("P1")
    done = history.record(known, plan)
    assert (done.revision, done.is_new, done.has_new_snapshot) == (1, False, True)
    assert "its plan was added" in str(done)
    assert history.project("P1").equals(plan)
    assert "nothing changed" in str(history.record(known, plan))
    assert len(history.weeks()) == 1


def test_each_step_leaves_its_own_record_once(database):
    """Opening a history again takes no step again."""
    History(database)
    first = run_sql(database, "SELECT name, applied_at FROM migration")
    History(database)
    assert run_sql(database, "SELECT name, applied_at FROM migration") == first
    assert {row[0] for row in first} == {step.__name__ for step in MIGRATIONS}


def test_a_step_that_fails_leaves_nothing_behind(database, monkeypatch):
    """A table and the record of its step are made together or not at all."""
    real = MIGRATIONS[2]

    def _create_snapshots(connection):
        real(connection)
        connection.exec_driver_sql("SELECT * FROM no_such_table")

    monkeypatch.setattr("pmtools.history.database.MIGRATIONS", (*MIGRATIONS[:2], _create_snapshots))
    with pytest.raises(HistoryError, match="no_such_table"):
        History(database)
    monkeypatch.undo()
    assert len(run_sql(database, "SELECT name FROM migration")) == 2
    History(database)


def test_a_history_of_a_newer_version_is_refused(database):
    """An older program does not write into a schema it does not know."""
    History(database)
    newer = "INSERT INTO migration VALUES ('_of_the_future', '2030-01-01 00:00:00.000000')"
    run_sql(database, newer)
    with pytest.raises(HistoryError, match=r"newer pmtools \(_of_the_future\).*Update pmtools"):
        History(database)


def opened(database):
    """Open a history in a process of its own."""
    return len(History(database).weeks())


@pytest.mark.slow
def test_programs_that_open_a_new_database_at_once_all_succeed(database):
    """One of them makes the tables, the others wait for it."""
    context = multiprocessing.get_context("spawn")
    with futures.ProcessPoolExecutor(4, mp_context=context) as pool:
        assert list(pool.map(opened, [database] * 8)) == [0] * 8
    assert len(run_sql(database, "SELECT name FROM migration")) == len(MIGRATIONS)
