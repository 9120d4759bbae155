"""The tasks around a task: what it waits for, and what waits for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pmtools.charts import theme
from pmtools.charts.theme import Chart, alt
from pmtools.metrics import CannotSay
from pmtools.words import cells, day, day_month, plain, wrapped

STEPS = 2
MOST_A_STEP = 8
BOX, GAP = 0.8, 0.06
"""Share of its column that a box takes; and how far from it an arrow turns."""
HEIGHT = 52


def chart_network(
    tasks: pd.DataFrame | CannotSay,
    links: pd.DataFrame,
    around: str,
    title: str = "what comes before and after",
) -> Chart:
    """The network around a task: two steps before it and two after it, from left to right.

    Parameters
    ----------
    tasks
        id, name, start, finish, is_critical (columns of `Schedule.tasks`).
    links
        predecessor_id, successor_id, kind, is_driving (columns of `Schedule.links`).
    around
        The id of the task in the middle. Of more than 8 tasks in a step, those that drive or are
        critical are shown first, the rest counted.
    """
    if isinstance(tasks, CannotSay):
        return theme.nothing(tasks)
    dated = tasks.dropna(subset=["start", "finish"]).drop_duplicates("id").set_index("id")
    if around not in dated.index:
        return theme.nothing(f'the plan has no task "{plain(around, 60)}" with dates')
    links = links[links["predecessor_id"].isin(dated.index)]
    links = links[links["successor_id"].isin(dated.index)]
    level = _levels(links, around)
    boxes, n_more = _boxes(dated, links, level)
    arrows = _arrows(links, boxes)
    n_rows = int(boxes["step"].value_counts().max())
    more = f" And {_tasks(n_more)} more." if n_more else ""
    return theme.finished(
        [*_lines(arrows), *_cards(boxes, n_rows), _columns(_steps(boxes))],
        title=f"{plain(dated.at[around, 'name'], 100)}: {title}",
        subtitle="In steps. Thick arrows set the date of what they point at; dashed ones leave "
        f"slack. Orange boxes are critical.{more}",
        description=_description(boxes, arrows, dated.loc[around], n_more),
        height=HEIGHT * n_rows,
    )


def _levels(links: pd.DataFrame, around: str) -> dict[str, int]:
    """How many steps each task is before (-) or after (+) the one in the middle."""
    level = {around: 0}
    for sign, here, there in (
        (-1, "successor_id", "predecessor_id"),
        (1, "predecessor_id", "successor_id"),
    ):
        edge = {around}
        for step in range(1, STEPS + 1):
            found = links.loc[links[here].isin(edge), there]
            edge = {task_id for task_id in found if task_id not in level}
            level |= dict.fromkeys(edge, sign * step)
    return level


def _boxes(
    tasks: pd.DataFrame, links: pd.DataFrame, level: dict[str, int]
) -> tuple[pd.DataFrame, int]:
    """The tasks that are shown, each with its place: step, and y in rows from the middle."""
    near = tasks[tasks.index.isin(level)].copy()
    near["step"] = near.index.map(level)
    driving = links[links["is_driving"]]
    ends = {*driving["predecessor_id"], *driving["successor_id"]}
    near["rank"] = 2 * near["is_critical"] + near.index.isin(ends)
    near = near.sort_values(["rank", "start"], ascending=[False, True], kind="stable")
    shown = near.groupby("step").head(MOST_A_STEP).sort_values(["step", "start"], kind="stable")
    place = shown.groupby("step").cumcount()
    size = shown.groupby("step")["step"].transform("size")
    letters = 102 // len(_steps(shown))
    names = [wrapped(plain(name, 2 * letters), letters) for name in shown["name"]]
    say = day if shown["finish"].dt.year.nunique() > 1 else day_month
    spans = [
        (f"{day_month(b)}–", say(e)) for b, e in zip(shown["start"], shown["finish"], strict=True)
    ]
    is_day = shown["start"].dt.normalize() == shown["finish"].dt.normalize()
    boxes = pd.DataFrame(
        {
            "id": shown.index,
            "step": shown["step"],
            "y": place - (size - 1) / 2,
            "top": [lines[0] for lines in names],
            "second": [plain(" ".join(lines[1:]), letters + 1) for lines in names],
            "dates": [e if one else b + e for (b, e), one in zip(spans, is_day, strict=True)],
            "is_critical": shown["is_critical"],
            "is_middle": shown["step"] == 0,
            "full_name": [plain(name, 300) for name in shown["name"]],
            "said_start": cells(list(shown["start"]), "date"),
            "said_finish": cells(list(shown["finish"]), "date"),
        }
    )
    return boxes.reset_index(drop=True), len(near) - len(shown)


def _arrows(links: pd.DataFrame, boxes: pd.DataFrame) -> pd.DataFrame:
    """Four points a pair of tasks: out of a box to the right, into the next one from the left."""
    at = boxes.set_index("id")[["step", "y"]]
    links = links[links["predecessor_id"].isin(at.index) & links["successor_id"].isin(at.index)]
    pairs = links.groupby(["predecessor_id", "successor_id"], sort=False, as_index=False)
    links = pairs.agg({"kind": "+".join, "is_driving": "any"})
    links = links.sort_values("is_driving", kind="stable", ignore_index=True)
    before, after = (
        at.loc[links[f"{end}_id"]].reset_index(drop=True) for end in ("predecessor", "successor")
    )
    out, into = before["step"] + BOX / 2, after["step"] - BOX / 2
    steps = [(out, before["y"]), (into - GAP, before["y"]), (into - GAP, after["y"]),
             (into, after["y"])]  # fmt: skip
    facts = links[["kind", "is_driving"]].assign(link=links.index)
    return pd.concat([facts.assign(order=n, x=x, y=y) for n, (x, y) in enumerate(steps)])


def _place(x: str, y: str) -> dict[str, Any]:
    return {"x": alt.X(x, axis=None), "y": alt.Y(y, axis=None)}


def _lines(arrows: pd.DataFrame) -> list[Any]:
    chart = alt.Chart(arrows).encode(**_place("x:Q", "y:Q"), detail="link:N", order="order:Q")
    plain_line = {"color": theme.GREY, "strokeWidth": 1, "strokeDash": [4, 3]}
    driving = {"color": theme.INK, "strokeWidth": 2}
    head = {"shape": "triangle-right", "filled": True, "size": 60, "opacity": 1, "xOffset": -3}
    ink = alt.expr(f"datum.is_driving ? '{theme.INK}' : '{theme.GREY}'")
    ends = alt.Chart(arrows).transform_filter("datum.order == 3").encode(**_place("x:Q", "y:Q"))
    entries = arrows[(arrows["order"] == 3) & (arrows["kind"] != "FS")].groupby(["x", "y"])
    said = entries["kind"].agg(lambda kinds: "+".join(sorted(set("+".join(kinds).split("+")))))
    kinds = alt.Chart(said.reset_index()).encode(**_place("x:Q", "y:Q"), text="kind:N")
    beside = {"align": "right", "dx": -11, "dy": -7, "fontSize": 9}
    return [
        chart.transform_filter("!datum.is_driving").mark_line(**plain_line),
        chart.transform_filter("datum.is_driving").mark_line(**driving),
        ends.mark_point(**head, color=ink),
        kinds.mark_text(**beside, stroke="white", strokeWidth=3),
        kinds.mark_text(**beside),
    ]


def _cards(boxes: pd.DataFrame, n_rows: int) -> list[Any]:
    half = alt.Scale(domain=[n_rows / 2, -n_rows / 2], nice=False, zero=False)
    room = alt.expr(f"{BOX} * width / {len(_steps(boxes))} - 7")
    rows = boxes.assign(left=boxes["step"] - BOX / 2, right=boxes["step"] + BOX / 2)
    rows = rows.assign(low=rows["y"] - 0.42, high=rows["y"] + 0.42)
    told = {"full_name": "Task", "said_start": "Start", "said_finish": "Finish"}
    chart = alt.Chart(rows).encode(tooltip=theme.tooltip(told))
    box = chart.mark_rect(
        cornerRadius=3,
        fill=alt.expr("datum.is_critical ? '#fdeee3' : '#f2f6fa'"),
        stroke=alt.expr(f"datum.is_critical ? '{theme.LATE}' : '{theme.BLUE}'"),
        strokeWidth=alt.expr("datum.is_middle ? 3 : datum.is_critical ? 1.8 : 0.8"),
    ).encode(
        x=alt.X("left:Q", axis=None), x2="right:Q",
        y=alt.Y("low:Q", scale=half, axis=None), y2="high:Q",
    )  # fmt: skip
    words = chart.encode(**_place("left:Q", "y:Q"))
    look = {"align": "left", "dx": 5, "limit": room}
    bold = alt.expr("datum.is_middle ? 'bold' : 'normal'")
    return [
        box,
        words.mark_text(**look, dy=-12, fontWeight=bold).encode(text="top:N"),
        words.mark_text(**look, dy=1, fontWeight=bold).encode(text="second:N"),
        words.mark_text(**look, dy=14, fontSize=10, color=theme.PALE_INK).encode(text="dates:N"),
    ]


def _steps(boxes: pd.DataFrame) -> range:
    """The columns: all steps that have a task, and three at least."""
    first, last = int(boxes["step"].min()), int(boxes["step"].max())
    return range(min(first, last - 2), last + 1)


def _columns(steps: range) -> Any:
    """The heading above each step."""
    words = {-1: "before", 0: "this task", 1: "after"}
    said = [f"{abs(n) or ''} {words[np.sign(n)]}".strip() for n in steps]
    heads = alt.Chart(pd.DataFrame({"step": steps, "said": said}))
    scale = alt.Scale(domain=[steps[0] - 0.5, steps[-1] + 0.5], nice=False, zero=False)
    place = alt.X("step:Q", scale=scale, axis=None)
    return heads.mark_text(y=-8, color=theme.PALE_INK).encode(x=place, text="said:N")


def _description(boxes: pd.DataFrame, arrows: pd.DataFrame, task: Any, n_more: int) -> str:
    before, after = (int((boxes["step"] == n).sum()) for n in (-1, 1))
    n_driving = int(arrows.loc[arrows["order"] == 0, "is_driving"].sum())
    return (
        f"Network around {plain(task['name'], 60)}, {day(task['start'])} to "
        f"{day(task['finish'])}: {_tasks(before)} directly before it, {_tasks(after)} directly "
        f"after it, {len(boxes) + n_more} in all within {STEPS} steps; "
        f"{int(boxes['is_critical'].sum())} are critical, {n_driving} of "
        f"{arrows['link'].nunique()} links set a date."
    )


def _tasks(n: int) -> str:
    return f"{n} task{'' if n == 1 else 's'}"
