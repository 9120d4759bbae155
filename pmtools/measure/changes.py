"""What changed between two snapshots of a project: every cell, and what a manager is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from pmtools.measure.budget import approved_baseline, last_approved
from pmtools.measure.changed_cells import GROUPS, changed_cells
from pmtools.measure.matching import matched
from pmtools.measure.milestones import days_late, names_of
from pmtools.measure.parties import parties
from pmtools.metrics import CannotSay
from pmtools.project import Project
from pmtools.schedule import Schedule, schedule
from pmtools.words import NOTHING, day, money, number, percent

COLUMNS = ["kind", "what", "owner", "before", "after", "days"]
KINDS = ("doubtful", "forecast", "promise", "scope", "owner", "assignment", "logic", "estimate",
         "calendar", "cost", "reopened", "finished", "started", "progress", "register")  # fmt: skip
_TOLD = {
    "header.deadline": ("promise", "Deadline of the project"),
    "header.budget": ("promise", "Budget of the project"),
    "header.calendar_id": ("calendar", "Calendar of the project"),
    "tasks.deadline": ("promise", "Deadline: {}"),
    "tasks.": ("scope", "Row: {}"),
    "tasks.name": ("scope", "Renamed: {}"),
    "tasks.is_active": ("scope", "Active: {}"),
    "tasks.owner_id": ("owner", "{}"),
    "tasks.calendar_id": ("calendar", "{}"),
    "tasks.fixed_cost": ("cost", "Fixed cost: {}"),
    "rates.hourly_rate": ("cost", "Rate: {}"),
    **dict.fromkeys(["links.", "links.lag_hours", "links.lag_kind"], ("logic", "{}")),
    **dict.fromkeys(["assignments.", "assignments.units", "assignments.work_hours"],
                    ("assignment", "{}")),
    **dict.fromkeys(["calendars.", "exceptions.", "availability."], ("calendar", "{}")),
    **dict.fromkeys(["register.", "register.status", "register.owner_id", "register.due_date",
                     "register.probability", "register.impact_hours", "register.impact_cost"],
                    ("register", "{}")),
}  # fmt: skip
"""Changed cells and rows that a manager is told: under which kind, and as what."""
_EMPTY = {"logic": "no link", "assignment": "not assigned"}
NOT_STARTED, STARTED, FINISHED = range(3)
NAN = float("nan")
MOST_DOUBTS = 10
_Change = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Changes:
    """Everything in which a later snapshot of a project differs from an earlier one.

    - cells: every changed field, cell and row, as `changed_cells` describes them
    - doubtful: rows that may not be the same, as `Matching` describes them
    """

    before: Project | Schedule = field(repr=False)
    after: Project | Schedule = field(repr=False)
    cells: pd.DataFrame = field(repr=False)
    doubtful: pd.DataFrame = field(repr=False)

    @property
    def n(self) -> int:
        """How many cells and rows differ."""
        return len(self.cells)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """What a manager should know, the most important first.

        `kind` (a name in KINDS, in that order), `what` (a sentence), `owner`, `before`, `after`
        (words), `days` (working days that a date or duration grew; NaN where that means nothing).
        """
        plans = [p if isinstance(p, Schedule) else schedule(p) for p in (self.before, self.after)]
        doubts = self.doubtful.head(MOST_DOUBTS).itertuples(index=False)
        told = [("doubtful", f"{d.name}: {d.reason}", "", d.before_id, d.after_id, NAN)
                for d in doubts]  # fmt: skip
        return _sentences(plans[0], plans[1], self.cells, told)

    def __str__(self) -> str:
        counts = self.cells["group"].value_counts()
        said = ", ".join(f"{group} {counts[group]}" for group in GROUPS if group in counts)
        lines = [f"{self.n} changes" + (f": {said}" if said else "")]
        lines += [f"Doubtful: {d.name} ({d.before_id}): {d.reason}"
                  for d in self.doubtful.head(MOST_DOUBTS).itertuples(index=False)]  # fmt: skip
        n_more = len(self.doubtful) - MOST_DOUBTS
        return "\n".join([*lines, *([f"and {n_more} more doubts"] if n_more > 0 else [])])

    def _repr_html_(self) -> str:
        shown = self.cells[["group", "name", "label", "before", "after"]]
        said = "".join(f"<p>{escape(line)}</p>" for line in str(self).splitlines())
        return said + (str(shown.to_html(index=False, max_rows=20)) if self.n else "")


def changes(before: Project | Schedule, after: Project | Schedule) -> Changes:
    """What is different in a project since an earlier snapshot of it: every cell of every table.

    Rows are matched by id, then by name and place; see `matched`.
    """
    was, now = project_of(before), project_of(after)
    matching = matched(was, now)
    if matching.before is not was:
        options = before.options if isinstance(before, Schedule) else None
        before = schedule(matching.before, options=options) if options else matching.before
    return Changes(before, after, changed_cells(matching.before, now), matching.doubtful)


def project_of(plan: Project | Schedule) -> Project:
    """The project itself, or that of a schedule."""
    return plan.project if isinstance(plan, Schedule) else plan


def changes_since_last(schedules: Sequence[Schedule]) -> pd.DataFrame | CannotSay:
    """What a manager should know of the time since the status date before, or why not."""
    if len(schedules) < 2:
        return CannotSay("there is only one status date")
    return changes(schedules[-2], schedules[-1]).frame


def finish_moved_days(before: Schedule, after: Schedule) -> float:
    """Working days by which the forecast finish moved; later is positive."""
    return float(days_late(after, before.finish, after.finish))


def _sentences(
    before: Schedule, after: Schedule, cells: pd.DataFrame, doubts: list[_Change]
) -> pd.DataFrame:
    people = (names_of(plan.project.resources, parties(plan.project)["owner_id"]).to_dict()
              for plan in (before, after))  # fmt: skip
    owners = next(people) | next(people)
    told = [
        *doubts,
        *_forecast(before, after),
        *_baseline(before, after),
        *_told(before, after, cells, owners),
        *_spent(before.project, after.project),
        *_work(before, after, owners),
    ]
    frame = pd.DataFrame(told, columns=COLUMNS).astype({"days": "float64"})
    rank = frame["kind"].map({kind: n for n, kind in enumerate(KINDS)})
    order = np.lexsort((-frame["days"].abs().fillna(0), rank))
    return frame.iloc[order].reset_index(drop=True)


def _forecast(before: Schedule, after: Schedule) -> Iterator[_Change]:
    if days := finish_moved_days(before, after):
        what = "Forecast finish of the project moved"
        yield "forecast", what, "", day(before.finish), day(after.finish), days


def _baseline(before: Schedule, after: Schedule) -> Iterator[_Change]:
    was, now = (
        last_approved(plan.project).sort_values("task_id", ignore_index=True)
        for plan in (before, after)
    )
    if not was.equals(now):
        known = set(was["baseline"])
        what = "Baseline removed" if now.empty else approval_words(now.iloc[0], known)
        currency = after.project.header.currency
        days = days_late(after, was["finish"].max(), now["finish"].max())
        words = (_approved(approved_baseline(p.project), currency) for p in (before, after))
        yield "promise", what, "", *words, days


def approval_words(row: pd.Series, known: set[str]) -> str:
    """`Baseline "2" approved by Board on 5 Mar 2026`; that it was rewritten, where it is known."""
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


def _told(
    before: Schedule, after: Schedule, cells: pd.DataFrame, owners: dict[str, str]
) -> Iterator[_Change]:
    """The cells and rows that a manager is told; those of one thing stand together."""
    items = _items(before.project) | _items(after.project)
    places = cells["table"] + "." + cells["column"]
    is_told = places.isin(_TOLD) & (cells["group"].ne("scope") | cells["table"].eq("tasks"))
    found: dict[tuple[str, ...], list[dict[str, float]]] = {}
    for cell, place in zip(cells[is_told].itertuples(), places[is_told], strict=True):
        kind, title = _TOLD[place]
        words, (what, owner) = [cell.before, cell.after], (cell.name, owners.get(cell.task_id, ""))
        if kind == "register":
            what, owner = items[cell.id]
        if place in ("tasks.", "register."):
            row = cell.after_value or cell.before_value
            if row["kind"] == "summary":
                continue
            title = title.replace("Row", cell.change.capitalize())
            words = _row_words(cell.change, row, after.project.header.hours_per_day)
        elif cell.table in ("register", "assignments") and cell.column not in ("", "status"):
            words = [f"{cell.label} {word}" for word in words]
        days = days_late(after, cell.before_value, cell.after_value) if "deadline" in place else NAN
        sides = found.setdefault((kind, title.format(what), owner), [{}, {}])
        for side, word in zip(sides, words, strict=True):
            side |= {word: days} if word else {}
    for (kind, what, owner), sides in found.items():
        was, now = (", ".join(side) or _EMPTY.get(kind, "") for side in sides)
        yield kind, what, owner, was, now, next(iter(sides[1].values()), NAN)


def _row_words(change: str, row: dict[str, Any], per_day: float) -> list[str]:
    """Of a task its size, of an item of the register its state."""
    if "title" in row:
        return ["", f"new, {row['status']}"] if change == "added" else [row["status"], "removed"]
    size = _days(row["duration_hours"] / per_day)
    return ["", size] if change == "added" else [size, ""]


def _items(project: Project) -> dict[str, tuple[str, str]]:
    """What an item of the register is called, and its owner."""
    rows = project.register
    owners = names_of(project.resources, rows["owner_id"])
    said = rows["kind"].str.capitalize() + " " + rows["id"] + ": " + rows["title"]
    return dict(zip(rows["id"], zip(said, owners, strict=True), strict=True))


def _spent(before: Project, after: Project) -> Iterator[_Change]:
    sums = [project.costs.groupby("kind")["amount"].sum() for project in (before, after)]
    for kind in sorted({*sums[0].index, *sums[1].index}):
        was, now = (money(of.get(kind, 0.0), after.header.currency) for of in sums)
        if was != now:
            yield "cost", f"Cost booked, {kind}", "", was, now, NAN


def _work(before: Schedule, after: Schedule, owners: dict[str, str]) -> Iterator[_Change]:
    """New estimates; what was reopened, finished and started; what moved on, or stands still."""
    both = _steps(after).merge(_steps(before), on="id", suffixes=("", "_before"), how="left")
    now, was = both["step"], both["step_before"].fillna(NOT_STARTED)
    per_day = after.project.header.hours_per_day
    grown = ((both["duration_hours"] - both["duration_hours_before"]).round(2) / per_day).round(1)
    starts, ends = (days_late(after, both[f"{e}_before"], both[e]) for e in ("start", "finish"))
    is_known, is_work = both["step_before"].notna(), both["kind"] != "level_of_effort"
    moved = (both["state"] != both["state_before"]) | (ends != 0)
    # Of work under way, the duration grows by what is left: that is told as its progress.
    is_resized = is_known & (now < FINISHED) & (was == NOT_STARTED) & (grown != 0)
    for kind, words, days, which in (
        ("estimate", "size", grown, is_resized),
        ("reopened", "state", ends, is_work & (now < was)),
        ("finished", "ends", ends, is_work & (now == FINISHED) & (was < now)),
        ("started", "starts", starts, is_work & (now == STARTED) & (was < now)),
        ("progress", "state", ends, is_work & (now == STARTED) & (was == STARTED) & moved),
    ):
        rows = both.assign(days=days)[which].fillna({f"{words}_before": ""})
        columns = (rows[name] for name in ("id", "name", f"{words}_before", words, "days"))
        for id_, name, old, new, late in zip(*columns, strict=True):
            yield kind, name, owners.get(id_, ""), old, new, late


def _steps(plan: Schedule) -> pd.DataFrame:
    """The tasks that are worked on: how far they are; dates, sizes and states in words."""
    tasks, per_day = plan.tasks[plan.tasks["kind"] != "summary"], plan.project.header.hours_per_day
    step = tasks["is_started"] * STARTED + tasks["is_finished"]
    ends, left = tasks["finish"].map(day), tasks["remaining_hours"] / per_day
    state = tasks["percent_complete"].map(percent) + ", " + left.map(_days) + " left"
    state = state.mask(step == NOT_STARTED, "not started").mask(
        step == FINISHED, "finished " + ends
    )
    size, starts = (tasks["duration_hours"] / per_day).map(_days), tasks["start"].map(day)
    return tasks.assign(step=step, starts=starts, ends=ends, size=size, state=state)


def _days(value: float) -> str:
    return NOTHING if pd.isna(value) else number(value, 0 if value == round(value) else 1, "d")
