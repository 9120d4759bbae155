"""Date and cost of the same trials, and which pairs of date and budget can be promised."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts import theme
from pmtools.charts.theme import Chart, alt
from pmtools.metrics import CannotSay
from pmtools.words import cells, chance_said, day, is_missing, money, percent, plain

HEIGHT = 340
MOST_TRIALS = 600
KEPT, MISSED = "Both kept", "Date or budget missed"
_LOOKS = {KEPT: (theme.BLUE, "circle"), MISSED: (theme.GREY, "cross")}


def chart_joint_confidence(
    trials: pd.DataFrame | CannotSay,
    frontier: pd.DataFrame | CannotSay | None = None,
    *,
    currency: str,
    confidence: float = 0.7,
    finish: Any = None,
    cost: float | None = None,
    chance: float | CannotSay | None = None,
    title: str = "Date and cost together",
) -> Chart:
    """Each trial as a point of date and cost, with the frontier of equal joint confidence (JCL).

    Parameters
    ----------
    trials
        finish, cost; the first 600 are drawn.
    frontier, confidence
        finish, cost: pairs that are kept together with that confidence (0 to 1).
    finish, cost, chance
        The date and the budget that are asked for, and the chance to keep both.
    """
    if isinstance(trials, CannotSay):
        return theme.nothing(trials)
    points = trials.dropna(subset=["finish", "cost"]).head(MOST_TRIALS)
    if points.empty:
        return theme.nothing("no trial has a date and a cost")
    has_target = not (is_missing(finish) or is_missing(cost))
    points = _worded(points, finish if has_target else None, cost, currency)
    line = pd.DataFrame() if frontier is None or isinstance(frontier, CannotSay) else frontier
    said = _said(finish, cost, chance, currency) if has_target else ""
    edge = f"Line: dates and budgets kept together with {percent(100 * confidence)}. "
    return theme.finished(
        [
            *_axes(points, line, finish, cost, currency),
            *_points(points, has_target),
            *_frontier(line, confidence, currency),
            *(_target(finish, cost) if has_target else []),
        ],
        title=title,
        subtitle=f"Each point: one trial. {edge * bool(len(line))}{said}",
        description=f"{title}: {len(points)} trials from {day(points['finish'].min())} to "
        f"{day(points['finish'].max())}, from {money(points['cost'].min(), currency)} to "
        f"{money(points['cost'].max(), currency)}. {edge * bool(len(line))}{said}",
        height=HEIGHT,
    )


def _worded(points: pd.DataFrame, finish: Any, cost: Any, currency: str) -> pd.DataFrame:
    is_kept = pd.Series(True, index=points.index)
    if finish is not None:
        is_kept = (points["finish"] <= finish) & (points["cost"] <= cost)
    state = pd.Series(KEPT, index=points.index).where(is_kept, MISSED)
    return points[["finish", "cost"]].assign(
        state=state,
        said_at=cells(list(points["finish"]), "date"),
        said_cost=[money(each, currency) for each in points["cost"]],
    )


def _said(finish: Any, cost: Any, chance: Any, currency: str) -> str:
    target = f"Dashed: {day(finish)} and {money(cost, currency)}"
    if chance is None or isinstance(chance, CannotSay):
        return f"{target}."
    return f"{target}; the chance to keep both is {chance_said(chance)}."


def _axes(points: pd.DataFrame, line: pd.DataFrame, finish: Any, cost: Any, currency: str) -> Any:
    dates = [*points["finish"], *(line["finish"] if len(line) else [])]
    costs = [*points["cost"], *(line["cost"] if len(line) else [])]
    dates += [] if is_missing(finish) else [finish]
    costs += [] if is_missing(cost) else [cost]
    room = max((max(dates) - min(dates)) / 30, pd.Timedelta(days=1))
    edge = (max(costs) - min(costs)) / 20 or abs(max(costs)) / 20 or 1.0
    unit = f", {plain(currency, 12)}" if currency else ""
    axis = alt.Axis(title=f"Cost at completion{unit}", format="~s", tickCount=6)
    scale = alt.Scale(domain=[min(costs) - edge, max(costs) + edge], nice=False, zero=False)
    y = alt.Chart(pd.DataFrame({"cost": [min(costs)]})).mark_point(size=0)
    return [
        theme.date_range(alt.X, min(dates) - room, max(dates) + room, title=None, grid=False),
        y.encode(y=alt.Y("cost:Q", scale=scale, axis=axis)),
    ]


def _points(points: pd.DataFrame, has_target: bool) -> list[Any]:
    looks = {name: look for name, look in _LOOKS.items() if name in set(points["state"])}
    colour, shape = theme.scales(looks)
    legend = alt.Legend(columns=2) if has_target else None
    told = theme.tooltip({"said_at": "Finish", "said_cost": "Cost"})
    return [
        alt.Chart(points).mark_point(size=22, opacity=0.55, filled=True).encode(
            x="finish:T", y="cost:Q", tooltip=told,
            color=alt.Color("state:N", scale=colour, legend=legend),
            shape=alt.Shape("state:N", scale=shape, legend=legend),
        )
    ]  # fmt: skip


def _frontier(line: pd.DataFrame, confidence: float, currency: str) -> list[Any]:
    if line.empty:
        return []
    said = [f"{day(at)}, {money(cost, currency)}" for at, cost in line[["finish", "cost"]].values]
    chart = alt.Chart(line.assign(said=said)).encode(x="finish:T", y="cost:Q")
    told = theme.tooltip({"said": f"Kept together with {percent(100 * confidence)}"})
    how = {"color": theme.DARK_LATE, "strokeWidth": 2.2, "interpolate": "step-after"}
    return [chart.mark_line(**how), chart.mark_point(opacity=0, size=60).encode(tooltip=told)]


def _target(finish: Any, cost: Any) -> list[Any]:
    at = alt.Chart(pd.DataFrame({"finish": [finish], "cost": [cost]}))
    how = {"color": theme.INK, "strokeDash": [5, 3], "strokeWidth": 1.2}
    return [at.mark_rule(**how).encode(x="finish:T"), at.mark_rule(**how).encode(y="cost:Q")]
