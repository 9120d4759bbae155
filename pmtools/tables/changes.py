"""Tables of what moved the date and the budget, and who approved it."""

from __future__ import annotations

import pandas as pd

from pmtools.metrics import CannotSay
from pmtools.tables.table import Columns, Table, table


def table_ledger(rows: pd.DataFrame | CannotSay, *, currency: str = "") -> Table:
    """What moved date and budget of a ledger: status_date, what, before, after (words), days,
    amount, approval; `table_scope_ledger` shows its rows of scope.
    """
    if not isinstance(rows, CannotSay):
        rows = rows[rows["what"] != "Scope"]
        rows = rows.assign(moved=rows["before"] + " → " + rows["after"])
    columns: Columns = {
        "status_date": ("Week to", "date"), "what": ("What", "text"), "moved": ("Moved", "text"),
        "days": ("Later", "signed_days"), "amount": ("Dearer", "signed_money"),
        "approval": ("Approved by", "text"),
    }  # fmt: skip
    note = {"days": "Later: working days of the project"}
    empty = "Neither the date nor the budget has moved."
    title = "What moved the date and the budget"
    return table(rows, columns, title=title, note=note, empty=empty, currency=currency)


def table_scope_ledger(rows: pd.DataFrame | CannotSay) -> Table:
    """What changed in the plan, by what approved it: rows of scope of a ledger."""
    rows = rows if isinstance(rows, CannotSay) else rows[rows["what"] == "Scope"]
    columns: Columns = {
        "status_date": ("Week to", "date"), "because": ("What changed", "text"),
        "approval": ("Approved by", "text"),
    }  # fmt: skip
    empty = "The plan has not changed."
    return table(rows, columns, title="What changed in the plan", empty=empty)
