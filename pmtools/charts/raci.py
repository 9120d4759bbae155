"""Who is responsible for what: the letters of a RACI matrix as a heat map."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts import theme
from pmtools.charts.theme import DARK_LATE, INK, PALE_INK, Chart, alt
from pmtools.metrics import CannotSay
from pmtools.words import cells as said
from pmtools.words import day, day_month, plain

MOST_ROWS, MOST_PARTIES, ROW = 30, 18, 26
NAMES, NOTES = "(width < 560 ? 130 : 250)", "(width < 560 ? 70 : 112)"
_LOOKS = {  # fill and letter; of what is said elsewhere the edge and letter on white
    "A": ("#1f4e79", "#ffffff", "#1f4e79"),
    "R": ("#5b93c7", "#ffffff", "#3d77ad"),
    "C": ("#cfe0ef", INK, "#8fb0cc"),
    "I": ("#ededed", PALE_INK, "#c4c4c4"),
}
_WORDS = {
    "A": "answers for it", "R": "does it", "A/R": "answers for it and does it", "C": "is asked",
    "I": "is told",
}  # fmt: skip
_TOLD = {"row_name": "What", "said_due": "Due", "name": "Who", "department": "Department",
         "role": "Role", "from": "Said", "wrong": "Wrong"}  # fmt: skip


def chart_raci(
    cells: pd.DataFrame | CannotSay, rows: pd.DataFrame, *, title: str = "Who is responsible"
) -> Chart:
    """A matrix of rows and parties with the letters R, A, C, I; what breaks a rule is framed.

    Parameters
    ----------
    cells
        kind, id, name, due, party_id, party, department, code, is_inherited, problem (columns of
        `Responsibility.cells` or `.departments`). The first 18 parties are drawn.
    rows
        kind, id, name, due, days_late, is_done, problem (columns of `Responsibility.rows`), in the
        order in which they are drawn; the first 30.
    """
    if isinstance(cells, CannotSay):
        return theme.nothing(cells)
    if cells.empty or rows.empty:
        return theme.nothing("nobody has written down who is responsible for what")
    parties = cells.drop_duplicates("party_id")["party_id"].iloc[:MOST_PARTIES]
    places = _rows(rows.iloc[:MOST_ROWS])
    grid = _grid(cells[cells["party_id"].isin(parties)], places, list(parties))
    head = min(24 + 4.2 * cells["party"].str.len().max(), 140.0)
    n = len(rows), cells["party_id"].nunique()
    left_out = [
        f"{most} of {count} {what}"
        for count, most, what in ((n[0], MOST_ROWS, "rows"), (n[1], MOST_PARTIES, "parties"))
        if count > most
    ]
    n_wrong = int((grid["wrong"] != "–").sum() + (places["problem"] != "").sum())
    return theme.finished(
        _layers(grid, places, len(parties), head),
        title=title,
        subtitle="R does it, A answers for it, C is asked, I is told. White: said at its tasks, "
        "not here. Thick frame, or a note in brown: it breaks a rule. "
        + (f"Shown: {', '.join(left_out)}." if left_out else ""),
        description=f"{title}: {len(places)} rows by {len(parties)} parties, {len(grid)} roles; "
        f"{n_wrong} cells or rows break a rule. First: {places['full'].iloc[0]}, due "
        f"{places['said_due'].iloc[0]}.",
        height=round(head) + ROW * len(places),
    )


def _rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Name, day and a note a row; the note is what is wrong, else how late it will be."""
    late = said(list(rows["days_late"].where(rows["days_late"] > 0).abs()), "days")
    when = [
        "done" if is_done else f"{days} late" if days != "–" else ""
        for days, is_done in zip(late, rows["is_done"], strict=True)
    ]
    notes = [", ".join(filter(None, both)) for both in zip(rows["problem"], when, strict=True)]
    return pd.DataFrame(
        {
            "kind": rows["kind"].array, "id": rows["id"].array,
            "y": [float(n) for n in range(len(rows))],
            "row_name": [plain(name, 60) for name in rows["name"]],
            "full": [plain(name, 200) for name in rows["name"]],
            "said_due": [day(due) for due in rows["due"]],
            "short_due": [day_month(due) for due in rows["due"]],
            "problem": rows["problem"].array,
            "note": [plain(note, 40) for note in notes],
            "ink": [DARK_LATE if problem else PALE_INK for problem in rows["problem"]],
        }
    )  # fmt: skip


def _grid(cells: pd.DataFrame, places: pd.DataFrame, parties: list[str]) -> pd.DataFrame:
    """A row a cell that is drawn: where, its letters, colours and words."""
    shown = cells.drop(columns=["name", "due"]).merge(
        places[["kind", "id", "y", "row_name", "said_due"]], on=["kind", "id"]
    )
    looks = [
        ("#ffffff", edge, edge) if is_taken else (fill, ink, "#ffffff")
        for (fill, ink, edge), is_taken in zip(
            shown["code"].str[0].map(_LOOKS), shown["is_inherited"], strict=True
        )
    ]
    is_wrong = shown["problem"] != ""
    return pd.DataFrame(
        {
            "y": shown["y"], "bottom": shown["y"] + 1.0,
            "column": shown["party_id"].map({party: n for n, party in enumerate(parties)}),
            "row_name": shown["row_name"], "said_due": shown["said_due"],
            "name": [plain(name, 200) for name in shown["party"]],
            "department": [plain(name, 60) or "–" for name in shown["department"]],
            "text": shown["code"],
            "role": [f"{code}: {_WORDS[code]}" for code in shown["code"]],
            "from": ["at its tasks" if taken else "here" for taken in shown["is_inherited"]],
            "wrong": [plain(problem, 80) or "–" for problem in shown["problem"]],
            "fill": [look[0] for look in looks], "ink": [look[1] for look in looks],
            "edge": [DARK_LATE if wrong else look[2]
                     for look, wrong in zip(looks, is_wrong, strict=True)],
            "width": [2.6 if wrong else 1.2 for wrong in is_wrong],
        }
    )  # fmt: skip


def _layers(
    grid: pd.DataFrame, places: pd.DataFrame, n_parties: int, head_height: float
) -> list[Any]:
    scale = alt.Scale(
        domain=[-head_height / ROW, len(places)], reverse=True, nice=False, zero=False
    )
    y = alt.Y("y:Q", scale=scale, axis=None)
    columns = alt.Scale(
        domain=list(range(n_parties)), range=[alt.expr(NAMES), alt.expr(f"width - {NOTES}")],
        paddingInner=0.06, paddingOuter=0.03,
    )  # fmt: skip
    x = alt.X("column:O", scale=columns, axis=None)
    heads = grid.drop_duplicates("column").assign(y=0.0)
    cell = alt.Chart(grid).encode(x=x, y=y)
    head = alt.Chart(heads[["column", "y", "name", "department"]]).encode(x=x, y=y)
    row = alt.Chart(places[["y", "full", "row_name", "said_due", "short_due", "note", "ink"]])
    row = row.encode(y=y)
    beside = {"dy": ROW / 2, "align": "left", "baseline": "middle"}
    return [
        row.mark_rule(color="#eeeeee").encode(x=alt.value(0), x2=alt.value("width")),
        cell.mark_rect(
            fill=alt.expr("datum.fill"), yOffset=1, y2Offset=-1, stroke=alt.expr("datum.edge"),
            strokeWidth=alt.expr("datum.width"),
        ).encode(y2="bottom:Q", tooltip=theme.tooltip(_TOLD)),
        cell.mark_text(dy=ROW / 2, fontWeight="bold", baseline="middle",
                       color=alt.expr("datum.ink")).encode(text="text:N"),
        head.mark_text(angle=315, align="left", baseline="middle", dx=4, dy=-8, fontSize=11,
                       limit=head_height * 1.25).encode(
            text="name:N", tooltip=theme.tooltip({"name": "Who", "department": "Department"})
        ),
        row.mark_text(**beside, x=0, limit=alt.expr(f"{NAMES} - 62")).encode(
            text="row_name:N", tooltip=theme.tooltip({"full": "What", "said_due": "Due"})
        ),
        row.mark_text(**beside | {"align": "right"}, x=alt.expr(f"{NAMES} - 10"),
                      color=PALE_INK).encode(text="short_due:N"),
        row.mark_text(**beside, x=alt.expr(f"width - {NOTES} + 8"), color=alt.expr("datum.ink"),
                      limit=alt.expr(f"{NOTES} - 8")).encode(text="note:N"),
    ]  # fmt: skip
