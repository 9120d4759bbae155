"""Which row of an earlier snapshot is which of a later one: by id, then by name and place."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd

from pmtools.project import TABLES, Project
from pmtools.words import day

_BY = {
    "tasks": ("name and place", "name and WBS", "name and links"),
    "resources": ("email", "name"), "stakeholders": ("email", "name"), "calendars": ("name",),
    "goals": ("goal",), "register": ("title",), "deliverables": ("name",),
    "departments": ("name",), "work_items": ("title",),
}  # fmt: skip
"""What tells which row is which where ids do not, the surest first."""
PAIRS = ["table", "before_id", "after_id", "how", "doubt"]
DOUBTS = ["table", "before_id", "after_id", "name", "reason"]
_Names = dict[str, str]


@dataclass(frozen=True, eq=False)
class Matching:
    """The rows of two snapshots that are one thing.

    - before: the earlier project with the ids of the later one, wherever they stand; an id that
      was re-used for something else is another there. The same object where no id differs
    - doubtful: table, before_id, after_id, name, reason (words): what a person should look at
    """

    before: Project
    doubtful: pd.DataFrame = field(repr=False)
    _rows: Mapping[str, _Rows] = field(repr=False)

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """What is in both: table, before_id, after_id, how (id, email, name, name and place,
        name and WBS, name and links), doubt (words, "" where there is none).
        """
        reasons = {(d.table, d.before_id): d.reason for d in self.doubtful.itertuples()}
        pairs = [
            (table, was, now, rows.how.get(was, "id"), reasons.get((table, was), ""))
            for table, rows in self._rows.items()
            for was, now in rows.pairs()
        ]
        return pd.DataFrame(pairs, columns=PAIRS, dtype="str")


def matched(before: Project, after: Project) -> Matching:
    """Match the rows of two snapshots: by id; what is left over, by what it is called.

    Tasks are matched by name with their place (the summaries above, the WBS code, or what they
    are linked to), resources and stakeholders by e-mail address, then by name, others by name;
    only where one row alone fits. An id is re-used where its task has another name, another place
    and none of its links, or where another row is more like the row that it was.
    """
    found = {table: _Rows(before, after, table) for table in _BY}
    doubts = [*_strange(before, after, found["tasks"])]
    doubts += [(table, *doubt) for table, rows in found.items() for doubt in rows.doubts]
    doubtful = pd.DataFrame(doubts, columns=DOUBTS, dtype="str")
    return Matching(_renamed(before, {name: rows.new for name, rows in found.items()}),
                    doubtful, found)  # fmt: skip


def _strange(before: Project, after: Project, tasks: _Rows) -> Iterator[tuple[str, ...]]:
    """What makes the two snapshots themselves doubtful."""
    was, now = before.header, after.header
    ends = ("header", was.id, now.id, now.name)
    if was.id != now.id:
        yield *ends, f'the projects have different ids, "{was.id}" and "{now.id}"'
    if was.status_date and now.status_date and was.status_date > now.status_date:
        yield *ends, f"before ({day(was.status_date)}) is later than after ({day(now.status_date)})"
    alike = sum(_key(tasks.was[one]) == _key(tasks.now[other]) for one, other in tasks.pairs())
    if 2 * alike < (least := min(len(tasks.was), len(tasks.now))):
        yield *ends, f"{alike} of {least} tasks have kept their name: are they two projects?"


class _Rows:
    """The rows of one table in both: `new` ids of rows of before, `how` they were found."""

    def __init__(self, before: Project, after: Project, table: str) -> None:
        self.table, self.projects = table, (before, after)
        self.new, self.how = _Names(), _Names()
        self.doubts: list[tuple[str, str, str, str]] = []
        name = _BY[table][-1].partition(" and ")[0]
        self.was, self.now = (_column(project, table, name) for project in self.projects)
        self.suspects = [i for i, called in self.was.items()
                         if i in self.now and _key(self.now[i]) != _key(called)]  # fmt: skip
        if self.suspects or self.was.keys() != self.now.keys():
            self._match()
            self._settle()

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The id before and the id after of each row that is in both."""
        ids = ((id_, self.new.get(id_, id_)) for id_ in self.was)
        return (pair for pair in ids if pair[1] in self.now)

    def _match(self) -> None:
        for how in _BY[self.table]:
            keys = [self._keys(end, how, left) for end, left in enumerate(self._left())]
            counts = [Counter(of.values()) for of in keys]
            there = {key: id_ for id_, key in keys[1].items() if counts[1][key] == 1}
            for id_, key in keys[0].items():
                if counts[0][key] == 1 and key in there and self._is_better(id_, there[key]):
                    self.new[id_], self.how[id_] = there[key], how

    def _left(self) -> tuple[list[str], list[str]]:
        """Ids of before and of after that are not matched, or only with another name."""
        suspects, found = {*self.suspects}, {*self.new.values()}
        return (
            [i for i in self.was if (i not in self.now or i in suspects) and i not in self.new],
            [i for i in self.now if (i not in self.was or i in suspects) and i not in found],
        )

    def _keys(self, end: int, how: str, ids: list[str]) -> dict[str, Hashable]:
        """What each row is told apart by, where it says anything."""
        column, _, place = how.partition(" and ")
        called = _column(self.projects[end], self.table, column)
        keys = {id_: _key(called[id_]) for id_ in ids}
        if not place:
            return {id_: key for id_, key in keys.items() if key}
        places = self._places[end]
        where = {id_: places.said(place, id_) for id_ in ids}
        return {id_: (keys[id_], at) for id_, at in where.items() if at or place == "place"}

    def _is_better(self, was: str, now: str) -> bool:
        """Whether rows of different ids are more alike than each is to the other of its id."""
        mine = self._alike(was, now)
        return (was not in self.now or mine > self._alike(was, was)) and (
            now not in self.was or mine > self._alike(now, now)
        )

    def _alike(self, was: str, now: str) -> int:
        return sum(a == b for a, b in zip(self._cells[0][was], self._cells[1][now], strict=True))

    @cached_property
    def _cells(self) -> list[dict[str, tuple[Any, ...]]]:
        tables = (getattr(project, self.table) for project in self.projects)
        return [{row[0]: row[1:] for row in rows.itertuples(index=False)} for rows in tables]

    @cached_property
    def _places(self) -> tuple[_Places, ...]:
        return tuple(_Places(project) for project in self.projects)

    def _settle(self) -> None:
        """Give ids that were re-used another one in before, and tell every doubt."""
        taken = self.was.keys() | self.now.keys()
        left_was, left_now = map(set, self._left())
        for id_ in self.suspects:
            reason = "" if self.table != "tasks" else self._doubt(id_)
            if id_ in self.new:
                reason = f"the id stands for another row; by {self.how[id_]}: {self.new[id_]}"
            elif id_ not in left_now:
                reason = "re-used for a row that had another id"
            if reason:
                self.doubts.append((id_, self.new.get(id_, id_), self.was[id_], reason))
            if reason.startswith("re-used"):
                self.new[id_] = _fresh(id_, taken)
        # Rows outlive their task: what an id once meant is not what has it now.
        for id_ in ({*self.new.values()} & self.now.keys()) - self.was.keys():
            self.new[id_] = _fresh(id_, taken)
        same = defaultdict(list)
        for id_ in sorted(left_now - self.was.keys()):
            same[_key(self.now[id_])].append(id_)
        for id_ in sorted(left_was - self.now.keys()):
            if other := same[_key(self.was[id_])]:
                reason = f"{len(other)} added with that name, none or several in its place"
                self.doubts.append((id_, ", ".join(other[:3]), self.was[id_], reason))

    def _doubt(self, id_: str) -> str:
        """What is doubtful about a task that has kept its id, but not its name."""
        was, now = self._places
        is_there = any(was.said(at, id_) == now.said(at, id_) != () for at in ("place", "WBS"))
        is_there |= was.parent[id_] == now.parent[id_] != ""
        links = was.said("links", id_), now.said("links", id_)
        is_linked = bool({*links[0]} & {*links[1]} or was.linked[id_] & now.linked[id_])
        if not is_there and not is_linked and any(links):
            return "re-used: another name, another place and none of its links"
        is_moved = not is_there and any(p.said("place", id_) for p in self._places)
        return "renamed and moved at once" if is_moved else ""


class _Places:
    """Where tasks stand: the names of the summaries above, the WBS code, names of neighbours."""

    def __init__(self, project: Project) -> None:
        self.name, self.parent, self.wbs = (
            _column(project, "tasks", column) for column in ("name", "parent_id", "wbs")
        )
        self.linked: dict[str, set[str]] = defaultdict(set)
        ends = (project.links[f"{end}_id"].to_list() for end in ("predecessor", "successor"))
        for one, other in zip(*ends, strict=True):
            self.linked[one].add(other)
            self.linked[other].add(one)

    def said(self, what: str, id_: str) -> tuple[str, ...]:
        if what == "WBS":
            return (self.wbs[id_],) if self.wbs[id_] else ()
        if what == "links":
            return tuple(sorted(_key(self.name.get(other, "")) for other in self.linked[id_]))
        above: list[str] = []
        while id_ := self.parent[id_]:
            above.append(_key(self.name[id_]))
        return tuple(above)


def _column(project: Project, table: str, column: str) -> dict[str, str]:
    rows = getattr(project, table)
    return dict(zip(rows["id"].to_list(), rows[column].to_list(), strict=True))


def _key(name: str) -> str:
    return " ".join(name.casefold().split())


def _fresh(id_: str, taken: Any) -> str:
    fresh = f"{id_} (earlier)"
    return _fresh(fresh, taken) if fresh in taken else fresh


def _renamed(project: Project, new: Mapping[str, _Names]) -> Project:
    """The project with other ids in every table that has or refers to them."""
    if not any(new.values()):
        return project
    parties = {**new["resources"], **new["departments"]}
    tables: dict[str, pd.DataFrame] = {}
    for name, schema in TABLES.items():
        for column in schema.columns:
            refers_to = name if column.name == "id" else column.refers_to
            ids = parties if column.name == "party_id" else new.get(refers_to, {})
            if ids:
                rows = tables.get(name, getattr(project, name))
                cells = [_translated(c, column.kind, ids) for c in rows[column.name].to_list()]
                known = pd.Series(cells, rows.index, dtype="str")
                tables[name] = rows.assign(**{column.name: known})
    calendar = project.header.calendar_id
    header = replace(project.header, calendar_id=new["calendars"].get(calendar, calendar))
    return project.replace(header=header, **tables)


def _translated(cell: str, kind: str, ids: _Names) -> str:
    if kind == "ids":
        return ";".join(ids.get(word.strip(), word.strip()) for word in cell.split(";"))
    return ids.get(cell, cell)
