"""One place names every metric: label, unit, direction, formula, source.

Columns, charts, tables and sentences all ask here, so that a figure is called the same everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

Unit = Literal["money", "hours", "days", "ratio", "percent", "count", "date"]
Direction = Literal["higher is better", "lower is better", "neutral"]

PMI = "PMI, Practice Standard for Earned Value Management"
PMI_SCHEDULING = "PMI, Practice Standard for Scheduling"
LIPKE = "Lipke and Henderson, Earned Schedule"
PMKC = "PM Knowledge Center, earned value forecasting"

_UP: Direction = "higher is better"
_DOWN: Direction = "lower is better"
_NEUTRAL: Direction = "neutral"


@dataclass(frozen=True)
class CannotSay:
    """A number that cannot be known, and why. Shown in its place; never replaced by a guess."""

    reason: str

    def __str__(self) -> str:
        return f"cannot say, because {self.reason}"


class Metric(Enum):
    """A metric.

    Attributes
    ----------
    label, acronym
        What a chart or table calls it, and the field's short form.
    unit, direction
        What it is counted in, and whether more of it is good news.
    formula, source
        How it is computed, and where the formula comes from.
    column
        The name of the column or field that holds it.
    """

    # fmt: off
    PLANNED_VALUE = (
        "Planned value", "PV", "money", _NEUTRAL, "time-phased budget up to the date", PMI)
    EARNED_VALUE = (
        "Earned value", "EV", "money", _UP, "sum of budget x earned share", PMI)
    ACTUAL_COST = (
        "Actual cost", "AC", "money", _DOWN, "recorded cost up to the date", PMI)
    BUDGET_AT_COMPLETION = (
        "Budget at completion", "BAC", "money", _NEUTRAL,
        "sum of the budgets, without management reserve", PMI)
    COST_VARIANCE = ("Cost variance", "CV", "money", _UP, "EV - AC", PMI)
    SCHEDULE_VARIANCE = ("Schedule variance", "SV", "money", _UP, "EV - PV", PMI)
    COST_PERFORMANCE_INDEX = ("Cost performance index", "CPI", "ratio", _UP, "EV / AC", PMI)
    SCHEDULE_PERFORMANCE_INDEX = (
        "Schedule performance index", "SPI", "ratio", _UP, "EV / PV", PMI)
    ESTIMATE_AT_COMPLETION = (
        "Estimate at completion", "EAC", "money", _DOWN,
        "AC + (BAC - EV) / performance factor", PMKC)
    ESTIMATE_TO_COMPLETE = ("Estimate to complete", "ETC", "money", _DOWN, "EAC - AC", PMI)
    VARIANCE_AT_COMPLETION = ("Variance at completion", "VAC", "money", _UP, "BAC - EAC", PMI)
    TO_COMPLETE_PERFORMANCE_INDEX = (
        "To-complete performance index", "TCPI", "ratio", _DOWN, "(BAC - EV) / (BAC - AC)", PMI)
    TO_COMPLETE_PERFORMANCE_INDEX_AT_ESTIMATE = (
        "To-complete performance index at the estimate", "TCPI(EAC)", "ratio", _DOWN,
        "(BAC - EV) / (EAC - AC)", PMI)
    EARNED_SCHEDULE = (
        "Earned schedule", "ES", "hours", _UP,
        "the planned working time at which PV first reached EV", LIPKE)
    ACTUAL_TIME = (
        "Actual time", "AT", "hours", _NEUTRAL, "working time from start to status date", LIPKE)
    PLANNED_DURATION = (
        "Planned duration", "PD", "hours", _NEUTRAL,
        "working time from baseline start to baseline finish", LIPKE)
    SCHEDULE_VARIANCE_TIME = (
        "Schedule variance in time", "SV(t)", "hours", _UP, "ES - AT", LIPKE)
    SCHEDULE_PERFORMANCE_INDEX_TIME = (
        "Schedule performance index in time", "SPI(t)", "ratio", _UP, "ES / AT", LIPKE)
    TIME_ESTIMATE_AT_COMPLETION = (
        "Time estimate at completion", "EAC(t)", "hours", _DOWN,
        "AT + (PD - ES) / performance factor", PMKC)
    TO_COMPLETE_SCHEDULE_PERFORMANCE_INDEX = (
        "To-complete schedule performance index", "TSPI", "ratio", _DOWN,
        "(PD - ES) / (PD - AT)", LIPKE)
    PERCENT_COMPLETE = ("Complete", "% complete", "percent", _UP, "EV / BAC x 100", PMI)
    PERCENT_SPENT = ("Spent", "% spent", "percent", _NEUTRAL, "AC / BAC x 100", PMI)
    TOTAL_FLOAT = (
        "Total float", "TF", "hours", _UP, "late start - early start", PMI_SCHEDULING)
    FREE_FLOAT = (
        "Free float", "FF", "hours", _UP, "smallest slack of the links to successors",
        PMI_SCHEDULING)
    FORECAST_FINISH = (
        "Forecast finish", "finish", "date", _DOWN,
        "latest early finish of the network from the status date", "critical path method")
    FINISH_VARIANCE = (
        "Finish variance", "slip", "days", _DOWN,
        "forecast finish - baseline finish, in working days", PMI)
    # fmt: on

    def __init__(
        self, label: str, acronym: str, unit: Unit, direction: Direction, formula: str, source: str
    ) -> None:
        self.label, self.acronym = label, acronym
        self.unit, self.direction = unit, direction
        self.formula, self.source = formula, source
        suffix = {"hours": "_hours", "days": "_days"}.get(unit, "")
        self.column = self.name.lower() + suffix
