"""A project between two snapshots: the earlier one with some of the changes since taken over."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from pmtools.measure.snapshot import (
    SPENT,
    are_people_heeded,
    in_hours,
    names_by_id,
    of_these,
    risk_words,
    short,
    status_of,
    steps_of,
    tables_of,
    wider_by,
)
from pmtools.project import Project

GROUPS = (
    "passage of time", "progress", "re-estimates", "scope", "logic", "calendars and leave",
    "resources", "constraints", "options", "ranges", "risks", "rates", "fixed costs",
)  # fmt: skip
(TIME, PROGRESS, ESTIMATES, SCOPE, LOGIC, CALENDARS, RESOURCES, CONSTRAINTS, OPTIONS,
 RANGES, RISKS, RATES, PRICES) = GROUPS  # fmt: skip

Quantity = Literal["finish", "percentile", "cost"]
Item = tuple[str, str, str]
"""A change: group, task_id ("" where it is of no task), what (words)."""
_Content = tuple[tuple[str, str, str, str, str], ...]

_FIELDS = {
    "start": (CONSTRAINTS, "start of the project moved"),
    "calendar_id": (CALENDARS, "another calendar of the project"),
    "scheduling": (OPTIONS, "other scheduling rules"),
    "lag_calendar": (OPTIONS, "another calendar of lags"),
    "out_of_sequence": (OPTIONS, "another rule for work out of sequence"),
    "constraints": (OPTIONS, "another strength of constraints"),
}  # fmt: skip
_DATES: _Content = (
    ("tasks", "id", SCOPE, "moved in the outline",
     "kind parent_id is_start_milestone"),
    ("tasks", "id", ESTIMATES, "re-estimated", "duration_hours is_elapsed"),
    ("tasks", "id", CALENDARS, "on another calendar", "calendar_id"),
    ("tasks", "id", RESOURCES, "re-assigned",
     "levelling_delay_hours ignores_resource_calendars is_resource_dependent"),
    ("tasks", "id", CONSTRAINTS, "constrained", "constraint constraint_date"),
    ("links", "successor_id", LOGIC, "re-linked",
     "predecessor_id kind lag_hours lag_kind lag_calendar"),
    ("progress", "task_id", PROGRESS, "",
     "actual_start actual_finish remaining_hours percent_complete resume_date"),
    ("resources", "id", CALENDARS, "works at other times", "kind calendar_id"),
    ("calendars", "id", CALENDARS, "changed its hours", "base_id weekday shift_start shift_finish"),
    ("exceptions", "calendar_id", CALENDARS, "changed its hours", "from to shifts"),
)  # fmt: skip
"""What moves dates: table, whose it is, group, words of a change, columns."""
_WHO: _Content = (("assignments", "task_id", RESOURCES, "re-assigned", "resource_id"),)
_CONTENT: Mapping[Quantity, _Content] = {
    "finish": _DATES + _WHO,
    "percentile": _DATES + _WHO + (
        ("estimates", "task_id", ESTIMATES, "re-estimated", "most_likely_hours"),
        ("estimates", "task_id", RANGES, "",
         "optimistic_hours pessimistic_hours distribution estimate_class correlation_group "
         "task_type team remaining_items"),
        ("register", "id", RISKS, "",
         "status probability impact_hours optimistic_impact_hours pessimistic_impact_hours "
         "impact_percent optimistic_impact_percent pessimistic_impact_percent "
         "residual_probability residual_impact_hours residual_impact_percent response_done_date "
         "parallel_group calendar_id task_ids"),
    ),
    "cost": (
        *_DATES,
        ("tasks", "id", PRICES, "at another fixed cost", "fixed_cost cost_accrual"),
        ("resources", "id", PRICES, "at another cost of use", "cost_per_use"),
        ("rates", "resource_id", RATES, "at another rate", "from hourly_rate"),
        ("assignments", "task_id", RESOURCES, "re-assigned",
         "resource_id units is_fixed_quantity work_hours"),
        ("costs", "task_id", PROGRESS, "", "amount"),
        ("timesheets", "task_id", PROGRESS, "", "date resource_id hours"),
    ),
}  # fmt: skip
_ONE_ROW = ("tasks", "resources", "estimates", "register")
"""Tables with one row a thing, of which columns change apart from each other."""
_OF_TASKS = ("assignments", "estimates")
"""Tables that refuse rows of tasks that are not there."""
_ALWAYS, _NEVER = -1, -2
_NOBODY, _LOOSE = "\0", "\1"


class Replay:
    """Every change between two snapshots that can move a quantity, each to be taken over or not.

    `items`: group, task_id ("" where it is of no task), what (words), owner_id (of a risk). Links,
    assignments, progress, ranges and costs of a task that came or left go with it, and so with
    scope. What is spent in the time that passed is progress: for the cost they are one group.

    Parameters
    ----------
    quantity
        finish; percentile: also ranges and risks; cost: also rates, hours and what was spent.
    more
        Changes that are in no table; they are the first items.
    """

    def __init__(
        self, before: Project, after: Project, quantity: Quantity = "finish",
        more: Sequence[Item] = (),
    ) -> None:  # fmt: skip
        self._codes: dict[Hashable, int] = {}
        self._items: list[Item] = [*more]
        self._headers = [replace(p.header, status_date=status_of(p)) for p in (before, after)]
        self._owners: dict[int, str] = {}
        self._sizes: dict[int, float] = {}
        of_time = (PROGRESS, "time passed") if quantity == "cost" else (TIME, TIME)
        self._fields = {
            name: self._code(name, group, "", what)
            for name, (group, what) in (_FIELDS | {"status_date": of_time}).items()
            if getattr(self._headers[0], name) != getattr(self._headers[1], name)
        }
        content = [c for c in _CONTENT[quantity] if c[0] != "assignments" or quantity == "cost"
                   or are_people_heeded(before, after)]  # fmt: skip
        self._tables = [tables_of(p, {name for name, *_ in content}) for p in (before, after)]
        self._names = [names_by_id(tables) for tables in self._tables]
        self._steps = [steps_of(tables["progress"]) for tables in self._tables]
        shared = self._names[0]["tasks"].keys() & self._names[1]["tasks"].keys()
        for end, word in enumerate(("removed", "added")):
            for task in self._names[end]["tasks"].keys() - shared:
                self._code(("tasks", SCOPE, task), SCOPE, task, f"{self._said(task)} {word}")
        links, ids = [t["links"] for t in self._tables], [names["tasks"] for names in self._names]
        self._detours = [
            _detours(links[1], ids[1].keys() - ids[0]), _detours(links[0], ids[0].keys() - ids[1])
        ]  # fmt: skip
        self._aligned = {
            name: self._side_by_side(name, next(c[1] for c in content if c[0] == name))
            for name in _ONE_ROW if name in self._tables[0]
        }  # fmt: skip
        self._cells = [
            (table, columns.split(), self._changed(table, group, words, columns.split()))
            for table, _, group, words, columns in content if table in _ONE_ROW
        ]  # fmt: skip
        self._rows = [
            (table, self._split(table, key, group, words, columns.split()))
            for table, key, group, words, columns in content if table not in _ONE_ROW
        ]  # fmt: skip
        self._moving = {*self._aligned, *(table for table, _ in self._rows)}
        self._base = self._built(np.zeros(len(self._items), bool))
        self._moving = self._told_apart()
        items = pd.DataFrame(self._items, columns=["group", "task_id", "what"], dtype="str")
        items["owner_id"] = [self._owners.get(code, "") for code in range(len(items))]
        items["size"] = [self._sizes.get(code, 0.0) for code in range(len(items))]
        self.items = items.sort_values(["group", "task_id", "what"])

    def project(self, taken: np.ndarray) -> Project:
        """The plan of before with the changes that have a flag, by the index of `items`.

        Raises ProjectError where these changes alone make no plan.
        """
        return self._built(taken, self._base)

    def _built(self, taken: np.ndarray, base: Project | None = None) -> Project:
        """A new plan; or `base` with only those tables in which something differs."""
        on, off = np.r_[taken, False, True], np.r_[~taken, False, True]
        moved = {n: getattr(self._headers[1], n) for n, code in self._fields.items() if on[code]}
        header = replace(self._headers[0], **moved)
        moving = self._moving
        tables = {name: self._mixed(name, on, off) for name in self._aligned if name in moving}
        if "tasks" in tables:
            above, ids = tables["tasks"]["parent_id"], tables["tasks"]["id"]
            tables["tasks"] = tables["tasks"].assign(parent_id=above.where(above.isin(ids), ""))
        tasks = tables["tasks"] if base is None or "tasks" in tables else base.tasks
        for table, codes in self._rows:
            if table in moving:
                was, now = (tables[table] for tables in self._tables)
                chosen = [was[off[codes[0]]], now[on[codes[1]]]]
                tables[table] = pd.concat(chosen, ignore_index=True)
        for name in _OF_TASKS:
            if name in tables:
                rows = tables[name]
                tables[name] = rows[rows["task_id"].isin(tasks["id"])]
        if "estimates" in tables:
            tables["estimates"] = in_hours(tables["estimates"])
        if "register" in tables:
            tables["register"] = of_these(tables["register"], {*tasks["id"]})
        tables["progress"] = tables["progress"].assign(status_date=header.status_date)
        tables["progress"] = tables["progress"].astype({"status_date": "datetime64[us]"})
        return Project(header, **tables) if base is None else base.recombined(header, tables)

    def _told_apart(self) -> set[str]:
        """The tables in which something differs, or which heed which tasks there are."""
        moving = {"progress"} | {t for t, _, codes in self._cells if (codes >= 0).any()}
        moving |= {t for t, codes in self._rows if any((of >= 0).any() for of in codes)}
        for table, (*_, came, left) in self._aligned.items():
            if (came >= 0).any() or (left >= 0).any():
                moving |= {table, *((*_OF_TASKS, "register") if table == "tasks" else ())}
        return moving

    def _mixed(self, table: str, on: np.ndarray, off: np.ndarray) -> pd.DataFrame:
        """The rows that are there, each cell of before or, where its change is taken, of after."""
        was, now, came, left = self._aligned[table]
        mixed = was.copy()
        for name, columns, codes in self._cells:
            if name == table and (taken := on[codes]).any():
                for column in columns:
                    mixed[column] = mixed[column].mask(taken, now[column])
        there = on[came] & off[left]
        return mixed if there.all() else mixed[there]

    def _code(self, key: Hashable, group: str, task: str, what: str) -> int:
        if key not in self._codes:
            self._codes[key] = len(self._items)
            self._items.append((group, task, what))
        return self._codes[key]

    def _said(self, owner: str, kind: str = "tasks") -> str:
        was, now = (names[kind] for names in self._names)
        return short(now.get(owner) or was.get(owner) or owner)

    def _side_by_side(self, table: str, key: str) -> tuple[Any, ...]:
        """The rows of both ends, aligned (of what one has alone, its own row in both); and the
        change with which each comes, and with which it leaves.
        """
        was, now = (tables[table].set_index(key, drop=False) for tables in self._tables)
        came, left = now[~now.index.isin(was.index)], was[~was.index.isin(now.index)]
        first = pd.concat([was, came])
        second = pd.concat([now, left]).loc[first.index]
        codes = []
        for rows, word in ((came, "is new"), (left, "removed")):
            of, where = np.full(len(first), _ALWAYS), first.index.isin(rows.index)
            if table == "tasks":
                of[where] = [self._codes["tasks", SCOPE, task] for task in first.index[where]]
            elif table == "register":
                of[where] = [self._risk(row, word) for row in rows.itertuples()]
            codes.append(of)
        return (first.reset_index(drop=True), second.reset_index(drop=True), *codes)

    def _risk(self, risk: Any, word: str) -> int:
        said = f"risk “{self._said(risk.id, 'register')}” {word}"
        code = self._code((RISKS, risk.id), RISKS, "", said)
        self._owners[code] = risk.owner_id
        return code

    def _changed(self, table: str, group: str, words: str, columns: list[str]) -> np.ndarray:
        """The change of these columns that each row belongs to, where they differ."""
        was, now, *_ = self._aligned[table]
        differs = np.zeros(len(was), bool)
        for column in columns:
            one, other = was[column], now[column]
            if one.dtype == "float64":
                one, other = one.round(9), other.round(9)
            differs |= ((one != other) & ~(one.isna() & other.isna())).to_numpy()
        codes, kind = np.full(len(was), _NEVER), "tasks" if table == "estimates" else table
        key = "task_id" if table == "estimates" else "id"
        for row in np.flatnonzero(differs):
            owner, ends = was[key].iat[row], (was.iloc[row], now.iloc[row])
            if table == "register":
                codes[row] = self._risk(ends[1], risk_words(*ends))
                continue
            wider = wider_by(*ends) if group == RANGES else 0.0
            said = words or f"in a {'wider' if wider > 0 else 'narrower' if wider else 'new'} range"
            task, what = owner if kind == "tasks" else "", f"{self._said(owner, kind)} {said}"
            codes[row] = self._code((kind, group, owner), group, task, what)
            self._sizes[int(codes[row])] = abs(wider)
        return codes

    def _split(
        self, table: str, key: str, group: str, words: str, columns: list[str]
    ) -> list[np.ndarray]:  # fmt: skip
        """The change that each row of before and of after belongs to.

        All rows of one owner are one change. Rows of what only one of the two has are there
        always: without their task, or without who uses them, they mean nothing. What was spent
        on it comes and goes with it.
        """
        kind = {"id": table, "calendar_id": "calendars", "resource_id": "resources"}.get(
            key, "tasks")  # fmt: skip
        names = [each[kind] for each in self._names]
        shared, either = names[0].keys() & names[1].keys(), names[0].keys() | names[1].keys()
        ends = [key, "predecessor_id"] if table == "links" else [key]
        owners = []
        for tables, detours, own in zip(self._tables, self._detours, names, strict=True):
            rows = tables[table]
            if table in SPENT:
                owners.append(rows[key].where(rows[key].isin([*either]), _LOOSE).to_numpy(object))
                continue
            is_shared, is_own = (rows[ends].isin([*ids]).all(axis=1) for ids in (shared, own))
            whose = rows[key].where(is_shared, "").where(is_own, _NOBODY).to_numpy(object)
            if table == "links" and detours:
                pairs = zip(rows["predecessor_id"], rows["successor_id"], strict=True)
                found = [detours.get(*each) for each in zip(pairs, whose, strict=True)]
                whose = np.array(found, object)
            owners.append(whose)
        before = {"": _ALWAYS, _NOBODY: _NEVER}
        codes = dict(before)
        both = [tables[table][columns] for tables in self._tables]
        differing = _differing(both, owners, is_ordered=table == "exceptions")
        for owner in {*owners[0], *owners[1]} - before.keys():
            codes[owner], before[owner] = _NEVER, _ALWAYS
            if owner not in shared and owner != _LOOSE:
                codes[owner] = before[owner] = self._codes["tasks", SCOPE, owner]
            elif owner in differing:
                mine = [rows[whose == owner] for rows, whose in zip(both, owners, strict=True)]
                of, said = self._told(table, owner, mine) or (group, words)
                name = "cost for no single task" if owner == _LOOSE else self._said(owner, kind)
                task = owner if kind == "tasks" and owner != _LOOSE else ""
                code = self._code((kind, of, owner), of, task, f"{name} {said}")
                codes[owner] = before[owner] = code
        return [
            np.array([of[each] for each in whose], np.int64)
            for of, whose in zip((before, codes), owners, strict=True)
        ]

    def _told(self, table: str, owner: str, rows: list[pd.DataFrame]) -> tuple[str, str] | None:
        """Group and words of a change that depend on what it is; None: those of the table.

        Of work not begun, what remains is an estimate; so are hours of the same people.
        """
        if table in ("progress", *SPENT):
            was, now = (steps.get(owner, 0) for steps in self._steps)
            if not max(was, now) and table == "progress":
                return ESTIMATES, "re-estimated"
            if not max(was, now):
                return PROGRESS, "recorded"
            return PROGRESS, ("reopened", "started" if was < now else "under way", "finished")[now]
        if table == "assignments" and "work_hours" in rows[0]:
            same = [r.drop(columns="work_hours").sort_values("resource_id", ignore_index=True)
                    for r in rows]  # fmt: skip
            if same[0].equals(same[1]):
                return ESTIMATES, "re-estimated"
        return None


def _differing(
    both: Sequence[pd.DataFrame], owners: Sequence[np.ndarray], *, is_ordered: bool
) -> set[str]:
    """Owners whose rows are not the same, in any order (or in this one: a later exception
    replaces an earlier one). Rows are compared by their 64-bit hashes.
    """
    sums = []
    for rows, whose in zip(both, owners, strict=True):
        hashes = pd.util.hash_pandas_object(rows, index=False).to_numpy() >> np.uint64(1)
        codes, known = pd.factorize(whose)
        if is_ordered:
            place = pd.Series(codes).groupby(codes).cumcount().to_numpy(np.uint64)
            hashes = hashes * (2 * place + 1)
        total = np.full(len(known), np.uint64(0))
        np.add.at(total, codes, hashes + np.uint64(1))
        sums.append(dict(zip(known, total.tolist(), strict=True)))
    return {owner for owner in {*sums[0], *sums[1]} if sums[0].get(owner) != sums[1].get(owner)}


def _detours(links: pd.DataFrame, unshared: Collection[str]) -> dict[tuple[str, str], str]:
    """The first task of each way between two tasks that leads only through `unshared` ones.

    A link that such a way replaces comes and goes with the task: it is scope, not logic. A link
    that is still there beside the way is not replaced.
    """
    if not unshared:
        return {}
    pairs = set(zip(links["predecessor_id"], links["successor_id"], strict=True))
    after: dict[str, list[str]] = {}
    for one, other in pairs:
        after.setdefault(one, []).append(other)
    found: dict[tuple[str, str], str] = {}
    for one, first in sorted(pairs):
        todo = [first] if first in unshared and one not in unshared else []
        for here in todo:  # grows while it is read: the tasks behind
            ends = sorted({*after.get(here, ())} - {*todo})
            todo += [end for end in ends if end in unshared]
            found |= {(one, end): first for end in ends if (one, end) not in pairs | found.keys()}
    return found
