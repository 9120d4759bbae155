"""A movement split over groups of changes, so that the parts add up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, pairwise, permutations
from math import floor
from typing import Any

import numpy as np
import pandas as pd

from pmtools.errors import ProjectError
from pmtools.measure.milestones import looked_up, names_of
from pmtools.measure.parties import parties
from pmtools.measure.replay import GROUPS, PROGRESS, TIME, Replay
from pmtools.measure.snapshot import short
from pmtools.metrics import CannotSay
from pmtools.project import Project
from pmtools.schedule import Schedule
from pmtools.schedule.paths import driving_chain
from pmtools.words import day_month, number, plain

MOST_EXACT = 5
"""Groups up to which all orders are replayed: 32 plans at most."""
MOST_TOLD, SMALL = 5, 0.15
"""Parts that the sentence tells one by one, and the share of all movements that others are."""
_Group = tuple[str, ...]
_Order = tuple[_Group, ...]
Value = tuple[int, ...]
"""Whole minutes or cents, in which the parts add up; the first is the one that is told."""
Measure = Callable[[Project, np.ndarray], Value | None]
"""The value of a plan, from its changes; None where it has none."""


@dataclass(frozen=True, eq=False)
class Movement:
    """How far a forecast moved between two snapshots, in parts that add up.

    - quantity: what moved, in words; before, after: the forecasts, dates or amounts
    - since, until: status dates; moved: working days of the project's calendar as it is now, in
      tenths (later is positive), or money; currency
    - parts, the largest first: group, days or amount, minutes or cents and, of a date,
      calendar_minutes (whole numbers; their sums are the movement), sentence, whose, tasks
      (department or owner of what moved it most, and all that carry it)
    - tasks: group, part (days or amount of the whole part), task_id, change (words), owner,
      department, minutes or cents, days or amount: what this change moved, all others made
    - merged: groups taken over together, because one alone makes no legal plan
    - doubtful: rows that may be something else than they were, as `Matching.doubtful`
    - method, statement: in words
    """

    quantity: str
    before: Any
    after: Any
    since: pd.Timestamp | None
    until: pd.Timestamp | None
    moved: float
    currency: str
    parts: pd.DataFrame = field(repr=False)
    tasks: pd.DataFrame = field(repr=False)
    merged: tuple[str, ...]
    doubtful: pd.DataFrame = field(repr=False)
    method: str
    statement: str

    def waterfall(self) -> dict[str, Any]:
        """What `chart_bridge` draws, by its arguments."""
        names = ("quantity", "parts", "before", "after", "since", "until", "currency")
        return {name: getattr(self, name) for name in names}

    def __str__(self) -> str:
        return self.statement


class NoMovement(CannotSay):
    """Why no movement can be explained, in place of each of its results."""

    @property
    def tasks(self) -> CannotSay:
        """The reason."""
        return self

    parts = p80 = cost = tasks

    def waterfall(self) -> dict[str, Any]:
        """The reason, in place of what `chart_bridge` draws."""
        return {"parts": self}


@dataclass(frozen=True, eq=False)
class Question:
    """What is asked: two plans, what lies between them, and how a plan is measured.

    - said, ends: the forecasts, and their values
    - measure; probe: the same for changes one by one, where it may be done with fewer trials
    - whole, told: columns of the parts: minutes and days, or cents and amount; unit: how many of
      the first make one of the second
    - most_items: changes of a group of which the own effect is computed: of tasks of least float
    - exact: groups up to which all orders are replayed; is_turned: of more, from each on
    - remark: what else `method` says
    """

    quantity: str
    plans: tuple[Schedule, Schedule]
    said: tuple[Any, Any]
    ends: tuple[Value, Value]
    replay: Replay
    measure: Measure
    probe: Measure
    whole: tuple[str, ...]
    told: str
    unit: float
    doubtful: pd.DataFrame
    most_items: int = 12
    exact: int = MOST_EXACT
    is_turned: bool = True
    remark: str = ""


def movement_of(asked: Question) -> dict[str, Any]:
    """The fields of a `Movement`. A part is the mean, over the orders in which groups can be taken
    over, of what the quantity moves when its group is.

    Notes
    -----
    Shapley, A value for n-person games (1953): over all orders of up to `exact` groups that
    differ; of more, over the rotations of their list, forwards and backwards, or only the list and
    its reverse, which are the same as all where no three groups act on each other. Parts are
    rounded by the largest remainder, so that they keep their sum.
    """
    values = _Values(asked)
    differ: list[_Group] = [(name,) for name in GROUPS if name in set(values.groups)]
    groups, orders = _legal(differ, values)
    shares = _shares(groups, orders, values)
    told = _told(shares, asked)
    columns = ["group", "part", "task_id", "change", "owner", "department", asked.whole[0],
               asked.told]  # fmt: skip
    tasks = pd.concat(
        [pd.DataFrame(columns=columns)]
        + [
            _carriers(group, shares[group], told[group], values)
            for group in sorted(told, key=lambda group: -abs(shares[group][0]))
        ]
    )[columns].reset_index(drop=True)
    tasks = tasks.astype({"part": "float64", asked.whole[0]: "int64", asked.told: "float64"})
    parts = _parts(shares, told, tasks, asked)
    moved = round(sum(told.values()), 2)
    was, now = (plan.project.header for plan in asked.plans)
    merged = tuple(_name(group) for group in groups if len(group) > 1)
    return {
        "quantity": asked.quantity, "before": asked.said[0], "after": asked.said[1],
        "since": was.status_date, "until": now.status_date, "moved": moved,
        "currency": now.currency if asked.told == "amount" else "", "parts": parts,
        "tasks": tasks, "merged": merged, "doubtful": asked.doubtful,
        "method": _method(groups, orders, merged, asked),
        "statement": _statement(moved, parts, asked),
    }  # fmt: skip


class _Values:
    """The value of the plan with some of the changes."""

    def __init__(self, asked: Question) -> None:
        self.asked, self.items = asked, asked.replay.items
        self.groups = self.items["group"].sort_index()
        self.known: dict[frozenset[str], Value | None] = {
            frozenset(): asked.ends[0], frozenset(self.groups): asked.ends[1],
        }  # fmt: skip

    def with_groups(self, groups: Iterable[_Group]) -> Value | None:
        """With the changes of these groups; None where they alone make no legal plan."""
        taken = frozenset(name for group in groups for name in group)
        if taken not in self.known:
            flags = self.groups.isin(list(taken)).to_numpy()
            self.known[taken] = self.with_items(flags, self.asked.measure)
        return self.known[taken]

    def with_items(self, taken: np.ndarray, measure: Measure) -> Value | None:
        """The same with changes chosen one by one."""
        try:
            return measure(self.asked.replay.project(taken), taken)
        except ProjectError:
            return None

    def alone(self, items: Iterable[Any]) -> list[int]:
        """What each change moves, all others made; where none does (two late tasks side by side),
        what each would move, only it made.
        """
        probe = self.asked.probe
        is_mine = [np.arange(len(self.groups)) == item for item in items]
        for others in (np.ones(len(self.groups), bool), np.zeros(len(self.groups), bool)):
            end = self.with_items(others, probe)
            pairs = [(end, self.with_items(others ^ mine, probe)) for mine in is_mine]
            sign = 1 if others.all() else -1
            moved = [sign * (a[0] - b[0]) if a and b else 0 for a, b in pairs]
            if any(moved):
                break
        return moved


def _legal(groups: list[_Group], values: _Values) -> tuple[list[_Group], list[_Order]]:
    """The groups, and orders of them in which every step is a legal plan.

    While one is not, those two groups are merged that most of the illegal plans keep apart.
    """
    while True:
        orders = _orders(groups, values.asked)
        steps = {frozenset(order[:n]) for order in orders for n in range(1, len(order))}
        bad = [step for step in steps if values.with_groups(step) is None]
        if not bad:
            return groups, orders
        one, other = max(
            combinations(groups, 2),
            key=lambda pair: sum((pair[0] in step) != (pair[1] in step) for step in bad),
        )
        groups = [one + other if group == one else group for group in groups if group != other]


def _orders(groups: Sequence[_Group], asked: Question) -> list[_Order]:
    if len(groups) <= asked.exact:
        return list(permutations(groups))
    n_turns = len(groups) if asked.is_turned else 1
    turned = [(*groups[n:], *groups[:n]) for n in range(n_turns)]
    return [*turned, *(order[::-1] for order in turned)]


def _shares(groups: list[_Group], orders: list[_Order], values: _Values) -> dict[_Group, Value]:
    """The mean movement with each group, in whole numbers that keep their sum."""
    sums = {group: [0] * len(values.asked.whole) for group in groups}
    for order in orders if groups else ():
        passed = [values.with_groups(order[:n]) for n in range(len(order) + 1)]
        for group, (was, now) in zip(order, pairwise(passed), strict=True):
            assert was and now, "only legal orders are left"
            sums[group] = [total + b - a for total, a, b in zip(sums[group], was, now, strict=True)]
    units = (whole([Fraction(sums[g][unit], len(orders)) for g in groups])
             for unit in range(len(values.asked.whole)))  # fmt: skip
    return dict(zip(groups, zip(*units, strict=True), strict=True))


def whole(parts: list[Fraction]) -> list[int]:
    """Each rounded, by the largest remainder: so they keep their sum."""
    found = [floor(part) for part in parts]
    missing = round(sum(parts)) - sum(found)
    for n in sorted(range(len(parts)), key=lambda n: found[n] - parts[n])[:missing]:
        found[n] += 1
    return found


def _told(shares: dict[_Group, Value], asked: Question) -> dict[_Group, float]:
    """The parts that moved something, in tenths of days that keep their sum, or in money."""
    steps = 10 if asked.told == "days" else 100
    scaled = whole([Fraction(steps * v[0]) / Fraction(asked.unit) for v in shares.values()])
    return {g: each / steps for g, each in zip(shares, scaled, strict=True) if any(shares[g])}


def _carriers(group: _Group, share: Value, told: float, values: _Values) -> pd.DataFrame:
    """The changes of a group with what each moved, the largest first."""
    asked, found = values.asked, values.items[values.items["group"].isin(group)]
    found = found.rename(columns={"what": "change"})
    if group == (TIME,):
        found = found.assign(moved=share[0], **_waiting(asked.plans[1]))
    else:
        found = _likely(found, asked).head(asked.most_items)
        found = found.assign(moved=values.alone(found.index))
    found = found.loc[found["moved"].abs().sort_values(ascending=False, kind="stable").index]
    found = found.assign(group=_name(group), part=told, **_whose(found, asked))
    return found.assign(**{asked.whole[0]: found["moved"], asked.told: found["moved"] / asked.unit})


def _likely(items: pd.DataFrame, asked: Question) -> pd.DataFrame:
    """Those first that may have moved most: wide ranges, then tasks of least float; of work under
    way, only what is known of it counts.
    """
    tasks = pd.concat([plan.tasks for plan in asked.plans]).groupby("id")
    is_idle = looked_up(tasks["is_started"].min(), items["task_id"]).eq(True)
    slack = looked_up(tasks["total_float_hours"].min(), items["task_id"]).fillna(0)
    rank = items.assign(
        is_idle=is_idle & (items["group"] != PROGRESS), slack=slack, by=-items["size"]
    )
    return items.loc[rank.sort_values(["is_idle", "by", "slack"], kind="stable").index]


def _waiting(plan: Schedule) -> dict[str, str]:
    """The task whose turn it is: the first on the way to the finish that is not finished."""
    chain = driving_chain(plan)
    left = chain[~chain["task_id"].isin(plan.tasks.loc[plan.tasks["is_finished"], "id"])]
    if left.empty:
        return {}
    said = f"time passed, {short(left['name'].iloc[0])} still open"
    return {"task_id": left["task_id"].iloc[0], "change": said}


def _whose(items: pd.DataFrame, asked: Question) -> dict[str, pd.Series]:
    """The names of owner and department, as they are now or, of what left, were."""
    projects = [plan.project for plan in asked.plans[::-1]]
    who = pd.concat([parties(project) for project in projects])
    who = who[~who.index.duplicated()].reindex(items["task_id"]).fillna("").set_axis(items.index)
    people = pd.concat([p.resources.set_index("id")["department_id"] for p in projects])
    mine = looked_up(people[~people.index.duplicated()], items["owner_id"]).fillna("")
    who = who.where(items["owner_id"] == "", pd.DataFrame(
        {"owner_id": items["owner_id"], "department_id": mine}))  # fmt: skip
    found = {}
    for word, table in (("owner", "resources"), ("department", "departments")):
        names = pd.concat([getattr(p, table) for p in projects]).drop_duplicates("id")
        found[word] = names_of(names, who[f"{word}_id"])
    return found


def _parts(
    shares: dict[_Group, Value], told: dict[_Group, float], tasks: pd.DataFrame, asked: Question
) -> pd.DataFrame:
    rows = []
    for group, far in told.items():
        mine = tasks[(tasks["group"] == _name(group)) & (tasks[asked.whole[0]] != 0)]
        said = _sentence(_name(group), far, mine, asked)
        rows.append((_name(group), far, *shares[group], *said, "; ".join(mine["change"])))
    columns = ["group", asked.told, *asked.whole, "sentence", "whose", "tasks"]
    parts = pd.DataFrame(rows, columns=columns).astype({asked.told: "float64"})
    order = parts[asked.whole[0]].abs().sort_values(ascending=False, kind="stable").index
    return parts.loc[order].reset_index(drop=True)


def _name(group: _Group) -> str:
    return " with ".join(group)


def _signed(far: float, told: str) -> str:
    is_whole = told == "amount" or round(far, 1) == round(far)
    return number(far, 0 if is_whole else 1, is_signed=True)


def _sentence(group: str, far: float, tasks: pd.DataFrame, asked: Question) -> tuple[str, str]:
    """`Test re-estimated and 2 more −2 (QA)`, `QA`: the change that moved it most in its direction;
    of as many as were computed, nobody knows how many more.
    """
    mine, told = tasks[tasks[asked.told] * far > 0], asked.told
    if mine.empty:
        return f"{group} {_signed(far, told)}", ""
    lead: Any = mine.iloc[0]
    more = f" and {len(mine) - 1} more" if len(mine) > 1 else ""
    more = " and others" if len(tasks) == asked.most_items else more
    whose = plain(lead["department"] or lead["owner"], 60)
    said = f"{lead['change']}{more} {_signed(far, told)}"
    return said + (f" ({whose})" if whose else ""), whose


def _statement(moved: float, parts: pd.DataFrame, asked: Question) -> str:
    """`+6 days since 30 Oct: vendor delivery +8 (Procurement), test re-estimated −2 (QA)`."""
    header, told = asked.plans[0].project.header, asked.told
    when = "" if header.status_date is None else f" since {day_month(header.status_date)}"
    least = 0.05 if told == "days" else 0.5
    rows = parts[parts[told].abs() >= least]
    unit = "day" if abs(moved) == 1 else "days"
    far = f"{_signed(moved, told)} {unit}" if told == "days" else (
        f"{asked.plans[1].project.header.currency} {_signed(moved, told)}".strip())  # fmt: skip
    what = asked.quantity.removeprefix("the finish").removeprefix("the ")
    head = f"{what} {far}{when}".strip()
    if abs(moved) < least:
        head = f"{asked.quantity} has not moved{when}"
    left = rows[told].abs()[::-1].cumsum()[::-1]
    n_told = min(int((left > SMALL * left.max()).sum()), MOST_TOLD)
    said = [*rows["sentence"].head(n_told)]
    if len(rows) > n_told:
        said.append(f"others {_signed(rows[told].iloc[n_told:].sum(), told)}")
    head = head[:1].upper() + head[1:]
    return (f"{head}: {', '.join(said)}" if said else head) + _doubts(asked)


def _doubts(asked: Question) -> str:
    """What a person should look at before believing the bridge of the finish."""
    doubts = [] if asked.quantity != "the finish" else asked.doubtful.to_dict("records")
    said = [f"{short(doubt['name'])} ({doubt['reason']})" for doubt in doubts[:2]]
    more = f" and {len(doubts) - 2} more" if len(doubts) > 2 else ""
    return f". Doubtful: {', '.join(said)}{more}" if said else ""


def _method(
    groups: list[_Group], orders: list[_Order], merged: tuple[str, ...], asked: Question
) -> str:
    which = (
        "the rotations forwards and backwards," if asked.is_turned else "one way and its reverse,"
    )
    which = "all" if len(groups) <= asked.exact else which
    said = f"Shapley value: mean over {which} {len(orders)} orders of {len(groups)} groups"
    if len(groups) < 2:
        said = "One group of changes is the whole movement" if groups else "No change moved it"
    if merged:
        said += f"; taken together, as one alone makes no legal plan: {', '.join(merged)}"
    return f"{said}{asked.remark}"
