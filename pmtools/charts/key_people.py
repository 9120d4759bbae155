"""Whom the plan cannot spare: the days that are lost without each person, team or vendor."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pmtools.charts import theme
from pmtools.charts.theme import Chart, alt
from pmtools.metrics import CannotSay
from pmtools.words import cells, number, plain

MOST, ROW_HEIGHT = 15, 40
NAMES = "clamp(0.34 * width, 130, 280)"
ALONE, COVERED = "too few free hours to cover", "others have the hours to cover"
_LOOKS = {ALONE: (theme.LATE, theme.DARK_LATE), COVERED: (theme.PALE_BLUE, theme.BLUE)}


def chart_key_people(
    found: pd.DataFrame | CannotSay, *, title: str = "Who cannot be spared"
) -> Chart:
    """Bars of the working days by which the finish moves without them, and who could cover.

    Parameters
    ----------
    found
        party, kind, n_tasks, hours, damage_days, float_days, milestone, milestone_days, cover,
        cover_free_hours, statement, as `key_people` gives them; the 15 worst of those who have
        work.
    """
    if isinstance(found, CannotSay):
        return theme.nothing(found)
    busy = found[found["n_tasks"] > 0]
    if busy.empty:
        return theme.nothing("nobody who is named has work in these weeks")
    rows = busy[:MOST]
    n_lost = int((found["damage_days"] > 0).sum())
    more = f" The {MOST} worst of {len(busy)}." if len(busy) > MOST else ""
    return theme.finished(
        _layers(_bars(rows)),
        title=title,
        subtitle=f"Working days that the finish moves while they are away; who could cover.{more}",
        description=f"{title}: without {n_lost} of {len(found)} people, teams and vendors the "
        f"finish moves. {'; '.join(rows['statement'][:3])}.",
        height=ROW_HEIGHT * len(rows),
    )


def _bars(rows: pd.DataFrame) -> pd.DataFrame:
    hit = zip(rows["milestone"], cells(list(rows["milestone_days"]), "days"), strict=True)
    room = cells(list(rows["float_days"]), "days")
    held = [f"{plain(name, 40)} {days} later" if name else f"{left} of float left"
            for (name, days), left in zip(hit, room, strict=True)]  # fmt: skip
    is_lost = rows["damage_days"] > 0
    is_covered = rows["cover_free_hours"] >= rows["hours"]
    lost = cells(list(rows["damage_days"]), "signed_days")
    return pd.DataFrame(
        {
            "row": range(len(rows)),
            "name_": [f"{plain(each, 60)}" for each in rows["party"]],
            "days": rows["damage_days"].to_numpy(),
            "label": np.where(is_lost, lost, held),
            "cover": [f"Cover: {plain(each, 160)}" for each in rows["cover"]],
            "need": [f"{kind}, {number(n)} task{'' if n == 1 else 's'}, {number(h)} h"
                     for kind, n, h in zip(rows["kind"], rows["n_tasks"], rows["hours"],
                                           strict=True)],
            "look": np.where(is_covered, COVERED, ALONE),
            "statement": [plain(each, 300) for each in rows["statement"]],
        }
    )  # fmt: skip


def _layers(rows: pd.DataFrame) -> list[Any]:
    high = max(rows["days"].max(), 1.0)
    span = [alt.expr(f"{NAMES} + 12"), alt.expr("width - 150")]
    scale = alt.Scale(domain=[0, high], nice=False, range=span)
    axis = alt.Axis(title="Working days", tickMinStep=1, tickCount=6, format="~f")
    fill, stroke = theme.scales(_LOOKS)
    told = theme.tooltip({"name_": "Who", "need": "Needed for", "statement": "In words"})
    chart = alt.Chart(rows).encode(y=alt.Y("row:O", axis=None), tooltip=told)
    names = {"align": "left", "x": 0, "limit": alt.expr(NAMES)}
    legend = alt.Legend(columns=2, symbolType="square")
    beside = {"align": "left", "x": alt.expr(f"{NAMES} + 12"), "color": theme.PALE_INK}
    return [
        chart.mark_bar(height=13, yOffset=-8, strokeWidth=1.2).encode(
            x=alt.X("days:Q", scale=scale, axis=axis),
            x2=alt.X2Datum(0),
            fill=alt.Fill("look:N", scale=fill, legend=legend),
            stroke=alt.Stroke("look:N", scale=stroke, legend=legend),
        ),
        chart.mark_text(**names, dy=-8, fontWeight="bold").encode(text="name_:N"),
        chart.mark_text(**names, dy=8, color=theme.PALE_INK).encode(text="need:N"),
        chart.mark_text(align="left", dx=6, dy=-8, color=theme.INK).encode(
            x="days:Q", text="label:N"
        ),
        chart.mark_text(**beside, dy=8, limit=alt.expr(f"width - {NAMES} - 20")).encode(
            text="cover:N"
        ),
    ]
