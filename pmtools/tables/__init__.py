"""Tables as people read them: words for columns, dates, money with its currency, 20 rows at most.

Each shows those of its columns that the frame has, and says why where it is given a `CannotSay`.
They know frames and metrics, not the stages: no number is computed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import pandas as pd

from pmtools.metrics import CannotSay, Metric
from pmtools.tables.bridge import table_bridge as table_bridge
from pmtools.tables.changes import table_ledger as table_ledger
from pmtools.tables.changes import table_scope_ledger as table_scope_ledger
from pmtools.tables.coordination import table_look_ahead as table_look_ahead
from pmtools.tables.coordination import table_promises as table_promises
from pmtools.tables.coordination import (
    table_responsibility_findings as table_responsibility_findings,
)
from pmtools.tables.coordination import table_who_must_act as table_who_must_act
from pmtools.tables.decisions import table_levers as table_levers
from pmtools.tables.decisions import table_options as table_options
from pmtools.tables.decisions import table_scenario_effects as table_scenario_effects
from pmtools.tables.decisions import table_scenarios as table_scenarios
from pmtools.tables.flow import table_flow_forecasts as table_flow_forecasts
from pmtools.tables.forecast import table_contingency as table_contingency
from pmtools.tables.forecast import table_drivers as table_drivers
from pmtools.tables.forecast import table_goals as table_goals
from pmtools.tables.forecast import table_milestone_ranges as table_milestone_ranges
from pmtools.tables.forecast import table_percentiles as table_percentiles
from pmtools.tables.forecast import table_sensitive_tasks as table_sensitive_tasks
from pmtools.tables.handoffs import table_handoff_parties as table_handoff_parties
from pmtools.tables.handoffs import table_handoffs as table_handoffs
from pmtools.tables.handoffs import table_readiness as table_readiness
from pmtools.tables.load import table_key_people as table_key_people
from pmtools.tables.load import table_load_causes as table_load_causes
from pmtools.tables.load import table_load_peaks as table_load_peaks
from pmtools.tables.load import table_single_points as table_single_points
from pmtools.tables.planning import table_budget as table_budget
from pmtools.tables.planning import table_buffers as table_buffers
from pmtools.tables.planning import table_estimates as table_estimates
from pmtools.tables.planning import table_hires as table_hires
from pmtools.tables.planning import table_reference_class as table_reference_class
from pmtools.tables.quality import table_schedule_findings as table_schedule_findings
from pmtools.tables.quality import table_schedule_quality as table_schedule_quality
from pmtools.tables.record import table_coverage as table_coverage
from pmtools.tables.record import table_forecast_accuracy as table_forecast_accuracy
from pmtools.tables.record import table_recalibrated as table_recalibrated
from pmtools.tables.record import table_recorded_weeks as table_recorded_weeks
from pmtools.tables.register import table_became_issues as table_became_issues
from pmtools.tables.register import table_open_items as table_open_items
from pmtools.tables.register import table_overdue_actions as table_overdue_actions
from pmtools.tables.register import table_reserves as table_reserves
from pmtools.tables.register import table_responses as table_responses
from pmtools.tables.register import table_risks as table_risks
from pmtools.tables.register import table_stuck as table_stuck
from pmtools.tables.scheduling import table_conflicts as table_conflicts
from pmtools.tables.scheduling import table_driving_chain as table_driving_chain
from pmtools.tables.scheduling import table_float_paths as table_float_paths
from pmtools.tables.scheduling import table_moves as table_moves
from pmtools.tables.scheduling import table_overloads as table_overloads
from pmtools.tables.table import Table as Table
from pmtools.tables.table import table as table
from pmtools.tables.watermelon import table_watermelon as table_watermelon
from pmtools.tables.watermelon import table_watermelon_departments as table_watermelon_departments
from pmtools.words import Format, cells, day, is_missing, plain

Rows: TypeAlias = pd.DataFrame | CannotSay

_UNITS: Mapping[str, Format] = {"days": "signed_days", "count": "number"}
_COLUMNS: Mapping[Format, str] = {
    "date": "baseline last_forecast forecast actual_finish baseline_finish due_date was_due finish "
    "week",
    "signed_days": "days slip_days slip_since_last_days days_late",
    "days": "float_days impact_days",
    "hours": "load_hours capacity_hours over_hours",
    "money": "impact_cost",
    "percent": "percent_complete",
    "share": "probability",
    "signal": "signal",
    "flag": "is_done",
}
_STYLES = {metric.column: _UNITS.get(metric.unit, metric.unit) for metric in Metric} | {
    name: style for style, names in _COLUMNS.items() for name in names.split()
}
"""How the columns of all tables are said; others are text."""


def _of(frame: Rows, labels: Mapping[str, str], **how: Any) -> Table:
    """A table of those columns that the frame has."""
    known = labels if isinstance(frame, CannotSay) else [name for name in labels if name in frame]
    return table(frame, {name: (labels[name], _STYLES.get(name, "text")) for name in known}, **how)


def table_signals(dimensions: Rows) -> Table:
    """Status by dimension, with evidence and rule: dimension, signal, evidence, rule."""
    labels = {"dimension": "Area", "signal": "Status", "evidence": "Evidence", "rule": "Rule"}
    return _of(dimensions, labels, title="Status by area")


def table_findings(findings: Rows) -> Table:
    """What a check found: severity, code, place, message, remedy."""
    labels = {"severity": "Severity", "code": "Rule", "place": "Where", "message": "Found",
              "remedy": "Remedy"}  # fmt: skip
    return _of(findings, labels, title="Findings", empty="Every check passed.")


def table_changes(changes: Rows) -> Table:
    """What is different since an earlier week: kind, what, owner, before, after, days."""
    labels = {"kind": "Change of", "what": "What", "owner": "Owner", "before": "Before",
              "after": "Now", "days": "Difference"}  # fmt: skip
    return _of(changes, labels, title="What changed", empty="Nothing changed.")


def table_milestones(milestones: Rows) -> Table:
    """Milestones: name, owner, baseline, last_forecast, forecast (dates), slip_days,
    slip_since_last_days (working days, later is positive), is_done.
    """
    labels = {"name": "Milestone", "owner": "Owner", "baseline": "Baseline",
              "last_forecast": "Last forecast", "forecast": "Forecast now", "slip_days": "Slip",
              "slip_since_last_days": "Since last report", "is_done": "Done"}  # fmt: skip
    note = {"slip_days": "Slip in working days against the baseline: + is later, − is earlier"}
    empty = "The plan has no milestones."
    return _of(milestones, labels, title="Milestones", note=note, empty=empty)


def table_tasks_done(tasks: Rows) -> Table:
    """Finished tasks: owner, name, actual_finish, baseline_finish, days_late (working days)."""
    labels = {"owner": "Owner", "name": "Task", "actual_finish": "Finished",
              "baseline_finish": "Baseline", "days_late": "Late"}  # fmt: skip
    return _of(tasks, labels, title="Done last week", empty="No task was finished.")


def table_tasks_due(tasks: Rows) -> Table:
    """Tasks ahead, by owner: owner, name, due (words), due_date, percent_complete, float_days."""
    labels = {"owner": "Owner", "name": "Task", "due": "Must", "due_date": "On",
              "percent_complete": "Complete", "float_days": "Float"}  # fmt: skip
    note = "Float: working days by which a task can slip before the finish of the project does"
    empty = "No task must start or finish."
    title = "Due in the next two weeks"
    return _of(tasks, labels, title=title, note={"float_days": note}, empty=empty)


def table_overdue(tasks: Rows) -> Table:
    """Tasks that should be finished: owner, name, was_due, days_late (working days), finish
    (forecast), percent_complete.
    """
    labels = {"owner": "Owner", "name": "Task", "was_due": "Was due", "days_late": "Overdue",
              "finish": "Forecast", "percent_complete": "Complete"}  # fmt: skip
    note = {"days_late": "Overdue in working days"}
    return _of(tasks, labels, title="Overdue", note=note, empty="No task is overdue.")


def table_overallocation(load: Rows) -> Table:
    """People with more work than hours: resource, department, week, load_hours, capacity_hours,
    over_hours, tasks.
    """
    labels = {"resource": "Who", "department": "Department", "week": "Week of",
              "load_hours": "Work", "capacity_hours": "Capacity", "over_hours": "Too much",
              "tasks": "For"}  # fmt: skip
    empty = "Nobody has more work than hours."
    return _of(load, labels, title="More work than hours", empty=empty)


def table_decisions(items: Rows, *, currency: str) -> Table:
    """Decisions that are needed: title, description, owner, due_date, impact_days, impact_cost,
    if_left; of a whole register (kind) its decisions and changes, the most urgent first.
    """
    labels = {"title": "Decision", "description": "Why", "owner": "Who decides",
              "due_date": "Until", "impact_days": "Delay", "impact_cost": "Cost",
              "if_left": "If left"}  # fmt: skip
    empty = "No decision is waiting."
    if not isinstance(items, CannotSay) and "kind" in items:
        items = items[items["kind"].isin(["decision", "change"])]
        items = items.sort_values("due_date", kind="stable")
    return _of(items, labels, title="Decisions needed", empty=empty, currency=currency)


_METRICS = {metric.acronym: metric for metric in Metric}
_BY_ACCOUNT = [_METRICS[name] for name in ("BAC", "PV", "EV", "AC", "CPI", "SPI", "EAC")]
_ORDER = "BAC PV EV AC SV CV CPI SPI(t) EAC ETC VAC TCPI SV(t) EAC(t) TSPI"
_EARNED_VALUE = [_METRICS[name] for name in _ORDER.split()]


def table_earned_value(
    by_date: Rows, *, currency: str, cannot_say: Mapping[Metric, CannotSay] | None = None
) -> Table:
    """The measures on the last status date beside those on the one before.

    `by_date` has one row a status date: status_date and columns of `Metric`. The reasons for what
    is not known come from `cannot_say` and stand below, or in place of a table without a value.
    """
    title = "Cost and progress"
    words: dict[str, tuple[str, Format]] = {"metric": ("Measure", "text")}
    if isinstance(by_date, CannotSay):
        return table(by_date, words, title=title)
    dates = by_date.sort_values("status_date").tail(2)
    metrics = [metric for metric in _EARNED_VALUE if metric.column in dates]
    reasons = {m: reason for m, reason in (cannot_say or {}).items() if m in metrics}
    if _is_empty(dates, metrics):
        return table(_why(reasons), words, title=title)
    shown = {"metric": [f"{metric.label} ({metric.acronym})" for metric in metrics]}
    for position, (_, row) in enumerate(dates.iterrows()):
        words[f"value_{position}"] = (day(row["status_date"]), "number")
        shown[f"value_{position}"] = [_said(m, row[m.column], currency) for m in metrics]
    return table(pd.DataFrame(shown), words, title=title, note=_lacking(reasons))


def table_control_accounts(
    accounts: Rows, *, currency: str, cannot_say: Mapping[Metric, CannotSay] | None = None
) -> Table:
    """Cost and progress of each control account: control_account and columns of `Metric`.

    Account "" is what belongs to none. The reasons in `cannot_say` stand in place of a table
    without a value.
    """
    if not isinstance(accounts, CannotSay):
        accounts = accounts.replace({"control_account": {"": "no control account"}})
        if _is_empty(accounts, _BY_ACCOUNT):
            accounts = _why(cannot_say or {})
    labels = {"control_account": "Control account"} | {m.column: m.acronym for m in _BY_ACCOUNT}
    note = {m.column: f"{m.acronym}: {m.label.lower()}" for m in _BY_ACCOUNT}
    return _of(accounts, labels, title="Control accounts", note=note, currency=currency)


def _is_empty(frame: pd.DataFrame, metrics: Sequence[Metric]) -> bool:
    return not any(frame[m.column].notna().any() for m in metrics if m.column in frame)


def _why(cannot_say: Mapping[Metric, CannotSay]) -> CannotSay:
    reasons = dict.fromkeys(reason.reason for reason in cannot_say.values())
    return CannotSay(", and ".join(reasons) or "neither a budget nor a cost is known")


def _said(metric: Metric, value: Any, currency: str) -> str:
    if is_missing(value):
        return ""
    unit = plain(currency, 12) if metric.unit == "money" else ""
    return f"{unit} {cells([value], _STYLES[metric.column])[0]}".strip()


def _lacking(cannot_say: Mapping[Metric, CannotSay]) -> str:
    """`CPI, EAC: cannot say, because ...`: each reason once, with all that lack for it."""
    lacking: dict[str, list[str]] = {}
    for metric, reason in cannot_say.items():
        lacking.setdefault(str(reason), []).append(metric.acronym)
    return " ".join(f"{', '.join(names)}: {reason}." for reason, names in lacking.items())
