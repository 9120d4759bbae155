"""The tables of a report."""

import pandas as pd
import pytest

from pmtools import tables
from pmtools.metrics import CannotSay, Metric
from pmtools.tables import table_control_accounts, table_earned_value, table_milestones

MONEY = ("table_decisions", "table_control_accounts", "table_earned_value",
         "table_budget", "table_reference_class", "table_percentiles", "table_goals",
         "table_drivers", "table_contingency", "table_risks", "table_became_issues",
         "table_reserves", "table_responses", "table_levers", "table_options",
         "table_scenario_effects", "table_scenarios")  # fmt: skip
EVERY = [name for name in dir(tables) if name.startswith("table_")]
DAY = pd.Timestamp("2026-03-06 23:59")


@pytest.mark.parametrize("name", EVERY)
def test_every_table_can_say_that_it_cannot_say(name):
    """A section without its data gives the reason in place of rows."""
    how = {"currency": "EUR"} if name in MONEY else {}
    shown = getattr(tables, name)(CannotSay("nothing was recorded"), **how)
    assert "Cannot say, because nothing was recorded" in str(shown)
    assert shown.title


@pytest.mark.parametrize("name", MONEY)
def test_every_table_with_money_asks_for_the_currency(name):
    """Forgetting it is an error of the call."""
    with pytest.raises(TypeError, match="currency"):
        getattr(tables, name)(pd.DataFrame())


def test_milestones_show_their_slip_in_words_and_signs():
    """The reader sees baseline, last forecast, forecast and how far they are apart."""
    frame = pd.DataFrame(
        {
            "task_id": ["1"],
            "name": ["Go-live"],
            "owner": ["A. Mori"],
            "baseline": [DAY],
            "last_forecast": [DAY],
            "forecast": [DAY + pd.Timedelta(days=7)],
            "slip_days": [5.0],
            "slip_since_last_days": [5.0],
            "is_done": [False],
        }
    )
    shown = table_milestones(frame)
    assert shown.rows() == [
        ["Go-live", "A. Mori", "6 Mar 2026", "6 Mar 2026", "13 Mar 2026", "+5 d", "+5 d", "no"]
    ]
    assert "task_id" not in str(shown)


def test_earned_value_stands_beside_that_of_the_week_before():
    """Labels come from the one place that names metrics; unknown figures give their reason."""
    by_date = pd.DataFrame(
        {
            "status_date": [DAY - pd.Timedelta(days=14), DAY - pd.Timedelta(days=7), DAY],
            Metric.EARNED_VALUE.column: [1.0, 12_000.0, 15_000.0],
            Metric.COST_PERFORMANCE_INDEX.column: [1.0, 0.912, float("nan")],
        }
    )
    reason = CannotSay("no cost was recorded")
    shown = table_earned_value(
        by_date, currency="EUR", cannot_say={Metric.COST_PERFORMANCE_INDEX: reason}
    )
    assert [label for label, _ in shown.columns.values()] == [
        "Measure",
        "27 Feb 2026",
        "6 Mar 2026",
    ]
    assert shown.rows() == [
        ["Earned value (EV)", "EUR 12,000", "EUR 15,000"],
        ["Cost performance index (CPI)", "0.91", "–"],
    ]
    assert shown.note == "CPI: cannot say, because no cost was recorded."


def test_control_accounts_explain_their_acronyms():
    """An acronym is only for those who know it."""
    frame = pd.DataFrame({"control_account": ["Network"], Metric.EARNED_VALUE.column: [9_000.0]})
    shown = table_control_accounts(frame, currency="CHF")
    assert shown.rows() == [["Network", "9,000"]]
    assert "EV (CHF)" in str(shown)
    assert "EV: earned value" in shown.note


def test_cost_of_no_control_account_is_labelled_as_such():
    """An empty cell would read as a missing name."""
    ev = Metric.EARNED_VALUE.column
    frame = pd.DataFrame({"control_account": ["", "Network"], ev: [0.0, 9_000.0]})
    shown = table_control_accounts(frame, currency="CHF")
    assert [row[0] for row in shown.rows()] == ["no control account", "Network"]
    assert frame["control_account"].iloc[0] == "", "what was handed in stays as it is"


def test_measures_that_cannot_be_said_give_their_reasons_in_place_of_dashes():
    """A page of dashes takes a minute to read and says nothing."""
    reasons = {
        Metric.EARNED_VALUE: CannotSay("no baseline is approved"),
        Metric.ACTUAL_COST: CannotSay("no cost is recorded"),
        Metric.COST_PERFORMANCE_INDEX: CannotSay("no baseline is approved"),
    }
    unknown = {metric.column: [float("nan")] for metric in reasons}
    dated = pd.DataFrame({"status_date": [DAY], "control_account": ["Network"], **unknown})
    for frame in (dated, dated[:0]):
        for shown in (table_earned_value, table_control_accounts):
            said = shown(frame, currency="EUR", cannot_say=reasons)
            assert said.rows() == []
            assert said.cannot_say == (
                "Cannot say, because no baseline is approved, and no cost is recorded"
            )
    assert "neither a budget nor a cost" in str(table_control_accounts(dated[:0], currency=""))


def test_only_the_measures_that_are_shown_are_explained():
    """Without cost there is no CPI column, and no word on it."""
    frame = pd.DataFrame(
        {
            "control_account": ["Network"],
            Metric.EARNED_VALUE.column: [9_000.0],
            Metric.COST_PERFORMANCE_INDEX.column: [float("nan")],
        }
    )
    shown = table_control_accounts(frame, currency="CHF")
    assert "CPI" not in str(shown)
    assert shown.note == "EV: earned value."


def test_the_week_before_is_left_out_where_nothing_was_known():
    """A plan is approved one day; before it there is nothing to compare with."""
    by_date = pd.DataFrame(
        {
            "status_date": [DAY - pd.Timedelta(days=7), DAY],
            Metric.EARNED_VALUE.column: [float("nan"), 15_000.0],
        }
    )
    labels = [label for label, _ in table_earned_value(by_date, currency="").columns.values()]
    assert labels == ["Measure", "6 Mar 2026"]
