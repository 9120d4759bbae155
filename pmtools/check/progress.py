"""Rules on progress and hours: is this what can have been known on the status date?"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from pmtools.check.rules import Case, Hit, rule

HOURS_OF_A_DAY = 24
STALE = pd.Timedelta(days=14)


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
    yield from _reported_too_early(case, "actual_start")
    yield from _reported_too_early(case, "actual_finish")


def _reported_too_early(case: Case, name: str) -> Iterator[Hit]:
    rows = case.project.progress
    yield from case.rows(
        "progress",
        rows[name].dt.normalize() > rows["status_date"].dt.normalize(),
        lambda row: (
            f"{case.task(row['task_id'])} has {name} {row[name]:%Y-%m-%d}, "
            f"after the status date {row['status_date']:%Y-%m-%d}"
        ),
    )


@rule("PM203", "warning", "Choose a later status date to see them.")
def nothing_is_newer_than_the_status_date(case: Case) -> Iterator[Hit]:
    """Progress, hours and costs are not newer than the project's status date."""
    status_date = case.project.header.status_date
    if status_date is None:
        return
    for table, name in (("progress", "status_date"), ("timesheets", "date"), ("costs", "date")):
        rows = getattr(case.project, table)
        spent = rows["kind"] == "actual" if table == "costs" else True
        newer = rows[(rows[name].dt.normalize() > status_date.normalize()) & spent]
        if len(newer):
            yield Hit(
                case.project.place(table, newer.index[0]),
                f"{len(newer)} rows are newer than the status date {status_date:%Y-%m-%d}, up to "
                f"{newer[name].max():%Y-%m-%d}, and are left out",
                tuple(newer["task_id"].drop_duplicates()),
            )


@rule("PM204", "warning", "Correct the status date.")
def status_date_is_not_in_the_future(case: Case) -> Iterator[Hit]:
    """The status date is not after today."""
    status_date, today = case.project.header.status_date, case.today
    if status_date is None or today is None:
        return
    if status_date.normalize() > today.normalize():
        yield case.table("header", f"the status date {status_date:%Y-%m-%d} is in the future")


@rule("PM205", "warning", "State the day up to which progress is known.")
def progress_has_a_status_date(case: Case) -> Iterator[Hit]:
    """A project with progress states its status date."""
    if len(case.project.progress) and case.project.header.status_date is None:
        yield case.table("header", "there is progress, but the project has no status date")


@rule("PM206", "warning", "Ask the owners for this week's progress.")
def progress_is_fresh(case: Case) -> Iterator[Hit]:
    """The last progress is at most two weeks older than the status date."""
    status_date, known = case.project.header.status_date, case.project.latest_progress()
    if status_date is None or known.empty:
        return
    last = known["status_date"].max()
    if status_date - last > STALE:
        days = (status_date.normalize() - last.normalize()).days
        yield case.table(
            "header", f"the last progress is of {last:%Y-%m-%d}, {days} days before the status date"
        )


@rule("PM207", "warning", "Fill in the actual start, or set the progress back to 0.")
def progress_needs_a_start(case: Case) -> Iterator[Hit]:
    """A task with percent complete or an actual finish has an actual start."""
    known = case.progress[case.progress["actual_start"].isna()]
    moved = (known["percent_complete"] > 0) | known["actual_finish"].notna()
    yield from case.tasks(
        known["task_id"][moved & (known["kind"].isin(("task", "level_of_effort")))],
        "with progress but without actual start",
    )


@rule("PM208", "warning", "Fill in the actual finish, or correct the percent.")
def complete_means_finished(case: Case) -> Iterator[Hit]:
    """A task that is 100% complete has an actual finish."""
    known = case.progress
    open_ = (known["percent_complete"] >= 100) & known["actual_finish"].isna()
    yield from case.tasks(
        known["task_id"][open_ & (known["kind"] != "summary")],
        "with 100% complete but without actual finish",
    )


@rule("PM209", "warning", "Set remaining hours to 0 and percent to 100, or remove the finish.")
def finished_means_nothing_is_left(case: Case) -> Iterator[Hit]:
    """A finished task has no remaining hours and is 100% complete."""
    known = case.progress[case.progress["actual_finish"].notna()]
    left = (known["remaining_hours"] > 0) | (known["percent_complete"] < 100)
    yield from case.tasks(known["task_id"][left], "with an actual finish but work left")


@rule("PM210", "warning", "Say why in the note; if it is another task now, give it a new id.")
def facts_do_not_vanish(case: Case) -> Iterator[Hit]:
    """A task that had begun or finished on one status date has so on later ones."""
    rows = case.project.progress.sort_values("status_date", kind="stable")
    facts = rows[["actual_start", "actual_finish"]].notna()
    before = facts.groupby(rows["task_id"]).shift(fill_value=False)
    vanished = (before & ~facts).any(axis=1)
    yield from case.rows(
        "progress",
        vanished.sort_index(),
        lambda row: (
            f"{case.task(row['task_id'])} had begun or finished by an earlier status "
            f"date, but on {row['status_date']:%Y-%m-%d} it has not"
        ),
    )


@rule("PM211", "info", "It is not used: the subtasks give the progress.")
def summaries_have_no_progress(case: Case) -> Iterator[Hit]:
    """Progress is reported on tasks, not on summaries."""
    known = case.progress
    yield from case.tasks(known["task_id"][known["kind"] == "summary"], "with progress", "summary")


@rule("PM212", "warning", "Correct the hours; a day has 24.")
def a_day_has_24_hours(case: Case) -> Iterator[Hit]:
    """No person books more than 24 hours on a day."""
    project = case.project
    things = project.resources["id"][project.resources["kind"] != "person"]
    rows = project.timesheets[~project.timesheets["resource_id"].isin(things)]
    for (who, date), day in rows.groupby(["resource_id", "date"]):
        if day["hours"].sum() > HOURS_OF_A_DAY:
            yield Hit(
                project.place("timesheets", day.index[-1]),
                f'resource "{who}" has {day["hours"].sum():g} hours on {date:%Y-%m-%d}',
                tuple(day["task_id"].drop_duplicates()),
            )


@rule("PM213", "warning", "Remove one of them, or say in the note what differs.")
def nothing_is_booked_twice(case: Case) -> Iterator[Hit]:
    """No two rows of hours, and none of noted costs, are the same in every column."""
    for table in ("timesheets", "costs"):
        rows = getattr(case.project, table)
        # Two equal sums on a day are common; two with the same invoice number are not.
        telling = rows["note"] != "" if table == "costs" else True
        yield from case.rows(
            table, rows.duplicated() & telling, lambda row: "the same row stands above already"
        )
