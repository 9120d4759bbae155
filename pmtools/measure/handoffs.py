"""Hand-offs: links over which one department, or one person, gives work to another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import WorkCalendar
from pmtools.measure.budget import ALWAYS, ELAPSED
from pmtools.measure.lookahead import work_of
from pmtools.measure.milestones import days_late, looked_up
from pmtools.measure.parties import parties
from pmtools.metrics import CannotSay
from pmtools.schedule import Schedule
from pmtools.schedule.driving import lag_words

SOON = pd.Timedelta(days=14)
STATES = ("late", "waiting", "due", "future", "done")
BY = {"department": "department", "person": "owner"}
_KINDS = {"FS": "finish to start", "SS": "start to start", "FF": "finish to finish",
          "SF": "start to finish"}  # fmt: skip


def handoffs(
    plan: Schedule | Sequence[Schedule] | CannotSay, *, weeks: float | None = None, by: str = ""
) -> pd.DataFrame | CannotSay:
    """Every link that crosses departments: who owes what to whom, when, and who is late.

    Parameters
    ----------
    plan
        A schedule; or those of past weeks: the last is now, the one before the last forecast.
    weeks
        Only what is open, and late, waiting or due in so many weeks from the status date.
    by
        `department` or `person` (owner of the task), else ValueError; "": people where no
        departments are known, as column `by` says.

    Returns
    -------
    DataFrame
        A row a hand-off, the late ones first, then by date. A link of a summary is one of its
        task that finishes last, or starts first. CannotSay where the plan names no two parties.

        - from_id, from_task, from_owner, from_department; to_id, to_task, to_owner,
          to_department; sender, receiver (names), sender_id, receiver_id; kind, link (words)
        - due: when the predecessor hands over (its finish; of SS and SF its start), or did where
          `is_handed_over`; needed_by: the latest that keeps the date of the successor; float_days:
          slack of the link (from the status date where handed over), NaN where that has begun
        - baseline_due, last_due; days_late, slip_days: working days from these to `due`
        - is_late: later than in the baseline, without one than in the last forecast; late_by,
          late_because: whose task the delay begins with, back along what sets the dates
        - state: done (handed over and begun), waiting (handed over, not begun), late (the agreed
          day has passed), due (in two weeks), future
        - wait_days: working days since it was handed over and is not begun; or since the agreed
          day was over and all other inputs were there; waits_for: on whom, in words
    """
    if isinstance(plan, CannotSay):
        return plan
    *earlier, now = [plan] if isinstance(plan, Schedule) else plan
    found = between_parties(inputs(now), now, by)
    if isinstance(found, CannotSay):
        return found
    rows, by = found
    last = (earlier[-1] if earlier else now).tasks.set_index("id")[: None if earlier else 0]
    rows["last_due"] = _event(rows, last, "start", "finish")
    rows["days_late"] = days_late(now, rows["baseline_due"], rows["due"])
    rows["slip_days"] = days_late(now, rows["last_due"], rows["due"])
    rows["is_late"] = rows["days_late"].fillna(rows["slip_days"]) > 0
    rows = rows.assign(**_origins(rows, now, last["finish"], BY[by]))
    rows["state"] = _states(rows, now.status_date)
    if weeks is not None:
        until = (now.status_date or now.start) + pd.Timedelta(weeks=weeks)
        is_near = rows["state"].isin(["late", "waiting"]) | (rows["due"] <= until)
        rows = rows[is_near & (rows["state"] != "done")]
    return rows.sort_values(
        ["state", "due"], kind="stable", ignore_index=True,
        key=lambda each: each.map(STATES.index) if each.name == "state" else each,
    )  # fmt: skip


def between_parties(
    rows: pd.DataFrame, plan: Schedule, by: str
) -> tuple[pd.DataFrame, str] | CannotSay:
    """Those inputs that one party gives to another, with sender and receiver; and the kind."""
    if by not in ("", *BY):
        raise ValueError(f'by is "{by}"; it must be one of {", ".join(BY)}')
    who = parties(plan.project).loc[plan.tasks["id"]]
    known = {name: set(who[f"{column}_id"]) - {""} for name, column in BY.items()}
    chosen = by or ("person" if len(known["department"]) < 2 else "department")
    if len(known[chosen]) < 2:
        return CannotSay(f"the tasks do not name two {by + 's' if by else 'departments or owners'}")
    by = chosen
    rows = rows.assign(by=by)
    ends = {"sender": f"from_{BY[by]}", "receiver": f"to_{BY[by]}"}
    ends |= {f"{end}_id": f"{column}_id" for end, column in ends.items()}
    rows = rows.assign(**{end: rows[column] for end, column in ends.items()})
    is_known = (rows["sender_id"] != "") & (rows["receiver_id"] != "")
    return rows[is_known & (rows["sender_id"] != rows["receiver_id"])].reset_index(drop=True), by


def inputs(plan: Schedule) -> pd.DataFrame:
    """Every link between tasks as an input of its successor: the columns of `handoffs` that hold
    for any link, `is_begun`, `to_start` and `to_calendar` (id) of the successor.
    """
    tasks = plan.project.tasks.set_index("id")
    calendar = tasks["calendar_id"].mask(tasks["is_elapsed"], ELAPSED)
    work = work_of(plan).set_index("id").join(calendar.rename("calendar"))
    rows = _of_leaves(plan, work)
    for end in ("from", "to"):
        named = work[["name", "owner", "owner_id", "department", "department_id", "calendar"]]
        named = named.rename(columns={"name": "task"}).add_prefix(f"{end}_")
        rows = rows.join(named, on=f"{end}_id")
    per_day = plan.project.header.hours_per_day
    lags = zip(rows["lag_hours"], rows["lag_kind"], strict=True)
    rows["link"] = rows["kind"].map(_KINDS) + [lag_words(*lag, per_day) for lag in lags]
    rows["due"] = _event(rows, work, "start", "finish")
    rows["baseline_due"] = _event(rows, work, "baseline_start", "baseline_finish")
    rows["is_handed_over"] = _event(rows, work, "is_started", "is_finished").astype(bool)
    rows["is_begun"], rows["to_start"] = (
        looked_up(work[name], rows["to_id"]) for name in ("is_started", "start")
    )
    rows["needed_by"] = _needed_by(rows, plan, work)
    rows["float_days"] = (rows["float_hours"] / per_day).round(1).mask(rows["is_begun"])
    return rows.assign(**_waits(rows, plan))


def _of_leaves(plan: Schedule, work: pd.DataFrame) -> pd.DataFrame:
    """The links; in place of a summary stands its leaf that finishes last, or starts first."""
    pairs, above = [], work["parent_id"]
    while (above != "").any():
        pairs.append(pd.DataFrame({"id": above, "leaf": work.index}))
        above = above.map(plan.tasks.set_index("id")["parent_id"]).fillna("")
    found = pd.concat([pd.DataFrame({"id": work.index, "leaf": work.index}), *pairs])
    found = found.join(work[["start", "finish"]], on="leaf")
    first, last = (
        found.sort_values(name, kind="stable", ascending=name == "start")
        .drop_duplicates("id").set_index("id")["leaf"]
        for name in ("start", "finish")
    )  # fmt: skip
    rows = plan.links
    for end, column, kinds in (("from", "predecessor_id", ["SS", "SF"]),
                               ("to", "successor_id", ["FS", "SS"])):  # fmt: skip
        ids = rows[column].map(last).mask(rows["kind"].isin(kinds), rows[column].map(first))
        rows = rows.assign(**{f"{end}_id": ids})
    rows = rows.drop(columns=["predecessor_id", "successor_id", "is_driving"])
    return rows.dropna(subset=["from_id", "to_id"]).reset_index(drop=True)


def _event(rows: pd.DataFrame, tasks: pd.DataFrame, start: str, finish: str) -> pd.Series:
    """What the predecessors have in the column that counts for the kind of link."""
    of_start, of_finish = (looked_up(tasks[name], rows["from_id"]) for name in (start, finish))
    return of_finish.mask(rows["kind"].isin(["SS", "SF"]), of_start)


def _needed_by(rows: pd.DataFrame, plan: Schedule, work: pd.DataFrame) -> pd.Series:
    """The last moment at which the predecessor can hand over and its successor keeps its date."""
    start, finish = (looked_up(work[name], rows["to_id"]) for name in ("start", "finish"))
    latest = finish.mask(rows["kind"].isin(["FS", "SS"]), start)
    share = looked_up(work["duration_hours"], rows["from_id"]) / 100
    lag = rows["lag_hours"].mask(rows["lag_kind"] == "percent", rows["lag_hours"] * share)
    is_elapsed = rows["lag_kind"] == "elapsed"
    latest = latest - pd.to_timedelta(lag.where(is_elapsed, 0), unit="h")
    on = {"predecessor": rows["from_calendar"], "successor": rows["to_calendar"],
          "project": "", "24h": ELAPSED}[plan.options.lag_calendar]  # fmt: skip
    named = rows["lag_calendar"]
    on = named.mask(named == "", on)
    lag = lag.mask(is_elapsed, 0).fillna(0)
    latest = on_calendars(plan, on, lambda c, at, hours: c.add(at, -hours), latest, lag)
    is_start = rows["kind"].isin(["SS", "SF"])
    evening = on_calendars(plan, rows["from_calendar"], WorkCalendar.previous_work, latest)
    morning = on_calendars(plan, rows["from_calendar"], WorkCalendar.next_work, latest)
    needed = evening.mask(is_start, morning)
    # 17:00 and the next morning are the same working moment: what has float is in time.
    return needed.mask((rows["float_hours"] >= 0) & (needed < rows["due"]), rows["due"])


def on_calendars(
    plan: Schedule, which: pd.Series, ask: Callable[..., Any], at: pd.Series, *more: pd.Series
) -> pd.Series:
    """What the calendar of each row answers about its instant."""
    found = at.copy()
    for calendar_id, rows in at.groupby(which).groups.items():
        calendar = ALWAYS if calendar_id == ELAPSED else plan.calendars[str(calendar_id)]
        found.loc[rows] = ask(calendar, at.loc[rows], *(each.loc[rows] for each in more))
    return found


def _waits(rows: pd.DataFrame, plan: Schedule) -> dict[str, pd.Series]:
    """Since how many working days something waits, and on whom."""
    is_in = rows["is_handed_over"]
    arrived = rows["due"].where(is_in).groupby(rows["to_id"]).transform("max")
    n_missing = (~is_in).groupby(rows["to_id"]).transform("sum")
    agreed = pd.concat([arrived, rows["baseline_due"]], axis=1).max(axis=1)
    since = agreed.where(n_missing == 1).mask(is_in, rows["due"]).mask(rows["is_begun"])
    days = days_late(plan, since, plan.status_date or pd.NaT)
    days = days.where(days > 0)
    words = np.select([~is_in, n_missing > 0], ["for this input alone", "for other inputs"],
                      "though nothing is missing")  # fmt: skip
    words = pd.Series(words, rows.index, dtype="str")
    return {"wait_days": days, "waits_for": words.where(days.notna(), "")}


def _origins(
    rows: pd.DataFrame, plan: Schedule, last: pd.Series, column: str
) -> dict[str, pd.Series]:
    """Whose task the delay of each late hand-off begins with.

    From the predecessor back along what sets its date, as long as that is late and open.
    """
    work = work_of(plan).set_index("id")
    agreed = work["baseline_finish"].fillna(last.reindex(work.index))
    is_late = (days_late(plan, agreed, work["finish"]) > 0) & ~work["is_finished"]
    ids = work.index.to_series()
    origin = work["driver_id"].where(work["driver_id"].map(is_late).eq(True), ids)
    for _ in range(len(origin).bit_length()):  # each step doubles how far back it looks
        origin = origin.map(origin)
    at = looked_up(origin, rows["from_id"]).where(~rows["is_handed_over"], rows["from_id"])
    return {
        "late_by": looked_up(work[column], at).where(rows["is_late"], ""),
        "late_because": looked_up(work["name"], at).where(rows["is_late"], ""),
    }


def _states(rows: pd.DataFrame, status: pd.Timestamp | None) -> np.ndarray:
    agreed = rows["baseline_due"].fillna(rows["last_due"])
    at = status or pd.NaT
    is_in = rows["is_handed_over"]
    return np.select(
        [is_in & rows["is_begun"], is_in, agreed < at, rows["due"] <= at + SOON],
        ["done", "waiting", "late", "due"],
        "future",
    )
