"""What to change: scenarios beside the plan, the ways back by cost and chance, what moves."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts import task_rows, theme
from pmtools.charts.theme import Chart, alt
from pmtools.metrics import CannotSay
from pmtools.words import cells, chance_said, day, is_missing, money, plain

MOST_ROWS = 30
HEIGHT = 300
PROVED, FOUND, AS_IS = "Proved cheapest for its chance", "Best found", "As planned"
_OPTIONS = {
    PROVED: ("circle", theme.BLUE, theme.BLUE),
    FOUND: ("circle", "white", theme.BLUE),
    AS_IS: ("diamond", theme.INK, theme.INK),
}
_SCENARIOS = {
    "P50 (short line) to P80 (end of the bar)": ("square", theme.PALE_BLUE, theme.BLUE),
    "Finish of the plan": ("diamond", "white", theme.INK),
}
_MOVES = {
    "Before": ("circle", "white", theme.PALE_INK),
    "Earlier": ("triangle-left", theme.BLUE, theme.BLUE),
    "Later": ("triangle-right", theme.LATE, theme.DARK_LATE),
}


def chart_scenarios(
    rows: pd.DataFrame | CannotSay, *, currency: str = "", deadline: Any = None,
    title: str = "Finish and cost of each scenario",
) -> Chart:  # fmt: skip
    """Each scenario as a bar from P50 to P80 of its finish, with the plan's date and its cost.

    Parameters
    ----------
    rows
        Columns of `Comparison.rows`: scenario, finish, p50, p80, cost_p80.
    deadline
        Drawn as a dashed line.
    """
    if isinstance(rows, CannotSay):
        return theme.nothing(rows)
    if rows.empty:
        return theme.nothing("no scenario is compared")
    shown = rows.head(MOST_ROWS).reset_index(drop=True)
    costs = ["" if is_missing(c) else money(c, currency) for c in shown["cost_p80"]]
    drawn = _named(shown["scenario"], costs).assign(
        **{name: shown[name].astype("datetime64[us]") for name in ("finish", "p50", "p80")},
        **{f"said_{name}": cells(list(shown[name]), "date") for name in ("finish", "p50", "p80")},
        said_cost=costs,
    )
    first, last = task_rows.window(drawn, ["finish", "p50", "p80"], deadline)
    told = {"full_name": "Scenario", "said_finish": "Plan", "said_p50": "P50", "said_p80": "P80",
            "said_cost": "P80 of the cost"}  # fmt: skip
    bars = _at_rows(drawn, told)
    edge = {"shape": "M0,-0.5V0.5", "size": 110, "opacity": 1, "strokeWidth": 2.5}
    diamond = {"shape": "diamond", "size": 60, "opacity": 1, "fill": "white", "stroke": theme.INK}
    until = "" if is_missing(deadline) else f" Dashed: the deadline, {day(deadline)}."
    return theme.finished(
        [
            *task_rows.beside_bars(drawn, "Cost, P80", first, last, deadline),
            bars.mark_bar(height=9, fill=theme.PALE_BLUE, stroke=theme.BLUE, strokeWidth=0.6)
            .encode(x="p50:T", x2="p80:T"),
            bars.mark_point(stroke=theme.BLUE, **edge).encode(x="p50:T"),
            bars.mark_point(**diamond).encode(x="finish:T"),
            task_rows.legend(_SCENARIOS),
        ],
        title=title,
        subtitle="P50 is as likely kept as missed; P80 is kept by eight of ten trials. All "
        f"scenarios are drawn from the same trials.{until}",
        description=f"{title}: {_ends(drawn)}.{until}",
        height=task_rows.ROW_HEIGHT * len(drawn),
    )  # fmt: skip


def _ends(drawn: pd.DataFrame) -> str:
    return "; ".join(
        f"{r.full_name} ends on {r.said_finish if pd.isna(r.p80) else r.said_p80}"
        + " with 80%" * pd.notna(r.p80)
        + f" for {r.said_cost}" * bool(r.said_cost)
        for r in drawn.head(8).itertuples()
    )


def chart_before_after(
    moved: pd.DataFrame | CannotSay, title: str = "What moves, and by how much"
) -> Chart:
    """Unfinished tasks that move: the finish before, the finish after, and the working days.

    Parameters
    ----------
    moved
        Columns of `Comparison.moved`: scenario, name, owner, before, after, days. Of several
        scenarios each has a heading; of more than 30 tasks those that move most are shown.
    """
    if isinstance(moved, CannotSay):
        return theme.nothing(moved)
    if moved.empty:
        return theme.nothing("no task moves by half a day or more")
    drawn = _moves(moved)
    tasks = drawn[~drawn["is_bold"]]
    first, last = task_rows.window(drawn, ["before", "after"])
    told = {"full_name": "Task", "owner": "Owner", "said_before": "Before", "said_after": "After",
            "end_label": "Working days"}  # fmt: skip
    marks = _at_rows(drawn, told).transform_filter("!datum.is_bold")
    looks = {name: look for name, look in _MOVES.items() if name in {"Before", *drawn["what"]}}
    late = "datum.what === 'Later'"
    fill = alt.expr(f"{late} ? '{theme.LATE}' : '{theme.BLUE}'")
    shape = alt.expr(f"{late} ? 'triangle-right' : 'triangle-left'")
    said = "; ".join(f"{r.full_name} {r.end_label}" for r in tasks.head(8).itertuples())
    more = len(moved) - len(tasks)
    return theme.finished(
        [
            *task_rows.beside_bars(drawn, "Moves", first, last, None),
            marks.mark_rule(strokeWidth=2, color=theme.PALE_GREY)
            .encode(x="before:T", x2="after:T"),
            marks.mark_point(size=36, opacity=1, fill="white", stroke=theme.PALE_INK)
            .encode(x="before:T"),
            marks.mark_point(size=70, opacity=1, fill=fill, stroke=fill, shape=shape)
            .encode(x="after:T"),
            task_rows.legend(looks),
        ],
        title=title,
        subtitle="Finish of unfinished tasks; + is later, − is earlier, in working days."
        + f" And {more} that move less." * (more > 0),
        description=f"{title}: {said}. Tasks in all: {len(moved)}.",
        height=task_rows.ROW_HEIGHT * len(drawn),
    )  # fmt: skip


def _moves(moved: pd.DataFrame) -> pd.DataFrame:
    """The tasks that move most by their dates, under a heading where there are scenarios."""
    most = moved["days"].abs().rank(method="first", ascending=False) <= MOST_ROWS
    rows = moved[most].sort_values(["scenario", "after"], kind="stable")
    if rows["scenario"].nunique() > 1:
        heads = rows[["scenario"]].drop_duplicates()
        heads = heads.assign(name=heads["scenario"], owner="")
        rows = pd.concat([heads, rows]).sort_values("scenario", kind="stable")
    rows = rows.reset_index(drop=True)
    is_head = rows["days"].isna()
    days = pd.Series(cells(list(rows["days"]), "signed_days")).mask(is_head, "")
    return _named(rows["name"], days, is_head).assign(
        before=rows["before"].astype("datetime64[us]"),
        after=rows["after"].astype("datetime64[us]"),
        said_before=[day(at) for at in rows["before"]],
        said_after=[day(at) for at in rows["after"]],
        owner=[plain(owner, 60) for owner in rows["owner"]],
        what=(rows["days"] > 0).map({True: "Later", False: "Earlier"}).mask(is_head),
    )


def _named(names: Any, ends: Any, is_bold: Any = False) -> pd.DataFrame:
    """Rows as `task_rows` wants them: names at the left, a word before the axis."""
    return pd.DataFrame(
        {
            "row": range(len(names)), "indent": 0, "is_bold": is_bold,
            "name": [plain(name, 60) for name in names],
            "full_name": [plain(name, 200) for name in names],
            "end_label": list(ends), "end_short": list(ends),
        }
    )  # fmt: skip


def _at_rows(rows: pd.DataFrame, told: dict[str, str]) -> Any:
    return alt.Chart(rows).encode(y=alt.Y("row:O", axis=None), tooltip=theme.tooltip(told))


def chart_way_back(
    options: pd.DataFrame | CannotSay, base_chance: float | CannotSay, target: float | CannotSay,
    *, currency: str = "", title: str = "What more certainty costs",
) -> Chart:  # fmt: skip
    """Cost against chance: the plan as it is, and each option with its 95 % interval.

    The line joins those options that no cheaper one beats (Pareto). Options that are proved to be
    the cheapest for their chance are filled.

    Parameters
    ----------
    options
        Columns of `Recovery.options`: option, changes, cost, chance, low, high, is_proved.
    base_chance, target
        Chance of the goal without a change, and the one that is wanted, 0 to 1.
    """
    for given in (options, base_chance, target):
        if isinstance(given, CannotSay):
            return theme.nothing(given)
    assert isinstance(options, pd.DataFrame), "reasons are handed on above"
    if options.empty:
        return theme.nothing("there is no option: none is needed, or none was found")
    columns = ["option", "changes", "cost", "chance", "low", "high", "is_proved"]
    base = {"option": AS_IS, "cost": 0.0, "chance": base_chance, "low": base_chance,
            "high": base_chance, "changes": "no change"}  # fmt: skip
    points = pd.DataFrame([base, *options[columns].to_dict("records")])
    points = points.sort_values(["cost", "chance"], kind="stable").reset_index(drop=True)
    what = points["is_proved"].map({True: PROVED, False: FOUND}).fillna(AS_IS)
    points = points.drop(columns="is_proved").assign(
        what=what,
        label=points["option"].str.removeprefix("Option "),
        changes=[plain(words, 300) for words in points["changes"]],
        said_cost=[money(cost, currency) for cost in points["cost"]],
        said_chance=[chance_said(chance) for chance in points["chance"]],
        aim=target,
    )
    said = "; ".join(f"{r.option} {r.said_chance} for {r.said_cost}" for r in points.itertuples())
    aim = f"Dashed: the {chance_said(float(target))} that are wanted."  # type: ignore[arg-type]
    return theme.finished(
        _ways(points, currency),
        title=title,
        subtitle=f"Chance of the goal, with its 95% interval. {aim}",
        description=f"{title}: {said}. {aim}",
        height=HEIGHT,
    )


def _ways(points: pd.DataFrame, currency: str) -> list[Any]:
    unit = f", {plain(currency, 12)}" if currency else ""
    most = max(points["cost"].max(), 1.0)
    low, high = points[["low", "aim"]].min().min(), points[["high", "aim"]].max().max()
    x = alt.X("cost:Q", scale=alt.Scale(domain=[-most / 40, most * 1.1], nice=False),
              axis=alt.Axis(title=f"Cost of the changes{unit}", format="~s", tickCount=6,
                            grid=False, labelOverlap="greedy"))  # fmt: skip
    room = max(high - low, 0.05) / 10
    y = alt.Y("chance:Q", scale=alt.Scale(domain=[max(low - room, 0), min(high + room, 1)],
                                          nice=False, zero=False),
              axis=alt.Axis(title="Chance of the goal", format=".0%", tickCount=6))  # fmt: skip
    looks = {name: look for name, look in _OPTIONS.items() if name in set(points["what"])}
    shape, fill, stroke = theme.scales(looks)
    best = points[points["chance"] > points["chance"].cummax().shift(fill_value=-1.0)]
    told = theme.tooltip({"option": "Option", "changes": "What is done", "said_cost": "Costs",
                          "said_chance": "Chance"})  # fmt: skip
    chart = alt.Chart(points).encode(x=x, y=y, tooltip=told)
    dashed = {"color": theme.INK, "strokeDash": [5, 3], "strokeWidth": 1.2}
    return [
        alt.Chart(points.head(1)).mark_rule(**dashed).encode(y="aim:Q"),
        chart.mark_rule(color=theme.PALE_BLUE, strokeWidth=2).encode(y="low:Q", y2="high:Q"),
        alt.Chart(best).mark_line(color=theme.BLUE, interpolate="step-after", strokeWidth=1.4)
        .encode(x="cost:Q", y="chance:Q"),
        chart.mark_point(size=90, opacity=1).encode(
            shape=alt.Shape("what:N", scale=shape, legend=alt.Legend(columns=3)),
            fill=alt.Fill("what:N", scale=fill, legend=alt.Legend(columns=3)),
            stroke=alt.Stroke("what:N", scale=stroke, legend=alt.Legend(columns=3)),
        ),
        chart.mark_text(align="left", dx=10, dy=-8, fontWeight="bold").encode(text="label:N"),
    ]  # fmt: skip
