"""How long each item took, and in how many days so many of them are finished."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts import lines, theme
from pmtools.charts.theme import Chart, alt
from pmtools.metrics import CannotSay
from pmtools.words import cells, day, number, plain

HEIGHT = 320
MOST = 1_000
"""Points that are drawn, the last finished."""
HIGHEST = 3.0
"""What takes more than so many times the last percentile is drawn at the top."""


def chart_cycle_time(
    items: pd.DataFrame | CannotSay,
    percentiles: pd.DataFrame | CannotSay | None = None,
    *,
    days: str = "calendar",
    title: str = "Cycle time of finished items",
) -> Chart:
    """Each finished item as a point on the day it was finished, with lines of the percentiles.

    Parameters
    ----------
    items
        id, title, finished, cycle_time_days (columns of `Flow.items`).
    percentiles
        probability, days (columns of `Flow.percentiles`); without them there are no lines.
    days
        "calendar" or "working": which days are counted.
    """
    if isinstance(items, CannotSay):
        return theme.nothing(items)
    known = items.dropna(subset=["finished", "cycle_time_days"]).sort_values("finished")
    if known.empty:
        return theme.nothing("of no finished item it is known when it was started")
    rows = known.tail(MOST)
    marks = _marks(percentiles)
    longest = rows["cycle_time_days"].max()
    top = min(longest, HIGHEST * marks["value"].max()) if len(marks) else longest
    n_above = int((rows["cycle_time_days"] > top).sum())
    said = "; ".join(marks["said"]) or "Too few for percentiles"
    more = f" The last {MOST:,} of {len(known):,} items." if len(known) > MOST else ""
    if n_above:
        more += f" At the top: {n_above} that took longer, up to {number(longest)} days."
    return theme.finished(
        [*_axes(rows, 1.08 * top, days), *_lines(marks, rows, 1.08 * top), *_points(rows, top)],
        title=title,
        subtitle=f"Finish - start + 1 day. Lines: that share of the items took so many days or "
        f"less.{more}",
        description=f"{title}: {len(known)} items, the last on {day(known['finished'].iloc[-1])}. "
        f"{said}. In {days} days.",
        height=HEIGHT,
    )


def _marks(percentiles: pd.DataFrame | CannotSay | None) -> pd.DataFrame:
    """A row a line: percentiles of the same days share one."""
    if not isinstance(percentiles, pd.DataFrame):
        return pd.DataFrame({"value": [], "word": [], "said": []})
    rows = []
    for value, group in percentiles.groupby("days"):
        share = " and ".join(f"{100 * chance:.0f}%" for chance in group["probability"])
        took = f"{number(value)} day{'s' * (value != 1)}"
        rows.append({"value": value, "word": f"{share}: {took}", "said": f"{share} in {took}"})
    return pd.DataFrame(rows)


def _axes(rows: pd.DataFrame, high: float, days: str) -> list[Any]:
    first, last = rows["finished"].iloc[0], rows["finished"].iloc[-1]
    last = max(last, first + pd.Timedelta(days=7))
    span = [8, alt.expr("width - 128")]
    scale = alt.Scale(domain=[0, high], nice=False)
    axis = alt.Axis(title=f"{days.capitalize()} days", tickCount=6, tickMinStep=1, format="d")
    y = alt.Chart(pd.DataFrame({"value": [0.0]})).mark_point(size=0)
    return [
        theme.date_range(alt.X, first, last, span=span, title="Finished on", grid=False),
        y.encode(y=alt.Y("value:Q", scale=scale, axis=axis)),
    ]


def _points(rows: pd.DataFrame, top: float) -> list[Any]:
    names = rows["title"].where(rows["title"] != "", rows["id"])
    shown = pd.DataFrame(
        {
            "finished": rows["finished"],
            "took": rows["cycle_time_days"].clip(upper=top),
            "is_above": rows["cycle_time_days"] > top,
            "name": [plain(name) for name in names],
            "said_finished": cells(list(rows["finished"]), "date"),
            "said": cells(list(rows["cycle_time_days"]), "days"),
        }
    )
    told = {"name": "Item", "said_finished": "Finished", "said": "Cycle time"}
    chart = alt.Chart(shown).encode(x="finished:T", y="took:Q", tooltip=theme.tooltip(told))
    shape = alt.expr("datum.is_above ? 'triangle-up' : 'circle'")
    return [chart.mark_point(filled=True, size=46, color=theme.BLUE, opacity=0.55, shape=shape)]


def _lines(marks: pd.DataFrame, rows: pd.DataFrame, high: float) -> list[Any]:
    if marks.empty:
        return []
    rules = alt.Chart(marks[["value"]]).mark_rule(color=theme.LATE, strokeDash=[5, 3])
    ends = marks.assign(at=rows["finished"].iloc[-1], ink=theme.DARK_LATE)
    return [rules.encode(y="value:Q"), *lines.labels_of(ends, 0, high, HEIGHT)]
