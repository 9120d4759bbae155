"""A project between two snapshots: the earlier one with some of the changes since taken over."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import replace

import numpy as np
import pandas as pd

from pmtools.project import Project
from pmtools.schedule import options_of
from pmtools.schedule.outline import outline_of

GROUPS = ("passage of time", "progress", "re-estimates", "scope", "logic", "calendars and leave",
          "resources", "constraints", "options")  # fmt: skip
TIME, PROGRESS, ESTIMATES, SCOPE, LOGIC, CALENDARS, RESOURCES, CONSTRAINTS, OPTIONS = GROUPS

_FIELDS = {
    "status_date": (TIME, TIME), "start": (CONSTRAINTS, "start of the project moved"),
    "calendar_id": (CALENDARS, "another calendar of the project"),
    "scheduling": (OPTIONS, "other scheduling rules"),
    "lag_calendar": (OPTIONS, "another calendar of lags"),
    "out_of_sequence": (OPTIONS, "another rule for work out of sequence"),
    "constraints": (OPTIONS, "another strength of constraints"),
}  # fmt: skip
_CONTENT = (
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
    ("assignments", "task_id", RESOURCES, "re-assigned", "resource_id"),
    ("resources", "id", CALENDARS, "works at other times", "kind calendar_id"),
    ("calendars", "id", CALENDARS, "changed its hours", "base_id weekday shift_start shift_finish"),
    ("exceptions", "calendar_id", CALENDARS, "changed its hours", "from to shifts"),
)  # fmt: skip
"""What moves dates: table, whose it is, group, words of a change, columns."""
_ALWAYS, _NEVER = -1, -2
_NOBODY = "\0"


class Replay:
    """Every change between two snapshots that can move a date, each to be taken over or not.

    `items`: group, task_id ("" where it is of no task), what (words). Links, assignments and
    progress of a task that came or left go with it, and so with scope.
    """

    def __init__(self, before: Project, after: Project) -> None:
        self._codes: dict[Hashable, int] = {}
        self._items: list[tuple[str, str, str]] = []
        self._headers = [replace(p.header, status_date=_status(p)) for p in (before, after)]
        self._fields = {
            name: self._code(name, group, "", what)
            for name, (group, what) in _FIELDS.items()
            if getattr(self._headers[0], name) != getattr(self._headers[1], name)
        }
        self._tables = _tables(before, after)
        self._names = [_names(tables) for tables in self._tables]
        self._came = [
            np.array([self._scope(task, word) for task in tables["tasks"]["id"]], np.int64)
            for tables, word in zip(self._tables, ("removed", "added"), strict=True)
        ]
        links, ids = [t["links"] for t in self._tables], [names["tasks"] for names in self._names]
        self._detours = [
            _detours(links[1], ids[1].keys() - ids[0]), _detours(links[0], ids[0].keys() - ids[1])
        ]  # fmt: skip
        self._parts = [
            (table, key, columns.split(), self._split(table, key, group, words, columns.split()))
            for table, key, group, words, columns in _CONTENT
            if table in self._tables[0]
        ]
        self._base = self._built(np.zeros(len(self._items), bool))
        self._parts = [
            part for part in self._parts
            if part[0] in ("progress", "assignments") or any((of >= 0).any() for of in part[-1])
        ]  # fmt: skip
        items = pd.DataFrame(self._items, columns=["group", "task_id", "what"], dtype="str")
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
        tables: dict[str, pd.DataFrame] = {}
        tasks = self._mixed("tasks", list(self._tables[0]["tasks"]), self._came, on, off)
        for table, key, columns, codes in self._parts:
            if table == "tasks":
                cells = self._mixed(table, [key, *columns], codes, on, off)
                tasks = tasks.drop(columns=columns).merge(cells, on="id")
            else:
                whole = list(self._tables[0][table])
                tables[table] = self._mixed(table, whole, codes, on, off)
        tasks["parent_id"] = tasks["parent_id"].where(tasks["parent_id"].isin(tasks["id"]), "")
        if "assignments" in tables:
            rows = tables["assignments"]
            tables["assignments"] = rows[rows["task_id"].isin(tasks["id"])]
        tables["progress"] = tables["progress"].assign(status_date=header.status_date)
        if base is None:
            return Project(header, tasks=tasks, **tables)
        return base.replace(header=header, tasks=tasks, **tables)

    def _mixed(
        self, table: str, columns: list[str], codes: list[np.ndarray], on: np.ndarray,
        off: np.ndarray,
    ) -> pd.DataFrame:  # fmt: skip
        """Rows of before whose change is not taken over, and rows of after whose change is."""
        was, now = (tables[table][columns] for tables in self._tables)
        return pd.concat([was[off[codes[0]]], now[on[codes[1]]]], ignore_index=True)

    def _code(self, key: Hashable, group: str, task: str, what: str) -> int:
        if key not in self._codes:
            self._codes[key] = len(self._items)
            self._items.append((group, task, what))
        return self._codes[key]

    def _scope(self, task: str, word: str) -> int:
        """The change by which a task comes or leaves; rows of after that before has are not new."""
        was, now = (names["tasks"] for names in self._names)
        if task in was and task in now:
            return _ALWAYS if word == "removed" else _NEVER
        what = f"{(now if task in now else was)[task]} {word}"
        return self._code(("tasks", SCOPE, task), SCOPE, task, what)

    def _split(
        self, table: str, key: str, group: str, words: str, columns: list[str]
    ) -> list[np.ndarray]:  # fmt: skip
        """The change that each row of before and of after belongs to.

        All rows of one owner are one change. Rows of what only one of the two has are there
        always: without their task, or without who uses them, they mean nothing.
        """
        kind = {"id": table, "calendar_id": "calendars"}.get(key, "tasks")
        names = [each[kind] for each in self._names]
        shared = names[0].keys() & names[1].keys()
        ends = [key, "predecessor_id"] if table == "links" else [key]
        owners, held = [], []
        for tables, detours, own in zip(self._tables, self._detours, names, strict=True):
            rows = tables[table]
            is_shared, is_own = (rows[ends].isin([*ids]).all(axis=1) for ids in (shared, own))
            whose = rows[key].where(is_shared, "").where(is_own, _NOBODY).tolist()
            if table == "links":
                pairs = zip(rows["predecessor_id"], rows["successor_id"], strict=True)
                whose = [detours.get(*each) for each in zip(pairs, whose, strict=True)]
            said: dict[str, list[str]] = {}
            for owner, row in zip(whose, rows[columns].itertuples(index=False), strict=True):
                said.setdefault(owner, []).append(repr(tuple(row)))
            owners.append(whose)
            held.append(said)
        codes = {"": _ALWAYS, _NOBODY: _NEVER}
        before = dict(codes)
        for owner in (held[0].keys() | held[1].keys()) - codes.keys():
            rows_of = [said.get(owner, []) for said in held]
            if table != "exceptions":  # of these, a later row replaces an earlier one
                rows_of = [sorted(rows) for rows in rows_of]
            codes[owner], before[owner] = _NEVER, _ALWAYS
            if owner not in shared:
                codes[owner] = before[owner] = self._codes["tasks", SCOPE, owner]
            elif rows_of[0] != rows_of[1]:
                mine = self._progress_of(owner) if table == "progress" else (group, words)
                task, what = (
                    owner if kind == "tasks" else "",
                    f"{names[1][owner] or owner} {mine[1]}",
                )
                code = self._code((kind, mine[0], owner), mine[0], task, what)
                codes[owner] = before[owner] = code
        return [
            np.array([of[each] for each in whose], np.int64)
            for of, whose in zip((before, codes), owners, strict=True)
        ]

    def _progress_of(self, task: str) -> tuple[str, str]:
        """Group and words of new facts: of work not begun, what remains is an estimate."""
        was, now = (_step(tables["progress"], task) for tables in self._tables)
        if not max(was, now):
            return ESTIMATES, "re-estimated"
        words = ("reopened", "started" if was < now else "under way", "finished")
        return PROGRESS, words[now]


def _detours(links: pd.DataFrame, unshared: Collection[str]) -> dict[tuple[str, str], str]:
    """The first task of each way between two tasks that leads only through `unshared` ones.

    A link that such a way replaces comes and goes with the task: it is scope, not logic. A link
    that is still there beside the way is not replaced.
    """
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


def _status(project: Project) -> pd.Timestamp:
    """The day up to which facts are known; work of a plan without facts begins at its start."""
    status = project.header.status_date
    if status is None and len(project.progress):
        return project.progress["status_date"].max()
    return project.header.start if status is None else status


def _tables(*both: Project) -> list[dict[str, pd.DataFrame]]:
    """What moves dates: active tasks (one dropped is as good as removed) and the last facts."""
    names = ["links", "resources", "calendars", "exceptions"]
    if any(
        options_of(project.header).are_resource_calendars_used
        or project.tasks["is_resource_dependent"].any()
        for project in both
    ):
        names.append("assignments")
    return [
        {name: getattr(project, name) for name in names}
        | {"tasks": project.tasks[outline_of(project.tasks).is_active]}
        | {"progress": project.latest_progress()}
        for project in both
    ]


def _names(tables: dict[str, pd.DataFrame]) -> dict[str, dict[str, str]]:
    return {
        name: dict(zip(tables[name]["id"], tables[name]["name"], strict=True))
        for name in ("tasks", "resources", "calendars")
    }


def _step(progress: pd.DataFrame, task: str) -> int:
    """0 not begun, 1 under way, 2 finished."""
    for row in progress[progress["task_id"] == task].itertuples():
        if row.percent_complete >= 100 or not pd.isna(row.actual_finish):
            return 2
        return int(row.percent_complete > 0 or not pd.isna(row.actual_start))
    return 0
