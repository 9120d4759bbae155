"""Metrics as lines over time, each with its name at the end: what S-curve and indices share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pmtools.charts.theme import alt, label_heights, scales, thinned, tooltip
from pmtools.metrics import Metric
from pmtools.words import cells, plain

Looks = Mapping[Metric, tuple[str, list[int], str]]
"""Colour, dashes and shape of the line of each metric."""


def points_of(frame: pd.DataFrame, date: str, looks: Looks, currency: str = "") -> pd.DataFrame:
    """The known values of those metrics that the frame has: at, value, acronym, ..., and in words.

    `date` is the column of the dates.
    """
    lines = [pd.DataFrame()]
    for metric in [metric for metric in looks if metric.column in frame]:
        rows = thinned(frame.dropna(subset=[date, metric.column]).sort_values(date))
        line = pd.DataFrame({"at": rows[date], "value": rows[metric.column]})
        said = cells(list(line["value"]), metric.unit)
        unit = plain(currency, 12) if metric.unit == "money" else ""
        lines.append(
            line.assign(
                word=metric.acronym,
                ink=looks[metric][0],
                acronym=metric.acronym,
                label=metric.label,
                said_at=cells(list(line["at"]), "date"),
                said_value=[f"{unit} {value}".strip() for value in said],
            )
        )
    return pd.concat(lines)


def ends_of(points: pd.DataFrame) -> pd.DataFrame:
    """The last point of each line."""
    return points.groupby("acronym", sort=False).tail(1)


def layers_of(points: pd.DataFrame, looks: Looks, *, opacity: float) -> list[Any]:
    """The lines, and points of that opacity; where it is 0, a pointer still finds its tooltip."""
    shown = {m.acronym: look for m, look in looks.items() if m.acronym in set(points["acronym"])}
    colour, dash, shape = scales(shown)
    place = {
        "x": "at:T",
        "y": "value:Q",
        "color": alt.Color("acronym:N", legend=None, scale=colour),
    }
    told = tooltip({"label": "Measure", "said_at": "Date", "said_value": "Value"})
    chart = alt.Chart(points)
    return [
        chart.mark_line(strokeWidth=2.2).encode(
            strokeDash=alt.StrokeDash("acronym:N", legend=None, scale=dash), **place
        ),
        chart.mark_point(filled=True, size=45, opacity=opacity).encode(
            shape=alt.Shape("acronym:N", legend=None, scale=shape), tooltip=told, **place
        ),
    ]


def labels_of(ends: pd.DataFrame, low: float, high: float, height: int) -> list[Any]:
    """The `word` of each end beside it in its `ink`, moved apart where ends are close."""
    rows = ends[["at", "word", "ink"]].assign(
        label_y=label_heights(ends["value"], low, high, height)
    )
    chart = alt.Chart(rows).encode(x="at:T", text="word:N")
    place = {"align": "left", "dx": 7, "y": alt.expr("datum.label_y"), "fontWeight": "bold"}
    return [
        chart.mark_text(stroke="white", strokeWidth=4, **place),
        chart.mark_text(color=alt.expr("datum.ink"), **place),
    ]


def explained(points: pd.DataFrame) -> str:
    """`PV: planned value; EV: earned value`."""
    ends = ends_of(points)
    pairs = zip(ends["acronym"], ends["label"], strict=True)
    return "; ".join(f"{acronym}: {label.lower()}" for acronym, label in pairs)


def last_values(points: pd.DataFrame) -> str:
    """`Last values: Planned value EUR 12,000 on 6 Mar 2026; ... .`"""
    ends = ends_of(points)
    known = zip(ends["label"], ends["said_value"], ends["said_at"], strict=True)
    said = "; ".join(f"{label} {value} on {at}" for label, value, at in known)
    return f"Last values: {said}."
