"""Hand-offs in time between lanes, and the matrix of who hands over to whom."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pmtools.charts import theme
from pmtools.charts.theme import INK, LATE, PALE_INK, Chart, alt
from pmtools.metrics import CannotSay
from pmtools.words import cells, day, number, plain, wrapped

MOST, MOST_PARTIES, WIDE = 24, 20, 9
ROW, EDGE, LETTERS = 17, 9, 32
"""Pixels of a hand-off in its lane, and above and below all of them; letters of its name."""
NAMES = "(width < 560 ? 96 : 172)"
_PLOT, _LETTER = 460, 6.0
"""Pixels of the time axis in a narrow page, and of a letter."""
_TOLD = {"task": "What", "sender": "From", "receiver": "To", "said_due": "On",
         "said_needed": "Needed by", "said": "State"}  # fmt: skip


def chart_handoffs(
    handoffs: pd.DataFrame | CannotSay, status_date: Any = None, *, title: str = "Hand-offs ahead"
) -> Chart:
    """Parties as lanes, hand-offs as arrows from the giver to the receiver on their day.

    Parameters
    ----------
    handoffs
        by, sender, receiver, from_task, due, needed_by, state, is_late, days_late, late_by,
        late_because, wait_days (columns of `handoffs`); what is done is left out, of the others
        the first 24 are drawn.
    status_date
        Drawn as a line; what was handed over long before it stands at the left edge.
    """
    if isinstance(handoffs, CannotSay):
        return theme.nothing(handoffs)
    rows = handoffs[handoffs["state"] != "done"].dropna(subset=["due"])
    rows = rows.drop_duplicates(["from_task", "sender", "receiver", "due"])
    if rows.empty:
        return theme.nothing("no hand-off between departments or people is open")
    shown = rows.head(MOST).sort_values("due", kind="stable").reset_index(drop=True)
    first, last = _window(shown, status_date)
    arrows, lanes = _placed(_told(shown), shown, first, last)
    n_waiting = int((rows["state"] == "waiting").sum())
    late = rows[rows["is_late"] & (rows["state"] != "waiting")]
    more = f" And {len(rows) - MOST} more." if len(rows) > MOST else ""
    return theme.finished(
        _layers(arrows, lanes, first, last, status_date),
        title=title,
        subtitle="Between people, not departments. "
        * bool((rows["by"] == "person").any())
        + "Each arrow: what changes hands on its day, from the lane of the giver into that "
        "of the receiver. Orange and bold: later than agreed, in working days. Dashed: handed "
        f"over, the receiver has not begun.{more}{_begun_with(late)}",
        description=f"{title}: {len(rows)} hand-offs between {len(lanes)} parties, {len(late)} "
        f"late, {n_waiting} waiting at the receiver.{_begun_with(late)}{_latest(late)}",
        height=int(lanes["bottom"].max()),
    )


def _begun_with(late: pd.DataFrame) -> str:
    """Where most of the delay begins, in words."""
    if late.empty:
        return ""
    (who, task), n = next(iter(late[["late_by", "late_because"]].value_counts().items()))
    of = f"{n} of {len(late)} late ones begin" if len(late) > 1 else "The late one begins"
    return f" {of} with {plain(task, 60)} ({plain(who, 60)})."


def _latest(late: pd.DataFrame) -> str:
    days = late["days_late"].fillna(0)
    if not (days > 0).any():
        return ""
    row = late.loc[days.idxmax()]
    return (
        f" The latest, {plain(row['from_task'], 60)} from {plain(row['sender'], 60)} to "
        f"{plain(row['receiver'], 60)}, is due on {day(row['due'])}, "
        f"{number(row['days_late'])} working days late."
    )


def _window(rows: pd.DataFrame, status: Any) -> tuple[Any, Any]:
    """From two weeks before the status date, at most, to the last hand-off."""
    first, last = rows["due"].min(), rows["due"].max()
    if not (status is None or pd.isna(status)):
        ahead = max(last - status, pd.Timedelta(days=7))
        first = min(max(first, status - ahead / 5), status)
        last = status + ahead
    return first - (last - first) / 20, last + max((last - first) / 12, pd.Timedelta(days=2))


def _told(rows: pd.DataFrame) -> pd.DataFrame:
    """What is said of each hand-off."""
    late, waits = (cells(list(rows[name].round()), "number") for name in ("days_late", "wait_days"))
    is_waiting = rows["state"] == "waiting"
    said = [
        f"waits {w} d" if lies and w != "–" else "handed over" if lies else
        f"{n} d late" if is_late and n not in ("–", "0") else "late" if is_late else "on time"
        for lies, is_late, n, w in zip(is_waiting, rows["is_late"], late, waits, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(
        {
            "task": [plain(name, 200) for name in rows["from_task"]],
            "sender": [plain(name, 100) for name in rows["sender"]],
            "receiver": [plain(name, 100) for name in rows["receiver"]],
            "said_due": cells(list(rows["due"]), "date"),
            "said_needed": cells(list(rows["needed_by"]), "date"),
            "said": said,
            "text": [
                plain(name, LETTERS) + ("" if word == "on time" else f" · {word}")
                for name, word in zip(rows["from_task"], said, strict=True)
            ],
            "is_late": rows["is_late"] & ~is_waiting,
            "is_waiting": is_waiting,
        }
    )


def _placed(
    arrows: pd.DataFrame, rows: pd.DataFrame, first: Any, last: Any
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Each arrow at its day, its words in a line of the receiver's lane that is free; the lanes."""
    per_day = _PLOT / ((last - first) / pd.Timedelta(days=1))
    at = ((rows["due"].clip(lower=first) - first) / pd.Timedelta(days=1) * per_day).clip(lower=4)
    at = at + 6 * (arrows.groupby(at.round()).cumcount() % 5)  # lines of one day stand apart
    width = arrows["text"].str.len() * _LETTER + 14
    is_left = (at + width > _PLOT) & (at > _PLOT / 2)
    used: dict[str, list[float]] = {}
    taken: dict[tuple[str, int], list[tuple[float, float]]] = {}
    lines = []
    for lane, x, w, left in zip(arrows["receiver"], at, width, is_left, strict=True):
        low, high = (x - w, x + 4) if left else (x - 4, x + w)
        line = 0
        while any(low < b and a < high for a, b in taken.get((lane, line), ())):
            line += 1
        taken.setdefault((lane, line), []).append((low, high))
        used.setdefault(lane, []).append(line)
        lines.append(line)
    names = list(dict.fromkeys([*arrows[["sender", "receiver"]].to_numpy().ravel()]))
    high = [(1 + max(used.get(name, [0]))) * ROW + 2 * EDGE for name in names]
    lanes = pd.DataFrame({"name": names, "bottom": pd.Series(high).cumsum(), "high": high})
    lanes["top"] = lanes["bottom"] - lanes["high"]
    of = lanes.set_index("name")
    y = arrows["receiver"].map(of["top"]) + EDGE + ROW * (pd.Series(lines) + 0.5)
    is_down = arrows["sender"].map(of["top"]) < arrows["receiver"].map(of["top"])
    begin = arrows["sender"].map(of["top"]) + 4
    begin = begin.mask(is_down, arrows["sender"].map(of["bottom"]) - 4)
    days = pd.to_timedelta(at / per_day, unit="D")
    return arrows.assign(at=first + days, y=y, begin=begin, is_down=is_down, is_left=is_left), lanes


def _layers(arrows: pd.DataFrame, lanes: pd.DataFrame, first: Any, last: Any, status: Any) -> Any:
    scale = alt.Scale(domain=[0, int(lanes["bottom"].max())], reverse=True, nice=False)
    y = {
        name: alt.Y(f"{name}:Q", scale=scale, axis=None) for name in ("y", "begin", "top", "bottom")
    }
    span = [alt.expr(NAMES), alt.expr("width")]
    axis = {"orient": "top", "title": None, "domain": False, "ticks": False}
    lane = alt.Chart(lanes)
    chart = alt.Chart(arrows).encode(x="at:T", tooltip=theme.tooltip(_TOLD))
    ink = alt.expr(f"datum.is_late ? '{LATE}' : '{theme.BLUE}'")
    words = chart.encode(y=y["y"], text="text:N")
    bold = alt.expr("datum.is_late ? 'bold' : 'normal'")
    colour = alt.expr(f"datum.is_late ? '{theme.DARK_LATE}' : '{INK}'")
    looks = {"fontSize": 10.5, "fontWeight": bold}
    line = chart.encode(y=y["begin"], y2="y:Q")
    texts = []
    for side, place in (("left", {"dx": 7}), ("right", {"dx": -7})):
        of = words.transform_filter(f"{'!' if side == 'left' else ''}datum.is_left")
        texts += [
            of.mark_text(align=side, **place, **looks, stroke="white", strokeWidth=4),
            of.mark_text(align=side, **place, **looks, color=colour),
        ]
    return [
        lane.mark_rule(color="#dddddd").encode(y=y["bottom"]),
        theme.date_range(alt.X, first, last, span=span, **axis),
        *theme.status_line(status),
        lane.mark_text(align="left", x=0, dy=16, limit=alt.expr(f"{NAMES} - 8"), fontWeight="bold")
        .encode(y=y["top"], text="name:N", tooltip=theme.tooltip({"name": "Who"})),
        line.transform_filter("!datum.is_waiting").mark_rule(
            color=ink, strokeWidth=alt.expr("datum.is_late ? 2.2 : 1.2")
        ),
        line.transform_filter("datum.is_waiting").mark_rule(color=PALE_INK, strokeDash=[3, 3]),
        chart.encode(y=y["begin"]).mark_point(filled=True, size=28, color=ink, opacity=1),
        chart.encode(y=y["y"]).mark_point(
            shape=alt.expr("datum.is_down ? 'triangle-down' : 'triangle-up'"), filled=True,
            size=75, color=ink, opacity=1,
        ),
        *texts,
    ]  # fmt: skip


def chart_dependency_matrix(
    pairs: pd.DataFrame | CannotSay, *, title: str = "Who hands over to whom"
) -> Chart:
    """The matrix of hand-offs: givers as rows, receivers as columns.

    Parameters
    ----------
    pairs
        sender, receiver, n, n_open, n_late, and sender_id, receiver_id, which tell equal names
        apart (columns of `dependency_matrix`), in the order in which parties are shown, at most
        20 of them.
    """
    if isinstance(pairs, CannotSay):
        return theme.nothing(pairs)
    if pairs.empty:
        return theme.nothing("no link crosses departments or people")
    ends = [pairs[[f"{end}_id", end]].set_axis(["id", "name"], axis=1)
            for end in ("sender", "receiver")]  # fmt: skip
    names = pd.concat(ends).drop_duplicates("id").set_index("id")["name"]
    busy = sum(pairs.groupby(f"{end}_id")["n"].sum().reindex(names.index, fill_value=0)
               for end in ("sender", "receiver"))  # fmt: skip
    busiest = names[busy.rank(method="first", ascending=False) <= MOST_PARTIES]
    place = {each: n for n, each in enumerate(busiest.index)}
    grid = pairs[pairs["sender_id"].isin(place) & pairs["receiver_id"].isin(place)]
    grid = pd.DataFrame(
        {
            "row": grid["sender_id"].map(place), "column": grid["receiver_id"].map(place),
            "sender": [plain(name, 100) for name in grid["sender"]],
            "receiver": [plain(name, 100) for name in grid["receiver"]],
            "n": grid["n"], "n_open": grid["n_open"], "n_late": grid["n_late"],
            "text": [f"{n}{' open' * (len(place) <= WIDE)}" if n else "" for n in grid["n_open"]],
            "late": [f"{n} late" if n else "" for n in grid["n_late"]],
        }
    )  # fmt: skip
    top, n_open, n_late = (
        pairs.loc[pairs["n"].idxmax()],
        pairs["n_open"].sum(),
        pairs["n_late"].sum(),
    )
    more = f" The {MOST_PARTIES} busiest of {len(names)}." if len(names) > MOST_PARTIES else ""
    return theme.finished(
        _matrix(grid, [plain(name, 100) for name in busiest]),
        title=title,
        subtitle="Rows give, columns receive. Framed in orange: some are late. Pale: all are done."
        + more,
        description=f"{title}: {len(pairs)} of {len(names) * (len(names) - 1)} possible pairs of "
        f"{len(names)} parties hand over, {pairs['n'].sum()} times; {n_open} are open, {n_late} "
        f"of them late. Most go from {plain(top['sender'], 60)} to {plain(top['receiver'], 60)}: "
        f"{top['n']}.",
        height=38 * len(busiest),
    )


def _matrix(grid: pd.DataFrame, names: list[str]) -> list[Any]:
    places = list(range(len(names)))
    span = [alt.expr(NAMES), alt.expr("width")]
    x = alt.X("column:O", axis=None, scale=alt.Scale(domain=places, range=span))
    y = alt.Y("row:O", axis=None, scale=alt.Scale(domain=places, paddingInner=0.06))
    told = {"sender": "From", "receiver": "To", "n": "In all", "n_open": "Open", "n_late": "Late"}
    cell = alt.Chart(grid).encode(x=x, y=y)
    parties = pd.DataFrame({"row": places, "column": places, "name": names})
    heads = [
        wrapped(plain(name, 36), 14)[:3] if len(names) <= WIDE else [plain(name, 24)]
        for name in names
    ]
    parties["head"] = ["\n".join(lines) for lines in heads]
    parties["lift"] = [-6 - 11 * (len(lines) - 1) for lines in heads]
    turned = {"angle": 315, "align": "left"} if len(names) > WIDE else {}
    party = alt.Chart(parties)
    fill = alt.expr("datum.n_open == 0 ? '#f2f6fa' : datum.n_open < 3 ? '#cfe1f1' : '#9dc3e6'")
    frame = {"stroke": alt.expr(f"datum.n_late > 0 ? '{LATE}' : 'white'"), "strokeWidth": 2}
    return [
        party.mark_rect(fill="#eeeeee").encode(x=x, y=y),
        cell.mark_rect(fill=fill, **frame).encode(tooltip=theme.tooltip(told)),
        cell.mark_text(dy=alt.expr("datum.n_late > 0 ? -6 : 0")).encode(text="text:N"),
        cell.mark_text(dy=8, fontWeight="bold", color=theme.DARK_LATE).encode(text="late:N"),
        party.mark_text(align="left", x=0, limit=alt.expr(f"{NAMES} - 8")).encode(
            y=y, text="name:N", tooltip=theme.tooltip({"name": "Who"})
        ),
        party.mark_text(
            **turned, lineBreak="\n", lineHeight=11, fontSize=10, color=PALE_INK,
            y=alt.expr("datum.lift"),
        ).encode(x=x, text="head:N"),
    ]  # fmt: skip
