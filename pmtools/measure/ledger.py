"""The scope and baseline ledger: what moved the date and the budget, when, and who approved it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import pandas as pd

from pmtools.errors import Problem, ProjectError
from pmtools.measure.budget import approved_baseline, last_approved
from pmtools.measure.changes import NAN, approval_words, changes, project_of
from pmtools.measure.milestones import days_late, names_of
from pmtools.metrics import CannotSay
from pmtools.project import Project
from pmtools.schedule import Schedule, schedule
from pmtools.words import day, is_missing, money

LEDGER = ["status_date", "what", "before", "after", "days", "amount", "because", "approval",
          "is_approved"]  # fmt: skip
WITHOUT = "without approval"
NO_CHANGE = "no change of the plan: progress and the passage of time"
_MOVES = """
    tasks. tasks.kind tasks.duration_hours tasks.is_elapsed tasks.is_active tasks.constraint
    tasks.constraint_date tasks.calendar_id tasks.levelling_delay_hours links. links.lag_hours
    links.lag_kind links.lag_calendar calendars. exceptions. resources.calendar_id header.start
    header.calendar_id header.scheduling header.lag_calendar header.out_of_sequence
    header.constraints"""
"""Cells and rows of a plan that move dates; what is known of its work is none of them."""
_SHORT = re.compile(": | approved")
"""Where the short name of an approval ends: `Change C1: ...`, `Baseline "2" approved ...`."""
MOST_NAMED = 4
_Row = tuple[Any, ...]


def ledger(weeks: Sequence[Project | Schedule]) -> pd.DataFrame | CannotSay:
    """What moved the date and the budget from snapshot to snapshot, and what approved it.

    Approvals are a newly approved baseline, and decisions and changes of the register that are
    approved or closed and name the tasks. An item counts once for each of its tasks, from the
    snapshot on in which it first stands as decided; for deadline and budget of the project, only
    in that.

    Returns
    -------
    DataFrame
        The newest snapshot first: `status_date`, `what` (Forecast finish, Baseline finish, Budget
        at completion, Deadline, Budget, Scope), `before`, `after` (words), `days` (working days,
        later is positive), `amount` (money), `because` (what changed), `approval` (words; what
        has none is named), `is_approved` (False where anything has none).

    Raises
    ------
    ProjectError
        Where a snapshot is older than the one before it.
    """
    if len(weeks) < 2:
        return CannotSay("there is only one status date")
    plans = [week if isinstance(week, Schedule) else schedule(week) for week in weeks]
    problems = [
        Problem(f"snapshot {n}", f"{day(now)} is before {day(was)}", remedy="Sort them by date.")
        for n, (was, now) in enumerate(pairwise([plan.status_date for plan in plans]), 2)
        if was and now and now < was
    ]
    if problems:
        raise ProjectError(problems)
    used = {(item.id, task) for item, task in _decided(plans[0].project)}
    steps = [[*_step(was, now, used)] for was, now in pairwise(plans)]
    rows = [row for step in reversed(steps) for row in step]
    kinds = {"days": "float64", "amount": "float64", "is_approved": "bool"}
    return pd.DataFrame(rows, columns=LEDGER).astype(kinds)


def _step(before: Schedule, after: Schedule, used: set[tuple[str, str]]) -> Iterator[_Row]:
    found = changes(before, after)
    was, now = project_of(found.before), after.project
    by_task, new, whole = _approvals(was, now, used)
    places = found.cells["table"] + "." + found.cells["column"]
    is_own = (found.cells["group"] != "scope") | (found.cells["table"] == "tasks")
    parts: dict[tuple[str, ...], list[str]] = {}
    for task, rows in found.cells[places.isin(_MOVES.split()) & is_own].groupby(
        "task_id", sort=False
    ):
        into = parts.setdefault(tuple(by_task.get(task, whole)), [])
        into += dict.fromkeys(_said(cell) for cell in rows.itertuples())
        used |= {(item.id, task) for item, _ in _decided(now)}
    said = [*dict.fromkeys(_SHORT.split(word)[0] for of in parts for word in of)]
    lacking = parts.get((), [])
    said += [f"{WITHOUT}: {_listed(lacking)}"] if lacking else []
    changed = _listed([of for told in parts.values() for of in told])
    for what, (then, since) in _promises(before, after, was, now).items():
        if then != since and not (is_missing(then) and is_missing(since)):
            is_money = what.startswith("Budget")
            days = NAN if is_money else days_late(after, then, since)
            is_known = is_money and not (is_missing(then) or is_missing(since))
            say = partial(money, currency=now.header.currency) if is_money else day
            why = new if what in ("Deadline", "Budget") else whole
            approval: tuple[str, str, bool] = ("", "; ".join(why) or WITHOUT, bool(why))
            if what == "Forecast finish":
                approval = changed, "; ".join(said) or NO_CHANGE, not lacking
            amount = round(since - then, 2) if is_known else NAN
            yield after.status_date, what, say(then), say(since), days, amount, *approval
    for of, tasks in parts.items():
        approval = _listed(tasks), "; ".join(of) or WITHOUT, bool(of)
        yield after.status_date, "Scope", "", "", NAN, NAN, *approval


def _promises(
    before: Schedule, after: Schedule, was: Project, now: Project
) -> dict[str, tuple[Any, Any]]:
    rows = [approved_baseline(project) for project in (was, now)]
    return {
        "Forecast finish": (before.finish, after.finish),
        "Baseline finish": (rows[0]["finish"].max(), rows[1]["finish"].max()),
        "Budget at completion": tuple(round(of["cost"].sum(min_count=1), 2) for of in rows),
        "Deadline": (was.header.deadline, now.header.deadline),
        "Budget": (was.header.budget, now.header.budget),
    }


def _listed(said: list[str]) -> str:
    more = [f"and {len(said) - MOST_NAMED} more"] if len(said) > MOST_NAMED else []
    return "; ".join([*said[:MOST_NAMED], *more])


def _said(cell: Any) -> str:
    """`Build 5 d → 8 d`, `Training added`, `Test, linked to Build: link removed`."""
    if cell.change != "changed":
        return f"{cell.name}{': link' * (cell.table == 'links')} {cell.change}"
    label = "" if cell.column.split("_")[0] in ("duration", "lag") else f" {cell.label}"
    return f"{cell.name}{label} {cell.before} → {cell.after}"


def _approvals(
    was: Project, now: Project, used: set[tuple[str, str]]
) -> tuple[dict[str, list[str]], list[str], list[str]]:
    """What approves changes of each task; what was decided since; the newly approved baseline."""
    decided, known = _decided(now), {item.id for item, _ in _decided(was)}
    words = {item.id: _words_of(item, now) for item, _ in decided}
    by_task: dict[str, dict[str, None]] = defaultdict(dict)
    for item, task in sorted(decided, key=lambda pair: pair[0].id in known):
        # What was decided since comes first; older decisions count where none of these does.
        if (item.id, task) not in used and not (item.id in known and by_task.get(task)):
            by_task[task][words[item.id]] = None
    old, rows = (last_approved(project) for project in (was, now))
    whole: list[str] = []
    if len(rows) and rows["baseline"].iloc[0] not in set(was.baseline["baseline"]):
        if (rows["approved_by"] != "").all():
            whole = [approval_words(rows.iloc[0], set())]
        led = rows[(rows["change_id"] != "") & ~rows["change_id"].isin(old["change_id"])]
        for task, item in zip(led["task_id"], led["change_id"], strict=True):
            by_task[task][words.get(item, f"Change {item}")] = None
    new = [text for item, text in words.items() if item not in known]
    return {task: [*of] for task, of in by_task.items()}, new, whole


def _decided(project: Project) -> list[tuple[Any, str]]:
    """Decided items of the register, once for each task they name."""
    rows = project.register
    rows = rows[rows["kind"].isin(["change", "decision"])]
    rows = rows[rows["status"].isin(["approved", "closed"])]
    return [(item, task.strip()) for item in rows.itertuples() for task in item.task_ids.split(";")]


def _words_of(item: Any, project: Project) -> str:
    who = names_of(project.resources, pd.Series([item.decided_by], dtype="str")).iloc[0]
    by, on = f" by {who}" if who else "", f" on {day(item.closed_date)}"
    said = f"{item.kind.capitalize()} {item.id}: {item.title}, decided{by}"
    return said if is_missing(item.closed_date) else said + on
