"""Planned value, earned value and actual cost over time, and where the cost will end."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts.theme import (
    BLUE,
    GREY,
    INK,
    LATE,
    PALE_INK,
    alt,
    date_range,
    finished,
    nothing,
    spread,
    thinned,
)
from pmtools.metrics import CannotSay, Metric
from pmtools.words import cells, day, is_missing, money, plain

HEIGHT = 340
ROOM = 1.07
_LINES: dict[Metric, tuple[str, list[int]]] = {
    Metric.PLANNED_VALUE: (PALE_INK, [6, 4]),
    Metric.EARNED_VALUE: (BLUE, [1, 0]),
    Metric.ACTUAL_COST: (LATE, [2, 2]),
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
) -> Any:
    """The S-curve: PV, EV and AC, the budget, and the range of estimates at completion.

    Parameters
    ----------
    curve
        date, planned_value, earned_value, actual_cost (any of them); NaN is not drawn.
    bac, eac_low, eac_high
        Budget at completion; lowest and highest estimate at completion. Unknown ones are left out.
    forecast_finish
        Where the range of the estimates is drawn, from the actual cost on the status date.

    Returns
    -------
    altair.LayerChart or Statement
    """
    if isinstance(curve, CannotSay):
        return nothing(curve)
    known = [metric for metric in _LINES if metric.column in curve]
    lines = pd.concat([_line(curve, m, currency) for m in known]) if known else pd.DataFrame()
    if lines.empty:
        return nothing("there is neither a cost baseline nor a recorded cost")
    budget, *estimates = (
        float("nan") if isinstance(v, CannotSay) else v for v in (bac, eac_low, eac_high)
    )
    high = max(v for v in (lines["value"].max(), budget, *estimates) if not is_missing(v))
    fan = _fan(lines, estimates, status_date, forecast_finish, currency)
    ends = [lines["at"].min(), max([lines["at"].max(), *fan["at"]])]
    return finished(
        [
            *_frame(ends, high * ROOM or 1.0, currency),
            *_status(status_date),
            *_fan_layers(fan),
            *_budget(budget, currency),
            *_lines_layers(lines),
            *_labels(lines, fan, high * ROOM or 1.0, currency),
        ],
        title=title,
        subtitle=_subtitle(lines, fan, status_date),
        description=_description(lines, fan, budget, currency, title),
        height=HEIGHT,
    )


def _line(curve: pd.DataFrame, metric: Metric, currency: str) -> pd.DataFrame:
    rows = thinned(curve.dropna(subset=["date", metric.column]).sort_values("date"))
    return pd.DataFrame(
        {
            "at": rows["date"],
            "value": rows[metric.column],
            "acronym": metric.acronym,
            "label": metric.label,
            "said_at": cells(list(rows["date"]), "date"),
            "said_value": [money(value, currency) for value in rows[metric.column]],
        }
    )


def _fan(
    lines: pd.DataFrame, estimates: list[float], status_date: Any, finish: Any, currency: str
) -> pd.DataFrame:
    """From the actual cost to the lowest and highest estimate; empty where one is unknown."""
    spent = lines[lines["acronym"] == "AC"]
    if spent.empty or any(map(is_missing, [*estimates, finish])):
        return pd.DataFrame({"at": [], "low": [], "high": [], "said": []})
    now, cost = spent["at"].iloc[-1], spent["value"].iloc[-1]
    low, high = sorted(estimates)
    said = f"{money(low, currency)} to {money(high, currency)} on {day(finish)}"
    return pd.DataFrame(
        {"at": [now, max(finish, now)], "low": [cost, low], "high": [cost, high], "said": said}
    )


def _frame(ends: list[Any], high: float, currency: str) -> list[Any]:
    unit = f", {plain(currency, 12)}" if currency else ""
    scale = alt.Scale(domain=[0, high], nice=False)
    zero = "datum.value == 0 ? '0' : datum.label"
    axis = alt.Axis(title=f"Cumulative{unit}", format="~s", tickCount=6, labelExpr=zero)
    y = alt.Chart(pd.DataFrame({"value": [0.0]})).mark_point(size=0)
    span = {"range": [0, alt.expr("width - 76")]}
    return [
        date_range(ends[0], ends[1], alt.X, scale=span, title=None, grid=False),
        y.encode(y=alt.Y("value:Q", scale=scale, axis=axis)),
    ]


def _budget(budget: float, currency: str) -> list[Any]:
    if is_missing(budget):
        return []
    rows = pd.DataFrame({"value": [budget], "said": [f"Budget (BAC) {money(budget, currency)}"]})
    chart = alt.Chart(rows)
    words = {"align": "left", "x": 4, "dy": -8}
    return [
        chart.mark_rule(color=GREY, strokeWidth=1).encode(y="value:Q"),
        chart.mark_text(stroke="white", strokeWidth=4, **words).encode(y="value:Q", text="said:N"),
        chart.mark_text(color=PALE_INK, **words).encode(y="value:Q", text="said:N"),
    ]


def _fan_layers(fan: pd.DataFrame) -> list[Any]:
    if fan.empty:
        return []
    tooltip = [alt.Tooltip("said:N", title="Estimate at completion")]
    end = alt.Chart(fan.tail(1))
    return [
        alt.Chart(fan).mark_area(color=LATE, opacity=0.16).encode(x="at:T", y="low:Q", y2="high:Q"),
        end.mark_rule(color=LATE, strokeWidth=5, opacity=1).encode(
            x="at:T", y="low:Q", y2="high:Q", tooltip=tooltip
        ),
    ]


def _status(status_date: Any) -> list[Any]:
    if is_missing(status_date):
        return []
    at = alt.Chart(pd.DataFrame({"at": [status_date]}))
    return [at.mark_rule(color=INK, strokeDash=[5, 3], strokeWidth=1).encode(x="at:T")]


def _lines_layers(lines: pd.DataFrame) -> list[Any]:
    shown = [metric for metric in _LINES if metric.acronym in set(lines["acronym"])]
    names = [metric.acronym for metric in shown]
    colours, dashes = zip(*(_LINES[metric] for metric in shown), strict=True)
    colour = alt.Scale(domain=names, range=list(colours))
    dash = alt.Scale(domain=names, range=list(dashes))
    said = {"label": "Measure", "said_at": "Date", "said_value": "Value"}
    tooltip = [alt.Tooltip(f"{name}:N", title=word) for name, word in said.items()]
    chart = alt.Chart(lines)
    place = {"x": "at:T", "y": "value:Q"}
    return [
        chart.mark_line(strokeWidth=2.2).encode(
            color=alt.Color("acronym:N", legend=None, scale=colour),
            strokeDash=alt.StrokeDash("acronym:N", legend=None, scale=dash),
            **place,
        ),
        # Wide and invisible: where a pointer finds its tooltip.
        chart.mark_point(size=120, opacity=0).encode(tooltip=tooltip, **place),
    ]


def _labels(lines: pd.DataFrame, fan: pd.DataFrame, high: float, currency: str) -> list[Any]:
    """The acronym at the end of each line, moved apart where ends are close."""
    last = lines.groupby("acronym", sort=False).tail(1)
    rows = last[["at", "value", "acronym"]].assign(word=last["acronym"])
    if not fan.empty:
        middle = float(fan[["low", "high"]].iloc[-1].mean())
        rows.loc[len(rows) + len(lines)] = [fan["at"].iloc[-1], middle, "EAC", "EAC"]
    heights = [HEIGHT * (1 - value / high) for value in rows["value"]]
    rows = rows.assign(label_y=spread(heights, 16, 6, HEIGHT - 6))
    ink = {metric.acronym: look[0] for metric, look in _LINES.items()} | {"EAC": LATE}
    rows["ink"] = rows["acronym"].map(ink)
    words = {
        "align": "left",
        "dx": 7,
        "y": alt.expr("datum.label_y"),
        "fontWeight": "bold",
        "fontSize": 12,
    }
    chart = alt.Chart(rows)
    return [
        chart.mark_text(stroke="white", strokeWidth=4, **words).encode(x="at:T", text="word:N"),
        chart.mark_text(color=alt.expr("datum.ink"), **words).encode(x="at:T", text="word:N"),
    ]


def _subtitle(lines: pd.DataFrame, fan: pd.DataFrame, status_date: Any) -> str:
    shown = [f"{a}: {label.lower()}" for a, label in _named(lines)]
    if not fan.empty:
        shown.append("EAC: range of the estimates at completion")
    if not is_missing(status_date):
        shown.append(f"dashed line: status date {day(status_date)}")
    return "; ".join(shown) + "."


def _named(lines: pd.DataFrame) -> list[tuple[str, str]]:
    return list(dict(zip(lines["acronym"], lines["label"], strict=True)).items())


def _description(
    lines: pd.DataFrame, fan: pd.DataFrame, budget: float, currency: str, title: str
) -> str:
    last = lines.groupby("acronym", sort=False).tail(1)
    said = "; ".join(
        f"{label} {value} on {at}"
        for label, value, at in zip(last["label"], last["said_value"], last["said_at"], strict=True)
    )
    known = "" if is_missing(budget) else f" Budget at completion {money(budget, currency)}."
    range_ = "" if fan.empty else f" Estimate at completion {fan['said'].iloc[-1]}."
    return f"{title}. Last values: {said}.{known}{range_}"
