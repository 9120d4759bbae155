"""Tables of coordination: who must act, who is responsible, what was promised."""

from __future__ import annotations

import pandas as pd

from pmtools.metrics import CannotSay
from pmtools.tables.table import Columns, Table, table
from pmtools.words import cells

MOST_ROWS = 40


def table_who_must_act(parties: pd.DataFrame | CannotSay) -> Table:
    """Who must act first: party, first, days_overdue, due_date, n_overdue, n_waiting, n_actions,
    n_due (columns of `who_must_act`).
    """
    columns: Columns = {
        "party": ("Who", "text"), "first": ("First", "text"), "due_date": ("Due", "date"),
        "days_overdue": ("Overdue", "days"), "n_overdue": ("Tasks overdue", "number"),
        "n_waiting": ("of these waiting", "number"), "n_actions": ("Actions overdue", "number"),
        "n_due": ("Due, not overdue", "number"),
    }  # fmt: skip
    note = {
        "n_waiting": "Waiting: cannot go on before others have finished, so the others come first"
    }
    empty = "Nobody owes anything: no task or action is overdue or due next."
    return table(parties, columns, title="Who must act first", note=note, empty=empty)


def table_look_ahead(rows: pd.DataFrame | CannotSay, *, title: str = "What is ahead") -> Table:
    """By party: party, name, part, due (words), due_date, hours, float_days (of `look_ahead`)."""
    columns: Columns = {
        "party": ("Who", "text"), "name": ("Task", "text"), "part": ("As", "text"),
        "due": ("Must", "text"), "due_date": ("On", "date"), "hours": ("Hours", "hours"),
        "float_days": ("Float", "days"),
    }  # fmt: skip
    if not isinstance(rows, CannotSay) and "due" not in rows:  # the names of a department
        columns = {name: label for name, label in columns.items() if name != "due"}
        columns |= {"part": ("By", "text")}
    note = {
        "float_days": "Float: working days by which a task can slip before the finish does; below "
        "zero it is too late already"
    }
    empty = "Nobody must start or finish anything."
    return table(rows, columns, title=title, note=note, empty=empty, n_rows=MOST_ROWS)


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
