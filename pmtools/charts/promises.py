"""How many promises were kept, by whom."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts import theme
from pmtools.charts.theme import BLUE, GREY, INK, PALE_INK, Chart, alt
from pmtools.metrics import CannotSay
from pmtools.words import cells, number, plain

MOST_ROWS, LANE, LINE = 12, 44, 17
NAMES, NOTES = "(width < 560 ? 120 : 210)", "(width < 560 ? 190 : 310)"
_INKS = {"baseline": GREY, "last forecast": BLUE}
_SHORT = {"baseline": "Baseline", "last forecast": "Forecast"}
_TOLD = {"name": "Who", "against": "Against the", "said": "Kept", "interval": "95% interval",
         "late": "Median"}  # fmt: skip


def chart_promises(
    record: pd.DataFrame | CannotSay, *, by: str = "department", title: str = "Promises kept"
) -> Chart:
    """The share of promises that were kept, with its interval: against baseline and last forecast.

    Parameters
    ----------
    record
        by, name, against, n, n_kept, share, low, high (0 to 1), median_days_late, n_broken,
        cannot_say (columns of `promises`).
    by
        "department" or "person"; the whole project stands first, then the 12 who promised most.
    """
    if isinstance(record, CannotSay):
        return theme.nothing(record)
    rows = record[record["by"].isin(["project", by])]
    if rows.empty:
        return theme.nothing("no task that was promised is finished or overdue")
    n = rows.groupby(["by", "name"], sort=False)["n"].max()
    order = n.sort_values(ascending=False, kind="stable").sort_index(
        level="by", key=lambda key: key != "project", kind="stable", sort_remaining=False
    )
    places = {key: place for place, key in enumerate(order.index[: MOST_ROWS + 1])}
    lines = _lines(
        rows[[key in places for key in zip(rows["by"], rows["name"], strict=True)]], places
    )
    more = f" The {MOST_ROWS} who promised most of {len(order) - 1}." if len(order) > 13 else ""
    first = lines.iloc[0]
    return theme.finished(
        _layers(lines, len(places)),
        title=title,
        subtitle="Share of the tasks finished by the promised day: blue against the forecast of "
        f"the report before, grey against the baseline. Line: 95% interval.{more}",
        description=f"{title}: {len(places)} rows. {first['name']}, against the "
        f"{first['against']}: {first['said']}, {first['note']}.",
        height=LANE * len(places),
    )


def _lines(rows: pd.DataFrame, places: dict[tuple[str, str], int]) -> pd.DataFrame:
    """A row a line: where it stands, its share and interval, and its words."""
    keys = list(zip(rows["by"], rows["name"], strict=True))
    lane = pd.Series([places[key] for key in keys], index=rows.index)
    median = rows["median_days_late"]
    late = [
        "–" if value != value else "on the day" if value == 0
        else f"{number(abs(value), 1).removesuffix('.0')} d {'late' if value > 0 else 'early'}"
        for value in median
    ]  # fmt: skip
    kept = [
        f"{n_kept} of {n} kept" if n else "none is finished"
        for n_kept, n in zip(rows["n_kept"], rows["n"], strict=True)
    ]
    notes = [
        ", ".join(filter(None, [
            f"{_SHORT[to]}: {said}", f"median {days}" if days not in ("–", "on the day") else "",
            f"{n} open and late" if n else ""]))
        for to, said, days, n in zip(rows["against"], kept, late, rows["n_broken"], strict=True)
    ]  # fmt: skip
    low, high = (cells(list(rows[name]), "share") for name in ("low", "high"))
    frame = pd.DataFrame(
        {
            "y": LANE * lane + LINE * (rows["against"] == "baseline") + 14.0,
            "top": LANE * lane.astype("float64"),
            "name": [plain(name, 60) for name in rows["name"]],
            "against": rows["against"],
            "share": rows["share"] * 100, "low": rows["low"] * 100, "high": rows["high"] * 100,
            "said": kept, "note": [plain(note, 80) for note in notes], "late": late,
            "interval": [f"{a} to {b}" for a, b in zip(low, high, strict=True)],
            "few": ["too few to say" if why else "" for why in rows["cannot_say"]],
            "ink": rows["against"].map(_INKS),
        }
    )  # fmt: skip
    return frame.sort_values("y", ignore_index=True)


def _layers(lines: pd.DataFrame, n_places: int) -> list[Any]:
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(
        domain=[0, LANE * n_places], reverse=True, nice=False, zero=False))  # fmt: skip
    span = [alt.expr(NAMES), alt.expr(f"width - {NOTES}")]
    axis = alt.Axis(title="Promises kept (%)", orient="top", values=[0, 25, 50, 75, 100],
                    gridColor="#e6e6e6", domain=False, ticks=False)  # fmt: skip
    scale = alt.Scale(domain=[0, 100], range=span, nice=False)
    x, x_low = (alt.X(f"{name}:Q", scale=scale, axis=axis) for name in ("share", "low"))
    line = alt.Chart(lines).encode(y=y)
    known = line.transform_filter("isValid(datum.share)")
    ink = alt.expr("datum.ink")
    names = alt.Chart(lines.drop_duplicates("top")[["top", "name"]].rename(columns={"top": "y"}))
    return [
        names.encode(y=y).mark_rule(color="#eeeeee").encode(
            x=alt.value(0), x2=alt.value("width")),
        known.mark_rule(strokeWidth=2, color=ink, opacity=0.6).encode(
            x=x_low, x2="high:Q"),
        known.mark_point(filled=True, size=90, color=ink, opacity=1).encode(
            x=x, tooltip=theme.tooltip(_TOLD)),
        line.mark_text(align="left", x=alt.expr(f"{NAMES} + 6"), color=PALE_INK).encode(
            text="few:N"),
        line.mark_text(align="left", x=alt.expr(f"width - {NOTES} + 12"), color=INK,
                       limit=alt.expr(f"{NOTES} - 12")).encode(text="note:N"),
        names.encode(y=y).mark_text(align="left", x=0, dy=LANE / 2, fontWeight="bold",
                                    limit=alt.expr(f"{NAMES} - 8")).encode(text="name:N"),
    ]  # fmt: skip
