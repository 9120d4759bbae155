"""Changes of the work itself: shorter, overlapped, split, in another order, dropped, later."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from pmtools.decide.scenario.change import (
    Aspect,
    Change,
    begun,
    days_said,
    names_said,
    remaining_hours,
    rescaled,
    task_name,
    with_cost,
)  # fmt: skip
from pmtools.errors import Problem
from pmtools.project import Project
from pmtools.words import day, money, percent

WHOLE = "*"
"""Aspect of a task that is dropped: nothing else of it can be changed."""


@dataclass(frozen=True)
class Crash(Change):
    """What remains of a task takes `duration_hours` less or more time for `cost`."""

    kind: ClassVar[str] = "crash"
    task_id: str
    remaining_hours: float
    cost: float = 0.0

    def sentence(self, project: Project) -> str:
        was = remaining_hours(project, [self.task_id]).iloc[0]
        return (
            f"{task_name(project, self.task_id)}: {days_said(project, self.remaining_hours)} "
            f"instead of {days_said(project, was)}, for {money(self.cost, project.header.currency)}"
        )

    def aspects(self, project: Project) -> Iterator[Aspect]:
        yield "duration", self.task_id

    def problems(self, project: Project) -> Iterator[Problem]:
        yield from self.not_open(project, self.task_id)
        yield from self.not_within("the remaining duration", self.remaining_hours, 0)
        yield from self.not_within("the cost", self.cost, 0)

    def apply(self, project: Project) -> Project:
        left = remaining_hours(project, [self.task_id]).iloc[0]
        factor = self.remaining_hours / left if left > 0 else 1.0
        return with_cost(rescaled(project, {self.task_id: factor}), {self.task_id: self.cost})


@dataclass(frozen=True)
class Overlap(Change):
    """A task begins before its predecessor is finished, and does some of its own work twice.

    Rework is the share of the overlapped hours that the successor needs again (fast tracking is
    not free): 0.25 unless said otherwise, a judgement to be adjusted.
    """

    kind: ClassVar[str] = "overlap"
    predecessor_id: str
    successor_id: str
    hours: float
    rework: float = 0.25

    def sentence(self, project: Project) -> str:
        one, other = (task_name(project, e) for e in (self.successor_id, self.predecessor_id))
        said = f"{one} begins {days_said(project, self.hours)} before {other} is finished"
        return f"{said}; {percent(100 * self.rework)} of that is done again"

    def aspects(self, project: Project) -> Iterator[Aspect]:
        yield "link", f"{self.predecessor_id}\0{self.successor_id}"

    def problems(self, project: Project) -> Iterator[Problem]:
        yield from self.not_open(project, self.predecessor_id, self.successor_id)
        yield from self.not_within("the overlap", self.hours, 0)
        yield from self.not_within("the rework", self.rework, 0, 1)
        if not self._link(project).any():
            one, other = (task_name(project, e) for e in (self.predecessor_id, self.successor_id))
            yield self.problem(f'"{other}" does not wait for the finish of "{one}"',
                               "Choose a finish-to-start link.")  # fmt: skip
        elif self.hours > remaining_hours(project, [self.predecessor_id]).iloc[0]:
            yield self.problem(
                f'"{task_name(project, self.predecessor_id)}" has less left than the overlap',
                "Overlap less, or drop the link.")  # fmt: skip
        if self.successor_id in begun(project):
            yield self.problem(f'"{task_name(project, self.successor_id)}" has begun',
                               "Choose work that has not begun.")  # fmt: skip

    def _link(self, project: Project) -> pd.Series:
        links = project.links
        return (
            (links["predecessor_id"] == self.predecessor_id)
            & (links["successor_id"] == self.successor_id)
            & (links["kind"] == "FS") & (links["lag_kind"] == "working")
        )  # fmt: skip

    def apply(self, project: Project) -> Project:
        links, mine = project.links, self._link(project)
        lag = links["lag_hours"].where(~mine, links["lag_hours"] - self.hours)
        whole = remaining_hours(project, [self.successor_id]).iloc[0]
        again = min(self.hours, whole) * self.rework
        factor = (whole + again) / whole if whole > 0 else 1.0
        changed = project.replace(links=links.assign(lag_hours=lag))
        return rescaled(changed, {self.successor_id: factor}, keeps_work=False)


@dataclass(frozen=True)
class Split(Change):
    """A task is done in two parts; `released` tasks wait for the first part only.

    The second part may be held back until a day: people are free for something else meanwhile.
    """

    kind: ClassVar[str] = "split"
    task_id: str
    first_share: float
    released: tuple[str, ...] = ()
    resumes: pd.Timestamp | None = None

    @property
    def second_id(self) -> str:
        """Id of the second part."""
        return f"{self.task_id}/2"

    def sentence(self, project: Project) -> str:
        said = f"{task_name(project, self.task_id)} in two parts"
        said += f", the first {percent(100 * self.first_share)} of it"
        if self.released:
            said += f"; {names_said(project, self.released)} need only the first"
        return said + (f"; the second from {day(self.resumes)} on" if self.resumes else "")

    def aspects(self, project: Project) -> Iterator[Aspect]:
        yield "duration", self.task_id

    def problems(self, project: Project) -> Iterator[Problem]:
        yield from self.not_open(project, self.task_id, *self.released)
        yield from self.not_within("the share of the first part", self.first_share, 0.01, 0.99)
        if self.task_id in begun(project):
            yield self.problem(f'"{task_name(project, self.task_id)}" has begun',
                               "Split work that has not begun.")  # fmt: skip
        waiting = project.links.loc[project.links["predecessor_id"] == self.task_id, "successor_id"]
        for each in set(self.released) - set(waiting):
            name = task_name(project, each)
            yield self.problem(f'"{name}" does not wait for "{task_name(project, self.task_id)}"',
                               "Release only its direct successors.")  # fmt: skip
        if self.second_id in set(project.tasks["id"]):
            yield self.problem(f'there is a task "{self.second_id}"', "It is split already.")

    def apply(self, project: Project) -> Project:
        links = project.links
        is_held = (links["predecessor_id"] == self.task_id) & ~links["successor_id"].isin(
            self.released
        )
        links = links.assign(predecessor_id=links["predecessor_id"].mask(is_held, self.second_id))
        between = {"predecessor_id": self.task_id, "successor_id": self.second_id}
        keys = {"tasks": "id", "estimates": "task_id", "assignments": "task_id"}
        parts = {table: self._doubled(project.tables[table], key) for table, key in keys.items()}
        tasks = parts["tasks"]
        is_second = tasks["id"] == self.second_id
        parts["tasks"] = tasks.assign(
            name=tasks["name"].mask(is_second, tasks["name"] + ", second part"),
            fixed_cost=tasks["fixed_cost"].mask(is_second, 0.0),
        )
        parted = project.replace(**parts, links=_joined(links, [between]))
        if self.resumes is not None:
            parted = not_before(parted, [self.second_id], self.resumes)
        shares = {self.task_id: self.first_share, self.second_id: 1 - self.first_share}
        return rescaled(parted, shares, keeps_work=False)

    def _doubled(self, table: pd.DataFrame, key: str) -> pd.DataFrame:
        mine = table[table[key] == self.task_id].assign(**{key: self.second_id})
        return pd.concat([table, mine], ignore_index=True)


@dataclass(frozen=True)
class Reorder(Change):
    """One task comes before another: a link the other way between the two is taken away."""

    kind: ClassVar[str] = "reorder"
    first_id: str
    then_id: str

    def sentence(self, project: Project) -> str:
        return f"{task_name(project, self.first_id)} before {task_name(project, self.then_id)}"

    def aspects(self, project: Project) -> Iterator[Aspect]:
        yield "link", "\0".join(sorted((self.first_id, self.then_id)))

    def problems(self, project: Project) -> Iterator[Problem]:
        yield from self.not_open(project, self.first_id, self.then_id)
        if self.first_id == self.then_id:
            yield self.problem("a task cannot come before itself", "Name two tasks.")

    def apply(self, project: Project) -> Project:
        pair = {self.first_id, self.then_id}
        links = project.links
        between = links["predecessor_id"].isin(pair) & links["successor_id"].isin(pair)
        new = {"predecessor_id": self.first_id, "successor_id": self.then_id}
        return project.replace(links=_joined(links[~between], [new]))


@dataclass(frozen=True)
class Drop(Change):
    """Work that is not done: what waited for it waits for what it waited for."""

    kind: ClassVar[str] = "drop"
    task_ids: tuple[str, ...]

    def sentence(self, project: Project) -> str:
        return f"{names_said(project, self.task_ids)} left out"

    def aspects(self, project: Project) -> Iterator[Aspect]:
        for each in self.task_ids:
            yield WHOLE, each

    def problems(self, project: Project) -> Iterator[Problem]:
        yield from self.not_open(project, *self.task_ids)

    def apply(self, project: Project) -> Project:
        gone = project.tasks["id"].isin(self.task_ids)
        return project.replace(
            tasks=project.tasks.assign(is_active=project.tasks["is_active"] & ~gone),
            links=bypassed(project.links, self.task_ids),
        )


@dataclass(frozen=True)
class Postpone(Change):
    """Scope that comes later: it begins on a day, and nothing waits for it any more."""

    kind: ClassVar[str] = "postpone"
    task_ids: tuple[str, ...]
    until: pd.Timestamp

    def sentence(self, project: Project) -> str:
        return f"{names_said(project, self.task_ids)} not before {day(self.until)}"

    def aspects(self, project: Project) -> Iterator[Aspect]:
        for each in self.task_ids:
            yield "constraint", each

    def problems(self, project: Project) -> Iterator[Problem]:
        yield from self.not_open(project, *self.task_ids)
        for each in set(self.task_ids) & begun(project):
            yield self.problem(f'"{task_name(project, each)}" has begun',
                               "Postpone work that has not begun.")  # fmt: skip

    def apply(self, project: Project) -> Project:
        links = project.links
        later = links["predecessor_id"].isin(self.task_ids)
        is_freed = later & ~links["successor_id"].isin(self.task_ids)
        through = bypassed(links, self.task_ids)
        kept = links[~is_freed]
        new = through[~_pairs(through).isin(_pairs(kept))]
        freed = project.replace(links=pd.concat([kept, new], ignore_index=True))
        return not_before(freed, self.task_ids, self.until)


def not_before(project: Project, task_ids: Collection[str], day: pd.Timestamp) -> Project:
    """The tasks start on a day at the earliest."""
    tasks = project.tasks
    mine = tasks["id"].isin(list(task_ids))
    return project.replace(
        tasks=tasks.assign(
            constraint=tasks["constraint"].mask(mine, "SNET"),
            constraint_date=tasks["constraint_date"].mask(mine, day),
        )
    )


def bypassed(links: pd.DataFrame, gone: Collection[str]) -> pd.DataFrame:
    """The links without some tasks; who waited for these waits for what they waited for."""
    for task in gone:
        into, out = links[links["successor_id"] == task], links[links["predecessor_id"] == task]
        kept = links[(links["successor_id"] != task) & (links["predecessor_id"] != task)]
        both = into[["predecessor_id"]].merge(out[["successor_id"]], how="cross")
        both = both[both["predecessor_id"] != both["successor_id"]].drop_duplicates()
        both = both[~_pairs(both).isin(_pairs(kept))]
        links = _joined(kept, both.to_dict("records"))
    return links


def _pairs(links: pd.DataFrame) -> pd.Index:
    return pd.MultiIndex.from_frame(links[["predecessor_id", "successor_id"]])


def _joined(links: pd.DataFrame, rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    plain = {"kind": "FS", "lag_hours": 0.0, "lag_kind": "working", "lag_calendar": ""}
    if not rows:
        return links.reset_index(drop=True)
    return pd.concat([links, pd.DataFrame([plain | row for row in rows])], ignore_index=True)
