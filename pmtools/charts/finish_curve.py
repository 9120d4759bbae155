"""The chance to be finished by each day, with percentiles, plan and commitments marked on it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts import theme
from pmtools.charts.theme import Chart, alt
from pmtools.metrics import CannotSay
from pmtools.words import cells, chance_said, day, plain

HEIGHT = 320
LABELS = "(width < 560 ? 176 : 250)"
_LOOKS = {
    "Percentile": (theme.BLUE, "circle"),
    "Plan": (theme.INK, "diamond"),
    "Promise": (theme.LATE, "triangle-down"),
}


def chart_finish_curve(
    curve: pd.DataFrame | CannotSay,
    marks: pd.DataFrame | None = None,
    *,
    title: str = "Chance to be finished by each day",
) -> Chart:
    """The cumulative chance of the finish date (S-curve).

    Parameters
    ----------
    curve
        finish, chance (0 to 1), rising.
    marks
        name, finish, chance, kind (Percentile, Plan, Promise): what is marked on the curve. Those
        far from it are told in words only.
    """
    if isinstance(curve, CannotSay):
        return theme.nothing(curve)
    points = curve.dropna(subset=["finish", "chance"])
    if points.empty:
        return theme.nothing("no trial was run")
    said = {
        "said_at": cells(list(points["finish"]), "date"),
        "said": [chance_said(chance) for chance in points["chance"]],
    }
    points = theme.thinned(points.assign(**said))
    marks = points[:0].assign(name="", kind="") if marks is None else marks
    marks = _worded(marks.dropna(subset=["finish", "chance"]))
    first, last = points["finish"].min(), points["finish"].max()
    room = max((last - first) * 0.6, pd.Timedelta(days=3))
    is_near = marks["finish"].between(first - room, last + room)
    near = marks[is_near]
    first, last = (f([end, *near["finish"]]) for f, end in ((min, first), (max, last)))
    ends = [first - room / 12, max(last, first + pd.Timedelta(days=2)) + room / 12]
    far = "; ".join(marks.loc[~is_near, "label"])
    return theme.finished(
        [*_axes(*ends), *_curve(points), *_marks(near)],
        title=title,
        subtitle="The curve: the share of trials that are finished by each day. Beside it: what is "
        f"marked, and the chance to keep it.{' Not drawn: ' * bool(far)}{far}",
        description=f"{title}: from {day(points['finish'].min())} to "
        f"{day(points['finish'].max())}. {'; '.join(marks['label'])}.",
        height=HEIGHT,
    )


def _worded(marks: pd.DataFrame) -> pd.DataFrame:
    said = [chance_said(chance) for chance in marks["chance"]]
    rows = zip(marks["name"], marks["finish"], marks["kind"], said, strict=True)
    label = [
        " · ".join([day(at), *[chance] * (kind != "Percentile"), plain(name, 40)])
        for name, at, kind, chance in rows
    ]
    return marks.assign(label=label, said=said)


def _axes(first: Any, last: Any) -> list[Any]:
    span = [0, alt.expr(f"width - {LABELS}")]
    axis = alt.Axis(title="Chance", format="%", values=[0, 0.2, 0.4, 0.5, 0.6, 0.8, 1])
    y = alt.Y("chance:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=axis)
    zero = alt.Chart(pd.DataFrame({"chance": [0.0]})).mark_point(size=0).encode(y=y)
    return [theme.date_range(alt.X, first, last, span=span, title=None, grid=False), zero]


def _curve(points: pd.DataFrame) -> list[Any]:
    told = theme.tooltip({"said_at": "Finished by", "said": "Chance"})
    chart = alt.Chart(points.assign(floor=0.0)).encode(x="finish:T", y="chance:Q")
    how = {"interpolate": "step-after", "color": theme.BLUE}
    return [
        chart.mark_area(opacity=0.12, **how).encode(y2="floor:Q"),
        chart.mark_line(strokeWidth=2, **how),
        chart.mark_point(opacity=0, size=60).encode(tooltip=told),
    ]


def _marks(marks: pd.DataFrame) -> list[Any]:
    """Each mark on the curve, a line down to its day; its words at the right, at its height."""
    if marks.empty:
        return []
    marks = marks.assign(label_y=theme.label_heights(marks["chance"], 0, 1, HEIGHT), floor=0.0)
    colour, shape = theme.scales({k: v for k, v in _LOOKS.items() if k in set(marks["kind"])})
    x, y = f"width - {LABELS}", alt.expr("datum.label_y")
    legend = alt.Legend(columns=alt.expr("width < 560 ? 1 : 3"))
    ink = alt.Color("kind:N", scale=colour, legend=legend)
    chart = alt.Chart(marks).encode(x="finish:T")
    words = alt.Chart(marks).mark_text(
        align="left", x=alt.expr(f"{x} + 16"), y=y, limit=alt.expr(f"{LABELS} - 18")
    )
    told = theme.tooltip({"label": "Mark", "said": "Chance"})
    return [
        chart.mark_rule(strokeDash=[4, 3]).encode(y="floor:Q", y2="chance:Q", color=ink),
        chart.mark_point(filled=True, size=80, opacity=1).encode(
            y="chance:Q", color=ink, shape=alt.Shape("kind:N", scale=shape, legend=legend),
            tooltip=told,
        ),
        words.encode(text="label:N", color=ink, tooltip=told),
    ]  # fmt: skip
