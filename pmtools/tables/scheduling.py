"""Tables of scheduling: what sets a date, paths, what contradicts, what levelling moves."""

from __future__ import annotations

import pandas as pd

from pmtools.metrics import CannotSay
from pmtools.tables.table import Columns, Table, table

MOST_STEPS = 60


def table_driving_chain(chain: pd.DataFrame | CannotSay) -> Table:
    """What sets a date, link by link: name, start, finish, because (words)."""
    columns: Columns = {
        "name": ("Task", "text"), "start": ("Start", "date"), "finish": ("Finish", "date"),
        "because": ("Set by", "text"),
    }  # fmt: skip
    title, empty = "What sets the date, link by link", "Nothing sets the date."
    return table(chain, columns, title=title, empty=empty, n_rows=MOST_STEPS)


def table_float_paths(paths: pd.DataFrame | CannotSay, *, hours_per_day: float = 8.0) -> Table:
    """A row a path, the one with the least float first, from the tasks of `float_paths`.

    Parameters
    ----------
    paths
        path, name, start, finish, relative_float_hours.
    hours_per_day
        Working hours that are called a day.
    """
    columns: Columns = {
        "path": ("Path", "text"), "float": ("Float", "days"), "n_tasks": ("Tasks", "number"),
        "start": ("From", "date"), "finish": ("To", "date"), "through": ("Through", "text"),
    }  # fmt: skip
    if not isinstance(paths, CannotSay):
        rows = paths.groupby("path", as_index=False).agg(
            float=("relative_float_hours", "min"), n_tasks=("name", "size"),
            start=("start", "min"), finish=("finish", "max"), through=("name", " › ".join),
        )  # fmt: skip
        paths = rows.assign(float=rows["float"] / hours_per_day)
    note = "Float: working days by which the path can slip before it sets the date."
    empty = "No path of tasks leads there."
    return table(paths, columns, title="Which paths come next", note=note, empty=empty)


def table_conflicts(conflicts: pd.DataFrame | CannotSay, *, hours_per_day: float = 8.0) -> Table:
    """What cannot all hold: limit, bound, chain (words), hours, which are said in days."""
    columns: Columns = {
        "task": ("Task", "text"), "limit": ("Must hold", "text"), "from": ("Waits for", "text"),
        "bound": ("Held by", "text"), "through": ("Through", "text"),
        "days": ("Too long by", "days"),
    }  # fmt: skip
    if not isinstance(conflicts, CannotSay):
        names = [chain.split(" > ") for chain in conflicts["chain"]]
        conflicts = conflicts.assign(
            task=[chain[-1] for chain in names],
            through=[_ends(chain[1:-1]) for chain in names],
            days=conflicts["hours"] / hours_per_day,
            **{"from": [chain[0] for chain in names]},
        )
    empty = "No constraint and no deadline contradicts another."
    return table(conflicts, columns, title="What cannot all hold", empty=empty)


def _ends(names: list[str]) -> str:
    """The first and last of a chain; those between are counted."""
    if len(names) > 3:
        names = [names[0], f"{len(names) - 2} more", names[-1]]
    return " › ".join(names)


def table_moves(moves: pd.DataFrame | CannotSay) -> Table:
    """What levelling moves, the furthest first: name, start_before, start, finish, moved_days
    (working days), because.
    """
    columns: Columns = {
        "name": ("Task", "text"), "start_before": ("Start was", "date"),
        "start": ("Start", "date"), "finish": ("Finish", "date"),
        "moved_days": ("Moved", "signed_days"), "because": ("Because of", "text"),
    }  # fmt: skip
    if not isinstance(moves, CannotSay):
        far = moves["moved_days"].abs().sort_values(ascending=False, kind="stable").index
        moves = moves.loc[far]
    note = "Because of: for whom the task waits, or what sets its date. In working days."
    return table(moves, columns, title="What levelling moves", note=note,
                 empty="Levelling moves no task.")  # fmt: skip


def table_overloads(overloads: pd.DataFrame | CannotSay) -> Table:
    """Overloads that levelling leaves: resource, from, to, needed, capacity, tasks, reason."""
    columns: Columns = {
        "resource": ("Who", "text"), "from": ("From", "date"), "to": ("To", "date"),
        "needed": ("Needed", "number"), "capacity": ("There is", "number"),
        "tasks": ("For", "text"), "reason": ("Why it stays", "text"),
    }  # fmt: skip
    return table(overloads, columns, title="Overloads that stay", empty="No overload is left.")
