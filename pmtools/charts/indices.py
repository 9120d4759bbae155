"""How efficient cost and time were, from one status date to the next."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts.theme import (
    BLUE,
    GREY,
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
from pmtools.words import cells, day, number

_INDICES = (Metric.COST_PERFORMANCE_INDEX, Metric.SCHEDULE_PERFORMANCE_INDEX_TIME)
_LOOK: dict[Metric, tuple[str, str, list[int]]] = {
    Metric.COST_PERFORMANCE_INDEX: ("circle", LATE, [1, 0]),
    Metric.SCHEDULE_PERFORMANCE_INDEX_TIME: ("square", BLUE, [6, 3]),
}
HEIGHT = 260


def chart_index_trend(
    by_date: pd.DataFrame | CannotSay,
    *,
    green: tuple[float, float] = (0.95, 1.05),
    amber: tuple[float, float] = (0.90, 1.10),
    title: str = "Cost and schedule efficiency",
) -> Any:
    """The cost and time indices on each status date, over the bands of the status rules.

    Parameters
    ----------
    by_date
        status_date, cost_performance_index, schedule_performance_index_time.
    green, amber
        Bounds of the bands; outside of amber is red.

    Returns
    -------
    altair.LayerChart or Statement
    """
    if isinstance(by_date, CannotSay):
        return nothing(by_date)
    shown = [metric for metric in _INDICES if metric.column in by_date]
    lines = pd.concat([_index_line(by_date, m) for m in shown]) if shown else pd.DataFrame()
    if lines.empty:
        return nothing("neither cost nor earned schedule was recorded")
    low = max(min(lines["value"].min(), amber[0]) - 0.08, 0.0)
    high = min(max(lines["value"].max(), amber[1]) + 0.08, 3.0)
    known = [metric for metric in shown if metric.acronym in set(lines["acronym"])]
    return finished(
        [*_bands(lines, green, amber, (low, high)), *_index_layers(lines, known, (low, high))],
        title=title,
        subtitle="; ".join(f"{m.acronym}: {m.label.lower()}" for m in known)
        + ". Above 1: better than planned.",
        description=_index_description(lines, title),
        height=HEIGHT,
    )


def _index_line(by_date: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    known = by_date.dropna(subset=["status_date", metric.column])
    rows = thinned(known.sort_values("status_date"))
    return pd.DataFrame(
        {
            "at": rows["status_date"],
            "value": rows[metric.column],
            "acronym": metric.acronym,
            "label": metric.label,
            "said_at": cells(list(rows["status_date"]), "date"),
            "said_value": cells(list(rows[metric.column]), "ratio"),
        }
    )


def _bands(lines: pd.DataFrame, green: Any, amber: Any, domain: tuple[float, float]) -> list[Any]:
    bands = pd.DataFrame(
        {
            "low": [domain[0], amber[0], green[0], green[1], amber[1]],
            "high": [amber[0], green[0], green[1], amber[1], domain[1]],
            "colour": ["#faeae6", "#fbf3e0", "#e9f3ec", "#fbf3e0", "#faeae6"],
            "word": ["red", "amber", "green", "amber", "red"],
        }
    )
    scale = alt.Scale(domain=list(domain), nice=False, zero=False, clamp=True)
    y = alt.Y(
        "low:Q", scale=scale, axis=alt.Axis(title="Index", format=".2f", tickCount=6, grid=False)
    )
    band = alt.Chart(bands)
    one = alt.Chart(pd.DataFrame({"value": [1.0]})).mark_rule(color=GREY)
    return [
        band.mark_rect(color=alt.expr("datum.colour")).encode(
            y=y, y2="high:Q", x=alt.value(0), x2=alt.value("width")
        ),
        one.encode(y="value:Q"),
        band.mark_text(align="left", x=4, dy=-7, fontSize=10, color=PALE_INK).encode(
            y="low:Q", text="word:N"
        ),
    ]


def _index_layers(
    lines: pd.DataFrame, metrics: list[Metric], domain: tuple[float, float]
) -> list[Any]:
    first, last = lines["at"].min(), lines["at"].max()
    x = date_range(
        first, max(last, first + pd.Timedelta(days=7)), alt.X,
        scale={"range": [44, alt.expr("width - 84")]},
        title="Status date", grid=False,
    )  # fmt: skip
    names = [metric.acronym for metric in metrics]
    shapes, colours, dashes = zip(*(_LOOK[metric] for metric in metrics), strict=True)
    colour = alt.Color("acronym:N", legend=None, scale=alt.Scale(domain=names, range=list(colours)))
    dash = alt.StrokeDash(
        "acronym:N", legend=None, scale=alt.Scale(domain=names, range=list(dashes))
    )
    shape = alt.Shape("acronym:N", legend=None, scale=alt.Scale(domain=names, range=list(shapes)))
    said = {"label": "Index", "said_at": "Status date", "said_value": "Value"}
    tooltip = [alt.Tooltip(f"{name}:N", title=word) for name, word in said.items()]
    chart = alt.Chart(lines)
    place = {"x": "at:T", "y": "value:Q", "color": colour}
    return [
        x,
        chart.mark_line(strokeWidth=2).encode(strokeDash=dash, **place),
        chart.mark_point(filled=True, size=40, opacity=1).encode(
            shape=shape, tooltip=tooltip, **place
        ),
        *_index_labels(lines.groupby("acronym", sort=False).tail(1), colour, domain),
    ]


def _index_labels(last: pd.DataFrame, colour: Any, domain: tuple[float, float]) -> list[Any]:
    low, high = domain
    heights = [HEIGHT * (1 - (value - low) / (high - low)) for value in last["value"]]
    labels = last.assign(
        label_y=spread(heights, 15, 6, HEIGHT - 6),
        text=[f"{a} {number(v, 2)}" for a, v in zip(last["acronym"], last["value"], strict=True)],
    )
    words = alt.Chart(labels).mark_text(
        align="left", dx=8, y=alt.expr("datum.label_y"), fontWeight="bold"
    )
    return [words.encode(x="at:T", text="text:N", color=colour)]


def _index_description(lines: pd.DataFrame, title: str) -> str:
    last = lines.groupby("label", sort=False).tail(1)
    said = ", ".join(
        f"{label} {number(value, 2)} on {day(at)}"
        for label, value, at in zip(last["label"], last["value"], last["at"], strict=True)
    )
    return f"{title} over {lines['at'].nunique()} status dates. Last values: {said}."
