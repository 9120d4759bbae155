"""The tables of the register."""

import pandas as pd
from risk_frames import RISKS, weeks
from small_plan import FRIDAYS, small_plan

from pmtools.measure.milestones import schedule_weeks
from pmtools.measure.register import became_issues, overdue_actions, register, stuck
from pmtools.tables import (
    table_became_issues,
    table_decisions,
    table_open_items,
    table_overdue_actions,
    table_reserves,
    table_responses,
    table_risks,
    table_stuck,
)

ITEMS = [
    {"id": "R1", "kind": "risk", "title": "Late", "status": "occurred", "probability": 0.4,
     "impact_hours": 16, "impact_cost": 900},
    {"id": "I1", "kind": "issue", "title": "It is late", "origin_id": "R1", "impact_hours": 24,
     "impact_cost": 1_500, "owner_id": "ann", "actionee_id": "bob", "task_ids": "2"},
    {"id": "T1", "kind": "action", "title": "Ask", "owner_id": "ann", "due_date": "2026-03-02"},
    {"id": "T2", "kind": "action", "title": "Tell", "due_date": "2026-03-12"},
]  # fmt: skip
PROJECT = small_plan(FRIDAYS[0], register=ITEMS)


def column(shown, label):
    """The cells under a label."""
    place = [words for words, _ in shown.columns.values()].index(label)
    return [row[place] for row in shown.rows()]


def test_risks_show_exposure_and_movement():
    """Half of five days, up; what the register does not say is no column."""
    shown = table_risks(register(weeks()), currency="EUR")
    assert column(shown, "Id") == ["R1", "R2", "R3", "R4"]
    assert column(shown, "Since last") == ["up", "same", "new", "new"]
    assert column(shown, "Expected delay")[0] == "+2.5 d"
    assert column(shown, "Expected cost (EUR)") == ["1,500", "–", "−1,050", "–"]
    assert "Of the P80" not in [words for words, _ in shown.columns.values()]


def test_responses_show_what_they_save_and_cost():
    """From a half to a tenth of five days and 3,000, for 900."""
    said = {**RISKS[0], "response_action": "Ask", "response_cost": 900,
            "residual_probability": 0.1}  # fmt: skip
    shown = table_responses(register(weeks([said, RISKS[1]])), currency="EUR")
    assert shown.rows() == [["R1", "Late routers", "Ask", "900", "2 d", "1,200", "pays for itself"]]


def test_open_items_are_all_but_risks_with_who_acts():
    """Ann owns the issue, Bob acts."""
    shown = table_open_items(register(schedule_weeks([PROJECT])))
    assert column(shown, "Item") == ["Issue I1", "Action T1", "Action T2"]
    assert column(shown, "Owner / who acts") == ["Ann / Bob", "Ann", "–"]
    assert column(shown, "If left")[0] == "two weeks move the finish +5 d"


def test_what_is_stuck_says_why():
    """Overdue since Monday."""
    shown = table_stuck(stuck(register(schedule_weeks([PROJECT]))))
    assert column(shown, "Stuck") == ["overdue for 4 days"]


def test_overdue_actions_name_nobody_where_nobody_is_named():
    """An action without owner is nobody's."""
    shown = table_overdue_actions(overdue_actions(PROJECT))
    assert column(shown, "Who") == ["Ann", "nobody named"]
    assert column(shown, "Overdue rate") == ["100%", "0%"]


def test_risks_that_became_issues_stand_beside_what_was_said():
    """Two days and 900 were said; three and 1,500 it is."""
    shown = table_became_issues(became_issues(PROJECT), currency="EUR")
    assert shown.rows()[0][2:8] == ["40%", "2 d", "900", "I1", "3 d", "1,500"]
    alone = small_plan(FRIDAYS[0], register=ITEMS[:1])
    assert column(table_became_issues(became_issues(alone), currency="EUR"), "Issue") == [
        "none known"
    ]


def test_reserves_are_said_in_days_and_money():
    """One row each, with sign and unit."""
    rows = pd.DataFrame(
        {"quantity": ["time", "cost"], "promised_finish": [FRIDAYS[2], pd.NaT],
         "promised": [None, 12_000.0], "plan_finish": [FRIDAYS[1], pd.NaT],
         "plan": [None, 10_000.4], "reserve": [5.0, 1_999.6], "expected": [1.25, 300.0],
         "needed": [6.5, 2_500.0], "signal": "amber", "verdict": "covers the risks on average"}
    )  # fmt: skip
    assert [row[:7] for row in table_reserves(rows, currency="EUR").rows()] == [
        ["Finish", "20 Mar 2026", "13 Mar 2026", "+5.0 d", "+1.2 d", "+6.5 d", "■ Amber"],
        ["Cost", "EUR 12,000", "EUR 10,000", "EUR 2,000", "EUR 300", "EUR 2,500", "■ Amber"],
    ]


def test_decisions_of_a_register_stand_by_their_day():
    """Changes that wait for approval are decisions too; what leaving them costs stands beside."""
    items = [
        {"id": "D1", "kind": "decision", "title": "Which?", "due_date": "2026-03-20",
         "task_ids": "2"},
        {"id": "C1", "kind": "change", "title": "More?", "due_date": "2026-03-13"},
    ]  # fmt: skip
    project = small_plan(FRIDAYS[0], register=[*ITEMS, *items])
    shown = table_decisions(register(schedule_weeks([project])), currency="EUR")
    assert column(shown, "Decision") == ["More?", "Which?"]
    assert column(shown, "If left") == ["it names no task", "two weeks move the finish +5 d"]
