"""How old the items in progress are, against what the team takes for most items."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts import theme
from pmtools.charts.theme import Chart, alt
from pmtools.metrics import CannotSay
from pmtools.words import SIGNALS, cells, day, number, plain

MOST_ROWS, ROW = 30, 24
NAMES, LABELS = "(width < 560 ? 110 : 220)", "(width < 560 ? 110 : 180)"
_ZONES = ((0.5, "#dcebe1"), (0.85, "#f8ebcb"))
_RED = "#f6d9d0"
_INKS = {"green": "#1b6e3c", "amber": "#8a5a00", "red": "#b3261e"}


def chart_ageing(
    ageing: pd.DataFrame | CannotSay,
    service_level_days: float | CannotSay,
    *,
    service_level: float = 0.85,
    days: str = "calendar",
    title: str = "Age of items in progress",
) -> Chart:
    """Each item in progress as a bar of its age, the oldest first, over the zones it ages through.

    Parameters
    ----------
    ageing
        id, title, state, started, age_days, band (columns of `Flow.ageing`); the 30 oldest are
        drawn.
    service_level_days, service_level
        So many days or less take so large a share of the items: green up to half of them, amber
        up to 85 %. Without them there are no zones.
    days
        "calendar" or "working": which days are counted.
    """
    if isinstance(ageing, CannotSay):
        return theme.nothing(ageing)
    known = ageing.dropna(subset=["age_days"]).sort_values("age_days", ascending=False)
    if known.empty:
        return theme.nothing("no item is in progress")
    rows = _rows(known.head(MOST_ROWS))
    level = None if isinstance(service_level_days, CannotSay) else service_level_days
    high = 1.05 * max(rows["age"].max(), 1.1 * (level or 0.0))
    promise = (
        "No service level: too few items are finished." if level is None else
        f"Line: {100 * service_level:.0f}% of the items are finished in {number(level)} {days} "
        f"days or less."
    )  # fmt: skip
    more = f" The {MOST_ROWS} oldest of {len(known):,}." if len(known) > MOST_ROWS else ""
    counts = rows["signal"].value_counts(sort=False)
    said = ", ".join(f"{n} {word.split(' ', 1)[1].lower()}" for word, n in counts.items())
    return theme.finished(
        [*_axes(high, days), *_zones(level, high), *_bars(rows)],
        title=title,
        subtitle=f"{promise} Zones: half of it, 85% of it.{more}" if level else promise + more,
        description=f"{title}: {len(known)} items, {said}. {promise} Oldest: "
        f"{rows['full_name'].iloc[0]}, {rows['said'].iloc[0]}.",
        height=ROW * len(rows),
    )


def _rows(ageing: pd.DataFrame) -> pd.DataFrame:
    signals = [SIGNALS.get(band, SIGNALS["unknown"]) for band in ageing["band"]]
    ages = cells(list(ageing["age_days"]), "days")
    states = [plain(state, 40) for state in ageing["state"]]
    names = ageing["title"].where(ageing["title"] != "", ageing["id"])
    return pd.DataFrame(
        {
            "row": range(len(ageing)),
            "age": ageing["age_days"].to_numpy(),
            "name": [plain(name, 60) for name in names],
            "full_name": [plain(name, 200) for name in names],
            "ink": [_INKS.get(band, theme.PALE_INK) for band in ageing["band"]],
            "signal": signals,
            "label": [
                f"{signal.split(' ')[0]} {age} · {state}"
                for signal, age, state in zip(signals, ages, states, strict=True)
            ],
            "said": ages,
            "said_state": states,
            "said_started": [day(at) for at in ageing["started"]],
        }
    )


def _axes(high: float, days: str) -> list[Any]:
    span = [alt.expr(NAMES), alt.expr(f"width - {LABELS}")]
    scale = alt.Scale(domain=[0, high], nice=False, range=span)
    title = f"Age in {days} days, the first one counted"
    axis = alt.Axis(title=title, orient="top", tickMinStep=1, tickCount=8, format="d", grid=False)
    nothing = alt.Chart(pd.DataFrame({"age": [0.0]})).mark_point(size=0)
    return [nothing.encode(x=alt.X("age:Q", scale=scale, axis=axis))]


def _zones(level: float | None, high: float) -> list[Any]:
    if level is None:
        return []
    bounds = [0.0, *(min(share * level, high) for share, _ in _ZONES), high]
    colours = [*(colour for _, colour in _ZONES), _RED]
    zones = pd.DataFrame({"age": bounds[:-1], "to": bounds[1:], "colour": colours})
    place = {"y": alt.value(0), "y2": alt.value("height")}
    line = alt.Chart(pd.DataFrame({"age": [level]})).mark_rule(strokeWidth=1.4, color=theme.INK)
    return [
        alt.Chart(zones)
        .mark_rect(color=alt.expr("datum.colour"))
        .encode(x="age:Q", x2="to:Q", **place),
        line.encode(x="age:Q"),
    ]


def _bars(rows: pd.DataFrame) -> list[Any]:
    told = {"full_name": "Item", "said_state": "State", "said_started": "Started", "said": "Age",
            "signal": "Against the service level"}  # fmt: skip
    y = alt.Y("row:O", axis=None)
    chart = alt.Chart(rows).encode(y=y)
    bar = {"height": 10, "color": alt.expr("datum.ink"), "opacity": 0.9}
    return [
        chart.mark_bar(**bar).encode(x="age:Q", tooltip=theme.tooltip(told)),
        chart.mark_text(align="left", x=0, limit=alt.expr(f"{NAMES} - 10")).encode(text="name:N"),
        chart.mark_text(
            align="left", x=alt.expr(f"width - {LABELS} + 8"), limit=alt.expr(f"{LABELS} - 8")
        ).encode(text="label:N"),
    ]
