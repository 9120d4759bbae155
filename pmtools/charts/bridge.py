"""Why a date or a cost moved: a waterfall from the forecast of then to that of now."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts import theme
from pmtools.charts.theme import Chart, alt
from pmtools.metrics import CannotSay
from pmtools.words import Statement, cells, day, day_month, is_missing, money, plain

ROW_HEIGHT = 36
NAMES = "clamp(0.42 * width, 150, 350)"
LEAST = {"days": 0.05, "amount": 0.5}
_LOOKS = {
    "Later": (theme.LATE, theme.DARK_LATE), "Dearer": (theme.LATE, theme.DARK_LATE),
    "Earlier": (theme.PALE_BLUE, theme.BLUE), "Cheaper": (theme.PALE_BLUE, theme.BLUE),
    "Forecast": (theme.PALE_GREY, theme.PALE_INK),
}  # fmt: skip


def chart_bridge(
    parts: pd.DataFrame | CannotSay,
    *,
    before: Any = None,
    after: Any = None,
    since: Any = None,
    until: Any = None,
    quantity: str = "the finish",
    currency: str = "",
    title: str = "",
) -> Chart:
    """A waterfall: each part from where the one before it ended, between the two forecasts.

    Parameters
    ----------
    parts
        group, days (working days) or amount (money), sentence, whose, tasks, as `Movement.parts`;
        what is less than a tenth of a day, or a unit of the currency, is left out.
    before, after
        The forecasts that the parts lead from and to: dates, or amounts.
    since, until
        The status dates of the two forecasts.
    quantity
        What is forecast, in words: the finish, P80, the cost at completion.
    """
    if isinstance(parts, CannotSay):
        return theme.nothing(parts)
    told = "amount" if "amount" in parts else "days"
    ends = [money(round(x), currency) if told == "amount" else day(x) for x in (before, after)]
    rows = parts[parts[told].abs() >= LEAST[told]]
    if rows.empty:
        return Statement(f"{quantity[:1].upper()}{quantity[1:]} has not moved: {ends[1]}.", "info")
    dates = ["" if is_missing(at) else f" on {day_month(at)}" for at in (since, until)]
    shown = _steps(rows, told, ends, [f"Forecast{at}" for at in dates])
    unit = plain(currency, 12) or "money" if told == "amount" else "working days"
    title = title or f"Why {quantity} moved"
    return theme.finished(
        _layers(shown, f"Moved, {unit}"),
        title=title,
        subtitle=f"From {ends[0]} to {ends[1]}: {shown['label'].iloc[-1]}; parts in {unit}.",
        description=f"{title}, from {ends[0]} to {ends[1]}: {'; '.join(rows['sentence'])}.",
        height=ROW_HEIGHT * len(shown),
    )


def _steps(rows: pd.DataFrame, told: str, ends: list[str], names: list[str]) -> pd.DataFrame:
    """A bar for each forecast, from the edge of the chart on, and one for each part between."""
    far = rows[told].tolist()
    total = sum(far)
    reached = [0.0, *rows[told].cumsum().tolist()]
    edge = min(reached) - 0.12 * (max(reached) - min(reached))
    words = ("Later", "Earlier") if told == "days" else ("Dearer", "Cheaper")
    named = zip(rows["tasks"], rows["group"], strict=True)
    who = [plain(tasks.removeprefix(f"{group} "), 120) for tasks, group in named]
    heads = zip(rows["group"].str.capitalize(), rows["whose"], strict=True)
    parts = [plain(f"{group} · {whose}" if whose else group, 60) for group, whose in heads]
    style = "signed_days" if told == "days" else "signed_money"
    said = cells([*far, total], style)
    return pd.DataFrame(
        {
            "row": range(len(far) + 2),
            "name_": [names[0], *parts, names[1]],
            "who": [ends[0], *who, ends[1]],
            "kind": ["Forecast", *(words[each < 0] for each in far), "Forecast"],
            "begin": [edge, *reached[:-1], edge],
            "end": [*reached, total],
            "label": ["", *said],
            "sentence": ["", *(plain(each) for each in rows["sentence"]), ""],
        }
    )


def _layers(rows: pd.DataFrame, title: str) -> list[Any]:
    low, high = rows["begin"].min(), max(rows["begin"].max(), rows["end"].max())
    scale = alt.Scale(
        domain=[low, high + (high - low) * 0.02], nice=False,
        range=[alt.expr(f"{NAMES} + 12"), alt.expr("width - 78")],
    )  # fmt: skip
    axis = alt.Axis(title=title, tickCount=6, format=",~f", labelOverlap="greedy")
    looks = {word: pair for word, pair in _LOOKS.items() if word in set(rows["kind"])}
    fill, stroke = theme.scales(looks)
    told = {"name_": "Part", "label": "Moved", "who": "Of it", "sentence": "In words"}
    chart = alt.Chart(rows).encode(y=alt.Y("row:O", axis=None), tooltip=theme.tooltip(told))
    names = {"align": "left", "x": 0, "limit": alt.expr(NAMES)}
    return [
        chart.mark_bar(height=16, strokeWidth=1.2).encode(
            x=alt.X("begin:Q", scale=scale, axis=axis), x2="end:Q",
            fill=alt.Fill("kind:N", scale=fill, legend=alt.Legend(columns=3)),
            stroke=alt.Stroke("kind:N", scale=stroke, legend=alt.Legend(columns=3)),
        ),
        chart.transform_filter(f"datum.row < {len(rows) - 1}")
        .mark_tick(orient="vertical", size=ROW_HEIGHT, yOffset=ROW_HEIGHT / 2, thickness=1,
                   color=theme.GREY)
        .encode(x="end:Q"),
        chart.mark_text(**names, dy=-7, fontWeight="bold").encode(text="name_:N"),
        chart.mark_text(**names, dy=7, color=theme.PALE_INK).encode(text="who:N"),
        chart.transform_calculate(most="max(datum.begin, datum.end)")
        .mark_text(align="left", dx=6, color=theme.INK)
        .encode(x="most:Q", text="label:N"),
    ]  # fmt: skip
