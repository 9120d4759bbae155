"""Table of why the finish moved."""

from __future__ import annotations

import pandas as pd

from pmtools.metrics import CannotSay
from pmtools.tables.table import Columns, Table, table


def table_bridge(tasks: pd.DataFrame | CannotSay) -> Table:
    """What moved the finish, by change: group, change, owner, department, days (as
    `Bridge.tasks`); changes that moved nothing are left out.
    """
    columns: Columns = {
        "group": ("Part", "text"), "change": ("Change", "text"), "owner": ("Owner", "text"),
        "department": ("Department", "text"), "days": ("Moved", "signed_days"),
    }  # fmt: skip
    if not isinstance(tasks, CannotSay):
        tasks = tasks[tasks["days"].abs() >= 0.05]
        tasks = tasks.assign(group=tasks["group"].str.capitalize())
    note = {"days": "Moved: working days by which this change alone, all others made, moved the "
            "finish; of changes that need each other the days do not add up"}  # fmt: skip
    empty = "No change moved the finish."
    return table(tasks, columns, title="What moved the finish", note=note, empty=empty)
