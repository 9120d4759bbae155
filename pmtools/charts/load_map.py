"""People and weeks: whose hours are taken, by how much, and who is away."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pmtools.charts import theme
from pmtools.charts.load import FRAMED, FULL, NAMES, TOLD, ranked, told_of, week_axis
from pmtools.charts.theme import DARK_LATE, INK, Chart, alt
from pmtools.metrics import CannotSay
from pmtools.words import cells, day, number, plain

MOST_PEOPLE, MOST_ROWS = 30, 60
ROW_HEIGHT, LOW = 24, 19
OVER, AWAY = "over 100%", "no hours"
_SHADES = {
    AWAY: "#d9d9d9",
    "nothing": "#f6f6f6",
    "up to 50%": "#dce9f5",
    "up to 80%": "#b3d0ea",
    "up to 100%": FULL,
    OVER: FRAMED,
}


def chart_workload(load: pd.DataFrame | CannotSay, title: str = "Work against capacity") -> Chart:
    """A heat map of people and weeks: the share of their hours that is taken.

    Parameters
    ----------
    load
        resource, week (a date), load_hours, capacity_hours; with resource_id, people of the same
        name are told apart. The 30 most loaded people and the first 26 weeks are shown.
    """
    return _heat_map(load, title, MOST_PEOPLE, ROW_HEIGHT)


def chart_load_map(
    load: pd.DataFrame | CannotSay, *, title: str = "Work against capacity by department"
) -> Chart:
    """The same by department, the one with the worst overload first, of up to 60 people.

    Parameters
    ----------
    load
        As for `chart_workload`, and department; projects, where there are several, are told too.
    """
    return _heat_map(load, title, MOST_ROWS, LOW, is_grouped=True)


def _heat_map(
    load: pd.DataFrame | CannotSay, title: str, most: int, height: int, is_grouped: bool = False
) -> Chart:
    if isinstance(load, CannotSay):
        return theme.nothing(load)
    rows = load.dropna(subset=["week", "load_hours"])
    if rows.empty:
        return theme.nothing("nobody is assigned to work that is left")
    rows, n_people = ranked(rows, most)
    grid, n_shown = _cells(rows), rows["row"].nunique()
    heads = grid[:0]
    if is_grouped:
        grid, heads = _grouped(grid, rows["department"])
    n_over = int((grid["shade"] == OVER).sum())
    more = f" The {n_shown} busiest of {n_people} people." if n_people > n_shown else ""
    worst = grid.loc[grid["share"].idxmax()]
    return theme.finished(
        _layers(grid, heads),
        title=title,
        subtitle="Share of each week's hours that is taken. Framed: more work than hours; in h: "
        f"work in a week off.{more}",
        description=(
            f"{title}: heat map of {n_shown} people over {grid['week'].nunique()} weeks "
            f"from {day(rows['week'].min())}. In {n_over} of {len(grid)} cells there is more "
            f"work than hours; the most is {worst['text'] or '0%'} for {plain(worst['name'], 60)} "
            f"in the week of {worst['said_week']}."
        ),
        height=height * (n_shown + len(heads)),
    )


def _cells(rows: pd.DataFrame) -> pd.DataFrame:
    """What is said and how it is shaded, a row a person and week."""
    bounds = [-1, 0, 0.5, 0.8, 1.005, float("inf")]
    shade = pd.cut(rows["share"], bounds, labels=list(_SHADES)[1:]).astype("str")
    is_away = (rows["capacity_hours"] <= 0) & (rows["load_hours"] <= 0)
    text = pd.Series(map(_said, rows["share"], rows["load_hours"]), rows.index, dtype="str")
    grid = told_of(rows).assign(text=text.mask(is_away, "off"), shade=shade.mask(is_away, AWAY))
    if "projects" in rows and rows["projects"].any():
        grid["projects"] = cells(list(rows["projects"]), "text")
    return grid


def _said(share: float, hours: float) -> str:
    if share == float("inf"):
        return f"{number(hours)} h"
    return "" if share == 0 else f"{number(share * 100)}%"


def _grouped(grid: pd.DataFrame, department: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows below the name of their department, and these names with their rows."""
    grid = grid.assign(department=department.replace("", "No department"))
    worst = grid.groupby("department")["row"].min()  # ranked: the first row is the busiest
    people = grid[["row", "department"]].drop_duplicates()
    people["first"] = people["department"].map(worst)
    people = people.sort_values(["first", "row"], ignore_index=True)
    n_heads = (people["first"] != people["first"].shift()).cumsum()
    place = people["row"].to_frame().assign(new=np.arange(len(people)) + n_heads)
    heads = place["new"].groupby(people["department"]).min() - 1
    names = [plain(name, 80) for name in heads.index]
    moved = grid.assign(row=grid["row"].map(place.set_index("row")["new"]))
    return moved, pd.DataFrame({"row": heads.to_numpy(), "name": names})


def _layers(grid: pd.DataFrame, heads: pd.DataFrame) -> list[Any]:
    weeks = list(grid["week"].unique())
    rows = sorted({*grid["row"], *heads["row"]})
    y = alt.Y("row:O", axis=None, scale=alt.Scale(domain=rows, paddingInner=0.08))
    chart = alt.Chart(grid.drop(columns="share"))
    cell = chart.encode(x=week_axis(weeks), y=y)
    is_over, width = f"datum.shade === '{OVER}'", f"(width - {NAMES}) / {len(weeks)}"
    boxes = cell.mark_rect(stroke=alt.expr(f"{is_over} ? '{DARK_LATE}' : null"), strokeWidth=1.6)
    shares = cell.mark_text(
        text=alt.expr(f"{width} < 32 ? replace(datum.text, '%', '') : datum.text"),
        fontWeight=alt.expr(f"{is_over} ? 'bold' : 'normal'"),
        fontSize=alt.expr(f"clamp(round({width} / 2.6), 6, 11)"),
        color=INK,
    )
    look = {"align": "left", "x": 0, "limit": alt.expr(f"{NAMES} - 8")}
    names = alt.Chart(grid[["row", "name"]].drop_duplicates("row")).mark_text(**look)
    bold = alt.Chart(heads[["row", "name"]]).mark_text(align="left", x=0, fontWeight="bold", dy=3)
    legend = alt.Legend(columns=alt.expr("width < 560 ? 3 : 6"), symbolType="square")
    shade = alt.Scale(domain=list(_SHADES), range=list(_SHADES.values()))
    told = TOLD | ({"projects": "In"} if "projects" in grid else {})
    layers = [
        boxes.encode(
            fill=alt.Fill("shade:N", scale=shade, legend=legend), tooltip=theme.tooltip(told)
        ),
        shares,
        names.encode(y=y, text="name:N", tooltip=theme.tooltip({"name": "Who"})),
    ]
    return [*layers, bold.encode(y=y, text="name:N")] if len(heads) else layers
