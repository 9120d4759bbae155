"""Who has how much to do in which week."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts.theme import DARK_LATE, INK, Chart, alt, finished, nothing, tooltip
from pmtools.metrics import CannotSay
from pmtools.words import cells, day, day_month, number, plain

MOST_PEOPLE, MOST_WEEKS = 25, 26
ROW_HEIGHT = 28
NAMES = "(width < 560 ? 96 : 190)"
OVER = "over 100%"
_SHADES = {
    "nothing": "#f6f6f6",
    "up to 50%": "#dce9f5",
    "up to 80%": "#b3d0ea",
    "up to 100%": "#7fadd6",
    OVER: "#f2b48a",
}
_TOLD = {
    "name": "Who",
    "said_week": "Week of",
    "said_load": "Work",
    "said_capacity": "Capacity",
    "tasks": "For",
}


def chart_workload(load: pd.DataFrame | CannotSay, title: str = "Work against capacity") -> Chart:
    """A heat map of people and weeks: the share of their hours that is taken.

    Parameters
    ----------
    load
        resource, week (a date), load_hours, capacity_hours; with resource_id, people of the same
        name are told apart. The 25 most loaded people and the first 26 weeks are shown.
    """
    if isinstance(load, CannotSay):
        return nothing(load)
    rows = load.dropna(subset=["week", "load_hours"])
    if rows.empty:
        return nothing("nobody is assigned to work that is left")
    grid, n_people = _cells(rows)
    n_shown, n_over = grid["row"].nunique(), int((grid["shade"] == OVER).sum())
    more = f" The {n_shown} busiest of {n_people} people." if n_people > n_shown else ""
    worst = grid.loc[grid["share"].idxmax()]
    return finished(
        _layers(grid),
        title=title,
        subtitle="Share of each week's hours that is taken. Framed: more work than hours; "
        f"in h: work in a week without any.{more}",
        description=(
            f"{title}: heat map of {n_shown} people over {grid['week'].nunique()} weeks "
            f"from {day(rows['week'].min())}. In {n_over} of {len(grid)} cells there is more "
            f"work than hours; the most is {worst['text'] or '0%'} for {plain(worst['name'], 60)} "
            f"in the week of {worst['said_week']}."
        ),
        height=ROW_HEIGHT * n_shown,
    )


def _cells(load: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """A row a person and week that is shown; how many people there are in all."""
    key = load["resource_id"] if "resource_id" in load else load["resource"]
    share = load["load_hours"] / load["capacity_hours"].where(load["capacity_hours"] > 0)
    # Work in a week without any capacity is as overloaded as can be.
    share = share.fillna((load["load_hours"] > 0).map({True: float("inf"), False: 0.0}))
    rows = load.assign(key=key, share=share)
    busiest = rows.groupby("key")["share"].max().sort_values(ascending=False, kind="stable").index
    weeks = sorted(rows["week"].unique())[:MOST_WEEKS]
    rows = rows[rows["key"].isin(busiest[:MOST_PEOPLE]) & rows["week"].isin(weeks)]
    rows = rows.assign(row=rows["key"].map({key: n for n, key in enumerate(busiest)}))
    rows = rows.sort_values(["week", "row"], ignore_index=True)
    bounds = [-1, 0, 0.5, 0.8, 1.005, float("inf")]
    shown = pd.DataFrame(
        {
            "row": rows["row"],
            "week": [day_month(week) for week in rows["week"]],
            "name": [plain(name, 200) for name in rows["resource"]],
            "text": list(map(_said, rows["share"], rows["load_hours"])),
            "share": rows["share"],
            "shade": pd.cut(rows["share"], bounds, labels=list(_SHADES)).astype("str"),
            "said_week": cells(list(rows["week"]), "date"),
            "said_load": cells(list(rows["load_hours"].round(1)), "hours"),
            "said_capacity": cells(list(rows["capacity_hours"].round(1)), "hours"),
            "tasks": cells(list(rows["tasks"]), "text") if "tasks" in rows else "–",
        }
    )
    return shown, len(busiest)


def _said(share: float, hours: float) -> str:
    if share == float("inf"):
        return f"{number(hours)} h"
    return "" if share == 0 else f"{number(share * 100)}%"


def _layers(grid: pd.DataFrame) -> list[Any]:
    weeks = list(grid["week"].unique())
    scale = alt.Scale(domain=weeks, range=[alt.expr(NAMES), alt.expr("width")], padding=0.05)
    axis = alt.Axis(
        title="Week of", orient="top", labelAngle=0, labelOverlap="greedy", labelSeparation=6,
        domain=False, ticks=False,
    )  # fmt: skip
    y = alt.Y("row:O", axis=None, scale=alt.Scale(paddingInner=0.08))
    chart = alt.Chart(grid.drop(columns="share"))
    cell = chart.encode(x=alt.X("week:O", scale=scale, axis=axis), y=y)
    is_over, width = f"datum.shade === '{OVER}'", f"(width - {NAMES}) / {len(weeks)}"
    boxes = cell.mark_rect(stroke=alt.expr(f"{is_over} ? '{DARK_LATE}' : null"), strokeWidth=1.6)
    shares = cell.mark_text(
        fontWeight=alt.expr(f"{is_over} ? 'bold' : 'normal'"),
        angle=alt.expr(f"{width} < 32 ? 270 : 0"),
        fontSize=alt.expr(f"{width} < 32 ? 9 : 11"),
        color=INK,
    )
    people = alt.Chart(grid[["row", "name"]].drop_duplicates("row"))
    names = people.mark_text(align="left", x=0, limit=alt.expr(f"{NAMES} - 8"))
    legend = alt.Legend(columns=alt.expr("width < 560 ? 3 : 5"), symbolType="square")
    shade = alt.Scale(domain=list(_SHADES), range=list(_SHADES.values()))
    return [
        boxes.encode(fill=alt.Fill("shade:N", scale=shade, legend=legend), tooltip=tooltip(_TOLD)),
        shares.encode(text="text:N"),
        names.encode(y=y, text="name:N", tooltip=tooltip({"name": "Who"})),
    ]
