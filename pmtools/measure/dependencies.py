"""Dependency structure matrix (DSM): who hands over to whom, and what shares resources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from pmtools.measure.handoffs import handoffs, inputs
from pmtools.metrics import CannotSay
from pmtools.schedule import Schedule

COUNTS = ["n", "n_open", "n_late"]
_ENDS = ["sender_id", "sender", "receiver_id", "receiver"]


def dependency_matrix(
    plan: Schedule | Sequence[Schedule] | CannotSay, *, by: str = ""
) -> pd.DataFrame | CannotSay:
    """The dependency structure matrix: how often each party hands over to each other one.

    Parameters
    ----------
    plan, by
        As in `handoffs`; by `task`, every link between tasks counts.

    Returns
    -------
    DataFrame
        A row a pair that has any: sender, receiver (names) and their ids, n, n_open (not handed
        over or not begun), n_late (not handed over, and later than agreed). Who gives more than
        he takes comes first, so that most of the matrix
        `.pivot(index="sender_id", columns="receiver_id", values="n")` is above its diagonal.
        CannotSay as `handoffs`.
    """
    if by == "task" and not isinstance(plan, CannotSay):
        rows = inputs(plan if isinstance(plan, Schedule) else plan[-1])
        names = {"sender": "from_task", "receiver": "to_task",
                 "sender_id": "from_id", "receiver_id": "to_id"}  # fmt: skip
        rows = rows.assign(**{end: rows[name] for end, name in names.items()}, is_late=False)
        found: pd.DataFrame | CannotSay = rows
    else:
        found = handoffs(plan, by=by)
    if isinstance(found, CannotSay):
        return found
    is_in = found["is_handed_over"]
    counts = {"n": 1, "n_open": ~(is_in & found["is_begun"]), "n_late": ~is_in & found["is_late"]}
    pairs = found.assign(**counts).groupby(_ENDS, as_index=False, sort=False)[COUNTS].sum()
    given, taken = (pairs.groupby(end)["n"].sum() for end in ("sender_id", "receiver_id"))
    place = given.sub(taken, fill_value=0).rank(method="first", ascending=False)
    return pairs.sort_values(
        ["sender_id", "receiver_id"], key=lambda ids: ids.map(place), ignore_index=True
    )


def handoff_parties(
    plan: Schedule | Sequence[Schedule] | CannotSay, *, by: str = ""
) -> pd.DataFrame | CannotSay:
    """Who gives and takes how many hand-offs, the busiest first.

    Returns
    -------
    DataFrame
        id, party, rank (1: most), n_out, n_in (given, taken), n_open_out, n_open_in, n_late_out,
        n_late_in (waits for), n_partners. CannotSay as `handoffs`.
    """
    pairs = dependency_matrix(plan, by=by)
    if isinstance(pairs, CannotSay):
        return pairs
    sides = [
        pairs.rename(columns={end: "party", f"{end}_id": "id", f"{other}_id": "other"})
        .rename(columns={count: f"{count}_{side}" for count in COUNTS})
        for end, other, side in (("sender", "receiver", "out"), ("receiver", "sender", "in"))
    ]  # fmt: skip
    rows = pd.concat(sides).groupby(["id", "party"], sort=False)
    counts = [f"{count}_{side}" for count in COUNTS for side in ("out", "in")]
    found = rows[counts].sum().astype("int64").assign(n_partners=rows["other"].nunique())
    busy = found["n_out"] + found["n_in"]
    found["rank"] = busy.rank(method="min", ascending=False).astype("int64")
    return found.sort_values("rank", kind="stable").reset_index()


def resource_sharing(uses: Any) -> Any:
    """The resource-sharing DSM of tasks, S^T S: S says which resource (row) works on which task
    (column), or how much of it; an array, or a frame that gives a frame.

    Off the diagonal stands how many resources two tasks share, on it how many each has. S of a
    plan: `pd.crosstab(rows["resource_id"], rows["task_id"])` of its assignments.
    """
    return uses.T @ uses


def communication_channels(n_people: int) -> int:
    """Communication channels between so many people or parties: n (n - 1) / 2."""
    return n_people * (n_people - 1) // 2
