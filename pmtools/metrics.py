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
LIPKE = "Lipke and Henderson, Earned Schedule"
PMKC = "PM Knowledge Center, earned value forecasting"


@dataclass(frozen=True)
class CannotSay:
    """A number that cannot be known, and why. Shown in its place; never replaced by a guess."""

    reason: str

    def __str__(self) -> str:
        return f"cannot say, because {self.reason}"


@dataclass(frozen=True)
class _Facts:
    label: str
    acronym: str
    unit: Unit
    direction: Direction
    formula: str
    source: str


class Metric(Enum):
    """A metric. Its `column` is the name of the column or field that holds it."""

    PLANNED_VALUE = _Facts(
        "Planned value", "PV", "money", "neutral", "time-phased budget up to the date", PMI
    )
    EARNED_VALUE = _Facts(
        "Earned value", "EV", "money", "higher is better", "sum of budget x earned share", PMI
    )
    ACTUAL_COST = _Facts(
        "Actual cost", "AC", "money", "lower is better", "recorded cost up to the date", PMI
    )
    BUDGET_AT_COMPLETION = _Facts(
        "Budget at completion",
        "BAC",
        "money",
        "neutral",
        "sum of the budgets, without management reserve",
        PMI,
    )
    COST_VARIANCE = _Facts("Cost variance", "CV", "money", "higher is better", "EV - AC", PMI)
    SCHEDULE_VARIANCE = _Facts(
        "Schedule variance", "SV", "money", "higher is better", "EV - PV", PMI
    )
    COST_PERFORMANCE_INDEX = _Facts(
        "Cost performance index", "CPI", "ratio", "higher is better", "EV / AC", PMI
    )
    SCHEDULE_PERFORMANCE_INDEX = _Facts(
        "Schedule performance index", "SPI", "ratio", "higher is better", "EV / PV", PMI
    )
    ESTIMATE_AT_COMPLETION = _Facts(
        "Estimate at completion",
        "EAC",
        "money",
        "lower is better",
        "AC + (BAC - EV) / performance factor",
        PMKC,
    )
    ESTIMATE_TO_COMPLETE = _Facts(
        "Estimate to complete", "ETC", "money", "lower is better", "EAC - AC", PMI
    )
    VARIANCE_AT_COMPLETION = _Facts(
        "Variance at completion", "VAC", "money", "higher is better", "BAC - EAC", PMI
    )
    TO_COMPLETE_PERFORMANCE_INDEX = _Facts(
        "To-complete performance index",
        "TCPI",
        "ratio",
        "lower is better",
        "(BAC - EV) / (BAC - AC)",
        PMI,
    )
    TO_COMPLETE_PERFORMANCE_INDEX_AT_ESTIMATE = _Facts(
        "To-complete performance index at the estimate",
        "TCPI(EAC)",
        "ratio",
        "lower is better",
        "(BAC - EV) / (EAC - AC)",
        PMI,
    )
    EARNED_SCHEDULE = _Facts(
        "Earned schedule",
        "ES",
        "hours",
        "higher is better",
        "the planned working time at which PV first reached EV",
        LIPKE,
    )
    ACTUAL_TIME = _Facts(
        "Actual time", "AT", "hours", "neutral", "working time from start to status date", LIPKE
    )
    PLANNED_DURATION = _Facts(
        "Planned duration",
        "PD",
        "hours",
        "neutral",
        "working time from baseline start to baseline finish",
        LIPKE,
    )
    SCHEDULE_VARIANCE_TIME = _Facts(
        "Schedule variance in time", "SV(t)", "hours", "higher is better", "ES - AT", LIPKE
    )
    SCHEDULE_PERFORMANCE_INDEX_TIME = _Facts(
        "Schedule performance index in time",
        "SPI(t)",
        "ratio",
        "higher is better",
        "ES / AT",
        LIPKE,
    )
    TIME_ESTIMATE_AT_COMPLETION = _Facts(
        "Time estimate at completion",
        "EAC(t)",
        "hours",
        "lower is better",
        "AT + (PD - ES) / performance factor",
        PMKC,
    )
    TO_COMPLETE_SCHEDULE_PERFORMANCE_INDEX = _Facts(
        "To-complete schedule performance index",
        "TSPI",
        "ratio",
        "lower is better",
        "(PD - ES) / (PD - AT)",
        LIPKE,
    )
    PERCENT_COMPLETE = _Facts(
        "Complete", "% complete", "percent", "higher is better", "EV / BAC x 100", PMI
    )
    PERCENT_SPENT = _Facts("Spent", "% spent", "percent", "neutral", "AC / BAC x 100", PMI)
    TOTAL_FLOAT = _Facts(
        "Total float",
        "TF",
        "hours",
        "higher is better",
        "late start - early start",
        "PMI, Practice Standard for Scheduling",
    )
    FREE_FLOAT = _Facts(
        "Free float",
        "FF",
        "hours",
        "higher is better",
        "smallest slack of the links to successors",
        "PMI, Practice Standard for Scheduling",
    )
    FORECAST_FINISH = _Facts(
        "Forecast finish",
        "finish",
        "date",
        "lower is better",
        "latest early finish of the network from the status date",
        "critical path method",
    )
    FINISH_VARIANCE = _Facts(
        "Finish variance",
        "slip",
        "days",
        "lower is better",
        "forecast finish - baseline finish, in working days",
        PMI,
    )

    @property
    def column(self) -> str:
        """The name of the column or field that holds this metric, with its unit suffix."""
        suffix = {"hours": "_hours", "days": "_days"}.get(self.value.unit, "")
        return self.name.lower() + suffix

    @property
    def label(self) -> str:
        """What a chart or table calls it."""
        return self.value.label

    @property
    def acronym(self) -> str:
        """The field's short form."""
        return self.value.acronym

    @property
    def unit(self) -> Unit:
        """What it is counted in."""
        return self.value.unit

    @property
    def direction(self) -> Direction:
        """Whether more of it is good news."""
        return self.value.direction

    @property
    def formula(self) -> str:
        """How it is computed."""
        return self.value.formula

    @property
    def source(self) -> str:
        """Where the formula comes from."""
        return self.value.source
