"""What changed between two weeks of a project, in words and working days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from pmtools.measure.milestones import days_late, looked_up, names_of
from pmtools.metrics import CannotSay
from pmtools.schedule import Schedule
from pmtools.words import day, number

COLUMNS = ["kind", "what", "owner", "before", "after", "days"]


def changes(before: Schedule, after: Schedule) -> pd.DataFrame:
    """What is different in a schedule and register since an earlier one.

    Tasks are matched by id.

    Returns
    -------
    DataFrame
        `kind` (forecast, scope, logic, estimate, finished, started, register), `what` (a
        sentence), `owner`, `before`, `after` (words), `days` (working days that a date or
        duration grew; NaN where that means nothing). Forecast first, then scope, logic,
        estimates, what was finished and started, the register.
    """
    rows = [
        *_forecast(before, after),
        *_scope(before, after),
        *_links(before, after),
        *_estimates(before, after),
        *_events(before, after, "finished", "actual_finish"),
        *_events(before, after, "started", "actual_start"),
        *_register(before, after),
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS).astype({"days": "float64"})
    frame["owner"] = names_of(after.project.resources, frame["owner"].astype("str"))
    return frame


def changes_since_last(schedules: Sequence[Schedule]) -> pd.DataFrame | CannotSay:
    """What changed since the status date before, or why that cannot be said."""
    if len(schedules) < 2:
        return CannotSay("there is only one status date")
    return changes(schedules[-2], schedules[-1])


def finish_moved_days(before: Schedule, after: Schedule) -> float:
    """Working days by which the forecast finish moved; later is positive."""
    moved = days_late(after, pd.Series([before.finish]), pd.Series([after.finish]))
    return float(moved.iloc[0])


_Row = tuple[str, str, str, str, str, float]


def _forecast(before: Schedule, after: Schedule) -> Iterator[_Row]:
    days = finish_moved_days(before, after)
    if days:
        yield ("forecast", "Forecast finish of the project moved", "",
               day(before.finish), day(after.finish), days)  # fmt: skip


def _scope(before: Schedule, after: Schedule) -> Iterator[_Row]:
    for sign, here, there in (("Added", after, before), ("Removed", before, after)):
        gone = here.tasks[~here.tasks["id"].isin(there.tasks["id"])]
        gone = gone[gone["kind"] != "summary"]
        days = gone["duration_hours"] / after.project.header.hours_per_day
        for name, owner, size in zip(gone["name"], gone["owner_id"], days, strict=True):
            was, now = ("", _days(size)) if sign == "Added" else (_days(size), "")
            yield "scope", f"{sign}: {name}", owner, was, now, float("nan")


def _links(before: Schedule, after: Schedule) -> Iterator[_Row]:
    names = {**_names(before), **_names(after)}
    both = set(before.tasks["id"]) & set(after.tasks["id"])
    was, now = _link_words(before), _link_words(after)
    for pair in sorted(was.keys() | now.keys(), key=str):
        if was.get(pair) == now.get(pair) or not set(pair) <= both:
            continue
        what = f"{names[pair[1]]}, after {names[pair[0]]}"
        owner = _owners(after).get(pair[1], "")
        yield "logic", what, owner, was.get(pair, "no link"), now.get(pair, "no link"), float("nan")


def _link_words(plan: Schedule) -> dict[tuple[str, str], str]:
    words: dict[tuple[str, str], str] = {}
    for link in plan.project.links.itertuples():
        unit = {"percent": "%", "elapsed": " elapsed h"}.get(link.lag_kind, " h")
        lag = f" {link.lag_hours:+g}{unit}" if link.lag_hours else ""
        pair = (link.predecessor_id, link.successor_id)
        words[pair] = ", ".join(filter(None, [words.get(pair, ""), f"{link.kind}{lag}"]))
    return words


def _estimates(before: Schedule, after: Schedule) -> Iterator[_Row]:
    columns = ["id", "duration_hours"]
    rows = after.tasks.merge(before.tasks[columns], on="id", suffixes=("", "_before"))
    moved = (rows["duration_hours"] - rows["duration_hours_before"]).round(2)
    rows = rows[(moved != 0) & ~rows["is_finished"] & (rows["kind"] != "summary")]
    per_day = after.project.header.hours_per_day
    for row in rows.itertuples():
        was, now = row.duration_hours_before / per_day, row.duration_hours / per_day
        yield "estimate", row.name, row.owner_id, _days(was), _days(now), round(now - was, 1)


def _events(before: Schedule, after: Schedule, kind: str, column: str) -> Iterator[_Row]:
    known = before.tasks.loc[before.tasks[column].notna(), "id"]
    rows = after.tasks[after.tasks[column].notna() & ~after.tasks["id"].isin(known)]
    if kind == "started":
        rows = rows[rows["actual_finish"].isna()]
    rows = rows[~rows["kind"].isin(["summary", "level_of_effort"])]
    forecast = before.tasks.set_index("id")["finish" if kind == "finished" else "start"]
    expected = looked_up(forecast, rows["id"])
    days = days_late(after, expected, rows[column])
    for name, owner, was, now, late in zip(
        rows["name"], rows["owner_id"], expected, rows[column], days, strict=True
    ):
        yield kind, name, owner, day(was), day(now), late


def _register(before: Schedule, after: Schedule) -> Iterator[_Row]:
    was = before.project.register.set_index("id")
    for item in after.project.register.itertuples():
        what = f"{item.kind.capitalize()} {item.id}: {item.title}"
        if item.id not in was.index:
            yield "register", what, item.owner_id, "", f"new, {item.status}", float("nan")
        elif was.loc[item.id, "status"] != item.status:
            yield ("register", what, item.owner_id, was.loc[item.id, "status"], item.status,
                   float("nan"))  # fmt: skip


def _names(plan: Schedule) -> dict[str, str]:
    return dict(zip(plan.tasks["id"], plan.tasks["name"], strict=True))


def _owners(plan: Schedule) -> dict[str, str]:
    return dict(zip(plan.tasks["id"], plan.tasks["owner_id"], strict=True))


def _days(value: float) -> str:
    return "" if pd.isna(value) else number(value, 0 if value == round(value) else 1, "d")
