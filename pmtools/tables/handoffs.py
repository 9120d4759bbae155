"""Tables of hand-offs: who owes what to whom, and whether all inputs will be there."""

from __future__ import annotations

import pandas as pd

from pmtools.metrics import CannotSay
from pmtools.tables.table import MOST_ROWS, Columns, Table, table
from pmtools.words import chance_said, number, plain

_STATES = {"late": "▲ Late", "waiting": "■ Waiting", "due": "Due", "future": "Later",
           "done": "● Done"}  # fmt: skip


def table_handoffs(handoffs: pd.DataFrame | CannotSay, *, n_rows: int = MOST_ROWS) -> Table:
    """Open hand-offs, the late ones first, at most `n_rows`, the rest counted: by, state, sender,
    receiver, from_task, to_task, due, days_late, float_days (working days), late_because,
    wait_days, waits_for.
    """
    columns: Columns = {
        "said_state": ("State", "text"), "between": ("From › to", "text"),
        "what": ("What › for", "text"), "due": ("On", "date"), "float_days": ("Can wait", "days"),
        "days_late": ("Late", "signed_days"), "why": ("Why", "text"),
    }  # fmt: skip
    title = "Hand-offs"
    if not isinstance(handoffs, CannotSay):
        title += " between people" * bool((handoffs["by"] == "person").any())
        rows = handoffs[handoffs["state"] != "done"]
        handoffs = rows.assign(
            said_state=rows["state"].map(_STATES),
            between=_joined(rows, "sender", "receiver"),
            what=_joined(rows, "from_task", "to_task"),
            why=[_why(*row) for row in rows[list(_REASON)].itertuples(index=False)],
        )
    note = {
        "float_days": "Can wait: working days it can be later without moving what it is for",
        "days_late": "Late: working days after the agreed day, − is earlier",
    }
    empty = "No hand-off between departments or people is open."
    return table(handoffs, columns, title=title, note=note, empty=empty, n_rows=n_rows)


_REASON = ("from_task", "late_because", "wait_days", "waits_for")


def _joined(rows: pd.DataFrame, one: str, other: str) -> list[str]:
    return [f"{plain(a, 90)} › {plain(b, 90)}" for a, b in zip(rows[one], rows[other], strict=True)]


def _why(task: str, because: str, days: float, waits_for: str) -> str:
    """Where the delay begins, if not with itself; how long who waits."""
    began = f"delayed by {plain(because, 60)}" if because not in ("", task) else ""
    waits = f"waits {number(days)} d {waits_for}" if waits_for else ""
    return "; ".join(filter(None, (waits, began)))


def table_readiness(readiness: pd.DataFrame | CannotSay) -> Table:
    """A row a task that waits for others, by its start: to_task, to_department, to_start,
    chance_all, ready_p80, and of its inputs from_task, from_department, chance, share_last.
    """
    columns: Columns = {
        "task": ("Task", "text"), "department": ("Of", "text"), "start": ("Wants to start", "date"),
        "chance": ("All inputs there", "chance"), "ready": ("80% sure by", "date"),
        "inputs": ("Single inputs", "text"),
    }  # fmt: skip
    if not isinstance(readiness, CannotSay):
        readiness = pd.DataFrame(
            [_merged(rows) for _, rows in readiness.groupby("to_id", sort=False)],
            columns=list(columns),
        )
    note = {"chance": "All inputs there: the chance that it can start on the planned day; lower "
            "than that of each single input where several can be late"}  # fmt: skip
    empty = "No task waits for an input from others."
    return table(readiness, columns, title="Will all inputs be there?", note=note, empty=empty)


def _merged(rows: pd.DataFrame) -> tuple[object, ...]:
    """One task and what it waits for, the least sure input first."""
    rows = rows[~rows["is_handed_over"]].sort_values("chance", kind="stable")
    last = (rows["share_last"] == rows["share_last"].max()) & (rows["share_last"] > 0)
    said = [
        f"{plain(name, 60)} ({plain(who)}) {chance_said(chance)}"
        + ", most often last" * (is_last and len(rows) > 1)
        for name, who, chance, is_last in zip(
            rows["from_task"], rows["from_department"], rows["chance"], last, strict=True
        )
    ]
    row = rows.iloc[0]
    return (row["to_task"], row["to_department"], row["to_start"], row["chance_all"],
            row["ready_p80"], "; ".join(said))  # fmt: skip


def table_handoff_parties(parties: pd.DataFrame | CannotSay) -> Table:
    """Who gives and takes how many hand-offs: party, n_out, n_in, n_open_out, n_late_out,
    n_open_in, n_late_in, n_partners.
    """
    columns: Columns = {
        "party": ("Who", "text"), "n_out": ("Gives", "number"), "n_open_out": ("Open", "number"),
        "n_late_out": ("Late", "number"), "n_in": ("Receives", "number"),
        "n_open_in": ("Still expects", "number"), "n_late_in": ("Late from others", "number"),
        "n_partners": ("Partners", "number"),
    }  # fmt: skip
    empty = "No link crosses departments or people."
    return table(parties, columns, title="Hand-offs of each party", empty=empty)
