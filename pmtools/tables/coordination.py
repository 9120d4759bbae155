"""Tables of coordination: who must act, who is responsible, what was promised."""

from __future__ import annotations

import pandas as pd

from pmtools.metrics import CannotSay
from pmtools.tables.table import Columns, Table, table
from pmtools.words import cells

MOST_ROWS = 40


def table_look_ahead(rows: pd.DataFrame | CannotSay, *, title: str = "Who must act") -> Table:
    """By party: party, name, part, due (words), due_date, hours, float_days (of `look_ahead`)."""
    columns: Columns = {
        "party": ("Who", "text"), "name": ("Task", "text"), "part": ("As", "text"),
        "due": ("Must", "text"), "due_date": ("On", "date"), "hours": ("Hours left", "hours"),
        "float_days": ("Float", "days"),
    }  # fmt: skip
    note = {
        "float_days": "Float: working days by which a task can slip before the finish does; below "
        "zero it is too late already"
    }
    empty = "Nobody must start or finish anything."
    return table(rows, columns, title=title, note=note, empty=empty, n_rows=MOST_ROWS)


def table_deliverables(rows: pd.DataFrame | CannotSay) -> Table:
    """The deliverables: name, due, forecast, days_late (working days), is_done, accountable,
    responsible, problem (of `Responsibility.rows`).
    """
    columns: Columns = {
        "name": ("Deliverable", "text"), "accountable": ("Answers for it (A)", "text"),
        "responsible": ("Does it (R)", "text"), "due": ("Due", "date"),
        "forecast": ("Forecast", "date"), "days_late": ("Late", "signed_days"),
        "is_done": ("Done", "flag"),
    }  # fmt: skip
    note = {"days_late": "Late in working days: + is later, − is earlier than due"}
    empty = "The project names no deliverables."
    return table(rows, columns, title="Deliverables", note=note, empty=empty, n_rows=MOST_ROWS)


def table_responsibility_findings(findings: pd.DataFrame | CannotSay) -> Table:
    """What breaks the rules of responsibility: signal, what, due, message, remedy."""
    columns: Columns = {
        "signal": ("Status", "signal"), "what": ("Where", "text"), "due": ("Due", "date"),
        "message": ("Found", "text"), "remedy": ("What to do", "text"),
    }  # fmt: skip
    title, empty = "What is wrong with the responsibilities", "Every rule holds."
    return table(findings, columns, title=title, empty=empty)


def table_promises(record: pd.DataFrame | CannotSay, *, by: str = "person") -> Table:
    """Promises kept of the people (or departments): by, name, against, n, n_kept, share, low, high
    (0 to 1), mean_days_late, median_days_late, n_broken, cannot_say (of `promises`).
    """
    columns: Columns = {
        "name": ("Who", "text"), "against": ("Against the", "text"), "n": ("Finished", "number"),
        "n_kept": ("Kept", "number"), "said": ("Share", "text"),
        "interval": ("95% interval", "text"), "median_days_late": ("Late, median", "signed_days"),
        "mean_days_late": ("Late, mean", "signed_days"), "n_broken": ("Open and late", "number"),
    }  # fmt: skip
    if not isinstance(record, CannotSay):
        record = record[record["by"] == by]
        shares = pd.Series(cells(list(record["share"]), "share"), index=record.index, dtype="str")
        ends = zip(*(cells(list(record[end]), "share") for end in ("low", "high")), strict=True)
        record = record.assign(
            said=shares.mask(record["cannot_say"] != "", "too few"),
            interval=[f"{low} to {high}" if low != "–" else "" for low, high in ends],
        )
    note = {"mean_days_late": "Late in working days after the promised day: − is earlier"}
    empty = "No task that was promised is finished or overdue."
    return table(record, columns, title="Promises kept", note=note, empty=empty, n_rows=MOST_ROWS)
