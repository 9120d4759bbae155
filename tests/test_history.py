"""The history database: nothing lost, nothing twice."""

import multiprocessing
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from pmtools import history as history_module
from pmtools.errors import HistoryError, MissingExtra
from pmtools.history import MIGRATIONS, History, WeekFacts


def facts(project="P1", week="2026-03-06", cpi=0.9, finish="2026-06-30"):
    return WeekFacts(
        project_id=project,
        project_name="Rollout",
        status_date=pd.Timestamp(week),
        input_hash="0" * 64,
        metrics=pd.DataFrame(
            {
                "metric": ["cost_performance_index", "estimate_at_completion"],
                "value": [cpi, float("nan")],
                "cannot_say": ["", "no cost is recorded"],
            }
        ),
        milestones=pd.DataFrame(
            {
                "task_id": ["M1"],
                "name": ["Go live"],
                "baseline": [pd.Timestamp("2026-06-01")],
                "forecast": [pd.Timestamp(finish)],
                "is_done": [False],
            }
        ),
        forecasts=pd.DataFrame(
            {
                "quantity": ["finish", "cost"],
                "method": ["critical path", "CPI"],
                "finish": [pd.Timestamp(finish), pd.NaT],
                "amount": [float("nan"), 1200.5],
            }
        ),
    )


def test_recording_the_same_week_twice_changes_nothing(tmp_path):
    """The same facts of a project and week are kept once."""
    history = History(tmp_path / "history.sqlite")
    first, second = history.record(facts()), history.record(facts())
    assert (first.is_new, second.is_new) == (True, False)
    assert first.revision == second.revision == 1
    assert len(history.weeks()) == 1


@pytest.mark.parametrize("url", ["nosuch://user:secret@host/x", "postgresql+nosuch://u:secret@h/x"])
def test_an_unknown_kind_of_database_is_refused_without_its_password(url):
    """A mistyped URL is told in words, and no password gets into a log."""
    with pytest.raises(HistoryError, match="is not a database URL or path") as caught:
        History(url)
    assert "secret" not in str(caught.value)


def test_a_missing_driver_is_named(monkeypatch):
    """PostgreSQL needs a driver that pmtools does not bring along."""
    for name in ("psycopg", "psycopg2"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtra, match="postgresql needs the driver psycopg"):
        History("postgresql://host/x")


def test_a_corrected_week_is_a_new_revision_and_keeps_the_old_one(tmp_path):
    """Readers get the last revision; the earlier one stays in the database."""
    history = History(tmp_path / "history.sqlite")
    history.record(facts(cpi=0.9))
    assert history.record(facts(cpi=0.95)).revision == 2
    assert list(history.weeks("P1")["revision"]) == [1, 2]
    metrics = history.metrics("P1").set_index("metric")["value"]
    assert metrics["cost_performance_index"] == 0.95


def test_facts_come_back_as_they_were_recorded(tmp_path):
    """A number that cannot be said stays unsaid, with its reason; dates stay dates."""
    history = History(tmp_path / "history.sqlite")
    history.record(facts())
    metrics = history.metrics("P1").set_index("metric")
    assert pd.isna(metrics.loc["estimate_at_completion", "value"])
    assert metrics.loc["estimate_at_completion", "cannot_say"] == "no cost is recorded"
    milestone = history.milestones("P1").iloc[0]
    assert milestone["forecast"] == pd.Timestamp("2026-06-30")
    assert not milestone["is_done"]
    forecasts = history.forecasts("P1").set_index("quantity")
    assert forecasts.loc["cost", "amount"] == 1200.5
    assert pd.isna(forecasts.loc["cost", "finish"])


def with_ranges(week="2026-03-06", p80="2026-07-10", **changes):
    """A week with a range of the finish; `outcomes` once it is known."""
    rows = [("finish", "simulation", p, pd.Timestamp(at), float("nan"))
            for p, at in [(0.5, "2026-07-01"), (0.8, p80)]]  # fmt: skip
    names = ["quantity", "method", "probability", "finish", "amount"]
    base = facts(week=week)
    said = pd.concat([base.forecasts, pd.DataFrame(rows, columns=names)], ignore_index=True)
    return replace(base, forecasts=said, **changes)


ENDED = pd.DataFrame(
    {
        "quantity": ["finish", "cost"],
        "start": [pd.Timestamp("2026-01-05 08:00")] * 2,
        "finish": [pd.Timestamp("2026-07-08 17:00")] * 2,
        "amount": [float("nan"), 1500.0],
    }
)


def test_a_range_is_remembered_with_its_probabilities(tmp_path):
    """One date stands without a probability, a range with one for each of its dates."""
    history = History(tmp_path / "history.sqlite")
    history.record(with_ranges())
    said = history.forecasts("P1")
    ranges = said[said["method"] == "simulation"]
    assert list(ranges["probability"]) == [0.5, 0.8]
    assert list(ranges["finish"]) == [pd.Timestamp("2026-07-01"), pd.Timestamp("2026-07-10")]
    assert said.loc[said["method"] != "simulation", "probability"].isna().all()
    assert said["is_before"].all()
    assert not history.record(with_ranges()).is_new


def test_the_outcome_is_remembered_when_it_is_known(tmp_path):
    """The last week that knew it says it; other projects have none."""
    history = History(tmp_path / "history.sqlite")
    history.record(with_ranges())
    assert history.outcomes().empty
    history.record(with_ranges(week="2026-07-10", outcomes=ENDED))
    found = history.outcomes().set_index("quantity")
    assert found.loc["cost", "amount"] == 1500
    assert found.loc["finish", "finish"] == pd.Timestamp("2026-07-08 17:00")
    assert found["project_id"].eq("P1").all()


def test_a_forecast_is_not_changed_once_the_outcome_is_known(tmp_path):
    """A week that is corrected with hindsight keeps what it said before."""
    history = History(tmp_path / "history.sqlite")
    history.record(with_ranges())
    history.record(with_ranges(p80="2026-07-14"))
    history.record(with_ranges(week="2026-07-10", outcomes=ENDED))
    assert history.record(with_ranges(p80="2026-07-08 17:00")).revision == 3
    history.record(with_ranges(week="2026-05-01"))
    said = history.forecasts().set_index(["status_date", "method", "probability"]).sort_index()
    first = said.loc[(pd.Timestamp("2026-03-06"), "simulation", 0.8)]
    assert first["finish"] == pd.Timestamp("2026-07-14")
    assert first["is_before"]
    assert not said.loc[pd.Timestamp("2026-05-01"), "is_before"].any()


def test_a_report_without_a_range_does_not_undo_that_of_another(tmp_path):
    """The weekly report and the forecast may record the same week, in any order."""
    history = History(tmp_path / "history.sqlite")
    history.record(with_ranges())
    assert history.record(facts(finish="2026-07-03")).revision == 2
    said = history.forecasts("P1").set_index("method")
    assert len(said.loc[["simulation"]]) == 2
    assert said.loc["critical path", "finish"] == pd.Timestamp("2026-07-03")


def test_what_was_spent_stands_beside_each_forecast(tmp_path):
    """A forecast of cost is judged by what was left of it."""
    history = History(tmp_path / "history.sqlite")
    spent = {"metric": ["actual_cost"], "value": [400.0], "cannot_say": [""]}
    history.record(with_ranges(metrics=pd.DataFrame(spent)))
    history.record(with_ranges(week="2026-03-13"))
    said = history.forecasts().groupby("status_date")["spent"].first()
    assert said.iloc[0] == 400
    assert pd.isna(said.iloc[1])


def test_an_empty_history_has_no_forecast_and_no_outcome(tmp_path):
    """Dates are dates and amounts are numbers, also where there are none."""
    history = History(tmp_path / "history.sqlite")
    for frame in (history.forecasts(), history.outcomes()):
        assert frame.empty
        assert frame["finish"].dtype == "datetime64[us]"
        assert frame["amount"].dtype == "float64"


def test_a_database_of_the_first_schema_is_brought_up_to_date(tmp_path, monkeypatch):
    """What it holds is read as before, the same week is known again, and new ones go in."""
    path = tmp_path / "history.sqlite"
    monkeypatch.setattr(history_module, "MIGRATIONS", MIGRATIONS[:1])
    History(path)
    with sqlite3.connect(path) as connection:
        connection.executescript(FIRST_SCHEMA_WEEK.replace("HASH", facts().hash()))
        tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
        names = {row[0] for row in connection.execute(tables)}
    connection.close()
    assert names == {"migration", "week", "metric", "milestone", "forecast"}
    monkeypatch.undo()
    history = History(path)
    assert history.forecasts("P1")["amount"].dropna().tolist() == [1200.5]
    assert history.forecasts("P1")["probability"].isna().all()
    assert history.metrics("P1").set_index("metric").loc["cost_performance_index", "value"] == 0.9
    assert not history.record(facts()).is_new
    assert history.record(with_ranges(outcomes=ENDED)).revision == 2
    assert len(history.outcomes()) == 2


FIRST_SCHEMA_WEEK = """
INSERT INTO week VALUES (1, 'P1', 'Rollout', '2026-03-06 00:00:00.000000', 1, '00', 'HASH',
  '2026-03-06 18:00:00.000000');
INSERT INTO metric VALUES (1, 'cost_performance_index', 0.9, '');
INSERT INTO forecast VALUES (1, 'finish', 'critical path', '2026-06-30 00:00:00.000000', NULL);
INSERT INTO forecast VALUES (1, 'cost', 'CPI', NULL, 1200.5);
"""


def test_the_hash_of_a_week_is_that_of_the_first_schema():
    """Weeks recorded by the first release are known again."""
    assert facts().hash() == "697d2b29cb3897cffe70194b039a0a14699c3c16d4e5681078097b6257f2e325"


def test_projects_do_not_mix(tmp_path):
    """Two projects with the same week stand beside each other."""
    history = History(tmp_path / "history.sqlite")
    history.record(facts("P1"))
    history.record(facts("P2"))
    assert len(history.weeks()) == 2
    assert len(history.forecasts("P1")) == 2


def test_names_are_data_not_sql(tmp_path):
    """Quotes, percent signs and colons of a project's id are stored and found as they are."""
    history = History(tmp_path / "history.sqlite")
    for name in ("Robert'); DROP TABLE week;--", "%", "_", ":x", "A\x00B"):
        history.record(facts(name))
        assert list(history.weeks(name)["project_id"]) == [name]


def test_a_database_of_a_newer_version_is_refused(tmp_path):
    """An older program does not write into a schema it does not know."""
    path = tmp_path / "history.sqlite"
    History(path)
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO migration VALUES ('_of_the_future', '2030-01-01')")
    connection.close()
    with pytest.raises(HistoryError, match="newer pmtools"):
        History(path)


def test_a_migration_is_recorded_with_its_name(tmp_path):
    """Each step of the schema leaves its own record, once."""
    path = tmp_path / "history.sqlite"
    History(path)
    History(path)
    with sqlite3.connect(path) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM migration")]
    connection.close()
    assert names == [step.__name__ for step in MIGRATIONS]


def test_a_file_that_is_no_database_is_named(tmp_path):
    """A broken file is an error that says which file, and stays as it is."""
    path = tmp_path / "history.sqlite"
    path.write_bytes(b"this is not a database, only some text" * 100)
    before = path.read_bytes()
    with pytest.raises(HistoryError, match=r"history\.sqlite"):
        History(path)
    assert path.read_bytes() == before


def test_the_file_is_fully_synced_and_not_in_wal_mode(tmp_path):
    """The versions of SQLite with the WAL bug stay safe, also for a file that was in WAL mode."""
    path = tmp_path / "history.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    history = History(path)
    with history._transaction(writes=False) as open_connection:
        assert open_connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"
        assert open_connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def _record_many(path, writer, count):
    history = History(path)
    for number in range(count):
        history.record(facts(f"W{writer}", cpi=number))


@pytest.mark.slow
def test_several_writers_lose_nothing(tmp_path):
    """Four processes that record at once all succeed, and every week is there."""
    path = tmp_path / "history.sqlite"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_record_many, args=(path, n, 15)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0, 0]
    weeks = History(path).weeks()
    assert sorted(weeks.groupby("project_id")["revision"].max()) == [15] * 4


RECORDER = """
import sys
sys.path.insert(0, sys.argv[2])
from test_history import facts
from pmtools.history import History
history = History(sys.argv[1])
for number in range(10_000):
    done = history.record(facts(cpi=float(number)))
    print(done.revision, flush=True)
"""


@pytest.mark.slow
def test_a_killed_writer_loses_no_acknowledged_week(tmp_path):
    """What was acknowledged before kill -9 is there, once and whole."""
    path = tmp_path / "history.sqlite"
    tests = str(Path(__file__).parent)
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", RECORDER, str(path), tests], stdout=subprocess.PIPE, text=True
        ) as child:
            acknowledged = int(child.stdout.readline())
            time.sleep(0.3)
            child.send_signal(signal.SIGKILL)
            for line in child.stdout.read().split():
                acknowledged = int(line)
        history = History(path)
        revisions = list(history.weeks("P1")["revision"])
        assert revisions == list(range(1, len(revisions) + 1))
        assert len(revisions) >= acknowledged
        assert len(history.metrics("P1")) == 2
        path.unlink()
