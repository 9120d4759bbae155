"""What is finished, what is to be finished, and how far the team will be in each week to come."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts import lines, theme
from pmtools.charts.theme import Chart, alt
from pmtools.metrics import CannotSay
from pmtools.words import cells, day, number

HEIGHT = 340
_BANDS = ((0.05, 0.95, 0.25), (0.15, 0.85, 0.45))
"""Chances at the edges of each band of the fan, and its opacity."""
MARKED = (0.5, 0.85)
"""Chances of which the date is marked."""


def chart_burn_up(
    by_day: pd.DataFrame | CannotSay,
    fan: pd.DataFrame | CannotSay | None = None,
    when: pd.DataFrame | CannotSay | None = None,
    *,
    title: str = "Burn-up with forecast",
) -> Chart:
    """Finished items against the scope, and the fan of what will be finished of it.

    Parameters
    ----------
    by_day
        day, n_created (the scope), n_finished (columns of `Flow.by_day`).
    fan
        probability, n_items (at least so many, from the beginning), finish (`Flow.fan`).
    when
        probability, finish (`Flow.when`): marked on the line of the scope. A fan or dates that
        cannot be said are left out, and the reason stands in the subtitle.
    """
    if isinstance(by_day, CannotSay):
        return theme.nothing(by_day)
    if by_day.empty:
        return theme.nothing("no work items are known")
    rows = theme.thinned(by_day)
    ahead = fan if isinstance(fan, pd.DataFrame) else pd.DataFrame(columns=["finish", "n_items"])
    dates = _dates(when)
    scope = float(rows["n_created"].iloc[-1])
    last = max([rows["day"].iloc[-1], *ahead["finish"], *dates["at"]])
    ahead = ahead.assign(n_items=ahead["n_items"].clip(upper=scope))
    high = 1.1 * max(scope, 1.0)
    reasons = [str(part).capitalize() for part in (fan, when) if isinstance(part, CannotSay)]
    shade = " Shaded: so many items with a chance of 95% to 5%, dark 85% to 15%." * (len(ahead) > 0)
    marks = " Marked: by when all is finished with that chance." * (len(dates) > 0)
    said = ", ".join(f"with {d.chance} by {day(d.at)}" for d in dates.itertuples())
    first = rows["day"].iloc[0]
    return theme.finished(
        [*_axes(first, last, high), *_fan(ahead), *_lines(rows, scope, last, high),
         *_marks(dates, scope)],
        title=title,
        subtitle=f"Finished items and scope.{shade}{marks}{' '.join(['', *reasons[:1]])}",
        description=f"{title}. On {day(rows['day'].iloc[-1])} "
        f"{number(rows['n_finished'].iloc[-1])} of {number(scope)} items are finished"
        f"{'; all of them ' + said if said else ''}.",
        height=HEIGHT,
    )  # fmt: skip


def _dates(when: pd.DataFrame | CannotSay | None) -> pd.DataFrame:
    """The dates to be marked; the higher chance where two share a date."""
    if not isinstance(when, pd.DataFrame):
        return pd.DataFrame(columns=["at", "chance"])
    rows = when[when["probability"].isin(MARKED)].drop_duplicates("finish", keep="last")
    chances = [f"{100 * chance:.0f}%" for chance in rows["probability"]]
    return pd.DataFrame({"at": rows["finish"], "chance": chances})


def _axes(first: Any, last: Any, high: float) -> list[Any]:
    last = max(last, first + pd.Timedelta(days=7))
    span = [0, alt.expr("width - 96")]
    scale = alt.Scale(domain=[0, high], nice=False)
    axis = alt.Axis(title="Items", tickCount=6, tickMinStep=1, format="d")
    y = alt.Chart(pd.DataFrame({"value": [0.0]})).mark_point(size=0)
    return [
        theme.date_range(alt.X, first, last, span=span, title=None, grid=False),
        y.encode(y=alt.Y("value:Q", scale=scale, axis=axis)),
    ]


def _fan(fan: pd.DataFrame) -> list[Any]:
    if fan.empty:
        return []
    wide = fan.pivot_table(index="finish", columns="probability", values="n_items")
    layers = []
    for most, least, opacity in _BANDS:
        if {most, least} <= set(wide):
            band = pd.DataFrame({"at": wide.index, "low": wide[least], "high": wide[most]})
            area = alt.Chart(band).mark_area(color=theme.PALE_BLUE, opacity=opacity)
            layers.append(area.encode(x="at:T", y="low:Q", y2="high:Q"))
    if 0.5 in wide:
        middle = pd.DataFrame({"at": wide.index, "value": wide[0.5]})
        line = alt.Chart(middle).mark_line(color=theme.BLUE, strokeDash=[4, 3])
        layers.append(line.encode(x="at:T", y="value:Q"))
    return layers


def _lines(rows: pd.DataFrame, scope: float, last: Any, high: float) -> list[Any]:
    names = {"n_created": ("Scope", theme.INK), "n_finished": ("Finished", theme.BLUE)}
    layers = []
    for column, (word, ink) in names.items():
        line = pd.DataFrame({"at": rows["day"], "value": rows[column], "name": word})
        line = line.assign(said=cells(list(line["value"]), "number"),
                           said_at=cells(list(line["at"]), "date"))  # fmt: skip
        chart = alt.Chart(line).encode(x="at:T", y="value:Q")
        told = theme.tooltip({"name": "Line", "said_at": "Date", "said": "Items"})
        layers += [
            chart.mark_line(color=ink, strokeWidth=2.2, interpolate="step-after"),
            chart.mark_point(size=45, opacity=0, filled=True).encode(tooltip=told),
        ]
    ahead = pd.DataFrame({"at": [rows["day"].iloc[-1], last], "value": scope})
    dashed = alt.Chart(ahead).mark_line(color=theme.INK, strokeDash=[6, 4], strokeWidth=1.4)
    finished = float(rows["n_finished"].iloc[-1])
    ends = pd.DataFrame(
        {
            "at": [last, rows["day"].iloc[-1]],
            "value": [scope, max(finished - 0.06 * high, 0.0)],
            "word": [f"Scope {number(scope)}", f"Finished {number(finished)}"],
            "ink": [theme.INK, theme.BLUE],
        }
    )
    return [*layers, dashed.encode(x="at:T", y="value:Q"), *lines.labels_of(ends, 0, high, HEIGHT)]


def _marks(dates: pd.DataFrame, scope: float) -> list[Any]:
    if dates.empty:
        return []
    words = [f"{d.chance} by {day(d.at)}" for d in dates.itertuples()]
    # One above the other, as on a phone there is no room between their dates.
    steps = [0.3 * scope * n for n in range(len(dates))]
    shown = dates.assign(value=scope, floor=0.0, step=steps, word=words)
    chart = alt.Chart(shown).encode(x="at:T")
    text = {"angle": 270, "align": "left", "baseline": "bottom", "dx": 6, "dy": -2}
    return [
        chart.mark_rule(color=theme.LATE, strokeDash=[2, 3]).encode(y="floor:Q", y2="value:Q"),
        chart.mark_point(filled=True, shape="diamond", size=70, color=theme.LATE, opacity=1).encode(
            y="value:Q"
        ),
        chart.mark_text(color=theme.DARK_LATE, **text).encode(y="step:Q", text="word:N"),
    ]
