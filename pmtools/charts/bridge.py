"""Why the finish moved: a waterfall from the forecast of then to that of now."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts import theme
from pmtools.charts.theme import Chart, alt
from pmtools.metrics import CannotSay
from pmtools.words import Statement, cells, day, plain

ROW_HEIGHT = 36
NAMES = "clamp(0.42 * width, 150, 350)"
_LOOKS = {
    "Later": (theme.LATE, theme.DARK_LATE),
    "Earlier": (theme.PALE_BLUE, theme.BLUE),
    "In all": (theme.PALE_GREY, theme.PALE_INK),
}


def chart_bridge(
    parts: pd.DataFrame | CannotSay,
    *,
    before_finish: pd.Timestamp,
    after_finish: pd.Timestamp,
    title: str = "Why the finish moved",
) -> Chart:
    """A waterfall: the working days of each part, one after the other, and what they come to.

    Parameters
    ----------
    parts
        group, days, sentence, tasks, as `Bridge.parts`; parts of no working time are left out.
    before_finish, after_finish
        The forecasts that the parts lead from and to.
    """
    if isinstance(parts, CannotSay):
        return theme.nothing(parts)
    rows = parts[parts["days"].abs() >= 0.05]
    if rows.empty:
        said = f"The forecast finish has not moved: {day(after_finish)}."
        return Statement(said, "info")
    shown = _steps(rows, parts["days"].sum(), after_finish)
    return theme.finished(
        _layers(shown),
        title=title,
        subtitle=f"From {day(before_finish)} to {day(after_finish)}, in working days.",
        description=f"{title}: {'; '.join(rows['sentence'])}.",
        height=ROW_HEIGHT * len(shown),
    )


def _steps(rows: pd.DataFrame, total: float, finish: pd.Timestamp) -> pd.DataFrame:
    """Each part from where the one before it ended; the movement in all from zero."""
    days = [*rows["days"], total]
    ends = [*rows["days"].cumsum(), total]
    named = zip(rows["tasks"], rows["group"], strict=True)
    who = [plain(tasks.removeprefix(f"{group} "), 120) for tasks, group in named]
    kinds = ["Later" if each > 0 else "Earlier" for each in rows["days"]]
    return pd.DataFrame(
        {
            "row": range(len(days)),
            "name_": [plain(name.capitalize(), 60) for name in rows["group"]] + ["In all"],
            "who": [*who, f"Finish {day(finish)}"],
            "kind": [*kinds, "In all"],
            "begin": [0.0, *ends[:-2], 0.0],
            "end": ends,
            "label": cells(days, "signed_days"),
            "sentence": [plain(said) for said in rows["sentence"]] + ["In all"],
        }
    )


def _layers(rows: pd.DataFrame) -> list[Any]:
    low = min(rows["begin"].min(), rows["end"].min())
    high = max(rows["begin"].max(), rows["end"].max())
    room = (high - low) * 0.02
    scale = alt.Scale(
        domain=[low - room * (low < 0), high + room], nice=False,
        range=[alt.expr(f"{NAMES} + 12"), alt.expr("width - 66")],
    )  # fmt: skip
    axis = alt.Axis(title="Working days", tickCount=6, format="~g", labelOverlap="greedy")
    looks = {word: pair for word, pair in _LOOKS.items() if word in set(rows["kind"])}
    fill, stroke = theme.scales(looks)
    told = theme.tooltip({"name_": "Part", "label": "Days", "who": "Of it", "sentence": "In words"})
    chart = alt.Chart(rows).encode(y=alt.Y("row:O", axis=None), tooltip=told)
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
