"""The scope and baseline ledger: what moved the date and the budget, when, and who approved it."""

from __future__ import annotations

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
_MOVES = ("", "duration_hours", "is_elapsed", "is_active", "lag_hours", "lag_kind", "constraint",
          "constraint_date")  # fmt: skip
"""Columns of tasks and links that change what is to be done; "" is a whole row."""
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
        `status_date` (of the later snapshot), `what` (Forecast finish, Baseline finish, Budget at
        completion, Deadline, Budget, Scope), `before`, `after` (words), `days` (working days,
        later is positive), `amount` (money), `because` (the changed tasks), `approval` (words;
        what has none is named), `is_approved` (False where anything has none).

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
    rows = [row for was, now in pairwise(plans) for row in _step(was, now, used)]
    kinds = {"days": "float64", "amount": "float64", "is_approved": "bool"}
    return pd.DataFrame(rows, columns=LEDGER).astype(kinds)


def _step(before: Schedule, after: Schedule, used: set[tuple[str, str]]) -> Iterator[_Row]:
    found = changes(before, after)
    cells, was, now = found.cells, project_of(found.before), after.project
    baselines = [last_approved(project) for project in (was, now)]
    by_task, new, whole = _approvals(was, now, baselines, used)
    is_plan = cells["column"].isin(_MOVES) & (
        cells["table"].eq("tasks") | (cells["table"].eq("links") & cells["group"].eq("logic"))
    )
    parts: dict[tuple[str, ...], list[str]] = {}
    for task, rows in cells[is_plan].groupby("task_id", sort=False):
        into = parts.setdefault(tuple(by_task.get(task, whole)), [])
        into += dict.fromkeys(_said(cell) for cell in rows.itertuples())
        used |= {(item.id, task) for item, _ in _decided(now)}
    words, lacking = [*dict.fromkeys(word for of in parts for word in of)], parts.get((), [])
    said = [*words, *([f"{WITHOUT}: {'; '.join(lacking)}"] if lacking else [])]
    plan = "; ".join(said) or NO_CHANGE, not lacking
    rest = [("; ".join(of) or WITHOUT, bool(of)) for of in (whole, new)]
    changed = "; ".join(of for told in parts.values() for of in told)
    tasks = [approved_baseline(project) for project in (was, now)]
    facts: list[tuple[str, list[Any], str, tuple[str, bool]]] = [
        ("Forecast finish", [before.finish, after.finish], changed, plan),
        ("Baseline finish", [of["finish"].max() for of in tasks], "", rest[0]),
        ("Budget at completion", [round(of["cost"].sum(min_count=1), 2) for of in tasks], "",
         rest[0]),
        ("Deadline", [project.header.deadline for project in (was, now)], "", rest[1]),
        ("Budget", [project.header.budget for project in (was, now)], "", rest[1]),
    ]  # fmt: skip
    for what, (then, since), because, approval in facts:
        if then != since and not (is_missing(then) and is_missing(since)):
            is_money = what.startswith("Budget")
            days = NAN if is_money else days_late(after, then, since)
            known = is_money and not (is_missing(then) or is_missing(since))
            amount = round(since - then, 2) if known else NAN
            say = partial(money, currency=now.header.currency) if is_money else day
            texts = say(then), say(since)
            yield after.status_date, what, *texts, days, amount, because, *approval
    for why, tasks in parts.items():
        yield (after.status_date, "Scope", "", "", NAN, NAN, "; ".join(tasks),
               "; ".join(why) or WITHOUT, bool(why))  # fmt: skip


def _said(cell: Any) -> str:
    """`Build 5 d → 8 d`, `Training added`, `Test, linked to Build: link removed`."""
    if cell.change != "changed":
        return f"{cell.name}{': link' * (cell.table == 'links')} {cell.change}"
    label = "" if cell.column == "duration_hours" else f" {cell.label}"
    return f"{cell.name}{label} {cell.before} → {cell.after}"


def _approvals(
    was: Project, now: Project, baselines: list[pd.DataFrame], used: set[tuple[str, str]]
) -> tuple[dict[str, list[str]], list[str], list[str]]:
    """What approves changes of each task; what was decided since; the newly approved baseline."""
    decided, known = _decided(now), {item.id for item, _ in _decided(was)}
    words = {item.id: _words_of(item, now) for item, _ in decided}
    by_task: dict[str, dict[str, None]] = defaultdict(dict)
    for item, task in decided:
        if (item.id, task) not in used:
            by_task[task][words[item.id]] = None
    old, rows = baselines
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
