"""The table of why the finish moved."""

import pandas as pd

from pmtools.tables import table_bridge


def test_what_moved_nothing_is_left_out():
    """Only changes that moved the finish, with who answers for them."""
    tasks = pd.DataFrame(
        {
            "group": ["scope", "scope"],
            "change": ["Approval added", "Survey removed"],
            "owner": ["Ann", "Bob"],
            "department": ["IT", ""],
            "days": [2.0, 0.0],
        }
    )
    shown = table_bridge(tasks)
    assert shown.rows() == [["Scope", "Approval added", "Ann", "IT", "+2 d"]]
    assert "do not add up" in str(shown)
    assert "No change moved the finish." in str(table_bridge(tasks[1:]))
