"""How much of the buffer is used for how much of the critical chain: the fever chart."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts import theme
from pmtools.charts.theme import Chart, alt
from pmtools.metrics import CannotSay
from pmtools.words import SIGNALS, cells, day, percent

HEIGHT = 320
ROOM = 12
"""Percent of the buffer above the highest and below the lowest point."""
_TOLD = {"said_at": "Date", "said_chain": "Chain complete", "said_buffer": "Buffer consumed",
         "said_signal": "Zone"}  # fmt: skip


def chart_fever(
    use: pd.DataFrame | CannotSay,
    *,
    plan_at: tuple[float, float] = (100 / 6, 50.0),
    act_at: tuple[float, float] = (100 / 3, 100.0),
    title: str = "Buffer consumed against chain complete",
) -> Chart:
    """The fever chart: each status date as a point over the zones where one plans, and acts.

    Parameters
    ----------
    use
        status_date, chain_percent, buffer_percent, signal (columns of `buffer_use`).
    plan_at, act_at
        Percent of the buffer from which one plans, and acts, at the start and end of the chain.
    """
    if isinstance(use, CannotSay):
        return theme.nothing(use)
    rows = use.dropna(subset=["status_date", "chain_percent", "buffer_percent"])
    if rows.empty:
        return theme.nothing("the chain was measured on no status date")
    points = _points(theme.thinned(rows.sort_values("status_date")))
    low = min(0.0, points["buffer_percent"].min() - ROOM)
    high = max(100.0, points["buffer_percent"].max()) + ROOM
    last = points.iloc[-1]
    return theme.finished(
        [*_zones(low, high, plan_at, act_at), *_trail(points, low, high)],
        title=title,
        subtitle="One point a status date. In the middle zone plan how to win time back, in the "
        "upper one do it.",
        description=f"{title} on {len(points)} status dates. On {last['said_at']} "
        f"{last['said_chain']} of the chain is complete and {last['said_buffer']} of the buffer "
        f"consumed: {last['said_signal']}.",
        height=HEIGHT,
    )


def _points(rows: pd.DataFrame) -> pd.DataFrame:
    places = rows[["chain_percent", "buffer_percent"]].astype("float64")
    return places.assign(
        order=range(len(rows)),
        said_at=[day(at) for at in rows["status_date"]],
        word=[
            f"{day(at)}: {percent(used)} of the buffer"
            for at, used in zip(rows["status_date"], places["buffer_percent"], strict=True)
        ],
        said_chain=cells(list(places["chain_percent"]), "percent"),
        said_buffer=cells(list(places["buffer_percent"]), "percent"),
        said_signal=[SIGNALS.get(signal, "") for signal in rows["signal"]],
    ).reset_index(drop=True)


def _zones(low: float, high: float, plan_at: Any, act_at: Any) -> list[Any]:
    """Three areas from the start to the end of the chain, each with its word."""
    titles = {"chain": "Critical chain complete, %", "low": "Buffer consumed, %"}
    spans = {"chain": [0, 100], "low": [low, high]}
    x, y = (
        channel(
            f"{name}:Q",
            scale=alt.Scale(domain=spans[name], nice=False),
            axis=alt.Axis(title=titles[name], grid=False, tickCount=6),
        )
        for channel, name in ((alt.X, "chain"), (alt.Y, "low"))
    )
    bounds, layers = [(low, low), plan_at, act_at, (high, high)], []
    colours = ("#dcebe1", "#f8ebcb", "#f6d9d0")
    for colour, floor, ceiling in zip(colours, bounds, bounds[1:], strict=False):
        ends = pd.DataFrame({"chain": [0, 100], "low": floor, "high": ceiling})
        layers.append(alt.Chart(ends).mark_area(color=colour).encode(x=x, y=y, y2="high:Q"))
    tops = {"watch": plan_at[1], "plan": act_at[1], "act": high}
    words = pd.DataFrame({"chain": 100, "low": tops.values(), "word": tops.keys()})
    place = {"align": "right", "baseline": "top", "dy": 8, "dx": -6, "color": theme.PALE_INK}
    return [*layers, alt.Chart(words).mark_text(**place).encode(x=x, y=y, text="word:N")]


def _trail(points: pd.DataFrame, low: float, high: float) -> list[Any]:
    """The status dates in their order; the first and the last with their day."""
    scale = alt.Scale(domain=[low, high], nice=False)
    place = {"x": alt.X("chain_percent:Q"), "y": alt.Y("buffer_percent:Q", scale=scale)}
    chart = alt.Chart(points).encode(**place)
    now = alt.Chart(points.tail(1)).encode(**place)
    is_far = points["chain_percent"].iloc[-1] > 66
    side = {"align": "right", "dx": -9} if is_far else {"align": "left", "dx": 9}
    words = {"dy": -9, "fontWeight": "bold", **side}
    return [
        chart.mark_line(color=theme.INK, strokeWidth=1.6).encode(order="order:Q"),
        chart.mark_point(filled=True, size=45, color=theme.INK, opacity=1).encode(
            tooltip=theme.tooltip(_TOLD)
        ),
        now.mark_point(size=190, color=theme.INK, strokeWidth=2),
        now.mark_text(color=theme.INK, **words).encode(text="word:N"),
    ]
