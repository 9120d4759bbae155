"""Why the finish moved: the time between two snapshots, split so that the parts add up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, pairwise, permutations
from math import floor
from typing import Any

import numpy as np
import pandas as pd

from pmtools.calendars import minutes_of
from pmtools.errors import ProjectError
from pmtools.measure.milestones import looked_up, names_of
from pmtools.measure.replay import GROUPS, TIME, Replay
from pmtools.project import Project
from pmtools.schedule import Schedule, schedule
from pmtools.schedule.paths import driving_chain
from pmtools.words import day_month, number, plain

MOST_EXACT = 7
"""Groups up to which all orders are replayed: 128 schedules at most."""
MOST_ITEMS = 30
"""Changes of a group of which the own effect is computed: those of tasks with least float."""
TASKS = ["group", "task_id", "change", "owner", "department", "minutes", "days"]
PARTS = ["group", "days", "minutes", "calendar_minutes", "sentence", "tasks"]
_Group = tuple[str, ...]
_Order = tuple[_Group, ...]
_Value = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Bridge:
    """The movement of a project's finish between two snapshots, in parts that add up.

    - before_finish, after_finish: the forecasts; since: the status date of the first
    - moved_minutes, moved_days: working time of the project's calendar as it is now, later is
      positive, days in tenths; moved_calendar_minutes: the same by the clock
    - parts, the largest first: group, days, minutes, calendar_minutes (whole; their sums are the
      movement, also those of the tenths of days), sentence, tasks (what carries it, in words)
    - tasks: group, task_id, change (words), owner, department, minutes, days: what the finish
      moved by this change, all others made; of each group the largest first
    - merged: groups taken over together, because one alone makes no legal network
    - method, statement: in words
    """

    before_finish: pd.Timestamp
    after_finish: pd.Timestamp
    since: pd.Timestamp | None
    moved_minutes: int
    moved_days: float
    moved_calendar_minutes: int
    parts: pd.DataFrame = field(repr=False)
    tasks: pd.DataFrame = field(repr=False)
    merged: tuple[str, ...]
    method: str
    statement: str

    def __str__(self) -> str:
        return self.statement


def explain_finish(before: Project, after: Project) -> Bridge:
    """Why the forecast finish moved between two snapshots of one project.

    The earlier plan is replayed with the changes of some groups taken over: passage of time (the
    status date alone), progress, re-estimates, scope, logic, calendars and leave, resources,
    constraints, options. A part is the mean, over the orders in which groups can be taken over,
    of what the finish moves when its group is. Tasks are matched by id.

    Raises
    ------
    ProjectError
        Where one of the two has no schedule.

    Notes
    -----
    Shapley, A value for n-person games (1953): exact over all orders of up to 7 groups that
    differ; of more, over the rotations of their list, forwards and backwards. Parts are rounded
    to minutes by the largest remainder, so that they keep their sum.
    """
    values = _Values(before, after)
    differ: list[_Group] = [(name,) for name in GROUPS if name in set(values.groups)]
    groups, orders = _legal(differ, values)
    shares = _shares(groups, orders, values)
    tasks = pd.concat(
        [pd.DataFrame(columns=TASKS)]
        + [_carriers(group, share, values) for group, share in shares.items() if any(share)]
    ).reset_index(drop=True)
    tasks = tasks.astype({"minutes": "int64", "days": "float64"})
    parts = _parts(shares, tasks, values.per_day)
    moved, clock = (now - was for was, now in zip(values.first, values.last, strict=True))
    since, merged = before.header.status_date, tuple(_name(g) for g in groups if len(g) > 1)
    days = round(parts["days"].sum(), 1)
    return Bridge(
        values.ends[0].finish, values.ends[1].finish, since, moved, days, clock, parts, tasks,
        merged, _method(groups, orders, merged), _statement(since, days, parts),
    )  # fmt: skip


class _Values:
    """The finish of the plan with some of the changes: working minutes, and by the clock."""

    def __init__(self, before: Project, after: Project) -> None:
        self.replay, self.ends = Replay(before, after), (_plan(before), _plan(after))
        self.groups = self.replay.items["group"].sort_index()
        self.per_day = 60 * after.header.hours_per_day
        self.first, self.last = (self.of(plan.finish) for plan in self.ends)
        self.known: dict[frozenset[str], _Value | None] = {
            frozenset(): self.first, frozenset(self.groups): self.last,
        }  # fmt: skip

    def of(self, finish: pd.Timestamp) -> _Value:
        minute = int(minutes_of(finish))
        return int(self.ends[1].calendars[""].minutes_before(minute)), minute

    def with_groups(self, groups: Iterable[_Group]) -> _Value | None:
        """With the changes of these groups; None where they alone make no legal network."""
        taken = frozenset(name for group in groups for name in group)
        if taken not in self.known:
            self.known[taken] = self.with_items(self.groups.isin(list(taken)).to_numpy())
        return self.known[taken]

    def with_items(self, taken: np.ndarray) -> _Value | None:
        """The same with changes chosen one by one."""
        try:
            return self.of(schedule(self.replay.project(taken)).finish)
        except ProjectError:
            return None


def _plan(project: Project) -> Schedule:
    """The schedule, with its drivers of equal right chosen by their ids, not by their rows."""
    tasks, links = project.tasks.sort_values("id"), project.links
    return schedule(project.replace(tasks=tasks, links=links.sort_values([*links])))


def _legal(groups: list[_Group], values: _Values) -> tuple[list[_Group], list[_Order]]:
    """The groups, and orders of them in which every step is a legal network.

    While one is not, those two groups are merged that most of the illegal plans keep apart.
    """
    while True:
        orders = _orders(groups)
        steps = {frozenset(order[:n]) for order in orders for n in range(1, len(order))}
        bad = [step for step in steps if values.with_groups(step) is None]
        if not bad:
            return groups, orders
        one, other = max(
            combinations(groups, 2),
            key=lambda pair: sum((pair[0] in step) != (pair[1] in step) for step in bad),
        )
        groups = [one + other if group == one else group for group in groups if group != other]


def _orders(groups: Sequence[_Group]) -> list[_Order]:
    if len(groups) <= MOST_EXACT:
        return list(permutations(groups))
    turned = [(*groups[n:], *groups[:n]) for n in range(len(groups))]
    return [*turned, *(order[::-1] for order in turned)]


def _shares(groups: list[_Group], orders: list[_Order], values: _Values) -> dict[_Group, _Value]:
    """The mean movement with each group, in whole minutes that keep their sum."""
    sums = {group: [0, 0] for group in groups}
    for order in orders if groups else ():
        passed = [values.with_groups(order[:n]) for n in range(len(order) + 1)]
        for group, (was, now) in zip(order, pairwise(passed), strict=True):
            assert was and now, "only legal orders are left"
            sums[group] = [total + b - a for total, a, b in zip(sums[group], was, now, strict=True)]
    working, clock = (_whole([Fraction(sums[g][unit], len(orders)) for g in groups])
                      for unit in (0, 1))  # fmt: skip
    return dict(zip(groups, zip(working, clock, strict=True), strict=True))


def _whole(parts: list[Fraction]) -> list[int]:
    """Each rounded, by the largest remainder: so they keep their sum."""
    whole = [floor(part) for part in parts]
    missing = round(sum(parts)) - sum(whole)
    for n in sorted(range(len(parts)), key=lambda n: whole[n] - parts[n])[:missing]:
        whole[n] += 1
    return whole


def _carriers(group: _Group, share: _Value, values: _Values) -> pd.DataFrame:
    """The changes of a group with what each moved, all others made, the largest first.

    Where none moved it alone (two late tasks side by side), what each would move, only it made.
    """
    found = values.replay.items
    found = found[found["group"].isin(group)].rename(columns={"what": "change"})
    if group == (TIME,):
        found = found.assign(minutes=share[0], **_waiting(values))
    else:
        slack = pd.concat([p.tasks.set_index("id")["total_float_hours"] for p in values.ends])
        slack = looked_up(slack.groupby(level=0).min(), found["task_id"]).fillna(0)
        found = found.loc[slack.sort_values(kind="stable").index[:MOST_ITEMS]]
        alone = [np.arange(len(values.groups)) == item for item in found.index]
        minutes = _moved(alone, lambda mine: (values.with_items(~mine), values.last))
        if not any(minutes):
            minutes = _moved(alone, lambda mine: (values.first, values.with_items(mine)))
        found = found.assign(minutes=minutes)
    far = found["minutes"].abs().sort_values(ascending=False, kind="stable").index
    return _with_owners(found.loc[far].assign(group=_name(group)), values)[TASKS]


def _moved(
    items: list[np.ndarray], ends: Callable[[np.ndarray], tuple[_Value | None, _Value | None]]
) -> list[int]:
    pairs = [ends(item) for item in items]
    return [now[0] - was[0] if was and now else 0 for was, now in pairs]


def _waiting(values: _Values) -> dict[str, str]:
    """The task whose turn it is: the first on the way to the finish that is not finished."""
    tasks = values.ends[1].tasks
    chain = driving_chain(values.ends[1])
    left = chain[~chain["task_id"].isin(tasks.loc[tasks["is_finished"], "id"])]
    if left.empty:
        return {}
    return {"task_id": left["task_id"].iloc[0], "change": f"{TIME} at {left['name'].iloc[0]}"}


def _with_owners(found: pd.DataFrame, values: _Values) -> pd.DataFrame:
    """With the names of owner and department, as they are now or, of what left, were."""
    tables = {
        name: pd.concat([getattr(p.project, name) for p in values.ends[::-1]])
        .drop_duplicates("id")
        for name in ("tasks", "resources", "departments")
    }  # fmt: skip
    tasks = tables["tasks"].set_index("id")[["owner_id", "department_id"]]
    who = tasks.reindex(found["task_id"]).fillna("").set_axis(found.index)
    return found.assign(
        owner=names_of(tables["resources"], who["owner_id"]),
        department=names_of(tables["departments"], who["department_id"]),
        days=found["minutes"] / values.per_day,
    )


def _parts(shares: dict[_Group, _Value], tasks: pd.DataFrame, per_day: float) -> pd.DataFrame:
    tenths = _whole([Fraction(10 * minutes) / Fraction(per_day) for minutes, _ in shares.values()])
    rows = []
    for (group, (minutes, clock)), tenth in zip(shares.items(), tenths, strict=True):
        if minutes or clock:
            mine = tasks[(tasks["group"] == _name(group)) & (tasks["minutes"] != 0)]
            said = _sentence(_name(group), tenth / 10, mine)
            rows.append((_name(group), tenth / 10, minutes, clock, said, "; ".join(mine["change"])))
    parts = pd.DataFrame(rows, columns=PARTS).astype({"days": "float64"})
    far = parts["minutes"].abs().sort_values(ascending=False, kind="stable").index
    return parts.loc[far].reset_index(drop=True)


def _name(group: _Group) -> str:
    return " with ".join(group)


def _signed(days: float) -> str:
    return number(days, 0 if round(days, 1) == round(days) else 1, is_signed=True)


def _sentence(group: str, days: float, tasks: pd.DataFrame) -> str:
    """`Test re-estimated and 2 more −2 (QA)`: the change that moved it most in its direction."""
    mine = tasks[tasks["minutes"] * days > 0]
    if mine.empty:
        return f"{group} {_signed(days)}"
    lead: Any = mine.iloc[0]
    more = f" and {len(mine) - 1} more" if len(mine) > 1 else ""
    whose = plain(lead["department"] or lead["owner"], 60)
    return f"{plain(lead['change'], 90)}{more} {_signed(days)}" + (f" ({whose})" if whose else "")


def _statement(since: pd.Timestamp | None, days: float, parts: pd.DataFrame) -> str:
    when = "" if since is None else f" since {day_month(since)}"
    unit = "day" if abs(round(days, 1)) == 1 else "days"
    head = f"{_signed(days)} {unit}{when}" if round(days, 1) else f"The finish has not moved{when}"
    told = parts.loc[parts["days"].abs() >= 0.05, "sentence"]
    return f"{head}: {', '.join(told)}" if len(told) else head


def _method(groups: list[_Group], orders: list[_Order], merged: tuple[str, ...]) -> str:
    which = "all" if len(groups) <= MOST_EXACT else "the forward and backward rotations,"
    said = f"Shapley value: mean over {which} {len(orders)} orders of {len(groups)} groups"
    if merged:
        said += f"; taken together, as one alone makes no legal network: {', '.join(merged)}"
    return said
