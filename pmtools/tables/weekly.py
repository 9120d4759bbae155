"""The tables of a report: which columns of a frame are shown, and the words for them.

Each shows those of its columns that the frame has, and says why where it is given a `CannotSay`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import pandas as pd

from pmtools.metrics import CannotSay, Metric
from pmtools.tables.table import Table, table
from pmtools.words import NOTHING, Format, cells, day, plain

Columns: TypeAlias = Mapping[str, tuple[str, Format]]
Rows: TypeAlias = pd.DataFrame | CannotSay

_UNITS: Mapping[str, Format] = {
    "money": "money",
    "hours": "hours",
    "days": "signed_days",
    "ratio": "ratio",
    "percent": "percent",
    "count": "number",
    "date": "date",
}
_OWNER: tuple[str, Format] = ("Owner", "text")
_TASK: tuple[str, Format] = ("Task", "text")


def _known(frame: Rows, columns: Columns, **how: Any) -> Table:
    """A table of those `columns` that the frame has."""
    if isinstance(frame, CannotSay):
        return table(frame, columns, **how)
    return table(frame, {n: c for n, c in columns.items() if n in frame.columns}, **how)


def table_signals(dimensions: Rows) -> Table:
    """Status by dimension, with evidence and rule: dimension, signal, evidence, rule."""
    columns: Columns = {
        "dimension": ("Area", "text"),
        "signal": ("Status", "signal"),
        "evidence": ("Evidence", "text"),
        "rule": ("Rule", "text"),
    }
    return _known(dimensions, columns, title="Status by area")


def table_findings(findings: Rows) -> Table:
    """What a check found: severity, code, place, message, remedy."""
    columns: Columns = {
        "severity": ("Severity", "text"),
        "code": ("Rule", "text"),
        "place": ("Where", "text"),
        "message": ("Found", "text"),
        "remedy": ("Remedy", "text"),
    }
    return _known(findings, columns, title="Findings", empty="Every check passed.")


def table_changes(changes: Rows) -> Table:
    """What is different since an earlier week: kind, what, owner, before, after, days."""
    columns: Columns = {
        "kind": ("Change of", "text"),
        "what": ("What", "text"),
        "owner": _OWNER,
        "before": ("Before", "text"),
        "after": ("Now", "text"),
        "days": ("Difference", "signed_days"),
    }
    return _known(changes, columns, title="What changed", empty="Nothing changed.")


def table_milestones(milestones: Rows) -> Table:
    """Milestones: name, owner, baseline, last_forecast, forecast (dates), slip_days,
    slip_since_last_days (working days, later is positive), is_done.
    """
    columns: Columns = {
        "name": ("Milestone", "text"),
        "owner": _OWNER,
        "baseline": ("Baseline", "date"),
        "last_forecast": ("Last forecast", "date"),
        "forecast": ("Forecast now", "date"),
        "slip_days": ("Slip", "signed_days"),
        "slip_since_last_days": ("Since last report", "signed_days"),
        "is_done": ("Done", "flag"),
    }
    note = "Slip in working days against the baseline: + is later, − is earlier."
    empty = "The plan has no milestones."
    return _known(milestones, columns, title="Milestones", note=note, empty=empty)


def table_tasks_done(tasks: Rows) -> Table:
    """Finished tasks: owner, name, actual_finish, baseline_finish, days_late (working days)."""
    columns: Columns = {
        "owner": _OWNER,
        "name": _TASK,
        "actual_finish": ("Finished", "date"),
        "baseline_finish": ("Baseline", "date"),
        "days_late": ("Late", "signed_days"),
    }
    return _known(tasks, columns, title="Done last week", empty="No task was finished.")


def table_tasks_due(tasks: Rows) -> Table:
    """Tasks ahead, by owner: owner, name, due (words), due_date, percent_complete, float_days."""
    columns: Columns = {
        "owner": _OWNER,
        "name": _TASK,
        "due": ("Must", "text"),
        "due_date": ("On", "date"),
        "percent_complete": ("Complete", "percent"),
        "float_days": ("Float", "days"),
    }
    note = "Float: working days by which a task can slip before the finish of the project does."
    empty = "No task must start or finish."
    return _known(tasks, columns, title="Due in the next two weeks", note=note, empty=empty)


def table_overdue(tasks: Rows) -> Table:
    """Tasks that should be finished: owner, name, was_due, days_late, finish (forecast),
    percent_complete.
    """
    columns: Columns = {
        "owner": _OWNER,
        "name": _TASK,
        "was_due": ("Was due", "date"),
        "days_late": ("Overdue", "days"),
        "finish": ("Forecast", "date"),
        "percent_complete": ("Complete", "percent"),
    }
    note = "Overdue in working days."
    return _known(tasks, columns, title="Overdue", note=note, empty="No task is overdue.")


def table_overallocation(load: Rows) -> Table:
    """People with more work than hours: resource, department, week, load_hours, capacity_hours,
    over_hours, tasks.
    """
    columns: Columns = {
        "resource": ("Who", "text"),
        "department": ("Department", "text"),
        "week": ("Week of", "date"),
        "load_hours": ("Work", "hours"),
        "capacity_hours": ("Capacity", "hours"),
        "over_hours": ("Too much", "hours"),
        "tasks": ("For", "text"),
    }
    empty = "Nobody has more work than hours."
    return _known(load, columns, title="More work than hours", empty=empty)


def table_register(items: Rows, *, currency: str, title: str = "Risks and issues") -> Table:
    """Risks and issues: kind, title, owner, probability (0 to 1), impact_days, impact_cost,
    response_action, due_date.
    """
    columns: Columns = {
        "kind": ("Kind", "text"),
        "title": ("What", "text"),
        "owner": _OWNER,
        "probability": ("Probability", "share"),
        "impact_days": ("Delay", "days"),
        "impact_cost": ("Cost", "money"),
        "response_action": ("What we do", "text"),
        "due_date": ("Until", "date"),
    }
    empty = "The register has no open risk or issue."
    return _known(items, columns, title=title, empty=empty, currency=currency)


def table_decisions(items: Rows, *, currency: str) -> Table:
    """Decisions that are needed: title, description, owner, due_date, impact_days, impact_cost."""
    columns: Columns = {
        "title": ("Decision", "text"),
        "description": ("Why", "text"),
        "owner": ("Who decides", "text"),
        "due_date": ("Until", "date"),
        "impact_days": ("Delay", "days"),
        "impact_cost": ("Cost", "money"),
    }
    empty = "No decision is waiting."
    return _known(items, columns, title="Decisions needed", empty=empty, currency=currency)


_EARNED_VALUE = (
    Metric.BUDGET_AT_COMPLETION,
    Metric.PLANNED_VALUE,
    Metric.EARNED_VALUE,
    Metric.ACTUAL_COST,
    Metric.SCHEDULE_VARIANCE,
    Metric.COST_VARIANCE,
    Metric.COST_PERFORMANCE_INDEX,
    Metric.SCHEDULE_PERFORMANCE_INDEX_TIME,
    Metric.ESTIMATE_AT_COMPLETION,
    Metric.ESTIMATE_TO_COMPLETE,
    Metric.VARIANCE_AT_COMPLETION,
    Metric.TO_COMPLETE_PERFORMANCE_INDEX,
    Metric.SCHEDULE_VARIANCE_TIME,
    Metric.TIME_ESTIMATE_AT_COMPLETION,
    Metric.TO_COMPLETE_SCHEDULE_PERFORMANCE_INDEX,
)
_BY_ACCOUNT = (
    Metric.BUDGET_AT_COMPLETION,
    Metric.PLANNED_VALUE,
    Metric.EARNED_VALUE,
    Metric.ACTUAL_COST,
    Metric.COST_PERFORMANCE_INDEX,
    Metric.SCHEDULE_PERFORMANCE_INDEX,
    Metric.ESTIMATE_AT_COMPLETION,
)


def table_earned_value(
    by_date: Rows, *, currency: str, cannot_say: Mapping[Metric, CannotSay] | None = None
) -> Table:
    """The measures on the last status date beside those on the one before.

    `by_date` has one row a status date: status_date and columns of `Metric`. The reasons for what
    is not known come from `cannot_say` and stand below.
    """
    title = "Cost and progress"
    words: dict[str, tuple[str, Format]] = {"metric": ("Measure", "text")}
    if isinstance(by_date, CannotSay):
        return table(by_date, words, title=title)
    dates = by_date.sort_values("status_date").tail(2)
    metrics = [metric for metric in _EARNED_VALUE if metric.column in dates.columns]
    shown = {"metric": [f"{metric.label} ({metric.acronym})" for metric in metrics]}
    for position, (_, row) in enumerate(dates.iterrows()):
        words[f"value_{position}"] = (day(row["status_date"]), "number")
        shown[f"value_{position}"] = [_said(m, row[m.column], currency) for m in metrics]
    note = _reasons({m: reason for m, reason in (cannot_say or {}).items() if m in metrics})
    return table(pd.DataFrame(shown), words, title=title, note=note)


def _said(metric: Metric, value: Any, currency: str) -> str:
    said = cells([value], _UNITS[metric.unit])[0]
    has_currency = metric.unit == "money" and said != NOTHING
    return f"{plain(currency, 12)} {said}".strip() if has_currency else said


def _reasons(cannot_say: Mapping[Metric, CannotSay]) -> str:
    """`CPI, EAC: cannot say, because ...`: each reason once, with all that lack for it."""
    lacking: dict[str, list[str]] = {}
    for metric, reason in cannot_say.items():
        lacking.setdefault(str(reason), []).append(metric.acronym)
    return " ".join(f"{', '.join(names)}: {reason}." for reason, names in lacking.items())


def table_control_accounts(accounts: Rows, *, currency: str) -> Table:
    """Cost and progress of each control account: control_account and columns of `Metric`.

    Account "" is what belongs to none.
    """
    if not isinstance(accounts, CannotSay):
        accounts = accounts.replace({"control_account": {"": "no control account"}})
    columns: Columns = {"control_account": ("Control account", "text"), **_acronyms(_BY_ACCOUNT)}
    note = "; ".join(f"{m.acronym}: {m.label.lower()}" for m in _BY_ACCOUNT) + "."
    return _known(accounts, columns, title="Control accounts", note=note, currency=currency)


def _acronyms(metrics: Sequence[Metric]) -> dict[str, tuple[str, Format]]:
    return {metric.column: (metric.acronym, _UNITS[metric.unit]) for metric in metrics}
