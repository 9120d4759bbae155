"""The history database: nothing lost, nothing twice."""

from dataclasses import replace

import pandas as pd
import pytest
from history_facts import facts, with_ranges

from pmtools.errors import HistoryError
from pmtools.history import History


def test_recording_the_same_week_twice_changes_nothing(database):
    """The same facts of a project and week are kept once."""
    history = History(database)
    first, second = history.record(facts()), history.record(facts())
    assert (first.is_new, second.is_new) == (True, False)
    assert first.revision == second.revision == 1
    assert len(history.weeks()) == 1


def test_a_corrected_week_is_a_new_revision_and_keeps_the_old_one(database):
    """Readers get the last revision; the earlier one stays in the database."""
    history = History(database)
    history.record(facts(cpi=0.9))
    assert history.record(facts(cpi=0.95)).revision == 2
    assert list(history.weeks("P1")["revision"]) == [1, 2]
    metrics = history.metrics("P1").set_index("metric")["value"]
    assert metrics["cost_performance_index"] == 0.95


def test_facts_come_back_as_they_were_recorded(database):
    """A number that cannot be said stays unsaid, with its reason; dates stay dates."""
    history = History(database)
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


ENDED = pd.DataFrame(
    {
        "quantity": ["finish", "cost"],
        "start": [pd.Timestamp("2026-01-05 08:00")] * 2,
        "finish": [pd.Timestamp("2026-07-08 17:00")] * 2,
        "amount": [float("nan"), 1500.0],
    }
)


def test_a_range_is_remembered_with_its_probabilities(database):
    """One date stands without a probability, a range with one for each of its dates."""
    history = History(database)
    history.record(with_ranges())
    said = history.forecasts("P1")
    ranges = said[said["method"] == "simulation"]
    assert list(ranges["probability"]) == [0.5, 0.8]
    assert list(ranges["finish"]) == [pd.Timestamp("2026-07-01"), pd.Timestamp("2026-07-10")]
    assert said.loc[said["method"] != "simulation", "probability"].isna().all()
    assert said["is_before"].all()
    assert not history.record(with_ranges()).is_new


def test_the_outcome_is_remembered_when_it_is_known(database):
    """The last week that knew it says it; other projects have none."""
    history = History(database)
    history.record(with_ranges())
    assert history.outcomes().empty
    history.record(with_ranges(week="2026-07-10", outcomes=ENDED))
    found = history.outcomes().set_index("quantity")
    assert found.loc["cost", "amount"] == 1500
    assert found.loc["finish", "finish"] == pd.Timestamp("2026-07-08 17:00")
    assert found["project_id"].eq("P1").all()


def test_a_forecast_is_not_changed_once_the_outcome_is_known(database):
    """A week that is corrected with hindsight keeps what it said before."""
    history = History(database)
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


def test_a_report_without_a_range_does_not_undo_that_of_another(database):
    """The weekly report and the forecast may record the same week, in any order."""
    history = History(database)
    history.record(with_ranges())
    assert history.record(facts(finish="2026-07-03")).revision == 2
    said = history.forecasts("P1").set_index("method")
    assert len(said.loc[["simulation"]]) == 2
    assert said.loc["critical path", "finish"] == pd.Timestamp("2026-07-03")


def test_what_was_spent_stands_beside_each_forecast(database):
    """A forecast of cost is judged by what was left of it."""
    history = History(database)
    spent = {"metric": ["actual_cost"], "value": [400.0], "cannot_say": [""]}
    history.record(with_ranges(metrics=pd.DataFrame(spent)))
    history.record(with_ranges(week="2026-03-13"))
    said = history.forecasts().groupby("status_date")["spent"].first()
    assert said.iloc[0] == 400
    assert pd.isna(said.iloc[1])


def test_an_empty_history_has_no_forecast_and_no_outcome(database):
    """Dates are dates and amounts are numbers, also where there are none."""
    history = History(database)
    for frame in (history.forecasts(), history.outcomes()):
        assert frame.empty
        assert frame["finish"].dtype == "datetime64[us]"
        assert frame["amount"].dtype == "float64"


def test_the_hash_of_a_week_is_that_of_the_first_schema():
    """Weeks recorded by the first release are known again."""
    assert facts().hash() == "697d2b29cb3897cffe70194b039a0a14699c3c16d4e5681078097b6257f2e325"


def test_projects_do_not_mix(database):
    """Two projects with the same week stand beside each other."""
    history = History(database)
    history.record(facts("P1"))
    history.record(facts("P2"))
    assert len(history.weeks()) == 2
    assert len(history.forecasts("P1")) == 2


def test_names_are_data_not_sql(database):
    """Quotes, percent signs and colons of a project's id are stored and found as they are."""
    history = History(database)
    for name in ("Robert'); DROP TABLE week;--", "%", "_", ":x", "ü\u202e🙂", "x" * 2000, ""):
        history.record(facts(name))
        assert list(history.weeks(name)["project_id"]) == [name]


@pytest.mark.parametrize("name", ["A\x00B", "A\ud800B"])
def test_what_cannot_be_stored_is_refused_and_nothing_is_recorded(database, name):
    """Half of a character is no text, and PostgreSQL knows no zero byte: told, not cut off."""
    history = History(database)
    try:
        history.record(facts(name))
    except HistoryError:
        assert history.weeks().empty
    else:
        assert list(history.weeks(name)["project_id"]) == [name]


def test_ids_may_be_long(database):
    """Codes of milestones longer than a hundred letters are kept whole."""
    history, code = History(database), "milestone:" + "x" * 1000
    rows = {"quantity": [code], "method": ["m" * 300], "finish": [pd.NaT], "amount": [1.0]}
    history.record(replace(facts(), forecasts=pd.DataFrame(rows)))
    assert list(history.forecasts("P1")["quantity"]) == [code]


def test_a_week_recorded_after_a_later_one_is_flagged(database):
    """Snapshots out of order are allowed, and marked as late."""
    history = History(database)
    for week in ("2026-03-13", "2026-03-06", "2026-03-20"):
        history.record(facts(week=week))
    weeks = history.weeks("P1")
    assert list(weeks["status_date"].dt.day) == [6, 13, 20]
    assert list(weeks["is_late"]) == [True, False, False]
