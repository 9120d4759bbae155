"""What drives the end: by how many days each risk, uncertainty and day off moves it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts import theme
from pmtools.charts.theme import Chart, alt
from pmtools.metrics import CannotSay
from pmtools.words import Statement, cells, is_missing, money, plain

MOST_ROWS = 15
ROW_HEIGHT = 22
NAMES = "clamp(0.4 * width, 130, 330)"
IS_NARROW = "width < 560"
_LOOKS = {
    "risk": ("Risk", theme.LATE, theme.DARK_LATE),
    "uncertainty": ("Uncertain duration", theme.PALE_BLUE, theme.BLUE),
    "calendar": ("Days off", theme.PALE_GREY, theme.PALE_INK),
}


def chart_drivers(
    drivers: pd.DataFrame | CannotSay, *, currency: str, title: str = "What drives the finish"
) -> Chart:
    """A tornado: the working days by which each driver moves the finish, the largest first.

    Parameters
    ----------
    drivers
        driver, kind (risk, uncertainty, calendar), days, cost; those that move neither are left
        out, of more than 15 the rest is counted.
    """
    if isinstance(drivers, CannotSay):
        return theme.nothing(drivers)
    if drivers.empty:
        return theme.nothing("there is no risk, no range and no day off that could move the finish")
    rows = drivers[(drivers["days"].abs() >= 0.05) | (drivers["cost"].abs() >= 0.5)]
    if rows.empty:
        return Statement("No single driver moves the finish or the cost.", "info")
    more = max(len(rows) - MOST_ROWS, 0)
    shown = _worded(rows.head(MOST_ROWS), currency)
    said = "; ".join(f"{r.name_} {r.label}" for r in shown.head(5).itertuples())
    return theme.finished(
        _layers(shown),
        title=title,
        subtitle="How many working days earlier the finish would be without it, and how much "
        f"cheaper. Effects do not add up.{f' And {more} smaller ones.' if more else ''}",
        description=f"{title}: {said}.",
        height=ROW_HEIGHT * len(shown),
    )


def _worded(rows: pd.DataFrame, currency: str) -> pd.DataFrame:
    days = cells(list(rows["days"].astype("float64")), "signed_days")
    costs = ["" if is_missing(c) or abs(c) < 0.5 else _signed(c, currency) for c in rows["cost"]]
    return pd.DataFrame(
        {
            "row": range(len(rows)),
            "name_": [plain(name, 60) for name in rows["driver"]],
            "full_name": [plain(name, 200) for name in rows["driver"]],
            "kind": [_LOOKS[kind][0] for kind in rows["kind"]],
            "days": rows["days"].to_numpy(),
            "zero": 0.0,
            "short": days,
            "label": [" · ".join(filter(None, pair)) for pair in zip(days, costs, strict=True)],
        }
    )


def _signed(cost: float, currency: str) -> str:
    return f"{'−' if cost < 0 else '+'}{money(abs(round(cost)), currency)}"


def _layers(rows: pd.DataFrame) -> list[Any]:
    low, high = min(rows["days"].min(), 0.0), max(rows["days"].max(), 0.0)
    room = (high - low) * 0.02 or 1.0
    scale = alt.Scale(
        domain=[low - room * (low < 0), high + room], nice=False,
        range=[alt.expr(f"{NAMES} + 12"), alt.expr(f"width - ({IS_NARROW} ? 56 : {_room(rows)})")],
    )  # fmt: skip
    axis = alt.Axis(title="Working days", tickCount=5, format="~g", labelOverlap="greedy")
    fill, stroke = theme.scales({word: (a, b) for word, a, b in _LOOKS.values()
                                 if word in set(rows["kind"])})  # fmt: skip
    legend = alt.Legend(columns=3)
    y = alt.Y("row:O", axis=None)
    told = theme.tooltip({"full_name": "Driver", "kind": "Kind", "label": "Without it"})
    chart = alt.Chart(rows).encode(y=y, tooltip=told)
    return [
        chart.mark_bar(height=12, strokeWidth=1.2).encode(
            x=alt.X("days:Q", scale=scale, axis=axis), x2="zero:Q",
            fill=alt.Fill("kind:N", scale=fill, legend=legend),
            stroke=alt.Stroke("kind:N", scale=stroke, legend=legend),
        ),
        chart.mark_text(align="left", x=0, limit=alt.expr(NAMES)).encode(text="name_:N"),
        chart.transform_calculate(end="max(datum.days, 0)")
        .mark_text(
            align="left", dx=6, color=theme.PALE_INK,
            text=alt.expr(f"{IS_NARROW} ? datum.short : datum.label"),
        ).encode(x="end:Q"),
    ]  # fmt: skip


def _room(rows: pd.DataFrame) -> int:
    """Pixels right of the bars for the longest label."""
    return int(rows["label"].str.len().max() * 6.2) + 14
