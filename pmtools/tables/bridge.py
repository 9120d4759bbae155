"""Table of why a date or a cost moved."""

from __future__ import annotations

import pandas as pd

from pmtools.metrics import CannotSay
from pmtools.tables.table import Columns, Table, table


def table_bridge(
    tasks: pd.DataFrame | CannotSay, *, currency: str = "", title: str = "What moved the finish"
) -> Table:
    """What moved a forecast, by part and change: group, part, change, owner, department, and days
    or amount (as `Movement.tasks`); changes that moved nothing are left out.
    """
    told, style, least = "days", "signed_days", 0.05
    if not isinstance(tasks, CannotSay):
        if "amount" in tasks:
            told, style, least = "amount", "signed_money", 0.5
        tasks = tasks[tasks[told].abs() >= least]
        is_same = tasks["group"].eq(tasks["group"].shift())
        tasks = tasks.assign(
            group=tasks["group"].str.capitalize(), part=tasks["part"].mask(is_same)
        )
    columns: Columns = {
        "group": ("Part", "text"), "part": ("In all", style), "change": ("Change", "text"),
        "owner": ("Owner", "text"), "department": ("Department", "text"),
        told: ("By itself", style),
    }  # fmt: skip
    note = {told: "By itself: what this change alone, all others made, moved; of changes that need "
            "each other this does not add up to the part"}  # fmt: skip
    empty = "No change moved it."
    return table(tasks, columns, title=title, note=note, empty=empty, currency=currency)
