"""Who has how much to do in which week."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts.theme import DARK_LATE, INK, alt, finished, nothing
from pmtools.metrics import CannotSay
from pmtools.words import cells, day, day_month, number, plain

MOST_PEOPLE, MOST_WEEKS = 25, 26
ROW_HEIGHT = 28
NAMES = "(width < 560 ? 96 : 190)"
_SHADES = {
    "nothing": "#f6f6f6",
    "up to 50%": "#dce9f5",
    "up to 80%": "#b3d0ea",
    "up to 100%": "#7fadd6",
    "over 100%": "#f2b48a",
}


def chart_workload(load: pd.DataFrame | CannotSay, title: str = "Work against capacity") -> Any:
    """A heat map of people and weeks: the share of their hours that is taken.

    Parameters
    ----------
    load
        resource, week (a date), load_hours, capacity_hours; with resource_id, people of the same
        name are told apart. The 25 most loaded people and the first 26 weeks are shown.

    Returns
    -------
    altair.LayerChart or Statement
    """
    if isinstance(load, CannotSay):
        return nothing(load)
    rows = load.dropna(subset=["week", "load_hours"])
    if rows.empty:
        return nothing("nobody is assigned to work that is left")
    grid, n_people = _cells(rows)
    people = grid.drop_duplicates("row")
    n_over = int((grid["shade"] == "over 100%").sum())
    more = f" The {len(people)} busiest of {n_people} people." if n_people > len(people) else ""
    return finished(
        [*_heat(grid), _names(people)],
        title=title,
        subtitle="Share of each week's hours that is taken. Framed: more work than hours; "
        f"in h: work in a week without any.{more}",
        description=(
            f"{title}: heat map of {len(people)} people over {grid['week'].nunique()} weeks "
            f"from {day(rows['week'].min())}. In {n_over} of {len(grid)} cells there is more "
            f"work than hours; the most is {_most(grid)}."
        ),
        height=ROW_HEIGHT * len(people),
    )


def _cells(load: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    key = load["resource_id"] if "resource_id" in load else load["resource"]
    share = load["load_hours"] / load["capacity_hours"].where(load["capacity_hours"] > 0)
    # Work in a week without any capacity is as overloaded as can be.
    share = share.fillna((load["load_hours"] > 0).map({True: float("inf"), False: 0.0}))
    rows = load.assign(key=key, share=share)
    busiest = rows.groupby("key")["share"].max().sort_values(ascending=False, kind="stable").index
    weeks = sorted(rows["week"].unique())[:MOST_WEEKS]
    rows = rows[rows["key"].isin(busiest[:MOST_PEOPLE]) & rows["week"].isin(weeks)]
    shown = pd.DataFrame(
        {
            "row": rows["key"].map({key: n for n, key in enumerate(busiest)}),
            "column": rows["week"].map({week: n for n, week in enumerate(weeks)}),
            "week": [day_month(week) for week in rows["week"]],
            "name": [plain(name, 200) for name in rows["resource"]],
            "text": [
                _percent(s, hours)
                for s, hours in zip(rows["share"], rows["load_hours"], strict=True)
            ],
            "share": rows["share"],
            "shade": pd.cut(
                rows["share"], [-1, 0, 0.5, 0.8, 1.005, float("inf")], labels=list(_SHADES)
            ).astype("str"),
            "said_week": cells(list(rows["week"]), "date"),
            "said_load": cells(list(rows["load_hours"].round(1)), "hours"),
            "said_capacity": cells(list(rows["capacity_hours"].round(1)), "hours"),
            "tasks": cells(list(rows["tasks"]), "text") if "tasks" in rows else "–",
        }
    )
    return shown.sort_values(["row", "column"], ignore_index=True), len(busiest)


def _percent(share: float, hours: float) -> str:
    if share == float("inf"):
        return f"{number(hours)} h"
    return "" if share == 0 else f"{number(share * 100)}%"


def _most(grid: pd.DataFrame) -> str:
    worst = grid.loc[grid["share"].idxmax()]
    who = plain(worst["name"], 60)
    return f"{worst['text'] or '0%'} for {who} in the week of {worst['said_week']}"


def _heat(grid: pd.DataFrame) -> list[Any]:
    weeks = list(grid.sort_values("column")["week"].unique())
    x = alt.X(
        "week:O",
        scale=alt.Scale(domain=weeks, range=[alt.expr(NAMES), alt.expr("width")], padding=0.05),
        axis=alt.Axis(title="Week of", orient="top", labelAngle=0, labelOverlap="greedy",
                      labelSeparation=6, domain=False, ticks=False),
    )  # fmt: skip
    y = alt.Y("row:O", axis=None, scale=alt.Scale(paddingInner=0.08))
    shade = alt.Scale(domain=list(_SHADES), range=list(_SHADES.values()))
    said = {
        "name": "Who",
        "said_week": "Week of",
        "said_load": "Work",
        "said_capacity": "Capacity",
        "tasks": "For",
    }
    over = "datum.shade === 'over 100%'"
    chart = alt.Chart(grid.drop(columns="share"))
    boxes = chart.mark_rect(stroke=alt.expr(f"{over} ? '{DARK_LATE}' : null"), strokeWidth=1.6)
    text = chart.mark_text(
        fontWeight=alt.expr(f"{over} ? 'bold' : 'normal'"),
        angle=alt.expr(f"(width - {NAMES}) / {len(weeks)} < 32 ? 270 : 0"),
        fontSize=alt.expr(f"(width - {NAMES}) / {len(weeks)} < 32 ? 9 : 11"),
        color=INK,
    )
    legend = alt.Legend(columns=alt.expr("width < 560 ? 3 : 5"), symbolType="square")
    return [
        boxes.encode(
            x=x,
            y=y,
            fill=alt.Fill("shade:N", scale=shade, legend=legend),
            tooltip=[alt.Tooltip(f"{name}:N", title=word) for name, word in said.items()],
        ),
        text.encode(x=x, y=y, text="text:N"),
    ]


def _names(people: pd.DataFrame) -> Any:
    chart = alt.Chart(people[["row", "name"]])
    words = chart.mark_text(align="left", x=0, limit=alt.expr(f"{NAMES} - 8"))
    tooltip = [alt.Tooltip("name:N", title="Who")]
    return words.encode(y=alt.Y("row:O", axis=None), text="name:N", tooltip=tooltip)
