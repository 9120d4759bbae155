"""Who must act first: what each person owes, and whether they can move at all."""

from __future__ import annotations

import pandas as pd

from pmtools.measure.lookahead import due_within, overdue
from pmtools.measure.milestones import names_of
from pmtools.measure.register import open_items
from pmtools.schedule import Schedule

COLUMNS = ["party", "first", "days_overdue", "due_date", "n_overdue", "n_waiting", "n_actions",
           "n_due"]  # fmt: skip


def who_must_act(plan: Schedule, weeks: int = 2) -> pd.DataFrame:
    """Owners of overdue tasks, overdue actions and tasks due in the next weeks, in their order.

    Overdue work that waits for others is theirs to finish, not theirs to begin: who can act on
    what is overdue comes first, the longest overdue before the others, then who is due next.

    Returns
    -------
    DataFrame
        `party`, `first` (what to ask for first), `days_overdue` (of that: working days of a task,
        calendar days of an action; NaN where it is only due), `due_date` (when it should have
        been done, or must be), `n_overdue` (tasks), `n_waiting` (of these, which cannot go on
        before others have finished), `n_actions` (overdue), `n_due` (tasks due and not overdue).
    """
    soon = plan.calendars[""].next_work(plan.status_date or plan.start) + pd.Timedelta(days=1)
    late = overdue(plan)
    late = late.assign(
        due_date=late["was_due"],
        is_waiting=~late["is_started"] & ((late["start"] >= soon) | late["id"].isin(_held(plan))),
    )
    actions = open_items(plan.project, "action")
    actions = actions[actions["is_overdue"]].assign(
        owner_id=actions["who_id"], name=actions["title"], days_late=actions["days_overdue"]
    )
    due = due_within(plan, 7 * weeks)
    kinds = {"overdue": late, "action": actions, "due": due[~due["id"].isin(late["id"])]}
    columns = ["owner_id", "name", "days_late", "due_date", "is_waiting"]
    parts = [rows.reindex(columns=columns).assign(kind=kind) for kind, rows in kinds.items()]
    rows = pd.concat(parts, ignore_index=True)
    rows["is_waiting"] = rows["is_waiting"].eq(True)
    rows["rank"] = (rows["kind"] == "due") + 2 * rows["is_waiting"]
    rows = rows.sort_values(["rank", "days_late", "due_date"], ascending=[True, False, True])
    found = rows.groupby("owner_id", sort=False).agg(
        first=("name", "first"),
        days_overdue=("days_late", lambda days: days.iloc[0]),
        due_date=("due_date", "first"),
        n_overdue=("kind", lambda kinds: int((kinds == "overdue").sum())),
        n_waiting=("is_waiting", "sum"),
        n_actions=("kind", lambda kinds: int((kinds == "action").sum())),
        n_due=("kind", lambda kinds: int((kinds == "due").sum())),
    )
    ids = found.index.to_series().astype("str")
    party = names_of(plan.project.resources, ids).mask(ids == "", "nobody named")
    return found.assign(party=party)[COLUMNS].reset_index(drop=True)


def _held(plan: Schedule) -> pd.Series:
    """What follows on unfinished work: some tools leave it in the past all the same."""
    is_finished = plan.links["predecessor_id"].map(plan.tasks.set_index("id")["is_finished"])
    return plan.links.loc[(plan.links["kind"] == "FS") & is_finished.eq(False), "successor_id"]
