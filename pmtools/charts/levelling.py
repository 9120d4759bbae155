"""What moves when nobody is asked to work on two things at once: before and after levelling."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pmtools.charts import task_rows, theme
from pmtools.charts.theme import Chart, alt
from pmtools.metrics import CannotSay
from pmtools.words import Statement, cells, day, is_missing, plain

MOST_ROWS = 40
_LEGEND = {
    "Before": ("M-1,-0.3H1V0.3H-1Z", theme.GREY, theme.GREY),
    "After levelling": ("square", theme.PALE_BLUE, theme.BLUE),
}


def chart_levelling(
    moves: pd.DataFrame | CannotSay,
    *,
    finish_before: Any = None,
    finish: Any = None,
    title: str = "Before and after levelling",
) -> Chart:
    """The tasks that levelling moves: where they were, where they are, and for whom they wait.

    Parameters
    ----------
    moves
        name, start_before, start, finish_before, finish, moved_days, because (for whom it waits,
        or what sets its date; columns of `Levelling.moves`). Of more than 40, those that move
        furthest are shown.
    finish_before, finish
        Finish of the project before and after.
    """
    if isinstance(moves, CannotSay):
        return theme.nothing(moves)
    moves = moves.dropna(subset=["start_before", "start", "finish_before", "finish"])
    if moves.empty:
        return Statement("Levelling moves no task.", "info")
    far = moves["moved_days"].abs().sort_values(ascending=False, kind="stable").index
    shown = moves.loc[far[:MOST_ROWS]].sort_values(["start", "finish"], kind="stable")
    dates = ["start_before", "start", "finish_before", "finish"]
    first, last = task_rows.window(shown, dates, finish_before, finish)
    early, late = (first + (last - first) * share for share in (0.6, 0.4))
    rows = _rows(shown, early, late)
    ends = [(at, word) for at, word in ((finish_before, "before"), (finish, "after"))]
    said = _finish_words(finish_before, finish)
    n_more = len(moves) - len(shown)
    more = f" The {len(shown)} of {len(moves)} tasks that move furthest." if n_more else ""
    most = rows.loc[shown["moved_days"].abs().to_numpy().argmax()]
    return theme.finished(
        [
            *task_rows.beside_bars(rows, "Moved", first, last, None),
            *_bars(rows),
            *_finishes([(at, word) for at, word in ends if not is_missing(at)]),
            task_rows.legend(_LEGEND),
        ],
        title=title,
        subtitle=f"{said}Beside each bar: for whom the task waits, or what sets its date.{more}",
        description=f"{title}: {len(moves)} task{'s' * (len(moves) > 1)} move. {said}"
        f"Most: {most['full_name']}, {most['end_label']}, {most['because']}.",
        height=task_rows.ROW_HEIGHT * len(rows),
    )


def _rows(moves: pd.DataFrame, early: Any, late: Any) -> pd.DataFrame:
    moved = cells(list(moves["moved_days"].astype("float64")), "signed_days")
    left = moves[["start_before", "start"]].min(axis=1)
    right = moves[["finish_before", "finish"]].max(axis=1)
    return (
        moves[["start_before", "start", "finish_before", "finish"]]
        .assign(
            row=range(len(moves)),
            name=[plain(name, 60) for name in moves["name"]],
            full_name=[plain(name, 200) for name in moves["name"]],
            indent=0,
            is_bold=False,
            is_critical=False,
            left=left,
            right=right,
            side=np.select([right < early, left > late], ["right", "left"], ""),
            end_label=moved,
            end_short=moved,
            because=[plain(why, 60) for why in moves["because"]],
            **{f"said_{name}": cells(list(moves[name]), "date") for name in _TOLD},
        )
        .reset_index(drop=True)
    )


_TOLD = {
    "start_before": "Start before",
    "start": "Start after",
    "finish_before": "Finish before",
    "finish": "Finish after",
}


def _bars(rows: pd.DataFrame) -> list[Any]:
    dates = {f"said_{name}": word for name, word in _TOLD.items()}
    told = {"full_name": "Task", **dates, "end_label": "Moved", "because": "Why"}
    y, tooltip = alt.Y("row:O", axis=None), theme.tooltip(told)
    chart = alt.Chart(rows).encode(y=y, tooltip=tooltip)
    ink = theme.critical_ink(theme.PALE_BLUE, theme.BLUE)
    room = alt.expr(f"0.36 * (width - {task_rows.room_for(rows)})")
    words = {"fontSize": 10, "color": theme.PALE_INK, "yOffset": -2, "limit": room}
    after, before = (chart.transform_filter(f"datum.side === '{s}'") for s in ("right", "left"))
    return [
        chart.mark_bar(height=4, yOffset=5, color=theme.GREY).encode(
            x="start_before:T", x2="finish_before:T"
        ),
        chart.mark_rule(yOffset=-2, color=theme.BLUE, strokeDash=[2, 2]).encode(
            x="left:T", x2="right:T"
        ),
        chart.mark_bar(height=10, yOffset=-2, **ink).encode(x="start:T", x2="finish:T"),
        after.mark_text(align="left", dx=6, **words).encode(x="right:T", text="because:N"),
        before.mark_text(align="right", dx=-6, **words).encode(x="left:T", text="because:N"),
    ]


def _finishes(ends: list[tuple[Any, str]]) -> list[Any]:
    """A line where the project ends, before and after."""
    rows = pd.DataFrame(ends, columns=["at", "word"])
    dash = {"before": [2, 3], "after": [1, 0]}
    return [
        alt.Chart(rows[rows["word"] == word]).mark_rule(color=theme.INK, strokeDash=dash[word])
        .encode(x="at:T")
        for _, word in ends
    ]  # fmt: skip


def _finish_words(before: Any, after: Any) -> str:
    if is_missing(before) or is_missing(after):
        return ""
    if day(before) == day(after):
        return f"The project still finishes on {day(after)}. "
    return f"The project finishes on {day(after)} (line) instead of {day(before)} (dotted). "
