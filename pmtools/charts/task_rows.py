"""What charts with a row a task share: names and a word at the left, time at the right."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts import theme
from pmtools.charts.theme import alt
from pmtools.words import is_missing

ROW_HEIGHT = 17
_LETTER = 6.2
"""Pixels of a letter, on average."""


def room_for(rows: pd.DataFrame) -> str:
    """Pixels left of the bars, in terms of the width: what `name`, `indent`, `end_label` need."""
    need = rows["name"].str.len() * _LETTER + rows["indent"] + _letters(rows, "end_label")
    return f"clamp(0.48 * width, 164, {min(max(need.max(), 164), 400):.0f})"


def _letters(rows: pd.DataFrame, column: str) -> float:
    return float(rows[column].str.len().max() * _LETTER + 24)


def window(rows: pd.DataFrame, dates: list[str], *others: Any) -> tuple[Any, Any]:
    """From the first to the last of these dates, with some room."""
    every = [*rows[dates].min(), *rows[dates].max(), *others]
    known = [date for date in every if not is_missing(date)]
    room = max((max(known) - min(known)) / 12, pd.Timedelta(days=1))
    return min(known) - room / 6, max(known) + room / 2


def beside_bars(rows: pd.DataFrame, head: str, first: Any, last: Any, status: Any) -> list[Any]:
    """The time axis, the status date, and of each row its `name` and, below `head`, `end_label`,
    in narrow places `end_short`. Rows with `is_bold` are headings.
    """
    is_narrow = "width < 560"
    long, short = (f"{_letters(rows, name):.0f}" for name in ("end_label", "end_short"))
    names = room_for(rows)
    span = [alt.expr(f"{names} + 36"), alt.expr("width")]
    axis = {"orient": "top", "title": None, "domain": False, "ticks": False}
    end = {"align": "right", "x": alt.expr(f"{names} - 2"), "color": theme.PALE_INK}
    told = theme.tooltip({"full_name": "Task"})
    text = alt.Chart(rows).encode(y=alt.Y("row:O", axis=None), tooltip=told)
    name = text.mark_text(
        align="left",
        x=alt.expr("datum.indent"),
        limit=alt.expr(f"{names} - ({is_narrow} ? {short} : {long}) - datum.indent"),
        fontWeight=alt.expr("datum.is_bold ? 'bold' : 'normal'"),
    )
    return [
        theme.date_range(alt.X, first, last, span=span, **axis),
        *theme.status_line(status),
        name.encode(text="name:N"),
        text.mark_text(**end, text=alt.expr(f"{is_narrow} ? datum.end_short : datum.end_label")),
        alt.Chart(alt.Data(values=[{}])).mark_text(text=head, y=-8, **end),
    ]


def legend(looks: dict[str, tuple[str, str, str]]) -> Any:
    """The legend of names with shape, fill and stroke: points of no size, only it is seen."""
    shape, fill, stroke = theme.scales(looks)
    # Rows that depend on the width are cut: Vega does not make room for them a second time.
    shown = alt.Legend(columns=4)
    points = alt.Chart(pd.DataFrame({"what": list(looks), "row": 0}))
    return points.mark_point(size=0, opacity=1).encode(
        y=alt.Y("row:O", axis=None),
        shape=alt.Shape("what:N", scale=shape, legend=shown),
        fill=alt.Fill("what:N", scale=fill, legend=shown),
        stroke=alt.Stroke("what:N", scale=stroke, legend=shown),
    )
