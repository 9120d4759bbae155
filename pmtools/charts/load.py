"""Who has how much to do in which week."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts import theme
from pmtools.charts.theme import DARK_LATE, INK, Chart, alt
from pmtools.metrics import CannotSay
from pmtools.words import cells, day, day_month, number, plain

MOST_WEEKS, MOST_LANES = 26, 8
LANE, ALONE = 62, 220
WIDE = 13
"""Of more weeks each lane says its worst alone: numbers would cover each other."""
NAMES = "(width < 560 ? 96 : 190)"
FULL, FRAMED = "#7fadd6", "#f2b48a"
TOLD = {
    "name": "Who",
    "said_week": "Week of",
    "said_load": "Work",
    "said_capacity": "Capacity",
    "tasks": "For",
}


def chart_load(
    load: pd.DataFrame | CannotSay, *, resource_id: str = "", title: str = "Load against capacity"
) -> Chart:
    """Hours of work a week as bars against the hours there are, for one or for the worst.

    Parameters
    ----------
    load
        resource, week (a date), load_hours, capacity_hours; with resource_id, people of the same
        name are told apart.
    resource_id
        Whose load is drawn; "" draws the 8 most loaded, one below the other.
    """
    if isinstance(load, CannotSay):
        return theme.nothing(load)
    rows = load[load["resource_id"] == resource_id] if resource_id else load
    return _lanes(
        rows,
        title=title,
        subtitle="Hours of work a week; the line is what there is to work in, orange is too much.",
        words=("over", "people or teams", "have more work than hours", "nobody is assigned to work "
               "that is left"),
    )  # fmt: skip


def chart_resource_needs(
    needs: pd.DataFrame | CannotSay, *, title: str = "Hours needed of each role"
) -> Chart:
    """Hours that are needed of each role a week as bars, against the hours that its people have.

    Parameters
    ----------
    needs
        role, week (a date), needed_hours, capacity_hours, tasks (columns of `resource_needs`); the
        8 roles that lack most are drawn, one below the other.
    """
    if isinstance(needs, CannotSay):
        return theme.nothing(needs)
    return _lanes(
        needs.rename(columns={"role": "resource", "needed_hours": "load_hours"}),
        title=title,
        subtitle="Hours a week; the line is what the people of the role have, orange must be found "
        "elsewhere, or moved.",
        words=("short", "roles", "need more than there is", "no role is needed any more"),
    )


def _lanes(
    load: pd.DataFrame, title: str, subtitle: str, words: tuple[str, str, str, str]
) -> Chart:
    """Bars against capacity in a lane for each of the most loaded."""
    over, who, have_more, nobody = words
    rows = load.dropna(subset=["week", "load_hours", "capacity_hours"])
    if rows.empty:
        return theme.nothing(nobody)
    rows, n_people = ranked(rows, MOST_LANES)
    bars = _bars(rows)
    lanes = bars.groupby("row", as_index=False).agg(name=("name", "first"), n=("is_over", "sum"))
    n_weeks = bars["week"].nunique()
    told = [f"{n or 'none'} of {n_weeks} weeks {over}" for n in lanes["n"]]
    worst = rows.loc[rows["share"].idxmax()]
    more = f" The {len(lanes)} most loaded of {n_people}." if n_people > len(lanes) else ""
    return theme.finished(
        _histogram(bars, lanes.assign(words=told)),
        title=title,
        subtitle=subtitle + more,
        description=f"{title}: {len(lanes)} {who} over {n_weeks} weeks from "
        f"{day(rows['week'].min())}. {int(bars['is_over'].sum())} weeks {have_more}; the most is "
        f"{number(worst['load_hours'])} h in {number(worst['capacity_hours'])} h for "
        f"{plain(worst['resource'], 60)} in the week of {day(worst['week'])}.",
        height=LANE * len(lanes) if len(lanes) > 1 else ALONE,
    )


def _bars(rows: pd.DataFrame) -> pd.DataFrame:
    """Heights in lanes of 1, from its floor up, in the same scale of shares for all."""
    most = rows.groupby("row")[["capacity_hours", "load_hours"]].transform("max")
    whole = most["capacity_hours"].where(most["capacity_hours"] > 0, most["load_hours"])
    load, capacity = (
        rows[f"{name}_hours"] / whole.clip(lower=1e-9) for name in ("load", "capacity")
    )
    top = min(max(load.max(), 1.0), 3.0) / 0.74
    is_over = rows["load_hours"] > rows["capacity_hours"] + 0.25
    lane = rows["row"].rank(method="dense").astype(int)
    floor = lane - 0.06
    is_told = is_over | (lane.max() == 1)
    if rows["week"].nunique() > WIDE:
        is_told = rows.index.isin(rows.groupby("row")["load_hours"].idxmax()) & is_told
    said = pd.Series(cells(list(rows["load_hours"].round()), "number")).where(is_told, "")
    return (
        told_of(rows)
        .assign(
            floor=floor,
            within=floor - load.clip(upper=capacity) / top,
            full=floor - load.clip(upper=3.0) / top,
            capacity=floor - capacity / top,
            is_over=is_over,
            text=said,
            lane=lane,
        )
        .drop(columns="share")
    )


def _histogram(bars: pd.DataFrame, lanes: pd.DataFrame) -> list[Any]:
    n = len(lanes)
    scale = alt.Scale(domain=[0, n], reverse=True, nice=False, zero=False)
    y = {name: alt.Y(f"{name}:Q", scale=scale, axis=None) for name in ("floor", "full", "capacity")}
    chart = alt.Chart(bars).encode(x=week_axis(list(bars["week"].unique())))
    told = theme.tooltip(TOLD)
    week = alt.expr(f"(width - {NAMES}) / {bars['week'].nunique()}")
    line = chart.encode(y=y["capacity"])
    people = alt.Chart(lanes.assign(floor=range(1, n + 1), top=range(n)))
    name = people.encode(y=alt.Y("top:Q", scale=scale, axis=None))
    look = {"align": "left", "x": 0, "limit": alt.expr(f"{NAMES} - 8")}
    return [
        people.mark_rule(color="#e4e4e4").encode(y=y["floor"]),
        chart.mark_rect(fill=FULL).encode(y=y["floor"], y2="within:Q", tooltip=told),
        chart.transform_filter("datum.is_over")
        .mark_rect(fill=FRAMED, stroke=DARK_LATE, strokeWidth=1.2)
        .encode(y=alt.Y("within:Q", scale=scale, axis=None), y2="full:Q", tooltip=told),
        line.mark_tick(orient="horizontal", thickness=2, color=INK, width=week),
        chart.mark_text(dy=-7, fontSize=10, fontWeight="bold").encode(y=y["full"], text="text:N"),
        name.mark_text(**look, dy=24, fontWeight="bold").encode(
            text="name:N", tooltip=theme.tooltip({"name": "Who"})
        ),
        name.mark_text(**look, dy=39, color=theme.PALE_INK).encode(text="words:N"),
    ]


def week_axis(weeks: list[str]) -> Any:
    """The axis of weeks, right of the names."""
    scale = alt.Scale(domain=weeks, range=[alt.expr(NAMES), alt.expr("width")], padding=0.05)
    axis = alt.Axis(
        title="Week of", orient="top", labelAngle=0, labelOverlap="parity", labelSeparation=6,
        domain=False, ticks=False,
    )  # fmt: skip
    return alt.X("week:O", scale=scale, axis=axis)


def ranked(load: pd.DataFrame, most: int) -> tuple[pd.DataFrame, int]:
    """Rows of the busiest in the first weeks with their share; how many people there are."""
    key = load["resource_id"] if "resource_id" in load else load["resource"]
    share = load["load_hours"] / load["capacity_hours"].where(load["capacity_hours"] > 0)
    # Work in a week without any capacity is as overloaded as can be.
    share = share.fillna((load["load_hours"] > 0).map({True: float("inf"), False: 0.0}))
    rows = load.assign(key=key, share=share)
    busiest = rows.groupby("key")["share"].max().sort_values(ascending=False, kind="stable").index
    last = rows.loc[rows["load_hours"] > 0, "week"].max()
    weeks = sorted(rows.loc[~(rows["week"] > last), "week"].unique())[:MOST_WEEKS]
    rows = rows[rows["key"].isin(busiest[:most]) & rows["week"].isin(weeks)]
    rows = rows.assign(row=rows["key"].map({key: n for n, key in enumerate(busiest)}))
    return rows.sort_values(["week", "row"], ignore_index=True), len(busiest)


def told_of(rows: pd.DataFrame) -> pd.DataFrame:
    """What is said of each person and week."""
    return pd.DataFrame(
        {
            "row": rows["row"],
            "week": [day_month(week) for week in rows["week"]],
            "name": [plain(name, 200) for name in rows["resource"]],
            "share": rows["share"],
            "said_week": cells(list(rows["week"]), "date"),
            "said_load": cells(list(rows["load_hours"].round(1)), "hours"),
            "said_capacity": cells(list(rows["capacity_hours"].round(1)), "hours"),
            "tasks": cells(list(rows["tasks"]), "text") if "tasks" in rows else "–",
        }
    )
