"""What changed between two weeks of a project, in words and working days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from pmtools.measure.budget import last_approved
from pmtools.measure.milestones import days_late, names_of
from pmtools.metrics import CannotSay
from pmtools.project import Project
from pmtools.schedule import Schedule
from pmtools.schedule.driving import lag_words
from pmtools.words import NOTHING, day, money, number, percent

LINK_WORDS = {
    "FS": "finish to start",
    "SS": "starts with it",
    "FF": "finishes with it",
    "SF": "start to finish",
}
NOT_STARTED, STARTED, FINISHED = range(3)
NAN = float("nan")
WORDS = ("starts", "ends", "due", "size", "owner", "state")


COLUMNS = ("kind", "what", "owner", "before", "after", "days")
_Change = tuple[Any, ...]


def changes(before: Schedule, after: Schedule) -> pd.DataFrame:
    """What is different in a schedule, its promises and its register since an earlier one.

    Tasks and items of the register are matched by id.

    Returns
    -------
    DataFrame
        `kind` (forecast, promise, scope, owner, logic, estimate, reopened, finished, started,
        progress, register: in this order), `what` (a sentence), `owner`, `before`, `after`
        (words), `days` (working days that a date or duration grew; NaN where that means nothing).
    """
    tasks = _tasks_of_both(before, after)
    rows = [
        *_forecast(before, after),
        *_promises(before, after, tasks),
        *_scope(before, after, tasks),
        *_links(before, after),
        *_work(tasks),
        *_register(before.project, after.project),
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"days": "float64"})
    frame["owner"] = names_of(after.project.resources, frame["owner"].astype("str"))
    return frame


def changes_since_last(schedules: Sequence[Schedule]) -> pd.DataFrame | CannotSay:
    """What changed since the status date before, or why that cannot be said."""
    if len(schedules) < 2:
        return CannotSay("there is only one status date")
    return changes(schedules[-2], schedules[-1])


def finish_moved_days(before: Schedule, after: Schedule) -> float:
    """Working days by which the forecast finish moved; later is positive."""
    return float(days_late(after, before.finish, after.finish))


def _tasks_of_both(before: Schedule, after: Schedule) -> pd.DataFrame:
    """The tasks of now beside what they were (columns `..._before`), and how far they moved."""
    rows = _in_words(after).merge(
        _in_words(before), on="id", how="left", suffixes=("", "_before"), indicator="found"
    )
    grown = rows["duration_hours"] - rows["duration_hours_before"]
    return rows.assign(
        is_new=rows["found"] == "left_only",
        step_before=rows["step_before"].fillna(NOT_STARTED),
        start_moved=days_late(after, rows["start_before"], rows["start"]),
        finish_moved=days_late(after, rows["finish_before"], rows["finish"]),
        deadline_moved=days_late(after, rows["deadline_before"], rows["deadline"]),
        size_moved=(grown.round(2) / after.project.header.hours_per_day).round(1),
    ).fillna({f"{words}_before": "" for words in WORDS})


def _in_words(plan: Schedule) -> pd.DataFrame:
    tasks, per_day = plan.tasks, plan.project.header.hours_per_day
    step = tasks["is_started"] * STARTED + tasks["is_finished"]
    ends, left = tasks["finish"].map(day), tasks["remaining_hours"] / per_day
    state = tasks["percent_complete"].map(percent) + ", " + left.map(_days) + " left"
    state = state.mask(step == NOT_STARTED, "not started")
    return tasks.assign(
        step=step,
        starts=tasks["start"].map(day),
        ends=ends,
        due=tasks["deadline"].map(day),
        size=(tasks["duration_hours"] / per_day).map(_days),
        owner=names_of(plan.project.resources, tasks["owner_id"]),
        state=state.mask(step == FINISHED, "finished " + ends),
    )


def _told(
    kind: str, rows: pd.DataFrame, words: str, moved: str = "", title: str = ""
) -> Iterator[_Change]:
    """A change of each task: the words of then and of now, and by how much it moved."""
    days = rows[moved] if moved else [NAN] * len(rows)
    columns = (rows[name] for name in ("name", "owner_id", f"{words}_before", words))
    for name, owner, was, now, grown in zip(*columns, days, strict=True):
        yield kind, title + name, owner, was, now, grown


def _forecast(before: Schedule, after: Schedule) -> Iterator[_Change]:
    if days := finish_moved_days(before, after):
        what = "Forecast finish of the project moved"
        yield "forecast", what, "", day(before.finish), day(after.finish), days


def _promises(before: Schedule, after: Schedule, tasks: pd.DataFrame) -> Iterator[_Change]:
    was, now = before.project.header, after.project.header
    if was.deadline != now.deadline:
        days = days_late(after, was.deadline, now.deadline)
        words = (day(header.deadline) for header in (was, now))
        yield "promise", "Deadline of the project", "", *words, days
    if was.budget != now.budget:
        words = (money(header.budget or NAN, now.currency) for header in (was, now))
        yield "promise", "Budget of the project", "", *words, NAN
    yield from _baseline(before, after)
    due = tasks[~tasks["is_new"] & (tasks["due"] != tasks["due_before"])]
    yield from _told("promise", due, "due", "deadline_moved", "Deadline: ")


def _baseline(before: Schedule, after: Schedule) -> Iterator[_Change]:
    was, now = (
        last_approved(plan.project).sort_values("task_id", ignore_index=True)
        for plan in (before, after)
    )
    if not was.equals(now):
        what = "Baseline removed" if now.empty else _approval(now.iloc[0], set(was["baseline"]))
        currency = after.project.header.currency
        days = days_late(after, was["finish"].max(), now["finish"].max())
        yield "promise", what, "", _approved(was, currency), _approved(now, currency), days


def _approval(row: pd.Series, known: set[str]) -> str:
    name, who, when = row["baseline"], row["approved_by"], row["approved_date"]
    if name in known:
        return f'Baseline "{name}" changed without a new approval'
    by, on = f" by {who}" if who else "", "" if pd.isna(when) else f" on {day(when)}"
    return f'Baseline "{name}" approved{by}{on}'


def _approved(rows: pd.DataFrame, currency: str) -> str:
    if rows.empty:
        return "none"
    finish, cost = day(rows["finish"].max()), rows["cost"].sum(min_count=1)
    return finish if pd.isna(cost) else f"{finish}, {money(cost, currency)}"


def _scope(before: Schedule, after: Schedule, tasks: pd.DataFrame) -> Iterator[_Change]:
    is_new = tasks["is_new"]
    added = tasks[is_new & (tasks["kind"] != "summary")]
    yield from _told("scope", added, "size", title="Added: ")
    was = _in_words(before)
    gone = was[~was["id"].isin(tasks["id"]) & (was["kind"] != "summary")]
    gone = gone.assign(size_before=gone["size"], size="")
    yield from _told("scope", gone, "size", title="Removed: ")
    both = tasks[~is_new]
    renamed = both[both["name"] != both["name_before"]]
    yield from _told("scope", renamed, "name", title="Renamed: ")
    yield from _told("owner", both[both["owner_id"] != both["owner_id_before"]], "owner")


def _links(before: Schedule, after: Schedule) -> Iterator[_Change]:
    names, owners = (after.tasks.set_index("id")[column] for column in ("name", "owner_id"))
    both = set(before.tasks["id"]) & set(after.tasks["id"])
    was, now = _link_words(before.project), _link_words(after.project)
    for pair in sorted(was.keys() | now.keys()):
        words = was.get(pair, "no link"), now.get(pair, "no link")
        if words[0] != words[1] and set(pair) <= both:
            what = f"{names[pair[1]]}, linked to {names[pair[0]]}"
            yield "logic", what, owners[pair[1]], *words, NAN


def _link_words(project: Project) -> dict[tuple[str, str], str]:
    words: dict[tuple[str, str], list[str]] = {}
    for link in project.links.itertuples():
        lag = lag_words(link.lag_hours, link.lag_kind, project.header.hours_per_day)
        pair = (link.predecessor_id, link.successor_id)
        words.setdefault(pair, []).append(LINK_WORDS[link.kind] + lag)
    return {pair: ", ".join(sorted(links)) for pair, links in words.items()}


def _work(tasks: pd.DataFrame) -> Iterator[_Change]:
    """New estimates; what was reopened, finished and started; what moved on, or stands still."""
    now, was = tasks["step"], tasks["step_before"]
    # Of work under way, the duration grows by what is left: that is told as its progress.
    is_ahead = (now != FINISHED) & (was == NOT_STARTED) & (tasks["kind"] != "summary")
    resized = is_ahead & ~tasks["is_new"] & (tasks["size_moved"] != 0)
    yield from _told("estimate", tasks[resized], "size", "size_moved")
    is_work = ~tasks["kind"].isin(["summary", "level_of_effort"])
    yield from _told("reopened", tasks[is_work & (now < was)], "state", "finish_moved")
    done = tasks[is_work & (now == FINISHED) & (was < now)]
    yield from _told("finished", done, "ends", "finish_moved")
    begun = tasks[is_work & (now == STARTED) & (was < now)]
    yield from _told("started", begun, "starts", "start_moved")
    moved = (tasks["state"] != tasks["state_before"]) | (tasks["finish_moved"] != 0)
    under_way = is_work & (now == STARTED) & (was == STARTED)
    yield from _told("progress", tasks[under_way & moved], "state", "finish_moved")


def _register(before: Project, after: Project) -> Iterator[_Change]:
    was, now = (_items(project) for project in (before, after))
    for item_id, (what, owner, facts) in now.items():
        if item_id not in was:
            yield "register", what, owner, "", f"new, {facts['']}", NAN
            continue
        known = was[item_id][2]
        moved = [fact for fact in facts if facts[fact] != known[fact]]
        if moved:
            old, new = (", ".join(f"{f} {of[f]}".strip() for f in moved) for of in (known, facts))
            yield "register", what, owner, old, new, NAN
    for item_id, (what, owner, facts) in was.items():
        if item_id not in now:
            yield "register", what, owner, facts[""], "removed", NAN


def _items(project: Project) -> dict[str, tuple[str, str, dict[str, str]]]:
    """What an item is called, its owner, and its facts in words, the status under ""."""
    rows, header = project.register, project.header
    rows = rows.assign(owner=names_of(project.resources, rows["owner_id"]))
    return {
        item.id: (
            f"{item.kind.capitalize()} {item.id}: {item.title}",
            item.owner_id,
            {
                "": item.status,
                "owner": item.owner or NOTHING,
                "due": day(item.due_date),
                "probability": percent(item.probability * 100),
                "delay": _days(item.impact_hours / header.hours_per_day),
                "cost": money(item.impact_cost, header.currency),
            },
        )
        for item in rows.itertuples()
    }


def _days(value: float) -> str:
    return NOTHING if pd.isna(value) else number(value, 0 if value == round(value) else 1, "d")
