"""The probability-impact matrix: each open risk in its cell, and where it stood a week before."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from pmtools.charts import theme
from pmtools.charts.theme import Chart, alt
from pmtools.metrics import CannotSay
from pmtools.words import cells, chance_said, number, percent, plain

CELL, SLOT, FIRST = 66, 18, 13
"""Pixels: height of a cell and of a label in it, and where the first one stands."""
PER_COLUMN, PER_CELL = 3, 5
LEVELS = ("Very low", "Low", "Moderate", "High", "Very high")
_BANDS = {"high": "#f6d9d0", "moderate": "#f8ebcb", "low": "#dcebe1"}
_LOOKS = {
    "Threat": (theme.INK, theme.INK, "circle"),
    "Opportunity": (theme.PALE_BLUE, theme.BLUE, "diamond"),
    "No longer open": ("white", theme.GREY, "circle"),
}
_MOVED = {"same": "same score", "gone": "no longer open", "": "not known"}
_TOLD = {"title_": "Risk", "id_": "Id", "owner_": "Owner", "chance": "Probability",
         "days": "Delay", "word": "Score", "moved": "Since last week"}  # fmt: skip


def chart_risk_matrix(
    risks: pd.DataFrame | CannotSay,
    matrix: pd.DataFrame,
    *,
    title: str = "Risks by probability and impact",
) -> Chart:
    """The open risks in their cells; a line leads from the cell in which a risk was last week.

    Parameters
    ----------
    risks, matrix
        As `RiskMatrix.risks` and `RiskMatrix.cells`. Of more than five risks in a cell the rest is
        counted; those that cannot be rated are named below the title.
    """
    if isinstance(risks, CannotSay):
        return theme.nothing(risks)
    rows = _placed(risks)
    if rows.empty:
        return theme.nothing("no open risk has a probability and an impact")
    shown = _slotted(rows)
    moved = shown.dropna(subset=["from_x", "from_y"])
    unrated = [plain(each, 20) for each in risks.loc[~risks.index.isin(rows.index), "id"]]
    return theme.finished(
        [*_ground(matrix), *_lines(moved), *_marks(shown)],
        title=title,
        subtitle="Impact: the worse of cost (% of the budget) and time (% of the duration)."
        + (" A line leads from last week's cell." if len(moved) else "")
        + (f" Not rated: {plain(', '.join(unrated), 80)}." if unrated else ""),
        description=f"{title}: {_in_words(rows)}.",
        height=5 * CELL,
    )


def _placed(risks: pd.DataFrame) -> pd.DataFrame:
    """The risks with a cell, the worst first: x, y of its upper corner; from_x, from_y of the
    cell they left, else NaN.
    """
    names = ["impact_level", "probability_level"]
    now, was = risks[names], risks[[f"before_{name}" for name in names]].set_axis(names, axis=1)
    is_gone = risks["movement"] == "gone"
    has_moved = (now != was).any(axis=1) & ~is_gone
    at, left = now.mask(is_gone, was), was.where(has_moved)
    rows = risks.assign(
        x=at["impact_level"], y=at["probability_level"],
        from_x=left["impact_level"], from_y=left["probability_level"],
    )  # fmt: skip
    return rows.dropna(subset=["x", "y"]).sort_values("score", ascending=False, kind="stable")


def _in_words(rows: pd.DataFrame) -> str:
    bands = [f"{n} {band}" for band in _BANDS if (n := int((rows["band"] == band).sum()))]
    moves = [
        f"{plain(row.id, 20)} {plain(row.title, 60)} ({_MOVED.get(row.movement, row.movement)})"
        for row in rows[rows["movement"].isin(["new", "up", "down", "gone"])].itertuples()
    ]
    return "; ".join([f"{len(rows)} risks, {', '.join(bands) or 'none open'}", *moves[:8]])


def _slotted(rows: pd.DataFrame) -> pd.DataFrame:
    """The risks at their places in their cells, and what is said of them."""
    cell = rows.groupby(["x", "y"])["id"]
    slot, many = cell.cumcount(), cell.transform("size")
    is_last = (many > PER_CELL) & (slot == PER_CELL - 1)
    room = (many > PER_COLUMN).map({True: 8, False: 16})
    label = pd.Series([plain(i, n) for i, n in zip(rows["id"], room, strict=True)], rows.index)
    label = label.mask((rows["movement"] == "new") & (room == 16), label + " new")
    kind = rows["is_threat"].map({True: "Threat", False: "Opportunity"})
    texts = {f"{name}_": [plain(each, 120) for each in rows[name]] for name in ("title", "owner")}
    shown = pd.DataFrame(
        {
            "x": rows["x"] - 1 + 0.08 + (slot // PER_COLUMN) * 0.5,
            "y": rows["y"] - (FIRST + SLOT * (slot % PER_COLUMN)) / CELL,
            "from_x": rows["from_x"] - 0.12,
            "from_y": rows["from_y"] - 0.5,
            "label": label.mask(is_last, "and " + (many - PER_CELL + 1).astype("str") + " more"),
            "kind": kind.mask(rows["movement"] == "gone", "No longer open"),
            "id_": [plain(each, 40) for each in rows["id"]],
            **texts,
            "chance": [chance_said(each) for each in rows["probability"]],
            "days": cells(list(rows["impact_days"].astype("float64")), "signed_days"),
            "word": [_score(each) for each in rows["score"]],
            "moved": [_MOVED.get(each, each) for each in rows["movement"]],
        }
    )
    return shown[slot < PER_CELL]


def _score(score: float) -> str:
    return "–" if score != score else number(score, 0 if score >= 1 else 2)


def _axes(matrix: pd.DataFrame) -> dict[str, Any]:
    """Both axes: five cells each, named by what `matrix` says that they mean."""
    steps = matrix.drop_duplicates("impact_level").sort_values("impact_level")
    rows = matrix.drop_duplicates("probability_level").sort_values("probability_level")
    words = {
        "x": [[name, f"cost {row.cost}", f"time {row.time}"]
              for name, row in zip(LEVELS, steps.itertuples(), strict=True)],
        "y": [[name, percent(100 * chance)]
              for name, chance in zip(LEVELS, rows["probability"], strict=True)],
    }  # fmt: skip
    looks = {"values": [0.5, 1.5, 2.5, 3.5, 4.5], "grid": False, "ticks": False, "domain": False}
    scale = alt.Scale(domain=[0, 5], nice=False)
    titles = {"x": (alt.X, "Impact"), "y": (alt.Y, "Probability")}
    return {
        name: channel(
            f"{name}:Q",
            scale=scale,
            axis=alt.Axis(
                title=title, labelExpr=f"{json.dumps(words[name])}[datum.value - 0.5]", **looks
            ),
        )
        for name, (channel, title) in titles.items()
    }


def _ground(matrix: pd.DataFrame) -> list[Any]:
    """The cells in the colour of their band, each with its score."""
    rows = pd.DataFrame(
        {
            "x": matrix["impact_level"] - 1, "x_end": matrix["impact_level"],
            "y": matrix["probability_level"] - 1, "y_end": matrix["probability_level"],
            "colour": matrix["band"].map(_BANDS),
            "word": matrix["band"] + " " + matrix["score"].map(_score),
        }
    )  # fmt: skip
    chart, axes = alt.Chart(rows), _axes(matrix)
    corner = {"align": "right", "baseline": "bottom", "dx": -5, "dy": -4, "fontSize": 10}
    return [
        chart.mark_rect(stroke="white", strokeWidth=2).encode(
            **axes, x2="x_end:Q", y2="y_end:Q", color=alt.Color("colour:N", scale=None)
        ),
        chart.mark_text(**corner, color=theme.PALE_INK).encode(x="x_end:Q", y="y:Q", text="word:N"),
    ]


def _lines(moved: pd.DataFrame) -> list[Any]:
    """From where a risk was, a ring, to where it is; an arrow head in the middle."""
    if moved.empty:
        return []
    rows = moved.assign(
        middle_x=(moved["x"] + moved["from_x"]) / 2, middle_y=(moved["y"] + moved["from_y"]) / 2
    )
    chart = alt.Chart(rows)
    turn = "atan2((datum.x - datum.from_x) * width, (datum.y - datum.from_y) * height)"
    return [
        chart.mark_rule(color=theme.PALE_INK, strokeWidth=1.2).encode(
            x="from_x:Q", y="from_y:Q", x2="x:Q", y2="y:Q"
        ),
        chart.mark_point(size=60, color=theme.PALE_INK, fill="white", opacity=1).encode(
            x="from_x:Q", y="from_y:Q"
        ),
        chart.mark_point(
            shape="triangle", size=70, filled=True, opacity=1, color=theme.PALE_INK,
            angle=alt.expr(f"{turn} * 180 / PI"),
        ).encode(x="middle_x:Q", y="middle_y:Q"),
    ]  # fmt: skip


def _marks(shown: pd.DataFrame) -> list[Any]:
    looks = {word: look for word, look in _LOOKS.items() if word in set(shown["kind"])}
    fill, stroke, shape = theme.scales(looks)
    legend, chart = alt.Legend(columns=3), alt.Chart(shown)
    return [
        chart.mark_point(size=70, opacity=1, strokeWidth=1.4).encode(
            x="x:Q", y="y:Q", tooltip=theme.tooltip(_TOLD),
            fill=alt.Fill("kind:N", scale=fill, legend=legend),
            stroke=alt.Stroke("kind:N", scale=stroke, legend=legend),
            shape=alt.Shape("kind:N", scale=shape, legend=legend),
        ),
        *(
            chart.mark_text(align="left", dx=9, fontWeight="bold", **ink).encode(
                x="x:Q", y="y:Q", text="label:N", tooltip=theme.tooltip(_TOLD)
            )
            for ink in ({"stroke": "white", "strokeWidth": 3}, {"color": theme.INK})
        ),
    ]  # fmt: skip
