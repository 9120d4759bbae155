"""The register: exposure and decisions."""

import pandas as pd
from small_plan import FRIDAYS, small_plan

from pmtools.measure.register import decisions_needed, top_risks

ITEMS = [
    {"id": "R1", "kind": "risk", "title": "Late routers", "probability": 0.5, "impact_hours": 80,
     "impact_cost": 10_000, "owner_id": "ann"},
    {"id": "R2", "kind": "risk", "title": "Key person ill", "probability": 0.1,
     "impact_hours": 16, "impact_cost": 1_000},
    {"id": "R3", "kind": "risk", "title": "Past", "probability": 0.9, "status": "closed"},
    {"id": "I1", "kind": "issue", "title": "Firewall refused", "impact_hours": 24,
     "impact_cost": 50_000, "due_date": "2026-03-01"},
    {"id": "D1", "kind": "decision", "title": "Which vendor?", "due_date": "2026-03-20"},
    {"id": "D2", "kind": "decision", "title": "Old", "status": "approved"},
    {"id": "C1", "kind": "change", "title": "Two more sites", "due_date": "2026-03-10"},
]  # fmt: skip


def test_exposure_is_probability_times_impact():
    """A risk of 0.5 over ten days and 10,000 weighs five days and 5,000."""
    found = top_risks(small_plan(FRIDAYS[0], register=ITEMS)).set_index("id")
    assert found.loc["R1", "exposure_days"] == 5.0
    assert found.loc["R1", "exposure_cost"] == 5_000
    assert found.loc["R1", "owner"] == "Ann"


def test_an_issue_has_happened_and_counts_in_full():
    """An issue's probability is one; the closed risk is not shown."""
    found = top_risks(small_plan(FRIDAYS[0], register=ITEMS))
    assert found.set_index("id").loc["I1", "exposure_cost"] == 50_000
    assert set(found["id"]) == {"R1", "R2", "I1"}
    assert found["id"].iloc[-1] == "R2"


def test_items_past_their_day_are_overdue():
    """The issue was due on 1 March; nothing without a day is overdue."""
    found = top_risks(small_plan(FRIDAYS[0], register=ITEMS)).set_index("id")["is_overdue"]
    assert found.to_dict() == {"I1": True, "R1": False, "R2": False}


def test_decisions_and_changes_that_wait_are_shown_by_urgency():
    """Open decisions and unapproved changes, the earliest day first."""
    found = decisions_needed(small_plan(FRIDAYS[0], register=ITEMS))
    assert list(found["id"]) == ["C1", "D1"]


def test_an_item_is_due_until_the_end_of_its_day():
    """What is due today is not overdue tonight."""
    today = [{"id": "D1", "kind": "decision", "title": "Vendor?", "due_date": "2026-03-06"}]
    assert not decisions_needed(small_plan(FRIDAYS[0], register=today))["is_overdue"].any()
    assert decisions_needed(small_plan(FRIDAYS[1], register=today))["is_overdue"].all()


def test_days_and_money_rank_side_by_side_and_what_is_not_weighed_comes_last():
    """The longest delay and the dearest item both come first; an item without impact is last."""
    items = [
        {"id": "R1", "kind": "risk", "title": "Not weighed", "probability": 0.9},
        {"id": "R2", "kind": "risk", "title": "Middle", "probability": 0.5, "impact_hours": 40,
         "impact_cost": 500},
        {"id": "R3", "kind": "risk", "title": "Dear", "probability": 0.5, "impact_cost": 9000},
        {"id": "R4", "kind": "risk", "title": "Long", "probability": 0.5, "impact_hours": 400},
    ]  # fmt: skip
    assert list(top_risks(small_plan(register=items))["id"]) == ["R3", "R4", "R2", "R1"]


def test_a_gain_is_no_risk():
    """An opportunity with a negative impact stands below every threat."""
    items = [
        {"id": "R1", "kind": "risk", "title": "Rebate", "probability": 0.9, "impact_cost": -9000},
        {"id": "R2", "kind": "risk", "title": "Fee", "probability": 0.1, "impact_cost": 100},
    ]
    assert list(top_risks(small_plan(register=items))["id"]) == ["R2", "R1"]


def test_without_a_status_date_nothing_is_overdue():
    """What is late can only be said on a day."""
    assert not top_risks(small_plan(register=ITEMS))["is_overdue"].any()
    assert top_risks(small_plan()).empty
    assert pd.api.types.is_bool_dtype(top_risks(small_plan())["is_overdue"])
