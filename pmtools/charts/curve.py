"""Planned value, earned value and actual cost over time, and where the cost will end."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts import lines, theme
from pmtools.charts.theme import Chart, alt
from pmtools.metrics import CannotSay, Metric
from pmtools.words import day, is_missing, money, plain

HEIGHT = 340
_LOOKS: lines.Looks = {
    Metric.PLANNED_VALUE: (theme.PALE_INK, [6, 4], "circle"),
    Metric.EARNED_VALUE: (theme.BLUE, [1, 0], "circle"),
    Metric.ACTUAL_COST: (theme.LATE, [2, 2], "circle"),
}


def chart_s_curve(
    curve: pd.DataFrame | CannotSay,
    *,
    currency: str,
    bac: float | CannotSay = float("nan"),
    eac_low: float | CannotSay = float("nan"),
    eac_high: float | CannotSay = float("nan"),
    status_date: Any = None,
    forecast_finish: Any = None,
    title: str = "Planned value, earned value and actual cost",
) -> Chart:
    """The S-curve: PV, EV and AC, the budget, and the range of estimates at completion.

    Parameters
    ----------
    curve
        date, planned_value, earned_value, actual_cost (any of them); NaN is not drawn.
    bac, eac_low, eac_high
        Budget at completion; lowest and highest estimate at completion. Unknown ones are left out.
    forecast_finish
        Where the range of the estimates is drawn, from the actual cost on the status date.
    """
    if isinstance(curve, CannotSay):
        return theme.nothing(curve)
    points = lines.points_of(curve, "date", _LOOKS, currency)
    if points.empty:
        return theme.nothing("there is neither a cost baseline nor a recorded cost")
    budget, *estimates = (
        float("nan") if isinstance(v, CannotSay) else v for v in (bac, eac_low, eac_high)
    )
    fan = _fan(points, estimates, forecast_finish, currency)
    high = 1.07 * max([*points["value"], *fan["high"], 0.0 if is_missing(budget) else budget])
    high = high or 1.0
    subtitle = lines.explained(points)
    description = f"{title}. {lines.last_values(points)}"
    if not is_missing(budget):
        description += f" Budget at completion {money(budget, currency)}."
    if len(fan):
        said = fan["said"].iloc[-1]
        subtitle += f"; EAC: estimates at completion, {said}"
        description += f" Estimate at completion {said} on {day(forecast_finish)}."
    if not is_missing(status_date):
        subtitle += f". Dashed: status date {day(status_date)}"
    return theme.finished(
        [
            *_axes(points, fan, high, currency),
            *theme.status_line(status_date),
            *_fan_layers(fan),
            *_budget(budget, currency),
            *lines.layers_of(points, _LOOKS, opacity=0),
            *lines.labels_of(_ends(points, fan), 0, high, HEIGHT),
        ],
        title=title,
        subtitle=f"{subtitle}.",
        description=description,
        height=HEIGHT,
    )


def _fan(points: pd.DataFrame, estimates: list[float], finish: Any, currency: str) -> pd.DataFrame:
    """From the actual cost to the lowest and highest estimate; empty where one is unknown."""
    spent = points[points["acronym"] == Metric.ACTUAL_COST.acronym]
    if spent.empty or any(map(is_missing, [*estimates, finish])):
        return pd.DataFrame({"at": [], "low": [], "high": [], "said": []})
    now, cost = spent["at"].iloc[-1], spent["value"].iloc[-1]
    low, high = sorted(estimates)
    said = f"{money(low, currency)} to {money(high, '')}"
    return pd.DataFrame(
        {"at": [now, max(finish, now)], "low": [cost, low], "high": [cost, high], "said": said}
    )


def _axes(points: pd.DataFrame, fan: pd.DataFrame, high: float, currency: str) -> list[Any]:
    unit = f", {plain(currency, 12)}" if currency else ""
    zero = "datum.value == 0 ? '0' : datum.label"
    axis = alt.Axis(title=f"Cumulative{unit}", format="~s", tickCount=6, labelExpr=zero)
    scale = alt.Scale(domain=[0, high], nice=False)
    y = alt.Chart(pd.DataFrame({"value": [0.0]})).mark_point(size=0)
    first, last = points["at"].min(), max([*points["at"], *fan["at"]])
    span = [0, alt.expr("width - 76")]
    return [
        theme.date_range(alt.X, first, last, span=span, title=None, grid=False),
        y.encode(y=alt.Y("value:Q", scale=scale, axis=axis)),
    ]


def _budget(budget: float, currency: str) -> list[Any]:
    if is_missing(budget):
        return []
    rows = pd.DataFrame({"value": [budget], "said": [f"Budget (BAC) {money(budget, currency)}"]})
    chart = alt.Chart(rows).encode(y="value:Q")
    words = chart.mark_text(align="left", x=4, dy=-8, color=theme.PALE_INK).encode(text="said:N")
    return [chart.mark_rule(color=theme.GREY), words]


def _fan_layers(fan: pd.DataFrame) -> list[Any]:
    if fan.empty:
        return []
    place = {"x": "at:T", "y": "low:Q", "y2": "high:Q"}
    told = theme.tooltip({"said": "Estimate at completion"})
    end = alt.Chart(fan.tail(1)).mark_rule(color=theme.LATE, strokeWidth=5)
    area = alt.Chart(fan).mark_area(color=theme.LATE, opacity=0.16)
    return [area.encode(**place), end.encode(tooltip=told, **place)]


def _ends(points: pd.DataFrame, fan: pd.DataFrame) -> pd.DataFrame:
    """What stands at the end of each line, and of the range."""
    ends = lines.ends_of(points)[["at", "value", "word", "ink"]]
    middle = fan.tail(1).assign(value=(fan["low"] + fan["high"]) / 2, word="EAC", ink=theme.LATE)
    return pd.concat([ends, middle[ends.columns]]) if len(fan) else ends
