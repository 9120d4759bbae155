"""pmtools: will we make it, and if not, what do I change?

`import pmtools as pm` is all a notebook needs. Names are loaded when they are first used.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

_CONTENTS = {
    "pmtools.errors": ("PmtoolsError", "ProjectError", "SourceError", "MissingExtra"),
    "pmtools.metrics": ("Metric", "CannotSay"),
    "pmtools.project": ("Project", "Header"),
    "pmtools.formats": ("read_project", "read_weeks", "read_work_items", "write_project"),
    "pmtools.check": ("check",),
    "pmtools.schedule": ("schedule", "Schedule"),
    "pmtools.schedule.paths": ("driving_chain", "float_paths"),
    "pmtools.schedule.conflicts": ("conflicts",),
    "pmtools.schedule.levelling": ("level", "Levelling"),
    "pmtools.schedule.critical_chain": ("critical_chain", "CriticalChain", "buffer_use"),
    "pmtools.simulate": ("simulate", "Simulation"),
    "pmtools.simulate.drivers": ("drivers",),
    "pmtools.simulate.joint": ("joint_confidence", "confidence_frontier", "contingency"),
    "pmtools.simulate.sensitivity": ("cruciality",),
    "pmtools.measure.earned_value": ("earned_value", "EarnedValue"),
    "pmtools.measure.estimates": ("estimate_ratios",),
    "pmtools.measure.milestones": ("schedule_weeks", "milestones", "milestone_trend"),
    "pmtools.measure.handoffs": ("handoffs",),
    "pmtools.measure.readiness": ("input_readiness",),
    "pmtools.measure.dependencies": (
        "communication_channels", "dependency_matrix", "handoff_parties", "resource_sharing",
    ),
    "pmtools.measure.calendar_entries": ("calendar_of",),
    "pmtools.formats.calendar_file": ("write_calendar",),
    "pmtools.measure.lookahead": (
        "done_since", "due_within", "look_ahead", "overdue", "with_baseline",
    ),
    "pmtools.measure.responsibility": ("responsibility", "Responsibility"),
    "pmtools.measure.promises": ("promises",),
    "pmtools.measure.urgency": ("who_must_act",),
    "pmtools.measure.flow": ("flow", "Flow", "nearest_rank"),
    "pmtools.measure.workload": ("workload", "overallocated"),
    "pmtools.measure.overload": ("load_peaks", "load_causes"),
    "pmtools.measure.key_person": ("key_people", "single_points"),
    "pmtools.measure.resource_needs": ("resource_needs", "hires"),
    "pmtools.measure.reserves": (
        "widest_ranges", "budget_hierarchy", "contingency_use", "currency_variance",
        "reserves_left",
    ),
    "pmtools.measure.reference_class": ("reference_class", "reference_check"),
    "pmtools.measure.quality": ("schedule_quality", "ScheduleQuality"),
    "pmtools.measure.register": (
        "register", "stuck", "overdue_actions", "became_issues",
    ),
    "pmtools.measure.risk_matrix": ("risk_matrix", "RiskMatrix"),
    "pmtools.measure.changes": ("changes", "changes_since_last", "Changes"),
    "pmtools.measure.ledger": ("ledger",),
    "pmtools.measure.bridge": ("explain_finish", "explain_last", "Bridge"),
    "pmtools.measure.record": ("record_week", "recorded_weeks"),
    "pmtools.measure.watermelon": ("watermelon", "Watermelon"),
    "pmtools.measure.accuracy": (
        "forecast_accuracy", "forecast_record", "recalibrated", "forecast_cone", "Accuracy",
    ),
    "pmtools.measure.recalibration": ("ranges_from_record",),
    "pmtools.measure.baseline": ("approve",),
    "pmtools.decide.commitment": ("commitment",),
    "pmtools.decide.signals": ("status",),
    "pmtools.decide.comparison": ("compare", "Comparison"),
    "pmtools.decide.recovery": ("recover", "Recovery", "levers", "lever_of", "Lever", "Permit"),
    "pmtools.decide.scenario": (
        "Scenario", "read_scenarios", "write_scenarios", "Crash", "Overlap", "Split", "Reorder",
        "Drop", "Postpone", "AddPerson", "RampUp", "SwapPerson", "Reassign", "Overtime",
        "Mitigate", "Accept", "ChangeCalendar", "MoveDeadline", "ChangeBudget",
    ),
    "pmtools.history": ("History",),
    "pmtools.words": ("Statement",),
    "pmtools.tables": (
        "Table", "table", "table_findings", "table_milestones", "table_earned_value",
        "table_control_accounts", "table_tasks_due", "table_tasks_done", "table_overdue",
        "table_overallocation", "table_decisions", "table_changes",
        "table_ledger", "table_scope_ledger",
        "table_signals", "table_driving_chain", "table_float_paths", "table_conflicts",
        "table_moves", "table_overloads", "table_schedule_quality", "table_schedule_findings",
        "table_estimates", "table_budget", "table_hires", "table_reference_class", "table_buffers",
        "table_forecast_accuracy", "table_coverage", "table_recalibrated",
        "table_look_ahead", "table_who_must_act", "table_responsibility_findings",
        "table_promises",
        "table_load_peaks", "table_load_causes", "table_key_people", "table_single_points",
        "table_percentiles", "table_milestone_ranges", "table_goals", "table_drivers",
        "table_watermelon", "table_watermelon_departments",
        "table_handoffs", "table_readiness", "table_handoff_parties",
        "table_bridge", "table_contingency", "table_sensitive_tasks", "table_flow_forecasts",
        "table_risks", "table_open_items", "table_stuck", "table_overdue_actions",
        "table_became_issues", "table_reserves", "table_recorded_weeks", "table_responses",
        "table_scenarios", "table_scenario_effects", "table_options", "table_levers",
    ),
    "pmtools.charts": (
        "show_charts_offline", "chart_gantt", "chart_milestone_trend", "chart_s_curve",
        "chart_index_trend", "chart_workload", "chart_load", "chart_network", "chart_float_paths",
        "chart_levelling", "chart_resource_needs", "chart_fever",
        "chart_load_map", "chart_key_people",
        "chart_handoffs", "chart_dependency_matrix",
        "chart_bridge", "chart_forecast_cone", "chart_finish_curve", "chart_joint_confidence",
        "chart_drivers", "chart_raci", "chart_promises",
        "chart_cumulative_flow", "chart_cycle_time", "chart_ageing", "chart_burn_up",
        "chart_risk_matrix", "chart_scenarios", "chart_way_back", "chart_before_after",
    ),
    "pmtools.report": ("report", "provenance"),
    "pmtools.widgets": ("panel_scenario", "panel_commitment"),
}  # fmt: skip
_WHERE = {name: module for module, names in _CONTENTS.items() for name in names}

__all__ = sorted(_WHERE)


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'pmtools' has no attribute {name!r}")
    value = getattr(import_module(_WHERE[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


class _Face(ModuleType):
    """Keeps `pm.schedule` the verb, also after the package of the same name was imported."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _WHERE and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Face
