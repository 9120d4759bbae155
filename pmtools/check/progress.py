"""Rules on progress and hours: is this what can have been known on the status date?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from pmtools.check.rules import Case, Hit, Rule, rule

HOURS_OF_A_DAY = 24
STALE = pd.Timedelta(days=14)
FACTS = ["actual_start", "actual_finish"]


def _told(case: Case, picked: Any) -> pd.Series:
    """The ids of tasks by their last known progress."""
    return case.progress["task_id"][picked]


def _without_start(case: Case) -> pd.Series:
    known = case.progress
    moved = (known["percent_complete"] > 0) | known["actual_finish"].notna()
    is_work = known["kind"].isin(("task", "level_of_effort"))
    return _told(case, known["actual_start"].isna() & moved & is_work)


def _work_left(known: pd.DataFrame) -> Any:
    return (known["remaining_hours"] > 0) | (known["percent_complete"] < 100)


def _vanished(case: Case) -> pd.DataFrame:
    rows = case.project.progress.sort_values("status_date", kind="stable")
    facts = rows[FACTS].notna()
    before = facts.groupby(rows["task_id"]).shift(fill_value=False)
    return rows[(before & ~facts).any(axis=1)].sort_index()


# fmt: off
RULES = (
    Rule("PM204", "warning", "header", "The status date is not after today.",
        "the status date {status_date:%Y-%m-%d} is in the future", "Correct the status date.",
        lambda c: c.today is not None and c.status_date.floor("D") > c.today.normalize()),
    Rule("PM205", "warning", "header", "A project with progress states its status date.",
        "there is progress, but the project has no status date",
        "State the day up to which progress is known.",
        lambda c: len(c.project.progress) and c.project.header.status_date is None),
    Rule("PM207", "warning", "task",
        "A task with percent complete or an actual finish has an actual start.",
        "with progress but without actual start",
        "Fill in the actual start, or set the progress back to 0.", _without_start),
    Rule("PM208", "warning", "task", "A task that is 100% complete has an actual finish.",
        "with 100% complete but without actual finish",
        "Fill in the actual finish, or correct the percent.",
        lambda c: _told(c, (c.progress["percent_complete"] >= 100)
            & c.progress["actual_finish"].isna() & (c.progress["kind"] != "summary"))),
    Rule("PM209", "warning", "task", "A finished task has no remaining hours and is 100% complete.",
        "with an actual finish but work left",
        "Set remaining hours to 0 and percent to 100, or remove the finish.",
        lambda c: _told(c, c.progress["actual_finish"].notna() & _work_left(c.progress))),
    Rule("PM210", "warning", "progress",
        "A task that had begun or finished on one status date has so on later ones.",
        "{task} had begun or finished by an earlier status date, but on {status_date:%Y-%m-%d} "
        "it has not",
        "Say why in the note; if it is another task now, give it a new id.", _vanished),
    Rule("PM211", "info", "summary", "Progress is reported on tasks, not on summaries.",
        "with progress", "It is not used: the subtasks give the progress.",
        lambda c: _told(c, c.progress["kind"] == "summary")),
)
# fmt: on


@rule("PM201", "warning", "Write percents from 0 to 100: half done is 50.")
def percents_are_of_hundred(case: Case) -> Iterator[Hit]:
    """Percent complete counts to 100: not all values of a status date lie between 0 and 1."""
    rows = case.project.progress[case.project.progress["percent_complete"].notna()]
    for date, percents in rows.groupby("status_date")["percent_complete"]:
        is_fraction = (percents > 0) & (percents < 1)
        if percents.max() <= 1 and is_fraction.any():
            first = percents.index[is_fraction][0]
            yield Hit(
                case.project.place("progress", first),
                f"all {len(percents)} percents of {date:%Y-%m-%d} are between 0 and 1 (here "
                f"{percents[first]:g}), as if 1 meant 100%",
                tuple(rows["task_id"][percents.index]),
            )


@rule("PM202", "warning", "Correct the date, or report it on a later status date.")
def actuals_are_not_in_the_future(case: Case) -> Iterator[Hit]:
    """What has really happened lies on or before the status date on which it was reported."""
    rows = case.project.progress
    for name in FACTS:
        early = rows[rows[name].dt.normalize() > rows["status_date"].dt.normalize()]
        said = f"{{task}} has {name} {{{name}:%Y-%m-%d}}, after the status date "
        yield from case.rows("progress", early, said + "{status_date:%Y-%m-%d}")


@rule("PM203", "warning", "Choose a later status date to see them.")
def nothing_is_newer_than_the_status_date(case: Case) -> Iterator[Hit]:
    """Progress, hours and costs are not newer than the project's status date."""
    for table, name in (("progress", "status_date"), ("timesheets", "date"), ("costs", "date")):
        rows = getattr(case.project, table)
        spent = rows["kind"] == "actual" if table == "costs" else True
        newer = rows[(rows[name].dt.normalize() > case.status_date.floor("D")) & spent]
        if len(newer):
            yield Hit(
                case.project.place(table, newer.index[0]),
                f"{len(newer)} rows are newer than the status date {case.status_date:%Y-%m-%d}, "
                f"up to {newer[name].max():%Y-%m-%d}, and are left out",
                tuple(newer["task_id"].drop_duplicates()),
            )


@rule("PM206", "warning", "Ask the owners for this week's progress.")
def progress_is_fresh(case: Case) -> Iterator[Hit]:
    """The last progress is at most two weeks older than the status date."""
    last = case.project.latest_progress()["status_date"].max()
    if case.status_date - last > STALE:
        days = (case.status_date.floor("D") - last.normalize()).days
        said = f"the last progress is of {last:%Y-%m-%d}, {days} days before the status date"
        yield case.table("header", said)


@rule("PM212", "warning", "Correct the hours; a day has 24.")
def a_day_has_24_hours(case: Case) -> Iterator[Hit]:
    """No person books more than 24 hours on a day."""
    project = case.project
    things = project.resources["id"][project.resources["kind"] != "person"]
    rows = project.timesheets[~project.timesheets["resource_id"].isin(things)]
    hours = rows.groupby(["resource_id", "date"])["hours"].transform("sum")
    for (who, date), day in rows[hours > HOURS_OF_A_DAY].groupby(["resource_id", "date"]):
        yield Hit(
            project.place("timesheets", day.index[-1]),
            f'resource "{who}" has {day["hours"].sum():g} hours on {date:%Y-%m-%d}',
            tuple(day["task_id"].drop_duplicates()),
        )


@rule("PM213", "warning", "Remove one of them, or say in the note what differs.")
def nothing_is_booked_twice(case: Case) -> Iterator[Hit]:
    """No two rows of hours, and none of noted costs, are the same in every column."""
    hours, costs = case.project.timesheets, case.project.costs
    said = "the same row stands above already"
    yield from case.rows("timesheets", hours[hours.duplicated()], said)
    # Two equal sums on a day are common; two with the same invoice number are not.
    yield from case.rows("costs", costs[costs.duplicated() & (costs["note"] != "")], said)
