"""Table of what moved the date and the budget, and who approved it."""

from __future__ import annotations

import pandas as pd

from pmtools.metrics import CannotSay
from pmtools.tables.table import Columns, Table, table


def table_ledger(rows: pd.DataFrame | CannotSay, *, currency: str = "") -> Table:
    """The scope and baseline ledger: status_date, what, before, after, days, amount, because,
    approval (words); what moved without approval is said so.
    """
    if not isinstance(rows, CannotSay):
        moved = rows["before"] + " → " + rows["after"]
        rows = rows.assign(moved=moved.where(moved != " → ", ""))
    columns: Columns = {
        "status_date": ("Week to", "date"), "what": ("What", "text"), "moved": ("Moved", "text"),
        "days": ("Later", "signed_days"), "amount": ("Dearer", "signed_money"),
        "because": ("Because of", "text"), "approval": ("Approved by", "text"),
    }  # fmt: skip
    note = {"days": "Later: working days of the project"}
    empty = "Neither the date nor the budget has moved."
    title = "What moved the date and the budget"
    return table(rows, columns, title=title, note=note, empty=empty, currency=currency)
