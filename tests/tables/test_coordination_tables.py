"""Who must act, what is ahead, what is wrong with responsibilities, promises."""

import coordination_frames
import pandas as pd

from pmtools import tables
from pmtools.metrics import CannotSay

AHEAD = pd.DataFrame(
    {
        "party": ["Ann", "Bob"], "task_id": ["1", "1"], "name": ["Build", "Build"],
        "part": ["owner", "works on it"], "due": ["starts", "starts"],
        "due_date": pd.Timestamp("2026-03-09"), "hours": [float("nan"), 7.5],
        "float_days": [-2.0, -2.0],
    }
)  # fmt: skip


def test_the_look_ahead_says_who_is_owner_and_of_a_department_who_does_it():
    """Departments have no word for what they must, but the names of their people."""
    person = tables.table_look_ahead(AHEAD)
    assert person.rows()[0] == ["Ann", "Build", "owner", "starts", "9 Mar 2026", "–", "−2 d"]
    unit = tables.table_look_ahead(AHEAD.drop(columns="due"))
    labels = [label for label, _ in unit.columns.values()]
    assert labels == ["Who", "Task", "By", "On", "Hours", "Float"]


def test_promises_of_few_tasks_have_no_share():
    """Too few to blame or to praise."""
    rows = tables.table_promises(coordination_frames.record(), by="department").rows()
    assert rows[0][:6] == ["IT", "baseline", "12", "4", "33%", "12% to 56%"]
    assert rows[7][:6] == ["Vendor", "baseline", "0", "0", "too few", "–"]


def test_every_table_hands_a_reason_on():
    """A notebook has no branches."""
    reason = CannotSay("the plan is empty")
    for name in ("look_ahead", "who_must_act", "responsibility_findings", "promises"):
        shown = getattr(tables, f"table_{name}")(reason)
        assert shown.cannot_say == "Cannot say, because the plan is empty"
