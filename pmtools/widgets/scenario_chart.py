"""The chart of a scenario against the plan: finish, cost, and the tasks that move."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import instants_of
from pmtools.charts import theme
from pmtools.charts.theme import alt
from pmtools.metrics import CannotSay
from pmtools.simulate import Simulation
from pmtools.simulate.result import nearest_rank
from pmtools.widgets.draft import Draft
from pmtools.widgets.live_chart import Rows, looking_like_ours, named, rows_of
from pmtools.words import cells, plain

AS_PLANNED, CHANGED = "As planned", "With the changes"
TITLE = "The plan with and without the changes"
MOST_TASKS = 14
SHARES = np.linspace(0.01, 0.99, 50)


def rows(draft: Draft) -> dict[str, Rows]:
    """finish, cost: what, chance and the date or amount; moved: bars; due: the deadline."""
    pairs = {AS_PLANNED: draft.base.simulation, CHANGED: draft.outcome.simulation}
    known = {what: each for what, each in pairs.items() if isinstance(each, Simulation)}
    finish = [
        pd.DataFrame({"what": what, "chance": SHARES,
                      "at": instants_of(nearest_rank(each.trials.finish, SHARES))})
        for what, each in known.items()
    ]  # fmt: skip
    cost = [
        pd.DataFrame({"what": what, "chance": SHARES, "cost": nearest_rank(each.cost, SHARES)})
        for what, each in known.items() if not isinstance(each.cost, CannotSay)
    ]  # fmt: skip
    now = known.get(CHANGED)
    due = now.plan.project.header.deadline if now is not None else None
    return {
        "finish": _rows(finish), "cost": _rows(cost), "moved": _rows(_bars(draft.outcome.moved)),
        "due": _rows([pd.DataFrame({"at": [due], "chance": [0.5]})] if due is not None else []),
    }  # fmt: skip


def _bars(moved: pd.DataFrame) -> list[pd.DataFrame]:
    top = moved.head(MOST_TASKS)
    words = [f"{plain(name, 40)} ({days})" for name, days in
             zip(top["name"], cells(top["days"].tolist(), "signed_days"), strict=True)]  # fmt: skip
    return [
        pd.DataFrame({"what": what, "name": words, "start": top[start], "finish": top[finish]})
        for what, start, finish in ((AS_PLANNED, "before_start", "before"),
                                    (CHANGED, "after_start", "after"))
    ]  # fmt: skip


def _rows(frames: list[pd.DataFrame]) -> Rows:
    return rows_of(pd.concat(frames)) if frames else []


def chart(draft: Draft, *, is_static: bool = False) -> Any:
    """The chart with the rows of now; one that stays as it is has no room for what may move."""
    colour = alt.Color("what:N", legend=alt.Legend(orient="top"), scale=alt.Scale(
        domain=[AS_PLANNED, CHANGED], range=[theme.GREY, theme.BLUE]))  # fmt: skip
    dash = alt.StrokeDash("what:N", legend=None, scale=alt.Scale(
        domain=[AS_PLANNED, CHANGED], range=[[5, 3], [1, 0]]))  # fmt: skip
    date = alt.Axis(format="%-d %b %y", tickCount=5, labelOverlap=True, grid=True)
    chance = alt.Y("chance:Q", title="Chance", scale=alt.Scale(domain=[0, 1]),
                   axis=alt.Axis(format="%", tickCount=5))  # fmt: skip
    size = {"width": 290, "height": 180}
    line = {"interpolate": "step-after", "strokeWidth": 2.2}
    scale = alt.Scale(nice=False, zero=False)
    finish = named("finish", ["at"]).mark_line(**line).encode(
        x=alt.X("date_at:T", title="Finished by", axis=date, scale=scale), y=chance, color=colour,
        strokeDash=dash)  # fmt: skip
    due = named("due", ["at"]).mark_rule(color=theme.LATE, strokeWidth=1.8, strokeDash=[2, 2])
    words = named("due", ["at"]).mark_text(
        text="Deadline", color=theme.DARK_LATE, align="left", dx=4, y=8)  # fmt: skip
    at = {"x": "date_at:T"}
    left = alt.layer(finish, due.encode(**at), words.encode(**at)).properties(**size)
    unit = f", {currency}" if (currency := plain(draft.plan.project.header.currency, 12)) else ""
    cost = named("cost").mark_line(**line).encode(
        x=alt.X("cost:Q", title=f"Cost at completion within{unit}", scale=scale,
                axis=alt.Axis(format="~s", tickCount=5)),
        y=chance, color=colour, strokeDash=dash)  # fmt: skip
    names = alt.Axis(labelLimit=250, minExtent=256, maxExtent=256, ticks=False)
    bars = named("moved", ["start", "finish"]).mark_bar(size=6, minBandSize=3).encode(
        x=alt.X("date_start:T", title=None, axis=date, scale=scale), x2="date_finish:T",
        y=alt.Y("name:N", title=None, sort=None, axis=names),
        yOffset=alt.YOffset("what:N", scale=alt.Scale(domain=[AS_PLANNED, CHANGED])),
        color=colour)  # fmt: skip
    points = named("moved", ["start", "finish"]).mark_point(filled=True, size=34, shape="diamond")
    ends = points.encode(x="date_finish:T", y=alt.Y("name:N", sort=None), yOffset="what:N",
                         color=colour)  # fmt: skip
    gantt = alt.layer(bars, ends).properties(
        width=640, height=300, title="Tasks that move most (working days)")  # fmt: skip
    upper = alt.hconcat(left, cost.properties(**size))
    has_bars = not is_static or len(draft.outcome.moved)
    drawn = alt.vconcat(upper, *[gantt] * bool(has_bars), spacing=14, title=TITLE)
    drawn = drawn.resolve_scale(color="shared")
    return looking_like_ours(drawn, rows(draft), str(draft.statement))
