"""The table of why a date or a cost moved."""

import pandas as pd

from pmtools.tables import table_bridge


def tasks(**far):
    return pd.DataFrame(
        {
            "group": ["scope", "scope", "scope"],
            "part": [3.0, 3.0, 3.0],
            "change": ["Approval added", "Audit added", "Survey removed"],
            "owner": ["Ann", "Ann", "Bob"],
            "department": ["IT", "IT", ""],
            **far,
        }
    )


def test_what_moved_nothing_is_left_out():
    """Only changes that moved the finish, with who answers for them; each part is said once."""
    shown = table_bridge(tasks(days=[2.0, 1.0, 0.0]))
    assert shown.rows() == [
        ["Scope", "+3 d", "Approval added", "Ann", "IT", "+2 d"],
        ["Scope", "–", "Audit added", "Ann", "IT", "+1 d"],
    ]
    assert "does not add up" in str(shown)
    assert "No change moved it." in str(table_bridge(tasks(days=[0.0, 0.0, 0.0])))


def test_money_has_its_currency_in_the_heading():
    """Signed amounts, not days."""
    shown = table_bridge(tasks(amount=[2.0, -0.7, 0.2]), currency="EUR", title="Cost")
    assert [label for label, _ in shown.columns.values()][-1] == "By itself (EUR)"
    assert [row[-1] for row in shown.rows()] == ["+2.00", "−0.70"]
