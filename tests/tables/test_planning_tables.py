"""Tables of planning."""

import pandas as pd
from small_plan import TASKS, small_plan

from pmtools.measure.reserves import budget_hierarchy
from pmtools.schedule import schedule
from pmtools.tables import (
    table_budget,
    table_buffers,
    table_estimates,
    table_hires,
    table_reference_class,
)

ACCOUNTS = [{**task, "control_account": "A" if task["id"] == "1" else ""} for task in TASKS]


def budget(header, **how):
    plan = schedule(small_plan(tasks=ACCOUNTS, header=header))
    return table_budget(budget_hierarchy(plan, **how), currency="EUR")


def test_a_budget_shows_only_the_levels_that_it_has():
    """Without contingency there is no column of zeros; the sums have their sign before them."""
    shown = budget({"budget": 11_000.0})
    assert [label for label, _ in shown.columns.values()] == [
        "Level", "Estimates (EUR)", "Amount (EUR)",
    ]  # fmt: skip
    assert [row[0] for row in shown.rows()] == [
        "no control account", "A", "= Cost baseline (PMB)", "+ Management reserve", "= Budget",
    ]  # fmt: skip
    both = budget({}, activity_contingency=pd.Series({"1": 500.0}))
    assert "Work packages (EUR)" in {label for label, _ in both.columns.values()}


def test_a_budget_that_does_not_pay_for_the_confidence_says_so():
    """A negative management reserve is explained below the table."""
    assert "Below zero: the approved budget" in str(budget({"budget": 9_000.0}))
    assert "Below zero" not in str(budget({"budget": 11_000.0}))


def test_an_overrun_is_said_as_the_date_or_the_amount_of_this_plan():
    """What is not known has its reason where the date would stand."""
    rows = pd.DataFrame(
        {
            "source": ["Others", "Others", "Our own 3 finished projects"],
            "quantity": ["cost", "duration", "cost"],
            "kind": ["more than", "about", "more than"],
            "probability": [0.18, 1 / 6, float("nan")],
            "overrun_percent": [50.0, 70.0, float("nan")],
            "finish": [pd.NaT, pd.Timestamp("2026-04-01 17:00"), pd.NaT],
            "amount": [15_000.0, float("nan"), float("nan")],
            "our_chance": [0.0, float("nan"), float("nan")],
            "cannot_say": ["", "", "cannot say, because 3 are known"],
        }
    )
    shown = table_reference_class(rows, currency="EUR").rows()
    assert shown[0] == ["Others", "cost", "18%", "more than 50%", "EUR 15,000", "<1%"]
    assert shown[1] == ["Others", "duration", "17%", "about 70%", "1 Apr 2026", "–"]
    assert shown[2][3:5] == ["–", "cannot say, because 3 are known"]


def test_lengths_of_chains_and_ranges_are_said_in_working_days():
    """A day is what the project calls a day; a chain of one task is named once."""
    buffers = pd.DataFrame(
        {
            "kind": ["project", "feeding"], "first": ["Design", "Train"],
            "last": ["Test", "Train"], "feeds": ["", "Test"], "n_tasks": [3, 1],
            "chain_hours": [60.0, 12.0], "root_square_hours": [15.0, 6.0],
            "cut_and_paste_hours": [30.0, 6.0], "room_hours": [float("nan"), 3.0],
            "root_square_finish": pd.to_datetime(["2026-04-01", "2026-03-20"]),
        }
    )  # fmt: skip
    shown = table_buffers(buffers, hours_per_day=6).rows()
    assert shown[0] == ["Critical", "Design › Test", "–", "10 d", "2.5 d", "5 d", "–", "1 Apr 2026"]
    assert shown[1][:3] == ["Feeding", "Train", "Test"]
    points = {"optimistic_hours": 3.0, "most_likely_hours": 6.0, "pessimistic_hours": 12.0}
    rows = pd.DataFrame([{"name": "T", "distribution": "pert", "correlation_group": "", **points}])
    assert table_estimates(rows, hours_per_day=6).rows()[0][1:4] == ["0.5 d", "1 d", "2 d"]


def test_that_nobody_must_be_found_is_said():
    """An empty table looks like a table that was forgotten."""
    columns = ["role", "by", "until", "n_weeks", "shortfall_hours", "shortfall_fte"]
    assert "Every role has the hours that are needed." in str(
        table_hires(pd.DataFrame(columns=columns))
    )
