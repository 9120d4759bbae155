"""Earned value of a project: what was planned, what is earned, what it cost, where it will end.

Measured for the whole project and each control account, on every status date, in money and, by
earned schedule, in working hours of the project calendar since the start of the baseline.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pmtools.errors import nearest
from pmtools.measure.earned_schedule import (
    TIME_FORECASTS,
    date_after,
    time_estimate_at_completion,
    to_complete_schedule_performance_index,
)
from pmtools.measure.indices import (
    FACTORS,
    estimate_at_completion,
    performance_factors,
    ratio,
    to_complete_performance_index,
)
from pmtools.measure.reasons import NEEDS, reasons_of
from pmtools.measure.series import ValueSeries
from pmtools.metrics import CannotSay, Metric
from pmtools.project import Project
from pmtools.words import day, money, number, percent

M = Metric


@dataclass(frozen=True, eq=False)
class EarnedValue:
    """The measures of a project up to its status date. What cannot be known is NaN.

    Attributes
    ----------
    by_date
        One row a status date: `status_date` and a column for each metric of earned value.
    by_control_account_and_date
        One row a control account and status date: `control_account`, then as `by_date`.
        Account "" holds what belongs to none.
    curve
        `date`, `planned_value`, `earned_value`, `actual_cost`: weekly over the whole baseline and
        on every status date; what was known on that day, NaN after the status date.
    eac_by_factor
        `factor`, `label`, `estimate_at_completion`: the estimate by every performance factor.
    time_estimates
        `method`, `factor`, `time_estimate_at_completion_hours`, `finish`: EAC(t) nine ways.
    cannot_say
        Why, for every metric that is NaN on the last status date.
    """

    by_date: pd.DataFrame
    by_control_account_and_date: pd.DataFrame
    curve: pd.DataFrame
    eac_by_factor: pd.DataFrame
    time_estimates: pd.DataFrame
    cannot_say: Mapping[Metric, CannotSay]
    currency: str
    performance_factor: str
    status_date: pd.Timestamp | None

    def value(self, metric: Metric) -> float | CannotSay:
        """The metric on the last status date, or why it cannot be said."""
        if metric in self.cannot_say:
            return self.cannot_say[metric]
        return float(self.by_date[metric.column].iloc[-1])

    @property
    def by_control_account(self) -> pd.DataFrame:
        """The rows of `by_control_account_and_date` on the last status date."""
        rows = self.by_control_account_and_date
        return rows[rows["status_date"] == self.status_date].reset_index(drop=True)

    @property
    def time_estimate_finish(self) -> pd.Timestamp | CannotSay:
        """When it ends at the pace so far: the start of the baseline and EAC(t) by SPI(t)."""
        finish = self.time_estimates.set_index(["method", "factor"]).loc[("ES", "SPI(t)"), "finish"]
        too_far = CannotSay("so little is earned that the forecast lies beyond the year 2099")
        reason = self.cannot_say.get(Metric.TIME_ESTIMATE_AT_COMPLETION, too_far)
        return reason if pd.isna(finish) else finish

    @property
    def eac_range(self) -> tuple[float, float] | CannotSay:
        """The lowest and the highest estimate at completion of all performance factors."""
        estimates = self.eac_by_factor["estimate_at_completion"].dropna()
        if estimates.empty:
            return self.cannot_say[Metric.ESTIMATE_AT_COMPLETION]
        return float(estimates.min()), float(estimates.max())

    def s_curve(self) -> dict[str, Any]:
        """What `chart_s_curve` draws, by its arguments; the reason where there is no curve."""
        found = self.eac_range
        low, high = (found, found) if isinstance(found, CannotSay) else found
        return {
            "curve": self.cannot_say.get(Metric.PLANNED_VALUE, self.curve),
            "currency": self.currency,
            "bac": self.value(Metric.BUDGET_AT_COMPLETION),
            "eac_low": low,
            "eac_high": high,
            "status_date": self.status_date,
        }

    def _lines(self) -> list[tuple[str, str]]:
        return [
            (f"{m.label} ({m.acronym})", _said(m, self.value(m), self.currency))
            for m in Metric
            if m in NEEDS
        ]

    def __str__(self) -> str:
        lines = [f"  {label:<58}{said}" for label, said in self._lines()]
        return "\n".join([f"Earned value on {day(self.status_date)}", *lines])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{html.escape(label)}</td><td>{html.escape(said)}</td></tr>"
            for label, said in self._lines()
        )
        return f"<table><caption>Earned value on {day(self.status_date)}</caption>{rows}</table>"


def earned_value(project: Project, *, performance_factor: str = "CPI") -> EarnedValue:
    """Measure the project on each of its status dates up to the last one.

    Parameters
    ----------
    performance_factor
        What the estimate at completion assumes of the rest: a name of `indices.FACTORS`.

    Raises
    ------
    ValueError
        Where there is no such factor.
    """
    if performance_factor not in FACTORS:
        known = list(FACTORS)
        found = f'performance factor "{performance_factor}" is not one of {", ".join(known)}'
        raise ValueError(found + nearest(performance_factor, known))
    series, dates = ValueSeries.of(project), _status_dates(project)
    by_date, *by_account = _measured(series, dates, performance_factor)
    last = (by_date.iloc[-1] if len(dates) else by_date.reindex([0]).iloc[0]).rename(None)
    accounts = pd.concat([by_date[:0].assign(control_account=""), *by_account], ignore_index=True)
    return EarnedValue(
        by_date=by_date,
        by_control_account_and_date=accounts[["control_account", *by_date.columns]],
        curve=_curve(series, dates),
        eac_by_factor=_estimates(last),
        time_estimates=_time_estimates(series, last),
        cannot_say=reasons_of(project, series.budget, last, performance_factor),
        currency=project.header.currency,
        performance_factor=performance_factor,
        status_date=dates.max() if len(dates) else None,
    )


def _status_dates(project: Project) -> pd.DatetimeIndex:
    dates = project.progress["status_date"]
    last = project.header.status_date
    if last is not None:
        dates = pd.concat([dates[dates < last], pd.Series([last])])
    return pd.DatetimeIndex(dates.drop_duplicates().sort_values()).as_unit("us")


def _measured(series: ValueSeries, dates: pd.DatetimeIndex, factor: str) -> list[pd.DataFrame]:
    """A frame of all measures by status date for each group: the project, then its accounts."""
    bac = series.budgets() + np.zeros((len(dates), 1))
    pv, ev, ac = series.planned(dates), series.earned(dates), series.spent(dates)
    columns = _measures(bac, pv, ev, ac, *series.times(dates, ev), factor)
    frames = []
    for group, name in enumerate(series.groups):
        values = {metric.column: value[:, group] for metric, value in columns.items()}
        account = {} if name is None else {"control_account": name}
        frames.append(pd.DataFrame({"status_date": dates, **values}).assign(**account))
    return frames


def _measures(
    bac: Any, pv: Any, ev: Any, ac: Any, es: Any, at: Any, duration: Any, factor: str
) -> dict[Metric, Any]:
    cpi, spi, spi_time = ratio(ev, ac), ratio(ev, pv), ratio(es, at)
    performance = performance_factors(cpi, spi, spi_time)[factor]
    eac = estimate_at_completion(bac, ev, ac, performance)
    return {
        M.PLANNED_VALUE: pv,
        M.EARNED_VALUE: ev,
        M.ACTUAL_COST: ac,
        M.COST_VARIANCE: ev - ac,
        M.SCHEDULE_VARIANCE: ev - pv,
        M.COST_PERFORMANCE_INDEX: cpi,
        M.SCHEDULE_PERFORMANCE_INDEX: spi,
        M.BUDGET_AT_COMPLETION: bac,
        M.ESTIMATE_AT_COMPLETION: eac,
        M.ESTIMATE_TO_COMPLETE: eac - ac,
        M.VARIANCE_AT_COMPLETION: bac - eac,
        M.TO_COMPLETE_PERFORMANCE_INDEX: to_complete_performance_index(bac, ev, ac),
        M.TO_COMPLETE_PERFORMANCE_INDEX_AT_ESTIMATE: to_complete_performance_index(
            bac, ev, ac, target=eac
        ),
        M.EARNED_SCHEDULE: es,
        M.ACTUAL_TIME: at,
        M.PLANNED_DURATION: duration,
        M.SCHEDULE_VARIANCE_TIME: es - at,
        M.SCHEDULE_PERFORMANCE_INDEX_TIME: spi_time,
        M.TIME_ESTIMATE_AT_COMPLETION: time_estimate_at_completion(
            "ES", spi_time, planned_duration=duration, actual_time=at, earned_schedule=es
        ),
        M.TO_COMPLETE_SCHEDULE_PERFORMANCE_INDEX: to_complete_schedule_performance_index(
            duration, es, at
        ),
        M.PERCENT_COMPLETE: 100 * ratio(ev, bac),
        M.PERCENT_SPENT: 100 * ratio(ac, bac),
    }


def _factors(row: pd.Series) -> dict[str, Any]:
    return performance_factors(
        row.cost_performance_index,
        row.schedule_performance_index,
        row.schedule_performance_index_time,
    )


def _estimates(row: pd.Series) -> pd.DataFrame:
    factors = np.array([_factors(row)[name] for name in FACTORS])
    eac = estimate_at_completion(
        row.budget_at_completion, row.earned_value, row.actual_cost, factors
    )
    labels = [factor.label for factor in FACTORS.values()]
    return pd.DataFrame(
        {"factor": list(FACTORS), "label": labels, M.ESTIMATE_AT_COMPLETION.column: eac}
    )


def _time_estimates(series: ValueSeries, row: pd.Series) -> pd.DataFrame:
    factors = _factors(row) | {"1": None}
    parts = (M.PLANNED_DURATION, M.ACTUAL_TIME, M.BUDGET_AT_COMPLETION, M.PLANNED_VALUE,
             M.EARNED_VALUE, M.EARNED_SCHEDULE)  # fmt: skip
    known = {metric.name.lower(): row[metric.column] for metric in parts}
    rows = [
        (method, name, float(time_estimate_at_completion(method, factors[name], **known)))
        for method, names in TIME_FORECASTS.items()
        for name in names
    ]
    hours = M.TIME_ESTIMATE_AT_COMPLETION.column
    frame = pd.DataFrame(rows, columns=["method", "factor", hours])
    start = series.budget["start"].min()
    return frame.assign(finish=date_after(series.calendars[""], start, frame[hours]))


def _curve(series: ValueSeries, status_dates: pd.DatetimeIndex) -> pd.DataFrame:
    dates = _weeks(series.budget, status_dates)
    planned, earned, spent = (
        values[:, 0]
        for values in (series.planned(dates), series.earned(dates), series.spent(dates))
    )
    is_before = dates <= series.budget["start"].min()
    if len(series.project.progress):
        earned = np.where(np.isnan(earned) & is_before, 0.0 * planned, earned)
    is_past = dates <= status_dates.max()
    return pd.DataFrame(
        {
            "date": dates,
            M.PLANNED_VALUE.column: planned,
            M.EARNED_VALUE.column: np.where(is_past, earned, np.nan),
            M.ACTUAL_COST.column: np.where(is_past, spent, np.nan),
        }
    )


def _weeks(budget: pd.DataFrame, status_dates: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Weeks to and from the last status date over the whole baseline, and all status dates."""
    if budget.empty:
        return status_dates
    first, last = budget["start"].min(), budget["finish"].max()
    anchor = status_dates.max() if len(status_dates) else first
    week = pd.Timedelta(days=7)
    n_before, n_after = max((anchor - first) // week, 0), max((last - anchor) // week, 0)
    weeks = pd.DatetimeIndex([anchor + n * week for n in range(-n_before, n_after + 1)])
    weeks = weeks[~weeks.normalize().isin(status_dates.normalize())]
    return status_dates.union(weeks).union(pd.DatetimeIndex([first, last])).as_unit("us")


def _said(metric: Metric, value: float | CannotSay, currency: str) -> str:
    if isinstance(value, CannotSay):
        return str(value)
    if metric.unit in ("money", "percent"):
        return money(value, currency) if metric.unit == "money" else percent(value)
    return number(value, 2) if metric.unit == "ratio" else number(value, 1, "h")
